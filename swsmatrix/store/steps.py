"""What there is to do in cases, as rows: links and notes are bodies, and all of it goes with its case."""

from __future__ import annotations

from typing import Any

import aiosqlite

from swsmatrix.model import Evidence, Step, StepState
from swsmatrix.protocol import EventId, Picture, UserId
from swsmatrix.store.sql import keep_body, upsert

_COLUMNS = "subject, number, playbook, link, state, who, note, at"
_STEP = (
    "SELECT s.subject, s.number, s.playbook, l.text, s.state, s.who, n.text, s.at"
    " FROM steps s LEFT JOIN bodies l ON l.id = s.link LEFT JOIN bodies n ON n.id = s.note"
)


def _step(row: Any) -> Step:
    return Step(
        subject=row[0],
        number=row[1],
        playbook=row[2],
        link=row[3] or "",
        state=StepState(row[4]),
        who=None if row[5] is None else UserId(row[5]),
        note=row[6] or "",
        at=row[7],
    )


_EVIDENCE = (
    "SELECT e.subject, e.event, b.text, p.text, e.at FROM evidence e JOIN bodies b ON b.id = e.body"
    " LEFT JOIN bodies p ON p.id = e.picture"
)


def _evidence(row: Any) -> Evidence:
    return Evidence(
        subject=row[0],
        event=EventId(row[1]),
        text=row[2],
        picture=None if row[3] is None else Picture.from_json(row[3]),
        at=row[4],
    )


class Steps:
    """Reads for features (``load``); writes for ``Records``."""

    def __init__(self, connection: aiosqlite.Connection) -> None:
        self._connection = connection

    async def steps(self, subject: str) -> tuple[Step, ...]:
        """Those of a case, by number."""
        sql = f"{_STEP} WHERE s.subject = ? ORDER BY s.number"
        return tuple(map(_step, await self._connection.execute_fetchall(sql, (subject,))))

    async def evidence(self, subject: str) -> tuple[Evidence, ...]:
        """What is kept for a record of a case, oldest first."""
        sql = f"{_EVIDENCE} WHERE e.subject = ? ORDER BY e.at, e.event"
        return tuple(map(_evidence, await self._connection.execute_fetchall(sql, (subject,))))

    async def save(self, record: Step | Evidence) -> None:
        await (self._save_step(record) if isinstance(record, Step) else self._save_evidence(record))

    async def _save_evidence(self, kept: Evidence) -> None:
        values = (
            kept.subject,
            kept.event,
            await keep_body(self._connection, kept.text),
            await keep_body(self._connection, kept.picture.to_json()) if kept.picture else None,
            kept.at,
        )
        columns = "subject, event, body, picture, at"
        await self._connection.execute(upsert("evidence", columns, "subject, event"), values)

    async def _save_step(self, step: Step) -> None:
        values = (
            step.subject,
            step.number,
            step.playbook,
            await keep_body(self._connection, step.link) if step.link else None,
            step.state.value,
            step.who,
            await keep_body(self._connection, step.note) if step.note else None,
            step.at,
        )
        await self._connection.execute(upsert("steps", _COLUMNS, "subject, number"), values)

    async def drop(self, record: Step | Evidence) -> None:
        if isinstance(record, Step):
            sql = "DELETE FROM steps WHERE subject = ? AND number = ?"
            await self._connection.execute(sql, (record.subject, record.number))
        else:
            sql = "DELETE FROM evidence WHERE subject = ? AND event = ?"
            await self._connection.execute(sql, (record.subject, record.event))
