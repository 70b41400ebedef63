"""Decide and commit: every event to every feature, one transaction for all that follows.

Records, effects, timers and seen-marks of one answer are committed together, with the sync token; of a long
one a slice at a time, the token with the last. A feature that raises loses its own part only: a dead letter
stays, its author and the stewards are told. An error of the store ends the process; starting again is the
recovery.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from swsmatrix import texts
from swsmatrix.features.feature import Feature
from swsmatrix.logs import Plain
from swsmatrix.model import NOTHING, Decision, Effect, Event, Noted, Priority, ToDirect, ToRoom, cause
from swsmatrix.protocol import (
    DAY,
    MINUTE,
    SECOND,
    Batch,
    EffectId,
    MatrixEvent,
    MessageEdited,
    MessagePosted,
    Millis,
    Say,
)
from swsmatrix.routing import Input, route
from swsmatrix.store.db import DatabaseError, Store
from swsmatrix.store.vault import SYNC_TOKEN
from swsmatrix.world import World

log = logging.getLogger(__name__)

# Longer than any homeserver's memory of what it already told us.
SEEN_FOR = 90 * DAY
# Longer than any time within which is counted how much an author sends out.
SPENT_FOR = DAY
# That within which is counted how much of an author is heard.
HEARD_FOR = 10 * MINUTE
TIMERS_AT_ONCE = 100
SLICE = 8  # events of one commit: some 30 ms


def _nothing() -> None:
    return


def effect_id(key: bytes, event: Event, feature: str, slot: str) -> EffectId:
    """The same decision, the same id: an HMAC of cause, feature and slot. Safe as a transaction id."""
    message = "\0".join((cause(event), feature, slot)).encode("utf-8", "surrogatepass")
    return EffectId(base64.urlsafe_b64encode(hmac.digest(key, message, hashlib.sha256)).decode()[:32])


def _origin(event: Event) -> Event:
    """What came from outside and led to this."""
    while isinstance(event, Noted) and event.because:
        event = event.because
    return event


class Engine:
    def __init__(
        self,
        store: Store,
        features: Sequence[Feature],
        world: World,
        ids_key: bytes,
        now: Callable[[], Millis],
    ) -> None:
        self.world = world
        self._store = store
        self._features = features
        self._ids_key = ids_key
        self._now = now
        self._held = False
        self._words = frozenset(word for feature in features for word in feature.words)
        self._case_words = frozenset(word for feature in features for word in feature.case)

    async def handle(self, batch: Batch, committed: Callable[[], None] = _nothing) -> None:
        """Commit everything that a sync answer leads to; its token with the last of it.

        A slice at a time, so that what waits already is delivered meanwhile; ``committed`` is called after
        each. What it leads to goes out when all of it is heard: what somebody took back or changed since they
        wrote it was never said. If the answer comes again because not all was committed, the rest is heard.
        """
        events = batch.events
        while len(events) > SLICE:
            async with self._store.transaction():
                await self._hear(events[:SLICE], held=True)
            events = events[SLICE:]
            committed()
        async with self._store.transaction():
            await self._hear(events)
            await self._store.queue.release()
            if batch.events:
                await self._store.records.forget_seen(self._now() - SEEN_FOR)
                await self._store.warnings.forget_spent(self._now() - SPENT_FOR)
            await self._store.vault.set(SYNC_TOKEN, batch.token.encode())
        committed()

    async def _hear(self, events: Iterable[MatrixEvent], *, held: bool = False) -> None:
        """Inside a transaction. ``held``: nothing that this leads to goes out yet."""
        self._held = held
        await self._store.warnings.forget_heard(self._now() - HEARD_FOR)
        for event in events:
            if await self._store.records.mark_seen(cause(event), self._now()):
                if isinstance(event, MessageEdited) and event.signed:
                    # Should the key of its original come later: that is not what its author says by now.
                    first = replace(event, event=event.original)
                    await self._store.records.mark_seen(cause(first), self._now())
                # When it happened is its server's word: what is from the future would never expire.
                await self.apply(replace(event, at=min(event.at, self._now())))
        self._held = False

    async def happened(self, *events: Event) -> None:
        """Commit what events lead to, all at once, that did not come from the homeserver's stream."""
        async with self._store.transaction():
            for event in events:
                await self.apply(event)

    async def fire_timers(self) -> Millis | None:
        """Handle the timers that are due; when the next one is (None: there is none)."""
        await self._notice_clock()
        if await self._store.records.due_timers(self._now(), 1):
            async with self._store.transaction():
                for timer in await self._store.records.due_timers(self._now(), TIMERS_AT_ONCE):
                    await self._store.records.stop_timer(timer)
                    await self.apply(timer)
        return await self._store.records.next_due()

    async def _notice_clock(self) -> None:
        """A timer that was set by a clock that was ahead waits no longer than it was to."""
        now = self._now()
        if await self._store.records.set_ahead(now + SECOND):
            async with self._store.transaction():
                await self._store.records.clock_put_back(now)

    async def apply(self, event: Event, caused: Millis | None = None) -> None:
        """Let every feature decide on one event. Inside a transaction.

        ``caused``: when that happened which led to the event, if it is known to be older.
        """
        caused = min(self._now(), event.at if caused is None else caused)
        asked = await self._read(event)
        for feature in self._features:
            try:
                facts = await feature.load(asked, self._store, self.world)
                if facts is None:
                    continue
                decision = feature.decide(asked, facts, self.world, self._now())
                if decision == NOTHING:
                    continue
                async with self._store.savepoint():
                    await self._commit(event, feature.name, decision, caused)
            except DatabaseError:
                raise
            except Exception as error:  # noqa: BLE001 - a bug in one feature must not silence the others
                await self._bury(asked, feature, error, caused)

    async def _read(self, event: Event) -> Input:
        """What it is here."""
        room, direct, private = getattr(event, "room", None), None, None
        if room is not None and room not in self.world.names.values():
            direct = await self._store.records.direct_in(room)
            private = None if direct else await self._store.people.private(room)
        user = direct.user if direct else None
        return route(event, self.world, user, self._words, private, self._case_words)

    async def _commit(self, event: Event, feature: str, decision: Decision, caused: Millis) -> None:
        records = self._store.records
        slots = [effect.slot for effect in decision.effects]
        if len(slots) != len(set(slots)):
            # Two effects of one id would be one effect: the other lost without a word.
            raise ValueError("two effects of a decision have the same slot")
        for subject in decision.stop_timers:
            await records.stop_timers(subject)
        for record in decision.drop:
            await records.drop(record)
        for record in decision.save:
            await records.save(record)
        for timer in decision.timers:
            await records.set_timer(timer, self._now())
        for effect in decision.effects:
            name = self._id(event, feature, effect)
            await self._store.queue.put(name, feature, effect, self._now(), caused, held=self._held)
        for told in decision.tell:
            await self.apply(replace(told, because=event), caused)

    def _id(self, event: Event, feature: str, effect: Effect) -> EffectId:
        return effect_id(self._ids_key, event, feature, effect.slot)

    async def _bury(self, asked: Input, feature: Feature, error: Exception, caused: Millis) -> None:
        """A bug is never silence."""
        event, kind = asked.event, type(error).__name__
        origin = _origin(event)
        log.error("a feature failed: %s, %s", Plain(feature.name), error)
        await self._store.records.dead_letter(cause(origin), feature.name, kind, self._now())
        told = [
            Effect(
                slot="broken for the stewards",
                target=ToRoom(self.world.stewards),
                action=Say(texts.text("stewards.broken", feature=feature.name, error=kind)),
            )
        ]
        meant_for_us = bool(asked.said or (asked.heard and asked.heard.tags) or origin is not event)
        if isinstance(origin, MessagePosted | MessageEdited) and meant_for_us:
            told.append(
                Effect(
                    slot="broken for its author",
                    target=ToDirect(origin.sender),
                    action=Say(texts.text("broken.author")),
                    priority=Priority.ANSWER,
                )
            )
        await self._commit(event, feature.name, Decision(effects=tuple(told)), caused)
