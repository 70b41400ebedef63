"""``#swsdanger``: a warning goes to the room of its region and to those of the regions inside it.

Rebuilt from the plain words: no markup, no names (but with ``#signed``), no mention of anybody. Never
back into the room it came from, never into a room that anyone can join or read.
"""

from __future__ import annotations

from swsmatrix import texts
from swsmatrix.features import posts
from swsmatrix.features.common import privately, region_names, to_stewards, when
from swsmatrix.features.posts import Facts, Sort
from swsmatrix.hashtags import hear, without_tags
from swsmatrix.model import Effect, Post, Priority, RegionId, RoomNote, Tag, ToRoom
from swsmatrix.openness import frozen, open_to_all
from swsmatrix.protocol import MINUTE, Millis, Say
from swsmatrix.world import World

AT_ONCE = 3
WINDOW = 10 * MINUTE
GAP = MINUTE


def relay_rooms(post: Post, facts: Facts, world: World) -> tuple[tuple[str, ...], bool]:
    """The rooms (configured names) that a warning goes to; and whether it is heard anywhere at all."""
    rooms: list[str] = []
    heard = False
    for region in post.regions:
        for hearing in world.tree.hears(region):
            name = world.tree.get(hearing).room
            room = world.room_of(name)
            if name is None or name in rooms:
                continue
            if room == post.room:
                heard = True
            elif room is None or _takes(facts.notes.get(room)):
                rooms.append(name)
    return tuple(rooms), heard or bool(rooms)


def _takes(note: RoomNote | None) -> bool:
    return note is None or not (open_to_all(note) or frozen(note))


def held_back(post: Post, facts: Facts, world: World) -> tuple[RegionId, ...]:
    """The regions whose rooms would get a warning, had they not become more open than stewards know."""
    found: dict[str, RegionId] = {}
    for region in (hearing for named in post.regions for hearing in world.tree.hears(named)):
        name = world.tree.get(region).room
        room = world.room_of(name)
        note = facts.notes.get(room) if room else None
        if name and note and room != post.room and frozen(note) and not open_to_all(note):
            found.setdefault(name, region)
    return tuple(found.values())


def relay_text(post: Post, world: World, *, updated: bool) -> str:
    """What stands in the regional rooms, plain. Whatever was decided before: no details leave here."""
    signed = "signed" in hear(post.text).words
    return texts.text(
        "warning.updated" if updated else "warning.relay",
        region=region_names(world, post.regions),
        words=posts.struck(without_tags(post.text)) or texts.text("warning.nothing_left"),
        who=post.author if signed else texts.text("warning.member"),
        when=when(world, post.posted_at, post.regions),
        changed=when(world, post.changed_at, post.regions),
    )


def earliest(facts: Facts, now: Millis) -> Millis:
    """The first three in ten minutes go at once, further ones one a minute. 0: now."""
    recent = [one for one in facts.earlier if now - one.posted_at < WINDOW]
    return now + GAP * (len(recent) - AT_ONCE + 1) if len(recent) >= AT_ONCE else 0


def go_out(post: Post, facts: Facts, world: World, now: Millis, updated: bool) -> tuple[Effect, ...]:
    rooms, heard = relay_rooms(post, facts, world)
    frozen_regions = held_back(post, facts, world)
    told = _told_of(post, frozen_regions, world) if frozen_regions else ()
    if not heard and told:
        return told
    if not heard:
        region = region_names(world, post.regions)
        return (
            privately(
                post.author, "nobody", texts.text("answer.nobody_there", region=region), subject=post.subject
            ),
            to_stewards(
                world,
                "nobody, stewards",
                texts.text("stewards.no_room", number=post.number, region=region),
                subject=post.subject,
            ),
        )
    not_before = 0 if updated else earliest(facts, now)
    text = relay_text(post, world, updated=updated)
    relays = tuple(
        Effect(
            slot=f"relay {name}",
            target=ToRoom(name),
            action=Say(text),
            priority=Priority.WARNING,
            subject=post.subject,
            lasting=True,
            not_before=not_before,
        )
        for name in rooms
    )
    if not_before and relays:
        line = texts.text("stewards.too_many", number=post.number)
        relays += (to_stewards(world, "too many", line, subject=post.subject),)
    return relays + told


def _told_of(post: Post, regions: tuple[RegionId, ...], world: World) -> tuple[Effect, ...]:
    names = region_names(world, regions)
    words = texts.listed(tuple(f"`thaw #{region}`" for region in regions))
    line = texts.text("stewards.held_back", number=post.number, region=names, words=words)
    author = texts.text("answer.held_back", region=names)
    return (
        privately(post.author, "held back", author, subject=post.subject),
        to_stewards(world, "held back, stewards", line, subject=post.subject),
    )


SORT = Sort(name="danger", tags=(Tag.DANGER,), go_out=go_out, needs_place=True, holds=True)
