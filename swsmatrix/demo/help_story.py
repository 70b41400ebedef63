"""The story of a request: somebody is there, and the two get a room that the bot leaves."""

from __future__ import annotations

import re
import time
from typing import Final

from swsmatrix.demo import keystore, serverside
from swsmatrix.demo.cast import refusal
from swsmatrix.demo.seen import Message
from swsmatrix.demo.telling import SEEN_SECONDS, Telling, since

SUPPORTER: Final = "#swssupporter #nyc #clinic"
REQUEST: Final = "#swshelp #nyc #clinic Would somebody sit with me in the waiting room on Friday?"
QUESTION: Final = "Thank you for coming. Is ten o'clock all right?"
ANSWER: Final = "Of course. I bring oat biscuits."
# What must be found nowhere, in no form.
PHRASES: Final = ("sit with me", "waiting room", "ten o'clock", "oat biscuits")
ROOM_NAME: Final = "Chat"
THEIR_CHAT: Final = "their direct chat"


class HelpStory:
    """``_room``: the private one, once it is there."""

    def __init__(self, telling: Telling) -> None:
        self._room = ""
        self._telling = telling
        self._screen = telling.screen
        self._stage = telling.stage
        self._check = telling.check
        self._alice = telling.person("alice")
        self._bea = telling.person("bea")

    async def tell(self) -> None:
        await self._a_supporter()
        start = await self._a_request()
        await self._a_room(start)
        await self._by_themselves()

    async def _a_supporter(self) -> None:
        await self._telling.chapter(
            "Somebody to be there", "Bea wants to be there for others. Who is asked, the stewards decide."
        )
        event = await self._telling.posts("bea", "lounge", SUPPORTER)
        await self._telling.heard("bea", "lounge", event)
        chat = await self._telling.chat("bea")
        await self._reads("bea", chat, "New York City")
        stewards = self._stage.rooms["stewards"]
        line = await self._telling.from_bot("chi", stewards, "approve ")
        self._screen.says("Porch", self._stage.address("stewards"), line.text, seen_by="chi")
        word = re.search(r"approve \d+", line.text)
        await self._telling.posts("chi", "stewards", word[0] if word else "approve")
        await self._reads("bea", chat, "on the list")

    async def _a_request(self) -> float:
        await self._telling.chapter(
            "A call", "Alice asks in the lounge. Supporters are asked in chats of their own, a few at a time."
        )
        event = await self._telling.posts("alice", "lounge", REQUEST)
        await self._telling.heard("alice", "lounge", event)
        offer = await self._reads("bea", await self._telling.chat("bea"), "sit with me")
        self._telling.show_stored(offer.event, THEIR_CHAT)
        self._telling.safe(offer, "bea", "alice")
        start = time.monotonic()
        await self._bea.react(offer.room, offer.event, "👍")
        self._screen.does("bea", "reacts 👍: yes.")
        return start

    async def _a_room(self, start: float) -> None:
        await self._telling.chapter(
            "A room for the two",
            "The bot makes an encrypted room. Alice is invited first: coming is her yes.",
        )
        await self._reads("alice", await self._telling.chat("alice"), "@bea")
        self._room = self._telling.bot_rooms["private"] = await self._invited("alice")
        self._screen.does("Porch", f"invites alice to “{ROOM_NAME}”, {since(start)}.")
        self._check(self._comings()[-1] == ("alice", "invite"), "nobody else is in it, or invited yet")
        await self._alice.accept(self._room)
        self._screen.does("alice", "joins. Now bea is invited, and joins.")
        await self._bea.accept(await self._invited("bea"))
        for who in ("alice", "bea"):
            sentence = await self._telling.from_bot(who, self._room, "you two")
            self._check(sentence.shield == "NONE", f"{who.title()} reads the bot's one sentence:")
        self._screen.says("Porch", ROOM_NAME, sentence.text)
        with self._screen.waiting("the bot …"):
            for person in (self._alice, self._bea):
                await person.wait_for_member(self._room, self._stage.bot_user, "leave", timeout=SEEN_SECONDS)
        self._screen.does("Porch", f"leaves, {since(start)}.")

    async def _by_themselves(self) -> None:
        await self._telling.chapter(
            "By themselves", "From now on nobody else can read along, and nobody can be let in."
        )
        await self._exchange("alice", "bea", QUESTION)
        await self._exchange("bea", "alice", ANSWER)
        order = [*(("Porch", "join"), ("alice", "invite"), ("alice", "join"))]
        order += [*(("bea", "invite"), ("bea", "join"), ("Porch", "leave"))]
        self._check(self._comings() == order, "two are in the room; nobody else ever was but the bot")
        refused = [
            await refusal(person.invite(self._room, user))
            for person in (self._alice, self._bea)
            for user in (self._stage.bot_user, self._stage.people["chi"].user)
        ]
        self._check(
            refused == ["M_FORBIDDEN"] * 4, "neither of them can let in anybody, not even the bot again"
        )

    # ---- what they have in common ----

    async def _reads(self, who: str, room: str, text: str) -> Message:
        read = await self._telling.from_bot(who, room, text)
        self._screen.says("Porch", THEIR_CHAT, read.text, seen_by=who)
        return read

    async def _invited(self, who: str) -> str:
        """To a room of the private rooms' name, by the bot; its id."""
        with self._screen.waiting("the bot …"):
            invitation = await self._telling.person(who).wait_for_invite(
                self._stage.bot_user, ROOM_NAME, timeout=SEEN_SECONDS
            )
        self._check(invitation.direct and invitation.encrypted, f"{who.title()}: a direct chat, encrypted")
        return invitation.room

    async def _exchange(self, author: str, reader: str, text: str) -> None:
        event = await self._telling.person(author).send(self._room, text)
        self._screen.says(author, ROOM_NAME, text)
        self._telling.show_stored(event, ROOM_NAME)
        read = await self._telling.person(reader).wait_for(
            self._room, event=event, failed=False, text=text, timeout=SEEN_SECONDS
        )
        self._check(read.shield == "NONE", f"{reader.title()} reads it, without a warning")
        session = serverside.session_of(self._stage.homeserver.database, event)
        kept = keystore.sessions_kept(self._stage.config.parent)
        self._check(bool(kept) and session not in kept, "none of the bot's keys opens it")

    def _comings(self) -> list[tuple[str, str]]:
        """Who was invited to the private room, joined it, left it, in order."""
        return [
            (self._stage.name_of(seen.key or ""), str(seen.content["membership"]))
            for seen in serverside.since(self._stage.homeserver.database, 0)
            if (seen.room, seen.type) == (self._room, "m.room.member")
        ]
