"""From a member's message to the last of the rooms that their warning goes to, as a ratio to bare requests.

    python -m benchmarks.warning [ROOMS] [MEMBERS] [TIMES]

Begun when the author's client is told to say it; over when somebody else's /sync has shown the last relay.
Bare is a script in the bot's place, in the same run and the same rooms: it sees the message in its own
/sync and PUTs the very bytes of a relay as the same kind of event, encrypting nothing, four at a time like
the bot. Cold: nobody has a key of the bot's, and it has no sessions with anybody; they begin with one-time
keys. Warm: they have what they need.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any
from unittest import mock

import yaml

from benchmarks.figures import told
from swsmatrix import app
from swsmatrix.demo.homeserver import Homeserver
from swsmatrix.keys import new_key_file
from swsmatrix.matrix.client import Client
from swsmatrix.outbox import AT_ONCE
from swsmatrix.protocol import MINUTE, Millis, RoomId, UserId
from tests.contract.matrix_people import ENCRYPTION, Person, people
from tests.e2e.community import PASSWORD
from tests.faults.place import Inside

LIMIT = 60.0  # seconds; what takes longer is broken
QUIET = 0.3  # seconds after which everybody has heard what was said, and the bot has nothing left to say
SEALED = "m.room.encrypted"
ALL = '{"room": {"timeline": {"limit": 1000}}}'  # a filter: nothing is left out of an answer
HISTORY = {
    "type": "m.room.history_visibility",
    "state_key": "",
    "content": {"history_visibility": "joined"},
}

Say = Callable[[], Coroutine[Any, Any, object]]

_real_now, _real_client = app.now, app.client_of


class Listener:
    """Somebody's /sync by bare requests."""

    def __init__(self, person: Person) -> None:
        self.person = person

    async def events(self, patience: int = 10_000) -> list[tuple[RoomId, dict[str, Any]]]:
        """What was said since the last time, with its room."""
        asked = {"timeout": str(patience), "filter": ALL}
        if self.person.token:
            asked["since"] = self.person.token
        answer = await self.person.ask("GET", "sync", **asked)
        self.person.token = answer.body["next_batch"]
        joined: dict[RoomId, Any] = answer.body.get("rooms", {}).get("join", {})
        return [(room, event) for room, told in joined.items() for event in told["timeline"]["events"]]

    async def catch_up(self) -> None:
        await asyncio.sleep(QUIET)
        while await self.events(0):
            pass


class Clock:
    """The bot's; put forward between the runs, so that nobody wrote too much lately."""

    ahead: Millis = 0

    def now(self) -> Millis:
        return _real_now() + self.ahead


class Crowd:
    """``authors`` are in the lounge; ``rooms`` are of one region each. The bot runs inside this process."""

    def __init__(self, script: Person, watcher: Person, authors: Sequence[Person]) -> None:
        self.script, self.watcher = Listener(script), Listener(watcher)
        self.authors = authors
        self.lounge = RoomId("")
        self.rooms: list[RoomId] = []
        self.clock = Clock()
        self.clients: list[Client] = []
        self.bot: Inside
        self.sealed: dict[str, Any] = {}  # the content of a relay

    async def build(self, homeserver: Homeserver, folder: Path, rooms: int, members: int) -> None:
        """``members`` are those of each room: the bot, the script, who watches, and authors."""
        bot = UserId(await homeserver.register("porch", PASSWORD))
        host, everybody = self.authors[0], [self.script.person, self.watcher.person, *self.authors[1:]]

        async def make(guests: Sequence[Person]) -> RoomId:
            invited = [bot, *(guest.user for guest in guests)]
            return await host.make_room(*guests, invite=invited, initial_state=[ENCRYPTION, HISTORY])

        self.lounge, stewards = await make(everybody), await make(())
        self.rooms = [await make(everybody[: members - 2]) for _ in range(rooms)]
        settings = {
            "homeserver": homeserver.url,
            "user_id": bot,
            "password_file": "secrets/password",
            "data_dir": "data",
            "key_file": "secrets/data.key",
            "rooms": {"community": [self.lounge], "stewards": stewards},
            "regions": {f"r{n}": {"name": f"Region {n}", "room": room} for n, room in enumerate(self.rooms)},
            "log_level": "WARNING",
        }
        home = folder / "bot"
        (home / "secrets").mkdir(mode=0o700, parents=True)
        new_key_file(home / "secrets" / "data.key")
        (home / "secrets" / "password").write_text(PASSWORD)
        (home / "config.yaml").write_text(yaml.safe_dump(settings))
        self.bot = Inside(home / "config.yaml", bot)

    def client_of(self, *settings: Any) -> Client:
        self.clients.append(_real_client(*settings))
        return self.clients[-1]

    def chill(self) -> None:
        """Nobody has a key of the bot's, and it knows no way to give them one but their one-time keys."""
        client = self.clients[-1]
        client._performer._keys.in_use.clear()
        client.nio.machine.session_store._entries.clear()

    # ---- What is measured ----

    async def until(self, sender: str, count: int) -> None:
        """Until ``sender`` said ``count`` things in the regional rooms, as somebody else sees it."""
        async with asyncio.timeout(LIMIT):
            while count > 0:
                for room, event in await self.watcher.events():
                    if (event["sender"], event["type"]) == (sender, SEALED) and room != self.lounge:
                        count -= 1
                        self.sealed = event["content"]

    async def ours(self, say: Say, relays: int) -> float:
        """Seconds until all relays of what is said stand."""
        self.clock.ahead += 11 * MINUTE
        await self.watcher.catch_up()
        begun = time.perf_counter()
        saying = asyncio.create_task(say())
        await self.until(self.bot.user, relays)
        seconds = time.perf_counter() - begun
        await saying
        return seconds

    async def bare(self, say: Say, warnings: int, each: int) -> float:
        """Seconds until the script has answered each of ``warnings`` in ``each`` rooms."""
        await self.script.catch_up()
        await self.watcher.catch_up()
        begun = time.perf_counter()
        saying = asyncio.create_task(say())
        relaying = asyncio.create_task(self._relay(warnings, each))
        await self.until(self.script.person.user, warnings * each)
        seconds = time.perf_counter() - begun
        await asyncio.gather(saying, relaying)
        return seconds

    async def _relay(self, warnings: int, each: int) -> None:
        queue: asyncio.Queue[tuple[RoomId, str]] = asyncio.Queue()

        async def put() -> None:
            while True:
                room, txn = await queue.get()
                answer = await self.script.person.ask(
                    "PUT", "rooms", room, "send", SEALED, txn, body=self.sealed
                )
                assert answer.ok
                queue.task_done()

        workers = [asyncio.create_task(put()) for _ in range(AT_ONCE)]
        heard = 0
        while heard < warnings:
            for room, event in await self.script.events():
                if room == self.lounge and event["type"] == SEALED:
                    for number in range(each):
                        where = self.rooms[(heard * each + number) % len(self.rooms)]
                        queue.put_nowait((where, f"{event['event_id']}-{number}"))
                    heard += 1
        await queue.join()
        for worker in workers:
            worker.cancel()


@asynccontextmanager
async def crowd(rooms: int, members: int, authors: int) -> AsyncIterator[Crowd]:
    """Everybody in their rooms, authors' keys known in the lounge, the bot running and its keys known."""
    async with AsyncExitStack() as stay:
        folder = Path(stay.enter_context(tempfile.TemporaryDirectory()))
        homeserver = await stay.enter_async_context(Homeserver.start(folder / "homeserver"))
        names = ("script", "watcher", *(f"author{n}" for n in range(max(authors, members - 3))))
        script, watcher, *others = await stay.enter_async_context(people(homeserver, folder, *names))
        place = Crowd(script, watcher, others)
        await place.build(homeserver, folder, rooms, members)
        stay.enter_context(mock.patch.object(app, "client_of", place.client_of))
        stay.enter_context(mock.patch.object(app, "now", place.clock.now))
        await place.bot.start()
        stay.push_async_callback(place.bot.end)
        place.authors = others[:authors]
        for author in place.authors:
            await author.listen()
            await author.say(place.lounge, "good morning")
        await place.ours(lambda: others[0].say(place.lounge, "#swsdanger #everywhere a first one"), rooms)
        yield place


async def main(rooms: int = 30, members: int = 20, times: int = 20) -> None:
    async with crowd(rooms, members, 1) as place:
        author, count = place.authors[0], iter(range(10_000))

        def say() -> Coroutine[Any, Any, str]:
            return author.say(
                place.lounge, f"#swsdanger #everywhere a grey van waits by bridge {next(count)}"
            )

        cold, warm = [], []
        for _ in range(times):
            place.chill()
            cold.append(await place.ours(say, rooms))
            warm.append(await place.ours(say, rooms))
        await place.bot.end()
        limit = [await place.bare(say, 1, rooms) for _ in range(times + 1)][1:]
    print(f"a warning to {rooms} rooms x {members} members, {times} times: median (quartiles), ratio")
    print(told("bare requests", limit))
    print(told("warm", warm, limit))
    print(told("cold", cold, limit))


if __name__ == "__main__":
    asyncio.run(main(*(int(word) for word in sys.argv[1:])))
