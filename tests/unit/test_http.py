"""HTTP answers as values: what is waited for, refused, or ends the session; and a hostile server."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import nio
import pytest

from swsmatrix.matrix import http, sync
from swsmatrix.matrix.http import Answer, TooLargeError, UnreachableError, outcome, path, request
from swsmatrix.matrix.sync import Sync
from swsmatrix.protocol import Done, Refused, RetryAt, SignedOutError

Handler = Callable[[bytes, asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def client_of(handler: Handler) -> AsyncIterator[nio.AsyncClient]:
    """A client of a server that answers every connection with ``handler``."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await handler(await reader.readuntil(b"\r\n\r\n"), reader, writer)
        finally:
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    client = nio.AsyncClient(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}")
    client.access_token = "secret-token"
    try:
        yield client
    finally:
        await client.close()
        server.close()
        await server.wait_closed()


def replies(raw: bytes) -> Handler:
    async def reply(head: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(raw)
        await writer.drain()

    return reply


def page(status: str, body: bytes, *headers: str) -> bytes:
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", "Connection: close", *headers]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


async def ask(raw: bytes) -> Answer:
    async with client_of(replies(raw)) as client:
        return await request(client, "GET", path("whoami"))


def test_path_encodes_every_part_whole() -> None:
    assert path("rooms", "!a/b:c?#", "send") == "/_matrix/client/v3/rooms/%21a%2Fb%3Ac%3F%23/send"
    assert path("a\ud800") == "/_matrix/client/v3/a%3F"


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (Answer(200, {}), Done()),
        (Answer(200, {"event_id": "$e"}), Done("$e")),
        (Answer(200, {"room_id": "!r"}), Done("!r")),
        (Answer(200, {"event_id": 5}), Done()),
        (Answer(429, {}), RetryAt(5000, limited=True)),
        (Answer(429, {"errcode": "M_LIMIT_EXCEEDED"}, 1_800_000), RetryAt(1_800_000, limited=True)),
        (Answer(400, {"errcode": "M_LIMIT_EXCEEDED"}, 3), RetryAt(100, limited=True)),
        (Answer(429, {}, 0), RetryAt(100, limited=True)),
        (Answer(500, {"errcode": "M_UNKNOWN"}), RetryAt(0)),
        (Answer(503, {}, 2000), RetryAt(2000)),
        (Answer(502, {"errcode": "M_UNKNOWN_TOKEN"}), RetryAt(0)),
        (Answer(408, {}), RetryAt(0)),
        (Answer(404, {}), RetryAt(0)),  # a proxy's page, not the homeserver's word
        (Answer(302, {}), RetryAt(0)),
        (Answer(403, {"errcode": "M_RESOURCE_LIMIT_EXCEEDED"}), RetryAt(0)),
        (Answer(404, {"errcode": "M_NOT_FOUND"}), Refused("M_NOT_FOUND")),
        (Answer(409, {"errcode": "M_ROOM_IN_USE"}), Refused("M_ROOM_IN_USE")),
        (Answer(401, {"errcode": "M_FORBIDDEN"}), Refused("M_FORBIDDEN")),
        (Answer(413, {}), Refused("HTTP_413")),
        (Answer(400, {"errcode": "a whole sentence about @alice:example.org"}), Refused("HTTP_400")),
    ],
)
def test_outcome(answer: Answer, expected: object) -> None:
    assert outcome(answer) == expected


HOSTILE_BODIES = [
    b'{"retry_after_ms": 86400000}',
    b'{"retry_after_ms": 1000000000000000000}',
    b'{"retry_after_ms": 9007199254740991}',
    b'{"retry_after_ms": 1e308}',
    b'{"retry_after_ms": 1e999}',
    b'{"retry_after_ms": -1000000000000000000}',
    b'{"retry_after_ms": NaN}',
    b'{"retry_after_ms": "86400000"}',
    b'{"retry_after_ms": ' + b"9" * 4000 + b"}",
]
HOSTILE_HEADERS = [
    "Retry-After: 86400",
    "Retry-After: 999999999999",
    "Retry-After: " + "9" * 4000,
    "Retry-After: -86400",
    "Retry-After: nan",
    "Retry-After: Fri, 31 Dec 9999 23:59:59 GMT",
    "Retry-After: Fri, 31 Dec 9999 23:59:59 -9999",
    "Retry-After: Fri, 31 Dec 99999 23:59:59 GMT",
]


@pytest.mark.parametrize("status", ["429 Too Many Requests", "503 Service Unavailable"])
@pytest.mark.parametrize(
    ("body", "headers"),
    [(body, ()) for body in HOSTILE_BODIES] + [(b"{}", (one,)) for one in HOSTILE_HEADERS],
)
async def test_no_wait_silences_the_bot_for_ever(status: str, body: bytes, headers: tuple[str, ...]) -> None:
    verdict = outcome(await ask(page(status, body, *headers)))
    assert isinstance(verdict, RetryAt)
    assert isinstance(verdict.wait, int)
    assert 0 <= verdict.wait <= http.LONGEST_WAIT == 3_600_000


@pytest.mark.parametrize(
    "status", ["301 Moved", "302 Found", "303 See Other", "307 Temporary", "308 Permanent"]
)
async def test_nobody_sends_the_bot_elsewhere(status: str) -> None:
    """With what it says, to an address of somebody else's choice: one inside its own network above all."""
    elsewhere: list[bytes] = []

    async def listen(head: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        elsewhere.append(head)
        writer.write(page("200 OK", b"{}"))

    async with client_of(listen) as other:
        for where in (other.homeserver, ""):
            led = replies(page(status, b"", f"Location: {where}/_matrix/client/v3/login"))
            async with client_of(led) as client:
                with pytest.raises(UnreachableError, match="another"):
                    await request(client, "POST", path("login"), {"password": "a lantern"})
    assert elsewhere == []


@pytest.mark.parametrize("code", sorted(http.SIGNED_OUT))
def test_the_session_is_over(code: str) -> None:
    with pytest.raises(SignedOutError):
        outcome(Answer(401, {"errcode": code}))


@pytest.mark.parametrize(
    ("body", "headers", "expected"),
    [
        ({"retry_after_ms": 1500}, {}, 1500),
        ({"retry_after_ms": 1500.2}, {"Retry-After": "9"}, 1501),
        ({"retry_after_ms": -1}, {"Retry-After": "9"}, 9000),
        ({"retry_after_ms": True}, {}, None),
        ({"retry_after_ms": "7"}, {}, None),
        ({"retry_after_ms": 10**400}, {"Retry-After": "1"}, 1000),
        ({"retry_after_ms": float("inf")}, {"Retry-After": " 2 "}, 2000),
        ({}, {"Retry-After": "Thu, 01 Jan 1970 00:01:00 GMT"}, 50_000),
        ({}, {"Retry-After": "Thu, 01 Jan 1970 00:00:01 GMT"}, 0),
        ({}, {"Retry-After": "soon"}, None),
        ({}, {"Retry-After": "٣"}, None),
        ({}, {}, None),
    ],
)
def test_retry_after(body: dict[str, object], headers: dict[str, str], expected: int | None) -> None:
    assert http._retry_after(body, headers, now=10.0) == expected


async def test_a_request_carries_token_query_and_body() -> None:
    seen: list[bytes] = []

    async def keep(head: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        seen.extend((head, await reader.readexactly(15)))
        writer.write(page("200 OK", b'{"event_id": "$e"}'))

    async with client_of(keep) as client:
        answer = await request(client, "PUT", path("x", "a/#"), {"a": "\ud800"}, query={"q": "ü &"})
    assert answer == Answer(200, {"event_id": "$e"})
    assert seen[0].startswith(b"PUT /_matrix/client/v3/x/a%2F%23?q=%C3%BC+%26 HTTP/1.1\r\n")
    assert b"\r\nAuthorization: Bearer secret-token\r\n" in seen[0]
    assert seen[1] == b'{"a": "\\ud800"}'


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"rubbish\r\n\r\n",
        page("200 OK", b"<html>hello</html>"),
        page("200 OK", b"[1]"),
        page("200 OK", b'{"a": NaN}'),
        page("200 OK", b'{"a": "\xff"}'),
        page("200 OK", b"[" * 200_000),
        page("200 OK", b'{"a": 1}')[:-3],
        page("200 OK", b'{"a": 1}', "Content-Encoding: gzip"),
    ],
)
async def test_what_is_no_answer_is_unreachable_and_says_nothing(raw: bytes) -> None:
    with pytest.raises(UnreachableError) as error:
        await ask(raw)
    assert "127.0.0.1" not in str(error.value)
    assert "whoami" not in str(error.value)
    assert error.value.__cause__ is None
    assert error.value.__context__ is None


async def test_an_error_without_json_is_still_an_answer() -> None:
    assert await ask(page("502 Bad Gateway", b"<html>", "Retry-After: 3")) == Answer(502, {}, 3000)


async def test_errcode_and_wait_of_the_body() -> None:
    answer = await ask(
        page("429 X", b'{"errcode": "M_LIMIT_EXCEEDED", "retry_after_ms": 7}', "Retry-After: 3")
    )
    assert (answer.errcode, answer.retry_after, answer.ok) == ("M_LIMIT_EXCEEDED", 7, False)


async def test_an_endless_answer_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "LARGEST_ANSWER", 1000)
    with pytest.raises(TooLargeError):
        await ask(page("200 OK", b'{"a": "' + b"x" * 2000 + b'"}'))


async def test_silence_is_given_up() -> None:
    async def wait(head: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()

    async with client_of(wait) as client:
        async with asyncio.timeout(5):
            with pytest.raises(UnreachableError, match="too long"):
                await request(client, "GET", path("sync"), timeout=0.05)


async def test_nobody_there() -> None:
    async with client_of(replies(b"")) as client:
        pass
    client.access_token = "secret-token"
    try:
        with pytest.raises(UnreachableError):
            await request(client, "GET", path("sync"))
    finally:
        await client.close()


class Server:
    """Answers in the order given, then with the last one for ever."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *answers: Answer) -> None:
        self.answers = list(answers)
        self.asked = 0
        self.slept: list[float] = []
        monkeypatch.setattr(http, "request", self.request)
        monkeypatch.setattr(http, "_sleep", self.sleep)

    async def request(self, *_: object, **__: object) -> Answer:
        self.asked += 1
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)


LIMITED = Answer(429, {"errcode": "M_LIMIT_EXCEEDED"}, 7000)


async def test_ask_keeps_every_wait_that_is_demanded(monkeypatch: pytest.MonkeyPatch) -> None:
    server = Server(
        monkeypatch, *[LIMITED] * 30, Answer(503, {}, 9000), Answer(500, {}), Answer(200, {"a": 1})
    )
    assert await http.ask(None, "GET", "/") == Answer(200, {"a": 1})
    assert server.slept == [7.0] * 30 + [9.0, 2.0]


A_DAY = Answer(429, {"errcode": "M_LIMIT_EXCEEDED"}, 86_400_000)


async def test_the_start_and_the_sync_loop_wait_no_longer(monkeypatch: pytest.MonkeyPatch) -> None:
    news, away = Answer(200, {"next_batch": "s1"}), Answer(503, {}, 10**15)
    server = Server(monkeypatch, A_DAY, away, news)
    assert await http.ask(None, "GET", "/") == news
    assert server.slept == [3600.0, 3600.0]
    server = Server(monkeypatch, A_DAY, away, news)
    monkeypatch.setattr(sync, "request", server.request)
    assert await Sync(None, server.sleep).news("s0", full_state=False) == news.body
    assert server.slept == [3600.0, 3600.0]


@pytest.mark.parametrize(
    ("answer", "times"), [(LIMITED, http.MOST_ASKS), (Answer(500, {}), http.MOST_TROUBLES + 1)]
)
async def test_ask_gives_up(monkeypatch: pytest.MonkeyPatch, answer: Answer, times: int) -> None:
    server = Server(monkeypatch, answer)
    with pytest.raises(UnreachableError):
        await http.ask(None, "GET", "/")
    assert server.asked == times


@pytest.mark.parametrize("answer", [Answer(401, {"flows": []}), Answer(404, {"errcode": "M_NOT_FOUND"})])
async def test_ask_brings_other_answers_home(monkeypatch: pytest.MonkeyPatch, answer: Answer) -> None:
    server = Server(monkeypatch, answer)
    assert await http.ask(None, "GET", "/") == answer
    assert server.asked == 1


def test_body_of() -> None:
    assert http.body_of(Answer(200, {"a": 1})) == {"a": 1}
    with pytest.raises(http.RefusedError, match=r"^M_FORBIDDEN$"):
        http.body_of(Answer(403, {"errcode": "M_FORBIDDEN", "error": "@alice:example.org may not"}))
    with pytest.raises(UnreachableError):
        http.body_of(Answer(500, {}))
    with pytest.raises(SignedOutError):
        http.body_of(Answer(401, {"errcode": "M_UNKNOWN_TOKEN"}))
