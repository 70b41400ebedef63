"""What is remembered, as rows: posts, direct chats, rooms, unread messages, timers, what was seen."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

import aiosqlite

from swsmatrix.model import (
    Banned,
    Barred,
    Case,
    Confirmation,
    Digest,
    Digested,
    Direct,
    Evidence,
    For,
    Gathering,
    Hearing,
    Hinted,
    Learned,
    Listing,
    Missing,
    Muted,
    Openness,
    Pin,
    Post,
    PostState,
    Private,
    Record,
    RegionId,
    RoomNote,
    Sent,
    SetTimer,
    Spent,
    Step,
    Supporter,
    Tag,
    TimerFired,
    Tip,
    ToDirect,
    ToldRule,
    Trace,
    Useful,
)
from swsmatrix.protocol import EventId, Millis, Picture, RoomId, Unread, UserId
from swsmatrix.store.agenda import Agenda
from swsmatrix.store.effects import lane
from swsmatrix.store.people import People
from swsmatrix.store.sql import count_up, keep_body, upsert
from swsmatrix.store.steps import Steps
from swsmatrix.store.tips import Tips
from swsmatrix.store.warnings import Warnings

_POST_COLUMNS = (
    "feature, event, number, room, author, tag, state, body, posted_at, changed_at, regions, quiet, edits,"
    " identity, until, place, name, withdrawn_by, attached, picture, up_at, updated, alike, words, removed"
)
# A plus before ``feature``: not all posts of the feature are gone through, but an index that finds few.
# Of one person's posts in the same words, and of others':
_MOST_ALIKE = 20
_POST = (
    "SELECT p.feature, p.event, p.number, p.room, p.author, p.tag, p.state, b.text, p.posted_at,"
    " p.changed_at, p.regions, p.quiet, p.edits, p.identity, p.until, p.place, p.name, p.withdrawn_by,"
    " p.attached, c.text, p.up_at, p.updated, p.alike, p.removed"
    " FROM posts p JOIN bodies b ON b.id = p.body LEFT JOIN bodies c ON c.id = p.picture"
)


def _post(row: Any) -> Post:
    return Post(
        feature=row[0],
        event=EventId(row[1]),
        number=row[2],
        room=RoomId(row[3]),
        author=UserId(row[4]),
        tag=Tag(row[5]),
        state=PostState(row[6]),
        text=row[7],
        posted_at=row[8],
        changed_at=row[9],
        regions=_regions(row[10]),
        quiet=bool(row[11]),
        edits=tuple(EventId(e) for e in json.loads(row[12])),
        identity=row[13],
        until=row[14],
        place=row[15],
        name=row[16],
        withdrawn_by=row[17],
        attached=bool(row[18]),
        picture=Picture(**json.loads(row[19])) if row[19] is not None else None,
        up_at=row[20],
        updated=bool(row[21]),
        alike=row[22],
        removed=bool(row[23]),
    )


def _regions(kept: str) -> tuple[RegionId, ...]:
    return tuple(RegionId(region) for region in json.loads(kept))


_ROOM_COLUMNS = "room, encrypted, join_rule, history, told, weakened, agreed, can_redact"


def _note(row: Any) -> RoomNote:
    return RoomNote(
        room=RoomId(row[0]),
        encrypted=bool(row[1]),
        join_rule=row[2],
        history=row[3],
        told=tuple(json.loads(row[4])),
        weakened=bool(row[5]),
        agreed=_openness(row[6]) if row[6] else None,
        can_redact=bool(row[7]),
    )


def _openness(kept: str) -> Openness:
    join_rule, history, weakened = json.loads(kept)
    return Openness(join_rule=join_rule, history=history, weakened=weakened)


def _agreed(state: Openness | None) -> str | None:
    return json.dumps([state.join_rule, state.history, state.weakened]) if state else None


class Records:
    """Reads for features (``load``); writes for the engine, inside a transaction.

    ``people``, ``steps``, ``tips``, ``warnings`` and ``agenda`` keep what they keep.
    """

    def __init__(
        self,
        connection: aiosqlite.Connection,
        people: People,
        steps: Steps,
        tips: Tips,
        warnings: Warnings,
        agenda: Agenda,
    ) -> None:
        self._connection = connection
        self._people = people
        self._steps = steps
        self._warnings = warnings
        self._tips = tips
        self._agenda = agenda

    async def _rows(self, sql: str, values: Iterable[object] = ()) -> list[Any]:
        return list(await self._connection.execute_fetchall(sql, tuple(values)))

    # ---- reads ----

    async def post(self, feature: str, event: EventId) -> Post | None:
        rows = await self._rows(f"{_POST} WHERE p.feature = ? AND p.event = ?", (feature, event))
        return _post(rows[0]) if rows else None

    async def post_of_edit(self, feature: str, edit: EventId) -> Post | None:
        """The post one of whose edits is the event ``edit``."""
        rows = await self._rows(
            f"{_POST} WHERE +p.feature = ? AND p.edits < '[]'"
            " AND EXISTS (SELECT 1 FROM json_each(p.edits) WHERE value = ?)",
            (feature, edit),
        )
        return _post(rows[0]) if rows else None

    async def post_numbered(self, number: int) -> Post | None:
        rows = await self._rows(f"{_POST} WHERE p.number = ?", (number,))
        return _post(rows[0]) if rows else None

    async def posts_of(self, feature: str, author: UserId) -> tuple[Post, ...]:
        """All of an author's posts that one feature keeps, oldest first."""
        rows = await self._rows(
            f"{_POST} WHERE p.feature = ? AND p.author = ? ORDER BY p.number", (feature, author)
        )
        return tuple(map(_post, rows))

    async def posts_by(self, author: UserId, newest: int = -1) -> tuple[Post, ...]:
        """An author's posts, oldest first: only the ``newest``, or all (-1)."""
        rows = await self._rows(
            f"{_POST} WHERE p.author = ? ORDER BY p.number DESC LIMIT ?", (author, newest)
        )
        return tuple(map(_post, reversed(rows)))

    async def up_for(self, feature: str) -> tuple[For, ...]:
        """Where the posts of a feature that are up are for, each place once."""
        rows = await self._rows(
            "SELECT DISTINCT regions, place FROM posts WHERE feature = ? AND state = 'up'", (feature,)
        )
        return tuple((_regions(regions), place) for regions, place in rows)

    async def posts_up(self, feature: str, places: Iterable[For], newest: int) -> tuple[Post, ...]:
        """The ``newest`` of a feature's posts that are up and are for one of ``places``, oldest first."""
        wanted = json.dumps([f"{json.dumps(regions)} {place}" for regions, place in places])
        rows = await self._rows(
            f"{_POST} WHERE p.feature = ? AND p.state = 'up' AND p.regions || ' ' || p.place IN"
            " (SELECT value FROM json_each(?)) ORDER BY p.number DESC LIMIT ?",
            (feature, wanted, newest),
        )
        return tuple(map(_post, reversed(rows)))

    async def posts_alike(self, feature: str, author: UserId, text: str) -> tuple[Post, ...]:
        """Posts in the same words, but for capitals and spaces: the author's own first, each oldest first."""
        where = "p.words = ? AND +p.feature = ? ORDER BY p.author <> ?, p.number LIMIT ?"
        rows = await self._rows(f"{_POST} WHERE {where}", (self._words(text), feature, author, _MOST_ALIKE))
        return tuple(map(_post, rows))

    async def unsigned_posts_of(self, feature: str, author: UserId) -> tuple[Post, ...]:
        """What an author's devices said that nobody vouches for, and went out."""
        where = "+p.feature = ? AND p.author = ? AND p.identity = '' AND p.state = 'up' ORDER BY p.number"
        return tuple(map(_post, await self._rows(f"{_POST} WHERE {where}", (feature, author))))

    async def open_posts(self) -> tuple[Post, ...]:
        """All posts, oldest first."""
        return tuple(map(_post, await self._rows(f"{_POST} ORDER BY p.number")))

    async def next_number(self) -> int:
        rows = await self._rows("SELECT value FROM counters WHERE name = 'post'")
        return int(rows[0][0]) + 1 if rows else 1

    async def direct(self, user: UserId) -> Direct | None:
        rows = await self._rows("SELECT user, room, invited FROM directs WHERE user = ?", (user,))
        return (
            Direct(user=UserId(rows[0][0]), room=RoomId(rows[0][1]), invited=bool(rows[0][2]))
            if rows
            else None
        )

    async def direct_in(self, room: RoomId) -> Direct | None:
        rows = await self._rows("SELECT user FROM directs WHERE room = ?", (room,))
        return await self.direct(UserId(rows[0][0])) if rows else None

    async def room(self, room: RoomId) -> RoomNote | None:
        found = await self._rooms("WHERE room = ?", (room,))
        return found[0] if found else None

    async def rooms(self) -> tuple[RoomNote, ...]:
        return await self._rooms("ORDER BY room", ())

    async def _rooms(self, which: str, values: Iterable[object]) -> tuple[RoomNote, ...]:
        rows = await self._rows(f"SELECT {_ROOM_COLUMNS} FROM rooms {which}", values)
        return tuple(map(_note, rows))

    async def missing(self) -> tuple[Missing, ...]:
        rows = await self._rows("SELECT name FROM missing ORDER BY name")
        return tuple(Missing(name=row[0]) for row in rows)

    async def unread(self) -> tuple[Unread, ...]:
        """Every message whose key is missing, oldest first."""
        return await self._unread("1 ORDER BY at, event", ())

    async def unread_of(self, sender: UserId) -> tuple[Unread, ...]:
        """A sender's, oldest first."""
        return await self._unread("sender = ? ORDER BY at, event", (sender,))

    async def unread_event(self, event: str) -> Unread | None:
        found = await self._unread("event = ?", (event,))
        return found[0] if found else None

    async def _unread(self, where: str, values: Iterable[object]) -> tuple[Unread, ...]:
        rows = await self._rows(f"SELECT room, event, sender, session, at FROM unread WHERE {where}", values)
        return tuple(
            Unread(room=RoomId(r[0]), event=EventId(r[1]), sender=UserId(r[2]), session=r[3], at=r[4])
            for r in rows
        )

    async def due_timers(self, now: Millis, limit: int) -> tuple[TimerFired, ...]:
        rows = await self._rows(
            "SELECT feature, name, subject, due FROM timers WHERE due <= ? ORDER BY due LIMIT ?", (now, limit)
        )
        return tuple(TimerFired(feature=r[0], name=r[1], subject=r[2], at=r[3]) for r in rows)

    async def runs(self, feature: str, name: str, subject: str) -> bool:
        """Whether a timer of these names is set."""
        where = "feature = ? AND name = ? AND subject = ?"
        return bool(await self._rows(f"SELECT 1 FROM timers WHERE {where}", (feature, name, subject)))

    async def next_due(self) -> Millis | None:
        rows = await self._rows("SELECT min(due) FROM timers")
        return None if rows[0][0] is None else int(rows[0][0])

    # ---- writes ----

    async def mark_seen(self, cause: str, at: Millis) -> bool:
        """False if it was marked before."""
        marked = "INSERT OR IGNORE INTO seen (cause, at) VALUES (?, ?) RETURNING 1"
        return bool(await self._rows(marked, (cause, at)))

    async def forget_seen(self, before: Millis) -> None:
        await self._connection.execute("DELETE FROM seen WHERE at < ?", (before,))

    async def save(self, record: Record) -> None:
        match record:
            case Post():
                await self._save_post(record)
            case Direct():
                await self._connection.execute(
                    "INSERT OR REPLACE INTO directs (user, room, invited) VALUES (?, ?, ?)",
                    (record.user, record.room, record.invited),
                )
            case RoomNote():
                # Encrypted once is encrypted for ever, whatever the homeserver says later.
                await self._connection.execute(
                    f"INSERT INTO rooms ({_ROOM_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
                    " ON CONFLICT (room) DO UPDATE SET encrypted = max(encrypted, excluded.encrypted),"
                    " join_rule = excluded.join_rule, history = excluded.history, told = excluded.told,"
                    " weakened = excluded.weakened, agreed = excluded.agreed,"
                    " can_redact = excluded.can_redact",
                    (
                        record.room,
                        record.encrypted,
                        record.join_rule,
                        record.history,
                        json.dumps(record.told),
                        record.weakened,
                        _agreed(record.agreed),
                        record.can_redact,
                    ),
                )
            case Missing():
                await self._connection.execute(
                    "INSERT OR REPLACE INTO missing (name) VALUES (?)", (record.name,)
                )
            case Unread():
                await self._connection.execute(
                    "INSERT OR REPLACE INTO unread (event, room, sender, session, at) VALUES (?, ?, ?, ?, ?)",
                    (record.event, record.room, record.sender, record.session, record.at),
                )
            case Sent():
                await self._stands_in(record)
            case Supporter() | Barred() | Case() | Private() | Pin():
                await self._people.save(record)
            case Step() | Evidence():
                await self._steps.save(record)
            case Gathering() | Digest() | Digested():
                await self._agenda.save(record)
            case Confirmation() | Learned() | Spent() | Hearing() | Trace() | Muted() | Banned() | Hinted():
                await self._warnings.save(record)
            case Tip() | Useful() | ToldRule() | Listing():
                await self._tips.save(record)

    async def _stands_in(self, sent: Sent) -> None:
        """It stands where its target says, and what waits to change it or to take it back goes there."""
        await self._connection.execute(
            "UPDATE outbox SET lane = ? WHERE state = 0 AND lane = (SELECT lane FROM outbox WHERE id = ?)"
            " AND kind IN ('Redact', 'Rewrite') AND action ->> 'of' = ?",
            (lane(sent.target), sent.effect, sent.effect),
        )
        await self._connection.execute(
            "UPDATE outbox SET lane = ? WHERE id = ?", (lane(sent.target), sent.effect)
        )

    async def _save_post(self, post: Post) -> None:
        await self._connection.execute(
            upsert("posts", _POST_COLUMNS, "feature, event"),
            (
                post.feature,
                post.event,
                post.number,
                post.room,
                post.author,
                post.tag.value,
                post.state.value,
                await keep_body(self._connection, post.text),
                post.posted_at,
                post.changed_at,
                json.dumps(post.regions),
                post.quiet,
                json.dumps(post.edits),
                post.identity,
                post.until,
                post.place,
                post.name,
                post.withdrawn_by,
                post.attached,
                await keep_body(self._connection, json.dumps(asdict(post.picture))) if post.picture else None,
                post.up_at,
                post.updated,
                post.alike,
                self._words(post.text),
                post.removed,
            ),
        )
        await count_up(self._connection, post.number)

    def _words(self, text: str) -> str:
        return self._people.code("\0".join(text.casefold().split()))

    async def drop(self, record: Record) -> None:
        match record:
            case Post():
                sql = "DELETE FROM posts WHERE feature = ? AND event = ?"
                values: tuple[object, ...] = (record.feature, record.event)
            case Direct():
                # What stands in that chat cannot be reached any more: not from another one either.
                stood = (lane(ToDirect(record.user)),)
                await self._connection.execute("DELETE FROM outbox WHERE lane = ? AND state = 1", stood)
                sql, values = "DELETE FROM directs WHERE user = ? AND room = ?", (record.user, record.room)
            case RoomNote():
                sql, values = "DELETE FROM rooms WHERE room = ?", (record.room,)
            case Missing():
                sql, values = "DELETE FROM missing WHERE name = ?", (record.name,)
            case Unread():
                sql, values = "DELETE FROM unread WHERE event = ?", (record.event,)
            case Supporter() | Barred() | Case() | Private() | Pin():
                return await self._people.drop(record)
            case Step() | Evidence():
                return await self._steps.drop(record)
            case Gathering() | Digest() | Digested():
                return await self._agenda.drop(record)
            case Confirmation() | Learned() | Spent() | Hearing() | Trace() | Muted() | Banned() | Hinted():
                return await self._warnings.drop(record)
            case Tip() | Useful() | ToldRule() | Listing():
                return await self._tips.drop(record)
            case Sent():
                # What still waits goes out, and is forgotten then.
                await self._connection.execute("UPDATE outbox SET lasting = 0 WHERE id = ?", (record.effect,))
                sql, values = "DELETE FROM outbox WHERE id = ? AND state = 1", (record.effect,)
        await self._connection.execute(sql, values)

    async def set_timer(self, timer: SetTimer, now: Millis) -> None:
        await self._connection.execute(
            "INSERT OR REPLACE INTO timers (feature, name, subject, due, set_at) VALUES (?, ?, ?, ?, ?)",
            (timer.feature, timer.name, timer.subject, timer.due, now),
        )

    async def set_ahead(self, now: Millis) -> bool:
        """Whether a timer was set, or a hashtag heard, later than ``now``: the clock was put back since."""
        later = "SELECT 1 FROM timers WHERE set_at > ? UNION ALL SELECT 1 FROM heard WHERE at > ? LIMIT 1"
        return bool(await self._rows(later, (now, now)))

    async def clock_put_back(self, now: Millis) -> None:
        """What was set later than ``now`` waits from now on for as long as it was to."""
        await self._connection.execute(
            "UPDATE timers SET due = ? + due - set_at, set_at = ? WHERE set_at > ?", (now, now, now)
        )
        await self._warnings.clock_put_back()

    async def stop_timer(self, timer: TimerFired) -> None:
        await self._connection.execute(
            "DELETE FROM timers WHERE feature = ? AND name = ? AND subject = ? AND due = ?",
            (timer.feature, timer.name, timer.subject, timer.at),
        )

    async def stop_timers(self, subject: str) -> None:
        await self._connection.execute("DELETE FROM timers WHERE subject = ?", (subject,))

    async def dead_letter(self, event: str, feature: str, error: str, at: Millis) -> None:
        await self._connection.execute(
            "INSERT INTO dead_letters (event, feature, error, at) VALUES (?, ?, ?, ?)",
            (event, feature, error, at),
        )

    async def dead_letters(self) -> int:
        return int((await self._rows("SELECT count(*) FROM dead_letters"))[0][0])
