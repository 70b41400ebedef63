"""What in a post identifies somebody: by its region, by patterns of the stewards, behind tags; struck out."""

from __future__ import annotations

from dataclasses import replace

import pytest

from swsmatrix import identifying
from swsmatrix.detecting.patterns import accepted
from swsmatrix.features import details
from swsmatrix.model import RegionId
from swsmatrix.regions import Region, RegionTree
from tests.town import WORLD

DANISH = replace(WORLD, tree=RegionTree([Region(id=RegionId("cph"), name="Byen", covers=("DK",))]))
OURS = replace(WORLD, patterns=(accepted("blue lagoon"),))


def _found(text: str, world: object = WORLD) -> list[str]:
    return [one.text for one in details.found(text, world, ())]  # type: ignore[arg-type]


def test_numbers_are_known_as_they_are_written_in_the_regions() -> None:
    text = "#swsdanger seen with 20304051 again"
    assert _found(text, DANISH) == ["20304051"]
    assert details.struck(text, DANISH, ()) == "#swsdanger seen with [telephone number taken out] again"
    assert _found(text) == []


def test_what_the_stewards_look_out_for() -> None:
    text = "he waits at the Blue Lagoon"
    assert _found(text, OURS) == ["Blue Lagoon"]
    assert details.struck(text, OURS, ()) == "he waits at the [taken out]"
    assert _found(text) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("212 (#swsdanger) 555 0123", ["212 555 0123"]),
        ("a van #nyc2125550123", ["2125550123"]),
        ("a van #٢١٢٥٥٥٠١٢٣", ["٢١٢٥٥٥٠١٢٣"]),
        ("#nyc #swsdanger a van", []),
    ],
)
def test_behind_tags_and_in_them(text: str, expected: list[str]) -> None:
    assert _found(text) == expected


def test_a_text_is_searched_once(monkeypatch: pytest.MonkeyPatch) -> None:
    times: list[str] = []

    def find(text: str, *more: object) -> tuple[identifying.Finding, ...]:
        times.append(text)
        return ()

    monkeypatch.setattr(identifying, "find", find)
    details.found("#swsdanger #nyc a van", WORLD, ())
    details.found("#swsdanger #nyc a van, 2125550123", WORLD, ())
    assert times == ["a van", "a van, 2125550123"]
