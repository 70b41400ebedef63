"""What the edit of a post does: what stood is taken back, and what it says now is heard anew."""

from __future__ import annotations

from dataclasses import replace

from swsmatrix import texts
from swsmatrix.features import asking, details, removing, unverified, where
from swsmatrix.features.admitting import admit, caution, unsigned, wait
from swsmatrix.features.common import privately, take_back, to_stewards
from swsmatrix.features.ending import end, ended
from swsmatrix.features.feature import merge
from swsmatrix.features.post import Facts, Sort, name_of
from swsmatrix.model import NOTHING, Decision, Noted, Post, PostState
from swsmatrix.protocol import MessageEdited, Millis
from swsmatrix.routing import Input
from swsmatrix.world import World


def edited(
    sort: Sort, event: MessageEdited, asked: Input, facts: Facts, world: World, now: Millis
) -> Decision:
    """What an edit of ``facts.post`` does."""
    post = facts.post
    assert post
    if event.sender != post.author or event.room != post.room:
        return NOTHING
    assert asked.heard
    if not event.signed and post.identity:
        return _not_believed(event, post, facts, world)
    if post.edits and event.at < post.changed_at:
        # Its key came late. It stays known, to be removed with the message.
        late, out = removing.taken_out(sort, post, event, facts, world)
        return merge(Decision(save=(replace(late, edits=(event.event, *post.edits)),)), out)
    if sort.tag not in asked.heard.tags:
        return _tag_gone(sort, event, asked, facts, world, now)
    changed = _changed(sort, post, event, asked, facts, world)
    changed, out = removing.taken_out(sort, changed, event, facts, world)
    gone = merge(Decision(effects=take_back(facts.came_of_it)), out)
    if post.state is PostState.WITHDRAWN:
        return merge(gone, _while_down(changed, world), caution(event, changed))
    was_up = post.state is PostState.UP
    if post.state is PostState.TRUSTED:
        gone = merge(gone, Decision(tell=ended(post)))  # what was to be handed over is not said any more
    before = (one for one in facts.earlier if not was_up or one.number < post.number)
    further = unverified.has_called(before)
    if not event.signed and (further or not sort.urgent):
        # Whatever a steward let through before: not these words.
        told = Decision(tell=ended(post)) if was_up else NOTHING
        return merge(gone, unsigned(sort, changed, world), told, unverified.met(event))
    admitted = admit(sort, changed, facts, world, now, updated=was_up)
    told = merge(_history(post, event, world), _perhaps_elsewhere(post, changed, facts, world))
    if was_up and changed.removed and not post.removed:
        told = merge(told, Decision(effects=(asking.removed(changed),)))
    return merge(gone, admitted, _down(post, admitted), caution(event, changed), told)


def _down(post: Post, admitted: Decision) -> Decision:
    """What was out and waits now is told: nobody is to go on with what it said."""
    up = any(one.state is PostState.UP for one in admitted.save if isinstance(one, Post))
    if up or post.state is not PostState.UP:
        return NOTHING
    return Decision(tell=(Noted(feature=post.feature, name="down", subject=post.event),))


def _tag_gone(
    sort: Sort, event: MessageEdited, asked: Input, facts: Facts, world: World, now: Millis
) -> Decision:
    """It ends. If what it says now looks like a slip, its author is asked, as of what is new."""
    post, heard = facts.post, asked.heard
    assert post
    assert heard
    slips = tuple(slip for slip in heard.near if slip[1] == post.tag)
    if heard.tags or not slips or not event.signed or post.state is PostState.WITHDRAWN:
        return end(post, facts)
    changed = replace(_changed(sort, post, event, asked, facts, world), state=PostState.NEAR)
    changed, out = removing.taken_out(sort, changed, event, facts, world)
    gone = Decision(effects=take_back(facts.standing), tell=ended(post))
    return merge(gone, out, wait(sort, changed, asking.near(changed, slips), world, now))


def _perhaps_elsewhere(post: Post, changed: Post, facts: Facts, world: World) -> Decision:
    """What it did not say before may be a slip."""
    tags = where.elsewhere(changed, facts.learned, world)
    if not tags or tags == where.elsewhere(post, facts.learned, world):
        return NOTHING
    return Decision(effects=(asking.elsewhere(changed, tags, world),))


def _not_believed(event: MessageEdited, post: Post, facts: Facts, world: World) -> Decision:
    """What their device said is not changed by one that anybody could have made up."""
    noticed = any(one.slot == "not verified" for one in facts.standing)
    effects = () if noticed else asking.edit_not_signed(post, world)
    return merge(Decision(effects=effects), unverified.met(event))


def _while_down(changed: Post, world: World) -> Decision:
    """It stays down; who can put it up again learns that it says something else now."""
    line = texts.text("withdraw.changed", number=changed.number, caution=asking.caution(changed))
    return Decision(
        save=(replace(changed, updated=True),),
        effects=(to_stewards(world, "changed while down", line, subject=changed.subject),),
    )


def _changed(sort: Sort, post: Post, event: MessageEdited, asked: Input, facts: Facts, world: World) -> Post:
    found = where.after_edit(post, event.text, asked.place.region, facts.learned, world)
    return replace(
        post,
        regions=found.regions,
        place=found.place,
        text=event.text,
        changed_at=event.at,
        edits=(*post.edits, event.event),
        identity=event.identity,
        name=name_of(event, asked.heard),
        attached=event.attached,
        picture=event.picture if sort.shows else None,
    )


def _history(post: Post, event: MessageEdited, world: World) -> Decision:
    """Details that were edited out still stand in the message's edit history: its author is told."""
    if post.state not in (PostState.HELD, PostState.TRUSTED) or post.quiet:
        return NOTHING
    if details.found(event.text, world, post.regions):
        return NOTHING
    told = privately(post.author, "history", texts.text("answer.history"), subject=post.subject)
    return Decision(effects=(told,))
