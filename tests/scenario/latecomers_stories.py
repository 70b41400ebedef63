"""Stories of those who come later: `warnings #nyc`, and who is told that it exists; see ``STORIES``."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from swsmatrix.protocol import DAY, HOUR, EventId, UserId
from tests.town import ALICE, BEA, LOUNGE, NYC, Town

Story = Callable[[Town], Awaitable[None]]

NADIA = UserId("@nadia:example.org")
COLOURS = ("grey", "green", "white", "blue", "black", "red", "brown")


async def chat(town: Town, who: UserId = NADIA) -> None:
    town.opens_direct(who)
    await town.settle()


async def asks(town: Town, text: str = "warnings #nyc", who: UserId = NADIA, **more: object) -> list[str]:
    """What stands in their chat afterwards."""
    town.posts(who, await town.direct(who), text, **more)
    await town.settle()
    return await town.hears_privately(who)


async def warn(town: Town, colour: str = "grey", place: str = "#nyc") -> EventId:
    event = town.posts(ALICE, LOUNGE, f"#swsdanger {place} a {colour} van waits")
    await town.settle()
    return event


async def warn_often(town: Town, times: int) -> list[EventId]:
    """Hours apart, so that none is too many."""
    events = []
    for colour in COLOURS[:times]:
        events.append(await warn(town, colour))
        await town.later(HOUR)
    return events


async def a_newcomer_reads_what_is_current(town: Town) -> None:
    await warn(town)
    await town.later(3 * DAY)
    await chat(town)
    await asks(town)


async def a_newcomer_reads_on(town: Town) -> None:
    await warn_often(town, 7)
    await chat(town)
    await asks(town)
    await asks(town, "warnings #nyc more")
    await asks(town)


async def what_a_newcomer_read_is_edited(town: Town) -> None:
    event = await warn(town)
    await chat(town)
    await asks(town)
    town.edits(ALICE, LOUNGE, event, "#swsdanger #nyc a green van waits")
    await town.settle()


async def what_a_newcomer_read_is_deleted(town: Town) -> None:
    event = await warn(town)
    await chat(town)
    await asks(town)
    town.deletes(ALICE, LOUNGE, event)
    await town.settle()


async def what_a_newcomer_read_expires(town: Town) -> None:
    await a_newcomer_reads_what_is_current(town)
    await town.later(27 * DAY)


async def a_newcomer_is_told(town: Town) -> None:
    await warn(town)
    await chat(town)
    town.joins(NADIA, NYC)
    await town.settle()


async def a_newcomer_asks_for_a_town(town: Town) -> None:
    await warn(town, place="#buffalo")
    town.posts(ALICE, await town.direct(ALICE), "yes")
    await town.settle()
    await chat(town)
    await asks(town, "warnings #buffalo")


async def a_newcomer_leaves_the_chat(town: Town) -> None:
    """What they read is taken back while there is no chat, and another one later."""
    event = await warn(town)
    await chat(town, BEA)
    await asks(town, who=BEA)
    town.leaves(BEA, await town.direct(BEA))
    await town.settle()
    town.edits(ALICE, LOUNGE, event, "#swsdanger #nyc a green van waits")
    await town.settle()


STORIES: tuple[Story, ...] = (
    a_newcomer_reads_what_is_current,
    a_newcomer_reads_on,
    what_a_newcomer_read_is_edited,
    what_a_newcomer_read_is_deleted,
    what_a_newcomer_read_expires,
    a_newcomer_is_told,
    a_newcomer_asks_for_a_town,
    a_newcomer_leaves_the_chat,
)
