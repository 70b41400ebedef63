"""The bot on its homeserver: ``Homeserver`` as ``model`` describes it."""

from __future__ import annotations

import asyncio
import logging
import uuid
from collections.abc import Awaitable, Callable, Coroutine, Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any

from swsmatrix.matrix import clocks
from swsmatrix.matrix.counts import Counts
from swsmatrix.matrix.devices import Devices
from swsmatrix.matrix.hardening import HardenedClient
from swsmatrix.matrix.keyshare import KeyShare
from swsmatrix.matrix.listening import Listener
from swsmatrix.matrix.loose import objs
from swsmatrix.matrix.membership import Membership
from swsmatrix.matrix.performing import Performer
from swsmatrix.matrix.policies import Policies
from swsmatrix.matrix.rooms import Room
from swsmatrix.matrix.sync import Sync
from swsmatrix.matrix.upkeep import Upkeep
from swsmatrix.matrix.verification import Verifier
from swsmatrix.protocol import DAY, Action, Batch, Millis, Outcome, RoomId, RoomSeen, Unread

log = logging.getLogger(__name__)


def _txn() -> str:
    return uuid.uuid4().hex


class Beside:
    """Work beside the batches, which are not to wait for it nor to be lost with it; one at a time."""

    def __init__(self, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
        self._work = work
        self._task: asyncio.Task[None] | None = None
        self._again = False

    def start(self) -> None:
        """Begin; if it is going on, once more after that: what is new may have come too late for it.

        Raises what it raised the last time: a failing store.
        """
        if self._task is not None and self._task.done():
            self._task.result()
            self._task = None
        self._again = True
        if self._task is None:
            self._task = asyncio.create_task(self._until_done())

    async def _until_done(self) -> None:
        while self._again:
            self._again = False
            await self._work()

    async def done(self) -> None:
        """Wait for what goes on now."""
        if self._task is not None:
            await self._task

    async def end(self) -> None:
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task


class Client:
    """``nio`` is what ``session.start_session`` logs in; nothing else works before that.

    ``db_key``, ``pickle_key``: 32 random bytes each, for the file ``nio.db`` in ``data_dir`` and for what is
    in it. ``trust_unsigned``: devices that their owner has not signed get keys and are believed like signed
    ones. ``federate`` and ``display_name`` are for the rooms that the bot makes. ``community`` are the rooms
    whose members' invitations are marked as ``known``; whoever resolves their names fills it. ``keep_keys``:
    for how long after their last use the keys that open what others said are kept. ``now`` is the time, and
    may be put back; ``elapsed`` only grows. Both are in milliseconds.
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
        federate: bool = False,
        display_name: str = "",
        keep_keys: Millis = 7 * DAY,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
        now: Callable[[], Millis] = clocks.now,
        elapsed: Callable[[], Millis] = clocks.elapsed,
    ) -> None:
        self.nio = HardenedClient(
            homeserver,
            user_id,
            data_dir,
            db_key=db_key,
            pickle_key=pickle_key,
            trust_unsigned=trust_unsigned,
        )
        self.community: set[RoomId] = set()
        self.rooms: dict[RoomId, Room] = {}
        devices = Devices(self.nio, elapsed)
        keys = KeyShare(self.nio, devices, elapsed, _txn)
        self._sync = Sync(self.nio, sleep, lambda: self.nio.machine.count("gaps"))
        self._verifier = Verifier(self.nio, devices, keys, self.rooms, now, elapsed, _txn)
        self._listener = Listener(self.nio, self._sync, devices, keys, self.rooms, self._verifier, now)
        self._membership = Membership(
            self.nio,
            devices,
            self.rooms,
            elapsed,
            entered=self._listener.entered.add,
            left=self._listener.forget,
        )
        self.policies = Policies(self.nio, self._membership)
        self._performer = Performer(
            self.nio,
            keys,
            self._membership,
            self.rooms,
            federate=federate,
            display_name=display_name,
        )
        needed = self._listener.late.needed
        self._upkeep = Upkeep(self.nio, devices, keys, now, elapsed, _txn, keep=keep_keys, needed=needed)
        self._upkeeping, self._verifying = Beside(self._upkeep.run), Beside(self._verifier.run)
        self._making_up = Beside(lambda: keys.make_up(self.rooms))
        self._first = True

    def await_keys(self, pending: Iterable[Unread]) -> None:
        """Messages that could not be read before a restart: each is an event as soon as its key is there."""
        self._listener.late.remember(one for one in pending if one.at >= self.nio.born)

    async def listen(self, since: str | None) -> Batch:
        """See ``Homeserver.listen``. What was said before the very first call (``None``) is not heard."""
        body = await self._sync.news(since, full_state=self._first)
        self.policies.withhold(body)
        self._listener.late.born = self.nio.born if self._first else 0
        events = await self._listener.events(body, since, self.community)
        self._first = False
        self._upkeep.unused_fallback = body.get("device_unused_fallback_key_types")
        for event in objs(body, "to_device", "events"):
            self._verifier.to_device(event)
        for work in (self._upkeeping, self._verifying, self._making_up):
            work.start()
        return Batch(tuple(events), body["next_batch"])

    def set_refill(self, refill: Callable[[object], Awaitable[bool]]) -> None:
        """How a used fallback key is replaced: ``ensure_fallback_key`` with all but its last argument."""
        self._upkeep.refill = refill

    @property
    def counts(self) -> Counts:
        """Since the start, after logging in."""
        return self.nio.machine.counts

    async def resolve(self, name: str, known: RoomId | None = None) -> RoomId | None:
        """See ``Homeserver.resolve``."""
        return await self._membership.resolve(name, known)

    @property
    def moved(self) -> frozenset[str]:
        """The names that lead to another room than the one that ``resolve`` was told of and stayed with."""
        return frozenset(self._membership.moved)

    def look_at(self, room: RoomId) -> RoomSeen | None:
        """What ``listen`` said of ``room`` last, as of now; None if the bot is not known to be in it."""
        return self._listener.look_at(room)

    @property
    def out_of_reach(self) -> frozenset[str]:
        """The names that ``resolve`` led nowhere because the homeserver said no, not for its silence."""
        return frozenset(self._membership.out_of_reach)

    async def perform(self, room: RoomId | None, action: Action, txn: str) -> Outcome:
        """See ``Homeserver.perform``."""
        return await self._performer.perform(room, action, txn)

    async def find_sent(self, room: RoomId, txn: str, since: Millis) -> Outcome:
        """See ``Homeserver.find_sent``."""
        return await self._performer.find_sent(room, txn, since)

    async def close(self) -> None:
        """End what runs beside, close the connections and the key store."""
        for work in (self._upkeeping, self._verifying, self._making_up):
            await work.end()
        await self.nio.close()
