"""A doxx and harassment when somebody goes, says two things at once, or is not who they were."""

from __future__ import annotations

import pytest

from swsmatrix import texts
from swsmatrix.model import CaseState, StepState
from swsmatrix.protocol import DAY, HOUR, MINUTE, EventId, Picture, RetryAt, RoomId
from tests.fake_matrix import BOT, remade
from tests.scenario.details_stories import are_there, steward
from tests.scenario.group_stories import DOXX, HARASSED, case_room, comes, reports, there, wants, works
from tests.scenario.help_stories import invited_to, says
from tests.scenario.test_group import case, heard, state
from tests.town import ALICE, BEA, CLEO, LOUNGE, STEWARD, STEWARDS, Town

WORDS = "#swsdoxx #nyc somebody shares where I live"
SHOWN = Picture(url="mxc://example.org/seen", key="key", iv="iv", sha256="hash")


async def offers(place: Town) -> list[str]:
    """Whom the case still asks."""
    found = await case(place)
    return [offer.user for offer in found.offers] if found else []


async def seen(place: Town, room: RoomId) -> list[str]:
    return [one.picture for one in place.room(room).timeline if one.picture and not one.redacted]


# ---- Who said yes, goes before she came ----


@pytest.mark.parametrize("word", ["leave", "forget me", "responder no"])
async def test_who_said_yes_and_is_none_any_more_before_she_came_is_out_of_it(place: Town, word: str) -> None:
    await are_there(place, BEA, CLEO)
    await wants(place)
    await says(place, BEA, "yes")
    room = invited_to(place, ALICE)
    await says(place, BEA, word)
    found = await case(place)
    assert found
    assert found.companions == ()
    assert ALICE not in place.room(room).invited
    assert BOT not in place.room(room).members


async def test_of_two_who_said_yes_one_goes_and_she_hears_of_it(place: Town) -> None:
    await are_there(place, BEA, CLEO)
    await wants(place)
    for who in (BEA, CLEO):
        place.posts(who, await place.direct(who), "yes")
    await place.settle()
    await says(place, BEA, "leave")
    assert await heard(place, ALICE, "group.left_alone", name="bea")
    room = await comes(place, ALICE)
    assert place.room(room).invited == {CLEO}


async def test_with_one_of_whom_she_was_asked_too(place: Town) -> None:
    await are_there(place, BEA, CLEO)
    await wants(place)
    await says(place, ALICE, "begin")
    await says(place, BEA, "yes")
    await says(place, BEA, "leave")
    assert not await heard(place, ALICE, "group.one_more", name="bea", user=BEA)
    found = await case(place)
    assert found
    assert found.companions == ()


async def test_who_was_asked_and_has_not_answered_is_not_asked_again_when_the_first_one_goes(
    place: Town,
) -> None:
    await are_there(place, BEA, CLEO)
    await wants(place)
    await says(place, BEA, "yes")
    before = len(place.room(await place.direct(CLEO)).timeline)
    await says(place, ALICE, "someone else")
    assert len(place.room(await place.direct(CLEO)).timeline) == before
    assert await offers(place) == [CLEO]
    assert await state(place) is CaseState.SEEKING
    assert await heard(place, ALICE, "case.may_still")
    await says(place, CLEO, "yes")
    assert await state(place) is CaseState.INVITED


@pytest.mark.parametrize("how", ["stop", "late", "removed"])
async def test_who_has_not_answered_is_told_that_it_is_over(place: Town, how: str) -> None:
    await are_there(place, BEA, CLEO)
    await wants(place)
    await says(place, BEA, "yes")
    if how == "stop":
        await says(place, ALICE, "stop")
    elif how == "late":
        await place.later(3 * HOUR)
    else:
        place.leaves(ALICE, LOUNGE, known=False, removed=True)
        await place.settle()
    assert await place.hears_privately(CLEO) == [texts.text("case.gone")]


async def test_a_no_is_thanked_whenever_it_comes(place: Town) -> None:
    await are_there(place, BEA, CLEO)
    await wants(place)
    await says(place, BEA, "yes")
    await says(place, CLEO, "no")
    assert await heard(place, CLEO, "case.declined")
    assert await offers(place) == []


async def test_who_wants_a_rest_is_not_asked_any_more(place: Town) -> None:
    await are_there(place, BEA, CLEO)
    await wants(place)
    await says(place, BEA, "yes")
    await says(place, CLEO, "pause")
    await says(place, BEA, "pause")
    assert await offers(place) == []
    found = await case(place)
    assert found
    assert [one.user for one in found.companions] == [BEA]


# ---- Who is there, goes ----


async def test_who_goes_leaves_two_rooms_at_once(place: Town) -> None:
    first = await works(place, BEA)
    await reports(place, HARASSED)
    await says(place, ALICE, "1")
    await says(place, BEA, "yes")
    second = await comes(place, ALICE)
    await comes(place, BEA)
    await says(place, BEA, "leave")
    assert BEA not in place.room(first).members | place.room(second).members


@pytest.mark.parametrize("done", [False, True])
async def test_who_wants_to_be_forgotten_is_named_by_nothing(place: Town, *, done: bool) -> None:
    await works(place, BEA, CLEO)
    await there(place, BEA, "done 1")
    await there(place, BEA, "take 2")
    if done:
        await there(place, ALICE, "close")
    await says(place, BEA, "forget me")
    assert await place.rows(f"SELECT 1 FROM steps WHERE who = '{BEA}'") == []
    assert await place.rows(f"SELECT 1 FROM cases WHERE companions || out || offers LIKE '%{BEA}%'") == []
    assert await place.rows(f"SELECT 1 FROM steps WHERE state = '{StepState.DONE.value}'") == [(1,)]


async def test_when_she_is_removed_from_the_community_nothing_is_left(place: Town) -> None:
    await works(place, BEA)
    place.leaves(ALICE, LOUNGE, known=False, removed=True)
    await place.settle()
    assert await case(place) is None
    assert await place.bodies() == []
    assert place.reads(LOUNGE) == []
    assert await heard(place, BEA, "group.gone")


@pytest.mark.parametrize("how", ["late", "removed", "over"])
async def test_what_its_room_was_told_goes_with_it(place: Town, how: str) -> None:
    await are_there(place, BEA)
    await wants(place)
    assert len(place.reads(LOUNGE)) == 1
    await says(place, BEA, "yes")
    if how == "late":
        await place.later(3 * HOUR)
    elif how == "removed":
        place.leaves(ALICE, LOUNGE, known=False, removed=True)
        await place.settle()
    else:
        await comes(place, ALICE)
        await there(place, ALICE, "close")
        await place.later(DAY)
    assert place.reads(LOUNGE) == []
    assert not any("#1" in line for line in place.reads(STEWARDS))
    assert await place.bodies() == []


async def test_when_the_bot_is_put_out_of_the_room_she_can_begin_anew(place: Town) -> None:
    room = await works(place, BEA)
    await there(place, BEA, "done 1")
    place.leaves(BOT, room, removed=True)
    await place.settle()
    assert await state(place) is CaseState.NOBODY
    assert await heard(place, ALICE, "group.no_room_requester")
    assert await heard(place, BEA, "group.no_room")
    await says(place, ALICE, "begin")
    again = await comes(place, ALICE)
    assert "✅" in place.reads(again)[-1]


async def test_a_tick_with_a_slip_is_one_once_it_is_corrected(place: Town) -> None:
    room = await works(place, BEA)
    event = await there(place, BEA, "dnoe 1")
    place.edits(BEA, room, event, "done 1: it is down")
    await place.settle()
    assert "it is down" in place.reads(room)[-1]


# ---- Nobody without her yes ----


async def test_whom_she_has_not_answered_about_is_not_let_in_by_her_coming(place: Town) -> None:
    await are_there(place, BEA, CLEO)
    await wants(place)
    await says(place, BEA, "yes")
    await says(place, CLEO, "yes")
    room = await comes(place, ALICE)
    assert place.room(room).invited == {BEA}
    await place.later(30 * MINUTE)
    found = await case(place)
    assert found
    assert [one.user for one in found.companions] == [CLEO]  # who did not come is let go, who waits is not
    assert place.room(room).invited == set()


async def test_whom_she_agrees_to_before_she_comes_is_invited_after_it(place: Town) -> None:
    await are_there(place, BEA, CLEO)
    await wants(place)
    await says(place, BEA, "yes")
    await says(place, CLEO, "yes")
    await says(place, ALICE, "yes")
    room = invited_to(place, ALICE)
    assert place.room(room).invited == {ALICE}
    await comes(place, ALICE)
    assert place.room(room).invited == {BEA, CLEO}


async def test_a_steward_takes_it_too_only_as_a_responder_and_once(place: Town) -> None:
    await are_there(place, BEA)
    await wants(place)
    await says(place, BEA, "yes")
    await steward(place, "take 1")
    assert texts.text("details.stewards_no_responder", number=1) in place.reads(STEWARDS)
    await are_there(place, STEWARD, first=201)
    await steward(place, "take 1")
    await steward(place, "take 1")
    assert texts.text("case.stewards_own", number=1) in place.reads(STEWARDS)
    found = await case(place)
    assert found
    assert [(one.user, one.agreed) for one in found.companions] == [(BEA, True), (STEWARD, False)]


async def test_who_changes_their_name_there_has_not_come_anew(place: Town) -> None:
    room = await works(place, BEA)
    before = len(place.room(room).timeline)
    place.joins(BEA, room)
    await place.settle()
    assert len(place.room(room).timeline) == before


async def test_who_leaves_by_themselves_is_neither_removed_nor_told(place: Town) -> None:
    room = await works(place, BEA)
    before = await place.hears_privately(BEA)
    place.leaves(BEA, room)
    await place.settle()
    assert ("Remove", room) not in place.matrix.performed
    assert await place.hears_privately(BEA) == before[1:]  # but the offer is gone


async def test_who_wants_to_be_asked_no_more_hears_that_once(place: Town) -> None:
    await works(place, BEA)
    await says(place, BEA, "leave")
    assert not await heard(place, BEA, "case.not_this_time")


async def test_of_whom_she_had_not_heard_she_hears_nothing(place: Town) -> None:
    await are_there(place, BEA, CLEO)
    await wants(place)
    place.matrix.outcomes["CreatePrivate"] = [RetryAt(MINUTE)]
    await says(place, BEA, "yes")
    await says(place, CLEO, "yes")
    await says(place, CLEO, "leave")
    assert not await heard(place, ALICE, "group.left_alone", name="cleo")


async def test_nor_of_whom_she_was_only_asked_about(place: Town) -> None:
    await are_there(place, BEA, CLEO)
    await wants(place)
    await says(place, BEA, "yes")
    await says(place, CLEO, "yes")
    await says(place, CLEO, "leave")
    assert not await heard(place, ALICE, "group.left_alone", name="cleo")


async def test_a_record_alone_said_again_asks_nobody(place: Town) -> None:
    await are_there(place, BEA)
    await wants(place, "4")
    await comes(place, ALICE)
    await says(place, ALICE, "4")
    await place.later(HOUR)
    assert await offers(place) == []


# ---- At the same moment ----


@pytest.mark.parametrize("first", [ALICE, BEA])
async def test_a_yes_and_a_stop_in_the_same_moment(place: Town, first: str) -> None:
    await are_there(place, BEA)
    await wants(place)
    said = [(BEA, "yes"), (ALICE, "stop")]
    for who, word in said if first == BEA else reversed(said):
        place.posts(who, await place.direct(who), word)
    await place.settle()
    assert await case(place) is None
    assert not [room for room in place.matrix.rooms.values() if room.private and BOT in room.members]
    assert await place.rows("SELECT 1 FROM privates") == []


async def test_a_room_that_is_made_after_a_stop_is_left(place: Town) -> None:
    await are_there(place, BEA)
    await wants(place)
    place.matrix.outcomes["CreatePrivate"] = [RetryAt(MINUTE)]
    await says(place, BEA, "yes")
    await says(place, ALICE, "stop")
    await place.later(HOUR)
    assert not [room for room in place.matrix.rooms.values() if room.private and BOT in room.members]
    assert await place.rows("SELECT 1 FROM privates") == []
    assert await place.rows("SELECT 1 FROM outbox") == []


# ---- What she wants ----


@pytest.mark.parametrize("said", ["nothing has changed since, he still calls", "5 of them wrote again"])
async def test_a_sentence_ends_nothing(place: Town, said: str) -> None:
    await works(place, BEA)
    await says(place, ALICE, said)
    assert await state(place) is CaseState.WORKING
    assert await heard(place, ALICE, "group.alone")


async def test_nothing_more_for_now_is_enough(place: Town) -> None:
    await wants(place, "nothing more for now, please")
    assert await case(place) is None


async def test_with_two_open_nothing_asks_which(place: Town) -> None:
    await wants(place)
    await reports(place, HARASSED)
    await says(place, ALICE, "1")
    await says(place, ALICE, "nothing")
    assert len(await place.store.people.cases()) == 2
    assert await heard(place, ALICE, "group.which", number=2)


async def test_a_choice_is_about_what_was_asked(place: Town) -> None:
    """Not about the newest, where that was chosen for already."""
    await reports(place)
    await reports(place, HARASSED)
    await says(place, ALICE, "1")
    await says(place, ALICE, "3")
    assert [one.wishes for one in await place.store.people.cases()] == [("lock",), ("report",)]


async def test_a_record_is_of_what_is_over_even_if_something_else_is_open(place: Town) -> None:
    await works(place, BEA)
    await there(place, ALICE, "close")
    await reports(place, HARASSED)
    await says(place, ALICE, "1")
    await says(place, ALICE, "record")
    chat = place.room(await place.direct(ALICE))
    assert len([one for one in chat.timeline if one.file]) == 1
    assert [one.wishes for one in await place.store.people.cases()] == [("report",)]


async def test_who_wants_a_record_later_has_all_of_it(place: Town) -> None:
    await works(place, BEA)
    await says(place, ALICE, "1 4")
    await there(place, ALICE, "he wrote again at nine")
    await there(place, ALICE, "close")
    await says(place, ALICE, "record")
    (document,) = [one.file.text for one in place.room(await place.direct(ALICE)).timeline if one.file]
    assert DOXX in document
    assert "he wrote again at nine" in document


async def test_the_record_has_the_words_as_they_are_now(place: Town) -> None:
    event = await reports(place, WORDS)
    await says(place, ALICE, "4")
    await comes(place, ALICE)
    place.edits(ALICE, LOUNGE, event, "#swsdoxx #nyc somebody shares where I work")
    await place.settle()
    (kept,) = await place.store.steps.evidence((await case(place)).subject)  # type: ignore[union-attr]
    assert "where I work" in kept.text


async def test_who_wanted_a_record_alone_and_now_somebody_is_heard(place: Town) -> None:
    await are_there(place, BEA)
    await wants(place, "4")
    await comes(place, ALICE)
    await says(place, ALICE, "2 4")
    await place.later(MINUTE)
    assert await offers(place) == [BEA]
    asked = (await place.hears_privately(ALICE))[-1]
    assert "begin" not in asked


async def test_who_is_in_the_chat_is_not_told_to_begin(place: Town) -> None:
    await works(place, BEA)
    await says(place, BEA, "leave")
    told = (await place.hears_privately(ALICE))[-1]
    assert "can't be there any more" in told
    assert "begin" not in told


# ---- The message ----


async def test_with_both_tags_it_is_one(place: Town) -> None:
    await reports(place, "#swsharrassment #swsdoxx #nyc he shares where I live and writes all night")
    assert [one.feature for one in await place.store.people.cases()] == ["doxx"]
    assert len(place.reads(LOUNGE)) == 1
    assert len(await place.hears_privately(ALICE)) == 1


async def test_details_that_an_edit_adds_are_removed_and_she_is_told_why(place: Town) -> None:
    event = await reports(place, WORDS)
    await says(place, ALICE, "1")
    place.edits(ALICE, LOUNGE, event, "#swsdoxx #nyc he shares +1 212 555 0123")
    await place.settle()
    assert await heard(place, ALICE, "removing.author", file="")
    assert not any("0123" in one.text for one in place.room(LOUNGE).timeline)


async def test_an_edit_after_the_end_calls_nobody(place: Town) -> None:
    await are_there(place, BEA)
    event = await reports(place, WORDS)
    await says(place, ALICE, "begin")
    await comes(place, ALICE)
    await there(place, ALICE, "close")
    await place.later(2 * HOUR)
    place.edits(ALICE, LOUNGE, event, "#swsdoxx #nyc somebody shares where I work")
    await place.settle()
    assert place.reads(LOUNGE) == []


# ---- Its picture ----


async def with_picture(place: Town) -> EventId:
    event = place.posts(ALICE, LOUNGE, WORDS, attached=True, picture=SHOWN)
    await place.settle()
    return event


async def test_a_picture_is_shown_made_anew_however_late_that_is(place: Town) -> None:
    await are_there(place, BEA)
    await with_picture(place)
    await says(place, ALICE, "1")
    await says(place, BEA, "yes")
    place.matrix.outcomes["RemakePicture"] = [RetryAt(MINUTE)]
    room = await comes(place, ALICE)
    await comes(place, BEA)
    assert await seen(place, room) == []
    await place.later(MINUTE)
    assert await seen(place, room) == [remade(SHOWN).url]


async def test_who_comes_later_sees_it_made_anew_too(place: Town) -> None:
    await are_there(place, BEA)
    await with_picture(place)
    await says(place, ALICE, "1")
    await says(place, BEA, "yes")
    room = await comes(place, ALICE)
    await comes(place, BEA)
    assert await seen(place, room) == [remade(SHOWN).url]


async def test_a_picture_that_cannot_be_made_anew_is_shown_to_nobody(place: Town) -> None:
    await are_there(place, BEA)
    await with_picture(place)
    place.matrix.broken[SHOWN.url] = "PICTURE_UNREADABLE"
    await says(place, ALICE, "1")
    await says(place, BEA, "yes")
    room = await comes(place, ALICE)
    await comes(place, BEA)
    assert await seen(place, room) == []


async def test_an_edited_picture_is_made_anew_before_it_is_shown(place: Town) -> None:
    await are_there(place, BEA)
    event = await with_picture(place)
    await says(place, ALICE, "1")
    await says(place, BEA, "yes")
    room = await comes(place, ALICE)
    other = Picture(url="mxc://example.org/other", key="key", iv="iv", sha256="hash")
    place.edits(ALICE, LOUNGE, event, WORDS, attached=True, picture=other)
    await place.settle()
    assert await seen(place, room) == [remade(other).url]
    await comes(place, BEA)
    assert await seen(place, room) == [remade(other).url]


# ---- Devices that nobody vouches for ----


@pytest.mark.parametrize("said", ["done 1", "stop", "close"])
async def test_a_device_that_nobody_vouches_for_moves_nothing(place: Town, said: str) -> None:
    room = await works(place, BEA)
    card = place.reads(room)[-1]
    event = await there(place, ALICE, said, signed=False)
    assert await state(place) is CaseState.WORKING
    assert place.reads(room)[-1] == card
    assert place.reactions(room, event) == ["❓"]


async def test_what_such_a_device_says_is_no_evidence(place: Town) -> None:
    await wants(place, "1 4")
    await says(place, ALICE, "begin")
    room = await comes(place, ALICE)
    mine = await there(place, ALICE, "he wrote at nine")
    await there(place, ALICE, "I made all of this up", signed=False)
    place.edits(ALICE, room, mine, "I made this up", signed=False)
    await place.settle()
    found = await case(place)
    assert found
    texts_kept = {one.text for one in await place.store.steps.evidence(found.subject)}
    assert texts_kept == {DOXX, "he wrote at nine"}
    assert case_room(place) == room


async def test_nobody_else_changes_what_is_kept_of_her_words_or_ticks_the_list(place: Town) -> None:
    await are_there(place, BEA)
    await wants(place, "1 4")
    await says(place, BEA, "yes")
    room = await comes(place, ALICE)
    await comes(place, BEA)
    mine = await there(place, ALICE, "he wrote at nine")
    before = place.reads(room)[-1]
    place.deletes(BEA, room, mine)
    place.edits(BEA, room, mine, "he wrote at ten")
    for event in [one.event for one in place.room(room).timeline if one.sender == BOT]:
        place.reacts(CLEO, room, event, "1️⃣")
    await place.settle()
    found = await case(place)
    assert found
    assert "he wrote at nine" in {one.text for one in await place.store.steps.evidence(found.subject)}
    assert place.reads(room)[-1] == before
