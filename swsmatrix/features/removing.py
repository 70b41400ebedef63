"""What shows private details itself is taken out of its room, for a sort that is ``private``.

A message with such a tag that names details, or comes with a picture or a file, is removed from its room as
soon as its words are kept, in the same commit: whether it goes out, waits, or came from a device that nobody
vouches for. What is not kept stays: what somebody says who is not heard (features/hearing.py), an edit that
is not believed, a message without a tag. Words that nobody keeps must not vanish, and of these it is told
that they are not heard. But once a detail is known to be private, every message that repeats it goes: that is
features/repeats.py's.

Where the bot lacks the power, its author and the stewards are told what to delete.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from swsmatrix import texts
from swsmatrix.features import alike, details
from swsmatrix.features.common import privately, region_names, room_called, to_stewards, when
from swsmatrix.features.feature import Feature, Reader
from swsmatrix.features.post import Facts, Sort
from swsmatrix.identifying import Finding
from swsmatrix.model import NOTHING, Decision, Effect, EffectFailed, Post, Priority, ToRoom, Trace
from swsmatrix.protocol import EventId, MessageEdited, MessagePosted, Millis, RedactEvent, RoomId, UserId
from swsmatrix.routing import Input
from swsmatrix.world import World

NAME = "removing"
SLOT = "take out "
GONE = "M_NOT_FOUND"  # somebody was faster


def shown(
    event: MessagePosted | MessageEdited, world: World, post: Post | None = None
) -> tuple[Finding, ...]:
    """What a message shows of somebody, whatever their client makes of it."""
    regions = post.regions if post else ()
    return tuple(
        finding for text in (event.text, event.fallback) for finding in details.found(text, world, regions)
    )


def taken_out(
    sort: Sort, post: Post, event: MessagePosted | MessageEdited, facts: Facts, world: World
) -> tuple[Post, Decision]:
    """``post`` as it is to be kept, and what becomes of ``event``, one of the messages that say it.

    Once it is removed, so is everything that changes it.
    """
    if not sort.private:
        return post, NOTHING
    found = shown(event, world, post)
    traces = tuple(Trace(subject=post.subject, form=one) for one in alike.forms(found, world.playbooks))
    decision = Decision(save=traces)
    public = world.is_community(event.room) or world.region_in(event.room) is not None
    if not public or not (found or event.attached or post.removed):
        return post, decision
    note = facts.notes.get(event.room)
    if note and not note.can_redact:
        return replace(post, removed=False), replace(decision, effects=_to_delete(post, event.room, world))
    original = event.original if isinstance(event, MessageEdited) else event.event
    events = (event.event,) if post.removed else (original, *post.edits, event.event)
    effects = tuple(take_out(event.room, one, post.subject) for one in dict.fromkeys(events))
    return replace(post, removed=True), replace(decision, effects=effects)


def again(
    sort: Sort, same: Post, event: MessagePosted | MessageEdited, facts: Facts, world: World
) -> tuple[Post, Decision]:
    """The same words once more. Details that they name are known: features/repeats.py takes them out."""
    return (same, NOTHING) if shown(event, world, same) else taken_out(sort, same, event, facts, world)


def take_out(room: RoomId, event: EventId, subject: str, who: str = "") -> Effect:
    """Remove what somebody (``who``) said."""
    return Effect(
        slot=f"{SLOT}{event} {who}".rstrip(),
        target=ToRoom(room),
        action=RedactEvent(event),
        priority=Priority.WARNING,
        subject=subject,
    )


def _to_delete(post: Post, room: RoomId, world: World) -> tuple[Effect, ...]:
    """Who can delete it instead."""
    line = texts.text(
        "removing.stewards",
        number=post.number,
        tag=f"#{post.tag.value}",
        region=region_names(world, post.regions),
        when=when(world, post.posted_at, post.regions),
        where=called(room, world),
    )
    author = texts.text("removing.delete")
    return (
        privately(
            post.author, "delete", author, subject=post.subject, priority=Priority.WARNING, markdown=False
        ),
        replace(
            to_stewards(world, "delete, stewards", line, subject=post.subject), priority=Priority.WARNING
        ),
    )


def called(room: RoomId, world: World) -> str:
    return room_called(world, next((name for name, id in world.names.items() if id == room), ""))


# ---- What the homeserver refuses -----------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Refused:
    """``post``: what the message that stays belongs to; ``who`` wrote it, if not that one's author."""

    post: Post
    room: RoomId
    who: UserId | None = None


async def load(asked: Input, reader: Reader, _world: World) -> Refused | None:
    event = asked.event
    if not isinstance(event, EffectFailed) or not event.slot.startswith(SLOT) or event.reason == GONE:
        return None
    feature, _, message = event.subject.partition(" ")
    post = await reader.records.post(feature, EventId(message))
    _, _, who = event.slot.removeprefix(SLOT).partition(" ")
    room = RoomId(event.room.removeprefix("room "))
    return Refused(post, room, UserId(who) if who else None) if post else None


def decide(_asked: Input, found: Refused, world: World, _now: Millis) -> Decision:
    if found.who:
        return Decision(effects=stays(found.post.number, found.room, found.who, world))
    if not found.post.removed:
        return NOTHING  # said with the first of its messages
    return Decision(
        save=(replace(found.post, removed=False),), effects=_to_delete(found.post, found.room, world)
    )


def stays(number: int, room: RoomId, who: UserId, world: World) -> tuple[Effect, ...]:
    """What repeats details of post ``number`` is for ``who`` wrote it, or a steward, to delete."""
    line = texts.text("removing.repeated_stays", number=number, where=called(room, world))
    return (
        privately(who, "delete", texts.text("removing.delete_repeated"), priority=Priority.WARNING),
        replace(to_stewards(world, "delete, stewards", line), priority=Priority.WARNING),
    )


FEATURE = Feature(NAME, load, decide)
