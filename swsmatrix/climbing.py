"""From words to regions: those that are configured, learned, or climbed to from any place. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from swsmatrix.folding import key
from swsmatrix.gazetteer import Place, lookup, place
from swsmatrix.model import Learned, RegionId
from swsmatrix.regions import RegionTree

AT_MOST = 3


@dataclass(frozen=True, slots=True)
class Candidate:
    """``word``, a tag without ``#``, may mean ``place``, which is nearest to ``region``."""

    word: str
    place: Place
    region: RegionId


@dataclass(frozen=True, slots=True)
class Named:
    """Where a message is for: ``regions``; in them ``place`` (an id), where that was learned.

    If there are none, what its words may mean (``candidates``), and which nobody configured (``unknown``).
    """

    regions: tuple[RegionId, ...] = ()
    place: str = ""
    candidates: tuple[Candidate, ...] = ()
    unknown: tuple[str, ...] = ()


def named(
    words: Iterable[str], tree: RegionTree, topics: Collection[str], learned: Mapping[str, Learned]
) -> Named:
    """What words (tags without ``#``) say about where. ``learned``: by folded word."""
    configured = tree.places(words, topics)
    if configured.regions:
        return Named(configured.regions)
    possible = candidates(configured.unknown, tree)
    for one in possible:
        known = learned.get(key(one.word))
        # What another word rules out (`#portland #maine`) is not among them, learned or not.
        if known and counts(known) and known.place == one.place.id:
            return Named((one.region,), one.place.id)
    return Named(candidates=possible, unknown=configured.unknown)


def counts(known: Learned) -> bool:
    """Whether nobody is asked any more."""
    return known.twice and not known.struck_by


def candidates(words: Iterable[str], tree: RegionTree) -> tuple[Candidate, ...]:
    """All places that ``words`` may mean and that climb, by word, each the most populous first.

    ``#portland #maine`` is only that one; a state that is called like a town in it is left out.
    """
    found = []
    for word in words:
        for one in lookup(word):
            region = tree.climb(one)
            if region is not None:
                found.append(Candidate(word, one, region))
    inner = [one for one in found if any(_in(one, other) for other in found if other.word != one.word)]
    found = inner or found
    return tuple(
        one for one in found if not any(_in(other, one) and other.region == one.region for other in found)
    )


def _in(one: Candidate, other: Candidate) -> bool:
    return other.place.id in one.place.within


def offered(found: Sequence[Candidate], tree: RegionTree) -> tuple[tuple[str, Candidate], ...]:
    """Up to three to choose from, each with the tag that singles it out among them; the first needs none."""
    few = found[:AT_MOST]
    tagged = [("", one) for one in few[:1]]
    for one in few[1:]:
        tags = (tag for tag in _tags(one) if sum(answers(tag, other, tree) for other in few) == 1)
        if tag := next(tags, ""):
            tagged.append((tag, one))
    return tuple(tagged)


def _tags(one: Candidate) -> Iterable[str]:
    yield one.word
    yield one.region
    for id in one.place.within:
        around = place(id)
        if around and (tag := key(around.name)).isalnum():
            yield tag


def answers(word: str, one: Candidate, tree: RegionTree) -> bool:
    """Whether ``word`` says that this one is meant: its own word, its region, or what it lies in."""
    said = {found.id for found in lookup(word)}
    return (
        key(word) == key(one.word)
        or tree.find(word) == one.region
        or one.place.id in said
        or bool(said.intersection(one.place.within))
    )
