"""What a person's client shows: messages, invitations, devices, reactions, as values."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A message as a person sees it now: edits applied, ``text`` empty when redacted or unreadable.

    ``shield``: NONE (nothing to warn of), GREY or RED; None for cleartext and for what cannot be read.
    ``failure``: why it cannot be read (matrix-js-sdk's DecryptionFailureCode), else None.
    ``mentions``: the users of ``m.mentions``; None when the message carries no such field.
    """

    event: str
    room: str
    sender: str
    at: int
    text: str
    html: str | None
    encrypted: bool
    shield: str | None
    shield_reason: str | None
    failure: str | None
    redacted: bool
    edited: bool
    reply_to: str | None
    thread: str | None
    mentions: tuple[str, ...] | None
    mentions_room: bool
    content: Json = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Invitation:
    room: str
    name: str
    sender: str
    direct: bool
    encrypted: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """A device of somebody. ``signed``: by its owner's identity."""

    device: str
    name: str
    fingerprint: str
    signed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Reaction:
    event: str
    sender: str
    key: str


def message(seen: Json) -> Message:
    """From what ``client/view.mjs`` says of an event."""
    mentions = seen["content"].get("m.mentions")
    known = mentions if isinstance(mentions, dict) else {}
    return Message(
        event=seen["event"],
        room=seen["room"],
        sender=seen["sender"],
        at=seen["at"],
        text=seen["text"],
        html=seen["html"],
        encrypted=seen["encrypted"],
        shield=seen["shield"] if seen["failure"] is None else None,
        shield_reason=seen["shield_reason"],
        failure=seen["failure"],
        redacted=seen["redacted"],
        edited=seen["edited"],
        reply_to=seen["reply_to"],
        thread=seen["relates_to"] if seen["relation"] == "m.thread" else None,
        mentions=None if mentions is None else tuple(known.get("user_ids", ())),
        mentions_room=bool(known.get("room", False)),
        content=seen["content"],
    )
