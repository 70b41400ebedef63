"""What is when, as rows: gatherings that posts tell of, which go with them, and digests."""

from __future__ import annotations

import json
from typing import Any

import aiosqlite

from swsmatrix.model import Digest, Digested, Gathering
from swsmatrix.protocol import EventId, Millis
from swsmatrix.store.sql import Statement, upsert

_COLUMNS = "event, start, ends, day, asked, read"
_DIGESTED = "subject, room, at, items"

AgendaRecord = Gathering | Digest | Digested


def _gathering(row: Any) -> Gathering:
    return Gathering(
        event=EventId(row[0]), start=row[1], end=row[2], day=row[3], asked=bool(row[4]), read=row[5]
    )


class Agenda:
    """Reads for features (``load``); writes for ``Records``."""

    def __init__(self, connection: aiosqlite.Connection) -> None:
        self._connection = connection

    async def gathering(self, event: EventId) -> Gathering | None:
        """That of a post."""
        found = await self._gatherings("event = ?", (event,))
        return found[0] if found else None

    async def coming(self, after: Millis, before: Millis) -> tuple[Gathering, ...]:
        """Those that are sure, and not over by ``after``, but begin before ``before``; the next first."""
        where = "NOT asked AND max(start, ends) > ? AND start < ? ORDER BY start, event"
        return await self._gatherings(where, (after, before))

    async def _gatherings(self, where: str, values: tuple[object, ...]) -> tuple[Gathering, ...]:
        sql = f"SELECT {_COLUMNS} FROM gatherings WHERE {where}"
        return tuple(map(_gathering, await self._connection.execute_fetchall(sql, values)))

    async def digest(self, room: str) -> Digest | None:
        sql = "SELECT room, since, off FROM digests WHERE room = ?"
        rows = list(await self._connection.execute_fetchall(sql, (room,)))
        return Digest(room=rows[0][0], since=rows[0][1], off=bool(rows[0][2])) if rows else None

    async def digests_with(self, subject: str) -> tuple[Digested, ...]:
        """Those that name the post ``subject``."""
        sql = (
            f"SELECT {_DIGESTED} FROM digested"
            " WHERE EXISTS (SELECT 1 FROM json_each(items) WHERE value = ?) ORDER BY at, subject"
        )
        rows = await self._connection.execute_fetchall(sql, (subject,))
        return tuple(Digested(subject=r[0], room=r[1], at=r[2], items=tuple(json.loads(r[3]))) for r in rows)

    async def save(self, record: AgendaRecord) -> None:
        await self._connection.execute(*_saving(record))

    async def drop(self, record: AgendaRecord) -> None:
        await self._connection.execute(*_dropping(record))


def _saving(record: AgendaRecord) -> Statement:
    match record:
        case Gathering():
            values = (record.event, record.start, record.end, record.day, record.asked, record.read)
            return upsert("gatherings", _COLUMNS, "event"), values
        case Digest():
            return upsert("digests", "room, since, off", "room"), (record.room, record.since, record.off)
        case Digested():
            items = json.dumps(record.items)
            return upsert("digested", _DIGESTED, "subject"), (record.subject, record.room, record.at, items)


def _dropping(record: AgendaRecord) -> Statement:
    match record:
        case Gathering():
            return "DELETE FROM gatherings WHERE event = ?", (record.event,)
        case Digest():
            return "DELETE FROM digests WHERE room = ?", (record.room,)
        case Digested():
            return "DELETE FROM digested WHERE subject = ?", (record.subject,)
