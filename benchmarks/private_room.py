"""How long a requester waits for the room after a supporter's yes, as a ratio to the bare requests of it.

    python -m benchmarks.private_room [TIMES]

From the moment in which the yes (a reaction) is handed to the homeserver, until the requester's client
sees the invitation in its sync. Bare is a plain script in the bot's place, in the same run, with the same
people: it sees the yes in its sync, makes the same room, invites, and does nothing else. Medians.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

from benchmarks.figures import told
from swsmatrix.demo.cast import Person
from swsmatrix.demo.homeserver import Homeserver
from swsmatrix.matrix.outbound import private_room
from tests.e2e.community import PASSWORD, community
from tests.e2e.helping import PRIVATE, Helping

V3 = "/_matrix/client/v3/"
Json = dict[str, Any]
Ask = Callable[[str, str, Json | None], Awaitable[Json]]


class Listener:
    """Somebody's /sync, by bare requests: ``since`` is where they have heard to."""

    def __init__(self, ask: Ask) -> None:
        self.ask = ask
        self._since = ""

    async def catch_up(self) -> None:
        while await self._sync(0):
            pass

    async def wait(self, what: str, fits: Callable[[str, Json], bool]) -> None:
        """Until there is a fitting room among those that ``what`` ("join", "invite") happened in."""
        while not any(fits(*room) for room in (await self._sync(30_000)).get(what, {}).items()):
            pass

    async def _sync(self, patience: int) -> Json:
        since = f"&since={self._since}" if self._since else ""
        news = await self.ask("GET", f"sync?timeout={patience}{since}", None)
        self._since = news["next_batch"]
        rooms: Json = news.get("rooms", {})
        return rooms


async def script(homeserver: Homeserver, name: str) -> Listener:
    """An account with nothing but HTTP."""
    user = await homeserver.register(name, PASSWORD)
    who = {"identifier": {"type": "m.id.user", "user": user}, "password": PASSWORD}
    login = {"type": "m.login.password", **who}
    answer = await asyncio.to_thread(homeserver.request, "POST", f"{V3}login", login)

    async def ask(method: str, where: str, body: Json | None) -> Json:
        token = answer["access_token"]
        return await asyncio.to_thread(homeserver.request, method, V3 + where, body, token=token)

    return Listener(ask)


def listener(person: Person) -> Listener:
    async def ask(method: str, where: str, body: Json | None) -> Json:
        status, answer = await person.http(method, V3 + where, body)
        assert status == 200
        return answer

    return Listener(ask)


async def yes_to_invitation(supporter: Person, chat: str, event: str, requester: Listener) -> float:
    """Seconds. Whoever answers the yes is ready."""

    def private(_: str, room: Json) -> bool:
        return any(event["content"].get("name") == PRIVATE for event in room["invite_state"]["events"])

    await requester.catch_up()
    invited = asyncio.create_task(requester.wait("invite", private))
    begun = time.perf_counter()
    await supporter.react(chat, event, "👍")
    await invited
    return time.perf_counter() - begun


async def bare(helping: Helping, bot: Listener, chat: str, requester: Listener) -> float:
    """The same with a script that answers whatever is said in ``chat``."""
    alice, bea = helping.place["alice"], helping.place["bea"]

    async def answer() -> None:
        await bot.wait("join", lambda room, _: room == chat)
        room = (await bot.ask("POST", "createRoom", private_room(PRIVATE, federate=False)))["room_id"]
        member = f"rooms/{quote(room)}/state/m.room.member/{quote(alice.user)}"
        await bot.ask("PUT", member, {"membership": "invite", "is_direct": True})

    event = await bea.send(chat, "something to say yes to")
    await bot.catch_up()
    answering = asyncio.create_task(answer())
    seconds = await yes_to_invitation(bea, chat, event, requester)
    await answering
    return seconds


async def ours(helping: Helping, number: int, requester: Listener) -> float:
    await helping.ask(f"#swshelp #nyc lamp number {number}.")
    offer = await helping.offer("bea", f"lamp number {number}.")
    return await yes_to_invitation(helping.place["bea"], offer.room, offer.event, requester)


async def main(times: int) -> None:
    supporters = {"vetting": "open", "max_open_cases": 1000}
    with tempfile.TemporaryDirectory() as folder:
        async with (
            Homeserver.start(Path(folder) / "homeserver") as homeserver,
            community(homeserver, Path(folder), "alice", "bea", supporters=supporters) as place,
        ):
            await place.bot.start()
            helping = Helping(place)
            await helping.open_chat("bea")
            await place["bea"].send(helping.chats["bea"], "#swssupporter #nyc")
            await place.sees("bea", helping.chats["bea"], "on the list")
            requester, plain = listener(place["alice"]), await script(homeserver, "script")
            invite = {"invite": [place["bea"].user]}
            chat = (await plain.ask("POST", "createRoom", invite))["room_id"]
            await place["bea"].join(chat)
            seconds = [
                (await bare(helping, plain, chat, requester), await ours(helping, number, requester))
                for number in range(times + 1)
            ][1:]
            limit, bot = zip(*seconds, strict=True)
    print(f"a yes to an invitation, {times} times: median (quartiles), ratio")
    print(told("bare requests", limit))
    print(told("the bot", bot, limit))


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else 20))
