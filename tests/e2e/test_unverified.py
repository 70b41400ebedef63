"""Somebody whose device nobody vouches for asks for help: what strict clients see of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from swsmatrix.demo import serverside
from swsmatrix.demo.homeserver import Homeserver
from tests.e2e.community import SEEN_SECONDS, community
from tests.e2e.helping import REQUEST, Helping

pytestmark = pytest.mark.synapse


async def test_no_chat_is_opened_with_somebody_who_could_not_read_it(
    homeserver: Homeserver, tmp_path: Path
) -> None:
    async with community(homeserver, tmp_path, "una", unsigned=("una",)) as place:
        await place.bot.start()
        began = serverside.position(homeserver.database)
        lounge, una = place.rooms["lounge"], place["una"]
        event = await una.send(lounge, "#swsfyi #nyc the night kitchen is open")
        await una.wait_for_reaction(lounge, event, "❓", sender=place.bot.user, timeout=SEEN_SECONDS)
        await place.sees("dora", "stewards", "`release 1`")
        # Longer than a chat would take that was to be opened at the same time.
        await place["dora"].send(place.rooms["stewards"], "release 1")
        await place.sees("dora", "stewards", "💡 #1")
        invited = [
            event.key
            for event in serverside.since(homeserver.database, began)
            if event.type == "m.room.member" and event.content["membership"] == "invite"
        ]
        assert invited == []


async def test_help_is_looked_for_and_whoever_comes_is_told(homeserver: Homeserver, tmp_path: Path) -> None:
    async with community(homeserver, tmp_path, "bea", "una", unsigned=("una",)) as place:
        await place.bot.start()
        helping, una = Helping(place), place["una"]
        await helping.register("bea")
        lounge = place.rooms["lounge"]
        event = await una.send(lounge, REQUEST)
        for sign in ("✅", "❓"):
            await una.wait_for_reaction(lounge, event, sign, sender=place.bot.user, timeout=SEEN_SECONDS)
        await helping.offer("bea")
        await place["bea"].send(helping.chats["bea"], "yes")
        await place.sees("bea", helping.chats["bea"], "make sure that it is them")
        room = await helping.come("una")
        assert await helping.come("bea") == room
        await helping.alone(room, "bea", "una")
        # What the bot says is not for that device, neither in the room nor in their chat.
        for where in (room, await place.direct("una")):
            assert set(await place.standing("una", where)) == {""}
