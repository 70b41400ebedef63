"""The whole story: a warning, a request, and what all this time could be seen from outside."""

from __future__ import annotations

import asyncio
from collections import Counter, defaultdict
from typing import Final

from swsmatrix.demo import canary, help_story, serverside, warning_story
from swsmatrix.demo.help_story import HelpStory
from swsmatrix.demo.screen import Screen
from swsmatrix.demo.serverside import Stored
from swsmatrix.demo.stage import ROOMS, Stage
from swsmatrix.demo.telling import Telling
from swsmatrix.demo.warning_story import WarningStory

PHRASES: Final = (*warning_story.PHRASES, *help_story.PHRASES)
# What a membership is called, of oneself and of somebody else.
COMINGS: Final = {"join": "joins", "leave": "leaves"}


class Story:
    def __init__(self, stage: Stage, screen: Screen) -> None:
        self._stage = stage
        self._screen = screen
        self._telling = Telling(stage, screen)
        self._began = serverside.position(stage.homeserver.database)

    @property
    def ok(self) -> bool:
        return self._telling.ok

    async def tell(self) -> None:
        """``ok`` tells afterwards whether all checks held. What does not arrive raises ``NotSeenError``."""
        await WarningStory(self._telling).tell()
        await HelpStory(self._telling).tell()
        await self._what_the_homeserver_saw()
        await self.search("What lies on the disk", "While everything runs")

    def check(self, holds: bool, text: str) -> None:
        self._telling.check(holds, text)

    async def _what_the_homeserver_saw(self) -> None:
        await self._telling.chapter(
            "What the homeserver could see",
            "Everything went through it, and it keeps it all. Whoever runs it can read this much:",
        )
        events = serverside.since(self._stage.homeserver.database, self._began)
        for line in self._summary(events):
            self._screen.fact(line)
        self._screen.fact("the rooms' names and settings, who is in them, who wrote when, and how much")
        in_clear = [e for e in events if e.type == "m.room.message" or "body" in e.content]
        self.check(not in_clear, "not one message in clear")
        encrypted = [e for e in events if e.type == "m.room.encrypted"]
        self.check(len(encrypted) >= 15, f"{len(encrypted)} messages that it cannot read")

    def _summary(self, events: list[Stored]) -> list[str]:
        """One line for each person in each room, in the order in which they first did something."""
        inside: dict[str, list[str]] = defaultdict(list)
        done: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
        for event in events:
            who = self._stage.name_of(event.sender)
            if who not in inside[event.room]:
                inside[event.room].append(who)
            if kind := self._kind(event):
                done[event.room, who][kind] += 1
        addresses = {room: self._stage.address(name) for name, room in self._stage.rooms.items()}
        lines = []
        for (room, who), kinds in done.items():
            where = addresses.get(room) or f"a room of {_listed(inside[room])}"
            what = [kind if times == 1 else f"{kind} ({times} times)" for kind, times in kinds.items()]
            lines.append(f"{who} in {where}: {', '.join(what)}")
        return lines

    def _kind(self, seen: Stored) -> str:
        match seen.type:
            case "m.room.encrypted":
                return "writes, encrypted"
            case "m.reaction":
                return f"reacts {seen.content['m.relates_to']['key']}, in clear"
            case "m.room.redaction":
                return "deletes"
            case "m.room.member":
                membership = str(seen.content.get("membership"))
                if seen.key == seen.sender:
                    return COMINGS.get(membership, membership)
                return f"{membership}s {self._stage.name_of(seen.key or '')}"
        return ""

    async def search(self, title: str, when: str) -> None:
        """Look through every file of the bot and of the homeserver for what was said."""
        await self._telling.chapter(
            title,
            f"{when}, every file is searched for what was said, as UTF-8, UTF-16, base64, hex and in URLs.",
        )
        server = self._stage.homeserver.folder
        secret = [*PHRASES, *self._stage.rooms.values(), *(f"#{alias}:" for alias in ROOMS.values())]
        secret += [person.user for person in self._stage.people.values()]
        secret += self._telling.bot_rooms.values()
        with self._screen.waiting("searching …"):
            bot = await asyncio.to_thread(canary.search, self._stage.bot_data, secret)
            hs = await asyncio.to_thread(canary.search, [server], PHRASES)
            control = await asyncio.to_thread(canary.search, [server], [ROOMS["nyc"]])
        self.check(
            not bot.found and bot.files > 2,
            f"the bot's {bot.files} files ({_size(bot.bytes_read)}): not a word, no member, no room",
        )
        self.check(
            not hs.found and hs.files > 2,
            f"the homeserver's {hs.files} files ({_size(hs.bytes_read)}): not a word",
        )
        self.check(bool(control.found), "the same search does find the rooms' names at the homeserver")


def _listed(names: list[str]) -> str:
    return f"{', '.join(names[:-1])} and {names[-1]}" if len(names) > 1 else "".join(names)


def _size(number: int) -> str:
    return f"{number / 1_000_000:.1f} MB"
