"""A store of an older version: what was in it is still there, and an interrupted change has not begun."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import sqlcipher3

from swsmatrix.model import (
    Direct,
    Effect,
    Post,
    PostState,
    Priority,
    RegionId,
    RoomNote,
    Sent,
    Tag,
    TimerFired,
    ToDirect,
    ToRoom,
)
from swsmatrix.protocol import EffectId, EventId, RoomId, Say, Unread, UserId
from swsmatrix.store import db
from swsmatrix.store.db import FILE, Store
from tests.store.files import opened

KEY = b"\x01" * 32
ALICE = UserId("@alice:example.org")
PHRASE = "the kettle sings at seven"

# As version 1 wrote them.
ROWS = (
    "INSERT INTO bodies VALUES (1, 'the kettle sings at seven'), (2, 'tea at the usual place')",
    "INSERT INTO posts VALUES ('danger', '$kettle', 7, '!garden', '@alice:example.org', 'swsdanger', 'held',"
    " 1, 1, 2, '[\"nyc\"]', 1, '[\"$second\"]')",
    "INSERT INTO counters VALUES ('post', 9)",
    "INSERT INTO directs VALUES ('@alice:example.org', '!two', 1)",
    "INSERT INTO rooms VALUES ('!garden', 1, 'invite', 'joined', '[\"a\"]')",
    "INSERT INTO unread VALUES ('$e', '!garden', '@alice:example.org', 'one', 5)",
    "INSERT INTO timers VALUES ('danger', 'expires', 'danger $kettle', 9)",
    "INSERT INTO vault VALUES ('session', x'6b657074')",
    "INSERT INTO seen VALUES ('!garden $kettle', 3)",
    "INSERT INTO outbox (id, feature, slot, subject, lane, kind, action, body, priority, lasting, report,"
    " not_before) VALUES ('one', 'danger', 'tell', 'danger $kettle', 'direct @alice:example.org', 'Say',"
    ' \'{"markdown": true, "reply_to": "$kettle", "thread": null}\', 2, 2, 0, 1, 4)',
    "INSERT INTO outbox (id, feature, slot, subject, lane, kind, action, priority, lasting, report,"
    " not_before, attempts, first_try, state, result) VALUES ('two', 'danger', 'relay', 'danger $kettle',"
    " 'room #garden', 'Say', '{\"markdown\": false, \"reply_to\": null, \"thread\": null}', 0, 1, 0, 0, 1, 6,"
    " 1, '$relay')",
)

MIGRATIONS = db._migrations()
FIRST = MIGRATIONS[:1]


def first_version(folder: Path) -> None:
    connection = db._connect(folder / FILE, KEY, read_only=False)
    connection.executescript(f"PRAGMA journal_mode=WAL; {FIRST[0][1]} PRAGMA user_version=1;")
    for row in ROWS:
        connection.execute(row)
    connection.close()


def everything(folder: Path) -> list[Any]:
    """The version, the schema, and every row of every table."""
    connection = db._connect(folder / FILE, KEY, read_only=True)
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    schema = connection.execute("SELECT type, name, sql FROM sqlite_master ORDER BY name").fetchall()
    rows = [
        connection.execute(f"SELECT * FROM {name}").fetchall() for kind, name, _ in schema if kind == "table"
    ]
    connection.close()
    return [version, schema, rows]


async def check_everything_is_there(store: Store) -> None:
    records, queue = store.records, store.queue
    post = Post(
        feature="danger",
        event=EventId("$kettle"),
        number=7,
        room=RoomId("!garden"),
        author=ALICE,
        tag=Tag("swsdanger"),
        state=PostState.HELD,
        text=PHRASE,
        posted_at=1,
        changed_at=2,
        regions=(RegionId("nyc"),),
        quiet=True,
        edits=(EventId("$second"),),
    )
    assert await records.open_posts() == (post,)
    assert await records.next_number() == 10
    assert await records.direct(ALICE) == Direct(user=ALICE, room=RoomId("!two"))
    assert await records.room(RoomId("!garden")) == RoomNote(
        room=RoomId("!garden"), encrypted=True, join_rule="invite", history="joined", told=("a",)
    )
    assert await records.unread_of(ALICE) == (
        Unread(room=RoomId("!garden"), event=EventId("$e"), sender=ALICE, session="one", at=5),
    )
    assert await records.due_timers(9, 10) == (
        TimerFired(feature="danger", name="expires", subject="danger $kettle", at=9),
    )
    assert await store.vault.get("session") == b"kept"
    waiting = await queue.next(4)
    assert waiting
    assert waiting.effect == Effect(
        slot="tell",
        subject="danger $kettle",
        target=ToDirect(ALICE),
        action=Say("tea at the usual place", markdown=True, reply_to=EventId("$kettle")),
        priority=Priority.ANSWER,
        report=True,
        not_before=4,
    )
    assert await queue.sent_as(EventId("$relay")) == Sent(
        effect=EffectId("two"),
        feature="danger",
        slot="relay",
        subject="danger $kettle",
        target=ToRoom("#garden"),
        priority=Priority.WARNING,
        event=EventId("$relay"),
    )
    async with store.transaction():
        assert not await records.mark_seen("!garden $kettle", 4)


async def test_what_the_first_version_kept_is_still_there(tmp_path: Path) -> None:
    first_version(tmp_path)
    async with opened(tmp_path, KEY) as store:
        await check_everything_is_there(store)
        assert await store.people.supporters() == ()
        assert await store.people.cases() == ()
        (post,) = await store.records.open_posts()
        async with store.transaction():
            await store.records.save(post)
            await store.records.drop(post)
        assert await store.records._rows("SELECT text FROM bodies") == [("tea at the usual place",)]
    async with opened(tmp_path, KEY) as store:
        assert await store.records._rows("PRAGMA user_version") == [(MIGRATIONS[-1][0],)]
        assert await store.records.open_posts() == ()


async def test_reading_only_changes_no_older_store(tmp_path: Path) -> None:
    first_version(tmp_path)
    before = everything(tmp_path)
    async with opened(tmp_path, KEY, read_only=True) as store:
        assert await store.vault.get("session") == b"kept"
    assert everything(tmp_path) == before


SECOND = MIGRATIONS[1][1].split(";\n")[:-1]


@pytest.mark.parametrize("done", range(len(SECOND) + 1))
async def test_an_interrupted_migration_leaves_the_first_version_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, done: int
) -> None:
    first_version(tmp_path)
    before = everything(tmp_path)
    broken = ";\n".join([*SECOND[:done], "INSERT INTO nowhere VALUES (1);"])
    with monkeypatch.context() as patched:
        patched.setattr(db, "_migrations", lambda: [*FIRST, (2, broken)])
        with pytest.raises(db.DatabaseError, match="nowhere"):
            await Store.open(tmp_path, KEY)
    assert everything(tmp_path) == before
    async with opened(tmp_path, KEY) as store:
        await check_everything_is_there(store)


# What SQLite asks an authorizer about, and what it says of it first.
VERSION = (sqlcipher3.SQLITE_PRAGMA, "user_version")
COMMIT = (sqlcipher3.SQLITE_TRANSACTION, "COMMIT")


@pytest.mark.parametrize("last", [VERSION, COMMIT], ids=["version", "commit"])
async def test_a_change_and_its_number_are_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, last: tuple[int, str]
) -> None:
    first_version(tmp_path)
    before = everything(tmp_path)
    connect = db._connect

    def stopping(path: Path, key: bytes, *, read_only: bool) -> Any:
        def allowed(asked: int, what: str | None, value: str | None, *_: object) -> int:
            stop = not read_only and (asked, what) == last and (asked, value) != (VERSION[0], None)
            return int(sqlcipher3.SQLITE_DENY if stop else sqlcipher3.SQLITE_OK)

        connection = connect(path, key, read_only=read_only)
        connection.set_authorizer(allowed)
        return connection

    with monkeypatch.context() as patched:
        patched.setattr(db, "_connect", stopping)
        with pytest.raises(db.DatabaseError, match="not authorized"):
            await Store.open(tmp_path, KEY)
    assert everything(tmp_path) == before
