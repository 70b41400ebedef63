"""What in a post identifies somebody, and the post without it."""

from __future__ import annotations

from swsmatrix import identifying, texts
from swsmatrix.climbing import Candidate, answers
from swsmatrix.folding import key
from swsmatrix.gazetteer import place
from swsmatrix.hashtags import without_tags
from swsmatrix.model import Post, RegionId
from swsmatrix.regions import EVERYWHERE, MODIFIERS
from swsmatrix.world import World

_SIGNS = "@.:/_$0"  # what a tag hides needs one of these; 0 stands for any digit
_GONE = tuple(f"kind.{kind.name.lower()}_gone" for kind in identifying.Kind)


def found(text: str, world: World, regions: tuple[RegionId, ...]) -> tuple[identifying.Finding, ...]:
    """What identifies somebody, in what would be shown and in what was written: a tag can hide a number.

    ``regions``: where it is said to be; telephone numbers as they are written there count.
    """
    shown = without_tags(text, world.tags)
    findings = _look(shown, world, regions)
    if findings or not any(_count(text, sign) > _count(shown, sign) for sign in _SIGNS):
        return findings  # the tags that are left out have nothing in them
    return _look(text, world, regions)


def shown(post: Post, world: World) -> str:
    """Its words as others read them: without the hashtags that only say what it is, and where."""
    there = place(post.place) if post.place else None
    meant = Candidate("", there, post.regions[0]) if there and post.regions else None
    silent = {key(topic) for topic in world.topics} | MODIFIERS | {EVERYWHERE}

    def ours(word: str) -> bool:
        known = key(word) in silent or world.tree.find(word) is not None
        return known or (meant is not None and answers(word, meant, world.tree))

    return struck(without_tags(post.text, world.tags, ours), world, post.regions)


def struck(text: str, world: World, regions: tuple[RegionId, ...]) -> str:
    """``text`` without what identifies somebody."""
    words = dict(zip(identifying.Kind, map(texts.text, _GONE), strict=True))
    return identifying.strike(text, _look(text, world, regions), words)


def _look(text: str, world: World, regions: tuple[RegionId, ...]) -> tuple[identifying.Finding, ...]:
    places = (*regions, *(region.id for region in world.tree))
    countries = dict.fromkeys(country for place in places if (country := world.tree.country(place)))
    return identifying.find(text, [*countries, *identifying.COUNTRIES], world.patterns)


def _count(text: str, sign: str) -> int:
    return sum(map(str.isdigit, text)) if sign == "0" else text.count(sign)


def were_struck(text: str) -> bool:
    """Whether something was struck out of ``text``."""
    return any(texts.text(key) in text for key in _GONE)
