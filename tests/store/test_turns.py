"""Which effect goes next: the most urgent; else the one whose lane waits longest."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from swsmatrix.model import Effect, Priority, Target, ToDirect, ToRoom
from swsmatrix.protocol import EffectId, EventId, Millis, React, Redact, Say, UserId
from swsmatrix.store.db import Store
from swsmatrix.store.effects import lane
from tests.store.files import opened

NYC, CHICAGO, BEA = ToRoom("#nyc"), ToRoom("#chicago"), ToDirect(UserId("@bea:example.org"))


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    async with opened(tmp_path, b"\x01" * 32) as store:
        yield store


async def want(
    store: Store,
    name: str,
    where: Target,
    priority: Priority = Priority.WARNING,
    *,
    action: Say | React | Redact | None = None,
    not_before: Millis = 0,
) -> None:
    effect = Effect(
        slot=name, target=where, action=action or Say(name), priority=priority, not_before=not_before
    )
    async with store.transaction():
        await store.queue.put(EffectId(name), "test", effect)


async def order(store: Store, now: Millis = 1) -> list[str]:
    """All that may go now, as it goes one at a time."""
    served: dict[str, None] = {}
    found = []
    while (row := await store.queue.next(now, served=served)) is not None:
        found.append(row.id)
        name = lane(row.effect.target)
        served.pop(name, None)
        served[name] = None
        async with store.transaction():
            await store.queue.settle(row, "$done")
    return [str(name) for name in found]


async def test_lanes_take_turns(store: Store) -> None:
    for number in range(4):
        await want(store, f"nyc {number}", NYC)
    await want(store, "chicago", CHICAGO)
    await want(store, "bea", BEA)
    assert await order(store) == ["nyc 0", "chicago", "bea", "nyc 1", "nyc 2", "nyc 3"]


async def test_what_is_urgent_goes_first_whoever_had_a_turn(store: Store) -> None:
    for number in range(2):
        await want(store, f"nyc {number}", NYC)
    await want(store, "answer", BEA, Priority.ANSWER)
    await want(store, "first", NYC, Priority.FIRST_WARNING)
    assert await order(store) == ["first", "nyc 0", "nyc 1", "answer"]


async def test_what_is_not_to_go_yet_holds_up_nothing(store: Store) -> None:
    await want(store, "later", NYC, not_before=50)
    await want(store, "rest", NYC, Priority.REST)
    await want(store, "chicago", CHICAGO)
    assert await order(store, now=49) == ["chicago", "rest"]
    assert await store.queue.next_time() == 50
    assert await order(store, now=50) == ["later"]


async def test_a_lane_keeps_its_order_while_its_head_waits(store: Store) -> None:
    await want(store, "nyc 0", NYC)
    await want(store, "nyc 1", NYC)
    await want(store, "chicago", CHICAGO)
    async with store.transaction():
        await store.queue.retry(EffectId("nyc 0"), 100)
    assert await order(store) == ["chicago"]
    assert await order(store, now=100) == ["nyc 0", "nyc 1"]


async def test_lanes_and_kinds_that_are_left_out(store: Store) -> None:
    await want(store, "nyc", NYC)
    await want(store, "sign", CHICAGO, action=React(EventId("$e"), "✅"))
    await want(store, "after it", CHICAGO)
    await want(store, "bea", BEA)

    async def next_but(busy: tuple[str, ...], paused: tuple[str, ...]) -> str:
        row = await store.queue.next(1, busy, paused)
        return row.id if row else ""

    assert await next_but((lane(NYC),), ()) == "sign"
    assert await next_but((lane(NYC),), ("React",)) == "bea"
    assert await next_but((lane(NYC), lane(BEA)), ("React",)) == ""


async def test_odd_names_of_rooms_take_turns_as_well(store: Store) -> None:
    odd = ToRoom('#"odd\\" näme 🚨')
    for number in range(2):
        await want(store, f"odd {number}", odd)
    await want(store, "nyc", NYC)
    assert await order(store) == ["odd 0", "nyc", "odd 1"]
