"""nio's client, for what it does well: logging in, uploading keys, holding the session and the connection.

What it gets wrong cannot be reached through it any more: syncing, sending and sharing keys are ours
(``client``, ``keyshare``), its key store is encrypted, its machine is ``Machine``, and it
never retries by itself.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Never

import nio

from swsmatrix.matrix.cipherfile import FILE_NAME, check_file, device_key
from swsmatrix.matrix.cryptostore import SqlCipherStore
from swsmatrix.matrix.machine import Machine
from swsmatrix.protocol import Millis

REQUEST_SECONDS = 30.0


class HardenedClient(nio.AsyncClient):  # type: ignore[misc] # nio makes its machine in a method of its client
    """``db_key`` and ``pickle_key``: 32 random bytes each. ``trust_unsigned``: see ``Machine``.

    ``born``: since when others can encrypt for our device, if it took the place of another; else 0.
    """

    def __init__(
        self,
        homeserver: str,
        user_id: str,
        data_dir: Path,
        *,
        db_key: bytes,
        pickle_key: bytes,
        trust_unsigned: bool = False,
    ) -> None:
        self._db_key = db_key
        self._trust_unsigned = trust_unsigned
        self._machine: Machine | None = None
        self.born: Millis = 0
        config = nio.AsyncClientConfig(
            store=SqlCipherStore,
            store_name=FILE_NAME,
            pickle_key=pickle_key.hex(),
            store_sync_tokens=False,
            max_limit_exceeded=0,
            max_timeouts=0,
            request_timeout=REQUEST_SECONDS,
        )
        super().__init__(homeserver, user_id, store_path=str(data_dir), config=config)

    def load_store(self) -> None:
        """Open the key store of the user and device that are logged in. Raises ``CryptoStoreError``."""
        if self._machine is not None:
            return
        check_file(Path(self.store_path), self._db_key)
        self.store = SqlCipherStore(
            self.user_id, self.device_id, self.store_path, self.config.pickle_key, key=self._db_key
        )
        self._machine = Machine(self.user_id, self.device_id, self.store, trust_unsigned=self._trust_unsigned)
        self.olm = self._machine
        self.encrypted_rooms = self.store.load_encrypted_rooms()

    def holds(self, user: str, device: str) -> bool:
        """Whether the key store has the keys of this device of ours. Raises ``CryptoStoreError``."""
        folder, secret = Path(self.store_path), self.config.pickle_key
        return device_key(folder, self._db_key, secret, user, device) is not None

    @property
    def machine(self) -> Machine:
        """Only after logging in."""
        if self._machine is None:
            raise nio.LocalProtocolError("not logged in yet")
        return self._machine

    def note_encrypted(self, room: str) -> None:
        """This room is encrypted: from now on, whatever the homeserver says."""
        if room not in self.encrypted_rooms:
            self.encrypted_rooms.add(room)
            self.machine.store.save_encrypted_rooms({room})

    async def close(self) -> None:
        """Close connections and the key store; the store is complete in its main file then."""
        await super().close()
        if self._machine is not None:
            self._machine.store.close()

    # nio sends cleartext where the room's encryption was withheld from it, takes failed shares for done, and
    # loses what an exception interrupts. None of these may come back by accident.

    async def room_send(self, *_: Any, **__: Any) -> Never:
        raise nio.LocalProtocolError("only perform() sends")

    async def share_group_session(self, *_: Any, **__: Any) -> Never:
        raise nio.LocalProtocolError("only KeyShare shares keys")

    async def sync(self, *_: Any, **__: Any) -> Never:
        raise nio.LocalProtocolError("only listen() syncs")

    async def sync_forever(self, *_: Any, **__: Any) -> Never:
        raise nio.LocalProtocolError("only listen() syncs")
