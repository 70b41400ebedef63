"""``#swsdanger``: a warning goes to the room of its region and to those of the regions inside it.

What stands there is features/relays.py's; here is when it goes out, and who learns if it does not.
"""

from __future__ import annotations

from swsmatrix import texts
from swsmatrix.features import relays
from swsmatrix.features.common import privately, region_names, to_stewards
from swsmatrix.features.post import Facts, Sort
from swsmatrix.hashtags import hear
from swsmatrix.model import Effect, Post, RegionId, Tag
from swsmatrix.protocol import MINUTE, Millis
from swsmatrix.world import World

AT_ONCE = 3
WINDOW = 10 * MINUTE
GAP = MINUTE


def go_out(post: Post, facts: Facts, world: World, now: Millis) -> tuple[Effect, ...]:
    rooms, heard = relays.rooms_of(post, facts, world)
    frozen = relays.frozen_of(post, facts, world)
    told = (*_not_named(post), *(_held_back(post, frozen, world) if frozen else ()))
    if not heard:
        return told if frozen else (*told, *_nobody(post, world))
    not_before = 0 if post.updated else earliest(facts, now)
    text = relays.text_of(post, world)
    sent = tuple(
        relays.relay(post, name, text, slot=f"relay {name}", not_before=not_before) for name in rooms
    )
    if not_before and sent:
        line = texts.text("stewards.too_many", number=post.number)
        sent += (to_stewards(world, "too many", line, subject=post.subject),)
    return sent + told


def earliest(facts: Facts, now: Millis) -> Millis:
    """The first three in ten minutes go at once, further ones one a minute. 0: now."""
    recent = [one for one in facts.earlier if now - one.posted_at < WINDOW]
    return now + GAP * (len(recent) - AT_ONCE + 1) if len(recent) >= AT_ONCE else 0


def _not_named(post: Post) -> tuple[Effect, ...]:
    """Its author wants to be named, but nobody vouches for the device that says so."""
    if post.identity or "signed" not in hear(post.text).words:
        return ()
    return (privately(post.author, "not named", texts.text("answer.not_named"), subject=post.subject),)


def _nobody(post: Post, world: World) -> tuple[Effect, ...]:
    """No room hears it."""
    region = region_names(world, post.regions)
    author = texts.text("answer.nobody_there", region=region)
    line = texts.text("stewards.no_room", number=post.number, region=region)
    return (
        privately(post.author, "nobody", author, subject=post.subject),
        to_stewards(world, "nobody, stewards", line, subject=post.subject),
    )


def _held_back(post: Post, regions: tuple[RegionId, ...], world: World) -> tuple[Effect, ...]:
    """The rooms of these regions would hear it, had they not become more open than the stewards know."""
    names = region_names(world, regions)
    words = texts.listed(tuple(f"`thaw #{region}`" for region in regions))
    line = texts.text("stewards.held_back", number=post.number, region=names, words=words)
    author = texts.text("answer.held_back", region=names)
    return (
        privately(post.author, "held back", author, subject=post.subject),
        to_stewards(world, "held back, stewards", line, subject=post.subject),
    )


SORT = Sort(name="danger", tags=(Tag.DANGER,), go_out=go_out, needs_place=True, holds=True, shows=True)
