"""How often people's devices and one-time keys are asked for, with a clock that only the test moves."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from swsmatrix.matrix import devices
from swsmatrix.matrix.devices import AskedInVainError, Devices
from swsmatrix.matrix.http import Answer
from swsmatrix.matrix.keyshare import KeyShare
from swsmatrix.matrix.rooms import Room
from swsmatrix.protocol import MINUTE, Millis, RoomId
from tests.unit.test_machine import ROOM, Person, meet, query

DOWN = Answer(200, {"device_keys": {}, "failures": {"example.org": {}}})


class Homeserver:
    """Answers ``answer`` about devices, and has no one-time key of anybody's. ``asked``: for what."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
        self.bot, self.alice = Person(folder, "bot"), Person(folder, "alice")
        self.now: Millis = 5
        self.answer = self.there = Answer(200, query((self.alice, self.alice.device_keys())))
        self.asked: list[str] = []
        client: Any = SimpleNamespace(machine=self.bot.machine)
        self.devices = Devices(client, lambda: self.now)
        self.keys = KeyShare(client, self.devices, lambda: self.now, lambda: "txn")
        monkeypatch.setattr(devices, "request", self._request)

    async def _request(self, _client: object, _method: str, where: str, *_: object, **__: object) -> Answer:
        self.asked.append(where.partition("/v3/")[2])
        return self.answer if where.endswith("/keys/query") else Answer(200, {"one_time_keys": {}})

    async def refresh(self, later: Millis = 0) -> list[str]:
        self.now += later
        return await self.devices.refresh([self.alice.user])


@pytest.fixture
def homeserver(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Homeserver]:
    found = Homeserver(monkeypatch, tmp_path)
    yield found
    for person in (found.bot, found.alice):
        person.machine.store.close()


async def test_whose_devices_are_known_are_asked_for_when_they_change(homeserver: Homeserver) -> None:
    alice = homeserver.alice.user
    assert [await homeserver.refresh() for _ in range(2)] == [[alice], []]
    homeserver.devices.changed([alice])
    assert [await homeserver.refresh() for _ in range(2)] == [[alice], []]


async def test_a_homeserver_that_is_down_is_asked_every_five_minutes(homeserver: Homeserver) -> None:
    alice = homeserver.alice.user
    homeserver.answer = DOWN
    found = [await homeserver.refresh(later) for later in (0, 1, 5 * MINUTE - 2, 1, 1)]
    assert found == [[alice], [], [], [alice], []]
    # It stays so though their devices changed; and once there is an answer, that holds.
    homeserver.devices.changed([alice])
    homeserver.answer = homeserver.there
    assert [await homeserver.refresh(later) for later in (0, 5 * MINUTE - 1, 1)] == [[], [alice], []]


async def test_our_own_homeserver_is_asked_again_at_once(homeserver: Homeserver) -> None:
    homeserver.answer = Answer(502, {})
    for _ in range(2):
        with pytest.raises(AskedInVainError):
            await homeserver.refresh()
    homeserver.answer = homeserver.there
    assert await homeserver.refresh() == [homeserver.alice.user]


async def test_one_time_keys_that_are_not_to_be_had_are_asked_for_every_five_minutes(
    homeserver: Homeserver,
) -> None:
    meet(homeserver.bot.machine, homeserver.alice)
    room = Room(RoomId(ROOM), members={homeserver.alice.user: "join"}, checked=True)
    claims = []
    for later in (0, 1, 5 * MINUTE - 2, 1, 1):
        homeserver.now += later
        await homeserver.keys.encrypt(room, "m.room.message", {})
        claims.append(homeserver.asked.count("keys/claim"))
    assert claims == [1, 1, 1, 2, 2]
