"""What is measured as time that passes does not go by a clock that somebody may put back."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from swsmatrix.matrix import clocks
from swsmatrix.matrix.client import Client


def test_putting_the_clock_back_takes_nothing_from_what_has_elapsed(monkeypatch: pytest.MonkeyPatch) -> None:
    before = clocks.elapsed()
    monkeypatch.setattr(time, "time_ns", lambda: 0)
    assert clocks.now() == 0
    assert before <= clocks.elapsed() < before + 60_000


def test_time_in_which_the_machine_sleeps_has_elapsed_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time, "CLOCK_BOOTTIME", 7, raising=False)
    monkeypatch.setattr(time, "clock_gettime_ns", {7: 5_000_000}.get)
    assert clocks.elapsed() == 5


def test_where_that_cannot_be_told_it_goes_on_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(time, "CLOCK_BOOTTIME", raising=False)
    monkeypatch.setattr(time, "monotonic_ns", lambda: 6_000_000)
    assert clocks.elapsed() == 6


def test_who_measures_how_long_something_takes_has_the_clock_that_only_grows(tmp_path: Path) -> None:
    client = Client(
        "http://127.0.0.1:9",
        "@porch:example.org",
        tmp_path,
        db_key=bytes(32),
        pickle_key=bytes(32),
        now=lambda: 1,
        elapsed=lambda: 2,
    )
    keys = client._performer._keys
    for one in (keys, keys.claims, keys._devices, client._upkeep, client._verifier):
        assert one._elapsed() == 2
    for two in (client._upkeep, client._verifier, client._listener):
        assert two._now() == 1
    assert client._membership._now() == 2  # nothing but how long it has to wait
