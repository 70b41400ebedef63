"""What `status` says: values in, values out."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from swsmatrix.features import status
from swsmatrix.features.cases import TABLES
from swsmatrix.features.status import Mine
from swsmatrix.model import (
    CaseState,
    Companion,
    Offer,
    Post,
    PostState,
    RegionId,
    SupporterState,
    Tag,
    ToDirect,
)
from swsmatrix.protocol import EventId, MessagePosted, Millis, RoomId, Say
from swsmatrix.routing import Input, Kind, Place, Said
from tests.scenario.help_stories import asks, joins, says, supporters
from tests.town import ALICE, BEA, CLEO, LOUNGE, START, WORLD, Town, town
from tests.unit import examples

POSTED = MessagePosted(room=RoomId("!chat"), event=EventId("$s"), sender=ALICE, at=START, text="status")
ASKED = Input(POSTED, Place(Kind.DIRECT), None, Said("status"))


def post(number: int, **different: object) -> Post:
    return examples.post(**{"event": EventId(f"${number}"), "number": number, **different})


REQUEST = post(3, feature="swshelp", tag=Tag("swshelp"))
CASE = examples.case(event=REQUEST.event, number=3, offers=(Offer(BEA, START), Offer(CLEO, START)))
SUPPORTER = examples.supporter(ALICE, topics=("ride",))


def answer(mine: Mine, now: Millis = START) -> str:
    (effect,) = status.decide(ASKED, mine, WORLD, now).effects
    assert effect.target == ToDirect(ALICE)
    assert isinstance(effect.action, Say)
    return effect.action.text


def test_nothing_is_open() -> None:
    assert "Nothing of yours is open" in answer(Mine())


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (PostState.NEAR, "waits for its author: was that a tag?"),
        (PostState.WHERE, "waits for a place"),
        (PostState.HELD, "waits for its author"),
        (PostState.UNSIGNED, "from an unverified device"),
        (PostState.WITHDRAWN, "taken down by a steward"),
        (PostState.UP, "up until Fri 18 Dec 2026, 06:06 EST"),
    ],
)
def test_a_message_and_where_it_stands(state: PostState, words: str) -> None:
    said = answer(Mine(posts=(post(4, state=state),)))
    assert said.splitlines()[-1] == f"• #4 · #swsdanger · New York City: {words}"


def test_no_words_of_theirs_are_repeated() -> None:
    assert "grey van" not in answer(Mine(posts=(post(4),)))


@pytest.mark.parametrize(
    ("state", "offers", "words"),
    [
        (CaseState.SEEKING, 0, "looking for somebody"),
        (CaseState.SEEKING, 1, "asked one person. Nobody has said yes yet."),
        (CaseState.SEEKING, 2, "asked 2 people. Nobody has said yes yet."),
        (CaseState.NOBODY, 1, "Nobody is there yet. The stewards know"),
        (CaseState.OPENING, 1, "I'm opening a chat"),
        (CaseState.INVITED, 1, "Look at your invitations"),
        (CaseState.JOINED, 1, "not there yet"),
        (CaseState.TOGETHER, 0, "a chat of your own"),
    ],
)
def test_a_request_is_shown_once_as_its_case(state: CaseState, offers: int, words: str) -> None:
    case = replace(CASE, state=state, offers=CASE.offers[:offers], companions=(Companion(BEA),))
    said = answer(Mine(posts=(REQUEST,), cases=(case,)))
    assert words in said
    assert said.count("#3 · #swshelp · New York City: ") == 1
    assert "heard" not in said
    assert "bea" not in said
    assert "cleo" not in said


def test_who_waits_learns_that_nobody_can_be_sent_and_who_else_there_is() -> None:
    others = post(4, feature="swshelp", tag=Tag("swshelp"))
    for state in TABLES[CASE.feature]:
        cases = (replace(CASE, state=state), replace(CASE, state=state, event=others.event, number=4))
        said = answer(Mine(posts=(REQUEST, others), cases=cases))
        waits = state in (CaseState.SEEKING, CaseState.NOBODY)
        assert said.count("nobody can be sent to you") == waits
        assert said.count("night line") == waits


def test_only_where_it_waits() -> None:
    there = replace(REQUEST, regions=(RegionId("chicago"),))
    assert "night line" not in answer(Mine(posts=(there, post(4)), cases=(CASE,)))


def test_a_registration_is_shown_as_what_they_are() -> None:
    registration = post(9, feature="swssupporter", tag=Tag("swssupporter"))
    said = answer(Mine(posts=(registration,), supporter=SUPPORTER, there_for=2))
    assert "#9" not in said
    assert "You're on the list" in said
    assert "New York City" in said
    assert "ride" in said
    assert "there for 2 (at most 3" in said


def test_a_registration_that_waits_for_its_author_is_shown() -> None:
    registration = post(9, feature="swssupporter", tag=Tag("swssupporter"), state=PostState.WHERE)
    assert "#9 · #swssupporter" in answer(Mine(posts=(registration,)))


@pytest.mark.parametrize("state", SupporterState)
def test_where_a_supporter_stands(state: SupporterState) -> None:
    said = answer(Mine(supporter=replace(SUPPORTER, state=state)))
    assert ("Places: " in said) is (state is not SupporterState.DECLINED)
    assert ("at most 3" in said) is (state in (SupporterState.ACTIVE, SupporterState.PAUSED))


def test_a_steward_who_is_there_for_somebody() -> None:
    assert "there for 1" in answer(Mine(there_for=1))


@pytest.mark.parametrize(
    ("count", "words"), [(1, "One question of mine waits"), (2, "2 questions of mine wait")]
)
def test_what_waits_for_their_answer(count: int, words: str) -> None:
    assert words in answer(Mine(asked=count))


def test_many_fit_on_a_phone() -> None:
    said = answer(Mine(posts=tuple(post(number) for number in range(1, 14))))
    lines = said.splitlines()
    assert len(lines) == 12
    assert "#4 " in lines[1]
    assert lines[-1] == "… and 3 older"


# ---- In a town ----


@pytest.fixture
async def place(tmp_path: Path) -> AsyncIterator[Town]:
    async with town(tmp_path) as place:
        yield place


async def last_word(place: Town, who: str) -> str:
    await says(place, who, "Status?")  # type: ignore[arg-type]
    return (await place.hears_privately(who))[-1]  # type: ignore[arg-type]


async def test_each_reads_what_is_their_own(place: Town) -> None:
    await supporters(place, BEA, CLEO)
    place.opens_direct(ALICE)
    await place.settle()
    assert "Nothing of yours is open" in await last_word(place, ALICE)
    await asks(place)
    place.posts(BEA, LOUNGE, "#swsdanger #chicago the side door is watched")
    await place.settle()
    alice, bea = await last_word(place, ALICE), await last_word(place, BEA)
    assert "asked 2 people" in alice
    assert "#swsdanger" not in alice
    assert "question of mine" not in alice
    assert "nobody can be sent" in alice
    assert "#swsdanger · Chicago: up until " in bea
    assert "One question of mine waits" in bea
    assert "#swshelp" not in bea
    assert "nobody can be sent" not in bea
    assert "there for nobody" in bea
    await says(place, BEA, "yes")
    await joins(place, ALICE)
    assert "there for 1" in await last_word(place, BEA)
    assert "question of mine" not in await last_word(place, CLEO)
    assert "not there yet" in await last_word(place, ALICE)


async def test_only_in_a_direct_chat(place: Town) -> None:
    place.opens_direct(ALICE)
    place.posts(ALICE, LOUNGE, "#swsdanger #nyc a grey van waits")
    await place.settle()
    place.posts(ALICE, LOUNGE, "status")
    place.posts(ALICE, LOUNGE, "!sws status")
    await place.settle()
    assert not any("What is open" in text for text in await place.hears_privately(ALICE))
