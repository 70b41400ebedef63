"""How a post ends: it is forgotten, its text with it, and all that came of it is taken back."""

from __future__ import annotations

from swsmatrix import texts
from swsmatrix.features.common import local_name, privately, region_names, take_back, to_stewards, when
from swsmatrix.features.post import Facts, Sort, sort_of
from swsmatrix.model import Decision, Effect, Noted, Post, PostState, SetTimer, ToRoom
from swsmatrix.protocol import MessageDeleted, Millis, RedactEvent
from swsmatrix.world import World


def end(post: Post, facts: Facts) -> Decision:
    """Forget a post and take back all that came of it."""
    return Decision(
        drop=(post,),
        effects=take_back(facts.standing),
        stop_timers=(post.subject,),
        tell=ended(post),
    )


def ended(post: Post) -> tuple[Noted, ...]:
    """What the feature that its going out led to is told."""
    return (Noted(feature=post.feature, name="gone", subject=post.event),)


def left_behind(event: MessageDeleted, facts: Facts, world: World) -> Decision:
    """What else a deletion leads to: its edits go, and who should know of it is told.

    Who deletes a message means its edits too, but they stay in the room; in a direct chat the bot has no
    power over others' events. The other way round, who deletes an edit alone brings the earlier words back:
    those were not sent on anew.
    """
    post = facts.post
    assert post
    seen = () if event.sender == post.author else (_seen_by_stewards(event, post, world),)
    if event.original != post.event:
        told = privately(post.author, "edit deleted", texts.text("answer.edit_deleted"))
        return Decision(effects=(told, *seen))
    twice = _said_twice(event, facts)
    if post.quiet:
        return Decision(effects=twice)
    removed = tuple(
        Effect(slot=f"remove edit {edit}", target=ToRoom(post.room), action=RedactEvent(edit))
        for edit in post.edits
    )
    return Decision(effects=(*removed, *twice, *_deleted_by_another(event, post, world), *seen))


def _said_twice(event: MessageDeleted, facts: Facts) -> tuple[Effect, ...]:
    """Sent twice by accident, the other one still stands in the room, but counted as this."""
    post = facts.post
    assert post
    if event.sender != post.author or sum(one.slot == "heard" for one in facts.standing) < 2:
        return ()
    return (privately(post.author, "twice", texts.text("answer.twice")),)


def _deleted_by_another(event: MessageDeleted, post: Post, world: World) -> tuple[Effect, ...]:
    """Its author need not have seen that."""
    if event.sender == post.author or (post.state is PostState.UP and sort_of(post, world).says_so):
        return ()
    return (privately(post.author, "deleted", texts.text("withdraw.deleted")),)


def _seen_by_stewards(event: MessageDeleted, post: Post, world: World) -> Effect:
    """Who takes down what others said is seen by all stewards, one of them or not."""
    line = texts.text(
        "withdraw.deleted_stewards",
        who=local_name(event.sender),
        number=post.number,
        tag=f"#{post.tag.value}",
        region=region_names(world, post.regions),
        when=when(world, post.posted_at, post.regions),
    )
    return to_stewards(world, "deleted by another", line)


def expires_at(post: Post, world: World) -> Millis:
    """When it is forgotten by itself."""
    return post.until or post.posted_at + (sort_of(post, world).lasts or world.expires_after)


def expiry(sort: Sort, post: Post, world: World) -> tuple[SetTimer, ...]:
    """The timer that ends it, if it is forgotten by itself. What never went out is, in any case."""
    if post.state is PostState.UP and not sort.expires:
        return ()
    due = expires_at(post, world)
    return (SetTimer(feature=post.feature, name="expires", subject=post.subject, due=due),)
