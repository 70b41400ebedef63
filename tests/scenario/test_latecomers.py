"""What newcomers read in their direct chat, when it goes again, and who is told that it is there."""

from __future__ import annotations

from dataclasses import replace

import pytest

from swsmatrix.model import Confirmation, Hinted, Learned, PostState, RegionId
from swsmatrix.protocol import DAY, HOUR, MINUTE, RetryAt
from tests.scenario import latecomers_stories as stories
from tests.scenario.latecomers_stories import COLOURS, NADIA, asks, chat, warn, warn_often
from tests.town import ALICE, BEA, LOUNGE, NY, NYC, STEWARD, STEWARDS, Town

NONE = "No warning for"


def copies(said: list[str]) -> list[str]:
    """The colours of the vans that are warned of, in order."""
    return [colour for text in said for colour in COLOURS if f"a {colour} van" in text]


async def test_what_is_current_is_repeated_with_its_age(place: Town) -> None:
    await stories.a_newcomer_reads_what_is_current(place)
    copy, line = await place.hears_privately(NADIA)
    assert copy == (
        "⚠️ Warning · New York City\n\na grey van waits\n\n"
        "— from a member, 3 days ago, Wed 18 Nov 2026, 06:06 EST"
    )
    assert "current for New York City" in line
    assert len(place.reads(NYC)) == 1


@pytest.mark.parametrize(
    ("passed", "said"),
    [
        (0, "just now"),
        (MINUTE, "a minute ago"),
        (59 * MINUTE, "59 minutes ago"),
        (HOUR, "an hour ago"),
        (23 * HOUR, "23 hours ago"),
        (DAY, "a day ago"),
        (29 * DAY, "29 days ago"),
    ],
)
async def test_ages(place: Town, passed: int, said: str) -> None:
    await warn(place)
    await place.later(passed)
    await chat(place)
    assert f", {said}, Wed 18" in (await asks(place))[0]


async def test_what_the_room_hears_and_no_more(place: Town) -> None:
    await warn(place, "grey", "#us-ny")
    await warn(place, "green", "#nyc")
    await warn(place, "white", "#chicago")
    await chat(place)
    assert copies(await asks(place, "warnings #nyc")) == ["grey", "green"]
    await chat(place, BEA)
    said = await asks(place, "Warnings #us-ny!", BEA)
    assert copies(said) == ["grey"]
    assert "`warnings #nyc`" in said[-1]


async def test_the_room_that_it_was_written_in_counts(place: Town) -> None:
    place.posts(ALICE, NYC, "#swsdanger a grey van waits")
    await chat(place)
    assert copies(await asks(place)) == ["grey"]


async def test_by_name_in_two_places_and_everywhere(place: Town) -> None:
    await warn(place, "grey", "#nyc")
    await warn(place, "green", "#chicago")
    await chat(place)
    assert copies(await asks(place, "warnings new york city")) == ["grey"]
    assert copies(await asks(place, "warnings nyc #chicago")) == ["grey", "green"]
    said = await asks(place, "warnings everywhere")
    assert copies(said) == ["grey", "green"]
    assert "all places" in said[-1]


async def test_five_at_once_and_the_older_ones_on_demand(place: Town) -> None:
    await warn_often(place, 7)
    await chat(place)
    said = await asks(place)
    assert copies(said) == ["white", "blue", "black", "red", "brown"]
    assert "2 more: `warnings #nyc more`" in said[-1]
    said = await asks(place, "warnings #nyc more")
    assert copies(said)[5:] == ["grey", "green"]
    assert "more" not in said[-1]
    said = await asks(place, "warnings #nyc more")
    assert "stands above" in said[-1]
    assert len(copies(said)) == 7


async def test_asked_twice_nothing_is_doubled_and_the_age_is_that_of_now(place: Town) -> None:
    await warn(place)
    await chat(place)
    await asks(place)
    await place.later(HOUR)
    said = await asks(place)
    assert copies(said) == ["grey"]
    assert "an hour ago" in said[-2]


async def test_what_others_read_stays(place: Town) -> None:
    await warn(place)
    for who in (NADIA, BEA):
        await chat(place, who)
        assert copies(await asks(place, who=who)) == ["grey"]
    assert copies(await place.hears_privately(NADIA)) == ["grey"]


async def test_asked_twice_before_anything_was_said(place: Town) -> None:
    await warn(place)
    await chat(place)
    place.matrix.outcomes["Say"] = [RetryAt(5000, limited=True)]
    await asks(place)
    await asks(place)
    await place.later(5000)
    assert copies(await place.hears_privately(NADIA)) == ["grey"]
    assert not any(shown.redacted for shown in place.room(await place.direct(NADIA)).timeline)


async def test_it_goes_with_the_relays(place: Town) -> None:
    await stories.what_a_newcomer_read_is_deleted(place)
    assert copies(await place.hears_privately(NADIA)) == []
    assert await place.bodies() == ["nyc"]  # what she asked for last


async def test_an_edit_takes_it_back_and_asking_again_shows_how_it_is(place: Town) -> None:
    await stories.what_a_newcomer_read_is_edited(place)
    assert copies(await place.hears_privately(NADIA)) == []
    said = await asks(place)
    assert copies(said) == ["green"]
    assert "updated" in said[-2]


async def test_it_expires_there_too(place: Town) -> None:
    await stories.what_a_newcomer_read_expires(place)
    assert copies(await place.hears_privately(NADIA)) == []
    assert await place.store.queue.waiting() == 0


async def test_what_the_author_forgets_goes_there_too(place: Town) -> None:
    await warn(place)
    await chat(place)
    await asks(place)
    await chat(place, ALICE)
    await asks(place, "forget me", ALICE)
    assert copies(await place.hears_privately(NADIA)) == []


async def test_what_a_steward_takes_down_goes_there_too(place: Town) -> None:
    await warn(place)
    await chat(place)
    await asks(place)
    place.posts(STEWARD, STEWARDS, "withdraw 1 it was somebody's uncle")
    await place.settle()
    assert copies(await place.hears_privately(NADIA)) == []
    assert NONE in (await asks(place))[-1]


async def test_confirmations_count(place: Town) -> None:
    await warn(place)
    await chat(place)
    (post,) = await place.store.records.open_posts()
    await place.knows(*(Confirmation(subject=post.subject, who=who, cause=f"${who}") for who in "ab"))
    assert "Confirmed by 2 other members" in (await asks(place))[0]


async def test_nothing_identifying_leaves_even_if_it_was_let_through(place: Town) -> None:
    await warn(place)
    (post,) = await place.store.records.open_posts()
    await place.knows(replace(post, text="#swsdanger #nyc he calls from +1 212 555 0123"))
    await chat(place)
    said = await asks(place)
    assert "[telephone number taken out]" in said[0]
    assert "555" not in " ".join(said)


@pytest.mark.parametrize("state", [state for state in PostState if state is not PostState.UP])
async def test_only_what_is_out(place: Town, state: PostState) -> None:
    await warn(place)
    (post,) = await place.store.records.open_posts()
    await place.knows(replace(post, state=state))
    await chat(place)
    (said,) = await asks(place)
    assert NONE in said


async def test_only_warnings(place: Town) -> None:
    place.posts(ALICE, LOUNGE, "#swsfyi #nyc a grey van sells soup")
    await chat(place)
    (said,) = await asks(place)
    assert NONE in said


async def test_who_is_in_none_of_the_rooms_any_more_gets_none(place: Town) -> None:
    await warn(place)
    await chat(place)
    (said,) = await asks(place, known=False)
    assert "in one of our rooms" in said


async def test_from_a_device_that_nobody_vouches_for_nothing_is_said(place: Town) -> None:
    await warn(place)
    await chat(place)
    assert copies(await asks(place, signed=False)) == []


@pytest.mark.parametrize("text", ["warnings", "warnings #nowhere", "warnings more"])
async def test_without_a_known_place_it_asks_which(place: Town, text: str) -> None:
    await warn(place)
    await chat(place)
    (said,) = await asks(place, text)
    assert "For which place?" in said
    assert "`warnings #" in said


async def test_a_slip_of_the_place_is_guessed(place: Town) -> None:
    await chat(place)
    (said,) = await asks(place, "warnings #chicgo")
    assert said == "For which place? For example `warnings #chicago`."


@pytest.mark.parametrize("text", ["warnings #buffalo", "Warnings buffalo!", "warnings for buffalo please"])
async def test_a_town_that_nobody_configured_is_its_nearest_region(place: Town, text: str) -> None:
    await warn(place, "grey", "#us-ny")
    await warn(place, "green", "#chicago")
    await chat(place)
    said = await asks(place, text)
    assert copies(said) == ["grey"]
    taken, current = said[-1].split("\n")
    assert taken == "I took that for Buffalo, near New York State. Another place of that name? `warnings #us`"
    assert "current for New York State." in current


async def test_who_asks_for_a_town_reads_what_is_for_it(place: Town) -> None:
    await stories.a_newcomer_asks_for_a_town(place)
    said = await place.hears_privately(NADIA)
    assert copies(said) == ["grey"]
    assert said[0].startswith("⚠️ Warning · Buffalo, near New York State\n")


async def test_a_town_of_several_words_of_which_there_is_one(place: Town) -> None:
    await chat(place)
    assert (await asks(place, "warnings san francisco")) == [
        "I took that for San Francisco (California), near United States.\n"
        "No warning for United States is current just now. 🌱"
    ]


async def test_a_learned_town_means_what_was_learned(place: Town) -> None:
    await place.knows(
        Learned(word="portland", place="4975802", region=RegionId("maine"), first="somebody", twice=True)
    )
    await chat(place)
    assert (await asks(place, "warnings #portland"))[0].startswith("I took that for Portland, near Maine.\n")


async def test_a_configured_place_goes_before_any_town(place: Town) -> None:
    await warn(place, "grey", "#chicago")
    await chat(place)
    said = await asks(place, "warnings #buffalo #chicago")
    assert copies(said) == ["grey"]
    assert "current for Chicago." in said[-1]
    assert "I took that" not in said[-1]


async def test_without_a_place_it_means_where_they_came_in(place: Town) -> None:
    await stories.a_newcomer_is_told(place)
    assert copies(await asks(place, "warnings")) == ["grey"]


async def test_in_another_room_it_is_not_answered_there(place: Town) -> None:
    await warn(place)
    place.posts(BEA, LOUNGE, "!sws warnings #nyc")
    await place.settle()
    assert place.reads(LOUNGE) == []
    assert copies(await place.hears_privately(BEA)) == []


async def test_a_room_that_gets_no_relays_says_nothing_about_who_asks(place: Town) -> None:
    place.see(NYC, join_rule="public")
    await place.settle()
    await warn(place)
    assert place.reads(NYC) == []
    await chat(place)
    assert copies(await asks(place)) == ["grey"]


async def test_reply_to_a_copy_moves_nothing(place: Town) -> None:
    await warn(place)
    await chat(place)
    await asks(place)
    room = await place.direct(NADIA)
    copy = next(shown.event for shown in place.room(room).timeline if "grey" in shown.text)
    place.reacts(NADIA, room, copy, "👎")
    place.posts(NADIA, room, "drop", reply_to=copy)
    await place.settle()
    assert len(place.reads(NYC)) == 1


# ---- Who is told ----


async def test_a_newcomer_with_a_chat_is_told_once(place: Town) -> None:
    await stories.a_newcomer_is_told(place)
    (said,) = await place.hears_privately(NADIA)
    assert "`warnings #nyc`" in said
    place.leaves(NADIA, NYC)
    place.joins(NADIA, NYC)
    await place.settle()
    assert len(await place.hears_privately(NADIA)) == 1
    place.joins(NADIA, NY)
    await place.settle()
    assert len(await place.hears_privately(NADIA)) == 1  # nothing is current there
    await warn(place, "green", "#us-ny")
    place.leaves(NADIA, NY)
    place.joins(NADIA, NY)
    await place.settle()
    assert "`warnings #us-ny`" in (await place.hears_privately(NADIA))[-1]


async def test_only_who_has_a_chat_already(place: Town) -> None:
    await warn(place)
    place.joins(NADIA, NYC)
    await place.settle()
    assert not await place.direct(NADIA)
    assert await place.rows("SELECT * FROM hinted") == []


async def test_only_if_there_is_something_of_others_to_read(place: Town) -> None:
    await chat(place)
    await warn(place, "grey", "#chicago")
    place.posts(NADIA, LOUNGE, "#swsdanger #nyc a green van waits")
    place.joins(NADIA, NYC)
    await place.settle()
    assert await place.hears_privately(NADIA) == []


@pytest.mark.parametrize("room", [LOUNGE, STEWARDS])
async def test_only_in_regional_rooms(place: Town, room: str) -> None:
    await warn(place)
    await chat(place)
    place.joins(NADIA, room)
    await place.settle()
    assert await place.hears_privately(NADIA) == []


async def test_forget_me_forgets_who_was_told(place: Town) -> None:
    await stories.a_newcomer_is_told(place)
    other = Hinted(who="somebody else", region=RegionId("nyc"))
    await place.knows(other)
    await asks(place, "forget me")
    assert await place.rows("SELECT who FROM hinted") == [("somebody else",)]


async def test_nobody_is_named_where_it_is_noted(place: Town) -> None:
    await stories.a_newcomer_is_told(place)
    ((who, region),) = await place.rows("SELECT who, region FROM hinted")
    assert "nadia" not in who
    assert region == "nyc"


# ---- Late ----


async def test_a_late_key_makes_a_late_warning_that_says_so(place: Town) -> None:
    written, event = place.time, place.cannot_be_read(ALICE, LOUNGE, "session one")
    await place.later(HOUR)
    place.posts(ALICE, LOUNGE, "#swsdanger #nyc a grey van waits", event=event, at=written)
    await place.settle()
    (relay,) = place.reads(NYC)
    assert "written Wed 18 Nov 2026, 06:06 EST, sent late" in relay


async def test_a_homeserver_that_is_away_when_it_is_sent_holds_up_a_text_that_says_when(place: Town) -> None:
    place.matrix.outcomes["Say"] = [RetryAt(0)]
    await warn(place)
    await place.later(HOUR)
    (relay,) = place.reads(NYC)
    assert "— from a member, Wed 18 Nov 2026, 06:06 EST" in relay


async def test_who_left_the_chat_is_not_invited_to_another_to_take_something_back(place: Town) -> None:
    await stories.a_newcomer_leaves_the_chat(place)
    assert not await place.direct(BEA)
    assert not any(room.made_by_bot for room in place.matrix.rooms.values())
    assert place.reads(STEWARDS) == []


async def test_nor_if_they_leave_while_it_waits_to_be_taken_back(place: Town) -> None:
    event = await warn(place)
    await chat(place)
    await asks(place)
    place.matrix.outcomes["RedactEvent"] = [RetryAt(5000, limited=True)]
    place.deletes(ALICE, LOUNGE, event)
    await place.settle()
    place.leaves(NADIA, await place.direct(NADIA))
    await place.settle()
    await place.later(5000)
    assert place.reads(NYC) == []
    assert not await place.direct(NADIA)
