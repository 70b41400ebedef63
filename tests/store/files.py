"""The store's file: opened for a while, or decrypted without SQLite, free pages and gaps included."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from swsmatrix.store.db import FILE, Store

# SQLCipher 4 with a raw key: AES-256-CBC; each page ends with its IV (16 bytes) and an HMAC-SHA512 (64);
# the file begins with a salt (16 bytes), where SQLite has its name.
PAGE = 4096
SALT = 16
IV = 16
RESERVE = IV + 64


@asynccontextmanager
async def opened(folder: Path, key: bytes, *, read_only: bool = False) -> AsyncIterator[Store]:
    """Closed again also when the test fails: the thread of an open store holds up the end of the run."""
    store = await Store.open(folder, key, read_only=read_only)
    try:
        yield store
    finally:
        await store.close()


async def decrypted(store: Store, folder: Path, key: bytes) -> bytes:
    """What all pages of the store in ``folder`` hold, in order, once its log is emptied into them."""
    assert await store.records._rows("PRAGMA wal_checkpoint(TRUNCATE)") == [(0, 0, 0)]
    return pages((folder / FILE).read_bytes(), key)


def pages(content: bytes, key: bytes) -> bytes:
    """What all pages of a file hold, in order."""
    plain = []
    for start in range(0, len(content), PAGE):
        page = content[start : start + PAGE]
        cipher = Cipher(algorithms.AES(key), modes.CBC(page[-RESERVE:][:IV])).decryptor()
        plain.append(cipher.update(page[0 if start else SALT : -RESERVE]) + cipher.finalize())
    return b"".join(plain)
