"""What all steps of a case share: what can happen to one, and what is known when it does."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum

from swsmatrix import texts
from swsmatrix.model import Case, CaseState, Decision, Post, Sent, Supporter
from swsmatrix.protocol import Millis, RoomId, UserId
from swsmatrix.world import World


class What(Enum):
    """What can happen to a case. The value is the name of the timer, for those that are timers."""

    ASKED = "asked"  # the request is out
    CHANGED = "changed"  # the request was edited, or its place was named
    GONE = "gone"  # the request was deleted, cancelled or closed
    YES = "yes"  # a supporter who was asked
    NO = "no"
    TAKEN = "taken"  # a steward's `take`
    WITHDRAWN = "withdrawn"  # somebody is no supporter any more
    PAUSED = "paused"
    WAVE = "wave"  # those who were asked have had their time
    AGAIN = "again"  # somebody may be free meanwhile
    MADE = "made"  # the room is there
    NOT_MADE = "not made"
    CALLED = "called"  # the homeserver has taken the invitation
    UNREACHABLE = "unreachable"  # it has refused the requester's
    CAME = "came"  # the requester joined
    ELSE = "else"  # the requester declined, left the chat, or wants somebody else
    REMOVED = "removed"  # the requester was removed from the community
    REMIND = "remind"
    LATE = "late"  # the requester did not come
    ARRIVED = "arrived"  # the supporter joined
    STUCK = "stuck"  # the supporter declined, left, could not be invited, or did not come
    OVER = "over"  # they have been together for a day


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """``case`` as it stood, ``post`` its words. ``cases``: all there are, of any kind.

    ``standing``: what of the case stands in rooms; ``of_post``: what of the request. ``who``
    did it, by the master key ``identity``. ``room``: the one that was made. ``chat``: there is a direct chat
    with its requester.
    """

    what: What
    case: Case
    post: Post | None = None
    supporters: tuple[Supporter, ...] = ()
    cases: tuple[Case, ...] = ()
    standing: tuple[Sent, ...] = ()
    of_post: tuple[Sent, ...] = ()
    who: UserId | None = None
    identity: str = ""
    room: RoomId | None = None
    chat: bool = False


Edge = Callable[[Facts, World, Millis], Decision]

# Somebody has said yes, and it is not over yet.
TAKEN = (CaseState.OPENING, CaseState.INVITED, CaseState.JOINED, CaseState.TOGETHER)
# A yes still counts.
OPEN = (CaseState.SEEKING, CaseState.NOBODY)


def busy(cases: tuple[Case, ...]) -> Mapping[UserId, int]:
    """How many open cases each supporter has."""
    return Counter(case.supporter for case in cases if case.supporter and case.state in TAKEN)


def with_caution(text: str, post: Post | None) -> str:
    """``text`` for who is there for them, and whether a device that nobody vouches for asked."""
    if post is None or post.identity:
        return text
    return "\n\n".join((text, texts.text("case.not_verified")))


def is_offer(sent: Sent) -> bool:
    return sent.slot.startswith("offer ")


def offered_to(sent: Sent) -> UserId:
    """Whom an offer was made to."""
    return UserId(sent.slot.rpartition(" ")[2])
