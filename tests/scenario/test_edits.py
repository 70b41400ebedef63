"""Corrections: the last one counts, however late the others come; a slip in one is asked about."""

from __future__ import annotations

import pytest

from swsmatrix.protocol import MINUTE, SECOND
from tests.scenario import edits_stories as stories
from tests.scenario.edits_stories import GREEN, GREY, SLIP, WHITE, sealed
from tests.town import ALICE, BEA, LOUNGE, NYC, STEWARD, STEWARDS, Town


async def test_an_older_correction_that_comes_late_changes_nothing(place: Town) -> None:
    await stories.an_older_correction_comes_late(place)
    (relay,) = place.reads(NYC)
    assert "a white van" in relay


async def test_nor_does_one_without_the_tag(place: Town) -> None:
    event = place.posts(ALICE, LOUNGE, GREY)
    await place.settle()
    older = await sealed(place, event)
    place.edits(ALICE, LOUNGE, event, WHITE)
    await place.settle()
    older.opens(place, "a green van waits")
    await place.settle()
    assert len(place.reads(NYC)) == 1


async def test_it_goes_with_its_message_and_leaves_the_confirmations(place: Town) -> None:
    event = place.posts(ALICE, LOUNGE, GREY)
    await place.settle()
    older = await sealed(place, event)
    place.edits(ALICE, LOUNGE, event, WHITE)
    await place.settle()
    place.reacts(BEA, LOUNGE, event, "➕")
    await place.settle()
    older.opens(place, GREEN)
    await place.settle()
    await place.later(10 * SECOND)
    assert "➕" in place.reads(NYC)[0]
    place.deletes(ALICE, LOUNGE, event)
    await place.settle()
    assert next(one for one in place.room(LOUNGE).timeline if one.event == older.event).redacted


async def test_the_last_one_counts_though_it_comes_after_the_answer(place: Town) -> None:
    await stories.a_correction_comes_after_the_answer(place)
    (relay,) = place.reads(NYC)
    assert "a green van" in relay


async def test_a_slip_in_a_correction_is_asked_about(place: Town) -> None:
    event = place.posts(ALICE, LOUNGE, GREY)
    await place.settle()
    place.edits(ALICE, LOUNGE, event, SLIP)
    await place.settle()
    assert place.reads(NYC) == []
    assert place.reactions(LOUNGE, event) == []
    (asked,) = await place.hears_privately(ALICE)
    assert "Did you mean #swsdanger" in asked
    await place.later(10 * MINUTE)
    assert "`send 1`" in place.reads(STEWARDS)[0]


@pytest.mark.parametrize("story", [stories.a_correction_is_a_slip, stories.a_slip_is_corrected_elsewhere])
async def test_what_was_meant_goes_out_as_it_was_corrected(place: Town, story: stories.Story) -> None:
    await story(place)
    (relay,) = place.reads(NYC)
    assert "a green van" in relay
    assert await place.hears_privately(ALICE) == []
    assert place.reactions(LOUNGE, place.room(LOUNGE).timeline[0].event) == ["✅"]


async def test_another_tag_is_no_slip(place: Town) -> None:
    await place.told_the_rule(ALICE)
    event = place.posts(ALICE, LOUNGE, GREY)
    await place.settle()
    place.edits(ALICE, LOUNGE, event, "#swsfyi #nyc a green van, with soup, not #swsdagner")
    await place.settle()
    assert place.reads(NYC) == []
    assert await place.hears_privately(ALICE) == []
    assert "#swsfyi" in place.reads(STEWARDS)[-1]


async def test_while_a_steward_holds_it_down_a_slip_ends_it(place: Town) -> None:
    event = place.posts(ALICE, LOUNGE, GREY)
    await place.settle()
    place.posts(STEWARD, STEWARDS, "withdraw 1 it was a delivery")
    await place.settle()
    place.edits(ALICE, LOUNGE, event, SLIP)
    await place.settle()
    assert await place.bodies() == []


async def test_a_device_that_nobody_vouches_for_is_not_asked_about_a_slip(place: Town) -> None:
    event = place.posts(ALICE, LOUNGE, GREY, signed=False)
    await place.settle()
    place.edits(ALICE, LOUNGE, event, SLIP, signed=False)
    await place.settle()
    assert not any("Did you mean" in line for line in await place.hears_privately(ALICE))


@pytest.mark.parametrize("where", [STEWARDS, NYC])
async def test_nothing_is_corrected_from_another_room(place: Town, where: str) -> None:
    event = place.posts(ALICE, LOUNGE, GREY)
    await place.settle()
    place.edits(ALICE, where, event, GREEN)
    await place.settle()
    assert "a grey van" in place.reads(NYC)[0]
    assert place.reads(STEWARDS) == []
