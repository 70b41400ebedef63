"""What is when: as it was saved, and gone with its post."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import MISSING, fields, replace
from pathlib import Path

import pytest

from swsmatrix.model import Digest, Digested, Gathering, Post, PostState, Tag
from swsmatrix.protocol import EventId, RoomId, UserId
from swsmatrix.store.db import Store

KEY = b"\x01" * 32
GATHERING = Gathering(event=EventId("$tea"), start=50, end=60, day="2026-12-17", asked=True, read="50 60")
DIGEST = Digest(room="#garden:example.org", since=5, off=True)
DIGESTED = Digested(subject="digest #garden 7", room="#garden", at=7, items=("swsfyi $tea", "swsfyi $lamp"))
POST = Post(
    feature="swsfyi",
    event=EventId("$tea"),
    number=1,
    room=RoomId("!garden"),
    author=UserId("@alice:example.org"),
    tag=Tag("swsfyi"),
    state=PostState.UP,
    text="tea",
    posted_at=1,
    changed_at=1,
)


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    found = await Store.open(tmp_path, KEY)
    yield found
    await found.close()


async def test_all_of_it_comes_back_as_it_was(store: Store) -> None:
    for record in (GATHERING, DIGEST, DIGESTED):
        for part in fields(record):
            assert part.default is MISSING or getattr(record, part.name) != part.default, part.name
        async with store.transaction():
            await store.records.save(record)
            await store.records.save(record)
    assert await store.agenda.gathering(GATHERING.event) == GATHERING
    assert await store.agenda.digest(DIGEST.room) == DIGEST
    assert await store.agenda.digests_with("swsfyi $lamp") == (DIGESTED,)
    assert await store.agenda.digests_with("swsfyi $la") == ()
    async with store.transaction():
        for one in (GATHERING, DIGEST, DIGESTED):
            await store.records.drop(one)
    assert await store.agenda.gathering(GATHERING.event) is None
    assert await store.agenda.digest(DIGEST.room) is None
    assert await store.agenda.digests_with("swsfyi $lamp") == ()


async def test_it_goes_with_its_post_and_no_other(store: Store) -> None:
    async with store.transaction():
        await store.records.save(POST)
        await store.records.save(replace(POST, feature="danger", number=2))
        await store.records.save(GATHERING)
        await store.records.drop(replace(POST, feature="danger"))
    assert await store.agenda.gathering(POST.event) == GATHERING
    async with store.transaction():
        await store.records.drop(POST)
    assert await store.agenda.gathering(POST.event) is None


async def test_what_is_coming_is_sure_and_not_over(store: Store) -> None:
    sure = replace(GATHERING, asked=False)
    on_now = replace(sure, event=EventId("$on"), start=10, end=40)
    later = replace(sure, event=EventId("$later"), start=90, end=0)
    over = replace(sure, event=EventId("$over"), start=10, end=20)
    asked = replace(GATHERING, event=EventId("$asked"))
    async with store.transaction():
        for one in (later, sure, on_now, over, asked):
            await store.records.save(one)
    assert await store.agenda.coming(30, 100) == (on_now, sure, later)
    assert await store.agenda.coming(30, 90) == (on_now, sure)
