"""One supporter as values: what a message makes of them, whether their identity is theirs, and in words."""

from __future__ import annotations

from dataclasses import replace

from swsmatrix import texts
from swsmatrix.features.common import region_names, to_stewards
from swsmatrix.folding import key
from swsmatrix.hashtags import hear
from swsmatrix.model import Effect, Post, Supporter, SupporterState, subject_of
from swsmatrix.regions import EVERYWHERE
from swsmatrix.world import World

HEARD = "swssupporter"  # the feature that keeps the posts
REMOTE = "remote"

WAITING, DECLINED = SupporterState.WAITING, SupporterState.DECLINED
ACTIVE, PAUSED, SUSPENDED = SupporterState.ACTIVE, SupporterState.PAUSED, SupporterState.SUSPENDED
STANDS = {
    WAITING: "supporter.is_waiting",
    ACTIVE: "supporter.is_active",
    PAUSED: "supporter.is_paused",
    SUSPENDED: "supporter.is_suspended",
    DECLINED: "supporter.is_declined",
}


def read(post: Post, supporter: Supporter, world: World) -> Supporter:
    """``supporter`` after their message ``post``: its places and topics instead of those they had."""
    after = replace(_again(supporter, post.identity), event=post.event, number=post.number)
    if not post.text:
        # Its words were read, and forgotten, before: what came now is a place.
        return replace(after, regions=post.regions)
    words = hear(post.text, world.tags).words
    keys = {key(word) for word in words}
    remote = bool(keys & {REMOTE, EVERYWHERE})
    named = world.tree.places(words, world.topics).regions
    return replace(
        after,
        # Who names no place but is there from afar means no place, not the one that they had; but a town that
        # they said yes to.
        regions=named or (() if remote and not post.place else post.regions),
        topics=tuple(topic for topic in sorted(world.topics) if key(topic) in keys),
        remote=remote,
    )


def _again(supporter: Supporter, identity: str) -> Supporter:
    if supporter.state in (WAITING, DECLINED):
        return replace(supporter, identity=identity or supporter.identity)
    after = resumed(supporter, identity)
    return replace(after, state=PAUSED) if (supporter.state, after.state) == (PAUSED, ACTIVE) else after


def resumed(supporter: Supporter, identity: str) -> Supporter:
    """After `resume` from ``identity``: active again, unless a steward has to look at it first."""
    if supporter.state in (WAITING, DECLINED):
        return supporter
    if _another(supporter, identity):
        # Whom the stewards trust with more is who they accepted, nobody else.
        return replace(supporter, state=WAITING, identity=identity, responder=False)
    return replace(supporter, state=ACTIVE, identity=supporter.identity or identity)


def _another(supporter: Supporter, identity: str) -> bool:
    if not supporter.identity or identity == supporter.identity:
        return False
    return bool(identity) or supporter.state is SUSPENDED


def is_responder(supporter: Supporter, identity: str) -> bool:
    """Whether ``identity`` is the one that a steward trusts with what is not for everybody."""
    accepted = supporter.state in (ACTIVE, PAUSED) and bool(identity) and identity == supporter.identity
    return supporter.responder and accepted


def understood(supporter: Supporter, world: World) -> str:
    """One line: for which places and topics they are there, and whether from afar."""
    parts = []
    if supporter.regions:
        parts.append(texts.text("supporter.places", places=region_names(world, supporter.regions)))
    if supporter.remote:
        parts.append(texts.text("supporter.remote"))
    if supporter.topics:
        parts.append(texts.text("supporter.topics", topics=texts.listed(supporter.topics, "and")))
    else:
        parts.append(texts.text("supporter.any_topic"))
    if supporter.responder:
        parts.append(texts.text("responder.understood"))
    return " · ".join(parts)


def stands(supporter: Supporter) -> str:
    """A sentence for them: whether they are asked, and what they can do about it."""
    return texts.text(STANDS[supporter.state])


def waits(supporter: Supporter, world: World, note: str = "") -> Effect:
    """A line for the stewards; it goes when the message goes. ``note``: the key of what they should know."""
    line = texts.text(
        "supporter.stewards_waits",
        number=supporter.number,
        understood=understood(supporter, world),
        note=texts.text(note) if note else "",
    )
    return to_stewards(world, "waits", line, subject=subject_of(HEARD, supporter.event))
