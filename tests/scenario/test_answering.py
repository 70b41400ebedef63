"""What the library answers by itself: a question in a direct chat, a call that nobody is there for."""

from __future__ import annotations

import pytest

from swsmatrix import texts
from swsmatrix.protocol import UserId
from tests.scenario.help_stories import supporters
from tests.town import ALICE, BEA, LOUNGE, NYC, Town

KITCHEN = "#swsfyi #nyc #housing the night kitchen on the hill has beds and soup until six"
MEANWHILE = texts.text("finding.meanwhile")
ANSWER = texts.text("finding.answer")


async def asks(place: Town, text: str, who: UserId = ALICE) -> list[str]:
    """What is said to somebody who writes to the bot alone."""
    room = await place.direct(who) or place.opens_direct(who)
    await place.settle()
    before = len(place.reads(room))
    place.posts(who, room, text)
    await place.settle()
    return place.reads(room)[before:]


async def has(place: Town, text: str = KITCHEN) -> None:
    place.posts(BEA, LOUNGE, text)
    await place.settle()


@pytest.mark.parametrize(
    "text",
    [
        "where can I get soup tonight?",
        "is there a bed somewhere in nyc?",
        "I need a bed and soup",
        "Where is the night kitchn?",
    ],
)
async def test_a_question_that_the_library_answers(place: Town, text: str) -> None:
    await has(place)
    (said,) = await asks(place, text)
    assert said.startswith(ANSWER)
    assert "night kitchen" in said


@pytest.mark.parametrize(
    "text",
    ["thank you so much", "soup", "who is your favourite singer?", "good morning dear porch", "statuss"],
)
async def test_what_is_no_question_to_the_library(place: Town, text: str) -> None:
    await has(place)
    (said,) = await asks(place, text)
    assert ANSWER not in said


async def test_an_answer_is_shown_whole(place: Town) -> None:
    await has(place)
    await asks(place, "where can I get soup tonight?")
    (said,) = await asks(place, "show 1")
    assert "beds and soup until six" in said


async def test_three_at_most(place: Town) -> None:
    for number in range(5):
        await has(place, f"#swsfyi #nyc soup and bread at the corner of window {'i' * (number + 1)}")
    (said,) = await asks(place, "where can I get soup and bread?")
    assert said.count("soup and bread") == 3


async def test_who_waits_for_a_yes_is_told_of_that_instead(place: Town) -> None:
    await has(place)
    await supporters(place, BEA)
    place.posts(ALICE, LOUNGE, "#swshelp #nyc #ride somebody to walk home with?")
    await place.settle()
    said = await asks(place, "where is the soup?", BEA)
    assert said == [texts.text("case.only_yes_or_no")]


async def test_a_call_that_nobody_is_there_for_gets_what_may_help(place: Town) -> None:
    await has(place)
    place.posts(ALICE, LOUNGE, "#swshelp #nyc I have no bed for tonight")
    await place.settle()
    nobody, meanwhile = await place.hears_privately(ALICE)
    assert nobody.startswith("Nobody is there yet")
    assert meanwhile.startswith(MEANWHILE)
    assert "night kitchen" in meanwhile


async def test_a_tip_that_goes_is_not_offered_any_more(place: Town) -> None:
    event = place.posts(BEA, LOUNGE, KITCHEN)
    await place.settle()
    place.posts(ALICE, LOUNGE, "#swshelp #nyc I have no bed for tonight")
    await place.settle()
    place.deletes(BEA, LOUNGE, event)
    await place.settle()
    assert not any("night kitchen" in said for said in await place.hears_privately(ALICE))
    assert any("Nobody is there yet" in said for said in await place.hears_privately(ALICE))


async def test_nothing_is_offered_that_does_not_fit(place: Town) -> None:
    await has(place)
    place.posts(ALICE, NYC, "#swshelp somebody to talk to")
    await place.settle()
    assert len(await place.hears_privately(ALICE)) == 1


async def test_a_tip_for_another_place_is_not_offered(place: Town) -> None:
    await has(place, "#swsfyi #chicago beds and soup until six")
    place.posts(ALICE, LOUNGE, "#swshelp #nyc I have no bed for tonight")
    await place.settle()
    assert len(await place.hears_privately(ALICE)) == 1


async def test_who_is_in_none_of_our_rooms_gets_nothing_of_it(place: Town) -> None:
    await has(place)
    room = place.opens_direct(ALICE)
    await place.settle()
    place.posts(ALICE, room, "where can I get soup tonight?", known=False)
    await place.settle()
    assert not any("night kitchen" in said for said in place.reads(room))
