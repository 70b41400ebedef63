"""Carrying out what was decided: the only place that changes anything on the homeserver but keys."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

from swsmatrix.matrix import outbound
from swsmatrix.matrix.devices import AskedInVainError, obtain
from swsmatrix.matrix.hardening import HardenedClient
from swsmatrix.matrix.http import UnreachableError, outcome, path, request
from swsmatrix.matrix.keyshare import KeyShare
from swsmatrix.matrix.loose import name, obj, objs, time_of
from swsmatrix.matrix.rooms import Room
from swsmatrix.model import (
    HOUR,
    Action,
    CleartextNotice,
    CreateDirect,
    Done,
    InviteDirect,
    JoinRoom,
    LeaveRoom,
    Millis,
    Outcome,
    React,
    Redact,
    RedactEvent,
    Refused,
    RetryAt,
    RoomId,
    Say,
    UserId,
)

MOST_PAGES = 200


class Performer:
    """``entered`` is told of every room that was joined. ``display_name`` names the rooms made for two."""

    def __init__(
        self,
        client: HardenedClient,
        keys: KeyShare,
        rooms: dict[RoomId, Room],
        entered: Callable[[RoomId], None],
        *,
        federate: bool,
        display_name: str,
    ) -> None:
        self._client = client
        self._keys = keys
        self._rooms = rooms
        self._entered = entered
        self._federate = federate
        self._display_name = display_name
        self._account_data = asyncio.Lock()

    async def perform(self, room: RoomId | None, action: Action, txn: str) -> Outcome:
        """Carry out ``action``. Raises ``SignedOutError`` and nothing else that a server could cause."""
        try:
            return await self._perform(room, action, txn)
        except AskedInVainError as error:
            return error.outcome

    async def _perform(self, room: RoomId | None, action: Action, txn: str) -> Outcome:
        if isinstance(action, CreateDirect):
            content = outbound.direct_room(self._display_name, federate=self._federate)
            return await self._do("POST", path("createRoom"), content)
        if room is None:
            return Refused("NO_ROOM")
        match action:
            case Say():
                return await self._say(room, action, txn)
            case React():
                return await self._send(room, "m.reaction", outbound.reaction(action), txn)
            case CleartextNotice():
                return await self._notice(room, action, txn)
            case RedactEvent():
                return await self._do("PUT", path("rooms", room, "redact", action.event, txn), {})
            case JoinRoom():
                return await self._join(room)
            case LeaveRoom():
                return await self._leave(room)
            case InviteDirect():
                return await self._invite(room, action.user)
            case Redact():
                return Refused("NOT_AN_EVENT")

    async def _do(self, method: str, where: str, body: Mapping[str, Any]) -> Outcome:
        try:
            return outcome(await request(self._client, method, where, body))
        except UnreachableError:
            return RetryAt(0)

    async def _send(self, room: RoomId, kind: str, content: Mapping[str, Any], txn: str) -> Outcome:
        return await self._do("PUT", path("rooms", room, "send", kind, txn), content)

    async def _say(self, room: RoomId, say: Say, txn: str) -> Outcome:
        """Encrypted, whatever the homeserver claims that the room is."""
        known = self._rooms.setdefault(room, Room(room))
        sealed = await self._keys.encrypt(known, "m.room.message", outbound.words(say))
        beside = outbound.relation(say) | outbound.mark(txn)
        return await self._send(room, "m.room.encrypted", sealed | beside, txn)

    async def _notice(self, room: RoomId, notice: CleartextNotice, txn: str) -> Outcome:
        """Refused where the room is encrypted, was ever, or may be."""
        where = path("rooms", room, "state", "m.room.encryption")
        try:
            answer = await request(self._client, "GET", where)
        except UnreachableError:
            return RetryAt(0)
        if not answer.ok and answer.errcode != "M_NOT_FOUND":
            return outcome(answer)
        known = self._rooms.get(room)
        if answer.ok or room in self._client.encrypted_rooms or (known and known.encrypted):
            self._client.note_encrypted(room)
            return Refused("ENCRYPTED")
        return await self._send(room, "m.room.message", outbound.notice(notice), txn)

    async def find_sent(self, room: RoomId, txn: str, since: Millis) -> Outcome:
        """See ``Homeserver.find_sent``. Reads at most ``MOST_PAGES`` back, to an hour before ``since``."""
        query = {"dir": "b", "limit": "100"}
        for _ in range(MOST_PAGES):
            try:
                answer = await request(self._client, "GET", path("rooms", room, "messages"), query=query)
            except UnreachableError:
                return RetryAt(0)
            if not answer.ok:
                return outcome(answer)
            events = objs(answer.body, "chunk")
            for event in events:
                ours = event.get("sender") == self._client.user_id
                if ours and obj(event, "content").get(outbound.TXN) == txn:
                    return Done(str(event.get("event_id")))
            end = name(answer.body.get("end"))
            if not events or end is None or time_of(events[-1]) < since - HOUR:
                break
            query["from"] = end
        return Refused("M_NOT_FOUND")

    # ---- Rooms ----

    async def _join(self, room: str) -> Outcome:
        verdict = await self._do("POST", path("join", room), {})
        if isinstance(verdict, Done):
            self._entered(RoomId(verdict.result))
        return verdict

    async def _leave(self, room: RoomId) -> Outcome:
        verdict = await self._do("POST", path("rooms", room, "leave"), {})
        if isinstance(verdict, Done):
            self._rooms.pop(room, None)
            await self._do("POST", path("rooms", room, "forget"), {})
        return verdict

    async def _invite(self, room: RoomId, user: UserId) -> Outcome:
        """``/invite`` cannot say that it is a direct chat; the state event can."""
        where = path("rooms", room, "state", "m.room.member", user)
        verdict = await self._do("PUT", where, {"membership": "invite", "is_direct": True})
        if isinstance(verdict, Refused):
            present = await obtain(self._client, "GET", where, None)
            if present.get("membership") not in ("join", "invite"):
                return verdict
            verdict = Done()
        if isinstance(verdict, Done):
            with suppress(UnreachableError):  # it is only how the bot's own account looks in a client
                await self._mark_direct(room, user)
        return verdict

    async def _mark_direct(self, room: RoomId, user: UserId) -> None:
        """So that the bot's own account, opened in a client, shows the room among its direct chats."""
        where = path("user", self._client.user_id, "account_data", "m.direct")
        async with self._account_data:
            answer = await request(self._client, "GET", where)
            if not answer.ok and answer.errcode != "M_NOT_FOUND":
                return
            rooms = answer.body.get(user) if answer.ok else None
            listed = [other for other in rooms if isinstance(other, str)] if isinstance(rooms, list) else []
            if room not in listed:
                everybody = answer.body if answer.ok else {}
                await self._do("PUT", where, everybody | {user: [*listed, room]})

    async def resolve(self, name: str) -> RoomId | None:
        """See ``Homeserver.resolve``."""
        room = name
        try:
            if name.startswith("#"):
                answer = await request(self._client, "GET", path("directory", "room", name))
                if not answer.ok:
                    outcome(answer)  # for SignedOutError
                    return None
                room = str(answer.body.get("room_id"))
        except UnreachableError:
            return None
        known = self._rooms.get(RoomId(room))
        if known and known.members.get(self._client.user_id) == "join":
            return RoomId(room)
        verdict = await self._join(name)
        return RoomId(verdict.result) if isinstance(verdict, Done) and verdict.result else None
