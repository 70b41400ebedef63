"""People with clients of ours on a real homeserver, and a hand to do to them what a client would not."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

from swsmatrix.demo.homeserver import Homeserver
from swsmatrix.matrix import crosssigning
from swsmatrix.matrix.client import Client
from swsmatrix.matrix.http import Answer, path, request
from swsmatrix.matrix.session import start_session
from swsmatrix.matrix.trust import cross_signing_key
from swsmatrix.model import Event
from swsmatrix.protocol import Done, MessagePosted, RoomId, Say, UserId
from tests.memory_vault import MemoryVault

PATIENCE = 30.0  # seconds, for what should take one; only a broken test waits so long
ENCRYPTION = {"type": "m.room.encryption", "state_key": "", "content": {"algorithm": "m.megolm.v1.aes-sha2"}}


class Person:
    """``token``: up to where they have heard. ``client`` is new after ``restart``."""

    def __init__(self, url: str, name: str, folder: Path, **settings: Any) -> None:
        self.user = UserId(f"@{name}:localhost")
        self._url = url
        self._name = name
        self.folder = folder
        self._settings = settings
        self._keys = (secrets.token_bytes(32), secrets.token_bytes(32))
        self.vault = MemoryVault()
        self.token: str | None = None
        self.client = self._new()
        self.said = 0

    def _new(self) -> Client:
        return Client(
            self._url,
            self.user,
            self.folder,
            db_key=self._keys[0],
            pickle_key=self._keys[1],
            display_name="Porch",
            **self._settings,
        )

    async def start(self) -> None:
        await start_session(
            self.client.nio,
            self.vault,
            password=lambda: "hunter2",
            recovery_key_file=self.folder.with_name(f"{self._name}.recovery"),
            display_name=self._name,
        )

    async def restart(self) -> None:
        await self.client.close()
        self.client = self._new()
        await self.start()

    async def listen(self) -> tuple[Event, ...]:
        batch = await self.client.listen(self.token)
        self.token = batch.token
        return batch.events

    async def hear(self, enough: Callable[[list[Event]], object]) -> list[Event]:
        """Everything up to the batch that makes it ``enough``."""
        heard: list[Event] = []
        async with asyncio.timeout(PATIENCE):
            while not enough(heard):
                heard += await self.listen()
        return heard

    async def hear_text(self, text: str) -> MessagePosted:
        def said(heard: list[Event]) -> list[MessagePosted]:
            return [event for event in heard if isinstance(event, MessagePosted) and event.text == text]

        return said(await self.hear(said))[0]

    async def say(self, room: RoomId, text: str) -> str:
        self.said += 1
        outcome = await self.client.perform(room, Say(text), f"say{self.said}")
        assert isinstance(outcome, Done), outcome
        return outcome.result

    async def identity(self) -> str:
        """Their public master key, as everybody sees it."""
        answer = await self.ask("POST", "keys", "query", body={"device_keys": {self.user: []}})
        return cross_signing_key(answer.body, self.user, "master") or ""

    async def reset_identity(self) -> None:
        """As when somebody who knows the password presses "reset" in their own client."""
        await crosssigning._upload(
            self.client.nio, crosssigning.Seeds.make(), crosssigning.USAGES, lambda: "hunter2"
        )

    async def ask(self, method: str, *where: str, body: Any = None, **query: str) -> Answer:
        """Anything, as this person: what a hostile or broken client would send."""
        return await request(self.client.nio, method, path(*where), body, query=query or None)

    async def make_room(self, *guests: Person, encrypted: bool = True, **more: Any) -> RoomId:
        """A room of this person's with everybody in it."""
        body = {
            "preset": "private_chat",
            "invite": [guest.user for guest in guests],
            "initial_state": [ENCRYPTION] if encrypted else [],
            **more,
        }
        answer = await self.ask("POST", "createRoom", body=body)
        room = RoomId(answer.body["room_id"])
        for guest in guests:
            assert await guest.client.resolve(room) == room
        return room


@asynccontextmanager
async def person(
    homeserver: Homeserver, folder: Path, name: str, url: str, **settings: Any
) -> AsyncIterator[Person]:
    """One whose homeserver is reached at ``url``."""
    unique = f"{name}-{secrets.token_hex(4)}"
    await homeserver.register(unique, "hunter2")
    (folder / unique).mkdir()
    found = Person(url, unique, folder / unique, **settings)
    try:
        await found.start()
        await found.listen()
        yield found
    finally:
        await found.client.close()


@asynccontextmanager
async def people(
    homeserver: Homeserver, folder: Path, *names: str, **settings: Any
) -> AsyncIterator[list[Person]]:
    """Signed in, cross-signed, up to date."""
    async with AsyncExitStack() as stack:
        yield [
            await stack.enter_async_context(person(homeserver, folder, name, homeserver.url, **settings))
            for name in names
        ]
