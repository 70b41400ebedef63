"""Stewards look after the tips: `tips`, `pin 12`, `unpin 12`, `tag 12 #housing #nyc`; all of them see it.

An entry of the library is shown, taken out and put in again by its number, too; it has no author to be told,
and stays out also when it is imported again. For a member's tip see features/stewards.py (`show`) and
features/withdrawing.py (`remove`, `restore`).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from swsmatrix import texts
from swsmatrix.features import shelf
from swsmatrix.features.common import local_name, privately, to_stewards, when
from swsmatrix.features.feature import Feature, Reader
from swsmatrix.features.search import understood
from swsmatrix.features.withdrawing import REMOVE, RESTORE
from swsmatrix.folding import key
from swsmatrix.hashtags import hear
from swsmatrix.model import Decision, RegionId, Tip
from swsmatrix.protocol import MessagePosted, Millis
from swsmatrix.regions import EVERYWHERE, MODIFIERS
from swsmatrix.routing import Input, Kind, Said
from swsmatrix.searching import reach
from swsmatrix.world import World

NAME = "curating"
TIPS, PIN, UNPIN, TAG = WORDS = ("tips", "pin", "unpin", "tag")
SHOW = "show"
LINES = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """``tip``: that is named; ``tips``: to list, of ``more``. ``steward``: the code of who writes."""

    tip: Tip | None = None
    tips: tuple[Tip, ...] = ()
    more: bool = False
    steward: str = ""


async def load(asked: Input, reader: Reader, world: World) -> Found | None:
    event, said = asked.event, asked.said
    if said is None or said.word not in (*WORDS, SHOW, REMOVE, RESTORE):
        return None
    if asked.place.kind is not Kind.STEWARDS:
        return None
    assert isinstance(event, MessagePosted)
    if said.word == TIPS:
        tips = await _listed(event, said, reader, world)
        return Found(tips=tips[:LINES], more=len(tips) > LINES)
    tip = await reader.tips.numbered(said.number) if said.number else None
    if said.word not in WORDS and (tip is None or tip.entry is None):
        return None
    return Found(tip=tip, steward=reader.people.code(event.sender))


async def _listed(event: MessagePosted, said: Said, reader: Reader, world: World) -> tuple[Tip, ...]:
    """Members' newest; with words, what of members and of the library has them."""
    if not said.rest:
        return await reader.tips.newest(LINES + 1)
    search = await understood(event.text.partition(" ")[2], reader, world)
    where = reach(search.regions, world.tree)
    hits = await reader.tips.find(search.words, where, search.topics, now=event.at, limit=LINES + 1)
    return tuple(hit.tip for hit in hits)


def decide(asked: Input, found: Found, world: World, now: Millis) -> Decision:
    event, said = asked.event, asked.said
    assert said
    assert isinstance(event, MessagePosted)
    if said.word == TIPS:
        return _say(world, _list(found, world))
    who, tip = local_name(event.sender), found.tip
    if said.number is None:
        return _say(world, texts.text("curating.which"))
    if tip is None:
        return _say(world, texts.text("curating.no_such", number=said.number))
    if said.word == SHOW:
        shown = privately(event.sender, "entry", shelf.whole(tip, world, now), markdown=False)
        return Decision(effects=(shown, to_stewards(world, NAME, texts.text("stewards.shown_here"))))
    if said.word in (REMOVE, RESTORE):
        return _entry(tip, said.word, who, found.steward, world)
    if said.word == TAG:
        return _tag(tip, event.text, who, world)
    line = "curating.pinned" if said.word == PIN else "curating.unpinned"
    pinned = replace(tip, pinned=said.word == PIN)
    return replace(_say(world, texts.text(line, who=who, number=tip.number)), save=(pinned,))


def _entry(tip: Tip, word: str, who: str, steward: str, world: World) -> Decision:
    """Take an entry of the library out, or put it in again."""
    out = word == REMOVE
    if out == bool(tip.removed_by):
        return _say(world, texts.text("curating.is_out" if out else "curating.is_in", number=tip.number))
    if not out and tip.removed_by == steward:
        return _say(world, texts.text("withdraw.own", number=tip.number))
    line = texts.text("curating.out" if out else "curating.in", who=who, number=tip.number)
    return replace(_say(world, line), save=(replace(tip, removed_by=steward if out else ""),))


def _tag(tip: Tip, text: str, who: str, world: World) -> Decision:
    """What it is about, and for where, as a steward says; without a place that stays as it is."""
    tags = hear(text, world.tags).words
    if not tags:
        return _say(world, texts.text("curating.which"))
    found = tuple(region for tag in tags if (region := world.tree.find(tag)))
    regions: tuple[RegionId, ...] = () if EVERYWHERE in tags else found or tip.regions
    other = MODIFIERS | {EVERYWHERE}
    topics = tuple(tag for tag in tags if world.tree.find(tag) is None and key(tag) not in other)
    place = "" if found or EVERYWHERE in tags else tip.place
    tagged = replace(tip, tagged=True, regions=regions, place=place, topics=topics)
    line = texts.text(
        "curating.tagged",
        who=who,
        number=tip.number,
        place=shelf.places(replace(tagged, entry=None), world) if found or not tip.entry else "",
        topics=_topics(tagged),
    )
    return replace(_say(world, line), save=(tagged,))


def _list(found: Found, world: World) -> str:
    if not found.tips:
        return texts.text("curating.none")
    lines = [_line(tip, world) for tip in found.tips]
    more = (texts.text("curating.more"),) if found.more else ()
    return "\n\n".join((texts.text("curating.list"), *lines, *more))


def _line(tip: Tip, world: World) -> str:
    """Never the words of a member."""
    marks = ("📌 " if tip.pinned else "") + (f"📚 {tip.entry.name} · " if tip.entry else "")
    parts = (
        marks + shelf.places(tip, world),
        "" if tip.entry else when(world, tip.posted_at, tip.regions),
        _topics(tip),
        f"👍 {tip.useful}" if tip.useful else "",
    )
    return f"#{tip.number}: " + " · ".join(part for part in parts if part)


def _topics(tip: Tip) -> str:
    return " ".join(f"#{topic}" for topic in tip.topics)


def _say(world: World, line: str) -> Decision:
    return Decision(effects=(to_stewards(world, NAME, line),))


FEATURE = Feature(NAME, load, decide, stewards=WORDS)
