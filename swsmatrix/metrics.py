"""``GET /metrics`` for Prometheus, on this machine alone, and only if the configuration says where.

A page of numbers needs no web server: this answers one kind of request, in time and to few at once, so that
nothing on this machine can use up the bot's connections.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable

log = logging.getLogger(__name__)

PATH = "/metrics"
AT_ONCE = 8
SECONDS = 5.0  # for one request and its answer
LARGEST_REQUEST = 8 * 1024  # bytes


async def serve(host: str, port: int, page: Callable[[], Awaitable[str]]) -> None:
    """Answer with ``page`` until cancelled. An address that cannot be had is no reason to end the bot."""
    talking = 0

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal talking
        talking += 1
        try:
            if talking <= AT_ONCE:
                async with asyncio.timeout(SECONDS):
                    writer.write(await _answer(await reader.readuntil(b"\r\n\r\n"), page))
                    await writer.drain()
        except (OSError, TimeoutError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            writer.transport.abort()
        finally:
            talking -= 1
            writer.close()

    try:
        server = await asyncio.start_server(talk, host, port, limit=LARGEST_REQUEST)
    except OSError:
        log.warning("metrics.listen: this address cannot be used; no metrics until the next start")
        return
    async with server:
        await server.serve_forever()


async def _answer(request: bytes, page: Callable[[], Awaitable[str]]) -> bytes:
    method, _, rest = request.partition(b" ")
    where = rest.partition(b" ")[0].partition(b"?")[0]
    if where != PATH.encode():
        return _response("404 Not Found", f"{PATH} is all there is\n")
    if method != b"GET":
        return _response("405 Method Not Allowed", "GET is all there is\n", "Allow: GET")
    return _response("200 OK", await page())


def _response(status: str, body: str, *headers: str) -> bytes:
    content = body.encode()
    lines = [
        f"HTTP/1.1 {status}",
        "Content-Type: text/plain; version=0.0.4; charset=utf-8",
        f"Content-Length: {len(content)}",
        "Cache-Control: no-store",
        "Connection: close",
        *headers,
    ]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + content
