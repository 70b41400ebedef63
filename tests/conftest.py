"""What several kinds of test share: a real homeserver, and people who arrive at it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from itertools import count
from typing import Protocol

import pytest

from swsmatrix.demo.cast import Person
from swsmatrix.demo.homeserver import Homeserver

PASSWORD = "a lantern in the window"

_numbers = count(1)


class Arrive(Protocol):
    async def __call__(self, name: str, *, cross_sign: bool = True, strict: bool = True) -> Person: ...


@pytest.fixture(scope="session")
def homeserver(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Homeserver]:
    """One Synapse without rate limits for the whole run: use names that no other test uses."""
    hs = Homeserver.open_in(tmp_path_factory.mktemp("homeserver"))
    yield hs
    hs.close()


@pytest.fixture
def limited_homeserver(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Homeserver]:
    """A Synapse of its own with the rate limits that Synapse has by default (sign-up and log-in excepted)."""
    hs = Homeserver.open_in(tmp_path_factory.mktemp("homeserver"), lifted=False)
    yield hs
    hs.close()


@pytest.fixture
async def arrive(homeserver: Homeserver) -> AsyncIterator[Arrive]:
    """``await arrive("alice")``: a new account whose name begins so, logged in until the test ends."""
    async with AsyncExitStack() as stay:

        async def arrive(name: str, *, cross_sign: bool = True, strict: bool = True) -> Person:
            account = f"{name}-{next(_numbers)}"
            await homeserver.register(account, PASSWORD)
            person = Person.arrive(homeserver.url, account, PASSWORD, cross_sign=cross_sign, strict=strict)
            return await stay.enter_async_context(person)

        yield arrive
