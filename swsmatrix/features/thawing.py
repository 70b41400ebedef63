"""A regional room that became more open gets no warnings until a steward says `thaw #nyc`.

What is current then, or when the room is as it was before, goes there late, with the time that it was posted.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from swsmatrix import texts
from swsmatrix.features import danger, relays
from swsmatrix.features.common import local_name, reasons, room_called, to_stewards
from swsmatrix.features.feature import Feature, Reader
from swsmatrix.features.post import Facts
from swsmatrix.model import Decision, Effect, Noted, Post, PostState, Priority, RegionId, RoomNote, ToRoom
from swsmatrix.openness import frozen, open_to_all
from swsmatrix.protocol import MessagePosted, Millis, RoomId
from swsmatrix.routing import Input, Kind
from swsmatrix.world import World

NAME = "thawing"
WORDS = ("thaw",)


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """``name``: as configured; empty if none was meant. ``late``: the warnings that it has not got."""

    name: str = ""
    region: RegionId | None = None
    note: RoomNote | None = None
    late: tuple[Post, ...] = ()


async def load(asked: Input, reader: Reader, world: World) -> Room | None:
    event, said = asked.event, asked.said
    if isinstance(event, Noted) and event.name == "relays":
        region = world.region_in(RoomId(event.subject))
        return await _room(region, reader, world) if region else None
    if said is None or said.word not in WORDS or asked.place.kind is not Kind.STEWARDS:
        return None
    return await _room(world.tree.find(" ".join(said.rest)), reader, world)


async def _room(region: RegionId | None, reader: Reader, world: World) -> Room:
    name = world.tree.get(region).room if region else None
    room = world.room_of(name)
    if name is None or room is None:
        return Room()
    late = []
    for post in await reader.records.open_posts():
        if post.feature == danger.SORT.name and post.state is PostState.UP:
            rooms, _ = relays.rooms_of(post, Facts(), world)
            sent = await reader.queue.sent(post.subject) if name in rooms else ()
            has_it = any(one.target == ToRoom(name) and one.slot.startswith("relay ") for one in sent)
            if name in rooms and not has_it:
                late.append(post)
    return Room(name=name, region=region, note=await reader.records.room(room), late=tuple(late))


def decide(asked: Input, room: Room, world: World, _now: Millis) -> Decision:
    event, note = asked.event, room.note
    if not isinstance(event, MessagePosted):
        return Decision(effects=_late(room, world))
    where = room_called(world, room.name)
    if note is None:
        return _say(world, texts.text("stewards.thaw_which"))
    if open_to_all(note):
        return _say(world, texts.text("stewards.not_thawable", where=where))
    why = frozen(note)
    if not why:
        return _say(world, texts.text("stewards.not_frozen", where=where))
    told = tuple(name for name in note.told if not name.startswith("frozen "))
    line = texts.text("stewards.thawed", who=local_name(event.sender), where=where, why=reasons(why))
    return Decision(
        save=(replace(note, agreed=note.now, told=told),),
        effects=(to_stewards(world, "thawed", line), *_late(room, world)),
        tell=(Noted(feature=NAME, name="thawed", subject=note.room),),
    )


def _late(room: Room, world: World) -> tuple[Effect, ...]:
    return tuple(
        relays.relay(
            post,
            room.name,
            relays.text_of(post, world),
            slot=f"relay {room.name} {post.event}",
            priority=Priority.REST,  # new warnings go first
        )
        for post in room.late
    )


def _say(world: World, line: str) -> Decision:
    return Decision(effects=(to_stewards(world, "thaw", line),))


FEATURE = Feature(NAME, load, decide, stewards=WORDS)
