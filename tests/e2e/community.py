"""A community on a real homeserver, its members with strict clients, and the bot as people run it."""

from __future__ import annotations

import asyncio
import secrets
import signal
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import yaml

from swsmatrix.demo.bot_process import BotProcess
from swsmatrix.demo.cast import Person
from swsmatrix.demo.homeserver import Homeserver
from swsmatrix.demo.seen import Message
from swsmatrix.keys import new_key_file

PASSWORD = "a lantern in the window"
SEEN_SECONDS = 30.0


class Bot:
    """``python -m swsmatrix run``, as often as it is started; ``log`` is what all of them wrote."""

    def __init__(self, config: Path, user: str) -> None:
        self.config = config
        self.user = user
        self._logs: list[Path] = []
        self._stay = AsyncExitStack()
        self._process: BotProcess | None = None

    @property
    def log(self) -> list[str]:
        return [line for file in self._logs for line in file.read_text().splitlines()]

    async def start(self) -> None:
        self._logs.append(self.config.with_name(f"log-{len(self._logs)}"))
        self._process = await self._stay.enter_async_context(BotProcess.start(self.config, self._logs[-1]))

    async def ended(self) -> int:
        """Wait until it has ended by itself; its exit code."""
        assert self._process
        async with asyncio.timeout(SEEN_SECONDS):
            return await self._process.ended()

    async def end(self, how: signal.Signals = signal.SIGTERM) -> int:
        """Send a signal and wait; the exit code (negative: the signal)."""
        code = await self._process.stop(how) if self._process else 0
        await self._stay.aclose()
        return code


class Community:
    """``rooms``: by short name (lounge, ny, nyc, stewards). ``dora`` made them and is a steward."""

    def __init__(
        self, homeserver: Homeserver, folder: Path, people: dict[str, Person], settings: dict[str, Any]
    ) -> None:
        self._settings = settings
        self.homeserver = homeserver
        self.folder = folder
        self.people = people
        self.rooms: dict[str, str] = {}
        self.suffix = secrets.token_hex(4)
        self.bot: Bot

    def __getitem__(self, name: str) -> Person:
        return self.people[name]

    def alias(self, room: str) -> str:
        return f"#{room}-{self.suffix}:{self.homeserver.server_name}"

    async def build(self, names: tuple[str, ...]) -> None:
        """An account for the bot, the rooms, everybody in them, the settings."""
        bot = await self.homeserver.register(f"porch-{self.suffix}", PASSWORD)
        dora, others = self["dora"], [self[name] for name in names if name != "dora"]

        async def make(room: str, guests: list[Person]) -> None:
            invited = [bot, *(guest.user for guest in guests)]
            self.rooms[room] = await dora.create_room(
                room, alias=f"{room}-{self.suffix}", invite=invited, power={"users": {bot: 50}}
            )
            await asyncio.gather(*(guest.join(self.rooms[room]) for guest in guests))

        await asyncio.gather(*(make(room, others) for room in ("lounge", "ny", "nyc")), make("stewards", []))
        self.bot = Bot(self.write_settings(bot), bot)

    def write_settings(self, bot: str) -> Path:
        secret = self.folder / "secrets"
        secret.mkdir(mode=0o700)
        new_key_file(secret / "data.key")
        (secret / "password").write_text(PASSWORD)
        settings = {
            "homeserver": self.homeserver.url,
            "user_id": bot,
            "password_file": "secrets/password",
            "data_dir": "data",
            "key_file": "secrets/data.key",
            "rooms": {"community": [self.alias("lounge")], "stewards": self.alias("stewards")},
            "regions": {
                "us-ny": {"name": "New York State", "room": self.alias("ny"), "tz": "America/New_York"},
                "nyc": {"name": "New York City", "parent": "us-ny", "room": self.alias("nyc")},
            },
            "log_level": "DEBUG",
            **self._settings,
        }
        config = self.folder / "config.yaml"
        config.write_text(yaml.safe_dump(settings))
        return config

    async def sees(self, who: str, room: str, text: str) -> Message:
        """Wait until somebody reads the bot's message with this text, without a warning shield."""
        where = self.rooms.get(room, room)
        seen = await self[who].wait_for(where, text=text, sender=self.bot.user, timeout=SEEN_SECONDS)
        assert (seen.shield, seen.failure, seen.encrypted) == ("NONE", None, True)
        assert seen.mentions == ()
        assert not seen.mentions_room
        return seen

    async def standing(self, who: str, room: str) -> list[str]:
        """The bot's messages in a room that are not redacted, as somebody sees them."""
        messages = await self[who].messages(self.rooms.get(room, room))
        return [one.text for one in messages if one.sender == self.bot.user and not one.redacted]

    async def direct(self, who: str) -> str:
        """The direct chat that the bot opened with somebody, accepted."""
        invitation = await self[who].wait_for_invite(self.bot.user, "Porch", timeout=SEEN_SECONDS)
        assert invitation.direct
        assert invitation.encrypted
        await self[who].accept(invitation.room)
        return invitation.room

    def files(self) -> list[Path]:
        """Every file of the bot but its settings and secrets."""
        return [file for file in (self.folder / "data").rglob("*") if file.is_file()]


@asynccontextmanager
async def community(
    homeserver: Homeserver, folder: Path, *names: str, unsigned: tuple[str, ...] = (), **settings: Any
) -> AsyncIterator[Community]:
    """Dora and ``names`` in their rooms, the bot not started yet. ``unsigned``: not cross-signed, lenient.

    ``settings``: of the bot, over those that every community has.
    """
    number = secrets.token_hex(4)
    async with AsyncExitStack() as stay:

        async def arrive(name: str) -> Person:
            await homeserver.register(f"{name}-{number}", PASSWORD)
            signed = name not in unsigned
            person = Person.arrive(
                homeserver.url, f"{name}-{number}", PASSWORD, cross_sign=signed, strict=signed
            )
            return await stay.enter_async_context(person)

        everybody = ("dora", *names)
        people = dict(zip(everybody, await asyncio.gather(*map(arrive, everybody)), strict=True))
        place = Community(homeserver, folder, people, settings)
        await place.build(everybody)
        try:
            yield place
        finally:
            await place.bot.end()
