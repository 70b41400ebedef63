"""What can become of an encrypted room event, and the reading of what was inside. Pure."""

from __future__ import annotations

import json
from dataclasses import dataclass
from enum import Enum
from typing import Any, Never


@dataclass(frozen=True, slots=True)
class Opened:
    """What was inside a room event.

    ``signed``: its device is signed by its owner, or we were told not to mind. ``identity``: the owner's
    master key, which vouches for the device; empty when it does not. ``reachable``: some device of its owner
    gets keys from us.
    """

    type: str
    content: dict[str, Any]
    signed: bool
    identity: str = ""
    reachable: bool = True


class Shut(Enum):
    """Why a room event stays closed."""

    NO_KEY = "no key"  # not yet; ask for it
    NO_OWNER = "no owner"  # the session's device is not among the sender's devices that we know
    BAD = "bad"  # damaged, forged, replayed or not a message: never


def inside(plaintext: bytes, room: str) -> tuple[str, dict[str, Any]] | None:
    """Type and content of a decrypted event of ``room``; None for what is not a message-like event of it.

    State is never taken out of ciphertext: the homeserver could not have checked it.
    """
    try:
        payload = json.loads(plaintext.decode(), parse_constant=_no_constant)
    except (ValueError, RecursionError):
        return None
    if not isinstance(payload, dict) or payload.get("room_id") != room or "state_key" in payload:
        return None
    kind, content = payload.get("type"), payload.get("content")
    return (kind, content) if isinstance(kind, str) and isinstance(content, dict) else None


def _no_constant(name: str) -> Never:
    raise ValueError("NaN and Infinity are not JSON")
