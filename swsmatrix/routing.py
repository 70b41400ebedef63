"""What an event is to the features: which room, which tags, which word said to the bot.

Read once for every event; each feature then sees whether it is meant.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from enum import Enum

from swsmatrix.hashtags import Heard, hear
from swsmatrix.model import Event, Private, RegionId
from swsmatrix.protocol import MessageEdited, MessagePosted, UserId
from swsmatrix.world import World

PREFIX = "!sws"


class Kind(Enum):
    COMMUNITY = "community"
    REGIONAL = "regional"
    STEWARDS = "stewards"
    DIRECT = "direct"
    CASE = "case"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Place:
    """Where something was said. ``region``: of a regional room. Tags are heard where ``hears``.

    ``subject``: what a room that the bot made for people was made for (``Private``).
    """

    kind: Kind
    region: RegionId | None = None
    subject: str = ""

    @property
    def hears(self) -> bool:
        return self.kind in (Kind.COMMUNITY, Kind.REGIONAL, Kind.DIRECT)


@dataclass(frozen=True, slots=True)
class Said:
    """A word to the bot: ``send 3 #nyc`` is ``Said("send", 3, ("nyc",))``.

    ``word`` is as it was written if the bot does not know it (``known`` false).
    """

    word: str
    number: int | None = None
    rest: tuple[str, ...] = ()
    known: bool = True


@dataclass(frozen=True, slots=True)
class Input:
    """An event, and what it means here.

    ``unheeded``: the word, when it came from a device that its owner has not signed. Nobody obeys that.
    """

    event: Event
    place: Place
    heard: Heard | None = None
    said: Said | None = None
    unheeded: Said | None = None


def place_of(event: Event, world: World, direct_user: UserId | None, private: Private | None = None) -> Place:
    """``direct_user``: whose direct chat the event's room is, if it is one. ``private``: what else it is."""
    room = getattr(event, "room", None)
    if room is None:
        return Place(Kind.OTHER)
    if world.is_stewards(room):
        return Place(Kind.STEWARDS)
    if (region := world.region_in(room)) is not None:
        return Place(Kind.REGIONAL, region)
    if world.is_community(room):
        return Place(Kind.COMMUNITY)
    if direct_user is not None:
        return Place(Kind.DIRECT)
    if private is not None:
        return Place(Kind.CASE, subject=private.subject)
    return Place(Kind.OTHER)


def parse(text: str, words: Collection[str], world: World) -> Said:
    """A message to the bot as a word, a number, and what follows.

    A place alone (``#nyc``, ``new york``) is ``Said("place", …)``. Bots' commands are typed on phones:
    capitals, full stops, a hash before the number and quotes around it all don't matter.
    """
    plain = " ".join(text.casefold().replace("’", "'").split()).strip(" .!?,;:`'\"“”")
    parts = [part.strip(".,;:`'\"“”") for part in plain.split(" ")]
    for length in (2, 1):
        head = " ".join(parts[:length])
        if len(parts) >= length and head in words:
            return _with_number(head, parts[length:])
    if world.tree.find(plain.lstrip("#")) is not None:
        return Said("place", None, (plain.lstrip("#"),))
    tags = tuple(part.lstrip("#") for part in parts if part.startswith("#"))
    if tags:
        return Said("place", None, tags)
    return Said(plain[:40], None, (), known=False)


def _with_number(word: str, parts: list[str]) -> Said:
    number = None
    if parts and re.fullmatch(r"#?\d{1,9}", parts[0]) and parts[0].isascii():
        number = int(parts[0].lstrip("#"))
        parts = parts[1:]
    return Said(word, number, tuple(part.lstrip("#") for part in parts if part.lstrip("#")))


def route(
    event: Event,
    world: World,
    direct_user: UserId | None,
    words: Collection[str],
    private: Private | None = None,
    case: Collection[str] = (),
) -> Input:
    """``words``: all that any feature understands; ``case``: those that mean something in a room of a case.

    Only members' messages hold tags or words.
    """
    place = place_of(event, world, direct_user, private)
    if not isinstance(event, MessagePosted | MessageEdited):
        return Input(event, place)
    heard = hear(event.text, world.tags, event.code) if place.hears else None
    if heard is not None and (heard.tags or isinstance(event, MessageEdited)):
        return Input(event, place, heard)
    meant = case if place.kind is Kind.CASE else words
    said = _said(event, place, meant, world) if isinstance(event, MessagePosted) else None
    return Input(event, place, heard, said) if event.signed else Input(event, place, heard, unheeded=said)


def _said(event: MessagePosted, place: Place, words: Collection[str], world: World) -> Said | None:
    if place.kind in (Kind.DIRECT, Kind.STEWARDS):
        return parse(event.text, words, world)
    first, _, rest = event.text.strip().partition(" ")
    addressed = first.casefold() == PREFIX
    if place.kind is Kind.CASE:
        # People talk with each other here: what begins with another word is not for the bot.
        said = parse(rest if addressed else event.text, words, world)
        return said if said.word in words else None
    if addressed and place.kind is not Kind.OTHER:
        return parse(rest or "help", words, world)
    return None
