"""The life of a heard message, the same for all tags; what its going out means is its sort's.

Where a post stands, and what moves it (one that ends is deleted, its text with it):

    state      | what happens                            | becomes
    -----------+-----------------------------------------+---------------------------------
    (new)      | a near miss of the tag                  | NEAR: its author is asked
               | from a device that is not signed, if    | UNSIGNED: ❓, the stewards learn
               |   the sort is not urgent, or a near miss|
               | the same words by the same author again | (nothing new, but ✅)
               | no known place                          | WHERE: its author is asked
               | identifying details                     | HELD: its author is asked
               | none of these                           | UP: it goes out
    NEAR       | `yes` (author; steward's `send`)        | as if heard
    WHERE      | a place (author; steward's `send`)      | as if heard with that place
    HELD       | `send` (author; steward's `send`)       | UP, the details struck out
    UNSIGNED   | steward's `release`                     | as if heard from a signed device
    any        | edited                                  | as if heard anew; what stood is replaced
               |   (from a device that is not signed, of | (nothing, but ❓, and the stewards learn)
               |   what a signed one said)               |
    any        | edited so that the tag is gone          | ends, all of it is taken back
    any        | deleted; `drop` by its author; expired  | ends, all of it is taken back
    NEAR/WHERE/HELD: ten minutes without an answer       | the same; the stewards learn

Sorts that need no place go out without one: their author is asked all the same. Those that hold nothing back
go out with identifying details: they reach nobody in public. What a sort's posts lead to beyond effects is
another feature's: it is told when a post goes out or is out as something else (``up``), and ends (``gone``).
What an unsigned device said for an urgent sort goes out with ❓ beside ✅, and whoever answers is told.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial

from swsmatrix import identifying, texts
from swsmatrix.features import asking, unverified
from swsmatrix.features.common import (
    acknowledge,
    privately,
    take_back,
)
from swsmatrix.features.feature import Feature, Reader, merge
from swsmatrix.hashtags import Heard, hear, without_tags
from swsmatrix.model import (
    NOTHING,
    Decision,
    Effect,
    Noted,
    Post,
    PostState,
    RegionId,
    RoomNote,
    Sent,
    SetTimer,
    Tag,
    TimerFired,
    ToRoom,
)
from swsmatrix.protocol import (
    MINUTE,
    EventId,
    MessageDeleted,
    MessageEdited,
    MessagePosted,
    Millis,
    RedactEvent,
    RoomId,
)
from swsmatrix.routing import Input, Kind
from swsmatrix.world import World

ANSWER_WITHIN = 10 * MINUTE
WAITING = (PostState.NEAR, PostState.WHERE, PostState.HELD)


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """``post``: as it is kept so far. ``standing``: what of it stands in rooms.

    ``earlier``: the author's other posts of this sort. ``notes``: what is known of the configured rooms.
    """

    post: Post | None = None
    number: int = 1
    standing: tuple[Sent, ...] = ()
    earlier: tuple[Post, ...] = ()
    notes: Mapping[RoomId, RoomNote] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sort:
    """How one feature treats its posts. ``go_out(post, facts, world, now, updated)`` makes the effects.

    ``needs_place``: it goes nowhere without a place, or one of the words ``anywhere``. ``holds``: nor with
    identifying details. ``expires``: it is forgotten after a while by itself. ``urgent``: what a device that
    is not signed says does not wait for a steward.
    """

    name: str
    tags: tuple[Tag, ...]
    go_out: Callable[[Post, Facts, World, Millis, bool], tuple[Effect, ...]]
    needs_place: bool = False
    holds: bool = False
    expires: bool = True
    urgent: bool = False
    anywhere: frozenset[str] = frozenset()


async def facts_of(
    sort: str, post: Post | None, event: MessagePosted | MessageEdited | None, reader: Reader, world: World
) -> Facts:
    """Read what a decision about one post needs. ``event``: if it may be a new one."""
    records = reader.records
    author = post.author if post else event.sender if event else None
    own = await records.posts_of(sort, author) if author else ()
    notes = {}
    for room in world.names.values():
        if (note := await records.room(room)) is not None:
            notes[room] = note
    return Facts(
        post=post,
        number=post.number if post else await records.next_number(),
        standing=await reader.queue.sent(post.subject) if post else (),
        earlier=tuple(other for other in own if post is None or other.event != post.event),
        notes=notes,
    )


def feature(sort: Sort) -> Feature:
    """The feature that hears a sort's tags and carries edits, deletions and timers through."""
    return Feature(sort.name, partial(_load, sort), partial(_decide, sort))


async def _load(sort: Sort, asked: Input, reader: Reader, world: World) -> Facts | None:
    event, records = asked.event, reader.records
    tagged = _tag(sort, asked.heard) is not None
    match event:
        case MessagePosted():
            return await facts_of(sort.name, None, event, reader, world) if tagged else None
        case MessageEdited():
            post = await records.post(sort.name, event.original)
            return await facts_of(sort.name, post, event, reader, world) if post or tagged else None
        case MessageDeleted():
            post = await records.post(sort.name, event.original)
            post = post or await records.post_of_edit(sort.name, event.original)
        case TimerFired() if event.feature == sort.name:
            post = await records.post(sort.name, EventId(event.subject.partition(" ")[2]))
        case _:
            return None
    return await facts_of(sort.name, post, None, reader, world) if post else None


def _decide(sort: Sort, asked: Input, facts: Facts, world: World, now: Millis) -> Decision:
    post = facts.post
    match asked.event:
        case MessagePosted() as event:
            return _heard(sort, event, asked, facts, world, now)
        case MessageEdited() as event:
            return _edited(sort, event, asked, facts, world, now)
        case MessageDeleted() as event if post:
            return merge(end(post, facts), _left_behind(event, post))
        case TimerFired(name="expires") if post:
            return end(post, facts)
        case TimerFired(name="unanswered") if post:
            return Decision(effects=(asking.unanswered(post, world),))
    return NOTHING


def _tag(sort: Sort, heard: Heard | None) -> Tag | None:
    """The tag of this sort that was heard; else the one that was nearly written, if no tag was."""
    if heard is None:
        return None
    meant = heard.tags or tuple(tag for _, tag in heard.near)
    return next((tag for tag in meant if tag in sort.tags), None)


def _heard(
    sort: Sort,
    event: MessagePosted | MessageEdited,
    asked: Input,
    facts: Facts,
    world: World,
    now: Millis,
) -> Decision:
    tag = _tag(sort, asked.heard)
    assert asked.heard
    assert tag
    post = Post(
        feature=sort.name,
        event=event.original if isinstance(event, MessageEdited) else event.event,
        number=facts.number,
        room=event.room,
        author=event.sender,
        tag=tag,
        state=PostState.NEAR,
        text=event.text,
        posted_at=event.at,
        changed_at=event.at,
        quiet=asked.place.kind is Kind.DIRECT,
        edits=(event.event,) if isinstance(event, MessageEdited) else (),
        identity=event.identity,
    )
    regions, _ = regions_of(post, world, asked.place.region)
    post = replace(post, regions=regions)
    if not event.signed and not (sort.urgent and asked.heard.tags):
        return merge(_unsigned(sort, post, world), unverified.met(event))
    if (same := next((other for other in facts.earlier if _same(post, other)), None)) is not None:
        return merge(_again(post, same, world), _caution(event, same))
    if not asked.heard.tags:
        return _waiting(sort, post, asking.near(post, asked.heard.near), world, now)
    admitted = admit(sort, post, facts, world, now, fallback=asked.place.region)
    return merge(admitted, _caution(event, post))


def _unsigned(sort: Sort, post: Post, world: World) -> Decision:
    """It waits for a steward."""
    post = replace(post, state=PostState.UNSIGNED)
    return Decision(
        save=(post,),
        effects=asking.not_signed(post, world),
        timers=_expiry(sort, post, world),
        stop_timers=(post.subject,),
    )


def _again(post: Post, same: Post, world: World) -> Decision:
    """The same words once more; now perhaps from a device that somebody vouches for."""
    proven = Decision(save=(replace(same, identity=post.identity),)) if not same.identity else NOTHING
    return merge(proven, Decision(effects=acknowledge(world, post.room, post.event, same.subject, ())))


def _caution(event: MessagePosted | MessageEdited, post: Post) -> Decision:
    """❓ on what goes out from a device that is not signed."""
    if event.signed:
        return NOTHING
    original = event.original if isinstance(event, MessageEdited) else event.event
    return merge(Decision(effects=(asking.not_verified(post, original),)), unverified.met(event))


def _edited(
    sort: Sort, event: MessageEdited, asked: Input, facts: Facts, world: World, now: Millis
) -> Decision:
    post = facts.post
    assert asked.heard
    if post is None:
        return _heard(sort, event, asked, facts, world, now)
    if event.sender != post.author:
        return NOTHING
    if not event.signed and post.identity:
        # What their device said is not changed by one that anybody could have made up.
        noticed = any(one.slot == "not verified" for one in facts.standing)
        effects = () if noticed else asking.edit_not_signed(post, world)
        return merge(Decision(effects=effects), unverified.met(event))
    if not set(asked.heard.tags) & set(sort.tags):
        return end(post, facts)  # a near miss too: what goes out is what was said
    # A place that was named and is not any more is taken away; one that was answered stays.
    named = world.tree.places(hear(post.text).words, world.topics).regions
    changed = replace(
        post,
        text=event.text,
        changed_at=event.at,
        regions=() if named else post.regions,
        edits=(*post.edits, event.event),
        identity=event.identity,
    )
    gone = Decision(effects=take_back(one for one in facts.standing if one.slot != "heard"))
    updated, fallback = post.state is PostState.UP, asked.place.region
    if not event.signed and not sort.urgent:
        # Whatever a steward let through before: not these words.
        ended = Decision(tell=_ended(post)) if updated else NOTHING
        return merge(gone, _unsigned(sort, changed, world), ended, unverified.met(event))
    decision = merge(gone, admit(sort, changed, facts, world, now, fallback=fallback, updated=updated))
    decision = merge(decision, _caution(event, changed))
    if post.state is PostState.HELD and not details(event.text) and not post.quiet:
        told = privately(post.author, "history", texts.text("answer.history"), subject=post.subject)
        decision = merge(decision, Decision(effects=(told,)))
    return decision


def admit(
    sort: Sort,
    post: Post,
    facts: Facts,
    world: World,
    now: Millis,
    *,
    fallback: RegionId | None = None,
    updated: bool = False,
) -> Decision:
    """A post that may go out: to its place, held, or out. ``fallback``: the region of its room."""
    regions, unknown = regions_of(post, world, fallback)
    post = replace(post, regions=regions)
    known = Decision(
        effects=acknowledge(world, post.room, post.event, post.subject, facts.standing),
        stop_timers=(post.subject,),
    )
    if not regions and not sort.anywhere.intersection(hear(post.text).words):
        question = asking.where(post, unknown, world, waits=sort.needs_place)
        if sort.needs_place:
            return merge(known, _waiting(sort, replace(post, state=PostState.WHERE), question, world, now))
        known = merge(known, Decision(effects=(question,)))
    if sort.holds and (findings := details(post.text)):
        question = asking.held(post, findings)
        return merge(known, _waiting(sort, replace(post, state=PostState.HELD), question, world, now))
    return merge(known, _out(sort, post, facts, world, now, updated=updated))


def _out(sort: Sort, post: Post, facts: Facts, world: World, now: Millis, *, updated: bool) -> Decision:
    """``updated``: it was out before, as something else."""
    post = replace(post, state=PostState.UP)
    return Decision(
        save=(post,),
        effects=sort.go_out(post, facts, world, now, updated),
        timers=_expiry(sort, post, world),
        tell=(Noted(feature=sort.name, name="up", subject=post.event),),
    )


def move_on(
    sort: Sort,
    post: Post,
    facts: Facts,
    world: World,
    now: Millis,
    *,
    regions: tuple[RegionId, ...] = (),
    strike: bool,
) -> Decision:
    """A waiting post goes on: with a place, and (``strike``) without identifying details."""
    post = replace(post, regions=regions or post.regions)
    asked = Decision(effects=take_back(one for one in facts.standing if one.slot != "heard"))
    timers = Decision(stop_timers=(post.subject,))
    findings = details(post.text) if sort.holds else ()
    if findings and not strike:
        question = asking.held(post, findings)
        return merge(asked, _waiting(sort, replace(post, state=PostState.HELD), question, world, now))
    if findings:
        post = replace(post, text=struck(post.text))
    # Nothing of it stood in a room before: to its readers it is new.
    return merge(asked, timers, _out(sort, replace(post, changed_at=now), facts, world, now, updated=False))


def end(post: Post, facts: Facts) -> Decision:
    """Forget a post and take back all that came of it."""
    return Decision(
        drop=(post,),
        effects=take_back(facts.standing),
        stop_timers=(post.subject,),
        tell=_ended(post),
    )


def _ended(post: Post) -> tuple[Noted, ...]:
    return (Noted(feature=post.feature, name="gone", subject=post.event),)


def _left_behind(event: MessageDeleted, post: Post) -> Decision:
    """Who deletes a message means its edits too, but they stay in the room.

    The other way round, who deletes an edit alone brings the earlier words back: those were not sent on
    anew, and their author is told. In a direct chat the bot has no power over others' events.
    """
    if event.original != post.event:
        told = privately(post.author, "edit deleted", texts.text("answer.edit_deleted"))
        return Decision(effects=(told,))
    if post.quiet:
        return NOTHING
    return Decision(
        effects=tuple(
            Effect(slot=f"remove edit {edit}", target=ToRoom(post.room), action=RedactEvent(edit))
            for edit in post.edits
        )
    )


def details(text: str) -> tuple[identifying.Finding, ...]:
    """What identifies somebody, in what would be shown and in what was written: a tag can hide a number."""
    return identifying.find(without_tags(text)) or identifying.find(text)


def struck(text: str) -> str:
    """``text`` without what identifies somebody."""
    words = {kind: texts.text(f"kind.{kind.name.lower()}_gone") for kind in identifying.Kind}
    return identifying.strike(text, identifying.find(text), words)


def regions_of(
    post: Post, world: World, fallback: RegionId | None
) -> tuple[tuple[RegionId, ...], tuple[str, ...]]:
    """The places that a post names, else those it had, else that of its room; and what nobody knows."""
    places = world.tree.places(hear(post.text).words, world.topics)
    if places.regions or places.unknown:
        return places.regions, places.unknown
    return post.regions or ((fallback,) if fallback else ()), ()


def _waiting(sort: Sort, post: Post, question: Effect, world: World, now: Millis) -> Decision:
    timer = SetTimer(feature=post.feature, name="unanswered", subject=post.subject, due=now + ANSWER_WITHIN)
    return Decision(
        save=(post,),
        effects=(question,),
        timers=(timer, *_expiry(sort, post, world)),
        stop_timers=(post.subject,),
    )


def _expiry(sort: Sort, post: Post, world: World) -> tuple[SetTimer, ...]:
    due = post.posted_at + world.expires_after
    timer = SetTimer(feature=post.feature, name="expires", subject=post.subject, due=due)
    # What never went out is forgotten in any case.
    return () if post.state is PostState.UP and not sort.expires else (timer,)


def _same(one: Post, other: Post) -> bool:
    """The same words for the same place. What a device that is not signed said may well be said again."""
    if other.state in (PostState.UNSIGNED, PostState.NEAR) or set(one.regions) != set(other.regions):
        return False
    return " ".join(one.text.casefold().split()) == " ".join(other.text.casefold().split())
