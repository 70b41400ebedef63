"""Messages whose key is missing: asked for, waited for, and read when it comes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from swsmatrix.matrix import inbound
from swsmatrix.matrix.hardening import HardenedClient
from swsmatrix.matrix.http import UnreachableError, outcome, path, request
from swsmatrix.matrix.loose import obj
from swsmatrix.matrix.opened import Opened, Shut
from swsmatrix.matrix.rooms import Room
from swsmatrix.protocol import (
    EventId,
    MatrixEvent,
    Millis,
    Older,
    OlderThanDevice,
    Refused,
    RoomId,
    Undecryptable,
    Unread,
)

MOST_WAITING = 10_000  # events; beyond that the oldest is given up

_Key = tuple[RoomId, str]  # room, session


class LateKeys:
    """Kept in memory by id only; the message is fetched again when its key is there.

    ``born``: for what is older nobody gives us a key, as our device was not there (``HardenedClient``). Only
    while the first answer is told: later only servers whose clocks are wrong send what is older.
    """

    def __init__(self, client: HardenedClient) -> None:
        self._client = client
        self._waiting: dict[tuple[RoomId, EventId], tuple[str, str]] = {}  # session, sender
        self._due: set[tuple[RoomId, EventId]] = set()  # worth another try
        self._unowned: set[tuple[RoomId, EventId]] = set()  # it is the sender's device that we don't know
        self.born: Millis = 0
        self._older: dict[RoomId, Older] = {}

    def remember(self, pending: Iterable[Unread]) -> None:
        """What was waited for before a restart; looked at with the next answer.

        Its key is asked for again: nobody knows whether the question had been sent.
        """
        for unread in pending:
            self._waiting[(unread.room, unread.event)] = (unread.session, unread.sender)
            self._due.add((unread.room, unread.event))
            about = {"content": {"session_id": unread.session}}
            self._client.machine.request_key(unread.sender, unread.room, about)
        self._give_up_the_oldest()

    def wait(self, room: RoomId, raw: dict[str, Any], why: Shut) -> Undecryptable | None:
        """Ask for the key of ``raw`` and wait; not in a room that was left.

        With no owner there may be only another's copy here: who made the session is asked for theirs then.
        """
        machine, session = self._client.machine, str(obj(raw, "content").get("session_id"))
        if room in machine.left:
            return None
        event = inbound.sealed(room, raw, machine.withheld.code(str(raw.get("sender")), room, session))
        if event is not None and why is Shut.NO_KEY and event.at < self.born:
            machine.count("older")
            before = self._older.get(room, Older(room=room, count=0, first=event.at, last=event.at))
            first, last = min(before.first, event.at), max(before.last, event.at)
            self._older[room] = Older(room=room, count=before.count + 1, first=first, last=last)
            return None
        if event is not None:
            if (room, event.event) not in self._waiting:
                machine.count("undecryptable")
            self._waiting[(room, event.event)] = (session, event.sender)
            if why is Shut.NO_OWNER:
                self._unowned.add((room, event.event))
            machine.request_key(event.sender, room, raw)
            self._give_up_the_oldest()
        return event

    def older(self) -> list[MatrixEvent]:
        """What is older than our device, if that is news: at most one event."""
        rooms, self._older = tuple(self._older.values()), {}
        return [OlderThanDevice(rooms=rooms, at=self.born)] if rooms else []

    def _give_up_the_oldest(self) -> None:
        while len(self._waiting) > MOST_WAITING:
            oldest = next(iter(self._waiting))
            del self._waiting[oldest]
            self._due.discard(oldest)
            self._unowned.discard(oldest)

    def forget(self, room: RoomId) -> None:
        """Nothing of ``room`` is waited for any more."""
        for at in [at for at in self._waiting if at[0] == room]:
            del self._waiting[at]
            self._due.discard(at)
            self._unowned.discard(at)

    def needed(self) -> set[_Key]:
        """The keys that something waits for, or cannot be ascribed with."""
        return {(at[0], session) for at, (session, _) in self._waiting.items()}

    def strangers(self) -> set[str]:
        """Whose devices have to be known better."""
        return {self._waiting[at][1] for at in self._unowned if at in self._waiting}

    async def come(self, rooms: Mapping[RoomId, Room]) -> list[MatrixEvent]:
        """The messages whose key has come since last asked. Raises ``SignedOutError``.

        Ends where the homeserver has trouble: the rest comes with the next answer, as what is new goes first.
        """
        machine = self._client.machine
        arrived, machine.arrived = machine.arrived, set()
        if arrived:
            self._due.update(at for at, (session, _) in self._waiting.items() if (at[0], session) in arrived)
        for at in [at for at in self._unowned if not self._lacks_owner(at)]:
            self._unowned.discard(at)
            self._due.add(at)
        found: list[MatrixEvent] = []
        for at in [at for at in self._waiting if at in self._due]:
            room, event = at
            if room not in rooms or at not in self._waiting:
                continue
            self._due.discard(at)
            if not machine.sessions(room, self._waiting[at][0]):
                continue
            heard = await self._read(rooms[room], event)
            if at not in self._waiting:
                continue  # the bot left meanwhile
            if heard is False:
                # Not reached: with the next answer again, after all others, as it may be this one's fault.
                self._waiting[at] = self._waiting.pop(at)
                self._due.add(at)
                break
            elif heard is not True:
                del self._waiting[at]
                if heard is not None:
                    machine.count("recovered")
                    found.append(heard)
        return found

    def _lacks_owner(self, at: tuple[RoomId, EventId]) -> bool:
        session, sender = self._waiting.get(at, ("", ""))
        event = {"sender": sender, "content": {"session_id": session}}
        return self._client.machine.lacks_owner(at[0], event)

    async def _read(self, room: Room, event: EventId) -> MatrixEvent | bool | None:
        """What it said; None when it says nothing any more; True when it has to wait on, False: ask again."""
        try:
            answer = await request(self._client, "GET", path("rooms", room.id, "event", event))
        except UnreachableError:
            return False
        if not answer.ok:
            return None if isinstance(outcome(answer), Refused) else False
        if answer.body.get("event_id") != event or answer.body.get("type") != "m.room.encrypted":
            return None
        opened = self._client.machine.open(room.id, answer.body)
        if isinstance(opened, Opened):
            return inbound.said(room, answer.body, opened)
        return None if opened is Shut.BAD else True
