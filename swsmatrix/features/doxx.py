"""``#swsdoxx`` and ``#swsharrassment``: what they are, and the little that their room learns of them.

In the room stands that a member needs help, and how to join in: never who, and no word of theirs. It goes
with the post. Who comes next within an hour, with the same tag in the same room, adds no other: many at once
are one to read, and one that goes with its post is not put up again for those.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import product

from swsmatrix import texts
from swsmatrix.features import asking
from swsmatrix.features.case import KINDS
from swsmatrix.features.common import region_names, to_stewards, when
from swsmatrix.features.feature import Feature, Reader
from swsmatrix.features.post import NOTICE, Facts, Sort
from swsmatrix.model import CaseState, Decision, Effect, Noted, Post, Priority, SetTimer, ToRoom
from swsmatrix.protocol import HOUR, EventId, Millis, Say
from swsmatrix.routing import Input
from swsmatrix.world import World

NAME, NOTICED = "notices", "noticed"


def go_out(post: Post, _facts: Facts, world: World, _now: Millis) -> Decision:
    """The stewards learn that there is one, and no word of it."""
    line = texts.text(
        "stewards.heard",
        number=post.number,
        tag=f"#{post.tag.value}",
        region=region_names(world, post.regions),
        when=when(world, post.posted_at, post.regions) + asking.caution(post),
    )
    return Decision(effects=(to_stewards(world, "listed", line, subject=post.subject),))


# Both are urgent: nothing of them goes out before their author has said so, from a device that is theirs.
DOXX = Sort(
    name="swsdoxx",
    spellings="""
        swsdoxx swsdox swsdoxxx swsdoxxing swsdoxing swsdoxxed swsdoxed swsdoxes swsdoxxes swsdoxs swsdoxxs
        """,
    go_out=go_out,
    urgent=True,
    shows=True,
    private=True,
    always_heard=True,
    says_so=True,
)
_WRITTEN = product(
    ("swsharr", "swshar"),
    ("ass", "as", "asss"),
    ("ment", "ement", "ments", "ements", "mant", "ed", "ing", "er", "es", ""),
)
HARASSMENT = replace(
    DOXX,
    name="swsharrassment",
    spellings=" ".join(map("".join, _WRITTEN)),
    likely=("swsharassment",),
    always_heard=False,
    unless=DOXX.name,  # one case, and one menu, for what is one thing to who writes it
)
SORTS = (DOXX, HARASSMENT)
_TEXT = {DOXX.name: "notices.doxx", HARASSMENT.name: "notices.harassment"}


@dataclass(frozen=True, slots=True)
class Out:
    """A post that is out, in a room that need not know of it yet."""

    post: Post


async def load(asked: Input, reader: Reader, world: World) -> Out | None:
    event = asked.event
    if not isinstance(event, Noted) or event.name != "up" or event.feature not in _NAMES:
        return None
    post = await reader.records.post(event.feature, EventId(event.subject))
    if post is None or not (world.is_community(post.room) or world.region_in(post.room)):
        return None
    if any(one.slot == NOTICE for one in await reader.queue.sent(post.subject)):
        return None
    if await _is_over(post, reader):
        return None
    return None if await reader.records.runs(NAME, NOTICED, _subject(post)) else Out(post)


async def _is_over(post: Post, reader: Reader) -> bool:
    """What was worked on and is done needs nobody any more, whatever it says now."""
    kinds = (kind for kind in KINDS.values() if kind.posts == post.feature)
    cases = [await reader.people.case(kind.name, post.event) for kind in kinds]
    return any(case.state is CaseState.DONE for case in cases if case)


_NAMES = tuple(sort.name for sort in SORTS)


def decide(_asked: Input, found: Out, _world: World, now: Millis) -> Decision:
    notice = Effect(
        slot=NOTICE,
        target=ToRoom(found.post.room),
        action=Say(texts.text(_TEXT[found.post.feature]), markdown=True),
        priority=Priority.PRIVATE_ROOM,
        subject=found.post.subject,
        lasting=True,
    )
    again = SetTimer(feature=NAME, name=NOTICED, subject=_subject(found.post), due=now + HOUR)
    return Decision(effects=(notice,), timers=(again,))


def _subject(post: Post) -> str:
    return f"{NAME} {post.feature} {post.room}"


FEATURE = Feature(NAME, load, decide)
