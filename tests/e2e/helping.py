"""What people do around a request: register, be asked, say yes, come. Each step seen by a strict client."""

from __future__ import annotations

import asyncio

from swsmatrix.demo import serverside
from swsmatrix.demo.seen import Invitation, Message
from tests.e2e.community import SEEN_SECONDS, Community

PRIVATE = "Chat"  # help.room_name
REQUEST = "#swshelp #nyc could somebody walk me home from the late shift"
WORDS = "walk me home"

LOOK_SECONDS = 0.1

# Short parts of what the bot says.
APPROVED = "on the list"
TAKEN = "Somebody else has it"
GONE = "needed any more"
NOT_THIS_TIME = "did not come about"
TOGETHER = "you two are here"


class Helping:
    """``chats``: everybody's direct chat with the bot, as far as there is one."""

    def __init__(self, place: Community) -> None:
        self.place = place
        self.chats: dict[str, str] = {}
        self._began = serverside.position(place.homeserver.database)

    # ---- supporters ----

    async def register(self, who: str, *, quietly: bool = False) -> None:
        """``who`` registers, in the lounge or in a chat that they open; dora approves; both are told."""
        person, place = self.place[who], self.place
        where = await self.open_chat(who) if quietly else place.rooms["lounge"]
        event = await person.send(where, "#swssupporter #nyc")
        await person.wait_for_reaction(where, event, "✅", sender=place.bot.user, timeout=SEEN_SECONDS)
        if not quietly:
            self.chats[who] = await place.direct(who)
        await place.sees(who, self.chats[who], "New York City")
        number = len(self.chats)
        await place.sees("dora", "stewards", f"approve {number}")
        await place["dora"].send(place.rooms["stewards"], f"approve {number}")
        await place.sees(who, self.chats[who], APPROVED)

    async def open_chat(self, who: str) -> str:
        person = self.place[who]
        self.chats[who] = await person.start_direct(self.place.bot.user)
        await person.wait_for_member(self.chats[who], self.place.bot.user)
        return self.chats[who]

    async def offer(self, who: str, text: str = WORDS) -> Message:
        """The offer that somebody got, which names nobody."""
        offer = await self.place.sees(who, self.chats[who], text)
        assert "alice" not in str(offer.content).lower()
        assert "sws" not in offer.text.splitlines()[0]
        return offer

    async def gone(self, who: str, offer: Message) -> None:
        """Nothing can be read of an offer any more."""
        chat, bot = self.chats[who], self.place.bot.user
        await self.place[who].wait_for(
            chat, event=offer.event, sender=bot, redacted=True, timeout=SEEN_SECONDS
        )

    # ---- whoever asked ----

    async def ask(self, text: str = REQUEST) -> str:
        """Alice asks in the lounge; the event."""
        lounge = self.place.rooms["lounge"]
        event = await self.place["alice"].send(lounge, text)
        await self.place["alice"].wait_for_reaction(
            lounge, event, "✅", sender=self.place.bot.user, timeout=SEEN_SECONDS
        )
        return event

    async def told_who(self, *candidates: str) -> str:
        """Alice is told in private who said yes: one of ``candidates``."""
        if "alice" not in self.chats:
            self.chats["alice"] = await self.place.direct("alice")
        local = [self.place[name].user[1:].partition(":")[0] for name in candidates]
        common = local[0] if len(local) == 1 else local[0][local[0].index("-") :]
        told = await self.place.sees("alice", self.chats["alice"], common)
        return next(name for name, one in zip(candidates, local, strict=True) if one in told.text)

    # ---- the private room ----

    async def invited(self, who: str) -> Invitation:
        bot = self.place.bot.user
        invitation = await self.place[who].wait_for_invite(bot, PRIVATE, timeout=SEEN_SECONDS)
        assert (invitation.direct, invitation.encrypted) == (True, True)
        return invitation

    async def come(self, who: str) -> str:
        """``who`` is invited to the private room, and joins; its id."""
        room = (await self.invited(who)).room
        await self.place[who].accept(room)
        return room

    async def together(self, who: str, request: str = REQUEST) -> str:
        """The whole way: Alice asks, ``who`` says yes, both come, the bot leaves; the room."""
        await self.ask(request)
        offer = await self.offer(who)
        await self.place[who].react(self.chats[who], offer.event, "👍")
        room = await self.come("alice")
        assert await self.come(who) == room
        await self.alone(room, "alice", who)
        return room

    async def alone(self, room: str, *two: str) -> None:
        """Each of the two sees both there, and the bot gone."""
        for who in two:
            for other in two:
                await self.place[who].wait_for_member(room, self.place[other].user, timeout=SEEN_SECONDS)
            await self.place[who].wait_for_member(room, self.place.bot.user, "leave", timeout=SEEN_SECONDS)

    async def left(self, room: str) -> None:
        """Wait until the bot is out of a room in which nobody else is any more."""
        async with asyncio.timeout(SEEN_SECONDS):
            while True:
                if ("the bot", "leave") in self.comings(room):
                    return
                await asyncio.sleep(LOOK_SECONDS)

    def private_rooms(self) -> list[str]:
        """All that the bot has made so far, from the homeserver's database."""
        return [
            event.room
            for event in serverside.since(self.place.homeserver.database, self._began)
            if event.type == "m.room.name"
            and (event.sender, event.content["name"]) == (self.place.bot.user, PRIVATE)
        ]

    def comings(self, room: str) -> list[tuple[str, str]]:
        """Who was invited, joined, left, in order: names and memberships."""
        names = {person.user: name for name, person in self.place.people.items()}
        return [
            (names.get(event.key or "", "the bot"), event.content["membership"])
            for event in serverside.since(self.place.homeserver.database, self._began)
            if (event.type, event.room) == ("m.room.member", room)
        ]

    # ---- what the bot could open ----

    def session_of(self, event: str) -> str:
        """The Megolm session that a message was encrypted with."""
        session = serverside.session_of(self.place.homeserver.database, event)
        assert session
        return session
