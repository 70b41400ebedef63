"""A warning's picture for trusted responders only: they learn that there is one, and see it if they ask.

Who is told stands in the outbox, under the warning: what takes that back takes the right to ask with it.
Each is shown it in their own chat, and only as who a steward trusts (docs/adr/0005).
"""

from __future__ import annotations

from swsmatrix import texts
from swsmatrix.features.common import privately, when
from swsmatrix.features.feature import Reader
from swsmatrix.features.post import Facts
from swsmatrix.features.supporter import is_responder
from swsmatrix.features.where import called
from swsmatrix.matching import Request, wave
from swsmatrix.model import Effect, Post, Sent, Supporter, ToDirect
from swsmatrix.protocol import EventId, MessagePosted, Picture, ReadBy, SendPicture, UserId
from swsmatrix.world import World

# As other offers are: features/supporters.py hears when it was for another identity.
_OFFER = "offer picture"


def offers(post: Post, supporters: tuple[Supporter, ...], word: str, world: World) -> tuple[Effect, ...]:
    """To each responder in reach, but its author."""
    text = texts.text(
        "picture.offer",
        region=called(post, world),
        when=when(world, post.posted_at, post.regions),
        word=word,
        number=post.number,
    )
    request = Request(regions=post.regions, responders=True)
    near = wave(request, supporters, world.tree, size=len(supporters), busy={}, limit=1, out=(post.author,))
    return tuple(
        privately(one.user, _offer(post, one.user), text, subject=post.subject, identity=one.identity)
        for one in near
    )


def _offer(post: Post, user: str) -> str:
    """For what is out now: what was said for other words is taken back, and counts for nothing."""
    return f"{_OFFER} {post.up_at} {user}"


def offered(post: Post, facts: Facts) -> tuple[Sent, ...]:
    """What responders were told of it."""
    return tuple(one for one in facts.standing if one.slot.startswith(_offer(post, "")))


async def asked_for(event: MessagePosted, number: int | None, reader: Reader) -> tuple[Post, ...]:
    """What a responder could mean: a number, or what they answer to, names one."""
    supporter = await reader.people.supporter(event.sender)
    if supporter is None or not is_responder(supporter, event.identity):
        return ()
    found = []
    for sent in await reader.queue.sent_to(ToDirect(event.sender)):
        if not sent.slot.startswith(_OFFER) or (number is None and event.reply_to not in (None, sent.event)):
            continue
        feature, _, message = sent.subject.partition(" ")
        post = await reader.records.post(feature, EventId(message))
        if post and sent.slot == _offer(post, event.sender) and number in (None, post.number):
            found.append(post)
    return tuple(found)


def is_shown(user: UserId, facts: Facts) -> bool:
    return any(one.slot == _shown(user) for one in facts.standing)


def show(supporter: Supporter, ours: Picture, facts: Facts) -> tuple[Effect, ...]:
    """In answer to what they were told; nothing if that was taken back."""
    assert facts.post
    told = [one for one in facts.standing if one.slot == _offer(facts.post, supporter.user)]
    return tuple(
        Effect(
            slot=_shown(supporter.user),
            target=one.target,
            action=SendPicture(ours, one.event, readers=(ReadBy(supporter.user, supporter.identity),)),
            subject=facts.post.subject,
            lasting=True,
        )
        for one in told[-1:]
    )


def _shown(user: UserId) -> str:
    return f"picture for {user}"
