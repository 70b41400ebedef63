"""A homeserver, a member or a stranger that lies about keys: what is believed, kept and given away."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from swsmatrix.matrix.devices import learn
from tests.unit.test_machine import Person, query


@pytest.fixture
def bot(tmp_path: Path) -> Iterator[Person]:
    found = Person(tmp_path, "bot")
    yield found
    found.machine.store.close()


# ---- Whose devices they are ----------------------------------------------------------------------


def test_only_our_own_identity_vouches_for_our_other_devices(bot: Person, tmp_path: Path) -> None:
    bot.machine.own_master = bot.seeds.public()["master"]
    laptop = Person(tmp_path, "bot", "LAPTOP", seeds=bot.seeds)
    forged = Person(tmp_path, "bot", "FORGED")  # under an identity that somebody else made up for us
    learn(bot.machine, query((laptop, laptop.device_keys())), [bot.user])
    assert bot.machine.device_store[bot.user]["LAPTOP"].verified
    learn(bot.machine, query((forged, forged.device_keys())), [bot.user])
    assert not bot.machine.device_store[bot.user]["FORGED"].verified
    assert bot.machine.identities[bot.user] == ""
    for person in (laptop, forged):
        person.machine.store.close()
