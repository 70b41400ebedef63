"""How long a warning stands: `extend 3` keeps it, and its author is told before it goes.

Its author can say `extend`, in their direct chat, and so can the stewards: it gets the usual time again, from
now on. The line before the end comes once in that time, and never in its first half; where the time is too
short for a day's notice, and for what stands in no room, there is none.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from swsmatrix import texts
from swsmatrix.features import danger
from swsmatrix.features.common import local_name, privately, region_names, take_back, to_stewards, when
from swsmatrix.features.ending import expires_at, expiry
from swsmatrix.features.feature import Feature, Reader, merge
from swsmatrix.features.own import own
from swsmatrix.model import Decision, Effect, Noted, Post, PostState, Sent, SetTimer, TimerFired
from swsmatrix.protocol import DAY, EventId, MessagePosted, Millis, UserId
from swsmatrix.routing import Input, Kind
from swsmatrix.world import World

NAME = "extending"
WORD = "extend"
EXPIRING = "expiring"
AHEAD = 3 * DAY
SHORTEST = DAY


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """``posts``: what could be meant. ``standing``: of the one post, if it is one."""

    posts: tuple[Post, ...] = ()
    standing: tuple[Sent, ...] = ()


async def load(asked: Input, reader: Reader, _world: World) -> Found | None:
    event, records, said = asked.event, reader.records, asked.said
    match event:
        case Noted(feature=danger.SORT.name, name="up"):
            post = await records.post(event.feature, EventId(event.subject))
            return Found(posts=(post,)) if post else None
        case TimerFired(feature=feature) if feature == NAME:
            kept, _, message = event.subject.partition(" ")
            post = await records.post(kept, EventId(message))
            return await _of((post,), reader) if post else None
        case MessagePosted() if said and said.word == WORD and asked.place.kind is Kind.STEWARDS:
            post = await records.post_numbered(said.number) if said.number else None
            return await _of((post,) if post else (), reader)
        case MessagePosted() if said and said.word == WORD and asked.place.kind is Kind.DIRECT:
            return await _of(await _own(event, said.number, reader), reader)
    return None


async def _own(event: MessagePosted, number: int | None, reader: Reader) -> tuple[Post, ...]:
    """The author's warnings that are up; a number, or what they answer to, names one."""
    sent = await reader.queue.sent_as(event.reply_to) if event.reply_to and number is None else None
    return tuple(
        post
        for post in await own(event.sender, number, sent, reader)
        if post.feature == danger.SORT.name and post.state is PostState.UP
    )


async def _of(posts: tuple[Post, ...], reader: Reader) -> Found:
    return Found(posts=posts, standing=await reader.queue.sent(posts[0].subject) if len(posts) == 1 else ())


def decide(asked: Input, found: Found, world: World, now: Millis) -> Decision:
    event, said = asked.event, asked.said
    if isinstance(event, Noted):
        return Decision(timers=_foretold(found.posts[0], world, now))
    if isinstance(event, TimerFired):
        return Decision(effects=_foretell(found.posts[0], found.standing, world))
    assert said
    assert isinstance(event, MessagePosted)
    if asked.place.kind is Kind.STEWARDS:
        return _by_steward(event.sender, said.number, found, world, now)
    return _by_author(event.sender, found, world, now)


def _foretold(post: Post, world: World, now: Millis) -> tuple[SetTimer, ...]:
    """For the line before the end. It is said once: what goes out anew later than that has had it."""
    ahead = min(AHEAD, world.expires_after // 2)
    due = expires_at(post, world) - ahead
    if ahead < SHORTEST or due <= now:
        return ()
    return (SetTimer(feature=NAME, name=EXPIRING, subject=post.subject, due=due),)


def _foretell(post: Post, standing: tuple[Sent, ...], world: World) -> tuple[Effect, ...]:
    stands = any(one.slot.startswith("relay ") for one in standing)
    if post.state is not PostState.UP or not stands:
        return ()
    line = texts.text(
        "extend.soon",
        region=region_names(world, post.regions),
        when=when(world, post.posted_at, post.regions),
        until=_until(post, world),
        number=post.number,
    )
    return (privately(post.author, EXPIRING, line, subject=post.subject),)


def _by_author(author: UserId, found: Found, world: World, now: Millis) -> Decision:
    if not found.posts:
        return Decision(effects=(privately(author, WORD, texts.text("extend.none")),))
    if len(found.posts) > 1:
        list_ = "\n".join(
            f"#{post.number} · {region_names(world, post.regions)} · "
            + texts.text("status.until", until=_until(post, world))
            for post in found.posts
        )
        several = texts.text("extend.several", list=list_, number=found.posts[0].number)
        return Decision(effects=(privately(author, WORD, several),))
    kept = replace(found.posts[0], until=now + world.expires_after)
    line = texts.text("extend.kept", until=_until(kept, world))
    return merge(_keep(kept, found, world, now), Decision(effects=(privately(author, WORD, line),)))


def _by_steward(steward: UserId, number: int | None, found: Found, world: World, now: Millis) -> Decision:
    if not found.posts:
        key = "extend.which" if number is None else "stewards.no_such"
        return _say(world, texts.text(key, number=number))
    post = found.posts[0]
    if post.feature != danger.SORT.name or post.state is not PostState.UP:
        key = "withdraw.not_up" if post.feature == danger.SORT.name else "withdraw.no_warning"
        return _say(world, texts.text(key, number=post.number))
    kept = replace(post, until=now + world.expires_after)
    until = _until(kept, world)
    line = texts.text("extend.stewards", who=local_name(steward), number=post.number, until=until)
    told = _say(world, line)
    if steward != post.author:
        author = texts.text("extend.author", region=region_names(world, post.regions), until=until)
        told = merge(told, Decision(effects=(privately(post.author, "kept", author, subject=post.subject),)))
    return merge(_keep(kept, found, world, now), told)


def _keep(kept: Post, found: Found, world: World, now: Millis) -> Decision:
    """It stands longer; what was said of its end is not so any more."""
    said = (one for one in found.standing if one.slot in (EXPIRING, "kept"))
    return Decision(
        save=(kept,),
        effects=take_back(said),
        timers=(*expiry(danger.SORT, kept, world), *_foretold(kept, world, now)),
    )


def _until(post: Post, world: World) -> str:
    return when(world, expires_at(post, world), post.regions)


def _say(world: World, line: str) -> Decision:
    return Decision(effects=(to_stewards(world, WORD, line),))


FEATURE = Feature(NAME, load, decide, direct=(WORD,), stewards=(WORD,))
