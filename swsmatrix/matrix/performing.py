"""Carrying out what was decided: the only place that changes anything on the homeserver but keys."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from typing import Any

from swsmatrix.matrix import attachments, media, outbound, packing, pictures
from swsmatrix.matrix.devices import AskedInVainError, obtain
from swsmatrix.matrix.hardening import HardenedClient
from swsmatrix.matrix.http import UnreachableError, attempt, outcome, path, request
from swsmatrix.matrix.keyshare import KeyShare
from swsmatrix.matrix.loose import name, obj, objs, time_of
from swsmatrix.matrix.membership import Membership, alone
from swsmatrix.matrix.rooms import Room
from swsmatrix.protocol import (
    HOUR,
    SECOND,
    Action,
    CleartextNotice,
    CreateDirect,
    CreatePrivate,
    Done,
    Invite,
    InviteDirect,
    JoinRoom,
    LeaveRoom,
    Millis,
    Outcome,
    Picture,
    React,
    Redact,
    RedactEvent,
    Refused,
    RemakePicture,
    Remove,
    RetryAt,
    Rewrite,
    RewriteEvent,
    RoomId,
    Say,
    SendFile,
    SendPicture,
    SendRecord,
    TakeAllBack,
)

MOST_PAGES = 200
TAKEN_BACK_AT_ONCE = 20  # other rooms have their turn in between
Speech = (
    outbound.Spoken | Rewrite | RewriteEvent | React | CleartextNotice | RedactEvent | TakeAllBack | Redact
)
SAID = ("m.room.encrypted", "m.reaction", "m.room.message")


class Performer:
    """``display_name`` names the direct chats that are made; ``federate`` is for all rooms that are."""

    def __init__(
        self,
        client: HardenedClient,
        keys: KeyShare,
        membership: Membership,
        rooms: dict[RoomId, Room],
        *,
        federate: bool,
        display_name: str,
    ) -> None:
        self._client = client
        self._keys = keys
        self._membership = membership
        self._rooms = rooms
        self._federate = federate
        self._display_name = display_name

    async def perform(self, room: RoomId | None, action: Action, txn: str) -> Outcome:
        """Carry out ``action``. Raises ``SignedOutError`` and nothing else that a server could cause."""
        try:
            match action:
                case CreateDirect():
                    return await self._make(outbound.direct_room(self._display_name, federate=self._federate))
                case CreatePrivate():
                    return await self._make(outbound.private_room(action.name, federate=self._federate))
                case RemakePicture():
                    return await self._remake(action.picture)
            if room is None:
                return Refused("NO_ROOM")
            match action:
                case JoinRoom() | LeaveRoom() | InviteDirect() | Invite() | Remove():
                    return await self._change_membership(room, action)
                case _:
                    return await self._speak(room, action, txn)
        except AskedInVainError as error:
            return error.outcome

    async def _change_membership(
        self, room: RoomId, action: JoinRoom | LeaveRoom | InviteDirect | Invite | Remove
    ) -> Outcome:
        match action:
            case JoinRoom():
                return await self._membership.join(room)
            case LeaveRoom():
                return await self._membership.leave(room)
            case InviteDirect():
                return await self._membership.invite_direct(room, action.user)
            case Invite():
                return await self._membership.invite(room, action.user, action.identity, direct=action.direct)
            case Remove():
                return await self._membership.remove(room, action.user)

    async def _speak(
        self,
        room: RoomId,
        action: Speech,
        txn: str,
    ) -> Outcome:
        match action:
            case Say():
                return await self._say(room, action, outbound.words(action), txn)
            case RewriteEvent():
                return await self._rewrite(room, action, txn)
            case React():
                return await self._send(room, "m.reaction", outbound.reaction(action), txn)
            case CleartextNotice():
                return await self._notice(room, action, txn)
            case RedactEvent():
                return await self._redact(room, action.event, txn)
            case TakeAllBack():
                return await self._take_all_back(room, txn)
            case SendPicture():
                return await self._say(room, action, outbound.picture(action.picture), txn)
            case SendFile():
                return await self._hand(room, action, action.kind, action.text.encode(), txn)
            case SendRecord():
                packed = await packing.record(self._client, action)
                return await self._hand(room, action, packing.KIND, packed, txn)
            case Redact() | Rewrite():
                return Refused("NOT_AN_EVENT")

    async def _make(self, room: Mapping[str, Any]) -> Outcome:
        return await attempt(self._client, "POST", path("createRoom"), room, made=True)

    async def _send(self, room: RoomId, kind: str, content: Mapping[str, Any], txn: str) -> Outcome:
        where = path("rooms", room, "send", kind, txn)
        return await attempt(self._client, "PUT", where, content, made=True)

    async def _redact(self, room: RoomId, event: str, txn: str) -> Outcome:
        where = path("rooms", room, "redact", event, txn)
        return await attempt(self._client, "PUT", where, {}, made=True)

    async def _say(self, room: RoomId, say: outbound.Spoken, content: Mapping[str, Any], txn: str) -> Outcome:
        """Encrypted, whatever the homeserver claims that the room is."""
        known = self._rooms.setdefault(room, Room(room))
        sealed = await self._keys.encrypt(known, "m.room.message", content, readers=dict(say.readers))
        beside = outbound.relation(say) | outbound.mark(txn)
        return await self._send(room, "m.room.encrypted", sealed | beside, txn)

    async def _hand(
        self, room: RoomId, said: SendFile | SendRecord, kind: str, plain: bytes | memoryview, txn: str
    ) -> Outcome:
        """A file that is uploaded again in a further try is of no use to anybody: its key is gone."""
        ciphertext, ours = attachments.sealed(plain)
        ours = replace(ours, url=await media.upload(self._client, ciphertext))
        return await self._say(room, said, outbound.file(said, kind, ours), txn)

    async def _rewrite(self, room: RoomId, change: RewriteEvent, txn: str) -> Outcome:
        known = self._rooms.setdefault(room, Room(room))
        sealed = await self._keys.encrypt(
            known, "m.room.message", outbound.rewritten(change), readers=dict(change.readers)
        )
        beside = outbound.replacement(change) | outbound.mark(txn)
        return await self._send(room, "m.room.encrypted", sealed | beside, txn)

    async def _remake(self, theirs: Picture) -> Outcome:
        """See ``RemakePicture``. In clear it is only in memory: ours, and that of a process for it alone."""
        try:
            seen = attachments.unsealed(await media.download(self._client, theirs.url), theirs)
            made = await pictures.repaint(seen)
        except attachments.AttachmentError:
            return Refused("PICTURE_UNREADABLE")
        except pictures.PictureError as error:
            return Refused(error.reason)
        ciphertext, ours = attachments.sealed(made.data)
        url = await media.upload(self._client, ciphertext)
        return Done(replace(ours, url=url, width=made.width, height=made.height).to_json())

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
        """See ``Homeserver.find_sent``. Reads back to an hour before ``since``."""
        try:
            async for events in self._history(room):
                for event in events:
                    ours = event.get("sender") == self._client.user_id
                    if ours and obj(event, "content").get(outbound.TXN) == txn:
                        return Done(str(event.get("event_id")))
                if events and time_of(events[-1]) < since - HOUR:
                    break
        except AskedInVainError as error:
            return error.outcome
        return Refused("M_NOT_FOUND")

    async def _take_all_back(self, room: RoomId, txn: str) -> Outcome:
        """A part of it at a time. What was redacted has lost its content; that is how it is told apart."""
        taken = 0
        async for events in self._history(room):
            for event in events:
                ours = event.get("sender") == self._client.user_id and event.get("type") in SAID
                said = name(event.get("event_id"))
                if not ours or not obj(event, "content") or said is None:
                    continue
                if taken == TAKEN_BACK_AT_ONCE:
                    return RetryAt(SECOND, untried=True)
                verdict = await self._redact(room, said, f"{txn}-{said}")
                if not isinstance(verdict, Done):
                    return alone(verdict)
                taken += 1
        return Done()

    async def _history(self, room: RoomId) -> AsyncIterator[list[dict[str, Any]]]:
        """What happened in ``room``, in pages, the latest first. Raises ``AskedInVainError``."""
        query = {"dir": "b", "limit": "100"}
        for _ in range(MOST_PAGES):
            where = path("rooms", room, "messages")
            body = await obtain(self._client, "GET", where, None, final=True, query=query)
            yield objs(body, "chunk")
            end = name(body.get("end"))
            if end is None or end == query.get("from"):
                return
            query["from"] = end
