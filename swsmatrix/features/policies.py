"""Policy lists: whom their rules ban is not heard here, but for calls for help, and is there for nobody.

What of theirs has not gone out yet never does: all of it is looked through once for however many rules came.
What that means for a hashtag is features/hearing.py's. A rule that would ban the bot itself bans about
everybody: it is not followed, and the stewards are told.
"""

from __future__ import annotations

from dataclasses import dataclass

from swsmatrix import texts
from swsmatrix.features.common import to_stewards
from swsmatrix.features.ending import end
from swsmatrix.features.feature import Feature, Reader, merge
from swsmatrix.features.muting import AT_ONCE, waits
from swsmatrix.features.post import Facts, sort_of
from swsmatrix.features.supporter import HEARD
from swsmatrix.globs import fits
from swsmatrix.model import NOTHING, Banned, Decision, Post, SetTimer, TimerFired
from swsmatrix.protocol import Millis, RuleSeen, UserId
from swsmatrix.routing import Input
from swsmatrix.world import World

NAME = "policies"
SWEEP = "sweep"


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """``rule``: as it is kept. ``over``: what those wrote whom it bans, to be there for others; or what has
    not gone out of those whom any bans (at most ``AT_ONCE``).
    """

    rule: Banned | None = None
    over: tuple[Facts, ...] = ()


def followed(entity: str, world: World) -> bool:
    """Whether a rule about ``entity`` counts here."""
    return not fits(entity, world.me)


async def load(asked: Input, reader: Reader, world: World) -> Found | None:
    event = asked.event
    if isinstance(event, TimerFired) and event.feature == NAME:
        return Found(over=await _not_out(reader, world))
    if not isinstance(event, RuleSeen):
        return None
    posts: list[Post] = []
    if event.entity and followed(event.entity, world):
        for supporter in await reader.people.supporters():
            if fits(event.entity, supporter.user):
                posts += await reader.records.posts_of(HEARD, supporter.user)
    facts = [Facts(post=post, standing=await reader.queue.sent(post.subject)) for post in posts]
    return Found(rule=await reader.warnings.rule(event.room, event.state_key), over=tuple(facts))


async def is_banned(user: UserId, reader: Reader, world: World) -> bool:
    return any(followed(rule.entity, world) for rule in await reader.warnings.rules_about(user))


async def _not_out(reader: Reader, world: World) -> tuple[Facts, ...]:
    """Posts of the banned of which nothing stands yet that others read."""
    banned: dict[UserId, bool] = {}
    found: list[Facts] = []
    for post in await reader.records.open_posts():
        if sort_of(post, world).always_heard or len(found) == AT_ONCE:
            continue
        if post.author not in banned:
            banned[post.author] = await is_banned(post.author, reader, world)
        if banned[post.author]:
            facts = Facts(post=post, standing=await reader.queue.sent(post.subject))
            found += [facts] if waits(post, facts) else []
    return tuple(found)


def decide(asked: Input, found: Found, world: World, now: Millis) -> Decision:
    event = asked.event
    over = merge(*(end(facts.post, facts) for facts in found.over if facts.post))
    if isinstance(event, TimerFired):
        return merge(over, _sweep(now + 1)) if len(found.over) == AT_ONCE else over
    assert isinstance(event, RuleSeen)
    if not event.entity:
        return Decision(drop=(found.rule,)) if found.rule else NOTHING
    kept = Decision(save=(Banned(room=event.room, state_key=event.state_key, entity=event.entity),))
    if not followed(event.entity, world):
        return merge(kept, Decision(effects=(to_stewards(world, NAME, texts.text("policies.too_broad")),)))
    return merge(kept, over, _sweep(now))


def _sweep(due: Millis) -> Decision:
    return Decision(timers=(SetTimer(feature=NAME, name=SWEEP, subject=NAME, due=due),))


FEATURE = Feature(NAME, load, decide)
