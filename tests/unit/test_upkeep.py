"""What is done beside the work: how often, and not before the homeserver wants it."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from nio.event_builders import ToDeviceMessage

from swsmatrix.matrix import devices
from swsmatrix.matrix.heard import AT_ONCE
from swsmatrix.matrix.http import Answer, UnreachableError
from swsmatrix.matrix.upkeep import Upkeep
from swsmatrix.protocol import DAY, HOUR, MINUTE, SECOND, Millis

GOOD = Answer(200, {})
KEEP = 7 * DAY


class Times:
    """As the store of keys notes them."""

    def __init__(self) -> None:
        self.noted: dict[str, Millis] = {}

    def last(self, what: str, now: Millis) -> Millis:
        return self.noted.setdefault(what, now)

    def note(self, what: str, now: Millis) -> None:
        self.noted[what] = now


class Bot:
    """With one message to a device to be sent.

    ``asked``: how often the homeserver was. ``claimed``: the devices that a new session was wanted with; it
    is had with those that are ``there``. ``forgot`` and ``refilled``: when that was done; ``left``: how much
    there is to forget at a time. ``recent``: the fallback key is too new to be replaced.
    """

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.answer = GOOD
        self.asked = 0
        self.now: Millis = 5
        self.elapsed: Millis = 1000
        self.claimed: list[str] = []
        self.there: set[str] = set()
        self.forgot: list[Millis] = []
        self.left = 0
        self.refilled: list[Millis] = []
        self.recent = False
        self.waiting = [ToDeviceMessage("m.dummy", "@alice:example.org", "PHONE", {})]
        self.machine = SimpleNamespace(
            wedged_devices=[],
            outgoing_to_device_messages=self.waiting,
            uploaded_key_count=None,
            account=SimpleNamespace(max_one_time_keys=50, shared=True),
            store=Times(),
            session_store=SimpleNamespace(get=lambda _: "session"),
            session_with=lambda _: "session",
            share_keys=dict,
            mark_keys_as_published=lambda: None,
            save_account=lambda: None,
            forget_unused=self._forget,
            _queue_dummy_message=self._greet,
        )
        notices = SimpleNamespace(next=lambda: None)
        client: Any = SimpleNamespace(machine=self.machine)
        keys: Any = SimpleNamespace(
            claims=SimpleNamespace(claim=self._claim), notices=notices, forget_worn=lambda: None
        )
        nobody: Any = None
        self.upkeep = Upkeep(
            client, nobody, keys, lambda: self.now, lambda: self.elapsed, lambda: "txn", keep=KEEP
        )
        self.upkeep.refill = self._refill
        monkeypatch.setattr(devices, "request", self._request)

    async def run(self, later: Millis = 0) -> None:
        self.now += later
        self.elapsed += later
        await self.upkeep.run()

    def break_session(self, name: str, *, deleted: bool = False) -> None:
        device = SimpleNamespace(user_id="@alice:example.org", id=name, curve25519=name, deleted=deleted)
        self.machine.wedged_devices.append(device)

    async def _claim(self, wanted: list[Any]) -> list[Any]:
        self.claimed += [device.id for device in wanted]
        return [device for device in wanted if device.id in self.there]

    def _greet(self, _session: object, device: Any) -> None:
        self.waiting.append(ToDeviceMessage("m.dummy", device.user_id, device.id, {}))

    def _forget(self, now: Millis, _keep: Millis, _needed: object) -> int:
        self.forgot.append(now)
        return self.left

    async def _refill(self, _unused: object) -> bool:
        if self.recent:
            return False
        self.refilled.append(self.now)
        return True

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
    await bot.run(MINUTE - 1)
    assert (bot.asked, len(bot.waiting)) == (1, 1)
    bot.answer = GOOD
    await bot.run(1)
    assert (bot.asked, bot.waiting) == (2, [])


async def test_without_advice_it_is_tried_after_the_next_answer(bot: Bot) -> None:
    bot.answer = Answer(502, {})
    await bot.upkeep.run()
    await bot.upkeep.run()
    assert bot.asked == 2


async def test_what_fails_is_tried_less_and_less_often(bot: Bot) -> None:
    bot.waiting.clear()
    bot.machine.uploaded_key_count = 0
    bot.answer = Answer(500, {})
    tries: list[int] = []
    for second in range(3600):
        await bot.run(SECOND)
        if bot.asked > len(tries):
            tries.append(second)
    assert [tries[n + 1] - tries[n] for n in range(12)] == [1, 1, 3, 7, 15, 31, 63, 127, 255, 300, 300, 300]
    # Once it worked, it counts from the beginning.
    bot.answer = GOOD
    await bot.run(300 * SECOND)
    bot.asked, bot.answer, bot.machine.uploaded_key_count = 0, Answer(500, {}), 0
    await bot.run()
    await bot.run()
    assert bot.asked == 2


async def test_a_clock_that_is_put_back_stops_nothing(bot: Bot) -> None:
    bot.now = DAY
    bot.answer = Answer(429, {}, MINUTE)
    bot.break_session("PHONE")
    await bot.run()
    bot.now -= HOUR
    await bot.run(MINUTE)
    assert (bot.asked, bot.claimed, bot.forgot) == (2, ["PHONE"], [DAY])
    await bot.run(4 * MINUTE)
    assert bot.claimed == ["PHONE", "PHONE"]
    await bot.run(55 * MINUTE)
    assert bot.forgot == [DAY, DAY]


# ---- How often --------------------------------------------------------------------------------------


async def test_who_cannot_be_greeted_anew_is_tried_every_five_minutes(bot: Bot) -> None:
    bot.break_session("PHONE")
    for later in (0, 1, 5 * MINUTE - 2):
        await bot.run(later)
    assert bot.claimed == ["PHONE"]
    await bot.run(1)
    await bot.run(1)
    assert bot.claimed == ["PHONE", "PHONE"]


async def test_who_breaks_every_session_gets_a_new_one_every_five_minutes(bot: Bot) -> None:
    bot.waiting.clear()
    bot.there.add("PHONE")
    for _ in range(5):
        bot.break_session("PHONE")
        await bot.run(MINUTE)
        bot.machine.wedged_devices.clear()
    assert bot.claimed == ["PHONE"]
    bot.break_session("PHONE")
    await bot.run(MINUTE)
    assert bot.claimed == ["PHONE", "PHONE"]
    # Each new session began with a word; nothing is left to be mended.
    assert (bot.asked, bot.waiting, bot.machine.wedged_devices) == (2, [], [])


async def test_one_that_has_to_wait_holds_up_no_other(bot: Bot) -> None:
    bot.break_session("PHONE")
    await bot.run()
    bot.break_session("LAPTOP")
    await bot.run(MINUTE)
    assert bot.claimed == ["PHONE", "LAPTOP"]


async def test_devices_that_are_gone_get_no_new_session(bot: Bot) -> None:
    bot.break_session("PHONE", deleted=True)
    await bot.run()
    assert (bot.claimed, bot.machine.wedged_devices) == ([], [])


async def test_a_hundred_messages_at_a_time_are_sent(bot: Bot) -> None:
    bot.waiting *= 150
    await bot.run()
    assert (bot.asked, len(bot.waiting)) == (100, 50)
    await bot.run()
    assert (bot.asked, bot.waiting) == (150, [])


async def test_what_is_of_no_use_is_forgotten_every_hour(bot: Bot) -> None:
    for later in (0, 1, HOUR - 2, 1, 1):
        await bot.run(later)
    assert bot.forgot == [5, 5 + HOUR]


async def test_forgetting_goes_on_at_once_while_there_is_more(bot: Bot) -> None:
    bot.left = AT_ONCE
    await bot.run()
    await bot.run(1)
    bot.left = AT_ONCE - 1
    await bot.run(1)
    await bot.run(1)
    assert bot.forgot == [5, 6, 7]


# ---- Keys with which others begin sessions ---------------------------------------------------------


@pytest.mark.parametrize(("count", "uploads"), [(None, 0), (50, 0), (26, 0), (25, 1), (0, 1)])
async def test_one_time_keys_are_topped_up_when_half_are_gone(
    bot: Bot, count: int | None, uploads: int
) -> None:
    bot.waiting.clear()
    bot.machine.uploaded_key_count = count
    bot.answer = Answer(200, {"one_time_key_counts": {"signed_curve25519": 50}})
    await bot.run()
    await bot.run()
    assert bot.asked == uploads


async def test_an_upload_that_says_nothing_is_not_repeated(bot: Bot) -> None:
    bot.waiting.clear()
    bot.machine.uploaded_key_count = 0
    await bot.run()
    await bot.run()
    assert bot.asked == 1


async def test_a_fallback_key_is_replaced_when_it_was_used(bot: Bot) -> None:
    await bot.run()  # no answer yet
    assert bot.refilled == []
    bot.upkeep.unused_fallback = []
    await bot.run(1)
    await bot.run(1)
    assert bot.refilled == [6]


async def test_a_fallback_key_that_is_too_new_to_be_replaced_is_replaced_later(bot: Bot) -> None:
    for unused, later in (([], 0), (["signed_curve25519"], KEEP)):
        bot.recent, bot.upkeep.unused_fallback = True, unused
        bot.refilled.clear()
        await bot.run(later)
        assert (bot.refilled, bot.upkeep.unused_fallback) == ([], unused)
        bot.recent = False
        await bot.run(1)
        assert bot.refilled == [bot.now]


async def test_a_fallback_key_that_nobody_used_goes_when_half_of_the_time_is_over(bot: Bot) -> None:
    """The last two are held: together they last as long as other keys that are of no use."""
    for later in (0, KEEP // 2 - 1, 1, 1, KEEP // 2 - 2, 1):
        bot.upkeep.unused_fallback = ["signed_curve25519"]
        await bot.run(later)
    assert bot.refilled == [5 + KEEP // 2, 5 + KEEP // 2 * 2]


async def test_what_one_part_fails_at_holds_up_no_other(bot: Bot) -> None:
    async def fail(_: object) -> bool:
        raise UnreachableError

    bot.upkeep.refill = fail
    bot.upkeep.unused_fallback = []
    bot.answer = Answer(502, {})
    await bot.run()
    assert bot.forgot == [5]
    bot.upkeep.refill = bot._refill
    bot.answer = GOOD
    await bot.run(1)
    assert (bot.waiting, bot.refilled) == ([], [6])
