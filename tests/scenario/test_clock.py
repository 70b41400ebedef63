"""Clocks that are set while the bot runs: nothing waits for a moment that is far away now."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest

from swsmatrix.model import Post, PostState, SetTimer, Tag
from swsmatrix.protocol import DAY, HOUR, MINUTE, SECOND, EventId, Millis, RetryAt, UserId
from tests.scenario.help_stories import asks, supporters
from tests.town import ALICE, BEA, CLEO, LOUNGE, NYC, START, STEWARDS, Town

WARNING = "#swsdanger #nyc a grey van waits by the bridge"


@pytest.mark.parametrize("outcome", [RetryAt(0), RetryAt(20 * SECOND), RetryAt(20 * SECOND, limited=True)])
@pytest.mark.parametrize("back", [HOUR, DAY])
async def test_a_clock_that_is_put_back_delays_nothing(place: Town, outcome: RetryAt, back: Millis) -> None:
    place.matrix.outcomes["Say"] = [outcome] * 3
    place.posts(ALICE, LOUNGE, WARNING)
    await place.settle()
    for wait in (-back, MINUTE, MINUTE):
        await place.later(wait)
    assert any("grey van" in text for text in place.reads(NYC))


async def test_nor_does_one_that_was_put_back_while_the_bot_was_away(place: Town) -> None:
    place.matrix.outcomes["Say"] = [RetryAt(0)] * 3
    place.posts(ALICE, LOUNGE, WARNING)
    await place.settle()
    place.time -= DAY
    await place.restart()
    for _ in range(4):
        await place.later(MINUTE)
    assert any("grey van" in text for text in place.reads(NYC))


async def test_what_is_not_to_go_yet_waits_as_long_as_it_was_to(place: Town) -> None:
    for number in range(4):
        place.posts(ALICE, LOUNGE, f"#swsdanger #nyc van number {number}")
    await place.settle()
    assert [text for text in place.reads(NYC) if "number 3" in text] == []
    await place.later(-DAY)
    assert [text for text in place.reads(NYC) if "number 3" in text] == []
    await place.later(2 * MINUTE)
    assert [text for text in place.reads(NYC) if "number 3" in text]


@pytest.mark.parametrize("ahead", [DAY, 2**53 - 1 - START])
async def test_what_comes_from_the_future_happened_now(place: Town, ahead: Millis) -> None:
    """A homeserver gives its events any time it likes, one that no calendar has too."""
    place.posts(ALICE, LOUNGE, WARNING, at=place.now() + ahead)
    await place.settle()
    assert any("grey van" in text for text in place.reads(NYC))
    [post] = await place.store.records.open_posts()
    assert post.posted_at == place.now()
    assert await place.store.records.dead_letters() == 0


# ---- Timers --------------------------------------------------------------------------------------


@pytest.mark.parametrize("restarted", [False, True])
@pytest.mark.parametrize("back", [HOUR, DAY])
async def test_the_next_are_asked_in_time_though_the_clock_was_ahead(
    place: Town, back: Millis, restarted: bool
) -> None:
    await supporters(place, BEA, CLEO)
    place.engine.world = place.world = replace(place.world, wave=1)
    await asks(place)
    if restarted:
        place.time -= back
        await place.restart()
        await place.settle()
    else:
        await place.later(-back)
    await place.later(10 * MINUTE - 1)
    [case] = await place.store.people.cases()
    assert len(case.offers) == 1
    await place.later(1)
    [case] = await place.store.people.cases()
    assert len(case.offers) == 2


async def test_who_is_silent_is_asked_about_in_time_though_the_clock_was_ahead(place: Town) -> None:
    place.posts(ALICE, LOUNGE, "#swsdanger a grey van")
    await place.settle()
    await place.later(-DAY)
    await place.later(10 * MINUTE)
    assert len([line for line in place.reads(STEWARDS) if "has not answered" in line]) == 1
    await place.later(2 * DAY)
    assert len([line for line in place.reads(STEWARDS) if "has not answered" in line]) == 1


@pytest.mark.parametrize("ahead", [HOUR, DAY])
async def test_what_was_set_before_a_step_there_and_back_is_due_as_before(place: Town, ahead: Millis) -> None:
    place.posts(ALICE, LOUNGE, WARNING)
    await place.settle()
    expiries = "SELECT due FROM timers WHERE name = 'expires' ORDER BY due"
    [due] = await place.rows(expiries)
    await place.later(MINUTE)
    await place.later(ahead)
    place.posts(ALICE, LOUNGE, "#swsdanger #chicago another van")
    await place.settle()
    await place.later(-ahead)
    assert await place.rows(expiries) == [due, (place.time + place.world.expires_after,)]
    assert len(place.reads(NYC)) == 1


async def test_a_thousand_at_the_same_moment_are_handled_within_a_minute(place: Town) -> None:
    asked = [
        Post(
            feature="danger",
            event=EventId(f"$van{number}"),
            number=number,
            room=place.room(LOUNGE).id,
            author=UserId(f"@member{number % 100}:example.org"),
            tag=Tag("swsdanger"),
            state=PostState.WHERE,
            text="a grey van",
            posted_at=START,
            changed_at=START,
        )
        for number in range(1, 1001)
    ]
    async with place.store.transaction():
        for post in asked:
            await place.store.records.save(post)
            timer = SetTimer(feature="danger", name="unanswered", subject=post.subject, due=START + MINUTE)
            await place.store.records.set_timer(timer, START)
    place.time += MINUTE
    began = time.monotonic()
    while (due := await place.engine.fire_timers()) is not None and due <= place.time:
        pass
    took = time.monotonic() - began
    assert await place.rows("SELECT count(*) FROM outbox WHERE slot = 'unanswered'") == [(1000,)]
    assert took < 60
