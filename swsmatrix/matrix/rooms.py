"""What the homeserver says of a room: who is in it, and the few settings that the bot heeds. Pure.

nio's own picture of rooms is not used: it forgets to drop rooms that the bot was removed from, knows no
creators (room version 12), and takes state out of ciphertext.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from swsmatrix.matrix.loose import name, obj
from swsmatrix.protocol import DAY, HOUR, Millis, RoomId, RoomSeen, UserId

DEFAULT_REDACT_POWER = DEFAULT_STATE_POWER = 50
MEGOLM = "m.megolm.v1.aes-sha2"
# What may change while the bot is in a room, and is asked for again when /sync tells of it.
CHANGING = (
    "m.room.encryption",
    "m.room.join_rules",
    "m.room.history_visibility",
    "m.room.power_levels",
    "m.room.tombstone",
)

# How long a key may be in use, and for how many messages: a room's settings count within these bounds. The
# upper ones are the specification's defaults. Without the lower ones, whoever may write the settings (or says
# that somebody did: the homeserver) makes every message wait until a new key has gone out to everybody.
LONGEST, SHORTEST = 7 * DAY, HOUR
MOST, FEWEST = 100, 10

LONGEST_NAME = 255

_NUMBER = re.compile(r"[+-]?[0-9]{1,18}")


@dataclass(slots=True)
class Room:
    """``members``: user id -> ``join`` or ``invite``. ``changes`` counts how often that map changed.

    ``names``: what members want to be called. ``encrypted`` once is for ever; ``algorithm`` is what the
    homeserver says of it now.
    """

    id: RoomId
    members: dict[str, str] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    encrypted: bool = False
    algorithm: str = ""
    key_lasts: Millis = LONGEST  # a key of the bot's
    key_messages: int = MOST
    join_rule: str = "invite"
    history: str = "shared"
    version: str = "1"
    creators: frozenset[str] = frozenset()
    powers: dict[str, Any] | None = None
    replaced: bool = False
    checked: bool = False  # the member list was asked for, not only overheard
    changes: int = 0

    def apply(self, event: object) -> None:
        """Take in a state event; what is malformed changes nothing."""
        if not isinstance(event, dict) or not isinstance(event.get("state_key"), str):
            return
        content = event.get("content")
        if not isinstance(content, dict):
            return
        kind = event.get("type")
        if kind == "m.room.member":
            self.set_member(event["state_key"], content.get("membership"))
            self._set_name(event["state_key"], content.get("displayname"))
        elif not event["state_key"]:
            # With another key it is something else, whatever its type says.
            self._set(kind, content, event.get("sender"))

    def _set(self, kind: object, content: dict[str, Any], sender: object) -> None:
        match kind:
            case "m.room.encryption":
                self.encrypted = True
                self.algorithm = _text(content.get("algorithm"), "")
                self.key_lasts = _bounded(content.get("rotation_period_ms"), SHORTEST, LONGEST)
                self.key_messages = _bounded(content.get("rotation_period_msgs"), FEWEST, MOST)
            case "m.room.tombstone":
                self.replaced = bool(content)  # redacted, it is empty
            case "m.room.join_rules":
                self.join_rule = _text(content.get("join_rule"), self.join_rule)
            case "m.room.history_visibility":
                self.history = _text(content.get("history_visibility"), self.history)
            case "m.room.power_levels":
                self.powers = content
            case "m.room.create":
                self._created(sender, content)

    def set_member(self, user: str, membership: object) -> None:
        before = self.members.get(user)
        if membership in ("join", "invite"):
            self.members[user] = str(membership)
        else:
            self.members.pop(user, None)
        if self.members.get(user) != before:
            self.changes += 1

    def _set_name(self, user: str, wished: object) -> None:
        if user in self.members and isinstance(wished, str) and wished:
            self.names[user] = wished[:LONGEST_NAME]
        else:
            self.names.pop(user, None)

    def _created(self, sender: object, content: Mapping[str, Any]) -> None:
        self.version = _text(content.get("room_version"), "1")
        more = content.get("additional_creators")
        users = [sender, *(more if isinstance(more, list) else ())]
        self.creators = frozenset(user for user in users if isinstance(user, str))

    @property
    def number(self) -> int:
        """The room version as a number; a version that is not one counts as new."""
        return int(self.version) if _NUMBER.fullmatch(self.version) else 12

    def can_redact(self, user: str) -> bool:
        """Whether ``user`` may redact other people's events.

        Since room version 12 creators may do everything, whatever the power levels say (MSC4289).
        """
        if self._is_above_all(user):
            return True
        powers, power = self.powers or {}, self._power(user)
        redact = _level(powers.get("redact"), DEFAULT_REDACT_POWER)
        send = _level(obj(powers.get("events")).get("m.room.redaction", powers.get("events_default")), 0)
        return power >= redact and power >= send

    def may_set(self, user: str, kind: str) -> bool:
        """Whether ``user`` may set the room's state of this ``kind``."""
        powers = self.powers or {}
        needed = obj(powers.get("events")).get(kind, powers.get("state_default"))
        return self._is_above_all(user) or self._power(user) >= _level(needed, DEFAULT_STATE_POWER)

    def _is_above_all(self, user: str) -> bool:
        return user in self.creators and (self.number >= 12 or self.powers is None)

    def _power(self, user: str) -> int:
        powers = self.powers or {}
        return _level(obj(powers.get("users")).get(user, powers.get("users_default")), 0)

    def seen(self, me: str, at: Millis) -> RoomSeen:
        others = [user for user in self.members if user != me]
        return RoomSeen(
            room=self.id,
            at=at,
            encrypted=self.encrypted,
            join_rule=self.join_rule,
            history=self.history,
            members=len(self.members),
            can_redact=self.can_redact(me),
            other=UserId(others[0]) if len(others) == 1 and self.members[others[0]] == "join" else None,
            weakened=self.weakened,
            replaced=self.replaced,
        )

    @property
    def weakened(self) -> bool:
        """It was encrypted once; now the homeserver does not say so, or names a way that is not ours."""
        return self.encrypted and self.algorithm != MEGOLM

    def settings(self, me: str) -> tuple[object, ...]:
        """A change of any of these is worth a new ``RoomSeen``."""
        return (
            self.encrypted,
            self.join_rule,
            self.history,
            self.weakened,
            self.replaced,
            self.can_redact(me),
        )


def membership_before(raw: dict[str, Any]) -> str | None:
    """The membership that this event says it replaced."""
    return name(obj(raw, "unsigned", "prev_content").get("membership"))


def entry(events: list[dict[str, Any]], me: str, *, inside: bool) -> tuple[int | None, bool]:
    """Where among ``events`` (of one room, oldest first) the bot came in: at its last own invitation or join.

    What was said between invitation and joining was said to the bot too: clients invite, then write at once.
    The index is None when the bot was in the room all along; the flag says whether the beginning lies
    further back still (it was invited before the first of ``events``). ``inside``: it is known to have been
    in the room before them, so that a join that says nothing of what it replaced is only a new profile.
    """
    mine = [
        (at, obj(raw, "content").get("membership"))
        for at, raw in enumerate(events)
        if raw.get("type") == "m.room.member" and raw.get("state_key") == me
    ]
    no_entry = {"join", None} if inside else {"join"}
    joins = [at for at, now in mine if now == "join" and membership_before(events[at]) not in no_entry]
    if not joins:
        return None, False
    invites = [at for at, now in mine if now == "invite" and at < joins[-1]]
    leaves = [at for at, now in mine if now in ("leave", "ban") and at < joins[-1]]
    if invites and (not leaves or leaves[-1] < invites[-1]):
        return invites[-1], False
    return joins[-1], membership_before(events[joins[-1]]) == "invite"


def _bounded(value: object, least: int, most: int) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        return most
    return max(least, min(most, value))


def _text(value: object, otherwise: str) -> str:
    return name(value) or otherwise


def _level(value: object, otherwise: int) -> int:
    """Before room version 10 servers let power levels be texts."""
    if isinstance(value, bool):
        return otherwise
    if isinstance(value, str) and _NUMBER.fullmatch(value.strip()):
        return int(value)
    return value if isinstance(value, int) else otherwise
