"""The twin of the real homeserver link: rooms in memory, transaction ids kept, everything deterministic."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from swsmatrix.protocol import (
    IDENTITY_CHANGED,
    Action,
    Batch,
    CleartextNotice,
    CreateDirect,
    CreatePrivate,
    Done,
    EventId,
    Invite,
    InviteDirect,
    Joined,
    JoinRoom,
    LeaveRoom,
    Left,
    MatrixEvent,
    Millis,
    Outcome,
    Picture,
    React,
    RedactEvent,
    Refused,
    RemakePicture,
    Remove,
    RetryAt,
    RewriteEvent,
    RoomId,
    RoomSeen,
    Say,
    SendFile,
    SendPicture,
    SendRecord,
    TakeAllBack,
    UserId,
)

Spoken = Say | SendPicture | SendFile | SendRecord
Sendable = Spoken | RewriteEvent | React | RedactEvent | CleartextNotice

BOT = UserId("@porch:example.org")


@dataclass
class Shown:
    """An event as a person in the room sees it."""

    event: EventId
    sender: UserId
    text: str
    at: Millis
    redacted: bool = False
    encrypted: bool = True
    reaction_to: EventId | None = None
    txn: str = ""
    edit_of: EventId | None = None  # its words are shown in place of that one's
    picture: str = ""  # where it is
    file: SendFile | SendRecord | None = None  # its name and content


@dataclass
class FakeRoom:
    id: RoomId
    members: set[UserId] = field(default_factory=set)
    invited: set[UserId] = field(default_factory=set)
    timeline: list[Shown] = field(default_factory=list)
    encrypted: bool = True
    made_by_bot: bool = False
    name: str = ""
    private: bool = False  # the closed room of a case
    can_redact: bool = True  # the bot has the power to remove what others say
    direct: bool = True  # whoever is invited sees a direct chat


async def _nothing(_moment: str) -> None:
    return


def remade(picture: Picture) -> Picture:
    """Another one that shows the same."""
    url = f"{picture.url}-anew"
    return Picture(url=url, key="another key", iv="iv", sha256="hash", size=7, width=4, height=2)


class FakeMatrix:
    """``moment`` is awaited before and after every perform; tests let it kill the bot there.

    ``outcomes``: answers to give instead, first come first served, by the name of the action.
    ``identities``: the master keys of those who have another than ``key of @them``. ``broken``: why a picture
    (by its url) cannot be made anew.
    """

    def __init__(
        self, now: Callable[[], Millis], moment: Callable[[str], Awaitable[None]] = _nothing
    ) -> None:
        self.now = now
        self.moment = moment
        self.rooms: dict[RoomId, FakeRoom] = {}
        self.aliases: dict[str, RoomId] = {}
        self.log: list[MatrixEvent] = []
        self.outcomes: dict[str, list[Outcome]] = {}
        self.identities: dict[UserId, str] = {}
        self.broken: dict[str, str] = {}
        self.performed: list[tuple[str, str]] = []
        self._txns: dict[tuple[str, str], str] = {}
        self._count = 0

    # ---- for the tests ----

    def fresh(self, sigil: str) -> str:
        self._count += 1
        return f"{sigil}{self._count}"

    def make_room(self, alias: str, members: set[UserId], *, encrypted: bool = True) -> FakeRoom:
        room = FakeRoom(RoomId(self.fresh("!")), {BOT, *members}, encrypted=encrypted)
        self.rooms[room.id] = room
        if alias:
            self.aliases[alias] = room.id
        return room

    def show(self, room: RoomId, sender: UserId, text: str, **more: object) -> EventId:
        event = EventId(self.fresh("$"))
        self.rooms[room].timeline.append(Shown(event, sender, text, self.now(), **more))  # type: ignore[arg-type]
        return event

    def redact(self, room: RoomId, event: EventId) -> None:
        for shown in self.rooms[room].timeline:
            if shown.event == event:
                shown.redacted, shown.text, shown.file = True, "", None

    def seen(self, room: FakeRoom) -> RoomSeen:
        """What the homeserver says of a room."""
        others = sorted((room.members | room.invited) - {BOT})
        return RoomSeen(
            room=room.id,
            at=self.now(),
            encrypted=room.encrypted,
            join_rule="invite",
            history="joined",
            members=len(room.members | room.invited),
            can_redact=room.can_redact,
            other=others[0] if len(others) == 1 and others[0] in room.members else None,
        )

    # ---- the protocol ----

    async def listen(self, since: str | None) -> Batch:
        start = int(since or 0)
        return Batch(tuple(self.log[start:]), str(len(self.log)))

    async def resolve(self, name: str, known: RoomId | None = None) -> RoomId | None:
        room = self.aliases.get(name, RoomId(name))
        return room if room in self.rooms and BOT in self.rooms[room].members else None

    async def perform(self, room: RoomId | None, action: Action, txn: str) -> Outcome:
        await self.moment("before")
        kind = type(action).__name__
        queued = self.outcomes.get(kind)
        outcome = queued.pop(0) if queued else self._do(room, action, txn)
        self.performed.append((kind, str(room)))
        await self.moment("after")
        return outcome

    async def find_sent(self, room: RoomId, txn: str, since: Millis) -> Outcome:
        for shown in self.rooms[room].timeline:
            if shown.txn == txn and shown.at >= since:
                return Done(shown.event)
        return Refused("M_NOT_FOUND")

    def forget_transactions(self) -> None:
        """As a homeserver does after a day."""
        self._txns.clear()

    def _do(self, room: RoomId | None, action: Action, txn: str) -> Outcome:
        match action:
            case CreateDirect():
                return self._make(FakeRoom(RoomId(self.fresh("!"))))
            case CreatePrivate(name):
                return self._make(FakeRoom(RoomId(self.fresh("!")), name=name, private=True))
            case RemakePicture(picture):
                why = self.broken.get(picture.url)
                return Refused(why) if why else Done(remade(picture).to_json())
            case LeaveRoom() if room is not None:
                return self._leave(room)
        if room not in self.rooms:
            return Refused("M_FORBIDDEN")
        place = self.rooms[room]
        if BOT not in place.members and not isinstance(action, JoinRoom):
            return Refused("M_FORBIDDEN")
        if isinstance(action, CleartextNotice) and place.encrypted:
            return Refused("ENCRYPTED")
        if isinstance(action, RedactEvent) and not self._may_redact(place, action.event):
            return Refused("M_FORBIDDEN")
        if another := self._another(action):
            return Refused(IDENTITY_CHANGED, another)
        if isinstance(action, Sendable):
            key = (room, txn)
            if key not in self._txns:
                self._txns[key] = self._send(place, action, txn)
            return Done(self._txns[key])
        return self._membership(place, action)

    def _may_redact(self, room: FakeRoom, event: EventId) -> bool:
        return room.can_redact or any(one.event == event and one.sender == BOT for one in room.timeline)

    def _another(self, action: Action) -> UserId | None:
        """Whose identity is not the one that they may read it with."""
        readers = action.readers if isinstance(action, Spoken | RewriteEvent) else ()
        return next((user for user, identity in readers if self._is_another(user, identity)), None)

    def _is_another(self, user: UserId | None, identity: str) -> bool:
        return user is not None and identity not in ("", self.identities.get(user, f"key of {user}"))

    def _make(self, room: FakeRoom) -> Outcome:
        """As on a real server: nothing makes this idempotent."""
        room.members.add(BOT)
        room.made_by_bot = True
        self.rooms[room.id] = room
        self.log.append(self.seen(room))
        self._tell_joined(room)
        return Done(room.id)

    def _leave(self, room: RoomId) -> Outcome:
        """Whoever is not there has left."""
        if room in self.rooms and BOT in self.rooms[room].members:
            self.rooms[room].members.discard(BOT)
            self._tell_left(self.rooms[room], BOT)
        return Done()

    def _tell_joined(self, room: FakeRoom) -> None:
        event = EventId(self.fresh("$"))
        self.log.append(Joined(room=room.id, event=event, user=BOT, at=self.now()))

    def _tell_left(self, room: FakeRoom, user: UserId) -> None:
        """``known``: in a room with an alias, which are the community's."""
        known = any(user in self.rooms[id].members for id in self.aliases.values())
        event = EventId(self.fresh("$"))
        self.log.append(
            Left(room=room.id, event=event, user=user, at=self.now(), known=known, removed=user != BOT)
        )

    def _rewrite(self, room: FakeRoom, change: RewriteEvent, txn: str) -> str:
        for shown in room.timeline:
            if shown.event == change.event and not shown.redacted:
                shown.text = change.text
        return self.show(room.id, BOT, change.text, txn=txn, edit_of=change.event)

    def _send(self, room: FakeRoom, action: Sendable, txn: str) -> str:
        match action:
            case Say(text=text):
                return self.show(room.id, BOT, text, txn=txn)
            case RewriteEvent():
                return self._rewrite(room, action, txn)
            case SendPicture(picture):
                return self.show(room.id, BOT, "", txn=txn, picture=picture.url)
            case SendFile() | SendRecord():
                return self.show(room.id, BOT, action.caption or action.name, txn=txn, file=action)
            case React(event, key):
                return self.show(room.id, BOT, key, encrypted=False, reaction_to=event)
            case CleartextNotice(text):
                return self.show(room.id, BOT, text, encrypted=False)
            case RedactEvent(event):
                self.redact(room.id, event)
                return EventId(self.fresh("$"))

    def _membership(self, room: FakeRoom, action: Action) -> Outcome:
        match action:
            case Invite(user, identity) if self._is_another(user, identity):
                return Refused(IDENTITY_CHANGED, user)
            case InviteDirect(user) | Invite(user):
                if user not in room.members:
                    room.invited.add(user)
                    room.direct = isinstance(action, InviteDirect) or action.direct
            case Remove(user):
                if user in room.members | room.invited:
                    room.members.discard(user)
                    room.invited.discard(user)
                    self._tell_left(room, user)
            case TakeAllBack():
                for shown in room.timeline:
                    if shown.sender == BOT:
                        self.redact(room.id, shown.event)
            case JoinRoom():
                if BOT not in room.members:
                    room.members.add(BOT)
                    room.invited.discard(BOT)
                    self._tell_joined(room)
                    self.log.append(self.seen(room))
            case _:
                return RetryAt(1000)
        return Done(room.id)
