"""What people change, answer and delete when nobody expects it."""

from __future__ import annotations

import pytest

from swsmatrix.protocol import HOUR, EventId, MessagePosted
from tests.scenario.abuse_stories import says
from tests.town import ALICE, CHICAGO, LOUNGE, NYC, STEWARD, STEWARDS, Town

GREY = "#swsdanger #nyc a grey van waits by the bridge"
NUMBER = "#swsdanger #nyc he calls from +1 212 555 0123"


async def answer(place: Town, word: str) -> list[str]:
    before = len(await place.hears_privately(ALICE))
    await says(place, ALICE, await place.direct(ALICE), word)
    return (await place.hears_privately(ALICE))[before:]


def key_arrives(place: Town, event: EventId) -> None:
    """The first words of ``event`` can be read now."""
    room, identity = place.room(LOUNGE).id, f"key of {ALICE}"
    late = MessagePosted(room=room, event=event, sender=ALICE, at=place.time, text=GREY, identity=identity)
    place.matrix.log.append(late)


@pytest.mark.parametrize(
    ("text", "words"),
    [(NUMBER, "Answer `send 1`, `private 1` or `drop 1`."), ("#swsdanger a grey van", "for which place")],
)
@pytest.mark.parametrize("word", ["yes", "ok", "no"])
async def test_a_word_that_fits_no_question_of_what_waits(
    place: Town, text: str, words: str, word: str
) -> None:
    await says(place, ALICE, LOUNGE, text)
    (told,) = await answer(place, word)
    assert told.startswith("Your message has not gone out yet")
    assert words in told
    assert place.reads(NYC) == []


async def test_a_thumb_up_on_what_is_held_is_answered(place: Town) -> None:
    await says(place, ALICE, LOUNGE, NUMBER)
    chat = await place.direct(ALICE)
    question = next(one for one in place.room(chat).timeline if "Answer" in one.text)
    place.reacts(ALICE, chat, question.event, "👍")
    await place.settle()
    (_, told) = await place.hears_privately(ALICE)
    assert told.startswith("Your message has not gone out yet")


async def test_an_answer_with_a_slip_is_corrected(place: Town) -> None:
    await says(place, ALICE, LOUNGE, "#swsdanger a grey van")
    chat = await place.direct(ALICE)
    said = await says(place, ALICE, chat, "#nyk")
    assert place.reads(NYC) == []
    place.edits(ALICE, chat, said, "#nyc")
    await place.settle()
    (relay,) = place.reads(NYC)
    assert "a grey van" in relay
    before = await place.hears_privately(ALICE)
    for words in ("#chicago", "#nyc please", "never mind", "#swsdagner", "yes"):
        place.edits(ALICE, chat, said, words)
        await place.settle()
    assert [one for one in await place.hears_privately(ALICE) if one not in before] == []
    assert place.reads(CHICAGO) == []


async def test_the_edit_of_another_warning_is_no_answer(place: Town) -> None:
    await says(place, ALICE, LOUNGE, "#swsdanger a grey van")
    chat = await place.direct(ALICE)
    other = await says(place, ALICE, chat, "#swsdanger #chicago a red van")
    place.edits(ALICE, chat, other, "#swsdanger #nyc a red van")
    await place.settle()
    (relay,) = place.reads(NYC)
    assert "a red van" in relay


async def test_an_answer_is_not_corrected_by_a_device_that_nobody_vouches_for(place: Town) -> None:
    await says(place, ALICE, LOUNGE, "#swsdanger a grey van")
    chat = await place.direct(ALICE)
    said = await says(place, ALICE, chat, "#nyk")
    place.edits(ALICE, chat, said, "#nyc", signed=False, identity="")
    await place.settle()
    assert place.reads(NYC) == []


@pytest.mark.parametrize("where", [LOUNGE, "direct"])
async def test_what_was_sent_twice_is_deleted_once(place: Town, where: str) -> None:
    where = place.opens_direct(ALICE) if where == "direct" else where
    await place.settle()
    one = await says(place, ALICE, where, GREY)
    await says(place, ALICE, where, GREY)
    before = len(await place.hears_privately(ALICE))
    place.deletes(ALICE, where, one)
    await place.settle()
    assert place.reads(NYC) == []
    assert "You had sent it twice" in (await place.hears_privately(ALICE))[before:][-1]
    again = await says(place, ALICE, where, GREY)
    place.deletes(ALICE, where, again)
    await place.settle()
    assert len([one for one in await place.hears_privately(ALICE) if "sent it twice" in one]) == 1


@pytest.mark.parametrize(
    ("text", "word", "told"),
    [
        (NUMBER, "send 1", "The stewards have sent it on to New York City, without the details."),
        ("#swsdanger a grey van", "send 1 #nyc", "The stewards have sent it on to New York City."),
    ],
)
async def test_its_author_learns_that_a_steward_sent_it(place: Town, text: str, word: str, told: str) -> None:
    await says(place, ALICE, LOUNGE, text)
    await says(place, STEWARD, STEWARDS, word)
    (said,) = await place.hears_privately(ALICE)
    assert said.endswith(told)
    assert len(place.reads(NYC)) == 1


async def test_the_key_of_a_message_comes_after_its_correction(place: Town) -> None:
    event = place.cannot_be_read(ALICE, LOUNGE, "one session")
    await place.settle()
    place.edits(ALICE, LOUNGE, event, GREY.replace("grey", "green"))
    await place.settle()
    assert await place.store.records.unread_event(event) is None
    key_arrives(place, event)
    await place.later(HOUR)
    (relay,) = place.reads(NYC)
    assert "a green van" in relay
    assert [one for one in await place.hears_privately(ALICE) if "read" in one] == []


async def test_the_key_of_a_message_comes_after_its_tag_was_taken_away(place: Town) -> None:
    event = place.cannot_be_read(ALICE, LOUNGE, "one session")
    await place.settle()
    place.edits(ALICE, LOUNGE, event, "never mind")
    await place.settle()
    key_arrives(place, event)
    await place.settle()
    assert place.reads(NYC) == []


async def test_a_device_that_nobody_vouches_for_does_not_silence_what_was_said_before(place: Town) -> None:
    event = place.cannot_be_read(ALICE, LOUNGE, "one session")
    await place.settle()
    place.edits(ALICE, LOUNGE, event, "never mind", signed=False, identity="")
    await place.settle()
    assert await place.store.records.unread_event(event)
    key_arrives(place, event)
    await place.settle()
    (relay,) = place.reads(NYC)
    assert "a grey van" in relay
