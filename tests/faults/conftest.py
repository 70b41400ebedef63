"""What all faults are tried on."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from swsmatrix.demo.homeserver import Homeserver
from swsmatrix.matrix import sync
from tests.faults.place import Place, gathered


@pytest.fixture(autouse=True)
def short_polls(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of everybody in this process; a bot that is a process of its own asks as it always does."""
    monkeypatch.setattr(sync, "POLL_SECONDS", 1)


@pytest.fixture
async def place(homeserver: Homeserver, tmp_path: Path) -> AsyncIterator[Place]:
    """Dora, Alice and Bea in their rooms, the bot not started yet."""
    async with gathered(homeserver, tmp_path, "alice", "bea") as place:
        yield place
