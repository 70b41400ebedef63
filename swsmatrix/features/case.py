"""What all steps of a case share: kinds, what can happen to one, what is known then."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum

from swsmatrix import texts
from swsmatrix.model import (
    Case,
    CaseState,
    Decision,
    Effect,
    Post,
    PostState,
    Priority,
    Sent,
    Supporter,
    ToRoom,
)
from swsmatrix.protocol import Action, Millis, Picture, RoomId, UserId
from swsmatrix.world import World


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One sort of case. All go through the same table.

    ``name``: of its cases, and of the section with its own sentences. ``posts``: the feature that keeps the
    requests. ``state``: of a post that is such a request; None: it is asked for with a word, and the post is
    not its own. ``responders``: only they are asked. ``again``: there is a next one. ``stands``: the request
    is more than its case, which may end without it; what ends it has told its author.
    """

    name: str
    posts: str
    state: PostState | None = None
    responders: bool = False
    again: bool = True
    stands: bool = False

    def text(self, key: str, **values: object) -> str:
        """The sentence ``case.…``, or what this kind says instead."""
        own = key.replace("case", self.name, 1)
        return texts.text(own if own in texts.catalogue() else key, **values)


# Somebody asks for company.
HELP = Kind(name="help", posts="swshelp", state=PostState.UP)
# The author of a held warning wants to tell a responder all of it.
DETAILS = Kind(name="details", posts="danger", state=PostState.TRUSTED, responders=True, stands=True)
# A responder wants to know what was struck out of a warning: once, and its author owes them nothing.
ASKED = Kind(name="asked", posts="danger", responders=True, again=False, stands=True)
KINDS: Mapping[str, Kind] = {kind.name: kind for kind in (HELP, DETAILS, ASKED)}


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
    REMADE = "remade"  # the picture that came with it is made anew, or cannot be
    SAID = "said"  # what is to be said to both stands there
    NOT_SAID = "not said"  # the supporter's identity is not the one that it is meant for
    STUCK = "stuck"  # the supporter declined, left, could not be invited, or did not come
    OVER = "over"  # they have been together for a day


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """``case`` as it stood, ``post`` its words. ``cases``: all there are, of any kind. ``muted``: supporters
    whom nobody is entrusted to for now.

    ``standing``: what of the case stands in rooms; ``of_post``: what of the request. ``who``
    did it, by the master key ``identity``. ``room``, ``picture``: the one that was made. ``chat``: there is a
    direct chat with its requester.
    """

    what: What
    case: Case
    post: Post | None = None
    supporters: tuple[Supporter, ...] = ()
    muted: frozenset[UserId] = frozenset()
    cases: tuple[Case, ...] = ()
    standing: tuple[Sent, ...] = ()
    of_post: tuple[Sent, ...] = ()
    who: UserId | None = None
    identity: str = ""
    room: RoomId | None = None
    picture: Picture | None = None
    chat: bool = False

    @property
    def kind(self) -> Kind:
        return KINDS[self.case.feature]

    @property
    def own(self) -> Post | None:
        """The request, if it is this case's to forget."""
        return self.post if self.post and self.post.state is self.kind.state else None


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


def in_room(case: Case, slot: str, action: Action, *, report: bool = False) -> Effect:
    assert case.room
    return Effect(
        slot=slot,
        target=ToRoom(case.room),
        action=action,
        priority=Priority.PRIVATE_ROOM,
        subject=case.subject,
        report=report,
    )
