"""Messages that wait for their keys: how many, and for how long that holds up what is new."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from swsmatrix.matrix import late
from swsmatrix.matrix.http import Answer, UnreachableError
from swsmatrix.matrix.late import LateKeys
from swsmatrix.matrix.opened import Shut
from swsmatrix.matrix.rooms import Room
from swsmatrix.protocol import Older, OlderThanDevice, RoomId

ROOM, OTHER = RoomId("!a:example.org"), RoomId("!b:example.org")
BORN = 1_000


class Machine:
    """Has every key, and knows no owner of ``strangers``' messages."""

    def __init__(self) -> None:
        self.left: set[str] = set()
        self.arrived: set[tuple[str, str]] = set()
        self.withheld = SimpleNamespace(code=lambda *_: None)
        self.owned = False
        self.counted: list[str] = []
        self.asked = 0

    def count(self, what: str) -> None:
        self.counted.append(what)

    def request_key(self, *_: object) -> None:
        self.asked += 1

    def sessions(self, *_: object) -> list[int]:
        return [1]

    def lacks_owner(self, *_: object) -> bool:
        return not self.owned

    def open(self, *_: object) -> Shut:
        return Shut.NO_OWNER


@pytest.fixture
def keys() -> LateKeys:
    client: Any = SimpleNamespace(machine=Machine())
    return LateKeys(client)


def waits(keys: LateKeys, number: int, why: Shut = Shut.NO_KEY) -> None:
    raw = {"event_id": f"${number}", "sender": "@a:example.org", "content": {"session_id": "s"}}
    assert keys.wait(ROOM, raw, why) is not None


@pytest.mark.parametrize("answer", [None, Answer(502, {}), Answer(429, {"errcode": "M_LIMIT_EXCEEDED"})])
async def test_a_homeserver_in_trouble_is_not_asked_for_each_of_them(
    keys: LateKeys, monkeypatch: pytest.MonkeyPatch, answer: Answer | None
) -> None:
    """Each question may take half a minute, in which nothing new is heard."""
    asked: list[tuple[object, ...]] = []

    async def request(*question: object) -> Answer:
        asked.append(question)
        if answer is None:
            raise UnreachableError
        return answer

    monkeypatch.setattr(late, "request", request)
    for number in range(100):
        waits(keys, number)
    keys._client.machine.arrived = {(ROOM, "s")}
    for _ in range(3):
        assert await keys.come({ROOM: Room(ROOM)}) == []
    assert len(asked) == 3
    assert len({question[2] for question in asked}) == 3  # nor does one that cannot be had hold up the others
    assert len(keys._waiting) == 100


def test_what_is_given_up_leaves_nothing(keys: LateKeys, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(late, "MOST_WAITING", 10)
    for number in range(100):
        waits(keys, number, Shut.NO_OWNER)
    assert len(keys._waiting) == len(keys._unowned) == 10


# ---- What is older than our device ----


def arrives(keys: LateKeys, at: object, why: Shut = Shut.NO_KEY, room: RoomId = ROOM) -> object:
    raw = {"event_id": f"${at}", "sender": "@a:example.org", "content": {"session_id": "s"}}
    return keys.wait(room, raw | {"origin_server_ts": at}, why)


def test_nobody_waits_for_what_is_older_than_our_device(keys: LateKeys) -> None:
    keys.born = BORN
    for at, room in ((BORN - 1, ROOM), (500, ROOM), (700, ROOM), (BORN - 1, OTHER)):
        assert arrives(keys, at, room=room) is None
    here = Older(room=ROOM, count=3, first=500, last=BORN - 1)
    there = Older(room=OTHER, count=1, first=BORN - 1, last=BORN - 1)
    assert keys.older() == [OlderThanDevice(rooms=(here, there), at=BORN)]
    assert keys.older() == []
    assert keys.needed() == set()
    machine: Any = keys._client.machine
    assert (machine.counted, machine.asked) == (["older"] * 4, 0)


def test_what_is_as_old_as_our_device_is_waited_for(keys: LateKeys) -> None:
    keys.born = BORN
    assert arrives(keys, BORN)
    # Its key is there: only whose it is is not known yet.
    assert arrives(keys, BORN - 1, Shut.NO_OWNER)
    assert keys.older() == []
    machine: Any = keys._client.machine
    assert (machine.counted, machine.asked) == (["undecryptable"] * 2, 2)


def test_what_was_said_where_the_bot_is_not_any_more_is_no_news(keys: LateKeys) -> None:
    keys.born = BORN
    keys._client.machine.left.add(ROOM)
    assert arrives(keys, 500) is None
    assert keys.older() == []
