"""Killed at any moment; what was going on is finished once when it is back."""

from __future__ import annotations

import asyncio
import random
import signal
import time
from collections import Counter
from functools import partial
from pathlib import Path

import pytest

from swsmatrix.demo.homeserver import Homeserver
from swsmatrix.protocol import RoomId
from tests.contract.matrix_proxy import Proxy
from tests.faults.place import Member, Place, gathered

pytestmark = pytest.mark.synapse


# ---- 2, 3 ------------------------------------------------------------------------------------------


async def test_killed_between_a_request_and_its_answer(place: Place) -> None:
    await place.process.start()
    await place.warn("alice", "hello")
    await place.relayed("hello")
    place.proxy.keep = "/send/m.room.encrypted/"
    asked = len(place.proxy.seen)
    await place.warn("bea", "said once")
    async with asyncio.timeout(30):
        await place.proxy.held.wait()
    await place.process.end(signal.SIGKILL)
    place.proxy.go.set()
    await place.process.start()
    await place.relayed("said once")
    await place.settled()
    assert len(place.relays("said once")) == 1
    tried = Counter(path for _, path in place.proxy.seen[asked:] if "/send/m.room.encrypted/" in path)
    assert max(tried.values()) == 1  # it is found in the room; else the transaction would be the same


async def test_killed_between_a_key_and_its_message(
    place: Place, homeserver: Homeserver, tmp_path: Path
) -> None:
    """The key has arrived, and was committed with its sync answer; the message comes after the restart."""
    async with Proxy.before(homeserver.url) as proxy:
        alice = place["alice"].person
        direct, alice.client.nio.homeserver = alice.client.nio.homeserver, proxy.url
        await place.process.start()
        await place.warn("bea", "hello")
        await place.relayed("hello")
        proxy.hold = "/send/"
        saying = asyncio.create_task(place.warn("alice", "the key came first"))
        async with asyncio.timeout(30):
            await proxy.held.wait()
        since = len([one for one in place.proxy.seen if one[1].endswith("/sync")])
        async with asyncio.timeout(30):
            # Bea's words make an answer of /sync; the next question says that it was committed.
            await place["bea"].say(place.rooms["lounge"], "good evening")
            while len([one for one in place.proxy.seen if one[1].endswith("/sync")]) < since + 2:  # noqa: ASYNC110
                await asyncio.sleep(0.05)
        await place.process.end(signal.SIGKILL)
        proxy.go.set()
        await saying
        await place.process.start()
        await place.relayed("the key came first")
        assert len(place.relays("the key came first")) == 1
        alice.client.nio.homeserver = direct


# ---- 1 ---------------------------------------------------------------------------------------------

KILLS = 50
AUTHORS = tuple(f"author{number}" for number in range(10))


@pytest.mark.soak
async def test_killed_at_fifty_instants(homeserver: Homeserver, tmp_path: Path) -> None:
    chance, began = random.Random(1), time.monotonic()
    async with gathered(homeserver, tmp_path, "alice", "bea", *AUTHORS) as place:
        await place.process.start()
        chat = await _supporter(place, place["bea"])
        before = await _joined(place["alice"])
        requests = 0
        for number in range(KILLS):
            if number % 5 == 4:
                await place["alice"].say(
                    place.rooms["lounge"], f"#swshelp #nyc lamp number {number}. is broken"
                )
                requests += 1
                if number % 2:
                    await place["bea"].until(partial(_asked, place, chat, number), 60)
                    await place["bea"].say(chat, "yes")
            else:
                await place.warn(AUTHORS[number % len(AUTHORS)], f"warning number {number}.")
            await asyncio.sleep(chance.random() * 0.5)
            await place.process.end(signal.SIGKILL)
            await place.process.start()
            if number % 5 == 4:
                if not number % 2:
                    await place["bea"].until(partial(_asked, place, chat, number), 60)
                    await place["bea"].say(chat, "yes")
                async with asyncio.timeout(90):
                    while len(await _shared(place) - before) < requests:  # noqa: ASYNC110 - the server's
                        await asyncio.sleep(0.2)
        for number in range(KILLS):
            if number % 5 != 4:
                await place.relayed(f"warning number {number}.", seconds=90)
        await place.settled("dora")
        counts = Counter(len(place.relays(f"warning number {n}.")) for n in range(KILLS) if n % 5 != 4)
        rooms = len(await _shared(place) - before)
        took = time.monotonic() - began
        print(f"\n1: {KILLS} kills in {took:.0f} s: relays per warning {dict(counts)}")
        print(f"1: {rooms} rooms for {requests} requests")
        assert set(counts) == {1}
        assert rooms == requests


async def _supporter(place: Place, bea: Member) -> RoomId:
    """Bea is on the list; her direct chat with the bot."""
    await bea.say(place.rooms["lounge"], "#swssupporter #nyc")
    await place["dora"].until(lambda: place.relays("approve 1", "stewards"), 60)
    await place["dora"].say(place.rooms["stewards"], "approve 1")
    await bea.until(lambda: [e for e in bea.from_(place.bot.user) if "on the list" in e.text], 60)
    return next(e.room for e in bea.from_(place.bot.user) if "on the list" in e.text)


def _asked(place: Place, chat: RoomId, number: int) -> bool:
    return any(f"lamp number {number}." in one.text for one in place["bea"].from_(place.bot.user, chat))


async def _joined(member: Member) -> set[str]:
    return set((await member.person.ask("GET", "joined_rooms")).body["joined_rooms"])


async def _shared(place: Place) -> set[str]:
    """Rooms in which both are, direct chats with the bot excepted: nobody else is in those."""
    return await _joined(place["alice"]) & await _joined(place["bea"])
