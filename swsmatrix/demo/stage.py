"""The stage: a homeserver, a community with its encrypted rooms, and the bot, all on this machine.

Alice and Bea are members, Chi is a steward and has made the rooms. "you" is an account for the
person who watches: a member and a steward, whose first client they bring themselves.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

import yaml

from swsmatrix.demo.bot_process import BotProcess
from swsmatrix.demo.cast import Person
from swsmatrix.demo.homeserver import Homeserver
from swsmatrix.demo.node import ensure_node_packages
from swsmatrix.keys import new_key_file

ROOMS: Final = {"lounge": "lounge", "ny": "sws-ny", "nyc": "sws-nyc", "stewards": "stewards"}
NAMES: Final = {"lounge": "Lounge", "ny": "New York State", "nyc": "New York City", "stewards": "Stewards"}
CAST: Final = ("alice", "bea", "chi")
BOT_NAME: Final = "Porch"
REDACT: Final = 50

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """``rooms``: ids by short name (lounge, ny, nyc, stewards). ``visitor``: name and password of "you"."""

    folder: Path
    homeserver: Homeserver
    rooms: dict[str, str]
    people: dict[str, Person]
    bot: BotProcess
    bot_user: str
    visitor: tuple[str, str]

    def address(self, room: str) -> str:
        return f"#{ROOMS[room]}"

    def name_of(self, user: str) -> str:
        """What the story calls them."""
        return BOT_NAME if user == self.bot_user else user.removeprefix("@").partition(":")[0]

    @property
    def config(self) -> Path:
        return self.folder / "bot" / "config.yaml"

    @property
    def bot_data(self) -> tuple[Path, Path]:
        """What the bot writes: its data and its log."""
        return self.folder / "bot" / "data", self.bot.log


@asynccontextmanager
async def staged(folder: Path, say: Say) -> AsyncIterator[Stage]:
    """Everything set up in ``folder`` and running, until the end of the block. ``say`` hears of each step."""
    async with AsyncExitStack() as stay:
        await asyncio.to_thread(ensure_node_packages, say=say)
        say("starting a homeserver (Synapse) …")
        hs = await stay.enter_async_context(Homeserver.start(folder / "homeserver"))
        passwords = {name: secrets.token_urlsafe(9) for name in (*CAST, "porch", "you")}
        users = {name: await hs.register(name, password) for name, password in passwords.items()}
        say("alice, bea and chi arrive, each with a strict client of their own …")
        arrivals = [Person.arrive(hs.url, name, passwords[name]) for name in CAST]
        entered = await asyncio.gather(*(stay.enter_async_context(arrival) for arrival in arrivals))
        people = dict(zip(CAST, entered, strict=True))
        say("chi makes the community's rooms, encrypted …")
        rooms = await _rooms(people, users)
        await asyncio.to_thread(_seat, hs, "you", passwords["you"], list(rooms.values()))
        say("starting the bot: swsmatrix run --config config.yaml …")
        config = _configured(folder / "bot", hs, users["porch"], passwords["porch"])
        bot = await stay.enter_async_context(BotProcess.start(config, folder / "bot" / "log"))
        for person in people.values():
            # What is said before a client knows of the bot is not encrypted for it.
            await person.wait_for_member(rooms["lounge"], users["porch"])
        yield Stage(
            folder=folder,
            homeserver=hs,
            rooms=rooms,
            people=people,
            bot=bot,
            bot_user=users["porch"],
            visitor=("you", passwords["you"]),
        )


async def _rooms(people: dict[str, Person], users: dict[str, str]) -> dict[str, str]:
    chi = people["chi"]

    async def make(short: str, guests: tuple[str, ...]) -> str:
        room = await chi.create_room(
            NAMES[short],
            alias=ROOMS[short],
            invite=[users[name] for name in (*guests, "you", "porch")],
            power={"users": {users["porch"]: REDACT}},
        )
        await asyncio.gather(*(people[name].join(room) for name in guests))
        return room

    members = ("alice", "bea")
    made = [await make(short, () if short == "stewards" else members) for short in ROOMS]
    return dict(zip(ROOMS, made, strict=True))


def _seat(hs: Homeserver, name: str, password: str, rooms: list[str]) -> None:
    """Join an account to rooms without a client of its own: whoever logs in later finds them there."""
    identifier = {"type": "m.id.user", "user": name}
    login = {"type": "m.login.password", "identifier": identifier, "password": password}
    token = hs.request("POST", "/_matrix/client/v3/login", login)["access_token"]
    ask = partial(hs.request, "POST", token=token)
    for room in rooms:
        ask(f"/_matrix/client/v3/join/{quote(room)}", {})
    ask("/_matrix/client/v3/logout", {})


def _configured(folder: Path, hs: Homeserver, user: str, password: str) -> Path:
    """A configuration such as an operator writes, and the secrets that it names."""
    hidden = folder / "secrets"
    hidden.mkdir(parents=True, mode=0o700)
    new_key_file(hidden / "data.key")
    (hidden / "password").touch(0o600)
    (hidden / "password").write_text(password)
    config = folder / "config.yaml"
    config.write_text(yaml.safe_dump(_settings(hs, user), sort_keys=False, allow_unicode=True))
    return config


def _settings(hs: Homeserver, user: str) -> dict[str, Any]:
    def address(room: str) -> str:
        return f"#{ROOMS[room]}:{hs.server_name}"

    return {
        "homeserver": hs.url,
        "user_id": user,
        "password_file": "secrets/password",
        "recovery_key_file": "secrets/recovery",
        "data_dir": "data",
        "key_file": "secrets/data.key",
        "bot": {"display_name": BOT_NAME},
        "rooms": {"community": [address("lounge")], "stewards": address("stewards")},
        "supporters": {"max_open_cases": 100},  # Bea is there for everybody who tries
        "regions": {
            "us": {"name": "United States", "tz": "America/New_York"},
            "us-ny": {
                "name": "New York State",
                "parent": "us",
                "aliases": ["ny", "newyorkstate"],
                "room": address("ny"),
            },
            "nyc": {
                "name": "New York City",
                "parent": "us-ny",
                "aliases": ["newyork", "newyorkcity", "brooklyn"],
                "room": address("nyc"),
            },
        },
    }
