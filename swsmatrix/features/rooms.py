"""Rooms: invitations to a direct chat, rooms without encryption, rooms that are open to anyone."""

from __future__ import annotations

from dataclasses import dataclass, replace

from swsmatrix import texts
from swsmatrix.features.common import to_stewards
from swsmatrix.features.feature import Feature, Reader
from swsmatrix.model import (
    NOTHING,
    CleartextNotice,
    Decision,
    Direct,
    Effect,
    Event,
    Invited,
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
    """``direct``: the direct chat in this room, or with this inviter. ``note``: of this room."""

    direct: Direct | None = None
    note: RoomNote | None = None


async def load(asked: Input, reader: Reader, _world: World) -> Known | None:
    match asked.event:
        case Invited() as event:
            return Known(direct=await reader.records.direct(event.sender))
        case RoomSeen() | Left() as event:
            note = await reader.records.room(event.room)
            return Known(direct=await reader.records.direct_in(event.room), note=note)
    return None


def decide(asked: Input, known: Known, world: World, _now: Millis) -> Decision:
    match asked.event:
        case Invited() as event:
            return _invited(event, known, world)
        case RoomSeen() as event:
            return _seen(event, asked, known, world)
        case Left() as event:
            # Who left our chat, or threw us out, gets a new one when there is something to say.
            both = known.direct and event.user in (known.direct.user, world.me)
            return Decision(drop=(known.direct,)) if both and known.direct else NOTHING
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
    return Decision(save=(Direct(user=event.sender, room=event.room),), effects=(join,))


def _seen(event: RoomSeen, asked: Input, known: Known, world: World) -> Decision:
    note = RoomNote(
        room=event.room,
        encrypted=event.encrypted,
        join_rule=event.join_rule,
        history=event.history,
        told=known.note.told if known.note else (),
    )
    if asked.place.kind is Kind.DIRECT and event.members > TWO and known.direct:
        word = Say(texts.text("direct.crowded"))
        leave = (_in_room(event, "crowded", word), _in_room(event, "leave crowded", LeaveRoom()))
        return Decision(save=(note,), drop=(known.direct,), effects=leave)
    effects: tuple[Effect, ...] = ()
    if asked.place.kind in (Kind.COMMUNITY, Kind.REGIONAL):
        notices = _notices(event, note, world)
        effects = tuple(effect for name, effect in notices if name not in note.told)
        note = replace(note, told=tuple(dict.fromkeys((*note.told, *(name for name, _ in notices)))))
    return Decision(save=(note,), effects=effects)


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
