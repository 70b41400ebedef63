"""Which room keys we asked for, and of whom: no other is taken when somebody forwards it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cachetools import LRUCache
from nio.event_builders import RoomKeyRequestMessage, ToDeviceMessage

from swsmatrix.matrix.loose import name, obj

KIND = "m.room_key_request"
MEGOLM = "m.megolm.v1.aes-sha2"
REMEMBERED = 10_000
MOST_ASKED = 10  # for one session; in truth there is one to ask


class KeyRequests:
    """``device_id``: our own. What is returned has to be sent to the homeserver."""

    def __init__(self, device_id: str) -> None:
        self._device_id = device_id
        # (room, session) -> sender -> the key of the device that made it, if we know. Of several senders all
        # but one show another's session as their own; that must not keep us from asking whoever made it.
        self._asked: LRUCache[tuple[str, str], dict[str, str | None]] = LRUCache(REMEMBERED)

    def ask(self, sender: str, room: str, event: Mapping[str, Any]) -> RoomKeyRequestMessage | None:
        """Ask the device that sent ``event`` for its key, once (Client-Server API, "Key requests").

        Where ``event`` does not say which device that was, all of the sender's are asked.
        """
        content = obj(event, "content")
        session, made_by = name(content.get("session_id")), name(content.get("sender_key"))
        if session is None:
            return None
        asked = self._asked.setdefault((room, session), {})
        if sender in asked or len(asked) == MOST_ASKED:
            return None
        asked[sender] = made_by
        body = {"algorithm": MEGOLM, "room_id": room, "session_id": session}
        if made_by is not None:
            body["sender_key"] = made_by
        request = self._content(session, "request") | {"body": body}
        device = name(content.get("device_id")) or "*"
        return RoomKeyRequestMessage(KIND, sender, device, request, session, session, room, MEGOLM)

    def is_wanted(self, sender: str, room: str, session: str, made_by: str) -> bool:
        """Whether we asked ``sender`` for this key, and the device with the key ``made_by`` made it."""
        asked = self._asked.get((room, session), {})
        return sender in asked and asked[sender] in (None, made_by)

    def settle(self, sender: str, room: str, session: str) -> ToDeviceMessage:
        """It came: nobody else needs to look for it."""
        del self._asked[(room, session)][sender]
        return ToDeviceMessage(KIND, sender, "*", self._content(session, "request_cancellation"))

    def drop(self, room: str, session: str) -> None:
        """It may be asked for again."""
        self._asked.pop((room, session), None)

    def _content(self, session: str, action: str) -> dict[str, Any]:
        return {"action": action, "request_id": session, "requesting_device_id": self._device_id}
