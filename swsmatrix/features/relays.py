"""The relays of a warning: in which rooms it stands, and as what.

Rebuilt from the plain words: no markup, no names (but with ``#signed``), no mention of anybody. Never
back into the room it came from, never into a room that anyone can join or read.
"""

from __future__ import annotations

from swsmatrix import texts
from swsmatrix.features import details
from swsmatrix.features.common import when
from swsmatrix.features.post import Facts
from swsmatrix.features.where import called
from swsmatrix.model import Effect, Post, Priority, RegionId, RoomNote, ToRoom
from swsmatrix.openness import frozen, open_to_all
from swsmatrix.protocol import MINUTE, Millis, Say
from swsmatrix.world import World

# Said so when a warning could have been read that much sooner.
LATE = 5 * MINUTE
LONGEST_NAME = 40


def rooms_of(post: Post, facts: Facts, world: World) -> tuple[tuple[str, ...], bool]:
    """The rooms (configured names) that a warning goes to; and whether it is heard anywhere at all."""
    rooms: list[str] = []
    heard = False
    for region in hearing(post, world):
        name = world.tree.get(region).room
        room = world.room_of(name)
        if name is None or name in rooms:
            continue
        if room == post.room:
            heard = True
        elif room is None or _takes(facts.notes.get(room)):
            rooms.append(name)
    return tuple(rooms), heard or bool(rooms)


def hearing(post: Post, world: World) -> tuple[RegionId, ...]:
    """The regions whose rooms get a warning, each once. A place of the gazetteer: its region's own."""
    heard = (region for named in post.regions for region in world.tree.hears(named, post.place))
    return tuple(dict.fromkeys(heard))


def _takes(note: RoomNote | None) -> bool:
    return note is None or not (open_to_all(note) or frozen(note))


def frozen_of(post: Post, facts: Facts, world: World) -> tuple[RegionId, ...]:
    """The regions whose rooms would get a warning, had they not become more open than stewards know."""
    found: dict[str, RegionId] = {}
    for region in hearing(post, world):
        name = world.tree.get(region).room
        room = world.room_of(name)
        note = facts.notes.get(room) if room else None
        if name and note and room != post.room and frozen(note) and not open_to_all(note):
            found.setdefault(name, region)
    return tuple(found.values())


def text_of(post: Post, world: World, confirmed: int = 0, age: str = "") -> str:
    """What stands in the regional rooms, plain. Whatever was decided before: no details leave here.

    ``confirmed``: how many members say the same. ``age``: how long ago it was written, where that is said.
    """
    title = "warning.title_updated" if post.updated else "warning.title"
    words = details.shown(post, world) or texts.text("warning.nothing_left")
    lines = (
        texts.text(title, region=called(post, world)),
        words,
        texts.text("warning.attached") if post.attached else "",
        _written(post, world, age),
        texts.text("warning.alike", when=when(world, post.alike, post.regions)) if post.alike else "",
        _confirmed(confirmed),
    )
    return "\n\n".join(line for line in lines if line)


def _written(post: Post, world: World, age: str) -> str:
    """Who wrote it, and when; and that it comes late, where nobody could have read it before.

    Late when it was decided on: what a homeserver that is away holds up after that says when it was written.
    """
    late = post.up_at - post.posted_at > LATE and not post.updated
    key = "warning.written_updated" if post.updated else "warning.written_late" if late else "warning.written"
    return texts.text(
        key,
        who=shown_name(post.name) or texts.text("warning.member"),
        when=", ".join(part for part in (age, when(world, post.posted_at, post.regions)) if part),
        changed=when(world, post.changed_at, post.regions),
    )


def _confirmed(count: int) -> str:
    if not count:
        return ""
    return texts.text("warning.confirmed_once" if count == 1 else "warning.confirmed", count=count)


def shown_name(name: str) -> str:
    """A name as plain words: one short line that no client takes for an account, a room or an address."""
    line = "".join(" " if letter.isspace() else letter for letter in name)
    plain = "".join(letter for letter in line if letter.isprintable() and letter not in "@#:/\\.<>")
    return " ".join(plain.split())[:LONGEST_NAME].strip()


def relay(
    post: Post,
    name: str,
    text: str,
    *,
    slot: str,
    priority: Priority = Priority.WARNING,
    not_before: Millis = 0,
) -> Effect:
    """Put ``text`` up in the room ``name`` (as configured), as what stands there of a warning.

    Reported: what was confirmed before it stood there is told in it then (features/counts.py).
    """
    return Effect(
        slot=slot,
        target=ToRoom(name),
        action=Say(text),
        priority=priority,
        subject=post.subject,
        lasting=True,
        not_before=not_before,
        report=True,
    )
