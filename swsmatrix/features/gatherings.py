"""What a post with `#event` leads to in rooms: when it is, a line for calendars, reminders.

In its region's rooms; without one, in the community room that it was posted in. What stands of it has a
subject of its own, so that it can be taken back without the post.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

from swsmatrix import calendars, dates, texts
from swsmatrix.dating.doubt import Doubt
from swsmatrix.features import details
from swsmatrix.features.common import privately, region_names, to_stewards, when
from swsmatrix.features.feature import Reader
from swsmatrix.hashtags import hear
from swsmatrix.model import Effect, Gathering, Post, RoomNote, Sent, SetTimer, ToRoom, subject_of
from swsmatrix.openness import frozen, open_to_all
from swsmatrix.protocol import DAY, HOUR, MINUTE, EventId, Millis, RoomId, Say, SendFile
from swsmatrix.world import World

NAME = "events"
GATHERING = "event"  # the hashtag, without ``#``
POSTS = "swsfyi"  # what keeps the posts
QUESTION, UNANSWERED = "when", "date unanswered"
ANSWER_WITHIN = 10 * MINUTE
LASTS = 2 * HOUR  # if nobody says how long
STAYS = 4 * HOUR  # after its end
# With what a reminder is ahead, and how soon after the announcement it is one too many.
REMINDERS = {"day": (DAY, 2 * HOUR), "hour": (HOUR, 10 * MINUTE)}
TITLE = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """``code``: what its entry in calendars is called. ``standing``: what was announced. ``questions``: those
    about when it is. ``notes``: what is known of the configured rooms.
    """

    code: str = ""
    post: Post | None = None
    gathering: Gathering | None = None
    standing: tuple[Sent, ...] = ()
    questions: tuple[Sent, ...] = ()
    notes: Mapping[RoomId, RoomNote] = field(default_factory=dict)


async def known(event: EventId, reader: Reader, world: World) -> Known:
    """Read what there is to know of the post ``event``."""
    configured = set(world.names.values())
    post = await reader.records.post(POSTS, event)
    asked = await reader.queue.sent(post.subject) if post else ()
    return Known(
        code=reader.people.code(subject(event)),
        post=post,
        gathering=await reader.agenda.gathering(event),
        standing=await reader.queue.sent(subject(event)),
        questions=tuple(one for one in asked if one.slot in (QUESTION, UNANSWERED)),
        notes={note.room: note for note in await reader.records.rooms() if note.room in configured},
    )


def subject(event: EventId) -> str:
    return subject_of(NAME, event)


def is_one(post: Post, world: World) -> bool:
    return GATHERING in hear(post.text, world.tags).words


def read(post: Post, world: World, now: Millis) -> tuple[Gathering, Doubt | None]:
    """What its words say of when it is; and why its author has to be asked, if so."""
    found = dates.find(post.text, zone(post, world), post.posted_at, country=country(post, world))
    if not post.regions and found.doubt is None and _zones(world) > 1:
        found = replace(found, doubt=Doubt.ZONE)
    fresh = of(post, found, now)
    doubt = Doubt.PAST if found.start and not fresh.start else found.doubt
    return fresh, doubt


def _zones(world: World) -> int:
    return len({world.tree.timezone(region.id) for region in world.tree})


def of(post: Post, found: dates.Found, now: Millis) -> Gathering:
    """What was found, as it is kept. What is over is not meant."""
    over = found.doubt is Doubt.PAST or (found.start is not None and found.start <= now)
    return Gathering(
        event=post.event,
        start=0 if over else found.start or 0,
        end=0 if over else found.end or 0,
        day=found.day.isoformat() if found.day and not over and found.start is None else "",
        asked=over or found.doubt is not None,
        read=f"{found.start} {found.end} {found.day} {found.doubt}",
    )


def zone(post: Post, world: World) -> ZoneInfo:
    return world.tree.timezone(post.regions[0]) if post.regions else world.tree.common_timezone()


def country(post: Post, world: World) -> str | None:
    return world.tree.country(post.regions[0]) if post.regions else None


def day_of(gathering: Gathering) -> date | None:
    return date.fromisoformat(gathering.day) if gathering.day else None


def ends(gathering: Gathering) -> Millis:
    return gathering.end or gathering.start + LASTS


# ---- Where, and when -------------------------------------------------------------------------------


def rooms_of(post: Post, notes: Mapping[RoomId, RoomNote], world: World) -> tuple[str, ...]:
    """The rooms, as configured, that hear of it: none that anyone can join or read."""
    named = dict.fromkeys(room for region in post.regions if (room := world.tree.get(region).room))
    rooms = named or dict.fromkeys(name for name in world.community if world.room_of(name) == post.room)
    return tuple(name for name in rooms if _takes(world.room_of(name), notes))


def rooms_in_words(post: Post, notes: Mapping[RoomId, RoomNote], world: World) -> str:
    """Whom its author is told that it reminds."""
    rooms = rooms_of(post, notes, world)
    regions = tuple(region for region in post.regions if world.tree.get(region).room in rooms)
    if regions:
        return texts.text("events.room", region=region_names(world, regions))
    return texts.text("events.here" if rooms else "events.no_room")


def _takes(room: RoomId | None, notes: Mapping[RoomId, RoomNote]) -> bool:
    note = notes.get(room) if room else None
    return note is None or not (open_to_all(note) or frozen(note))


def timers(gathering: Gathering, now: Millis) -> tuple[SetTimer, ...]:
    about, start = subject(gathering.event), gathering.start
    due = {name: start - ahead for name, (ahead, soon) in REMINDERS.items() if start - ahead - now >= soon}
    due["over"] = ends(gathering) + STAYS
    return tuple(SetTimer(feature=NAME, name=name, subject=about, due=at) for name, at in due.items())


# ---- What is said ----------------------------------------------------------------------------------


def announced(known: Known, gathering: Gathering, world: World) -> tuple[Effect, ...]:
    """In each room when it is, and the entry for calendars; its words not where they stand already."""
    post = known.post
    assert post
    at = when(world, gathering.start, post.regions)
    words = details.shown(post, world)
    entry = calendars.entry(
        known.code,
        gathering.start,
        gathering.end,
        title(post, world),
        words,
        changed=post.changed_at,
        version=len(post.edits),
    )
    effects: list[Effect] = []
    for name in rooms_of(post, known.notes, world):
        here = world.room_of(name) == post.room
        if not here:
            text = texts.text(
                "events.announced_updated" if post.updated else "events.announced",
                when=at,
                region=region_names(world, post.regions),
                words=words,
            )
            effects.append(_lasting(f"announce {name}", name, Say(text), gathering))
        file = SendFile(
            name=calendars.NAME,
            kind=calendars.KIND,
            text=entry,
            caption=texts.text("events.entry", when=at) if here else "",
            reply_to=post.event if here else None,
        )
        effects.append(_lasting(f"entry {name}", name, file, gathering))
    return tuple(effects)


def reminders(known: Known, gathering: Gathering, world: World, now: Millis) -> tuple[Effect, ...]:
    post = known.post
    assert post
    there = {one.slot: one.event for one in known.standing}
    text = texts.text(
        "events.reminder",
        soon=_soon(gathering.start, now, zone(post, world)),
        when=when(world, gathering.start, post.regions),
        title=title(post, world),
    )
    return tuple(
        _lasting(
            f"remind {name}",
            name,
            Say(
                text,
                reply_to=post.event if world.room_of(name) == post.room else there.get(f"announce {name}"),
            ),
            gathering,
        )
        for name in rooms_of(post, known.notes, world)
    )


def _soon(start: Millis, now: Millis, zone: ZoneInfo) -> str:
    first, today = (datetime.fromtimestamp(at / 1000, zone).date() for at in (start, now))
    if start - now <= HOUR:
        return texts.text("events.soon")
    return texts.text("events.today" if first == today else "events.tomorrow")


def _lasting(slot: str, room: str, action: Say | SendFile, gathering: Gathering) -> Effect:
    return Effect(
        slot=slot, target=ToRoom(room), action=action, subject=subject(gathering.event), lasting=True
    )


def title(post: Post, world: World, most: int = TITLE) -> str:
    """The first of its words, on one line."""
    line = " ".join(details.shown(post, world).split()) or texts.text("events.untitled")
    return line if len(line) <= most else line[: most - 1].rstrip() + "…"


def question(post: Post, gathering: Gathering, doubt: Doubt | None, world: World) -> Effect:
    """To its author: when it is."""
    if gathering.start:
        asking = texts.text("events.ask_perhaps", when=when(world, gathering.start, post.regions))
    elif gathering.day:
        asking = texts.text("events.ask_time", day=f"{date.fromisoformat(gathering.day):%a %-d %b %Y}")
    else:
        asking = texts.text("events.ask_past" if doubt is Doubt.PAST else "events.ask_none")
    if doubt is Doubt.EVERY:
        asking = " ".join((texts.text("events.ask_every"), asking))
    text = texts.text("events.ask", asking=asking, example=_example(post, gathering, world))
    return privately(post.author, QUESTION, text, subject=post.subject)


def _example(post: Post, gathering: Gathering, world: World) -> str:
    at = gathering.start or post.posted_at + 7 * DAY
    there = datetime.fromtimestamp(at / 1000, zone(post, world))
    return f"{gathering.day or there.date().isoformat()} 19:00"


def unanswered(post: Post, world: World) -> Effect:
    """Ten minutes went by: the stewards learn that it waits, and the word that moves it on."""
    line = texts.text(
        "events.waits",
        number=post.number,
        region=region_names(world, post.regions),
        when=when(world, post.posted_at, post.regions),
    )
    return to_stewards(world, UNANSWERED, line, subject=post.subject)
