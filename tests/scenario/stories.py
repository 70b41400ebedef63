"""Whole stories. The tests beside look at how they end, ``test_crash`` kills them at every point."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from swsmatrix.protocol import DAY, HOUR, MINUTE, Older, OlderThanDevice
from tests.scenario import (
    abuse_stories,
    changed_regions_stories,
    confirming_stories,
    details_stories,
    digest_stories,
    edits_stories,
    event_stories,
    group_stories,
    help_stories,
    latecomers_stories,
    picture_stories,
    places_stories,
    removing_stories,
    tips_stories,
    trust_stories,
    withdrawing_stories,
)
from tests.town import ALICE, BEA, CLEO, LOUNGE, NYC, STEWARD, STEWARDS, Town

Story = Callable[[Town], Awaitable[None]]


async def a_warning_is_relayed(town: Town) -> None:
    town.posts(ALICE, LOUNGE, "#swsdanger #us-ny a grey van waits by the bridge")
    await town.settle()


async def a_warning_is_edited(town: Town) -> None:
    event = town.posts(ALICE, LOUNGE, "#swsdanger #nyc a grey van waits by the bridge")
    await town.settle()
    town.edits(ALICE, LOUNGE, event, "#swsdanger #nyc a green van waits by the bridge")
    await town.settle()


async def a_warning_moves(town: Town) -> None:
    event = town.posts(ALICE, LOUNGE, "#swsdanger #nyc a grey van waits by the bridge")
    await town.settle()
    town.edits(ALICE, LOUNGE, event, "#swsdanger #chicago a grey van waits by the bridge")
    await town.settle()


async def a_warning_is_deleted(town: Town) -> None:
    event = town.posts(ALICE, LOUNGE, "#swsdanger #us-ny a grey van waits by the bridge")
    await town.settle()
    town.edits(ALICE, LOUNGE, event, "#swsdanger #us-ny a green van waits by the bridge")
    await town.settle()
    town.deletes(ALICE, LOUNGE, event)
    await town.settle()


async def a_warning_loses_its_tag(town: Town) -> None:
    event = town.posts(ALICE, LOUNGE, "#swsdanger #nyc a grey van waits by the bridge")
    await town.settle()
    town.edits(ALICE, LOUNGE, event, "a grey van waits by the bridge")
    await town.settle()


async def a_message_gets_its_tag_later(town: Town) -> None:
    event = town.posts(ALICE, LOUNGE, "a grey van waits by the bridge")
    await town.settle()
    town.edits(ALICE, LOUNGE, event, "#swsdanger #nyc a grey van waits by the bridge")
    await town.settle()


async def a_number_is_held_and_sent_without(town: Town) -> None:
    town.posts(ALICE, LOUNGE, "#swsdanger #nyc he calls from +1 212 555 0123, hangs up")
    await town.settle()
    town.joins(ALICE, await town.direct(ALICE))
    town.posts(ALICE, await town.direct(ALICE), "send")
    await town.settle()


async def a_number_is_held_and_dropped(town: Town) -> None:
    town.posts(ALICE, LOUNGE, "#swsdanger #nyc he calls from +1 212 555 0123, hangs up")
    await town.settle()
    town.posts(ALICE, await town.direct(ALICE), "Drop.")
    await town.settle()


async def a_number_is_held_and_edited_out(town: Town) -> None:
    event = town.posts(ALICE, LOUNGE, "#swsdanger #nyc he calls from +1 212 555 0123, hangs up")
    await town.settle()
    town.edits(ALICE, LOUNGE, event, "#swsdanger #nyc he calls, hangs up")
    await town.settle()


async def nobody_answers_and_a_steward_sends_it(town: Town) -> None:
    town.posts(ALICE, LOUNGE, "#swsdanger #nyc he calls from +1 212 555 0123, hangs up")
    await town.settle()
    await town.later(10 * MINUTE)
    town.posts(STEWARD, STEWARDS, "send 1")
    await town.settle()


async def a_place_is_asked_for_and_named(town: Town) -> None:
    town.posts(ALICE, LOUNGE, "#swsdanger a grey van waits by the bridge")
    await town.settle()
    town.posts(ALICE, await town.direct(ALICE), "#nyc")
    await town.settle()


async def a_steward_names_the_place(town: Town) -> None:
    town.posts(ALICE, LOUNGE, "#swsdanger #brookyln a grey van waits by the bridge")
    await town.settle()
    await town.later(10 * MINUTE)
    town.posts(STEWARD, STEWARDS, "send 1 #nyc")
    await town.settle()


async def a_slip_is_asked_about(town: Town) -> None:
    town.posts(ALICE, LOUNGE, "#swsdagner #nyc a grey van waits by the bridge")
    await town.settle()
    town.posts(ALICE, await town.direct(ALICE), "Yes!")
    await town.settle()


async def it_expires(town: Town) -> None:
    town.posts(ALICE, LOUNGE, "#swsdanger #nyc a grey van waits by the bridge")
    await town.settle()
    await town.later(30 * DAY)


async def a_tip_is_listed_and_shown(town: Town) -> None:
    town.posts(BEA, NYC, "#swsfyi the night kitchen is open again")
    await town.settle()
    town.posts(STEWARD, STEWARDS, "show 1")
    await town.settle()
    town.posts(STEWARD, STEWARDS, "done 1")
    await town.settle()


async def an_unsigned_device_is_let_through(town: Town) -> None:
    town.posts(CLEO, LOUNGE, "#swsdanger #nyc a grey van waits by the bridge", signed=False)
    await town.settle()
    town.posts(STEWARD, STEWARDS, "release 1")
    await town.settle()


async def a_member_writes_to_the_bot(town: Town) -> None:
    room = town.opens_direct(ALICE)
    await town.settle()
    town.posts(ALICE, room, "help")
    town.posts(ALICE, room, "#swsdanger #chicago the side door is watched")
    await town.settle()


async def a_message_cannot_be_read(town: Town) -> None:
    town.cannot_be_read(ALICE, LOUNGE, "session one")
    town.cannot_be_read(ALICE, LOUNGE, "session one")
    await town.settle()
    await town.later(2 * MINUTE)


async def it_moves_to_a_new_device(town: Town, *more: str) -> None:
    """What was written in the lounge, in New York City's room and in Alice's chat meanwhile is lost to it."""
    chat = town.opens_direct(ALICE)
    await town.settle()
    lost = tuple(
        Older(room=town.room(name).id, count=20, first=town.time - 3 * HOUR, last=town.time - HOUR)
        for name in (LOUNGE, NYC, chat, *more)
    )
    town.matrix.log.append(OlderThanDevice(rooms=lost, at=town.time - MINUTE))
    await town.settle()


async def five_warnings_at_once(town: Town) -> None:
    for colour in ("grey", "green", "white", "blue", "black"):
        town.posts(ALICE, LOUNGE, f"#swsdanger #nyc a {colour} van waits by the bridge")
    await town.settle()
    await town.later(MINUTE)
    await town.later(MINUTE)


STORIES: tuple[Story, ...] = (
    *help_stories.STORIES,
    *trust_stories.STORIES,
    *latecomers_stories.STORIES,
    *picture_stories.STORIES,
    *places_stories.STORIES,
    *tips_stories.STORIES,
    *withdrawing_stories.STORIES,
    *details_stories.STORIES,
    *edits_stories.STORIES,
    *event_stories.STORIES,
    *digest_stories.STORIES,
    *group_stories.STORIES,
    *confirming_stories.STORIES,
    *abuse_stories.STORIES,
    *removing_stories.STORIES,
    *changed_regions_stories.STORIES,
    a_warning_is_relayed,
    a_warning_is_edited,
    a_warning_moves,
    a_warning_is_deleted,
    a_warning_loses_its_tag,
    a_message_gets_its_tag_later,
    a_number_is_held_and_sent_without,
    a_number_is_held_and_dropped,
    a_number_is_held_and_edited_out,
    nobody_answers_and_a_steward_sends_it,
    a_place_is_asked_for_and_named,
    a_steward_names_the_place,
    a_slip_is_asked_about,
    it_expires,
    a_tip_is_listed_and_shown,
    an_unsigned_device_is_let_through,
    a_member_writes_to_the_bot,
    a_message_cannot_be_read,
    it_moves_to_a_new_device,
    five_warnings_at_once,
)
