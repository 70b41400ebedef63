"""Stories of too much, and of members who are not heard for a while; see ``STORIES``."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from swsmatrix.features.hearing import MOST
from swsmatrix.model import Hearing
from swsmatrix.protocol import DAY, MINUTE, EventId, RoomId, RuleSeen, UserId
from tests.scenario.help_stories import supporters
from tests.town import ALICE, BEA, LOUNGE, STEWARD, STEWARDS, Town

Story = Callable[[Town], Awaitable[None]]

ROSA = UserId("@rosa:example.org")


async def says(town: Town, who: UserId, where: str, text: str) -> EventId:
    event = town.posts(who, where, text)
    await town.settle()
    return event


async def rule(town: Town, key: str, entity: str) -> None:
    """A policy list has a rule; ``entity`` empty: not any more."""
    event = EventId(town.matrix.fresh("$"))
    seen = RuleSeen(room=RoomId("!list"), event=event, at=town.time, state_key=key, entity=entity)
    town.matrix.log.append(seen)
    await town.settle()


async def many(town: Town, count: int) -> None:
    for number in range(count):
        town.posts(ALICE, LOUNGE, f"#swsdanger #nyc van {number} waits")
    await town.settle()


async def a_member_is_muted(town: Town) -> None:
    """Five warnings, of which two wait; muted, what waits never goes out, and what comes is not heard."""
    await many(town, 5)
    await says(town, STEWARD, STEWARDS, "mute 4 2 days")
    await says(town, ALICE, LOUNGE, "#swsdanger #nyc another van waits")
    await says(town, ALICE, LOUNGE, "#swshelp #nyc could somebody walk me home")
    await town.later(2 * DAY)
    await says(town, ALICE, LOUNGE, "#swsdanger #nyc a silver van waits")


async def a_mute_is_undone(town: Town) -> None:
    await says(town, ALICE, LOUNGE, "#swsfyi #nyc soup at seven")
    await says(town, STEWARD, STEWARDS, "mute 1")
    await says(town, ROSA, STEWARDS, "unmute 1")
    await says(town, ALICE, LOUNGE, "#swsfyi #nyc soup at eight")


async def who_deleted_everything_is_muted(town: Town) -> None:
    event = await says(town, ALICE, LOUNGE, "#swsdanger #nyc a grey van waits")
    town.deletes(ALICE, LOUNGE, event)
    await town.settle()
    await says(town, STEWARD, STEWARDS, "mute 1")
    await says(town, ALICE, LOUNGE, "#swsdanger #nyc a green van waits")
    await says(town, ALICE, LOUNGE, "#swsfyi #nyc soup at seven")


async def a_muted_member_edits(town: Town) -> None:
    event = await says(town, ALICE, LOUNGE, "#swsdanger #nyc a grey van waits")
    await says(town, STEWARD, STEWARDS, "mute 1")
    town.edits(ALICE, LOUNGE, event, "#swsdanger #nyc a green van waits")
    await town.settle()


async def many_corrections(town: Town) -> None:
    event = await says(town, BEA, LOUNGE, "#swsdanger #nyc van 0 waits")
    for number in range(1, 7):
        town.edits(BEA, LOUNGE, event, f"#swsdanger #nyc van {number} waits")
        await town.settle()
    await town.later(MINUTE)
    town.deletes(BEA, LOUNGE, event)
    await town.settle()


async def a_list_bans_a_member(town: Town) -> None:
    await supporters(town, BEA)
    await rule(town, "one", "@b*:example.org")
    await says(town, BEA, LOUNGE, "#swsdanger #nyc a grey van waits")
    await says(town, BEA, LOUNGE, "#swsfyi #nyc soup at seven")
    await rule(town, "all", "*")
    await rule(town, "one", "")
    await says(town, BEA, LOUNGE, "#swsdanger #nyc a grey van waits")


async def a_list_bans_who_has_much_to_say(town: Town) -> None:
    """Three warnings are out, two are not yet, one waits for its author, and Bea has one, too."""
    await many(town, 5)
    await says(town, ALICE, LOUNGE, "#swsdanger #nyc he calls from +1 212 555 0123")
    await says(town, BEA, LOUNGE, "#swsdanger #nyc the lamps are out")
    await rule(town, "one", str(ALICE))
    await says(town, ALICE, await town.direct(ALICE), "send")
    for _ in range(5):
        await town.later(MINUTE)


async def who_says_too_much_is_muted(town: Town) -> None:
    """Of the last ten minutes all but one that are heard of anybody were heard before."""
    for number in range(MOST - 1):
        await town.knows(Hearing(author=town.store.people.code(ALICE), kind="swsfyi", at=town.time - number))
    heard = await says(town, ALICE, LOUNGE, "#swsfyi #nyc soup at seven")
    await says(town, ALICE, LOUNGE, "#swsfyi #nyc soup at eight")
    await says(town, ALICE, LOUNGE, "#swsdanger #nyc a grey van waits")
    town.edits(ALICE, LOUNGE, heard, "#swsfyi #nyc soup at nine")
    await town.settle()
    await says(town, STEWARD, STEWARDS, "mute 2")


STORIES: tuple[Story, ...] = (
    a_list_bans_a_member,
    a_list_bans_who_has_much_to_say,
    a_member_is_muted,
    a_mute_is_undone,
    who_deleted_everything_is_muted,
    a_muted_member_edits,
    many_corrections,
    who_says_too_much_is_muted,
)
