"""Every story again, killed after every commit and every perform: the rooms end up the same."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from swsmatrix.features import FEATURES, TAGS
from swsmatrix.features.feature import Feature
from swsmatrix.tags import Tags
from tests.scenario.stories import STORIES, Story
from tests.town import Fuse, town

Index = tuple[tuple[Feature, ...], Tags]
Seen = dict[str, list[tuple[str, bool]]]


async def tell(story: Story, folder: Path, fuse: Fuse, index: Index = (FEATURES, TAGS)) -> Seen:
    folder.mkdir()  # noqa: ASYNC240 - a test has nobody else to wait for
    async with town(folder, fuse, *index) as place:
        await story(place)
        assert await place.store.queue.waiting() == 0
        assert await place.store.records.dead_letters() == 0
        picture = place.snapshot()
    shutil.rmtree(folder)  # memory, perhaps
    return picture


@pytest.mark.parametrize("every", [False, pytest.param(True, marks=pytest.mark.soak)], ids=["after", "every"])
@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.__name__)
async def test_killed_anywhere_it_ends_the_same(story: Story, folder: Path, every: bool) -> None:
    whole = Fuse(every=every)
    expected = await tell(story, folder / "whole", whole)
    assert whole.count > 2
    for point in range(1, whole.count + 1):
        fuse = Fuse(point, every=every)
        assert await tell(story, folder / str(point), fuse) == expected, f"killed at point {point}"
        assert fuse.count >= point
