"""Much at once: what was missed for long, people who come and go."""

from __future__ import annotations

import asyncio
import time
from itertools import cycle
from pathlib import Path

import pytest

from swsmatrix.demo.homeserver import Homeserver
from swsmatrix.protocol import Action, JoinRoom, LeaveRoom, MessagePosted, RoomId
from tests.contract.matrix_people import Person, people
from tests.faults.place import Place

pytestmark = pytest.mark.synapse


@pytest.mark.parametrize("messages", [300, pytest.param(10_000, marks=pytest.mark.soak)])
async def test_what_was_missed_is_heard_in_order(
    homeserver: Homeserver, tmp_path: Path, messages: int
) -> None:
    names = [f"author{number}" for number in range(4)]
    async with people(homeserver, tmp_path, "bot", *names) as (bot, *authors):
        rooms = {author.user: await author.make_room(bot) for author in authors}
        await bot.listen()
        each = messages // len(authors)

        async def talk(author: Person, room: RoomId) -> None:
            for number in range(each):
                await author.say(room, f"number {number}")

        await asyncio.gather(*(talk(author, rooms[author.user]) for author in authors))
        await bot.restart()
        began = time.monotonic()
        heard = [event for event in await bot.listen() if isinstance(event, MessagePosted)]
        took = time.monotonic() - began
    for author in authors:
        said = [event.text for event in heard if event.room == rooms[author.user]]
        assert said == [f"number {number}" for number in range(each)]
    print(f"\n11: {len(heard)} missed messages heard in order, in {took:.1f} s")


@pytest.mark.soak
async def test_people_who_come_and_go(place: Place) -> None:
    """200 joins and leaves a minute in the room that a warning goes to."""
    await place.bot.start()
    nyc, restless, dora = place.rooms["nyc"], place["bea"].person, place["dora"].person
    changes, longest, began = 0, 0.0, time.monotonic()

    async def come_and_go() -> None:
        nonlocal changes
        actions: tuple[Action, ...] = (LeaveRoom(), JoinRoom())
        for action in cycle(actions):
            if isinstance(action, JoinRoom):
                await dora.ask("POST", "rooms", nyc, "invite", body={"user_id": restless.user})
            await restless.client.perform(nyc, action, f"c{changes}")
            changes += 1
            await asyncio.sleep(max(0.0, began + changes * 0.3 - time.monotonic()))

    busy = asyncio.create_task(come_and_go())
    for number in range(6):
        await asyncio.sleep(8)
        await place.warn(("alice", "dora")[number % 2], f"in the crowd {number}.", "lounge")
        longest = max(longest, await place.relayed(f"in the crowd {number}.", seconds=60))
    minutes = (time.monotonic() - began) / 60
    busy.cancel()
    print(f"\n26: {changes / minutes:.0f} joins and leaves a minute, warnings within {longest:.1f} s")
    assert changes / minutes > 150
    assert longest < 15
