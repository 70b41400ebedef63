"""How the stories of help end, and the answers that people give in ways of their own."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from swsmatrix import texts
from swsmatrix.features import FEATURES
from swsmatrix.features.feature import Feature
from swsmatrix.model import CaseState, Decision, Noted, Private
from swsmatrix.protocol import DAY, HOUR, MINUTE, EventId, Refused, RetryAt, RoomSeen, UserId
from swsmatrix.routing import Input
from tests.fake_matrix import BOT
from tests.scenario import help_stories as stories
from tests.scenario.help_stories import asks, invited_to, joins, private_rooms, says, supporters
from tests.town import ALICE, BEA, CLEO, LOUNGE, STEWARD, STEWARDS, Town, town


async def state(place: Town) -> CaseState | None:
    """Of the one case; None when there is none."""
    cases = await place.store.people.cases()
    return cases[0].state if cases else None


async def said_to(place: Town, who: UserId, key: str, **values: object) -> bool:
    return texts.text(key, **values) in await place.hears_privately(who)


async def offer_of(place: Town, who: UserId) -> EventId:
    """The event of the offer that stands in somebody's direct chat."""
    timeline = place.room(await place.direct(who)).timeline
    return next(shown.event for shown in timeline if "Can you be there" in shown.text)


# ---- How the stories end ----


async def test_two_find_each_other_and_nothing_of_it_is_kept(place: Town) -> None:
    await stories.two_find_each_other(place)
    (room,) = private_rooms(place, left=True)
    assert place.room(room).members == {ALICE, BEA}
    assert place.reads(room) == [texts.text("case.together")]
    assert private_rooms(place) == []
    assert await said_to(place, CLEO, "case.taken")
    records = place.store.records
    assert (await place.store.people.cases(), await records.open_posts()) == ((), ())
    assert await place.store.people.private(room) is None
    assert await place.rows("SELECT 1 FROM outbox") == []
    assert await place.rows("SELECT 1 FROM bodies") == []


async def test_a_private_room_holds_one_sentence_and_no_more(place: Town) -> None:
    await supporters(place, BEA)
    await asks(place)
    await says(place, BEA, "yes")
    assert place.room(invited_to(place, ALICE)).invited == {ALICE}
    room = await joins(place, ALICE)
    assert place.reads(room) == []
    assert place.room(room).invited == {BEA}
    await joins(place, BEA)
    assert [shown.sender for shown in place.room(room).timeline] == [BOT]


async def test_who_declined_is_never_offered_it_again(place: Town) -> None:
    await stories.she_declines_and_the_next_is_asked(place)
    (room,) = private_rooms(place, left=True)
    assert place.room(room).members == {ALICE, CLEO}
    assert await said_to(place, BEA, "case.not_this_time")


async def test_a_quiet_request_shows_nothing_in_any_room(place: Town) -> None:
    await stories.a_quiet_request(place)
    assert place.reads(LOUNGE) == place.reads(STEWARDS) == []
    assert not any("landlord" in text for text in await place.hears_privately(BEA))
    assert len(private_rooms(place, left=True)) == 1


@pytest.mark.parametrize(
    "story",
    [
        stories.she_takes_it_back_while_others_are_asked,
        stories.she_takes_it_back_after_a_yes,
        stories.she_takes_it_back_after_joining,
        stories.yes_and_taken_back_at_once,
    ],
)
async def test_what_is_taken_back_is_gone_everywhere(place: Town, story: stories.Story) -> None:
    await story(place)
    assert await state(place) is None
    assert private_rooms(place) == []
    assert not any(room.invited for room in place.matrix.rooms.values() if room.private)
    assert await said_to(place, ALICE, "case.closed")
    assert await said_to(place, BEA, "case.gone")
    assert not any("walk home" in text for text in await place.hears_privately(BEA))
    assert await place.rows("SELECT 1 FROM privates") == []


async def test_a_steward_takes_what_nobody_took(place: Town) -> None:
    await stories.nobody_is_there_and_a_steward_takes_it(place)
    (room,) = private_rooms(place, left=True)
    assert place.room(room).members == {ALICE, STEWARD}
    assert "dora takes #1." in place.reads(STEWARDS)
    assert not any("Nobody is there" in line for line in place.reads(STEWARDS))


async def test_who_never_comes_is_reminded_once_and_let_go(place: Town) -> None:
    await stories.she_never_comes(place)
    told = await place.hears_privately(ALICE)
    assert told.count(texts.text("case.remind")) == 1
    assert texts.text("case.late") in told
    assert await said_to(place, BEA, "case.late_supporter")
    assert await state(place) is None
    assert await place.store.records.open_posts() == ()
    assert private_rooms(place) == []


async def test_who_waits_in_the_room_for_nobody_is_told_there_and_the_next_is_asked(place: Town) -> None:
    await stories.the_supporter_never_comes(place)
    (empty, room) = private_rooms(place, left=True)
    assert place.reads(empty) == [texts.text("case.room_over")]
    assert place.room(empty).invited == set()
    assert place.room(room).members == {ALICE, CLEO}


async def test_an_edited_request_is_offered_anew_and_the_old_words_are_gone(place: Town) -> None:
    await stories.the_request_is_edited(place)
    offers = [text for text in await place.hears_privately(BEA) if "Can you be there" in text]
    assert len(offers) == 1
    assert "on Friday" in offers[0]
    told = await place.hears_privately(ALICE)
    assert texts.text("case.asking_anew", people="one person") in told


async def test_a_place_that_is_named_later_is_where_people_are_looked_for(place: Town) -> None:
    await supporters(place, BEA)
    place.posts(ALICE, LOUNGE, "#swshelp somebody to walk home with?")
    await place.settle()
    assert await place.hears_privately(BEA) == []
    (question,) = await place.hears_privately(ALICE)
    assert texts.text("where.does_not_wait") in question
    await says(place, ALICE, "#nyc")
    assert await offer_of(place, BEA)
    assert await place.hears_privately(ALICE) == [
        texts.text("case.asking", people="one person", read=texts.text("case.read_words"))
    ]


async def test_a_place_that_is_never_named_ends_with_the_stewards(place: Town) -> None:
    place.posts(ALICE, LOUNGE, "#swshelp somebody to walk home with?")
    await place.settle()
    assert place.reads(STEWARDS) == []
    await place.later(10 * MINUTE)
    assert "no place named" in place.reads(STEWARDS)[0]
    assert any("Nobody is there yet" in text for text in await place.hears_privately(ALICE))


# ---- Yes and no ----


async def test_a_yes_by_reaction_counts(place: Town) -> None:
    await supporters(place, BEA)
    await asks(place)
    place.reacts(BEA, await place.direct(BEA), await offer_of(place, BEA), "🙋")
    await place.settle()
    assert await state(place) is CaseState.INVITED


async def test_a_no_by_reaction_counts(place: Town) -> None:
    await supporters(place, BEA)
    await asks(place)
    place.reacts(BEA, await place.direct(BEA), await offer_of(place, BEA), "👎")
    await place.settle()
    assert await state(place) is CaseState.NOBODY
    assert await said_to(place, BEA, "case.declined")


@pytest.mark.parametrize("sign", ["🎉", "❓"])
async def test_other_signs_are_only_signs(place: Town, sign: str) -> None:
    await supporters(place, BEA)
    await asks(place)
    before = await place.hears_privately(BEA)
    place.reacts(BEA, await place.direct(BEA), await offer_of(place, BEA), sign)
    await place.settle()
    assert await state(place) is CaseState.SEEKING
    assert await place.hears_privately(BEA) == before


async def test_a_sign_by_somebody_else_or_on_something_else_is_no_answer(place: Town) -> None:
    await supporters(place, BEA)
    await asks(place)
    room = await place.direct(BEA)
    other = place.posts(BEA, LOUNGE, "good evening")
    place.reacts(BEA, LOUNGE, other, "👍")
    place.reacts(CLEO, room, await offer_of(place, BEA), "👍")
    await place.settle()
    assert await state(place) is CaseState.SEEKING


async def test_a_slip_of_the_tag_can_be_answered_with_a_sign(place: Town) -> None:
    place.posts(ALICE, LOUNGE, "#swshlep #nyc somebody to walk home with?")
    await place.settle()
    room = await place.direct(ALICE)
    place.reacts(ALICE, room, place.room(room).timeline[0].event, "✅")
    await place.settle()
    assert await state(place) is CaseState.NOBODY


async def test_an_old_offer_is_asked_about_when_the_yes_names_none(place: Town) -> None:
    await supporters(place, BEA)
    await asks(place)
    place.time += HOUR + MINUTE
    await says(place, BEA, "yes")
    assert await state(place) is CaseState.NOBODY
    assert "#1 · somebody to talk to" in (await place.hears_privately(BEA))[-1]
    await says(place, BEA, "yes 1")
    assert await state(place) is CaseState.INVITED


async def test_with_two_offers_the_bot_asks_which(place: Town) -> None:
    await supporters(place, BEA)
    await asks(place)
    place.posts(CLEO, LOUNGE, "#swshelp #nyc a lift on Sunday?")
    await place.settle()
    await says(place, BEA, "yes")
    asked = (await place.hears_privately(BEA))[-1]
    assert "#1 · somebody to talk to" in asked
    assert "#2 · somebody to talk to" in asked
    assert "`yes 1`" in asked
    await says(place, BEA, "yes 2")
    cases = await place.store.people.cases()
    assert [case.state for case in cases] == [CaseState.SEEKING, CaseState.INVITED]


async def test_a_reply_names_the_offer(place: Town) -> None:
    await supporters(place, BEA)
    await asks(place)
    place.posts(CLEO, LOUNGE, "#swshelp #nyc a lift on Sunday?")
    await place.settle()
    timeline = place.room(await place.direct(BEA)).timeline
    second = next(shown.event for shown in timeline if "Sunday" in shown.text)
    place.posts(BEA, await place.direct(BEA), "I can!", reply_to=second)
    await place.settle()
    cases = await place.store.people.cases()
    assert [case.state for case in cases] == [CaseState.SEEKING, CaseState.INVITED]


async def test_a_yes_that_comes_too_late_gets_one_answer_and_not_two(place: Town) -> None:
    await supporters(place, BEA, CLEO)
    await asks(place)
    await says(place, BEA, "yes")
    await says(place, CLEO, "yes")
    assert await place.hears_privately(CLEO) == [texts.text("case.taken")]


async def test_a_yes_after_everybody_was_asked_still_counts(place: Town) -> None:
    await supporters(place, BEA)
    await asks(place)
    await place.later(20 * MINUTE)
    assert await state(place) is CaseState.NOBODY
    await says(place, BEA, "yes")
    assert await state(place) is CaseState.INVITED
    assert place.reads(STEWARDS) == []


async def test_a_yes_from_an_unverified_device_is_no_yes(place: Town) -> None:
    await supporters(place, BEA)
    await asks(place)
    place.posts(BEA, await place.direct(BEA), "yes", signed=False, identity="")
    await place.settle()
    assert await state(place) is CaseState.SEEKING


async def test_a_yes_from_another_identity_suspends_and_is_no_yes(place: Town) -> None:
    await supporters(place, BEA)
    await asks(place)
    place.posts(BEA, await place.direct(BEA), "yes", identity="another key")
    await place.settle()
    assert await state(place) is CaseState.NOBODY
    assert private_rooms(place) == []
    assert any("#101, a supporter, has another identity" in line for line in place.reads(STEWARDS))


async def test_an_offer_that_the_identity_does_not_get_suspends_and_the_next_is_asked(place: Town) -> None:
    place.world = replace(place.world, wave=1)
    await place.restart()
    await supporters(place, BEA, CLEO)
    place.matrix.identities[BEA] = "another key"
    await asks(place)
    assert not any("walk home" in text for text in await place.hears_privately(BEA))
    assert await offer_of(place, CLEO)
    assert not any("could not be delivered" in line for line in place.reads(STEWARDS))


async def test_who_has_somebody_is_told_how_to_say_yes(place: Town) -> None:
    await supporters(place, BEA)
    await asks(place)
    await says(place, BEA, "yes")
    await says(place, ALICE, "yes")
    assert await said_to(place, ALICE, "case.join")
    assert await state(place) is CaseState.INVITED


@pytest.mark.parametrize("word", ["no", "someone else", "Someone else!"])
async def test_who_has_somebody_can_want_somebody_else_in_a_word(place: Town, word: str) -> None:
    await supporters(place, BEA, CLEO)
    await asks(place)
    await says(place, BEA, "yes")
    await says(place, ALICE, word)
    assert await state(place) is CaseState.SEEKING
    assert await offer_of(place, CLEO)


async def test_cancel_ends_it_like_a_deletion(place: Town) -> None:
    await supporters(place, BEA)
    await asks(place)
    await says(place, ALICE, "cancel")
    assert await state(place) is None
    told = await place.hears_privately(ALICE)
    assert told.count(texts.text("case.closed")) == 1
    assert texts.text("answer.forgotten") not in told


async def test_cancel_does_not_mean_what_is_over(place: Town) -> None:
    await supporters(place, BEA)
    await asks(place)
    await says(place, BEA, "yes")
    await joins(place, ALICE)
    await joins(place, BEA)
    place.posts(ALICE, LOUNGE, "#swshelp #nyc a lift on Sunday?")
    await place.settle()
    await says(place, ALICE, "cancel")
    assert await state(place) is CaseState.TOGETHER
    assert len(await place.store.people.cases()) == 1


async def test_what_is_no_answer_to_an_offer_is_asked_about(place: Town) -> None:
    await supporters(place, BEA)
    await asks(place)
    await says(place, BEA, "I'd love to!")
    assert await said_to(place, BEA, "case.only_yes_or_no")
    await says(place, BEA, "yes")
    await says(place, BEA, "great to hear")
    assert (await place.hears_privately(BEA)).count(texts.text("case.only_yes_or_no")) == 1
    assert await said_to(place, BEA, "direct.unknown")


async def test_a_steward_can_close_it(place: Town) -> None:
    await supporters(place, BEA)
    event = await asks(place)
    place.posts(STEWARD, STEWARDS, "done 1")
    await place.settle()
    assert await state(place) is None
    assert await said_to(place, ALICE, "case.closed")
    assert place.reactions(LOUNGE, event) == ["✅"]
    assert await place.rows("SELECT 1 FROM outbox") == []


async def test_somebody_who_is_free_again_is_asked_later(place: Town) -> None:
    await asks(place)
    await supporters(place, BEA)
    await place.later(30 * MINUTE)
    assert await offer_of(place, BEA)
    assert await state(place) is CaseState.SEEKING
    # Nobody is told a second time that nobody is there.
    before = len(await place.hears_privately(ALICE))
    await place.later(10 * MINUTE)
    assert len(await place.hears_privately(ALICE)) == before
    assert len(place.reads(STEWARDS)) == 1


# ---- Stewards ----


async def test_the_stewards_see_what_waits_and_not_what_it_says(place: Town) -> None:
    await asks(place)
    place.posts(STEWARD, STEWARDS, "waiting")
    await place.settle()
    assert "#1: #swshelp · New York City" in place.reads(STEWARDS)[-1]
    assert "nobody is there yet: `take 1`" in place.reads(STEWARDS)[-1]
    assert not any("walk home" in line for line in place.reads(STEWARDS))
    place.posts(STEWARD, STEWARDS, "show 1")
    await place.settle()
    assert any("walk home" in text for text in await place.hears_privately(STEWARD))


async def test_a_second_steward_comes_too_late(place: Town) -> None:
    await asks(place)
    place.posts(STEWARD, STEWARDS, "take 1")
    place.posts(CLEO, STEWARDS, "take 1")
    await place.settle()
    assert "#1 has somebody already." in place.reads(STEWARDS)
    assert (await place.store.people.cases())[0].companion(STEWARD)


@pytest.mark.parametrize("word", ["take", "take 7"])
async def test_what_there_is_not_cannot_be_taken(place: Town, word: str) -> None:
    place.posts(STEWARD, STEWARDS, word)
    await place.settle()
    assert place.reads(STEWARDS) == [texts.text("stewards.no_such", number=word[5:] or "?")]


async def test_take_is_a_word_of_the_stewards_room_alone(place: Town) -> None:
    await asks(place)
    room = place.opens_direct(CLEO)
    await place.settle()
    place.posts(CLEO, room, "take 1")
    await place.settle()
    assert await state(place) is CaseState.NOBODY


async def test_after_both_met_the_words_are_nobodys(place: Town) -> None:
    await supporters(place, BEA)
    event = await asks(place)
    await says(place, BEA, "yes")
    await joins(place, ALICE)
    await joins(place, BEA)
    place.posts(STEWARD, STEWARDS, "show 1")
    await place.settle()
    assert place.reads(STEWARDS) == [texts.text("stewards.no_words", number=1)]
    place.edits(ALICE, LOUNGE, event, "#swshelp #nyc thank you all")
    await place.settle()
    assert await place.rows("SELECT text FROM bodies WHERE text <> ''") == []
    assert await state(place) is CaseState.TOGETHER


# ---- Rooms ----


async def test_a_room_for_two_is_never_taken_for_a_direct_chat(place: Town) -> None:
    await supporters(place, BEA)
    await asks(place)
    await says(place, BEA, "yes")
    room = invited_to(place, ALICE)
    before = await place.direct(ALICE)
    place.matrix.log.append(place.matrix.seen(place.room(room)))
    await place.settle()
    await joins(place, ALICE)
    place.matrix.log.append(place.matrix.seen(place.room(room)))
    await place.settle()
    assert await place.direct(ALICE) == before
    assert BOT in place.room(room).members


async def test_a_room_that_was_made_and_forgotten_is_left(place: Town) -> None:
    await supporters(place, BEA)
    await asks(place)
    made = place.matrix.make_room("", set())
    place.matrix.log.append(
        RoomSeen(
            room=made.id,
            at=place.time,
            encrypted=True,
            join_rule="invite",
            history="joined",
            members=1,
            can_redact=True,
        )
    )
    await place.settle()
    assert BOT in made.members
    await place.later(10 * MINUTE)
    assert BOT not in made.members


async def test_a_room_that_the_homeserver_refuses_is_said_so(place: Town) -> None:
    await supporters(place, BEA)
    await asks(place)
    place.matrix.outcomes["CreatePrivate"] = [Refused("M_FORBIDDEN")]
    await says(place, BEA, "yes")
    assert await state(place) is CaseState.NOBODY
    assert await said_to(place, BEA, "case.no_room")
    assert (await place.hears_privately(ALICE))[-1].startswith("I'm sorry, something went wrong on my side.")
    assert any("could not be delivered (M_FORBIDDEN)" in line for line in place.reads(STEWARDS))


async def test_a_requester_who_cannot_be_invited_is_a_matter_for_the_stewards(place: Town) -> None:
    await supporters(place, BEA)
    await asks(place)
    place.matrix.outcomes["Invite"] = [Refused("M_FORBIDDEN")]
    await says(place, BEA, "yes")
    assert await state(place) is CaseState.NOBODY
    assert private_rooms(place) == []


async def test_a_supporter_who_cannot_be_invited_is_replaced(place: Town) -> None:
    await supporters(place, BEA, CLEO)
    await asks(place)
    await says(place, BEA, "yes")
    place.matrix.outcomes["Invite"] = [Refused("M_FORBIDDEN")]
    await joins(place, ALICE)
    assert await state(place) is CaseState.SEEKING
    assert await offer_of(place, CLEO)


async def test_a_bot_that_stays_leaves_when_one_of_them_does(tmp_path: Path) -> None:
    async with town(tmp_path) as place:
        place.world = replace(place.world, bot_stays=True)
        await place.restart()
        await supporters(place, BEA)
        await asks(place)
        await says(place, BEA, "yes")
        await joins(place, ALICE)
        room = await joins(place, BEA)
        assert place.reads(room) == [texts.text("case.together_stays")]
        assert await place.store.people.private(room) == Private(
            room=room, subject=(await place.store.people.cases())[0].subject
        )
        await place.later(2 * DAY)
        assert BOT in place.room(room).members
        place.leaves(BEA, room)
        await place.settle()
        assert BOT not in place.room(room).members
        assert await place.store.people.private(room) is None


async def test_a_supporter_who_leaves_the_community_is_asked_no_more(place: Town) -> None:
    await supporters(place, BEA, CLEO)
    await asks(place)
    await says(place, BEA, "yes")
    place.leaves(BEA, LOUNGE, known=False)
    await place.settle()
    assert await state(place) is CaseState.SEEKING
    assert await offer_of(place, CLEO)
    assert private_rooms(place) == []


async def test_a_requester_who_leaves_the_community_still_gets_an_answer(place: Town) -> None:
    await supporters(place, BEA)
    await asks(place)
    place.leaves(ALICE, LOUNGE, known=False)
    await place.settle()
    await says(place, BEA, "yes")
    assert invited_to(place, ALICE)


# ---- What crosses ----


async def test_the_room_of_who_left_the_list_is_not_taken_for_that_of_the_next(place: Town) -> None:
    await supporters(place, BEA, CLEO)
    await asks(place)
    place.matrix.outcomes["CreatePrivate"] = [RetryAt(5 * MINUTE)]
    await says(place, BEA, "yes")
    await says(place, BEA, "leave")
    await says(place, CLEO, "yes")
    await place.later(5 * MINUTE)
    made = [room for room in place.matrix.rooms.values() if room.private]
    assert len(made) == 2
    assert [(room.members, room.invited) for room in made] == [(set(), set()), ({BOT}, {ALICE})]
    assert (await place.store.people.cases())[0].companion(CLEO)


async def test_what_happens_in_a_room_that_is_being_left_is_nothing_to_the_next_one(place: Town) -> None:
    await supporters(place, BEA, CLEO)
    await asks(place)
    await says(place, BEA, "yes")
    old = await joins(place, ALICE)
    place.matrix.outcomes["LeaveRoom"] = [RetryAt(HOUR)]
    await says(place, ALICE, "someone else")
    await says(place, CLEO, "yes")
    place.leaves(ALICE, old)
    await place.settle()
    assert await state(place) is CaseState.INVITED
    assert invited_to(place, ALICE)


async def test_a_slip_of_the_tag_that_was_none_is_dropped(place: Town) -> None:
    place.posts(ALICE, LOUNGE, "#swshlep #nyc somebody to walk home with?")
    await place.settle()
    await says(place, ALICE, "no")
    assert (await place.hears_privately(ALICE))[-1] == texts.text("answer.dropped")


async def test_a_sign_on_the_stewards_line_is_no_yes(place: Town) -> None:
    await supporters(place, STEWARD)
    await asks(place)
    await place.later(10 * MINUTE)
    (line,) = [shown.event for shown in place.room(STEWARDS).timeline if "take 1" in shown.text]
    place.reacts(STEWARD, STEWARDS, line, "👍")
    await place.settle()
    assert await state(place) is CaseState.NOBODY


async def test_a_second_sign_on_an_answered_offer_is_only_a_sign(place: Town) -> None:
    await supporters(place, BEA)
    await asks(place)
    offer = await offer_of(place, BEA)
    await says(place, BEA, "yes")
    before = await place.hears_privately(BEA)
    place.reacts(BEA, await place.direct(BEA), offer, "👍")
    await place.settle()
    assert await place.hears_privately(BEA) == before


async def test_details_do_not_hold_a_request_back(place: Town) -> None:
    await supporters(place, BEA)
    place.posts(ALICE, LOUNGE, "#swshelp #nyc please call: +1 212 555 0123")
    await place.settle()
    (offer,) = await place.hears_privately(BEA)
    assert "555" not in offer
    assert await place.hears_privately(ALICE) == [
        texts.text("case.asking", people="one person", read=texts.text("case.read_words"))
    ]


async def test_those_who_have_each_other_wait_for_nothing(place: Town) -> None:
    await supporters(place, BEA)
    await asks(place)
    await says(place, BEA, "yes")
    await joins(place, ALICE)
    await joins(place, BEA)
    place.posts(STEWARD, STEWARDS, "waiting")
    await place.settle()
    assert place.reads(STEWARDS) == [texts.text("stewards.waiting_none")]


async def test_cancel_means_the_request_and_not_the_registration(place: Town) -> None:
    place.world = replace(place.world, vetting="open")
    await place.restart()
    place.posts(ALICE, LOUNGE, "#swssupporter #chicago")
    await place.settle()
    await asks(place)
    await says(place, ALICE, "cancel")
    assert await state(place) is None
    assert await place.store.people.supporter(ALICE)


async def test_a_registration_from_an_unverified_device_is_not_let_through(place: Town) -> None:
    place.posts(BEA, LOUNGE, "#swssupporter #nyc", signed=False, identity="")
    await place.settle()
    place.posts(STEWARD, STEWARDS, "release 1")
    await place.settle()
    assert texts.text("stewards.not_released", number=1) in place.reads(STEWARDS)
    assert await place.store.people.supporters() == ()


async def test_what_is_said_between_two_is_never_asked_for_again(place: Town) -> None:
    await supporters(place, BEA)
    await asks(place)
    await says(place, BEA, "yes")
    room = await joins(place, ALICE)
    place.cannot_be_read(ALICE, room, "a session")
    await place.settle()
    before = await place.hears_privately(ALICE)
    await place.later(5 * MINUTE)
    assert await place.hears_privately(ALICE) == before
    assert await place.store.records.unread() == ()


async def test_a_feature_that_fails_on_what_it_was_told_is_no_silence(tmp_path: Path) -> None:
    async def load(asked: Input, *_: object) -> bool | None:
        return True if isinstance(asked.event, Noted) else None

    def decide(*_: object) -> Decision:
        raise ValueError("a bug")

    bad = Feature("bad", load, decide)
    async with town(tmp_path, features=(*FEATURES, bad)) as place:
        await asks(place)
        assert texts.text("broken.author") in await place.hears_privately(ALICE)
        assert any("(bad, ValueError)" in line for line in place.reads(STEWARDS))
