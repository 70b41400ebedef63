"""The story of a warning: written, changed, taken back, held. Each step is told, and checked."""

from __future__ import annotations

import time
from typing import Final

from swsmatrix.demo.seen import Message
from swsmatrix.demo.telling import SEEN_SECONDS, Telling, since

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


class WarningStory:
    def __init__(self, telling: Telling) -> None:
        self._telling = telling
        self._screen = telling.screen
        self._stage = telling.stage
        self._check = telling.check
        self._alice = telling.person("alice")
        self._bea = telling.person("bea")
        self._lounge = self._stage.rooms["lounge"]
        self._nyc = self._stage.rooms["nyc"]

    async def tell(self) -> None:
        event, relay = await self._a_warning()
        relay = await self._corrected(event, relay)
        await self._taken_back(event, relay)
        await self._a_number()

    async def _a_warning(self) -> tuple[str, Message]:
        await self._telling.chapter(
            "A warning", "Alice, a member, writes in the lounge. She adds a tag and a place."
        )
        start = time.monotonic()
        event = await self._telling.posts("alice", "lounge", WARNING)
        relay = await self._bea_reads("Juniper Hotel")
        self._screen.does("Porch", f"puts the warning up, {since(start)}.")
        self._shown(relay)
        self._telling.show_stored(relay.event, self._stage.address("nyc"))
        self._safe(relay)
        await self._telling.heard("alice", "lounge", event)
        return event, relay

    async def _corrected(self, event: str, relay: Message) -> Message:
        await self._telling.chapter(
            "She corrects it",
            "Alice edits her message. The warning is replaced, so that no edit history holds it.",
        )
        start = time.monotonic()
        await self._alice.edit(self._lounge, event, CORRECTED)
        self._screen.says("alice", self._stage.address("lounge"), CORRECTED)
        updated = await self._bea_reads("both entrances")
        old = await self._gone(relay)
        self._screen.does("Porch", f"takes the old one down and puts the new one up, {since(start)}.")
        self._shown(updated)
        self._safe(updated)
        self._check(old.text == "", "of the old warning not a word is left")
        self._check("updated" in updated.text, "the new one says that it is an update")
        return updated

    async def _taken_back(self, event: str, relay: Message) -> None:
        await self._telling.chapter("She takes it back", "Alice deletes her message.")
        start = time.monotonic()
        await self._alice.redact(self._lounge, event)
        await self._gone(relay)
        self._screen.does("Porch", f"deletes the warning, {since(start)}.")
        self._check(await self._standing("nyc") == [], "no warning stands in New York City any more")
        self._check(await self._standing("ny") == [], "none ever stood in the room of the whole state")

    async def _a_number(self) -> None:
        await self._telling.chapter(
            "A telephone number", "Details that identify somebody are never passed on unasked."
        )
        await self._telling.posts("alice", "lounge", WITH_NUMBER)
        chat = await self._telling.chat("alice")
        asked = await self._telling.from_bot("alice", chat, "+1 212 555 0148")
        self._screen.does("Porch", "holds it back, and asks her in a chat of their own:")
        self._screen.says("Porch", "their direct chat", asked.text, seen_by="alice")
        self._check(await self._standing("nyc") == [], "nothing of it stands anywhere yet")
        self._check(asked.shield == "NONE", "the chat is encrypted, and she reads it without a warning")
        start = time.monotonic()
        await self._alice.send(chat, "send")
        self._screen.says("alice", "their direct chat", "send")
        relay = await self._bea_reads("rents out rooms")
        self._screen.does("Porch", f"sends it without the number, {since(start)}.")
        self._shown(relay)
        self._safe(relay)
        self._check("555" not in relay.text, "the number is not in it")

    # ---- what they have in common ----

    async def _bea_reads(self, text: str) -> Message:
        return await self._telling.from_bot("bea", self._nyc, text)

    async def _gone(self, relay: Message) -> Message:
        with self._screen.waiting("the bot …"):
            return await self._bea.wait_for(self._nyc, event=relay.event, redacted=True, timeout=SEEN_SECONDS)

    async def _standing(self, room: str) -> list[str]:
        messages = await self._bea.messages(self._stage.rooms[room])
        return [m.text for m in messages if m.sender == self._stage.bot_user and not m.redacted]

    def _shown(self, relay: Message) -> None:
        self._screen.says("Porch", self._stage.address("nyc"), relay.text, seen_by="bea")

    def _safe(self, relay: Message) -> None:
        self._telling.safe(relay, "bea", "alice")
        self._check(relay.html is None, "it is plain text")
