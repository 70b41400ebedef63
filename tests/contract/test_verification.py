"""Comparing emojis with the bot on a real homeserver, and when its answers do not get through."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest

from swsmatrix.demo.homeserver import Homeserver
from swsmatrix.matrix import clocks
from swsmatrix.matrix.http import path
from swsmatrix.matrix.opened import Opened
from swsmatrix.matrix.sas import End
from swsmatrix.matrix.verification import LASTS
from swsmatrix.protocol import MessagePosted, RoomId
from tests.contract.matrix_people import Person, person
from tests.contract.matrix_proxy import Fate, Proxy, error
from tests.unit.test_verification import Phone

pytestmark = pytest.mark.synapse

PREFIX = "m.key.verification."


def end(person: Person) -> End:
    return End(person.user, person.client.nio.device_id)


async def keys(person: Person) -> dict[str, str]:
    """What somebody has to prove to be theirs."""
    device, master = person.client.nio.device_id, await person.identity()
    own = str(person.client.nio.machine.account.identity_keys["ed25519"])
    return {f"ed25519:{device}": own, f"ed25519:{master}": master}


def request(alice: Person, **more: Any) -> dict[str, Any]:
    return {"from_device": alice.client.nio.device_id, "methods": ["m.sas.v1"], **more}


async def answers(bot: Person) -> None:
    """The bot takes in what there is, and sends what it has to say to it."""
    await bot.listen()
    await bot.client._verifying.done()


class ToDevice:
    """Alice's messages to the bot's device, and what it sent to hers."""

    def __init__(self, alice: Person, bot: Person) -> None:
        self.alice = alice
        self.bot = bot
        self.numbers = iter(range(100))

    async def say(self, kind: str, content: dict[str, Any]) -> None:
        to = {self.bot.user: {self.bot.client.nio.device_id: content}}
        where = ("sendToDevice", f"{PREFIX}{kind}", f"{self.alice.user}{next(self.numbers)}")
        assert (await self.alice.ask("PUT", *where, body={"messages": to})).ok

    async def ask(self, transaction: str) -> None:
        at = time.time_ns() // 1_000_000
        await self.say("request", request(self.alice, transaction_id=transaction, timestamp=at))

    async def hear(self) -> list[tuple[str, dict[str, Any]]]:
        answer = await self.alice.ask("GET", "sync", since=self.alice.token or "", timeout="0")
        self.alice.token = answer.body["next_batch"]
        events = answer.body.get("to_device", {}).get("events", [])
        said = [(event["type"], event["content"]) for event in events]
        return [(kind.removeprefix(PREFIX), content) for kind, content in said if kind.startswith(PREFIX)]


async def test_from_device_to_device(bot: Person, alice: Person) -> None:
    await alice.make_room(bot)
    line, phone = ToDevice(alice, bot), Phone("tea", end(alice), end(bot))
    await line.ask("tea")
    await answers(bot)
    await line.say("start", phone.start())
    await answers(bot)
    await line.say("key", phone.key())
    await answers(bot)
    (ready, _), (_, accept), (_, key) = await line.hear()
    assert ready == "ready"
    phone.bound = accept["commitment"]
    phone.take_key(key)
    await line.say("mac", phone.mac(await keys(alice)))
    await answers(bot)
    (_, mac), (done, _) = await line.hear()
    phone.check(mac, await keys(bot))
    assert done == "done"


async def _said_in_room(alice: Person, bot: Person, room: RoomId) -> list[tuple[str, dict[str, Any]]]:
    """What the bot said there, oldest first; nothing of it in cleartext."""
    await alice.listen()
    chunk = (await alice.ask("GET", "rooms", room, "messages", dir="b", limit="50")).body["chunk"]
    found = []
    for raw in reversed(chunk):
        if raw["sender"] == bot.user and "state_key" not in raw:
            assert raw["type"] == "m.room.encrypted"
            opened = alice.client.nio.machine.open(room, raw)
            assert isinstance(opened, Opened)
            assert opened.signed
            relation = {"m.relates_to": raw["content"]["m.relates_to"]}
            found.append((opened.type.removeprefix(PREFIX), {**opened.content, **relation}))
    return found


@pytest.mark.parametrize("encrypted", [True, False])
async def test_in_a_direct_chat_encrypted_or_not(bot: Person, alice: Person, encrypted: bool) -> None:
    room = await alice.make_room(bot)
    await alice.listen()
    await bot.listen()
    numbers = iter(range(100))

    async def say(kind: str, content: dict[str, Any]) -> str:
        if encrypted:
            relation = {key: content[key] for key in content if key == "m.relates_to"}
            inside = {key: content[key] for key in content if key != "m.relates_to"}
            known = alice.client.rooms[room]
            content = await alice.client._performer._keys.encrypt(known, kind, inside) | relation
            kind = "m.room.encrypted"
        where = ("rooms", room, "send", kind, f"v{next(numbers)}")
        sent = await alice.ask("PUT", *where, body=content)
        await answers(bot)
        return str(sent.body["event_id"])

    to = {"to": bot.user, "msgtype": f"{PREFIX}request", "body": "shall we?"}
    asked = await say("m.room.message", request(alice, **to))
    about = {"m.relates_to": {"rel_type": "m.reference", "event_id": asked}}
    phone = Phone(asked, end(alice), end(bot), about)
    await say(f"{PREFIX}start", phone.start())
    await say(f"{PREFIX}key", phone.key())
    (ready, _), (_, accept), (_, key) = await _said_in_room(alice, bot, room)
    assert ready == "ready"
    phone.bound = accept["commitment"]
    phone.take_key(key)
    await say(f"{PREFIX}mac", phone.mac(await keys(alice)))
    said = await _said_in_room(alice, bot, room)
    assert [kind for kind, _ in said] == ["ready", "accept", "key", "mac", "done"]
    phone.check(said[3][1], await keys(bot))
    assert all(content["m.relates_to"] == about["m.relates_to"] for _, content in said)


async def test_a_stranger_hears_nothing(bot: Person, alice: Person, proxy: Proxy) -> None:
    line = ToDevice(alice, bot)
    await line.ask("tea")
    await answers(bot)
    assert await line.hear() == []
    assert not [where for _, where in proxy.seen if "sendToDevice" in where]


@pytest.mark.parametrize("fate", [Fate.CUT, Fate.LOST])
async def test_an_answer_that_did_not_get_through_goes_out_with_the_next(
    bot: Person, alice: Person, proxy: Proxy, fate: Fate
) -> None:
    await alice.make_room(bot)
    line = ToDevice(alice, bot)
    await answers(bot)
    proxy.fault = lambda _, where: fate if "sendToDevice" in where else None
    await line.ask("tea")
    await answers(bot)
    proxy.fault = None
    await answers(bot)
    # Where the homeserver had it, it was told the same again.
    assert [kind for kind, _ in await line.hear()] == ["ready"]
    tries = [where for _, where in proxy.seen if where.startswith(path("sendToDevice", f"{PREFIX}ready"))]
    assert len(tries) >= 2
    assert len(set(tries)) == 1


async def test_an_answer_that_is_refused_holds_up_nothing(bot: Person, alice: Person, proxy: Proxy) -> None:
    room = await alice.make_room(bot)
    line = ToDevice(alice, bot)
    await answers(bot)
    refusal = error(403, "M_FORBIDDEN")
    proxy.fault = lambda _, where: refusal if f"{PREFIX}ready" in where else None
    await line.ask("tea")
    await answers(bot)
    proxy.fault = None
    await line.ask("cake")
    await answers(bot)
    assert [(kind, said["transaction_id"]) for kind, said in await line.hear()] == [("ready", "cake")]
    await alice.listen()
    await alice.say(room, "the kettle is on")
    assert isinstance(await bot.hear_text("the kettle is on"), MessagePosted)


async def test_signed_out_it_leaves_saying_so_to_others(bot: Person, alice: Person, proxy: Proxy) -> None:
    await alice.make_room(bot)
    line = ToDevice(alice, bot)
    await answers(bot)
    proxy.fault = lambda _, where: error(401, "M_UNKNOWN_TOKEN") if "sendToDevice" in where else None
    await line.ask("tea")
    await answers(bot)
    assert await line.hear() == []


async def test_after_ten_minutes_it_is_cancelled(
    homeserver: Homeserver, tmp_path: Path, alice: Person
) -> None:
    later = 0
    async with person(
        homeserver, tmp_path, "porch", homeserver.url, elapsed=lambda: clocks.elapsed() + later
    ) as bot:
        await alice.make_room(bot)
        line = ToDevice(alice, bot)
        await line.ask("tea")
        await answers(bot)
        later = LASTS
        await answers(bot)
        (ready, _), (cancel, why) = await line.hear()
        assert (ready, cancel, why["code"]) == ("ready", "cancel", "m.timeout")


async def test_after_a_restart_it_is_as_if_nothing_had_been(bot: Person, alice: Person) -> None:
    await alice.make_room(bot)
    line, phone = ToDevice(alice, bot), Phone("tea", end(alice), end(bot))
    await line.ask("tea")
    await answers(bot)
    await bot.restart()
    await line.say("start", phone.start())
    await answers(bot)
    assert [kind for kind, _ in await line.hear()] == ["ready"]
    await line.ask("cake")
    await answers(bot)
    assert [kind for kind, _ in await line.hear()] == ["ready"]
