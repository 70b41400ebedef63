"""The bot's own end of Olm: sessions with devices, and nio made safe against whatever strangers send."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from nio.api import Api
from nio.crypto import InboundSession, Olm, OlmDevice, OutboundSession, Session
from nio.events import OlmEvent, ToDeviceEvent

from swsmatrix.matrix.bounds import Bounds
from swsmatrix.matrix.cipherfile import STORE_FAILURES
from swsmatrix.matrix.counts import Counted, Counts
from swsmatrix.matrix.cryptostore import peer_of
from swsmatrix.matrix.loose import obj
from swsmatrix.matrix.shown import Shown
from swsmatrix.matrix.trust import b64
from swsmatrix.matrix.withheld import Withheld
from swsmatrix.protocol import Millis


class OlmMachine(Olm):  # type: ignore[misc] # nio makes its machine by class
    """Everything but ``receive`` and ``session_with`` is nio's, or overrides what nio gets wrong."""

    uploaded_key_count: int | None

    def __init__(self, user_id: str, device_id: str, store: Any) -> None:
        self.renewed: set[tuple[str, str]] = set()  # (user, device key) of who began a new session with us
        self.withheld = Withheld()
        self.shown = Shown()
        self.counts = Counts()
        self.own_device: dict[str, Any] | None = None  # as the homeserver shows it to others, signed
        self.fallback_replaced: Millis | None = None  # when, in time elapsed
        self._account_changed = False
        self._begun: list[InboundSession] = []  # by the message that is being decrypted: one at most
        self._sender_key = ""  # of that message
        super().__init__(user_id, device_id, store)
        self._bounds = Bounds(store, self.session_store, self.inbound_group_store, self.device_store)
        self._offered = {f"signed_curve25519:{name}" for name in self.account.one_time_keys["curve25519"]}

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

    # ---- Sessions and one-time keys ----

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
