"""Rooms of the configuration that change, and those out of reach: what the stewards are told of them.

Each is said once (``RoomNote.told``, ``Missing``), and again after it was mended, which is said too.
"""

from __future__ import annotations

from dataclasses import replace

from swsmatrix import texts
from swsmatrix.features.common import reasons, room_called, to_stewards
from swsmatrix.model import (
    Decision,
    Effect,
    Missing,
    Noted,
    Priority,
    RoomNote,
    RoomsMissing,
    RoomsMoved,
    Sent,
    ToRoom,
)
from swsmatrix.openness import frozen, open_to_all, tighter
from swsmatrix.protocol import CleartextNotice, RoomId, RoomSeen
from swsmatrix.routing import Kind
from swsmatrix.world import World

# Said once for a room; all else again after it was mended.
ONCE = ("unencrypted", "shared", "powerless")
MOVED = "moved "  # and the name: until it leads to this room again


def seen(event: RoomSeen, kind: Kind, note: RoomNote, before: RoomNote | None, world: World) -> Decision:
    """``before`` and ``note``: what was known of the room, and what is known now."""
    agreed = note.agreed or (before.now if before else note.now)
    note = replace(note, agreed=tighter(agreed, note.now))
    notices = _notices(event, note, kind, world)
    effects = tuple(effect for name, effect in notices if name not in note.told)
    said = {name for name, _ in notices}
    over = [name for name in note.told if name not in (*said, *ONCE) and not name.startswith(MOVED)]
    if over and said.issubset(ONCE):
        line = texts.text("stewards.mended", where=_called(event.room, world))
        effects = (*effects, to_stewards(world, f"mended {event.room}", line))
    kept = (*(name for name in note.told if name not in over), *(name for name, _ in notices))
    note = replace(note, told=tuple(dict.fromkeys(kept)))
    tell: tuple[Noted, ...] = ()
    if before and _gets_nothing(before) and not _gets_nothing(note):
        tell = (Noted(feature="rooms", name="relays", subject=event.room),)
    return Decision(save=(note,), effects=effects, tell=tell)


def _gets_nothing(note: RoomNote) -> bool:
    return open_to_all(note) or bool(frozen(note))


def missing(event: RoomsMissing, known: tuple[Missing, ...], world: World) -> Decision:
    """Rooms that the bot cannot get into, or is in again. The stewards' own room learns of the others."""
    knew = {one.name for one in known}
    lost = [name for name in event.names if name not in knew and name != world.stewards]
    still = {*event.names, *(name for name in knew if world.is_configured(name) and not world.room_of(name))}
    back = [name for name in sorted(knew) if name not in still]
    lines = [("lost", name, "stewards.room_lost") for name in lost]
    lines += [("back", name, "stewards.room_back") for name in back if world.is_configured(name)]
    return Decision(
        save=tuple(Missing(name=name) for name in lost),
        drop=tuple(Missing(name=name) for name in back),
        effects=tuple(
            to_stewards(world, f"{slot} {name}", texts.text(key, where=room_called(world, name)))
            for slot, name, key in lines
        ),
    )


def moved(event: RoomsMoved, notes: tuple[RoomNote, ...], stayed: tuple[Sent, ...], world: World) -> Decision:
    """Rooms whose addresses lead elsewhere, followed or not. ``notes``: of the rooms of the configuration.

    ``stayed``: what stands in a room that its name does not lead to any more; it is taken back there.
    """
    told = {
        (word.removeprefix(MOVED), note.room)
        for note in notes
        for word in note.told
        if word.startswith(MOVED)
    }
    save = []
    for note in notes:
        kept = [word for word in note.told if not word.startswith(MOVED)]
        words = (*kept, *(MOVED + name for name, room in event.away if room == note.room))
        if words != note.told:
            save.append(replace(note, told=words))
    lines = [(name, "stewards.moved") for name, room in event.away if (name, room) not in told]
    lines += [(name, "stewards.followed") for name, _ in event.followed]
    return Decision(
        save=(*save, *stayed),
        effects=tuple(
            to_stewards(world, f"{key} {name}", texts.text(key, where=room_called(world, name)))
            for name, key in lines
        ),
    )


def _notices(event: RoomSeen, note: RoomNote, kind: Kind, world: World) -> list[tuple[str, Effect]]:
    """What is to be said about a room of the configuration, by name."""
    where = _called(event.room, world)
    found = []

    def tell(name: str, line: str) -> None:
        found.append((name, to_stewards(world, f"{name} {event.room}", line)))

    if event.replaced:
        tell("replaced", texts.text("stewards.replaced", where=where))
    if kind is Kind.STEWARDS:
        return found
    if not event.can_redact:
        tell("powerless", texts.text("stewards.powerless", where=where))
    if not note.encrypted:
        notice = CleartextNotice(texts.text("room.unencrypted"))
        target = ToRoom(event.room)
        effect = Effect(slot="unencrypted", target=target, action=notice, priority=Priority.ANSWER)
        found.append(("unencrypted", effect))
    why = frozen(note) if kind is Kind.REGIONAL else ()
    if event.join_rule == "public" or event.history == "world_readable":
        tell("public", texts.text("stewards.public", where=where))
    elif why:
        region = world.region_in(event.room)
        line = texts.text("stewards.frozen", where=where, why=reasons(why), tag=f"#{region}")
        tell(f"frozen {' '.join(why)}", line)
    if event.history == "shared" and "history" not in why:
        tell("shared", texts.text("stewards.shared"))
    return found


def _called(room: RoomId, world: World) -> str:
    name = next((name for name, id in world.names.items() if id == room), "")
    return room_called(world, name)
