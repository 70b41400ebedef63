"""What the relays say of how many members confirm a warning: changed in place, and not too often.

A room is looked at (``SOON``) a moment after something happened, once for all that happened meanwhile:

    its relays tell the counts               | (nothing)
    one does not                             | the one that is furthest off is changed; SOON again
    they were all changed lately             | LATER, when the first may be changed again
    the room gets no warnings now            | LATER
    the homeserver refused it                | SOON is in an hour

So a room gets one edit in ten seconds at most, over all its warnings, and one relay less and less often. What
a relay tells, and since when, is in the ``slot`` of the last edit that stands under its post's subject; with
that subject edits are taken back as the relays are.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from swsmatrix.features import danger, relays
from swsmatrix.features.feature import Reader
from swsmatrix.model import (
    NOTHING,
    Decision,
    Effect,
    Post,
    PostState,
    Priority,
    Sent,
    SetTimer,
    TimerFired,
    ToRoom,
)
from swsmatrix.openness import frozen, open_to_all
from swsmatrix.protocol import HOUR, SECOND, EffectId, EventId, Millis, Rewrite
from swsmatrix.world import World

NAME = "confirming"
SOON, LATER = "soon", "later"
GAP = 10 * SECOND
GROWS = 3  # so many times as long is the gap after each edit of a relay,
LONGEST_GAP = HOUR  # up to that
LONGEST = 5000  # bytes: an edit holds the words twice, and an event must not be larger than 64 KiB
RELAY = "relay "  # how the slots of relays begin


@dataclass(frozen=True, slots=True, kw_only=True)
class Behind:
    """A relay that says ``shown``, where ``count`` confirm. It was changed ``edits`` times, ``last`` then."""

    relay: EffectId
    post: Post
    count: int
    shown: int = 0
    edits: int = 0
    last: Millis = 0

    def due(self, now: Millis) -> Millis:
        """When it may be changed, at the earliest. Nothing waits for a moment of a clock that was ahead."""
        if not self.edits or self.last > now:
            return now
        grown: Millis = GAP * GROWS ** min(self.edits - 1, 8)
        return self.last + min(grown, LONGEST_GAP)


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """A room (``name``: as configured) that is looked at. ``takes``: it gets warnings."""

    name: str
    behind: tuple[Behind, ...] = ()
    takes: bool = True


async def look(event: TimerFired, reader: Reader, world: World) -> Look | None:
    """What is behind in the room of a timer. None: it is looked at soon anyway."""
    name = event.subject.partition(" ")[2]
    if event.name == LATER and await reader.records.runs(NAME, SOON, event.subject):
        return None
    counts = await reader.warnings.confirmed()
    standing = await reader.queue.sent_to(ToRoom(name))
    told = _told(standing)
    behind = []
    for one in standing:
        edits, count = told[one.effect], counts.get(one.subject, 0)
        shown, last = edits[-1] if edits else (0, 0)
        if not (one.slot.startswith(RELAY) and one.event) or count == shown:
            continue
        post = await post_of(one, reader)
        if post and post.state is PostState.UP and len(post.text.encode()) <= LONGEST:
            found = Behind(relay=one.effect, post=post, count=count, shown=shown, edits=len(edits), last=last)
            behind.append(found)
    return Look(name=name, behind=tuple(behind), takes=await _takes(name, reader, world))


async def post_of(sent: Sent, reader: Reader) -> Post | None:
    """The warning that something of ours stands for."""
    return await reader.records.post(danger.SORT.name, EventId(sent.subject.partition(" ")[2]))


def _slot(behind: Behind, now: Millis) -> str:
    return f"count {behind.count} {now} {behind.relay}"


def _told(standing: tuple[Sent, ...]) -> defaultdict[str, list[tuple[int, Millis]]]:
    """By relay: what each of its edits said, and when; the latest last."""
    told: defaultdict[str, list[tuple[int, Millis]]] = defaultdict(list)
    for one in standing:
        if one.feature == NAME:
            _, count, at, relay = one.slot.split(" ")
            told[relay].append((int(count), int(at)))
    return told


async def _takes(name: str, reader: Reader, world: World) -> bool:
    room = world.room_of(name)
    note = await reader.records.room(room) if room else None
    return room is not None and not (note and (open_to_all(note) or frozen(note)))


def tell(room: Look, world: World, now: Millis) -> Decision:
    """One relay of the room says how many confirm it now."""
    if not room.behind:
        return NOTHING
    if not room.takes:
        return Decision(timers=(again(LATER, room.name, now + LONGEST_GAP),))
    first = min(one.due(now) for one in room.behind)
    if first > now:
        return Decision(timers=(again(LATER, room.name, first),))
    ready = (one for one in room.behind if one.due(now) <= now)
    furthest = max(ready, key=lambda one: abs(one.count - one.shown))
    told = Effect(
        slot=_slot(furthest, now),
        target=ToRoom(room.name),
        action=Rewrite(furthest.relay, relays.text_of(furthest.post, world, furthest.count)),
        priority=Priority.REST,
        subject=furthest.post.subject,
        lasting=True,
    )
    return Decision(effects=(told,), timers=(again(SOON, room.name, now + GAP),))


def again(name: str, room: str, due: Millis) -> SetTimer:
    """``name``: SOON or LATER."""
    return SetTimer(feature=NAME, name=name, subject=subject(room), due=due)


def subject(room: str) -> str:
    return f"{NAME} {room}"
