"""However many posts there are, a private word reads a member's own, and `warnings` what it shows."""

from __future__ import annotations

from dataclasses import replace

import pytest

from swsmatrix.features import own
from swsmatrix.model import Post, PostState, RegionId
from swsmatrix.protocol import EventId
from tests.scenario.latecomers_stories import asks, chat
from tests.town import ALICE, BEA, LOUNGE, NYC, Town
from tests.unit import examples


async def not_to_be_read() -> tuple[Post, ...]:
    raise AssertionError("all of them are read")


ANSWERS = ["yes", "no", "drop", "cancel", "send 1", "brooklyn"]
WORDS = ["what?", "help", "status", "extend", "forget me", "warnings #nyc", "warnings #buffalo"]


@pytest.mark.parametrize("word", [*ANSWERS, *WORDS])
async def test_a_word_in_private_does_not_read_what_others_wrote(
    place: Town, word: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    place.posts(ALICE, LOUNGE, "#swsdanger #nyc a grey van waits by the bridge")
    place.posts(BEA, LOUNGE, "#swsdanger a grey van waits by the station")
    await chat(place, BEA)
    before = await place.hears_privately(BEA)
    monkeypatch.setattr(place.store.records, "open_posts", not_to_be_read)
    monkeypatch.setattr(place.store.people, "cases", not_to_be_read)
    assert await asks(place, word, BEA) != before


async def test_nor_does_who_comes_into_a_room(place: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    place.posts(ALICE, LOUNGE, "#swsdanger #nyc a grey van waits by the bridge")
    await chat(place, BEA)
    monkeypatch.setattr(place.store.records, "open_posts", not_to_be_read)
    place.joins(BEA, NYC)
    await place.settle()
    assert "`warnings #nyc`" in (await place.hears_privately(BEA))[-1]


def waiting(number: int, **different: object) -> Post:
    return examples.post(
        number=number,
        event=EventId(f"$old {number}"),
        state=PostState.WHERE,
        regions=(),
        text="#swsdanger a grey van waits",
        **different,
    )


async def test_a_plain_word_is_about_the_newest_and_a_number_about_any(place: Town) -> None:
    """Of what waits; what is newer than the oldest is out."""
    up = [
        replace(examples.post(number=number), event=EventId(f"$up {number}"), regions=(RegionId("nyc"),))
        for number in range(3, own.NEWEST + 2)
    ]
    await place.knows(waiting(1), waiting(2), *up)
    await chat(place, ALICE)
    await asks(place, "send #chicago", ALICE)
    assert (await place.store.records.post_numbered(1)).state is PostState.WHERE  # type: ignore[union-attr]
    assert (await place.store.records.post_numbered(2)).state is PostState.UP  # type: ignore[union-attr]
    await asks(place, "send 1 #chicago", ALICE)
    assert (await place.store.records.post_numbered(1)).state is PostState.UP  # type: ignore[union-attr]


async def test_a_number_of_somebody_elses_is_not_theirs(place: Town) -> None:
    await place.knows(waiting(1))
    await chat(place, BEA)
    (said,) = await asks(place, "send 1 #chicago", BEA)
    assert said == "Nothing of yours waits for an answer just now."
    (post,) = await place.store.records.posts_by(ALICE)
    assert post.state is PostState.WHERE


async def test_a_number_that_is_not_what_they_answer_to_moves_neither(place: Town) -> None:
    for text in ("#swsdanger a grey van waits by the bridge", "#swsdanger a green van waits by the station"):
        place.posts(ALICE, LOUNGE, text)
        await place.settle()
    room = await place.direct(ALICE)
    question = place.room(room).timeline[-1].event
    assert "Nothing of yours waits" in (await asks(place, "drop 1", ALICE, reply_to=question))[-1]
    assert len(await place.store.records.posts_by(ALICE)) == 2
