"""Which of their own posts a member's word is about."""

from __future__ import annotations

from swsmatrix.features.feature import Reader
from swsmatrix.features.post import sort_of
from swsmatrix.model import Post, PostState, Sent
from swsmatrix.protocol import DAY, EventId, Millis, UserId
from swsmatrix.world import World

NEWEST = 100  # older ones are named by their number, or answered to


async def own(user: UserId, number: int | None, sent: Sent | None, reader: Reader) -> tuple[Post, ...]:
    """The newest, oldest of them first; a number, and what they answer to (``sent``), name one."""
    records = reader.records
    if number is not None:
        named = await records.post_numbered(number)
    elif sent:
        feature, _, event = sent.subject.partition(" ")
        named = await records.post(feature, EventId(event))
    else:
        return await records.posts_by(user, NEWEST)
    theirs = named is not None and named.author == user and (sent is None or sent.subject == named.subject)
    return (named,) if named and theirs else ()


def likely(posts: tuple[Post, ...], at: Millis, world: World) -> tuple[Post, ...]:
    """Those that a plain word may be about. Tips that are out stay: only today's, if it is no other."""
    others = tuple(
        post for post in posts if post.state is not PostState.UP or not sort_of(post, world).library
    )
    return others or tuple(post for post in posts if at - post.up_at <= DAY)
