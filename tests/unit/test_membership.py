"""Names of rooms become rooms, no faster than the homeserver allows."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from swsmatrix.matrix import http, membership
from swsmatrix.matrix.http import Answer
from swsmatrix.matrix.membership import Membership
from swsmatrix.matrix.rooms import Room
from swsmatrix.protocol import Millis, RoomId

LIMITED = Answer(429, {"errcode": "M_LIMIT_EXCEEDED"}, 60_000)
ME = "@porch:example.org"


class Homeserver:
    """Answers what ``answers`` has for the kind of request; ``asked`` are the kinds. ``now`` is ours."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.answers = {
            "GET": Answer(200, {"room_id": "!a:example.org"}),
            "POST": Answer(200, {"room_id": "!a:example.org"}),
        }
        self.asked: list[str] = []
        self.now: Millis = 5
        self.rooms: dict[RoomId, Room] = {}
        monkeypatch.setattr(membership, "request", self._request)
        monkeypatch.setattr(http, "request", self._request)

    async def _request(self, _client: object, method: str, *_: object) -> Answer:
        self.asked.append(method)
        return self.answers[method]

    def membership(self) -> Membership:
        client: Any = SimpleNamespace(user_id=ME)
        devices: Any = None
        return Membership(
            client, devices, self.rooms, lambda: self.now, entered=lambda _: None, left=lambda _: None
        )


@pytest.fixture
def homeserver(monkeypatch: pytest.MonkeyPatch) -> Homeserver:
    return Homeserver(monkeypatch)


@pytest.mark.parametrize(
    ("kind", "answer", "wait"),
    [
        ("POST", LIMITED, 60_000),
        ("GET", LIMITED, 60_000),
        ("POST", Answer(503, {}, 9_000), 9_000),
        ("GET", Answer(502, {}), 0),
    ],
)
async def test_who_is_limited_waits(homeserver: Homeserver, kind: str, answer: Answer, wait: Millis) -> None:
    bot = homeserver.membership()
    good, homeserver.answers[kind] = homeserver.answers[kind], answer
    assert await bot.resolve("#lounge:example.org") is None
    homeserver.now += wait - 1
    tried = homeserver.asked.count(kind)
    if wait:
        for name in ("#lounge:example.org", "#nyc:example.org"):
            assert await bot.resolve(name) is None
        assert homeserver.asked.count(kind) == tried == 1
    homeserver.now += 1
    homeserver.answers[kind] = good
    assert await bot.resolve("#lounge:example.org") == "!a:example.org"


async def test_a_limit_on_joining_is_none_on_knowing(homeserver: Homeserver) -> None:
    bot = homeserver.membership()
    homeserver.answers["POST"] = LIMITED
    assert await bot.resolve("#lounge:example.org") is None
    homeserver.rooms[RoomId("!a:example.org")] = room = Room(RoomId("!a:example.org"))
    room.members[ME] = "join"
    assert await bot.resolve("#lounge:example.org") == "!a:example.org"
    assert homeserver.asked.count("POST") == 1


async def test_a_refusal_is_no_limit(homeserver: Homeserver) -> None:
    bot = homeserver.membership()
    homeserver.answers["POST"] = Answer(403, {"errcode": "M_FORBIDDEN"})
    for _ in range(2):
        assert await bot.resolve("!b:example.org") is None
    assert homeserver.asked == ["POST", "POST"]


async def test_out_of_reach_is_what_the_homeserver_says_no_to(homeserver: Homeserver) -> None:
    bot, good = homeserver.membership(), dict(homeserver.answers)
    for kind, answer in (("GET", Answer(502, {})), ("POST", Answer(503, {})), ("POST", LIMITED)):
        homeserver.answers = good | {kind: answer}
        assert await bot.resolve("#lounge:example.org") is None
        assert bot.out_of_reach == set()
        homeserver.now += 60_000
    for kind, answer in (
        ("GET", Answer(404, {"errcode": "M_NOT_FOUND"})),
        ("POST", Answer(403, {"errcode": "M_FORBIDDEN"})),
    ):
        homeserver.answers = good | {kind: answer}
        assert await bot.resolve("#lounge:example.org") is None
        assert bot.out_of_reach == {"#lounge:example.org"}
        homeserver.answers = good | {kind: Answer(502, {})}  # silent: what was said last still holds
        assert await bot.resolve("#lounge:example.org") is None
        assert bot.out_of_reach == {"#lounge:example.org"}
        homeserver.answers = good
        assert await bot.resolve("#lounge:example.org") == "!a:example.org"
        assert bot.out_of_reach == set()


async def test_a_clock_that_is_put_back_stops_nothing(homeserver: Homeserver) -> None:
    bot = homeserver.membership()
    good, homeserver.answers["POST"] = homeserver.answers["POST"], LIMITED
    assert await bot.resolve("!b:example.org") is None
    homeserver.answers["POST"] = good
    homeserver.now -= 1
    assert await bot.resolve("!b:example.org") == "!a:example.org"
