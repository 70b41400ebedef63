"""`#swsfyi`: what is posted with it joins the library of tips, without its author's name.

A post that is up is a tip; edited, moved or deleted, the tip goes along, in the lists that stand in direct
chats, too. Identifying details hold it back, as they do a warning. With their first one its author is told
in private what does not belong into a tip. Stewards read that there is a new one, and can show it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from swsmatrix import gazetteer, texts
from swsmatrix.climbing import Candidate, answers
from swsmatrix.features import details
from swsmatrix.features.asking import caution
from swsmatrix.features.common import privately, region_names, take_back, to_stewards, when
from swsmatrix.features.feature import Feature, Reader
from swsmatrix.features.gatherings import GATHERING
from swsmatrix.features.post import Facts, Sort
from swsmatrix.folding import key
from swsmatrix.hashtags import hear
from swsmatrix.model import (
    NOTHING,
    Decision,
    Listing,
    Noted,
    Post,
    Sent,
    Tip,
    ToldRule,
    Useful,
    subject_of,
)
from swsmatrix.protocol import EventId, Millis, UserId
from swsmatrix.regions import EVERYWHERE, MODIFIERS
from swsmatrix.routing import Input
from swsmatrix.world import World

NAME = "tips"


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """``post``: that is up now, none: it is gone. ``tip``: as it was kept so far.

    ``lists``: those in which it is numbered, ``standing``: as they stand. ``who``: its author's code, if they
    have not been told the rule.
    """

    post: Post | None = None
    tip: Tip | None = None
    lists: tuple[Listing, ...] = ()
    standing: tuple[Sent, ...] = ()
    who: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Theirs:
    """What goes with somebody who wants to be forgotten."""

    useful: tuple[Useful, ...] = ()
    told: ToldRule | None = None
    listing: Listing | None = None


def _go_out(post: Post, _facts: Facts, world: World, _now: Millis) -> Decision:
    line = texts.text(
        "tips.stewards_new",
        number=post.number,
        tag=f"#{post.tag.value}",
        region=region_names(world, post.regions),
        when=when(world, post.posted_at, post.regions) + caution(post),
    )
    return Decision(effects=(to_stewards(world, "listed", line, subject=post.subject),))


SORT = Sort(
    name="swsfyi",
    spellings="swsfyi swsfyis swsfyii",
    implied=GATHERING,  # what is on is a tip
    go_out=_go_out,
    holds=True,
    expires=False,
    library=True,
)


async def load(asked: Input, reader: Reader, _world: World) -> Change | Theirs | None:
    match asked.event:
        case Noted(feature=SORT.name, name=str() as name, subject=event):
            return await _change(EventId(event), name == "up", reader)
        case Noted(feature="forgetting", name="forgotten", subject=user):
            who = reader.people.code(UserId(user))
            return Theirs(
                useful=await reader.tips.useful_of(who),
                told=await reader.tips.told_rule(who),
                listing=await reader.tips.listing(who),
            )
    return None


async def _change(event: EventId, up: bool, reader: Reader) -> Change | None:
    subject = subject_of(SORT.name, event)
    post = await reader.records.post(SORT.name, event) if up else None
    lists = await reader.tips.listings_with(subject)
    # Who wrote it from a device that nobody vouches for could not read it.
    who = reader.people.code(post.author) if post and post.identity else ""
    return Change(
        post=post,
        tip=await reader.tips.tip(subject),
        lists=lists,
        standing=tuple([sent for one in lists for sent in await reader.queue.sent(one.subject)]),
        who="" if who and await reader.tips.told_rule(who) else who,
    )


def decide(_asked: Input, found: Change | Theirs, world: World, now: Millis) -> Decision:
    if isinstance(found, Theirs):
        told = (found.told,) if found.told else ()
        return Decision(drop=(*found.useful, *told, *((found.listing,) if found.listing else ())))
    tip = of(found.post, found.tip, world, now) if found.post else None
    if tip is not None and tip == found.tip:
        return NOTHING
    old = (found.tip,) if found.tip and not tip else ()
    first = Decision()
    if tip and found.post and found.who:
        rule = privately(found.post.author, "rule", texts.text("tips.rule"))
        first = Decision(save=(ToldRule(who=found.who),), effects=(rule,))
    return Decision(
        save=(*((tip,) if tip else ()), *first.save),
        drop=(*old, *found.lists),
        effects=(*take_back(found.standing), *first.effects),
    )


def of(post: Post, before: Tip | None, world: World, now: Millis) -> Tip | None:
    """What a post that is up adds to the library. None: it says nothing but tags.

    What stewards and others said of it, as it was ``before``, stays.
    """
    text = details.shown(post, world)
    if not text:
        return None
    tip = Tip(
        subject=post.subject,
        number=post.number,
        text=text,
        regions=() if EVERYWHERE in hear(post.text, world.tags).words else post.regions,
        place=post.place,
        topics=topics_in(post, world),
        posted_at=post.posted_at,
        added_at=now,
    )
    if before is None:
        return tip
    tip = replace(tip, added_at=before.added_at, pinned=before.pinned, useful=before.useful)
    if before.tagged:
        tip = replace(tip, tagged=True, regions=before.regions, place="", topics=before.topics)
    return tip


async def post_of(tip: Tip, reader: Reader) -> Post | None:
    """The post that is it; None: it is an entry of the library."""
    feature, _, event = tip.subject.partition(" ")
    return await reader.records.post(feature, EventId(event))


def topics_in(post: Post, world: World) -> tuple[str, ...]:
    """The hashtags that say what it is about."""
    there = gazetteer.place(post.place) if post.place else None
    meant = Candidate("", there, post.regions[0]) if there and post.regions else None
    return tuple(
        word
        for word in hear(post.text, world.tags).words
        if key(word) not in MODIFIERS | {EVERYWHERE}
        and world.tree.find(word) is None
        and not (meant and answers(word, meant, world.tree))
    )


FEATURE = Feature(NAME, load, decide)
