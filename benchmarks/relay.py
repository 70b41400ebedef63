"""How long a warning takes to stand in every room, as a ratio to the bare requests that it needs.

    python -m benchmarks.relay [ROOMS] [MEMBERS]

The limit is what the homeserver needs for storing the same number of events of the same size from a script
that encrypts nothing, measured in the same run. Cold: nobody has the bot's keys yet. Warm: they have.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
import time
from contextlib import AsyncExitStack
from pathlib import Path

from swsmatrix.demo.homeserver import Homeserver
from swsmatrix.matrix.http import path, request
from swsmatrix.protocol import Done, RoomId, Say
from tests.contract.matrix_people import Person, person

TEXT = "⚠️ Warning · New York City\n\na grey van waits by the bridge\n\n— from a member"
SEALED_BYTES = 900  # about what TEXT is as an m.room.encrypted event


async def bare(bot: Person, rooms: list[RoomId], run: str) -> float:
    """Seconds for the same number of PUTs of the same bytes, one after the other."""
    content = {"body": "x" * SEALED_BYTES}
    begun = time.perf_counter()
    for room in rooms:
        where = path("rooms", room, "send", "org.example.bench", f"bare-{run}")
        answer = await request(bot.client.nio, "PUT", where, content)
        assert answer.ok
    return time.perf_counter() - begun


async def relays(bot: Person, rooms: list[RoomId], run: str) -> float:
    begun = time.perf_counter()
    for room in rooms:
        outcome = await bot.client.perform(room, Say(TEXT), f"relay-{run}")
        assert isinstance(outcome, Done)
    return time.perf_counter() - begun


async def main(rooms: int, members: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        async with Homeserver.start(Path(folder) / "homeserver") as homeserver, AsyncExitStack() as stay:
            people = [
                await stay.enter_async_context(person(homeserver, Path(folder), f"p{n}", homeserver.url))
                for n in range(members)
            ]
            bot, *guests = people
            made = [await bot.make_room(*guests) for _ in range(rooms)]
            await bot.listen()
            await bare(bot, made, "warming")
            cold, warm, limit = (
                await relays(bot, made, "cold"),
                min([await relays(bot, made, f"warm{n}") for n in range(3)]),
                min([await bare(bot, made, str(n)) for n in range(3)]),
            )
    print(f"{rooms} rooms x {members} members")
    print(f"bare requests  {limit:6.2f} s  1.0")
    print(f"warm           {warm:6.2f} s  {warm / limit:.1f}")
    print(f"cold           {cold:6.2f} s  {cold / limit:.1f}")


if __name__ == "__main__":
    numbers = [int(word) for word in sys.argv[1:]]
    asyncio.run(main(*(numbers or [10, 20])))
