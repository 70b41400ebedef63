"""`events #nyc` in a direct chat: what is coming there, the next ten, with times as clocks show them there.

Without a place: where they are there for others, or came into the room; else wherever. The list goes when
something in it is changed or taken back (features/digest.py), and when it is asked for again.
"""

from __future__ import annotations

from dataclasses import dataclass

from swsmatrix import texts
from swsmatrix.features import gatherings, search
from swsmatrix.features.common import privately, region_names, take_back, when
from swsmatrix.features.feature import Feature, Reader
from swsmatrix.features.roundup import coming
from swsmatrix.model import Decision, Digested, Gathering, Post, RegionId, Sent, subject_of
from swsmatrix.protocol import DAY, MessagePosted, Millis
from swsmatrix.routing import Input, Kind
from swsmatrix.searching import reach
from swsmatrix.world import World

NAME = "coming"
WORD = "events"
AHEAD = 730 * DAY
MOST = 10
TITLE = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """``found``: what is coming for ``regions`` (none: wherever). ``standing``: the list that stands.

    ``code``: theirs who ask. ``member``: of a room of ours that not everybody can join.
    """

    code: str
    member: bool
    regions: tuple[RegionId, ...] = ()
    found: tuple[tuple[Gathering, Post], ...] = ()
    standing: tuple[Sent, ...] = ()

    @property
    def shown(self) -> tuple[tuple[Gathering, Post], ...]:
        return self.found[:MOST]


async def load(asked: Input, reader: Reader, world: World) -> Asked | None:
    event, said = asked.event, asked.said
    if not isinstance(event, MessagePosted) or said is None or said.word != WORD:
        return None
    if asked.place.kind is not Kind.DIRECT:
        return None
    code = reader.people.code(event.sender)
    if not event.known:
        return Asked(code=code, member=False)
    meant = await search.read(event, said, reader, world)
    return Asked(
        code=code,
        member=True,
        regions=meant.regions,
        found=await coming(event.at, AHEAD, reach(meant.regions, world.tree), reader),
        standing=await reader.queue.sent(subject_of(NAME, code)),
    )


def decide(asked: Input, found: Asked, world: World, now: Millis) -> Decision:
    event = asked.event
    assert isinstance(event, MessagePosted)
    if not found.member:
        text = texts.text("coming.members_only")
        return Decision(effects=(privately(event.sender, WORD, text),))
    about = subject_of(NAME, found.code)
    listed = privately(event.sender, WORD, _text(found, world), subject=about, markdown=False)
    items = tuple(post.subject for _, post in found.shown)
    return Decision(
        save=(Digested(subject=about, room="", at=now, items=items),) if items else (),
        effects=(*take_back(found.standing), listed),
    )


def _text(found: Asked, world: World) -> str:
    place = region_names(world, found.regions) if found.regions else texts.text("latecomers.everywhere")
    if not found.found:
        return texts.text("coming.none", region=place)
    more = len(found.found) - len(found.shown)
    lines = [texts.text("coming.list", region=place)]
    lines += [_line(*one, world) for one in found.shown]
    lines += [texts.text("digest.more", count=more)] if more else []
    return "\n".join(lines)


def _line(gathering: Gathering, post: Post, world: World) -> str:
    at = when(world, gathering.start, post.regions)
    named = (region_names(world, post.regions),) if post.regions else ()
    return " · ".join((f"• {at}", *named, gatherings.title(post, world, TITLE)))


FEATURE = Feature(NAME, load, decide, direct=(WORD,))
