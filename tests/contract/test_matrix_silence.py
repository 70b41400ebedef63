"""Connections that die without a word: noticed, and nothing lost."""

from __future__ import annotations

from collections.abc import AsyncIterator
from itertools import pairwise
from pathlib import Path

import pytest

from swsmatrix.demo.homeserver import Homeserver
from swsmatrix.matrix import sync
from tests.contract.matrix_people import Person, people, person
from tests.contract.matrix_proxy import Fate, Proxy

pytestmark = pytest.mark.synapse


@pytest.fixture(autouse=True)
def short_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("POLL_SECONDS", "SLACK_SECONDS", "FIRST_SECONDS"):
        monkeypatch.setattr(sync, name, 1)


@pytest.fixture
async def proxy(homeserver: Homeserver) -> AsyncIterator[Proxy]:
    async with Proxy.before(homeserver.url) as proxy:
        yield proxy


@pytest.fixture
async def alice(homeserver: Homeserver, tmp_path: Path) -> AsyncIterator[Person]:
    async with people(homeserver, tmp_path, "alice") as (alice,):
        yield alice


@pytest.fixture
async def bot(homeserver: Homeserver, tmp_path: Path, proxy: Proxy) -> AsyncIterator[Person]:
    async with person(homeserver, tmp_path, "bot", proxy.url) as bot:
        yield bot


class BlackHole:
    """Takes the next ``count`` questions for news, and never answers them."""

    def __init__(self, proxy: Proxy, count: int) -> None:
        self._left = count
        proxy.fault = self._fault

    def _fault(self, _method: str, path: str) -> Fate | None:
        if not path.endswith("/sync") or not self._left:
            return None
        self._left -= 1
        return Fate.SILENT


async def test_a_long_poll_that_died_is_noticed(bot: Person, alice: Person, proxy: Proxy) -> None:
    room = await alice.make_room(bot)
    await alice.say(room, "the kettle sings")
    await bot.hear_text("the kettle sings")
    BlackHole(proxy, 2)
    await alice.say(room, "the lamp is on")
    await bot.hear_text("the lamp is on")
    asked = [one.at for one in proxy.asked if one.path.endswith("/sync")][-3:]
    # Nothing but the wait and the pause before the next try: 1 + 1, and 1 to 4 seconds.
    assert all(2 <= later - earlier < 15 for earlier, later in pairwise(asked))


async def test_a_start_into_a_dead_connection(bot: Person, alice: Person, proxy: Proxy) -> None:
    room = await alice.make_room(bot)
    await alice.say(room, "the kettle sings")
    await bot.hear_text("the kettle sings")
    await alice.say(room, "the lamp is on")
    await bot.restart()
    BlackHole(proxy, 1)
    await bot.hear_text("the lamp is on")
