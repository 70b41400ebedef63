"""What a location tag would do, as data: for those who ask before they write. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum

from swsmatrix.climbing import Candidate, named, offered
from swsmatrix.folding import key
from swsmatrix.gazetteer import lookup
from swsmatrix.model import Learned, RegionId
from swsmatrix.regions import EVERYWHERE, MODIFIERS, RegionTree


class Sense(Enum):
    REGION = "region"
    EVERYWHERE = "everywhere"
    PLACE = "place"  # of the gazetteer
    TOPIC = "topic"
    HOW = "how"
    OUTSIDE = "outside"  # of the gazetteer, in none of the regions
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Meaning:
    """``rooms``: regions in whose rooms a warning would stand. ``reach``: whose supporters are asked.

    ``candidates``: places that it may mean; their author is ``asked`` first. ``near``: regions that may have
    been meant by an unknown one.
    """

    word: str
    sense: Sense
    regions: tuple[RegionId, ...] = ()
    rooms: tuple[RegionId, ...] = ()
    reach: tuple[RegionId, ...] = ()
    candidates: tuple[Candidate, ...] = ()
    asked: bool = False
    near: tuple[RegionId, ...] = ()


def explain(
    word: str, tree: RegionTree, topics: Collection[str], learned: Mapping[str, Learned] | None = None
) -> Meaning:
    """``word``: a tag, with or without ``#``. ``learned``: by folded word."""
    word = word.strip().lstrip("#")
    found = named([word], tree, topics, learned or {})
    if found.regions:
        everywhere = key(word) == EVERYWHERE
        sense = Sense.PLACE if found.place else Sense.EVERYWHERE if everywhere else Sense.REGION
        return _of(word, sense, found.regions, tree, found.place)
    if found.candidates:
        few = tuple(one for _, one in offered(found.candidates, tree))
        meant = few[0]
        explained = _of(word, Sense.PLACE, (meant.region,), tree, meant.place.id)
        return Meaning(
            word, Sense.PLACE, explained.regions, explained.rooms, explained.reach, few, asked=True
        )
    if key(word) in {key(topic) for topic in topics}:
        return Meaning(word, Sense.TOPIC)
    if key(word) in MODIFIERS:
        return Meaning(word, Sense.HOW)
    sense = Sense.OUTSIDE if lookup(word) else Sense.UNKNOWN
    return Meaning(word, sense, near=tree.suggest(word))


def _of(word: str, sense: Sense, regions: tuple[RegionId, ...], tree: RegionTree, place: str) -> Meaning:
    rooms = (one for region in regions for one in tree.hears(region, place) if tree.get(one).room)
    reach = (one for region in regions for one in (region, *tree.above(region)))
    return Meaning(word, sense, regions, tuple(dict.fromkeys(rooms)), tuple(dict.fromkeys(reach)))


def branches(tree: RegionTree) -> Iterator[tuple[int, RegionId]]:
    """All regions, each followed by those inside it; with how deep each is inside others."""
    for top in tree:
        if not tree.above(top.id):
            yield 0, top.id
            yield from ((len(tree.above(inner)), inner) for inner in tree.inner(top.id))
