"""What several kinds of test share: a real homeserver."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from swsmatrix.demo.homeserver import Homeserver


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
