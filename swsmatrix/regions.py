"""From location tags to regions: the tree that the community configured. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from swsmatrix.coverage import covered
from swsmatrix.folding import distance, key
from swsmatrix.gazetteer import Place, place
from swsmatrix.model import RegionId

EVERYWHERE = "everywhere"
# Hashtags that say how, not where.
MODIFIERS = frozenset(["signed", "remote", "boost", "event"])

_LONGEST_ASKED = 40  # nobody types longer place names; it bounds the search for near ones
_SUGGESTIONS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Region:
    """A configured region. ``room``: a room id or alias; ``tz``: an IANA time zone name.

    ``covers``: codes of states and countries (ISO 3166), None: as its id and name say, see coverage.py.
    """

    id: RegionId
    name: str
    parent: RegionId | None = None
    aliases: tuple[str, ...] = ()
    room: str | None = None
    hears_inner: bool = False
    tz: str | None = None
    emergency: str | None = None
    covers: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Places:
    """What a message's hashtags say about where.

    ``unknown``: those that are no region, topic or modifier; empty when at least one region was named.
    """

    regions: tuple[RegionId, ...]
    unknown: tuple[str, ...]


class RegionTree:
    """All configured regions, in the order of the configuration.

    What was taken out of it while warnings for it stood is known as the region whose tag its id is by now, if
    it is one's; else as one by itself, called by its id, which has no room.

    Raises ``ValueError``, naming the region, for an unknown parent, a cycle, an unknown time zone, the same
    id twice, a tag (id or alias) that two regions claim or that already means something else, and a code that
    two regions cover or that nobody knows.
    """

    def __init__(self, regions: Iterable[Region]) -> None:
        self._regions: dict[RegionId, Region] = {}
        for region in regions:
            if region.id in self._regions:
                raise ValueError(f"region {region.id} is there twice")
            self._regions[region.id] = region
        self._above = {region: _climb(self._regions, region) for region in self._regions}
        self._inner: dict[RegionId, list[RegionId]] = {region: [] for region in self._regions}
        for inner, above in self._above.items():
            if above:
                self._inner[above[0]].append(inner)
        self._tags = _claims(self._regions.values())
        self._names = _names(self._regions.values())
        self._zones = {region.id: _zone(region) for region in self._regions.values()}
        self._covered = covered(self._regions, self._above)
        self._countries = {region: code for id, region in self._covered.items() if (code := _country(id))}

    def __iter__(self) -> Iterator[Region]:
        return iter(self._regions.values())

    def get(self, region: RegionId) -> Region:
        """As configured."""
        now = self._now(region)
        return self._regions.get(now) or Region(id=now, name=now)

    def _now(self, region: RegionId) -> RegionId:
        return region if region in self._regions else self._tags.get(key(region), region)

    def find(self, word: str) -> RegionId | None:
        """The region of that id or alias (with or without ``#``), or else the only one of that name."""
        wanted = key(word.lstrip("#"))
        named = self._names.get(wanted, ())
        return self._tags.get(wanted) or (named[0] if len(named) == 1 else None)

    def suggest(self, word: str) -> tuple[RegionId, ...]:
        """Up to three regions that ``word`` may have meant, best first."""
        wanted = key(word.lstrip("#"))
        if not 2 <= len(wanted) <= _LONGEST_ASKED:
            return ()
        best: dict[RegionId, int] = {}
        known = [(tag, region) for tag, region in self._tags.items()]
        known += [(name, region) for name, regions in self._names.items() for region in regions]
        for spelling, region in known:
            slips = _slips(wanted, spelling)
            if slips is not None and slips < best.get(region, slips + 1):
                best[region] = slips
        order = list(self._regions)
        return tuple(sorted(best, key=lambda region: (best[region], order.index(region)))[:_SUGGESTIONS])

    def climb(self, place: Place) -> RegionId | None:
        """The nearest region that stands for a place of the gazetteer, or for what it lies in."""
        ids = (place.id, *place.within)
        return next((self._covered[id] for id in ids if id in self._covered), None)

    def is_itself(self, region: RegionId, place: str) -> bool:
        """Whether a place of the gazetteer is the region, not only somewhere in it."""
        return self._covered.get(place) == self._now(region)

    def inner(self, region: RegionId) -> tuple[RegionId, ...]:
        """The regions inside it, each followed by those inside that one; not itself."""
        found: list[RegionId] = []
        waiting = list(reversed(self._inner.get(self._now(region), ())))
        while waiting:
            found.append(waiting.pop())
            waiting += reversed(self._inner[found[-1]])
        return tuple(found)

    def above(self, region: RegionId) -> tuple[RegionId, ...]:
        """The regions around it, nearest first."""
        return self._above.get(self._now(region), ())

    def hears(self, region: RegionId, place: str = "") -> tuple[RegionId, ...]:
        """The regions whose rooms get a warning for this one.

        ``place``: of the gazetteer, from which it was only climbed to this one: nobody further hears it.
        """
        region = self._now(region)
        if place and not self.is_itself(region, place):
            return (region,)
        around = (outer for outer in self.above(region) if self._regions[outer].hears_inner)
        return (region, *self.inner(region), *around)

    def timezone(self, region: RegionId) -> ZoneInfo:
        """Its own, else that of the nearest region around it that has one, else UTC."""
        zones = (self._zones.get(near) for near in (self._now(region), *self.above(region)))
        return next((zone for zone in zones if zone is not None), ZoneInfo("UTC"))

    def common_timezone(self) -> ZoneInfo:
        """The one that all regions are in, else UTC."""
        zones = {self.timezone(region) for region in self._regions}
        return zones.pop() if len(zones) == 1 else ZoneInfo("UTC")

    def country(self, region: RegionId) -> str | None:
        """The country (ISO 3166-1, two letters) in which it or the nearest region around it lies, or None."""
        near = (self._countries.get(one) for one in (self._now(region), *self.above(region)))
        return next((country for country in near if country), None)

    def of_room(self, name: str) -> RegionId | None:
        """The region with that room, as configured; the first of several."""
        return next((region.id for region in self if region.room == name), None)

    def places(self, words: Iterable[str], topics: Collection[str]) -> Places:
        """Which regions a message's hashtags (without ``#``) name. ``everywhere``: all without a parent."""
        silent = {key(topic) for topic in topics} | MODIFIERS
        named: dict[RegionId, None] = {}
        unknown: dict[str, None] = {}
        for word in words:
            region = self.find(word)
            if region is not None:
                named[region] = None
            elif key(word) == EVERYWHERE:
                named.update(dict.fromkeys(top for top, above in self._above.items() if not above))
            elif key(word) not in silent and not word.isdigit():  # "#5" counts something
                unknown[word] = None
        return Places(tuple(named), () if named else tuple(unknown))


def _climb(regions: dict[RegionId, Region], start: RegionId) -> tuple[RegionId, ...]:
    above: dict[RegionId, None] = {}
    region = regions[start]
    while region.parent is not None:
        if region.parent not in regions:
            raise ValueError(f"region {region.id}: its parent {region.parent} is not among the regions")
        if region.parent == start or region.parent in above:
            raise ValueError(f"region {start}: its parents go round in a circle")
        above[region.parent] = None
        region = regions[region.parent]
    return tuple(above)


def _claims(regions: Iterable[Region]) -> dict[str, RegionId]:
    claims: dict[str, RegionId] = {}
    for region in regions:
        for tag in (region.id, *region.aliases):
            short = key(tag)
            if not short:
                raise ValueError(f"region {region.id}: {tag!r} cannot be a tag")
            if short in MODIFIERS or short == EVERYWHERE:
                raise ValueError(f"region {region.id}: #{tag} already means something else")
            if claims.setdefault(short, region.id) != region.id:
                raise ValueError(f"region {region.id}: #{tag} is already a tag of {claims[short]}")
    return claims


def _names(regions: Iterable[Region]) -> dict[str, list[RegionId]]:
    names: dict[str, list[RegionId]] = {}
    for region in regions:
        if key(region.name):
            names.setdefault(key(region.name), []).append(region.id)
    return names


def _country(id: str) -> str | None:
    """The country that a place of the gazetteer is, or lies in."""
    there = place(id)
    codes = (code for code in (id, *(there.within if there else ())) if len(code) == 2 and code.isalpha())
    return next(codes, None)


def _zone(region: Region) -> ZoneInfo | None:
    if region.tz is None:
        return None
    try:
        return ZoneInfo(region.tz)
    except (KeyError, ValueError, OSError):
        raise ValueError(f"region {region.id}: there is no time zone {region.tz!r}") from None


def _slips(wanted: str, spelling: str) -> int | None:
    """How far a typed word is from a known one: 0 for one of the same name, None for too far."""
    if wanted == spelling:
        return 0
    if len(wanted) >= 3 and (
        spelling.startswith(wanted) or (len(spelling) >= 3 and wanted.startswith(spelling))
    ):
        return 1
    limit = 1 if len(wanted) <= 5 else 2 if len(wanted) <= 9 else 3
    slips = distance(wanted, spelling, limit)
    return slips if slips <= limit and slips < min(len(wanted), len(spelling)) - 1 else None
