"""Asking the homeserver for news, patiently, and for what its answers left out."""

from __future__ import annotations

import asyncio
import json
import logging
import random
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import nio

from swsmatrix.matrix.http import Answer, AwayError, TooLargeError, UnreachableError, outcome, path, request
from swsmatrix.matrix.loose import arr, name, objs
from swsmatrix.protocol import RetryAt, RoomId

log = logging.getLogger(__name__)

POLL_SECONDS = 30
SLACK_SECONDS = 15  # after which a silent connection counts as dead
# The first answer of a start has everything in it and may take long. But a dead connection is to be noticed:
# a try gets twice the time of the last one.
FIRST_SECONDS, LONGEST_FIRST_SECONDS = 75, 300
TIMELINE_EVENTS = 50
PAGE, SMALL_PAGE = 500, 50
PAGE_SECONDS = 60
MOST_MISSED = 20_000  # events that are fetched afterwards, for each room
SHORTEST_WAIT, LONGEST_WAIT = 1.0, 30.0
PAGE_TRIES = 8  # a room that the server cannot read must not silence all others: about two minutes

FILTER: dict[str, Any] = {
    "presence": {"types": []},
    "account_data": {"types": []},
    "room": {
        "ephemeral": {"types": []},
        "account_data": {"types": []},
        "state": {"lazy_load_members": False},
    },
}


def _filter(events: int) -> str:
    """At most so many ``events`` of each room."""
    timeline = {"limit": events, "lazy_load_members": False}
    return json.dumps({**FILTER, "room": {**FILTER["room"], "timeline": timeline}})


class Sync:
    """``sleep`` takes seconds; tests give one that does not. ``gap`` is told of what stays missed."""

    def __init__(
        self,
        client: nio.AsyncClient,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
        gap: Callable[[], None] = lambda: None,
    ) -> None:
        self._client = client
        self._gap = gap
        self._sleep = sleep

    async def news(self, since: str | None, *, full_state: bool) -> dict[str, Any]:
        """The next answer of /sync, however long that takes. Raises ``SignedOutError``."""
        events = TIMELINE_EVENTS
        query = {"timeout": str(POLL_SECONDS * 1000), "filter": _filter(events)}
        if since is not None:
            query["since"] = since
        if full_state:
            query |= {"full_state": "true", "timeout": "0"}
        shortest = longest = POLL_SECONDS + SLACK_SECONDS
        if full_state:
            shortest, longest = FIRST_SECONDS, LONGEST_FIRST_SECONDS
        while True:
            began = asyncio.get_running_loop().time()
            try:
                answer = await self._patiently(path("sync"), query, shortest, longest)
            except TooLargeError:
                log.warning("an answer to /sync is too large, with %d messages of each room at most", events)
                await self._sleep(SHORTEST_WAIT if events > 1 else LONGEST_WAIT)
                events = max(1, events // 7)  # what is left out is fetched afterwards
                query["filter"] = _filter(events)
                continue
            if answer is not None and (token := name(answer.body.get("next_batch"))):
                at_once = asyncio.get_running_loop().time() - began < SHORTEST_WAIT
                if token == since and at_once and not full_state:
                    await self._sleep(SHORTEST_WAIT)  # it does not wait for news: who asks must
                return answer.body
            await self._sleep(LONGEST_WAIT)

    async def _patiently(
        self, where: str, query: Mapping[str, str], seconds: float, longest: float, tries: int | None = None
    ) -> Answer | None:
        """A success; or None when refused, or after so many ``tries``.

        The first try gets ``seconds``, each further one twice as many, up to ``longest``. Only bad answers
        and silence count as tries: while the homeserver is away, or limits our rate, nothing is given up.
        Raises ``TooLargeError`` at once: the same question has the same answer.
        """
        failed = counted = 0
        while tries is None or counted < tries:
            wait = 0
            try:
                timeout = min(longest, seconds * 2 ** min(failed, 10))
                answer = await request(self._client, "GET", where, query=query, timeout=timeout)
            except TooLargeError:
                raise
            except AwayError:
                pass
            except UnreachableError:
                counted += 1
            else:
                if answer.ok:
                    return answer
                verdict = outcome(answer)
                if not isinstance(verdict, RetryAt):
                    return None
                if verdict.limited:
                    await self._sleep(max(verdict.wait / 1000, SHORTEST_WAIT))
                    continue
                wait = verdict.wait
                counted += 1
            failed += 1
            log.warning("no good answer of the homeserver, try %d", failed)
            await self._sleep(max(wait / 1000, backoff(failed)))
        return None

    async def missed(
        self, room: RoomId, start: str, since: str, reached: Callable[[list[dict[str, Any]]], bool]
    ) -> list[dict[str, Any]]:
        """The events of ``room`` before the token ``start``, back to ``since``, oldest first.

        Fetches no further once ``reached`` says so of what it has, and at most ``MOST_MISSED``.
        """
        found: list[dict[str, Any]] = []  # newest first
        where = path("rooms", room, "messages")
        page, left = PAGE, MOST_MISSED
        while left > 0:
            query = {"dir": "b", "from": start, "to": since, "limit": str(page)}
            try:
                answer = await self._patiently(where, query, PAGE_SECONDS, PAGE_SECONDS, tries=PAGE_TRIES)
            except TooLargeError:
                if page > SMALL_PAGE:
                    page = SMALL_PAGE
                    continue
                answer = None
            left -= page
            if answer is None:
                log.error("the homeserver does not give what was said in a room meanwhile")
                self._gap()
                break
            end = name(answer.body.get("end"))
            if not arr(answer.body, "chunk"):
                break
            found += objs(answer.body, "chunk")
            if end is None or end in (start, since) or reached(found[::-1]):
                break
            start = end
        else:
            log.error("too much was said in a room meanwhile: the oldest of it is not heard")
            self._gap()
        return found[::-1]


def backoff(failed: int) -> float:
    """Seconds to wait after the ``failed``-th failure in a row: doubling, with jitter, to half a minute."""
    longest = min(LONGEST_WAIT, SHORTEST_WAIT * 2.0 ** min(failed, 10))
    return max(SHORTEST_WAIT, random.uniform(longest / 2, longest))  # noqa: S311 - nothing secret about it
