"""What comes from a device that its owner has not signed: ❓ on it, and how to verify, once a day.

Anybody who runs the homeserver can make up such a device. A message with a tag is features/posts.py's, which
tells of it (``met``); every other message to the bot is not obeyed, but not passed over in silence either.
Only signed devices can read what is said in a direct chat: the note reaches the person, not who made one up.
"""

from __future__ import annotations

from dataclasses import dataclass

from swsmatrix import texts
from swsmatrix.features.common import NOT_VERIFIED, privately, sign
from swsmatrix.features.feature import Feature, Reader, merge
from swsmatrix.model import NOTHING, Decision, Noted, SetTimer
from swsmatrix.protocol import DAY, MessageEdited, MessagePosted, Millis, UserId
from swsmatrix.routing import Input, Kind
from swsmatrix.world import World

NAME = "unverified"


@dataclass(frozen=True, slots=True)
class Author:
    """``told``: they have read the note today."""

    user: UserId
    told: bool


def met(event: MessagePosted | MessageEdited) -> Decision:
    """Tell that a message which means something here came from a device that is not signed."""
    return Decision(tell=(Noted(feature=NAME, name="met", subject=event.sender),))


async def load(asked: Input, reader: Reader, _world: World) -> Author | None:
    match asked.event:
        case Noted(feature="unverified", name="met") | Noted(feature="forgetting") as event:
            user = UserId(event.subject)
        case MessagePosted() as event if _unheeded(asked):
            user = event.sender
        case _:
            return None
    return Author(user, await reader.records.runs(NAME, "told", _subject(user)))


def _unheeded(asked: Input) -> bool:
    """A word that nobody obeys. Among themselves people may say what they like."""
    if asked.unheeded is None or (asked.heard and asked.heard.near):
        return False
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
