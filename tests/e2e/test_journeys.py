"""Both ways with clients as strict as Element: first contact, restarts, new keys, joining, exhausted keys."""

from __future__ import annotations

import asyncio
import random
import signal
import time
from collections.abc import AsyncIterator
from http import HTTPStatus
from pathlib import Path

import pytest

from swsmatrix.demo import serverside
from swsmatrix.demo.cast import NotSeenError, Person
from swsmatrix.demo.homeserver import Homeserver
from tests.e2e.community import SEEN_SECONDS, Community, community
from tests.e2e.journeys import (
    LOOK_SECONDS,
    arrival,
    let_in,
    opens_chat,
    take_all_keys,
    talks,
    topped_up,
    warns,
)

pytestmark = pytest.mark.synapse

LEAST = 10  # messages: no room makes the bot change its key more often
JOININGS = 8


@pytest.fixture
async def place(homeserver: Homeserver, tmp_path: Path) -> AsyncIterator[Community]:
    async with community(homeserver, tmp_path, "alice") as place:
        await place.bot.start()
        yield place


async def test_first_contact(place: Community) -> None:
    async with arrival(place, "nell") as nell:
        await let_in(place, nell, "lounge", "nyc")
        await warns(nell, place, "a grey van by the bridge")
        await talks(nell, place, await opens_chat(nell, place))


async def test_either_is_restarted_in_the_middle_of_their_sessions(place: Community) -> None:
    async with arrival(place, "nell", keeps=True) as nell:
        await let_in(place, nell, "lounge")
        chat = await opens_chat(nell, place)
        _, first = await talks(nell, place, chat)
        await nell.restart()
        asking, answering = await talks(nell, place, chat)
        assert answering == first  # which her client opened with the key that it had stored
        for how in (signal.SIGTERM, signal.SIGKILL):
            # Her client begins a new session by itself now and then: that would show nothing.
            for _ in range(4):
                before = asking
                await place.bot.end(how)
                await place.bot.start()
                asking, answered = await talks(nell, place, chat)
                assert answered != answering  # the bot keeps no copy of its own
                answering = answered
                if asking == before:
                    break  # which the bot opened with the key that it had stored
            else:
                raise AssertionError("her client never goes on with its session")


async def test_keys_are_changed_in_the_middle(place: Community) -> None:
    alice = place["alice"]
    chat = await opens_chat(alice, place)
    often = {"algorithm": "m.megolm.v1.aes-sha2", "rotation_period_msgs": LEAST}
    await alice.raw(chat, "m.room.encryption", often, state_key="")
    sessions = []
    for number in range(LEAST + 2):
        if number % 4 == 3:
            await alice.forget_room_key(chat)
        sessions.append(await talks(alice, place, chat))
    hers, its = zip(*sessions, strict=True)
    assert len(set(hers)) == 1 + (LEAST + 2) // 4
    assert len(set(its)) == 2


async def test_whoever_joins_while_a_key_is_shared_reads_what_is_said_then(place: Community) -> None:
    chance = random.Random(20261121)
    stewards, dora = place.rooms["stewards"], place["dora"]
    after = unread = 0
    async with arrival(place, "nell") as nell:
        began = time.monotonic()
        await dora.send(stewards, "help")
        await place.sees("dora", "stewards", "release")
        takes = time.monotonic() - began
        for _ in range(JOININGS):
            await dora.invite(stewards, nell.user)
            await nell.wait_for_member(stewards, nell.user, "invite")
            position = serverside.position(place.homeserver.database)
            asking = asyncio.create_task(dora.send(stewards, "help"))
            await asyncio.sleep(takes * chance.random())
            await nell.join(stewards)
            await asking
            answer = await _answer(place, position)
            # What the homeserver shows her was said, as it sees it, after she had joined.
            status, _ = await nell.http("GET", f"/_matrix/client/v3/rooms/{stewards}/event/{answer}")
            if status == HTTPStatus.OK:
                after += 1
                unread += not await _is_read(nell, stewards, answer)
            await nell.leave(stewards)
    print(f"\njoined during a share: {after} of {JOININGS} answers came after the joining, {unread} unread")
    assert unread == 0


async def _answer(place: Community, position: int) -> str:
    """What the bot said first since ``position``: the event."""
    async with asyncio.timeout(SEEN_SECONDS):
        while True:
            for event in serverside.since(place.homeserver.database, position):
                if (event.type, event.sender) == ("m.room.encrypted", place.bot.user):
                    return event.event
            await asyncio.sleep(LOOK_SECONDS)


async def _is_read(person: Person, room: str, event: str) -> bool:
    try:
        seen = await person.wait_for(room, event=event, failed=False, timeout=5)
    except NotSeenError:
        return False
    return (seen.shield, seen.encrypted) == ("NONE", True) and bool(seen.text)


async def test_when_all_one_time_keys_are_taken_both_still_find_each_other(place: Community) -> None:
    bot, dora = place.bot.user, place["dora"]
    (device,) = await dora.devices(bot)
    async with arrival(place, "nell") as nell, arrival(place, "olli") as olli:
        await let_in(place, nell, "lounge", "nyc")
        await let_in(place, olli, "nyc")  # where nothing is said yet: the bot has no session with either
        assert await take_all_keys(dora, olli.user, olli.device) >= 40
        assert await take_all_keys(dora, bot, device.device) >= 40
        await warns(nell, place, "a grey van by the bridge", nell, olli)
        await topped_up(dora, olli.user, olli.device)
        await topped_up(dora, bot, device.device)
