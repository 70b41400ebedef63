"""A network and a homeserver that do what networks and homeservers do."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Callable
from itertools import cycle
from pathlib import Path

import pytest
from aiohttp import web

from swsmatrix.demo.homeserver import Homeserver
from swsmatrix.matrix import sync
from tests.contract.matrix_proxy import Fate, Fault, Torn, error, html
from tests.faults.place import SECONDS, Place, gathered

pytestmark = pytest.mark.synapse


class Outage:
    """Begins with the first request that ``begins`` fits."""

    def __init__(self, place: Place, begins: str) -> None:
        self._place, self._begins = place, begins
        self.began: float | None = None
        place.proxy.fault = self._fate

    def _fate(self, method: str, path: str) -> Fate | None:
        if self.began is None and self._begins in path:
            self.began = time.monotonic()
        return None if self.began is None else Fate.CUT

    def asked(self) -> int:
        """How often something was tried since it began; one that a cut connection had repeated is one."""
        assert self.began is not None
        tried: dict[str, float] = {}
        found = 0
        for one in self._place.proxy.asked:
            if one.at >= self.began:
                found += one.at - tried.get(one.path, 0.0) > 0.1
                tried[one.path] = one.at
        return found


LONG = pytest.mark.soak
AT_FIRST = 8  # requests that were under way, and the first tries of whatever asks


@pytest.mark.parametrize("seconds", [12, pytest.param(120, marks=LONG)])
async def test_a_homeserver_that_is_away_is_asked_rarely_and_all_arrives(place: Place, seconds: int) -> None:
    await place.bot.start()
    await place.warn("alice", "while all is well")
    await place.relayed("while all is well")
    outage = Outage(place, "/send/")
    names = ("alice", "bea", "dora")
    for who in names:
        await place.warn(who, f"said by {who} meanwhile")
    await asyncio.sleep(seconds)
    asked = outage.asked()
    place.proxy.fault = None
    back = time.monotonic()
    for who in names:
        await place.relayed(f"said by {who} meanwhile", seconds=60)
    print(f"\n8: {asked} requests in {seconds} s, all delivered {time.monotonic() - back:.0f} s after it")
    assert [len(place.relays(f"said by {who} meanwhile")) for who in names] == [1, 1, 1]
    assert asked <= AT_FIRST + seconds / 5


@pytest.mark.parametrize("warnings", [pytest.param(3, marks=LONG)])
async def test_every_wait_that_the_homeserver_asks_for_is_kept(place: Place, warnings: int) -> None:
    await place.bot.start()
    await place.warn("alice", "while all is well")
    await place.relayed("while all is well")
    chance = random.Random(9)
    limited: list[tuple[str, float, float]] = []

    def limit(method: str, path: str) -> web.Response | None:
        if chance.random() >= 0.9:
            return None
        wait = chance.randint(100, 700)
        limited.append((f"{method} {path}", time.monotonic(), wait / 1000))
        return error(429, "M_LIMIT_EXCEEDED", retry_after_ms=wait)

    place.proxy.fault = limit
    began = time.monotonic()
    for number in range(warnings):
        who = ("alice", "bea", "dora")[number % 3]
        await place.warn(who, f"limited number {number}.")
        await place.relayed(f"limited number {number}.", seconds=120)
    place.proxy.fault = None
    broken = 0
    for what, at, wait in limited:
        again = [one.at for one in place.proxy.asked if f"{one.method} {one.path}" == what and one.at > at]
        broken += bool(again) and min(again) - at < wait
    took = time.monotonic() - began
    print(f"\n9: {len(limited)} times limited, {broken} waits not kept; {warnings} warnings in {took:.0f} s")
    assert limited
    assert broken == 0
    assert all(len(place.relays(f"limited number {number}.")) == 1 for number in range(warnings))


def storm(chance: random.Random) -> dict[str, Fault]:
    """What can go wrong with any request; some get through."""

    def sometimes(fate: Callable[[], web.Response | Fate | Torn]) -> Fault:
        return lambda method, path: fate() if chance.random() < 0.7 else None

    bodies = cycle([{"event_id": ["x"], "next_batch": None}, {"next_batch": 5}, [1, 2], 5, None, "text"])
    pages = cycle([200, 404, 403, 502])
    return {
        "5xx": sometimes(lambda: error(chance.choice([500, 502, 503, 504]), "M_UNKNOWN")),
        "html": sometimes(lambda: html(next(pages))),
        "torn": sometimes(lambda: Torn(chance.randint(0, 300))),
        "cut": sometimes(lambda: Fate.CUT),
        "lost": sometimes(lambda: Fate.LOST),
        "types": lambda method, path: (
            web.json_response(next(bodies))
            if (method == "GET" or "/send/" in path) and chance.random() < 0.7
            else None
        ),
    }


@pytest.mark.parametrize("seconds", [pytest.param(5.0, marks=LONG)])
async def test_storms(homeserver: Homeserver, tmp_path: Path, seconds: float) -> None:
    """First over what is said, once it was heard; then over the question for news too."""
    faults, texts, longest = storm(random.Random(10)), list[str](), 0.0
    # Each storm has an author of its own, whose first three warnings go out at once.
    async with gathered(homeserver, tmp_path, *faults) as place:
        await place.bot.start()
        for name, fault in faults.items():
            await place.settled(name)  # nothing waits any more because of the storm before
            texts += [f"heard in a storm of {name}.", f"said in a storm of {name}."]
            struck = asyncio.Event()
            place.proxy.fault = striking(fault, struck)
            await place.warn(name, texts[-2])
            async with asyncio.timeout(60):
                await struck.wait()
            await asyncio.sleep(seconds)
            place.proxy.fault = fault
            await place.warn(name, texts[-1])
            await asyncio.sleep(seconds)
            place.proxy.fault = None
            began = time.monotonic()
            for text in texts[-2:]:
                await place.relayed(text, seconds=60)
            longest = max(longest, time.monotonic() - began)
        assert [len(place.relays(text)) for text in texts] == [1] * len(texts)
    print(f"\n10: 6 storms of {2 * seconds} s, each warning once, {longest:.1f} s after them at the latest")


def striking(fault: Fault, struck: asyncio.Event) -> Fault:
    """``fault`` for everything but /sync; the first words that are sent meet it for certain."""

    def fate(method: str, path: str) -> web.Response | Fate | Torn | None:
        if path.endswith("/sync"):
            return None
        found = fault(method, path)
        if "/send/m.room.encrypted/" in path and not struck.is_set():
            while found is None:
                found = fault(method, path)
            struck.set()
        return found

    return fate


async def test_a_silent_connection_counts_as_dead(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the pauses of real life: 45 s."""
    assert sync.POLL_SECONDS + sync.SLACK_SECONDS <= 30 + sync.SLACK_SECONDS <= 90
    monkeypatch.setattr(sync, "SLACK_SECONDS", 2)
    await place.bot.start()
    place.proxy.fault = lambda method, path: Fate.SILENT
    began = len(place.proxy.asked)
    async with asyncio.timeout(SECONDS):
        while len([one for one in place.proxy.asked[began:] if one.path.endswith("/sync")]) < 2:  # noqa: ASYNC110
            await asyncio.sleep(0.05)
    place.proxy.fault = None
    await place.warn("alice", "it is back")
    await place.relayed("it is back")


@pytest.mark.soak
async def test_a_black_hole_is_noticed(place: Place) -> None:
    """The question for news is what has to be noticed: what is said meanwhile is heard with the next one."""

    async def until(asked: int) -> None:
        async with asyncio.timeout(90):
            while questions() < asked:  # noqa: ASYNC110 - it is the proxy that knows
                await asyncio.sleep(0.2)

    def questions() -> int:
        return sum(one.path.endswith("/sync") for one in place.proxy.asked)

    await place.process.start()
    await place.settled()
    before = questions()
    place.proxy.fault = lambda method, path: Fate.SILENT if questions() < before + 2 else None
    await until(before + 1)  # the question that was asked before it is answered after half a minute
    began = time.monotonic()
    await place.warn("alice", "out of the hole")
    await until(before + 2)
    took = time.monotonic() - began
    print(f"\n10: a silent connection was noticed after {took:.0f} s")
    await place.relayed("out of the hole", seconds=90)
    assert len(place.relays("out of the hole")) == 1
