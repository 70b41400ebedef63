"""Why somebody keeps a room key from us (m.room_key.withheld). Never proof of anything: it is cleartext."""

from __future__ import annotations

from typing import Any

from cachetools import LRUCache

from swsmatrix.matrix.loose import obj

REMEMBERED = 10_000
CODES = frozenset({"m.blacklisted", "m.unverified", "m.unauthorised", "m.unavailable", "m.no_olm"})


class Withheld:
    """What people said, the latest 10,000 times."""

    def __init__(self) -> None:
        self._codes: LRUCache[tuple[str, str, str], str] = LRUCache(REMEMBERED)

    def note(self, event: dict[str, Any]) -> bool:
        """Take in a to-device event; what is malformed says nothing, and False is returned."""
        content, sender = obj(event, "content"), event.get("sender")
        code, room, session = content.get("code"), content.get("room_id", ""), content.get("session_id", "")
        if all(isinstance(value, str) for value in (sender, code, room, session)) and code in CODES:
            self._codes[(str(sender), room, session)] = str(code)
            return True
        return False

    def code(self, sender: str, room: str, session: str) -> str | None:
        """The code that ``sender`` gave for this key, or for all their keys."""
        return self._codes.get((sender, room, session)) or self._codes.get((sender, "", ""))
