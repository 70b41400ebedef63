"""What stewards say of whose hashtags do not count: `mute 4 7 days`, `unmute 4`.

What that means for what is said is features/hearing.py's.

    a member            | what happens                       | becomes
    --------------------+------------------------------------+-------------------------------------------
    heard               | `mute` with a number of theirs     | muted; they are told until when. What of
                        |                                    |   theirs has not gone out never does
    muted               | a tag                              | (nothing, no ✅; told, if they were not)
                        | an edit of what was heard before   | that ends: it is taken back
                        | `mute` with a number of theirs     | muted until then
                        | `unmute` by any steward; its end   | heard; all stewards are told

What calls for help is always heard (``Sort.always_heard``): whoever is muted may be in need. Stewards know
numbers, not names: a number works for a day after its message was deleted, too. Kept is a code and nothing
else of who it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from swsmatrix import texts
from swsmatrix.features.common import local_name, privately, to_stewards, when
from swsmatrix.features.ending import end
from swsmatrix.features.feature import Feature, Reader, merge
from swsmatrix.features.post import Facts, Sort, sort_of
from swsmatrix.model import (
    NOTHING,
    Decision,
    Muted,
    Post,
    PostState,
    SetTimer,
    TimerFired,
)
from swsmatrix.protocol import DAY, HOUR, MessagePosted, Millis, UserId
from swsmatrix.routing import Input, Kind
from swsmatrix.world import World

NAME = "muting"
MUTE, UNMUTE = WORDS = ("mute", "unmute")
OVER, TOLD, SWEEP = "over", "told", "sweep"
USUAL, LONGEST = 7 * DAY, 365 * DAY
AT_ONCE = 100  # posts that end in one go: one member may have left thousands
UNITS = {"hour": HOUR, "hours": HOUR, "h": HOUR, "day": DAY, "days": DAY, "d": DAY}
UNITS |= {"week": 7 * DAY, "weeks": 7 * DAY, "w": 7 * DAY}
NOT_OUT = (PostState.NEAR, PostState.WHERE, PostState.PLACE, PostState.HELD, PostState.UNSIGNED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """``who``: the code of whom a number means; empty: nobody. ``user``: if what they wrote is still there.

    ``muted``: they are; ``everybody``: all who are. ``steward``: the code of who writes. ``left``: what of
    theirs has not gone out (at most ``AT_ONCE``).
    """

    who: str = ""
    user: UserId | None = None
    muted: Muted | None = None
    everybody: tuple[Muted, ...] = ()
    steward: str = ""
    left: tuple[Facts, ...] = ()


async def load(asked: Input, reader: Reader, world: World) -> Found | None:
    event, said = asked.event, asked.said
    if isinstance(event, TimerFired) and event.feature == NAME:
        code = event.subject.partition(" ")[2]
        muted = await reader.warnings.muted(code)
        left = await _left(code, reader, world) if event.name == SWEEP else ()
        return Found(who=code, muted=muted, left=left)
    if said is None or said.word not in WORDS or asked.place.kind is not Kind.STEWARDS:
        return None
    assert isinstance(event, MessagePosted)
    number = said.number or 0
    post = await reader.records.post_numbered(number)
    numbered = await reader.warnings.muted_numbered(number)
    code = reader.people.code(post.author) if post else await reader.warnings.author_of(number)
    code = code or (numbered.who if numbered else "")
    return Found(
        who=code,
        user=post.author if post else None,
        muted=await reader.warnings.muted(code),
        everybody=await reader.warnings.all_muted(),
        steward=reader.people.code(event.sender),
    )


async def _left(code: str, reader: Reader, world: World) -> tuple[Facts, ...]:
    """Posts of theirs of which nothing stands yet that others read."""
    found: list[Facts] = []
    for post in await reader.records.open_posts():
        if len(found) == AT_ONCE or sort_of(post, world).always_heard:
            continue
        if reader.people.code(post.author) == code:
            facts = Facts(post=post, standing=await reader.queue.sent(post.subject))
            if waits(post, facts):
                found.append(facts)
    return tuple(found)


def waits(post: Post, facts: Facts) -> bool:
    """Whether nothing of it has gone out yet."""
    relays = [one for one in facts.standing if one.slot.startswith("relay ")]
    later = post.state is PostState.UP and bool(relays) and all(one.event is None for one in relays)
    # What a responder knows already is said; what they are only asked about could go out yet.
    entrusted = post.state is PostState.TRUSTED and bool(post.text)
    return post.state in NOT_OUT or entrusted or later


def decide(asked: Input, found: Found, world: World, now: Millis) -> Decision:
    event, said = asked.event, asked.said
    if isinstance(event, TimerFired):
        return _fired(event, found, world, now)
    assert said
    assert isinstance(event, MessagePosted)
    if not said.number:
        return _say(world, _listed(found.everybody, world, now))
    if not found.who:
        return _say(world, texts.text("stewards.no_such", number=said.number))
    if said.word == UNMUTE:
        return _unmute(event.sender, said.number, found, world, now)
    lasts = duration(" ".join(said.rest))
    if lasts is None:
        return _say(world, texts.text("mute.how_long", number=said.number))
    return _mute(event.sender, said.number, now + lasts, found, world, now)


def duration(words: str) -> Millis | None:
    """``7 days``, ``12h``, ``for 2 weeks``; nothing: as usual. None: not understood, or too long."""
    if not words:
        return USUAL
    match = re.match(r"(?:for )?([0-9]{1,4}) ?([a-z]+)\b", words)
    unit = UNITS.get(match[2]) if match else None
    lasts = int(match[1]) * unit if match and unit else 0
    return lasts if 0 < lasts <= LONGEST else None


def _mute(steward: UserId, number: int, until: Millis, found: Found, world: World, now: Millis) -> Decision:
    muted = Muted(who=found.who, number=number, until=until, by=found.steward)
    line = texts.text("mute.done", who=local_name(steward), number=number, until=when(world, until, ()))
    said = Decision(
        save=(muted,),
        effects=(to_stewards(world, NAME, line),),
        stop_timers=(subject(found.who),),
        timers=(
            SetTimer(feature=NAME, name=OVER, subject=subject(found.who), due=until),
            SetTimer(feature=NAME, name=SWEEP, subject=subject(found.who), due=now),
        ),
    )
    # Who it is, when all that they wrote is gone, is known when they write again.
    return merge(said, notice(found.user, found.who, muted, world, now)) if found.user else said


def notice(user: UserId, code: str, muted: Muted | None, world: World, now: Millis) -> Decision:
    """Once, until it is over; who is banned learns it once in a while, and not by whom."""
    always = [one.tag for one in world.tags if isinstance(one, Sort) and one.always_heard]
    named = texts.listed(tuple(f"`#{tag.value}`" for tag in always), "and")
    until = when(world, muted.until, ()) if muted else ""
    key = "mute.you" if muted else "mute.you_banned"
    text = texts.text(key, until=until, always=named)
    due = muted.until if muted else now + 30 * DAY
    return Decision(
        effects=(privately(user, "muted", text),),
        timers=(SetTimer(feature=NAME, name=TOLD, subject=subject(code), due=due),),
    )


def _unmute(steward: UserId, number: int, found: Found, world: World, now: Millis) -> Decision:
    if found.muted is None or found.muted.until <= now:
        return _say(world, texts.text("mute.not_muted", number=number))
    line = texts.text("mute.undone", who=local_name(steward), number=number)
    return merge(_heard_again(found), _say(world, line))


def _fired(event: TimerFired, found: Found, world: World, now: Millis) -> Decision:
    if event.name == SWEEP:
        ended = merge(*(end(facts.post, facts) for facts in found.left if facts.post))
        again = SetTimer(feature=NAME, name=SWEEP, subject=event.subject, due=now + 1)
        return merge(ended, Decision(timers=(again,))) if len(found.left) == AT_ONCE else ended
    if event.name != OVER or found.muted is None:
        return NOTHING
    line = texts.text("mute.over", number=found.muted.number)
    return merge(_heard_again(found), _say(world, line))


def _heard_again(found: Found) -> Decision:
    return Decision(drop=(found.muted,) if found.muted else (), stop_timers=(subject(found.who),))


def _listed(everybody: Iterable[Muted], world: World, now: Millis) -> str:
    lines = [
        texts.text("mute.line", number=one.number, until=when(world, one.until, ()))
        for one in everybody
        if one.until > now
    ]
    return "\n\n".join([*lines, texts.text("mute.which")])


def subject(code: str) -> str:
    return f"{NAME} {code}"


def _say(world: World, line: str) -> Decision:
    return Decision(effects=(to_stewards(world, NAME, line),))


FEATURE = Feature(NAME, load, decide, stewards=WORDS)
