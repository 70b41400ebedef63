"""How the bot is doing, as figures, and what ``swsmatrix status`` and Prometheus make of them. Pure.

Numbers and times only: nobody and no room can be told from them.
"""

from __future__ import annotations

import json
import textwrap
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, fields
from datetime import UTC, datetime

from swsmatrix.protocol import DAY, HOUR, MINUTE, SECOND, Millis
from swsmatrix.verdicts import Level, Line, fail, ok, warn

MOST_SILENT: Millis = 5 * MINUTE  # since the homeserver last answered /sync; it does every half minute
MOST_STUCK: Millis = 10 * MINUTE  # an effect on its way: longer than any wait between two tries
COLUMNS = 60

# What is counted since the start, and what that is.
COUNTED: Mapping[str, str] = {
    "undecryptable": "messages that could not be read at once",
    "recovered": "of these, read later",
    "older": "messages from before the bot's device was there",
    "withheld": "keys that somebody kept from the bot",
    "unsigned": "messages of devices not signed by their owner",
    "replayed": "old messages that came again",
    "unreadable": "messages that nobody there could read",
    "changed": "times that somebody's identity changed",
    "gaps": "times that missed messages could not be had",
    "refused": "things to do that the homeserver refused",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Pulse:
    """What only the running bot knows, as of ``at``. ``counts``: since ``started``, by names of ``COUNTED``.

    ``heard``: when the last answer of /sync was committed; None if there was none since ``started``.
    """

    at: Millis
    started: Millis
    heard: Millis | None
    counts: Mapping[str, int]

    def to_bytes(self) -> bytes:
        return json.dumps(asdict(self)).encode()

    @classmethod
    def from_bytes(cls, kept: bytes) -> Pulse:
        """What a newer version may have added is passed over."""
        value = json.loads(kept)
        return cls(**{field.name: value[field.name] for field in fields(cls)})


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What the store knows. ``oldest``: since when the oldest effect waits that may go. ``dead``: letters."""

    waiting: int
    oldest: Millis | None
    unread: int
    frozen: int
    missing: int
    dead: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """``pulse``: the last one that was noted; None if no bot ever did."""

    running: bool
    pulse: Pulse | None
    kept: Kept


# ---- For people ---------------------------------------------------------------------------------


def lines(figures: Figures, now: Millis) -> list[Line]:
    """What is well and what is not. One that fails is for somebody to look at, soon."""
    found = [_running(figures, now)]
    if figures.pulse is not None:
        found.append(_heard(figures, figures.pulse, now))
    found += [_delivery(figures, now), ok(f"messages that wait for a key: {figures.kept.unread}")]
    if figures.pulse is not None and (gaps := figures.pulse.counts.get("gaps", 0)):
        found.append(warn(f"missed messages that could not be had: {gaps} times", "its log says when"))
    return [*found, *_to_look_at(figures.kept)]


def report(figures: Figures, now: Millis) -> str:
    """The lines, and what was counted, as text of at most ``COLUMNS`` columns."""
    found = [
        textwrap.fill(str(line), COLUMNS, subsequent_indent=" " * 5, break_on_hyphens=False)
        for line in lines(figures, now)
    ]
    if figures.pulse is not None:
        found.append("since it started:" if figures.running else "in its last run:")
        found += [f"{figures.pulse.counts.get(name, 0):>4} {what}" for name, what in COUNTED.items()]
    return "\n".join(found)


def _running(figures: Figures, now: Millis) -> Line:
    pulse = figures.pulse
    if not figures.running:
        last = f": last alive {_moment(pulse.at)}, {ago(pulse.at, now)} ago" if pulse else ""
        return fail(f"not running{last}", "its log says why; `swsmatrix run`")
    if pulse is None:
        return fail("running, but says nothing of itself", "is it an older version? Start it again")
    return ok(f"running since {_moment(pulse.started)}, for {ago(pulse.started, now)}")


def _heard(figures: Figures, pulse: Pulse, now: Millis) -> Line:
    what = (
        f"homeserver: last heard {ago(pulse.heard, now)} ago" if pulse.heard else "homeserver: not heard yet"
    )
    if figures.running and now - (pulse.heard or pulse.started) > MOST_SILENT:
        return fail(what, "is it up? `swsmatrix check` and the log say more")
    return ok(what)


def _delivery(figures: Figures, now: Millis) -> Line:
    kept = figures.kept
    what = f"to be delivered: {kept.waiting}"
    if kept.oldest is None:
        return ok(what)
    what += f", the oldest for {ago(kept.oldest, now)}"
    if figures.running and now - kept.oldest > MOST_STUCK:
        return fail(what, "is the bot in all its rooms? `swsmatrix check`")
    return ok(what)


def _to_look_at(kept: Kept) -> Iterator[Line]:
    if kept.frozen:
        yield warn(f"rooms that get no warnings: {kept.frozen}", "the stewards were told why")
    if kept.missing:
        yield warn(f"rooms out of the bot's reach: {kept.missing}", "`swsmatrix check` names them")
    if kept.dead:
        yield warn(f"failures of the bot itself: {kept.dead}", "its log says where; please report them")


def ago(then: Millis, now: Millis) -> str:
    """A length of time in one unit, rounded down; a clock that was set back counts as no time at all."""
    length = max(0, now - then)
    for unit, name in ((DAY, "d"), (HOUR, "h"), (MINUTE, "min")):
        if length >= unit:
            return f"{length // unit} {name}"
    return f"{length // SECOND} s"


def _moment(at: Millis) -> str:
    return datetime.fromtimestamp(at / SECOND, UTC).strftime("%Y-%m-%d %H:%M UTC")


# ---- For Prometheus -----------------------------------------------------------------------------


def exposition(figures: Figures, now: Millis) -> str:
    """The figures of a running bot in Prometheus' text-based format, version 0.0.4.

    https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format
    """
    kept, pulse = figures.kept, figures.pulse
    healthy = not any(line.level is Level.FAIL for line in lines(figures, now))
    page = [
        _metric("healthy", "gauge", "1 if `swsmatrix status` ends with 0.", int(healthy)),
        _metric("outbox_waiting", "gauge", "Things to do that wait, messages above all.", kept.waiting),
        _metric(
            "outbox_oldest_seconds",
            "gauge",
            "For how long the oldest of them waits that may go.",
            0 if kept.oldest is None else max(0, now - kept.oldest) / SECOND,
        ),
        _metric("unread_waiting", "gauge", "Messages that wait for a key.", kept.unread),
        _metric("rooms_frozen", "gauge", "Rooms that get no warnings until stewards decide.", kept.frozen),
        _metric("rooms_missing", "gauge", "Configured rooms out of the bot's reach.", kept.missing),
        _metric("dead_letters_total", "counter", "Failures of the bot itself.", kept.dead),
    ]
    if pulse is not None:
        started, heard = pulse.started / SECOND, (pulse.heard or 0) / SECOND
        page.append(_metric("start_time_seconds", "gauge", "When the bot started, in Unix time.", started))
        page.append(
            _metric("sync_time_seconds", "gauge", "When the homeserver was last heard; 0: not yet.", heard)
        )
        for name, what in COUNTED.items():
            help_text = f"{what[0].upper()}{what[1:]}."
            page.append(_metric(f"{name}_total", "counter", help_text, pulse.counts.get(name, 0)))
    return "".join(page)


def _metric(name: str, kind: str, what: str, value: float) -> str:
    full = f"swsmatrix_{name}"
    return f"# HELP {full} {what}\n# TYPE {full} {kind}\n{full} {value}\n"
