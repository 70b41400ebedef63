"""Devices that were shown along with what they sent (MSC4147), until the homeserver has said what it knows.

Who speaks and then logs out is in no list of devices any more when we ask for it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cachetools import LRUCache

from swsmatrix.matrix import trust
from swsmatrix.matrix.loose import name, obj

REMEMBERED = 1_000
LONGEST = 255  # characters of a device id
FIELDS = ("sender_device_keys", "org.matrix.msc4147.device_keys")


class Shown:
    """Kept in memory only: a crash in between leaves a message that nobody can ascribe, as without this."""

    def __init__(self) -> None:
        # (user, curve25519 key) -> device id, keys
        self._devices: LRUCache[tuple[str, str], tuple[str, dict[str, str]]] = LRUCache(REMEMBERED)

    def note(self, sender: str, sender_key: str, payload: Mapping[str, Any]) -> None:
        """Take in what was inside an Olm message from the device that has this curve25519 key.

        Only what this very device signed about its very keys, with its owner's name on it.
        """
        for field in FIELDS:
            entry = obj(payload, field)
            device = name(entry.get("device_id"))
            if device is None or len(device) > LONGEST:
                continue
            keys = trust.device_keys(entry, sender, device)
            if keys == {"ed25519": obj(payload, "keys").get("ed25519"), "curve25519": sender_key}:
                self._devices[(sender, sender_key)] = (device, keys)
                return

    def take(self, user: str) -> list[tuple[str, dict[str, str]]]:
        """Device id and keys of each of theirs, once."""
        return [self._devices.pop(at) for at in list(self._devices) if at[0] == user]
