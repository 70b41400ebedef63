"""What there is to do in cases, as rows: links and notes are bodies, and all of it goes with its case."""

from __future__ import annotations

from typing import Any

import aiosqlite

from swsmatrix.model import Step, StepState
from swsmatrix.protocol import UserId
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


class Steps:
    """Reads for features (``load``); writes for ``Records``."""

    def __init__(self, connection: aiosqlite.Connection) -> None:
        self._connection = connection

    async def steps(self, subject: str) -> tuple[Step, ...]:
        """Those of a case, by number."""
        sql = f"{_STEP} WHERE s.subject = ? ORDER BY s.number"
        return tuple(map(_step, await self._connection.execute_fetchall(sql, (subject,))))

    async def save(self, step: Step) -> None:
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

    async def drop(self, step: Step) -> None:
        sql = "DELETE FROM steps WHERE subject = ? AND number = ?"
        await self._connection.execute(sql, (step.subject, step.number))
