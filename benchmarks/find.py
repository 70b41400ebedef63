"""How long it takes to find tips among ten thousand, as a ratio to a bare scan of all their words.

    python -m benchmarks.find [TIPS] [TIMES]

The tips are made of invented words, a few common and most rare, 8 to 45 to each. Bare is what SQLite takes
to look through all of them for a word as it is written (LIKE), without order, slips or other forms. In both
cases the database is encrypted, and its pages are in memory.
"""

from __future__ import annotations

import asyncio
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

from swsmatrix.model import RegionId, Tip
from swsmatrix.store.db import Store

COMMON = ("clinic", "free", "open", "night", "kitchen", "housing", "lawyer", "doctor", "monday", "avenue")
REGIONS = tuple(RegionId(one) for one in ("nyc", "us-ny", "chicago", "maine"))
# What is searched for, and how.
SEARCHES: tuple[tuple[str, str, dict[str, object]], ...] = (
    ("one word", "clinic", {}),
    ("three words", "free night clinic", {}),
    ("with a slip", "clinci doctro", {}),
    ("other forms", "clinics opened nightly", {}),
    ("a beginning", "kitch", {}),
    ("in two regions", "lawyer", {"regions": REGIONS[:2]}),
    ("a topic", "", {"topics": ("clinic",)}),
    ("the newest", "", {"regions": REGIONS[:2]}),
    ("a question", "where is a free doctor open by night on monday?", {"least": 0.5}),
    ("nothing", "xylophone", {}),
)
NOW = 1_795_000_000_000
DAY = 86_400_000


def tips(many: int) -> list[Tip]:
    chance = random.Random(7)
    letters = [consonant + vowel for consonant in "bcdfghklmnprst" for vowel in "aeiou"]
    rare = ["".join(chance.choices(letters, k=chance.randint(2, 5))) for _ in range(3 * many)]

    def word() -> str:
        if chance.random() < 0.3:
            return chance.choice(COMMON)
        return rare[int(chance.paretovariate(0.4)) % len(rare)]

    return [
        Tip(
            subject=f"swsfyi ${number}",
            number=number,
            text=" ".join(word() for _ in range(chance.randint(8, 45))),
            posted_at=NOW - chance.randint(0, 700) * DAY,
            added_at=NOW,
            regions=(chance.choice(REGIONS),) if chance.random() < 0.7 else (),
            topics=("clinic",) if chance.random() < 0.2 else (),
        )
        for number in range(1, many + 1)
    ]


async def taken(work: Callable[[], Awaitable[object]], times: int) -> list[float]:
    """Milliseconds; the first time, which reads pages into memory, left out."""
    spent = []
    for _ in range(times + 1):
        begun = time.perf_counter()
        await work()
        spent.append((time.perf_counter() - begun) * 1000)
    return spent[1:]


def said(name: str, spent: list[float], bare: float) -> str:
    low, middle, high = statistics.quantiles(spent, n=4)
    return f"{name:15} {middle:6.1f} ms ({low:.1f} to {high:.1f})  {middle / bare:.2f}"


async def main(many: int = 10_000, times: int = 20) -> None:
    with tempfile.TemporaryDirectory() as folder:
        store = await Store.open(Path(folder), b"\x01" * 32)
        try:
            begun = time.perf_counter()
            async with store.transaction():
                for tip in tips(many):
                    await store.records.save(tip)
            each = (time.perf_counter() - begun) * 1000 / many
            print(f"{many} tips, {each:.1f} ms to save one; {times} times: median (quartiles), ratio")

            async def scan() -> object:
                like = "SELECT id FROM bodies WHERE text LIKE '%clinic%'"
                return await store.records._rows(like)

            bare = await taken(scan, times)
            limit = statistics.median(bare)
            print(said("bare scan", bare, limit))
            for name, words, how in SEARCHES:

                async def search(words: str = words, how: dict[str, object] = how) -> object:
                    return await store.tips.find([words], now=NOW, **how)  # type: ignore[arg-type]

                print(said(name, await taken(search, times), limit))
        finally:
            await store.close()


if __name__ == "__main__":
    asyncio.run(main(*(int(word) for word in sys.argv[1:])))
