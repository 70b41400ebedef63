"""Verifying the bot from a client, by comparing emojis: the bot's side of it.

Matrix Client-Server API, "Key verification framework" and "Short Authentication String (SAS) verification".
The bot never begins one. What its side has of the emojis stands in the log, for the person who runs it. It
cannot compare by itself, so it agrees to whatever the other side confirmed, and believes nothing more of them
for that (docs/adr/0006). Nothing is kept: after a restart whoever was about to verify begins again.
``comparison.py`` has the table of what is answered to what; here is where it comes from and goes to.
"""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable, Mapping
from typing import Any

from swsmatrix.logs import Plain
from swsmatrix.matrix import sas
from swsmatrix.matrix.comparison import Message, Verification
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
