"""Stories of events; ``stories`` lists them, so each is killed too. It is Wednesday 18 November 2026."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from swsmatrix.protocol import DAY, HOUR, MINUTE, EventId
from tests.town import ALICE, LOUNGE, NYC, STEWARD, STEWARDS, Town

Story = Callable[[Town], Awaitable[None]]

VIGIL = "#swsfyi #event #nyc Candles by the river, Friday 20 November at 7pm"


async def posted(town: Town, text: str = VIGIL, where: str = LOUNGE) -> EventId:
    event = town.posts(ALICE, where, text)
    await town.settle()
    return event


async def an_event_comes_and_goes(town: Town) -> None:
    await posted(town)
    await town.later(2 * DAY)
    await town.later(10 * HOUR)
    await town.later(DAY)


async def an_event_is_moved(town: Town) -> None:
    event = await posted(town)
    await town.later(DAY + 13 * HOUR)
    town.edits(ALICE, LOUNGE, event, VIGIL.replace("7pm", "8pm"))
    await town.settle()
    await town.later(DAY)


async def an_event_is_called_off(town: Town) -> None:
    event = await posted(town)
    await town.later(DAY + 13 * HOUR)
    town.deletes(ALICE, LOUNGE, event)
    await town.settle()
    await town.later(2 * DAY)


async def an_event_without_a_time_is_asked_about(town: Town) -> None:
    await posted(town, "#event #nyc Candles by the river, Friday 20 November")
    town.posts(ALICE, await town.direct(ALICE), "at 7 pm")
    await town.settle()


async def an_event_is_confirmed(town: Town) -> None:
    await posted(town, "#event #nyc Candles by the river, Friday at 7")
    await town.later(10 * MINUTE)
    town.posts(ALICE, await town.direct(ALICE), "yes")
    await town.settle()


async def nobody_says_when_but_a_steward(town: Town) -> None:
    await posted(town, "#event Candles by the river", NYC)
    await town.later(10 * MINUTE)
    town.posts(STEWARD, STEWARDS, "date 1 20 November 7pm")
    await town.settle()


STORIES: tuple[Story, ...] = (
    an_event_comes_and_goes,
    an_event_is_moved,
    an_event_is_called_off,
    an_event_without_a_time_is_asked_about,
    an_event_is_confirmed,
    nobody_says_when_but_a_steward,
)
