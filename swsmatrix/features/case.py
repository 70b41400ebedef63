"""What all steps of a case share: kinds, what can happen to one, what is known then."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum

from swsmatrix import texts
from swsmatrix.features.finding import Found
from swsmatrix.features.links import Kind as Matter
from swsmatrix.model import (
    Case,
    CaseState,
    Decision,
    Effect,
    Evidence,
    Post,
    PostState,
    Priority,
    Sent,
    Step,
    Supporter,
    ToRoom,
)
from swsmatrix.protocol import (
    Action,
    MessageDeleted,
    MessageEdited,
    MessagePosted,
    Millis,
    Picture,
    Reacted,
    RoomId,
    UserId,
)
from swsmatrix.routing import Said
from swsmatrix.world import World


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One sort of case. All go through the same table.

    ``name``: of its cases, and of the section with its own sentences. ``posts``: the feature that keeps the
    requests. ``state``: of a post that is such a request; None: it is asked for with a word, and the post is
    not its own. ``responders``: only they are asked. ``again``: there is a next one. ``stands``: the request
    is more than its case, which may end without it; what ends it has told its author. ``several``: everybody
    who says yes comes together, the bot stays with them and keeps a card of what is done.
    """

    name: str
    posts: str
    state: PostState | None = None
    responders: bool = False
    again: bool = True
    stands: bool = False
    several: bool = False

    def text(self, key: str, **values: object) -> str:
        """The sentence ``case.…``, or what this kind, or those that are like it, say instead."""
        sections = (self.name, *(("group",) if self.several else ()))
        own = (key.replace("case", section, 1) for section in sections)
        return texts.text(next((one for one in own if one in texts.catalogue()), key), **values)


# Somebody asks for company.
HELP = Kind(name="help", posts="swshelp", state=PostState.UP)
# The author of a held warning wants to tell a responder all of it.
DETAILS = Kind(name="details", posts="danger", state=PostState.TRUSTED, responders=True, stands=True)
# A responder wants to know what was struck out of a warning: once, and its author owes them nothing.
ASKED = Kind(name="asked", posts="danger", responders=True, again=False, stands=True)
# Private details of somebody were shown; somebody is harassed: what is done about it, together.
DOXX = Kind(name="doxx", posts="swsdoxx", state=PostState.UP, responders=True, several=True)
HARASSMENT = Kind(
    name="harassment", posts="swsharrassment", state=PostState.UP, responders=True, several=True
)
KINDS: Mapping[str, Kind] = {kind.name: kind for kind in (HELP, DETAILS, ASKED, DOXX, HARASSMENT)}


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
    OVER = "over"  # they have been together for a day; nobody wanted a record any more
    # Where several come together:
    UNANSWERED = "unanswered"  # its author has not chosen for a while
    CHOSEN = "chosen"  # its author said what they want done
    ALONE = "begin"  # they don't want to wait
    AGREED = "agreed"  # its author lets one more come
    TALKED = "talked"  # something was said in their room
    REWORDED = "reworded"  # somebody changed what they said there
    UNSAID = "unsaid"  # or took it back
    TICKED = "ticked"  # somebody reacted to the card
    MORNING = "morning"  # a day later
    THIRD_DAY = "third day"
    GONE_BY_WORD = "stop"  # its author does not want it any more
    CLOSED = "closed"  # it is done
    RECORD = "record"  # its author wants to keep a record of it
    RECORDED = "recorded"  # which they have now
    NOT_RECORDED = "not recorded"  # which could not be sent


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """``case`` as it stood, ``post`` its words. ``cases``: all there are, of any kind. ``muted``: supporters
    whom nobody is entrusted to for now.

    ``standing``: what of the case stands in rooms; ``of_post``: what of the request. ``who``
    did it, by the master key ``identity``. ``room``, ``picture``: the one that was made. ``chat``: there is a
    direct chat with its requester. ``tips``: what the library has for who waits in vain.

    Where several come together: ``before``: what its author is told before the menu; ``event``: what was said
    in their room, ``said`` a word of it; ``wishes``: what its author chose; ``leaver``: who left the room;
    ``steps``, ``evidence``: what there is to do, what is kept for a record; ``new``: numbers of what was
    just added.
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
    before: str = ""
    event: MessagePosted | MessageEdited | MessageDeleted | Reacted | None = None
    said: Said | None = None
    wishes: tuple[str, ...] = ()
    leaver: UserId | None = None
    tips: Found | None = None
    steps: tuple[Step, ...] = ()
    new: tuple[int, ...] = ()
    evidence: tuple[Evidence, ...] = ()

    @property
    def kind(self) -> Kind:
        return KINDS[self.case.feature]

    @property
    def own(self) -> Post | None:
        """The request, if it is this case's to forget."""
        return self.post if self.post and self.post.state is self.kind.state else None


Edge = Callable[[Facts, World, Millis], Decision]

# The slot of what the bot answers in the room.
SAYS = "says"

# Nobody has said yes yet.
OPEN = (CaseState.SEEKING, CaseState.NOBODY)
# Their room is being made, or is there.
MEETING = (CaseState.OPENING, CaseState.INVITED, CaseState.WORKING)


def takes_yes(case: Case) -> bool:
    """Whether a yes of somebody who was asked still counts."""
    return case.state in OPEN or (KINDS[case.feature].several and case.state in MEETING)


def busy(cases: tuple[Case, ...]) -> Mapping[UserId, int]:
    """How many open cases each supporter has."""
    return Counter(one.user for case in cases if case.state is not CaseState.DONE for one in case.companions)


def matter_of(case: Case) -> Matter:
    """What playbooks call it."""
    return "doxx" if case.feature == DOXX.name else "harassment"


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
