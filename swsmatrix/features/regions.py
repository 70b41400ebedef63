"""`regions` in a direct chat: the tree; `regions #brooklyn`: what a tag would do.

The operator's command of that name says the same.
"""

from __future__ import annotations

import textwrap
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field

from swsmatrix import texts
from swsmatrix.climbing import Candidate
from swsmatrix.explaining import Meaning, Sense, branches, explain
from swsmatrix.features.common import privately
from swsmatrix.features.feature import Feature, Reader
from swsmatrix.features.where import near_region
from swsmatrix.model import Decision, Learned, RegionId
from swsmatrix.protocol import MessagePosted, Millis
from swsmatrix.regions import RegionTree
from swsmatrix.routing import Input, Kind
from swsmatrix.world import World

WORD = "regions"
LINES = 60
COLUMNS = 60  # of a narrow terminal


@dataclass(frozen=True, slots=True)
class Asked:
    learned: dict[str, Learned] = field(default_factory=dict)


async def load(asked: Input, reader: Reader, _world: World) -> Asked | None:
    if asked.said is None or asked.said.word != WORD or asked.place.kind is not Kind.DIRECT:
        return None
    return Asked({one.word: one for one in await reader.warnings.learned()})


def decide(asked: Input, found: Asked, world: World, _now: Millis) -> Decision:
    assert asked.said
    assert isinstance(asked.event, MessagePosted)
    tag = " ".join(asked.said.rest) or str(asked.said.number or "")
    text = (
        said_of(explain(tag, world.tree, world.topics, found.learned), world.tree)
        if tag
        else shown(world.tree)
    )
    return Decision(effects=(privately(asked.event.sender, WORD, text),))


def shown(tree: RegionTree) -> str:
    """The tree, a line for each region with its tags, Markdown."""
    lines = [
        texts.text(
            "regions.line",
            inside=texts.text("regions.inside") * depth,
            name=tree.get(region).name,
            tags=" ".join(f"`#{tag}`" for tag in (region, *tree.get(region).aliases)),
        )
        for depth, region in branches(tree)
    ]
    more = texts.text("regions.more", count=len(lines) - LINES) if len(lines) > LINES else ""
    return "\n".join((*lines[:LINES], *((more,) if more else ()), "", texts.text("regions.foot")))


def said_of(meaning: Meaning, tree: RegionTree) -> str:
    """What a tag would do, in a few sentences, Markdown."""
    tag = f"`#{meaning.word}`" if meaning.word.isprintable() and "`" not in meaning.word else "?"
    return " ".join(_sentences(tag, meaning, tree))


def _sentences(tag: str, meaning: Meaning, tree: RegionTree) -> Iterator[str]:
    match meaning.sense:
        case Sense.TOPIC | Sense.HOW:
            yield texts.text("regions.topic" if meaning.sense is Sense.TOPIC else "regions.how", tag=tag)
            return
        case Sense.UNKNOWN | Sense.OUTSIDE:
            outside = meaning.sense is Sense.OUTSIDE
            yield texts.text("regions.outside" if outside else "regions.unknown", tag=tag)
            if meaning.near:
                words = texts.listed(tuple(f"`#{region}`" for region in meaning.near))
                yield texts.text("regions.did_you_mean", suggestions=words)
            return
        case Sense.EVERYWHERE:
            yield texts.text("regions.everywhere", tag=tag)
        case Sense.PLACE if meaning.asked:
            yield texts.text(
                "regions.may_be", tag=tag, places=texts.listed(_places(meaning.candidates, tree))
            )
            yield texts.text("regions.asked")
        case _:
            yield texts.text("regions.is", tag=tag, region=_names(meaning.regions, tree))
    yield _rooms(meaning.rooms, tree)
    yield texts.text("regions.help", regions=_names(meaning.reach, tree))


def _places(candidates: Collection[Candidate], tree: RegionTree) -> tuple[str, ...]:
    return tuple(near_region(one.place, one.region, tree) for one in candidates)


def _rooms(rooms: tuple[RegionId, ...], tree: RegionTree) -> str:
    if not rooms:
        return texts.text("regions.no_room")
    key = "regions.room" if len(rooms) == 1 else "regions.rooms"
    return texts.text(key, rooms=_names(rooms, tree))


def _names(regions: tuple[RegionId, ...], tree: RegionTree) -> str:
    return texts.listed(tuple(tree.get(region).name for region in regions), "and")


def on_terminal(text: str) -> str:
    """Markdown of ours as plain lines of at most ``COLUMNS``."""
    plain = text.replace("`", "").splitlines()
    return "\n".join("\n".join(textwrap.wrap(line, COLUMNS, subsequent_indent="  ")) for line in plain)


FEATURE = Feature(WORD, load, decide, direct=(WORD,))
