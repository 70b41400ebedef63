"""The stewards see which places were learned (`places`), `strike buffalo` out, or `keep buffalo` after all.

Each of them sees what another does, and can undo it. A word that was struck out is not learned again: its
authors are asked each time.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from swsmatrix import gazetteer, texts
from swsmatrix.features.common import UTC, local_name, to_stewards
from swsmatrix.features.feature import Feature, Reader
from swsmatrix.features.where import near_region
from swsmatrix.folding import key
from swsmatrix.model import Decision, Learned
from swsmatrix.protocol import MessagePosted, Millis
from swsmatrix.routing import Input, Kind
from swsmatrix.world import World

LIST, STRIKE, KEEP = WORDS = ("places", "strike", "keep")
LINES = 40


@dataclass(frozen=True, slots=True)
class Found:
    """``learned``: what counts, or was struck out. ``meant``: that one. ``code``: the steward's."""

    learned: tuple[Learned, ...] = ()
    meant: Learned | None = None
    code: str = ""


async def load(asked: Input, reader: Reader, _world: World) -> Found | None:
    said, event = asked.said, asked.event
    if said is None or said.word not in WORDS or asked.place.kind is not Kind.STEWARDS:
        return None
    assert isinstance(event, MessagePosted)
    if said.word == LIST:
        return Found(tuple(one for one in await reader.warnings.learned() if one.twice or one.struck_by))
    meant = await reader.warnings.learned_word(key(" ".join(said.rest)))
    return Found(meant=meant, code=reader.people.code(event.sender))


def decide(asked: Input, found: Found, world: World, now: Millis) -> Decision:
    said, event = asked.said, asked.event
    assert said
    assert isinstance(event, MessagePosted)
    if said.word == LIST:
        return _say(world, _listed(found.learned, world))
    if not said.rest:
        return _say(world, texts.text("places.which", verb=said.word))
    if found.meant is None:
        return _say(world, texts.text("places.unknown", word=_plain(" ".join(said.rest))))
    struck = said.word == STRIKE
    after = replace(found.meant, struck_by=found.code if struck else "", struck_at=now if struck else 0)
    key_of = "places.struck" if struck else "places.kept"
    line = texts.text(key_of, who=local_name(event.sender), word=found.meant.word)
    return replace(_say(world, line), save=(after,))


def _listed(learned: tuple[Learned, ...], world: World) -> str:
    lines = [_line(one, world) for one in learned[:LINES]]
    if not lines:
        return texts.text("places.none")
    return "\n".join((texts.text("places.list", word=learned[0].word), "", *lines))


def _line(one: Learned, world: World) -> str:
    if one.struck_by:
        return texts.text("places.line_struck", word=one.word, when=texts.moment(one.struck_at, UTC))
    there = gazetteer.place(one.place)
    region = world.tree.climb(there) if there else None
    called = near_region(there, region, world.tree) if there and region else texts.text("places.nowhere")
    return texts.text("places.line", word=one.word, place=called)


def _plain(word: str) -> str:
    return "".join(letter for letter in word[:40] if letter.isalnum() or letter in " -_") or "…"


def _say(world: World, line: str) -> Decision:
    return Decision(effects=(to_stewards(world, "places", line),))


FEATURE = Feature("places", load, decide, stewards=WORDS)
