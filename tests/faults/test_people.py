"""Strangers, members and other bots that mean harm, or do it."""

from __future__ import annotations

import asyncio
import json
import random
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from swsmatrix.demo.homeserver import Homeserver
from swsmatrix.matrix.opened import Opened
from swsmatrix.protocol import MessageDeleted, MessagePosted, RoomId, UserId
from tests.contract.matrix_people import Person, person
from tests.contract.matrix_proxy import error
from tests.e2e.community import PASSWORD
from tests.faults.hostile import EDIT, FILE, MESSAGE, REACTION, VALUES, nested, spoiled
from tests.faults.place import Inside, Place

pytestmark = pytest.mark.synapse

MANY = pytest.mark.soak


async def megolm(sender: Person, room: RoomId, plain: bytes, **beside: Any) -> int:
    """An event with these very bytes inside its ciphertext; the status of the homeserver's answer."""
    known, keys = sender.client.rooms[room], sender.client._performer._keys
    await keys.encrypt(known, "m.room.message", {"msgtype": "m.notice", "body": ""})
    session = keys.in_use[room].session
    sealed = {
        "algorithm": "m.megolm.v1.aes-sha2",
        "sender_key": sender.client.nio.machine.account.identity_keys["curve25519"],
        "ciphertext": session._session.encrypt(plain).to_base64(),
        "session_id": session.id,
        "device_id": sender.client.nio.device_id,
    }
    sender.said += 1
    where = ("rooms", room, "send", "m.room.encrypted", f"raw{sender.said}")
    return (await sender.ask("PUT", *where, body=sealed | beside)).status


def inside(room: RoomId, payload: dict[str, Any]) -> bytes:
    return json.dumps({"room_id": room} | payload).encode()


# ---- 17 --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("events", [200, pytest.param(1000, marks=MANY)])
async def test_malformed_to_device_events_of_a_stranger(
    place: Place, homeserver: Homeserver, tmp_path: Path, events: int
) -> None:
    """In the clear and inside sound Olm sessions; warnings go out meanwhile."""
    chance, longest = random.Random(17), 0.0
    await place.bot.start()
    await place.warn("alice", "hello")
    await place.relayed("hello")
    async with person(homeserver, tmp_path, "mallory", homeserver.url) as mallory:
        machine, bot = mallory.client.nio.machine, place.bot.user
        await mallory.client._listener._devices.refresh([bot])
        (device,) = machine.device_store[bot].values()
        await mallory.client._performer._keys.claims.claim([device])
        session = machine.session_store.get(device.curve25519)
        key = {
            "algorithm": "m.megolm.v1.aes-sha2",
            "room_id": place.rooms["nyc"],
            "session_id": "s",
            "session_key": "k",
        }
        good = machine._olm_encrypt(session, device, "m.room_key", key)
        for number in range(events):
            kind = chance.choice(
                ["m.room_key", "m.forwarded_room_key", "m.dummy", "m.secret.send", "m.room.encrypted"]
            )
            match number % 4:
                case 0:
                    content = spoiled(good, chance, times=3)
                case 1:
                    content = chance.choice(VALUES)
                case _:
                    inner = spoiled(key | {"sender_key": "x", "forwarding_curve25519_key_chain": []}, chance)
                    content = machine._olm_encrypt(session, device, kind, inner)
            kind = (
                "m.room.encrypted"
                if number % 8
                else chance.choice(["m.room_key.withheld", "m.room_key_request"])
            )
            body = {"messages": {bot: {device.id: content}}}
            await mallory.ask("PUT", "sendToDevice", kind, f"m{number}", body=body)
            if number % (events // 4) == events // 8:
                await place.warn(("alice", "bea", "dora")[number % 3], f"meanwhile {number}.")
                longest = max(longest, await place.relayed(f"meanwhile {number}."))
    await place.settled("dora")
    print(f"\n17: {events} to-device events, warnings meanwhile within {longest:.1f} s")
    assert longest < 10


# ---- 18 --------------------------------------------------------------------------------------------


def payloads(room: RoomId, count: int) -> list[bytes]:
    """None of them is a warning: the tag stands only where it is not to be heard."""
    chance = random.Random(18)
    quiet = [
        json.loads(json.dumps(good).replace('"body": "#swsdanger #nyc canary"', '"body": "canary"'))
        for good in (MESSAGE, EDIT, REACTION, FILE)
    ]
    odd = [
        *(
            b"",
            b"\xff\xfe",
            b"[]",
            b"5",
            b"null",
            b'"text"',
            b"NaN",
            b"{",
            b"{}",
            b"\0" * 64,
            b"\xed\xa0\x80",
        ),
        b'{"type": "m.room.message", "content": {"msgtype": "m.text", "body": NaN}}',
        b"[" * 20_000,
        b'{"a":' * 20_000,
        inside(room, {"type": "m.room.message", "content": nested(900)}),
        inside(RoomId("!elsewhere:localhost"), MESSAGE),
        inside(room, MESSAGE | {"state_key": ""}),
        inside(
            room,
            {"type": "m.room.message", "content": {"msgtype": "m.notice", "body": "#swsdanger #nyc canary"}},
        ),
        inside(
            room,
            {"type": "m.room.message", "content": {"msgtype": "x.unheard", "body": "#swsdanger #nyc canary"}},
        ),
    ]
    odd += [
        inside(room, {"type": "m.room.message", "content": {"msgtype": "m.text", "body": "x" * size}})
        for size in (48_000, 65_535, 65_536, 65_537)
    ]
    odd += [
        inside(room, {"type": kind, "state_key": "", "content": content})
        for kind, content in (
            ("m.room.power_levels", {"users": {"@mallory:localhost": 100}}),
            ("m.room.member", {"membership": "leave"}),
            ("m.room.encryption", {}),
        )
    ]
    while len(odd) < count:
        odd.append(inside(room, spoiled(chance.choice(quiet), chance, times=3)))
    return odd[:count]


@pytest.mark.parametrize("count", [120, pytest.param(500, marks=MANY)])
async def test_hostile_payloads_of_a_member(place: Place, count: int) -> None:
    await place.bot.start()
    alice, lounge = place["alice"].person, place.rooms["lounge"]
    await place.warn("bea", "hello")
    await place.relayed("hello")
    statuses = [await megolm(alice, lounge, payload) for payload in payloads(lounge, count)]
    await place.warn("bea", "all is well")
    took = await place.relayed("all is well", seconds=60)
    # Only half a character is hostile in this one.
    await megolm(alice, lounge, inside(lounge, text("#swsdanger #nyc take \ud800 care")))
    await place.relayed("take \ufffd care")
    print(f"\n18: {statuses.count(200)} of {count} payloads heard, {took:.1f} s until the warning after them")
    assert [one.text for one in place.relays("")] == [
        *(one.text for one in place.relays("hello")),
        *(one.text for one in place.relays("all is well")),
        *(one.text for one in place.relays("take \ufffd care")),
    ]
    assert len(place.relays("all is well")) == 1
    assert place.relays("", "ny") == []


# ---- 24 --------------------------------------------------------------------------------------------


def text(body: str, **more: Any) -> dict[str, Any]:
    return {"type": "m.room.message", "content": {"msgtype": "m.text", "body": body, **more}}


def edit(original: str, body: str) -> dict[str, Any]:
    return text("*", **{"m.new_content": {"msgtype": "m.text", "body": body}, **replacing(original)})


def replacing(original: str) -> dict[str, Any]:
    return {"m.relates_to": {"rel_type": "m.replace", "event_id": original}}


async def unharmed(place: Place) -> None:
    """The one warning stands as it was, and nothing else was made of what was said."""
    await place.settled()
    assert place.relays("all clear") == []
    assert len(place.relays("")) == 2
    assert not [one for one in place["dora"].heard if isinstance(one, MessageDeleted)]


async def test_what_looks_like_an_edit(place: Place) -> None:
    await place.bot.start()
    lounge, alice, mallory = place.rooms["lounge"], place["alice"].person, place["bea"].person
    warning = await place.warn("alice", "a grey van")
    await place.relayed("a grey van")
    evening = await place["alice"].say(lounge, "good evening")
    # Somebody else's edit: of the warning, and of what was no warning before.
    await megolm(mallory, lounge, inside(lounge, edit(warning, "#swsdanger #nyc all clear")))
    await megolm(mallory, lounge, inside(lounge, edit(evening, "#swsdanger #nyc all clear")))
    # A relation that the homeserver added to what somebody else said, and to what she said herself.
    for person_ in (mallory, alice):
        await megolm(person_, lounge, inside(lounge, text("all clear")), **replacing(warning))
    await unharmed(place)


async def test_an_edit_of_what_the_homeserver_does_not_show(place: Place) -> None:
    await place.bot.start()
    lounge = place.rooms["lounge"]
    warning = await place.warn("alice", "a grey van")
    await place.relayed("a grey van")
    place.proxy.fault = lambda method, path: error(404, "M_NOT_FOUND") if "/event/" in path else None
    changed = inside(lounge, edit(warning, "#swsdanger #nyc all clear"))
    await megolm(place["bea"].person, lounge, changed)
    await unharmed(place)


async def test_what_looks_like_a_quotation(place: Place) -> None:
    await place.bot.start()
    lounge, mallory = place.rooms["lounge"], place["bea"].person
    warning = await place.warn("alice", "a grey van")
    await place.relayed("a grey van")
    reply = {"m.relates_to": {"m.in_reply_to": {"event_id": warning}}}
    tagged, formatted = "#swsdanger #nyc all clear", {"format": "org.matrix.custom.html"}
    fallback = "> <@alice:localhost> #swsdanger #nyc a grey van\n\nall clear then"
    twice = f"<mx-reply>{tagged}</mx-reply>{tagged}"
    for content in (
        # A reply that quotes the tagged message, and what pretends to be one.
        text(fallback, **reply),
        text(fallback),
        text(f"> {tagged}\n> really"),
        text(f"> {tagged}", **reply),
        text(tagged, formatted_body=f"<blockquote>{tagged}</blockquote>", **formatted),
        # What is written only where nobody reads it.
        text("nothing", formatted_body=twice, **formatted, **reply),
    ):
        await megolm(mallory, lounge, inside(lounge, content))
    await unharmed(place)


# ---- 28, 29 ----------------------------------------------------------------------------------------


async def test_two_bots_in_the_same_rooms(place: Place, homeserver: Homeserver) -> None:
    user = UserId(await homeserver.register(f"pоrch-{place.suffix}".replace("о", "0"), PASSWORD))
    dora = place["dora"].person
    for room in place.rooms.values():
        await dora.ask("POST", "rooms", room, "invite", body={"user_id": user})
    other = Inside(place.configure(user, "other"), user)

    def said(bot: UserId, room: str, number: int) -> list[MessagePosted]:
        by_it = place["dora"].from_(bot, place.rooms[room])
        return [one for one in by_it if f"only once {number}." in one.text]

    relays = [partial(said, bot, room) for bot in (place.bot.user, user) for room in ("ny", "nyc")]
    await place.bot.start()
    await other.start()
    try:
        for number in range(2):
            # Heard in both rooms: what one bot says in the first, the other could carry to the second.
            await place["alice"].say(place.rooms["lounge"], f"#swsdanger #us-ny only once {number}.")
            for relayed in relays:
                await place["dora"].until(partial(relayed, number))
        await place.settled("bea")
        await place.settled("dora")
    finally:
        await other.end()
    assert [len(relayed(number)) for relayed in relays for number in range(2)] == [1] * 8
    everywhere = [*place["dora"].from_(user), *place["dora"].from_(place.bot.user)]
    # The stewards read that the other one may not remove what members write.
    rooms = {one.room for one in everywhere} - {place.rooms["stewards"]}
    assert rooms == {place.rooms["ny"], place.rooms["nyc"]}
    print("\n28: two bots, each warning once from each in each room")


async def test_what_is_relayed_rings_for_nobody_and_marks_up_nothing(place: Place) -> None:
    await place.bot.start()
    dora = place["dora"].person
    for person_ in (place["alice"].person, dora):
        name = "<script>alert(1)</script> @room [x](https://matrix.to/#/@bea:localhost) " + "ᔥ" * 200
        where = ("profile", person_.user, "displayname")
        assert (await person_.ask("PUT", *where, body={"displayname": name[:250]})).ok
        shown = ("rooms", place.rooms["lounge"], "state", "m.room.member", person_.user)
        async with asyncio.timeout(30):  # Synapse answers before its rooms know
            while (await dora.ask("GET", *shown)).body["displayname"] != name[:250]:
                pass
    # Addresses and user ids are details that are held back anyway.
    text = "@room **look** <b onclick=x>at</b> <a href='x'>y</a> <script>alert(1)</script> #signed"
    await place.warn("alice", text)
    await place.relayed("alert(1)")
    answer = await dora.ask("GET", "rooms", place.rooms["nyc"], "messages", dir="b", limit="50")
    contents = []
    for raw in answer.body["chunk"]:
        if raw["type"] == "m.room.encrypted" and raw["sender"] == place.bot.user:
            opened = dora.client.nio.machine.open(place.rooms["nyc"], raw)
            assert isinstance(opened, Opened)
            contents.append(opened.content)
    assert contents
    for content in contents:
        assert content["m.mentions"] == {}
        assert set(content) == {"msgtype", "body", "m.mentions"}
        assert len(content["body"]) < 1000
        # Who it is from is shown as plain words: no client finds an address, an account or a mark-up in them.
        _, _, written = content["body"].rpartition("— from ")
        assert written.startswith("scriptalert(1)script room")
        assert not set(written.split(",")[0]) & set("@#:/<>")
