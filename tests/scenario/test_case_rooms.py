"""What is said in a room that the bot made for the people of a case, and whose it is."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from swsmatrix.features import FEATURES
from swsmatrix.features.feature import Feature
from swsmatrix.model import NOTHING, Direct, Private
from swsmatrix.protocol import CreatePrivate, Done, MessagePosted, RoomId
from swsmatrix.routing import Input, Kind
from tests.scenario.help_stories import asks, joins, says, supporters
from tests.town import ALICE, BEA, NYC, Town, town

SUBJECT = "swsdoxx $request"


class Overheard:
    """A feature that answers to a word in rooms of cases, and what it was asked."""

    def __init__(self) -> None:
        self.asked: list[Input] = []
        self.feature = Feature("overheard", self.load, lambda *_: NOTHING, case=("took", "done"))

    async def load(self, asked: Input, *_: object) -> bool:
        if isinstance(asked.event, MessagePosted):
            self.asked.append(asked)
        return True

    @property
    def words(self) -> list[str]:
        return [one.said.word for one in self.asked if one.said]


@pytest.fixture
def overheard() -> Overheard:
    return Overheard()


@pytest.fixture
async def place(tmp_path: Path, overheard: Overheard) -> AsyncIterator[Town]:
    async with town(tmp_path, features=(*FEATURES, overheard.feature)) as made:
        yield made


async def make(place: Town) -> RoomId:
    made = await place.matrix.perform(None, CreatePrivate("Chat"), "t")
    assert isinstance(made, Done)
    room = RoomId(made.result)
    await place.knows(Private(room=room, subject=SUBJECT))
    for who in (ALICE, BEA):
        place.joins(who, room)
    await place.settle()
    return room


async def test_its_own_words_are_heard_there_and_nobody_else_answers(
    place: Town, overheard: Overheard
) -> None:
    room = await make(place)
    for text in ("took 2", "status", "hello?", "!sws help", "#swsdanger #nyc a van", "done 1"):
        place.posts(BEA, room, text)
    await place.settle()
    assert {(one.place.kind, one.place.subject) for one in overheard.asked} == {(Kind.CASE, SUBJECT)}
    assert overheard.words == ["took", "done"]
    assert (place.reads(room), place.reads(NYC), await place.hears_privately(BEA)) == ([], [], [])
    assert room in place.matrix.rooms


async def test_what_is_known_as_a_chat_is_one(place: Town, overheard: Overheard) -> None:
    room = await make(place)
    await place.knows(Direct(user=BEA, room=room))
    place.posts(BEA, room, "done")
    await place.settle()
    assert [one.place.kind for one in overheard.asked] == [Kind.DIRECT]


@pytest.mark.parametrize("signed", [True, False])
async def test_nothing_is_for_the_bot_where_it_stays_with_two(
    place: Town, overheard: Overheard, signed: bool
) -> None:
    place.world = replace(place.world, bot_stays=True)
    await place.restart()
    await supporters(place, BEA)
    await asks(place)
    await says(place, BEA, "yes")
    room = await joins(place, ALICE)
    await joins(place, BEA)
    before = (place.reads(room), await place.hears_privately(ALICE), len(place.room(room).timeline))
    for text in ("status", "done", "!sws help", "#swsdanger #nyc a van", "new york"):
        place.posts(ALICE, room, text, signed=signed)
    place.cannot_be_read(ALICE, room, "a session")
    await place.settle()
    after = (place.reads(room), await place.hears_privately(ALICE), len(place.room(room).timeline) - 6)
    assert after == before
