"""A digest for each room that wants one: new tips, what is coming, how to ask. Weekly, if there is something.

Of what was new since the last one, so missed weeks are one digest. A tip that is edited or taken back does
not stand on in it: the digest is taken back, and one of the last week is said anew with what is so now. What
is only over goes out of it without a sound.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from swsmatrix import texts
from swsmatrix.features import gatherings
from swsmatrix.features.common import local_name, take_back, to_stewards
from swsmatrix.features.feature import Feature, Reader, merge
from swsmatrix.features.roundup import Contents, coming, left, zone_of
from swsmatrix.features.roundup import text as text_of
from swsmatrix.model import (
    Decision,
    Digest,
    Digested,
    Effect,
    Noted,
    RoomNote,
    Sent,
    SetTimer,
    TimerFired,
    ToRoom,
    subject_of,
)
from swsmatrix.openness import frozen, open_to_all
from swsmatrix.protocol import DAY, MessagePosted, Millis, Rewrite, RoomSeen, Say
from swsmatrix.routing import Input, Kind, Said
from swsmatrix.searching import reach
from swsmatrix.world import World

NAME = WORD = "digest"
WEEKLY = "weekly"
AHEAD = 14 * DAY
MOST = 10  # tips
MOST_COMING = 5
FRESH = 7 * DAY  # one that is older is not said anew


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A configured room (``name``), for which no timer runs."""

    name: str
    known: Digest | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """It is time for the room ``name``; ``note``: what is known of it."""

    name: str
    known: Digest | None = None
    contents: Contents = field(default_factory=Contents)
    note: RoomNote | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """Digests that name what has changed: each as it stands, and what is left to say.

    ``over``: it is an event that is over, which nobody took back.
    """

    digests: tuple[tuple[Digested, tuple[Sent, ...], Contents], ...]
    over: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Turned:
    """A steward's word: ``on``, for these rooms; none: it is not known which, or what."""

    on: bool = False
    rooms: tuple[Digest, ...] = ()


async def load(asked: Input, reader: Reader, world: World) -> Seen | Due | Changed | Turned | None:
    match asked.event:
        case RoomSeen() as event if world.digest:
            return await _seen(event, reader, world)
        case TimerFired(feature=feature, subject=subject) if feature == NAME:
            return await _due(subject.removeprefix(f"{NAME} "), asked.event.at, reader, world)
        case Noted(feature=gatherings.POSTS, name="up" | "down" | "gone", subject=event) as noted:
            found = await _changed(subject_of(gatherings.POSTS, event), noted.at, reader)
            over = isinstance(noted.because, TimerFired) and noted.because.feature == gatherings.NAME
            return replace(found, over=over) if found else None
        case MessagePosted() if asked.said and asked.said.word == WORD:
            return await _turned(asked.said, asked.event.at, reader, world) if _stewards(asked) else None
    return None


def _stewards(asked: Input) -> bool:
    return asked.place.kind is Kind.STEWARDS


async def _seen(event: RoomSeen, reader: Reader, world: World) -> Seen | None:
    name = next((name for name in rooms(world) if world.room_of(name) == event.room), None)
    if name is None or await reader.records.runs(NAME, WEEKLY, subject_of(NAME, name)):
        return None
    return Seen(name=name, known=await reader.agenda.digest(name))


def rooms(world: World) -> tuple[str, ...]:
    """Those that may want one, as configured."""
    regional = (region.room for region in world.tree if region.room)
    return tuple(dict.fromkeys((*world.community, *regional)))


async def _due(name: str, at: Millis, reader: Reader, world: World) -> Due | None:
    if name not in rooms(world):
        return None
    known, room = await reader.agenda.digest(name), world.room_of(name)
    since = known.since if known else at
    here = world.tree.of_room(name)
    regions = reach((here,), world.tree) if here else ()
    soon = (await coming(at, AHEAD, regions, reader))[:MOST_COMING]
    listed = {post.event for _, post in soon}
    new = [
        tip
        for tip in await reader.tips.new_since(since, regions)
        if not tip.removed_by and tip.subject.partition(" ")[2] not in listed
    ]
    contents = Contents(tips=tuple(new[:MOST]), coming=soon, more=max(0, len(new) - MOST))
    note = await reader.records.room(room) if room else None
    return Due(name=name, known=known, contents=contents, note=note)


async def _changed(subject: str, at: Millis, reader: Reader) -> Changed | None:
    digests = await reader.agenda.digests_with(subject)
    if not digests:
        return None
    found = [(one, await reader.queue.sent(one.subject), await left(one, at, reader)) for one in digests]
    return Changed(digests=tuple(found))


async def _turned(said: Said, at: Millis, reader: Reader, world: World) -> Turned:
    if said.rest[:1] not in (("on",), ("off",)):
        return Turned()
    places = said.rest[1:]
    regions = tuple(found for word in places if (found := world.tree.find(word)))
    named = [world.tree.get(region).room for region in regions] if places else list(world.community)
    kept = [
        await reader.agenda.digest(name) or Digest(room=name, since=at) for name in named if name is not None
    ]
    return Turned(on=said.rest[0] == "on", rooms=tuple(kept))


def decide(asked: Input, found: Seen | Due | Changed | Turned, world: World, now: Millis) -> Decision:
    match found:
        case Seen():
            known = found.known or Digest(room=found.name, since=now)
            return Decision(save=(known,), timers=_next(found.name, world, now))
        case Due():
            return _said(found, world, now)
        case Changed():
            change = _without if found.over else _anew
            return merge(*(change(*one, world, now) for one in found.digests))
        case Turned():
            assert isinstance(asked.event, MessagePosted)
            return _turn(asked.event, found, world, now)


# ---- When ------------------------------------------------------------------------------------------


def _next(name: str, world: World, now: Millis) -> tuple[SetTimer, ...]:
    if not world.digest:
        return ()
    due = next_time(now, zone_of(name, world), *world.digest)
    return (SetTimer(feature=NAME, name=WEEKLY, subject=subject_of(NAME, name), due=due),)


def next_time(after: Millis, zone: ZoneInfo, weekday: int, minutes: int) -> Millis:
    """The next such moment of a week there, by the clock on the wall (``minutes`` since midnight)."""
    today = datetime.fromtimestamp(after / 1000, zone).date()
    for passed in range(15):
        day = today + timedelta(days=passed)
        at = int(datetime.combine(day, time(*divmod(minutes, 60)), zone).timestamp() * 1000)
        if day.weekday() == weekday and at > after:
            return at
    raise AssertionError("a week has seven days")


# ---- What is said ----------------------------------------------------------------------------------


def _said(found: Due, world: World, now: Millis) -> Decision:
    known = found.known or Digest(room=found.name, since=now)
    again = _next(found.name, world, now)
    if known.off or not world.digest:
        return Decision(timers=again)
    kept = Decision(save=(replace(known, since=now),), timers=again)
    closed = found.note is None or not (open_to_all(found.note) or frozen(found.note))
    ahead = tuple(one for one in found.contents.coming if gatherings.ends(one[0]) > now)
    contents = replace(found.contents, coming=ahead)
    if not contents.items or not closed:
        return kept if closed else Decision(timers=again)
    digested = Digested(
        subject=subject_of(NAME, f"{found.name} {now}"),
        room=found.name,
        at=now,
        items=contents.items,
    )
    return merge(kept, Decision(save=(digested,), effects=(_effect(digested, contents, world),)))


def _anew(
    digest: Digested, standing: tuple[Sent, ...], contents: Contents, world: World, now: Millis
) -> Decision:
    gone = Decision(effects=take_back(standing))
    if not (digest.room and contents.items) or now - digest.at > FRESH:
        return merge(gone, Decision(drop=(digest,)))
    return merge(gone, Decision(effects=(_effect(digest, contents, world),)))


def _without(
    digest: Digested, standing: tuple[Sent, ...], contents: Contents, world: World, now: Millis
) -> Decision:
    """Changed in place: nobody is disturbed because something is over."""
    first = next((one for one in standing if one.slot == digest.subject), None)
    if first is None or not (digest.room and contents.items):
        return _anew(digest, standing, contents, world, now)
    changed = Effect(
        slot=f"{digest.subject} without",
        target=first.target,
        action=Rewrite(first.effect, text_of(digest.room, contents, world)),
        subject=digest.subject,
        lasting=True,
    )
    return Decision(effects=(changed,))


def _effect(digest: Digested, contents: Contents, world: World) -> Effect:
    return Effect(
        slot=digest.subject,
        target=ToRoom(digest.room),
        action=Say(text_of(digest.room, contents, world)),
        subject=digest.subject,
        lasting=True,
    )


# ---- Stewards --------------------------------------------------------------------------------------


def _turn(event: MessagePosted, found: Turned, world: World, now: Millis) -> Decision:
    if not found.rooms:
        return Decision(effects=(to_stewards(world, WORD, texts.text("digest.which")),))
    if not world.digest:
        return Decision(effects=(to_stewards(world, WORD, texts.text("digest.all_off")),))
    # What was new while it was off is not news.
    kept = tuple(
        replace(one, off=not found.on, since=now if found.on and one.off else one.since)
        for one in found.rooms
    )
    regions = tuple(region for one in found.rooms if (region := world.tree.of_room(one.room)))
    names = texts.listed(tuple(world.tree.get(region).name for region in regions), "and")
    line = texts.text(
        "digest.on" if found.on else "digest.off",
        who=local_name(event.sender),
        rooms=names or texts.text("digest.community"),
        tag="".join(f" #{region}" for region in regions),
    )
    return Decision(save=kept, effects=(to_stewards(world, WORD, line),))


FEATURE = Feature(NAME, load, decide, stewards=(WORD,))
