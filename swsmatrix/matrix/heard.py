"""Which message of a room key was heard as which event, and when a key was last of use; beyond a restart.

Old ciphertext under a new event id is an old warning that somebody wants to be heard again. And a key that
is of no use any more is deleted: who gets hold of the bot's files opens nothing with them that was kept
elsewhere.

What is noted here is written once for each answer of /sync, before its events are committed. That is the
safe order: an answer that is dealt with again after a crash has the same event ids, which are accepted again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Container
from dataclasses import dataclass
from typing import Any

from swsmatrix.protocol import DAY, Millis

AT_ONCE = 1_000  # keys that are deleted in one go: about a quarter of a second
FLOORS_KEPT = 90 * DAY  # as long as the engine remembers which events it heard

TABLES = (
    "CREATE TABLE IF NOT EXISTS uses (id INTEGER PRIMARY KEY, at INTEGER NOT NULL,"
    " name TEXT NOT NULL UNIQUE REFERENCES megolminboundsessions (session_id) ON DELETE CASCADE)",
    "CREATE TABLE IF NOT EXISTS heard (id INTEGER NOT NULL REFERENCES uses ON DELETE CASCADE,"
    " message INTEGER NOT NULL, event BLOB NOT NULL, PRIMARY KEY (id, message)) WITHOUT ROWID",
    "CREATE TABLE IF NOT EXISTS floors (session BLOB PRIMARY KEY, floor INTEGER NOT NULL,"
    " at INTEGER NOT NULL) WITHOUT ROWID",
)


@dataclass(frozen=True, slots=True)
class Unused:
    """A key that was deleted."""

    room: str
    sender_key: str
    session: str


class Heard:
    """``database``: of ``SqlCipherStore``. Sessions go by the names that their rows have there."""

    def __init__(self, database: Any) -> None:
        self._database = database
        self._new: dict[tuple[str, int], bytes] = {}  # since the last ``save``
        for table in TABLES:
            database.execute_sql(table)

    def is_first(self, session: str, message: int, event: str) -> bool:
        """Whether no event but ``event`` carried this message; from now on that is the one."""
        mine = _digest(event)
        known = self._new.get((session, message)) or self._saved(session, message)
        if known is None:
            # Only this counts as a use: else whoever repeats an event could keep its key alive for ever.
            self._new[(session, message)] = mine
        return known in (None, mine)

    def _saved(self, session: str, message: int) -> bytes | None:
        found = self._database.execute_sql(
            "SELECT event FROM heard JOIN uses USING (id) WHERE name = ? AND message = ?",
            (session, message),
        ).fetchone()
        return bytes(found[0]) if found else None

    def save(self, now: Millis) -> None:
        """One commit for all that was heard since the last."""
        if not self._new:
            return
        with self._database.atomic():
            for session in {session for session, _ in self._new}:
                # Not if it was deleted meanwhile, with a room that was left.
                self._database.execute_sql(
                    "INSERT INTO uses (name, at) SELECT session_id, ? FROM megolminboundsessions"
                    " WHERE session_id = ? ON CONFLICT (name) DO UPDATE SET at = excluded.at",
                    (now, session),
                )
            for (session, message), event in self._new.items():
                self._database.execute_sql(
                    "INSERT INTO heard (id, message, event) SELECT id, ?, ? FROM uses WHERE name = ?",
                    (message, event, session),
                )
        self._new.clear()

    def floor(self, session: str) -> int:
        """From which message on a key that was deleted opens anything, should it come again; 0 if it was not.

        Else a homeserver could repeat an old message, and have its key sent once more by whoever made it.
        """
        found = self._database.execute_sql(
            "SELECT floor FROM floors WHERE session = ?", (_digest(session),)
        ).fetchone()
        return found[0] if found else 0

    def forget(self, now: Millis, keep: Millis, needed: Container[tuple[str, str]]) -> list[Unused]:
        """Delete the keys that were of no use for ``keep``, ``AT_ONCE`` at most, and return them.

        A key that was never used counts from when this was first called with it there. What is ``needed``
        (room, session) stays.
        """
        self.save(now)
        execute = self._database.execute_sql
        gone: list[Unused] = []
        with self._database.atomic():
            execute(
                "INSERT OR IGNORE INTO uses (name, at) SELECT session_id, ? FROM megolminboundsessions",
                (now,),
            )
            execute("UPDATE uses SET at = ? WHERE at > ?", (now, now))  # the clock had been ahead
            due = execute(
                "SELECT session_id, sender_key, room_id, max(message)"
                " FROM uses JOIN megolminboundsessions ON session_id = name LEFT JOIN heard USING (id)"
                " WHERE at <= ? GROUP BY id",
                (now - keep,),
            ).fetchall()
            for row, sender_key, room, message in due:
                unused = Unused(room, sender_key, row.partition(" ")[0])
                if (room, unused.session) in needed:
                    continue
                if len(gone) == AT_ONCE:
                    break
                gone.append(unused)
                if message is not None:
                    floor = (_digest(row), message + 1, now)
                    execute("INSERT OR REPLACE INTO floors VALUES (?, ?, ?)", floor)
                execute("DELETE FROM megolminboundsessions WHERE session_id = ?", (row,))
            execute("DELETE FROM floors WHERE at <= ?", (now - FLOORS_KEPT,))
        # What was deleted or written over, an Olm session's earlier state too, is not in the log either.
        execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        return gone


def _digest(name: str) -> bytes:
    return hashlib.blake2b(name.encode("utf-8", "surrogatepass"), digest_size=16).digest()
