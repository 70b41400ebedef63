"""Secrets in the account's own data, encrypted with a key that only the recovery key file holds.

Matrix Client-Server API, "Secrets", algorithm m.secret_storage.v1.aes-hmac-sha2 (AES-256-CTR, HMAC-SHA-256,
keys from HKDF with the secret's name), and "Recovery key" for the text that people write down.
"""

from __future__ import annotations

import hmac
import json
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import nio
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from swsmatrix.matrix.http import ask, body_of, path
from swsmatrix.matrix.trust import b64, unb64

ALGORITHM = "m.secret_storage.v1.aes-hmac-sha2"
DEFAULT_KEY = "m.secret_storage.default_key"
KEY = "m.secret_storage.key."
BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
RECOVERY_PREFIX = b"\x8b\x01"
KEY_BYTES = 32
IV_BYTES = 16

IN_VAULT = "secret_storage"


class IdentityError(Exception):
    """The bot cannot be who it was, or others could not see that it is. The text says what to do about it."""


class Vault(Protocol):
    """Secrets by name, in the encrypted store; ``put`` and ``remove`` are on the disk when they return."""

    async def get(self, name: str) -> bytes | None: ...

    async def put(self, name: str, value: bytes) -> None: ...

    async def remove(self, name: str) -> None: ...


@dataclass(frozen=True, slots=True, repr=False)
class StorageKey:
    """The key of the secret storage, and the name that the account's data gives it.

    ``announced``: it is on the server with everything that it protects, so the recovery key was handed over.
    """

    name: str
    key: bytes
    announced: bool = False

    def to_bytes(self) -> bytes:
        return json.dumps({"name": self.name, "key": b64(self.key), "announced": self.announced}).encode()

    @classmethod
    def from_bytes(cls, raw: bytes) -> StorageKey:
        value = json.loads(raw)
        return cls(value["name"], unb64(value["key"]), value["announced"])


# ---- The account's data ------------------------------------------------------------------------


async def ensure_stored(
    client: nio.AsyncClient, vault: Vault, recovery_key_file: Path, texts: Mapping[str, str]
) -> None:
    """See to it that ``texts`` (by secret name) are stored, behind the recovery key in the file.

    The file is written once, before the server hears of the key: it can be moved to a safer place afterwards.
    Can be repeated after a crash at any point. Raises ``IdentityError`` when the file holds something else.
    """
    default = (await _get(client, DEFAULT_KEY) or {}).get("key")
    raw = await vault.get(IN_VAULT)
    kept = StorageKey.from_bytes(raw) if raw else None
    if kept and kept.announced and default is not None:
        return  # there, or replaced by people on purpose
    if kept is None:
        kept = StorageKey(secrets.token_hex(16), _key_in(recovery_key_file) or secrets.token_bytes(KEY_BYTES))
        await vault.put(IN_VAULT, kept.to_bytes())
    if not kept.announced:
        _write_recovery_key(recovery_key_file, kept.key)
    proof = encrypt(kept.key, "", bytes(KEY_BYTES))
    await _put(client, KEY + kept.name, {"algorithm": ALGORITHM, "iv": proof["iv"], "mac": proof["mac"]})
    for name, text in texts.items():
        await _put(client, name, {"encrypted": {kept.name: encrypt(kept.key, name, text.encode())}})
    await _put(client, DEFAULT_KEY, {"key": kept.name})
    await vault.put(IN_VAULT, StorageKey(kept.name, kept.key, announced=True).to_bytes())


async def load(
    client: nio.AsyncClient, vault: Vault, recovery_key_file: Path, *names: str
) -> list[str] | None:
    """The secrets ``names``, opened with the recovery key in the file; None when there is no such file.

    Keeps the key in the vault. Raises ``IdentityError`` when the key or what is stored does not fit.
    """
    key = _key_in(recovery_key_file)
    if key is None:
        return None
    name = str((await _get(client, DEFAULT_KEY) or {}).get("key"))
    about = await _get(client, f"{KEY}{name}") or {}
    try:
        if encrypt(key, "", bytes(KEY_BYTES), unb64(about["iv"]))["mac"] != about["mac"].rstrip("="):
            raise IdentityError("The recovery key in recovery_key_file is not the one of this account.")
        texts = [
            decrypt(key, secret, (await _get(client, secret) or {})["encrypted"][name]).decode()
            for secret in names
        ]
    except (KeyError, TypeError, AttributeError, ValueError):
        raise IdentityError("The homeserver no longer has what the recovery key opens.") from None
    await vault.put(IN_VAULT, StorageKey(name, key, announced=True).to_bytes())
    return texts


def _data(client: nio.AsyncClient, kind: str) -> str:
    return path("user", client.user_id, "account_data", kind)


async def _get(client: nio.AsyncClient, kind: str) -> dict[str, Any] | None:
    answer = await ask(client, "GET", _data(client, kind))
    return None if answer.errcode == "M_NOT_FOUND" else body_of(answer)


async def _put(client: nio.AsyncClient, kind: str, content: Mapping[str, object]) -> None:
    body_of(await ask(client, "PUT", _data(client, kind), content))


# ---- The recovery key file -----------------------------------------------------------------------


def _key_in(file: Path) -> bytes | None:
    """The key that the file holds; None when there is no file. Raises ``IdentityError``."""
    try:
        text = file.read_text("ascii")
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError):
        raise IdentityError("recovery_key_file cannot be read. It must be a text file that we own.") from None
    try:
        return decode_recovery_key(text)
    except ValueError:
        raise IdentityError(
            "recovery_key_file holds no recovery key. Move it away, or put it right."
        ) from None


def _write_recovery_key(file: Path, key: bytes) -> None:
    """Write the file whole or not at all, readable by its owner only; leave one that is there as it is."""
    held = _key_in(file)
    if held == key:
        return
    if held is not None:
        raise IdentityError("recovery_key_file holds the recovery key of something else. Move it away.")
    new = file.with_name(f".{file.name}.new")
    try:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        new.unlink(missing_ok=True)
        with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
            out.write(encode_recovery_key(key) + "\n")
            out.flush()
            os.fsync(out.fileno())
        new.rename(file)
        folder = os.open(file.parent, os.O_RDONLY)
        os.fsync(folder)
        os.close(folder)
    except OSError:
        raise IdentityError(
            "recovery_key_file cannot be written. Its folder must be one that we own."
        ) from None


def encode_recovery_key(key: bytes) -> str:
    """The key as people write it down: base58, in groups of four."""
    raw = RECOVERY_PREFIX + key
    number, digits = int.from_bytes(raw + bytes([_parity(raw)])), ""
    while number:
        number, digit = divmod(number, 58)
        digits = BASE58[digit] + digits
    return " ".join(digits[at : at + 4] for at in range(0, len(digits), 4))


def decode_recovery_key(text: str) -> bytes:
    """The 32 bytes of a recovery key, whatever its spacing. Raises ``ValueError``."""
    number = 0
    for letter in "".join(text.split())[:100]:
        number = number * 58 + BASE58.index(letter)
    raw = number.to_bytes(len(RECOVERY_PREFIX) + KEY_BYTES + 1) if number < 1 << 280 else b""
    if not raw.startswith(RECOVERY_PREFIX) or _parity(raw) != 0:
        raise ValueError("not a recovery key")
    return raw[len(RECOVERY_PREFIX) : -1]


def _parity(raw: bytes) -> int:
    parity = 0
    for byte in raw:
        parity ^= byte
    return parity


# ---- One secret ------------------------------------------------------------------------------------


def encrypt(key: bytes, name: str, text: bytes, iv: bytes | None = None) -> dict[str, str]:
    """``text`` as the account's data keeps it: ``iv``, ``ciphertext`` and ``mac``, unpadded base64."""
    if iv is None:
        fresh = bytearray(secrets.token_bytes(IV_BYTES))
        fresh[8] &= 0x7F  # bit 63 is 0: implementations differ in how they count on beyond it
        iv = bytes(fresh)
    encryption, authentication = _keys(key, name)
    ciphertext = _stream(encryption, iv, text)
    mac = hmac.digest(authentication, ciphertext, "sha256")
    return {"iv": b64(iv), "ciphertext": b64(ciphertext), "mac": b64(mac)}


def decrypt(key: bytes, name: str, stored: Mapping[str, Any]) -> bytes:
    """What ``encrypt`` was given. Raises ``ValueError`` when the key is another or something was changed."""
    encryption, authentication = _keys(key, name)
    iv, ciphertext, mac = (unb64(stored[field]) for field in ("iv", "ciphertext", "mac"))
    if not hmac.compare_digest(hmac.digest(authentication, ciphertext, "sha256"), mac):
        raise ValueError("the secret is not the one that was stored")
    return _stream(encryption, iv, ciphertext)


def _keys(key: bytes, name: str) -> tuple[bytes, bytes]:
    derived = HKDF(hashes.SHA256(), 2 * KEY_BYTES, salt=bytes(KEY_BYTES), info=name.encode()).derive(key)
    return derived[:KEY_BYTES], derived[KEY_BYTES:]


def _stream(key: bytes, iv: bytes, data: bytes) -> bytes:
    cipher = Cipher(algorithms.AES(key), modes.CTR(iv)).encryptor()
    return cipher.update(data) + cipher.finalize()
