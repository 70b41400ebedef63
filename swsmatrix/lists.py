"""The policy lists of the configuration: joined, read again when something happens in them, and left.

Beside everything else: a list that cannot be read, or not yet, holds up nothing. What it said last counts.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Callable, Sequence

from swsmatrix.engine import Engine
from swsmatrix.matrix.client import Client
from swsmatrix.model import Banned
from swsmatrix.protocol import EventId, LeaveRoom, Millis, RoomId, RuleSeen
from swsmatrix.store.db import Store
from swsmatrix.store.vault import POLICIES

log = logging.getLogger(__name__)

LOOK_SECONDS = 60.0  # after lists that could not be read; and no list is read more often
AT_ONCE = 100  # rules that are committed together


class Lists:
    def __init__(
        self, names: Sequence[str], client: Client, store: Store, engine: Engine, now: Callable[[], Millis]
    ) -> None:
        self._names = tuple(dict.fromkeys(names))
        self._client = client
        self._store = store
        self._engine = engine
        self._now = now
        self._led_to: dict[str, RoomId] = {}  # names, also of lists that were followed before
        self._unread = set(self._names)

    async def recall(self) -> None:
        """What happens in the lists is not heard from the first answer on."""
        self._led_to = json.loads(await self._store.vault.get(POLICIES) or b"{}")
        if self._led_to:
            self._client.policies.rooms.update(self._led_to.values())

    async def watch(self) -> None:
        """Without any list: return at once."""
        await self._leave_others()
        if not self._names:
            return
        while True:
            self._client.policies.news.clear()
            for name in self._names:
                await self._read(name)
            if self._unread:
                unread, names = len(self._unread), len(self._names)
                log.warning("%d of %d policy lists cannot be read: `swsmatrix check`", unread, names)
            await asyncio.sleep(LOOK_SECONDS)
            if not self._unread:
                await self._client.policies.news.wait()

    async def _leave_others(self) -> None:
        """Lists that the configuration does not name any more."""
        for name in [name for name in self._led_to if name not in self._names]:
            room = self._led_to.pop(name)
            await self._client.perform(room, LeaveRoom(), f"leave {room}")
        kept = {rule.room for rule in await self._store.warnings.banned()}
        async with self._store.transaction():
            for room in kept.difference(self._led_to.values()):
                await self._store.warnings.forget_rules(room)
            await self._keep()

    async def _keep(self) -> None:
        await self._store.vault.set(POLICIES, json.dumps(self._led_to).encode())

    async def _read(self, name: str) -> None:
        room = await self._client.policies.follow(name)
        if room is not None and self._led_to.get(name) != room:
            before, self._led_to[name] = self._led_to.get(name), room
            async with self._store.transaction():
                if before:
                    await self._store.warnings.forget_rules(before)
                await self._keep()
        rules = await self._client.policies.rules(room) if room is not None else None
        if room is None or rules is None:
            self._unread.add(name)
            return
        self._unread.discard(name)
        kept = [rule for rule in await self._store.warnings.banned() if rule.room == room]
        changed = changes(kept, rules, self._now())
        for start in range(0, len(changed), AT_ONCE):
            await self._engine.happened(*changed[start : start + AT_ONCE])


def changes(kept: Sequence[Banned], rules: Sequence[RuleSeen], now: Millis) -> list[RuleSeen]:
    """What is different about ``rules``, all of a list's, from those that are ``kept`` of it."""
    before = {rule.state_key: rule.entity for rule in kept}
    there = {rule.state_key for rule in rules}
    gone = [
        RuleSeen(room=rule.room, event=EventId(""), at=now, state_key=rule.state_key, entity="")
        for rule in kept
        if rule.state_key not in there
    ]
    return gone + [rule for rule in rules if before.get(rule.state_key, "") != rule.entity]
