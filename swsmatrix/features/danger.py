"""``#swsdanger``: a warning goes to the room of its region and to those of the regions inside it.

What stands there is features/relays.py's; here is when it goes out, and who learns if it does not.
"""

from __future__ import annotations

from swsmatrix import texts
from swsmatrix.features import budgets, relays
from swsmatrix.features.budgets import Account
from swsmatrix.features.common import privately, region_names, to_stewards
from swsmatrix.features.feature import merge
from swsmatrix.features.post import Facts, Sort
from swsmatrix.hashtags import hear
from swsmatrix.model import NOTHING, Decision, Effect, Post, RegionId
from swsmatrix.protocol import Millis
from swsmatrix.world import World


def go_out(post: Post, facts: Facts, world: World, now: Millis) -> Decision:
    rooms, heard = relays.rooms_of(post, facts, world)
    frozen = relays.frozen_of(post, facts, world)
    told = (*_not_named(post, world), *(_held_back(post, frozen, world) if frozen else ()))
    if not heard:
        told = told if frozen else (*told, *_nobody(post, world))
    return merge(_relays(post, rooms, facts.account, world, now), Decision(effects=told))


def _relays(post: Post, rooms: tuple[str, ...], account: Account, world: World, now: Millis) -> Decision:
    if not rooms:
        return NOTHING
    turn = budgets.turn(account, post, now)
    text = relays.text_of(post, world)
    sent = tuple(
        relays.relay(
            post, name, text, slot=f"relay {name}", priority=turn.priority, not_before=turn.not_before
        )
        for name in rooms
    )
    out = Decision(save=(turn.spent,), drop=turn.replaced, effects=sent)
    if not turn.not_before or account.told:
        return out
    line = texts.text("stewards.too_many", number=post.number)
    stewards = to_stewards(world, "too many", line)
    return merge(out, Decision(effects=(stewards,), timers=(budgets.told(account, now),)))


def _not_named(post: Post, world: World) -> tuple[Effect, ...]:
    """Its author wants to be named, but nobody vouches for the device that says so."""
    if post.identity or "signed" not in hear(post.text, world.tags).words:
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


SORT = Sort(
    name="danger",
    spellings="swsdanger swsdangers swsdangerous swsdannger swsdangger swsdangerr",
    go_out=go_out,
    needs_place=True,
    holds=True,
    entrusts=True,
    relayed=True,
    shows=True,
)
