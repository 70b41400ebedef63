"""Stories of digests; ``stories`` lists them, so each is killed too. It is Wednesday 18 November 2026."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace

from swsmatrix.protocol import DAY, HOUR, MINUTE, SECOND, EventId, Millis
from tests.town import ALICE, BEA, LOUNGE, NYC, STEWARD, STEWARDS, Town

Story = Callable[[Town], Awaitable[None]]

SUNDAY_AT_SIX = (6, 18 * 60)
TO_SUNDAY: Millis = 4 * DAY + 11 * HOUR + 53 * MINUTE + 20 * SECOND  # in New York
TIP = "#swsfyi #nyc The night kitchen is open again"


async def weekly(town: Town, *rooms: str) -> None:
    """As with the setting: from the start that sees these rooms."""
    town.world = replace(town.world, digest=SUNDAY_AT_SIX)
    town.engine.world = town.world
    for room in rooms or (NYC,):
        town.see(room, at=town.time + 1)
    await town.settle()
    town.time += 1


async def tipped(town: Town, text: str = TIP) -> EventId:
    event = town.posts(ALICE, LOUNGE, text)
    await town.settle()
    return event


async def a_week_with_news_and_one_without(town: Town) -> None:
    await weekly(town)
    await tipped(town)
    await town.later(TO_SUNDAY)
    await town.later(7 * DAY)


async def a_tip_in_a_digest_is_edited_then_deleted(town: Town) -> None:
    await weekly(town)
    await tipped(town, "#swsfyi #nyc The clinic has Saturday hours")
    event = await tipped(town)
    await town.later(TO_SUNDAY)
    town.edits(ALICE, LOUNGE, event, f"{TIP} after ten")
    await town.settle()
    town.deletes(ALICE, LOUNGE, event)
    await town.settle()


async def a_digest_is_turned_off_and_on(town: Town) -> None:
    await weekly(town)
    await tipped(town)
    town.posts(STEWARD, STEWARDS, "digest off #nyc")
    await town.later(TO_SUNDAY)
    town.posts(STEWARD, STEWARDS, "digest on #nyc")
    await town.settle()
    town.posts(BEA, NYC, "#swsfyi The clinic has Saturday hours")
    await town.later(7 * DAY)


STORIES: tuple[Story, ...] = (
    a_week_with_news_and_one_without,
    a_tip_in_a_digest_is_edited_then_deleted,
    a_digest_is_turned_off_and_on,
)
