"""The pages of a SQLCipher file, decrypted without SQLite: free ones too, and what is between rows."""

from __future__ import annotations

from pathlib import Path

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from swsmatrix.store.db import FILE, Store

# SQLCipher 4 with a raw key: AES-256-CBC; each page ends with its IV (16 bytes) and an HMAC-SHA512 (64);
# the file begins with a salt (16 bytes), where SQLite has its name.
PAGE = 4096
SALT = 16
IV = 16
RESERVE = IV + 64


async def decrypted(store: Store, folder: Path, key: bytes) -> bytes:
    """What all pages of the store in ``folder`` hold, in order, once its log is emptied into them."""
    assert await store.records._rows("PRAGMA wal_checkpoint(TRUNCATE)") == [(0, 0, 0)]
    content = (folder / FILE).read_bytes()
    plain = []
    for start in range(0, len(content), PAGE):
        page = content[start : start + PAGE]
        opened = Cipher(algorithms.AES(key), modes.CBC(page[-RESERVE:][:IV])).decryptor()
        plain.append(opened.update(page[0 if start else SALT : -RESERVE]) + opened.finalize())
    return b"".join(plain)
