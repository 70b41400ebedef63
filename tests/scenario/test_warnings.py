"""How warnings go out, are corrected, taken back and forgotten."""

from __future__ import annotations

import pytest

from swsmatrix.protocol import DAY, MINUTE, Millis, RetryAt
from tests.scenario import stories
from tests.town import ALICE, BEA, CHICAGO, CLEO, LOUNGE, NY, NYC, START, STEWARD, STEWARDS, Town


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
    place.posts(ALICE, LOUNGE, "#swsdanger #nyc #signed a grey van waits", name="Alice of the lamps")
    place.posts(BEA, LOUNGE, "#swsdanger #nyc #signed a green van waits")
    await place.settle()
    first, second = place.reads(NYC)
    assert "from Alice of the lamps," in first
    assert "from bea," in second


async def test_not_signed_not_named(place: Town) -> None:
    place.posts(ALICE, LOUNGE, "#swsdanger #nyc a grey van waits", name="Alice of the lamps")
    await place.settle()
    assert "from a member," in place.reads(NYC)[0]


async def test_an_edit_signs_it_and_takes_that_back(place: Town) -> None:
    event = place.posts(ALICE, LOUNGE, "#swsdanger #nyc a grey van waits")
    place.edits(ALICE, LOUNGE, event, "#swsdanger #nyc #signed a grey van waits", name="Alice")
    await place.settle()
    assert "from Alice," in place.reads(NYC)[0]
    place.edits(ALICE, LOUNGE, event, "#swsdanger #nyc a grey van waits", name="Alice")
    await place.settle()
    assert "from a member," in place.reads(NYC)[0]


async def test_nobody_is_named_whose_device_nobody_vouches_for(place: Town) -> None:
    place.posts(ALICE, LOUNGE, "#swsdanger #nyc #signed a grey van waits", name="Alice", signed=False)
    await place.settle()
    place.posts(STEWARD, STEWARDS, "release 1")
    await place.settle()
    assert "from a member," in place.reads(NYC)[0]
    assert "without your name" in (await place.hears_privately(ALICE))[-1]


async def test_what_was_heard_late_says_so(place: Town) -> None:
    place.posts(ALICE, LOUNGE, "#swsdanger #nyc a grey van waits")
    place.time += 5 * MINUTE
    await place.settle()
    assert "sent late" not in place.reads(NYC)[0]
    event = place.posts(ALICE, LOUNGE, "#swsdanger #nyc a green van waits")
    place.time += 5 * MINUTE + 1
    await place.settle()
    assert "06:11 EST, sent late" in place.reads(NYC)[1]
    place.edits(ALICE, LOUNGE, event, "#swsdanger #nyc a blue van waits")
    await place.settle()
    assert "\nThis version: " in place.reads(NYC)[1]
    assert "sent late" not in place.reads(NYC)[1]


async def test_a_picture_is_left_out_and_that_is_said(place: Town) -> None:
    place.posts(ALICE, LOUNGE, "#swsdanger #nyc a grey van waits", attached=True)
    await place.settle()
    assert "(A picture or file that came with it is left out here.)" in place.reads(NYC)[0]


async def test_other_hashtags_do_not_matter_when_one_names_a_region(place: Town) -> None:
    place.posts(ALICE, LOUNGE, "#swsdanger #staysafe #brooklyn a grey van waits #ride")
    await place.settle()
    assert len(place.reads(NYC)) == 1


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


async def test_a_room_that_opens_and_closes_again_is_seen_each_time(place: Town) -> None:
    for rule in ("public", "invite", "public"):
        place.time += 1000
        place.see(NYC, join_rule=rule)
        await place.settle()
    place.posts(ALICE, LOUNGE, "#swsdanger #nyc a grey van waits")
    await place.settle()
    assert place.reads(NYC) == []


async def test_many_at_once_wait_but_nobody_else_does(place: Town) -> None:
    for colour in ("grey", "green", "white", "blue", "black"):
        place.posts(ALICE, LOUNGE, f"#swsdanger #nyc a {colour} van waits")
    place.posts(BEA, LOUNGE, "#swsdanger #nyc the side door is watched")
    await place.settle()
    assert len(place.reads(NYC)) == 4
    said = [text.split("\n")[2] for text in place.reads(NYC)]
    assert said[:2] == ["a grey van waits", "the side door is watched"]  # what is of others goes before more
    assert "one a minute" in place.reads(STEWARDS)[0]
    await place.later(MINUTE)
    assert "blue" in place.reads(NYC)[-1]
    await place.later(MINUTE)
    assert "black" in place.reads(NYC)[-1]


async def test_a_correction_never_waits(place: Town) -> None:
    first = place.posts(ALICE, LOUNGE, "#swsdanger #nyc a grey van waits")
    for colour in ("green", "white", "blue"):
        place.posts(ALICE, LOUNGE, f"#swsdanger #nyc a {colour} van waits")
    await place.settle()
    place.edits(ALICE, LOUNGE, first, "#swsdanger #nyc a silver van waits")
    await place.settle()
    assert "silver" in place.reads(NYC)[-1]


async def test_the_same_words_again_change_nothing(place: Town) -> None:
    place.posts(ALICE, LOUNGE, "#swsdanger #nyc a grey van waits")
    place.posts(ALICE, LOUNGE, "#swsdanger  #nyc A grey van waits")
    place.posts(BEA, LOUNGE, "#swsdanger #nyc a grey van waits")
    await place.settle()
    assert len(place.reads(NYC)) == 2


async def test_the_same_words_for_another_place_are_another_warning(place: Town) -> None:
    place.posts(ALICE, NY, "#swsdanger a grey van waits")
    place.posts(ALICE, CHICAGO, "#swsdanger a grey van waits")
    await place.settle()
    assert len(await place.store.records.open_posts()) == 2


async def test_the_sign_on_words_said_twice_goes_with_the_first(place: Town) -> None:
    first = place.posts(ALICE, LOUNGE, "#swsdanger #nyc a grey van waits")
    again = place.posts(ALICE, LOUNGE, "#swsdanger #nyc a grey van waits")
    await place.settle()
    assert place.reactions(LOUNGE, again) == ["✅"]
    place.deletes(ALICE, LOUNGE, first)
    await place.settle()
    assert place.reactions(LOUNGE, again) == []
    assert await place.rows("SELECT 1 FROM outbox") == []


async def test_an_edit_replaces_the_relay(place: Town) -> None:
    await stories.a_warning_is_edited(place)
    (relay,) = place.reads(NYC)
    assert "a green van" in relay
    assert "updated" in relay
    original = place.room(LOUNGE).timeline[0].event
    assert place.reactions(LOUNGE, original) == ["✅"]
    assert await place.hears_privately(ALICE) == []
    assert not any("grey" in text for text in await place.bodies())


async def test_an_edit_moves_the_relay(place: Town) -> None:
    await stories.a_warning_moves(place)
    assert place.reads(NYC) == []
    assert len(place.reads(CHICAGO)) == 1
    assert "CST" in place.reads(CHICAGO)[0] or "CDT" in place.reads(CHICAGO)[0]


async def test_a_tag_added_by_an_edit_is_heard(place: Town) -> None:
    await stories.a_message_gets_its_tag_later(place)
    assert len(place.reads(NYC)) == 1
    assert place.reactions(LOUNGE, place.room(LOUNGE).timeline[0].event) == ["✅"]


async def test_losing_the_tag_is_like_a_deletion(place: Town) -> None:
    await stories.a_warning_loses_its_tag(place)
    assert place.reads(NYC) == []
    assert place.reactions(LOUNGE, place.room(LOUNGE).timeline[0].event) == []
    assert await place.bodies() == []


async def test_taking_the_tag_away_leaves_the_authors_own_words_alone(place: Town) -> None:
    event = place.posts(ALICE, LOUNGE, "#swsdanger #nyc a grey van waits")
    await place.settle()
    place.edits(ALICE, LOUNGE, event, "#swsdanger #nyc a green van waits")
    place.edits(ALICE, LOUNGE, event, "nothing at all")
    await place.settle()
    # Without its edits the message would show its first words again.
    assert not any(shown.redacted for shown in place.room(LOUNGE).timeline if shown.sender == ALICE)


async def test_an_edit_in_a_regional_room_falls_back_to_its_region(place: Town) -> None:
    event = place.posts(ALICE, NY, "#swsdanger #chicago a grey van waits")
    await place.settle()
    assert place.reads(NYC) == []
    place.edits(ALICE, NY, event, "#swsdanger a grey van waits")
    await place.settle()
    assert len(place.reads(NYC)) == 1


async def test_nobody_edits_for_somebody_else(place: Town) -> None:
    event = place.posts(ALICE, LOUNGE, "#swsdanger #nyc a grey van waits")
    await place.settle()
    place.edits(BEA, LOUNGE, event, "#swsdanger #nyc all is well")
    place.edits(ALICE, LOUNGE, event, "#swsdanger #nyc all is well", signed=False)
    await place.settle()
    (relay,) = place.reads(NYC)
    assert "a grey van waits" in relay


async def test_a_deletion_takes_everything_along(place: Town) -> None:
    await stories.a_warning_is_deleted(place)
    assert place.reads(NY) == place.reads(NYC) == []
    assert await place.bodies() == []
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


@pytest.mark.parametrize(
    ("where", "powerful", "ends"), [(LOUNGE, True, 1), (LOUNGE, False, 0), (NY, True, 0)]
)
async def test_what_others_delete_ends_only_if_they_may(
    place: Town, where: str, powerful: bool, ends: int
) -> None:
    """Whatever the homeserver says; and who may in one room, may in that one."""
    event = place.posts(ALICE, LOUNGE, "#swsdanger #nyc a grey van waits")
    unread = place.cannot_be_read(ALICE, LOUNGE, "s1")
    await place.settle()
    for one in (event, unread):
        place.deletes(BEA, where, one, powerful=powerful)
    await place.settle()
    assert len(place.reads(NYC)) == 1 - ends
    assert len(await place.store.records.unread()) == 1 - ends


async def test_deleting_an_edit_takes_the_relay_back_and_says_so(place: Town) -> None:
    event = place.posts(ALICE, LOUNGE, "#swsdanger #nyc a grey van waits")
    await place.settle()
    edit = place.edits(ALICE, LOUNGE, event, "#swsdanger #nyc a green van waits")
    await place.settle()
    place.deletes(ALICE, LOUNGE, edit)
    await place.settle()
    assert place.reads(NYC) == []
    assert "took back" in (await place.hears_privately(ALICE))[0]


async def test_deleted_before_it_went_out_it_never_does(place: Town) -> None:
    place.matrix.outcomes["Say"] = [RetryAt(5000, limited=True)]
    event = place.posts(ALICE, LOUNGE, "#swsdanger #us-ny a grey van waits")
    await place.settle()
    place.deletes(ALICE, LOUNGE, event)
    await place.later(5000)
    # Not even for a moment: there is nothing in the rooms to take back.
    assert place.room(NY).timeline == place.room(NYC).timeline == []
    assert await place.store.queue.waiting() == 0
    assert await place.bodies() == []


async def test_it_expires(place: Town) -> None:
    await stories.it_expires(place)
    assert place.reads(NYC) == []
    assert await place.bodies() == []
    assert await place.store.records.next_due() is None


async def test_deleting_gives_nothing_back(place: Town) -> None:
    for colour in ("grey", "green", "white", "blue", "black"):
        event = place.posts(ALICE, LOUNGE, f"#swsdanger #nyc a {colour} van waits")
        await place.settle()
        place.deletes(ALICE, LOUNGE, event)
        await place.settle()
    assert len(place.room(NYC).timeline) == 3
    place.posts(ALICE, LOUNGE, "#swsdanger #nyc a silver van waits")
    await place.settle()
    assert place.reads(NYC) == []
    await place.later(3 * MINUTE)
    assert "silver" in place.reads(NYC)[0]


async def test_many_corrections_go_out_one_a_minute_the_newest_only(place: Town) -> None:
    event = place.posts(ALICE, LOUNGE, "#swsdanger #nyc van 0 waits")
    await place.settle()
    for number in range(1, 9):
        place.edits(ALICE, LOUNGE, event, f"#swsdanger #nyc van {number} waits")
        await place.settle()
    assert len(place.room(NYC).timeline) == 4
    assert place.reads(NYC) == []  # what was taken back is gone at once
    await place.later(MINUTE)
    assert len(place.room(NYC).timeline) == 5
    assert "van 8" in place.reads(NYC)[0]
    assert len(place.reads(STEWARDS)) == 1


async def test_the_stewards_are_told_once_in_ten_minutes_of_each_author(place: Town) -> None:
    for number in range(6):
        place.posts(ALICE, LOUNGE, f"#swsdanger #nyc van {number} waits")
    await place.settle()
    assert len(place.reads(STEWARDS)) == 1
    for number in range(4):
        place.posts(BEA, LOUNGE, f"#swsdanger #nyc car {number} waits")
    await place.settle()
    assert len(place.reads(STEWARDS)) == 2
    await place.later(10 * MINUTE)
    for number in range(6, 10):
        place.posts(ALICE, LOUNGE, f"#swsdanger #nyc van {number} waits")
    await place.settle()
    assert len(place.reads(STEWARDS)) == 3


@pytest.mark.parametrize("at", [START - 29 * DAY, START + 30 * DAY])
async def test_whenever_it_claims_to_be_from_it_counts(place: Town, at: Millis) -> None:
    for number in range(6):
        place.posts(ALICE, LOUNGE, f"#swsdanger #nyc van {number} waits", at=at)
    await place.settle()
    assert len(place.room(NYC).timeline) == 3


async def test_a_clock_that_was_ahead_makes_nobody_wait(place: Town) -> None:
    place.time += DAY
    for number in range(3):
        place.posts(ALICE, LOUNGE, f"#swsdanger #nyc van {number} waits")
    await place.settle()
    place.time -= DAY
    await place.settle()
    place.posts(ALICE, LOUNGE, "#swsdanger #nyc a silver van waits")
    await place.settle()
    assert "silver" in place.reads(NYC)[-1]


async def test_two_people_saying_the_same_are_two_warnings_and_the_later_says_so(place: Town) -> None:
    place.posts(ALICE, LOUNGE, "#swsdanger #nyc a grey van waits")
    await place.later(MINUTE)
    place.posts(BEA, LOUNGE, "#swsdanger  #nyc A grey van waits")
    place.posts(CLEO, LOUNGE, "#swsdanger #nyc a grey van waits there")
    place.posts(CLEO, LOUNGE, "#swsdanger #chicago a grey van waits")
    await place.settle()
    first, second, third = place.reads(NYC)
    assert "wrote the same" not in first + third + place.reads(CHICAGO)[0]
    assert "Somebody else wrote the same" in second


async def test_what_was_deleted_is_not_spoken_of_and_may_be_said_again(place: Town) -> None:
    event = place.posts(ALICE, LOUNGE, "#swsdanger #nyc a grey van waits")
    await place.settle()
    place.deletes(ALICE, LOUNGE, event)
    place.posts(BEA, LOUNGE, "#swsdanger #nyc a grey van waits")
    await place.settle()
    assert "wrote the same" not in place.reads(NYC)[0]
    place.posts(ALICE, LOUNGE, "#swsdanger #nyc a grey van waits")
    await place.settle()
    assert len(place.reads(NYC)) == 2


async def test_only_what_is_out_in_the_same_place_is_spoken_of(place: Town) -> None:
    place.posts(BEA, LOUNGE, "#swsdanger #nyc a grey van waits", signed=False)
    place.posts(CLEO, CHICAGO, "#swsdanger #nyc a green van waits")
    place.posts(BEA, NY, "#swsdanger a white van waits")
    await place.settle()
    place.posts(ALICE, LOUNGE, "#swsdanger #nyc a grey van waits")
    place.posts(ALICE, LOUNGE, "#swsdanger a white van waits")
    await place.settle()
    place.posts(ALICE, await place.direct(ALICE), "#chicago")
    await place.settle()
    assert "a white van" in place.reads(CHICAGO)[-1]
    assert not any("wrote the same" in text for room in (NY, NYC, CHICAGO) for text in place.reads(room))
    event = place.posts(ALICE, LOUNGE, "#swsdanger #nyc nothing much")
    await place.settle()
    place.edits(ALICE, LOUNGE, event, "#swsdanger #nyc a green van waits")
    await place.settle()
    assert "wrote the same" in place.reads(NYC)[-1]


async def test_what_was_sent_is_not_counted_for_ever(place: Town) -> None:
    place.posts(ALICE, LOUNGE, "#swsdanger #nyc a grey van waits")
    await place.settle()
    assert len(await place.rows("SELECT 1 FROM spent")) == 1
    await place.later(2 * DAY)
    place.posts(BEA, LOUNGE, "good evening")
    await place.settle()
    assert await place.rows("SELECT 1 FROM spent") == []
