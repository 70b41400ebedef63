"""Reading JSON that somebody else wrote: what has the wrong type is not there, and nothing raises. Pure."""

from __future__ import annotations

import re
from typing import Any

LATEST = 2**53 - 1  # milliseconds; the largest integer of Matrix

SURROGATE = re.compile("[\ud800-\udfff]")  # halves of characters, which neither UTF-8 nor SQLite can hold


def obj(value: object, *keys: str) -> dict[str, Any]:
    """The object found by following ``keys``, else an empty one."""
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return value if isinstance(value, dict) else {}


def objs(value: object, *keys: str) -> list[dict[str, Any]]:
    """The objects in the list found by following ``keys``."""
    return [item for item in arr(value, *keys) if isinstance(item, dict)]


def arr(value: object, *keys: str) -> list[Any]:
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return value if isinstance(value, list) else []


def name(value: object) -> str | None:
    """An id of whatever kind: a text that can be stored, not an empty one."""
    return value if isinstance(value, str) and value and not SURROGATE.search(value) else None


def time_of(event: dict[str, Any]) -> int:
    """The time that an event carries, in milliseconds; 0 when it carries none."""
    at = event.get("origin_server_ts")
    return at if isinstance(at, int) and not isinstance(at, bool) and 0 <= at <= LATEST else 0
