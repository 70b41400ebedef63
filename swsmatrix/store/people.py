"""Supporters, cases, the rooms made for them, who is barred, who the stewards are. None holds words."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterable
from typing import Any

import aiosqlite
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from swsmatrix.model import (
    Barred,
    Case,
    CaseState,
    Companion,
    Offer,
    Pin,
    Private,
    RegionId,
    Supporter,
    SupporterState,
)
from swsmatrix.protocol import EventId, RoomId, UserId
from swsmatrix.store.sql import Statement, count_up, upsert

# Part of the store's format: another label is another key, and nobody is barred any more.
_LABEL = b"swsmatrix barred"

_SUPPORTER = "user, event, number, state, identity, since, regions, topics, remote, asked_at, responder"
_CASE = "feature, event, number, requester, state, changed_at, offers, out, companions, room, round, wishes"

CaseRecord = Supporter | Barred | Case | Private | Pin


def barred_key(database_key: bytes) -> bytes:
    """What hashes of users are made with: HKDF-SHA256 (RFC 5869) of the database's key. 32 bytes."""
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=_LABEL).derive(database_key)


def _supporter(row: Any) -> Supporter:
    return Supporter(
        user=UserId(row[0]),
        event=EventId(row[1]),
        number=row[2],
        state=SupporterState(row[3]),
        identity=row[4],
        since=row[5],
        regions=tuple(RegionId(r) for r in json.loads(row[6])),
        topics=tuple(json.loads(row[7])),
        remote=bool(row[8]),
        asked_at=row[9],
        responder=bool(row[10]),
    )


def _case(row: Any) -> Case:
    return Case(
        feature=row[0],
        event=EventId(row[1]),
        number=row[2],
        requester=UserId(row[3]),
        state=CaseState(row[4]),
        changed_at=row[5],
        offers=tuple(Offer(UserId(user), at) for user, at in json.loads(row[6])),
        out=tuple(UserId(user) for user in json.loads(row[7])),
        companions=tuple(
            Companion(UserId(user), identity, bool(agreed), bool(came))
            for user, identity, agreed, came in json.loads(row[8])
        ),
        room=None if row[9] is None else RoomId(row[9]),
        round=row[10],
        wishes=tuple(json.loads(row[11])),
    )


class People:
    """Reads for features (``load``); writes for ``Records``. ``key``: of ``barred_key``."""

    def __init__(self, connection: aiosqlite.Connection, key: bytes) -> None:
        self._connection = connection
        self._key = key

    async def _rows(self, sql: str, values: Iterable[object] = ()) -> list[Any]:
        return list(await self._connection.execute_fetchall(sql, tuple(values)))

    # ---- reads ----

    async def supporter(self, user: UserId) -> Supporter | None:
        found = await self._supporters("user = ?", (user,))
        return found[0] if found else None

    async def supporter_numbered(self, number: int) -> Supporter | None:
        found = await self._supporters("number = ?", (number,))
        return found[0] if found else None

    async def supporters(self) -> tuple[Supporter, ...]:
        """All, in whatever state, by number."""
        return await self._supporters("1 ORDER BY number", ())

    async def _supporters(self, where: str, values: Iterable[object]) -> tuple[Supporter, ...]:
        rows = await self._rows(f"SELECT {_SUPPORTER} FROM supporters WHERE {where}", values)
        return tuple(map(_supporter, rows))

    async def barred(self, user: UserId) -> bool:
        return bool(await self._rows("SELECT 1 FROM barred WHERE hash = ?", (self._hash(user),)))

    async def case(self, feature: str, event: str) -> Case | None:
        found = await self._cases("feature = ? AND event = ?", (feature, event))
        return found[0] if found else None

    async def case_numbered(self, number: int) -> Case | None:
        found = await self._cases("number = ?", (number,))
        return found[0] if found else None

    async def cases(self) -> tuple[Case, ...]:
        """All, by number."""
        return await self._cases("1 ORDER BY number", ())

    async def cases_of(self, user: UserId) -> tuple[Case, ...]:
        """Those in which ``user`` asks, is or was asked, or is there, by number."""
        where = "requester = ? OR instr(companions, ?) OR instr(offers, ?) OR instr(out, ?) ORDER BY number"
        return await self._cases(where, (user, *[json.dumps(user)] * 3))

    async def _cases(self, where: str, values: Iterable[object]) -> tuple[Case, ...]:
        rows = await self._rows(f"SELECT {_CASE} FROM cases WHERE {where}", values)
        return tuple(map(_case, rows))

    async def private(self, room: RoomId) -> Private | None:
        rows = await self._rows("SELECT subject FROM privates WHERE room = ?", (room,))
        return Private(room=room, subject=rows[0][0]) if rows else None

    def code(self, value: str) -> str:
        """A keyed hash (HMAC-SHA256), in hex: tells whether two values are the same, and no more."""
        return self._hash(value).hex()

    async def pin(self, user: UserId) -> Pin | None:
        return next((pin for pin in await self.pins() if pin.user == self.code(user)), None)

    async def pins(self) -> tuple[Pin, ...]:
        rows = await self._rows("SELECT user, identity, other, number FROM pins ORDER BY number, user")
        return tuple(Pin(user=r[0], identity=r[1], other=r[2], number=r[3]) for r in rows)

    # ---- writes ----

    def _hash(self, value: str) -> bytes:
        return hmac.digest(self._key, value.encode("utf-8", "surrogatepass"), hashlib.sha256)

    async def save(self, record: CaseRecord) -> None:
        await self._connection.execute(*self._saving(record))
        if isinstance(record, Pin):
            await count_up(self._connection, record.number)

    async def drop(self, record: CaseRecord) -> None:
        await self._connection.execute(*self._dropping(record))

    def _saving(self, record: CaseRecord) -> Statement:
        match record:
            case Supporter():
                return (
                    upsert("supporters", _SUPPORTER, "user"),
                    (
                        record.user,
                        record.event,
                        record.number,
                        record.state.value,
                        record.identity,
                        record.since,
                        json.dumps(record.regions),
                        json.dumps(record.topics),
                        record.remote,
                        record.asked_at,
                        record.responder,
                    ),
                )
            case Case():
                return (
                    upsert("cases", _CASE, "feature, event"),
                    (
                        record.feature,
                        record.event,
                        record.number,
                        record.requester,
                        record.state.value,
                        record.changed_at,
                        json.dumps([(offer.user, offer.at) for offer in record.offers]),
                        json.dumps(record.out),
                        json.dumps(
                            [(one.user, one.identity, one.agreed, one.came) for one in record.companions]
                        ),
                        record.room,
                        record.round,
                        json.dumps(record.wishes),
                    ),
                )
            case Private():
                return upsert("privates", "room, subject", "room"), (record.room, record.subject)
            case Pin():
                return (
                    upsert("pins", "user, identity, other, number", "user"),
                    (record.user, record.identity, record.other, record.number),
                )
            case Barred():
                return "INSERT OR IGNORE INTO barred (hash) VALUES (?)", (self._hash(record.user),)

    def _dropping(self, record: CaseRecord) -> Statement:
        match record:
            case Supporter():
                return "DELETE FROM supporters WHERE user = ?", (record.user,)
            case Case():
                return "DELETE FROM cases WHERE feature = ? AND event = ?", (record.feature, record.event)
            case Private():
                return "DELETE FROM privates WHERE room = ?", (record.room,)
            case Pin():
                return "DELETE FROM pins WHERE user = ?", (record.user,)
            case Barred():
                return "DELETE FROM barred WHERE hash = ?", (self._hash(record.user),)
