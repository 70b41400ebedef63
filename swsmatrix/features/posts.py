"""The life of a heard message, the same for all tags; what its going out means is its sort's.

Where a post stands, and what moves it (one that ends is deleted, its text with it):

    state      | what happens                            | becomes
    -----------+-----------------------------------------+---------------------------------
    (new)      | a near miss of the tag                  | NEAR: its author is asked
               | from a device that is not signed, if    | UNSIGNED: ❓, the stewards learn
               |   the sort is not urgent, a near miss,  |
               |   or a call of theirs like it is out    |
               | the same words by the same author again | (nothing new, but ✅)
               | no known place, nor a region whose room | WHERE: its author is asked
               |   it is in; only one of the gazetteer   | PLACE: its author is asked
               | identifying details                     | HELD: its author is asked
               | none of these                           | UP: it goes out
    NEAR       | `yes` (author; steward's `send`)        | as if heard
    WHERE      | a place (author; steward's `send`)      | as if heard with that place
    PLACE      | `yes` (author)                          | as if heard with that place
               | another place (author; steward's `send`)| as if heard with that place
               | `no` (author)                           | WHERE
    HELD       | `send` (author; steward's `send`)       | UP, the details struck out
               | `private` (author)                      | TRUSTED: a case of its details begins
    TRUSTED    | `send` (author, nobody else)            | UP, the details struck out
    UP         | steward's `withdraw`                    | WITHDRAWN: taken back, its author is told why
    WITHDRAWN  | `restore` by another, within a day      | UP, anew
               | edited                                  | WITHDRAWN, with these words
               | a day later                             | ends
    UNSIGNED   | steward's `release`                     | as if heard from a signed device
    any        | edited                                  | as if heard anew; what stood is replaced
               |   (from a device that is not signed, of | (nothing, but ❓, and the stewards learn)
               |   what a signed one said)               |
    any        | edited into a near miss of the tag      | NEAR; what stood is taken back
    any        | edited so that the tag is gone          | ends, all of it is taken back
    any        | deleted; `drop` by its author; expired  | ends, all of it is taken back
    NEAR/WHERE/PLACE/HELD: ten minutes without an answer | the same; the stewards learn

Sorts that need no place go out without one: their author is asked all the same. Those that hold nothing back
go out with identifying details: they reach nobody in public. What a sort's posts lead to beyond effects is
another feature's: it is told when a post goes out or is out as something else (``up``), waits after an edit
(``down``), and ends (``gone``).
What an unsigned device said for an urgent sort goes out with ❓ beside ✅, and whoever answers is told; one
at a time for each author.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from swsmatrix.features import asking, removing, unverified, where
from swsmatrix.features.admitting import admit, caution, unsigned, wait
from swsmatrix.features.common import acknowledge
from swsmatrix.features.editing import edited
from swsmatrix.features.ending import end, left_behind
from swsmatrix.features.feature import Feature, Reader, merge
from swsmatrix.features.post import Facts, Sort, facts_for, facts_of, hears, message_of, name_of
from swsmatrix.model import NOTHING, Decision, Post, PostState, TimerFired
from swsmatrix.protocol import EventId, MessageDeleted, MessageEdited, MessagePosted, Millis
from swsmatrix.routing import Input, Kind
from swsmatrix.world import World


def feature(sort: Sort) -> Feature:
    """The feature that hears a sort's tags and carries edits, deletions and timers through."""
    return Feature(sort.name, partial(_load, sort), partial(_decide, sort))


async def _load(sort: Sort, asked: Input, reader: Reader, world: World) -> Facts | None:
    event, records, post = asked.event, reader.records, None
    match event:
        case MessageEdited():
            post = await records.post(sort.name, event.original)
        case MessageDeleted():
            post = await records.post(sort.name, event.original)
            post = post or await records.post_of_edit(sort.name, event.original)
            post = post if post and event.concerns(post.room, post.author) else None
        case TimerFired() if event.feature == sort.name:
            post = await records.post(sort.name, EventId(event.subject.partition(" ")[2]))
    if post:
        return await facts_of(post, reader, world, event.text if isinstance(event, MessageEdited) else None)
    if isinstance(event, MessagePosted | MessageEdited) and hears(sort, asked.heard):
        return await facts_for(sort.name, event.sender, reader, world, event.text)
    return None


def _decide(sort: Sort, asked: Input, facts: Facts, world: World, now: Millis) -> Decision:
    post = facts.post
    match asked.event:
        case MessageEdited() as event if post:
            return edited(sort, event, asked, facts, world, now)
        case MessagePosted() | MessageEdited() as event:
            return _heard(sort, event, asked, facts, world, now)
        case MessageDeleted() as event if post:
            return merge(end(post, facts), left_behind(event, facts, world))
        case TimerFired(name="expires") if post:
            return end(post, facts)
        case TimerFired(name="unanswered") if post:
            return Decision(effects=(asking.unanswered(post, world),))
    return NOTHING


def _heard(
    sort: Sort,
    event: MessagePosted | MessageEdited,
    asked: Input,
    facts: Facts,
    world: World,
    now: Millis,
) -> Decision:
    """What says a tag for the first time."""
    assert asked.heard
    post = _post(sort, event, asked, facts.number)
    found = where.of(post, facts.learned, world)
    post = replace(post, regions=found.regions, place=found.place)
    call = sort.urgent and bool(asked.heard.tags)
    same = next((other for other in facts.earlier if _same(post, other)), None)
    if same is not None and (event.signed or call):
        same, out = removing.again(sort, same, event, facts, world)
        return merge(_again(sort, post, same, world), caution(event, same), out)
    post, out = removing.taken_out(sort, post, event, facts, world)
    if not event.signed and (not call or unverified.has_called(facts.earlier)):
        return merge(unsigned(sort, post, world), unverified.met(event), out)
    if not asked.heard.tags:
        return merge(wait(sort, post, asking.near(post, asked.heard.near), world, now), out)
    told = _perhaps_elsewhere(post, facts, world)
    return merge(admit(sort, post, facts, world, now), caution(event, post), told, out)


def _perhaps_elsewhere(post: Post, facts: Facts, world: World) -> Decision:
    tags = where.elsewhere(post, facts.learned, world)
    return Decision(effects=(asking.elsewhere(post, tags, world),) if tags else ())


def _post(sort: Sort, event: MessagePosted | MessageEdited, asked: Input, number: int) -> Post:
    """A new one. It is in its room's region unless it names another."""
    return Post(
        feature=sort.name,
        event=message_of(event),
        number=number,
        room=event.room,
        author=event.sender,
        tag=sort.tag,
        state=PostState.NEAR,
        text=event.text,
        posted_at=event.at,
        changed_at=event.at,
        regions=(asked.place.region,) if asked.place.region else (),
        quiet=asked.place.kind is Kind.DIRECT,
        edits=(event.event,) if isinstance(event, MessageEdited) else (),
        identity=event.identity,
        name=name_of(event, asked.heard),
        attached=event.attached,
        picture=event.picture if sort.shows else None,
    )


def _again(sort: Sort, post: Post, same: Post, world: World) -> Decision:
    """The same words once more; now perhaps from a device that somebody vouches for."""
    proven = same if same.identity else replace(same, identity=post.identity)
    kept = Decision(save=(proven,)) if sort.private or not same.identity else NOTHING
    if same.removed:
        return kept  # what is gone from the room shows no sign
    return merge(kept, Decision(effects=acknowledge(world, post.room, post.event, same.subject, ())))


def _same(one: Post, other: Post) -> bool:
    """The same words for the same place. What a device that is not signed said may well be said again."""
    confirmed = other.place and not one.regions
    if other.state in (PostState.UNSIGNED, PostState.NEAR):
        return False
    if set(one.regions) != set(other.regions) and not confirmed:
        return False
    return " ".join(one.text.casefold().split()) == " ".join(other.text.casefold().split())
