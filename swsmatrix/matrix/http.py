"""One request to the homeserver, and the one place where its errors become outcomes.

Everything that nio has no method for, or whose errors nio loses, goes through ``request``: one try, no
hidden retries, nothing of the request in what it raises. ``outcome`` then says what became of it.
"""

from __future__ import annotations

import asyncio
import email.utils
import io
import json
import logging
import math
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Never
from urllib.parse import quote, urlencode

import aiohttp
import nio
from nio.client.async_client import client_session

from swsmatrix.protocol import HOUR, Done, Millis, Outcome, Refused, RetryAt, SignedOutError

log = logging.getLogger(__name__)
_sleep = asyncio.sleep

MOST_ASKS = 100
MOST_TROUBLES = 4
LARGEST_ANSWER = 64 * 1024 * 1024  # bytes; a first sync of thousands of rooms is a tenth of it
UNADVISED_WAIT: Millis = 5_000  # limited, but for how long the server did not say
SHORTEST_WAIT: Millis = 100
# No limit of Synapse's is longer than some minutes (one invitation in 333 s is the slowest): whoever wants
# more is broken or hostile, and must not silence a warning for ever. Asking once an hour burdens nobody.
LONGEST_WAIT: Millis = HOUR
LARGEST_INTEGER = 2**53 - 1  # of Matrix; more is no advice

SIGNED_OUT = frozenset({"M_UNKNOWN_TOKEN", "M_MISSING_TOKEN", "M_USER_DEACTIVATED", "M_USER_LOCKED"})
# Refusals that end when the server's people act, not when we ask differently.
PASSING = frozenset({"M_RESOURCE_LIMIT_EXCEEDED", "M_USER_SUSPENDED"})
# Statuses that speak of the request itself, even when something in front of the homeserver says them.
OUR_REQUEST = frozenset({400, 411, 413, 414, 415, 431})


@dataclass(frozen=True, slots=True)
class Answer:
    """What the homeserver said. ``body`` is empty when an error came without a JSON object.

    ``retry_after`` is what the server asked us to wait, in milliseconds: ``retry_after_ms`` of the body, else
    the ``Retry-After`` header (Matrix Client-Server API, "Rate limiting"). ``outcome`` bounds it.
    ``date``: when it answered by its own clock, rounded down to the second.
    """

    status: int
    body: dict[str, Any]
    retry_after: Millis | None = None
    date: Millis | None = None

    @property
    def ok(self) -> bool:
        return 200 <= self.status < 300

    @property
    def errcode(self) -> str:
        """The Matrix error code, or "" when there is none. Never free text."""
        code = self.body.get("errcode")
        if isinstance(code, str) and len(code) <= 100 and code.replace("_", "").replace(".", "").isalnum():
            return code
        return ""


@dataclass(frozen=True, slots=True)
class Told:
    """What the homeserver said, as it came."""

    status: int
    body: bytes
    headers: Mapping[str, str]

    @property
    def ok(self) -> bool:
        return 200 <= self.status < 300


class UnreachableError(Exception):
    """No answer of a homeserver: refused, cut, timed out, or not JSON where JSON was due.

    Its text is one of a few fixed sentences: no address, no ids, no body.
    """


class AwayError(UnreachableError):
    """Nothing is there: no connection, or one that ended before there was an answer."""


class TooLargeError(UnreachableError):
    """An answer that was too large to be read to its end (``LARGEST_ANSWER``)."""


class RefusedError(Exception):
    """The homeserver refused what it must not refuse. Its text is a Matrix error code."""


def path(*parts: str) -> str:
    """``/_matrix/client/v3/`` and the parts, each percent-encoded as a whole (``#`` and ``/`` too)."""
    return "/_matrix/client/v3/" + "/".join(quote(part, safe="", errors="replace") for part in parts)


async def request(
    client: nio.AsyncClient,
    method: str,
    path: str,
    body: object | None = None,
    *,
    query: Mapping[str, str] | None = None,
    timeout: float = 30.0,  # noqa: ASYNC109 - of the whole exchange, the body included
) -> Answer:
    """Ask once; ``timeout`` in seconds bounds the whole exchange.

    Raises ``UnreachableError`` when nothing came back that a homeserver would say, and nothing else.
    """
    url = f"{path}?{urlencode(query, errors='replace')}" if query else path
    data = None if body is None else json.dumps(body)
    return read(await exchange(client, method, url, data, timeout=timeout))


def read(told: Told) -> Answer:
    """What was told, read as JSON. Raises ``UnreachableError`` when a success is no JSON object."""
    body = _object(told.body)
    if body is None and told.ok:
        raise UnreachableError("something that is not a homeserver answered")
    body = body or {}
    wait = _retry_after(body, told.headers, time.time())
    return Answer(told.status, body, wait, _date(told.headers.get("Date", "")))


async def exchange(
    client: nio.AsyncClient,
    method: str,
    url: str,
    data: str | bytes | None = None,
    *,
    kind: str = "application/json",
    timeout: float = 30.0,  # noqa: ASYNC109 - as that of ``request``
    largest: int | None = None,
) -> Told:
    """``request``, for bodies that are no JSON. ``kind``: of what is sent. ``largest``: bytes of an answer.

    Raises ``UnreachableError``, as ``request``; ``TooLargeError`` is one.
    """
    headers = {"Content-Type": kind}
    if client.access_token:
        headers["Authorization"] = f"Bearer {client.access_token}"
    try:
        async with asyncio.timeout(timeout):
            # Bytes as a file: aiohttp sends those in pieces.
            body = io.BytesIO(data) if isinstance(data, bytes) else data
            response: aiohttp.ClientResponse = await _send(client, method, url, body, headers, timeout)
            try:
                raw = await _read(response, largest or LARGEST_ANSWER)
            finally:
                response.release()
    except TimeoutError:
        failure = UnreachableError("the homeserver took too long to answer")
    except (aiohttp.ClientConnectionError, OSError):
        failure = AwayError("the homeserver cannot be reached")
    except (aiohttp.ClientError, ValueError):
        failure = UnreachableError("the homeserver cannot be reached")
    else:
        return _told(response.status, raw, response.headers)
    # Raised here, not in the handler: the cause holds the address and would stand in a traceback.
    raise failure


@client_session  # type: ignore[untyped-decorator] # opens the session when it is needed first
async def _send(
    client: nio.AsyncClient,
    method: str,
    url: str,
    data: str | io.BytesIO | None,
    headers: Mapping[str, str],
    seconds: float,
) -> aiohttp.ClientResponse:
    """As nio's ``send``, but whoever answers does not decide whom we ask: redirections are not followed."""
    assert client.client_session
    response: aiohttp.ClientResponse = await client.client_session.request(
        method,
        client.homeserver + url,
        data=data,
        ssl=client.ssl,
        headers=headers,
        timeout=aiohttp.ClientTimeout(total=seconds),
        allow_redirects=False,
    )
    return response


async def ask(
    client: nio.AsyncClient,
    method: str,
    path: str,
    body: object | None = None,
    *,
    query: Mapping[str, str] | None = None,
) -> Answer:
    """``request`` for what cannot go on without an answer (the start): waits out limits and passing troubles.

    The wait that the server demands is kept, as ``outcome`` bounds it. Raises ``UnreachableError``: at once
    when there is no answer, and after several bad ones; ``SignedOutError`` when the account is gone.
    """
    troubles = 0
    for _ in range(MOST_ASKS):
        answer = await request(client, method, path, body, query=query)
        match None if answer.status == 401 else outcome(answer):
            case RetryAt(wait=wait, limited=True):
                log.info("the homeserver limits our rate: waiting %d ms", wait)
            case RetryAt(wait=advised):
                troubles += 1
                if troubles > MOST_TROUBLES:
                    break
                wait = max(advised, 500 * 2**troubles)
            case _:
                return answer
        await _sleep(wait / 1000)
    raise UnreachableError("the homeserver answers, but only with errors")


def body_of(answer: Answer) -> dict[str, Any]:
    """The body of a good answer. Raises ``RefusedError``, ``UnreachableError`` or ``SignedOutError``."""
    match outcome(answer):
        case Done():
            return answer.body
        case RetryAt():
            raise UnreachableError("the homeserver has trouble")
        case Refused(reason):
            raise RefusedError(reason)


async def _read(response: aiohttp.ClientResponse, largest: int) -> bytes:
    parts: list[bytes] = []
    size = 0
    async for part in response.content.iter_any():
        parts.append(part)
        size += len(part)
        if size > largest:
            response.close()
            raise TooLargeError("the homeserver's answer is too large")
    return b"".join(parts)


def _told(status: int, raw: bytes, headers: Mapping[str, str]) -> Told:
    if 300 <= status < 400:
        raise UnreachableError("this is not the homeserver's own address: it leads to another")
    return Told(status, raw, headers)


def _object(raw: bytes) -> dict[str, Any] | None:
    try:
        value = json.loads(raw, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def _no_constant(name: str) -> Never:
    raise ValueError("NaN and Infinity are not JSON")


def _retry_after(body: Mapping[str, Any], headers: Mapping[str, str], now: float) -> Millis | None:
    """Milliseconds to wait. ``now`` (seconds since the epoch) is for a header that names a date."""
    wait = body.get("retry_after_ms")
    if isinstance(wait, int | float) and not isinstance(wait, bool) and 0 <= wait <= LARGEST_INTEGER:
        return math.ceil(wait)
    header = headers.get("Retry-After", "").strip()
    if header.isascii() and header.isdigit() and len(header) <= 12:
        return int(header) * 1000
    due = _date(header)
    return None if due is None else max(0, math.ceil(due - now * 1000))


def _date(header: str) -> Millis | None:
    try:
        return int(email.utils.parsedate_to_datetime(header).timestamp()) * 1000
    except (ValueError, OverflowError):
        return None


def outcome(answer: Answer) -> Outcome:
    """What became of a request.

    - 2xx: ``Done`` with the event id or room id of the answer.
    - limited: ``RetryAt(limited=True)`` with the wait that the server demanded, never less and at least
      100 ms; 5 s when it demanded nothing that is a time.
    - other errors that may pass (5xx, 408, 425, a refusal that is not the homeserver's own words):
      ``RetryAt`` with the wait that the server advised. ``wait=0`` means "your choice": backing off, with
      jitter, is the caller's.
    - anything else: ``Refused`` with the Matrix error code, or ``HTTP_<status>`` when there is none.

    No wait is longer than ``LONGEST_WAIT`` (an hour), whatever the server said.
    Raises ``SignedOutError`` when the session is over.
    """
    code = answer.errcode
    if answer.ok:
        result = answer.body.get("event_id", answer.body.get("room_id"))
        return Done(result if isinstance(result, str) else "")
    if answer.status < 500 and code in SIGNED_OUT:
        raise SignedOutError("the homeserver ended the session")
    if answer.status == 429 or code == "M_LIMIT_EXCEEDED":
        wait = UNADVISED_WAIT if answer.retry_after is None else answer.retry_after
        return RetryAt(min(max(SHORTEST_WAIT, wait), LONGEST_WAIT), limited=True)
    if _may_pass(answer.status, code):
        return RetryAt(min(answer.retry_after or 0, LONGEST_WAIT))
    return Refused(code or f"HTTP_{answer.status}")


async def attempt(
    client: nio.AsyncClient, method: str, path: str, body: object, *, made: bool = False
) -> Outcome:
    """``request``, and what became of it. Raises ``SignedOutError`` when the session is over.

    ``made``: a success names an event or a room. One that names none is something else's, in the
    homeserver's place: nobody knows what became of it.
    """
    try:
        verdict = outcome(await request(client, method, path, body))
    except UnreachableError:
        return RetryAt(0)
    return RetryAt(0) if made and verdict == Done() else verdict


def _may_pass(status: int, code: str) -> bool:
    if status >= 500 or status in (408, 425) or code in PASSING:
        return True
    return not code and status not in OUR_REQUEST
