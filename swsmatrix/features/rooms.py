"""Rooms: invitations to a direct chat, rooms left over; those of the configuration are in ``configured``.

What happens in the rooms for two of a case (``Private``) changes nothing here. The homeserver may tell of
a room before the record that names it is committed: a room where the bot is alone is left only if nothing
names it ten minutes later.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from swsmatrix import texts
from swsmatrix.features import configured
from swsmatrix.features.feature import Feature, Reader, merge
from swsmatrix.model import (
    NOTHING,
    Decision,
    Direct,
    Effect,
    Missing,
    Priority,
    RoomNote,
    RoomsMissing,
    RoomsMoved,
    Sent,
    SetTimer,
    TimerFired,
    ToRoom,
)
from swsmatrix.protocol import (
    MINUTE,
    CleartextNotice,
    Invited,
    Joined,
    JoinRoom,
    LeaveRoom,
    Left,
    Millis,
    RoomId,
    RoomSeen,
    Say,
)
from swsmatrix.routing import Input, Kind
from swsmatrix.world import World

NAME = "rooms"
TWO = 2
ALONE_FOR = 10 * MINUTE


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """``direct``: the direct chat in this room, or with whoever is in it. ``note``: of this room.

    ``missing``: what the stewards know of. ``notes``: of the rooms of the configuration. ``stayed``: what
    stands in rooms that their names do not lead to any more, with these rooms.
    """

    direct: Direct | None = None
    note: RoomNote | None = None
    missing: tuple[Missing, ...] = ()
    notes: tuple[RoomNote, ...] = ()
    stayed: tuple[Sent, ...] = ()


async def load(asked: Input, reader: Reader, world: World) -> Known | None:
    here = getattr(asked.event, "room", None)
    if here and await reader.people.private(here):
        return None
    match asked.event:
        case Invited() as event:
            return Known(direct=await reader.records.direct(event.sender))
        case RoomSeen() as event:
            direct = await reader.records.direct_in(event.room)
            if direct is None and event.other:
                direct = await reader.records.direct(event.other)
            return Known(direct=direct, note=await reader.records.room(event.room))
        case RoomsMissing():
            return Known(missing=await reader.records.missing())
        case RoomsMoved() as event:
            rooms = {*world.names.values(), *(room for _, room in event.away)}
            notes = [await reader.records.room(room) for room in sorted(rooms)]
            return Known(notes=tuple(note for note in notes if note), stayed=await _stayed(event, reader))
        case Left(removed=True, known=False) as event if asked.place.kind in (Kind.COMMUNITY, Kind.REGIONAL):
            return Known(direct=await reader.records.direct(event.user))
        case Joined() | Left() as event:
            return Known(direct=await reader.records.direct_in(event.room))
        case TimerFired(feature=feature) as event if feature == NAME:
            room = _room_of(event)
            named = await reader.people.private(room) or await reader.records.direct_in(room)
            return None if named else Known()
    return None


async def _stayed(event: RoomsMoved, reader: Reader) -> tuple[Sent, ...]:
    """What was said in a room stands there still, wherever its name leads now."""
    return tuple(
        [
            replace(one, target=ToRoom(room))
            for name, room in (*event.followed, *event.unnamed)
            for one in await reader.queue.sent_to(ToRoom(name))
            if one.event
        ]
    )


def decide(asked: Input, known: Known, world: World, now: Millis) -> Decision:
    match asked.event:
        case Invited() as event:
            return _invited(event, known, world)
        case RoomSeen() as event:
            return _seen(event, asked, known, world, now)
        case RoomsMissing() as event:
            return configured.missing(event, known.missing, world)
        case RoomsMoved() as event:
            return configured.moved(event, known.notes, known.stayed, world)
        case Joined() as event if event.user != world.me:
            return _joined(event, asked, known)
        case Left() as event if known.direct and known.direct.room != event.room:
            return _goodbye(known.direct, now)
        case Left() as event if known.direct and event.user in (known.direct.user, world.me):
            # Who left our chat, or threw us out, gets a new one when there is something to say.
            return Decision(drop=(known.direct,))
        case TimerFired() as event:
            return _left_over(event, world)
    return NOTHING


def _goodbye(direct: Direct, now: Millis) -> Decision:
    """Who was removed from the community has no chat with the bot either, once all is said there."""
    leave = _in_room(direct.room, "leave direct", LeaveRoom())
    return Decision(effects=(replace(leave, not_before=now + MINUTE),))


def _joined(event: Joined, asked: Input, known: Known) -> Decision:
    match asked.place.kind:
        case Kind.DIRECT if known.direct and event.user != known.direct.user:
            return _crowded(event, known.direct)
        case Kind.OTHER:
            return Decision(stop_timers=(_subject(event.room),))
    return NOTHING


def _invited(event: Invited, known: Known, world: World) -> Decision:
    """Configured rooms are joined by the client; else only members we share a room with, to talk alone."""
    if event.room in world.names.values() or not event.known:
        return NOTHING
    join = _in_room(event.room, "join", JoinRoom())
    if not event.encrypted:
        why: CleartextNotice | Say = CleartextNotice(texts.text("direct.unencrypted"))
    elif known.direct and known.direct.room != event.room:
        why = Say(texts.text("direct.second"))
    else:
        return Decision(effects=(join,))
    leave = _in_room(event.room, "leave", LeaveRoom())
    return Decision(effects=(join, _in_room(event.room, "why", why), leave))


def _seen(event: RoomSeen, asked: Input, known: Known, world: World, now: Millis) -> Decision:
    unconfigured = asked.place.kind in (Kind.DIRECT, Kind.OTHER)
    if unconfigured and known.direct is None and event.members < TWO and event.other is None:
        # Without a note of it: it may be a room for two, of which nothing is to be known later.
        due = now + ALONE_FOR
        return Decision(timers=(SetTimer(feature=NAME, name="alone", subject=_subject(event.room), due=due),))
    note = _note(event, known.note)
    if unconfigured:
        return merge(Decision(save=(note,)), _seen_direct(event, known, world))
    decision = configured.seen(event, asked.place.kind, note, known.note, world)
    if known.direct and known.direct.room == event.room:
        # Two were in it before it was known which room it is. What is private is not for a room of many.
        return merge(Decision(drop=(known.direct,)), decision)
    return decision


def _note(event: RoomSeen, before: RoomNote | None) -> RoomNote:
    """What is remembered of a room now. Encrypted once is encrypted for ever."""
    was = before is not None and before.encrypted
    return RoomNote(
        room=event.room,
        encrypted=event.encrypted or was,
        join_rule=event.join_rule,
        history=event.history,
        told=before.told if before else (),
        weakened=event.weakened or (was and not event.encrypted),
        agreed=before.agreed if before else None,
        can_redact=event.can_redact,
    )


def _seen_direct(event: RoomSeen, known: Known, world: World) -> Decision:
    """A room that is none of the configured ones is a direct chat if just two are in it, or it is left."""
    if known.direct and known.direct.room == event.room:
        return _crowded(event, known.direct) if event.members > TWO else NOTHING
    if event.members > TWO:
        return _crowded(event, None) if _all_joined(world) else NOTHING
    if event.members == TWO and event.other and event.encrypted and known.direct is None:
        return Decision(save=(Direct(user=event.other, room=event.room),))
    return NOTHING


def _crowded(event: RoomSeen | Joined, direct: Direct | None) -> Decision:
    """Somebody else reads along: nothing private is said here any more."""
    word = Say(texts.text("direct.crowded"))
    leave = (_in_room(event.room, "crowded", word), _in_room(event.room, "leave crowded", LeaveRoom()))
    return Decision(drop=(direct,) if direct else (), effects=leave)


def _left_over(event: TimerFired, world: World) -> Decision:
    """Nobody is there and nothing names it: its making was forgotten, or the other one left."""
    room = _room_of(event)
    if room in world.names.values() or not _all_joined(world):
        return NOTHING
    return Decision(effects=(_in_room(room, "leave alone", LeaveRoom()),))


def _all_joined(world: World) -> bool:
    """Whether it is known of every configured room which it is; if not, a strange room may be one of them."""
    rooms = (region.room for region in world.tree if region.room)
    return all(name in world.names for name in (*world.community, world.stewards, *rooms))


def _subject(room: RoomId) -> str:
    return f"{NAME} {room}"


def _room_of(event: TimerFired) -> RoomId:
    return RoomId(event.subject.partition(" ")[2])


def _in_room(room: RoomId, slot: str, action: JoinRoom | LeaveRoom | CleartextNotice | Say) -> Effect:
    return Effect(slot=slot, target=ToRoom(room), action=action, priority=Priority.ANSWER)


FEATURE = Feature(NAME, load, decide)
