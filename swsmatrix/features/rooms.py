"""Rooms: invitations to a direct chat, rooms without encryption, rooms that are open to anyone."""

from __future__ import annotations

from dataclasses import dataclass, replace

from swsmatrix import texts
from swsmatrix.features.common import to_stewards
from swsmatrix.features.feature import Feature, Reader, merge
from swsmatrix.model import (
    NOTHING,
    CleartextNotice,
    Decision,
    Direct,
    Effect,
    Event,
    Invited,
    Joined,
    JoinRoom,
    LeaveRoom,
    Left,
    Millis,
    Priority,
    RoomNote,
    RoomSeen,
    Say,
    ToRoom,
)
from swsmatrix.routing import Input, Kind
from swsmatrix.world import World

TWO = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """``direct``: the direct chat in this room, or with whoever is in it. ``note``: of this room."""

    direct: Direct | None = None
    note: RoomNote | None = None


async def load(asked: Input, reader: Reader, _world: World) -> Known | None:
    match asked.event:
        case Invited() as event:
            return Known(direct=await reader.records.direct(event.sender))
        case RoomSeen() as event:
            direct = await reader.records.direct_in(event.room)
            if direct is None and event.other:
                direct = await reader.records.direct(event.other)
            return Known(direct=direct, note=await reader.records.room(event.room))
        case Joined() | Left() as event:
            return Known(direct=await reader.records.direct_in(event.room))
    return None


def decide(asked: Input, known: Known, world: World, _now: Millis) -> Decision:
    match asked.event:
        case Invited() as event:
            return _invited(event, known, world)
        case RoomSeen() as event:
            return _seen(event, asked, known, world)
        case Joined() as event if known.direct and event.user not in (known.direct.user, world.me):
            return _crowded(event, known.direct)
        case Left() as event if known.direct and event.user in (known.direct.user, world.me):
            # Who left our chat, or threw us out, gets a new one when there is something to say.
            return Decision(drop=(known.direct,))
    return NOTHING


def _invited(event: Invited, known: Known, world: World) -> Decision:
    """Configured rooms are joined by the client; else only members we share a room with, to talk alone."""
    if event.room in world.names.values() or not event.known:
        return NOTHING
    join = _in_room(event, "join", JoinRoom())
    if not event.encrypted:
        notice = CleartextNotice(texts.text("direct.unencrypted"))
        return Decision(effects=(join, _in_room(event, "why", notice), _in_room(event, "leave", LeaveRoom())))
    if known.direct and known.direct.room != event.room:
        word = Say(texts.text("direct.second"))
        return Decision(effects=(join, _in_room(event, "why", word), _in_room(event, "leave", LeaveRoom())))
    return Decision(effects=(join,))


def _seen(event: RoomSeen, asked: Input, known: Known, world: World) -> Decision:
    note = RoomNote(
        room=event.room,
        encrypted=event.encrypted,
        join_rule=event.join_rule,
        history=event.history,
        told=known.note.told if known.note else (),
    )
    if asked.place.kind in (Kind.DIRECT, Kind.OTHER):
        return merge(Decision(save=(note,)), _seen_direct(event, known))
    effects: tuple[Effect, ...] = ()
    if asked.place.kind in (Kind.COMMUNITY, Kind.REGIONAL):
        notices = _notices(event, note, world)
        effects = tuple(effect for name, effect in notices if name not in note.told)
        note = replace(note, told=tuple(dict.fromkeys((*note.told, *(name for name, _ in notices)))))
    return Decision(save=(note,), effects=effects)


def _seen_direct(event: RoomSeen, known: Known) -> Decision:
    """A room that is none of the configured ones is a direct chat if just two are in it, or it is left."""
    if known.direct and known.direct.room == event.room:
        return _crowded(event, known.direct) if event.members > TWO else NOTHING
    if event.members > TWO:
        return _crowded(event, None)
    if event.other and event.encrypted and known.direct is None:
        return Decision(save=(Direct(user=event.other, room=event.room),))
    return NOTHING


def _crowded(event: RoomSeen | Joined, direct: Direct | None) -> Decision:
    """Somebody else reads along: nothing private is said here any more."""
    word = Say(texts.text("direct.crowded"))
    leave = (_in_room(event, "crowded", word), _in_room(event, "leave crowded", LeaveRoom()))
    return Decision(drop=(direct,) if direct else (), effects=leave)


def _notices(event: RoomSeen, note: RoomNote, world: World) -> list[tuple[str, Effect]]:
    """What is to be said about a room, each once, by name."""
    found = []
    if not event.encrypted:
        notice = CleartextNotice(texts.text("room.unencrypted"))
        found.append(("unencrypted", _in_room(event, "unencrypted", notice)))
    if event.join_rule == "public" or event.history == "world_readable":
        found.append(("public", to_stewards(world, f"public {note.room}", texts.text("stewards.public"))))
    if event.history == "shared":
        found.append(("shared", to_stewards(world, f"shared {note.room}", texts.text("stewards.shared"))))
    return found


def _in_room(event: Event, slot: str, action: JoinRoom | LeaveRoom | CleartextNotice | Say) -> Effect:
    room = getattr(event, "room", "")
    return Effect(slot=slot, target=ToRoom(room), action=action, priority=Priority.ANSWER)


FEATURE = Feature("rooms", load, decide)
