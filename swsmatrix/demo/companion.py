"""Bea, while somebody tries the demo: she says yes whenever she is asked, comes, and says hello."""

from __future__ import annotations

from typing import Final

from swsmatrix.demo.screen import Screen
from swsmatrix.demo.stage import Stage

YES: Final = "👍"
HELLO: Final = "Hello, I'm Bea, and I'm here. (Only a program: I listen, and say no more than this.)"


class Companion:
    def __init__(self, stage: Stage, screen: Screen) -> None:
        self._stage = stage
        self._screen = screen
        self._bea = stage.people["bea"]
        self._answered: set[str] = set()
        self._came: set[str] = set()

    async def look(self) -> None:
        """Do what there is to do now."""
        for room in await self._bea.rooms():
            if room["membership"] == "join" and room["room"] not in self._stage.rooms.values():
                await self._say_yes(room["room"])
        for invitation in await self._bea.invitations():
            if invitation.sender == self._stage.bot_user:
                await self._bea.accept(invitation.room)
                self._came.add(invitation.room)
                self._screen.does("bea", f"comes into a room named “{invitation.name}”")
        for entered in tuple(self._came):
            await self._greet(entered)

    async def _say_yes(self, room: str) -> None:
        for message in await self._bea.messages(room):
            asked = message.sender == self._stage.bot_user and YES in message.text
            if asked and message.event not in self._answered:
                self._answered.add(message.event)
                self._screen.says("Porch", "its chat with bea", message.text, seen_by="bea")
                await self._bea.react(room, message.event, YES)
                self._screen.does("bea", f"reacts {YES}: yes")

    async def _greet(self, room: str) -> None:
        """Once the bot is out: so that it has no key of what is said."""
        members = {one["user"]: one["membership"] for one in await self._bea.members(room)}
        if members.get(self._stage.bot_user) == "leave":
            self._came.remove(room)
            self._screen.does("Porch", "has left it")
            await self._bea.send(room, HELLO)
