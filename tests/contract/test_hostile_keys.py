"""People and homeservers that lie about keys, or lose them, on a real homeserver."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import vodozemac
from aiohttp import web

from swsmatrix.demo.homeserver import Homeserver
from swsmatrix.matrix import crosssigning
from swsmatrix.matrix.crosssigning import IN_VAULT, Seeds, sign
from swsmatrix.matrix.keyshare import DEVICE_ROUNDS
from swsmatrix.protocol import MINUTE, SECOND, Done, LeaveRoom, Outcome, RoomId, Say, Undecryptable
from tests.conftest import Arrive
from tests.contract.matrix_people import Person, person
from tests.contract.matrix_proxy import Proxy

pytestmark = pytest.mark.synapse


@pytest.fixture
async def mallory(homeserver: Homeserver, tmp_path: Path) -> AsyncIterator[Person]:
    async with person(homeserver, tmp_path, "mallory", homeserver.url) as found:
        yield found


async def say(bot: Person, room: RoomId, text: str, txn: str = "t") -> Outcome:
    return await bot.client.perform(room, Say(text), txn)


async def show(who: Person, curve25519: str) -> None:
    """Their device, signed by them in every way, with this key for its own."""
    nio = who.client.nio
    machine, device = nio.machine, str(nio.device_id)
    bare: dict[str, Any] = {
        "algorithms": ["m.olm.v1.curve25519-aes-sha2", "m.megolm.v1.aes-sha2"],
        "user_id": who.user,
        "device_id": device,
        "keys": {
            f"ed25519:{device}": machine.account.identity_keys["ed25519"],
            f"curve25519:{device}": curve25519,
        },
    }
    shown = bare | {"signatures": {who.user: {f"ed25519:{device}": machine.sign_json(bare)}}}
    assert (await who.ask("POST", "keys", "upload", body={"device_keys": shown})).ok
    raw = await who.vault.get(IN_VAULT)
    assert raw is not None
    signed = sign(bare, who.user, Seeds.from_bytes(raw).self_signing)
    answer = await who.ask("POST", "keys", "signatures", "upload", body={who.user: {device: signed}})
    assert answer.body == {"failures": {}}


async def test_who_claims_anothers_key_first_cuts_nobody_off(
    bot: Person, alice: Person, mallory: Person
) -> None:
    room = await mallory.make_room(bot)
    await show(mallory, alice.client.nio.machine.account.identity_keys["curve25519"])
    await bot.listen()
    assert isinstance(await say(bot, room, "to mallory alone"), Done)
    await mallory.ask("POST", "rooms", room, "invite", body={"user_id": alice.user})
    assert await alice.client.resolve(room) == room
    await bot.listen()
    assert isinstance(await say(bot, room, "to alice as well", "t2"), Done)
    await alice.hear_text("to alice as well")
    await alice.say(room, "I can read this")
    heard = await bot.hear_text("I can read this")
    assert (heard.sender, heard.identity) == (alice.user, await alice.identity())


async def test_devices_that_change_all_the_time_hold_up_nobody(
    bot: Person, alice: Person, mallory: Person, proxy: Proxy
) -> None:
    room = await alice.make_room(bot, mallory)
    await bot.listen()
    shown = 0

    def flicker(path: str, body: dict[str, Any]) -> None:
        nonlocal shown
        if path.endswith("/keys/query") and mallory.user in body["device_keys"]:
            shown += 1
            if shown % 2 == 0:
                body["self_signing_keys"].pop(mallory.user)

    def change(_method: str, path: str) -> None:
        if "/sendToDevice/" in path:
            bot.client._performer._keys._devices.changed([mallory.user])

    proxy.change, proxy.fault = flicker, change
    assert isinstance(await say(bot, room, "to whoever stands still"), Done)
    assert shown > DEVICE_ROUNDS
    await alice.hear_text("to whoever stands still")


# ---- What was lost on the way --------------------------------------------------------------------


async def test_who_lost_a_key_reads_before_anything_else_is_said(
    bot: Person, alice: Person, mallory: Person
) -> None:
    room = await alice.make_room(bot, mallory)
    await bot.listen()
    await say(bot, room, "can you read?", "t1")
    await alice.hear_text("can you read?")
    alice.client.nio.machine.session_store._entries.clear()  # as after a phone that was put back to yesterday
    await mallory.client.perform(room, LeaveRoom(), "l")  # so that there is a new key to be lost
    await bot.listen()
    await say(bot, room, "and now?", "t2")
    assert await alice.hear(lambda heard: [e for e in heard if isinstance(e, Undecryptable)])
    await alice.client._upkeeping.done()
    await bot.listen()
    await alice.hear_text("and now?")


async def test_who_had_no_one_time_key_reads_before_anything_else_is_said(
    bot: Person, alice: Person, proxy: Proxy
) -> None:
    clock = [10**12]
    bot.client._performer._keys.claims._elapsed = lambda: clock[0]
    room = await alice.make_room(bot)
    await bot.listen()
    proxy.fault = lambda _, path: web.json_response({}) if "/keys/claim" in path else None
    await say(bot, room, "for later")
    assert await alice.hear(lambda heard: [e for e in heard if isinstance(e, Undecryptable)])
    proxy.fault = None
    clock[0] += 5 * MINUTE
    await bot.listen()
    await alice.hear_text("for later")


async def test_a_one_time_key_that_is_given_twice_loses_nothing(
    bot: Person, alice: Person, mallory: Person, proxy: Proxy
) -> None:
    given: list[str] = []

    def again(path: str, body: dict[str, Any]) -> None:
        if path.endswith("/keys/claim") and alice.user in body["one_time_keys"]:
            given.append(json.dumps(body["one_time_keys"][alice.user]))
            body["one_time_keys"][alice.user] = json.loads(given[0])

    proxy.change = again
    room = await alice.make_room(bot, mallory)
    await bot.listen()
    await say(bot, room, "the first session", "t1")
    await alice.hear_text("the first session")
    bot.client.nio.machine.session_store._entries.clear()
    await mallory.client.perform(room, LeaveRoom(), "l")  # so that there is a new key to be given
    await bot.listen()
    await say(bot, room, "the second session", "t2")
    assert len(given) == 2
    assert await alice.hear(lambda heard: [e for e in heard if isinstance(e, Undecryptable)])
    await alice.client._upkeeping.done()
    await bot.listen()
    await alice.hear_text("the second session")


async def test_a_one_time_key_that_its_device_did_not_sign_is_none(
    bot: Person, alice: Person, proxy: Proxy
) -> None:
    def swap(path: str, body: dict[str, Any]) -> None:
        if path.endswith("/keys/claim"):
            [key] = body["one_time_keys"][alice.user][str(alice.client.nio.device_id)].values()
            key["key"] = vodozemac.Account().curve25519_key.to_base64()

    clock = [10**12]
    bot.client._performer._keys.claims._elapsed = lambda: clock[0]
    room = await alice.make_room(bot)
    await bot.listen()
    proxy.change = swap
    assert isinstance(await say(bot, room, "only for alice"), Done)
    assert not any("/sendToDevice/m.room.encrypted/" in path for _, path in proxy.seen)
    assert bot.client.counts.unreadable == 1
    proxy.change = None
    clock[0] += 5 * MINUTE
    await bot.listen()
    await alice.hear_text("only for alice")


async def test_who_takes_one_fallback_key_after_the_other_pushes_none_out(
    bot: Person, proxy: Proxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = [1000 * SECOND]
    monkeypatch.setattr(crosssigning, "elapsed", lambda: clock[0])
    replaced: list[int] = []
    for passed in (0, 1, 598, 1, 1):
        clock[0] += passed * SECOND
        proxy.bodies.clear()
        await crosssigning.ensure_fallback_key(bot.client.nio, bot.vault, [])
        replaced.append(sum(b"fallback_keys" in body for body in proxy.bodies))
    assert replaced == [1, 0, 0, 1, 0]


# ---- Who is gone ---------------------------------------------------------------------------------


async def test_who_speaks_and_logs_out_is_heard(bot: Person, arrive: Arrive) -> None:
    alva = await arrive("alva")
    room = RoomId(await alva.create_room("Kitchen", invite=[bot.user]))
    assert await bot.client.resolve(room) == room
    await alva.wait_for_member(room, bot.user)
    await bot.listen()
    await alva.send(room, "I have to go")
    await alva.log_out()
    heard = await bot.hear_text("I have to go")
    assert (heard.sender, heard.signed, heard.identity) == (alva.user, False, "")


# ---- What is kept from the bot -------------------------------------------------------------------


async def test_that_nobody_can_read_is_said(bot: Person, alice: Person, proxy: Proxy) -> None:
    def hide(path: str, body: dict[str, Any]) -> None:
        if path.endswith("/keys/query") and alice.user in body["device_keys"]:
            body["device_keys"][alice.user] = {}

    room = await alice.make_room(bot)
    await bot.listen()
    proxy.change = hide
    await say(bot, room, "is anybody there?", "t1")
    assert bot.client.counts.unreadable == 1
    proxy.change = None
    bot.client._performer._keys._devices.changed([alice.user])
    await say(bot, room, "ah, there you are", "t2")
    assert bot.client.counts.unreadable == 1
    await alice.hear_text("ah, there you are")
