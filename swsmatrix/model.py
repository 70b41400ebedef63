"""The words that everything else is written in: events, records, effects, decisions.

Everything here is a frozen value. No library's object passes beyond the package that
imports the library: ``matrix/`` turns nio's responses into these events, ``store/`` turns
rows into these records, features see nothing else.

Times are whole milliseconds since the Unix epoch, UTC (Matrix: ``origin_server_ts``).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, IntEnum
from typing import NewType, Protocol

RoomId = NewType("RoomId", str)
EventId = NewType("EventId", str)
UserId = NewType("UserId", str)
RegionId = NewType("RegionId", str)
EffectId = NewType("EffectId", str)
Millis = int

SECOND: Millis = 1000
MINUTE: Millis = 60 * SECOND
HOUR: Millis = 60 * MINUTE
DAY: Millis = 24 * HOUR


class Tag(Enum):
    """The six hashtags; the value is the spelling that the community chose."""

    HELP = "swshelp"
    DOXX = "swsdoxx"
    HARASSMENT = "swsharrassment"
    DANGER = "swsdanger"
    FYI = "swsfyi"
    SUPPORTER = "swssupporter"


# ---- Events: what happened -------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class MessagePosted:
    """A message that arrived encrypted, decrypted, and from the device that it claims.

    ``text`` is what a person reads: the body without reply fallback; for files and images the caption.
    ``code`` are the parts of it that were marked up as code or quotation (not heard, but relayed).
    ``signed`` is false when the device is not signed by its owner's identity; ``identity`` is that identity's
    master key (unpadded base64; empty when it signed nothing).
    """

    room: RoomId
    event: EventId
    sender: UserId
    at: Millis
    text: str
    code: tuple[str, ...] = ()
    signed: bool = True
    identity: str = ""
    reply_to: EventId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageEdited:
    """The new text of ``original``, sent encrypted by the same sender (m.replace)."""

    room: RoomId
    event: EventId
    sender: UserId
    at: Millis
    text: str
    original: EventId
    code: tuple[str, ...] = ()
    signed: bool = True
    identity: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageDeleted:
    """``original`` was redacted, by its author or by somebody with the power to."""

    room: RoomId
    event: EventId
    sender: UserId
    at: Millis
    original: EventId


@dataclass(frozen=True, slots=True, kw_only=True)
class Reacted:
    """A reaction (m.annotation). Never encrypted: the homeserver could have made it up."""

    room: RoomId
    event: EventId
    sender: UserId
    at: Millis
    target: EventId
    key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Joined:
    room: RoomId
    event: EventId
    user: UserId
    at: Millis


@dataclass(frozen=True, slots=True, kw_only=True)
class Left:
    """Left, was kicked, was banned, or declined an invitation. Of the bot itself too.

    ``known``: they are still in a community or regional room with the bot. ``removed``: by somebody else.
    """

    room: RoomId
    event: EventId
    user: UserId
    at: Millis
    known: bool = True
    removed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Invited:
    """The bot was invited. ``known``: the inviter is in a community or regional room with the bot."""

    room: RoomId
    sender: UserId
    at: Millis
    known: bool
    encrypted: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Undecryptable:
    """An encrypted message whose room key the bot does not have (yet).

    ``withheld`` is the code of the sender's m.room_key.withheld, if one came.
    """

    room: RoomId
    event: EventId
    sender: UserId
    at: Millis
    session: str
    withheld: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomSeen:
    """What the homeserver says of a room that the bot is in: once for each start, and when it changes.

    ``members`` counts joined and invited people, the bot included; ``other``: the other one of two.
    ``weakened``: it is encrypted, but the homeserver says now that it is not, or in a way unknown to us.
    ``replaced``: by another room (m.room.tombstone).
    """

    room: RoomId
    at: Millis
    encrypted: bool
    join_rule: str
    history: str
    members: int
    can_redact: bool
    other: UserId | None = None
    weakened: bool = False
    replaced: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomsMissing:
    """Rooms of the configuration, as named there, that the bot was removed from or is not let into.

    Those that are neither here nor among ``World.names`` are not known to be either.
    """

    names: tuple[str, ...]
    at: Millis


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
    """The homeserver refused an effect for good. ``reason`` is a Matrix error code, never a text."""

    effect: EffectId
    feature: str
    slot: str
    subject: str
    at: Millis
    room: str
    reason: str


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


Event = (
    MessagePosted
    | MessageEdited
    | MessageDeleted
    | Reacted
    | Joined
    | Left
    | Invited
    | Undecryptable
    | RoomSeen
    | RoomsMissing
    | TimerFired
    | EffectDone
    | EffectFailed
    | Noted
)


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
            return f"seen {event.room} {event.at} {settings} {event.weakened} {event.replaced}"
        case RoomsMissing():
            return f"missing {event.at} {' '.join(event.names)}"
        case Invited():
            return f"invited {event.room} {event.at}"
        case Undecryptable():
            return f"undecryptable {event.event}"
        case Noted():
            because = cause(event.because) if event.because else ""
            return f"noted {event.feature} {event.name} {event.subject} {because}"
        case _:
            return f"{event.room} {event.event}"


# ---- Effects: what shall happen --------------------------------------------------------------


class Priority(IntEnum):
    """The order of sending when a homeserver limits the rate: lower goes first."""

    WARNING = 0
    PRIVATE_ROOM = 1
    ANSWER = 2
    REST = 3


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

IDENTITY_CHANGED = "IDENTITY_CHANGED"


@dataclass(frozen=True, slots=True)
class Say:
    """Send ``text`` (plain; or Markdown of ours), always encrypted, mentioning nobody.

    ``thread``: the event whose thread it belongs into (m.thread). ``reader`` and ``identity``: said only
    while that user's identity has this master key; ``Refused(IDENTITY_CHANGED)`` otherwise.
    """

    text: str
    markdown: bool = False
    reply_to: EventId | None = None
    thread: EventId | None = None
    reader: UserId | None = None
    identity: str = ""


@dataclass(frozen=True, slots=True)
class React:
    event: EventId
    key: str


@dataclass(frozen=True, slots=True)
class Redact:
    """Take back what the effect ``of`` sent; if it was not sent yet, it never will be."""

    of: EffectId


@dataclass(frozen=True, slots=True)
class RedactEvent:
    """Redact an event of somebody else, where the bot has the power."""

    event: EventId


@dataclass(frozen=True, slots=True)
class JoinRoom:
    pass


@dataclass(frozen=True, slots=True)
class LeaveRoom:
    pass


@dataclass(frozen=True, slots=True)
class CleartextNotice:
    """The only thing ever sent unencrypted: a sentence of the catalogue, into an unencrypted room."""

    text: str


@dataclass(frozen=True, slots=True)
class CreateDirect:
    """Make an encrypted room for two, nobody invited yet (history: invited). Result: its id."""

    user: UserId


@dataclass(frozen=True, slots=True)
class InviteDirect:
    """Invite ``user``, the invitation saying that it is a direct chat; mark it so in account data."""

    user: UserId


@dataclass(frozen=True, slots=True)
class CreatePrivate:
    """Make the closed, encrypted room for two of a case, nobody invited yet. Result: its id.

    ``name`` shows on locked screens.
    """

    name: str


@dataclass(frozen=True, slots=True)
class Invite:
    """Invite ``user`` into a room for two, the invitation saying that it is a direct chat.

    ``identity``: only while the user's identity has this master key (empty: whatever it is).
    """

    user: UserId
    identity: str = ""


@dataclass(frozen=True, slots=True)
class Remove:
    """Remove ``user`` from a room, or take their invitation back. Somebody who is not there is removed."""

    user: UserId


@dataclass(frozen=True, slots=True)
class TakeAllBack:
    """Redact everything that the bot ever said or reacted in a room, up to now."""


Action = (
    Say
    | React
    | Redact
    | RedactEvent
    | JoinRoom
    | LeaveRoom
    | CleartextNotice
    | CreateDirect
    | InviteDirect
    | CreatePrivate
    | Invite
    | Remove
    | TakeAllBack
)


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


# ---- Outcomes: what became of an action --------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Done:
    """Carried out. ``result`` is the event id or the room id, if there is one."""

    result: str = ""


@dataclass(frozen=True, slots=True)
class RetryAt:
    """Not now. ``wait`` is in milliseconds from now; 0: as the outbox thinks fit.

    ``limited``: the server limits our rate. ``untried``: it certainly did not happen (as when limited).
    """

    wait: Millis
    limited: bool = False
    untried: bool = False


@dataclass(frozen=True, slots=True)
class Refused:
    """Never. ``reason`` is the Matrix error code."""

    reason: str


Outcome = Done | RetryAt | Refused


# ---- Records: what is remembered ---------------------------------------------------------------


class PostState(Enum):
    """Where a heard message stands. See the table in features/posts.py for who moves it."""

    NEAR = "near"  # waits for its author: was that a tag?
    WHERE = "where"  # waits for its author to name a place
    HELD = "held"  # waits for its author: it contains identifying details
    UNSIGNED = "unsigned"  # came from a device that its owner has not signed
    UP = "up"  # relayed, or listed for the stewards


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """A heard message, as one feature keeps it. Gone when its reason is gone."""

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
    somebody is. ``asked_at``: when they were last asked.
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
    """Where a case stands. See the table in features/cases.py for what moves it."""

    SEEKING = "seeking"  # supporters are asked
    NOBODY = "nobody"  # all were asked; the stewards know
    OPENING = "opening"  # somebody said yes; their room is being made
    INVITED = "invited"  # its requester is invited
    JOINED = "joined"  # its requester came; the supporter is invited
    TOGETHER = "together"  # both are there


@dataclass(frozen=True, slots=True)
class Offer:
    """A supporter who was asked and has neither said no nor been told that it is over."""

    user: UserId
    at: Millis


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A request on its way to somebody. Holds no words: those are in the post ``event``.

    ``out``: who is not asked (again). ``supporter``, ``identity``: who said yes, by which master key.
    ``round`` counts the rooms that were asked for.
    """

    feature: str
    event: EventId
    number: int
    requester: UserId
    state: CaseState
    changed_at: Millis
    offers: tuple[Offer, ...] = ()
    out: tuple[UserId, ...] = ()
    supporter: UserId | None = None
    identity: str = ""
    room: RoomId | None = None
    round: int = 0

    @property
    def subject(self) -> str:
        return subject_of(self.feature, self.event)


@dataclass(frozen=True, slots=True, kw_only=True)
class Private:
    """A room that the bot made for two people; known until it is certain that the bot has left."""

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
    """

    room: RoomId
    encrypted: bool
    join_rule: str
    history: str
    told: tuple[str, ...] = ()
    weakened: bool = False
    agreed: Openness | None = None

    @property
    def now(self) -> Openness:
        return Openness(join_rule=self.join_rule, history=self.history, weakened=self.weakened)


@dataclass(frozen=True, slots=True, kw_only=True)
class Missing:
    """A room of the configuration, as named there, that the stewards know to be out of the bot's reach."""

    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Unread:
    """A message whose key is missing, kept as an id, never as ciphertext."""

    room: RoomId
    event: EventId
    sender: UserId
    session: str
    at: Millis


# Dropping what was ``Sent`` forgets that it was: it stays where it is.
Record = Sent | Post | Direct | RoomNote | Missing | Unread | Supporter | Barred | Case | Private | Pin


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


# ---- The two seams ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Batch:
    """One answer to a sync, as events in order, and the token to commit together with what they led to."""

    events: tuple[Event, ...]
    token: str


class Homeserver(Protocol):
    """What the engine and the outbox know of Matrix: ``matrix.client``, or its twin ``tests.fake_matrix``."""

    async def listen(self, since: str | None) -> Batch:
        """Wait for news (long poll). Retries by itself; ``SignedOutError`` when the session is over."""

    async def resolve(self, name: str) -> RoomId | None:
        """A configured name (alias or id) as the id of a room that the bot has joined; joins if it can."""

    async def perform(self, room: RoomId | None, action: Action, txn: str) -> Outcome:
        """Carry out one action, idempotently for the same ``txn``. Never raises for what a server answers."""

    async def find_sent(self, room: RoomId, txn: str, since: Millis) -> Outcome:
        """Whether ``txn`` said something in ``room`` since then, by the room's own history.

        For when a homeserver may have forgotten the transaction. ``Done`` with the event; ``Refused`` if
        it did not; ``RetryAt`` if that cannot be told now.
        """


class SignedOutError(Exception):
    """The homeserver ended the bot's session."""
