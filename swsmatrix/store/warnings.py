"""What is remembered around warnings: who confirmed them, what went out lately, who is not heard."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

import aiosqlite

from swsmatrix.globs import fits
from swsmatrix.model import Banned, Confirmation, Hearing, Hinted, Learned, Muted, RegionId, Spent, Trace
from swsmatrix.protocol import Millis, RoomId, UserId
from swsmatrix.store.sql import Statement, upsert

_LEARNED = "word, place, region, first, twice, struck_by, struck_at"
# More than are counted. Whoever sends out thousands is not counted anew each time.
MOST_SPENT = 5

# As the index ``banned_patterns`` has it.
_PATTERNS = "(instr(entity, '*') OR instr(entity, '?'))"

WarningRecord = Confirmation | Learned | Spent | Hearing | Trace | Muted | Banned | Hinted


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


def _banned(row: Any) -> Banned:
    return Banned(room=RoomId(row[0]), state_key=row[1], entity=row[2])


class Warnings:
    """Reads for features (``load``); writes for ``Records``. People are codes (``People.code``) here."""

    def __init__(self, connection: aiosqlite.Connection, code: Callable[[str], str]) -> None:
        self._connection = connection
        self._code = code

    async def _rows(self, sql: str, values: Iterable[object] = ()) -> list[Any]:
        return list(await self._connection.execute_fetchall(sql, tuple(values)))

    # ---- reads ----

    async def confirmations(self, subject: str) -> tuple[Confirmation, ...]:
        """Of a post, all that each member sent."""
        return await self._confirmations("subject = ? ORDER BY who, cause", subject)

    async def confirmed(self) -> dict[str, int]:
        """How many members confirm each post, by its subject."""
        return dict(
            await self._rows("SELECT subject, count(DISTINCT who) FROM confirmations GROUP BY subject")
        )

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
        """The last that an author sent out, of what was new and of edits the latest first."""
        where = "author = ? AND edit = {} ORDER BY at DESC LIMIT ?"
        last = f"SELECT cause, number, edit, at FROM spent WHERE {where}"
        rows = await self._rows(
            f"SELECT * FROM ({last.format(0)}) UNION ALL SELECT * FROM ({last.format(1)})",
            (author, MOST_SPENT, author, MOST_SPENT),
        )
        return tuple(Spent(author=author, cause=r[0], number=r[1], edit=bool(r[2]), at=r[3]) for r in rows)

    async def heard(self, author: str, kind: str) -> int:
        """How many hashtags of ``author`` the feature ``kind`` heard since what was forgotten."""
        rows = await self._rows("SELECT count(*) FROM heard WHERE author = ? AND kind = ?", (author, kind))
        return int(rows[0][0])

    async def has_traces(self) -> bool:
        """Whether any private details are looked out for."""
        return bool(await self._rows("SELECT 1 FROM traces LIMIT 1"))

    async def traced(self, forms: Iterable[str]) -> tuple[str, ...]:
        """The subjects of posts that name one of these details (``Trace.form``)."""
        rows = await self._rows(
            "SELECT DISTINCT subject FROM traces WHERE hash IN (SELECT value FROM json_each(?))"
            " ORDER BY subject",
            (json.dumps([self._code(form) for form in forms]),),
        )
        return tuple(row[0] for row in rows)

    async def author_of(self, number: int) -> str:
        """Who sent post ``number`` out lately, though it may be gone by now; empty: not known."""
        rows = await self._rows("SELECT author FROM spent WHERE number = ? LIMIT 1", (number,))
        return str(rows[0][0]) if rows else ""

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
        return tuple(map(_banned, rows))

    async def rules_about(self, user: UserId) -> tuple[Banned, ...]:
        """The rules that ``user`` fits."""
        rules = "SELECT room, state_key, entity FROM banned WHERE"
        rows = await self._rows(f"{rules} entity = ? UNION {rules} {_PATTERNS}", (user,))
        return tuple(_banned(row) for row in rows if fits(row[2], user))

    async def rule(self, room: RoomId, state_key: str) -> Banned | None:
        where = "room = ? AND state_key = ?"
        rows = await self._rows(
            f"SELECT room, state_key, entity FROM banned WHERE {where}", (room, state_key)
        )
        return _banned(rows[0]) if rows else None

    async def hinted(self, who: str, region: RegionId) -> bool:
        return bool(
            await self._rows("SELECT 1 FROM hinted WHERE who = ? AND region = ?", (who, region)),
        )

    async def hints_of(self, who: str) -> tuple[Hinted, ...]:
        rows = await self._rows("SELECT region FROM hinted WHERE who = ? ORDER BY region", (who,))
        return tuple(Hinted(who=who, region=RegionId(r[0])) for r in rows)

    # ---- writes ----

    async def save(self, record: WarningRecord) -> None:
        await self._connection.execute(*_saving(self._hidden(record)))

    async def forget_spent(self, before: Millis) -> None:
        await self._connection.execute("DELETE FROM spent WHERE at < ?", (before,))

    async def forget_heard(self, before: Millis) -> None:
        await self._connection.execute("DELETE FROM heard WHERE at < ?", (before,))

    async def forget_rules(self, room: RoomId) -> None:
        await self._connection.execute("DELETE FROM banned WHERE room = ?", (room,))

    async def clock_put_back(self) -> None:
        """What happened at times that have yet to come would keep its author waiting for them."""
        await self._connection.execute("DELETE FROM spent")
        await self._connection.execute("DELETE FROM heard")

    async def drop(self, record: WarningRecord) -> None:
        await self._connection.execute(*_dropping(self._hidden(record)))

    def _hidden(self, record: WarningRecord) -> WarningRecord:
        """What details there are is not kept, only whether they are the same."""
        return replace(record, form=self._code(record.form)) if isinstance(record, Trace) else record


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
            values = (record.author, record.cause, record.number, record.edit, record.at)
            return upsert("spent", "author, cause, number, edit, at", "author, cause"), values
        case Hearing():
            return "INSERT INTO heard (author, kind, at) VALUES (?, ?, ?)", (
                record.author,
                record.kind,
                record.at,
            )
        case Trace():
            return "INSERT OR IGNORE INTO traces (hash, subject) VALUES (?, ?)", (record.form, record.subject)
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
        case Hearing():
            sql = "DELETE FROM heard WHERE author = ? AND kind = ? AND at = ?"
            return sql, (record.author, record.kind, record.at)
        case Trace():
            return "DELETE FROM traces WHERE hash = ? AND subject = ?", (record.form, record.subject)
        case Muted():
            return "DELETE FROM muted WHERE who = ?", (record.who,)
        case Banned():
            return "DELETE FROM banned WHERE room = ? AND state_key = ?", (record.room, record.state_key)
        case Hinted():
            return "DELETE FROM hinted WHERE who = ? AND region = ?", (record.who, record.region)
