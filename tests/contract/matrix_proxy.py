"""Something between a client and its homeserver that does what networks and hostile servers do."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any

from aiohttp import ClientError, ClientSession, web


class Fate(Enum):
    """What can become of a request instead of an answer."""

    CUT = auto()  # the connection ends, the homeserver never saw it
    LOST = auto()  # the homeserver did it, then the connection ended
    SILENT = auto()  # nothing, ever


@dataclass(frozen=True, slots=True)
class Torn:
    """The homeserver's answer ends after so many bytes, though it said that it was longer."""

    after: int


Fault = Callable[[str, str], "web.Response | Fate | Torn | None"]
Change = Callable[[str, dict[str, Any]], None]


@dataclass(frozen=True, slots=True)
class Asked:
    """A request as it came in; ``at`` in seconds of ``time.monotonic``."""

    at: float
    method: str
    path: str


class Proxy:
    """``fault`` answers in the homeserver's place, or lets pass by returning None.

    ``change`` may alter a JSON answer of the homeserver in place. ``seen`` are all requests (method, path),
    with what was sent in ``bodies`` and when in ``asked``. The next request whose path contains ``hold`` is
    kept back until ``go`` is set; ``held`` says that it is there. ``keep`` is the same for the answer: the
    homeserver has done it by then.
    """

    def __init__(self, upstream: str) -> None:
        self._upstream = upstream
        self.url = ""
        self.fault: Fault | None = None
        self.change: Change | None = None
        self.seen: list[tuple[str, str]] = []
        self.bodies: list[bytes] = []
        self.asked: list[Asked] = []
        self.hold: str | None = None
        self.keep: str | None = None
        self.held = asyncio.Event()
        self.go = asyncio.Event()

    async def handle(self, request: web.Request) -> web.StreamResponse:
        body = await request.read()
        self.seen.append((request.method, request.path))
        self.bodies.append(body)
        self.asked.append(Asked(time.monotonic(), request.method, request.path))
        if self.hold is not None and self.hold in request.path:
            self.hold = None
            self.held.set()
            await self.go.wait()
        answer = self.fault(request.method, request.path) if self.fault is not None else None
        match answer:
            case web.Response():
                return answer
            case Fate.CUT:
                return _cut(request)
            case Fate.SILENT:
                await asyncio.Event().wait()
        try:
            status, raw = await self._ask(request, body)
        except ClientError:
            return _cut(request)  # there is no homeserver just now
        if self.keep is not None and self.keep in request.path:
            self.keep = None
            self.held.set()
            await self.go.wait()
        if answer is Fate.LOST:
            return _cut(request)
        if isinstance(answer, Torn):
            return await _tear(request, status, raw, answer.after)
        return web.Response(status=status, body=raw, content_type="application/json")

    async def _ask(self, request: web.Request, body: bytes) -> tuple[int, bytes]:
        headers = {
            name: value
            for name, value in request.headers.items()
            if name in ("Authorization", "Content-Type")
        }
        url = self._upstream + request.raw_path
        async with self._session.request(request.method, url, data=body, headers=headers) as response:
            raw = await response.read()
            if self.change is not None and response.status == 200:
                parsed = json.loads(raw)
                self.change(request.path, parsed)
                raw = json.dumps(parsed).encode()
            return response.status, raw

    @classmethod
    @asynccontextmanager
    async def before(cls, upstream: str) -> AsyncIterator[Proxy]:
        proxy = cls(upstream)
        async with ClientSession(auto_decompress=True) as proxy._session, serving(proxy.handle) as proxy.url:
            yield proxy

    _session: ClientSession


@asynccontextmanager
async def serving(handle: Callable[[web.Request], Awaitable[web.StreamResponse]]) -> AsyncIterator[str]:
    """Something that answers every request on a port of its own; the address."""
    app = web.Application(client_max_size=2**24)
    app.router.add_route("*", "/{tail:.*}", handle)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


def _cut(request: web.Request) -> web.Response:
    if request.transport is not None:
        request.transport.abort()
    return web.Response()


async def _tear(request: web.Request, status: int, raw: bytes, after: int) -> web.StreamResponse:
    response = web.StreamResponse(status=status, headers={"Content-Type": "application/json"})
    response.content_length = len(raw) + 1
    await response.prepare(request)
    await response.write(raw[:after])
    _cut(request)
    return response


def html(status: int) -> web.Response:
    return web.Response(status=status, text="<html>please come back later</html>", content_type="text/html")


def error(status: int, code: str, **more: object) -> web.Response:
    return web.json_response({"errcode": code, "error": "no"} | more, status=status)
