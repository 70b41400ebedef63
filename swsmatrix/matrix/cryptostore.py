"""nio's store of keys, sessions and devices, in one SQLCipher file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from nio.crypto import (
    InboundGroupSession,
    OlmDevice,
    Session,
    SessionStore,
    TrustState,
)
from nio.store import SqliteStore
from peewee import SqliteDatabase

from swsmatrix.matrix.cipherfile import FILE_NAME, CipherDatabase

TIME_FORMAT = "%Y-%m-%d %H:%M:%S.%f"  # as nio reads it back


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
        return CipherDatabase(
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
