"""Encrypting for a room: its key goes to every signed device of everyone in it, before a word does.

Nobody who left can read on (a new key), nobody who is there is left out (shared again before every
message with whoever lacks it), and no failure counts as having shared.
"""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from nio.api import Api
from nio.crypto import OlmDevice, OutboundGroupSession

from swsmatrix.matrix.claims import Claims, DeviceName
from swsmatrix.matrix.devices import AskedInVainError, Devices, obtain
from swsmatrix.matrix.hardening import HardenedClient
from swsmatrix.matrix.http import path
from swsmatrix.matrix.keyrequests import MEGOLM
from swsmatrix.matrix.rooms import LONGEST, Room
from swsmatrix.matrix.withheld import Notices, notice
from swsmatrix.protocol import (
    IDENTITY_CHANGED,
    Millis,
    Refused,
    RetryAt,
    RoomId,
    SignedOutError,
    UserId,
)

log = logging.getLogger(__name__)

DEVICES_PER_REQUEST = 100  # about a kilobyte each
ROUNDS = 10  # people can join while we share; that many times we start over for them
NOBODY: Mapping[UserId, str] = {}
DEVICE_ROUNDS = 3  # and so many times for devices that change: nobody holds up a message by changing theirs


@dataclass(frozen=True, slots=True)
class RoomKey:
    """The key that a room's messages are encrypted with, and to whom it was given as what it was then.

    nio's ``users_shared_with`` is not used: it does not know from where on a device can read.
    """

    session: OutboundGroupSession
    made: Millis
    given: dict[DeviceName, str] = field(default_factory=dict)
    lost: set[DeviceName] = field(default_factory=set)  # given, but did not arrive
    owed: dict[DeviceName, str] = field(default_factory=dict)  # as it was when it could not be given
    denied: set[tuple[str, str]] = field(default_factory=set)  # and will be told why


class KeyShare:
    """``elapsed``: milliseconds, any clock that only grows. ``txn``: a new transaction id with every call."""

    def __init__(
        self, client: HardenedClient, devices: Devices, elapsed: Callable[[], Millis], txn: Callable[[], str]
    ) -> None:
        self._client = client
        self._devices = devices
        self._elapsed = elapsed
        self._txn = txn
        self._locks: defaultdict[RoomId, asyncio.Lock] = defaultdict(asyncio.Lock)
        self.in_use: dict[RoomId, RoomKey] = {}
        self._advised: tuple[Millis, Millis] = (0, 0)  # when ``make_up`` was told to wait, and how long
        self.notices = Notices()  # for whoever gets no key; Upkeep sends them
        self.claims = Claims(client, self.notices, elapsed)

    async def encrypt(
        self,
        room: Room,
        kind: str,
        content: Mapping[str, Any],
        *,
        readers: Mapping[UserId, str] = NOBODY,
    ) -> dict[str, Any]:
        """The content of an ``m.room.encrypted`` event that everyone in ``room`` now has the key of.

        ``readers``: only while these users have these master keys; else nobody is given a key.
        Raises ``AskedInVainError``; then nobody was sent anything that they could not read.
        """
        guarded = {user: identity for user, identity in readers.items() if identity}
        self._devices.changed(set(guarded))  # asked anew, as late as possible
        async with self._locks[room.id]:
            key = await self._shared(room, guarded)
            self._owe(room, key)
            self._deny(room, key)
            self._doubt(room, key)
            # From here to the ciphertext nothing awaits, so nobody joins or leaves in between.
            return self._encrypted(room, key.session, kind, content)

    async def _shared(self, room: Room, guarded: Mapping[UserId, str]) -> RoomKey:
        """The key to encrypt with, once everybody has it who can."""
        settled: set[str] = set()  # users whose devices may change, but no more for this message
        due: set[DeviceName] = set()  # of theirs, who still gets it
        for attempt in range(ROUNDS):
            await self._learn_members(room)
            await self._devices.refresh({*guarded, *room.members})
            identities = self._client.machine.identities
            for user, identity in guarded.items():
                if identities.get(user) != identity:
                    raise AskedInVainError(Refused(IDENTITY_CHANGED, user))
            key = self._key(room, settled)
            missing = self._missing(room, key)
            if attempt == DEVICE_ROUNDS:
                settled, due = set(room.members), set(missing)
            missing = {name: missing[name] for name in missing if name[0] not in settled or name in due}
            if not missing:
                return key
            await self.claims.establish(missing)
            await self._give(room.id, key, missing)
            due.difference_update(missing)
        raise AskedInVainError(RetryAt(0))

    async def make_up(self, rooms: Mapping[RoomId, Room]) -> None:
        """Give the keys in use to who lost them or could not be given them, without waiting for a message.

        Raises nothing that a server could cause.
        """
        if self._elapsed() - self._advised[0] < self._advised[1]:
            return
        try:
            self._notice_losses()
            for room_id, key in list(self.in_use.items()):
                if (key.lost or key.owed) and room_id in rooms:
                    async with self._locks[room_id]:
                        await self._give_late(rooms[room_id], key)
        except AskedInVainError as error:
            log.info("a key that somebody waits for has to wait")
            wait = error.outcome.wait if isinstance(error.outcome, RetryAt) else 0
            self._advised = (self._elapsed(), wait)
        except SignedOutError:
            return  # listen() is told the same, and says so

    async def _give_late(self, room: Room, key: RoomKey) -> None:
        await self._learn_members(room)
        await self._devices.refresh(room.members)
        if self.in_use.get(room.id) is key:
            missing = self._missing(room, key)
            waiting = {name: missing[name] for name in missing if name in key.lost or name in key.owed}
            await self.claims.establish(waiting)
            await self._give(room.id, key, waiting)

    def forget(self, room: RoomId) -> None:
        """The bot is not in ``room`` any more: should it come back, it has another key."""
        self.in_use.pop(room, None)
        self._locks.pop(room, None)

    def forget_worn(self) -> None:
        """What was said with keys that are not used again cannot be opened any more, by us either."""
        worn = [room for room, key in self.in_use.items() if self._elapsed() - key.made >= LONGEST]
        for room in worn:
            del self.in_use[room]

    async def _learn_members(self, room: Room) -> None:
        """The list that the homeserver gives when asked, once for each room and start."""
        for _ in range(0 if room.checked else ROUNDS):
            before = room.changes
            where = path("rooms", room.id, "members")
            body = await obtain(
                self._client, "GET", where, None, final=True, query={"not_membership": "leave"}
            )
            if room.changes != before:
                continue  # somebody came or went meanwhile: the answer may be older than what we know
            room.members.clear()
            chunk = body.get("chunk")
            for event in chunk if isinstance(chunk, list) else ():
                room.apply(event)
            room.checked = True
            return

    # ---- Who gets it ----

    def _entitled(self, room: Room) -> dict[DeviceName, OlmDevice]:
        machine = self._client.machine
        return {
            (user, device.id, device.curve25519): device
            for user in room.members
            for device in machine.device_store.active_user_devices(user)
            if (device.verified or machine.trust_unsigned)
            and (user, device.id) != (machine.user_id, machine.device_id)
        }

    def _key(self, room: Room, settled: set[str]) -> RoomKey:
        """The key in use; a new one if it is worn out or somebody has it who should no longer.

        Of who is ``settled`` only that they are there counts.
        """
        self._notice_losses()
        key = self.in_use.get(room.id)
        stay = settled.intersection(room.members)
        gone = key.given.keys() - self._entitled(room).keys() if key else set()
        if key is None or self._is_worn(room, key) or any(user not in stay for user, *_ in gone):
            # Unlike nio we keep no copy to read our own words with: what is not there cannot be taken.
            key = self.in_use[room.id] = RoomKey(OutboundGroupSession(), self._elapsed())
        return key

    def _is_worn(self, room: Room, key: RoomKey) -> bool:
        used, age = key.session.message_count, self._elapsed() - key.made
        return bool(key.session.expired) or used >= room.key_messages or age >= room.key_lasts

    def _owe(self, room: Room, key: RoomKey) -> None:
        """Who cannot be given the key now gets it later as it is now, to read this message too."""
        entitled = self._entitled(room).keys()
        for name in key.owed.keys() - entitled:
            del key.owed[name]  # what is said while they are away is not for them
        for name in entitled - key.given.keys():
            key.owed.setdefault(name, key.session.session_key)

    def _deny(self, room: Room, key: RoomKey) -> None:
        """Devices that get no key because their owner has not signed them are told so, once for each key."""
        machine = self._client.machine
        if machine.trust_unsigned:
            return
        for user in room.members:
            for device in machine.device_store.active_user_devices(user):
                name = (user, device.id)
                if not device.verified and name not in key.denied:
                    key.denied.add(name)
                    about = {"room_id": room.id, "session_id": key.session.id}
                    self.notices.add(*name, notice(machine.account, "m.unverified") | about)

    def _doubt(self, room: Room, key: RoomKey) -> None:
        """There may be nobody with a signed device; or the homeserver shows us none of theirs."""
        me = self._client.machine.user_id
        if room.members.keys() - {me} and not any(user != me for user, *_ in key.given):
            self._client.machine.count("unreadable")
            log.warning("nobody else in a room of %d has a device that may read this", len(room.members))

    def _notice_losses(self) -> None:
        """A device that begins a new session with us could not read what came in the last one."""
        machine = self._client.machine
        for user, curve25519 in machine.renewed:
            device = machine.device_store.device_from_sender_key(user, curve25519)
            for key in self.in_use.values():
                if device is not None and (user, device.id, curve25519) in key.given:
                    key.lost.add((user, device.id, curve25519))
        machine.renewed.clear()

    def _missing(self, room: Room, key: RoomKey) -> dict[DeviceName, OlmDevice]:
        return {
            name: device
            for name, device in self._entitled(room).items()
            if (name not in key.given or name in key.lost) and self.claims.is_worth_it(name, device)
        }

    # ---- Getting it there ----

    async def _give(self, room: RoomId, key: RoomKey, devices: Mapping[DeviceName, OlmDevice]) -> None:
        machine, now = self._client.machine, key.session.session_key
        ready = [name for name, device in devices.items() if machine.session_with(device)]
        for start in range(0, len(ready), DEVICES_PER_REQUEST):
            names = ready[start : start + DEVICES_PER_REQUEST]
            messages: dict[str, dict[str, Any]] = {}
            # The stepped ratchets are on the disk before anybody sees what they produced.
            with machine.store.transaction():
                for name in names:
                    user, device_id, _ = name
                    olm = machine.session_with(devices[name])
                    # Who lost it, or had to wait, gets it as it was, to read what came meanwhile.
                    then = key.given.get(name) or key.owed.get(name, now)
                    content = self._content(room, key.session, then)
                    sealed = machine._olm_encrypt(olm, devices[name], "m.room_key", content)
                    messages.setdefault(user, {})[device_id] = sealed
            where = path("sendToDevice", "m.room.encrypted", self._txn())
            await obtain(self._client, "PUT", where, {"messages": messages})
            for name in names:
                key.given.setdefault(name, key.owed.pop(name, now))
                key.lost.discard(name)

    @staticmethod
    def _content(room: RoomId, session: OutboundGroupSession, session_key: str) -> dict[str, str]:
        return {
            "algorithm": MEGOLM,
            "room_id": room,
            "session_id": session.id,
            "session_key": session_key,
        }

    def _encrypted(
        self, room: Room, session: OutboundGroupSession, kind: str, content: Mapping[str, Any]
    ) -> dict[str, Any]:
        machine = self._client.machine
        session.mark_as_shared()
        payload = {"type": kind, "content": content, "room_id": room.id}
        return {
            "algorithm": MEGOLM,
            "sender_key": machine.account.identity_keys["curve25519"],
            "ciphertext": session.encrypt(Api.to_json(payload)),
            "session_id": session.id,
            "device_id": machine.device_id,
        }


__all__ = ["AskedInVainError", "KeyShare"]
