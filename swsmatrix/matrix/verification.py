"""Verifying the bot from a client, by comparing emojis: the bot's side of it.

Matrix Client-Server API, "Key verification framework" and "Short Authentication String (SAS) verification".
The bot never begins one. What its side has of the emojis stands in the log, for the person who runs it. It
cannot compare by itself, so it agrees to whatever the other side confirmed, and believes nothing more of them
for that (docs/adr/0006). Nothing is kept: after a restart whoever was about to verify begins again.

    stage      they send        the bot sends      then it is
    -          request          ready              READY
    READY      start            accept             ACCEPTED
    ACCEPTED   key              key; logs emojis   SHOWN
    SHOWN      mac, and right   mac, done          OVER
    SHOWN      mac, and wrong   cancel             OVER
    any        cancel           -                  OVER
    OVER       anything         -                  OVER
    any        anything else    cancel             OVER
    any        (10 minutes)     cancel             (forgotten)
"""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable, Mapping
from enum import Enum
from typing import Any

from vodozemac import Curve25519PublicKey, EstablishedSas, Sas

from swsmatrix.logs import Plain
from swsmatrix.matrix import sas
from swsmatrix.matrix.devices import AskedInVainError, Devices, obtain
from swsmatrix.matrix.hardening import HardenedClient
from swsmatrix.matrix.http import path
from swsmatrix.matrix.keyshare import KeyShare
from swsmatrix.matrix.loose import arr, name, obj, time_of
from swsmatrix.matrix.rooms import Room
from swsmatrix.matrix.sas import End
from swsmatrix.protocol import MINUTE, Millis, Refused, RoomId, SignedOutError

log = logging.getLogger(__name__)

PREFIX = "m.key.verification."
LASTS: Millis = 10 * MINUTE
FUTURE: Millis = 5 * MINUTE  # clocks differ
MOST = 50  # verifications in ten minutes, finished ones too
MOST_OF_ONE = 2

Message = tuple[str, dict[str, Any]]  # type without PREFIX, content


class Stage(Enum):
    READY = "ready"
    ACCEPTED = "accepted"
    SHOWN = "shown"
    OVER = "over"


class _WrongError(Exception):
    """They did what they should not have done; its text is the code that tells them."""


class Verification:
    """One of them, from ``ready`` on. ``me`` and ``other``: the two devices.

    ``transaction``: its id; in a room that is the id of the event that asked for it. ``show`` is given what
    stands on both screens.
    """

    def __init__(self, me: End, other: End, transaction: str, show: Callable[[str], None]) -> None:
        self.stage = Stage.READY
        self.other = other
        self.transaction = transaction
        self._me = me
        self._show = show
        self._sas = Sas()
        self._secret: EstablishedSas | None = None

    def ready(self) -> list[Message]:
        return [("ready", {"from_device": self._me.device, "methods": [sas.METHOD]})]

    def take(
        self, kind: str, content: Mapping[str, Any], ours: Mapping[str, str], theirs: Mapping[str, str]
    ) -> list[Message]:
        """What to answer to the message ``kind`` (without its prefix). Never raises.

        ``ours``, ``theirs``: public keys by key id, as we know them; ours from our own secrets.
        """
        if kind == "cancel":
            self.stage = Stage.OVER
            return []
        try:
            match self.stage, kind:
                case Stage.READY, "start":
                    return self._started(content)
                case Stage.ACCEPTED, "key":
                    return self._key(content)
                case Stage.SHOWN, "mac":
                    return self._mac(content, ours, theirs)
            raise _WrongError("m.unexpected_message")
        except _WrongError as error:
            return self.cancel(str(error))

    def cancel(self, code: str) -> list[Message]:
        """End it, unless it is over."""
        if self.stage is Stage.OVER:
            return []
        self.stage = Stage.OVER
        return [("cancel", {"code": code, "reason": code})]

    def _started(self, content: Mapping[str, Any]) -> list[Message]:
        if content.get("method") != sas.METHOD:
            raise _WrongError("m.unknown_method")
        if content.get("from_device") != self.other.device:
            raise _WrongError("m.invalid_message")
        shown = [way for way in sas.SHOWN_AS if way in arr(content, "short_authentication_string")]
        offered = (
            sas.KEY_AGREEMENT in arr(content, "key_agreement_protocols")
            and sas.HASH in arr(content, "hashes")
            and sas.MAC in arr(content, "message_authentication_codes")
        )
        if not shown or not offered:
            raise _WrongError("m.unknown_method")
        try:
            bound = sas.commitment(self._public, content)
        except ValueError:
            raise _WrongError("m.invalid_message") from None
        self.stage = Stage.ACCEPTED
        accept = {
            "method": sas.METHOD,
            "key_agreement_protocol": sas.KEY_AGREEMENT,
            "hash": sas.HASH,
            "message_authentication_code": sas.MAC,
            "short_authentication_string": shown,
            "commitment": bound,
        }
        return [("accept", accept)]

    def _key(self, content: Mapping[str, Any]) -> list[Message]:
        try:
            key = Curve25519PublicKey.from_base64(str(content.get("key")))
            public = self._public
            self._secret = self._sas.diffie_hellman(key)
        except ValueError:  # vodozemac's own, for a key that is none
            raise _WrongError("m.invalid_message") from None
        starter = End(self.other.user, self.other.device, key.to_base64())
        accepter = End(self._me.user, self._me.device, public)
        self._show(sas.shown(self._secret, starter, accepter, self.transaction))
        self.stage = Stage.SHOWN
        return [("key", {"key": public})]

    def _mac(
        self, content: Mapping[str, Any], ours: Mapping[str, str], theirs: Mapping[str, str]
    ) -> list[Message]:
        secret, me, other = self._secret, self._me, self.other
        if secret is None or not sas.confirms(secret, content, theirs, other, me, self.transaction):
            raise _WrongError("m.key_mismatch")
        self.stage = Stage.OVER
        return [("mac", sas.macs(secret, ours, me, other, self.transaction)), ("done", {})]

    @property
    def _public(self) -> str:
        return str(self._sas.public_key.to_base64())


class _Open:
    """A verification and where it takes place: ``room``, or between two devices.

    ``since``: when it began, in time elapsed.
    """

    def __init__(self, verification: Verification, room: Room | None, since: Millis) -> None:
        self.verification = verification
        self.room = room
        self.since = since


class Verifier:
    """All verifications of the bot. ``rooms``: those that it is in. ``now``: the time, in
    milliseconds. ``elapsed``, ``txn``: as for ``KeyShare``.

    Only who shares a room with the bot is answered. Everything else is passed over in silence.
    """

    def __init__(
        self,
        client: HardenedClient,
        devices: Devices,
        keys: KeyShare,
        rooms: Mapping[RoomId, Room],
        now: Callable[[], Millis],
        elapsed: Callable[[], Millis],
        txn: Callable[[], str],
    ) -> None:
        self._client = client
        self._devices = devices
        self._keys = keys
        self._rooms = rooms
        self._now = now
        self._elapsed = elapsed
        self._txn = txn
        self._open: dict[tuple[str, str, str], _Open] = {}  # user, room or "", transaction
        self.unsent: deque[tuple[_Open, Message, str]] = deque()  # with the id of its sending

    # ---- Hearing: neither waits nor raises ----

    def to_device(self, event: Mapping[str, Any]) -> None:
        """A to-device event as the homeserver passed it on; anything may be in it."""
        user, content, kind = name(event.get("sender")), obj(event, "content"), event.get("type")
        transaction = name(content.get("transaction_id"))
        if user is None or transaction is None or not isinstance(kind, str) or not kind.startswith(PREFIX):
            return
        if kind == f"{PREFIX}request":
            at = content.get("timestamp")
            self._asked(user, None, transaction, content, at if isinstance(at, int) else 0)
        else:
            self._said(user, None, transaction, kind, content)

    def in_room(self, room: Room, raw: dict[str, Any], kind: object, content: Mapping[str, Any]) -> None:
        """An event of ``room`` as the homeserver passed it on, and what it is once decrypted.

        Heeded in an encrypted chat of the two alone. Some clients verify in cleartext there (matrix-js-sdk
        43 does): whoever is in between could read and change it, and comparing is what shows that they did.
        """
        user, event, me = name(raw.get("sender")), name(raw.get("event_id")), self._client.user_id
        alone = room.members == {me: "join", user: "join"}
        if user is None or event is None or not isinstance(kind, str) or not (alone and room.encrypted):
            return
        if kind == "m.room.message":
            if content.get("msgtype") == f"{PREFIX}request" and content.get("to") == me:
                self._asked(user, room, event, content, time_of(raw))
        elif kind.startswith(PREFIX):
            relation = obj(content, "m.relates_to") or obj(raw, "content", "m.relates_to")
            asked = name(relation.get("event_id"))
            if asked is not None and relation.get("rel_type") == "m.reference":
                self._said(user, room, asked, kind, {**content, "m.relates_to": relation})

    def _asked(
        self, user: str, room: Room | None, transaction: str, content: Mapping[str, Any], at: Millis
    ) -> None:
        now, key = self._now(), (user, room.id if room else "", transaction)
        device = name(content.get("from_device"))
        self._forget()
        theirs = sum(1 for asked, _, _ in self._open if asked == user)
        if key in self._open or len(self._open) >= MOST or theirs >= MOST_OF_ONE:
            return
        if device is None or not self._is_known(user) or not now - LASTS < at < now + FUTURE:
            return
        if user == self._client.user_id:
            return
        me = End(self._client.user_id, self._client.device_id)
        verification = Verification(me, End(user, device), transaction, _show)
        self._open[key] = found = _Open(verification, room, self._elapsed())
        if sas.METHOD in arr(content, "methods"):
            self._answer(found, verification.ready())
        else:
            self._answer(found, verification.cancel("m.unknown_method"))

    def _said(
        self, user: str, room: Room | None, transaction: str, kind: str, content: Mapping[str, Any]
    ) -> None:
        found = self._open.get((user, room.id if room else "", transaction))
        if found is not None:
            verification = found.verification
            theirs = self._theirs(verification.other)
            answer = verification.take(kind.removeprefix(PREFIX), content, self._ours(), theirs)
            self._answer(found, answer)

    def _is_known(self, user: str) -> bool:
        return any(room.members.get(user) == "join" for room in self._rooms.values())

    def _ours(self) -> dict[str, str]:
        """Our device's key and our master key: never as the homeserver tells them."""
        machine = self._client.machine
        ours = {f"ed25519:{machine.device_id}": str(machine.account.identity_keys["ed25519"])}
        if machine.own_master:
            ours[f"ed25519:{machine.own_master}"] = machine.own_master
        return ours

    def _theirs(self, other: End) -> dict[str, str]:
        machine = self._client.machine
        device = machine.device_store[other.user].get(other.device)
        theirs = {f"ed25519:{device.id}": str(device.ed25519)} if device else {}
        master = machine.identities.get(other.user)
        return {**theirs, f"ed25519:{master}": master} if master else theirs

    def _answer(self, open_: _Open, messages: list[Message]) -> None:
        self.unsent.extend((open_, message, self._txn()) for message in messages)

    def _forget(self) -> None:
        """What is ten minutes old: cancelled if it is not over."""
        for key, found in list(self._open.items()):
            if self._elapsed() - found.since >= LASTS:
                self._answer(found, found.verification.cancel("m.timeout"))
                del self._open[key]

    # ---- Sending ----

    async def run(self) -> None:
        """Send what waits, in order; what cannot be sent now waits for the next call."""
        self._forget()
        try:
            while self.unsent:
                await self._send(*self.unsent[0])
                self.unsent.popleft()
        except AskedInVainError:
            log.info("a verification has to wait")
        except SignedOutError:
            return  # listen() is told the same, and says so

    async def _send(self, open_: _Open, message: Message, txn: str) -> None:
        (kind, content), verification, room = message, open_.verification, open_.room
        other, kind = verification.other, f"{PREFIX}{kind}"
        if room is not None and self._rooms.get(room.id) is not room:
            return  # left meanwhile
        try:
            # Before they can send a MAC of their keys, we know these.
            await self._devices.refresh([other.user])
            if room is None:
                marked = {**content, **_refer(None, verification.transaction)}
                body = {"messages": {other.user: {other.device: marked}}}
                await obtain(self._client, "PUT", path("sendToDevice", kind, txn), body, final=True)
            else:
                sealed = await self._keys.encrypt(room, kind, content)
                where = path("rooms", room.id, "send", "m.room.encrypted", txn)
                body = {**sealed, **_refer(room, verification.transaction)}
                await obtain(self._client, "PUT", where, body, final=True)
        except AskedInVainError as error:
            if not isinstance(error.outcome, Refused):
                raise


def _refer(room: Room | None, transaction: str) -> dict[str, Any]:
    """What ties a message to its verification."""
    if room is None:
        return {"transaction_id": transaction}
    return {"m.relates_to": {"rel_type": "m.reference", "event_id": transaction}}


def _show(emojis: str) -> None:
    log.info("somebody verifies the bot; on their screen there must be: %s", Plain(emojis))
