"""Clocks that are set while the bot runs: nothing waits for a moment that is far away now."""

from __future__ import annotations

import pytest

from swsmatrix.protocol import DAY, HOUR, MINUTE, SECOND, Millis, RetryAt
from tests.town import ALICE, LOUNGE, NYC, START, Town

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
