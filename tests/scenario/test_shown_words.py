"""Hashtags as words: those that only say where and what it is are not shown; all others are."""

from __future__ import annotations

import pytest

from tests.scenario.help_stories import supporters
from tests.scenario.places_stories import answers, warns
from tests.town import ALICE, BEA, LOUNGE, NY, NYC, Town


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("#swsdanger #nyc two men in a van at #pier17", "two men in a van at #pier17"),
        ("#swsdanger #nyc he drives a #ford.", "he drives a #ford."),
        ("#ford van by the bridge #swsdanger #nyc", "#ford van by the bridge"),
        ("a van by #pier17 #nyc #swsdanger", "a van by #pier17"),
        ("#swsdanger #nyc #ride a van waits #housing #signed", "a van waits"),
        ("#swsdanger #brooklyn a van waits #NYC", "a van waits"),
        ("#swsdagner a van waits #swsdanger #nyc", "a van waits"),
    ],
)
async def test_no_word_is_lost(place: Town, text: str, shown: str) -> None:
    await warns(place, text)
    assert place.reads(NYC)[0].split("\n\n")[1] == shown


@pytest.mark.parametrize("tags", ["#buffalo", "#buffalo #usa"])
async def test_a_town_that_was_confirmed_stands_in_the_first_line(place: Town, tags: str) -> None:
    await warns(place, f"#swsdanger a van waits {tags}")
    await answers(place, "yes")
    (relay,) = place.reads(NY)
    assert relay.startswith("⚠️ Warning · ")
    assert relay.split("\n\n")[1] == "a van waits"


async def test_the_words_of_a_call_for_help(place: Town) -> None:
    await supporters(place, BEA)
    place.posts(ALICE, LOUNGE, "#swshelp #nyc #ride home from #pier17")
    await place.settle()
    (offer,) = [line for line in await place.hears_privately(BEA) if "home from #pier17" in line]
    assert "#swshelp" not in offer
    assert "#ride" not in offer


async def test_details_in_a_hashtag_are_struck_out(place: Town) -> None:
    await warns(place, "#swsdanger #nyc he calls from #12125550123")
    await answers(place, "send")
    assert "12125550123" not in place.reads(NYC)[0]
