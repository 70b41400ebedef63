"""What is when, as rows: gatherings that posts tell of. They go with their posts."""

from __future__ import annotations

from typing import Any

import aiosqlite

from swsmatrix.model import Gathering
from swsmatrix.protocol import EventId, Millis
from swsmatrix.store.sql import upsert

_COLUMNS = "event, start, ends, day, asked, read"


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

    async def save(self, record: Gathering) -> None:
        values = (record.event, record.start, record.end, record.day, record.asked, record.read)
        await self._connection.execute(upsert("gatherings", _COLUMNS, "event"), values)

    async def drop(self, record: Gathering) -> None:
        await self._connection.execute("DELETE FROM gatherings WHERE event = ?", (record.event,))
