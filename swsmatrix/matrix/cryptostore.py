"""nio's store of keys, sessions and devices, as one SQLCipher file.

Device ids, room ids and who shares a room with whom are as dangerous in the wrong hands as words are: the
whole file is ciphertext, its write-ahead log included. The key is a raw one (no stretching), 32 bytes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import sqlcipher3.dbapi2 as sqlcipher
from nio.crypto import (
    InboundGroupSession,
    OlmAccount,
    OlmDevice,
    Session,
    SessionStore,
    TrustState,
)
from nio.store import SqliteStore
from peewee import PeeweeException, SqliteDatabase

from swsmatrix.errors import KeyStoreError

FILE_NAME = "nio.db"
TIME_FORMAT = "%Y-%m-%d %H:%M:%S.%f"  # as nio reads it back


class CryptoStoreError(KeyStoreError):
    """The store of encryption keys is damaged, or the key file is not the one it was made with."""


def check_file(data_dir: Path, key: bytes) -> None:
    """Read the whole file without changing it; raise ``CryptoStoreError`` when it cannot be trusted.

    A file that does not exist yet is fine. Reads about 350 MB a second.
    """
    file = data_dir / FILE_NAME
    if not file.exists():
        return
    try:
        with closing(_look(file, key)) as db:
            damage = db.execute("PRAGMA cipher_integrity_check").fetchall()
            readable = db.execute("SELECT count(*) FROM sqlite_master").fetchone()
    except sqlcipher.DatabaseError:
        damage, readable = [("unreadable",)], None
    if damage or readable is None:
        raise CryptoStoreError("the store of encryption keys is damaged, or its key does not fit")


def device_key(data_dir: Path, key: bytes, pickle_key: str, user: str, device: str) -> str | None:
    """The public ed25519 key (unpadded base64) of our own device; None when it is not there.

    ``key``, ``pickle_key``: as for ``SqlCipherStore``. Changes nothing, also beside a running bot. Raises
    ``CryptoStoreError``.
    """
    file = data_dir / FILE_NAME
    if not file.exists():
        return None
    question = "SELECT account FROM accounts WHERE user_id = ? AND device_id = ?"
    try:
        with closing(_look(file, key)) as db:
            row = db.execute(question, (user, device)).fetchone()
    except sqlcipher.DatabaseError:
        raise CryptoStoreError("the store of encryption keys is damaged, or its key does not fit") from None
    return str(OlmAccount.from_pickle(row[0], pickle_key).identity_keys["ed25519"]) if row else None


def _look(file: Path, key: bytes) -> Any:
    """A connection that cannot write."""
    log = file.with_name(f"{FILE_NAME}-wal")
    # Where nobody has left a log, SQLite would leave an empty one behind by looking.
    mode = "ro" if log.exists() and log.stat().st_size else "ro&immutable=1"
    db = sqlcipher.connect(f"{file.absolute().as_uri()}?mode={mode}", uri=True)
    try:
        _unlock(db, key)
    except BaseException:
        db.close()
        raise
    return db


def _unlock(db: Any, key: bytes) -> None:
    if len(key) != 32:
        raise CryptoStoreError("the key of the encryption keys' store is not 32 bytes long")
    db.execute("PRAGMA cipher_log_level = NONE")  # it writes to standard error by itself
    # Hexadecimal digits only, and PRAGMA takes no parameters.
    db.execute(f"PRAGMA key = \"x'{key.hex()}'\"")
    version = db.execute("PRAGMA cipher_version").fetchone()
    if not version or not version[0]:
        raise CryptoStoreError("this SQLite cannot encrypt")


class _CipherDatabase(SqliteDatabase):  # type: ignore[misc] # peewee has no other way to another driver
    def __init__(self, path: str, key: bytes, pragmas: dict[str, object]) -> None:
        self._key = key
        super().__init__(path, pragmas=pragmas)

    def _connect(self) -> Any:
        Path(self.database).touch(0o600)
        db = sqlcipher.connect(self.database, isolation_level=None)
        try:
            _unlock(db, self._key)
            self._add_conn_hooks(db)  # the pragmas; the first to read the file, hence to notice a wrong key
        except sqlcipher.DatabaseError as error:
            db.close()
            raise CryptoStoreError("the store of encryption keys cannot be read with this key") from error
        except BaseException:
            db.close()
            raise
        return db


def row_name(session: InboundGroupSession) -> str:
    """After the device too: a member who passes on another's session has a row apart."""
    return f"{session.id} {session.sender_key} {session.room_id}"


def peer_of(session: Session) -> str:
    """The ed25519 key of the device that ``session`` is with; empty when that is not known."""
    return getattr(session, "peer", "")


class SqlCipherStore(SqliteStore):  # type: ignore[misc] # nio takes its stores by subclass
    """``key``: 32 raw bytes for the file. ``pickle_key``: 32 random bytes as text, for the sessions in it.

    Every commit is synced to the disk (a ratchet that steps back breaks its session for good), so writes
    that belong together go into one ``transaction``. A device's trust is read from memory.
    """

    def __init__(self, user_id: str, device_id: str, store_path: str, pickle_key: str, *, key: bytes) -> None:
        self._key = key
        self._account_row: int | None = None
        super().__init__(user_id, device_id, store_path, pickle_key, FILE_NAME)
        self.database.execute_sql(
            "CREATE TABLE IF NOT EXISTS identities (account_id INTEGER, user_id TEXT, master TEXT,"
            " PRIMARY KEY (account_id, user_id)) WITHOUT ROWID"
        )
        self.database.execute_sql("CREATE TABLE IF NOT EXISTS times (what TEXT PRIMARY KEY, at INTEGER)")
        columns = self.database.execute_sql("SELECT name FROM pragma_table_info('olmsessions')").fetchall()
        if ("peer",) not in columns:
            self.database.execute_sql("ALTER TABLE olmsessions ADD COLUMN peer TEXT NOT NULL DEFAULT ''")

    def _create_database(self) -> SqliteDatabase:
        return _CipherDatabase(
            self.database_path,
            self._key,
            {
                "journal_mode": "wal",
                "synchronous": "full",
                "secure_delete": 1,
                "foreign_keys": 1,
                "temp_store": "memory",
            },
        )

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """One commit for everything inside; nothing inside may await."""
        with self.database.atomic():
            yield

    def close(self) -> None:
        """Close; the write-ahead log is gone then (a bit flipped in it would go unnoticed)."""
        if not self.database.is_closed():
            self.database.close()

    # ---- Sessions: plain SQL, because building it anew for every device is most of a share's time ----

    def _row(self) -> int:
        if self._account_row is None:
            self._account_row = self._get_account().id
        return self._account_row

    def save_session(self, curve_key: str, session: Session) -> None:
        self.database.execute_sql(
            "INSERT OR REPLACE INTO olmsessions"
            " (session_id, account_id, sender_key, session, creation_time, last_usage_date, peer)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)",
            (
                session.id,
                self._row(),
                curve_key,
                session.pickle(self.pickle_key),
                session.creation_time.strftime(TIME_FORMAT),
                session.use_time.strftime(TIME_FORMAT),
                peer_of(session),
            ),
        )

    def save_peer(self, session: Session, fingerprint: str) -> None:
        """``session``, saved before, is with the device that has this ed25519 key."""
        session.peer = fingerprint
        self.database.execute_sql(
            "UPDATE olmsessions SET peer = ? WHERE session_id = ?", (fingerprint, session.id)
        )

    def load_sessions(self) -> SessionStore:
        sessions = super().load_sessions()
        peers = dict(self.database.execute_sql("SELECT session_id, peer FROM olmsessions").fetchall())
        for session in sessions:
            session.peer = peers[session.id]
        return sessions

    def forget_session(self, session: Session) -> None:
        self.database.execute_sql("DELETE FROM olmsessions WHERE session_id = ?", (session.id,))

    def forget_sender(self, sender_key: str) -> None:
        """Everything that came from the device that has this curve25519 key."""
        for table in ("olmsessions", "megolminboundsessions"):
            self.database.execute_sql(f"DELETE FROM {table} WHERE sender_key = ?", (sender_key,))

    def save_inbound_group_session(self, session: InboundGroupSession) -> None:
        self.database.execute_sql(
            "INSERT INTO megolminboundsessions"
            " (session_id, account_id, sender_key, fp_key, room_id, session) VALUES (?, ?, ?, ?, ?, ?)"
            # Not replaced: what is known of the row (``heard``) would go with it.
            " ON CONFLICT (session_id) DO UPDATE SET account_id = excluded.account_id,"
            " fp_key = excluded.fp_key, session = excluded.session",
            (
                row_name(session),
                self._row(),
                session.sender_key,
                session.ed25519,
                session.room_id,
                session.pickle(self.pickle_key),
            ),
        )

    def forget_other_devices(self) -> None:
        """What the bot's earlier devices could open; that a room is encrypted is still known."""
        with self.transaction():
            mine = (self._row(),)
            others = "IN (SELECT id FROM devicekeys WHERE account_id != ?)"
            for table in ("keys", "devicetruststate"):
                self.database.execute_sql(f"DELETE FROM {table} WHERE device_id {others}", mine)
            self.database.execute_sql("UPDATE OR IGNORE encryptedrooms SET account_id = ?", mine)
            self.database.execute_sql("DELETE FROM identities WHERE account_id != ?", mine)
            self.database.execute_sql("DELETE FROM accounts WHERE id != ?", mine)

    def forget_room(self, room: str) -> None:
        """Nothing in the file opens anything of ``room`` any more, nor does anything in its log."""
        self.database.execute_sql(
            "DELETE FROM megolminboundsessions WHERE account_id = ? AND room_id = ?", (self._row(), room)
        )
        self.database.execute_sql("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()

    # ---- Times ----

    def last(self, what: str, now: int) -> int:
        """When ``what`` was last done, as far as it was noted; else from now on it counts as done now."""
        found = self.database.execute_sql("SELECT at FROM times WHERE what = ?", (what,)).fetchone()
        if found and found[0] <= now:
            return int(found[0])
        self.note(what, now)  # or the clock had been ahead
        return now

    def note(self, what: str, now: int) -> None:
        self.database.execute_sql("INSERT OR REPLACE INTO times (what, at) VALUES (?, ?)", (what, now))

    # ---- Devices, and whose they are ----

    def load_identities(self) -> dict[str, str]:
        """User id -> public master key, as last proven; empty when there was none any more."""
        found = self.database.execute_sql(
            "SELECT user_id, master FROM identities WHERE account_id = ?", (self._row(),)
        )
        return dict(found.fetchall())

    def save_identity(self, user: str, master: str) -> None:
        self.database.execute_sql(
            "INSERT OR REPLACE INTO identities (account_id, user_id, master) VALUES (?, ?, ?)",
            (self._row(), user, master),
        )

    def save_devices(self, devices: Iterable[OlmDevice]) -> None:
        """Keys, whether deleted, and trust of each device."""
        changed: dict[str, dict[str, OlmDevice]] = {}
        for device in devices:
            changed.setdefault(device.user_id, {})[device.id] = device
        with self.transaction():
            self.save_device_keys(changed)
            for user_devices in changed.values():
                for device in user_devices.values():
                    self._save_trust(device)

    def forget_device(self, device: OlmDevice) -> None:
        at = (self._row(), device.user_id, device.id)
        row = "IN (SELECT id FROM devicekeys WHERE account_id = ? AND user_id = ? AND device_id = ?)"
        for table, column in (("keys", "device_id"), ("devicetruststate", "device_id"), ("devicekeys", "id")):
            self.database.execute_sql(f"DELETE FROM {table} WHERE {column} {row}", at)

    def _save_trust(self, device: OlmDevice) -> None:
        self.database.execute_sql(
            "INSERT OR REPLACE INTO devicetruststate (device_id, state)"
            " SELECT id, ? FROM devicekeys WHERE account_id = ? AND user_id = ? AND device_id = ?",
            (device.trust_state.value, self._row(), device.user_id, device.id),
        )

    def is_device_verified(self, device: OlmDevice) -> bool:
        return bool(device.trust_state is TrustState.verified)

    def is_device_blacklisted(self, device: OlmDevice) -> bool:
        return bool(device.trust_state is TrustState.blacklisted)

    def is_device_ignored(self, device: OlmDevice) -> bool:
        return bool(device.trust_state is TrustState.ignored)


STORE_FAILURES = (PeeweeException, sqlcipher.Error)
"""What a failing disk or database raises: never to be taken for a malformed message."""

__all__ = [
    "FILE_NAME",
    "STORE_FAILURES",
    "CryptoStoreError",
    "SqlCipherStore",
    "check_file",
    "peer_of",
    "row_name",
]
