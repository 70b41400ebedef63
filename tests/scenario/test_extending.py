"""How long warnings stand: said before it ends, and longer with a word."""

from __future__ import annotations

from dataclasses import replace

import pytest

from swsmatrix.protocol import DAY, HOUR, Millis
from tests.scenario import withdrawing_stories as stories
from tests.scenario.help_stories import says
from tests.scenario.trust_stories import ROSA, writes
from tests.scenario.withdrawing_stories import warns
from tests.town import ALICE, BEA, LOUNGE, NY, NYC, STEWARD, STEWARDS, Town


async def told(place: Town) -> list[str]:
    """What Alice reads of the end of her warnings."""
    return [text for text in await place.hears_privately(ALICE) if " ends on " in text]


# ---- Said before it ends ---------------------------------------------------------------------------


async def test_its_author_is_told_once_three_days_before(place: Town) -> None:
    await warns(place)
    await place.later(27 * DAY - 1)
    assert await told(place) == []
    await place.later(1)
    (line,) = await told(place)
    assert "New York State (Wed 18 Nov 2026, 06:06 EST)" in line
    assert "on Fri 18 Dec 2026, 06:06 EST" in line
    assert "`extend 1` keeps it up for longer" in line
    assert "grey van" not in line
    await place.later(2 * DAY)
    await place.restart()
    await place.settle()
    assert len(await told(place)) == 1
    await place.later(DAY)
    assert place.reads(NYC) == []
    assert await told(place) == []  # it is over
    assert await place.store.records.next_due() is None


@pytest.mark.parametrize(
    ("term", "after"),
    [(7 * DAY, 4 * DAY), (4 * DAY, 2 * DAY), (2 * DAY, DAY), (2 * DAY - HOUR, None), (HOUR, None)],
)
async def test_never_in_the_first_half_nor_where_it_is_short(
    place: Town, term: Millis, after: Millis | None
) -> None:
    place.engine.world = place.world = replace(place.world, expires_after=term)
    await warns(place)
    wait = term - 1 if after is None else after
    await place.later(wait - 1)
    assert await told(place) == []
    await place.later(1)
    assert len(await told(place)) == (after is not None)


async def test_not_of_what_is_down_where_it_cannot_be_taken_back_yet(place: Town) -> None:
    await warns(place)
    await place.later(27 * DAY - HOUR)
    names = {name: room for name, room in place.world.names.items() if name != NYC}
    place.engine.world = place.world = replace(place.world, names=names)
    await writes(place, STEWARD, "withdraw 1 it was a bread van")
    await place.later(2 * HOUR)
    assert len(place.reads(NYC)) == 1
    assert await told(place) == []


async def test_not_of_what_is_down_or_never_went_out(place: Town) -> None:
    await warns(place)
    await warns(place, "#swsdanger #maine nobody hears this")  # there is no room
    await warns(place, "#swsdanger and nobody this")
    await place.later(27 * DAY - HOUR)
    await writes(place, STEWARD, "withdraw 1 it was a bread van")
    await place.later(2 * HOUR)
    assert await told(place) == []


async def test_what_comes_back_in_its_last_days_has_been_told(place: Town) -> None:
    event = await warns(place)
    await place.later(28 * DAY)
    assert len(await told(place)) == 1
    place.edits(ALICE, LOUNGE, event, "#swsdanger #nyc a green van waits")
    await place.settle()
    assert await told(place) == []
    await place.later(DAY)
    assert await told(place) == []
    assert len(place.reads(NYC)) == 1
    await place.later(DAY)
    assert place.reads(NYC) == []


async def test_what_expired_while_the_bot_was_away_is_not_announced(place: Town) -> None:
    await warns(place)
    await place.later(30 * DAY)
    room = await place.direct(ALICE)
    assert room == ""


# ---- extend ----------------------------------------------------------------------------------------


async def test_its_author_keeps_it(place: Town) -> None:
    chat = place.opens_direct(ALICE)
    await warns(place)
    await place.later(27 * DAY)
    assert len(await told(place)) == 1
    place.posts(ALICE, chat, "extend")
    await place.settle()
    assert (await place.hears_privately(ALICE))[-1] == "It stays until Thu 14 Jan 2027, 06:06 EST."
    assert await told(place) == []  # it is not so any more
    await place.later(27 * DAY - 1)
    assert len(place.reads(NYC)) == 1
    assert await told(place) == []
    await place.later(1)
    assert "on Thu 14 Jan 2027" in (await told(place))[0]
    await place.later(3 * DAY - 1)
    assert len(place.reads(NYC)) == 1
    await place.later(1)
    assert place.reads(NYC) == []
    assert await place.bodies() == []
    assert place.reads(STEWARDS) == []


async def test_never_longer_than_the_usual_time_from_now(place: Town) -> None:
    chat = place.opens_direct(ALICE)
    await warns(place)
    for _ in range(3):
        place.posts(ALICE, chat, "extend 1")
        await place.settle()
    await place.later(30 * DAY)
    assert await place.bodies() == []


async def test_it_stays_through_edits_and_a_day_taken_down(place: Town) -> None:
    chat = place.opens_direct(ALICE)
    event = await warns(place)
    await place.later(20 * DAY)
    place.posts(ALICE, chat, "extend")
    await place.settle()
    place.edits(ALICE, LOUNGE, event, "#swsdanger #nyc a green van waits")
    await place.settle()
    await writes(place, STEWARD, "withdraw 1 it was a bread van")
    await writes(place, ROSA, "restore 1")
    await place.later(30 * DAY - 1)
    assert len(place.reads(NYC)) == 1
    await place.later(1)
    assert place.reads(NYC) == []


async def test_which_one_by_number_by_reply_or_asked(place: Town) -> None:
    chat = place.opens_direct(ALICE)
    await warns(place)
    await place.later(DAY)
    await warns(place, "#swsdanger #nyc a green van waits")
    place.posts(ALICE, chat, "extend")
    await place.settle()
    asked = (await place.hears_privately(ALICE))[-1]
    place.posts(ALICE, chat, "extend 2")
    await place.settle()
    assert "It stays until Sat 19 Dec" in (await place.hears_privately(ALICE))[-1]
    assert "#1 · New York State · up until Fri 18 Dec" in asked
    assert "#2 · New York City · up until Sat 19 Dec" in asked
    await place.later(26 * DAY)
    (line,) = [one for one in place.room(chat).timeline if " ends on " in one.text]
    place.posts(ALICE, chat, "Extend!", reply_to=line.event)
    await place.settle()
    await place.later(3 * DAY)
    assert len(place.reads(NYC)) == 2
    await place.later(DAY)
    assert len(place.reads(NYC)) == 1
    place.posts(ALICE, chat, "extend #1")
    await place.settle()
    assert "It stays until" in (await place.hears_privately(ALICE))[-1]


async def test_only_ones_own_that_is_up(place: Town) -> None:
    chat = place.opens_direct(BEA)
    await warns(place)
    await warns(place, "#swsfyi #nyc the night kitchen is open", BEA)
    await warns(place, "#swsdanger and where", BEA)
    for word in ("extend", "extend 1", "extend 2", "extend 3", "extend 9"):
        place.posts(BEA, chat, word)
        await place.settle()
        assert "no such warning" in (await place.hears_privately(BEA))[-1]
    await place.later(DAY)
    place.posts(ALICE, LOUNGE, "!sws extend 1")
    await place.settle()
    await place.later(29 * DAY)
    assert place.reads(NYC) == []


async def test_a_steward_keeps_it_and_all_of_them_and_its_author_learn(place: Town) -> None:
    await stories.a_steward_keeps_it(place)
    assert len(place.reads(NY)) == len(place.reads(NYC)) == 1
    (line,) = place.reads(STEWARDS)
    assert line == "dora keeps #1 up until Thu 14 Jan 2027, 06:06 EST."
    (author,) = await place.hears_privately(ALICE)
    assert "until Thu 14 Jan 2027" in author
    assert "dora" not in author
    await writes(place, ROSA, "extend 1")
    (author,) = await place.hears_privately(ALICE)
    assert "until Mon 18 Jan 2027" in author


async def test_a_steward_who_wrote_it_reads_of_it_once(place: Town) -> None:
    await warns(place, who=STEWARD)
    await writes(place, STEWARD, "extend 1")
    assert await place.hears_privately(STEWARD) == []


@pytest.mark.parametrize(
    ("word", "answer"),
    [
        ("extend", "Which one?"),
        ("extend 9", "no #9"),
        ("extend 2", "#2 is no warning"),
        ("extend 3", "#3 is not up"),
        ("extend 4", "#4 is not up"),
    ],
)
async def test_one_sentence_for_what_cannot_be(place: Town, word: str, answer: str) -> None:
    await warns(place)
    await warns(place, "#swsfyi #nyc the night kitchen is open")
    await warns(place, "#swsdanger and where")
    await warns(place, "#swsdanger #nyc a green van waits")
    await writes(place, STEWARD, "withdraw 4 it was a bread van")
    before = len(place.reads(STEWARDS))
    await writes(place, STEWARD, word)
    assert answer in place.reads(STEWARDS)[before]


async def test_status_says_until_when(place: Town) -> None:
    place.opens_direct(ALICE)
    await warns(place)
    await says(place, ALICE, "status")
    assert "up until Fri 18 Dec 2026, 06:06 EST" in (await place.hears_privately(ALICE))[-1]
    await place.later(DAY)
    await says(place, ALICE, "extend 1")
    await says(place, ALICE, "status")
    assert "up until Sat 19 Dec 2026, 06:06 EST" in (await place.hears_privately(ALICE))[-1]


# ---- Another setting -------------------------------------------------------------------------------


@pytest.mark.parametrize("days", [10, 60])
async def test_what_stands_goes_when_it_was_to_whatever_the_setting_is_now(place: Town, days: int) -> None:
    place.opens_direct(ALICE)
    event = await warns(place)
    place.world = replace(place.world, expires_after=days * DAY)
    await place.restart()
    await says(place, ALICE, "status")
    assert "until Fri 18 Dec 2026" in (await place.hears_privately(ALICE))[-1]
    await place.later(29 * DAY)
    assert len(place.reads(NYC)) == 1
    place.edits(ALICE, LOUNGE, event, "#swsdanger #us-ny a green van waits by the bridge")
    await place.settle()
    assert len(place.reads(NYC)) == 1
    await place.later(DAY)
    assert place.reads(NYC) == []


async def test_what_goes_out_after_that_goes_by_the_new_one(place: Town) -> None:
    place.world = replace(place.world, expires_after=10 * DAY)
    await place.restart()
    await warns(place)
    await place.later(9 * DAY)
    assert len(place.reads(NYC)) == 1
    await place.later(DAY)
    assert place.reads(NYC) == []
