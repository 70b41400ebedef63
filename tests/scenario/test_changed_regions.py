"""Regions that are configured anew while warnings for them stand: those go on, and nothing else breaks."""

from __future__ import annotations

from tests.scenario import changed_regions_stories as stories
from tests.town import ALICE, BEA, NY, NYC, STEWARDS, Town


async def test_a_warning_goes_on_in_a_region_of_another_id(place: Town) -> None:
    await stories.a_region_gets_another_id(place)
    (relay,) = place.reads(NYC)
    assert "updated" in relay
    assert "a green van" in relay
    assert "New York City" in relay
    said = await place.hears_privately(BEA)
    # Both what it was and the copy went; what the words say is about New York City.
    assert not any("a grey van" in line for line in said)
    assert any("New York City" in line for line in said)


async def test_a_region_that_is_taken_out_breaks_nothing(place: Town) -> None:
    await stories.a_region_is_taken_out(place)
    (relay,) = place.reads(NY)
    assert "a green van" in relay
    lines = place.reads(STEWARDS)
    assert any(line.startswith("dora took down #2 (nyc,") for line in lines)
    assert any("New York State" in line for line in await place.hears_privately(BEA))
    assert any("#3" in line for line in await place.hears_privately(ALICE))
