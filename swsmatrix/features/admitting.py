"""What a heard message passes before it goes out: a device that is signed, a place, no identifying details.

Where it is held up, somebody is asked; who answers, its author or a steward, moves it on from there.
"""

from __future__ import annotations

from dataclasses import replace

from swsmatrix.climbing import Named
from swsmatrix.features import asking, details, unverified, where
from swsmatrix.features.common import acknowledge, take_back
from swsmatrix.features.ending import expires_at, expiry
from swsmatrix.features.feature import merge
from swsmatrix.features.post import Facts, Sort, message_of
from swsmatrix.hashtags import hear
from swsmatrix.identifying import Finding
from swsmatrix.model import NOTHING, Decision, Effect, Noted, Post, PostState, RegionId, SetTimer
from swsmatrix.protocol import MINUTE, MessageEdited, MessagePosted, Millis
from swsmatrix.world import World

ANSWER_WITHIN = 10 * MINUTE


def admit(
    sort: Sort, post: Post, facts: Facts, world: World, now: Millis, *, updated: bool = False
) -> Decision:
    """What a device that counts said: to its place, held, or out. ``updated``: see ``_out``."""
    found = where.of(post, facts.learned, world)
    post = replace(post, regions=found.regions, place=found.place)
    heard = () if post.removed else acknowledge(world, post.room, post.event, post.subject, facts.standing)
    known = Decision(effects=heard, stop_timers=(post.subject,))
    if not found.regions and (found.candidates or not anywhere(sort, post, world)):
        post, question = ask_where(sort, post, found, facts, world)
        if sort.needs_place:
            return merge(known, wait(sort, post, question, world, now))
        known = merge(known, Decision(effects=(question,)))
    if sort.holds and (findings := details.found(post.text, world, post.regions)):
        return merge(known, _hold(sort, post, findings, world, now))
    return merge(known, _out(sort, post, facts, world, now, updated=updated))


def anywhere(sort: Sort, post: Post, world: World) -> bool:
    """Whether it may go out without a place."""
    return bool(sort.anywhere.intersection(hear(post.text, world.tags).words))


def ask_where(sort: Sort, post: Post, found: Named, facts: Facts, world: World) -> tuple[Post, Effect]:
    """The question for a place: for any, or whether the one that its words may mean is meant."""
    if not found.candidates:
        post = replace(post, state=PostState.WHERE, place="")
        return post, asking.where(sort, post, found.unknown, world)
    post = replace(post, state=PostState.PLACE, place=found.candidates[0].place.id)
    choices = where.choices(post, facts.learned, world)
    return post, asking.place(sort, post, choices, world)


def move_on(
    sort: Sort,
    post: Post,
    facts: Facts,
    world: World,
    now: Millis,
    *,
    regions: tuple[RegionId, ...] = (),
    place: str = "",
    strike: bool,
) -> Decision:
    """A waiting post goes on: to regions (``place``: a place of the gazetteer in the one), and (``strike``)
    without identifying details.
    """
    if regions:
        post = replace(post, regions=regions, place=place)
    answered = Decision(effects=take_back(facts.came_of_it), stop_timers=(post.subject,))
    if sort.holds and (findings := details.found(post.text, world, post.regions)):
        if not strike:
            return merge(answered, _hold(sort, post, findings, world, now))
        post = replace(post, text=details.struck(post.text, world, post.regions))
    # Nothing of it stood in a room before: to its readers it is new.
    return merge(answered, _out(sort, post, facts, world, now, updated=False))


def _out(sort: Sort, post: Post, facts: Facts, world: World, now: Millis, *, updated: bool) -> Decision:
    """``updated``: it was out before, as something else.

    Until when it stands is settled now: a change of the configuration is for what goes out after that.
    """
    until = expires_at(post, world) if sort.expires else post.until
    alike = _alike(post, facts)
    post = replace(post, state=PostState.UP, up_at=now, until=until, updated=updated, alike=alike)
    out = Decision(
        save=(post,),
        timers=expiry(sort, post, world),
        tell=(Noted(feature=sort.name, name="up", subject=post.event),),
    )
    return merge(out, sort.go_out(post, facts, world, now))


def _alike(post: Post, facts: Facts) -> Millis:
    """When somebody else posted the same for one of its places, if that is out."""
    same = (one for one in facts.alike if one.state is PostState.UP and set(one.regions) & set(post.regions))
    return max((one.posted_at for one in same), default=0)


def _hold(sort: Sort, post: Post, findings: tuple[Finding, ...], world: World, now: Millis) -> Decision:
    """It says what identifies somebody: its author is asked."""
    question = asking.held(sort, post, findings)
    return wait(sort, replace(post, state=PostState.HELD), question, world, now)


def entrust(sort: Sort, post: Post, facts: Facts, world: World) -> Decision:
    """Nothing of it goes out: its author wants to tell it to a responder, all of it."""
    post = replace(post, state=PostState.TRUSTED)
    return Decision(
        save=(post,),
        effects=take_back(facts.came_of_it),
        timers=expiry(sort, post, world),
        stop_timers=(post.subject,),
        tell=(Noted(feature=post.feature, name="trusted", subject=post.event),),
    )


def wait(sort: Sort, post: Post, question: Effect, world: World, now: Millis) -> Decision:
    """It waits for an answer to ``question``."""
    timer = SetTimer(feature=post.feature, name="unanswered", subject=post.subject, due=now + ANSWER_WITHIN)
    return Decision(
        save=(post,),
        effects=(question,),
        timers=(timer, *expiry(sort, post, world)),
        stop_timers=(post.subject,),
    )


def unsigned(sort: Sort, post: Post, world: World) -> Decision:
    """It came from a device that is not signed, and waits for a steward."""
    post = replace(post, state=PostState.UNSIGNED)
    return Decision(
        save=(post,),
        effects=(*asking.not_signed(post, world), *((asking.removed(post),) if post.removed else ())),
        timers=expiry(sort, post, world),
        stop_timers=(post.subject,),
    )


def caution(event: MessagePosted | MessageEdited, post: Post) -> Decision:
    """❓ on what goes out from a device that is not signed."""
    if event.signed:
        return NOTHING
    sign = asking.not_verified(post, message_of(event))
    return merge(Decision(effects=(sign,)), unverified.met(event))
