"""What was deleted is not in the gaps between rows either, once the file was written anew."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest
import sqlcipher3

from swsmatrix import app
from swsmatrix.model import Tip
from swsmatrix.protocol import DAY, HOUR
from swsmatrix.store.db import Store
from tests.store.files import decrypted, opened

KEY = b"\x01" * 32


async def come_and_go(store: Store) -> tuple[set[str], set[str]]:
    """300 tips come, most of them go: the words that are kept, and those that are gone."""
    chance = random.Random(3)
    words = [f"w{chance.randrange(10**9):09}q" for _ in range(1500)]
    texts = [" ".join(chance.sample(words, 12)) for _ in range(300)]
    tips = [
        Tip(subject=f"swsfyi ${number}", number=number, text=text, posted_at=1, added_at=1)
        for number, text in enumerate(texts, 1)
    ]
    for tip in tips:
        async with store.transaction():
            await store.records.save(tip)
    chance.shuffle(tips)
    kept = set(" ".join(tip.text for tip in tips[:60]).split())
    for tip in tips[60:]:
        async with store.transaction():
            await store.records.drop(tip)
    return kept, set(words) - kept


async def test_no_word_is_left_in_the_gaps(tmp_path: Path) -> None:
    async with opened(tmp_path, KEY) as store:
        kept, gone = await come_and_go(store)
        before = await decrypted(store, tmp_path, KEY)
        assert [word for word in gone if word.encode() in before]  # or this test shows nothing
        await store.tidy()
        after = await decrypted(store, tmp_path, KEY)
        assert [word for word in gone if word.encode() in after] == []
        assert all(word.encode() in after for word in kept)
        assert len(await store.records._rows("SELECT 1 FROM tips")) == 60


async def test_on_a_full_disk_it_stays_as_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with opened(tmp_path, KEY) as store:
        await store.vault.put("kettle", b"whistles")
        execute = store._connection.execute

        def full(sql: str, *values: Any) -> Any:
            if sql == "VACUUM":
                raise sqlcipher3.OperationalError("database or disk is full")
            return execute(sql, *values)

        monkeypatch.setattr(store._connection, "execute", full)
        await store.tidy()
        await store.vault.put("tea", b"steeps")
        assert await store.vault.get("kettle") == b"whistles"


async def test_the_bot_does_so_once_a_day(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = [1_795_000_000_000]
    monkeypatch.setattr(app, "now", lambda: clock[0])
    async with opened(tmp_path, KEY) as store:
        tidied: list[int] = []

        async def tidy() -> None:
            tidied.append(clock[0])

        monkeypatch.setattr(store, "tidy", tidy)
        bot = object.__new__(app._Bot)
        bot._store = store
        for step in (0, HOUR, 22 * HOUR, HOUR, HOUR, -2 * DAY, HOUR):
            clock[0] += step
            await bot._tidy()
        first = 1_795_000_000_000
        # The clock was put back two days: by then nobody knows when it was.
        assert tidied == [first, first + DAY, first + DAY + HOUR - 2 * DAY]
