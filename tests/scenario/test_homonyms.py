"""Towns of one name: what two people confirmed does not decide where another word says which one is meant."""

from __future__ import annotations

import pytest

from swsmatrix.protocol import UserId
from tests.scenario.places_stories import answers, warns
from tests.town import ALICE, BEA, CLEO, NY, Town


async def learn(place: Town, words: str, *, who: tuple[UserId, ...] = (ALICE, BEA)) -> None:
    for one in who:
        await warns(place, f"#swsdanger {words} a grey van waits by the bridge, {len(one)}", one)
        await answers(place, "yes", who=one)


@pytest.mark.parametrize("words", ["#portland #texas", "#texas #portland"])
async def test_another_word_says_that_another_one_is_meant(place: Town, words: str) -> None:
    await learn(place, "#portland")
    (learned,) = await place.store.warnings.learned()
    assert learned.twice
    before = await place.hears_privately(CLEO)
    await warns(place, f"#swsdanger {words} the side door is watched", CLEO)
    (asked,) = (await place.hears_privately(CLEO))[len(before) :]
    assert "Is it for Portland (Texas)" in asked


async def test_with_a_word_that_says_nothing_of_it_nobody_is_asked(place: Town) -> None:
    await learn(place, "#buffalo")
    await warns(place, "#swsdanger #buffalo #stayaware the side door is watched", CLEO)
    assert "Buffalo" in place.reads(NY)[-1]
    assert await place.hears_privately(CLEO) == []


async def test_what_was_said_with_such_a_word_is_not_learned_without_it(place: Town) -> None:
    await learn(place, "#portland #texas")
    assert await place.store.warnings.learned() == ()
    await warns(place, "#swsdanger #portland the side door is watched", CLEO)
    assert "Is it for Portland (Oregon)" in (await place.hears_privately(CLEO))[0]
