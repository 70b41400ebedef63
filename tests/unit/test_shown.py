"""Whose devices somebody is shown with: along with what they send, and more than anybody has."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from nio.api import Api

from swsmatrix.matrix import devices
from swsmatrix.matrix.devices import learn
from swsmatrix.matrix.opened import Opened, Shut
from tests.unit.test_machine import ROOM, Person, Three, meet, opened, people, query

__all__ = ["people"]

FIELD = "sender_device_keys"
Change = Callable[[dict[str, Any]], object]


def show(monkeypatch: pytest.MonkeyPatch, change: Change) -> None:
    """What stands inside every Olm message from now on is changed before it is encrypted."""
    whole = Api.to_json

    def changed(payload: dict[str, Any]) -> str:
        change(payload)
        return str(whole(payload))

    monkeypatch.setattr(Api, "to_json", changed)


def gone(*who: Person) -> dict[str, Any]:
    """What the homeserver says of people who have logged out everywhere."""
    body = query(*((person, person.device_keys()) for person in who))
    return body | {"device_keys": {person.user: {} for person in who}}


# ---- Along with what they send -------------------------------------------------------------------


@pytest.mark.parametrize("field", [FIELD, "org.matrix.msc4147.device_keys"])
def test_who_logs_out_before_anybody_asked_is_believed_as_nobody_vouches_for_them(
    people: Three, monkeypatch: pytest.MonkeyPatch, field: str
) -> None:
    bot, alice, _ = people
    alice.machine.own_device = alice.device_keys()
    show(monkeypatch, lambda payload: payload.update({field: payload.pop(FIELD)}))
    bot.machine.receive([alice.room_key(bot)])
    event = alice.says("gone already")
    # Until there is an answer that does not have it: it may be there, and signed.
    assert bot.machine.open(ROOM, event) is Shut.NO_OWNER
    learn(bot.machine, gone(alice), [alice.user])
    for _ in range(2):
        found = bot.machine.open(ROOM, event)
        assert isinstance(found, Opened)
        assert (found.content["body"], found.signed, found.identity) == ("gone already", False, "")
        assert list(bot.machine.device_store.active_user_devices(alice.user)) == []
        bot.machine.store.close()
        bot.load()


def test_who_is_there_counts_as_the_homeserver_shows_them(people: Three) -> None:
    bot, alice, _ = people
    alice.machine.own_device = alice.device_keys(signed=False)
    bot.machine.receive([alice.room_key(bot)])
    meet(bot.machine, alice)
    found = bot.machine.open(ROOM, alice.says("still here"))
    assert isinstance(found, Opened)
    assert found.signed
    assert [device.id for device in bot.machine.device_store[alice.user].values()] == [alice.device]


def _forged(alice: Person, mallory: Person) -> dict[str, Change]:
    """What Mallory's device may show, or Alice's: each of them is nobody's."""
    hers, theirs = alice.device_keys(), mallory.device_keys()
    unsigned = {part: theirs[part] for part in theirs if part != "signatures"}
    mixed = dict(theirs["keys"]) | {f"ed25519:{mallory.device}": hers["keys"][f"ed25519:{alice.device}"]}
    curve = dict(theirs["keys"]) | {f"curve25519:{mallory.device}": alice.curve}
    mallory.device, short = "M" * 300, mallory.device
    long = mallory.device_keys()
    mallory.device = short
    shown = {
        "another's": hers,
        "under another's name": mallory.device_keys(user_id=alice.user),
        "not signed": unsigned,
        "changed afterwards": theirs | {"algorithms": []},
        "with another's ed25519": mallory.device_keys(keys=mixed),
        "with another's curve25519": mallory.device_keys(keys=curve),
        "without an id": theirs | {"device_id": None},
        "with too long an id": long,
        "no object": [theirs],
    }
    changes: dict[str, Change] = {
        name: lambda payload, entry=entry: payload.update({FIELD: entry})  # type: ignore[misc]
        for name, entry in shown.items()
    }
    changes["nothing"] = lambda payload: payload.pop(FIELD)
    return changes


NAMES = (
    *("another's", "under another's name", "not signed", "changed afterwards", "with another's ed25519"),
    *("with another's curve25519", "without an id", "with too long an id", "no object", "nothing"),
)


@pytest.mark.parametrize("name", NAMES)
def test_what_the_device_itself_did_not_sign_shows_nothing(
    people: Three, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    bot, alice, mallory = people
    mallory.machine.own_device = mallory.device_keys()
    show(monkeypatch, _forged(alice, mallory)[name])
    bot.machine.receive([mallory.room_key(bot)])
    learn(bot.machine, gone(alice, mallory), [alice.user, mallory.user])
    event = mallory.says("it was alice")
    for sender in (alice.user, mallory.user):
        assert bot.machine.open(ROOM, event | {"sender": sender}) is Shut.NO_OWNER
    assert list(bot.machine.device_store) == []


# ---- More than anybody has -----------------------------------------------------------------------


@pytest.fixture
def crowd(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Four devices of Mallory's that nobody has signed; three are the most that anybody has."""
    monkeypatch.setattr(devices, "MOST_DEVICES", 3)
    found = [Person(tmp_path, "mallory", f"M{number}") for number in range(4)]
    yield found
    for person in found:
        person.machine.store.close()


def active(bot: Person, user: str) -> list[str]:
    return sorted(device.id for device in bot.machine.device_store.active_user_devices(user))


def test_more_devices_than_anybody_has_are_not_known(
    people: Three, crowd: list[Person], caplog: pytest.LogCaptureFixture
) -> None:
    bot, alice, mallory = people
    fakes = [(one, one.device_keys(signed=False)) for one in crowd]
    learn(bot.machine, query(*fakes[1:]), [mallory.user])
    assert not caplog.records
    # Known ones stay, and a signed one comes first: whoever adds others pushes out none of these.
    everybody = query(*fakes, (mallory, mallory.device_keys()), (alice, alice.device_keys()))
    learn(bot.machine, everybody, [mallory.user, alice.user])
    assert active(bot, mallory.user) == sorted(["M1", "M2", mallory.device])
    assert active(bot, alice.user) == [alice.device]
    assert "more than 3 devices" in caplog.text
    assert mallory.user not in caplog.text
    # Nor does one that only seems to be signed.
    bogus = [(one, one.device_keys()) for one in crowd]
    learn(bot.machine, query(*bogus, (mallory, mallory.device_keys())), [mallory.user])
    assert bot.machine.device_store[mallory.user][mallory.device].verified


def test_devices_that_are_gone_are_not_kept_without_end(people: Three, crowd: list[Person]) -> None:
    bot, alice, mallory = people
    bot.machine.receive([alice.room_key(bot)])
    meet(bot.machine, alice)
    for one in crowd:
        learn(bot.machine, query((one, one.device_keys())), [mallory.user])
    meet(bot.machine, mallory)
    for _ in range(2):
        assert list(bot.machine.device_store[mallory.user]) == ["M1", "M2", "M3", mallory.device]
        assert opened(bot.machine, alice.says("hers")) == "hers"
        bot.machine.store.close()
        bot.load()
