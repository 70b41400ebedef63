"""Whose hashtags count: not those of who is muted or banned, nor more than thirty of a kind in ten minutes.

What is not heard gets no ✅, and its author is told, once in a while. An edit that is not heard ends what was
heard before: it does not stand against the wish of whoever wrote it. What they take back is taken back.

What calls for help (``Sort.always_heard``) is heard of the muted and the banned, too, who may be in need.
Thirty is for each kind by itself: who says too much of one is heard when they call for help. Counted is what
was heard, by the bot's clock: deleting gives nothing back.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from swsmatrix import texts
from swsmatrix.features import muting
from swsmatrix.features.common import privately, to_stewards, when
from swsmatrix.features.ending import end
from swsmatrix.features.feature import Feature, Reader, merge
from swsmatrix.features.policies import is_banned
from swsmatrix.features.post import Facts, Sort, hears
from swsmatrix.model import NOTHING, Decision, Hearing, Muted, Priority, SetTimer
from swsmatrix.protocol import MINUTE, MessageEdited, MessagePosted, Millis, UserId
from swsmatrix.routing import Input
from swsmatrix.world import World

NAME, TOLD = "hearing", "told"
# The engine forgets what was heard longer ago (``HEARD_FOR``).
MOST, WINDOW = 30, 10 * MINUTE


@dataclass(frozen=True, slots=True, kw_only=True)
class Author:
    """Of what a feature would hear; ``code``: theirs. ``facts``: what it would decide from, if it was read.

    ``muted`` or ``banned``: they are. ``lately``: how much of this kind was heard of them. ``told``: they
    know that they are not heard, and the stewards that somebody is not. ``number``: of a post of theirs;
    0: there is none.
    """

    user: UserId
    code: str
    facts: Any = None
    muted: Muted | None = None
    banned: bool = False
    lately: int = 0
    told: bool = False
    number: int = 0


def guarded(feature: Feature, sort: Sort) -> Feature:
    """The same, deaf to who is not to be heard."""

    async def load(asked: Input, reader: Reader, world: World) -> Any | None:
        event = asked.event
        if not isinstance(event, MessagePosted | MessageEdited):
            return await feature.load(asked, reader, world)
        new = isinstance(event, MessagePosted)
        if new and not hears(sort, asked.heard):
            return None
        lately = await _lately(sort, event.sender, reader)
        if new and lately >= MOST:
            # Of a flood nothing else is read.
            return await _one_of_many(sort, event.sender, None, lately, reader)
        facts = await feature.load(asked, reader, world)
        if facts is None:
            return None
        if lately >= MOST:
            return await _one_of_many(sort, event.sender, facts, lately, reader)
        return await _author(sort, event.sender, facts, lately, reader, world)

    def decide(asked: Input, found: Any, world: World, now: Millis) -> Decision:
        if not isinstance(found, Author):
            return feature.decide(asked, found, world, now)
        if found.lately >= MOST:
            return _too_much(sort, asked, found, world, now)
        if found.banned or (found.muted and found.muted.until > now):
            return _unheard(asked, found, world, now)
        counted = Hearing(author=found.code, kind=sort.name, at=now)
        decision = feature.decide(asked, found.facts, world, now)
        if not found.lately:
            decision = _first(decision)
        return merge(decision, Decision(save=(counted,)))

    return replace(feature, load=load, decide=decide)


async def is_silent(user: UserId, at: Millis, reader: Reader, world: World) -> bool:
    """Whether ``user`` is muted at ``at``, or banned by a policy list."""
    muted = await reader.warnings.muted(reader.people.code(user))
    return bool(muted and muted.until > at) or await is_banned(user, reader, world)


def _first(decision: Decision) -> Decision:
    """Of who was not heard lately: what others are to be answered does not hold it up."""
    sooner = {Priority.ANSWER: Priority.FIRST_ANSWER}
    effects = (replace(one, priority=sooner.get(one.priority, one.priority)) for one in decision.effects)
    return replace(decision, effects=tuple(effects))


async def _lately(sort: Sort, user: UserId, reader: Reader) -> int:
    return await reader.warnings.heard(reader.people.code(user), sort.name)


async def _one_of_many(sort: Sort, user: UserId, facts: Any, lately: int, reader: Reader) -> Author:
    code = reader.people.code(user)
    author = Author(user=user, code=code, facts=facts, lately=lately)
    if await reader.records.runs(NAME, TOLD, _subject(sort, code)):
        return replace(author, told=True)
    posts = await reader.records.posts_of(sort.name, user)
    return replace(author, number=max((post.number for post in posts), default=0))


async def _author(sort: Sort, user: UserId, facts: Any, lately: int, reader: Reader, world: World) -> Author:
    code = reader.people.code(user)
    author = Author(user=user, code=code, facts=facts, lately=lately)
    if sort.always_heard:
        return author
    muted = await reader.warnings.muted(code)
    banned = await is_banned(user, reader, world)
    told = bool(muted or banned) and await reader.records.runs(muting.NAME, TOLD, muting.subject(code))
    return replace(author, muted=muted, banned=banned, told=told)


def _ended(asked: Input, found: Author) -> Decision:
    """What was heard before of an edit that is not."""
    facts, event = found.facts, asked.event
    assert isinstance(event, MessagePosted | MessageEdited)
    post = facts.post if isinstance(facts, Facts) else None
    if post and post.author == found.user and (event.signed or not post.identity):
        return end(post, facts)
    return NOTHING


def _unheard(asked: Input, found: Author, world: World, now: Millis) -> Decision:
    ended = _ended(asked, found)
    if found.told:
        return ended
    if not found.banned:
        return merge(ended, muting.notice(found.user, found.code, found.muted, world, now))
    here = (asked.place.region,) if asked.place.region else ()
    line = texts.text("mute.banned", tag=_tags(asked), when=when(world, asked.event.at, here))
    banned = Decision(effects=(to_stewards(world, muting.NAME, line),))
    return merge(ended, muting.notice(found.user, found.code, None, world, now), banned)


def _too_much(sort: Sort, asked: Input, found: Author, world: World, now: Millis) -> Decision:
    # A call for help stands as it was: who is in need and types it anew all the time is still in need.
    ended = NOTHING if sort.always_heard else _ended(asked, found)
    if found.told:
        return ended
    line = texts.text("hearing.stewards", tag=_tags(asked), most=MOST)
    if found.number:
        line = texts.text("hearing.numbered", line=line, number=found.number)
    told = Decision(
        effects=(
            privately(found.user, "too much", texts.text("hearing.you", tag=_tags(asked), most=MOST)),
            to_stewards(world, "too much, stewards", line),
        ),
        timers=(SetTimer(feature=NAME, name=TOLD, subject=_subject(sort, found.code), due=now + WINDOW),),
    )
    return merge(ended, told)


def _tags(asked: Input) -> str:
    assert asked.heard
    meant = asked.heard.tags or tuple(tag for _, tag in asked.heard.near)
    return texts.listed(tuple(f"#{tag.value}" for tag in meant), "and")


def _subject(sort: Sort, code: str) -> str:
    return f"{NAME} {sort.name} {code}"
