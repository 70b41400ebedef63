"""A community on a real homeserver whose members are clients of ours, and bots that reach it through a proxy.

Many members cost little, and what they send can be anything. What strict clients see is in ``tests/e2e``.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager, suppress
from pathlib import Path
from typing import Any

import yaml

from swsmatrix import app
from swsmatrix.demo.homeserver import Homeserver
from swsmatrix.errors import ExitError, exit_error
from swsmatrix.keys import new_key_file, read_root_key
from swsmatrix.model import Event
from swsmatrix.protocol import Done, Invited, JoinRoom, MessagePosted, Reacted, RoomId, Say, UserId
from swsmatrix.settings import load
from tests.contract.matrix_people import ENCRYPTION, Person, person
from tests.contract.matrix_proxy import Proxy
from tests.e2e.community import PASSWORD, Bot

SECONDS = 30.0  # for what should take one or two; only a broken test waits so long
ROOMS = ("lounge", "ny", "nyc", "stewards")


class Member:
    """Somebody whose client runs; ``heard`` is all that it told. Invitations are accepted."""

    def __init__(self, person: Person) -> None:
        self.person = person
        self.user = person.user
        self.heard: list[Event] = []
        self._news = asyncio.Condition()

    async def listen(self) -> None:
        while True:
            events = await self.person.listen()
            for event in events:
                if isinstance(event, Invited):
                    await self.person.client.perform(event.room, JoinRoom(), f"join {event.room}")
            async with self._news:
                self.heard += events
                self._news.notify_all()

    async def until(self, enough: Callable[[], object], seconds: float = SECONDS) -> None:
        async with asyncio.timeout(seconds), self._news:
            await self._news.wait_for(enough)

    def from_(self, sender: str, room: str | None = None) -> list[MessagePosted]:
        """What ``sender`` said."""
        said = [event for event in self.heard if isinstance(event, MessagePosted) and event.sender == sender]
        return [event for event in said if room is None or event.room == room]

    async def say(self, room: RoomId, text: str) -> str:
        """Until it is said, whatever the network does."""
        self.person.said += 1
        while True:
            outcome = await self.person.client.perform(room, Say(text), f"say{self.person.said}")
            if isinstance(outcome, Done):
                return outcome.result
            await asyncio.sleep(0.2)


class Inside:
    """The bot as a task of this process: its pauses can be shortened, its client seen."""

    def __init__(self, config: Path, user: UserId) -> None:
        self.config = config
        self.user = user
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        settings = load(self.config)
        settings.data_dir.mkdir(mode=0o700, exist_ok=True)
        with _told("ready") as ready:
            self._task = asyncio.create_task(app.run(settings, read_root_key(settings.key_file)))
            waiting = asyncio.create_task(ready.wait())
            async with asyncio.timeout(SECONDS * 2):
                await asyncio.wait({self._task, waiting}, return_when=asyncio.FIRST_COMPLETED)
            waiting.cancel()
            if self._task.done():
                task, self._task = self._task, None
                task.result()
            assert ready.is_set()

    async def ended(self) -> type[ExitError] | None:
        """Wait until it ends by itself: for which of the reasons that have an exit code."""
        assert self._task
        try:
            async with asyncio.timeout(SECONDS):
                await self._task
        except BaseException as error:
            found = exit_error(error)
            if found is None:
                raise
            return type(found)
        return None

    async def end(self) -> None:
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError, ExitError):
                await self._task
            self._task = None


class _Told(logging.Handler):
    def __init__(self, text: str, event: asyncio.Event) -> None:
        super().__init__()
        self._text, self._event = text, event

    def emit(self, record: logging.LogRecord) -> None:
        if record.getMessage() == self._text:
            self._event.set()


@contextmanager
def _told(text: str) -> Iterator[asyncio.Event]:
    """Set once the program says ``text`` in its log."""
    logger, event = logging.getLogger("swsmatrix"), asyncio.Event()
    handler = _Told(text, event)
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    try:
        yield event
    finally:
        logger.removeHandler(handler)


class Place:
    """``rooms``: by short name. Dora made them, a steward. ``proxy``: between the bot and its server."""

    def __init__(self, homeserver: Homeserver, folder: Path, proxy: Proxy) -> None:
        self.homeserver = homeserver
        self.folder = folder
        self.proxy = proxy
        self.members: dict[str, Member] = {}
        self.rooms: dict[str, RoomId] = {}
        self.suffix = secrets.token_hex(4)
        self.bot: Inside
        self.process: Bot

    def __getitem__(self, name: str) -> Member:
        return self.members[name]

    async def build(self) -> None:
        bot = UserId(await self.homeserver.register(f"porch-{self.suffix}", PASSWORD))
        others = [member.person for name, member in self.members.items() if name != "dora"]
        for room in ROOMS:
            guests = [] if room == "stewards" else others
            self.rooms[room] = await self["dora"].person.make_room(
                *guests,
                name=room,
                room_alias_name=f"{room}-{self.suffix}",
                invite=[bot, *(guest.user for guest in guests)],
                power_level_content_override={"users": {bot: 50}},
                initial_state=[
                    ENCRYPTION,
                    _state("m.room.history_visibility", {"history_visibility": "joined"}),
                ],
            )
        config = self.configure(bot, "bot")
        self.bot = Inside(config, bot)
        self.process = Bot(config, bot)

    def alias(self, room: str) -> str:
        return f"#{room}-{self.suffix}:{self.homeserver.server_name}"

    def configure(self, bot: str, folder: str, **more: Any) -> Path:
        """A configuration of its own for ``bot``, in a folder of its own; its data lie beside it."""
        home = self.folder / folder
        (home / "secrets").mkdir(mode=0o700, parents=True)
        new_key_file(home / "secrets" / "data.key")
        (home / "secrets" / "password").write_text(PASSWORD)
        settings = {
            "homeserver": self.proxy.url,
            "user_id": bot,
            "password_file": "secrets/password",
            "data_dir": "data",
            "key_file": "secrets/data.key",
            "rooms": {"community": [self.alias("lounge")], "stewards": self.alias("stewards")},
            "regions": {
                "us-ny": {"name": "New York State", "room": self.alias("ny"), "tz": "America/New_York"},
                "nyc": {"name": "New York City", "parent": "us-ny", "room": self.alias("nyc")},
            },
            "supporters": {"max_open_cases": 1000},
            "log_level": "DEBUG",
            **more,
        }
        config = home / "config.yaml"
        config.write_text(yaml.safe_dump(settings))
        return config

    @property
    def data(self) -> Path:
        return self.bot.config.with_name("data")

    async def warn(self, who: str, text: str, room: str = "lounge") -> str:
        return await self[who].say(self.rooms[room], f"#swsdanger #nyc {text}")

    def relays(self, text: str, room: str = "nyc", who: str = "dora") -> list[MessagePosted]:
        """What the bot said in ``room`` with ``text`` in it."""
        return [one for one in self[who].from_(self.bot.user, self.rooms[room]) if text in one.text]

    async def relayed(self, text: str, room: str = "nyc", *, seconds: float = SECONDS) -> float:
        """Wait until it stands in ``room``; how many seconds that took."""
        began = time.monotonic()
        await self["dora"].until(lambda: self.relays(text, room), seconds)
        return time.monotonic() - began

    async def acknowledged(self, event: str, *, seconds: float = SECONDS) -> None:
        def signs() -> list[Event]:
            heard = self["dora"].heard
            return [
                one for one in heard if isinstance(one, Reacted) and (one.target, one.key) == (event, "✅")
            ]

        await self["dora"].until(signs, seconds)

    async def settled(self, who: str = "alice", room: str = "lounge") -> None:
        """Until the bot has heard, and answered, something that was said just now."""
        text = f"and then {secrets.token_hex(4)}"
        await self.warn(who, text, room)
        await self.relayed(text, seconds=SECONDS * 2)


def _state(kind: str, content: dict[str, Any]) -> dict[str, Any]:
    return {"type": kind, "state_key": "", "content": content}


@asynccontextmanager
async def gathered(homeserver: Homeserver, folder: Path, *names: str) -> AsyncIterator[Place]:
    """Dora and ``names`` in their rooms, listening; the bot not started yet."""
    async with AsyncExitStack() as stay:
        proxy = await stay.enter_async_context(Proxy.before(homeserver.url))
        place = Place(homeserver, folder, proxy)
        for name in ("dora", *names):
            one = await stay.enter_async_context(person(homeserver, folder, name, homeserver.url))
            place.members[name] = Member(one)
        await place.build()
        listening = [asyncio.create_task(member.listen()) for member in place.members.values()]
        try:
            yield place
        finally:
            proxy.fault = None
            proxy.go.set()
            await place.bot.end()
            await place.process.end()
            for task in listening:
                task.cancel()
            await asyncio.gather(*listening, return_exceptions=True)
