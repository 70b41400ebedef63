"""How much one device may take up in the key store, and all that nobody knows together.

Whoever has an account somewhere can begin as many Olm sessions with the bot as they like (the fallback key
serves all of them), and send room keys for rooms that do not exist. All of it is read at every start.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

from nio.crypto import DeviceStore, GroupSessionStore, SessionStore

from swsmatrix.matrix.cryptostore import SqlCipherStore, peer_of

MOST_SESSIONS = 10  # Olm sessions with one device; the oldest is given up
MOST_STRANGERS = 1_000  # keys that no known device has; the oldest is given up, with all that came from it
MOST_KEYS_OF_STRANGER = 20  # room keys, until it is known whose device it is; more are not taken
MOST_KEYS = 5_000  # of one device: an active one in thirty rooms needs a few hundred a week


class Bounds:
    def __init__(
        self,
        store: SqlCipherStore,
        sessions: SessionStore,
        room_keys: GroupSessionStore,
        devices: DeviceStore,
    ) -> None:
        self._store = store
        self._sessions = sessions
        self._room_keys = room_keys
        self._devices = devices
        known = {device.curve25519 for device in devices}
        # In the order in which they were last heard of.
        self._strangers: dict[str, None] = dict.fromkeys(
            key for key, _ in sessions.items() if key not in known
        )

    def began(self, sender_key: str) -> None:
        """The device that has this curve25519 key has begun an Olm session with us."""
        self.prune(sender_key)
        self._strangers.pop(sender_key, None)
        if not self._is_known(sender_key):
            self._strangers[sender_key] = None
        while len(self._strangers) > MOST_STRANGERS:
            oldest = next(iter(self._strangers))
            del self._strangers[oldest]
            if not self._is_known(oldest):
                self._forget(oldest)

    def is_full(self, sender_key: str) -> bool:
        """Whether no more room keys are taken from there."""
        rooms = self._room_keys._entries.values()
        held = sum(len(senders[sender_key]) for senders in rooms if sender_key in senders)
        return held >= MOST_KEYS or (held >= MOST_KEYS_OF_STRANGER and not self._is_known(sender_key))

    def _is_known(self, key: str) -> bool:
        return any(device.curve25519 == key for device in self._devices)

    def prune(self, sender_key: str) -> None:
        """Give up the oldest sessions with each device that claims this key."""
        found: Counter[str] = Counter()
        kept: list[Any] = []
        sessions = self._sessions[sender_key]
        for session in sessions:
            found[peer_of(session)] += 1
            if found[peer_of(session)] > MOST_SESSIONS:
                self._store.forget_session(session)
            else:
                kept.append(session)
        sessions[:] = kept

    def _forget(self, sender_key: str) -> None:
        self._sessions._entries.pop(sender_key, None)
        for room, senders in list(self._room_keys._entries.items()):
            senders.pop(sender_key, None)
            if not senders:
                del self._room_keys._entries[room]
        self._store.forget_sender(sender_key)
