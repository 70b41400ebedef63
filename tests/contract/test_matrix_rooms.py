"""What a real homeserver tells of rooms that change, and what strangers do with rooms of theirs."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from swsmatrix import app
from swsmatrix.demo.homeserver import Homeserver
from swsmatrix.protocol import Left, MessageDeleted, RoomId, RoomSeen
from swsmatrix.settings import load
from swsmatrix.store.db import Store
from swsmatrix.vitals import Vitals
from tests.contract.matrix_people import PATIENCE, Person, person
from tests.contract.matrix_proxy import Proxy, html

pytestmark = pytest.mark.synapse

STRANGERS = 50  # invitations, and as many rooms named in tombstones

CONFIG = """
homeserver: {url}
user_id: "{bot}"
password_file: password
data_dir: data
key_file: secrets/key
rooms: {{community: ["{lounge}"], stewards: "{stewards}"}}
regions: {{nyc: {{name: New York City, room: "{nyc}"}}}}
"""


async def set_state(who: Person, room: RoomId, kind: str, **content: Any) -> None:
    answer = await who.ask("PUT", "rooms", room, "state", kind, "", body=content)
    assert answer.ok, answer


async def sees(bot: Person, room: RoomId) -> RoomSeen:
    """The next that the homeserver says of ``room``."""
    heard = await bot.hear(lambda heard: [e for e in heard if isinstance(e, RoomSeen) and e.room == room])
    return [event for event in heard if isinstance(event, RoomSeen)][-1]


# ---- Rooms that change ---------------------------------------------------------------------------


async def test_a_room_that_is_replaced_or_encrypted_in_another_way_is_seen(
    bot: Person, alice: Person
) -> None:
    room = await alice.make_room(bot)
    first = await sees(bot, room)
    assert (first.weakened, first.replaced) == (False, False)
    await set_state(alice, room, "m.room.encryption", algorithm="org.example.none")
    weaker = await sees(bot, room)
    assert (weaker.encrypted, weaker.weakened) == (True, True)
    await set_state(alice, room, "m.room.tombstone", body="moved", replacement_room="!new:localhost")
    assert (await sees(bot, room)).replaced
    # And what is said there by the bot is still encrypted.
    await alice.listen()
    await bot.say(room, "still here")
    await alice.hear_text("still here")


async def test_encryption_that_is_hidden_after_a_restart_is_weaker(
    bot: Person, alice: Person, proxy: Proxy
) -> None:
    room = await alice.make_room(bot)
    await sees(bot, room)

    def hide(path: str, body: dict[str, Any]) -> None:
        for joined in body.get("rooms", {}).get("join", {}).values():
            for part in (joined["state"], joined["timeline"]):
                part["events"] = [e for e in part["events"] if e["type"] != "m.room.encryption"]

    proxy.change = hide
    await bot.restart()
    seen = await sees(bot, room)
    assert (seen.encrypted, seen.weakened) == (True, True)


STALE = (
    ("m.room.join_rules", {"join_rule": "public"}),
    ("m.room.history_visibility", {"history_visibility": "world_readable"}),
    ("m.room.encryption", {"algorithm": "org.example.none"}),
    ("m.room.tombstone", {"body": "moved"}),
)


async def test_settings_that_are_told_out_of_order_are_asked_for(
    bot: Person, alice: Person, proxy: Proxy
) -> None:
    room = await alice.make_room(bot)
    before = await sees(bot, room)
    bot.client.community = {room}

    def go_back(path: str, body: dict[str, Any]) -> None:
        if room in body.get("rooms", {}).get("join", {}):
            told = [
                {
                    "type": kind,
                    "state_key": "",
                    "sender": alice.user,
                    "event_id": f"$old{kind}",
                    "content": old,
                }
                for kind, old in STALE
            ]
            body["rooms"]["join"][room]["state"]["events"] += told
            proxy.change = None

    proxy.change = go_back
    proxy.fault = lambda method, path: html(500) if "/state/" in path else None
    await alice.say(room, "one sugar, please")
    heard = await bot.hear(lambda heard: [e for e in heard if isinstance(e, RoomSeen)])
    [doubted] = [event for event in heard if isinstance(event, RoomSeen)]
    assert doubted.join_rule == "public"  # nobody could be asked: what was told counts meanwhile
    proxy.fault = None
    await alice.say(room, "and milk")
    await bot.hear_text("and milk")
    now = bot.client.rooms[room].seen(bot.user, before.at)
    assert now == before
    asked = len(proxy.seen)
    await alice.say(room, "thank you")
    await bot.hear_text("thank you")
    assert not [path for _, path in proxy.seen[asked:] if "/state/" in path]


async def test_what_was_never_encrypted_does_not_count_as_encrypted_once(bot: Person, alice: Person) -> None:
    room = await alice.make_room(bot, encrypted=False)
    before = await sees(bot, room)
    assert not before.encrypted
    bot.client.community = {room}
    # It looks like the setting, and is none: not under this key.
    answer = await alice.ask("PUT", "rooms", room, "state", "m.room.encryption", "odd", body={"a": 1})
    assert answer.ok
    left = await alice.ask("POST", "rooms", room, "leave", body={})
    assert left.ok
    await bot.hear(lambda heard: [e for e in heard if isinstance(e, Left)])
    now = bot.client.rooms[room].seen(bot.user, before.at)
    assert (now.encrypted, now.weakened) == (False, False)


async def test_a_setting_that_is_told_out_of_order_is_never_announced(
    bot: Person, alice: Person, proxy: Proxy
) -> None:
    room = await alice.make_room(bot)
    await sees(bot, room)
    bot.client.community = {room}

    def go_back(path: str, body: dict[str, Any]) -> None:
        for joined in body.get("rooms", {}).get("join", {}).values():
            for kind, old in STALE:
                event = {
                    "type": kind,
                    "state_key": "",
                    "sender": alice.user,
                    "event_id": "$o",
                    "content": old,
                }
                joined["state"]["events"].append(event)

    proxy.change = go_back
    await alice.say(room, "one sugar, please")

    def said(heard: list[Any]) -> list[Any]:
        return [event for event in heard if getattr(event, "text", "") == "one sugar, please"]

    heard = await bot.hear(said)
    assert [event for event in heard if isinstance(event, RoomSeen)] == []


# ---- What strangers do ---------------------------------------------------------------------------


async def test_no_stranger_is_joined_and_no_replacement_followed(
    homeserver: Homeserver, bot: Person, alice: Person, proxy: Proxy, tmp_path: Path
) -> None:
    rooms = [await alice.make_room(bot) for _ in range(3)]
    lounge, stewards, nyc = rooms
    config = tmp_path / "config.yaml"
    config.write_text(
        CONFIG.format(url=homeserver.url, bot=bot.user, lounge=lounge, stewards=stewards, nyc=nyc)
    )
    store = await Store.open(tmp_path, b"\x05" * 32)
    try:
        running = app._Bot(load(config), bot.client, store, b"\x06" * 32, Vitals(store, app.now))
        await running._arrive()
        arrived = len(proxy.seen)
        async with person(homeserver, tmp_path, "stranger", homeserver.url) as stranger:
            theirs = [await _invitation(stranger, bot, number) for number in range(STRANGERS)]
        for number, room in enumerate(theirs):
            await set_state(alice, rooms[number % 3], "m.room.tombstone", replacement_room=room)
        said = await alice.say(nyc, "still here")
        async with asyncio.timeout(PATIENCE):
            while not await store.records._rows("SELECT 1 FROM seen WHERE cause LIKE ?", (f"%{said}",)):
                await running._listen()
                await running._join_rooms()
                while await running._outbox.step():
                    pass
        assert not [path for method, path in proxy.seen[arrived:] if method == "POST" and "/join" in path]
        answer = await bot.ask("GET", "joined_rooms")
        assert set(answer.body["joined_rooms"]) == set(rooms)
        assert set(running._engine.world.names.values()) == set(rooms)
    finally:
        await store.close()


async def _invitation(stranger: Person, bot: Person, number: int) -> RoomId:
    """To a room that anyone can join; every second one claims to be a direct chat."""
    body = {"preset": "public_chat", "invite": [bot.user], "is_direct": bool(number % 2)}
    answer = await stranger.ask("POST", "createRoom", body=body)
    return RoomId(answer.body["room_id"])


# ---- Addresses ---------------------------------------------------------------------------------


async def test_an_address_is_followed_to_the_successor_of_its_room_only(bot: Person, alice: Person) -> None:
    address = f"#walk{bot.user[5:9]}:localhost"
    old = await alice.make_room(bot, room_alias_name=address[1:].partition(":")[0])
    await bot.listen()
    assert await bot.client.resolve(address, None) == old
    new = await alice.make_room()
    await alice.ask("POST", "rooms", new, "invite", body={"user_id": bot.user})
    await alice.ask("DELETE", "directory", "room", address)
    answer = await alice.ask("PUT", "directory", "room", address, body={"room_id": new})
    assert answer.ok
    assert await bot.client.resolve(address, old) == old
    await bot.restart()  # it knows of no rooms yet
    assert await bot.client.resolve(address, old) == old
    assert bot.client.moved == {address}
    joined = await bot.ask("GET", "joined_rooms")
    assert new not in joined.body["joined_rooms"]
    await set_state(alice, old, "m.room.tombstone", body="moved", replacement_room="!third:localhost")
    assert await bot.client.resolve(address, old) == old
    await set_state(alice, old, "m.room.tombstone", body="moved", replacement_room=new)
    assert await bot.client.resolve(address, old) == new
    assert bot.client.moved == frozenset()


# ---- Who is in a room, and what they take back ---------------------------------------------------


async def test_who_is_removed_while_a_key_is_shared_does_not_read_what_it_is_for(
    homeserver: Homeserver, bot: Person, alice: Person, proxy: Proxy, tmp_path: Path
) -> None:
    async with person(homeserver, tmp_path, "bea", homeserver.url) as bea:
        room = await alice.make_room(bot, bea)
        await bot.listen()
        proxy.hold = "/sendToDevice/"
        saying = asyncio.create_task(bot.say(room, "not for bea"))
        await proxy.held.wait()
        await alice.ask("POST", "rooms", room, "ban", body={"user_id": bea.user})
        await bot.hear(lambda heard: [e for e in heard if isinstance(e, Left) and e.user == bea.user])
        proxy.go.set()
        await saying
        heard = await alice.hear_text("not for bea")
        event = await alice.ask("GET", "rooms", room, "event", heard.event)
        session = event.body["content"]["session_id"]
        await bea.listen()
        assert not bea.client.nio.machine.sessions(room, session)
        assert bot.client._performer._keys.in_use[room].session.id == session


@pytest.mark.parametrize("version", ["6", "10", "11", "12"])
async def test_what_is_taken_back_is_heard_in_every_version(bot: Person, alice: Person, version: str) -> None:
    room = await alice.make_room(bot, room_version=version)
    await bot.listen()
    said = await alice.say(room, "oh, never mind")
    await bot.hear_text("oh, never mind")
    await alice.ask("PUT", "rooms", room, "redact", said, "r1", body={})
    heard = await bot.hear(lambda heard: [e for e in heard if isinstance(e, MessageDeleted)])
    found = [e for e in heard if isinstance(e, MessageDeleted)]
    # Who made the room may do everything in it.
    assert [(e.original, e.powerful) for e in found] == [(said, True)]
