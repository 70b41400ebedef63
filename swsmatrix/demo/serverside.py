"""What whoever runs the homeserver can read: its database, opened beside it."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """An event as it lies on the homeserver's disk. ``size`` in bytes; ``at`` in ms since the epoch.

    ``key``: its state key; None when it is no state.
    """

    event: str
    type: str
    sender: str
    room: str
    key: str | None
    at: int
    size: int
    content: dict[str, Any]


def stored(database: Path, event: str) -> Stored | None:
    """One event, or None if the homeserver has no such."""
    return next(_stored(database, "e.event_id = ?", (event,)), None)


def session_of(database: Path, event: str) -> str:
    """Which Megolm session a message is encrypted with; empty if it is none of those."""
    seen = stored(database, event)
    return str(seen.content.get("session_id", "")) if seen else ""


def since(database: Path, position: int) -> list[Stored]:
    """Everything that the homeserver took in after ``position``, in order."""
    return list(_stored(database, "e.stream_ordering > ?", (position,)))


def position(database: Path) -> int:
    """Where the homeserver stands now: for ``since``."""
    with _opened(database) as db:
        found = db.execute("SELECT max(stream_ordering) FROM events").fetchone()
    return int(found[0] or 0)


def _stored(database: Path, condition: str, values: tuple[object, ...]) -> Iterator[Stored]:
    query = (
        "SELECT e.event_id, e.type, e.sender, e.room_id, e.origin_server_ts, j.json "
        f"FROM events e JOIN event_json j USING (event_id) WHERE {condition} ORDER BY e.stream_ordering"
    )
    with _opened(database) as db:
        rows = db.execute(query, values).fetchall()
    for event, type_, sender, room, at, text in rows:
        whole = json.loads(text)
        yield Stored(
            event=event,
            type=type_,
            sender=sender,
            room=room,
            key=whole.get("state_key"),
            at=at,
            size=len(text.encode()),
            content=whole["content"],
        )


@contextmanager
def _opened(database: Path) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True, timeout=10)) as db:
        yield db
