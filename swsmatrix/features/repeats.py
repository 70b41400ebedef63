"""What repeats private details that a member needs help with goes from the room, whoever wrote it.

While a post of a ``private`` sort lives, its details are kept as keyed hashes of their one form (``Trace``).
Every message in community and regional rooms is looked at, tagged or not, with everything that any client
shows of it; one that names such a detail is removed, and so are both parts of an edit. What else becomes of
it is its own features': a warning is held for its details as ever. Its sender is told why, once a day; the
stewards how many there were. A picture that shows the same cannot be recognised.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from swsmatrix import texts
from swsmatrix.features import alike, doxx, removing
from swsmatrix.features.common import privately, to_stewards
from swsmatrix.features.feature import Feature, Reader
from swsmatrix.model import NOTHING, Decision, Hearing, Post, SetTimer, TimerFired
from swsmatrix.protocol import DAY, MINUTE, EventId, MessageEdited, MessagePosted, Millis, RedactEvent
from swsmatrix.routing import Input, Kind
from swsmatrix.world import World

NAME = "repeats"
TOLD, COUNT = "told", "count"
TOGETHER = 5 * MINUTE  # what comes in each is one line; shorter than the engine's ``HEARD_FOR``


@dataclass(frozen=True, slots=True, kw_only=True)
class Repeated:
    """A message that repeats details of ``post``. ``code``: of the post's subject, ``who``: its sender's.

    ``able``: the bot may remove it. ``told``: they know why.
    """

    post: Post
    code: str
    who: str
    able: bool
    told: bool


@dataclass(frozen=True, slots=True)
class Count:
    """How many repeated details of post ``number`` lately."""

    number: int
    of: int


async def load(asked: Input, reader: Reader, world: World) -> Repeated | Count | None:
    event = asked.event
    if isinstance(event, TimerFired):
        return await _count(event, reader) if (event.feature, event.name) == (NAME, COUNT) else None
    if not isinstance(event, MessagePosted | MessageEdited):
        return None
    if asked.place.kind not in (Kind.COMMUNITY, Kind.REGIONAL) or not await reader.warnings.has_traces():
        return None
    found = removing.shown(event, world)
    forms = alike.forms(found, world.playbooks)
    subjects = await reader.warnings.traced(forms) if forms else ()
    if not subjects or await _is_kept(event, reader):
        return None
    post = await _of(subjects[0], reader)
    if post is None:
        return None
    note, who = await reader.records.room(event.room), reader.people.code(event.sender)
    return Repeated(
        post=post,
        code=reader.people.code(post.subject),
        who=who,
        able=note is None or note.can_redact,
        told=await reader.records.runs(NAME, TOLD, f"{NAME} {who}"),
    )


async def _of(subject: str, reader: Reader) -> Post | None:
    feature, _, message = subject.partition(" ")
    return await reader.records.post(feature, EventId(message))


async def _is_kept(event: MessagePosted | MessageEdited, reader: Reader) -> bool:
    """Whether it is such a post itself: what becomes of it is decided with that."""
    original = event.original if isinstance(event, MessageEdited) else event.event
    posts = [await reader.records.post(sort.name, original) for sort in doxx.SORTS]
    return any(event.event in (post.event, *post.edits) for post in posts if post)


async def _count(event: TimerFired, reader: Reader) -> Count | None:
    post = await _of(event.subject.removeprefix(f"{NAME} "), reader)
    if post is None:
        return None
    code = reader.people.code(post.subject)
    return Count(post.number, await reader.warnings.heard(code, _kind(event.at - 1)))


def _kind(at: Millis) -> str:
    """What is counted together."""
    return f"{NAME} {at // TOGETHER}"


def decide(asked: Input, found: Repeated | Count, world: World, now: Millis) -> Decision:
    if isinstance(found, Count) and not found.of:
        return NOTHING  # the clock was put back
    if isinstance(found, Count):
        key = "removing.repeated_once" if found.of == 1 else "removing.repeated"
        line = texts.text(key, number=found.number, count=found.of)
        return Decision(effects=(to_stewards(world, COUNT, line),))
    event = asked.event
    assert isinstance(event, MessagePosted | MessageEdited)
    if not found.able:
        return Decision(effects=removing.stays(found.post.number, event.room, event.sender, world))
    out = [removing.take_out(event.room, event.event, found.post.subject, event.sender)]
    if isinstance(event, MessageEdited):
        whole = replace(out[0], slot=f"remove {event.original}", action=RedactEvent(event.original))
        out.append(whole)
    # The same for all of one time.
    due = now - now % TOGETHER + TOGETHER
    timers = [SetTimer(feature=NAME, name=COUNT, subject=f"{NAME} {found.post.subject}", due=due)]
    if not found.told:
        own = event.sender == found.post.author
        text = texts.text("removing.author", file="") if own else texts.text("removing.repeater")
        out.append(privately(event.sender, TOLD, text, markdown=False))
        timers.append(SetTimer(feature=NAME, name=TOLD, subject=f"{NAME} {found.who}", due=now + DAY))
    counted = Hearing(author=found.code, kind=_kind(now), at=now)
    return Decision(save=(counted,), effects=tuple(out), timers=tuple(timers))


FEATURE = Feature(NAME, load, decide)
