"""The outbox as rows: effects that wait, and what they left standing in rooms."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable
from dataclasses import replace
from typing import Any

import aiosqlite

from swsmatrix.model import Effect, Priority, Sent, Target
from swsmatrix.protocol import EffectId, EventId, Millis, Redact, RemakePicture, Rewrite, TakeAllBack
from swsmatrix.store.effects import COLUMNS, Row, lane, row_of, target_of, without_body

# From lane to lane by the index: what waits in one of them, or is not to go yet, is passed over, not read.
_NEXT = (
    "WITH RECURSIVE lanes (lane) AS ("
    "SELECT min(lane) FROM outbox WHERE state = 0"
    " UNION ALL SELECT (SELECT min(lane) FROM outbox WHERE state = 0 AND lane > lanes.lane)"
    " FROM lanes WHERE lane IS NOT NULL),"
    " heads (seq) AS ("
    "SELECT (SELECT seq FROM outbox WHERE state = 0 AND lane = lanes.lane AND not_before <= :now"
    " ORDER BY priority, seq LIMIT 1)"
    " FROM lanes WHERE lane NOT IN (SELECT value FROM json_each(:busy))),"
    " turns (lane, turn) AS MATERIALIZED (SELECT value, key FROM json_each(:served))"
    f" SELECT {COLUMNS} FROM heads JOIN outbox o ON o.seq = heads.seq"
    " LEFT JOIN bodies b ON b.id = o.body LEFT JOIN turns t ON t.lane = o.lane"
    " WHERE o.next_try <= :now AND o.kind NOT IN (SELECT value FROM json_each(:paused))"
    " ORDER BY o.priority, t.turn, o.seq LIMIT 1"
)

# A row's state: 0 waits, 1 is done and stands, this one waits for the rest of an answer to be heard.
HELD = -1


class Queue:
    def __init__(self, connection: aiosqlite.Connection) -> None:
        self._connection = connection

    async def _rows(self, sql: str, values: Iterable[object] = ()) -> list[Any]:
        return list(await self._connection.execute_fetchall(sql, tuple(values)))

    # ---- what features read ----

    async def sent(self, subject: str) -> tuple[Sent, ...]:
        """Everything of a subject that stands or may yet come to stand, oldest first."""
        return await self._sent("o.subject = ? AND o.lasting = 1", (subject,))

    async def sent_as(self, event: EventId) -> Sent | None:
        """The effect that made ``event``, if the bot sent it and it still stands."""
        found = await self._sent("o.result = ? AND o.lasting = 1", (event,))
        return found[0] if found else None

    async def sent_to(self, target: Target) -> tuple[Sent, ...]:
        """Everything that stands in one place or may yet come to stand there, oldest first."""
        return await self._sent("o.state IN (0, 1) AND o.lane = ? AND o.lasting = 1", (lane(target),))

    async def _sent(self, where: str, values: Iterable[object]) -> tuple[Sent, ...]:
        rows = await self._rows(
            "SELECT o.id, o.feature, o.slot, o.subject, o.lane, o.priority, o.result"
            f" FROM outbox o WHERE {where} ORDER BY o.seq",
            values,
        )
        return tuple(
            Sent(
                effect=EffectId(r[0]),
                feature=r[1],
                slot=r[2],
                subject=r[3],
                target=target_of(r[4]),
                priority=Priority(r[5]),
                event=EventId(r[6]) if r[6] else None,
            )
            for r in rows
        )

    # ---- what the engine writes ----

    async def put(
        self,
        effect_id: EffectId,
        feature: str,
        effect: Effect,
        since: Millis | None = None,
        caused: Millis | None = None,
        *,
        held: bool = False,
    ) -> None:
        """Queue an effect, decided at ``since`` because of something at ``caused``; not the same id twice.

        A ``Redact`` of something that was never tried destroys that at once, text and all. ``held``: it does
        not go before ``release``.
        """
        if isinstance(effect.action, Redact):
            await self._connection.execute(
                "DELETE FROM outbox WHERE id = ? AND state <= 0 AND attempts = 0", (effect.action.of,)
            )
            effect = replace(effect, lasting=False)
        fields, text = without_body(effect.action)
        body = None
        if text is not None:
            made = await self._rows(
                "INSERT INTO bodies (text) SELECT ? WHERE NOT EXISTS (SELECT 1 FROM outbox WHERE id = ?)"
                " RETURNING id",
                (text, effect_id),
            )
            body = made[0][0] if made else None
        await self._connection.execute(
            "INSERT OR IGNORE INTO outbox (id, feature, slot, subject, lane, kind, action, body,"
            " priority, lasting, report, not_before, since, caused, state)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                effect_id,
                feature,
                effect.slot,
                effect.subject,
                lane(effect.target),
                type(effect.action).__name__,
                json.dumps(fields),
                body,
                effect.priority,
                effect.lasting,
                effect.report,
                effect.not_before,
                since,
                caused,
                HELD if held else 0,
            ),
        )

    async def release(self) -> None:
        """What was ``held`` waits like everything else."""
        await self._connection.execute("UPDATE outbox SET state = 0 WHERE state = ?", (HELD,))

    # ---- what the outbox reads and writes ----

    async def next(
        self,
        now: Millis,
        busy: Collection[str] = (),
        paused: Collection[str] = (),
        served: Collection[str] = (),
    ) -> Row | None:
        """The head of a lane that may go now: the most urgent, and of these the one whose lane waits longest.

        ``busy``: lanes; ``paused``: kinds of action. ``served``: lanes that had a turn, the latest last; the
        others had theirs before that.
        """
        values = {
            "now": now,
            "busy": json.dumps(list(busy)),
            "paused": json.dumps(list(paused)),
            "served": json.dumps(list(served)),
        }
        rows = list(await self._connection.execute_fetchall(_NEXT, values))
        return row_of(rows[0]) if rows else None

    async def next_time(self) -> Millis | None:
        """When the next waiting effect may go, at the earliest."""
        rows = await self._rows("SELECT min(max(not_before, next_try)) FROM outbox WHERE state = 0")
        return None if rows[0][0] is None else int(rows[0][0])

    async def begin(self, effect_id: EffectId, now: Millis) -> bool:
        """Note that it is about to be tried. False: it was taken back meanwhile."""
        return bool(
            await self._rows(
                "UPDATE outbox SET attempts = attempts + 1, first_try = coalesce(first_try, ?)"
                " WHERE id = ? AND state = 0 RETURNING 1",
                (now, effect_id),
            )
        )

    async def retry(self, effect_id: EffectId, at: Millis, *, untried: bool = False) -> None:
        """Try again at ``at``. ``untried``: the try that was begun certainly came to nothing."""
        await self._connection.execute("UPDATE outbox SET next_try = ? WHERE id = ?", (at, effect_id))
        if untried:
            await self._connection.execute(
                "UPDATE outbox SET attempts = attempts - 1,"
                " first_try = CASE WHEN attempts > 1 THEN first_try END WHERE id = ?",
                (effect_id,),
            )

    async def latest_try(self) -> Millis:
        """The latest moment that an effect waits for before it is tried again; 0: none does."""
        return int((await self._rows("SELECT coalesce(max(next_try), 0) FROM outbox WHERE state = 0"))[0][0])

    async def clock_put_back(self, by: Millis, now: Millis) -> None:
        """Nothing waits for its next try; what was not to go yet waits as long as it was to."""
        await self._connection.execute("UPDATE outbox SET next_try = 0 WHERE state = 0")
        await self._connection.execute(
            "UPDATE outbox SET not_before = not_before - ? WHERE state = 0 AND not_before > ?", (by, now)
        )

    async def settle(self, row: Row, result: str | None) -> None:
        """Done (``result``) or refused (None): what is lasting stays, without its text; all else goes."""
        if isinstance(row.effect.action, Redact):
            await self._connection.execute("DELETE FROM outbox WHERE id = ?", (row.effect.action.of,))
        if isinstance(row.effect.action, TakeAllBack) and result is not None:
            await self._connection.execute(
                "DELETE FROM outbox WHERE lane = ? AND state = 1", (lane(row.effect.target),)
            )
        if isinstance(row.effect.action, Rewrite) and not result:
            result = None  # what it was to change does not stand, so nothing of it does
        if isinstance(row.effect.action, RemakePicture):
            result = None  # it opens a picture: whoever asked for it is told, it is not kept
        if result is not None:
            # By the row: what was forgotten while it was on its way is not lasting any more.
            await self._connection.execute(
                "UPDATE outbox SET state = 1, result = ?, body = NULL WHERE id = ? AND lasting = 1",
                (result, row.id),
            )
        await self._connection.execute("DELETE FROM outbox WHERE id = ? AND state = 0", (row.id,))

    async def result(self, effect_id: EffectId) -> EventId | None:
        rows = await self._rows("SELECT result FROM outbox WHERE id = ? AND state = 1", (effect_id,))
        return EventId(rows[0][0]) if rows and rows[0][0] else None

    async def oldest(self, now: Millis) -> Millis | None:
        """Since when the oldest effect waits that could have gone by ``now``. None: there is none."""
        rows = await self._rows(
            "SELECT min(max(coalesce(since, first_try), not_before)) FROM outbox"
            " WHERE state = 0 AND not_before <= ?",
            (now,),
        )
        return None if rows[0][0] is None else int(rows[0][0])

    async def waiting(self) -> int:
        return int((await self._rows("SELECT count(*) FROM outbox WHERE state = 0"))[0][0])
