"""What the Matrix layer and the rest say to each other: what was heard, what shall be done, what came of it.

Everything here is a frozen value; no object of a library passes. Nothing else of swsmatrix is needed: with
``matrix/``, ``logs.py`` and ``errors.py`` this is a Matrix layer for any other bot.

Times are whole milliseconds since the Unix epoch, UTC (Matrix: ``origin_server_ts``).
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import NamedTuple, NewType, Protocol, Self

RoomId = NewType("RoomId", str)
EventId = NewType("EventId", str)
UserId = NewType("UserId", str)
EffectId = NewType("EffectId", str)
Millis = int

SECOND: Millis = 1000
MINUTE: Millis = 60 * SECOND
HOUR: Millis = 60 * MINUTE
DAY: Millis = 24 * HOUR


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """An encrypted attachment (m.image, v2): where it is (``url``, mxc), and what opens it.

    ``key``, ``iv``, ``sha256``: as the event has them, unpadded base64 (``key``: base64url, the ``k`` of its
    JWK). ``size`` in bytes as claimed, ``width`` and ``height`` in pixels; 0: unknown.
    """

    url: str
    key: str
    iv: str
    sha256: str
    size: int = 0
    width: int = 0
    height: int = 0

    def to_json(self) -> str:
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> Self:
        return cls(**json.loads(text))


# ---- What was heard ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class MessagePosted:
    """A message that arrived encrypted, decrypted, and from the device that it claims.

    ``text`` is what a person reads: the body without reply fallback; for files and images the caption.
    ``fallback``: what else some clients show of it, empty if that is nothing: the quotation before an answer,
    its HTML as it is read and where its links lead, the name of a file, of an edit the words for old clients.
    ``code`` are the parts of it that were marked up as code or quotation (not heard, but relayed).
    ``signed`` is false when the device is not signed by its owner's identity; ``identity`` is that identity's
    master key (unpadded base64; empty when it did not sign the device). ``reachable`` is false when the
    sender has no signed device at all: they could not read an answer. ``name`` is what the sender is called
    in the room, as they wish: anybody can be called anything. ``attached``: a picture or file came with it;
    ``picture``: what opens it, if it is an encrypted picture. ``known``: the sender is in a community or
    regional room with the bot that not everybody can join.
    """

    room: RoomId
    event: EventId
    sender: UserId
    at: Millis
    text: str
    code: tuple[str, ...] = ()
    signed: bool = True
    identity: str = ""
    reachable: bool = True
    reply_to: EventId | None = None
    name: str = ""
    attached: bool = False
    picture: Picture | None = None
    known: bool = True
    fallback: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageEdited:
    """The new text of ``original``, sent encrypted by the same sender (m.replace). See ``MessagePosted``."""

    room: RoomId
    event: EventId
    sender: UserId
    at: Millis
    text: str
    original: EventId
    code: tuple[str, ...] = ()
    signed: bool = True
    identity: str = ""
    reachable: bool = True
    name: str = ""
    attached: bool = False
    picture: Picture | None = None
    fallback: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageDeleted:
    """``sender`` redacted ``original``; if it was not their own, they had better be ``powerful``.

    Never the bot's own doing.

    ``powerful``: they have the power to redact what others say in ``room``.
    """

    room: RoomId
    event: EventId
    sender: UserId
    at: Millis
    original: EventId
    powerful: bool = False

    def concerns(self, room: RoomId, author: UserId) -> bool:
        """Whether this ends what ``author`` said in ``room``: homeservers are not believed to see to that."""
        return self.room == room and (self.powerful or self.sender == author)


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
class Older:
    """How many messages of one room, and when the ``first`` and the ``last`` of them were written."""

    room: RoomId
    count: int
    first: Millis
    last: Millis


@dataclass(frozen=True, slots=True, kw_only=True)
class OlderThanDevice:
    """What was encrypted before the bot's device was there: nobody will ever give it those keys.

    All of it at once, with the first answer that a new device hears; ``rooms`` is never empty. ``at``: since
    when there is the device, by the homeserver's clock.
    """

    rooms: tuple[Older, ...]
    at: Millis


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomSeen:
    """What the homeserver says of a room that the bot is in: once for each start, and when it changes.

    ``members`` counts joined and invited people, the bot included; ``other``: the other one of two, if they
    joined.
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
class RuleSeen:
    """A rule of a policy list (m.policy.rule.user, state): whoever fits ``entity`` is banned there.

    ``entity``: a user id with ``*`` and ``?``; empty: that of this ``state_key`` is withdrawn, or is none.
    """

    room: RoomId
    event: EventId
    at: Millis
    state_key: str
    entity: str


MatrixEvent = (
    MessagePosted
    | MessageEdited
    | MessageDeleted
    | Reacted
    | Joined
    | Left
    | Invited
    | Undecryptable
    | OlderThanDevice
    | RoomSeen
    | RuleSeen
)


# ---- What shall be done --------------------------------------------------------------------------

IDENTITY_CHANGED = "IDENTITY_CHANGED"


class ReadBy(NamedTuple):
    """Whoever ``user`` is by the master key ``identity`` (unpadded base64; empty: whoever that is now)."""

    user: UserId
    identity: str


@dataclass(frozen=True, slots=True)
class Say:
    """Send ``text`` (plain; or Markdown of ours), always encrypted, mentioning nobody.

    ``thread``: the event whose thread it belongs into (m.thread). ``readers``: said only while their
    identities are these; otherwise ``Refused(IDENTITY_CHANGED)``, with whose is another.
    """

    text: str
    markdown: bool = False
    reply_to: EventId | None = None
    thread: EventId | None = None
    readers: tuple[ReadBy, ...] = ()


@dataclass(frozen=True, slots=True)
class Rewrite:
    """Change what the effect ``of`` said to ``text`` (m.replace), plain and encrypted, mentioning nobody.

    Nothing happens if that does not stand. What it said before stays in the edit history: not for what must
    not be read any more.
    """

    of: EffectId
    text: str


@dataclass(frozen=True, slots=True)
class RewriteEvent:
    """``Rewrite``, once it is known as which event that was said. ``readers``: as those of ``Say``."""

    event: EventId
    text: str
    readers: tuple[ReadBy, ...] = ()


@dataclass(frozen=True, slots=True)
class RemakePicture:
    """Make of somebody's picture one of ours: nothing but what is seen, encrypted anew. Result: it, as JSON.

    Belongs to no room. ``Refused``: PICTURE_UNREADABLE, PICTURE_TOO_SLOW, PICTURE_TOO_LARGE; PICTURE_AWAY:
    it cannot be had now; or the homeserver's code.
    """

    picture: Picture


@dataclass(frozen=True, slots=True)
class SendPicture:
    """Show a picture of ours (see ``RemakePicture``), always encrypted, mentioning nobody.

    ``readers``: as those of ``Say``.
    """

    picture: Picture
    reply_to: EventId | None = None
    readers: tuple[ReadBy, ...] = ()


@dataclass(frozen=True, slots=True)
class SendFile:
    """Send ``text`` as a file called ``name`` (ASCII), always encrypted, mentioning nobody.

    ``kind``: its MIME type. ``caption``: what is said with it. ``readers``: as those of
    ``Say``. ``Refused``: PICTURE_AWAY when it cannot be left there now, or the homeserver's code.
    """

    name: str
    kind: str
    text: str
    caption: str = ""
    reply_to: EventId | None = None
    readers: tuple[ReadBy, ...] = ()


@dataclass(frozen=True, slots=True)
class SendRecord:
    """``SendFile`` with a ZIP of ``text`` (as ``record.txt``) and of somebody's pictures, as they were sent.

    ``missing``: a line of ours for each that cannot be had or is too much (40 MiB in all), with ``{name}``;
    these stand in ``missing.txt``.
    """

    name: str
    text: str
    pictures: tuple[Picture, ...]
    missing: str = "{name}"
    caption: str = ""
    reply_to: EventId | None = None
    readers: tuple[ReadBy, ...] = ()


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
    """Make the closed, encrypted room of a case, for two or for several, nobody invited yet. Result: its id.

    ``name`` shows on locked screens. Only an invitation says that a room is a direct chat: see ``Invite``.
    """

    name: str


@dataclass(frozen=True, slots=True)
class Invite:
    """Invite ``user`` into a room of ours, the invitation saying that it is a direct chat if it is one.

    ``identity``: only while the user's identity has this master key (empty: whatever it is).
    """

    user: UserId
    identity: str = ""
    direct: bool = True


@dataclass(frozen=True, slots=True)
class Remove:
    """Remove ``user`` from a room, or take their invitation back. Somebody who is not there is removed."""

    user: UserId


@dataclass(frozen=True, slots=True)
class TakeAllBack:
    """Redact everything that the bot ever said or reacted in a room, up to now."""


Action = (
    Say
    | Rewrite
    | RewriteEvent
    | RemakePicture
    | SendPicture
    | SendFile
    | SendRecord
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


# ---- What came of it -----------------------------------------------------------------------------


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
    """Never. ``reason`` is the Matrix error code. ``whose``: the identity that is another, if that is why."""

    reason: str
    whose: UserId | None = None


Outcome = Done | RetryAt | Refused


# ---- The seam ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Unread:
    """A message whose key is missing, kept as an id, never as ciphertext."""

    room: RoomId
    event: EventId
    sender: UserId
    session: str
    at: Millis


@dataclass(frozen=True, slots=True)
class Batch:
    """One answer to a sync, as events in order, and the token to commit together with what they led to."""

    events: tuple[MatrixEvent, ...]
    token: str


class Homeserver(Protocol):
    """What the engine and the outbox know of Matrix: ``matrix.client``, or its twin ``tests.fake_matrix``."""

    async def listen(self, since: str | None) -> Batch:
        """Wait for news (long poll). Retries by itself; ``SignedOutError`` when the session is over."""

    async def resolve(self, name: str, known: RoomId | None = None) -> RoomId | None:
        """A configured name (alias or id) as the id of a room that the bot has joined; joins if it can.

        ``known``: where it led before. Another room is that one's successor, or the name stays with it.
        """

    async def perform(self, room: RoomId | None, action: Action, txn: str) -> Outcome:
        """Carry out one action, idempotently for the same ``txn``. Never raises for what a server answers."""

    async def find_sent(self, room: RoomId, txn: str, since: Millis) -> Outcome:
        """Whether ``txn`` said something in ``room`` since then, by the room's own history.

        For when a homeserver may have forgotten the transaction. ``Done`` with the event; ``Refused`` if
        it did not; ``RetryAt`` if that cannot be told now.
        """


class SignedOutError(Exception):
    """The homeserver ended the bot's session."""
