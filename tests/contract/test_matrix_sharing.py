"""Who gets the keys of what the bot says on a real homeserver, whatever happens on the way."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nio
import pytest
from aiohttp import web

from swsmatrix.demo.homeserver import Homeserver
from swsmatrix.protocol import (
    DAY,
    HOUR,
    MINUTE,
    CleartextNotice,
    CreateDirect,
    Done,
    InviteDirect,
    JoinRoom,
    LeaveRoom,
    MessagePosted,
    Millis,
    Outcome,
    Refused,
    RetryAt,
    RoomId,
    Say,
    SignedOutError,
    Undecryptable,
)
from tests.contract.matrix_people import Person, person
from tests.contract.matrix_proxy import Proxy, error, html

pytestmark = pytest.mark.synapse


def sent_to(proxy: Proxy, what: str) -> list[bytes]:
    return [body for (_, path), body in zip(proxy.seen, proxy.bodies, strict=True) if what in path]


def on(what: str, answer: Callable[[], web.Response]) -> Callable[[str, str], web.Response | None]:
    return lambda method, path: answer() if what in path and method in ("PUT", "POST") else None


async def say(bot: Person, room: RoomId, text: str, txn: str = "t") -> Outcome:
    return await bot.client.perform(room, Say(text), txn)


# ---- Never in the clear --------------------------------------------------------------------------


async def test_a_server_that_hides_the_encryption_gets_ciphertext(
    bot: Person, alice: Person, proxy: Proxy
) -> None:
    def hide(path: str, body: dict[str, Any]) -> None:
        for joined in body.get("rooms", {}).get("join", {}).values():
            for part in (joined["state"], joined["timeline"]):
                part["events"] = [e for e in part["events"] if e["type"] != "m.room.encryption"]

    proxy.change = hide
    room = await alice.make_room(bot)
    await bot.listen()
    assert not bot.client.rooms[room].encrypted
    assert isinstance(await say(bot, room, "a canary sings"), Done)
    assert (await alice.hear_text("a canary sings")).sender == bot.user
    assert not any(b"canary" in body for body in proxy.bodies)


async def test_a_membership_told_out_of_order_takes_no_key_away(
    bot: Person, alice: Person, proxy: Proxy
) -> None:
    room = await alice.make_room(bot)
    await bot.listen()
    assert isinstance(await say(bot, room, "the kettle is on"), Done)
    stale = {
        "type": "m.room.member",
        "state_key": alice.user,
        "sender": alice.user,
        "event_id": "$before",
        "content": {"membership": "leave"},
    }

    def go_back(path: str, body: dict[str, Any]) -> None:
        if room in body.get("rooms", {}).get("join", {}):
            body["rooms"]["join"][room]["state"]["events"].append(stale)

    proxy.change = go_back
    await alice.say(room, "one sugar, please")
    await bot.hear_text("one sugar, please")
    proxy.change = None
    assert isinstance(await say(bot, room, "tea is ready", "t2"), Done)
    assert (await alice.hear_text("tea is ready")).sender == bot.user


async def test_a_notice_goes_only_where_nothing_was_ever_encrypted(
    bot: Person, alice: Person, proxy: Proxy
) -> None:
    notice = CleartextNotice("please turn on encryption")
    secret, plain = await alice.make_room(bot), await alice.make_room(bot, encrypted=False)
    await bot.listen()
    assert isinstance(await bot.client.perform(plain, notice, "n1"), Done)
    assert await bot.client.perform(secret, notice, "n2") == Refused("ENCRYPTED")
    # Remembered beyond a restart, whatever the server says then.
    await bot.restart()
    proxy.fault = lambda method, path: (
        error(404, "M_NOT_FOUND") if path.endswith("m.room.encryption") else None
    )
    assert await bot.client.perform(secret, notice, "n3") == Refused("ENCRYPTED")
    proxy.fault = lambda method, path: html(404) if "m.room.encryption" in path else None
    assert isinstance(await bot.client.perform(plain, notice, "n4"), RetryAt)


async def test_nios_own_ways_to_send_are_closed(bot: Person) -> None:
    for way in (bot.client.nio.room_send, bot.client.nio.share_group_session, bot.client.nio.sync):
        with pytest.raises(nio.LocalProtocolError, match="only"):
            await way("!room", "m.room.message", {"body": "x"})


async def test_nothing_is_sent_in_a_room_that_the_bot_is_not_in(
    bot: Person, alice: Person, proxy: Proxy
) -> None:
    room = await alice.make_room()
    outcome = await say(bot, room, "hello?")
    assert outcome == Refused("M_FORBIDDEN")
    assert sent_to(proxy, "/send/") == []


# ---- Who gets the key ----------------------------------------------------------------------------


async def test_an_unsigned_device_gets_no_key(
    homeserver: Homeserver, bot: Person, alice: Person, proxy: Proxy, tmp_path: Path
) -> None:
    room = await alice.make_room(bot)
    other = await second_device(homeserver, alice, tmp_path)
    try:
        await bot.listen()
        await alice.listen()
        await say(bot, room, "for signed devices")
        await alice.hear_text("for signed devices")
        given = [devices for body in sent_to(proxy, "/sendToDevice/") for devices in recipients(body)]
        assert given == [(alice.user, alice.client.nio.device_id)]
        # It is told why, once for each key; what it says is heard as unsigned.
        await say(bot, room, "for signed devices again", "t2")
        await bot.listen()
        await bot.client._upkeeping.done()
        [notice] = sent_to(proxy, "/m.room_key.withheld/")
        assert recipients(notice) == [(alice.user, other.client.nio.device_id)]
        [session] = [key.session.id for key in bot.client._performer._keys.in_use.values()]
        assert json.loads(notice)["messages"][alice.user][other.client.nio.device_id] == {
            "algorithm": "m.megolm.v1.aes-sha2",
            "room_id": room,
            "session_id": session,
            "sender_key": bot.client.nio.machine.account.identity_keys["curve25519"],
            "code": "m.unverified",
        }
        await other.listen()
        assert other.client.nio.machine.withheld.code(bot.user, room, session) == "m.unverified"
        await other.say(room, "from an unsigned device")
        assert not (await bot.hear_text("from an unsigned device")).signed
    finally:
        await other.client.close()


async def test_a_notice_that_cannot_be_sent_holds_nothing_up_and_is_sent_later(
    homeserver: Homeserver, bot: Person, alice: Person, proxy: Proxy, tmp_path: Path
) -> None:
    room = await alice.make_room(bot)
    other = await second_device(homeserver, alice, tmp_path)
    try:
        await bot.listen()
        proxy.fault = on("/m.room_key.withheld/", lambda: html(500))
        assert isinstance(await say(bot, room, "one"), Done)
        for _ in range(2):
            await bot.listen()
            await bot.client._upkeeping.done()
        assert len(sent_to(proxy, "/m.room_key.withheld/")) == 2
        await alice.hear_text("one")
        proxy.fault = on("/m.room_key.withheld/", lambda: error(403, "M_FORBIDDEN"))
        for _ in range(2):
            await bot.listen()
            await bot.client._upkeeping.done()
        assert len(sent_to(proxy, "/m.room_key.withheld/")) == 3  # a refusal is final
        assert isinstance(await say(bot, room, "two", "t2"), Done)
    finally:
        await other.client.close()


async def test_unsigned_devices_count_where_that_is_the_setting(
    homeserver: Homeserver, alice: Person, tmp_path: Path
) -> None:
    async with person(homeserver, tmp_path, "lenient", homeserver.url, trust_unsigned=True) as lenient:
        room = await alice.make_room(lenient)
        other = await second_device(homeserver, alice, tmp_path)
        try:
            await lenient.listen()
            await lenient.say(room, "for everybody")
            assert lenient.client._performer._keys.notices.next() == {}
            assert (await other.hear_text("for everybody")).text
            await other.say(room, "from an unsigned device")
            assert (await lenient.hear_text("from an unsigned device")).signed
        finally:
            await other.client.close()


def recipients(body: bytes) -> list[tuple[str, str]]:
    return [(user, device) for user, devices in json.loads(body)["messages"].items() for device in devices]


async def second_device(homeserver: Homeserver, owner: Person, tmp_path: Path) -> Person:
    """Logged in with the password, with keys uploaded, not signed by the owner's identity."""
    (tmp_path / "second").mkdir()
    other = Person(homeserver.url, owner.user[1:].partition(":")[0], tmp_path / "second", trust_unsigned=True)
    body = {
        "type": "m.login.password",
        "identifier": {"type": "m.id.user", "user": owner.user},
        "password": "hunter2",
    }
    answer = await other.ask("POST", "login", body=body)
    nio = other.client.nio
    nio.restore_login(owner.user, answer.body["device_id"], answer.body["access_token"])
    await other.ask("POST", "keys", "upload", body=nio.machine.share_keys())
    nio.machine.account.shared = True
    nio.machine.mark_keys_as_published()
    await other.listen()
    return other


async def test_who_comes_while_a_key_is_shared_gets_it_too(
    bot: Person, alice: Person, bea: Person, proxy: Proxy
) -> None:
    room = await alice.make_room(bot)
    await bot.listen()
    proxy.hold = "/sendToDevice/"
    saying = asyncio.create_task(say(bot, room, "to all of you"))
    await proxy.held.wait()
    await alice.ask("POST", "rooms", room, "invite", body={"user_id": bea.user})
    await bot.listen()
    proxy.go.set()
    assert isinstance(await saying, Done)
    await bea.client.perform(room, JoinRoom(), "j")
    assert (await alice.hear_text("to all of you")).room == room
    assert await key_of_last(bea, alice, room)


async def key_of_last(bea: Person, alice: Person, room: RoomId) -> bool:
    """Whether ``bea`` holds the key of the last message in the room, readable to her or not."""
    answer = await alice.ask("GET", "rooms", room, "messages", dir="b", limit="5")
    sealed = [event for event in answer.body["chunk"] if event["type"] == "m.room.encrypted"]
    await bea.listen()
    return bool(bea.client.nio.machine.sessions(room, sealed[0]["content"]["session_id"]))


async def test_who_leaves_does_not_get_the_next_key(bot: Person, alice: Person, bea: Person) -> None:
    room = await alice.make_room(bot, bea)
    await bot.listen()
    await say(bot, room, "with bea", "t1")
    assert await key_of_last(bea, alice, room)
    await bea.client.perform(room, LeaveRoom(), "l")
    await bot.listen()
    await say(bot, room, "without bea", "t2")
    assert not await key_of_last(bea, alice, room)
    await alice.hear_text("without bea")


@pytest.mark.parametrize(("period", "messages"), [(25, 25), (1, 10), (10**9, 100), ("1", 100)])
async def test_a_key_lasts_for_as_many_messages_as_the_room_says(
    bot: Person, alice: Person, period: object, messages: int
) -> None:
    room = await rotating(alice, bot, rotation_period_msgs=period)
    await say(bot, room, "one", "t1")
    session = bot.client._performer._keys.in_use[room].session
    session.message_count = messages - 1
    await say(bot, room, "the last of them", "t2")
    assert bot.client._performer._keys.in_use[room].session is session
    await say(bot, room, "the first of the next", "t3")
    assert bot.client._performer._keys.in_use[room].session.id != session.id
    await alice.hear_text("the first of the next")


@pytest.mark.parametrize(
    ("period", "lasts"), [(2 * HOUR, 2 * HOUR), (1, HOUR), (-5, HOUR), (10**15, 7 * DAY), (True, 7 * DAY)]
)
async def test_a_key_lasts_for_as_long_as_the_room_says(
    bot: Person, alice: Person, period: object, lasts: Millis
) -> None:
    keys, clock = bot.client._performer._keys, [0]
    keys._elapsed = lambda: clock[0]
    room = await rotating(alice, bot, rotation_period_ms=period)
    await say(bot, room, "one", "t1")
    session = keys.in_use[room].session.id
    clock[0] += lasts - 1
    await say(bot, room, "still the same", "t2")
    assert keys.in_use[room].session.id == session
    clock[0] += 1
    await say(bot, room, "another", "t3")
    assert keys.in_use[room].session.id != session
    # The bot itself cannot open what it said, and after the longest time not with the outbound key either.
    assert not bot.client.nio.machine.sessions(room, session)
    keys.forget_worn()
    assert room in keys.in_use
    clock[0] += 7 * DAY
    keys.forget_worn()
    assert room not in keys.in_use


async def rotating(alice: Person, bot: Person, **settings: object) -> RoomId:
    content = {"algorithm": "m.megolm.v1.aes-sha2"} | settings
    state = {"type": "m.room.encryption", "state_key": "", "content": content}
    room = await alice.make_room(bot, encrypted=False, initial_state=[state])
    await bot.listen()
    return room


async def test_a_device_that_is_gone_does_not_get_the_next_key(
    homeserver: Homeserver, alice: Person, tmp_path: Path
) -> None:
    async with person(homeserver, tmp_path, "lenient", homeserver.url, trust_unsigned=True) as lenient:
        room = await alice.make_room(lenient)
        other = await second_device(homeserver, alice, tmp_path)
        in_use = lenient.client._performer._keys.in_use
        await lenient.listen()
        await lenient.say(room, "both")
        before = in_use[room].session.id
        await other.ask("POST", "logout", body={})
        await other.client.close()
        await lenient.listen()
        await lenient.say(room, "one")
        assert in_use[room].session.id != before
        assert {device for _, device, _ in in_use[room].given} == {alice.client.nio.device_id}


async def test_who_lost_the_key_with_a_broken_session_gets_it_again_as_it_was(
    bot: Person, alice: Person, bea: Person
) -> None:
    room = await alice.make_room(bot, bea)
    await bot.listen()
    machine = alice.client.nio.machine
    await say(bot, room, "can you read?", "t1")
    await alice.hear_text("can you read?")
    machine.session_store._entries.clear()  # as after a phone that was put back to yesterday
    await bea.client.perform(room, LeaveRoom(), "l")  # so that there is a new key to be lost
    await bot.listen()
    await say(bot, room, "and now?", "t2")
    heard = await alice.hear(lambda heard: [e for e in heard if isinstance(e, Undecryptable)])
    assert heard
    await alice.client._upkeeping.done()
    await bot.listen()
    await say(bot, room, "and again?", "t3")
    both = await alice.hear(lambda heard: len([e for e in heard if isinstance(e, MessagePosted)]) == 2)
    assert [e.text for e in both if isinstance(e, MessagePosted)] == ["and now?", "and again?"]


async def test_a_list_of_members_that_was_only_overheard_is_not_relied_on(
    bot: Person, alice: Person, bea: Person, proxy: Proxy
) -> None:
    def hide(path: str, body: dict[str, Any]) -> None:
        for joined in body.get("rooms", {}).get("join", {}).values():
            for part in (joined["state"], joined["timeline"]):
                part["events"] = [e for e in part["events"] if e.get("state_key") != bea.user]

    proxy.change = hide
    room = await alice.make_room(bot, bea)
    await bot.listen()
    assert bea.user not in bot.client.rooms[room].members
    await say(bot, room, "bea too")
    await bea.hear_text("bea too")


async def test_a_device_named_like_the_bots_gets_its_key(
    homeserver: Homeserver, bot: Person, tmp_path: Path
) -> None:
    (tmp_path / "twin").mkdir()
    await homeserver.register("twin", "hunter2")
    twin = Person(homeserver.url, "twin", tmp_path / "twin")
    await twin.vault.put("next_device", str(bot.client.nio.device_id).encode())
    try:
        await twin.start()
        assert twin.client.nio.device_id == bot.client.nio.device_id
        room = await twin.make_room(bot)
        await bot.listen()
        await twin.listen()
        await say(bot, room, "to my namesake")
        await twin.hear_text("to my namesake")
    finally:
        await twin.client.close()


# ---- When sharing fails --------------------------------------------------------------------------


@pytest.mark.parametrize("where", ["/sendToDevice/", "/keys/claim", "/keys/query", "/members"])
@pytest.mark.parametrize(
    "answer",
    [
        lambda: html(404),
        lambda: html(200),
        lambda: html(500),
        lambda: error(500, "M_UNKNOWN"),
        lambda: error(429, "M_LIMIT_EXCEEDED", retry_after_ms=70_000),
    ],
    ids=["html-404", "html-200", "html-500", "json-500", "limited"],
)
async def test_a_failed_share_is_no_share(
    bot: Person, alice: Person, proxy: Proxy, where: str, answer: Callable[[], web.Response]
) -> None:
    room = await alice.make_room(bot)
    await bot.listen()
    proxy.fault = lambda method, path: answer() if where in path else None
    outcome = await say(bot, room, "is this on?")
    assert isinstance(outcome, RetryAt)
    if answer().status == 429:
        assert outcome == RetryAt(70_000, limited=True)
    assert sent_to(proxy, "/send/") == []
    proxy.fault = None
    assert bot.client.nio.access_token
    assert isinstance(await say(bot, room, "is this on?"), Done)
    await alice.hear_text("is this on?")


@pytest.mark.parametrize("body", [{}, {"one_time_keys": 5}, {"one_time_keys": {"@a:b": 5}}])
async def test_a_device_without_one_time_keys_does_not_hold_up_the_others(
    bot: Person, alice: Person, bea: Person, proxy: Proxy, body: dict[str, Any]
) -> None:
    clock = [0]
    bot.client._performer._keys.claims._elapsed = lambda: clock[0]
    room = await alice.make_room(bot, bea)
    await bot.listen()
    # Both have none at first; then alice has.
    proxy.fault = on("/keys/claim", lambda: web.json_response(body))
    assert isinstance(await say(bot, room, "to nobody", "t1"), Done)
    assert len(sent_to(proxy, "/keys/claim")) == 1
    assert isinstance(await say(bot, room, "to nobody still", "t2"), Done)
    assert len(sent_to(proxy, "/keys/claim")) == 1
    await bot.listen()
    await bot.client._upkeeping.done()
    clock[0] += 5 * 60 * 1000
    assert isinstance(await say(bot, room, "to nobody even now", "t3"), Done)
    await bot.listen()
    await bot.client._upkeeping.done()
    # Each was told once, of no one key: it holds until there is a session.
    [notice] = sent_to(proxy, "/m.room_key.withheld/")
    told = json.loads(notice)["messages"]
    assert told.keys() == {alice.user, bea.user}
    [content] = told[alice.user].values()
    assert (content["code"], content.keys()) == ("m.no_olm", {"algorithm", "sender_key", "code"})
    proxy.fault = None
    clock[0] += 5 * 60 * 1000
    assert isinstance(await say(bot, room, "to both", "t4"), Done)
    earlier = ["to nobody", "to nobody still", "to nobody even now"]
    for each in (alice, bea):  # they read what was said meanwhile, too
        heard = await each.hear(lambda heard: len([e for e in heard if isinstance(e, MessagePosted)]) == 4)
        said = {e.text for e in heard if isinstance(e, MessagePosted)}
        assert said == {*earlier, "to both"}


async def test_who_had_no_one_time_keys_and_went_away_does_not_read_what_was_said_then(
    bot: Person, alice: Person, bea: Person, proxy: Proxy
) -> None:
    room = await bea.make_room(bot, alice)
    await bot.listen()
    proxy.fault = on("/keys/claim", lambda: web.json_response({"one_time_keys": {}}))
    assert isinstance(await say(bot, room, "with alice", "t1"), Done)
    await alice.client.perform(room, LeaveRoom(), "l")
    await bot.listen()
    assert isinstance(await say(bot, room, "without alice", "t2"), Done)
    await bea.ask("POST", "rooms", room, "invite", body={"user_id": alice.user})
    assert await alice.client.resolve(room) == room
    await bot.listen()
    key = bot.client._performer._keys.in_use[room]
    proxy.fault = None
    bot.client._performer._keys.claims._keyless.clear()
    assert isinstance(await say(bot, room, "with alice again", "t3"), Done)
    await alice.hear_text("with alice again")
    [session] = alice.client.nio.machine.sessions(room, key.session.id)
    assert session.first_known_index == 2


async def test_who_begins_a_session_need_not_wait_for_one_time_keys(
    bot: Person, alice: Person, proxy: Proxy
) -> None:
    room = await alice.make_room(bot)
    await bot.listen()
    proxy.fault = on("/keys/claim", lambda: web.json_response({"one_time_keys": {}}))
    assert isinstance(await say(bot, room, "can you read this?", "t1"), Done)
    await alice.say(room, "no")
    await bot.hear_text("no")
    assert isinstance(await say(bot, room, "and now?", "t2"), Done)
    heard = await alice.hear(lambda heard: len([e for e in heard if isinstance(e, MessagePosted)]) == 2)
    assert {e.text for e in heard if isinstance(e, MessagePosted)} == {"can you read this?", "and now?"}


async def test_a_cut_connection_is_no_share_and_nothing_hangs(
    bot: Person, alice: Person, proxy: Proxy
) -> None:
    room = await alice.make_room(bot)
    await bot.listen()

    def cut(method: str, path: str) -> web.Response | None:
        if "/keys/claim" in path:
            raise ConnectionResetError
        return None

    proxy.fault = cut
    assert isinstance(await say(bot, room, "hello"), RetryAt)
    proxy.fault = None
    async with asyncio.timeout(10):
        assert isinstance(await say(bot, room, "hello"), Done)


async def test_the_same_transaction_is_one_message(bot: Person, alice: Person, proxy: Proxy) -> None:
    room = await alice.make_room(bot)
    await bot.listen()
    first = await say(bot, room, "once", "same")
    assert await say(bot, room, "once", "same") == first


async def test_a_signed_out_bot_says_so(bot: Person, alice: Person, proxy: Proxy) -> None:
    room = await alice.make_room(bot)
    await bot.listen()
    await bot.ask("POST", "logout", body={})
    with pytest.raises(SignedOutError):
        await say(bot, room, "hello?")
    with pytest.raises(SignedOutError):
        await bot.listen()


# ---- Rooms for two -------------------------------------------------------------------------------


async def test_a_room_for_two_is_encrypted_from_the_start_and_names_nothing(
    bot: Person, alice: Person
) -> None:
    made = await bot.client.perform(None, CreateDirect(alice.user), "c")
    assert isinstance(made, Done)
    room = RoomId(made.result)
    for _ in range(2):
        assert isinstance(await bot.client.perform(room, InviteDirect(alice.user), "i"), Done)
    assert isinstance(await say(bot, room, "good evening"), Done)  # before any sync told of the room
    invited = await alice.ask("GET", "sync")
    state = invited.body["rooms"]["invite"][room]["invite_state"]["events"]
    mine = [event for event in state if event.get("state_key") == alice.user]
    assert mine[0]["content"]["is_direct"] is True
    assert {"m.room.encryption"} <= {event["type"] for event in state}
    assert [event["content"]["name"] for event in state if event["type"] == "m.room.name"] == ["Porch"]
    assert await alice.client.resolve(room) == room
    assert (await alice.hear_text("good evening")).sender == bot.user
    await alice.say(room, "and to you")
    await bot.hear_text("and to you")
    assert isinstance(await bot.client.perform(room, InviteDirect(alice.user), "i"), Done)
    direct = await bot.ask("GET", "user", bot.user, "account_data", "m.direct")
    assert direct.body == {alice.user: [room]}


async def test_names_become_rooms_as_far_as_they_can_be_joined(bot: Person, alice: Person) -> None:
    alias = f"porch{bot.user[5:9]}"
    room = await alice.make_room(room_alias_name=alias)
    assert await bot.client.resolve(f"#{alias}:localhost") is None
    assert await bot.client.resolve("#nowhere:localhost") is None
    assert await bot.client.resolve("not a name") is None
    await alice.ask("POST", "rooms", room, "invite", body={"user_id": bot.user})
    assert await bot.client.resolve(f"#{alias}:localhost") == room
    await bot.listen()
    assert await bot.client.resolve(f"#{alias}:localhost") == room
    assert isinstance(await bot.client.perform(room, LeaveRoom(), "l"), Done)
    assert await bot.client.resolve(room) is None


# ---- Upkeep --------------------------------------------------------------------------------------


def used_up(path: str, body: dict[str, Any], left: int = 0) -> None:
    """Few of the bot's one-time keys are left."""
    if path.endswith("/sync"):
        body["device_one_time_keys_count"] = {"signed_curve25519": left}


@pytest.mark.parametrize("left", [0, 10])
async def test_one_time_keys_are_topped_up_even_when_there_are_none(
    bot: Person, proxy: Proxy, left: int
) -> None:
    proxy.change = lambda path, body: used_up(path, body, left)
    proxy.seen.clear()
    proxy.bodies.clear()
    await bot.listen()
    await bot.client._upkeeping.done()
    [upload] = sent_to(proxy, "/keys/upload")
    assert len(json.loads(upload)["one_time_keys"]) == 50 - left


async def test_a_broken_session_is_begun_anew(bot: Person, alice: Person, proxy: Proxy) -> None:
    room = await alice.make_room(bot)
    await bot.listen()
    await alice.say(room, "hello")
    await bot.hear_text("hello")
    theirs = alice.client.nio.machine.session_store
    key = bot.client.nio.machine.account.identity_keys["curve25519"]
    before = theirs.get(key)
    bot.client.nio.machine.wedged_devices = list(
        bot.client.nio.machine.device_store.active_user_devices(alice.user)
    )
    await bot.listen()
    await bot.client._upkeeping.done()
    await alice.listen()
    assert theirs.get(key) is not before
    # Once in five minutes, however often somebody claims that it is broken.
    proxy.seen.clear()
    proxy.bodies.clear()
    bot.client.nio.machine.wedged_devices = list(
        bot.client.nio.machine.device_store.active_user_devices(alice.user)
    )
    await bot.listen()
    await bot.client._upkeeping.done()
    assert sent_to(proxy, "/keys/claim") == []


@pytest.mark.parametrize("trouble", [False, True])
async def test_what_the_bot_could_not_read_in_a_broken_session_is_read_within_minutes(
    bot: Person, alice: Person, bea: Person, proxy: Proxy, trouble: bool
) -> None:
    clock = [10**12]
    bot.client._upkeep._elapsed = lambda: clock[0]
    room = await alice.make_room(bot, bea)
    await bot.listen()
    await alice.say(room, "hello")
    await bot.hear_text("hello")
    bot.client.nio.machine.session_store._entries.clear()
    await bea.client.perform(room, LeaveRoom(), "l")  # so that there is a new key to be lost
    await alice.listen()
    if trouble:
        proxy.fault = on("/keys/claim", lambda: html(502))
    await alice.say(room, "can you read this?")
    heard = await bot.hear(lambda heard: [e for e in heard if isinstance(e, Undecryptable)])
    assert not [e for e in heard if isinstance(e, MessagePosted)]
    await bot.client._upkeeping.done()
    if trouble:
        proxy.fault = None
        clock[0] += 5 * MINUTE
        await bot.listen()
        await bot.client._upkeeping.done()
    assert bot.client.nio.machine.wedged_devices == []
    await alice.listen()  # its word arrives
    await alice.say(room, "and now?")
    both = await bot.hear(lambda heard: len([e for e in heard if isinstance(e, MessagePosted)]) == 2)
    assert [e.text for e in both if isinstance(e, MessagePosted)] == ["can you read this?", "and now?"]


async def test_trouble_with_upkeep_loses_no_batch(bot: Person, alice: Person, proxy: Proxy) -> None:
    room = await alice.make_room(bot)
    await bot.listen()
    proxy.change = used_up
    proxy.fault = on("/keys/upload", lambda: html(500))
    await alice.say(room, "still there?")
    await bot.hear_text("still there?")
    await bot.client._upkeeping.done()
    assert sent_to(proxy, "/keys/upload")


async def test_a_used_fallback_key_is_replaced(bot: Person, proxy: Proxy) -> None:
    asked: list[object] = []

    async def refill(unused: object) -> bool:
        asked.append(unused)
        return True

    def used(path: str, body: dict[str, Any]) -> None:
        if path.endswith("/sync"):
            body["device_unused_fallback_key_types"] = []

    bot.client.set_refill(refill)
    proxy.change = used
    await bot.listen()
    await bot.client._upkeeping.done()
    assert asked == [[]]


# ---- Patience ------------------------------------------------------------------------------------


async def test_listening_waits_out_everything_and_keeps_to_what_the_server_asks(
    bot: Person, alice: Person, proxy: Proxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    room = await alice.make_room(bot)
    await bot.listen()
    slept: list[float] = []
    answers = [
        html(200),
        html(502),
        error(500, "M_UNKNOWN"),
        error(429, "M_LIMIT_EXCEEDED", retry_after_ms=90_000),
        web.Response(status=200, text='{"next_batch": "x', content_type="application/json"),
        web.json_response([1, 2]),
        web.json_response({"next_batch": 5}),
    ]

    async def sleep(seconds: float) -> None:
        slept.append(seconds)

    monkeypatch.setattr(bot.client._sync, "_sleep", sleep)
    proxy.fault = lambda method, path: answers.pop(0) if path.endswith("/sync") and answers else None
    await alice.say(room, "are you there?")
    await bot.hear_text("are you there?")
    assert not answers
    assert len(slept) == 7
    assert slept[3] >= 90
    assert all(seconds >= 1 for seconds in slept)
    assert max(slept[:3]) <= 60


@pytest.mark.parametrize(
    "body",
    [
        {"rooms": 5},
        {"rooms": {"join": [], "leave": 5, "invite": {"!r": 5}}},
        {
            "rooms": {
                "join": {
                    "!r": {"state": {"events": [5, {}, {"type": 5}]}, "timeline": {"events": [None, {}]}}
                }
            }
        },
        {"to_device": {"events": 5}, "device_lists": {"changed": [5, {}], "left": 5}},
        {"device_one_time_keys_count": 5, "device_unused_fallback_key_types": 5},
        {"rooms": {"leave": {"!r": {}}}},
    ],
)
async def test_parts_of_any_type_do_no_harm(
    bot: Person, alice: Person, proxy: Proxy, body: dict[str, Any]
) -> None:
    room = await alice.make_room(bot)
    await bot.listen()
    answers = [web.json_response(body | {"next_batch": bot.token})]
    proxy.fault = lambda method, path: answers.pop(0) if path.endswith("/sync") and answers else None
    await bot.listen()
    await alice.say(room, "still here")
    await bot.hear_text("still here")
