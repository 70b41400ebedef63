"""What somebody searches for among the tips: which of their words are places, which are topics. Reads."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from swsmatrix import gazetteer, searching
from swsmatrix.features import where
from swsmatrix.features.feature import Reader
from swsmatrix.folding import key
from swsmatrix.hashtags import hear
from swsmatrix.model import RegionId
from swsmatrix.protocol import MessagePosted, UserId
from swsmatrix.regions import EVERYWHERE, MODIFIERS
from swsmatrix.routing import Said
from swsmatrix.world import World

SHORTEST_COUNTRY = 4  # letters
LONGEST_NAME = 4  # words of a region's name


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """``asked``: as it was written. ``regions``: none is wherever."""

    asked: str
    words: tuple[str, ...] = ()
    regions: tuple[RegionId, ...] = ()
    topics: tuple[str, ...] = ()


async def read(event: MessagePosted, said: Said, reader: Reader, world: World) -> Search:
    """What follows the word `find`. Without any: what is new where they are there for others, or came in."""
    text = " ".join(event.text.split())
    asked = text.partition(" ")[2] if said.rest or said.number is not None else ""
    if not asked:
        return Search(asked="", regions=await near(event.sender, reader, world))
    return await understood(asked, reader, world)


async def understood(text: str, reader: Reader, world: World) -> Search:
    """``text``: a search, or a question. Hashtags are places and topics, bare names of regions places."""
    tags = hear(text, world.tags).words
    bare = [word for word in text.split() if "#" not in word]
    regions, words = _places(bare, world)
    topics: list[str] = []
    known = await reader.tips.topics()
    learned = {one.word: one for one in await reader.warnings.learned()}
    for tag in tags:
        if key(tag) in known:
            topics.append(tag)
        elif tag not in MODIFIERS | {EVERYWHERE}:
            found = where.meant_by((tag,), learned, world)
            meant = found.regions or tuple(one.region for one in found.candidates[:1])
            if not meant and (land := _country(tag)):
                meant = (land,)
            regions += [*meant]
            words += [] if meant else [tag]
    everywhere = EVERYWHERE in tags or EVERYWHERE in words
    return Search(
        asked=text,
        words=tuple(word for word in words if word != EVERYWHERE),
        regions=() if everywhere else tuple(dict.fromkeys(regions)),
        topics=tuple(topics),
    )


def _places(bare: Iterable[str], world: World) -> tuple[list[RegionId], list[str]]:
    """The regions that words name, several of them together, too; and the other words."""
    words, regions, others = [word.strip(".,;:!?()'\"“”") for word in bare], [], []
    at = 0
    while at < len(words):
        for length in range(min(LONGEST_NAME, len(words) - at), 0, -1):
            name = " ".join(words[at : at + length])
            region = _named(name, world) if searching.tells(name) else None
            if region is not None:
                regions.append(region)
                at += length
                break
        else:
            others.append(words[at])
            at += 1
    return regions, others


def _named(name: str, world: World) -> RegionId | None:
    """The region, or else the country, that is called so; not by its code, which may be any word."""
    return world.tree.find(name) or (_country(name) if len(name) >= SHORTEST_COUNTRY else None)


def _country(name: str) -> RegionId | None:
    """Of places with that name the most populous, if it is a country: the library knows others, too."""
    first = next(iter(gazetteer.lookup(name)), None)
    return searching.country(first.id) if first and len(first.id) == 2 else None


async def near(user: UserId, reader: Reader, world: World) -> tuple[RegionId, ...]:
    """The regions where they are there for others, or came into the room."""
    supporter = await reader.people.supporter(user)
    hints = await reader.warnings.hints_of(reader.people.code(user))
    likely = (*(supporter.regions if supporter else ()), *(one.region for one in hints))
    configured = {region.id for region in world.tree}
    return tuple(dict.fromkeys(region for region in likely if region in configured))
