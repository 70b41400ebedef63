"""Warnings with a picture: without it at first, with it once their author has said so; never otherwise."""

from __future__ import annotations

from dataclasses import replace

import pytest

from swsmatrix import texts
from swsmatrix.features.handing import made_for
from swsmatrix.model import EffectDone
from swsmatrix.protocol import DAY, MINUTE, EffectId, EventId, MessagePosted, Picture, RetryAt, UserId
from tests.fake_matrix import remade
from tests.scenario import picture_stories as stories
from tests.scenario.details_stories import are_there
from tests.scenario.help_stories import invited_to, joins, private_rooms, says
from tests.scenario.picture_stories import IN_THE_CITY, LAMP, VAN, agrees, edits, pictures, shows
from tests.scenario.trust_stories import writes
from tests.town import ALICE, BEA, CHICAGO, CLEO, LOUNGE, NY, NYC, STEWARD, STEWARDS, Town

KEYS = ("the key of a van", "the key of a lamp", "another key")
OURS = {"another key"}


async def kept_keys(place: Town) -> set[str]:
    """What opens pictures, wherever it stands in the database."""
    tables = await place.rows("SELECT name FROM sqlite_master WHERE type = 'table'")
    everything = [str(row) for (table,) in tables for row in await place.rows(f"SELECT * FROM {table}")]
    return {key for key in KEYS if any(key in row for row in everything)}


async def asked(place: Town) -> list[str]:
    return [text for text in await place.hears_privately(ALICE) if "about your picture" in text]


# ---- Asked ---------------------------------------------------------------------------------------


async def test_relays_say_that_there_was_one_and_its_author_is_asked_once(place: Town) -> None:
    await stories.nobody_answers(place)
    for room in (NY, NYC):
        (relay,) = place.reads(room)
        assert "picture" in relay
        assert "mxc" not in relay
    (question,) = await asked(place)
    assert "`picture`" in question
    assert "New York State" in question
    assert "warning" not in question.splitlines()[0]
    await place.later(10 * DAY)
    assert await asked(place) == [question]
    assert pictures(place, NY) == pictures(place, NYC) == []
    assert [kind for kind, _ in place.matrix.performed if "Picture" in kind] == []


async def test_one_that_cannot_be_taken_is_said_and_not_asked_about(place: Town) -> None:
    await shows(place, picture=None)
    assert "picture" in place.reads(NY)[0]
    assert await place.hears_privately(ALICE) == []


async def test_without_one_nothing_is_said_of_pictures(place: Town) -> None:
    place.posts(ALICE, LOUNGE, stories.WARNING)
    await place.settle()
    assert "picture" not in place.reads(NY)[0]
    assert await place.hears_privately(ALICE) == []


async def test_where_everybody_has_seen_it_nobody_is_asked(place: Town) -> None:
    place.posts(ALICE, NYC, "#swsdanger a grey van", attached=True, picture=VAN)
    await place.settle()
    assert await place.hears_privately(ALICE) == []


@pytest.mark.parametrize("tag", ["#swsfyi", "#swshelp", "#swssupporter"])
async def test_of_other_tags_pictures_go_nowhere(place: Town, tag: str) -> None:
    await shows(place, f"{tag} #nyc look at this")
    assert await asked(place) == []
    assert await kept_keys(place) == set()
    await agrees(place)
    assert [kind for kind, _ in place.matrix.performed if "Picture" in kind] == []


async def test_while_it_waits_nothing_is_asked_about_its_picture(place: Town) -> None:
    await shows(place, "#swsdanger #nyc he calls from +1 212 555 0123, hangs up")
    assert await asked(place) == []
    await agrees(place)
    assert [kind for kind, _ in place.matrix.performed if "Picture" in kind] == []
    await says(place, ALICE, "send")
    assert len(await asked(place)) == 1
    await agrees(place)
    assert len(pictures(place, NYC)) == 1


async def test_from_an_unsigned_device_it_is_asked_about_after_the_release(place: Town) -> None:
    await shows(place, signed=False)
    assert await asked(place) == []
    await writes(place, STEWARD, "release 1")
    assert len(await asked(place)) == 1


# ---- Passed on -----------------------------------------------------------------------------------


async def test_with_their_word_it_is_made_anew_once_and_answers_each_relay(place: Town) -> None:
    await stories.it_is_passed_on(place)
    for room in (NY, NYC):
        (shown,) = pictures(place, room)
        assert shown.picture == remade(VAN).url
        assert shown.encrypted
    assert [kind for kind, _ in place.matrix.performed if kind == "RemakePicture"] == ["RemakePicture"]
    assert pictures(place, LOUNGE) == pictures(place, STEWARDS) == []
    assert await kept_keys(place) == OURS  # for a relay that may yet come
    (thanks,) = await place.hears_privately(ALICE)  # the question is taken back
    assert "Thank you" in thanks
    replies = await place.rows("SELECT action FROM outbox WHERE kind = 'SendPicture' ORDER BY seq")
    relays = await place.rows("SELECT result FROM outbox WHERE slot LIKE 'relay %' ORDER BY seq")
    assert [relay in reply for (reply,), (relay,) in zip(replies, relays, strict=True)] == [True, True]


@pytest.mark.parametrize("word", ["yes", "ok", "send", "pictures", "no", "#nyc"])
async def test_no_other_word_passes_it_on(place: Town, word: str) -> None:
    await shows(place)
    await agrees(place, word)
    assert [kind for kind, _ in place.matrix.performed if "Picture" in kind] == []


@pytest.mark.parametrize("sign", ["✅", "👍", "🖼️"])
async def test_a_reaction_is_no_word(place: Town, sign: str) -> None:
    """It is not encrypted: the homeserver can make it up."""
    await shows(place)
    chat = await place.direct(ALICE)
    place.joins(ALICE, chat)
    place.reacts(ALICE, chat, place.room(chat).timeline[-1].event, sign)
    await place.settle()
    assert [kind for kind, _ in place.matrix.performed if "Picture" in kind] == []


async def test_only_its_author_and_only_in_private_and_only_by_a_signed_device(place: Town) -> None:
    await shows(place)
    place.opens_direct(BEA)
    await place.settle()
    await agrees(place, who=BEA)
    await agrees(place, "picture 1", who=BEA)
    for room in (LOUNGE, NYC):
        place.posts(ALICE, room, "picture")
        place.posts(ALICE, room, "!sws picture")
    chat = await place.direct(ALICE)
    place.joins(ALICE, chat)
    place.posts(ALICE, chat, "picture", signed=False)
    place.posts(STEWARD, STEWARDS, "picture 1")
    await place.settle()
    assert [kind for kind, _ in place.matrix.performed if "Picture" in kind] == []
    await agrees(place)
    assert len(pictures(place, NY)) == 1


async def test_twice_is_once(place: Town) -> None:
    await shows(place)
    place.matrix.outcomes["RemakePicture"] = [RetryAt(5000, limited=True)]
    await agrees(place)
    await agrees(place)
    assert "or on its way" in (await place.hears_privately(ALICE))[-1]
    await place.later(5000)
    assert len(pictures(place, NY)) == 1
    for word in ("picture", "picture 1", "picture private"):
        await agrees(place, word)
        assert "It's there already" in (await place.hears_privately(ALICE))[-1]
    assert len(pictures(place, NY)) == 1


async def test_of_several_a_number_or_an_answer_names_one(place: Town) -> None:
    await shows(place)
    await shows(place, "#swsdanger #nyc the side door is watched", LAMP)
    await agrees(place)
    several = (await place.hears_privately(ALICE))[-1]
    assert "#1 · New York State" in several
    assert "#2 · New York City" in several
    assert "van" not in several
    assert pictures(place, NYC) == []
    await agrees(place, "picture 2")
    assert [one.picture for one in pictures(place, NYC)] == [remade(LAMP).url]
    assert pictures(place, NY) == []
    await shows(place, "#swsdanger #nyc the back door is watched", LAMP)
    await agrees(place)
    assert "#2" not in (await place.hears_privately(ALICE))[-1]  # that one needs no word any more
    chat = await place.direct(ALICE)
    first = next(one for one in place.room(chat).timeline if "about your picture" in one.text)
    place.posts(ALICE, chat, "picture", reply_to=first.event)
    await place.settle()
    assert [one.picture for one in pictures(place, NY)] == [remade(VAN).url]


# ---- For responders ------------------------------------------------------------------------------


async def told(place: Town, who: UserId) -> list[str]:
    return [text for text in await place.hears_privately(who) if "as a trusted responder" in text]


async def shown_to(place: Town, who: UserId) -> list[str]:
    chat = await place.direct(who)
    return [one.picture for one in pictures(place, chat)] if chat else []


async def test_only_responders_are_told_and_only_who_asks_sees_it(place: Town) -> None:
    await stories.responders_are_told(place)
    (offer,) = await told(place, BEA)
    assert "`picture 1`" in offer
    assert "New York City" in offer
    assert "van" not in offer
    assert "alice" not in offer
    assert "warning" not in offer.splitlines()[0]
    assert await place.direct(CLEO) == ""
    (thanks,) = await place.hears_privately(ALICE)  # the question is taken back
    assert "Trusted responders were told" in thanks
    assert [kind for kind, _ in place.matrix.performed if "Picture" in kind] == []
    await agrees(place, who=CLEO)
    assert await shown_to(place, BEA) == await shown_to(place, CLEO) == []
    await agrees(place, "picture 1", who=BEA)
    assert await shown_to(place, BEA) == [remade(VAN).url]
    assert pictures(place, NY) == pictures(place, NYC) == []
    assert await kept_keys(place) == {"the key of a van"}
    await agrees(place, "picture", who=BEA)
    assert "above" in (await place.hears_privately(BEA))[-1]
    assert len(await shown_to(place, BEA)) == 1


async def test_without_a_responder_nothing_happens_and_it_stays_a_question(place: Town) -> None:
    await are_there(place, others=(BEA,))
    await shows(place, IN_THE_CITY)
    await agrees(place, "picture private")
    assert "no trusted responder" in (await place.hears_privately(ALICE))[-1]
    assert await place.direct(BEA) == ""
    await agrees(place)
    assert len(pictures(place, NYC)) == 1


async def test_its_author_is_told_of_no_picture_of_their_own(place: Town) -> None:
    await are_there(place, ALICE, BEA)
    await shows(place, IN_THE_CITY)
    await agrees(place, "picture private")
    assert await told(place, ALICE) == []
    assert len(await told(place, BEA)) == 1


async def test_said_twice_they_are_told_once(place: Town) -> None:
    await stories.responders_are_told(place)
    await agrees(place, "picture private")
    await agrees(place, "picture private 1")
    assert len(await told(place, BEA)) == 1


@pytest.mark.parametrize("how", ["no responder", "paused after", "unsigned", "other identity", "left"])
async def test_who_is_no_responder_any_more_sees_nothing(place: Town, how: str) -> None:
    await stories.responders_are_told(place)
    chat = await place.direct(BEA)
    place.joins(BEA, chat)
    more: dict[str, object] = {}
    match how:
        case "no responder":
            await writes(place, STEWARD, "responder 101 no")
        case "paused after":
            await says(place, BEA, "pause")
        case "unsigned":
            more = {"signed": False}
        case "other identity":
            more = {"identity": "another key"}
        case "left":
            await says(place, BEA, "leave")
    place.posts(BEA, chat, "picture 1", **more)
    await place.settle()
    # Who only wants a pause still may look.
    assert await shown_to(place, BEA) == ([remade(VAN).url] if how == "paused after" else [])


async def test_who_changes_meanwhile_sees_nothing(place: Town) -> None:
    await stories.responders_are_told(place)
    place.matrix.outcomes["RemakePicture"] = [RetryAt(1000, limited=True)]
    await agrees(place, who=BEA)
    place.matrix.identities[BEA] = "another key"
    await place.later(1000)
    assert await shown_to(place, BEA) == []


async def test_told_only_as_who_a_steward_trusts(place: Town) -> None:
    place.matrix.identities[BEA] = "another key"
    await stories.responders_are_told(place)
    assert await told(place, BEA) == []


async def test_what_responders_were_told_and_shown_goes_with_the_warning(place: Town) -> None:
    await stories.a_responder_sees_it_and_it_is_deleted(place)
    assert await told(place, BEA) == await shown_to(place, BEA) == []
    assert await kept_keys(place) == set()
    await agrees(place, "picture 1", who=BEA)
    assert await shown_to(place, BEA) == []


async def test_after_an_edit_nobody_may_ask_any_more(place: Town) -> None:
    await are_there(place, BEA)
    event = await shows(place, IN_THE_CITY)
    await agrees(place, "picture private")
    await edits(place, event, "#swsdanger #nyc a green van waits by the bridge")
    await agrees(place, "picture 1", who=BEA)
    await agrees(place, who=BEA)
    assert await shown_to(place, BEA) == []
    assert len(await asked(place)) == 1


async def test_in_the_rooms_it_is_for_responders_too(place: Town) -> None:
    await stories.responders_first_and_then_the_rooms(place)
    assert len(pictures(place, NYC)) == 1
    assert await told(place, BEA) == []
    assert await kept_keys(place) == OURS


async def test_one_that_cannot_be_had_is_said_to_who_asked(place: Town) -> None:
    await stories.responders_are_told(place)
    place.matrix.broken[VAN.url] = "PICTURE_AWAY"
    await agrees(place, who=BEA)
    assert "couldn't get it" in (await place.hears_privately(BEA))[-1]
    place.matrix.broken.clear()
    await agrees(place, who=BEA)
    assert await shown_to(place, BEA) == [remade(VAN).url]


# ---- Taken back ----------------------------------------------------------------------------------


async def ends(place: Town, event: EventId, how: str) -> None:
    """The warning ``event`` of Alice's."""
    match how:
        case "deleted":
            place.deletes(ALICE, LOUNGE, event)
        case "tagless":
            await edits(place, event, "a grey van waits by the bridge")
        case "withdrawn":
            await writes(place, STEWARD, "withdraw 1 it was a bread van")
        case "cancelled":
            await says(place, ALICE, "cancel")
        case "forgotten":
            await says(place, ALICE, "forget me")
        case "expired":
            await place.later(30 * DAY)
    await place.settle()


@pytest.mark.parametrize("how", ["deleted", "tagless", "withdrawn", "cancelled", "forgotten", "expired"])
async def test_it_goes_with_its_warning(place: Town, how: str) -> None:
    event = await shows(place)
    await agrees(place)
    assert len(pictures(place, NY)) == len(pictures(place, NYC)) == 1
    await ends(place, event, how)
    assert pictures(place, NY) == pictures(place, NYC) == []
    assert place.reads(NY) == place.reads(NYC) == []
    assert await kept_keys(place) == (OURS if how == "withdrawn" else set())  # it may be restored


@pytest.mark.parametrize("how", ["deleted", "cancelled", "forgotten", "expired"])
async def test_a_question_goes_with_its_warning(place: Town, how: str) -> None:
    event = await shows(place)
    assert await kept_keys(place) == {"the key of a van"}
    await ends(place, event, how)
    assert await asked(place) == []
    assert await kept_keys(place) == set()
    await agrees(place)
    assert [kind for kind, _ in place.matrix.performed if "Picture" in kind] == []


@pytest.mark.parametrize("how", ["deleted", "edited", "withdrawn"])
async def test_what_is_on_its_way_never_arrives(place: Town, how: str) -> None:
    event = await shows(place)
    place.matrix.outcomes["RemakePicture"] = [RetryAt(60_000, limited=True)]
    await agrees(place)
    match how:
        case "deleted":
            place.deletes(ALICE, LOUNGE, event)
        case "edited":
            await edits(place, event, "#swsdanger #us-ny a green van waits by the bridge", LAMP)
        case "withdrawn":
            await writes(place, STEWARD, "withdraw 1 it was a bread van")
    await place.settle()
    await place.later(60_000)
    assert pictures(place, NY) == pictures(place, NYC) == []
    expected = {"deleted": set(), "edited": {"the key of a lamp"}, "withdrawn": {"the key of a van"}}
    assert await kept_keys(place) == expected[how]


async def test_what_was_made_for_other_words_is_not_shown(place: Town) -> None:
    """Edited while the homeserver had it: what comes of it is not for what is out now."""
    event = await shows(place)
    done: list[MessagePosted] = []

    async def meanwhile(moment: str) -> None:
        if place.matrix.performed and place.matrix.performed[-1][0] == "RemakePicture" and not done:
            done.append(_edit(place, event))
            batch = await place.matrix.listen(str(len(place.matrix.log) - 1))
            await place.engine.handle(batch)

    chat = await place.direct(ALICE)
    place.joins(ALICE, chat)
    place.matrix.moment = meanwhile
    place.posts(ALICE, chat, "picture")
    await place.settle()
    assert done
    assert pictures(place, NY) == pictures(place, NYC) == []
    assert len(await asked(place)) == 1
    await agrees(place)
    assert [one.picture for one in pictures(place, NY)] == [remade(LAMP).url]


def _edit(place: Town, event: EventId) -> MessagePosted:
    place.time += 1
    place.edits(ALICE, LOUNGE, event, "#swsdanger #us-ny a green van", attached=True, picture=LAMP)
    return place.matrix.log[-1]  # type: ignore[return-value]


async def test_an_edit_takes_it_back_and_asks_anew(place: Town) -> None:
    await stories.it_is_passed_on_and_edited(place)
    assert [one.picture for one in pictures(place, NYC)] == [remade(LAMP).url]
    assert pictures(place, NY) == []


async def test_one_that_was_edited_away_is_not_passed_on(place: Town) -> None:
    await stories.its_picture_is_edited_away(place)
    assert pictures(place, NY) == []
    assert "picture" not in place.reads(NY)[0]
    assert await kept_keys(place) == set()


async def test_a_restored_warning_is_asked_about_anew(place: Town) -> None:
    await stories.it_is_withdrawn_with_its_picture_and_restored(place)
    assert pictures(place, NY) == pictures(place, NYC) == []
    assert len(await asked(place)) == 1
    await agrees(place)
    for room in (NY, NYC):
        (relay,), (shown,) = place.reads(room), pictures(place, room)
        assert "picture" in relay
        assert shown.picture
    assert "the key of a van" not in await kept_keys(place)


# ---- Late ----------------------------------------------------------------------------------------


def in_order(place: Town, room: str) -> list[str]:
    """What stands there, first said first."""
    timeline = place.room(room).timeline
    return ["picture" if one.picture else "words" for one in timeline if not one.redacted]


async def test_where_its_words_go_late_it_follows_late(place: Town) -> None:
    await stories.it_goes_late_with_its_picture(place)
    assert in_order(place, NY) == in_order(place, NYC) == ["words", "picture"]
    assert len(await asked(place)) == 0
    replies = await place.rows("SELECT action FROM outbox WHERE kind = 'SendPicture' ORDER BY seq")
    relays = await place.rows("SELECT result FROM outbox WHERE slot LIKE 'relay %' ORDER BY seq")
    assert [relay in reply for (reply,), (relay,) in zip(replies, relays, strict=True)] == [True, True]


async def test_where_only_it_was_held_back_it_follows_late(place: Town) -> None:
    await stories.only_its_picture_goes_late(place)
    assert in_order(place, NY) == in_order(place, NYC) == ["words", "picture"]


async def test_of_several_each_follows_late(place: Town) -> None:
    await shows(place)
    await shows(place, IN_THE_CITY, LAMP)
    await stories.opens_up(place, NYC)
    await agrees(place, "picture 1")
    await agrees(place, "picture 2")
    assert pictures(place, NYC) == []
    await writes(place, STEWARD, "thaw #nyc")
    assert len(pictures(place, NYC)) == 2


async def test_a_room_that_is_as_it_was_gets_it_too(place: Town) -> None:
    await shows(place)
    await stories.opens_up(place, NYC)
    await agrees(place)
    assert pictures(place, NYC) == []
    place.time += 1
    place.see(NYC)
    await place.settle()
    assert in_order(place, NYC) == ["words", "picture"]


async def test_without_its_authors_word_nothing_follows_late(place: Town) -> None:
    for word in ("", "picture private"):
        await are_there(place, BEA)
        await stories.opens_up(place, NYC)
        await shows(place)
        if word:
            await agrees(place, word)
        before = len(await asked(place))
        await writes(place, STEWARD, "thaw #nyc")
        assert pictures(place, NYC) == pictures(place, NY) == []
        assert len(await asked(place)) == before


async def test_what_responders_were_told_of_is_not_asked_about_again(place: Town) -> None:
    await stories.responders_are_told(place)
    await stories.opens_up(place, NYC)
    await writes(place, STEWARD, "thaw #nyc")
    assert await asked(place) == []
    assert pictures(place, NYC) == []


async def held_up(place: Town, allowed: int) -> None:
    """From now on the homeserver redacts so many events, and nothing more for a minute."""
    before = len(place.matrix.performed)

    async def meanwhile(_moment: str) -> None:
        done = [kind for kind, _ in place.matrix.performed[before:] if kind == "RedactEvent"]
        waits = len(done) >= allowed and place.time < stop
        place.matrix.outcomes["RedactEvent"] = [RetryAt(MINUTE, untried=True)] if waits else []

    stop = place.time + MINUTE
    place.matrix.moment = meanwhile


async def test_what_still_stands_of_other_words_counts_for_nothing(place: Town) -> None:
    """Edited while the homeserver is slow to take back what is not to be read any more."""
    event = await shows(place)
    await agrees(place)
    await held_up(place, 2)  # the relays
    await edits(place, event, "#swsdanger #us-ny a green van waits by the bridge", LAMP)
    assert [one.picture for one in pictures(place, NYC)] == [remade(VAN).url]
    await place.later(5 * MINUTE)
    assert pictures(place, NYC) == []
    assert len(await asked(place)) == 1


async def test_said_of_new_words_it_counts_though_the_old_ones_stand(place: Town) -> None:
    event = await shows(place)
    await agrees(place)
    await held_up(place, 2)
    await edits(place, event, "#swsdanger #us-ny a green van waits by the bridge", LAMP)
    await agrees(place)
    await place.later(5 * MINUTE)
    for room in (NY, NYC):
        assert [one.picture for one in pictures(place, room)] == [remade(LAMP).url]


async def test_a_question_that_still_stands_is_not_the_one_for_new_words(place: Town) -> None:
    event = await shows(place)
    await held_up(place, 2)
    await edits(place, event, "#swsdanger #us-ny a green van waits by the bridge", LAMP)
    await place.later(5 * MINUTE)
    assert len(await asked(place)) == 1


async def test_once_it_is_edited_nothing_follows_late(place: Town) -> None:
    await stories.opens_up(place, NYC)
    event = await shows(place)
    await agrees(place)
    await edits(place, event, "#swsdanger #us-ny a green van waits by the bridge", LAMP)
    await writes(place, STEWARD, "thaw #nyc")
    assert pictures(place, NYC) == pictures(place, NY) == []
    assert len(await asked(place)) == 1


async def test_what_stands_nowhere_is_asked_about_when_it_does(place: Town) -> None:
    await stories.opens_up(place, NYC)
    await shows(place, IN_THE_CITY)
    assert await asked(place) == []
    await agrees(place)
    assert "no picture to pass on" in (await place.hears_privately(ALICE))[-1]
    await writes(place, STEWARD, "thaw #nyc")
    assert len(await asked(place)) == 1
    await agrees(place)
    assert in_order(place, NYC) == ["words", "picture"]


async def test_said_while_its_room_is_held_back_it_counts(place: Town) -> None:
    await shows(place, IN_THE_CITY)
    await stories.opens_up(place, NYC)
    await agrees(place)
    assert "Thank you" in (await place.hears_privately(ALICE))[-1]
    await writes(place, STEWARD, "thaw #nyc")
    assert in_order(place, NYC) == ["words", "picture"]


async def test_words_that_wait_are_not_overtaken_by_their_picture(place: Town) -> None:
    for colour in ("grey", "green", "white"):
        place.posts(ALICE, LOUNGE, f"#swsdanger #us-ny a {colour} van waits by the bridge")
    await shows(place, "#swsdanger #us-ny a blue van waits by the bridge")
    assert await asked(place) == []  # it is not out yet
    await agrees(place)
    assert "no picture to pass on" in (await place.hears_privately(ALICE))[-1]
    assert [kind for kind, _ in place.matrix.performed if "Picture" in kind] == []
    await stories.opens_up(place, CHICAGO)
    await writes(place, STEWARD, "thaw #chicago")
    assert await asked(place) == []
    await place.later(MINUTE)
    assert len(await asked(place)) == 1
    await agrees(place)
    for room in (NY, NYC):
        assert in_order(place, room) == ["words"] * 4 + ["picture"]
        assert "blue" in place.reads(room)[-1]


async def test_who_comes_later_reads_that_there_is_one_and_does_not_get_it(place: Town) -> None:
    await stories.it_is_passed_on(place)
    place.opens_direct(CLEO)
    await place.settle()
    await says(place, CLEO, "warnings #nyc")
    heard = await place.hears_privately(CLEO)
    assert "A picture or file that came with it is left out here" in heard[0]
    assert await shown_to(place, CLEO) == []


# ---- All of it, in private ------------------------------------------------------------------------


async def test_told_in_private_it_is_shown_before_the_words_to_who_was_accepted(place: Town) -> None:
    await stories.all_of_it_is_told_in_private(place)
    (room,) = private_rooms(place, left=True)
    assert in_order(place, room) == ["picture", "words"]
    assert [one.picture for one in pictures(place, room)] == [remade(VAN).url]
    assert place.reads(room) == [texts.text("details.together", words=stories.NUMBER)]
    assert place.reads(NYC) == []
    assert await kept_keys(place) == set()
    assert await place.rows("SELECT 1 FROM outbox WHERE kind = 'SendPicture'") == []


async def test_its_author_learns_before_they_join_what_is_shown(place: Town) -> None:
    await are_there(place, BEA)
    await shows(place, stories.NUMBER)
    await says(place, ALICE, "private")
    await says(place, BEA, "yes")
    assert texts.text("details.with_picture") in (await place.hears_privately(ALICE))[-1]
    assert [kind for kind, _ in place.matrix.performed if "Picture" in kind] == []


async def test_a_file_that_cannot_come_along_is_said_before_they_join_and_there(place: Town) -> None:
    await are_there(place, BEA)
    await shows(place, stories.NUMBER, picture=None)
    await says(place, ALICE, "private")
    await says(place, BEA, "yes")
    assert texts.text("details.without_file") in (await place.hears_privately(ALICE))[-1]
    await joins(place, ALICE)
    room = await joins(place, BEA)
    assert texts.text("details.missing") in place.reads(room)[0]


async def test_one_that_cannot_be_read_holds_up_no_words(place: Town) -> None:
    await stories.it_cannot_be_shown_in_private(place)
    (room,) = private_rooms(place, left=True)
    (said,) = place.reads(room)
    assert stories.NUMBER in said
    assert texts.text("details.missing") in said
    assert pictures(place, room) == []
    assert place.reads(STEWARDS) == []
    assert await kept_keys(place) == set()


async def nothing_was_said_to_them(place: Town) -> bool:
    rooms = [room for room in place.matrix.rooms.values() if room.private]
    shown = [one for room in rooms for one in room.timeline if one.picture or stories.NUMBER in one.text]
    return bool(rooms) and not shown


async def test_deleted_as_the_responder_arrives_neither_it_nor_the_words_are_shown(place: Town) -> None:
    await stories.it_is_deleted_before_it_is_shown_in_private(place)
    assert await nothing_was_said_to_them(place)
    assert "RemakePicture" not in [kind for kind, _ in place.matrix.performed]
    assert await kept_keys(place) == set()


@pytest.mark.parametrize("text", [None, "#swsdanger #nyc he calls, hangs up"])
async def test_deleted_or_edited_while_it_is_made_neither_is_shown(place: Town, text: str | None) -> None:
    await are_there(place, BEA)
    event = await shows(place, stories.NUMBER)
    await says(place, ALICE, "private")
    place.matrix.outcomes["RemakePicture"] = [RetryAt(2000, limited=True)]
    await stories.they_meet(place)
    if text:
        await edits(place, event, text, LAMP)
    else:
        place.deletes(ALICE, LOUNGE, event)
        await place.settle()
    await place.later(2000)
    assert await nothing_was_said_to_them(place)
    assert await kept_keys(place) == ({"the key of a lamp"} if text else set())


async def test_to_another_identity_it_is_not_shown(place: Town) -> None:
    await are_there(place, BEA)
    await shows(place, stories.NUMBER)
    await says(place, ALICE, "private")
    await says(place, BEA, "yes")
    await joins(place, ALICE)
    place.matrix.identities[BEA] = "another key of hers"
    await joins(place, BEA)
    assert await nothing_was_said_to_them(place)


async def test_what_was_made_for_one_room_is_not_shown_in_the_next(place: Town) -> None:
    """Made for a responder who left meanwhile: the next one gets their own, when they are there."""
    await are_there(place, BEA, CLEO)
    await shows(place, stories.NUMBER)
    await says(place, ALICE, "private")
    place.matrix.outcomes["RemakePicture"] = [RetryAt(2000, limited=True)]
    await says(place, BEA, "yes")
    await joins(place, ALICE)
    room = await joins(place, BEA)
    place.leaves(BEA, room)
    await place.settle()
    await says(place, CLEO, "yes")
    await place.later(2000)
    assert [one for one in place.matrix.rooms.values() if any(shown.picture for shown in one.timeline)] == []
    await joins(place, ALICE)
    (case,) = await place.store.people.cases()
    old = EffectDone(
        effect=EffectId("of the first"),
        feature="cases",
        slot=made_for(replace(case, room=room)),
        subject=case.subject,
        at=place.time,
        result=remade(LAMP).to_json(),
    )
    async with place.store.transaction():
        await place.engine.apply(old, place.time)
    await place.settle()
    assert place.reads(invited_to(place, CLEO)) == []
    other = await joins(place, CLEO)
    assert in_order(place, other) == ["picture", "words"]


# ---- What goes wrong -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("reason", "said"),
    [
        ("PICTURE_UNREADABLE", "couldn't read it"),
        ("PICTURE_TOO_SLOW", "couldn't read it"),
        ("M_NOT_FOUND", "couldn't read it"),
        ("M_FORBIDDEN", "couldn't read it"),
        ("PICTURE_TOO_LARGE", "too large"),
        ("M_TOO_LARGE", "too large"),
    ],
)
async def test_one_that_cannot_be_passed_on_is_said_kindly_and_forgotten(
    place: Town, reason: str, said: str
) -> None:
    await shows(place)
    place.matrix.broken[VAN.url] = reason
    await agrees(place)
    assert said in (await place.hears_privately(ALICE))[-1]
    assert reason not in str(await place.hears_privately(ALICE))
    assert place.reads(STEWARDS) == []
    assert place.outbox.refused == 0
    assert len(place.reads(NY)) == 1
    assert await kept_keys(place) == set()


async def test_one_that_cannot_be_had_now_can_be_asked_for_again(place: Town) -> None:
    await shows(place)
    place.matrix.broken[VAN.url] = "PICTURE_AWAY"
    await agrees(place)
    place.matrix.broken.clear()
    (answer,) = await place.hears_privately(ALICE)  # not that it follows
    assert "again in a while" in answer
    assert await kept_keys(place) == {"the key of a van"}
    await agrees(place)
    assert len(pictures(place, NY)) == 1


async def test_while_one_is_made_anew_words_go_out(place: Town) -> None:
    """Limited or slow, it holds up nothing else."""
    await shows(place)
    place.matrix.outcomes["RemakePicture"] = [RetryAt(600_000, limited=True)]
    await agrees(place)
    place.posts(BEA, LOUNGE, "#swsdanger #nyc the side door is watched")
    await place.settle()
    assert any("side door" in text for text in place.reads(NYC))
    assert pictures(place, NYC) == []


async def test_in_the_middle_of_one_all_else_goes_out_but_a_second_one(place: Town) -> None:
    await shows(place)
    await shows(place, IN_THE_CITY, LAMP)
    chat = await place.direct(ALICE)
    seen: list[tuple[bool, list[str], int]] = []

    async def meanwhile(_moment: str) -> None:
        if seen or not place.matrix.performed or place.matrix.performed[-1][0] != "RemakePicture":
            return
        seen.append((False, [], 0))
        event = place.posts(BEA, LOUNGE, "#swsdanger #nyc the side door is watched")
        await place.engine.handle(await place.matrix.listen(str(len(place.matrix.log) - 1)))
        while await place.outbox.step():
            pass
        out = any("side door" in text for text in place.reads(NYC))
        made = [kind for kind, _ in place.matrix.performed if kind == "RemakePicture"]
        seen[0] = (out, place.reactions(LOUNGE, event), len(made))

    place.matrix.moment = meanwhile
    place.joins(ALICE, chat)
    place.posts(ALICE, chat, "picture 1")
    place.posts(ALICE, chat, "picture 2")
    await place.settle()
    assert seen == [(True, ["✅"], 1)]
    assert len(pictures(place, NYC)) == 2


async def test_words_go_before_pictures(place: Town) -> None:
    await shows(place)
    chat = await place.direct(ALICE)
    place.joins(ALICE, chat)
    place.posts(ALICE, chat, "picture")
    place.matrix.outcomes["Say"] = [RetryAt(1000, limited=True)]  # what it answers
    await place.settle()
    place.posts(BEA, LOUNGE, "#swsdanger #nyc the side door is watched")
    place.matrix.performed.clear()
    await place.later(1000)
    kinds = [kind for kind, room in place.matrix.performed if room == place.room(NYC).id]
    assert kinds == ["Say", "SendPicture"]


async def test_a_room_that_changed_gets_none(place: Town) -> None:
    await shows(place)
    place.see(NYC, history="shared", at=place.time + 1)
    await place.settle()
    await agrees(place)
    assert pictures(place, NYC) == []
    assert len(pictures(place, NY)) == 1
    assert not [line for line in place.reads(STEWARDS) if "could not be delivered" in line]


async def test_a_room_that_changes_meanwhile_gets_none(place: Town) -> None:
    await shows(place)
    place.matrix.outcomes["SendPicture"] = [RetryAt(1000, limited=True)]
    await agrees(place)
    place.see(NYC, history="shared", at=place.time + 1)
    place.see(NY, history="shared", at=place.time + 1)
    await place.later(1000)
    assert pictures(place, NYC) == pictures(place, NY) == []


def test_a_picture_is_kept_as_it_is() -> None:
    assert Picture.from_json(VAN.to_json()) == VAN
