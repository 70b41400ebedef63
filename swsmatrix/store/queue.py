"""The outbox as rows: effects that wait, and what they left standing in rooms."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable
from dataclasses import asdict, dataclass, replace
from typing import Any

import aiosqlite

from swsmatrix.model import Effect, Priority, Sent, Target, ToDirect, ToNew, ToRoom
from swsmatrix.protocol import (
    Action,
    CleartextNotice,
    CreateDirect,
    CreatePrivate,
    EffectId,
    EventId,
    Invite,
    InviteDirect,
    JoinRoom,
    LeaveRoom,
    Millis,
    Picture,
    React,
    Redact,
    RedactEvent,
    Remove,
    Rewrite,
    RewriteEvent,
    Say,
    SendPicture,
    TakeAllBack,
    UserId,
)

_ACTIONS: dict[str, type[Any]] = {
    kind.__name__: kind
    for kind in (
        Say,
        Rewrite,
        RewriteEvent,
        SendPicture,
        React,
        Redact,
        RedactEvent,
        JoinRoom,
        LeaveRoom,
        CleartextNotice,
        CreateDirect,
        InviteDirect,
        CreatePrivate,
        Invite,
        Remove,
        TakeAllBack,
    )
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One effect on its way. ``first_try`` is None until it was handed to Matrix for the first time.

    ``caused``: when what led to it happened, if that is known.
    """

    id: EffectId
    feature: str
    effect: Effect
    attempts: int
    first_try: Millis | None
    caused: Millis | None


def lane(target: Target) -> str:
    """Effects of one lane go out in order."""
    match target:
        case ToRoom(room):
            return f"room {room}"
        case ToDirect(user):
            return f"direct {user}"
        case ToNew(name):
            return f"new {name}"


def _target(lane_name: str) -> Target:
    kind, _, name = lane_name.partition(" ")
    match kind:
        case "room":
            return ToRoom(name)
        case "new":
            return ToNew(name)
    return ToDirect(UserId(name))


def _without_body(action: Action) -> tuple[dict[str, object], str | None]:
    """An action's fields, and its text: that goes to the table of bodies, as does what opens a picture."""
    if isinstance(action, SendPicture):
        return {}, json.dumps(asdict(action.picture))
    fields = {name: getattr(action, name) for name in action.__dataclass_fields__}
    text = fields.pop("text", None)
    return fields, text


_COLUMNS = (
    "SELECT o.id, o.feature, o.slot, o.subject, o.lane, o.kind, o.action, b.text, o.priority, o.lasting,"
    " o.report, o.not_before, o.attempts, o.first_try, o.caused"
    " FROM {table} o LEFT JOIN bodies b ON b.id = o.body"
)


def _row(row: Any) -> Row:
    effect = Effect(
        slot=row[2],
        subject=row[3],
        target=_target(row[4]),
        action=_action(row[5], json.loads(row[6]), row[7]),
        priority=Priority(row[8]),
        lasting=bool(row[9]),
        report=bool(row[10]),
        not_before=row[11],
    )
    return Row(
        id=EffectId(row[0]),
        feature=row[1],
        effect=effect,
        attempts=row[12],
        first_try=row[13],
        caused=row[14],
    )


def _action(kind: str, fields: dict[str, Any], body: str | None) -> Action:
    if kind == SendPicture.__name__:
        return SendPicture(Picture(**json.loads(body or "{}")))
    if body is not None:
        fields["text"] = body
    action: Action = _ACTIONS[kind](**fields)
    return action


class Queue:
    def __init__(self, connection: aiosqlite.Connection) -> None:
        self._connection = connection

    async def _rows(self, sql: str, values: Iterable[object] = ()) -> list[Any]:
        async with self._connection.execute(sql, tuple(values)) as cursor:
            return list(await cursor.fetchall())

    # ---- what features read ----

    async def sent(self, subject: str) -> tuple[Sent, ...]:
        """Everything of a subject that stands or may yet come to stand, oldest first."""
        return await self._sent("o.subject = ? AND o.lasting = 1", (subject,))

    async def sent_as(self, event: EventId) -> Sent | None:
        """The effect that made ``event``, if the bot sent it and it still stands."""
        found = await self._sent("o.result = ? AND o.lasting = 1", (event,))
        return found[0] if found else None

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
                target=_target(r[4]),
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
    ) -> None:
        """Queue an effect, decided at ``since`` because of something at ``caused``; not the same id twice.

        A ``Redact`` of something that was never tried destroys that at once, text and all.
        """
        if isinstance(effect.action, Redact):
            await self._connection.execute(
                "DELETE FROM outbox WHERE id = ? AND state = 0 AND attempts = 0", (effect.action.of,)
            )
            effect = replace(effect, lasting=False)
        fields, text = _without_body(effect.action)
        body = None
        if text is not None:
            async with await self._connection.execute(
                "INSERT INTO bodies (text) SELECT ? WHERE NOT EXISTS (SELECT 1 FROM outbox WHERE id = ?)",
                (text, effect_id),
            ) as cursor:
                body = cursor.lastrowid if cursor.rowcount > 0 else None
        await self._connection.execute(
            "INSERT OR IGNORE INTO outbox (id, feature, slot, subject, lane, kind, action, body,"
            " priority, lasting, report, not_before, since, caused)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
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
            ),
        )

    # ---- what the outbox reads and writes ----

    async def next(self, now: Millis, busy: Collection[str] = (), paused: Collection[str] = ()) -> Row | None:
        """The most urgent head of a lane that may go now. ``busy``: lanes; ``paused``: kinds of action."""
        heads = (
            "(SELECT *, row_number() OVER (PARTITION BY lane ORDER BY priority, seq) AS place"
            " FROM outbox WHERE state = 0 AND not_before <= ?)"
        )
        rows = await self._rows(
            _COLUMNS.format(table=heads) + " WHERE o.place = 1 AND o.next_try <= ? AND o.lane NOT IN"
            " (SELECT value FROM json_each(?)) AND o.kind NOT IN (SELECT value FROM json_each(?))"
            " ORDER BY o.priority, o.seq LIMIT 1",
            (now, now, json.dumps(list(busy)), json.dumps(list(paused))),
        )
        return _row(rows[0]) if rows else None

    async def next_time(self) -> Millis | None:
        """When the next waiting effect may go, at the earliest."""
        rows = await self._rows("SELECT min(max(not_before, next_try)) FROM outbox WHERE state = 0")
        return None if rows[0][0] is None else int(rows[0][0])

    async def begin(self, effect_id: EffectId, now: Millis) -> bool:
        """Note that it is about to be tried. False: it was taken back meanwhile."""
        cursor = await self._connection.execute(
            "UPDATE outbox SET attempts = attempts + 1, first_try = coalesce(first_try, ?)"
            " WHERE id = ? AND state = 0",
            (now, effect_id),
        )
        async with cursor:
            return cursor.rowcount > 0

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
