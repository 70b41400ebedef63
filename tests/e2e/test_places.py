"""A place that nobody configured, with the bot as people run it."""

from __future__ import annotations

from pathlib import Path

import pytest

from swsmatrix.demo.homeserver import Homeserver
from tests.e2e.community import community

pytestmark = pytest.mark.synapse


async def test_a_town_is_confirmed_and_heard_in_its_regions_own_room(
    homeserver: Homeserver, tmp_path: Path
) -> None:
    async with community(homeserver, tmp_path, "alice", "bea") as place:
        await place.bot.start()
        alice = place["alice"]
        await alice.send(place.rooms["lounge"], "#swsdanger #баффало a grey van by the bridge")
        room = await place.direct("alice")
        asked = await place.sees("alice", room, "Is it for Buffalo, near New York State?")
        assert "sws" not in asked.text.splitlines()[0]
        assert await place.standing("bea", "ny") == []
        await alice.send(room, "yes")
        relay = await place.sees("bea", "ny", "a grey van by the bridge")
        assert relay.text.startswith("⚠️ Warning · Buffalo, near New York State\n")
        await alice.wait_for(room, event=asked.event, redacted=True)
        await alice.send(room, "regions")
        tree = await place.sees("alice", room, "↳ New York City")
        assert tree.html is not None
        assert await place.standing("bea", "nyc") == []
        assert not [line for line in place.bot.log if "uffalo" in line or "баффало" in line]
