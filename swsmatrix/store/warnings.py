"""What is remembered around warnings: who confirmed them, what went out lately, who is not heard."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import aiosqlite

from swsmatrix.model import Banned, Confirmation, Hinted, Learned, Muted, RegionId, Spent
from swsmatrix.protocol import DAY, Millis, RoomId
from swsmatrix.store.sql import Statement, upsert

_LEARNED = "word, place, region, first, twice, struck_by, struck_at"
# Far longer than any window in which an author's messages are counted.
SPENT_FOR = DAY

WarningRecord = Confirmation | Learned | Spent | Muted | Banned | Hinted


def _learned(row: Any) -> Learned:
    return Learned(
        word=row[0],
        place=row[1],
        region=RegionId(row[2]),
        first=row[3],
        twice=bool(row[4]),
        struck_by=row[5],
        struck_at=row[6],
    )


class Warnings:
    """Reads for features (``load``); writes for ``Records``. People are codes (``People.code``) here."""

    def __init__(self, connection: aiosqlite.Connection) -> None:
        self._connection = connection

    async def _rows(self, sql: str, values: Iterable[object] = ()) -> list[Any]:
        return list(await self._connection.execute_fetchall(sql, tuple(values)))

    # ---- reads ----

    async def confirmations(self, subject: str) -> tuple[Confirmation, ...]:
        """Of a post, all that each member sent."""
        return await self._confirmations("subject = ? ORDER BY who, cause", subject)

    async def confirmed(self) -> dict[str, int]:
        """How many members confirm each post, by its subject."""
        return dict(await self._rows("SELECT subject, count(DISTINCT who) FROM confirmations GROUP BY subject"))

    async def confirmations_of(self, who: str) -> tuple[Confirmation, ...]:
        return await self._confirmations("who = ? ORDER BY subject, cause", who)

    async def confirmation_by(self, cause: str) -> Confirmation | None:
        """The one that the event ``cause`` made."""
        found = await self._confirmations("cause = ?", cause)
        return found[0] if found else None

    async def _confirmations(self, where: str, value: str) -> tuple[Confirmation, ...]:
        rows = await self._rows(f"SELECT subject, who, cause FROM confirmations WHERE {where}", (value,))
        return tuple(Confirmation(subject=r[0], who=r[1], cause=r[2]) for r in rows)

    async def learned(self) -> tuple[Learned, ...]:
        """All, struck out or not, by word."""
        return tuple(map(_learned, await self._rows(f"SELECT {_LEARNED} FROM learned ORDER BY word")))

    async def learned_word(self, word: str) -> Learned | None:
        rows = await self._rows(f"SELECT {_LEARNED} FROM learned WHERE word = ?", (word,))
        return _learned(rows[0]) if rows else None

    async def spent(self, author: str) -> tuple[Spent, ...]:
        """What an author sent out lately, oldest first."""
        rows = await self._rows(
            "SELECT author, cause, words, at FROM spent WHERE author = ? ORDER BY at, cause", (author,)
        )
        return tuple(Spent(author=r[0], cause=r[1], words=r[2], at=r[3]) for r in rows)

    async def muted(self, who: str) -> Muted | None:
        return next((one for one in await self.all_muted() if one.who == who), None)

    async def muted_numbered(self, number: int) -> Muted | None:
        return next((one for one in await self.all_muted() if one.number == number), None)

    async def all_muted(self) -> tuple[Muted, ...]:
        """Those who are muted now or were, until their timer ends it, by number."""
        rows = await self._rows("SELECT who, number, until, by FROM muted ORDER BY number")
        return tuple(Muted(who=r[0], number=r[1], until=r[2], by=r[3]) for r in rows)

    async def banned(self) -> tuple[Banned, ...]:
        """All rules of all policy lists."""
        rows = await self._rows("SELECT room, state_key, entity FROM banned ORDER BY room, state_key")
        return tuple(Banned(room=RoomId(r[0]), state_key=r[1], entity=r[2]) for r in rows)

    async def hinted(self, who: str, region: RegionId) -> bool:
        return bool(
            await self._rows("SELECT 1 FROM hinted WHERE who = ? AND region = ?", (who, region)),
        )

    async def hints_of(self, who: str) -> tuple[Hinted, ...]:
        rows = await self._rows("SELECT region FROM hinted WHERE who = ? ORDER BY region", (who,))
        return tuple(Hinted(who=who, region=RegionId(r[0])) for r in rows)

    # ---- writes ----

    async def save(self, record: WarningRecord) -> None:
        if isinstance(record, Spent):
            await self._forget_spent(record.at - SPENT_FOR)
        await self._connection.execute(*_saving(record))

    async def _forget_spent(self, before: Millis) -> None:
        await self._connection.execute("DELETE FROM spent WHERE at < ?", (before,))

    async def drop(self, record: WarningRecord) -> None:
        await self._connection.execute(*_dropping(record))


def _saving(record: WarningRecord) -> Statement:
    match record:
        case Confirmation():
            values: tuple[object, ...] = (record.subject, record.who, record.cause)
            return "INSERT OR IGNORE INTO confirmations (subject, who, cause) VALUES (?, ?, ?)", values
        case Learned():
            return upsert("learned", _LEARNED, "word"), (
                record.word,
                record.place,
                record.region,
                record.first,
                record.twice,
                record.struck_by,
                record.struck_at,
            )
        case Spent():
            values = (record.author, record.cause, record.words, record.at)
            return upsert("spent", "author, cause, words, at", "author, cause"), values
        case Muted():
            values = (record.who, record.number, record.until, record.by)
            return upsert("muted", "who, number, until, by", "who"), values
        case Banned():
            values = (record.room, record.state_key, record.entity)
            return upsert("banned", "room, state_key, entity", "room, state_key"), values
        case Hinted():
            return "INSERT OR IGNORE INTO hinted (who, region) VALUES (?, ?)", (record.who, record.region)


def _dropping(record: WarningRecord) -> Statement:
    match record:
        case Confirmation():
            sql = "DELETE FROM confirmations WHERE subject = ? AND who = ? AND cause = ?"
            return sql, (record.subject, record.who, record.cause)
        case Learned():
            return "DELETE FROM learned WHERE word = ?", (record.word,)
        case Spent():
            return "DELETE FROM spent WHERE author = ? AND cause = ?", (record.author, record.cause)
        case Muted():
            return "DELETE FROM muted WHERE who = ?", (record.who,)
        case Banned():
            return "DELETE FROM banned WHERE room = ? AND state_key = ?", (record.room, record.state_key)
        case Hinted():
            return "DELETE FROM hinted WHERE who = ? AND region = ?", (record.who, record.region)
