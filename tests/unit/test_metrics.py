"""The metrics' address, asked in many ways."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import pytest

from swsmatrix import metrics

PAGE = "# HELP a b\n# TYPE a gauge\na 1\n"


async def page() -> str:
    return PAGE


@asynccontextmanager
async def serving(host: str = "127.0.0.1") -> AsyncIterator[int]:
    """The port of a server that listens."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as free:
        free.bind((host, 0))
        port = int(free.getsockname()[1])
    server = asyncio.create_task(metrics.serve(host, port, page))
    async with asyncio.timeout(5):
        while True:
            with suppress(OSError):
                _, writer = await asyncio.open_connection(host, port)
                break
            await asyncio.sleep(0)
    writer.close()
    try:
        yield port
    finally:
        server.cancel()
        with suppress(asyncio.CancelledError):
            await server


async def ask(port: int, request: bytes, host: str = "127.0.0.1") -> bytes:
    reader, writer = await asyncio.open_connection(host, port)
    try:
        async with asyncio.timeout(5):
            with suppress(ConnectionError):
                writer.write(request)
                return await reader.read()
            return b""
    finally:
        writer.close()


@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
async def test_the_page(host: str) -> None:
    async with serving(host) as port:
        answer = await ask(port, b"GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n", host)
    head, _, body = answer.decode().partition("\r\n\r\n")
    assert head.splitlines()[0] == "HTTP/1.1 200 OK"
    assert "Content-Type: text/plain; version=0.0.4; charset=utf-8" in head
    assert f"Content-Length: {len(PAGE)}" in head
    assert body == PAGE


@pytest.mark.parametrize(
    ("request_line", "status"),
    [
        (b"GET /metrics?a=b HTTP/1.0", b"200"),
        (b"GET / HTTP/1.1", b"404"),
        (b"GET /metrics/ HTTP/1.1", b"404"),
        (b"POST /metrics HTTP/1.1", b"405"),
        (b"HEAD /metrics HTTP/1.1", b"405"),
        (b"\xff\xfe", b"404"),
    ],
)
async def test_all_else_is_refused(request_line: bytes, status: bytes) -> None:
    async with serving() as port:
        answer = await ask(port, request_line + b"\r\n\r\n")
    assert answer.split()[1] == status
    assert (PAGE.encode() in answer) == (status == b"200")


async def test_endless_requests_are_cut_off() -> None:
    async with serving() as port:
        assert await ask(port, b"GET /metrics HTTP/1.1\r\n" + b"x" * 100_000) == b""
        assert await ask(port, b"GET /metrics HTTP/1.1\r\n\r\n") != b""


async def test_who_says_nothing_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(metrics, "SECONDS", 0.05)
    async with serving() as port:
        assert await ask(port, b"GET /metrics") == b""


async def test_only_a_few_are_listened_to_at_once() -> None:
    async with serving() as port:
        silent = [await asyncio.open_connection("127.0.0.1", port) for _ in range(metrics.AT_ONCE)]
        assert await ask(port, b"GET /metrics HTTP/1.1\r\n\r\n") == b""
        for _, writer in silent:
            writer.close()
            await writer.wait_closed()
        answers = [await ask(port, b"GET /metrics HTTP/1.1\r\n\r\n") for _ in range(20)]
        assert any(answers)


async def test_an_address_in_use_ends_nothing(caplog: pytest.LogCaptureFixture) -> None:
    async with serving() as port:
        await metrics.serve("127.0.0.1", port, page)
    assert "metrics.listen" in caplog.text
