"""The bot's own end of Olm and Megolm: nio's machine, made safe against whatever strangers send.

Nothing in here raises for what somebody else sent, and nothing in here talks to the network. What a room
event says once it is decrypted is believed only from the device that made the session, and only if that
device belongs to the event's sender.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping
from typing import Any

import vodozemac
from nio.api import Api
from nio.crypto import InboundGroupSession, InboundSession, Olm, OlmDevice, OutboundSession, Session
from nio.events import ForwardedRoomKeyEvent, OlmEvent, ToDeviceEvent

from swsmatrix.matrix.bounds import Bounds
from swsmatrix.matrix.counts import Counted, Counts
from swsmatrix.matrix.cryptostore import STORE_FAILURES, peer_of, row_name
from swsmatrix.matrix.heard import Heard
from swsmatrix.matrix.keyrequests import MEGOLM, KeyRequests
from swsmatrix.matrix.loose import obj
from swsmatrix.matrix.opened import Opened, Shut, inside
from swsmatrix.matrix.shown import Shown
from swsmatrix.matrix.trust import b64
from swsmatrix.matrix.withheld import Withheld
from swsmatrix.protocol import Millis


class Machine(Olm):  # type: ignore[misc] # nio makes its machine by class
    """Everything but ``receive``, ``open`` and ``request_key`` is nio's, or overrides what nio gets wrong.

    ``trust_unsigned``: messages of devices that their owner has not signed count as signed.
    """

    uploaded_key_count: int | None

    def __init__(self, user_id: str, device_id: str, store: Any, *, trust_unsigned: bool = False) -> None:
        self.trust_unsigned = trust_unsigned
        self.arrived: set[tuple[str, str]] = set()  # (room, session) of keys that came since last cleared
        self.renewed: set[tuple[str, str]] = (
            set()
        )  # (user, device key) of who began a new Olm session with us
        self.withheld = Withheld()
        self.shown = Shown()
        self.counts = Counts()
        self.left: set[str] = set()  # rooms whose keys are neither kept nor taken any more
        self.own_device: dict[str, Any] | None = None  # as the homeserver shows it to others, signed
        self.own_master = ""  # our public master key: of our own seeds, whatever the homeserver shows
        self.requests = KeyRequests(device_id)
        self.fallback_replaced: Millis | None = None  # when, in time elapsed
        self._account_changed = False
        self._begun: list[InboundSession] = []  # by the message that is being decrypted: one at most
        self._sender_key = ""  # of that message
        super().__init__(user_id, device_id, store)
        self._bounds = Bounds(store, self.session_store, self.inbound_group_store, self.device_store)
        self._offered = {f"signed_curve25519:{name}" for name in self.account.one_time_keys["curve25519"]}
        self.heard = Heard(store.database)
        store.forget_other_devices()
        self.identities: dict[str, str] = store.load_identities()  # user -> public master key

    def count(self, what: Counted) -> None:
        self.counts = self.counts.one_more(what)

    # ---- To-device events ----

    def receive(self, events: Iterable[object]) -> None:
        """Take in the to-device events of a sync answer, in order; one commit for all of them.

        Only room keys and what keeps Olm sessions alive is heeded. Raises only if the store fails.
        """
        with self.store.transaction():
            for event in events:
                if isinstance(event, dict):
                    self._receive_one(event)
            if self._account_changed:
                self.save_account()
                self._account_changed = False

    def _receive_one(self, event: dict[str, Any]) -> None:
        try:
            match event.get("type"):
                case "m.room.encrypted":
                    sealed = ToDeviceEvent.parse_event(event)
                    if isinstance(sealed, OlmEvent):
                        self.decrypt_event(sealed)
                case "m.room_key.withheld":
                    if self.withheld.note(event):
                        self.count("withheld")
        except STORE_FAILURES:
            raise
        except Exception:  # noqa: BLE001 - nio and vodozemac raise a dozen kinds for malformed input
            self._suspect(event)

    def _suspect(self, event: Mapping[str, Any]) -> None:
        """An Olm message that cannot be read may mean that its session is broken: start a new one."""
        sender, key = event.get("sender"), obj(event, "content").get("sender_key")
        if isinstance(sender, str) and isinstance(key, str):
            self._mark_device_for_unwedging(sender, key)

    def _mark_device_for_unwedging(self, sender: str, sender_key: str) -> None:
        """``Upkeep`` sees to it that it is not done too often; nio forgets it for an hour instead."""
        device = self._known(sender, sender_key)
        if device is not None and device not in self.wedged_devices:
            self.wedged_devices.append(device)

    def _known(self, user: str, curve25519: str) -> OlmDevice | None:
        if user not in self.device_store.users:  # to look there would make an entry
            return None
        return self.device_store.device_from_sender_key(user, curve25519)

    def _olm_encrypt(
        self, session: Session, recipient_device: OlmDevice, message_type: str, content: Mapping[str, Any]
    ) -> dict[str, Any]:
        """As nio does, and with our signed device keys: who meets us now need not ask for them (MSC4147)."""
        own = self.account.identity_keys
        payload = {
            "sender": self.user_id,
            "keys": {"ed25519": own["ed25519"]},
            "recipient": recipient_device.user_id,
            "recipient_keys": {"ed25519": recipient_device.ed25519},
            "type": message_type,
            "content": content,
        }
        if self.own_device is not None:
            payload["sender_device_keys"] = self.own_device
        kind, ciphertext = session.encrypt(Api.to_json(payload)).to_parts()
        self.save_session(recipient_device.curve25519, session)
        sealed = {"type": kind, "body": b64(ciphertext)}
        return {
            "algorithm": self._olm_algorithm,
            "sender_key": own["curve25519"],
            "ciphertext": {recipient_device.curve25519: sealed},
        }

    def _create_inbound_session(self, sender: str, sender_key: str, message: Any) -> InboundSession:
        # nio saves the account here, before the one-time key is used up; receive() saves it after.
        self._account_changed = True
        self.renewed.add((sender, sender_key))
        session = InboundSession(self.account, message, sender_key)
        self._begun.append(session)
        return session

    def decrypt(self, sender: str, sender_key: str, message: Any) -> Any:
        self._begun.clear()
        self._sender_key = sender_key
        event = super().decrypt(sender, sender_key, message)
        if any(session.id for session in self._begun):
            self._bounds.began(sender_key)
        return event

    def _try_decrypt(self, sender: str, sender_key: str, message: Any) -> str | None:
        if sender_key not in self.session_store._entries:  # to look in there would make an entry
            return None
        plaintext: str | None = super()._try_decrypt(sender, sender_key, message)
        return plaintext

    def _verify_olm_payload(self, sender: str, payload: dict[str, Any]) -> bool:
        verified: bool = super()._verify_olm_payload(sender, payload)
        if isinstance(fingerprint := payload["keys"].get("ed25519"), str):
            for session in self._begun:
                self.store.save_peer(session, fingerprint)
        if self._known(sender, self._sender_key) is None:
            self.shown.note(sender, self._sender_key, payload)
        return verified

    def create_session(self, one_time_key: str, curve_key: str, fingerprint: str = "") -> OutboundSession:
        """``fingerprint``: the ed25519 key that signed ``one_time_key``."""
        session = OutboundSession(self.account, curve_key, one_time_key)
        session.peer = fingerprint
        self.session_store.add(curve_key, session)
        self.save_session(curve_key, session)
        self._bounds.prune(curve_key)
        return session

    def session_with(self, device: OlmDevice) -> Session | None:
        """The latest Olm session with ``device``, begun by it or with a one-time key that it signed.

        Its curve25519 key alone says little: anybody can claim that it is theirs, too.
        """
        return next(
            (
                session
                for session in self.session_store[device.curve25519]
                if peer_of(session) == device.ed25519
            ),
            None,
        )

    def share_keys(self) -> dict[str, Any]:
        most: int = self.account.max_one_time_keys
        count: int | None = self.uploaded_key_count
        if count is not None:
            self.uploaded_key_count = min(max(0, count), most - 1)
        if not self.account.shared:
            self._offered.clear()  # of a device that nobody knows yet: nobody took any of them
        content: dict[str, Any] = super().share_keys()
        # What was perhaps uploaded is not uploaded again: the homeserver would give it away a second time.
        unpublished = content["one_time_keys"]
        new = {name: key for name, key in unpublished.items() if name not in self._offered}
        self._offered = set(unpublished)
        self.save_account()  # before they are uploaded: else a crash would leave keys there that nobody holds
        return content | {"one_time_keys": new}

    def mark_keys_as_published(self) -> None:
        """Not while a fallback key waits for its upload: counted as done, it would push out the last one."""
        if not self.account._account.fallback_key:
            super().mark_keys_as_published()

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
