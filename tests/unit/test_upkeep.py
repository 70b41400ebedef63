"""What is done beside the work waits for as long as the homeserver wants."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from nio.event_builders import ToDeviceMessage

from swsmatrix.matrix import devices
from swsmatrix.matrix.http import Answer
from swsmatrix.matrix.upkeep import Upkeep
from swsmatrix.protocol import MINUTE, Millis

GOOD = Answer(200, {})


class Bot:
    """With one message to a device to be sent. ``asked``: how often the homeserver was."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.answer = GOOD
        self.asked = 0
        self.now: Millis = 5
        self.waiting = [ToDeviceMessage("m.dummy", "@alice:example.org", "PHONE", {})]
        machine = SimpleNamespace(
            wedged_devices=[],
            outgoing_to_device_messages=self.waiting,
            uploaded_key_count=None,
            account=SimpleNamespace(max_one_time_keys=50),
            forget_unused=lambda *_: 0,
        )
        notices = SimpleNamespace(next=lambda: None)
        client: Any = SimpleNamespace(machine=machine)
        keys: Any = SimpleNamespace(claim=self._claim, notices=notices, forget_worn=lambda: None)
        nobody: Any = None
        self.upkeep = Upkeep(client, nobody, keys, lambda: self.now, lambda: "txn")
        monkeypatch.setattr(devices, "request", self._request)

    async def _claim(self, _devices: object) -> list[object]:
        return []

    async def _request(self, *_: object, **__: object) -> Answer:
        self.asked += 1
        return self.answer


@pytest.fixture
def bot(monkeypatch: pytest.MonkeyPatch) -> Bot:
    return Bot(monkeypatch)


@pytest.mark.parametrize("status", [429, 503])
async def test_the_wait_that_is_demanded_is_kept(bot: Bot, status: int) -> None:
    bot.answer = Answer(status, {}, MINUTE)
    for _ in range(3):
        await bot.upkeep.run()
    bot.now += MINUTE - 1
    await bot.upkeep.run()
    assert (bot.asked, len(bot.waiting)) == (1, 1)
    bot.now += 1
    bot.answer = GOOD
    await bot.upkeep.run()
    assert (bot.asked, bot.waiting) == (2, [])


async def test_without_advice_it_is_tried_after_the_next_answer(bot: Bot) -> None:
    bot.answer = Answer(502, {})
    await bot.upkeep.run()
    await bot.upkeep.run()
    assert bot.asked == 2


async def test_a_clock_that_is_put_back_stops_nothing(bot: Bot) -> None:
    bot.answer = Answer(429, {}, MINUTE)
    await bot.upkeep.run()
    bot.now -= 1
    await bot.upkeep.run()
    assert bot.asked == 2
