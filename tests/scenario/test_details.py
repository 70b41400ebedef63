"""What identifies somebody goes to a trusted responder, whole, or nowhere: how the stories of it end."""

from __future__ import annotations

from dataclasses import replace

import pytest

from swsmatrix import texts
from swsmatrix.model import CaseState, PostState, SupporterState
from swsmatrix.protocol import DAY, HOUR, MINUTE, SECOND, Refused, RetryAt, UserId
from tests.fake_matrix import BOT
from tests.scenario import details_stories as stories
from tests.scenario.details_stories import (
    WARNING,
    are_there,
    goes_out_without,
    steward,
    wants_it_private,
    warns,
    writes,
)
from tests.scenario.help_stories import invited_to, joins, private_rooms, says
from tests.town import ALICE, BEA, CLEO, LOUNGE, NYC, STEWARD, STEWARDS, Town

NUMBER = "555 0123"


async def state(place: Town) -> CaseState | None:
    cases = await place.store.people.cases()
    return cases[0].state if cases else None


async def post_state(place: Town) -> PostState | None:
    posts = await place.store.records.open_posts()
    return posts[0].state if posts else None


async def said_to(place: Town, who: UserId, key: str, **values: object) -> bool:
    return texts.text(key, **values) in await place.hears_privately(who)


async def who_read(place: Town, words: str) -> set[str]:
    """The rooms in which the bot ever said ``words``, redacted or not; but for its question to Alice."""
    asked = await place.direct(ALICE)
    return {
        room.id
        for room in place.matrix.rooms.values()
        for shown in room.timeline
        if shown.sender == BOT and words in shown.text and room.id != asked
    }


# ---- `private` ----


async def test_all_of_it_goes_to_the_one_responder_and_nowhere_else(place: Town) -> None:
    await stories.she_tells_all_of_it_to_a_responder(place)
    (room,) = private_rooms(place, left=True)
    assert place.room(room).members == {ALICE, BEA}
    assert place.reads(room) == [texts.text("details.together", words=WARNING)]
    assert await who_read(place, NUMBER) == {room}
    assert place.reads(NYC) == place.reads(STEWARDS) == []
    assert await place.hears_privately(CLEO) == []
    records = place.store.records
    assert (await place.store.people.cases(), await records.open_posts()) == ((), ())
    assert await place.rows("SELECT 1 FROM outbox") == []
    assert await place.rows("SELECT 1 FROM bodies") == []


async def test_nothing_is_said_in_the_room_before_both_are_there(place: Town) -> None:
    await are_there(place, BEA)
    await wants_it_private(place)
    await says(place, BEA, "yes")
    room = await joins(place, ALICE)
    assert place.reads(room) == []
    assert await state(place) is CaseState.JOINED


async def test_an_offer_tells_place_and_time_and_nothing_of_the_words_or_whose_they_are(place: Town) -> None:
    await are_there(place, BEA)
    await wants_it_private(place)
    (offer,) = await place.hears_privately(BEA)
    assert "New York City · " in offer
    for word in ("calls", "hangs", "555", "alice", "taken out", "sws"):
        assert word not in offer


async def test_its_author_is_told_what_becomes_of_it_and_the_question_is_gone(place: Town) -> None:
    await are_there(place, BEA)
    await wants_it_private(place)
    read = texts.text("details.read_words")
    told = texts.text("details.asking", people="one person", read=read)
    assert await place.hears_privately(ALICE) == [told]
    assert await post_state(place) is PostState.TRUSTED


async def test_its_author_learns_who_said_yes_and_what_they_will_read(place: Town) -> None:
    await are_there(place, BEA)
    await wants_it_private(place)
    await says(place, BEA, "yes")
    told = (await place.hears_privately(ALICE))[-1]
    assert f"bea ({BEA})" in told
    assert texts.text("details.bot_leaves") in told


@pytest.mark.parametrize("trusted", [(), (BEA,)])
async def test_without_anybody_the_truth_is_told_and_the_stewards_learn_no_word(
    place: Town, trusted: tuple[UserId, ...]
) -> None:
    await are_there(place, *trusted, others=(CLEO,))
    await wants_it_private(place)
    if trusted:
        await says(place, BEA, "no")
    assert await state(place) is CaseState.NOBODY
    told = (await place.hears_privately(ALICE))[-1]
    assert told.startswith("Nobody is there for it yet.")
    assert "`send`" in told
    assert "nobody can be sent" in told
    assert "Call the night line" in told
    (line,) = place.reads(STEWARDS)
    assert "#1: #swsdanger · New York City · " in line
    assert "hangs" not in line
    assert await place.hears_privately(CLEO) == []


async def test_sent_after_all_it_goes_out_struck_and_nobody_is_asked_any_more(place: Town) -> None:
    await stories.nobody_is_trusted_and_she_sends_it(place)
    (relay,) = place.reads(NYC)
    assert texts.text("kind.phone_gone") in relay
    assert await post_state(place) is PostState.UP
    assert await state(place) is None
    assert place.reads(STEWARDS) == []
    assert not any(NUMBER in body for body in await place.bodies())


async def test_sent_after_a_yes_the_chat_is_closed_and_the_responder_told(place: Town) -> None:
    await stories.she_sends_it_after_a_yes(place)
    assert len(place.reads(NYC)) == 1
    assert await state(place) is None
    assert private_rooms(place) == []
    assert not any(room.invited for room in place.matrix.rooms.values() if room.private)
    assert await said_to(place, BEA, "case.gone")
    assert await said_to(place, ALICE, "answer.sent_struck", region="New York City")
    assert not await said_to(place, ALICE, "case.closed")


@pytest.mark.parametrize("word", ["drop", "cancel"])
async def test_dropped_it_is_forgotten_with_one_answer(place: Town, word: str) -> None:
    await are_there(place, BEA)
    await wants_it_private(place)
    await says(place, ALICE, word)
    assert (await state(place), await post_state(place)) == (None, None)
    assert (await place.hears_privately(ALICE))[-1] == texts.text("answer.dropped")
    assert not await said_to(place, ALICE, "case.closed")
    assert await place.hears_privately(BEA) == [texts.text("case.gone")]


@pytest.mark.parametrize("word", ["no", "someone else"])
async def test_its_author_can_want_another_responder(place: Town, word: str) -> None:
    await are_there(place, BEA, STEWARD, others=(CLEO,))
    place.world = replace(place.world, wave=1)
    await place.restart()
    await wants_it_private(place)
    await says(place, BEA, "yes")
    await says(place, ALICE, word)
    assert await state(place) is CaseState.SEEKING
    assert len(await place.hears_privately(STEWARD)) == 1
    assert await place.hears_privately(CLEO) == []


async def test_edited_after_joining_nothing_is_handed_over_and_its_author_is_asked_anew(place: Town) -> None:
    await stories.she_edits_it_after_joining(place)
    assert await post_state(place) is PostState.HELD
    assert await state(place) is None
    assert private_rooms(place) == []
    assert await who_read(place, "555 01") == set()
    assert "555 0199" in (await place.hears_privately(ALICE))[-1]
    assert await said_to(place, BEA, "case.gone")


async def test_edited_so_that_nothing_identifies_anybody_it_goes_out(place: Town) -> None:
    await are_there(place, BEA)
    event = await wants_it_private(place)
    place.edits(ALICE, LOUNGE, event, "#swsdanger #nyc he calls, hangs up")
    await place.settle()
    assert len(place.reads(NYC)) == 1
    assert await state(place) is None
    assert any(text == texts.text("answer.history") for text in await place.hears_privately(ALICE))


async def test_deleted_as_the_responder_arrives_it_is_not_said(place: Town) -> None:
    await stories.she_deletes_it_as_the_responder_arrives(place)
    assert await who_read(place, NUMBER) == set()
    assert await state(place) is None
    assert private_rooms(place) == []
    assert await place.bodies() == []


async def test_said_but_not_heard_of_yet_it_is_redacted_when_its_author_deletes(place: Town) -> None:
    """Whether the sending came to anything is not known yet when the message is deleted."""
    await are_there(place, BEA)
    event = await wants_it_private(place)
    await says(place, BEA, "yes")
    room = await joins(place, ALICE)
    place.matrix.outcomes["Say"] = [RetryAt(10 * SECOND)]
    await joins(place, BEA)
    place.deletes(ALICE, LOUNGE, event)
    await place.settle()
    # If it is to be said after all, so that it can be redacted, then not to them.
    assert BEA not in place.room(room).members
    assert await who_read(place, NUMBER) == set()
    await place.later(MINUTE)
    assert not any(NUMBER in text for text in place.reads(room))
    assert private_rooms(place) == []
    assert not any("could not be delivered" in line for line in place.reads(STEWARDS))


async def test_who_is_not_the_responder_that_was_accepted_reads_nothing(place: Town) -> None:
    await stories.somebody_else_arrives_in_the_responders_name(place)
    assert await who_read(place, NUMBER) == set()
    bea = await place.store.people.supporter(BEA)
    assert bea
    assert bea.state is SupporterState.SUSPENDED
    cases = await place.store.people.cases()
    assert [(case.state, case.companions) for case in cases] == [(CaseState.SEEKING, ())]
    assert BEA in cases[0].out
    told = (await place.hears_privately(ALICE))[-1]
    assert told.startswith("I'm sorry, they can't come after all.")
    assert private_rooms(place) == []


async def test_who_never_comes_keeps_the_warning_and_the_choice(place: Town) -> None:
    await stories.she_never_comes(place)
    assert await said_to(place, ALICE, "details.late")
    assert await state(place) is None
    assert await post_state(place) is PostState.TRUSTED
    assert place.reads(NYC) == []
    await says(place, ALICE, "send")
    assert len(place.reads(NYC)) == 1


async def test_it_is_forgotten_with_all_of_it_when_it_expires(place: Town) -> None:
    await are_there(place, BEA)
    await wants_it_private(place)
    await place.later(31 * DAY)
    assert (await state(place), await post_state(place)) == (None, None)
    assert await place.bodies() == []


async def test_the_stewards_are_not_shown_it_nor_can_they_send_it(place: Town) -> None:
    await wants_it_private(place)
    await steward(place, "show 1")
    assert place.reads(STEWARDS)[-1] == texts.text("stewards.trusted", number=1)
    await steward(place, "send 1")
    assert place.reads(STEWARDS)[-1] == texts.text("stewards.not_waiting", number=1)
    await steward(place, "waiting")
    line = place.reads(STEWARDS)[-1]
    assert "for trusted responders only, nobody is there yet: `take 1`" in line
    assert "hangs" not in line
    assert place.reads(NYC) == []


async def test_only_a_responder_among_the_stewards_can_take_it(place: Town) -> None:
    await are_there(place, others=(STEWARD,))
    await wants_it_private(place)
    await steward(place, "take 1")
    assert place.reads(STEWARDS)[-1] == texts.text("details.stewards_no_responder", number=1)
    assert await state(place) is CaseState.NOBODY
    await steward(place, "responder 101")
    await steward(place, "take 1")
    assert await state(place) is CaseState.INVITED
    assert "dora takes #1." in place.reads(STEWARDS)


async def test_a_steward_who_is_a_responder_takes_it(place: Town) -> None:
    await stories.a_steward_who_is_a_responder_takes_it(place)
    (room,) = private_rooms(place, left=True)
    assert place.room(room).members == {ALICE, STEWARD}
    assert NUMBER in place.reads(room)[0]


async def test_ten_minutes_without_an_answer_are_as_before(place: Town) -> None:
    await are_there(place, BEA)
    await warns(place)
    await place.later(10 * MINUTE)
    assert len(place.reads(STEWARDS)) == 1
    await says(place, ALICE, "private")
    assert place.reads(STEWARDS) == []
    await place.later(10 * MINUTE)
    assert await post_state(place) is PostState.TRUSTED


async def test_where_the_bot_stays_it_says_so(place: Town) -> None:
    await are_there(place, BEA)
    place.world = replace(place.world, bot_stays=True)
    await place.restart()
    await wants_it_private(place)
    await says(place, BEA, "yes")
    assert texts.text("details.bot_stays") in (await place.hears_privately(ALICE))[-1]
    await joins(place, ALICE)
    room = await joins(place, BEA)
    assert place.reads(room) == [texts.text("details.together_stays", words=WARNING)]


async def test_after_both_met_there_is_nothing_left_to_send(place: Town) -> None:
    await are_there(place, BEA)
    await wants_it_private(place)
    await says(place, BEA, "yes")
    await joins(place, ALICE)
    room = await joins(place, BEA)
    assert not any(NUMBER in body for body in await place.bodies())
    await says(place, ALICE, "send")
    assert await said_to(place, ALICE, "answer.nothing_waits")
    assert place.reads(NYC) == []
    assert len(place.reads(room)) == 1


async def test_a_new_warning_in_its_place_stays_when_the_chat_is_a_day_old(place: Town) -> None:
    await are_there(place, BEA)
    event = await wants_it_private(place)
    await says(place, BEA, "yes")
    await joins(place, ALICE)
    await joins(place, BEA)
    place.edits(ALICE, LOUNGE, event, "#swsdanger #nyc he calls, hangs up")
    await place.settle()
    await place.later(DAY)
    assert await post_state(place) is PostState.UP
    assert len(place.reads(NYC)) == 1


# ---- `details` ----


async def test_who_was_asked_and_comes_tells_it_themselves(place: Town) -> None:
    await stories.a_responder_asks_and_she_tells(place)
    (room,) = private_rooms(place, left=True)
    assert place.room(room).members == {ALICE, BEA}
    assert place.reads(room) == [texts.text("case.together")]
    # The warning stays what it was.
    assert len(place.reads(NYC)) == 1
    assert await post_state(place) is PostState.UP
    assert await state(place) is None


async def test_its_author_is_told_who_asks_and_that_they_owe_nothing(place: Town) -> None:
    await are_there(place, BEA)
    await goes_out_without(place)
    await writes(place, BEA, "details 1")
    told = (await place.hears_privately(ALICE))[-1]
    assert f"bea ({BEA})" in told
    assert "You owe nobody an answer." in told
    assert "#1" in told
    assert place.room(invited_to(place, ALICE)).invited == {ALICE}
    assert await said_to(place, BEA, "asked.thanks")
    assert place.reads(STEWARDS) == []


async def test_declined_nobody_is_asked_next_nor_does_anybody_ask_again(place: Town) -> None:
    await stories.a_responder_asks_and_she_declines(place)
    assert await state(place) is None
    assert private_rooms(place) == []
    assert await said_to(place, ALICE, "asked.someone_else")
    assert await said_to(place, BEA, "case.not_this_time")
    assert place.reads(STEWARDS) == [texts.text("asked.before", number=1)]
    assert await place.hears_privately(STEWARD) == []
    assert await post_state(place) is PostState.UP


async def test_answering_no_is_declining(place: Town) -> None:
    await are_there(place, BEA)
    await goes_out_without(place)
    await writes(place, BEA, "details 1")
    await says(place, ALICE, "no")
    assert await said_to(place, ALICE, "asked.someone_else")
    assert await state(place) is None


async def test_who_lets_it_be_is_not_reminded_and_the_warning_stays(place: Town) -> None:
    await are_there(place, STEWARD)
    await goes_out_without(place)
    await steward(place, "details 1")
    assert place.reads(STEWARDS) == [texts.text("asked.stewards_take", who="dora", number=1)]
    told = await place.hears_privately(ALICE)
    await place.later(HOUR)
    assert await place.hears_privately(ALICE) == told
    await place.later(HOUR)
    assert await said_to(place, ALICE, "asked.late")
    assert await said_to(place, STEWARD, "case.late_supporter")
    assert await post_state(place) is PostState.UP
    assert len(place.reads(NYC)) == 1
    await steward(place, "details 1")
    assert place.reads(STEWARDS)[-1] == texts.text("asked.before", number=1)


async def test_a_responder_who_does_not_come_is_not_followed_by_another(place: Town) -> None:
    await are_there(place, BEA, STEWARD)
    await goes_out_without(place)
    await writes(place, BEA, "details 1")
    await joins(place, ALICE)
    await place.later(10 * MINUTE)
    assert await said_to(place, ALICE, "asked.stuck")
    assert await state(place) is None
    assert await place.hears_privately(STEWARD) == []


async def test_a_room_that_cannot_be_made_is_told_to_who_asked_alone(place: Town) -> None:
    await are_there(place, BEA)
    await goes_out_without(place)
    told = await place.hears_privately(ALICE)
    place.matrix.outcomes["CreatePrivate"] = [Refused("M_FORBIDDEN")]
    await writes(place, BEA, "details 1")
    assert await state(place) is None
    assert await said_to(place, BEA, "case.no_room")
    assert await place.hears_privately(ALICE) == told
    await writes(place, BEA, "details 1")
    assert await state(place) is CaseState.INVITED


async def test_a_warning_that_goes_takes_the_question_with_it(place: Town) -> None:
    await stories.the_warning_is_deleted_while_she_is_asked(place)
    assert await state(place) is None
    assert private_rooms(place) == []
    assert not any(room.invited for room in place.matrix.rooms.values() if room.private)
    assert await said_to(place, BEA, "case.gone")


@pytest.mark.parametrize("asks", ["direct", "stewards"])
async def test_only_a_responder_may_ask(place: Town, asks: str) -> None:
    await are_there(place, others=(STEWARD,))
    await goes_out_without(place)
    told = await place.hears_privately(ALICE)
    if asks == "direct":
        await writes(place, STEWARD, "details 1")
        assert await said_to(place, STEWARD, "asked.no_responder")
    else:
        await steward(place, "details 1")
        assert place.reads(STEWARDS) == [texts.text("asked.no_responder")]
    assert await state(place) is None
    assert await place.hears_privately(ALICE) == told


async def test_a_responder_of_another_identity_may_not_ask(place: Town) -> None:
    await are_there(place, BEA)
    await goes_out_without(place)
    room = place.opens_direct(BEA)
    await place.settle()
    place.posts(BEA, room, "details 1", identity="another key")
    await place.settle()
    assert await said_to(place, BEA, "asked.no_responder")
    assert await state(place) is None


@pytest.mark.parametrize(
    ("text", "word", "key"),
    [
        (WARNING, "details 7", "asked.no_such"),
        (WARNING, "details", "asked.no_such"),
        (WARNING, "details 1", "asked.no_such"),
        ("#swsdanger #nyc he calls, hangs up", "details 1", "asked.nothing_struck"),
        ("#swsfyi #nyc the night kitchen is open", "details 1", "asked.no_such"),
    ],
)
async def test_only_what_was_struck_out_of_a_warning_that_is_out_can_be_asked_for(
    place: Town, text: str, word: str, key: str
) -> None:
    await are_there(place, BEA)
    place.posts(ALICE, LOUNGE, text)
    await place.settle()
    await writes(place, BEA, word)
    assert await said_to(place, BEA, key, number=word[8:] or "?")
    assert await state(place) is None


async def test_a_reply_to_what_warnings_shows_names_it(place: Town) -> None:
    await are_there(place, BEA)
    await goes_out_without(place)
    place.posts(CLEO, LOUNGE, "#swsdanger #nyc a grey van waits by the bridge")
    await place.settle()
    await writes(place, BEA, "warnings #nyc")
    room = await place.direct(BEA)
    shown = next(one.event for one in place.room(room).timeline if "hangs up" in one.text)
    place.posts(BEA, room, "details", reply_to=shown)
    await place.settle()
    cases = await place.store.people.cases()
    assert [(case.feature, case.number, case.state) for case in cases] == [("asked", 1, CaseState.INVITED)]


async def test_nobody_asks_themselves(place: Town) -> None:
    await are_there(place, ALICE)
    await goes_out_without(place)
    await says(place, ALICE, "details 1")
    assert await said_to(place, ALICE, "asked.own", number=1)


async def test_the_stewards_list_and_the_authors_status_know_nothing_of_who_asks(place: Town) -> None:
    await are_there(place, BEA)
    await goes_out_without(place)
    await writes(place, BEA, "details 1")
    await steward(place, "waiting")
    assert place.reads(STEWARDS) == [texts.text("stewards.waiting_none")]
    await says(place, ALICE, "status")
    assert "#swsdanger · New York City: up until " in (await place.hears_privately(ALICE))[-1]


# ---- `responder` ----


async def is_responder(place: Town) -> bool:
    bea = await place.store.people.supporter(BEA)
    return bea is not None and bea.responder


async def test_a_steward_trusts_a_supporter_and_another_takes_it_back(place: Town) -> None:
    await are_there(place, others=(BEA,))
    await steward(place, "responder 101")
    assert await is_responder(place)
    assert place.reads(STEWARDS) == [texts.text("responder.stewards_given", who="dora", number=101)]
    assert await place.hears_privately(BEA) == [texts.text("responder.given")]
    place.posts(CLEO, STEWARDS, "responder 101 no")
    await place.settle()
    assert not await is_responder(place)
    assert place.reads(STEWARDS)[-1] == texts.text("responder.stewards_taken", who="cleo", number=101)
    assert (await place.hears_privately(BEA))[-1] == texts.text("responder.taken")


async def test_who_would_rather_not_is_asked_no_more_and_the_offer_is_gone(place: Town) -> None:
    await stories.a_responder_is_made_and_would_rather_not(place)
    assert not await is_responder(place)
    assert not any("Can you be there" in text for text in await place.hears_privately(BEA))
    assert await said_to(place, BEA, "responder.declined")
    assert texts.text("responder.stewards_declined", number=101) in place.reads(STEWARDS)
    assert await state(place) is CaseState.NOBODY
    # They stay on the list as before.
    place.posts(CLEO, LOUNGE, "#swshelp #nyc somebody to walk home with?")
    await place.settle()
    assert any("walk home" in text for text in await place.hears_privately(BEA))


async def test_who_is_trusted_no_more_keeps_what_is_not_only_for_responders(place: Town) -> None:
    await are_there(place, BEA)
    place.posts(CLEO, LOUNGE, "#swshelp #nyc somebody to walk home with?")
    await place.settle()
    await steward(place, "responder 101 no")
    assert any("walk home" in text for text in await place.hears_privately(BEA))


@pytest.mark.parametrize("word", ["responder no", "leave"])
async def test_who_said_yes_and_is_a_responder_no_more_does_not_get_it(place: Town, word: str) -> None:
    await are_there(place, BEA, STEWARD)
    await wants_it_private(place)
    await says(place, BEA, "yes")
    await joins(place, ALICE)
    await says(place, BEA, word)
    assert await who_read(place, NUMBER) == set()
    assert private_rooms(place) == []
    assert "Can you be there" in (await place.hears_privately(STEWARD))[-1]


@pytest.mark.parametrize(
    "before",
    [
        SupporterState.WAITING,
        SupporterState.SUSPENDED,
        SupporterState.DECLINED,
    ],
)
async def test_only_who_is_accepted_can_be_trusted_with_more(place: Town, before: SupporterState) -> None:
    await are_there(place, others=(BEA,))
    bea = await place.store.people.supporter(BEA)
    assert bea
    await place.knows(replace(bea, state=before))
    await steward(place, "responder 101")
    assert not await is_responder(place)
    assert place.reads(STEWARDS) == [texts.text("responder.stewards_not_accepted", number=101)]


async def test_who_has_no_pinned_identity_cannot_be_trusted_with_more(place: Town) -> None:
    await are_there(place, others=(BEA,))
    bea = await place.store.people.supporter(BEA)
    assert bea
    await place.knows(replace(bea, identity=""))
    await steward(place, "responder 101")
    assert not await is_responder(place)


async def test_another_identity_that_is_accepted_is_not_trusted_with_more(place: Town) -> None:
    await are_there(place, BEA)
    place.posts(BEA, LOUNGE, "#swssupporter #nyc", identity="a new key")
    await place.settle()
    bea = await place.store.people.supporter(BEA)
    assert bea
    assert (bea.state, bea.responder) == (SupporterState.WAITING, False)
    await steward(place, f"approve {bea.number}")
    assert not await is_responder(place)


async def test_the_same_identity_that_registers_again_stays_trusted(place: Town) -> None:
    await are_there(place, BEA)
    place.posts(BEA, LOUNGE, "#swssupporter #chicago")
    await place.settle()
    assert await is_responder(place)


async def test_while_suspended_a_responder_is_not_asked_and_may_not_ask(place: Town) -> None:
    await are_there(place, BEA)
    bea = await place.store.people.supporter(BEA)
    assert bea
    await place.knows(replace(bea, state=SupporterState.SUSPENDED))
    await goes_out_without(place)
    await writes(place, BEA, "details 1")
    assert await said_to(place, BEA, "asked.no_responder")
    await writes(place, BEA, "resume")
    await writes(place, BEA, "details 1")
    assert await state(place) is CaseState.INVITED


async def test_declined_or_forgotten_nobody_is_trusted(place: Town) -> None:
    place.posts(BEA, LOUNGE, "#swssupporter #nyc")
    await place.settle()
    for word in ("approve 1", "responder 1", "decline 1", "approve 1"):
        await steward(place, word)
        assert await is_responder(place) is (word == "responder 1")
    await steward(place, "responder 1")
    await writes(place, BEA, "forget me")
    assert await place.store.people.supporter(BEA) is None


async def test_responders_and_stewards_see_who_is_one(place: Town) -> None:
    await are_there(place, BEA)
    await writes(place, BEA, "responder")
    assert await said_to(place, BEA, "responder.is")
    await writes(place, BEA, "status")
    assert texts.text("responder.understood") in (await place.hears_privately(BEA))[-1]
    await steward(place, "show 101")
    assert texts.text("responder.understood") in (await place.hears_privately(STEWARD))[-1]
    await steward(place, "responder 101")
    assert place.reads(STEWARDS)[-1] == texts.text("responder.stewards_is", number=101)


# ---- All kinds together ----


@pytest.mark.parametrize("word", ["take 9", "take", "details 9"])
async def test_a_number_of_no_kind_is_answered_once(place: Town, word: str) -> None:
    await are_there(place, STEWARD)
    await wants_it_private(place)
    before = len(place.reads(STEWARDS))
    await steward(place, word)
    assert len(place.reads(STEWARDS)) == before + 1


async def test_each_kind_is_taken_by_its_own_number(place: Town) -> None:
    await are_there(place, STEWARD)
    await wants_it_private(place)
    place.posts(CLEO, LOUNGE, "#swshelp #chicago somebody to walk home with?")
    await place.settle()
    await steward(place, "take 2")
    cases = await place.store.people.cases()
    assert [(case.feature, case.state) for case in cases] == [
        ("details", CaseState.SEEKING),
        ("help", CaseState.INVITED),
    ]


async def test_a_request_for_company_is_no_matter_of_responders(place: Town) -> None:
    await are_there(place, BEA, others=(CLEO,))
    place.posts(ALICE, LOUNGE, "#swshelp #nyc somebody to walk home with?")
    await place.settle()
    assert len(await place.hears_privately(BEA)) == len(await place.hears_privately(CLEO)) == 1
