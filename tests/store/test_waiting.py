"""How much waits to be delivered, and since when."""

from __future__ import annotations

from pathlib import Path

from swsmatrix.model import Effect, ToRoom
from swsmatrix.protocol import DAY, EffectId, Millis, Say
from swsmatrix.store.db import Store
from tests.store.files import opened

KEY = b"\x01" * 32


async def put(store: Store, slot: str, since: Millis | None, not_before: Millis = 0) -> None:
    effect = Effect(slot=slot, target=ToRoom("#garden"), action=Say("tea at seven"), not_before=not_before)
    async with store.transaction():
        await store.queue.put(EffectId(slot), "danger", effect, since)


async def begin(store: Store, now: Millis) -> str:
    row = await store.queue.next(now)
    assert row
    async with store.transaction():
        await store.queue.begin(row.id, now)
    return row.id


async def deliver(store: Store, now: Millis) -> str:
    row = await store.queue.next(now)
    assert row
    async with store.transaction():
        await store.queue.settle(row, "$sent")
    return row.id


async def test_since_when_the_oldest_waits(tmp_path: Path) -> None:
    async with opened(tmp_path, KEY) as store:
        assert (await store.queue.oldest(DAY), await store.queue.waiting()) == (None, 0)
        await put(store, "first", since=40)
        await put(store, "second", since=50)
        await put(store, "later", since=10, not_before=500)
        assert (await store.queue.oldest(100), await store.queue.waiting()) == (40, 3)
        assert await deliver(store, 100) == "first"
        assert await store.queue.oldest(100) == 50
        assert await deliver(store, 100) == "second"
        assert await store.queue.oldest(100) is None
        assert await store.queue.oldest(600) == 500  # not since it was decided: since it may go


async def test_of_an_effect_from_an_older_store_the_first_try_counts(tmp_path: Path) -> None:
    async with opened(tmp_path, KEY) as store:
        await put(store, "one", since=None)
        assert await store.queue.oldest(100) is None
        assert await begin(store, 70) == "one"
        assert await begin(store, 90) == "one"
        assert await store.queue.oldest(100) == 70
