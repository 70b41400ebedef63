"""What holds a message up, what its author is asked, and what their answers do."""

from __future__ import annotations

from dataclasses import replace

import pytest

from swsmatrix.protocol import DAY, MINUTE
from swsmatrix.regions import RegionTree
from tests.scenario import stories
from tests.town import ALICE, BEA, LOUNGE, NYC, STEWARD, STEWARDS, Town


async def test_a_missing_place_is_asked_for(place: Town) -> None:
    await stories.a_place_is_asked_for_and_named(place)
    assert len(place.reads(NYC)) == 1
    assert await place.hears_privately(ALICE) == ["Thank you. It's on its way to New York City."]
    await place.later(10 * MINUTE)
    assert place.reads(STEWARDS) == []


async def test_an_unknown_place_gets_suggestions_and_the_stewards_help(place: Town) -> None:
    place.posts(ALICE, LOUNGE, "#swsdanger #brookyln a grey van waits by the bridge")
    await place.settle()
    (asked,) = await place.hears_privately(ALICE)
    assert "#nyc" in asked
    await place.later(10 * MINUTE)
    assert "`send 1 #place`" in place.reads(STEWARDS)[0]
    place.posts(STEWARD, STEWARDS, "send 1")
    await place.settle()
    assert "needs a place" in place.reads(STEWARDS)[-1]
    place.posts(STEWARD, STEWARDS, "send #1 #NYC")
    await place.settle()
    assert len(place.reads(NYC)) == 1


async def test_taking_the_place_away_takes_the_relays_down_and_asks(place: Town) -> None:
    event = place.posts(ALICE, LOUNGE, "#swsdanger #nyc a grey van waits")
    await place.settle()
    place.edits(ALICE, LOUNGE, event, "#swsdanger a grey van waits")
    await place.settle()
    assert place.reads(NYC) == []
    assert "Which place" in (await place.hears_privately(ALICE))[0]


async def test_a_place_that_was_answered_stays_through_an_edit(place: Town) -> None:
    await stories.a_place_is_asked_for_and_named(place)
    event = place.room(LOUNGE).timeline[0].event
    place.edits(ALICE, LOUNGE, event, "#swsdanger a green van waits by the bridge")
    await place.settle()
    (relay,) = place.reads(NYC)
    assert "green" in relay


async def test_details_hold_it_back(place: Town) -> None:
    place.posts(ALICE, LOUNGE, "#swsdanger #nyc he calls from +1 212 555 0123, hangs up")
    await place.settle()
    assert place.reads(NYC) == []
    (asked,) = await place.hears_privately(ALICE)
    first = asked.splitlines()[0].lower()
    assert "sws" not in first
    assert "danger" not in first
    assert "+1 212 555 0123" in asked
    assert "`send`" in asked
    await place.later(10 * MINUTE - 1)
    assert place.reads(STEWARDS) == []
    await place.later(1)
    (told,) = place.reads(STEWARDS)
    assert "#1 waits" in told
    assert "#swsdanger" in told
    assert "New York City" in told
    assert "212" not in told
    assert "hangs up" not in told


@pytest.mark.parametrize(
    "story", [stories.a_number_is_held_and_sent_without, stories.nobody_answers_and_a_steward_sends_it]
)
async def test_what_goes_on_goes_without_the_details(place: Town, story: stories.Story) -> None:
    await story(place)
    (relay,) = place.reads(NYC)
    assert "555" not in relay
    assert "hangs up" in relay
    assert not any("555" in text for text in await place.bodies())


async def test_dropped_is_gone(place: Town) -> None:
    await stories.a_number_is_held_and_dropped(place)
    assert place.reads(NYC) == []
    assert await place.hears_privately(ALICE) == ["Dropped. Nothing of it went out."]
    assert not any("555" in text for text in await place.bodies())
    await place.later(10 * MINUTE)
    assert place.reads(STEWARDS) == []


async def test_edited_clean_it_goes_and_the_author_learns_of_the_history(place: Town) -> None:
    await stories.a_number_is_held_and_edited_out(place)
    assert len(place.reads(NYC)) == 1
    (told,) = await place.hears_privately(ALICE)
    assert "edit history" in told


async def test_edited_so_that_it_holds_details_it_comes_down(place: Town) -> None:
    event = place.posts(ALICE, LOUNGE, "#swsdanger #nyc a grey van waits")
    await place.settle()
    place.edits(ALICE, LOUNGE, event, "#swsdanger #nyc a grey van waits, see https://example.org/van")
    await place.settle()
    assert place.reads(NYC) == []
    assert "example.org/van" in (await place.hears_privately(ALICE))[0]


async def test_an_answer_with_details_still_holds_them(place: Town) -> None:
    place.posts(ALICE, LOUNGE, "#swsdanger he calls from +1 212 555 0123")
    await place.settle()
    place.posts(ALICE, await place.direct(ALICE), "nyc")
    await place.settle()
    assert place.reads(NYC) == []
    assert "212 555" in (await place.hears_privately(ALICE))[-1]


async def test_a_near_miss_is_asked_about(place: Town) -> None:
    event = place.posts(ALICE, LOUNGE, "#swsdagner #nyc a grey van waits")
    await place.settle()
    (asked,) = await place.hears_privately(ALICE)
    assert "#swsdagner" in asked
    assert "#swsdanger" in asked
    assert place.reads(NYC) == []
    assert place.reactions(LOUNGE, event) == []
    await place.later(10 * MINUTE)
    assert "`send 1`" in place.reads(STEWARDS)[0]


async def test_a_near_miss_that_was_meant_is_heard(place: Town) -> None:
    await stories.a_slip_is_asked_about(place)
    assert len(place.reads(NYC)) == 1
    assert await place.hears_privately(ALICE) == []
    assert place.reactions(LOUNGE, place.room(LOUNGE).timeline[0].event) == ["✅"]


async def test_a_near_miss_that_was_not_meant_is_forgotten(place: Town) -> None:
    place.posts(ALICE, LOUNGE, "#swsdagner #nyc a grey van waits")
    await place.settle()
    place.posts(ALICE, await place.direct(ALICE), "no")
    await place.settle()
    assert await place.bodies() == []
    await place.later(10 * MINUTE)
    assert place.reads(STEWARDS) == []


async def test_with_two_waiting_it_asks_which(place: Town) -> None:
    place.posts(ALICE, LOUNGE, "#swsdanger a grey van waits")
    place.posts(ALICE, LOUNGE, "#swsdanger the side door is watched")
    await place.settle()
    direct = await place.direct(ALICE)
    place.posts(ALICE, direct, "drop")
    await place.settle()
    assert "`drop 1`" in (await place.hears_privately(ALICE))[-1]
    place.posts(ALICE, direct, "drop 2")
    await place.settle()
    assert [post.number for post in await place.store.records.open_posts()] == [1]


async def test_a_reply_says_which_is_meant(place: Town) -> None:
    place.posts(ALICE, LOUNGE, "#swsdanger a grey van waits")
    place.posts(ALICE, LOUNGE, "#swsdanger the side door is watched")
    await place.settle()
    room = await place.direct(ALICE)
    questions = [one.event for one in place.room(room).timeline if one.text]
    place.posts(ALICE, room, "#nyc", reply_to=questions[1])
    await place.settle()
    (relay,) = place.reads(NYC)
    assert "the side door" in relay
    place.posts(ALICE, room, "#nyc", reply_to=place.room(LOUNGE).timeline[0].event)
    await place.settle()
    assert len(place.reads(NYC)) == 2


async def test_a_reply_about_one_never_drops_another(place: Town) -> None:
    event = place.posts(ALICE, LOUNGE, "#swsdanger #nyc he calls from +1 212 555 0123")
    await place.settle()
    place.edits(ALICE, LOUNGE, event, "#swsdanger #nyc he calls")
    place.posts(ALICE, LOUNGE, "#swsdanger a grey van waits")
    await place.settle()
    room = await place.direct(ALICE)
    told = next(one for one in place.room(room).timeline if "edit history" in one.text)
    place.posts(ALICE, room, "drop", reply_to=told.event)
    await place.settle()
    assert len(await place.store.records.open_posts()) == 2


async def test_nobody_answers_for_somebody_else(place: Town) -> None:
    place.posts(ALICE, LOUNGE, "#swsdanger #nyc he calls from +1 212 555 0123")
    await place.settle()
    room = place.opens_direct(BEA)
    await place.settle()
    for word in ("send", "send 1", "drop 1", "#chicago"):
        place.posts(BEA, room, word)
    await place.settle()
    assert place.reads(NYC) == []
    assert set(place.reads(room)) == {"Nothing of yours waits for an answer just now."}
    assert len(await place.store.records.open_posts()) == 1


async def test_the_place_of_what_goes_to_no_room_is_told_to_the_stewards(place: Town) -> None:
    place.posts(ALICE, LOUNGE, "#swsfyi the kitchen is open")
    await place.settle()
    place.posts(ALICE, await place.direct(ALICE), "#nyc")
    await place.settle()
    assert (await place.hears_privately(ALICE))[-1] == (
        "Thank you. It is among the tips for New York City now."
    )
    (line,) = place.reads(STEWARDS)
    assert "#swsfyi · New York City" in line


async def test_without_a_place_it_is_the_time_that_all_regions_have(place: Town) -> None:
    eastern = [region for region in place.world.tree if region.id != "chicago"]
    place.posts(ALICE, LOUNGE, "#swsfyi the kitchen is open")
    await place.settle()
    place.world = replace(place.world, tree=RegionTree(eastern))
    await place.restart()
    place.posts(BEA, LOUNGE, "#swsfyi the kitchen is closed")
    await place.settle()
    utc, theirs = place.reads(STEWARDS)
    assert "no place named · Wed 18 Nov 2026, 11:06 UTC" in utc
    assert "no place named · Wed 18 Nov 2026, 06:06 EST" in theirs


async def test_what_a_changed_room_holds_back_is_not_said_to_be_on_its_way(place: Town) -> None:
    place.see(NYC, history="shared")
    place.posts(ALICE, LOUNGE, "#swsdanger a grey van waits")
    await place.settle()
    place.posts(ALICE, await place.direct(ALICE), "#nyc")
    await place.settle()
    (told,) = await place.hears_privately(ALICE)
    assert "It has not gone to New York City yet" in told
    place.posts(ALICE, LOUNGE, "#swsdanger a green van waits")
    await place.settle()
    place.posts(ALICE, await place.direct(ALICE), "#us-ny")
    await place.settle()
    assert "on its way to New York State" in (await place.hears_privately(ALICE))[-1]


async def test_what_waits_for_an_answer_goes_in_the_end(place: Town) -> None:
    place.posts(ALICE, LOUNGE, "#swsdagner #nyc a grey van waits")
    place.posts(ALICE, LOUNGE, "#swsdanger a grey van waits")
    place.posts(ALICE, LOUNGE, "#swsdanger #nyc a grey van waits", signed=False)
    place.posts(ALICE, LOUNGE, "#swsdanger #nyc he calls from +1 212 555 0123")
    place.posts(ALICE, LOUNGE, "#swsfyi the kitchen is open")
    await place.settle()
    assert len(await place.bodies()) == 6
    await place.later(30 * DAY)
    assert sorted(await place.bodies()) == ["#swsfyi the kitchen is open", "the kitchen is open"]
    assert await place.store.records.next_due() is None
