"""Secrets from files: the root key (32 random bytes), the keys that are made from it, the password."""

from __future__ import annotations

import base64
import binascii
import os
import secrets
import stat
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from swsmatrix.errors import KeyStoreError, SettingsError

LENGTH: Final = 32

# The labels are part of the store's format: another label is another key, and the data is gone.
BOT_DATABASE: Final = "swsmatrix bot database"
NIO_DATABASE: Final = "swsmatrix nio database"
NIO_PICKLES: Final = "swsmatrix nio pickles"
IDS: Final = "swsmatrix ids"

_MAKE = "head -c 32 /dev/urandom | base64"


def read_root_key(path: Path) -> bytes:
    """The 32 bytes that ``path`` holds as base64; ``KeyStoreError`` says what to do about it.

    A file that others than its owner can read is refused.
    """
    try:
        with path.open("rb") as file:
            mode = os.fstat(file.fileno()).st_mode
            text = file.read(1024)
    except FileNotFoundError:
        raise KeyStoreError(
            f"the key file {path} is missing; if there was one, put it back: without it the data cannot be "
            f"read. For a new bot: (umask 077; {_MAKE} > {path})"
        ) from None
    except OSError as error:
        raise KeyStoreError(f"the key file {path} cannot be read: {error.strerror}") from None
    if stat.S_IMODE(mode) & 0o077:
        raise KeyStoreError(f"others can read the key file {path}; type: chmod 600 {path}")
    try:
        root = base64.b64decode(text.strip(), validate=True)
    except binascii.Error:
        root = b""
    if len(root) != LENGTH:
        raise KeyStoreError(
            f"the key file {path} must hold 32 bytes in base64 (44 characters, the last one =), nothing else"
        )
    return root


def derive(root: bytes, label: str) -> bytes:
    """A 32 byte key for one purpose: HKDF-SHA256 (RFC 5869) of the root key, no salt, info = ``label``."""
    return HKDF(algorithm=SHA256(), length=LENGTH, salt=None, info=label.encode()).derive(root)


def new_key_file(path: Path) -> None:
    """Write a new random key, readable by its owner alone. ``FileExistsError`` rather than replace one."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        os.fchmod(descriptor, 0o600)
        file.write(base64.b64encode(secrets.token_bytes(LENGTH)) + b"\n")
        file.flush()
        os.fsync(descriptor)


def read_password(path: Path) -> str:
    """The password in a file, without its final line break; ``SettingsError`` if there is none."""
    try:
        password = path.read_text(encoding="utf-8").rstrip("\r\n")
    except FileNotFoundError:
        raise SettingsError(
            f"password_file: {path} is missing; the first start and `swsmatrix login` need it"
        ) from None
    except (OSError, UnicodeDecodeError):
        raise SettingsError(f"password_file: {path} cannot be read") from None
    if not password:
        raise SettingsError(f"password_file: {path} is empty")
    return password
