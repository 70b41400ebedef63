"""What the bot hears on a real homeserver, and what nobody can make it hear."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import vodozemac
from aiohttp import web

from swsmatrix.demo.homeserver import Homeserver
from swsmatrix.matrix import sync
from swsmatrix.matrix.counts import Counts
from swsmatrix.model import Event
from swsmatrix.protocol import (
    DAY,
    EventId,
    Invited,
    Joined,
    JoinRoom,
    Left,
    MessageDeleted,
    MessagePosted,
    React,
    Reacted,
    RedactEvent,
    RoomId,
    RoomSeen,
    Undecryptable,
    Unread,
    UserId,
)
from tests.contract.matrix_people import ENCRYPTION, Person, people, person
from tests.contract.matrix_proxy import Fate, Proxy, error

pytestmark = pytest.mark.synapse


@pytest.fixture(autouse=True)
def short_polls(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sync, "POLL_SECONDS", 1)


def texts(events: list[Event] | tuple[Event, ...]) -> list[str]:
    return [event.text for event in events if isinstance(event, MessagePosted)]


async def encrypted(sender: Person, room: RoomId, kind: str, content: dict[str, Any], **inside: Any) -> str:
    """An event with anything inside its ciphertext."""
    known = sender.client.rooms[room]
    keys = sender.client._performer._keys
    await keys.encrypt(known, "m.room.message", {"msgtype": "m.notice", "body": ""})
    session = sender.client._performer._keys.in_use[room].session
    payload = {"type": kind, "content": content, "room_id": room} | inside
    sealed = {
        "algorithm": "m.megolm.v1.aes-sha2",
        "sender_key": sender.client.nio.machine.account.identity_keys["curve25519"],
        "ciphertext": session.encrypt(json.dumps(payload)),
        "session_id": session.id,
        "device_id": sender.client.nio.device_id,
    }
    answer = await sender.ask(
        "PUT", "rooms", room, "send", "m.room.encrypted", "x" + session.id[:9], body=sealed
    )
    return str(answer.body["event_id"])


async def test_a_room_is_seen_once_and_when_it_changes(homeserver: Homeserver, tmp_path: Path) -> None:
    async with people(homeserver, tmp_path, "bot", "alice") as (bot, alice):
        room = await alice.make_room(bot)
        heard = await bot.hear(lambda heard: [e for e in heard if isinstance(e, RoomSeen)])
        [seen] = [event for event in heard if isinstance(event, RoomSeen)]
        assert (seen.encrypted, seen.join_rule, seen.members, seen.can_redact) == (True, "invite", 2, False)
        await alice.say(room, "hello")
        assert not [e for e in await bot.hear(texts) if isinstance(e, RoomSeen)]
        await alice.ask(
            "PUT",
            "rooms",
            room,
            "state",
            "m.room.history_visibility",
            "",
            body={"history_visibility": "joined"},
        )
        heard = await bot.hear(lambda heard: [e for e in heard if isinstance(e, RoomSeen)])
        assert [event.history for event in heard if isinstance(event, RoomSeen)] == ["joined"]


async def test_the_creator_of_a_new_room_may_redact(homeserver: Homeserver, tmp_path: Path) -> None:
    async with people(homeserver, tmp_path, "bot", "alice") as (bot, alice):
        for version in ("12", "11"):
            await bot.make_room(alice, room_version=version)
            heard = await bot.hear(lambda heard: [e for e in heard if isinstance(e, RoomSeen)])
            assert [e.can_redact for e in heard if isinstance(e, RoomSeen)] == [True], version


async def test_what_was_said_before_the_first_look_is_not_heard(
    homeserver: Homeserver, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with people(homeserver, tmp_path, "bot", "alice") as (bot, alice):
        room = await alice.make_room(bot)
        await alice.listen()
        await alice.say(room, "long ago")
        # Synapse repeats a first answer of the last two minutes, unless it is asked in other words.
        monkeypatch.setitem(sync.FILTER, "event_format", "client")
        await bot.restart()
        bot.token = None
        assert texts(await bot.listen()) == []
        await alice.say(room, "just now")
        assert texts(await bot.hear(texts)) == ["just now"]


async def test_what_was_said_while_away_is_heard_in_order(homeserver: Homeserver, tmp_path: Path) -> None:
    async with people(homeserver, tmp_path, "bot", "alice") as (bot, alice):
        room = await alice.make_room(bot)
        await bot.listen()
        said = [f"number {n}" for n in range(sync.TIMELINE_EVENTS + 35)]
        for text in said:
            await alice.say(room, text)
        await bot.restart()
        assert texts(await bot.listen()) == said


async def test_rooms_are_known_after_a_restart(homeserver: Homeserver, tmp_path: Path) -> None:
    async with people(homeserver, tmp_path, "bot", "alice") as (bot, alice):
        room = await alice.make_room(bot)
        await bot.listen()
        await bot.restart()
        [seen] = [event for event in await bot.listen() if isinstance(event, RoomSeen)]
        assert (seen.room, seen.encrypted, seen.members) == (room, True, 2)


async def test_a_gap_longer_than_a_page_is_filled(
    homeserver: Homeserver, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sync, "PAGE", 10)
    async with people(homeserver, tmp_path, "bot", "alice") as (bot, alice):
        room = await alice.make_room(bot)
        await bot.listen()
        said = [f"number {n}" for n in range(sync.TIMELINE_EVENTS + 35)]
        for text in said:
            await alice.say(room, text)
        assert texts(await bot.listen()) == said


@pytest.mark.parametrize(
    "hindrance",
    [lambda: error(429, "M_LIMIT_EXCEEDED", retry_after_ms=1), lambda: Fate.CUT],
    ids=["limited", "away"],
)
async def test_a_gap_is_filled_however_often_the_homeserver_has_to_be_asked(
    homeserver: Homeserver, tmp_path: Path, hindrance: Callable[[], web.Response | Fate]
) -> None:
    hindered = 0

    def hinder(_method: str, path: str) -> web.Response | Fate | None:
        nonlocal hindered
        if not path.endswith("/messages") or hindered == sync.PAGE_TRIES * 2:
            return None
        hindered += 1
        return hindrance()

    async with (
        Proxy.before(homeserver.url) as proxy,
        person(homeserver, tmp_path, "bot", proxy.url, sleep=lambda _: asyncio.sleep(0)) as bot,
        people(homeserver, tmp_path, "alice") as (alice,),
    ):
        room = await alice.make_room(bot)
        await bot.listen()
        said = [f"number {n}" for n in range(sync.TIMELINE_EVENTS + 35)]
        for text in said:
            await alice.say(room, text)
        proxy.fault = hinder
        assert texts(await bot.listen()) == said
        assert hindered == sync.PAGE_TRIES * 2


async def test_between_invitation_and_joining_all_is_heard_and_nothing_before(
    homeserver: Homeserver, tmp_path: Path
) -> None:
    async with people(homeserver, tmp_path, "bot", "alice", "bea") as (bot, alice, bea):
        room = await alice.make_room(
            bea,
            initial_state=[
                ENCRYPTION,
                {
                    "type": "m.room.history_visibility",
                    "state_key": "",
                    "content": {"history_visibility": "shared"},
                },
            ],
        )
        await alice.say(room, "before")
        await alice.ask("POST", "rooms", room, "invite", body={"user_id": bot.user})
        await alice.listen()
        said = [f"number {n}" for n in range(sync.TIMELINE_EVENTS + 10)]
        for text in said:
            await alice.say(room, text)
        assert await bot.client.resolve(room) == room
        heard = await bot.hear(texts)
        assert texts(heard) == said
        assert not [event for event in heard if isinstance(event, Undecryptable)]


async def test_reactions_redactions_joining_and_leaving(homeserver: Homeserver, tmp_path: Path) -> None:
    async with people(homeserver, tmp_path, "bot", "alice", "bea") as (bot, alice, bea):
        room = await alice.make_room(bot)
        await bot.listen()
        event = await alice.say(room, "hello")
        await alice.client.perform(room, React(EventId(event), "👍"), "t1")
        await alice.client.perform(room, RedactEvent(EventId(event)), "t2")
        await alice.ask("POST", "rooms", room, "invite", body={"user_id": bea.user})
        await bea.client.perform(room, JoinRoom(), "t3")
        await bea.ask(
            "PUT",
            "rooms",
            room,
            "state",
            "m.room.member",
            bea.user,
            body={"membership": "join", "displayname": "B"},
        )
        await bea.ask("POST", "rooms", room, "leave", body={})
        heard = await bot.hear(lambda heard: [e for e in heard if isinstance(e, Left)])
        kinds = [type(e).__name__ for e in heard]
        assert kinds == ["Reacted", "MessageDeleted", "Joined", "Left"]
        reacted, deleted, joined, left = heard
        assert isinstance(reacted, Reacted)
        assert (reacted.target, reacted.key) == (event, "👍")
        assert isinstance(deleted, MessageDeleted)
        assert deleted.original == event
        assert isinstance(joined, Joined)
        assert isinstance(left, Left)
        assert joined.user == left.user == bea.user


async def test_an_invitation_says_who_is_known_and_what_is_encrypted(
    homeserver: Homeserver, tmp_path: Path
) -> None:
    async with people(homeserver, tmp_path, "bot", "alice", "bea") as (bot, alice, bea):
        bot.client.community = {await alice.make_room(bot)}
        await bot.listen()
        for host, encrypt in ((alice, True), (bea, False)):
            state = [ENCRYPTION] if encrypt else []
            await host.ask("POST", "createRoom", body={"invite": [bot.user], "initial_state": state})
        heard = await bot.hear(lambda heard: len([e for e in heard if isinstance(e, Invited)]) == 2)
        invitations = {e.sender: (e.known, e.encrypted) for e in heard if isinstance(e, Invited)}
        assert invitations == {alice.user: (True, True), bea.user: (False, False)}


async def test_who_throws_the_bot_out_is_heard_and_the_room_forgotten(
    homeserver: Homeserver, tmp_path: Path
) -> None:
    async with people(homeserver, tmp_path, "bot", "alice") as (bot, alice):
        room = await alice.make_room(bot)
        await bot.listen()
        assert room in bot.client.rooms
        await alice.ask("POST", "rooms", room, "kick", body={"user_id": bot.user})
        heard = await bot.hear(lambda heard: [e for e in heard if isinstance(e, Left)])
        assert [e.user for e in heard if isinstance(e, Left)] == [bot.user]
        assert room not in bot.client.rooms


async def test_what_was_said_before_the_bot_was_thrown_out_is_heard(
    homeserver: Homeserver, tmp_path: Path
) -> None:
    async with people(homeserver, tmp_path, "bot", "alice") as (bot, alice):
        room = await alice.make_room(bot)
        await bot.listen()
        said = [f"number {n}" for n in range(sync.TIMELINE_EVENTS + 5)]
        for text in said:
            await alice.say(room, text)
        await alice.ask("POST", "rooms", room, "kick", body={"user_id": bot.user})
        heard = await bot.listen()
        assert texts(heard) == said
        assert isinstance(heard[-1], Left)


async def test_a_message_waits_until_it_is_known_whose_device_it_is_from(
    homeserver: Homeserver, tmp_path: Path
) -> None:
    async with (
        Proxy.before(homeserver.url) as proxy,
        people(homeserver, tmp_path, "alice") as (alice,),
        person(homeserver, tmp_path, "bot", proxy.url) as bot,
    ):
        room = await alice.make_room(bot)
        await bot.listen()
        proxy.fault = lambda method, path: error(500, "M_UNKNOWN") if path.endswith("/keys/query") else None
        event = await alice.say(room, "it is me")
        [waiting] = await bot.hear(lambda heard: heard)
        assert isinstance(waiting, Undecryptable)
        proxy.fault = None
        assert (await bot.hear_text("it is me")).event == event


async def test_cleartext_says_nothing(homeserver: Homeserver, tmp_path: Path) -> None:
    async with people(homeserver, tmp_path, "bot", "alice") as (bot, alice):
        room = await alice.make_room(bot)
        await bot.listen()
        await alice.ask(
            "PUT",
            "rooms",
            room,
            "send",
            "m.room.message",
            "c1",
            body={"msgtype": "m.text", "body": "in the clear"},
        )
        await alice.say(room, "sealed")
        assert texts(await bot.hear(texts)) == ["sealed"]


async def test_state_inside_encryption_changes_nothing(homeserver: Homeserver, tmp_path: Path) -> None:
    async with people(homeserver, tmp_path, "bot", "alice", "bea") as (bot, alice, bea):
        room = await alice.make_room(bot)
        await bot.listen()
        await alice.listen()
        await encrypted(alice, room, "m.room.member", {"membership": "join"}, state_key=bea.user)
        await alice.say(room, "and then")
        heard = await bot.hear(texts)
        assert [type(event) for event in heard] == [MessagePosted]
        assert bea.user not in bot.client.rooms[room].members


async def test_a_thousand_malformed_events_from_a_stranger(homeserver: Homeserver, tmp_path: Path) -> None:
    async with people(homeserver, tmp_path, "bot", "alice", "mallory") as (bot, alice, mallory):
        room = await alice.make_room(bot)
        await bot.listen()
        own = bot.client.nio.machine.account.identity_keys["curve25519"]
        nested: Any = "x"
        for _ in range(900):
            nested = [nested]
        bodies: list[Any] = ["", "!", "AAAA", "A" * 99, 5, None, [], {}, True, "\ud800"]
        bad: list[dict[str, Any]] = [
            {
                "algorithm": "m.olm.v1.curve25519-aes-sha2",
                "sender_key": "AAAA",
                "ciphertext": {own: {"type": n % 3, "body": body}},
            }
            for n, body in enumerate(bodies)
        ]
        bad += [{}, {"algorithm": 5}, {"nested": nested}]
        for number in range(1000):
            kind = "m.room.encrypted" if number % 2 else "m.room_key.withheld"
            device = bot.client.nio.device_id if number % 3 else "*"
            body: dict[str, Any] = {"messages": {bot.user: {device: bad[number % len(bad)]}}}
            await mallory.ask("PUT", "sendToDevice", kind, f"t{number}", body=body)
        await alice.say(room, "all is well")
        assert texts(await bot.hear(texts)) == ["all is well"]


async def test_a_message_under_another_name_is_not_heard(homeserver: Homeserver, tmp_path: Path) -> None:
    async with (
        Proxy.before(homeserver.url) as proxy,
        people(homeserver, tmp_path, "alice", "bea") as (alice, bea),
        person(homeserver, tmp_path, "bot", proxy.url) as bot,
    ):
        room = await alice.make_room(bot, bea)
        await bot.listen()
        await alice.listen()

        def relabel(path: str, body: dict[str, Any]) -> None:
            joined = body.get("rooms", {}).get("join", {}).get(room, {})
            for event in joined.get("timeline", {}).get("events", []):
                if event["type"] == "m.room.encrypted":
                    event["sender"] = bea.user

        proxy.change = relabel
        await alice.say(room, "said by alice")
        heard = await bot.hear(lambda heard: heard)
        assert [type(event) for event in heard] == [Undecryptable]
        proxy.change = None
        await alice.say(room, "and again")
        assert texts(await bot.hear(texts)) == ["and again"]


# ---- Late keys -----------------------------------------------------------------------------------


def lose_keys(proxy: Proxy) -> None:
    """Keys that are shared through ``proxy`` from now on do not arrive, though it says that they do."""
    proxy.fault = lambda method, path: (
        web.json_response({}) if "/sendToDevice/m.room.encrypted/" in path and method == "PUT" else None
    )


@pytest.mark.parametrize("died", ["never", "before the key came", "before the message was dealt with"])
async def test_a_message_is_heard_when_its_key_comes_late(
    homeserver: Homeserver, tmp_path: Path, died: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with (
        Proxy.before(homeserver.url) as proxy,
        people(homeserver, tmp_path, "bot") as (bot,),
        person(homeserver, tmp_path, "alice", proxy.url) as alice,
    ):
        room = await alice.make_room(bot)
        await bot.listen()
        lose_keys(proxy)
        key = keep_key(alice, monkeypatch)
        event = await alice.say(room, "can you hear me?")
        heard = await bot.hear(lambda heard: [e for e in heard if isinstance(e, Undecryptable)])
        [lost] = [e for e in heard if isinstance(e, Undecryptable)]
        assert (lost.event, lost.sender, lost.withheld) == (event, alice.user, None)
        # The bot asked alice's device for it.
        requests = [e for e in await raw_to_device(alice) if e["type"] == "m.room_key_request"]
        assert [e["content"]["body"]["session_id"] for e in requests] == [lost.session]
        proxy.fault = None
        if died == "before the message was dealt with":
            await give(alice, bot.user, room, key())
            token = bot.token
            assert texts(await bot.hear(texts)) == ["can you hear me?"]
            bot.token = token
        if died != "never":
            await bot.restart()
            unread = Unread(room=room, event=lost.event, sender=lost.sender, session=lost.session, at=lost.at)
            bot.client.await_keys([unread])
        if died != "before the message was dealt with":
            await give(alice, bot.user, room, key())
        [late] = [e for e in await bot.hear(texts) if isinstance(e, MessagePosted)]
        assert (late.event, late.text, late.at, late.signed) == (event, "can you hear me?", lost.at, True)
        waited = 1 if died == "never" else 0  # what was waited for before the restart was counted there
        assert bot.client.counts == Counts(undecryptable=waited, recovered=1)


def keep_key(sender: Person, monkeypatch: pytest.MonkeyPatch) -> Callable[[], str]:
    """A function that gives the key that ``sender`` shared next, as it was then."""
    kept: list[str] = []
    machine = sender.client.nio.machine
    original = machine._olm_encrypt

    def watch(session: Any, device: Any, kind: str, content: dict[str, Any]) -> Any:
        if kind == "m.room_key":
            kept.append(content["session_key"])
        return original(session, device, kind, content)

    monkeypatch.setattr(machine, "_olm_encrypt", watch)
    return lambda: kept[0]


async def give(sender: Person, receiver: UserId, room: RoomId, key: str) -> None:
    machine = sender.client.nio.machine
    session = sender.client._performer._keys.in_use[room].session
    [device] = machine.device_store.active_user_devices(receiver)
    content = {
        "algorithm": "m.megolm.v1.aes-sha2",
        "room_id": room,
        "session_id": session.id,
        "session_key": key,
    }
    sealed = machine._olm_encrypt(machine.session_store.get(device.curve25519), device, "m.room_key", content)
    await sender.ask(
        "PUT",
        "sendToDevice",
        "m.room.encrypted",
        "give",
        body={"messages": {receiver: {device.id: sealed}}},
    )


async def raw_to_device(person: Person) -> list[dict[str, Any]]:
    answer = await person.ask(
        "GET", "sync", timeout="5000", **({"since": person.token} if person.token else {})
    )
    return list(answer.body.get("to_device", {}).get("events", []))


async def test_a_key_that_was_asked_for_is_taken_a_day_and_a_restart_later(
    homeserver: Homeserver, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = [10**12]
    async with (
        Proxy.before(homeserver.url) as proxy,
        Proxy.before(homeserver.url) as bots,
        person(homeserver, tmp_path, "bot", bots.url, now=lambda: clock[0]) as bot,
        person(homeserver, tmp_path, "alice", proxy.url) as alice,
    ):
        room = await alice.make_room(bot)
        await bot.listen()
        lose_keys(proxy)
        # The bot ends before its question is out.
        bots.fault = lambda method, path: error(500, "M_UNKNOWN") if "/m.room_key_request/" in path else None
        key = keep_key(alice, monkeypatch)
        event = await alice.say(room, "can you hear me?")
        heard = await bot.hear(lambda heard: [e for e in heard if isinstance(e, Undecryptable)])
        [lost] = [e for e in heard if isinstance(e, Undecryptable)]
        await bot.client._upkeeping.done()
        bots.fault = None
        await bot.restart()
        unread = Unread(room=room, event=lost.event, sender=lost.sender, session=lost.session, at=lost.at)
        bot.client.await_keys([unread])
        await bot.listen()
        await bot.client._upkeeping.done()
        asked = [e for e in await raw_to_device(alice) if e["type"] == "m.room_key_request"]
        [request] = asked
        assert request["content"]["body"]["session_id"] == lost.session
        clock[0] += DAY
        await bot.listen()
        await bot.client._upkeeping.done()
        proxy.fault = None
        await forward(alice, bot, room, key())
        assert (await bot.hear_text("can you hear me?")).event == event
        await bot.client._upkeeping.done()
        assert any(b"request_cancellation" in body for body in bots.bodies)


async def forward(sender: Person, receiver: Person, room: RoomId, key: str) -> None:
    """As a client does that answers a request for a key."""
    machine = sender.client.nio.machine
    session = vodozemac.InboundGroupSession(vodozemac.SessionKey(key))
    device = machine.device_store[receiver.user][receiver.client.nio.device_id]
    exported = session.export_at(0)
    assert exported is not None
    content = {
        "algorithm": "m.megolm.v1.aes-sha2",
        "forwarding_curve25519_key_chain": [],
        "room_id": room,
        "session_id": session.session_id,
        "session_key": exported.to_base64(),
        "sender_key": machine.account.identity_keys["curve25519"],
        "sender_claimed_ed25519_key": machine.account.identity_keys["ed25519"],
    }
    olm = machine.session_store.get(device.curve25519)
    sealed = machine._olm_encrypt(olm, device, "m.forwarded_room_key", content)
    messages = {receiver.user: {device.id: sealed}}
    await sender.ask("PUT", "sendToDevice", "m.room.encrypted", "forward", body={"messages": messages})
