"""The story of a warning: written, changed, taken back, held. Each step is told, and checked."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from typing import Final

from swsmatrix.demo import canary, serverside
from swsmatrix.demo.cast import Person
from swsmatrix.demo.screen import Screen
from swsmatrix.demo.seen import Message
from swsmatrix.demo.stage import ROOMS, Stage

SEEN_SECONDS: Final = 30.0

WARNING: Final = "#swsdanger #nyc Juniper Hotel, side entrance: bags get searched there. Better go in pairs."
CORRECTED: Final = (
    "#swsdanger #nyc Juniper Hotel, both entrances: bags get searched there. Better go in pairs."
)
WITH_NUMBER: Final = "#swsdanger #nyc A man who says he rents out rooms and wants keys left: +1 212 555 0148."
# What must be found nowhere, in no form.
PHRASES: Final = (
    *("Juniper Hotel", "bags get searched", "both entrances", "wants keys left"),
    *("212 555 0148", "2125550148", "rents out rooms"),
)


class Story:
    """``ok`` turns false with the first check that fails. What does not arrive raises ``NotSeenError``."""

    def __init__(self, stage: Stage, screen: Screen) -> None:
        self.ok = True
        self._stage = stage
        self._screen = screen
        self._alice = stage.people["alice"]
        self._bea = stage.people["bea"]
        self._lounge = stage.rooms["lounge"]
        self._nyc = stage.rooms["nyc"]
        self._began = serverside.position(stage.homeserver.database)

    async def tell(self) -> None:
        event, relay = await self._a_warning()
        await self._screen.rest()
        relay = await self._corrected(event, relay)
        await self._screen.rest()
        await self._taken_back(event, relay)
        await self._screen.rest()
        await self._a_number()
        await self._screen.rest()
        self._what_the_homeserver_saw()
        await self._screen.rest()
        await self.search("6 · What lies on the disk", "While everything runs")

    # ---- the chapters ----

    async def _a_warning(self) -> tuple[str, Message]:
        self._screen.chapter(
            "1 · A warning", "Alice, a member, writes in the lounge. She adds a tag and a place."
        )
        event, start = await self._alice_posts(WARNING)
        with self._screen.waiting("the bot …"):
            ack = await self._alice.wait_for_reaction(
                self._lounge, event, sender=self._stage.bot_user, timeout=SEEN_SECONDS
            )
            relay = await self._bea_reads("Juniper Hotel")
        self._screen.does("Porch", f"reacts {ack.key}: heard. The warning stands, {_since(start)}.")
        self._screen.says("Porch", self._at("nyc"), relay.text, seen_by="bea")
        self._show_stored(relay.event, "nyc")
        self._safe(relay)
        self._check(ack.key == "✅", "Alice sees that she was heard")
        return event, relay

    async def _corrected(self, event: str, relay: Message) -> Message:
        self._screen.chapter(
            "2 · She corrects it",
            "Alice edits her message. The warning is replaced, so that no edit history holds it.",
        )
        start = time.monotonic()
        await self._alice.edit(self._lounge, event, CORRECTED)
        self._screen.says("alice", self._at("lounge"), CORRECTED)
        with self._screen.waiting("the bot …"):
            updated = await self._bea_reads("both entrances")
            old = await self._bea.wait_for(self._nyc, event=relay.event, redacted=True, timeout=SEEN_SECONDS)
        self._screen.does("Porch", f"takes the old one down and puts the new one up, {_since(start)}.")
        self._screen.says("Porch", self._at("nyc"), updated.text, seen_by="bea")
        self._safe(updated)
        self._check(old.text == "", "of the old warning not a word is left")
        self._check("updated" in updated.text, "the new one says that it is an update")
        return updated

    async def _taken_back(self, event: str, relay: Message) -> None:
        self._screen.chapter("3 · She takes it back", "Alice deletes her message.")
        start = time.monotonic()
        await self._alice.redact(self._lounge, event)
        with self._screen.waiting("the bot …"):
            await self._bea.wait_for(self._nyc, event=relay.event, redacted=True, timeout=SEEN_SECONDS)
        self._screen.does("Porch", f"deletes the warning, {_since(start)}.")
        self._check(await self._standing("nyc") == [], "no warning stands in New York City any more")
        self._check(await self._standing("ny") == [], "none ever stood in the room of the whole state")

    async def _a_number(self) -> None:
        self._screen.chapter(
            "4 · A telephone number", "Details that identify somebody are never passed on unasked."
        )
        await self._alice_posts(WITH_NUMBER)
        with self._screen.waiting("the bot …"):
            invitation = await self._alice.wait_for_invite(self._stage.bot_user, timeout=SEEN_SECONDS)
            await self._alice.accept(invitation.room)
            asked = await self._from_bot(self._alice, invitation.room, "+1 212 555 0148")
        self._screen.does("Porch", "holds it back, and asks her in a chat of their own:")
        self._screen.says("Porch", "their direct chat", asked.text, seen_by="alice")
        self._check(await self._standing("nyc") == [], "nothing of it stands anywhere yet")
        self._check(asked.shield == "NONE", "the chat is encrypted, and she reads it without a warning")
        start = time.monotonic()
        await self._alice.send(invitation.room, "send")
        self._screen.says("alice", "their direct chat", "send")
        with self._screen.waiting("the bot …"):
            relay = await self._bea_reads("rents out rooms")
        self._screen.does("Porch", f"sends it without the number, {_since(start)}.")
        self._screen.says("Porch", self._at("nyc"), relay.text, seen_by="bea")
        self._safe(relay)
        self._check("555" not in relay.text, "the number is not in it")

    def _what_the_homeserver_saw(self) -> None:
        self._screen.chapter(
            "5 · What the homeserver could see",
            "Everything went through it, and it keeps it all. Whoever runs it can read this much:",
        )
        events = serverside.since(self._stage.homeserver.database, self._began)
        for (who, where, kind), times in Counter(map(self._summary, events)).items():
            self._screen.fact(f"{who} in {where}: {kind}" + (f", {times} times" if times > 1 else ""))
        self._screen.fact("the names of the rooms, who is in them, who wrote when, and how much")
        in_clear = [e for e in events if e.type == "m.room.message" or "body" in e.content]
        self._check(not in_clear, "not one message in clear")
        encrypted = [e for e in events if e.type == "m.room.encrypted"]
        self._check(len(encrypted) >= 6, f"{len(encrypted)} messages that it cannot read")

    async def search(self, title: str, when: str) -> None:
        """Look through every file of the bot and of the homeserver for what was said."""
        self._screen.chapter(
            title,
            f"{when}, every file is searched for what was said, as UTF-8, UTF-16, base64, hex and in URLs.",
        )
        server = self._stage.homeserver.folder
        secret = [*PHRASES, *self._stage.rooms.values(), *(f"#{alias}:" for alias in ROOMS.values())]
        secret += [person.user for person in self._stage.people.values()]
        with self._screen.waiting("searching …"):
            bot = await asyncio.to_thread(canary.search, self._stage.bot_data, secret)
            hs = await asyncio.to_thread(canary.search, [server], PHRASES)
            control = await asyncio.to_thread(canary.search, [server], [ROOMS["nyc"]])
        self._check(
            not bot.found and bot.files > 2,
            f"the bot's {bot.files} files ({_size(bot.bytes_read)}): not a word, no member, no room",
        )
        self._check(
            not hs.found and hs.files > 2,
            f"the homeserver's {hs.files} files ({_size(hs.bytes_read)}): not a word",
        )
        self._check(bool(control.found), "the same search does find the rooms' names at the homeserver")

    # ---- what they have in common ----

    async def _alice_posts(self, text: str) -> tuple[str, float]:
        start = time.monotonic()
        event = await self._alice.send(self._lounge, text)
        self._screen.says("alice", self._at("lounge"), text)
        self._show_stored(event, "lounge")
        return event, start

    async def _bea_reads(self, text: str) -> Message:
        return await self._from_bot(self._bea, self._nyc, text)

    async def _from_bot(self, who: Person, room: str, text: str) -> Message:
        return await who.wait_for(room, text=text, sender=self._stage.bot_user, timeout=SEEN_SECONDS)

    async def _standing(self, room: str) -> list[str]:
        messages = await self._bea.messages(self._stage.rooms[room])
        return [m.text for m in messages if m.sender == self._stage.bot_user and not m.redacted]

    def _safe(self, relay: Message) -> None:
        self._check(relay.shield == "NONE", "Bea's strict client reads it, and has nothing to warn of")
        self._check("alice" not in str(relay.content).lower(), "Alice's name is not in it")
        quiet = relay.mentions == () and not relay.mentions_room and relay.html is None
        self._check(quiet, "it rings nobody, and is plain text")

    def _check(self, holds: bool, text: str) -> None:
        self.ok = self.ok and holds
        self._screen.check(holds, text)

    def _at(self, room: str) -> str:
        return self._stage.address(room)

    def _show_stored(self, event: str, room: str) -> None:
        seen = serverside.stored(self._stage.homeserver.database, event)
        if seen is not None:
            self._screen.server(seen, self._stage.name_of(seen.sender), self._at(room))

    def _summary(self, seen: serverside.Stored) -> tuple[str, str, str]:
        short = next((name for name, room in self._stage.rooms.items() if room == seen.room), None)
        where = self._at(short) if short else "a room of two"
        return self._stage.name_of(seen.sender), where, _kind(seen)


def _kind(seen: serverside.Stored) -> str:
    if seen.type == "m.room.encrypted":
        return "an encrypted message"
    if seen.type == "m.reaction":
        return f"the reaction {seen.content['m.relates_to']['key']}, in clear"
    if seen.type == "m.room.member":
        return f"membership: {seen.content.get('membership')}"
    if seen.type == "m.room.redaction":
        return "a deletion"
    return "settings of the room"


def _since(start: float) -> str:
    return f"{time.monotonic() - start:.1f} s later"


def _size(number: int) -> str:
    return f"{number / 1_000_000:.1f} MB"
