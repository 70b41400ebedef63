"""Warnings that stewards take down, with a reason, and put up again within a day."""

from __future__ import annotations

from dataclasses import replace

import pytest

from swsmatrix.model import PostState
from swsmatrix.protocol import DAY, HOUR, MINUTE, Refused, RetryAt
from tests.fake_matrix import BOT
from tests.scenario import withdrawing_stories as stories
from tests.scenario.help_stories import REQUEST, says
from tests.scenario.trust_stories import ROSA, writes
from tests.scenario.withdrawing_stories import warns
from tests.town import ALICE, BEA, CHICAGO, LOUNGE, NY, NYC, STEWARD, STEWARDS, Town

WITHDRAW = "withdraw 1 it was a bread van"


async def answer(place: Town, word: str, who: str = STEWARD) -> str:
    """What the stewards' room reads first in answer to a steward's ``word``."""
    before = len(place.reads(STEWARDS))
    await writes(place, who, word)  # type: ignore[arg-type]
    return place.reads(STEWARDS)[before]


# ---- Withdrawn -----------------------------------------------------------------------------------


async def test_its_relays_go_and_its_author_and_the_stewards_know_why(place: Town) -> None:
    await stories.it_is_withdrawn(place)
    assert place.reads(NY) == place.reads(NYC) == []
    (told,) = await place.hears_privately(ALICE)
    assert "Ana's, who Delivers bread" in told  # as it was written
    assert "New York State" in told
    assert "dora" not in told
    (line,) = place.reads(STEWARDS)
    assert "dora took down #1 (New York State, " in line
    assert "Ana's, who Delivers bread" in line
    assert "`restore 1`" in line
    assert "grey van" not in line
    assert place.reactions(LOUNGE, place.room(LOUNGE).timeline[0].event) == ["✅"]


async def test_the_reason_and_who_gave_it_are_kept_nowhere(place: Town) -> None:
    await stories.it_is_withdrawn(place)
    assert [text for text in await place.bodies() if "bread" in text] == []
    (post,) = await place.store.records.open_posts()
    assert post.withdrawn_by == place.store.people.code(STEWARD)


async def test_a_reason_names_nobody_to_press_and_is_no_markup(place: Town) -> None:
    await warns(place)
    await writes(place, STEWARD, "withdraw 1 *ask* @bea:example.org\n\nor #nyc")
    (told,) = await place.hears_privately(ALICE)
    assert "*ask* @\u2060bea:example.org or #\u2060nyc" in told
    assert "*ask* @\u2060bea:example.org or #\u2060nyc" in place.reads(STEWARDS)[0]
    said = await place.rows("SELECT 1 FROM outbox WHERE state = 0")
    assert said == []


async def test_without_a_reason_it_stays_and_one_is_asked_for(place: Town) -> None:
    await warns(place)
    for word in ("withdraw 1", "withdraw 1 …", "Withdraw #1 !!"):
        assert "Why?" in await answer(place, word)
    assert len(place.reads(NYC)) == 1


async def test_what_has_not_gone_out_yet_never_does(place: Town) -> None:
    place.matrix.outcomes["Say"] = [RetryAt(HOUR, limited=True)]
    place.posts(ALICE, LOUNGE, stories.WARNING)
    await place.settle()
    await writes(place, STEWARD, WITHDRAW)
    await place.later(HOUR)
    assert place.room(NY).timeline == place.room(NYC).timeline == []


async def test_it_is_listed_with_the_word_for_it(place: Town) -> None:
    await stories.it_is_withdrawn(place)
    assert "`restore 1`" in await answer(place, "waiting")
    await says(place, ALICE, "status")
    assert "taken down by a steward" in (await place.hears_privately(ALICE))[-1]


async def test_a_day_later_it_is_forgotten(place: Town) -> None:
    await stories.it_is_withdrawn(place)
    await place.later(DAY - 1)
    assert len(await place.store.records.open_posts()) == 1
    await place.later(1)
    assert await place.store.records.open_posts() == ()
    assert await place.bodies() == []
    assert await place.store.records.next_due() is None
    assert place.reactions(LOUNGE, place.room(LOUNGE).timeline[0].event) == []
    assert "no #1" in await answer(place, "restore 1", ROSA)


async def test_sooner_if_it_would_have_expired(place: Town) -> None:
    await warns(place)
    await place.later(30 * DAY - HOUR)
    await writes(place, STEWARD, WITHDRAW)
    await place.later(HOUR)
    assert await place.bodies() == []


async def test_a_room_that_missed_it_does_not_get_it_late(place: Town) -> None:
    place.see(NYC, history="shared")
    await place.settle()
    await stories.it_is_withdrawn(place)
    await writes(place, STEWARD, "thaw #nyc")
    assert place.reads(NYC) == []


@pytest.mark.parametrize(
    ("word", "says"),
    [
        ("withdraw", "Which one?"),
        ("withdraw it was a bread van", "Which one?"),
        ("restore", "Which one?"),
        ("withdraw 9 it is wrong", "no #9"),
        ("restore 9", "no #9"),
        ("withdraw 2 it is wrong", "#2 is no warning"),
        ("restore 2", "#2 was not taken down"),
        ("withdraw 3 it is wrong", "#3 is not up"),
        ("restore 3", "#3 was not taken down"),
        ("restore 1", "#1 was not taken down"),
        ("done 1", "`withdraw 1` and why"),
    ],
)
async def test_one_sentence_for_what_cannot_be(place: Town, word: str, says: str) -> None:
    await warns(place)
    await warns(place, "#swsfyi #nyc the night kitchen is open")
    await warns(place, "#swsdanger somewhere")
    assert says in await answer(place, word)
    assert len(place.reads(NYC)) == 1
    assert await place.store.records.dead_letters() == 0


async def test_only_in_the_stewards_room(place: Town) -> None:
    await warns(place)
    place.posts(ALICE, LOUNGE, f"!sws {WITHDRAW}")
    place.posts(BEA, place.opens_direct(BEA), WITHDRAW)
    await place.settle()
    assert len(place.reads(NYC)) == 1


# ---- Restored ------------------------------------------------------------------------------------


async def test_another_steward_puts_it_up_again_as_new_messages(place: Town) -> None:
    await stories.it_is_withdrawn_and_restored(place)
    for room in (NY, NYC):
        (relay,) = place.reads(room)
        assert "a grey van waits by the bridge" in relay
        assert len(place.room(room).timeline) == 2
    assert "rosa put #1 up again" in place.reads(STEWARDS)[-1]
    assert "it is up again" in (await place.hears_privately(ALICE))[-1]
    (post,) = await place.store.records.open_posts()
    assert (post.state, post.withdrawn_by) == (PostState.UP, "")
    await place.later(DAY)
    assert len(place.reads(NYC)) == 1
    await place.later(29 * DAY)
    assert place.reads(NYC) == []
    assert await place.bodies() == []


async def test_not_who_took_it_down(place: Town) -> None:
    await stories.it_is_withdrawn(place)
    assert "takes another steward" in await answer(place, "restore 1")
    assert place.reads(NYC) == []


async def test_twice_down_is_said(place: Town) -> None:
    await stories.it_is_withdrawn(place)
    assert "down already" in await answer(place, "withdraw 1 again", ROSA)
    # And it stays dora's.
    assert "takes another steward" in await answer(place, "restore 1")


async def test_down_and_up_and_down_again(place: Town) -> None:
    await stories.it_is_withdrawn_and_restored(place)
    await place.later(DAY - HOUR)
    await writes(place, ROSA, "withdraw 1 it was a bread van after all")
    assert place.reads(NYC) == []
    await place.later(HOUR + MINUTE)  # more than a day after the first time
    await writes(place, STEWARD, "restore 1")
    assert len(place.reads(NYC)) == 1


async def test_it_is_not_restored_into_a_room_that_has_opened(place: Town) -> None:
    await stories.it_is_withdrawn(place)
    place.see(NYC, join_rule="public")
    await place.settle()
    await writes(place, ROSA, "restore 1")
    assert place.reads(NYC) == []
    assert len(place.reads(NY)) == 1


# ---- Edited, deleted, forgotten meanwhile ----------------------------------------------------------


async def test_an_edit_changes_the_words_and_it_stays_down(place: Town) -> None:
    event = await warns(place)
    await writes(place, STEWARD, WITHDRAW)
    place.edits(ALICE, LOUNGE, event, "#swsdanger #chicago a green van waits")
    await place.settle()
    place.edits(ALICE, LOUNGE, event, "#swsdanger #chicago a blue van waits")
    await place.settle()
    assert place.reads(NYC) == place.reads(CHICAGO) == []
    (line,) = [line for line in place.reads(STEWARDS) if "has changed it" in line]
    assert "`show 1`" in line
    assert "van" not in line
    assert "· Chicago ·" in await answer(place, "waiting")
    await writes(place, STEWARD, "show 1")
    assert "a blue van" in (await place.hears_privately(STEWARD))[-1]
    assert "takes another steward" in await answer(place, "restore 1")
    await writes(place, ROSA, "restore 1")
    (relay,) = place.reads(CHICAGO)
    assert "a blue van" in relay
    assert "updated" in relay
    assert place.reads(NYC) == []


async def test_an_edit_gives_it_no_further_day(place: Town) -> None:
    event = await warns(place)
    await writes(place, STEWARD, WITHDRAW)
    await place.later(HOUR)
    place.edits(ALICE, LOUNGE, event, "#swsdanger #nyc a green van waits")
    await place.settle()
    await place.later(DAY - HOUR)
    assert await place.bodies() == []
    assert [line for line in place.reads(STEWARDS) if "has changed it" in line] == []


async def test_details_that_were_edited_in_are_held_then(place: Town) -> None:
    event = await warns(place)
    await writes(place, STEWARD, WITHDRAW)
    place.edits(ALICE, LOUNGE, event, "#swsdanger #nyc he calls from +1 212 555 0123")
    await place.settle()
    await writes(place, ROSA, "restore 1")
    assert place.reads(NYC) == []
    assert "+1 212 555 0123" in (await place.hears_privately(ALICE))[-1]
    assert "its author is asked" in place.reads(STEWARDS)[-1]
    assert not any("up again" in text for text in (await place.hears_privately(ALICE))[1:])
    await says(place, ALICE, "send")
    assert "[telephone number taken out]" in place.reads(NYC)[0]


async def test_a_place_that_was_edited_out_is_asked_for_then(place: Town) -> None:
    event = await warns(place)
    await writes(place, STEWARD, WITHDRAW)
    place.edits(ALICE, LOUNGE, event, "#swsdanger a grey van waits")
    await place.settle()
    await writes(place, ROSA, "restore 1")
    assert place.reads(NYC) == []
    await says(place, ALICE, "#nyc")
    assert len(place.reads(NYC)) == 1


async def test_an_unverified_edit_says_so_and_stays_down(place: Town) -> None:
    event = place.posts(ALICE, LOUNGE, stories.WARNING, signed=False)
    await place.settle()
    await writes(place, STEWARD, "release 1")
    await writes(place, STEWARD, WITHDRAW)
    place.edits(ALICE, LOUNGE, event, "#swsdanger #nyc a green van waits", signed=False)
    await place.settle()
    assert "#1 is down, and its author has changed it · ❓" in place.reads(STEWARDS)[-1]
    assert "does not wait" in await answer(place, "release 1")
    assert place.reads(NYC) == []


async def test_nobody_else_changes_what_is_down(place: Town) -> None:
    event = await warns(place)
    await writes(place, STEWARD, WITHDRAW)
    place.edits(BEA, LOUNGE, event, "#swsdanger #nyc a green van waits")
    place.edits(ALICE, LOUNGE, event, "#swsdanger #nyc a green van waits", signed=False)
    await place.settle()
    (post,) = await place.store.records.open_posts()
    assert post.text == stories.WARNING


@pytest.mark.parametrize("how", ["deleted", "cancelled", "forgotten", "untagged"])
async def test_it_ends_as_always(place: Town, how: str) -> None:
    chat = place.opens_direct(ALICE)
    event = await warns(place)
    await writes(place, STEWARD, WITHDRAW)
    match how:
        case "deleted":
            place.deletes(ALICE, LOUNGE, event)
        case "cancelled":
            place.posts(ALICE, chat, "cancel")
        case "forgotten":
            place.posts(ALICE, chat, "forget me")
        case "untagged":
            place.edits(ALICE, LOUNGE, event, "a grey van")
    await place.settle()
    assert await place.bodies() == []
    assert await place.store.records.next_due() is None
    assert "no #1" in await answer(place, "restore 1", ROSA)
    if how == "cancelled":
        assert (await place.hears_privately(ALICE))[-1] == "Dropped, and forgotten."
    if how == "forgotten":
        assert not any("bread" in text for text in await place.hears_privately(ALICE))


async def test_the_same_words_again_do_not_get_round_it(place: Town) -> None:
    await warns(place)
    await writes(place, STEWARD, WITHDRAW)
    again = await warns(place)
    assert place.reads(NYC) == []
    assert place.reactions(LOUNGE, again) == ["✅"]


# ---- Deleted by somebody else --------------------------------------------------------------------


async def test_who_did_not_delete_it_is_told_that_it_was(place: Town) -> None:
    await stories.somebody_else_deletes_it(place)
    assert place.reads(NYC) == []
    (told,) = await place.hears_privately(ALICE)
    assert "deleted in its room, and not by you" in told
    assert await place.bodies() == []


async def test_the_stewards_see_who_deleted_what_somebody_else_wrote(place: Town) -> None:
    await stories.somebody_else_deletes_it(place)
    assert place.reads(STEWARDS) == [
        "🗑️ dora deleted #1 in its room (#swsdanger · New York State · Wed 18 Nov 2026, 06:06 EST). "
        "What came of it is taken back."
    ]


async def test_and_who_deleted_a_change_that_somebody_else_made(place: Town) -> None:
    event = await warns(place)
    change = place.edits(ALICE, LOUNGE, event, "#swsdanger #nyc a green van waits by the bridge")
    await place.settle()
    place.deletes(STEWARD, LOUNGE, change, powerful=True)
    await place.settle()
    (line,) = place.reads(STEWARDS)
    assert line.startswith("🗑️ dora deleted #1 in its room (")
    assert "green" not in line
    assert "A change you made to it was deleted" in (await place.hears_privately(ALICE))[-1]


async def test_of_a_request_the_stewards_see_it_too(place: Town) -> None:
    event = await warns(place, REQUEST)
    place.deletes(STEWARD, LOUNGE, event, powerful=True)
    await place.settle()
    assert [
        line
        for line in place.reads(STEWARDS)
        if line.startswith("🗑️ dora deleted #1 in its room (#swshelp · ")
    ]


async def test_what_its_author_deletes_the_stewards_hear_nothing_of(place: Town) -> None:
    event = await warns(place)
    place.deletes(ALICE, LOUNGE, event, powerful=True)
    await place.settle()
    assert place.reads(STEWARDS) == []


async def test_who_deleted_it_knows(place: Town) -> None:
    event = await warns(place)
    place.deletes(ALICE, LOUNGE, event, powerful=True)
    await place.settle()
    assert await place.hears_privately(ALICE) == []


async def test_of_a_request_its_end_is_said_once(place: Town) -> None:
    event = await warns(place, REQUEST)
    before = len(await place.hears_privately(ALICE))
    place.deletes(STEWARD, LOUNGE, event, powerful=True)
    await place.settle()
    (told,) = (await place.hears_privately(ALICE))[before:] or [""]
    assert "not by you" not in told


# ---- Rooms that are out of reach -------------------------------------------------------------------


async def gone(place: Town, event: str, how: str) -> None:
    """By each of the ways that take relays back."""
    match how:
        case "deleted":
            place.deletes(ALICE, LOUNGE, event)  # type: ignore[arg-type]
        case "deleted by a steward":
            place.deletes(STEWARD, LOUNGE, event, powerful=True)  # type: ignore[arg-type]
        case "withdrawn":
            await writes(place, STEWARD, WITHDRAW)
        case "expired":
            place.time += 30 * DAY
    await place.settle()


WAYS = ("deleted", "deleted by a steward", "withdrawn", "expired")


@pytest.mark.parametrize("how", WAYS)
@pytest.mark.parametrize("restarted", [False, True])
async def test_a_room_out_of_reach_is_reached_later(place: Town, how: str, restarted: bool) -> None:
    event = await warns(place)
    names = {name: room for name, room in place.world.names.items() if name != NYC}
    whole, place.engine.world, place.world = place.world, replace(place.world, names=names), place.world
    place.room(NYC).members.discard(BOT)
    await gone(place, event, how)
    if restarted:
        place.world = replace(whole, names=names)
        await place.restart()
    await place.later(HOUR)
    assert place.reads(NY) == []
    assert len(place.reads(NYC)) == 1
    place.room(NYC).members.add(BOT)
    place.engine.world = place.world = whole
    await place.later(HOUR)
    assert place.reads(NYC) == []
    assert await place.store.queue.waiting() == 0


@pytest.mark.parametrize("how", WAYS)
async def test_removed_before_it_heard_of_it_the_bot_takes_back_later(place: Town, how: str) -> None:
    event = await warns(place)
    place.room(NYC).members.discard(BOT)
    await gone(place, event, how)
    names = {name: room for name, room in place.world.names.items() if name != NYC}
    whole, place.engine.world = place.world, replace(place.world, names=names)
    await place.later(HOUR)
    assert len(place.reads(NYC)) == 1
    place.room(NYC).members.add(BOT)
    place.engine.world = whole
    await place.later(HOUR)
    assert place.reads(NYC) == []


@pytest.mark.parametrize("how", WAYS)
async def test_what_waits_for_a_room_out_of_reach_never_gets_there(place: Town, how: str) -> None:
    names = {name: room for name, room in place.world.names.items() if name != NYC}
    whole, place.engine.world = place.world, replace(place.world, names=names)
    event = await warns(place)
    await gone(place, event, how)
    place.engine.world = whole
    await place.later(HOUR)
    assert place.room(NYC).timeline == []


async def test_what_the_homeserver_refuses_twice_is_said(place: Town) -> None:
    event = await warns(place)
    place.matrix.outcomes["RedactEvent"] = [Refused("M_FORBIDDEN")] * 4
    place.deletes(ALICE, LOUNGE, event)
    await place.settle()
    await place.later(HOUR)
    assert sorted(place.reads(STEWARDS)) == [
        f"⚠️ The room of {region}: I could not take back what I had said there (M_FORBIDDEN), so it may still"
        " stand. Please look, and delete it."
        for region in ("New York City", "New York State")
    ]


async def test_what_is_refused_in_a_direct_chat_names_nobody(place: Town) -> None:
    event = await warns(place, "#swsdanger a grey van waits by the bridge")
    place.matrix.outcomes["RedactEvent"] = [Refused("M_FORBIDDEN")] * 4
    place.deletes(ALICE, LOUNGE, event)
    await place.settle()
    await place.later(HOUR)
    lines = set(place.reads(STEWARDS))
    assert lines
    assert all(line.startswith("⚠️ Something could not be delivered (M_FORBIDDEN)") for line in lines)
