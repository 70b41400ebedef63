"""Stories of members who confirm a warning; ``stories`` lists them, so each is killed too."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from swsmatrix.protocol import HOUR, MINUTE, SECOND, EventId, UserId
from tests.fake_matrix import BOT
from tests.town import ALICE, BEA, CLEO, LOUNGE, NY, NYC, STEWARD, STEWARDS, Town

Story = Callable[[Town], Awaitable[None]]

# Longer than the gap between edits in one room; than the gap after the first edit of a relay, and the second.
SOON = 10 * SECOND
BARELY = 30 * SECOND


async def warns(town: Town, text: str = "#swsdanger #us-ny a grey van waits by the bridge") -> EventId:
    """Alice warns from the lounge."""
    event = town.posts(ALICE, LOUNGE, text)
    await town.settle()
    return event


def relay(town: Town, where: str) -> EventId:
    """The last relay that stands in a room."""
    return [
        one.event
        for one in town.room(where).timeline
        if one.sender == BOT and not (one.redacted or one.edit_of or one.reaction_to)
    ][-1]


def plus(town: Town, who: UserId, where: str, target: EventId, key: str = "➕") -> EventId:
    """A reaction; the event that it is."""
    town.reacts(who, where, target, key)
    return town.room(where).timeline[-1].event


async def members_confirm_a_warning(town: Town) -> None:
    """In each way, in several rooms, more than once; its author too."""
    event = await warns(town)
    plus(town, BEA, LOUNGE, event)
    plus(town, BEA, NYC, relay(town, NYC))
    town.posts(CLEO, NY, "Me too!", reply_to=relay(town, NY))
    plus(town, ALICE, NYC, relay(town, NYC))
    await town.settle()
    await town.later(SOON)


async def they_come_one_after_the_other(town: Town) -> None:
    event = await warns(town, "#swsdanger #nyc a grey van waits by the bridge")
    for who in (BEA, CLEO, STEWARD):
        plus(town, who, LOUNGE, event)
        await town.settle()
        await town.later(SOON)
    await town.later(MINUTE)


async def a_confirmation_is_taken_back(town: Town) -> None:
    event = await warns(town, "#swsdanger #nyc a grey van waits by the bridge")
    sign = plus(town, BEA, LOUNGE, event)
    said = town.posts(CLEO, LOUNGE, "me too", reply_to=event)
    await town.settle()
    await town.later(SOON)
    town.deletes(BEA, LOUNGE, sign)
    town.edits(CLEO, LOUNGE, said, "me too, no, it was somebody else")
    await town.settle()
    await town.later(SOON)


async def a_confirmed_warning_is_edited(town: Town) -> None:
    event = await warns(town)
    plus(town, BEA, LOUNGE, event)
    plus(town, CLEO, LOUNGE, event)
    await town.settle()
    await town.later(SOON)
    town.edits(ALICE, LOUNGE, event, "#swsdanger #us-ny a green van waits by the bridge")
    await town.settle()
    plus(town, CLEO, NYC, relay(town, NYC))
    await town.settle()
    await town.later(SOON)


async def a_confirmed_warning_is_deleted(town: Town) -> None:
    event = await warns(town)
    plus(town, BEA, LOUNGE, event)
    await town.settle()
    await town.later(SOON)
    plus(town, CLEO, LOUNGE, event)
    await town.settle()
    await town.later(SOON)
    town.deletes(ALICE, LOUNGE, event)
    await town.settle()
    await town.later(HOUR)


async def who_confirmed_is_forgotten(town: Town) -> None:
    town.opens_direct(BEA)
    event = await warns(town, "#swsdanger #nyc a grey van waits by the bridge")
    plus(town, BEA, LOUNGE, event)
    plus(town, CLEO, LOUNGE, event)
    await town.settle()
    await town.later(SOON)
    town.posts(BEA, await town.direct(BEA), "forget me")
    await town.settle()
    await town.later(SOON)


async def a_warning_is_confirmed_before_it_goes_out(town: Town) -> None:
    event = await warns(town, "#swsdanger #nyc he calls from +1 212 555 0123, hangs up")
    plus(town, BEA, LOUNGE, event)
    await town.settle()
    await town.later(SOON)
    town.posts(ALICE, await town.direct(ALICE), "send")
    await town.settle()
    await town.later(SOON)


async def a_room_thaws_in_which_a_confirmed_warning_stands(town: Town) -> None:
    """And another that it has not got yet."""
    event = await warns(town)
    town.time += SECOND
    town.see(NYC, join_rule="restricted")
    other = town.posts(BEA, LOUNGE, "#swsdanger #nyc the side door is watched")
    await town.settle()
    plus(town, BEA, LOUNGE, event)
    plus(town, CLEO, LOUNGE, other)
    await town.settle()
    await town.later(SOON)
    town.posts(STEWARD, STEWARDS, "thaw #nyc")
    await town.settle()
    await town.later(HOUR)
    await town.later(SOON)


STORIES: tuple[Story, ...] = (
    members_confirm_a_warning,
    they_come_one_after_the_other,
    a_confirmation_is_taken_back,
    a_confirmed_warning_is_edited,
    a_confirmed_warning_is_deleted,
    who_confirmed_is_forgotten,
    a_warning_is_confirmed_before_it_goes_out,
    a_room_thaws_in_which_a_confirmed_warning_stands,
)
