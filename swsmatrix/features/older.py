"""What was written before the bot had the device that it has: said where it was written, once.

Who of a room meant the bot nobody can tell: so nobody is asked, all are told. See docs/adr/0009.
"""

from __future__ import annotations

from collections.abc import Mapping

from swsmatrix import texts
from swsmatrix.features.common import privately, to_stewards, when
from swsmatrix.features.feature import Feature, Reader
from swsmatrix.model import NOTHING, Decision, Effect, Priority, RegionId, ToRoom
from swsmatrix.protocol import Millis, Older, OlderThanDevice, RoomId, Say, UserId
from swsmatrix.routing import Input
from swsmatrix.world import World

NAME = "older"


async def load(asked: Input, reader: Reader, _world: World) -> Mapping[RoomId, UserId] | None:
    """Whose direct chats these rooms are, as far as they are any."""
    if not isinstance(asked.event, OlderThanDevice):
        return None
    found = [await reader.records.direct_in(one.room) for one in asked.event.rooms]
    return {direct.room: direct.user for direct in found if direct}


def decide(asked: Input, chats: Mapping[RoomId, UserId], world: World, _now: Millis) -> Decision:
    assert isinstance(asked.event, OlderThanDevice)
    stewards = [one for one in asked.event.rooms if world.is_stewards(one.room)]
    shared = [one for one in asked.event.rooms if _is_shared(one.room, world)]
    # A room for two is neither: what is said there is not said to the bot.
    private = [one for one in asked.event.rooms if one.room in chats and one not in stewards + shared]
    told = [*stewards, *shared, *private]
    if not told:
        return NOTHING
    line = texts.text(
        "older.stewards",
        count=sum(one.count for one in told),
        span=_span(told, world),
        rooms=len(shared),
        chats=len(private),
        here=texts.text("older.here") if stewards else "",
    )
    return Decision(
        effects=(
            *(_in_room(one, world) for one in shared),
            *(_in_chat(one, chats[one.room], world) for one in private),
            to_stewards(world, NAME, line),
        )
    )


def _is_shared(room: RoomId, world: World) -> bool:
    return world.is_community(room) or world.region_in(room) is not None


def _in_room(one: Older, world: World) -> Effect:
    region = world.region_in(one.room)
    again = texts.text("older.unmarked" if world.acknowledge == "none" else "older.marked")
    text = texts.text("older.room", span=_span([one], world, region), again=again)
    return Effect(slot=f"{NAME} {one.room}", target=ToRoom(one.room), action=Say(text, markdown=True))


def _in_chat(one: Older, user: UserId, world: World) -> Effect:
    text = texts.text("older.direct", span=_span([one], world))
    return privately(user, f"{NAME} {one.room}", text, priority=Priority.REST)


def _span(rooms: list[Older], world: World, region: RegionId | None = None) -> str:
    """From when to when, in the zone of ``region``."""
    zone = (region,) if region else ()
    first = when(world, min(one.first for one in rooms), zone)
    last = when(world, max(one.last for one in rooms), zone)
    return first if first == last else texts.text("older.span", first=first, last=last)


FEATURE = Feature(NAME, load, decide)
