"""Which places of the gazetteer each configured region stands for. Pure.

What the setting ``covers`` names: states and countries. Where it is left out: the state or country whose code
the region's id is (``us-ny``; ``us`` if it is also called so); else the one place that its name, id or
aliases mean, within what the regions around it cover, or anywhere if they cover nothing. So a region that is
named New York City, in ``us-ny``, is known by that city's names in all languages.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from swsmatrix.folding import key
from swsmatrix.gazetteer import Place, lookup, place
from swsmatrix.model import RegionId

if TYPE_CHECKING:
    from swsmatrix.regions import Region

_STATE = re.compile(r"[a-z]{2}-[a-z0-9]{1,3}")
_SHORTEST = 4  # two and three letters are codes of somewhere
_LARGER = 10  # how many times as populous as the next of its name is the one that everybody means


def covered(
    regions: Mapping[RegionId, Region], above: Mapping[RegionId, tuple[RegionId, ...]]
) -> dict[str, RegionId]:
    """The region for each id of a place. ``ValueError`` names the region whose ``covers`` cannot be."""
    codes = {id: tuple(_codes(region)) for id, region in regions.items()}
    found: dict[str, RegionId] = {}
    for set_by_hand in (True, False):
        for id, region in regions.items():
            if (region.covers is not None) is set_by_hand:
                _claim(found, id, codes[id], twice=not set_by_hand)
    for id, region in regions.items():
        if region.covers is None and not codes[id]:
            around = next((codes[outer] for outer in above[id] if codes[outer]), ())
            _claim(found, id, (one.id for one in _meant(region, around)), twice=True)
    return found


def _claim(
    found: dict[str, RegionId], region: RegionId, ids: Iterator[str] | tuple[str, ...], *, twice: bool
) -> None:
    """``twice``: what another region has already is left to it."""
    for id in ids:
        if found.setdefault(id, region) != region and not twice:
            raise ValueError(f"region {region}: {id} is already covered by {found[id]}")


def _codes(region: Region) -> Iterator[str]:
    if region.covers is not None:
        for code in region.covers:
            if code.isdigit() or place(code) is None:
                raise ValueError(
                    f"region {region.id}: there is no state or country {code!r} that it could cover"
                )
            yield code
        return
    code = region.id.casefold().replace("_", "-")
    called = (one.id for name in (region.name, *region.aliases) for one in lookup(name))
    country = len(code) == 2 and key(region.name) != code and code.upper() in called
    if country or (_STATE.fullmatch(code) and place(code.upper())):
        yield code.upper()


def _names(region: Region) -> Iterator[str]:
    names = (region.name, region.id, *region.aliases)
    return (name for name in names if len(key(name)) >= _SHORTEST or not key(name).isascii())


def _meant(region: Region, around: tuple[str, ...]) -> Iterator[Place]:
    for name in _names(region):
        fitting = [one for one in lookup(name) if not around or set(one.within) & set(around)]
        if fitting and (len(fitting) == 1 or fitting[0].inhabitants >= _LARGER * fitting[1].inhabitants):
            yield fitting[0]
