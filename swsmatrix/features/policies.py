"""Policy lists: whom their rules ban is not heard here, but for help and doxx, and is there for nobody.

What that means for a hashtag is features/hearing.py's. A rule that would ban the bot itself bans about
everybody: it is not followed, and the stewards are told.
"""

from __future__ import annotations

from dataclasses import dataclass

from swsmatrix import texts
from swsmatrix.features.common import to_stewards
from swsmatrix.features.ending import end
from swsmatrix.features.feature import Feature, Reader, merge
from swsmatrix.features.post import Facts
from swsmatrix.features.supporter import HEARD
from swsmatrix.globs import fits
from swsmatrix.model import NOTHING, Banned, Decision, Post
from swsmatrix.protocol import Millis, RuleSeen
from swsmatrix.routing import Input
from swsmatrix.world import World

NAME = "policies"


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """``rule``: as it is kept. ``supporters``: what those wrote whom it bans, to be there for others."""

    rule: Banned | None = None
    supporters: tuple[Facts, ...] = ()


def followed(entity: str, world: World) -> bool:
    """Whether a rule about ``entity`` counts here."""
    return not fits(entity, world.me)


async def load(asked: Input, reader: Reader, world: World) -> Found | None:
    event = asked.event
    if not isinstance(event, RuleSeen):
        return None
    posts: list[Post] = []
    if event.entity and followed(event.entity, world):
        for supporter in await reader.people.supporters():
            if fits(event.entity, supporter.user):
                posts += await reader.records.posts_of(HEARD, supporter.user)
    facts = [Facts(post=post, standing=await reader.queue.sent(post.subject)) for post in posts]
    return Found(rule=await reader.warnings.rule(event.room, event.state_key), supporters=tuple(facts))


def decide(asked: Input, found: Found, world: World, _now: Millis) -> Decision:
    event = asked.event
    assert isinstance(event, RuleSeen)
    if not event.entity:
        return Decision(drop=(found.rule,)) if found.rule else NOTHING
    kept = Decision(save=(Banned(room=event.room, state_key=event.state_key, entity=event.entity),))
    if not followed(event.entity, world):
        return merge(kept, Decision(effects=(to_stewards(world, NAME, texts.text("policies.too_broad")),)))
    return merge(kept, *(end(facts.post, facts) for facts in found.supporters if facts.post))


FEATURE = Feature(NAME, load, decide)
