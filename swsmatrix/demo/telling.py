"""What every chapter of the story needs: who is there, what is shown of what they do, what is checked."""

from __future__ import annotations

import time
from typing import Final

from swsmatrix.demo import serverside
from swsmatrix.demo.cast import Person
from swsmatrix.demo.screen import Screen
from swsmatrix.demo.seen import Message
from swsmatrix.demo.stage import BOT_NAME, Stage

SEEN_SECONDS: Final = 30.0


class Telling:
    """``ok`` turns false with the first check that fails. What does not arrive raises ``NotSeenError``.

    ``bot_rooms``: ids of the rooms that the bot has made, by what they are.
    """

    def __init__(self, stage: Stage, screen: Screen) -> None:
        self.ok = True
        self.stage = stage
        self.screen = screen
        self._chapters = 0
        self.bot_rooms: dict[str, str] = {}

    async def chapter(self, title: str, text: str) -> None:
        if self._chapters:
            await self.screen.rest()
        self._chapters += 1
        self.screen.chapter(f"{self._chapters} · {title}", text)

    def check(self, holds: bool, text: str) -> None:
        self.ok = self.ok and holds
        self.screen.check(holds, text)

    async def posts(self, who: str, room: str, text: str) -> str:
        """Somebody writes in one of the community's rooms; the event."""
        event = await self.stage.people[who].send(self.stage.rooms[room], text)
        self.screen.says(who, self.stage.address(room), text)
        self.show_stored(event, self.stage.address(room))
        return event

    async def from_bot(self, who: str, room: str, text: str) -> Message:
        """What somebody reads of the bot, in a room by its id."""
        with self.screen.waiting("the bot …"):
            return await self.stage.people[who].wait_for(
                room, text=text, sender=self.stage.bot_user, timeout=SEEN_SECONDS
            )

    async def chat(self, who: str) -> str:
        """The direct chat of somebody with the bot, which the bot has opened; its id."""
        if who not in self.bot_rooms:
            with self.screen.waiting("the bot …"):
                invitation = await self.person(who).wait_for_invite(
                    self.stage.bot_user, BOT_NAME, timeout=SEEN_SECONDS
                )
            await self.person(who).accept(invitation.room)
            self.bot_rooms[who] = invitation.room
        return self.bot_rooms[who]

    async def heard(self, who: str, room: str, event: str) -> None:
        """The bot's sign on a message."""
        with self.screen.waiting("the bot …"):
            sign = await self.stage.people[who].wait_for_reaction(
                self.stage.rooms[room], event, sender=self.stage.bot_user, timeout=SEEN_SECONDS
            )
        self.check(sign.key == "✅", f"{who.title()} sees ✅ on the message: heard")

    def show_stored(self, event: str, where: str) -> None:
        seen = serverside.stored(self.stage.homeserver.database, event)
        if seen is not None:
            self.screen.server(seen, self.stage.name_of(seen.sender), where)

    def safe(self, read: Message, reader: str, author: str) -> None:
        """Of a message that the bot made of ``author``'s."""
        self.check(
            read.shield == "NONE", f"{reader.title()}'s strict client reads it, and has nothing to warn of"
        )
        self.check(author not in str(read.content).lower(), f"{author.title()}'s name is not in it")
        quiet = read.mentions == () and not read.mentions_room
        self.check(quiet, "it rings nobody")

    def person(self, name: str) -> Person:
        return self.stage.people[name]


def since(start: float) -> str:
    return f"{time.monotonic() - start:.1f} s later"
