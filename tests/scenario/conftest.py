"""The town in which the stories take place."""

from __future__ import annotations

import os
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from tests.town import Town, town

MEMORY = Path("/dev/shm")


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """In memory where there is such a place: the stories commit thousands of times, and no power fails."""
    if not os.access(MEMORY, os.W_OK):
        yield tmp_path
        return
    with tempfile.TemporaryDirectory(dir=MEMORY, prefix="swsmatrix-") as found:
        yield Path(found)


@pytest.fixture
async def place(folder: Path) -> AsyncIterator[Town]:
    """The usual town. At the end of each story, no feature has failed in it."""
    async with town(folder) as found:
        yield found
        assert await found.store.records.dead_letters() == 0
