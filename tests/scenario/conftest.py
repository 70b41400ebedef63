"""The town in which the stories take place."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.town import Town, town


@pytest.fixture
async def place(tmp_path: Path) -> AsyncIterator[Town]:
    """The usual town. At the end of each story, no feature has failed in it."""
    async with town(tmp_path) as found:
        yield found
        assert await found.store.records.dead_letters() == 0
