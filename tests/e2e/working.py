"""What people do around a doxx or harassment: choose, say yes, come, tick. Each seen by a strict client."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

from swsmatrix.demo.canary import forms
from swsmatrix.demo.seen import Invitation, Message
from tests.e2e.community import SEEN_SECONDS, Community
from tests.e2e.helping import LOOK_SECONDS, PRIVATE, Helping

MENU = "What would help now?"
ASKED = "Can you be there for them?"
THANKS = "Thank you. 🌱"
FOUND = "You have an invitation from me"
ONE_MORE = "May they come in?"
WROTE = "wrote to me:"
CARD = "Our list"
OVER = "I have forgotten it"
DONE = "It is done. Thank you"


class Working(Helping):
    """``room``: where they work together, once it is there."""

    def __init__(self, place: Community) -> None:
        super().__init__(place)
        self.room = ""

    async def responder(self, who: str) -> None:
        await self.register(who, quietly=True)
        await self.place["dora"].send(self.place.rooms["stewards"], f"responder {len(self.chats)}")
        await self.place.sees(who, self.chats[who], "trust you with")

    async def report(self, text: str) -> tuple[str, Message]:
        """Alice posts in the lounge, and reads the menu in her chat: her message, and the menu."""
        event = await self.place["alice"].send(self.place.rooms["lounge"], text)
        self.chats["alice"] = await self.place.direct("alice")
        return event, await self.place.sees("alice", self.chats["alice"], MENU)

    async def says(self, who: str, text: str) -> str:
        """In their chat with the bot."""
        return await self.place[who].send(self.chats[who], text)

    async def yes(self, *responders: str) -> None:
        """Each of them was asked and says so, all at the same time."""
        for who in responders:
            await self.offer(who, ASKED)
        await asyncio.gather(*(self.says(who, "yes") for who in responders))
        for who in responders:
            await self.place.sees(who, self.chats[who], THANKS)

    async def agree(self, *responders: str) -> None:
        """Alice hears of all of them, and lets those come whom she is asked about."""
        found = await self.place.sees("alice", self.chats["alice"], FOUND)
        for who in responders:
            if self.place[who].user not in found.text:
                await self.place.sees("alice", self.chats["alice"], self.place[who].user)
                await self.says("alice", "yes")

    async def invited(self, who: str) -> Invitation:
        bot = self.place.bot.user
        invitation = await self.place[who].wait_for_invite(bot, PRIVATE, timeout=SEEN_SECONDS)
        assert (invitation.direct, invitation.encrypted) == (False, True)
        return invitation

    async def together(self, *responders: str) -> str:
        """Alice comes, and after her the others, one by one; the room. Each reads words and card."""
        self.room = await self.come("alice")
        await self.reads("alice")
        for who in responders:
            assert await self.come(who) == self.room
            await self.reads(who)
        return self.room

    async def works(self, text: str, *responders: str, wish: str = "1") -> str:
        """The whole way, from the first message on."""
        await self.report(text)
        await self.says("alice", wish)
        await self.yes(*responders)
        await self.agree(*responders)
        return await self.together(*responders)

    # ---- in the room ----

    async def reads(self, *people: str) -> Message:
        """All of them read her words once and the same one card; the card."""
        cards = [await self._card(who) for who in people]
        assert len({card.event for card in cards}) == 1
        return cards[0]

    async def there(self, who: str) -> list[str]:
        """What stands of the bot in the room."""
        return await self.place.standing(who, self.room)

    async def _card(self, who: str) -> Message:
        await self.place.sees(who, self.room, WROTE)
        async with asyncio.timeout(SEEN_SECONDS):
            while True:
                messages = [one for one in await self.place[who].messages(self.room) if not one.redacted]
                ours = [one for one in messages if one.sender == self.place.bot.user]
                cards = [one for one in ours if one.text.startswith(CARD)]
                if len(cards) == 1 and len([one for one in ours if WROTE in one.text]) == 1:
                    assert (cards[0].shield, cards[0].failure) == ("NONE", None)
                    return cards[0]
                await asyncio.sleep(LOOK_SECONDS)

    async def nothing_stands(self, words: Iterable[str], *people: str) -> None:
        """Wait until nothing with ``words``, no words of hers and no card can be read of the bot there.

        Nor what changed the card.
        """
        wanted = [*words, WROTE, CARD]
        for who in people:
            async with asyncio.timeout(SEEN_SECONDS):
                while True:
                    events = await self.place[who].events(self.room)
                    theirs = [one for one in events if one["sender"] == self.place.bot.user]
                    if not [one for one in theirs if any(word in str(one) for word in wanted)]:
                        break
                    await asyncio.sleep(LOOK_SECONDS)

    async def card_says(self, card: Message, text: str, *people: str) -> str:
        """``text`` stands on the card, in the place where it stood, for all of them; the whole card."""
        for who in people:
            seen = await self.place[who].wait_for(
                self.room, event=card.event, text=text, timeout=SEEN_SECONDS
            )
            assert seen.edited
            assert (seen.shield, seen.failure, seen.mentions) == ("NONE", None, ())
            assert len([one for one in await self.there(who) if one.startswith(CARD)]) == 1
        return seen.text

    # ---- everything that a client has ----

    async def has(self, who: str, words: Iterable[str], *, but: Iterable[str] = ()) -> list[str]:
        """Which of ``words`` the bot said in any room, in any event that this client can read.

        ``but``: the rooms where it may.
        """
        found = []
        for room in await self.place[who].rooms():
            if room["room"] in but:
                continue
            for event in await self.place[who].events(room["room"]):
                said = str(event).encode()
                if event["sender"] == self.place.bot.user:
                    found += [word for word in words if any(form in said for form in forms(word))]
        return found

    async def vouched_for(self, *people: str) -> None:
        """Nothing in the room that the bot said, edits and reactions included, comes with a warning."""
        for who in people:
            theirs = [
                event
                for event in await self.place[who].events(self.room)
                if event["sender"] == self.place.bot.user and event["encrypted"] and not event["redacted"]
            ]
            assert theirs
            assert {(one["shield"], one["failure"]) for one in theirs} == {("NONE", None)}
