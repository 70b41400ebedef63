"""How a tip reads: as a line of a list on a phone, and all of it."""

from __future__ import annotations

from datetime import date

from swsmatrix import texts
from swsmatrix.features import details
from swsmatrix.features.common import age, tip_places
from swsmatrix.features.where import called
from swsmatrix.model import Tip
from swsmatrix.protocol import Millis
from swsmatrix.world import World

FIRST_WORDS = 60  # characters


def line(tip: Tip, number: int, world: World, now: Millis) -> str:
    """``3. Night kitchen, open again · New York City · 2 days ago · 👍 4``, on one line."""
    mark = ("📌 " if tip.pinned else "") + ("📚 " if tip.entry else "")
    words = _short(tip.entry.name if tip.entry else _words(tip, world))
    return " · ".join((f"{number}. {mark}{words}", *_facts(tip, world, now)))


def _facts(tip: Tip, world: World, now: Millis) -> tuple[str, ...]:
    useful = (f"👍 {tip.useful}",) if tip.useful else ()
    if tip.entry:
        return (places(tip, world), *useful)
    return (places(tip, world), age(now - tip.posted_at), *useful)


def whole(tip: Tip, world: World, now: Millis) -> str:
    """All of it; of an entry of the library with its source, and when that was checked."""
    useful = texts.text("finding.useful")
    facts = " · ".join(_facts(tip, world, now))
    if tip.entry is None:
        return texts.text("finding.shown", words=_words(tip, world), facts=facts, useful=useful)
    entry = tip.entry
    return texts.text(
        "finding.shown_entry",
        name=entry.name,
        words=tip.text,
        address=entry.address,
        facts=" · ".join((facts, ", ".join(entry.languages))),
        checked=date.fromisoformat(entry.checked).strftime("%-d %b %Y"),
        source=entry.source,
        useful=useful,
    )


def places(tip: Tip, world: World) -> str:
    """Where it is for."""
    if tip.entry:
        named = (one.upper() if len(one) == 2 else one for one in tip.entry.where)
        return ", ".join(named)
    return called(tip, world) if tip.place and tip.regions else tip_places(tip.regions, world)


def _words(tip: Tip, world: World) -> str:
    """Whatever was decided before: no details leave here."""
    return details.struck(tip.text, world, tip.regions)


def _short(text: str) -> str:
    words = " ".join(text.split())
    if len(words) <= FIRST_WORDS:
        return words
    return words[:FIRST_WORDS].rsplit(" ", 1)[0].rstrip(" ,;:–-") + " …"
