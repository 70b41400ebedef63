"""Stories of warnings that stewards take down and put up again, and of those that stay; see ``STORIES``."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from swsmatrix.protocol import DAY, HOUR, EventId, UserId
from tests.scenario.help_stories import says
from tests.scenario.trust_stories import ROSA, writes
from tests.town import ALICE, LOUNGE, STEWARD, Town

Story = Callable[[Town], Awaitable[None]]

WARNING = "#swsdanger #us-ny a grey van waits by the bridge"


async def warns(town: Town, text: str = WARNING, who: UserId = ALICE) -> EventId:
    event = town.posts(who, LOUNGE, text)
    await town.settle()
    return event


async def it_is_withdrawn(town: Town) -> None:
    await warns(town)
    await writes(town, STEWARD, "withdraw 1 The van is Ana's, who Delivers bread")


async def it_is_withdrawn_and_restored(town: Town) -> None:
    await it_is_withdrawn(town)
    await town.later(HOUR)
    await writes(town, ROSA, "restore 1")


async def nobody_restores_it(town: Town) -> None:
    await it_is_withdrawn(town)
    await town.later(DAY)


async def it_is_edited_while_it_is_down(town: Town) -> None:
    event = await warns(town)
    await writes(town, STEWARD, "withdraw 1 it was a bread van")
    town.edits(ALICE, LOUNGE, event, "#swsdanger #nyc a green van waits by the bridge")
    await town.settle()
    await writes(town, ROSA, "restore 1")


async def it_is_deleted_while_it_is_down(town: Town) -> None:
    event = await warns(town)
    await writes(town, STEWARD, "withdraw 1 it was a bread van")
    town.deletes(ALICE, LOUNGE, event)
    await town.settle()


async def somebody_else_deletes_it(town: Town) -> None:
    event = await warns(town)
    town.deletes(STEWARD, LOUNGE, event, powerful=True)
    await town.settle()


async def its_author_keeps_it(town: Town) -> None:
    town.opens_direct(ALICE)
    await warns(town)
    await town.later(27 * DAY)
    await says(town, ALICE, "extend")
    await town.later(27 * DAY)
    await town.later(3 * DAY)


async def a_steward_keeps_it(town: Town) -> None:
    await warns(town)
    await town.later(27 * DAY)
    await writes(town, STEWARD, "extend 1")
    await town.later(4 * DAY)


STORIES: tuple[Story, ...] = (
    it_is_withdrawn,
    it_is_withdrawn_and_restored,
    nobody_restores_it,
    it_is_edited_while_it_is_down,
    it_is_deleted_while_it_is_down,
    somebody_else_deletes_it,
    its_author_keeps_it,
    a_steward_keeps_it,
)
