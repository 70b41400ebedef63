"""What the library answers without being searched: a question in a direct chat, a call that waits in vain.

Only what has most of what was asked; at most three, marked as the library's, numbered for `show 3`.
"""

from __future__ import annotations

from dataclasses import replace

from swsmatrix import searching
from swsmatrix.features import finding
from swsmatrix.features.feature import Reader
from swsmatrix.features.finding import FIND, Found
from swsmatrix.features.search import understood
from swsmatrix.model import Decision, Listing, Post, RegionId
from swsmatrix.protocol import MessagePosted, Millis, UserId
from swsmatrix.world import World

MOST = 3
LIKELY, SURE = 0.4, 0.6  # of what a question asks for, and of what may be one
PERHAPS = 0.3  # of what somebody wrote who asked for company


async def to_question(event: MessagePosted, reader: Reader, world: World) -> Found | None:
    """To what is no word to the bot; None: it is no question, or nothing answers it."""
    asks = "?" in event.text
    if not event.known or not (asks or len(searching.telling(event.text)) > 1):
        return None
    return await _answer(event.text, event.sender, (), event.at, LIKELY if asks else SURE, reader, world)


async def to_call(post: Post, at: Millis, reader: Reader, world: World) -> Found | None:
    """To somebody who asked for company; None: nothing fits."""
    return await _answer(post.text, post.author, post.regions, at, PERHAPS, reader, world)


async def _answer(
    text: str,
    user: UserId,
    regions: tuple[RegionId, ...],
    at: Millis,
    least: float,
    reader: Reader,
    world: World,
) -> Found | None:
    search = await understood(text, reader, world)
    if not (search.topics or any(map(searching.tells, search.words))):
        return None
    where = searching.reach(search.regions or regions, world.tree)
    hits = await reader.tips.find(search.words, where, search.topics, now=at, limit=MOST, least=least)
    if not hits:
        return None
    who = reader.people.code(user)
    tips = tuple(hit.tip for hit in hits)
    listing = Listing(who=who, word=FIND, asked=text, subjects=tuple(tip.subject for tip in tips))
    standing = await reader.queue.sent(listing.subject)
    return Found(search=search, listing=listing, tips=tips, standing=standing)


def said(user: UserId, found: Found, world: World, now: Millis, *, asked: bool) -> Decision:
    """``asked``: it answers a question; else nobody asked the library."""
    head = "finding.answer" if asked else "finding.meanwhile"
    return finding.listed(user, replace(found, head=head), world, now)
