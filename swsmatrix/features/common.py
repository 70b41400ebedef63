"""What features share: taking back, acknowledging, speaking in direct chats and to the stewards."""

from __future__ import annotations

from collections.abc import Iterable
from zoneinfo import ZoneInfo

from swsmatrix import texts
from swsmatrix.model import Effect, Priority, RegionId, Sent, ToDirect, ToNew, ToRoom
from swsmatrix.protocol import (
    DAY,
    HOUR,
    MINUTE,
    EventId,
    Millis,
    Picture,
    React,
    ReadBy,
    Redact,
    RemakePicture,
    RoomId,
    Say,
    UserId,
)
from swsmatrix.world import World

UTC = ZoneInfo("UTC")

HEARD = "✅"
NOT_VERIFIED = "❓"
OTHER_IDENTITY = "🔑"

# A lane of its own: one picture at a time, and nothing else waits for it.
STUDIO = ToNew("picture")


def take_back(sent: Iterable[Sent]) -> tuple[Effect, ...]:
    """Redact what stands in rooms; what has not gone out yet never will."""
    return tuple(
        Effect(
            slot=f"take back {one.effect}",
            target=one.target,
            action=Redact(one.effect),
            priority=one.priority,
        )
        for one in sent
    )


def acknowledge(
    world: World, room: RoomId, event: EventId, subject: str, standing: Iterable[Sent]
) -> tuple[Effect, ...]:
    """The small sign that a message was heard, unless it stands there already."""
    if world.acknowledge == "none" or any(one.slot == "heard" for one in standing):
        return ()
    action = React(event, HEARD) if world.acknowledge == "reaction" else Say(HEARD, thread=event)
    return (
        Effect(
            slot="heard",
            target=ToRoom(room),
            action=action,
            priority=Priority.ANSWER,
            subject=subject,
            lasting=True,
        ),
    )


def sign(slot: str, room: RoomId, event: EventId, key: str, *, subject: str = "") -> Effect:
    """A reaction to somebody's message. With a subject it can be taken back."""
    action = React(event, key)
    return Effect(slot=slot, target=ToRoom(room), action=action, subject=subject, lasting=bool(subject))


def privately(
    user: UserId,
    slot: str,
    text: str,
    *,
    subject: str = "",
    priority: Priority = Priority.ANSWER,
    markdown: bool = True,
    identity: str = "",
) -> Effect:
    """Say something in a member's direct chat. With a subject it can be taken back.

    ``identity``: only while theirs is this one.
    """
    return Effect(
        slot=slot,
        target=ToDirect(user),
        action=Say(text, markdown=markdown, readers=(ReadBy(user, identity),) if identity else ()),
        priority=priority,
        subject=subject,
        lasting=bool(subject),
    )


def remake(slot: str, picture: Picture, subject: str, *, priority: Priority = Priority.REST) -> Effect:
    """Make a picture anew. Whoever wants that is told when it is made, and can take it back until then."""
    return Effect(
        slot=slot,
        target=STUDIO,
        action=RemakePicture(picture),
        priority=priority,
        subject=subject,
        lasting=True,
        report=True,
    )


def to_stewards(world: World, slot: str, text: str, *, subject: str = "") -> Effect:
    return Effect(
        slot=slot,
        target=ToRoom(world.stewards),
        action=Say(text, markdown=True),
        priority=Priority.REST,
        subject=subject,
        lasting=bool(subject),
    )


def local_name(user: UserId) -> str:
    """``dora`` of ``@dora:example.org``: stewards know each other, in their own room that is enough."""
    return user.split(":", 1)[0].lstrip("@")


def region_names(world: World, regions: Iterable[RegionId]) -> str:
    """``New York City``, or the sentence for none."""
    names = tuple(world.tree.get(region).name for region in regions)
    return texts.listed(names, "and") or texts.text("stewards.no_region")


def tip_places(regions: Iterable[RegionId], world: World) -> str:
    """Where a tip is for: without a place it is for everywhere."""
    return region_names(world, regions) if tuple(regions) else texts.text("finding.everywhere")


def room_called(world: World, name: str) -> str:
    """How the stewards' lines speak of a room of the configuration (``name``: as written there)."""
    if name == world.stewards:
        return texts.text("room.stewards")
    region = world.tree.of_room(name)
    if region is None:
        return texts.text("room.community")
    return texts.text("room.regional", region=world.tree.get(region).name)


def reasons(why: Iterable[str]) -> str:
    """``why``: see ``openness.frozen``."""
    return texts.listed(tuple(texts.text(f"frozen.{reason}") for reason in why), "and")


def when(world: World, at: Millis, regions: tuple[RegionId, ...]) -> str:
    """A time in the zone of the (first) region; without one, in that of them all."""
    return texts.moment(at, zone_of(world, regions))


def zone_of(world: World, regions: tuple[RegionId, ...]) -> ZoneInfo:
    """That of the (first) region; without one, that of them all."""
    return world.tree.timezone(regions[0]) if regions else world.tree.common_timezone()


_AGES = (
    (365 * DAY, "", "latecomers.years_ago"),
    (30 * DAY, "", "latecomers.months_ago"),
    (DAY, "latecomers.day_ago", "latecomers.days_ago"),
    (HOUR, "latecomers.hour_ago", "latecomers.hours_ago"),
    (MINUTE, "latecomers.minute_ago", "latecomers.minutes_ago"),
)


def age(passed: Millis) -> str:
    """How long ago something was. Months and years only from two on."""
    for unit, once, often in _AGES:
        count = passed // unit
        if count > 1 or (count == 1 and once):
            return texts.text(often if count > 1 else once, count=count)
    return texts.text("latecomers.now")
