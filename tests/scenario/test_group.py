"""A doxx and harassment, from the first message to the end: how the stories end, what stands where."""

from __future__ import annotations

import pytest

from swsmatrix import texts
from swsmatrix.model import Case, CaseState, StepState
from swsmatrix.protocol import DAY, HOUR, MINUTE, Refused, RoomId, UserId
from tests.fake_matrix import BOT
from tests.scenario import group_stories as stories
from tests.scenario.details_stories import are_there, steward
from tests.scenario.group_stories import (
    DOXX,
    case_room,
    comes,
    reports,
    there,
    wants,
    works,
)
from tests.scenario.help_stories import invited_to, says
from tests.town import ALICE, BEA, CLEO, LOUNGE, STEWARD, STEWARDS, Town

CANARIES = ("pastebin", "kettle", "abcd1234", "status/77")


async def case(place: Town) -> Case | None:
    cases = await place.store.people.cases()
    return cases[0] if cases else None


async def state(place: Town) -> CaseState | None:
    found = await case(place)
    return found.state if found else None


async def heard(place: Town, who: UserId, key: str, **values: object) -> bool:
    return any(texts.text(key, **values) in said for said in await place.hears_privately(who))


def said_anywhere(place: Town, *words: str) -> set[str]:
    """The rooms in which the bot ever said one of ``words``, redacted or not."""
    return {
        room.id
        for room in place.matrix.rooms.values()
        for shown in room.timeline
        if shown.sender == BOT and any(word in shown.text for word in words)
    }


# ---- What is wanted ----


async def test_its_author_is_asked_from_one_short_menu(place: Town) -> None:
    await reports(place)
    assert await heard(place, ALICE, "group.menu", number=1)
    assert await state(place) is CaseState.REPORTED


@pytest.mark.parametrize(
    ("said", "wishes"),
    [
        ("1", ("report",)),
        ("1 3", ("report", "lock")),
        ("3, 1 and 4", ("report", "lock", "record")),
        ("report", ("report",)),
        ("2.", ("talk",)),
        ("1 5", ("report",)),
    ],
)
async def test_what_they_choose(place: Town, said: str, wishes: tuple[str, ...]) -> None:
    await wants(place, said)
    found = await case(place)
    assert found
    assert found.wishes == wishes
    assert found.state is CaseState.NOBODY


@pytest.mark.parametrize("word", ["5", "nothing", "stop", "cancel"])
async def test_who_wants_nothing_for_now_is_left_in_peace_and_nothing_is_kept(place: Town, word: str) -> None:
    await are_there(place, BEA)
    await wants(place, word)
    assert await case(place) is None
    assert await heard(place, ALICE, "group.closed")
    assert not await place.hears_privately(BEA)
    assert await place.bodies() == []


async def test_who_does_not_choose_is_asked_for_after_ten_minutes_and_the_stewards_learn(place: Town) -> None:
    await are_there(place, BEA)
    await reports(place)
    await place.later(9 * MINUTE)
    assert not await place.hears_privately(BEA)
    await place.later(MINUTE)
    assert len(await place.hears_privately(BEA)) == 1
    assert any("#1" in line and "swsdoxx" in line for line in place.reads(STEWARDS))


async def test_a_word_without_a_case_is_answered(place: Town) -> None:
    room = place.opens_direct(ALICE)
    await place.settle()
    place.posts(ALICE, room, "stop")
    await place.settle()
    assert await heard(place, ALICE, "group.nothing_open")


async def test_with_two_open_stop_asks_which(place: Town) -> None:
    await reports(place)
    await reports(place, "#swsharrassment #nyc they don't stop")
    await says(place, ALICE, "stop")
    assert len(await place.store.people.cases()) == 2
    await says(place, ALICE, "stop 1")
    assert [one.number for one in await place.store.people.cases()] == [2]


# ---- Who is asked, and reads what ----


async def test_only_responders_are_asked_and_they_read_place_and_time(place: Town) -> None:
    await are_there(place, BEA, others=(CLEO,))
    await wants(place)
    assert await place.hears_privately(CLEO) == []
    (offer,) = await place.hears_privately(BEA)
    assert "New York City" in offer
    assert not any(word in offer for word in (*CANARIES, "alice", "swsdoxx"))


async def test_what_it_says_is_said_in_the_room_of_the_case_and_nowhere_else(place: Town) -> None:
    await stories.from_the_first_message_to_the_record(place)
    rooms = {room.id for room in place.matrix.rooms.values() if room.private}
    assert said_anywhere(place, *CANARIES) <= rooms


async def test_who_comes_after_the_words_reads_them_too(place: Town) -> None:
    await are_there(place, BEA, CLEO)
    await wants(place)
    await says(place, BEA, "yes")
    await says(place, CLEO, "yes")
    await says(place, ALICE, "yes")
    room = await comes(place, ALICE)
    await comes(place, BEA)
    before = len(place.room(room).timeline)
    await comes(place, CLEO)
    new = [one.text for one in place.room(room).timeline[before:] if one.sender == BOT and not one.redacted]
    assert any(DOXX in text for text in new)
    # Once each: what was said before is taken back.
    assert sum(DOXX in text for text in place.reads(room)) == 1
    assert len(place.reads(room)) == 2


async def test_who_is_not_who_said_yes_reads_nothing_and_is_removed(place: Town) -> None:
    await are_there(place, BEA)
    await wants(place)
    await says(place, BEA, "yes")
    room = await comes(place, ALICE)
    place.matrix.identities[BEA] = "another key"
    await comes(place, BEA)
    assert BEA not in place.room(room).members
    found = await case(place)
    assert found
    assert found.companions == ()


async def test_whoever_of_several_is_not_who_said_yes_any_more_nothing_is_said_to(place: Town) -> None:
    room = await works(place, BEA, CLEO)
    place.matrix.identities[BEA] = "another key"
    before = len(place.room(room).timeline)
    await there(place, CLEO, "also https://www.instagram.com/p/teapot")
    assert place.room(room).members == {BOT, ALICE, CLEO}
    new = [one.text for one in place.room(room).timeline[before:] if one.sender == BOT]
    assert any("instagram.com/p/teapot" in text for text in new)
    # The others read it when they are among themselves.
    assert sum(DOXX in said for said in place.reads(room)) == 1
    assert await place.store.records.dead_letters() == 0


# ---- Who comes, who goes ----


async def test_both_who_said_yes_before_she_came_are_named_and_let_in(place: Town) -> None:
    await are_there(place, BEA, CLEO)
    await wants(place)
    place.posts(BEA, await place.direct(BEA), "yes")
    place.posts(CLEO, await place.direct(CLEO), "yes")
    await place.settle()
    (found,) = [said for said in await place.hears_privately(ALICE) if "Joining it is your yes" in said]
    assert "bea and cleo" in found
    room = await comes(place, ALICE)
    assert place.room(room).invited == {BEA, CLEO}


async def test_one_who_says_yes_later_comes_only_if_she_agrees(place: Town) -> None:
    await are_there(place, BEA, CLEO)
    await wants(place)
    await says(place, BEA, "yes")
    room = await comes(place, ALICE)
    await says(place, CLEO, "yes")
    assert CLEO not in place.room(room).invited
    assert await heard(place, ALICE, "group.one_more", name="cleo", user=CLEO)
    await says(place, ALICE, "yes")
    assert CLEO in place.room(room).invited


async def test_one_who_is_not_let_in_is_thanked(place: Town) -> None:
    await stories.one_more_is_not_let_in(place)
    room = case_room(place)
    assert CLEO not in place.room(room).invited | place.room(room).members
    assert await heard(place, CLEO, "case.not_this_time")
    assert await state(place) is CaseState.WORKING


async def test_of_several_she_is_asked_about_one_after_the_other(place: Town) -> None:
    eve = UserId("@eve:example.org")
    await are_there(place, BEA, CLEO, eve)
    await wants(place)
    await says(place, BEA, "yes")
    room = await comes(place, ALICE)
    await says(place, CLEO, "yes")
    await says(place, eve, "yes")
    assert not await heard(place, ALICE, "group.one_more", name="eve", user=eve)
    await says(place, ALICE, "no")
    assert await heard(place, ALICE, "group.one_more", name="eve", user=eve)
    await says(place, ALICE, "yes")
    assert eve in place.room(room).invited
    assert CLEO not in place.room(room).invited


async def test_who_does_not_come_is_let_go_and_others_are_asked(place: Town) -> None:
    await are_there(place, BEA)
    await wants(place)
    await says(place, BEA, "yes")
    room = await comes(place, ALICE)
    await are_there(place, CLEO, first=201)
    await place.later(30 * MINUTE)
    assert BEA not in place.room(room).invited
    assert any("Can you be there" in said for said in await place.hears_privately(CLEO))
    assert await state(place) is CaseState.WORKING
    assert ALICE in place.room(room).members


async def test_when_the_only_one_leaves_others_are_asked_and_she_stays(place: Town) -> None:
    await stories.the_only_one_leaves(place)
    assert await state(place) is CaseState.WORKING
    assert any("Can you be there" in said for said in await place.hears_privately(CLEO))
    await says(place, CLEO, "yes")
    await says(place, ALICE, "yes")
    room = await comes(place, CLEO)
    assert place.room(room).members == {BOT, ALICE, CLEO}


async def test_who_is_no_responder_any_more_is_removed_from_the_room(place: Town) -> None:
    room = await works(place, BEA, CLEO)
    await steward(place, "decline 101")
    assert BEA not in place.room(room).members
    assert CLEO in place.room(room).members


async def test_what_somebody_had_taken_is_open_when_they_go(place: Town) -> None:
    room = await works(place, BEA, CLEO)
    await there(place, BEA, "take 1")
    await there(place, BEA, "done 2")
    place.leaves(BEA, room)
    await place.settle()
    card = place.reads(room)[-1]
    assert "1 ☐" in card
    assert "2 ✅" in card
    changes = len(place.room(room).timeline)
    place.leaves(CLEO, room)
    await place.settle()
    assert len(place.room(room).timeline) == changes


async def test_while_nobody_is_there_she_can_begin_alone(place: Town) -> None:
    await wants(place)
    await says(place, ALICE, "begin")
    room = await comes(place, ALICE)
    assert any(DOXX in said for said in place.reads(room))
    await are_there(place, BEA)
    await place.later(MINUTE)
    assert any("Can you be there" in said for said in await place.hears_privately(BEA))


async def test_for_a_record_alone_nobody_is_asked(place: Town) -> None:
    await are_there(place, BEA)
    await wants(place, "4")
    await comes(place, ALICE)
    await place.later(HOUR)
    assert await place.hears_privately(BEA) == []


async def test_a_steward_who_is_a_responder_takes_it(place: Town) -> None:
    await stories.a_steward_takes_it(place)
    assert place.room(case_room(place)).members == {BOT, ALICE, STEWARD}


async def test_a_steward_who_is_none_does_not(place: Town) -> None:
    await reports(place)
    await steward(place, "take 1")
    assert texts.text("details.stewards_no_responder", number=1) in place.reads(STEWARDS)
    assert await state(place) is CaseState.REPORTED


async def test_stewards_are_not_shown_what_it_says(place: Town) -> None:
    await reports(place)
    await steward(place, "show 1")
    assert texts.text("stewards.trusted", number=1) in place.reads(STEWARDS)
    assert said_anywhere(place, *CANARIES) == set()


# ---- In the room ----


async def test_a_tick_changes_the_card_in_its_place(place: Town) -> None:
    room = await works(place, BEA)
    events = [one.event for one in place.room(room).timeline if one.sender == BOT and not one.redacted]
    card = place.reads(room)[-1]
    await there(place, BEA, "done 1")
    assert place.reads(room)[-1] != card
    assert "✅" in place.reads(room)[-1]
    now = [
        one.event
        for one in place.room(room).timeline
        if one.sender == BOT and not one.redacted and not one.edit_of
    ]
    assert now == events


async def test_of_what_changed_the_card_only_the_last_can_be_read(place: Town) -> None:
    room = await works(place, BEA)
    for number in (1, 2):
        await there(place, BEA, f"done {number}: the kettle is off")
    changes = [one for one in place.room(room).timeline if one.edit_of]
    assert [one.redacted for one in changes] == [True, False]
    await there(place, BEA, "card")
    assert all(one.redacted for one in changes)


async def test_a_sign_on_the_card_ticks(place: Town) -> None:
    room = await works(place, BEA)
    card = [one.event for one in place.room(room).timeline if one.sender == BOT and not one.redacted][-1]
    place.reacts(BEA, room, card, "1️⃣")
    await place.settle()
    found = await case(place)
    assert found
    steps = await place.store.steps.steps(found.subject)
    assert [one.number for one in steps if one.state is StepState.DONE] == [1]


async def test_a_link_that_is_posted_is_a_new_step(place: Town) -> None:
    room = await works(place, BEA)
    await there(place, BEA, "also https://www.instagram.com/p/kettle")
    assert "instagram.com/p/kettle" in place.reads(room)[-1]


async def test_ordinary_talk_changes_nothing(place: Town) -> None:
    room = await works(place, BEA)
    before = place.room(room).timeline[:]
    await there(place, BEA, "how are you, did you sleep?")
    await there(place, ALICE, "I'm done for today, thank you 1000 times")
    said = [one for one in place.room(room).timeline if one not in before and one.sender == BOT]
    assert said == []


async def test_only_its_author_ends_it(place: Town) -> None:
    room = await works(place, BEA)
    await there(place, BEA, "close")
    assert texts.text("group.only_author", name="alice") in place.reads(room)
    assert await state(place) is CaseState.WORKING


async def test_what_is_open_is_said_after_a_day_and_after_three(place: Town) -> None:
    room = await works(place, BEA)
    said = len(place.reads(room))
    await place.later(DAY)
    assert len(place.reads(room)) == said + 1
    await place.later(DAY)
    assert len(place.reads(room)) == said + 1
    await place.later(DAY)
    assert len(place.reads(room)) == said + 2


# ---- The end ----


@pytest.mark.parametrize("where", ["room", "private"])
async def test_stop_ends_it_at_once_and_nothing_is_left(place: Town, where: str) -> None:
    room = await works(place, BEA)
    if where == "room":
        await there(place, ALICE, "stop")
    else:
        await says(place, ALICE, "stop")
    assert await case(place) is None
    assert await place.bodies() == []
    assert not {BOT, BEA} & place.room(room).members
    assert not any(DOXX in said for said in place.reads(room))
    assert await heard(place, ALICE, "group.closed")
    assert await heard(place, BEA, "group.gone")
    assert await place.rows("SELECT 1 FROM outbox") == []
    # That the room was told of one is known for an hour, of which not.
    assert await place.rows("SELECT 1 FROM timers WHERE feature <> 'notices'") == []


async def test_who_is_removed_has_seen_it_go(place: Town) -> None:
    """Her words, the card, its change; what was answered goes after."""
    room = await works(place, BEA)
    await there(place, BEA, "done 1: the kettle is off")
    await there(place, BEA, "how 3")
    before = len(place.matrix.performed)
    await there(place, ALICE, "stop")
    done = [kind for kind, where in place.matrix.performed[before:] if where == room]
    assert done == [*["RedactEvent"] * 3, "Remove", "RedactEvent", "Say", "LeaveRoom"]


@pytest.mark.parametrize("word", ["stop", "close"])
async def test_what_changed_the_card_is_taken_back_too(place: Town, word: str) -> None:
    """And what was answered."""
    room = await works(place, BEA)
    await there(place, BEA, "how 3")
    assert any("kettle" in said and "It is about" in said for said in place.reads(room))
    await there(place, BEA, "done 1: the kettle is off")
    await there(place, ALICE, word)
    assert not [one for one in place.room(room).timeline if one.sender == BOT and "kettle" in one.text]


async def test_closed_it_is_theirs_and_the_bot_has_left(place: Town) -> None:
    room = await works(place, BEA)
    await there(place, ALICE, "close")
    assert place.room(room).members == {ALICE, BEA}
    assert place.reads(room) == [texts.text("group.done")]
    assert await state(place) is CaseState.DONE
    await place.later(DAY)
    assert await case(place) is None
    assert await place.bodies() == []


async def test_the_record_is_for_her_alone(place: Town) -> None:
    await are_there(place, BEA)
    await wants(place, "1 4")
    await says(place, BEA, "yes")
    await comes(place, ALICE)
    await comes(place, BEA)
    await there(place, ALICE, "he wrote again at nine")
    await there(place, BEA, "I had tea at ten")
    await there(place, ALICE, "close")
    await says(place, ALICE, "record")
    chat = place.room(await place.direct(ALICE))
    (document,) = [one.file.text for one in chat.timeline if one.file]
    assert DOXX in document
    assert "he wrote again at nine" in document
    assert "tea at ten" not in document
    assert BEA not in document
    assert await case(place) is None
    assert await place.bodies() == []


async def test_a_record_that_cannot_be_sent_is_still_there(place: Town) -> None:
    await works(place, BEA)
    await there(place, ALICE, "close")
    place.matrix.outcomes["SendRecord"] = [Refused("PICTURE_AWAY")]
    await says(place, ALICE, "record")
    assert await heard(place, ALICE, "group.record_not_sent")
    assert await state(place) is CaseState.DONE


async def test_when_she_leaves_the_room_it_is_over(place: Town) -> None:
    await stories.she_leaves_the_room(place)
    assert await case(place) is None
    assert await place.bodies() == []


async def test_a_month_later_it_is_over_too(place: Town) -> None:
    room = await works(place, BEA)
    await place.later(30 * DAY)
    assert await case(place) is None
    assert BOT not in place.room(room).members
    assert await place.bodies() == []


async def test_forget_me_leaves_nothing(place: Town) -> None:
    await works(place, BEA)
    await says(place, ALICE, "forget me")
    assert await case(place) is None
    assert await place.bodies() == []


async def test_deleting_the_message_ends_it(place: Town) -> None:
    await are_there(place, BEA)
    event = await reports(place, "#swsdoxx #nyc somebody knows where I live")
    await says(place, ALICE, "2")
    place.deletes(ALICE, LOUNGE, event)
    await place.settle()
    assert await case(place) is None
    assert await heard(place, BEA, "case.gone")


async def test_an_edit_before_she_chose_changes_nothing_but_the_words(place: Town) -> None:
    event = await reports(place, "#swsdoxx #nyc somebody knows where I live")
    place.edits(ALICE, LOUNGE, event, "#swsdoxx #nyc somebody knows where I work")
    await place.settle()
    assert await state(place) is CaseState.REPORTED
    await says(place, ALICE, "begin")
    room = await comes(place, ALICE)
    assert any("where I work" in said for said in place.reads(room))


async def test_an_edit_while_they_work_is_said_anew(place: Town) -> None:
    await are_there(place, BEA)
    event = await reports(place, "#swsdoxx #nyc somebody knows where I live")
    await says(place, ALICE, "begin")
    room = await comes(place, ALICE)
    place.edits(ALICE, LOUNGE, event, "#swsdoxx #nyc somebody knows where I work")
    await place.settle()
    said = place.reads(room)
    assert any("where I work" in one for one in said)
    assert not any("where I live" in one for one in said)


async def test_harassment_goes_the_same_way(place: Town) -> None:
    await stories.harassment_is_over(place)
    assert await case(place) is None
    assert await place.bodies() == []


async def test_two_rooms_of_one_bot_do_not_mix(place: Town) -> None:
    """A word in one case's room is about that case."""
    await are_there(place, BEA)
    await wants(place)
    await says(place, ALICE, "begin")
    first = await comes(place, ALICE)
    await reports(place, "#swsharrassment #nyc they don't stop")
    await says(place, ALICE, "begin")
    second = RoomId(invited_to(place, ALICE))
    place.joins(ALICE, second)
    await place.settle()
    place.posts(ALICE, second, "stop")
    await place.settle()
    assert BOT in place.room(first).members
    assert BOT not in place.room(second).members
    assert [one.feature for one in await place.store.people.cases()] == ["doxx"]
