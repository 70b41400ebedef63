"""Whether a room became more open than it was when it was first seen, or accepted by stewards. Pure.

Matrix Client-Server API: m.room.join_rules, m.room.history_visibility. What the specification does not know
counts as more open than what it does: somebody is to have a look.
"""

from __future__ import annotations

from swsmatrix.model import Openness, RoomNote

# Somebody inside lets each one in; the members of another room come by themselves; anyone does.
_JOIN = {"invite": 0, "private": 0, "knock": 0, "restricted": 1, "knock_restricted": 1, "public": 2}
_HISTORY = {"joined": 0, "invited": 0, "shared": 1, "world_readable": 2}
_UNKNOWN = 1


def _join(state: Openness) -> int:
    return _JOIN.get(state.join_rule, _UNKNOWN)


def _history(state: Openness) -> int:
    return _HISTORY.get(state.history, _UNKNOWN)


def weaker(now: Openness, agreed: Openness) -> tuple[str, ...]:
    """In which of ``join``, ``history`` and ``encryption`` ``now`` is more open than ``agreed``."""
    found = {
        "join": _join(now) > _join(agreed),
        "history": _history(now) > _history(agreed),
        "encryption": now.weakened > agreed.weakened,
    }
    return tuple(name for name, is_weaker in found.items() if is_weaker)


def tighter(agreed: Openness, now: Openness) -> Openness:
    """The more closed of both in each respect: what was closed again does not open again unnoticed."""
    return Openness(
        join_rule=now.join_rule if _join(now) < _join(agreed) else agreed.join_rule,
        history=now.history if _history(now) < _history(agreed) else agreed.history,
        weakened=agreed.weakened and now.weakened,
    )


def open_to_all(note: RoomNote) -> bool:
    """Anyone can join or read, or it is not encrypted: no relays, whatever anybody says."""
    return note.join_rule == "public" or note.history == "world_readable" or not note.encrypted


def frozen(note: RoomNote) -> tuple[str, ...]:
    """Why a room gets no relays until stewards have decided; empty if it does."""
    return weaker(note.now, note.agreed) if note.agreed else ()
