"""Named secrets and positions: the session, the cross-signing seeds, the sync token."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

import aiosqlite

SYNC_TOKEN = "sync_token"  # noqa: S105 - the name of it
POLICIES = "policies"  # JSON: the rooms of the policy lists, by the names that the configuration gave them
TIDIED = "tidied"  # when the file was last written anew, in milliseconds
ROOMS = "rooms"  # JSON: which rooms the names of the configuration led to


class Vault:
    """Values by name. ``put`` and ``remove`` commit at once; ``set`` is for use inside a transaction."""

    def __init__(
        self,
        connection: aiosqlite.Connection,
        transaction: Callable[[], AbstractAsyncContextManager[None]],
    ) -> None:
        self._connection = connection
        self._transaction = transaction

    async def get(self, name: str) -> bytes | None:
        async with self._connection.execute("SELECT value FROM vault WHERE name = ?", (name,)) as cursor:
            row = await cursor.fetchone()
        return bytes(row[0]) if row else None

    async def set(self, name: str, value: bytes) -> None:
        await self._connection.execute(
            "INSERT INTO vault (name, value) VALUES (?, ?) "
            "ON CONFLICT (name) DO UPDATE SET value = excluded.value",
            (name, value),
        )

    async def put(self, name: str, value: bytes) -> None:
        async with self._transaction():
            await self.set(name, value)

    async def remove(self, name: str) -> None:
        async with self._transaction():
            await self._connection.execute("DELETE FROM vault WHERE name = ?", (name,))
