"""The bot's own end of Olm and Megolm: nio's machine, made safe against whatever strangers send.

Nothing in here raises for what somebody else sent, and nothing in here talks to the network. What a room
event says once it is decrypted is believed only from the device that made the session, and only if that
device belongs to the event's sender.
"""

from __future__ import annotations

from collections.abc import Container, Mapping
from typing import Any

import vodozemac
from nio.crypto import InboundGroupSession, OlmDevice
from nio.events import ForwardedRoomKeyEvent

from swsmatrix.matrix.cryptostore import row_name
from swsmatrix.matrix.heard import Heard
from swsmatrix.matrix.keyrequests import MEGOLM, KeyRequests
from swsmatrix.matrix.loose import obj
from swsmatrix.matrix.olm import OlmMachine
from swsmatrix.matrix.opened import Opened, Shut, inside
from swsmatrix.protocol import Millis


class Machine(OlmMachine):
    """Room keys and what they open. ``trust_unsigned``: messages of unsigned devices count as signed."""

    def __init__(self, user_id: str, device_id: str, store: Any, *, trust_unsigned: bool = False) -> None:
        self.trust_unsigned = trust_unsigned
        self.arrived: set[tuple[str, str]] = set()  # (room, session) of keys that came since last cleared
        self.left: set[str] = set()  # rooms whose keys are neither kept nor taken any more
        self.own_master = ""  # our public master key: of our own seeds, whatever the homeserver shows
        self.requests = KeyRequests(device_id)
        super().__init__(user_id, device_id, store)
        self.heard = Heard(store.database)
        store.forget_other_devices()
        self.identities: dict[str, str] = store.load_identities()  # user -> public master key

    # ---- Room keys ----

    def create_group_session(
        self, sender_key: str, sender_fp_key: str, room_id: str, session_id: str, session_key: str
    ) -> None:
        session = InboundGroupSession(session_key, sender_fp_key, sender_key, room_id)
        if session.id == session_id:
            self._keep(session)

    def _keep(self, session: InboundGroupSession) -> bool:
        if session.room_id in self.left or self._bounds.is_full(session.sender_key):
            return False
        floor = self.heard.floor(row_name(session))
        if floor > session.first_known_index:
            key, maker = session.export_session(floor), session.sender_key
            session = InboundGroupSession.import_session(key, session.ed25519, maker, session.room_id)
        known = self.inbound_group_store.get(session.room_id, session.sender_key, session.id)
        if known and known.first_known_index <= session.first_known_index:
            return False  # the one we have opens more
        self.inbound_group_store.add(session)
        self.save_inbound_group_session(session)
        self.arrived.add((session.room_id, session.id))
        return True

    def _handle_forwarded_room_key_event(
        self, sender: str, sender_key: str, payload: dict[Any, Any]
    ) -> ForwardedRoomKeyEvent | None:
        """Only from the device that made the session, and only after we asked its owner for it."""
        event = ForwardedRoomKeyEvent.from_dict(payload, sender, sender_key)
        device = self.device_store.device_from_sender_key(sender, sender_key)
        if not isinstance(event, ForwardedRoomKeyEvent) or device is None:
            return None
        content, room, wanted = payload["content"], event.room_id, event.session_id
        if content["sender_key"] != sender_key:
            return None
        if not self.requests.is_wanted(sender, room, wanted, sender_key):
            return None
        session = InboundGroupSession.import_session(content["session_key"], device.ed25519, sender_key, room)
        if session.id != wanted:
            return None
        self._keep(session)
        self.outgoing_to_device_messages.append(self.requests.settle(sender, room, wanted))
        return event

    def request_key(self, sender: str, room: str, event: Mapping[str, Any]) -> None:
        """Ask the device that sent ``event`` for its key, once; the message waits to be sent."""
        request = self.requests.ask(sender, room, event)
        if request is not None:
            self.outgoing_to_device_messages.append(request)

    def forget_unused(self, now: Millis, keep: Millis, needed: Container[tuple[str, str]]) -> int:
        """Open nothing more with keys that were of no use for ``keep``. See ``Heard.forget``; how many."""
        gone = self.heard.forget(now, keep, needed)
        for unused in gone:
            self.inbound_group_store[unused.room][unused.sender_key].pop(unused.session, None)
            self.requests.drop(unused.room, unused.session)
        return len(gone)

    def forget_room(self, room: str) -> None:
        """Open nothing of ``room`` any more, whatever key still comes, until it is taken out of ``left``."""
        self.left.add(room)
        self.inbound_group_store._entries.pop(room, None)
        self.store.forget_room(room)

    def take_identity(self, user: str, master: str) -> None:
        """``master``: the public master key that was proven to be the user's; empty when none was."""
        known = self.identities.get(user, "")
        if known != master:
            if known:
                self.count("changed")
            self.identities[user] = master
            self.store.save_identity(user, master)

    # ---- Room events ----

    def open(self, room: str, event: Mapping[str, Any]) -> Opened | Shut:
        """Decrypt an ``m.room.encrypted`` event of ``room``, as the server sent it."""
        content, sender, event_id = event.get("content"), event.get("sender"), event.get("event_id")
        if not isinstance(content, dict) or not isinstance(sender, str) or not isinstance(event_id, str):
            return Shut.BAD
        session_id, ciphertext = content.get("session_id"), content.get("ciphertext")
        if content.get("algorithm") != MEGOLM or not isinstance(session_id, str):
            return Shut.BAD
        if not isinstance(ciphertext, str):
            return Shut.BAD
        sessions = self.sessions(room, session_id)
        if not sessions:
            return Shut.NO_KEY
        owned = next(((s, d) for s in sessions if (d := self._owner(sender, s))), None)
        if owned is None:
            return Shut.NO_OWNER
        session, device = owned
        try:
            message = vodozemac.MegolmMessage.from_base64(ciphertext)
            if message.message_index() < session.first_known_index:
                return Shut.NO_KEY
            plain = session._session.decrypt(message)  # nio's own decrypt() loses bytes that are not UTF-8
        except ValueError:
            return Shut.BAD
        return self._believe(room, event_id, session, plain, device)

    def _believe(
        self, room: str, event_id: str, session: InboundGroupSession, plain: Any, device: OlmDevice
    ) -> Opened | Shut:
        found = inside(plain.plaintext, room)
        if found is None:
            return Shut.BAD
        # Marked as seen only now: what was forged must not make the true message look like its repetition.
        if not self.heard.is_first(row_name(session), plain.message_index, event_id):
            self.count("replayed")
            return Shut.BAD
        identity = self._identity(device)
        if not identity:
            self.count("unsigned")
        signed = self.trust_unsigned or bool(identity)
        reachable = signed or any(one.verified for one in self.device_store[device.user_id].values())
        return Opened(*found, signed=signed, identity=identity, reachable=reachable)

    def lacks_owner(self, room: str, event: Mapping[str, Any]) -> bool:
        """Whether we have a key for ``event``, but know no device of its sender's that made it."""
        sender, session = event.get("sender"), obj(event, "content").get("session_id")
        if not isinstance(sender, str) or not isinstance(session, str):
            return False
        sessions = self.sessions(room, session)
        return bool(sessions) and not any(self._owner(sender, session) for session in sessions)

    def sessions(self, room: str, session_id: str) -> list[InboundGroupSession]:
        """All that go by this id in the room: a member can pass on another's session as their own."""
        return [found[session_id] for found in self.inbound_group_store[room].values() if session_id in found]

    def _owner(self, user: str, session: InboundGroupSession) -> OlmDevice | None:
        """The device of ``user`` that made ``session``; one that is logged out by now counts, unsigned."""
        for device in self.device_store[user].values():
            if (device.curve25519, device.ed25519) == (session.sender_key, session.ed25519):
                return device
        return None

    def _identity(self, device: OlmDevice) -> str:
        """The master key that vouches for ``device``; empty when none does."""
        return self.identities.get(device.user_id, "") if device.verified else ""
