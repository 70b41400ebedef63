"""Something between a client and its homeserver that does what networks and hostile servers do."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import ClientSession, web

Fault = Callable[[str, str], web.Response | None]
Change = Callable[[str, dict[str, Any]], None]


class Proxy:
    """``fault`` answers in the homeserver's place, or lets pass by returning None.

    ``change`` may alter a JSON answer of the homeserver in place. ``seen`` are all requests (method, path),
    with what was sent in ``bodies``. The next request whose path contains ``hold`` is kept back until ``go``
    is set; ``held`` says that it is there.
    """

    def __init__(self, upstream: str) -> None:
        self._upstream = upstream
        self.url = ""
        self.fault: Fault | None = None
        self.change: Change | None = None
        self.seen: list[tuple[str, str]] = []
        self.bodies: list[bytes] = []
        self.hold: str | None = None
        self.held = asyncio.Event()
        self.go = asyncio.Event()

    async def handle(self, request: web.Request) -> web.Response:
        body = await request.read()
        self.seen.append((request.method, request.path))
        self.bodies.append(body)
        if self.hold is not None and self.hold in request.path:
            self.hold = None
            self.held.set()
            await self.go.wait()
        if self.fault is not None and (answer := self.fault(request.method, request.path)) is not None:
            return answer
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
            return web.Response(status=response.status, body=raw, content_type="application/json")

    @classmethod
    @asynccontextmanager
    async def before(cls, upstream: str) -> AsyncIterator[Proxy]:
        proxy = cls(upstream)
        app = web.Application(client_max_size=2**24)
        app.router.add_route("*", "/{tail:.*}", proxy.handle)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
        async with ClientSession(auto_decompress=True) as proxy._session:
            await runner.setup()
            site = web.TCPSite(runner, "127.0.0.1", 0)
            await site.start()
            proxy.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
            try:
                yield proxy
            finally:
                await runner.cleanup()

    _session: ClientSession


def html(status: int) -> web.Response:
    return web.Response(status=status, text="<html>please come back later</html>", content_type="text/html")


def error(status: int, code: str, **more: object) -> web.Response:
    return web.json_response({"errcode": code, "error": "no"} | more, status=status)
