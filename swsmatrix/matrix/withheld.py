"""Why somebody keeps a room key from us, or we from them (m.room_key.withheld).

Client-Server API, "Reporting that decryption keys are withheld". Never proof of anything: it is cleartext.
"""

from __future__ import annotations

from typing import Any

from cachetools import LRUCache
from nio.crypto import OlmAccount

from swsmatrix.matrix.keyrequests import MEGOLM
from swsmatrix.matrix.loose import obj

KIND = "m.room_key.withheld"
REMEMBERED = 10_000
MOST_DUE = 10_000
DEVICES_PER_REQUEST = 100
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


Messages = dict[str, dict[str, dict[str, str]]]  # user -> device -> content


def notice(account: OlmAccount, code: str) -> dict[str, str]:
    """That we, who have this ``account``, give no key."""
    return {"algorithm": MEGOLM, "sender_key": account.identity_keys["curve25519"], "code": code}


class Notices:
    """Words that are due to devices that got no key, so that their clients can explain it.

    Best effort: what they are about does not wait for them. They carry no ``reason``: that is for codes that
    a client does not know.
    """

    def __init__(self) -> None:
        self._due: list[tuple[str, str, dict[str, str]]] = []

    def add(self, user: str, device: str, content: dict[str, str]) -> None:
        if len(self._due) < MOST_DUE:
            self._due.append((user, device, content))

    def next(self) -> Messages:
        """The next ones, as the body of a request has them; none when nothing is due."""
        messages: Messages = {}
        for user, device, content in self._due[:DEVICES_PER_REQUEST]:
            messages.setdefault(user, {}).setdefault(device, content)
        return messages

    def sent(self, messages: Messages) -> None:
        """These are not due any more."""
        gone = {id(content) for devices in messages.values() for content in devices.values()}
        self._due = [one for one in self._due if id(one[2]) not in gone]
