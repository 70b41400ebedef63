"""What a digest says: new tips, and what is coming, in short lines."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from swsmatrix import texts
from swsmatrix.features import details, gatherings
from swsmatrix.features.feature import Reader
from swsmatrix.model import Digested, Gathering, Post, RegionId, Tip
from swsmatrix.protocol import EventId, Millis
from swsmatrix.world import World

WIDTH = 38  # letters of a line, behind its dot


@dataclass(frozen=True, slots=True, kw_only=True)
class Contents:
    """``more``: how many tips there are beyond these."""

    tips: tuple[Tip, ...] = ()
    coming: tuple[tuple[Gathering, Post], ...] = ()
    more: int = 0

    @property
    def items(self) -> tuple[str, ...]:
        return (*(tip.subject for tip in self.tips), *(post.subject for _, post in self.coming))


async def coming(
    at: Millis, ahead: Millis, regions: tuple[RegionId, ...], reader: Reader
) -> tuple[tuple[Gathering, Post], ...]:
    """What begins within ``ahead`` and is for ``regions``; none: wherever. The next first."""
    found: list[tuple[Gathering, Post]] = []
    for one in await reader.agenda.coming(at, at + ahead):
        post = await reader.records.post(gatherings.POSTS, one.event)
        fits = post and (not regions or not post.regions or not set(regions).isdisjoint(post.regions))
        if post and fits:
            found.append((one, post))
    return tuple(found)


async def left(digest: Digested, at: Millis, reader: Reader) -> Contents:
    """What its items say by now."""
    soon: list[tuple[Gathering, Post]] = []
    tips: list[Tip] = []
    for subject in digest.items:
        event = EventId(subject.partition(" ")[2])
        post, one = await reader.records.post(gatherings.POSTS, event), await reader.agenda.gathering(event)
        tip = await reader.tips.tip(subject)
        if post and one and not one.asked and max(one.start, one.end) > at:
            soon.append((one, post))
        elif tip and not tip.removed_by:
            tips.append(tip)
    soon.sort(key=lambda one: one[0].start)
    return Contents(tips=tuple(tips), coming=tuple(soon))


def zone_of(name: str, world: World) -> ZoneInfo:
    region = world.tree.of_room(name)
    return world.tree.timezone(region) if region else world.tree.common_timezone()


def text(name: str, contents: Contents, world: World) -> str:
    region = world.tree.of_room(name)
    parts: list[str] = []
    if contents.tips:
        heading = texts.text("digest.new_in", region=world.tree.get(region).name) if region else ""
        more = (texts.text("digest.more", count=contents.more),) if contents.more else ()
        lines = (f"• {_short(details.struck(tip.text, world, tip.regions))}" for tip in contents.tips)
        parts.append(_block(heading or texts.text("digest.new"), (*lines, *more)))
    if contents.coming:
        zone = zone_of(name, world)
        parts.append(
            _block(texts.text("digest.coming"), (_coming_line(*one, zone, world) for one in contents.coming))
        )
    return "\n\n".join((*parts, texts.text("digest.ask")))


def _block(heading: str, lines: Iterable[str]) -> str:
    return "\n".join((heading, *lines))


def _coming_line(gathering: Gathering, post: Post, zone: ZoneInfo, world: World) -> str:
    """Two short lines: when, and what."""
    if post.regions:
        zone = gatherings.zone(post, world)
    at = datetime.fromtimestamp(gathering.start / 1000, zone)
    return f"• {at:%a %-d %b, %H:%M %Z}\n  {gatherings.title(post, world, WIDTH)}"


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= WIDTH else line[: WIDTH - 1].rstrip() + "…"
