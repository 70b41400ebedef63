"""The bot behind a proxy, and people who reach the homeserver as it is; a file may have its own instead."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from swsmatrix.demo.homeserver import Homeserver
from swsmatrix.matrix import sync
from tests.contract.matrix_people import Person, person
from tests.contract.matrix_proxy import Proxy


@pytest.fixture
def short_polls(monkeypatch: pytest.MonkeyPatch) -> None:
    """What waits for nothing to happen waits a second."""
    monkeypatch.setattr(sync, "POLL_SECONDS", 1)


@pytest.fixture
async def proxy(homeserver: Homeserver) -> AsyncIterator[Proxy]:
    async with Proxy.before(homeserver.url) as found:
        yield found


@pytest.fixture
async def bot(
    homeserver: Homeserver, tmp_path: Path, proxy: Proxy, short_polls: None
) -> AsyncIterator[Person]:
    async with person(homeserver, tmp_path, "bot", proxy.url) as found:
        yield found


@pytest.fixture
async def alice(homeserver: Homeserver, tmp_path: Path, short_polls: None) -> AsyncIterator[Person]:
    async with person(homeserver, tmp_path, "alice", homeserver.url) as found:
        yield found


@pytest.fixture
async def bea(homeserver: Homeserver, tmp_path: Path, short_polls: None) -> AsyncIterator[Person]:
    async with person(homeserver, tmp_path, "bea", homeserver.url) as found:
        yield found


@pytest.fixture
async def cleo(homeserver: Homeserver, tmp_path: Path, short_polls: None) -> AsyncIterator[Person]:
    async with person(homeserver, tmp_path, "cleo", homeserver.url) as found:
        yield found
