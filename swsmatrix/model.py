"""The words that decisions are written in: events, records, effects. Matrix's own are in ``protocol``.

Everything here is a frozen value. No library's object passes beyond the package that imports the library:
``matrix/`` turns nio's responses into events, ``store/`` turns rows into records, features see nothing else.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, IntEnum
from typing import NewType

from swsmatrix.protocol import (
    Action,
    EffectId,
    EventId,
    Invited,
    MatrixEvent,
    Millis,
    OlderThanDevice,
    Picture,
    RoomId,
    RoomSeen,
    RuleSeen,
    Undecryptable,
    Unread,
    UserId,
)

RegionId = NewType("RegionId", str)


@dataclass(frozen=True, slots=True)
class Tag:
    """A hashtag that a feature hears (``tags.Hashtag``), in the spelling that the community chose."""

    value: str


# ---- Events: what happened -------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomsMissing:
    """Rooms of the configuration, as named there, that the bot was removed from or is not let into.

    Those that are neither here nor among ``World.names`` are not known to be either.
    """

    names: tuple[str, ...]
    at: Millis


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomsMoved:
    """Rooms of the configuration whose addresses lead to another room than they did.

    ``away``: as named there, with the room that the bot stays with. ``followed``: to a room that the old one
    names as its successor, with the old one. ``unnamed``: with their rooms, which the configuration does not
    name so any more.
    """

    away: tuple[tuple[str, RoomId], ...]
    followed: tuple[tuple[str, RoomId], ...]
    at: Millis
    unnamed: tuple[tuple[str, RoomId], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TimerFired:
    feature: str
    name: str
    subject: str
    at: Millis


@dataclass(frozen=True, slots=True, kw_only=True)
class EffectDone:
    """An effect that asked to be reported (``report``) was carried out."""

    effect: EffectId
    feature: str
    slot: str
    subject: str
    at: Millis
    result: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EffectFailed:
    """The homeserver refused an effect for good. ``reason`` is a Matrix error code, never a text.

    ``whose``: see ``Refused``.
    """

    effect: EffectId
    feature: str
    slot: str
    subject: str
    at: Millis
    room: str
    reason: str
    whose: UserId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Noted:
    """What one feature lets the others know, within the same commit (``Decision.tell``).

    ``name`` says what happened to ``subject``. ``because`` is the event that led to it:
    the engine fills it in.
    """

    feature: str
    name: str
    subject: str
    because: Event | None = None

    @property
    def at(self) -> Millis:
        return self.because.at if self.because else 0


Event = MatrixEvent | RoomsMissing | RoomsMoved | TimerFired | EffectDone | EffectFailed | Noted


def cause(event: Event) -> str:
    """What the ids of an event's effects are made from: the same event, the same ids."""
    match event:
        case TimerFired():
            return f"timer {event.feature} {event.name} {event.subject} {event.at}"
        case EffectDone() | EffectFailed():
            return f"{type(event).__name__} {event.effect}"
        case RoomSeen():
            # With its time: a room that changes there and back was seen three times.
            settings = f"{event.encrypted} {event.join_rule} {event.history} {event.members}"
            settings = f"{settings} {event.can_redact}"
            return f"seen {event.room} {event.at} {settings} {event.weakened} {event.replaced}"
        case RoomsMissing():
            return f"missing {event.at} {' '.join(event.names)}"
        case RoomsMoved():
            return f"moved {event.at} {event.away} {event.followed} {event.unnamed}"
        case RuleSeen():
            return f"rule {event.room} {event.event}"
        case Invited():
            return f"invited {event.room} {event.at}"
        case Undecryptable():
            return f"undecryptable {event.event}"
        case OlderThanDevice():
            return f"older than device {max(one.last for one in event.rooms)}"
        case Noted():
            because = cause(event.because) if event.because else ""
            return f"noted {event.feature} {event.name} {event.subject} {because}"
        case _:
            return f"{event.room} {event.event}"


# ---- Effects: what shall happen --------------------------------------------------------------


class Priority(IntEnum):
    """The order of sending when a homeserver limits the rate: lower goes first.

    ``FIRST_WARNING``: its author sent out no other lately; ``FURTHER_WARNING``: so many that this one had to
    wait. ``FIRST_ANSWER``: to who was not heard lately. So many who say much hold up nobody else.
    """

    FIRST_WARNING = -1
    WARNING = 0
    PRIVATE_ROOM = 1
    FURTHER_WARNING = 2
    FIRST_ANSWER = 3
    ANSWER = 4
    REST = 5


@dataclass(frozen=True, slots=True)
class ToRoom:
    """A room, by its id or by the name the configuration gives it (``#alias:server``)."""

    room: str


@dataclass(frozen=True, slots=True)
class ToDirect:
    """The direct chat of a member; the outbox opens one if there is none yet."""

    user: UserId


@dataclass(frozen=True, slots=True)
class ToNew:
    """A room that the effect itself makes. ``name`` only keeps apart what is made at the same time."""

    name: str


Target = ToRoom | ToDirect | ToNew


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """One thing to be done, once.

    ``slot`` names it within its decision; the id is an HMAC of cause, feature and slot.
    ``subject`` is what it is about: everything ``lasting`` of a subject can be taken back later.
    ``report``: the feature wants an ``EffectDone``.
    """

    slot: str
    target: Target
    action: Action
    priority: Priority = Priority.REST
    subject: str = ""
    lasting: bool = False
    not_before: Millis = 0
    report: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """An effect as the outbox knows it. ``event`` is None until the homeserver confirmed it."""

    effect: EffectId
    feature: str
    slot: str
    subject: str
    target: Target
    priority: Priority
    event: EventId | None


# ---- Records: what is remembered ---------------------------------------------------------------


# Where a post is for: its regions, and its place of the gazetteer.
For = tuple[tuple[RegionId, ...], str]


class PostState(Enum):
    """Where a heard message stands. See the table in features/posts.py for who moves it."""

    NEAR = "near"  # waits for its author: was that a tag?
    WHERE = "where"  # waits for its author to name a place
    PLACE = "place"  # waits for its author: was that place of the gazetteer meant?
    HELD = "held"  # waits for its author: it contains identifying details
    TRUSTED = "trusted"  # nothing of it is public: trusted responders are asked
    UNSIGNED = "unsigned"  # came from a device that its owner has not signed
    UP = "up"  # relayed, or listed for the stewards
    WITHDRAWN = "withdrawn"  # taken down by a steward; another may restore it for a while


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """A heard message, as one feature keeps it. Gone when its reason is gone.

    ``until``: when it is forgotten by itself; 0: as usual (``ending.expires_at``). ``place``: of the
    gazetteer, where its author named no region but a place that climbs to one: it is heard in that region's
    own room only. ``name``: what its author is called, if they signed it. ``withdrawn_by``: a code.
    ``attached``: a picture or file came with it; ``picture``: what opens it, if it may be passed on.
    ``up_at``: when these words went out; ``updated``: in place of others. ``alike``: when a warning of
    somebody else in the same words was posted; 0: none was. ``removed``: its message was taken out of the
    room.
    """

    feature: str
    event: EventId
    number: int
    room: RoomId
    author: UserId
    tag: Tag
    state: PostState
    text: str
    posted_at: Millis
    changed_at: Millis
    regions: tuple[RegionId, ...] = ()
    quiet: bool = False
    edits: tuple[EventId, ...] = ()
    identity: str = ""
    until: Millis = 0
    place: str = ""
    name: str = ""
    withdrawn_by: str = ""
    attached: bool = False
    picture: Picture | None = None
    up_at: Millis = 0
    updated: bool = False
    alike: Millis = 0
    removed: bool = False

    @property
    def subject(self) -> str:
        return subject_of(self.feature, self.event)


class SupporterState(Enum):
    """Where somebody who offered to be there stands. See features/supporters.py for who moves it."""

    WAITING = "waiting"  # for a steward
    ACTIVE = "active"
    PAUSED = "paused"
    SUSPENDED = "suspended"  # their identity is not the one that was accepted
    DECLINED = "declined"  # by a steward


@dataclass(frozen=True, slots=True, kw_only=True)
class Supporter:
    """A volunteer. ``event`` and ``number``: of the message that registered them.

    ``identity``: the master key that is theirs, as it was when they registered. ``remote``: wherever
    somebody is. ``asked_at``: when they were last asked. ``responder``: a steward trusts them with what
    is not for everybody.
    """

    user: UserId
    event: EventId
    number: int
    state: SupporterState
    identity: str
    since: Millis
    regions: tuple[RegionId, ...] = ()
    topics: tuple[str, ...] = ()
    remote: bool = False
    asked_at: Millis = 0
    responder: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Barred:
    """Something stands against somebody who wanted to be forgotten: kept as a keyed hash of ``user``."""

    user: UserId


@dataclass(frozen=True, slots=True, kw_only=True)
class Pin:
    """The identity (a master key) whose words in the stewards' room count as a user's.

    Both as codes (``People.code``): nothing here names anybody. ``other``: the last one that has written in
    their name since, known by ``number``; none: empty and 0.
    """

    user: str
    identity: str
    other: str = ""
    number: int = 0


class CaseState(Enum):
    """Where a case stands. See the tables in features/cases.py for what moves it."""

    REPORTED = "reported"  # its author is asked what they want done
    SEEKING = "seeking"  # supporters are asked
    NOBODY = "nobody"  # all were asked; the stewards know
    OPENING = "opening"  # somebody said yes; their room is being made
    INVITED = "invited"  # its requester is invited
    JOINED = "joined"  # its requester came; the supporter is invited
    TOGETHER = "together"  # both are there
    WORKING = "working"  # its requester is there, the bot stays and keeps the card; others come and go
    DONE = "done"  # over; its requester may still have a record of it


@dataclass(frozen=True, slots=True)
class Offer:
    """A supporter who was asked and has neither said no nor been told that it is over."""

    user: UserId
    at: Millis


@dataclass(frozen=True, slots=True)
class Companion:
    """A supporter who said yes, by the master key ``identity``.

    ``agreed``: the requester was told of them before saying yes. ``came``: they are in the room.
    """

    user: UserId
    identity: str = ""
    agreed: bool = True
    came: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A request on its way to somebody. Holds no words: those are in the post ``event``.

    ``out``: who is not asked (again). ``companions``: who said yes, in that order; one at most, but in the
    kinds that bring several together. ``round`` counts the rooms that were asked for. ``wishes``: what its
    requester wants done, as they chose it.
    """

    feature: str
    event: EventId
    number: int
    requester: UserId
    state: CaseState
    changed_at: Millis
    offers: tuple[Offer, ...] = ()
    out: tuple[UserId, ...] = ()
    companions: tuple[Companion, ...] = ()
    room: RoomId | None = None
    round: int = 0
    wishes: tuple[str, ...] = ()

    @property
    def subject(self) -> str:
        return subject_of(self.feature, self.event)

    @property
    def pending(self) -> Companion | None:
        """The first whom the requester has not agreed to yet."""
        return next((one for one in self.companions if not one.agreed), None)

    def companion(self, user: str | None) -> Companion | None:
        return next((one for one in self.companions if one.user == user), None)


class StepState(Enum):
    """Where a step of a case stands; features/ticks.py moves it."""

    OPEN = "open"
    TAKEN = "taken"  # somebody is at it
    DONE = "done"
    NOT_POSSIBLE = "not possible"


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One thing to do in the case ``subject``, with which it goes. ``number``: within the case, from 1.

    ``playbook``: the id of how to do it; empty: none is known. ``link``: what it is about, as an address
    without its scheme, or the name of an account; empty: nothing in particular. ``who`` took it or did it:
    they are in the room together. ``note``: what came of it, in their words. ``at``: when it changed last.
    """

    subject: str
    number: int
    playbook: str = ""
    link: str = ""
    state: StepState = StepState.OPEN
    who: UserId | None = None
    note: str = ""
    at: Millis


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What the author of the case ``subject`` keeps for a record of it: said or shown by ``event``."""

    subject: str
    event: EventId
    text: str
    picture: Picture | None = None
    at: Millis


@dataclass(frozen=True, slots=True, kw_only=True)
class Private:
    """A room that the bot made for the people of a case; known until it is certain that the bot has left."""

    room: RoomId
    subject: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Direct:
    """The one direct chat with a member. ``joined``: the member is in it."""

    user: UserId
    room: RoomId
    invited: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Openness:
    """How open a room is. ``weakened``: see ``RoomSeen``."""

    join_rule: str
    history: str
    weakened: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomNote:
    """What the bot remembers of a room. ``encrypted`` only ever turns true: nothing turns it back.

    ``agreed``: what the room was like when it was first seen configured, or when stewards accepted it.
    ``can_redact``: the bot may remove what others said there.
    """

    room: RoomId
    encrypted: bool
    join_rule: str
    history: str
    told: tuple[str, ...] = ()
    weakened: bool = False
    agreed: Openness | None = None
    can_redact: bool = True

    @property
    def now(self) -> Openness:
        return Openness(join_rule=self.join_rule, history=self.history, weakened=self.weakened)


@dataclass(frozen=True, slots=True, kw_only=True)
class Missing:
    """A room of the configuration, as named there, that the stewards know to be out of the bot's reach."""

    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirmation:
    """``who`` (a code) says the same as the post ``subject``, by the event ``cause``."""

    subject: str
    who: str
    cause: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Learned:
    """A word that authors confirmed to mean ``place`` of the gazetteer, near ``region``.

    ``first``: who did, as a code; ``twice``: somebody else did, too, so it counts as an alias unless
    ``struck_by`` a steward (a code; empty: by none).
    """

    word: str
    place: str
    region: RegionId
    first: str
    twice: bool = False
    struck_by: str = ""
    struck_at: Millis = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Spent:
    """``author`` (a code) sent post ``number`` out at ``at``, as the event ``cause`` has it; or its ``edit``.

    ``at`` is by the bot's clock; in the future: it is to go out then.
    """

    author: str
    cause: str
    number: int
    edit: bool
    at: Millis


@dataclass(frozen=True, slots=True, kw_only=True)
class Hearing:
    """A hashtag of ``author`` (a code) was heard at ``at``, by the bot's clock, by the feature ``kind``."""

    author: str
    kind: str
    at: Millis


@dataclass(frozen=True, slots=True, kw_only=True)
class Muted:
    """Hashtags of ``who`` don't count ``until`` then: ``by`` a steward, of post ``number``. Both: codes."""

    who: str
    number: int
    until: Millis
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """The post ``subject`` names a private detail, of which there is one ``form``: kept as a keyed hash."""

    subject: str
    form: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Banned:
    """A rule (m.policy.rule.user) of the policy list ``room``. ``entity``: a user id with ``*`` and ``?``."""

    room: RoomId
    state_key: str
    entity: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hinted:
    """``who`` (a code) was told that ``region`` has warnings to read."""

    who: str
    region: RegionId


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What an entry of the library says beside its line; see ``library.Resource``. ``checked``: ISO 8601."""

    name: str
    where: tuple[str, ...]
    languages: tuple[str, ...]
    address: str
    source: str
    checked: str
    confirmed: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tip:
    """Something worth knowing: what a member's post says, or an entry of the library (``entry``).

    ``subject``: of that post, or ``library <id>``. ``text``: as others read it. ``regions``: none is
    everywhere; of an entry also countries (``searching.country``). ``topics``: hashtags without ``#``,
    folded. ``posted_at``: when it was written, or checked; ``added_at``: when it joined. ``tagged``: a
    steward said what it is about, and for where. ``removed_by``: who took an entry out, a code.
    ``useful``: how many found it so; only read.
    """

    subject: str
    number: int
    text: str
    posted_at: Millis
    added_at: Millis
    regions: tuple[RegionId, ...] = ()
    place: str = ""
    topics: tuple[str, ...] = ()
    pinned: bool = False
    tagged: bool = False
    removed_by: str = ""
    entry: Entry | None = None
    useful: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Useful:
    """``who`` (a code) found the tip ``subject`` useful, and said so by the event ``cause``."""

    subject: str
    who: str
    cause: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldRule:
    """``who`` (a code) was told what does not belong into a tip."""

    who: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """The last list that ``who`` (a code) asked for: by which word, and what followed it (``asked``).

    ``subjects``: of the tips that are numbered in it, in order.
    """

    who: str
    word: str
    asked: str
    subjects: tuple[str, ...] = ()

    @property
    def subject(self) -> str:
        return f"list {self.who}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Gathering:
    """When what the post ``event`` tells of is. ``start``: 0: that is not known; ``end``: 0: as long as most.

    ``day``: (ISO) the one that is known, where the time is not. ``asked``: its author was asked about it, and
    nothing is announced. ``read``: what the post's words say by themselves.
    """

    event: EventId
    start: Millis = 0
    end: Millis = 0
    day: str = ""
    asked: bool = False
    read: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Digest:
    """A room (as configured) that may want a digest. ``since``: what joined later was in none yet.

    ``off``: a steward said that it wants none.
    """

    room: str
    since: Millis
    off: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Digested:
    """A digest that stands in ``room`` (as configured; empty: a list that somebody asked for in their chat).

    ``items``: subjects of the posts that it names.
    """

    subject: str
    room: str
    at: Millis
    items: tuple[str, ...]


# Dropping what was ``Sent`` forgets that it was: it stays where it is. Saved, it stands where its target is.
Record = (
    Sent
    | Post
    | Direct
    | RoomNote
    | Missing
    | Unread
    | Supporter
    | Barred
    | Case
    | Step
    | Evidence
    | Private
    | Pin
    | Confirmation
    | Learned
    | Spent
    | Hearing
    | Trace
    | Muted
    | Banned
    | Hinted
    | Tip
    | Useful
    | ToldRule
    | Listing
    | Gathering
    | Digest
    | Digested
)


def subject_of(feature: str, event: str) -> str:
    return f"{feature} {event}"


@dataclass(frozen=True, slots=True, kw_only=True)
class SetTimer:
    """Fire ``TimerFired(feature, name, subject)`` at ``due``; replaces one of the same names."""

    feature: str
    name: str
    subject: str
    due: Millis


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What a feature wants, all of it or nothing: records kept, records dropped, effects, timers.

    ``stop_timers`` names subjects, all of whose timers end before ``timers`` are set. ``tell`` reaches every
    feature within the same commit, after all of the rest.
    """

    save: tuple[Record, ...] = ()
    drop: tuple[Record, ...] = ()
    effects: tuple[Effect, ...] = ()
    timers: tuple[SetTimer, ...] = ()
    stop_timers: tuple[str, ...] = ()
    tell: tuple[Noted, ...] = ()


NOTHING = Decision()
