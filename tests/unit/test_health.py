"""Figures in; lines, an exit code and a page for Prometheus out."""

from __future__ import annotations

import re
from dataclasses import fields, replace

import pytest

from swsmatrix import health
from swsmatrix.health import Figures, Kept, Pulse
from swsmatrix.matrix.counts import Counts
from swsmatrix.protocol import DAY, HOUR, MINUTE, SECOND, Millis
from swsmatrix.verdicts import Level, exit_code

NOW: Millis = 1_795_262_400_000  # 2026-11-21 12:00:00 UTC
COUNTS = {
    "undecryptable": 12,
    "recovered": 11,
    "older": 7,
    "withheld": 3,
    "unsigned": 2,
    "replayed": 1,
    "unreadable": 5,
    "changed": 6,
    "gaps": 0,
    "refused": 4,
}
PULSE = Pulse(at=NOW - 40 * SECOND, started=NOW - 3 * DAY, heard=NOW - 50 * SECOND, counts=COUNTS)
KEPT = Kept(waiting=0, oldest=None, unread=0, frozen=0, missing=0, dead=0)
WELL = Figures(running=True, pulse=PULSE, kept=KEPT)


def with_pulse(**change: object) -> Figures:
    return replace(WELL, pulse=replace(PULSE, **change))  # type: ignore[arg-type]


def with_kept(**change: object) -> Figures:
    return replace(WELL, kept=replace(KEPT, **change))  # type: ignore[arg-type]


def test_everything_that_is_counted_is_shown() -> None:
    assert set(health.COUNTED) == {field.name for field in fields(Counts)} | {"refused"}


def test_all_is_well() -> None:
    assert health.report(WELL, NOW).splitlines() == [
        "ok   running since 2026-11-18 12:00 UTC, for 3 d",
        "ok   homeserver: last heard 50 s ago",
        "ok   to be delivered: 0",
        "ok   messages that wait for a key: 0",
        "since it started:",
        "  12 messages that could not be read at once",
        "  11 of these, read later",
        "   7 messages from before the bot's device was there",
        "   3 keys that somebody kept from the bot",
        "   2 messages of devices not signed by their owner",
        "   1 old messages that came again",
        "   5 messages that nobody there could read",
        "   6 times that somebody's identity changed",
        "   0 times that missed messages could not be had",
        "   4 things to do that the homeserver refused",
    ]


def test_not_running_it_says_since_when() -> None:
    down = replace(WELL, running=False, kept=replace(KEPT, waiting=2, oldest=NOW - HOUR))
    assert health.report(down, NOW + 2 * HOUR).splitlines()[:6] == [
        "fail not running: last alive 2026-11-21 11:59 UTC, 2 h ago",
        "     -> its log says why; `swsmatrix run`",
        "ok   homeserver: last heard 2 h ago",
        "ok   to be delivered: 2, the oldest for 3 h",
        "ok   messages that wait for a key: 0",
        "in its last run:",
    ]
    assert exit_code(health.lines(down, NOW)) == 1


def test_nothing_is_known_of_a_bot_that_never_said() -> None:
    assert exit_code(health.lines(replace(WELL, pulse=None), NOW)) == 1
    assert exit_code(health.lines(replace(WELL, pulse=None, running=False), NOW)) == 1
    assert "since it started" not in health.report(replace(WELL, pulse=None), NOW)


@pytest.mark.parametrize(
    ("figures", "code"),
    [
        (WELL, 0),
        (with_pulse(heard=NOW - 5 * MINUTE), 0),
        (with_pulse(heard=NOW - 5 * MINUTE - 1), 1),
        (with_pulse(heard=NOW + HOUR), 0),  # the clock was set back
        (with_pulse(heard=None), 1),
        (with_pulse(heard=None, started=NOW - 5 * MINUTE), 0),
        (with_pulse(heard=None, started=NOW - 5 * MINUTE - 1), 1),
        (with_kept(waiting=1, oldest=NOW - 10 * MINUTE), 0),
        (with_kept(waiting=1, oldest=NOW - 10 * MINUTE - 1), 1),
        (with_kept(waiting=9, oldest=None), 0),
        (with_kept(unread=5), 0),
        (with_kept(frozen=1, missing=1, dead=1), 0),  # somebody knows already
    ],
)
def test_what_is_healthy(figures: Figures, code: int) -> None:
    assert exit_code(health.lines(figures, NOW)) == code
    assert f"\nswsmatrix_healthy {1 - code}\n" in health.exposition(figures, NOW)


@pytest.mark.parametrize("name", ["frozen", "missing", "dead"])
def test_what_is_to_be_looked_at(name: str) -> None:
    warned = [line for line in health.lines(with_kept(**{name: 7}), NOW) if line.level is Level.WARN]
    assert len(warned) == 1
    assert ": 7" in warned[0].what
    assert warned[0].todo


def test_what_was_never_heard_is_to_be_looked_at() -> None:
    gaps = with_pulse(counts=COUNTS | {"gaps": 2})
    [warned] = [line for line in health.lines(gaps, NOW) if line.level is Level.WARN]
    assert ": 2" in warned.what
    assert warned.todo


def test_it_fits_a_phone() -> None:
    most = 10**9
    worst = Figures(
        running=True,
        pulse=Pulse(at=NOW, started=0, heard=1, counts=dict.fromkeys(COUNTS, 9999)),
        kept=Kept(waiting=most, oldest=1, unread=most, frozen=most, missing=most, dead=most),
    )
    for figures in (worst, replace(worst, running=False), replace(worst, pulse=None)):
        assert max(map(len, health.report(figures, NOW).splitlines())) <= 60


@pytest.mark.parametrize(
    ("length", "said"),
    [(-HOUR, "0 s"), (0, "0 s"), (59_999, "59 s"), (MINUTE, "1 min"), (2 * HOUR - 1, "1 h"), (DAY, "1 d")],
)
def test_ago(length: Millis, said: str) -> None:
    assert health.ago(NOW - length, NOW) == said


def test_a_pulse_comes_back_as_it_was() -> None:
    for pulse in (PULSE, replace(PULSE, heard=None)):
        assert Pulse.from_bytes(pulse.to_bytes()) == pulse
    newer = PULSE.to_bytes()[:-1] + b', "mood": "good"}'
    assert Pulse.from_bytes(newer) == PULSE


# https://prometheus.io/docs/instrumenting/exposition_formats/#text-format-details
SAMPLE = re.compile(
    r"# HELP (?P<name>[a-z_]+) [^\\\n]+\n"
    r"# TYPE (?P=name) (?P<kind>counter|gauge)\n"
    r"(?P=name) (?P<value>[0-9.]+)\n"
)


def page(figures: Figures) -> dict[str, tuple[str, float]]:
    text = health.exposition(figures, NOW)
    assert SAMPLE.sub("", text) == ""
    found = {m["name"]: (m["kind"], float(m["value"])) for m in SAMPLE.finditer(text)}
    assert len(found) == len(SAMPLE.findall(text))
    return found


def test_the_page_for_prometheus() -> None:
    figures = replace(WELL, kept=Kept(waiting=5, oldest=NOW - 90_500, unread=6, frozen=7, missing=8, dead=9))
    assert page(figures) == {
        "swsmatrix_healthy": ("gauge", 1),
        "swsmatrix_outbox_waiting": ("gauge", 5),
        "swsmatrix_outbox_oldest_seconds": ("gauge", 90.5),
        "swsmatrix_unread_waiting": ("gauge", 6),
        "swsmatrix_rooms_frozen": ("gauge", 7),
        "swsmatrix_rooms_missing": ("gauge", 8),
        "swsmatrix_dead_letters_total": ("counter", 9),
        "swsmatrix_start_time_seconds": ("gauge", PULSE.started / 1000),
        "swsmatrix_sync_time_seconds": ("gauge", (NOW - 50_000) / 1000),
        "swsmatrix_undecryptable_total": ("counter", 12),
        "swsmatrix_recovered_total": ("counter", 11),
        "swsmatrix_older_total": ("counter", 7),
        "swsmatrix_withheld_total": ("counter", 3),
        "swsmatrix_unsigned_total": ("counter", 2),
        "swsmatrix_replayed_total": ("counter", 1),
        "swsmatrix_unreadable_total": ("counter", 5),
        "swsmatrix_changed_total": ("counter", 6),
        "swsmatrix_gaps_total": ("counter", 0),
        "swsmatrix_refused_total": ("counter", 4),
    }


def test_what_was_not_counted_yet_is_nothing() -> None:
    assert page(with_pulse(counts={}, heard=None))["swsmatrix_refused_total"] == ("counter", 0)
    assert page(with_pulse(heard=None))["swsmatrix_sync_time_seconds"] == ("gauge", 0)
