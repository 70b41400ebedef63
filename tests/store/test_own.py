"""What is read of the posts, however many there are: a member's own, and what is up for some places."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from swsmatrix.model import For, Post, PostState, RegionId
from swsmatrix.protocol import EventId
from swsmatrix.store.db import Store
from tests.store.files import opened
from tests.town import ALICE, BEA
from tests.unit import examples

NYC: For = ((RegionId("nyc"),), "")
BOTH: For = ((RegionId("nyc"), RegionId("maine")), "")
TOWN: For = ((RegionId("us-ny"),), "5110629")


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    async with opened(tmp_path, b"\x01" * 32) as store:
        yield store


async def keep(store: Store, *posts: Post) -> None:
    async with store.transaction():
        for post in posts:
            await store.records.save(post)


def post(number: int, **different: object) -> Post:
    return examples.post(number=number, event=EventId(f"${number}"), **different)


async def test_a_members_own_and_the_newest_of_them(store: Store) -> None:
    mine = tuple(post(number) for number in range(2, 6))
    await keep(store, mine[2], post(1, author=BEA), *mine, post(7, author=BEA), post(8, feature="swsfyi"))
    assert await store.records.posts_by(ALICE) == (*mine, post(8, feature="swsfyi"))
    assert await store.records.posts_by(ALICE, 2) == (mine[-1], post(8, feature="swsfyi"))
    assert await store.records.posts_by(BEA, 1) == (post(7, author=BEA),)


async def test_what_is_up_and_for_where(store: Store) -> None:
    up = tuple(
        post(number, regions=regions, place=place)
        for number, (regions, place) in enumerate((NYC, BOTH, TOWN, NYC), 1)
    )
    await keep(
        store,
        *up,
        post(5, regions=TOWN[0]),
        post(6, state=PostState.HELD),
        post(7, feature="swsfyi"),
        post(8, regions=(RegionId("chicago"),), state=PostState.WITHDRAWN),
    )
    assert set(await store.records.up_for("danger")) == {NYC, BOTH, TOWN, (TOWN[0], "")}
    assert await store.records.posts_up("danger", [NYC], 9) == (up[0], up[3])
    assert await store.records.posts_up("danger", [TOWN, BOTH, NYC], 3) == up[1:]
    assert await store.records.posts_up("danger", [], 9) == ()


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * FROM posts p WHERE p.author = 'a' ORDER BY p.number DESC LIMIT 9",
        "SELECT DISTINCT regions, place FROM posts WHERE feature = 'danger' AND state = 'up'",
        "SELECT * FROM posts p WHERE p.feature = 'danger' AND p.state = 'up' AND p.regions || ' ' || p.place"
        " IN (SELECT value FROM json_each('[]')) ORDER BY p.number DESC LIMIT 9",
    ],
)
async def test_an_index_finds_it_in_order(store: Store, sql: str) -> None:
    plan = [row[3] for row in await store.records._rows(f"EXPLAIN QUERY PLAN {sql}")]
    assert plan[0].startswith(("SEARCH p USING INDEX posts_", "SEARCH posts USING COVERING INDEX posts_up"))
    assert not any("ORDER BY" in line for line in plan)
