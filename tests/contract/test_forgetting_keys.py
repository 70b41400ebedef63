"""What was heard is not heard again, and does not open any more with what the bot still has."""

from __future__ import annotations

import json
import secrets
import shutil
from collections.abc import AsyncIterator, Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from swsmatrix.demo.homeserver import Homeserver
from swsmatrix.matrix import crosssigning, sync
from swsmatrix.matrix.counts import Counts
from swsmatrix.matrix.crosssigning import ensure_fallback_key
from swsmatrix.matrix.cryptostore import SqlCipherStore
from swsmatrix.matrix.machine import Machine
from swsmatrix.matrix.opened import Opened
from swsmatrix.protocol import (
    DAY,
    HOUR,
    EventId,
    Invited,
    Left,
    MessagePosted,
    Millis,
    RoomId,
    Undecryptable,
)
from tests.contract.matrix_people import Person, person
from tests.contract.matrix_proxy import Proxy, error
from tests.contract.test_matrix_hearing import give, keep_key, lose_keys, texts

pytestmark = pytest.mark.synapse

KEEP = 7 * DAY


class Clock:
    """``elapsed`` grows as often as ``now`` is put forward."""

    def __init__(self) -> None:
        self._now: Millis = 1_000_000_000_000
        self.elapsed: Millis = 0

    @property
    def now(self) -> Millis:
        return self._now

    @now.setter
    def now(self, to: Millis) -> None:
        self.elapsed += max(0, to - self._now)
        self._now = to

    @property
    def both(self) -> dict[str, Callable[[], Millis]]:
        return {"now": lambda: self.now, "elapsed": lambda: self.elapsed}


@pytest.fixture(autouse=True)
def short_polls(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sync, "POLL_SECONDS", 1)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def proxy(homeserver: Homeserver) -> AsyncIterator[Proxy]:
    async with Proxy.before(homeserver.url) as found:
        yield found


@pytest.fixture
async def hers(homeserver: Homeserver) -> AsyncIterator[Proxy]:
    async with Proxy.before(homeserver.url) as found:
        yield found


@pytest.fixture
async def bot(homeserver: Homeserver, tmp_path: Path, proxy: Proxy, clock: Clock) -> AsyncIterator[Person]:
    async with person(homeserver, tmp_path, "bot", proxy.url, keep_keys=KEEP, **clock.both) as found:
        yield found


@pytest.fixture
async def alice(homeserver: Homeserver, tmp_path: Path, hers: Proxy) -> AsyncIterator[Person]:
    async with person(homeserver, tmp_path, "alice", hers.url) as found:
        yield found


async def listen(bot: Person) -> list[str]:
    """What is heard with the next answer, and what is done beside it."""
    heard = texts(await bot.listen())
    await bot.client._upkeeping.done()
    return heard


async def raw(alice: Person, room: RoomId, event: str) -> dict[str, Any]:
    answer = await alice.ask("GET", "rooms", room, "event", event)
    return answer.body


def tell(proxy: Proxy, room: RoomId, *events: dict[str, Any]) -> None:
    """The homeserver tells these with its next answer, as if they were new."""
    left = list(events)

    def add(path: str, body: dict[str, Any]) -> None:
        if path.endswith("/sync") and left:
            joined = body.setdefault("rooms", {}).setdefault("join", {}).setdefault(room, {})
            joined.setdefault("timeline", {}).setdefault("events", []).extend(left)
            left.clear()

    proxy.change = add


# ---- Heard once ----------------------------------------------------------------------------------


@pytest.mark.parametrize("restart", [False, True])
async def test_old_ciphertext_under_a_new_id_is_not_heard(
    bot: Person, alice: Person, proxy: Proxy, restart: bool
) -> None:
    room = await alice.make_room(bot)
    await bot.listen()
    event = await alice.say(room, "a van by the bridge")
    before = bot.token
    await bot.hear_text("a van by the bridge")
    if restart:
        await bot.restart()
    tell(proxy, room, await raw(alice, room, event) | {"event_id": "$replayed"})
    assert await listen(bot) == []
    assert bot.client.counts == Counts(replayed=1)
    # But what is told once more because of a crash is heard once more: nobody dealt with it.
    bot.token = before
    assert (await bot.hear_text("a van by the bridge")).event == event


async def test_nor_when_its_key_comes_late(
    bot: Person, alice: Person, proxy: Proxy, hers: Proxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    room = await alice.make_room(bot)
    await bot.listen()
    lose_keys(hers)
    key = keep_key(alice, monkeypatch)
    event = await alice.say(room, "can you hear me?")
    again = await raw(alice, room, event) | {"event_id": "$replayed"}
    tell(proxy, room, again)
    heard = await bot.hear(lambda heard: len([e for e in heard if isinstance(e, Undecryptable)]) == 2)
    assert texts(heard) == []
    proxy.fault = lambda method, path: web.json_response(again) if path.endswith("/$replayed") else None
    hers.fault = None
    await give(alice, bot.user, room, key())
    said = await bot.hear(texts)
    assert texts(said) + await listen(bot) + await listen(bot) == ["can you hear me?"]
    assert bot.client.counts == Counts(undecryptable=2, recovered=1, replayed=1)


# ---- Deleted when it is of no use any more -------------------------------------------------------


async def test_keys_are_deleted_and_what_is_said_then_is_asked_for(
    bot: Person, alice: Person, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    room = await alice.make_room(bot)
    await bot.listen()
    await bot.say(room, "the bot's own")
    assert room in bot.client._performer._keys.in_use
    key = keep_key(alice, monkeypatch)
    event = await alice.say(room, "before")
    await bot.hear_text("before")
    session = (await raw(alice, room, event))["content"]["session_id"]
    clock.now -= 30 * DAY  # it had been ahead
    await listen(bot)
    clock.now += KEEP - HOUR
    await listen(bot)
    assert bot.client.nio.machine.sessions(room, session)
    clock.now += HOUR
    await listen(bot)
    clock.now += 30 * DAY
    await listen(bot)
    assert room not in bot.client._performer._keys.in_use
    for _ in range(2):
        assert not bot.client.nio.machine.sessions(room, session)
        await bot.restart()
    # Somebody whose key goes on for longer: as with every message whose key is missing.
    late = await alice.say(room, "still me")
    heard = await bot.hear(lambda heard: [e for e in heard if isinstance(e, Undecryptable)])
    assert [e.event for e in heard if isinstance(e, Undecryptable)] == [late]
    await give(alice, bot.user, room, key())
    assert (await bot.hear_text("still me")).event == late
    assert EventId(event) not in [e.event for e in heard if isinstance(e, MessagePosted)]


async def test_a_key_is_kept_while_a_message_waits_to_be_ascribed(
    bot: Person, alice: Person, proxy: Proxy, clock: Clock
) -> None:
    room = await alice.make_room(bot)
    await bot.listen()
    proxy.fault = lambda method, path: error(500, "M_UNKNOWN") if path.endswith("/keys/query") else None
    event = await alice.say(room, "it is me")
    await bot.hear(lambda heard: [e for e in heard if isinstance(e, Undecryptable)])
    await bot.client._upkeeping.done()
    clock.now += HOUR
    await listen(bot)  # from now on it counts as unused
    clock.now += 2 * KEEP
    assert await listen(bot) == []
    proxy.fault = None
    assert (await bot.hear_text("it is me")).event == event


def holds(bot: Person, room: RoomId) -> bool:
    """Whether there is any key of anybody's to what was said in ``room``."""
    return any(bot.client.nio.machine.inbound_group_store[room].values())


@pytest.mark.parametrize("how", ["told", "untold", "restarted"])
async def test_who_did_not_notice_that_the_bot_was_away_is_heard(
    bot: Person, alice: Person, proxy: Proxy, clock: Clock, how: str
) -> None:
    room = await alice.make_room(bot)
    await alice.say(room, "hello")
    await bot.hear_text("hello")
    if how == "untold":
        proxy.change = lambda path, body: body.get("rooms", {}).get("leave", {}).clear()
    await alice.ask("POST", "rooms", room, "kick", body={"user_id": bot.user})
    await alice.ask("POST", "rooms", room, "invite", body={"user_id": bot.user})
    await bot.hear(lambda heard: [event for event in heard if isinstance(event, Invited)])
    await listen(bot)
    if how == "restarted":
        await bot.restart()
    assert await bot.client.resolve(room) == room
    await alice.say(room, "as before")  # her client has not asked for news
    assert (await bot.hear_text("as before")).room == room
    # It lasts no longer than with any key that is of no use.
    proxy.change = None
    await alice.ask("POST", "rooms", room, "kick", body={"user_id": bot.user})
    await bot.hear(lambda heard: [event for event in heard if isinstance(event, Left)])
    for later in (HOUR, KEEP):
        assert holds(bot, room)
        clock.now += later
        await listen(bot)
    assert not holds(bot, room)


async def test_what_comes_of_a_room_that_the_bot_left_by_itself_is_not_kept(
    bot: Person, alice: Person
) -> None:
    room = await alice.make_room(bot)
    await alice.say(room, "hello")
    await bot.hear_text("hello")
    await bot.ask("POST", "rooms", room, "leave", body={})  # as whoever runs it may, with a client
    await bot.hear(lambda heard: [event for event in heard if isinstance(event, Left)])
    await listen(bot)
    assert not holds(bot, room)


def thief(bot: Person, folder: Path, to_device: list[dict[str, Any]]) -> Machine:
    """Who has the bot's files and keys and all that was ever sent to it, and tries it on them afresh."""
    copy = folder / secrets.token_hex(4)
    copy.mkdir()
    for file in bot.folder.glob("nio.db*"):
        shutil.copy(file, copy)
    nio = bot.client.nio
    store = SqlCipherStore(bot.user, nio.device_id, str(copy), bot._keys[1].hex(), key=bot._keys[0])
    for table in ("olmsessions", "floors", "heard", "uses"):
        store.database.execute_sql(f"DELETE FROM {table}")
    machine = Machine(bot.user, nio.device_id, store)
    machine.receive(to_device)
    return machine


async def test_a_key_that_came_by_the_fallback_key_opens_nothing_once_it_is_due(
    bot: Person,
    alice: Person,
    clock: Clock,
    hers: Proxy,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(crosssigning, "elapsed", lambda: clock.elapsed)
    bot.client.set_refill(partial(ensure_fallback_key, bot.client.nio, bot.vault))
    device = bot.client.nio.device_id
    room = await alice.make_room(bot)
    await listen(bot)
    wanted = {"one_time_keys": {bot.user: {device: "signed_curve25519"}}}
    fallback = False
    while not fallback:  # somebody uses up all one-time keys
        answer = await alice.ask("POST", "keys", "claim", body=wanted)
        fallback = "fallback" in next(iter(answer.body["one_time_keys"][bot.user][device].values()))
    event = await raw(alice, room, await alice.say(room, "with the fallback key"))
    sent = [
        json.loads(body)
        for (_, path), body in zip(hers.seen, hers.bodies, strict=True)
        if "/sendToDevice/" in path
    ]
    to_device = [
        {"type": "m.room.encrypted", "sender": alice.user, "content": one["messages"][bot.user][device]}
        for one in sent
    ]
    assert await bot.hear_text("with the fallback key")
    await bot.client._upkeeping.done()

    def opens() -> bool:
        machine = thief(bot, tmp_path, to_device)
        try:
            return isinstance(machine.open(room, event), Opened)
        finally:
            machine.store.close()

    assert opens()
    bot.client.nio.machine.store.database.execute_sql("DELETE FROM megolminboundsessions")
    assert opens()  # made anew from what was sent, with the fallback key alone
    clock.now += KEEP // 2
    await listen(bot)
    clock.now += KEEP // 2
    await listen(bot)
    assert not opens()
