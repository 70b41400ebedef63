"""Fetching and leaving files on a homeserver that may be slow, limited, hostile or not there."""

from __future__ import annotations

import asyncio
from typing import cast

import nio
import pytest

from swsmatrix.matrix import media, pictures
from swsmatrix.matrix.devices import AskedInVainError
from swsmatrix.matrix.hardening import HardenedClient
from swsmatrix.protocol import Outcome, Refused, RetryAt, SignedOutError
from tests.unit.test_http import Handler, client_of, page, replies

URL = "mxc://far.example.org:8448/Lamp-1"
AWAY, LARGE = Refused("PICTURE_AWAY"), Refused("PICTURE_TOO_LARGE")


def as_ours(client: nio.AsyncClient) -> HardenedClient:
    return cast("HardenedClient", client)


async def fetched(handler: Handler, url: str = URL) -> bytes | Outcome:
    async with client_of(handler) as client:
        try:
            return await media.download(as_ours(client), url)
        except AskedInVainError as error:
            return error.outcome


async def left(handler: Handler) -> str | Outcome:
    async with client_of(handler) as client:
        try:
            return await media.upload(as_ours(client), b"sealed")
        except AskedInVainError as error:
            return error.outcome


def noting(heads: list[bytes], raw: bytes) -> Handler:
    async def reply(head: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heads.append(head)
        writer.write(raw)
        await writer.drain()

    return reply


async def test_it_is_asked_for_at_our_homeserver_with_our_token() -> None:
    heads: list[bytes] = []
    assert await fetched(noting(heads, page("200 OK", b"\0\xffsealed"))) == b"\0\xffsealed"
    (head,) = heads
    first, _, rest = head.partition(b"\r\n")
    place = b"/_matrix/client/v1/media/download/far.example.org:8448/Lamp-1"
    assert first.replace(b"%3A", b":") == b"GET " + place + b" HTTP/1.1"
    assert b"Bearer secret-token" in rest


async def test_what_is_no_address_is_not_asked_for() -> None:
    heads: list[bytes] = []
    assert await fetched(noting(heads, page("200 OK", b"")), "mxc://../../whoami") == Refused("M_NOT_FOUND")
    assert heads == []


async def test_it_is_left_without_a_name_or_a_kind() -> None:
    heads: list[bytes] = []
    reply = noting(heads, page("200 OK", b'{"content_uri": "mxc://example.org/new"}'))
    assert await left(reply) == "mxc://example.org/new"
    assert heads[0].startswith(b"POST /_matrix/media/v3/upload HTTP/1.1")
    assert b"application/octet-stream" in heads[0]


ERRORS: list[tuple[bytes, object]] = [
    (page("404 Not Found", b'{"errcode": "M_NOT_FOUND"}'), Refused("M_NOT_FOUND")),
    (page("403 Forbidden", b'{"errcode": "M_FORBIDDEN"}'), Refused("M_FORBIDDEN")),
    (page("413 Too Large", b'{"errcode": "M_TOO_LARGE"}'), Refused("M_TOO_LARGE")),
    (page("500 Oh", b'{"errcode": "M_UNKNOWN"}'), AWAY),
    (page("502 Bad Gateway", b"<html>"), AWAY),
    (page("504 Not Yet", b'{"errcode": "M_NOT_YET_UPLOADED"}'), AWAY),
    (page("307 Elsewhere", b"", "Location: http://127.0.0.1:1/secrets"), AWAY),
    (
        page("429 Slower", b'{"errcode": "M_LIMIT_EXCEEDED", "retry_after_ms": 700}'),
        RetryAt(700, limited=True),
    ),
    (b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf", AWAY),
]


@pytest.mark.parametrize(("raw", "expected"), ERRORS)
async def test_what_goes_wrong_has_an_outcome_that_holds_up_nothing_else(
    raw: bytes, expected: object
) -> None:
    assert await fetched(replies(raw)) == expected
    assert await left(replies(raw)) == expected


@pytest.mark.parametrize(
    "body", [b"", b"{}", b"sealed", b'{"content_uri": 5}', b'{"content_uri": "https://evil.example/a"}']
)
async def test_a_success_that_names_no_address_is_none(body: bytes) -> None:
    assert await left(replies(page("200 OK", body))) == AWAY


async def test_one_that_is_not_there_is_waited_for() -> None:
    client = nio.AsyncClient("http://127.0.0.1:1")
    for work in (media.download(as_ours(client), URL), media.upload(as_ours(client), b"sealed")):
        with pytest.raises(AskedInVainError) as error:
            await work
        assert error.value.outcome == RetryAt(0)
    await client.close()


async def test_the_end_of_the_session_is_heard_here_too() -> None:
    over = page("401 Unauthorized", b'{"errcode": "M_UNKNOWN_TOKEN"}')
    with pytest.raises(SignedOutError):
        await fetched(replies(over))
    with pytest.raises(SignedOutError):
        await left(replies(over))


async def test_one_that_is_slow_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    async def say_nothing(head: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()

    monkeypatch.setattr(media, "TIMEOUT", 0.2)
    assert await fetched(say_nothing) == AWAY
    assert await left(say_nothing) == AWAY


async def test_ten_megabytes_and_not_one_byte_more() -> None:
    most = bytes(pictures.LARGEST)
    assert await fetched(replies(page("200 OK", most))) == most
    assert await fetched(replies(page("200 OK", most + b"1"))) == LARGE


async def test_one_without_an_end_is_given_up() -> None:
    sent = 0

    async def pour(head: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal sent
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: image/jpeg\r\n\r\n")
        while not writer.is_closing() and sent < 10 * pictures.LARGEST:
            writer.write(bytes(1 << 20))
            sent += 1 << 20
            await writer.drain()

    assert await fetched(pour) == LARGE
    assert sent < 3 * pictures.LARGEST
