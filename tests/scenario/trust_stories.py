"""Stories of devices that nobody vouches for, and of stewards with another identity; see ``STORIES``."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from swsmatrix.protocol import DAY, MINUTE, EventId, UserId
from tests.scenario.help_stories import REQUEST, joins, says, supporters
from tests.town import ALICE, BEA, CLEO, LOUNGE, STEWARD, STEWARDS, Town

Story = Callable[[Town], Awaitable[None]]

ROSA = UserId("@rosa:example.org")
OTHER = "another key"


async def writes(town: Town, who: UserId, word: str, identity: str = "") -> EventId:
    """A word in the stewards' room; ``identity``: if it is not theirs."""
    event = town.posts(who, STEWARDS, word, identity=identity or f"key of {who}")
    await town.settle()
    return event


async def asks_unverified(town: Town) -> EventId:
    event = town.posts(ALICE, LOUNGE, REQUEST, signed=False)
    await town.settle()
    return event


async def help_for_an_unverified_device(town: Town) -> None:
    await supporters(town, BEA, CLEO)
    await asks_unverified(town)
    await says(town, BEA, "yes")
    await joins(town, ALICE)
    await joins(town, BEA)
    await town.later(DAY)


async def it_is_verified_meanwhile(town: Town) -> None:
    await supporters(town, BEA)
    event = await asks_unverified(town)
    town.edits(ALICE, LOUNGE, event, REQUEST)
    await town.settle()
    await says(town, BEA, "yes")


async def two_tags_from_an_unverified_device(town: Town) -> None:
    town.posts(ALICE, LOUNGE, "#swsdoxx #swsdanger #nyc my address is up there", signed=False)
    await town.settle()
    await writes(town, STEWARD, "release 1")


async def two_calls_from_an_unverified_device(town: Town) -> None:
    await supporters(town, BEA)
    await asks_unverified(town)
    town.posts(ALICE, LOUNGE, "#swshelp #nyc could somebody bring soup", signed=False)
    await town.settle()
    await writes(town, STEWARD, "release 2")


async def a_released_warning_is_edited_unverified(town: Town) -> None:
    event = town.posts(ALICE, LOUNGE, "#swsdanger #nyc a grey van waits", signed=False)
    await town.settle()
    await writes(town, STEWARD, "release 1")
    town.edits(ALICE, LOUNGE, event, "#swsdanger #nyc a green van waits", signed=False)
    await town.settle()


async def a_steward_with_another_identity(town: Town) -> None:
    town.posts(BEA, LOUNGE, "#swsharrassment #nyc somebody waits at the night kitchen")
    await town.settle()
    await writes(town, STEWARD, "waiting")
    await writes(town, STEWARD, "done 1", OTHER)
    await writes(town, ROSA, "trust 2")
    await writes(town, STEWARD, "done 1", OTHER)


async def a_steward_who_took_it_is_removed(town: Town) -> None:
    town.posts(ALICE, LOUNGE, REQUEST)
    await town.settle()
    await writes(town, STEWARD, "take 1")
    await joins(town, ALICE)
    town.leaves(STEWARD, STEWARDS, removed=True)
    await town.settle()


async def the_requester_is_removed(town: Town) -> None:
    await supporters(town, BEA)
    town.posts(ALICE, LOUNGE, REQUEST)
    await town.settle()
    await says(town, BEA, "yes")
    await joins(town, ALICE)
    town.leaves(ALICE, LOUNGE, known=False, removed=True)
    await town.settle()
    await town.later(MINUTE)


STORIES: tuple[Story, ...] = (
    help_for_an_unverified_device,
    it_is_verified_meanwhile,
    two_tags_from_an_unverified_device,
    two_calls_from_an_unverified_device,
    a_released_warning_is_edited_unverified,
    a_steward_with_another_identity,
    a_steward_who_took_it_is_removed,
    the_requester_is_removed,
)
