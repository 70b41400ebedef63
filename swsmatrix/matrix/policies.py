"""Policy lists: rooms with rules about whom to ban (spec, "Moderation policy lists").

Whatever else happens in them is not heard, and nothing is ever said there: they need not be encrypted, and
may be open to anyone. News in one only mean that its rules are to be read again, all of them: so it does not
matter what /sync leaves out, or in which order it tells.
"""

from __future__ import annotations

import asyncio
import json
from typing import Any

from swsmatrix.matrix.hardening import HardenedClient
from swsmatrix.matrix.http import UnreachableError, exchange, path, request
from swsmatrix.matrix.loose import name, obj, time_of
from swsmatrix.matrix.membership import Membership
from swsmatrix.protocol import EventId, RoomId, RuleSeen

# What rules about users were called before they were specified.
KINDS = ("m.policy.rule.user", "m.room.rule.user", "org.matrix.mjolnir.rule.user")
BAN = ("m.ban", "org.matrix.mjolnir.ban")
MOST_RULES = 5000  # of one list
LARGEST = 32 * 1024 * 1024  # bytes of all that a list says
LONGEST = 255  # letters of a user id, or of a rule's name


class Policies:
    """``rooms``: the lists that are known. ``news`` is set when something happened in one of them."""

    def __init__(self, client: HardenedClient, membership: Membership) -> None:
        self._client = client
        self._membership = membership
        self.rooms: set[RoomId] = set()
        self.news = asyncio.Event()

    async def follow(self, configured: str) -> RoomId | None:
        """Be in a list (alias or id): its room. None: it is not known, or cannot be joined now."""
        room = RoomId(configured)
        if configured.startswith("#"):
            try:
                answer = await request(self._client, "GET", path("directory", "room", configured))
            except UnreachableError:
                return None
            found = name(answer.body.get("room_id")) if answer.ok else None
            if found is None:
                return None
            room = RoomId(found)
        # Before the homeserver tells of it.
        self.rooms.add(room)
        return await self._membership.resolve(configured)

    def withhold(self, body: dict[str, Any]) -> None:
        """Take the lists out of an answer of /sync."""
        for kind in ("join", "leave", "invite"):
            told = obj(body, "rooms", kind)
            for room in self.rooms.intersection(told):
                del told[room]
                self.news.set()

    async def rules(self, room: RoomId) -> tuple[RuleSeen, ...] | None:
        """Every rule about users, also those that were withdrawn. None: the homeserver does not say."""
        try:
            told = await exchange(self._client, "GET", path("rooms", room, "state"), largest=LARGEST)
        except UnreachableError:
            return None
        state = _list(told.body) if told.ok else None
        if state is None:
            return None
        found = {one.state_key: one for raw in state if (one := _rule(room, raw))}
        return tuple(found.values())[:MOST_RULES]


def _list(raw: bytes) -> list[Any] | None:
    try:
        found = json.loads(raw)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, list) else None


def _rule(room: RoomId, raw: Any) -> RuleSeen | None:
    raw = obj(raw)
    event, key = name(raw.get("event_id")), name(raw.get("state_key"))
    if raw.get("type") not in KINDS or event is None or key is None or len(key) > LONGEST:
        return None
    return RuleSeen(
        room=room,
        event=EventId(event),
        at=time_of(raw),
        state_key=f"{raw['type']} {key}",
        entity=_entity(obj(raw.get("content"))),
    )


def _entity(content: dict[str, Any]) -> str:
    """Whom it bans; nobody, if it is withdrawn or recommends something else."""
    entity: Any = content.get("entity")
    recommended = content.get("recommendation")
    banned = isinstance(recommended, str) and recommended in BAN and name(entity) and len(entity) <= LONGEST
    return str(entity) if banned else ""
