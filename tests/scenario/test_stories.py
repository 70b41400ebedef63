"""How the stories end: what stands in which room, and what the store still knows."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from swsmatrix import texts
from swsmatrix.protocol import DAY, MINUTE, Refused, RetryAt
from swsmatrix.store.vault import SYNC_TOKEN
from tests.scenario import stories
from tests.town import ALICE, BEA, CHICAGO, LOUNGE, NY, NYC, STEWARD, STEWARDS, Killed, Town, town


@pytest.fixture
async def place(tmp_path: Path) -> AsyncIterator[Town]:
    async with town(tmp_path) as place:
        yield place


async def bodies(place: Town) -> list[str]:
    return [row[0] for row in await place.store.records._rows("SELECT text FROM bodies")]


async def test_a_warning_reaches_its_region_and_those_inside(place: Town) -> None:
    await stories.a_warning_is_relayed(place)
    for room in (NY, NYC):
        (relay,) = place.reads(room)
        assert "a grey van waits by the bridge" in relay
        assert "New York State" in relay
        assert "a member" in relay
        assert "E" in relay.rsplit(" ", 1)[1]  # the time zone is named
        assert "#" not in relay
        assert "alice" not in relay
    assert place.reads(CHICAGO) == place.reads(LOUNGE) == []
    original = place.room(LOUNGE).timeline[0].event
    assert place.reactions(LOUNGE, original) == ["✅"]
    assert place.reads(STEWARDS) == []


async def test_never_back_into_its_room(place: Town) -> None:
    place.posts(ALICE, NY, "#swsdanger a grey van waits by the bridge")
    await place.settle()
    assert place.reads(NY) == []
    assert len(place.reads(NYC)) == 1


async def test_inner_regions_hear_those_above_do_not(place: Town) -> None:
    place.posts(ALICE, LOUNGE, "#swsdanger #nyc a grey van waits by the bridge")
    await place.settle()
    assert len(place.reads(NYC)) == 1
    assert place.reads(NY) == []


async def test_everywhere_and_two_regions_once_each(place: Town) -> None:
    place.posts(ALICE, LOUNGE, "#swsdanger #everywhere #nyc a grey van waits")
    await place.settle()
    assert [len(place.reads(room)) for room in (NY, NYC, CHICAGO)] == [1, 1, 1]


async def test_signed_names_the_author(place: Town) -> None:
    place.posts(ALICE, LOUNGE, "#swsdanger #nyc #signed a grey van waits")
    await place.settle()
    assert "from @alice:example.org" in place.reads(NYC)[0]


async def test_an_edit_replaces_the_relay(place: Town) -> None:
    await stories.a_warning_is_edited(place)
    (relay,) = place.reads(NYC)
    assert "a green van" in relay
    assert "updated" in relay
    original = place.room(LOUNGE).timeline[0].event
    assert place.reactions(LOUNGE, original) == ["✅"]
    assert await place.hears_privately(ALICE) == []
    assert not any("grey" in text for text in await bodies(place))


async def test_an_edit_moves_the_relay(place: Town) -> None:
    await stories.a_warning_moves(place)
    assert place.reads(NYC) == []
    assert len(place.reads(CHICAGO)) == 1
    assert "CST" in place.reads(CHICAGO)[0] or "CDT" in place.reads(CHICAGO)[0]


async def test_a_deletion_takes_everything_along(place: Town) -> None:
    await stories.a_warning_is_deleted(place)
    assert place.reads(NY) == place.reads(NYC) == []
    assert await bodies(place) == []
    edit = next(shown for shown in place.room(LOUNGE).timeline if shown.sender == ALICE)
    assert edit.redacted
    assert all(shown.redacted for shown in place.room(LOUNGE).timeline)


async def test_in_a_direct_chat_the_bot_has_no_power_over_edits(place: Town) -> None:
    room = place.opens_direct(ALICE)
    await place.settle()
    event = place.posts(ALICE, room, "#swsdanger #nyc a grey van waits")
    await place.settle()
    place.edits(ALICE, room, event, "#swsdanger #nyc a green van waits")
    await place.settle()
    place.matrix.performed.clear()
    place.deletes(ALICE, room, event)
    await place.settle()
    assert place.reads(NYC) == []
    assert place.matrix.performed == [("RedactEvent", place.room(NYC).id), ("RedactEvent", room)]


async def test_losing_the_tag_is_like_a_deletion(place: Town) -> None:
    await stories.a_warning_loses_its_tag(place)
    assert place.reads(NYC) == []
    assert place.reactions(LOUNGE, place.room(LOUNGE).timeline[0].event) == []
    assert await bodies(place) == []


async def test_taking_the_tag_away_leaves_the_authors_own_words_alone(place: Town) -> None:
    event = place.posts(ALICE, LOUNGE, "#swsdanger #nyc a grey van waits")
    await place.settle()
    place.edits(ALICE, LOUNGE, event, "#swsdanger #nyc a green van waits")
    place.edits(ALICE, LOUNGE, event, "nothing at all")
    await place.settle()
    # Without its edits the message would show its first words again.
    assert not any(shown.redacted for shown in place.room(LOUNGE).timeline if shown.sender == ALICE)


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


async def test_an_edit_in_a_regional_room_falls_back_to_its_region(place: Town) -> None:
    event = place.posts(ALICE, NY, "#swsdanger #nowhere a grey van waits")
    await place.settle()
    assert place.reads(NYC) == []
    place.edits(ALICE, NY, event, "#swsdanger a grey van waits")
    await place.settle()
    assert len(place.reads(NYC)) == 1


async def test_deleting_an_edit_takes_the_relay_back_and_says_so(place: Town) -> None:
    event = place.posts(ALICE, LOUNGE, "#swsdanger #nyc a grey van waits")
    await place.settle()
    edit = place.edits(ALICE, LOUNGE, event, "#swsdanger #nyc a green van waits")
    await place.settle()
    place.deletes(ALICE, LOUNGE, edit)
    await place.settle()
    assert place.reads(NYC) == []
    assert "took back" in (await place.hears_privately(ALICE))[0]


async def test_what_waits_for_an_answer_goes_in_the_end(place: Town) -> None:
    place.posts(ALICE, LOUNGE, "#swsdagner #nyc a grey van waits")
    place.posts(ALICE, LOUNGE, "#swsdanger a grey van waits")
    place.posts(ALICE, LOUNGE, "#swsdanger #nyc a grey van waits", signed=False)
    place.posts(ALICE, LOUNGE, "#swsdanger #nyc he calls from +1 212 555 0123")
    place.posts(ALICE, LOUNGE, "#swsfyi the kitchen is open")
    await place.settle()
    assert len(await bodies(place)) == 5
    await place.later(30 * DAY)
    assert await bodies(place) == []
    assert await place.store.records.next_due() is None


async def test_a_tag_added_by_an_edit_is_heard(place: Town) -> None:
    await stories.a_message_gets_its_tag_later(place)
    assert len(place.reads(NYC)) == 1
    assert place.reactions(LOUNGE, place.room(LOUNGE).timeline[0].event) == ["✅"]


async def test_nobody_edits_for_somebody_else(place: Town) -> None:
    event = place.posts(ALICE, LOUNGE, "#swsdanger #nyc a grey van waits")
    await place.settle()
    place.edits(BEA, LOUNGE, event, "#swsdanger #nyc all is well")
    place.edits(ALICE, LOUNGE, event, "#swsdanger #nyc all is well", signed=False)
    await place.settle()
    (relay,) = place.reads(NYC)
    assert "a grey van waits" in relay


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
    assert not any("555" in text for text in await bodies(place))


async def test_a_steward_who_sends_is_seen_by_the_others(place: Town) -> None:
    await stories.nobody_answers_and_a_steward_sends_it(place)
    assert "dora sent #1" in place.reads(STEWARDS)[-1]


async def test_dropped_is_gone(place: Town) -> None:
    await stories.a_number_is_held_and_dropped(place)
    assert place.reads(NYC) == []
    assert await place.hears_privately(ALICE) == ["Dropped. Nothing of it went out."]
    assert not any("555" in text for text in await bodies(place))
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


async def test_other_hashtags_do_not_matter_when_one_names_a_region(place: Town) -> None:
    place.posts(ALICE, LOUNGE, "#swsdanger #staysafe #brooklyn a grey van waits #ride")
    await place.settle()
    assert len(place.reads(NYC)) == 1


async def test_an_answer_with_details_still_holds_them(place: Town) -> None:
    place.posts(ALICE, LOUNGE, "#swsdanger he calls from +1 212 555 0123")
    await place.settle()
    place.posts(ALICE, await place.direct(ALICE), "nyc")
    await place.settle()
    assert place.reads(NYC) == []
    assert "212 555" in (await place.hears_privately(ALICE))[-1]


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


async def test_a_region_without_a_room_is_said(place: Town) -> None:
    place.posts(ALICE, LOUNGE, "#swsdanger #maine a grey van waits")
    await place.settle()
    assert "Maine" in (await place.hears_privately(ALICE))[0]
    assert "Maine" in place.reads(STEWARDS)[0]


async def test_an_open_room_gets_no_relays(place: Town) -> None:
    place.see(NYC, join_rule="public")
    await place.settle()
    place.posts(ALICE, LOUNGE, "#swsdanger #us-ny a grey van waits")
    await place.settle()
    assert place.reads(NYC) == []
    assert len(place.reads(NY)) == 1
    assert len(place.reads(STEWARDS)) == 1


async def test_it_expires(place: Town) -> None:
    await stories.it_expires(place)
    assert place.reads(NYC) == []
    assert await bodies(place) == []
    assert await place.store.records.next_due() is None


async def test_the_same_words_again_change_nothing(place: Town) -> None:
    place.posts(ALICE, LOUNGE, "#swsdanger #nyc a grey van waits")
    place.posts(ALICE, LOUNGE, "#swsdanger  #nyc A grey van waits")
    place.posts(BEA, LOUNGE, "#swsdanger #nyc a grey van waits")
    await place.settle()
    assert len(place.reads(NYC)) == 2


async def test_many_at_once_wait_but_nobody_else_does(place: Town) -> None:
    for colour in ("grey", "green", "white", "blue", "black"):
        place.posts(ALICE, LOUNGE, f"#swsdanger #nyc a {colour} van waits")
    place.posts(BEA, LOUNGE, "#swsdanger #nyc the side door is watched")
    await place.settle()
    assert len(place.reads(NYC)) == 4
    assert "the side door" in place.reads(NYC)[-1]
    assert "one a minute" in place.reads(STEWARDS)[0]
    await place.later(MINUTE)
    assert "blue" in place.reads(NYC)[-1]
    await place.later(MINUTE)
    assert "black" in place.reads(NYC)[-1]


async def test_deleted_before_it_went_out_it_never_does(place: Town) -> None:
    place.matrix.outcomes["Say"] = [RetryAt(5000, limited=True)]
    event = place.posts(ALICE, LOUNGE, "#swsdanger #us-ny a grey van waits")
    await place.settle()
    place.deletes(ALICE, LOUNGE, event)
    await place.later(5000)
    # Not even for a moment: there is nothing in the rooms to take back.
    assert place.room(NY).timeline == place.room(NYC).timeline == []
    assert await place.store.queue.waiting() == 0
    assert await bodies(place) == []


async def test_a_rate_limit_lets_the_urgent_go_first(place: Town) -> None:
    place.posts(STEWARD, STEWARDS, "help")
    place.posts(BEA, LOUNGE, "#swsfyi #nyc the night kitchen is open")
    place.posts(ALICE, LOUNGE, "#swsdanger #nyc a grey van waits")
    place.matrix.outcomes["Say"] = [RetryAt(5000, limited=True)]
    place.matrix.performed.clear()
    await place.settle()
    assert place.matrix.performed == [("Say", place.room(NYC).id)]
    await place.later(5000)
    sent = [where for what, where in place.matrix.performed if what == "Say"]
    assert sent[:2] == [place.room(NYC).id] * 2
    assert len(place.reads(STEWARDS)) == 2


async def test_a_room_that_refuses_is_told_to_the_stewards(place: Town) -> None:
    place.matrix.outcomes["Say"] = [Refused("M_FORBIDDEN")] * 2
    place.posts(ALICE, LOUNGE, "#swsdanger #nyc a grey van waits")
    await place.settle()
    await place.later(MINUTE)
    assert "M_FORBIDDEN" in place.reads(STEWARDS)[0]


async def test_a_server_that_is_down_is_asked_rarely(place: Town) -> None:
    place.matrix.outcomes["Say"] = [RetryAt(0)] * 8
    for room in (NYC, CHICAGO):
        place.posts(ALICE, LOUNGE, f"#swsdanger #{room.removeprefix('#sws-')} a grey van waits")
    await place.settle()
    tried = []
    for _ in range(120):
        before = len(place.matrix.performed)
        await place.later(1000)
        if place.matrix.outcomes["Say"]:
            tried.append(len(place.matrix.performed) - before)
    assert sum(tried) <= len(tried) / 5 + 2
    assert len(place.reads(NYC)) == len(place.reads(CHICAGO)) == 1


async def test_tips_are_listed_and_shown_to_one_steward(place: Town) -> None:
    event = place.posts(BEA, NYC, "#swsfyi the night kitchen is open again")
    await place.settle()
    (listed,) = place.reads(STEWARDS)
    assert "#swsfyi" in listed
    assert "New York City" in listed
    assert "kitchen" not in listed
    place.posts(STEWARD, STEWARDS, "show 1")
    await place.settle()
    assert "night kitchen" in (await place.hears_privately(STEWARD))[0]
    place.deletes(BEA, NYC, event)
    await place.settle()
    assert await place.hears_privately(STEWARD) == []
    assert await bodies(place) == []


async def test_what_was_said_in_private_is_not_shown(place: Town) -> None:
    room = place.opens_direct(BEA)
    await place.settle()
    place.posts(BEA, room, "#swshelp #nyc somebody to talk to")
    await place.settle()
    place.posts(STEWARD, STEWARDS, "show 1")
    await place.settle()
    assert "in private" in place.reads(STEWARDS)[-1]
    assert await place.hears_privately(STEWARD) == []


async def test_an_unsigned_device_waits_for_the_stewards(place: Town) -> None:
    event = place.posts(BEA, LOUNGE, "#swsdanger #nyc a grey van waits", signed=False)
    await place.settle()
    assert place.reactions(LOUNGE, event) == ["❓"]
    assert place.reads(NYC) == []
    assert "#1" in place.reads(STEWARDS)[0]
    place.posts(STEWARD, STEWARDS, "release 1")
    await place.settle()
    assert len(place.reads(NYC)) == 1


async def test_strangers_invitations_are_left(place: Town) -> None:
    room = place.opens_direct(BEA, known=False)
    await place.settle()
    assert place.matrix.rooms[room].members == {BEA}


async def test_one_direct_chat_for_each(place: Town) -> None:
    first = place.opens_direct(BEA)
    await place.settle()
    second = place.opens_direct(BEA)
    await place.settle()
    assert await place.direct(BEA) == first
    assert "already have a chat" in place.reads(second)[0]
    assert place.matrix.rooms[second].members == {BEA}


async def test_a_direct_chat_without_encryption_is_left_with_a_word(place: Town) -> None:
    room = place.opens_direct(BEA, encrypted=False)
    await place.settle()
    assert "encryption" in place.reads(room)[0]
    assert place.matrix.rooms[room].members == {BEA}
    assert await place.direct(BEA) == ""


async def test_a_third_in_a_direct_chat_makes_it_leave(place: Town) -> None:
    room = place.opens_direct(BEA)
    await place.settle()
    assert await place.direct(BEA) == room
    place.joins(ALICE, room)
    await place.settle()
    assert await place.direct(BEA) == ""
    assert "one person" in place.reads(room)[0]
    assert place.matrix.rooms[room].members == {ALICE, BEA}


async def test_a_group_is_no_direct_chat(place: Town) -> None:
    room = place.opens_direct(BEA)
    place.matrix.rooms[room].members.add(ALICE)
    await place.settle()
    assert await place.direct(BEA) == ""
    assert place.matrix.rooms[room].members == {ALICE, BEA}


async def test_a_room_that_opens_and_closes_again_is_seen_each_time(place: Town) -> None:
    for rule in ("public", "invite", "public"):
        place.time += 1000
        place.see(NYC, join_rule=rule)
        await place.settle()
    place.posts(ALICE, LOUNGE, "#swsdanger #nyc a grey van waits")
    await place.settle()
    assert place.reads(NYC) == []


async def test_help_and_privacy_in_a_direct_chat(place: Town) -> None:
    room = place.opens_direct(BEA)
    await place.settle()
    for word in ("Help!", "privacy", "hlep", "send", "I am so tired"):
        place.posts(BEA, room, word)
    await place.settle()
    helped, private, nearest, nothing, unknown = place.reads(room)
    assert "volunteers" in helped
    assert "the night line" in helped
    assert "homeserver" in private
    assert "`help`" in nearest
    assert "Nothing of yours waits" in nothing
    assert "`#swshelp`" in unknown


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
    assert await bodies(place) == []
    await place.later(10 * MINUTE)
    assert place.reads(STEWARDS) == []


async def test_a_steward_takes_a_near_miss_for_a_tag(place: Town) -> None:
    place.posts(ALICE, LOUNGE, "#swsdagner #nyc a grey van waits")
    await place.settle()
    await place.later(10 * MINUTE)
    place.posts(STEWARD, STEWARDS, "send 1")
    await place.settle()
    assert len(place.reads(NYC)) == 1


async def test_a_steward_takes_it_for_a_tag_and_names_the_place(place: Town) -> None:
    event = place.posts(ALICE, LOUNGE, "#swsdagner a grey van waits")
    await place.settle()
    place.posts(STEWARD, STEWARDS, "send 1 #nyc")
    await place.settle()
    assert len(place.reads(NYC)) == 1
    assert place.reactions(LOUNGE, event) == ["✅"]


async def test_said_again_from_a_signed_device_it_goes_out(place: Town) -> None:
    place.posts(BEA, LOUNGE, "#swsdanger #nyc a grey van waits", signed=False)
    await place.settle()
    place.posts(BEA, LOUNGE, "#swsdanger #nyc a grey van waits")
    await place.settle()
    assert len(place.reads(NYC)) == 1


async def test_the_same_words_for_another_place_are_another_warning(place: Town) -> None:
    place.posts(ALICE, NY, "#swsdanger a grey van waits")
    place.posts(ALICE, CHICAGO, "#swsdanger a grey van waits")
    await place.settle()
    assert len(await place.store.records.open_posts()) == 2


async def test_a_room_without_encryption_gets_one_notice(place: Town) -> None:
    note = await place.store.records.room(place.room(LOUNGE).id)
    assert note
    async with place.store.transaction():
        await place.store.records.drop(note)
    place.room(LOUNGE).encrypted = False
    place.see(LOUNGE, encrypted=False)
    await place.settle()
    await place.restart()
    place.see(LOUNGE, encrypted=False, join_rule="knock")
    await place.settle()
    (notice,) = [shown for shown in place.room(LOUNGE).timeline if shown.text]
    assert "not encrypted" in notice.text
    assert not notice.encrypted


async def test_one_question_for_one_missing_key(place: Town) -> None:
    event = place.cannot_be_read(ALICE, LOUNGE, "session one")
    place.cannot_be_read(ALICE, LOUNGE, "session one")
    await place.settle()
    await place.later(2 * MINUTE)
    (asked,) = await place.hears_privately(ALICE)
    assert "send it again" in asked
    place.posts(ALICE, LOUNGE, "#swsdanger #nyc a grey van waits", event=event)
    await place.settle()
    assert len(place.reads(NYC)) == 1
    assert len(await place.store.records.unread()) == 1


async def test_a_key_that_comes_in_time_stops_the_question(place: Town) -> None:
    event = place.cannot_be_read(ALICE, LOUNGE, "session one")
    await place.settle()
    place.posts(ALICE, LOUNGE, "#swsdanger #nyc a grey van waits", event=event)
    await place.later(2 * MINUTE)
    assert await place.hears_privately(ALICE) == []


async def test_a_bug_is_never_silence(tmp_path: Path) -> None:
    from swsmatrix.features import FEATURES
    from swsmatrix.features.feature import Feature

    def broken(*_: object) -> object:
        raise ValueError("what somebody wrote")

    bad = next(feature for feature in FEATURES if feature.name == "danger")
    features = (Feature("danger", bad.load, broken), *(f for f in FEATURES if f is not bad))  # type: ignore[arg-type]
    async with town(tmp_path, features=features) as place:
        place.posts(ALICE, LOUNGE, "#swsdanger #nyc #swsfyi a grey van waits")
        await place.settle()
        assert "went wrong" in (await place.hears_privately(ALICE))[0]
        assert any("ValueError" in line for line in place.reads(STEWARDS))
        assert any("#swsfyi" in line for line in place.reads(STEWARDS))
        letters = await place.store.records._rows("SELECT * FROM dead_letters")
        assert len(letters) == 1
        assert "what somebody wrote" not in str(letters)


async def test_the_next_direct_chat_after_somebody_left(place: Town) -> None:
    room = place.opens_direct(BEA)
    await place.settle()
    place.leaves(BEA, room)
    await place.settle()
    assert await place.direct(BEA) == ""
    place.posts(BEA, LOUNGE, "#swsdanger a grey van waits")
    await place.settle()
    assert await place.direct(BEA) not in ("", room)


async def test_an_invitation_that_failed_is_tried_again_without_a_second_room(place: Town) -> None:
    place.matrix.outcomes["InviteDirect"] = [RetryAt(1000)]
    place.posts(BEA, LOUNGE, "#swsdanger a grey van waits")
    await place.settle()
    await place.later(1000)
    assert [room.made_by_bot for room in place.matrix.rooms.values()].count(True) == 1
    assert len(await place.hears_privately(BEA)) == 1


async def test_thrown_out_of_a_room_its_relays_wait_until_the_bot_is_back(place: Town) -> None:
    names = dict(place.world.names)
    nyc = names.pop(NYC)
    place.engine.world = replace(place.world, names=names)
    event = place.posts(ALICE, LOUNGE, "#swsdanger #us-ny a grey van waits")
    place.posts(BEA, LOUNGE, "#swsdanger #nyc the side door is watched")
    await place.settle()
    assert len(place.reads(NY)) == 1
    assert place.reads(NYC) == []
    place.deletes(ALICE, LOUNGE, event)
    await place.later(MINUTE)
    place.engine.world = replace(place.world, names=names | {NYC: nyc})
    await place.later(MINUTE)
    (relay,) = place.room(NYC).timeline
    assert "the side door" in relay.text


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


async def test_a_correction_never_waits(place: Town) -> None:
    first = place.posts(ALICE, LOUNGE, "#swsdanger #nyc a grey van waits")
    for colour in ("green", "white", "blue"):
        place.posts(ALICE, LOUNGE, f"#swsdanger #nyc a {colour} van waits")
    await place.settle()
    place.edits(ALICE, LOUNGE, first, "#swsdanger #nyc a silver van waits")
    await place.settle()
    assert "silver" in place.reads(NYC)[-1]


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


async def test_done_closes_and_leaves_the_sign(place: Town) -> None:
    event = place.posts(BEA, NYC, "#swsfyi the night kitchen is open again")
    place.posts(BEA, LOUNGE, "#swsdanger #nyc a grey van waits")
    await place.settle()
    for word in ("done 1", "done 2", "done 9", "waiting"):
        place.posts(STEWARD, STEWARDS, word)
    await place.settle()
    assert place.reactions(NYC, event) == ["✅"]
    assert [post.number for post in await place.store.records.open_posts()] == [2]
    closed, not_closable, no_such, waiting = place.reads(STEWARDS)
    assert "dora closed #1" in closed
    assert "its author takes it down" in not_closable
    assert "no #9" in no_such
    assert waiting == "Nothing waits."
    assert len(place.reads(NYC)) == 1


async def test_a_key_that_is_withheld_is_asked_about_at_once_with_the_reason(place: Town) -> None:
    place.cannot_be_read(ALICE, LOUNGE, "session one", withheld="m.unverified")
    await place.settle()
    (asked,) = await place.hears_privately(ALICE)
    assert "isn't verified" in asked


async def test_a_sign_that_is_refused_is_nobodys_trouble(place: Town) -> None:
    place.matrix.outcomes["React"] = [Refused("M_FORBIDDEN")]
    place.posts(ALICE, LOUNGE, "#swsdanger #nyc a grey van waits")
    await place.settle()
    assert place.reads(STEWARDS) == []
    assert len(place.reads(NYC)) == 1


async def test_what_the_homeserver_tells_again_is_heard_once(place: Town) -> None:
    event = place.posts(ALICE, LOUNGE, "#swsdanger #nyc a grey van waits")
    place.posts(ALICE, LOUNGE, "#swsdanger he calls from +1 212 555 0123")
    await place.settle()
    place.deletes(ALICE, LOUNGE, event)
    await place.settle()
    before = place.snapshot()
    await place.store.vault.put(SYNC_TOKEN, b"0")
    await place.settle()
    assert place.snapshot() == before


async def test_two_effects_with_one_name_are_a_bug_that_is_said(tmp_path: Path) -> None:
    from swsmatrix.features.feature import Feature
    from swsmatrix.model import Decision, Effect, ToRoom
    from swsmatrix.protocol import Say

    async def load(asked: object, *_: object) -> bool | None:
        return True if getattr(asked, "heard", None) else None

    def decide(*_: object) -> Decision:
        twice = Effect(slot="one", target=ToRoom(NYC), action=Say("hello"))
        return Decision(effects=(twice, twice))

    async with town(tmp_path, features=(Feature("double", load, decide),)) as place:
        place.posts(ALICE, LOUNGE, "#swsdanger #nyc a grey van waits")
        await place.settle()
        assert place.reads(NYC) == []
        assert "double" in place.reads(STEWARDS)[0]


async def test_what_was_seen_long_ago_is_forgotten(place: Town) -> None:
    place.posts(ALICE, LOUNGE, "good evening")
    await place.settle()
    old = await place.store.records._rows("SELECT cause FROM seen")
    assert old
    place.time += 91 * DAY
    place.posts(ALICE, LOUNGE, "good evening to you, too")
    await place.settle()
    seen = await place.store.records._rows("SELECT cause FROM seen")
    assert len(seen) == 1
    assert not set(seen) & set(old)


async def test_a_limit_on_making_rooms_holds_up_that_chat_alone(place: Town) -> None:
    place.matrix.outcomes["CreateDirect"] = [RetryAt(MINUTE, limited=True)]
    place.posts(ALICE, LOUNGE, "#swsdanger a grey van waits")
    await place.settle()
    place.posts(BEA, LOUNGE, "#swsdanger #nyc the side door is watched")
    await place.settle()
    assert len(place.reads(NYC)) == 1
    assert await place.direct(ALICE) == ""
    await place.later(MINUTE)
    assert len(await place.hears_privately(ALICE)) == 1


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


@pytest.mark.parametrize("arrived", [True, False])
async def test_after_a_long_outage_the_rooms_history_decides(place: Town, arrived: bool) -> None:
    if not arrived:
        place.matrix.outcomes["Say"] = [RetryAt(0)]
    place.fuse.at = place.fuse.count + 8
    place.posts(ALICE, LOUNGE, "#swsdanger #nyc a grey van waits")
    with pytest.raises(Killed):
        await place._until_quiet()
    assert len(place.room(NYC).timeline) == int(arrived)
    await place.store._connection.close()
    place.matrix.forget_transactions()
    place.time += 2 * DAY
    await place.start()
    await place.settle()
    (relay,) = place.room(NYC).timeline
    assert "a grey van" in relay.text


async def test_the_sign_on_words_said_twice_goes_with_the_first(place: Town) -> None:
    first = place.posts(ALICE, LOUNGE, "#swsdanger #nyc a grey van waits")
    again = place.posts(ALICE, LOUNGE, "#swsdanger #nyc a grey van waits")
    await place.settle()
    assert place.reactions(LOUNGE, again) == ["✅"]
    place.deletes(ALICE, LOUNGE, first)
    await place.settle()
    assert place.reactions(LOUNGE, again) == []
    assert await place.store.records._rows("SELECT 1 FROM outbox") == []


async def test_a_word_for_the_direct_chat_is_pointed_there(place: Town) -> None:
    place.posts(ALICE, LOUNGE, "!sws status")
    await place.settle()
    assert await place.hears_privately(ALICE) == [texts.text("direct.here", word="status")]
