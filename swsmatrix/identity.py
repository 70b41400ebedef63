"""``swsmatrix identity``: what a person compares to know that it is this bot. Asks nobody, changes nothing.

The keys are those of the store, whatever the homeserver shows of them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from swsmatrix import keys
from swsmatrix.errors import KeyStoreError
from swsmatrix.matrix.cipherfile import device_key
from swsmatrix.matrix.crosssigning import FALLBACK_IN_VAULT, IN_VAULT, Seeds
from swsmatrix.matrix.session import Session
from swsmatrix.settings import load
from swsmatrix.store.db import Store, StoreError

NOT_YET = "there is no identity yet; `swsmatrix run` makes it"
LOST = "the store of encryption keys (nio.db) is gone; `swsmatrix run` makes the bot a new device"


@dataclass(frozen=True, slots=True)
class Identity:
    """``device_key``, ``master_key``: public ed25519 keys, unpadded base64."""

    user: str
    device: str
    device_key: str
    master_key: str
    signed: bool

    def __str__(self) -> str:
        return "\n".join(
            (
                f"user          {self.user}",
                f"device        {self.device}",
                f"device key    {fours(self.device_key)}",
                f"master key    {fours(self.master_key)}",
                f"device signed {'yes' if self.signed else 'not yet: `swsmatrix run` does it'}",
            )
        )


def fours(key: str) -> str:
    """In groups of four, as clients show keys."""
    return " ".join(key[start : start + 4] for start in range(0, len(key), 4))


async def identity(config: Path, say: Callable[[str], None]) -> None:
    """Say it. Raises ``SettingsError``; ``KeyStoreError`` also when there has been no log-in yet."""
    settings = load(config)
    say(str(await _read(settings.data_dir, keys.read_root_key(settings.key_file))))


async def _read(data_dir: Path, root: bytes) -> Identity:
    try:
        store = await Store.open(data_dir, keys.derive(root, keys.BOT_DATABASE), read_only=True)
    except StoreError as error:
        raise KeyStoreError(str(error)) from error
    try:
        session, seeds = await Session.kept(store.vault), await store.vault.get(IN_VAULT)
        # Made after the device was signed, and for that device (``session``).
        marked = await store.vault.get(FALLBACK_IN_VAULT)
    finally:
        await store.close()
    if session is None or seeds is None:
        raise KeyStoreError(NOT_YET)
    key = device_key(
        data_dir,
        keys.derive(root, keys.NIO_DATABASE),
        keys.derive(root, keys.NIO_PICKLES).hex(),
        session.user_id,
        session.device_id,
    )
    signed = marked == session.device_id.encode()
    if key is None:
        raise KeyStoreError(LOST if signed else NOT_YET)
    master = Seeds.from_bytes(seeds).public()["master"]
    return Identity(session.user_id, session.device_id, key, master, signed)
