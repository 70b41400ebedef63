"""The file with the bot's encryption keys: opened with SQLCipher, checked, and read beside a running bot.

Device ids, room ids and who shares a room with whom are as dangerous in the wrong hands as words are: the
whole file is ciphertext, its write-ahead log included. The key is a raw one (no stretching), 32 bytes.
"""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import Any

import sqlcipher3.dbapi2 as sqlcipher
from nio.crypto import OlmAccount
from peewee import PeeweeException, SqliteDatabase

from swsmatrix.errors import KeyStoreError

FILE_NAME = "nio.db"


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


class CipherDatabase(SqliteDatabase):  # type: ignore[misc] # peewee has no other way to another driver
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


STORE_FAILURES = (PeeweeException, sqlcipher.Error)
"""What a failing disk or database raises: never to be taken for a malformed message."""
