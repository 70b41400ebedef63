"""The bot's database: one SQLCipher file, opened, checked, migrated, written in transactions.

Refuses (``StoreError``) a key that does not fit, a damaged file, and a store of a newer version,
and leaves the files byte for byte as they were when it does.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from importlib import resources
from pathlib import Path
from typing import Any

import aiosqlite
import sqlcipher3

from swsmatrix.store.agenda import Agenda
from swsmatrix.store.people import People, barred_key
from swsmatrix.store.queue import Queue
from swsmatrix.store.records import Records
from swsmatrix.store.steps import Steps
from swsmatrix.store.tips import Tips
from swsmatrix.store.vault import Vault
from swsmatrix.store.warnings import Warnings

FILE = "swsmatrix.db"
DatabaseError: type[Exception] = sqlcipher3.DatabaseError
Hook = Callable[[str], Awaitable[None]]


class StoreError(Exception):
    """The store cannot be used; the text says why, for the person who runs the bot."""


async def _nothing(_moment: str) -> None:
    return


def _connect(path: Path, key: bytes, *, read_only: bool) -> Any:
    """Open with a raw key. SQLite knows no better moment to ask whether SQLCipher is there at all."""
    mode = "ro" if read_only else "rwc"
    log = path.with_name(f"{path.name}-wal")
    if read_only and not (log.exists() and log.stat().st_size):
        # Nobody writes: without this SQLite would leave an empty log beside the file.
        mode = "ro&immutable=1"
    connection = sqlcipher3.connect(
        f"{path.absolute().as_uri()}?mode={mode}", uri=True, isolation_level=None, check_same_thread=False
    )
    try:
        # SQLCipher writes to standard error by itself otherwise; what matters we raise.
        connection.execute("PRAGMA cipher_log_level = NONE")
        connection.execute(f"PRAGMA key = \"x'{key.hex()}'\"")
        if not connection.execute("PRAGMA cipher_version").fetchone():
            raise StoreError("this Python's sqlcipher3 has no encryption in it; install sqlcipher3 again")
    except BaseException:
        connection.close()
        raise
    return connection


def _migrations() -> list[tuple[int, str]]:
    folder = resources.files("swsmatrix.store") / "migrations"
    files = sorted((f for f in folder.iterdir() if f.name.endswith(".sql")), key=lambda f: f.name)
    return [(int(f.name[:4]), f.read_text(encoding="utf-8")) for f in files]


def verify(path: Path, key: bytes) -> int:
    """Check key, pages and version without writing; the version found. ``StoreError`` otherwise."""
    try:
        connection = _connect(path, key, read_only=True)
        try:
            damaged = connection.execute("PRAGMA cipher_integrity_check").fetchall()
            version = int(connection.execute("PRAGMA user_version").fetchone()[0])
        finally:
            connection.close()
    except sqlcipher3.DatabaseError as error:
        raise StoreError(
            "the store does not open: the key is not the one it was made with, or the file is damaged"
        ) from error
    if damaged:
        raise StoreError("the store is damaged; put a backup in its place (nothing was changed)")
    newest = _migrations()[-1][0]
    if version > newest:
        raise StoreError(
            f"the store has version {version}, this program knows up to {newest}: install the newer program"
        )
    return version


class Store:
    """All that is remembered. Reads through ``records`` and ``queue``; writes only in ``transaction``."""

    def __init__(self, connection: aiosqlite.Connection, key: bytes, *, on_commit: Hook = _nothing) -> None:
        self._connection = connection
        self._on_commit = on_commit
        self._lock = asyncio.Lock()
        self.people = People(connection, barred_key(key))
        self.steps = Steps(connection)
        self.warnings = Warnings(connection, self.people.code)
        self.tips = Tips(connection)
        self.agenda = Agenda(connection)
        self.records = Records(connection, self.people, self.steps, self.tips, self.warnings, self.agenda)
        self.queue = Queue(connection)
        self.vault = Vault(connection, self.transaction)

    @classmethod
    async def open(
        cls, data_dir: Path, key: bytes, *, read_only: bool = False, on_commit: Hook = _nothing
    ) -> Store:
        """Open, check and migrate the store in ``data_dir``; made if missing. ``key``: 32 bytes."""
        path = data_dir / FILE
        if path.exists() and path.stat().st_size:
            await asyncio.to_thread(verify, path, key)
        elif read_only:
            raise StoreError("there is no store yet; `swsmatrix run` makes it")
        connection = aiosqlite.core.Connection(lambda: _connect(path, key, read_only=read_only), 64)
        await connection
        store = cls(connection, key, on_commit=on_commit)
        try:
            if not read_only:
                await store._prepare()
        except BaseException:
            await connection.close()
            raise
        return store

    async def _prepare(self) -> None:
        # FULL: what was committed is still there after a power cut. Nothing temporary on disk in clear.
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "secure_delete=ON"):
            await self._connection.execute(f"PRAGMA {pragma}")
        await self._connection.execute("PRAGMA temp_store=MEMORY")
        async with self._connection.execute("PRAGMA user_version") as cursor:
            row = await cursor.fetchone()
        version = int(row[0]) if row else 0
        for number, script in _migrations():
            if number > version:
                await self._migrate(number, script)

    async def _migrate(self, number: int, script: str) -> None:
        # One transaction for the change and its number: interrupted, the old store is still whole.
        await self._connection.executescript(
            f"BEGIN IMMEDIATE;\n{script}\nPRAGMA user_version={number};\nCOMMIT;"
        )

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[None]:
        """All or nothing, one at a time. The only place that commits."""
        async with self._lock:
            try:
                await self._connection.execute("BEGIN IMMEDIATE")
                yield
                await self._on_commit("before")
                await self._connection.execute("COMMIT")
            except BaseException:
                # Cancelled while it was being committed, it may be whole: then there is nothing to undo.
                with suppress(sqlcipher3.OperationalError):
                    await self._connection.execute("ROLLBACK")
                raise
            await self._on_commit("after")

    @asynccontextmanager
    async def savepoint(self) -> AsyncIterator[None]:
        """Within a transaction: what happens inside is undone, alone, if it raises."""
        await self._connection.execute("SAVEPOINT step")
        try:
            yield
        except BaseException:
            await self._connection.execute("ROLLBACK TO step")
            await self._connection.execute("RELEASE step")
            raise
        await self._connection.execute("RELEASE step")

    async def tidy(self) -> None:
        """Write the file anew, so that nothing is in it but what is kept.

        ``secure_delete`` wipes what is deleted where it is, but not where it was before SQLite moved it to
        another page: of words that were deleted up to one in a hundred stayed readable in a gap (tests/store/
        test_tidy.py). About 30 ms for each megabyte.
        """
        async with self._lock:
            # On a full disk the file stays as it is.
            with suppress(sqlcipher3.OperationalError):
                await self._connection.execute("VACUUM")
                await self._connection.execute_fetchall("PRAGMA wal_checkpoint(TRUNCATE)")

    async def close(self) -> None:
        """Close cleanly: the write-ahead log is emptied into the main file, whose pages are checked."""
        if not self._connection.in_transaction:
            try:
                async with self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)") as cursor:
                    await cursor.fetchall()
            except sqlcipher3.DatabaseError:
                pass  # a full disk: the log stays, and is read at the next start
        await self._connection.close()
