"""What devices lead to that nobody vouches for, and whose words stewards' words are."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from swsmatrix import texts
from swsmatrix.model import Case, CaseState, Post, PostState, SupporterState
from swsmatrix.protocol import DAY, MINUTE, EventId
from tests.scenario import trust_stories as stories
from tests.scenario.help_stories import REQUEST, asks, invited_to, joins, private_rooms, says, supporters
from tests.scenario.trust_stories import OTHER, ROSA, asks_unverified, writes
from tests.town import ALICE, BEA, CLEO, LOUNGE, NYC, STEWARD, STEWARDS, Town, town

WARNING = "#swsdanger #nyc a grey van waits"


@pytest.fixture
async def place(folder: Path) -> AsyncIterator[Town]:
    async with town(folder) as found:
        yield found
        assert await found.store.records.dead_letters() == 0


async def post(place: Town) -> Post:
    (found,) = await place.store.records.open_posts()
    return found


async def case(place: Town) -> Case:
    (found,) = await place.store.people.cases()
    return found


async def notes(place: Town) -> int:
    return (await place.hears_privately(ALICE)).count(texts.text("unverified.note"))


def sent_first(place: Town) -> EventId:
    return place.room(LOUNGE).timeline[0].event


# ---- Devices that nobody vouches for ----


async def test_help_is_looked_for_and_whoever_comes_is_told(place: Town) -> None:
    await supporters(place, BEA)
    event = await asks_unverified(place)
    assert sorted(place.reactions(LOUNGE, event)) == sorted(["✅", "❓"])
    assert any("walk home" in text for text in await place.hears_privately(BEA))
    await says(place, BEA, "yes")
    caution = texts.text("case.not_verified")
    assert any(caution in text for text in await place.hears_privately(BEA))
    assert place.room(invited_to(place, ALICE)).members == {place.world.me}
    room = await joins(place, ALICE)
    assert sum(caution in text for text in await place.hears_privately(BEA)) == 2
    await joins(place, BEA)
    assert place.room(room).members == {ALICE, BEA}
    assert place.reads(STEWARDS) == []


async def test_who_asks_from_a_verified_device_is_not_doubted(place: Town) -> None:
    await supporters(place, BEA)
    await asks(place)
    await says(place, BEA, "yes")
    await joins(place, ALICE)
    heard = [*await place.hears_privately(BEA), *await place.hears_privately(ALICE)]
    assert not any("verified" in text for text in heard)


async def test_the_stewards_read_it_when_nobody_is_there(place: Town) -> None:
    await asks_unverified(place)
    (line,) = place.reads(STEWARDS)
    assert texts.text("stewards.not_verified") in line
    await writes(place, STEWARD, "waiting")
    assert texts.text("stewards.not_verified") in place.reads(STEWARDS)[-1]
    await writes(place, STEWARD, "take 1")
    assert any(texts.text("case.not_verified") in text for text in await place.hears_privately(STEWARD))


@pytest.mark.parametrize("tag", ["#swsdoxx", "#swsharrassment"])
async def test_a_doxx_is_listed_at_once_and_the_stewards_read_it(place: Town, tag: str) -> None:
    event = place.posts(ALICE, LOUNGE, f"{tag} my address is up there", signed=False)
    await place.settle()
    (line,) = place.reads(STEWARDS)
    assert line.startswith(f"👂 #1: {tag}")
    assert texts.text("stewards.not_verified") in line
    assert sorted(place.reactions(LOUNGE, event)) == sorted(["✅", "❓"])


@pytest.mark.parametrize("tag", ["swsdanger", "swsfyi", "swssupporter", "swshlep"])
async def test_everything_else_waits_for_a_steward(place: Town, tag: str) -> None:
    event = place.posts(ALICE, LOUNGE, f"#{tag} #nyc the kettle is on", signed=False)
    await place.settle()
    assert place.reactions(LOUNGE, event) == ["❓"]
    assert "`release 1`" in place.reads(STEWARDS)[0]
    assert (await post(place)).state is PostState.UNSIGNED
    assert await notes(place) == 1


async def test_how_to_verify_is_said_once_a_day(place: Town) -> None:
    for number in range(3):
        place.posts(ALICE, LOUNGE, f"#swsfyi #nyc kettle {number}", signed=False)
        await place.settle()
    assert await notes(place) == 1
    await place.later(DAY - 1)
    place.posts(ALICE, LOUNGE, "#swsfyi #nyc one more kettle", signed=False)
    await place.settle()
    assert await notes(place) == 1
    await place.later(1)
    place.posts(ALICE, LOUNGE, "#swsfyi #nyc and another kettle", signed=False)
    await place.settle()
    assert await notes(place) == 2


@pytest.mark.parametrize("words", ["#swsdanger #nyc a grey van", REQUEST, "#swsdoxx my address is up there"])
async def test_how_to_verify_is_not_said_to_who_could_not_read_it(place: Town, words: str) -> None:
    event = place.posts(ALICE, LOUNGE, words, signed=False, reachable=False)
    await place.settle()
    assert "❓" in place.reactions(LOUNGE, event)
    place.edits(ALICE, LOUNGE, event, f"{words} or so", signed=False, reachable=False)
    await place.settle()
    assert await notes(place) == 0
    # A device of theirs is signed meanwhile.
    place.posts(ALICE, LOUNGE, "#swsfyi #nyc the kettle is on", signed=False)
    await place.settle()
    assert await notes(place) == 1


@pytest.mark.parametrize(
    "words", ["#swsdanger #nyc a grey van", "#swsfyi #nyc the kettle is on", "!sws help"]
)
async def test_no_chat_is_opened_with_who_could_not_read_it(place: Town, words: str) -> None:
    event = place.posts(ALICE, LOUNGE, words, signed=False, reachable=False)
    await place.settle()
    assert place.reactions(LOUNGE, event) == ["❓"]
    assert await place.direct(ALICE) == ""


async def test_a_word_of_who_could_not_read_an_answer(place: Town) -> None:
    await asks(place)
    room = await place.direct(ALICE)
    event = place.posts(ALICE, room, "good evening", signed=False, reachable=False)
    await place.settle()
    assert place.reactions(room, event) == ["❓"]
    assert await notes(place) == 0


# ---- One call at a time ----

MORE = "#swshelp #nyc could somebody bring soup"


async def states(place: Town) -> list[PostState]:
    return [one.state for one in sorted(await place.store.records.open_posts(), key=lambda one: one.number)]


@pytest.mark.parametrize("tag", ["swshelp", "swsdoxx"])
async def test_the_first_call_counts_and_further_ones_wait_for_a_steward(place: Town, tag: str) -> None:
    await supporters(place, BEA)
    first = place.posts(ALICE, LOUNGE, f"#{tag} #nyc the first of them", signed=False)
    await place.settle()
    offers = len(await place.hears_privately(BEA))
    read = len(place.reads(STEWARDS))
    for number in range(5):
        event = place.posts(ALICE, LOUNGE, f"#{tag} #nyc made up, {number}", signed=False)
        await place.settle()
        assert place.reactions(LOUNGE, event) == ["❓"]
    assert sorted(place.reactions(LOUNGE, first)) == sorted(["✅", "❓"])
    assert len(await place.store.people.cases()) == 1
    assert len(await place.hears_privately(BEA)) == offers
    assert await states(place) == [PostState.UP, *[PostState.UNSIGNED] * 5]
    lines = place.reads(STEWARDS)[read:]
    assert [f"`release {number}`" in line for number, line in enumerate(lines, start=2)] == [True] * 5


async def test_a_steward_lets_a_further_call_through(place: Town) -> None:
    await stories.two_calls_from_an_unverified_device(place)
    assert len(await place.store.people.cases()) == 2
    assert [text for text in await place.hears_privately(BEA) if "soup" in text]


async def test_of_a_further_call_a_steward_lets_through_those_words_only(place: Town) -> None:
    await supporters(place, BEA)
    first = await asks_unverified(place)
    further = place.posts(ALICE, LOUNGE, MORE, signed=False)
    await place.settle()
    await writes(place, STEWARD, "release 2")
    for event in (first, further):
        place.edits(ALICE, LOUNGE, event, "#swshelp #nyc a lift on Sunday?", signed=False)
        await place.settle()
    assert await states(place) == [PostState.UP, PostState.UNSIGNED]
    assert len(await place.store.people.cases()) == 1
    assert [text for text in await place.hears_privately(BEA) if "Sunday" in text]


async def test_the_same_words_again_belong_to_the_open_call(place: Town) -> None:
    await asks_unverified(place)
    again = await asks_unverified(place)
    assert sorted(place.reactions(LOUNGE, again)) == sorted(["✅", "❓"])
    assert await states(place) == [PostState.UP]


async def test_an_edit_is_no_way_round(place: Town) -> None:
    await asks_unverified(place)
    for words in (MORE, "nothing yet"):
        event = place.posts(ALICE, LOUNGE, words, signed=False)
        await place.settle()
        place.edits(ALICE, LOUNGE, event, "#swshelp #nyc a lift on Sunday?", signed=False)
        await place.settle()
    assert await states(place) == [PostState.UP, PostState.UNSIGNED, PostState.UNSIGNED]
    assert len(await place.store.people.cases()) == 1


@pytest.mark.parametrize("signed", ["the first", "the further one"])
async def test_a_verified_device_is_not_limited_and_limits_nothing(place: Town, signed: str) -> None:
    place.posts(ALICE, LOUNGE, REQUEST, signed=signed == "the first")
    await place.settle()
    place.posts(ALICE, LOUNGE, MORE, signed=signed != "the first")
    await place.settle()
    assert await states(place) == [PostState.UP, PostState.UP]
    assert len(await place.store.people.cases()) == 2


async def test_what_only_waits_limits_nothing(place: Town) -> None:
    place.posts(ALICE, LOUNGE, "#swshlep #nyc could somebody bring soup", signed=False)
    await place.settle()
    await asks_unverified(place)
    assert await states(place) == [PostState.UNSIGNED, PostState.UP]


async def test_the_limit_is_each_authors_own(place: Town) -> None:
    await asks_unverified(place)
    place.posts(CLEO, LOUNGE, MORE, signed=False)
    await place.settle()
    assert len(await place.store.people.cases()) == 2


@pytest.mark.parametrize("how", ["deleted", "over", "verified"])
async def test_after_the_first_call_the_next_one_counts(place: Town, how: str) -> None:
    await supporters(place, BEA)
    event = await asks_unverified(place)
    match how:
        case "deleted":
            place.deletes(ALICE, LOUNGE, event)
        case "verified":
            place.posts(ALICE, LOUNGE, REQUEST)
        case "over":
            await says(place, BEA, "yes")
            await joins(place, ALICE)
            await joins(place, BEA)
            await place.later(DAY)
    await place.settle()
    again = place.posts(ALICE, LOUNGE, MORE, signed=False)
    await place.settle()
    assert sorted(place.reactions(LOUNGE, again)) == sorted(["✅", "❓"])


async def test_two_tags_are_one_note(place: Town) -> None:
    await stories.two_tags_from_an_unverified_device(place)
    assert await notes(place) == 1
    assert len(place.reads(NYC)) == 1


async def test_who_is_forgotten_is_forgotten_here_too(place: Town) -> None:
    place.posts(ALICE, LOUNGE, "#swsfyi #nyc the kettle is on", signed=False)
    await place.settle()
    await says(place, ALICE, "forget me")
    assert await place.store.records.next_due() is None


@pytest.mark.parametrize("word", ["cancel", "good evening", "yes", "#nyc", "#swshlep #nyc"])
async def test_a_word_in_a_direct_chat_is_not_obeyed_and_not_passed_over(place: Town, word: str) -> None:
    await asks(place)
    room = await place.direct(ALICE)
    event = place.posts(ALICE, room, word, signed=False)
    await place.settle()
    assert place.reactions(room, event) == ["❓"]
    assert await notes(place) == 1
    assert (await case(place)).state is CaseState.NOBODY


@pytest.mark.parametrize(
    ("where", "words", "signs"),
    [
        (STEWARDS, "done 1", ["❓"]),
        (STEWARDS, "good evening", []),
        (LOUNGE, "!sws help", ["❓"]),
        (LOUNGE, "good evening", []),
    ],
)
async def test_elsewhere_only_a_word_to_the_bot_counts(
    place: Town, where: str, words: str, signs: list[str]
) -> None:
    event = place.posts(STEWARD, where, words, signed=False)
    await place.settle()
    assert place.reactions(where, event) == signs


async def test_what_two_say_to_each_other_is_nothing_to_it(place: Town) -> None:
    await supporters(place, BEA)
    await asks(place)
    await says(place, BEA, "yes")
    room = await joins(place, ALICE)
    event = place.posts(ALICE, room, "cancel", signed=False)
    await place.settle()
    assert place.reactions(room, event) == []
    assert await notes(place) == 0


async def test_a_verified_edit_lifts_the_doubt(place: Town) -> None:
    await stories.it_is_verified_meanwhile(place)
    assert place.reactions(LOUNGE, sent_first(place)) == ["✅"]
    assert not any(texts.text("case.not_verified") in text for text in await place.hears_privately(BEA))


async def test_the_same_words_from_a_verified_device_lift_the_doubt(place: Town) -> None:
    await supporters(place, BEA)
    await asks_unverified(place)
    again = place.posts(ALICE, LOUNGE, REQUEST)
    await place.settle()
    assert place.reactions(LOUNGE, again) == ["✅"]
    await says(place, BEA, "yes")
    assert not any(texts.text("case.not_verified") in text for text in await place.hears_privately(BEA))


async def test_an_unverified_repetition_takes_no_trust_away(place: Town) -> None:
    await supporters(place, BEA)
    await asks(place)
    again = await asks_unverified(place)
    assert sorted(place.reactions(LOUNGE, again)) == sorted(["✅", "❓"])
    assert (await post(place)).identity == f"key of {ALICE}"


@pytest.mark.parametrize("words", [WARNING, REQUEST])
async def test_what_a_verified_device_said_is_not_changed_by_another(place: Town, words: str) -> None:
    event = place.posts(ALICE, LOUNGE, words)
    await place.settle()
    before = len(place.reads(STEWARDS))
    for text in (f"{words} or not", "nothing at all"):
        place.edits(ALICE, LOUNGE, event, text, signed=False)
        await place.settle()
    assert (await post(place)).text == words
    assert sorted(place.reactions(LOUNGE, event)) == sorted(["✅", "❓"])
    assert [line[:4] for line in place.reads(STEWARDS)[before:]] == ["❓ #1"]
    assert await notes(place) == 1


async def test_what_an_unverified_device_said_it_may_change(place: Town) -> None:
    await supporters(place, BEA)
    event = await asks_unverified(place)
    place.edits(ALICE, LOUNGE, event, "#swshelp #nyc a lift on Sunday?", signed=False)
    await place.settle()
    assert [text for text in await place.hears_privately(BEA) if "Sunday" in text]
    assert sorted(place.reactions(LOUNGE, event)) == sorted(["✅", "❓"])
    place.edits(ALICE, LOUNGE, event, "all is well", signed=False)
    await place.settle()
    assert await place.store.people.cases() == ()


async def test_what_a_steward_let_through_are_those_words_only(place: Town) -> None:
    await stories.a_released_warning_is_edited_unverified(place)
    assert place.reads(NYC) == []
    assert (await post(place)).state is PostState.UNSIGNED
    await writes(place, STEWARD, "release 1")
    (relay,) = place.reads(NYC)
    assert "green" in relay


# ---- Whose words stewards' words are ----


async def test_another_identity_is_not_obeyed_until_another_steward_trusts_it(place: Town) -> None:
    await stories.a_steward_with_another_identity(place)
    read = place.reads(STEWARDS)
    assert sum(line.startswith("🔑 #2: `@dora:example.org`") for line in read) == 1
    assert texts.text("stewarding.accepted", who="rosa", number=2) in read
    assert read[-1] == "dora closed #1."
    # The identity before is none of theirs any more.
    event = await writes(place, STEWARD, "waiting")
    assert place.reactions(STEWARDS, event) == ["🔑"]


@pytest.mark.parametrize(
    "word",
    [
        "done 1",
        "show 1",
        "release 2",
        "send 3",
        "send 3 #nyc",
        "take 4",
        "approve 5",
        "decline 5",
        "waiting",
        "help",
    ],
)
async def test_no_word_of_another_identity_does_anything(place: Town, word: str) -> None:
    await writes(place, STEWARD, "help")
    place.posts(BEA, LOUNGE, "#swsfyi #nyc the kettle is on")
    place.posts(BEA, LOUNGE, WARNING, signed=False)
    place.posts(BEA, LOUNGE, "#swsdanger he calls from +1 212 555 0123")
    place.posts(ALICE, LOUNGE, REQUEST)
    place.posts(CLEO, LOUNGE, "#swssupporter #nyc")
    await place.settle()
    people, records = place.store.people, place.store.records
    before = (await people.cases(), await people.supporters(), await records.open_posts())
    read = len(place.reads(STEWARDS))
    event = await writes(place, STEWARD, word, OTHER)
    assert place.reactions(STEWARDS, event) == ["🔑"]
    assert [line[:4] for line in place.reads(STEWARDS)[read:]] == ["🔑 #6"]
    assert await place.hears_privately(STEWARD) == []
    assert (await people.cases(), await people.supporters(), await records.open_posts()) == before
    assert place.reads(NYC) == []


async def test_the_stewards_are_told_once_for_each_identity(place: Town) -> None:
    await writes(place, STEWARD, "help")
    for identity in (OTHER, OTHER, "a third key"):
        event = await writes(place, STEWARD, "waiting", identity)
        assert place.reactions(STEWARDS, event) == ["🔑"]
    assert [line[:4] for line in place.reads(STEWARDS)[1:]] == ["🔑 #1", "🔑 #2"]
    # What was announced as #1 is not what writes now.
    await writes(place, ROSA, "trust 1")
    assert place.reads(STEWARDS)[-1] == "I have no #1 open."
    await writes(place, ROSA, "waiting")
    assert place.reads(STEWARDS)[-1] == texts.text("stewarding.waiting", number=2)


@pytest.mark.parametrize("identity", [OTHER, ""])
async def test_nobody_trusts_themselves(place: Town, identity: str) -> None:
    await writes(place, STEWARD, "help")
    await writes(place, STEWARD, "waiting", OTHER)
    await writes(place, STEWARD, "trust 1", identity)
    assert not any("trusts" in line for line in place.reads(STEWARDS))
    pin = await place.store.people.pin(STEWARD)
    assert pin
    assert pin.identity == place.store.people.code(f"key of {STEWARD}")


async def test_the_identity_before_is_obeyed_meanwhile(place: Town) -> None:
    await writes(place, STEWARD, "help")
    await writes(place, STEWARD, "waiting", OTHER)
    await writes(place, STEWARD, "waiting")
    assert place.reads(STEWARDS)[-1] == texts.text("stewarding.waiting", number=1)


async def test_what_stewards_say_to_each_other_pins_nothing(place: Town) -> None:
    await writes(place, STEWARD, "good evening", OTHER)
    assert await place.store.people.pins() == ()
    await writes(place, STEWARD, "help")
    event = await writes(place, STEWARD, "good night", OTHER)
    assert place.reactions(STEWARDS, event) == []


async def test_a_word_in_another_room_pins_nothing(place: Town) -> None:
    place.posts(ALICE, LOUNGE, "!sws waiting")
    await asks(place)
    await says(place, ALICE, "status")
    assert await place.store.people.pins() == ()


async def test_trusted_devices_without_identity_are_none_once_one_is_pinned(place: Town) -> None:
    # As where the settings let unsigned devices count.
    place.posts(STEWARD, STEWARDS, "waiting", identity="")
    await place.settle()
    assert place.reads(STEWARDS) == [texts.text("stewards.waiting_none")]
    assert await place.store.people.pins() == ()
    await writes(place, STEWARD, "waiting")
    event = place.posts(STEWARD, STEWARDS, "waiting", identity="")
    await place.settle()
    assert place.reactions(STEWARDS, event) == ["❓"]
    assert len(place.reads(STEWARDS)) == 2


@pytest.mark.parametrize("how", ["forgotten", "away and back"])
async def test_there_is_no_way_round_a_pin(place: Town, how: str) -> None:
    await writes(place, STEWARD, "waiting")
    if how == "forgotten":
        room = place.opens_direct(STEWARD)
        await place.settle()
        place.posts(STEWARD, room, "forget me", identity=OTHER)
        await place.settle()
        assert place.reads(room) == [texts.text("forget.done", steward=texts.text("forget.steward"))]
    else:
        place.leaves(STEWARD, STEWARDS, known=False)
        place.joins(STEWARD, STEWARDS)
    event = await writes(place, STEWARD, "waiting", OTHER)
    assert place.reactions(STEWARDS, event) == ["🔑"]


async def test_words_are_shown_to_the_identity_that_asked(place: Town) -> None:
    place.posts(BEA, LOUNGE, "#swsfyi #nyc the kettle is on")
    place.posts(CLEO, LOUNGE, "#swssupporter #nyc")
    await place.settle()
    place.matrix.identities[STEWARD] = OTHER  # between their word and the answer
    for number in (1, 2):
        await writes(place, STEWARD, f"show {number}")
        assert place.reads(STEWARDS)[-1] == texts.text("stewarding.not_reached", user=STEWARD)
    assert await place.hears_privately(STEWARD) == []


async def test_a_steward_who_takes_it_is_invited_as_who_they_were(place: Town) -> None:
    await asks(place)
    await writes(place, STEWARD, "take 1")
    place.matrix.identities[STEWARD] = OTHER
    await joins(place, ALICE)
    assert texts.text("stewarding.not_reached", user=STEWARD) in place.reads(STEWARDS)
    assert (await case(place)).state is CaseState.NOBODY
    assert private_rooms(place) == []


async def test_a_steward_known_otherwise_as_supporter_takes_nothing_in_silence(place: Town) -> None:
    await asks(place)
    await supporters(place, STEWARD)
    await writes(place, STEWARD, "take 1", OTHER)
    assert texts.text("case.stewards_not_taken", who="dora", number=1) in place.reads(STEWARDS)
    assert not any("dora takes" in line for line in place.reads(STEWARDS))
    assert (await case(place)).state is CaseState.NOBODY
    supporter = await place.store.people.supporter(STEWARD)
    assert supporter
    assert supporter.state is SupporterState.SUSPENDED


# ---- Who leaves, and who is made to ----


async def test_a_case_that_a_steward_took_goes_on_without_them(place: Town) -> None:
    await stories.a_steward_who_took_it_is_removed(place)
    assert (await case(place)).state is CaseState.NOBODY
    assert private_rooms(place) == []
    assert any("can't come after all" in text for text in await place.hears_privately(ALICE))


@pytest.mark.parametrize("known", [True, False])
async def test_who_is_no_steward_any_more_is_not_the_one(place: Town, known: bool) -> None:
    await asks(place)
    await writes(place, STEWARD, "take 1")
    place.leaves(STEWARD, STEWARDS, known=known)
    await place.settle()
    assert (await case(place)).companions == ()


async def test_a_steward_who_leaves_another_room_still_is(place: Town) -> None:
    await asks(place)
    await writes(place, STEWARD, "take 1")
    place.leaves(STEWARD, LOUNGE)
    await place.settle()
    assert (await case(place)).companion(STEWARD)


async def test_a_supporter_who_leaves_the_stewards_still_is_one(place: Town) -> None:
    await supporters(place, STEWARD)
    await asks(place)
    await says(place, STEWARD, "yes")
    place.leaves(STEWARD, STEWARDS)
    await place.settle()
    assert (await case(place)).companion(STEWARD)


async def test_nobody_is_brought_together_with_who_was_removed(place: Town) -> None:
    await stories.the_requester_is_removed(place)
    assert await place.store.people.cases() == ()
    assert private_rooms(place) == []
    assert texts.text("case.gone") in await place.hears_privately(BEA)
    assert await place.store.records.open_posts() == ()


async def test_who_was_removed_has_no_chat_with_the_bot_either(place: Town) -> None:
    await stories.the_requester_is_removed(place)
    (chat,) = [
        room for room in place.matrix.rooms.values() if any("I'm on it" in one.text for one in room.timeline)
    ]
    assert place.world.me not in chat.members
    assert texts.text("case.closed") in place.reads(chat.id)
    assert await place.direct(ALICE) == ""
    place.opens_direct(ALICE, known=False)
    await place.settle()
    assert await place.direct(ALICE) == ""


async def test_who_was_removed_from_one_room_or_went_by_themselves_keeps_the_chat(place: Town) -> None:
    await asks(place)
    for known, removed in ((True, True), (False, False)):
        place.leaves(ALICE, LOUNGE, known=known, removed=removed)
        await place.later(MINUTE)
        assert await place.direct(ALICE)


async def test_who_was_removed_while_others_are_asked(place: Town) -> None:
    await supporters(place, BEA)
    await asks(place)
    place.leaves(ALICE, await place.direct(ALICE))
    place.leaves(ALICE, LOUNGE, known=False, removed=True)
    await place.settle()
    assert await place.hears_privately(BEA) == [texts.text("case.gone")]
    # No new chat is opened to say so.
    assert await place.direct(ALICE) == ""


@pytest.mark.parametrize(("known", "removed"), [(True, True), (True, False), (False, False)])
async def test_who_is_still_there_or_went_by_themselves_still_gets_somebody(
    place: Town, known: bool, removed: bool
) -> None:
    await supporters(place, BEA)
    await asks(place)
    place.leaves(ALICE, LOUNGE, known=known, removed=removed)
    await place.settle()
    await says(place, BEA, "yes")
    assert invited_to(place, ALICE)


async def test_removed_from_a_chat_that_is_over_is_not_removed_from_the_community(place: Town) -> None:
    await supporters(place, BEA, CLEO)
    await asks(place)
    place.leaves(ALICE, LOUNGE, known=False)
    await says(place, BEA, "yes")
    room = invited_to(place, ALICE)
    place.leaves(ALICE, room, known=False, removed=True)
    await place.settle()
    assert (await case(place)).state is CaseState.SEEKING
