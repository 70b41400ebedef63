"""What comes from a device that its owner has not signed: ❓ on it, how to verify, a limit on calls for help.

Anybody who runs the homeserver can make up such a device. A message with a tag is features/posts.py's, which
tells of it (``met``); every other message to the bot is not obeyed, but not passed over in silence either.
Only signed devices can read what is said in a direct chat: the note reaches the person, not who made one up.
Who has none is told nothing there: they could not read it, and ❓ is explained in the pinned how-to.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from swsmatrix import texts
from swsmatrix.features.common import NOT_VERIFIED, privately, sign
from swsmatrix.features.feature import Feature, Reader, merge
from swsmatrix.model import NOTHING, Decision, Noted, Post, PostState, SetTimer
from swsmatrix.protocol import DAY, MessageEdited, MessagePosted, Millis, UserId
from swsmatrix.routing import Input, Kind
from swsmatrix.world import World

NAME = "unverified"


@dataclass(frozen=True, slots=True)
class Author:
    """``told``: the note is not for them now; they were told today, or cannot read it."""

    user: UserId
    told: bool


def met(event: MessagePosted | MessageEdited) -> Decision:
    """Tell that a message which means something here came from a device that is not signed."""
    if not event.reachable:
        return NOTHING
    return Decision(tell=(Noted(feature=NAME, name="met", subject=event.sender),))


def has_called(posts: Iterable[Post]) -> bool:
    """Whether one of them is a call that went out though nobody vouches for its device, and is not over.

    The first such call of an author always counts: somebody may be in need with nothing but a new phone. What
    comes after it from such devices waits for a steward, or whoever runs the homeserver could keep all
    supporters busy in anybody's name.
    """
    return any(post.state is PostState.UP and not post.identity for post in posts)


async def load(asked: Input, reader: Reader, _world: World) -> Author | None:
    match asked.event:
        case Noted(feature="unverified", name="met") | Noted(feature="forgetting") as event:
            user = UserId(event.subject)
        case MessagePosted() as event if _unheeded(asked):
            if not event.reachable:
                return Author(event.sender, told=True)
            user = event.sender
        case _:
            return None
    return Author(user, await reader.records.runs(NAME, "told", _subject(user)))


def _unheeded(asked: Input) -> bool:
    """A word that nobody obeys. Among themselves people may say what they like."""
    if asked.unheeded is None or (asked.heard and asked.heard.near):
        return False
    if asked.place.kind is Kind.CASE:
        return False  # whether anything is for the bot there is the case's to say
    return asked.unheeded.known or asked.place.kind is Kind.DIRECT


def decide(asked: Input, author: Author, _world: World, now: Millis) -> Decision:
    match asked.event:
        case Noted(feature="forgetting"):
            return Decision(stop_timers=(_subject(author.user),))
        case MessagePosted() as event:
            shown = sign("not verified", event.room, event.event, NOT_VERIFIED)
            return merge(Decision(effects=(shown,)), _note(author, now))
    return _note(author, now)


def _note(author: Author, now: Millis) -> Decision:
    if author.told:
        return NOTHING
    again = SetTimer(feature=NAME, name="told", subject=_subject(author.user), due=now + DAY)
    return Decision(
        effects=(privately(author.user, "verify", texts.text("unverified.note")),), timers=(again,)
    )


def _subject(user: UserId) -> str:
    return f"{NAME} {user}"


FEATURE = Feature(NAME, load, decide)
