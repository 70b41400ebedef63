"""Deliver: effects that were committed go to Matrix, in order for each room, the urgent first.

Every effect is noted as tried before it is handed over, and carries its id as the transaction id, so
that a try whose answer was lost is repeated and not doubled. Homeservers know transactions by the device that
they are from, and not for long; what may have been said beyond that is looked for in its room first.
"""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Callable

from swsmatrix.engine import Engine
from swsmatrix.model import Direct, EffectDone, EffectFailed, ToDirect, ToNew, ToRoom
from swsmatrix.openness import frozen, open_to_all
from swsmatrix.protocol import (
    HOUR,
    SECOND,
    Action,
    CleartextNotice,
    CreateDirect,
    Done,
    EffectId,
    Homeserver,
    InviteDirect,
    JoinRoom,
    LeaveRoom,
    Millis,
    Outcome,
    React,
    Redact,
    RedactEvent,
    Refused,
    RemakePicture,
    RetryAt,
    Rewrite,
    RewriteEvent,
    RoomId,
    Say,
    SendFile,
    SendPicture,
    SendRecord,
    TakeAllBack,
)
from swsmatrix.store.db import Store
from swsmatrix.store.effects import Row, lane

log = logging.getLogger(__name__)

AT_ONCE = 4
TURNS = 256  # of as many lanes it is known when they had their last turn
LONGEST_WAIT = 30 * SECOND
# A homeserver that comes back finds everything at its door within half a minute.
BACKOFF = (SECOND, 2 * SECOND, 5 * SECOND, 10 * SECOND, 20 * SECOND, 30 * SECOND)
DOWN_GAP = 7 * SECOND  # with those of /sync, every half minute, it is less than one request in five
NOT_THERE = 30 * SECOND
SECOND_LOOK = 10 * SECOND
# Synapse forgets transactions after a day at the latest; beyond half of that the room itself is asked.
TXN_MEMORY = 12 * HOUR

# What the bot says in so many words, or shows: looked for in the room when it may have been said before.
SAYING = (Say, RewriteEvent, SendPicture, SendFile, SendRecord)
PUT_UP = (Say, Rewrite, SendPicture, SendFile, SendRecord)

# Homeservers limit the rate of each of these by itself: one that is limited must not hold up the others.
_FAMILIES: tuple[tuple[type[Action], ...], ...] = (
    (*PUT_UP, React, Redact, RedactEvent, CleartextNotice, TakeAllBack),
    (JoinRoom, LeaveRoom),
)


def _family(action: Action) -> tuple[str, ...]:
    """The kinds of action that share a limit with this one."""
    for family in _FAMILIES:
        if isinstance(action, family):
            return tuple(kind.__name__ for kind in family)
    return (type(action).__name__,)


class Outbox:
    """``now`` in milliseconds; ``chance`` a number from 0 to 1, for the jitter."""

    def __init__(
        self,
        store: Store,
        engine: Engine,
        homeserver: Homeserver,
        now: Callable[[], Millis],
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._store = store
        self._engine = engine
        self._homeserver = homeserver
        self._now = now
        self._chance = chance
        self._began = now()
        self.refused = 0  # effects that the homeserver refused, since the start
        self._busy: set[str] = set()
        self._served: dict[str, None] = {}  # lanes that had a turn, the latest last
        self._paused: dict[str, Millis] = {}
        self._failures = 0
        self._down_until: Millis = 0
        self._last_look: Millis | None = None
        self._news = asyncio.Event()
        self._picking = asyncio.Lock()

    def wake(self) -> None:
        """There may be something new to deliver."""
        self._news.set()

    async def run(self) -> None:
        """Deliver for ever, up to four lanes at the same time."""
        async with asyncio.TaskGroup() as group:
            for _ in range(AT_ONCE):
                group.create_task(self._work())

    async def _work(self) -> None:
        while True:
            self._news.clear()
            if await self.step():
                self.wake()
                continue
            try:
                async with asyncio.timeout(await self._wait() / SECOND):
                    await self._news.wait()
            except TimeoutError:
                pass

    async def _wait(self) -> Millis:
        times = [*self._paused.values(), self._down_until, await self._store.queue.next_time() or 0]
        ahead = [at - self._now() for at in times if at > self._now()]
        return max(50, min([*ahead, LONGEST_WAIT]))

    async def step(self) -> bool:
        """Deliver the most urgent effect that may go now. False: there was none."""
        now = self._now()
        await self._notice_clock(now)
        if now < self._down_until:
            return False
        paused = [kind for kind, until in self._paused.items() if until > now]
        async with self._picking:
            if now < self._down_until:
                return False
            row = await self._store.queue.next(now, self._busy, paused, self._served)
            if row is None:
                return False
            if self._failures > 1:
                # It may be down still: one tries, for all.
                self._down_until = now + DOWN_GAP
            name = lane(row.effect.target)
            self._busy.add(name)
        try:
            async with self._store.transaction():
                begun = await self._store.queue.begin(row.id, now)
            if begun:
                await self._settle(row, await self._perform(row))
        finally:
            self._busy.discard(name)
        return True

    async def _notice_clock(self, now: Millis) -> None:
        """When the clock was put back, nothing waits for moments that are far away now."""
        last, self._last_look = self._last_look, now
        if last is None:
            # No wait is longer: a row that waits for more was written by a clock that was ahead.
            last = (await self._store.queue.latest_try()) - HOUR
        if last - now > SECOND:
            log.warning("the clock was put back: what waits is tried now")
            self._paused.clear()
            self._down_until = 0
            async with self._store.transaction():
                await self._store.queue.clock_put_back(last - now, now)

    async def _perform(self, row: Row) -> Outcome:
        action = row.effect.action
        if isinstance(action, Redact | Rewrite):
            # First of all: for what does not stand no chat is opened.
            event = await self._store.queue.result(action.of)
            if event is None:
                return await self._without_object(row)
            action = RedactEvent(event) if isinstance(action, Redact) else RewriteEvent(event, action.text)
        room: RoomId | None
        match row.effect.target:
            case ToDirect(user):
                direct = await self._store.records.direct(user)
                if direct is None or not direct.invited:
                    opened = await self._open_direct(
                        row, direct or Direct(user=user, room=RoomId(""), invited=False)
                    )
                    if not isinstance(opened, Done):
                        return opened
                    room = RoomId(opened.result)
                else:
                    room = direct.room
            case ToRoom(name):
                # Where the name led when the room was joined: an alias that leads elsewhere by now is not
                # followed. What is meant for a room that the bot is not in waits.
                room = self._room_named(name)
                if room is None:
                    return RetryAt(NOT_THERE, untried=True)
                put_up = row.effect.lasting and isinstance(row.effect.action, PUT_UP)
                if put_up and self._engine.world.region_in(room) and await self._is_weakened(room):
                    return await self._unless_said(row, room, Refused("WEAKENED"))
            case ToNew():
                return await self._homeserver.perform(None, action, row.id)
        if isinstance(action, SAYING) and (since := self._perhaps_said_since(row)) is not None:
            found = await self._homeserver.find_sent(room, row.id, since)
            if not isinstance(found, Refused):
                return found
        return self._second_look(row, await self._homeserver.perform(room, action, row.id))

    def _room_named(self, name: str) -> RoomId | None:
        world = self._engine.world
        return world.room_of(name) if world.is_configured(name) else RoomId(name)

    async def _without_object(self, row: Row) -> Outcome:
        """What it is about does not stand (any more)."""
        target = row.effect.target
        if not (isinstance(row.effect.action, Rewrite) and isinstance(target, ToRoom)):
            return Done()
        room = self._room_named(target.room)
        return await self._unless_said(row, room, Done()) if room else RetryAt(NOT_THERE, untried=True)

    async def _unless_said(self, row: Row, room: RoomId, otherwise: Outcome) -> Outcome:
        """What is not to be said any more may have been, if an answer was lost: to be taken back, too."""
        since = self._perhaps_said_since(row) or row.first_try
        found = await self._homeserver.find_sent(room, row.id, since) if since else otherwise
        return otherwise if isinstance(found, Refused) else found

    def _perhaps_said_since(self, row: Row) -> Millis | None:
        """From when on it may have been said in a transaction that the homeserver need not know; else None.

        What happened before this start may have been dealt with by an earlier life of the bot: by another
        device, where this is an old copy of the data, which does not know of it (docs/adr/0009).
        """
        first = row.first_try if row.caused is None else row.caused
        if first is None or (first >= self._began and not self._is_forgotten(row)):
            return None
        return first

    def _is_forgotten(self, row: Row) -> bool:
        return row.first_try is not None and self._now() - row.first_try > TXN_MEMORY

    async def _is_weakened(self, room: RoomId) -> bool:
        """Whether a warning is not for this room any more. It is put up late when that is over."""
        note = await self._store.records.room(room)
        return note is not None and (open_to_all(note) or bool(frozen(note)))

    def _second_look(self, row: Row, outcome: Outcome) -> Outcome:
        """Removed from a room of ours, the bot may hear of it a moment later: until it is back, it waits."""
        target, action = row.effect.target, row.effect.action
        if outcome != Refused("M_FORBIDDEN") or row.attempts or not isinstance(action, Say | Redact):
            return outcome
        ours = isinstance(target, ToRoom) and self._engine.world.is_configured(target.room)
        return RetryAt(SECOND_LOOK) if ours else outcome

    async def _open_direct(self, row: Row, direct: Direct) -> Outcome:
        """Make the room and remember it, then invite and remember that: any of it can be the last thing done.

        If the making of a room was not remembered, another is made. Nobody was invited to the first, which
        is left later (features/rooms.py).
        """
        if not direct.room:
            made = await self._homeserver.perform(None, CreateDirect(direct.user), f"{row.id}-room")
            if not isinstance(made, Done):
                return _only_here(made)
            direct = Direct(user=direct.user, room=RoomId(made.result), invited=False)
            async with self._store.transaction():
                await self._store.records.save(direct)
        invited = await self._homeserver.perform(direct.room, InviteDirect(direct.user), f"{row.id}-invite")
        if not isinstance(invited, Done):
            return _only_here(invited)
        async with self._store.transaction():
            await self._store.records.save(Direct(user=direct.user, room=direct.room))
        return Done(direct.room)

    def _had_its_turn(self, name: str) -> None:
        """A lane in which much waits goes behind the others: none holds them up."""
        self._served.pop(name, None)
        self._served[name] = None
        if len(self._served) > TURNS:
            del self._served[next(iter(self._served))]

    async def _settle(self, row: Row, outcome: Outcome) -> None:
        now = self._now()
        effect = row.effect
        if not (isinstance(outcome, RetryAt) and (outcome.limited or outcome.untried)):
            self._had_its_turn(lane(effect.target))
        async with self._store.transaction():
            match outcome:
                case Done(result):
                    self._answered()
                    await self._store.queue.settle(row, result)
                    if effect.report:
                        await self._engine.apply(_done(row, now, result), row.caused)
                case Refused(reason) as refused:
                    self._answered()
                    self.refused += not isinstance(effect.action, RemakePicture)  # broken, perhaps
                    await self._store.queue.settle(row, None)
                    await self._engine.apply(_failed(row, now, refused), row.caused)
                    log.warning("the homeserver refused a %s: %s", type(effect.action), reason)
                case RetryAt(wait, limited, untried):
                    at = now + (wait if untried else self._pause(row, now, wait, limited))
                    await self._store.queue.retry(row.id, at, untried=limited or untried)

    def _answered(self) -> None:
        self._failures, self._down_until = 0, 0

    def _pause(self, row: Row, now: Millis, wait: Millis, limited: bool) -> Millis:
        """How long this effect waits; others wait too while the server limits the rate, or is down."""
        if limited:
            self._answered()
            for kind in _family(row.effect.action):
                self._paused[kind] = now + wait
            return wait
        self._failures += 1
        if self._failures > 1:
            # Not one room but the server.
            self._down_until = now + DOWN_GAP
        if wait:
            return wait
        step = BACKOFF[min(row.attempts, len(BACKOFF) - 1)]
        return int(step * (0.5 + self._chance() / 2))


def _only_here(outcome: Outcome) -> Outcome:
    """The limit on making rooms and inviting is not one on speaking: only this chat waits."""
    return RetryAt(outcome.wait or SECOND, untried=True) if isinstance(outcome, RetryAt) else outcome


def _done(row: Row, now: Millis, result: str) -> EffectDone:
    effect = row.effect
    return EffectDone(
        effect=EffectId(row.id),
        feature=row.feature,
        slot=effect.slot,
        subject=effect.subject,
        at=now,
        result=result,
    )


def _failed(row: Row, now: Millis, refused: Refused) -> EffectFailed:
    effect = row.effect
    return EffectFailed(
        effect=EffectId(row.id),
        feature=row.feature,
        slot=effect.slot,
        subject=effect.subject,
        at=now,
        room=lane(effect.target),
        reason=refused.reason,
        whose=refused.whose,
    )
