"""An answer of /sync, as our events in order.

The order inside one answer: keys, changes of devices, state; then what was missed is fetched, the senders'
devices are asked for, and the timelines are decrypted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any

from swsmatrix.matrix import inbound
from swsmatrix.matrix.devices import AskedInVainError, Devices
from swsmatrix.matrix.hardening import HardenedClient
from swsmatrix.matrix.http import UnreachableError, outcome, path, request
from swsmatrix.matrix.keyshare import KeyShare
from swsmatrix.matrix.late import LateKeys
from swsmatrix.matrix.loose import arr, name, obj, objs
from swsmatrix.matrix.opened import Opened, Shut
from swsmatrix.matrix.rooms import CHANGING, Room, entry, membership_before
from swsmatrix.matrix.sync import Sync
from swsmatrix.matrix.verification import Verifier
from swsmatrix.protocol import (
    Left,
    MatrixEvent,
    MessageEdited,
    MessagePosted,
    Millis,
    RetryAt,
    RoomId,
    RoomSeen,
)


@dataclass(slots=True)
class _News:
    """What one room said. ``before``: event id -> the membership that the event replaced."""

    room: Room
    events: list[dict[str, Any]]
    before: dict[str, str | None]
    inside: bool
    gap: str | None  # the token before which something was left out
    gone: bool = False  # the bot is not in it any more


class Listener:
    """``rooms`` is shared with whoever sends. ``entered``: rooms that this very process joined."""

    def __init__(
        self,
        client: HardenedClient,
        sync: Sync,
        devices: Devices,
        keys: KeyShare,
        rooms: dict[RoomId, Room],
        verifier: Verifier,
        now: Callable[[], Millis],
    ) -> None:
        self._client = client
        self._sync = sync
        self._devices = devices
        self._keys = keys
        self._rooms = rooms
        self._verifier = verifier
        self._now = now
        self.late = LateKeys(client)
        self.entered: set[RoomId] = set()
        self._announced: dict[RoomId, tuple[object, ...]] = {}
        self._doubtful: dict[RoomId, set[str]] = {}  # types of state to be asked for again
        # Told with the answer before, and whether the bot was removed; else it left.
        self._gone: dict[RoomId, bool] = {}

    def forget(self, room: RoomId) -> None:
        """The bot left ``room``: nothing of it is opened or waited for from now on."""
        self._leave(room)
        self._client.machine.forget_room(room)

    def _leave(self, room: RoomId) -> None:
        self._rooms.pop(room, None)
        self.late.forget(room)
        self._keys.forget(room)

    def look_at(self, room: RoomId) -> RoomSeen | None:
        """What was told of ``room`` last, as of now; None if nothing was."""
        inside = room in self._announced and room in self._rooms
        return self._rooms[room].seen(self._client.user_id, self._now()) if inside else None

    async def events(
        self, body: dict[str, Any], since: str | None, community: Iterable[RoomId]
    ) -> list[MatrixEvent]:
        """Everything that happened since ``since``. Raises ``SignedOutError``."""
        machine, me = self._client.machine, self._client.user_id
        # Not before this: had its answer been lost, what was said there would have to be opened once more.
        for room, removed in self._gone.items():
            # Removed, and back at once: who did not notice does not give us again what they gave us before.
            (self._leave if removed else self.forget)(room)
        self._gone.clear()
        machine.left.difference_update(room for kind in ("join", "invite") for room, _ in _rooms(body, kind))
        machine.receive(arr(body, "to_device", "events"))
        # Of those who left our last common room we hear no changes any more.
        self._devices.changed([*arr(body, "device_lists", "changed"), *arr(body, "device_lists", "left")])
        counts = obj(body, "device_one_time_keys_count")
        if isinstance(count := counts.get("signed_curve25519"), int):
            machine.uploaded_key_count = count
        # Nothing awaits until all rooms are as they are now: whoever left must get no key meanwhile.
        news = [self._take_in(*item) for item in _rooms(body, "join")]
        news += [self._take_leave(*item, str(body["next_batch"])) for item in self._left(body)]
        asked = await self._ask_again(set(community))
        for item in news:
            await self._complete(item, since)
        await self._know_senders(news)
        found = await self.late.come(self._rooms)
        for item in news:
            found += self._tell(item)
        for doubted in asked:
            found += self._announce(doubted)  # of whom there need be no other news
        found += self.late.older()
        machine.heard.save(self._now())
        found = [event for event in found if not await self._edits_another(event)]
        known = {user for room in community for user in self._joined(room)}
        closed = [room for room in community if not self._is_public(room)]
        members = {user for room in closed for user in self._joined(room)}
        found = [_known(one, known, members) for one in found]
        found += [
            event
            for room, info in _rooms(body, "invite")
            if (event := inbound.invited(room, info, me, known))
        ]
        return found

    def _left(self, body: dict[str, Any]) -> list[tuple[RoomId, dict[str, Any]]]:
        """Rooms that the bot is out of. Invited to one where it had been, it was removed before."""
        left = _rooms(body, "leave")
        told = {room for room, _ in left}
        again = [room for room, _ in _rooms(body, "invite") if room in self._announced and room not in told]
        return left + [(room, {}) for room in again]

    async def _edits_another(self, event: MatrixEvent) -> bool:
        """Nobody edits what somebody else said (spec, "Validity of replacement events").

        Where the homeserver does not show us the original, nobody can tell; who keeps what was said
        before knows whose it was.
        """
        if not isinstance(event, MessageEdited):
            return False
        try:
            answer = await request(self._client, "GET", path("rooms", event.room, "event", event.original))
        except UnreachableError:
            return False
        return answer.ok and answer.body.get("sender") != event.sender

    def _joined(self, room: RoomId) -> list[str]:
        members = self._rooms[room].members if room in self._rooms else {}
        return [user for user, membership in members.items() if membership == "join"]

    def _is_public(self, room: RoomId) -> bool:
        return room in self._rooms and self._rooms[room].join_rule == "public"

    # ---- State ----

    def _take_in(self, room_id: RoomId, info: dict[str, Any]) -> _News:
        inside = room_id in self._announced
        room = self._rooms.setdefault(room_id, Room(room_id))
        room.encrypted = room.encrypted or room_id in self._client.encrypted_rooms
        for event in objs(info, "state", "events"):
            room.apply(event)
            if inside and event.get("type") == "m.room.member":
                # What /sync tells as state need not be newer than what we know (MSC4222): who gets the
                # next key is asked for.
                room.checked = False
        before: dict[str, str | None] = {}
        events = objs(info, "timeline", "events")
        if inside:
            told = {str(event.get("type")) for event in (*objs(info, "state", "events"), *events)}
            if changed := told.intersection(CHANGING):
                self._doubtful.setdefault(room_id, set()).update(changed)
        for event in events:
            if event.get("type") == "m.room.member":
                before[str(event.get("event_id"))] = room.members.get(str(event.get("state_key")))
            room.apply(event)
        if room.encrypted:
            self._client.note_encrypted(room_id)
        timeline = obj(info, "timeline")
        gap = name(timeline.get("prev_batch")) if timeline.get("limited") is True else None
        return _News(room, events, before, inside, gap)

    async def _ask_again(self, community: set[RoomId]) -> list[Room]:
        """Neither the order nor the outcome of changed settings is certain from /sync (MSC4222): ask.

        Only in rooms of the configuration, where it decides what goes there. What gets no answer is asked
        for with the next batch. Returns the rooms.
        """
        doubtful, self._doubtful = self._doubtful, {}
        rooms = sorted((doubtful.keys() & community).intersection(self._rooms))
        for room_id in rooms:
            for kind in sorted(doubtful[room_id]):
                if not await self._asked(self._rooms[room_id], kind):
                    self._doubtful.setdefault(room_id, set()).add(kind)
        return [self._rooms[room_id] for room_id in rooms if room_id in self._rooms]

    async def _asked(self, room: Room, kind: str) -> bool:
        try:
            answer = await request(self._client, "GET", path("rooms", room.id, "state", kind))
        except UnreachableError:
            return False
        if not answer.ok and isinstance(outcome(answer), RetryAt):
            return False
        if kind == "m.room.encryption" and not answer.ok and not room.encrypted:
            return True  # what was told was none of the room's own; it is as it was
        if answer.ok or answer.errcode == "M_NOT_FOUND":
            room.apply({"type": kind, "state_key": "", "content": answer.body if answer.ok else {}})
        return True

    def _take_leave(self, room_id: RoomId, info: dict[str, Any], token: str) -> _News:
        """The bot was removed, left, or declined. What was said before that is still heard."""
        me, inside = self._client.user_id, room_id in self._announced
        room = self._rooms.pop(room_id, None) or Room(room_id)
        self._announced.pop(room_id, None)
        events = objs(info, "timeline", "events")
        told = [e for e in [*objs(info, "state", "events"), *events] if e.get("state_key") == me]
        # Of a room that the bot had left by itself nothing is there any more.
        self._gone[room_id] = not any(event.get("sender") == me for event in told[-1:])
        if not any(event.get("state_key") == me for event in events):
            events = [*events, *(told[-1:] or [_leaving(me, token, self._now())])]
        timeline = obj(info, "timeline")
        gap = name(timeline.get("prev_batch")) if timeline.get("limited") is True and inside else None
        return _News(room, events, {}, inside, gap, gone=True)

    # ---- What was missed, and who said it ----

    async def _complete(self, news: _News, since: str | None) -> None:
        """Fetch what a limited answer left out, and cut what was said before the bot came in."""
        me, inside, room = self._client.user_id, news.inside, news.room.id
        if since is None:
            # The first answer of all: what is in it was said to others, unless we came in just now.
            start, _ = entry(news.events, me, inside=inside)
            news.events = news.events[start:] if start is not None and room in self.entered else []
            return
        start, further = entry(news.events, me, inside=inside)
        if news.gap is not None and (start is None or further):
            recent = news.events
            missed = await self._sync.missed(
                room,
                news.gap,
                since,
                lambda found: _is_entry(entry(found + recent, me, inside=inside)),
            )
            news.events = missed + recent
            start, _ = entry(news.events, me, inside=inside)
        news.events = news.events[start:]

    async def _know_senders(self, news: list[_News]) -> None:
        senders = self.late.strangers()
        strangers: set[str] = set()
        for item in news:
            for raw in item.events:
                sender = name(raw.get("sender"))
                if raw.get("type") == "m.room.encrypted" and sender and sender != self._client.user_id:
                    senders.add(sender)
        try:
            asked = await self._devices.refresh(senders)
            for item in news:
                for raw in item.events:
                    if self._client.machine.lacks_owner(item.room.id, raw):
                        strangers.add(str(raw["sender"]))
            # Known, but not with this device: once in an answer it may be the news that is late.
            self._devices.changed(strangers.difference(asked))
            await self._devices.refresh(strangers)
        except AskedInVainError:
            return  # what cannot be ascribed waits with the messages whose keys are missing

    # ---- Telling ----

    def _tell(self, news: _News) -> list[MatrixEvent]:
        found: list[MatrixEvent] = [] if news.gone else self._announce(news.room)
        for raw in news.events:
            event = self._heard(news, raw)
            if event is not None:
                found.append(event)
        return found

    def _announce(self, room: Room) -> list[MatrixEvent]:
        """What the homeserver says of ``room`` by now, unless that was told."""
        me = self._client.user_id
        if self._announced.get(room.id) == room.settings(me):
            return []
        self._announced[room.id] = room.settings(me)
        return [room.seen(me, self._now())]

    def _heard(self, news: _News, raw: dict[str, Any]) -> MatrixEvent | None:
        room, me = news.room, self._client.user_id
        if raw.get("type") == "m.room.member":
            before = membership_before(raw) or news.before.get(str(raw.get("event_id")))
            return inbound.done(room, raw, before)
        if raw.get("sender") == me:
            return None
        if raw.get("type") != "m.room.encrypted":
            self._verifier.in_room(room, raw, raw.get("type"), obj(raw, "content"))
            return inbound.done(room, raw, None)
        opened = self._client.machine.open(room.id, raw)
        if isinstance(opened, Opened):
            self._verifier.in_room(room, raw, opened.type, opened.content)
            return inbound.said(room, raw, opened)
        return None if opened is Shut.BAD else self.late.wait(room.id, raw, opened)


def _rooms(body: dict[str, Any], kind: str) -> list[tuple[RoomId, dict[str, Any]]]:
    return [(RoomId(room), obj(info)) for room, info in obj(body, "rooms", kind).items() if name(room)]


def _known(event: MatrixEvent, known: set[str], members: set[str]) -> MatrixEvent:
    """Who left may still be in another room; who writes is or isn't in one that not everybody can join."""
    match event:
        case Left():
            return replace(event, known=event.user in known)
        case MessagePosted():
            return replace(event, known=event.sender in members)
    return event


def _leaving(me: str, token: str, now: Millis) -> dict[str, Any]:
    """What a server should have sent of the bot's own leaving."""
    return {
        "type": "m.room.member",
        "event_id": f"left {token}",
        "sender": me,
        "state_key": me,
        "origin_server_ts": now,
        "content": {"membership": "leave"},
    }


def _is_entry(found: tuple[int | None, bool]) -> bool:
    start, further = found
    return start is not None and not further
