"""A homeserver that goes away in the middle of things, and comes back."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from swsmatrix.demo.homeserver import Homeserver
from tests.e2e.community import community

pytestmark = pytest.mark.synapse


@pytest.fixture
def own_homeserver(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Homeserver]:
    """One that may be stopped without harm to other tests."""
    hs = Homeserver.open_in(tmp_path_factory.mktemp("homeserver"))
    yield hs
    hs.close()


async def test_what_was_under_way_arrives_once_when_it_is_back(
    own_homeserver: Homeserver, tmp_path: Path
) -> None:
    async with community(own_homeserver, tmp_path, "alice", "bea") as place:
        await place.bot.start()
        for number in range(3):
            await place["alice"].send(place.rooms["lounge"], f"#swsdanger #us-ny warning number {number}.")
            await asyncio.to_thread(own_homeserver.close)
            await asyncio.to_thread(own_homeserver.open_again)
            for room in ("ny", "nyc"):
                await place.sees("bea", room, f"warning number {number}.")
        assert [len(await place.standing("bea", room)) for room in ("ny", "nyc")] == [3, 3]
        assert await place.bot.end() == 0
        assert sum(line.endswith(" ready") for line in place.bot.log) == 1


async def test_started_before_its_homeserver_it_waits(own_homeserver: Homeserver, tmp_path: Path) -> None:
    async with community(own_homeserver, tmp_path, "alice", "bea") as place:
        await place.bot.start()
        await place.bot.end()
        await asyncio.to_thread(own_homeserver.close)
        starting = asyncio.create_task(place.bot.start())
        async with asyncio.timeout(20):
            while not any("does not answer" in line for line in place.bot.log):  # noqa: ASYNC110 - a file
                await asyncio.sleep(0.1)
        await asyncio.to_thread(own_homeserver.open_again)
        await starting
        await place["alice"].send(place.rooms["lounge"], "#swsdanger #nyc a grey van by the bridge")
        await place.sees("bea", "nyc", "a grey van")
