"""Work beside the batches: one at a time, once more for what came meanwhile, its errors told."""

from __future__ import annotations

import asyncio

import pytest

from swsmatrix.matrix.client import Beside


class Work:
    def __init__(self) -> None:
        self.begun = 0
        self.gate = asyncio.Event()
        self.error: Exception | None = None

    async def __call__(self) -> None:
        self.begun += 1
        await self.gate.wait()
        if self.error:
            raise self.error


async def test_what_comes_meanwhile_is_done_after_that_once() -> None:
    work = Work()
    beside = Beside(work)
    for _ in range(3):
        beside.start()
        await asyncio.sleep(0)
    assert work.begun == 1
    work.gate.set()
    await beside.done()
    assert work.begun == 2
    beside.start()
    await beside.done()
    assert work.begun == 3


async def test_what_it_raised_is_raised_by_the_next_start() -> None:
    work = Work()
    work.error = ValueError("a failing store")
    work.gate.set()
    beside = Beside(work)
    beside.start()
    await asyncio.sleep(0)
    with pytest.raises(ValueError, match="a failing store"):
        beside.start()


async def test_ended_it_begins_nothing_more() -> None:
    work = Work()
    beside = Beside(work)
    beside.start()
    await asyncio.sleep(0)
    beside.start()
    await beside.end()
    assert work.begun == 1
