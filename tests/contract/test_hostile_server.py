"""What a homeserver, or somebody in a room, could do to keep the bot from hearing or from speaking."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from swsmatrix import app
from swsmatrix.protocol import (
    CreatePrivate,
    Done,
    EventId,
    Invite,
    Invited,
    JoinRoom,
    Left,
    RedactEvent,
    RetryAt,
    RoomSeen,
    Say,
)
from swsmatrix.settings import load
from swsmatrix.store.db import Store
from swsmatrix.vitals import Vitals
from tests.contract.matrix_people import Person
from tests.contract.matrix_proxy import Proxy, html

pytestmark = pytest.mark.synapse


async def test_who_is_removed_and_invited_at_once_knows_that_they_are_out(
    bot: Person, alice: Person, proxy: Proxy
) -> None:
    """Synapse tells of both; a homeserver that tells how things are now tells of the invitation alone."""
    room = await alice.make_room(bot)
    await alice.say(room, "hello")
    await bot.hear_text("hello")

    def forget_the_leave(path: str, body: dict[str, Any]) -> None:
        for invited in body.get("rooms", {}).get("invite", {}):
            body["rooms"].get("leave", {}).pop(invited, None)

    proxy.change = forget_the_leave
    await alice.ask("POST", "rooms", room, "kick", body={"user_id": bot.user})
    await alice.ask("POST", "rooms", room, "invite", body={"user_id": bot.user})
    heard = await bot.hear(lambda heard: [event for event in heard if isinstance(event, Invited)])
    [left] = [event for event in heard if isinstance(event, Left)]
    assert (left.room, left.user) == (room, bot.user)
    assert await bot.client.resolve(room) == room  # as it is not taken for granted, it is joined again
    await alice.listen()
    await bot.say(room, "thank you")
    await alice.hear_text("thank you")


async def test_what_is_done_has_a_name(bot: Person, alice: Person, proxy: Proxy) -> None:
    """A page of JSON in the homeserver's place, as of something that is being mended, is no success."""
    room = await alice.make_room(bot)
    said = EventId(await bot.say(room, "hello"))
    await alice.hear_text("hello")
    proxy.fault = lambda method, path: web.json_response({"ok": True}) if method != "GET" else None
    for action in (RedactEvent(said), Invite(alice.user), JoinRoom()):
        assert await bot.client.perform(room, action, "once") == RetryAt(0), action
    assert await bot.client.perform(None, CreatePrivate("Chat"), "room") == RetryAt(0)
    assert await bot.client.perform(room, Say("tea?"), "tea") == RetryAt(0)
    proxy.fault = None
    assert isinstance(await bot.client.perform(room, Say("tea?"), "tea"), Done)
    await alice.hear_text("tea?")


CONFIG = """
homeserver: {url}
user_id: "{bot}"
password_file: password
data_dir: data
key_file: secrets/key
rooms: {{community: ["{lounge}"], stewards: "{stewards}"}}
regions: {{nyc: {{name: New York City, room: "{nyc}"}}}}
"""


@pytest.mark.parametrize(("out", "down"), [(False, True), (True, True), (True, False)])
async def test_what_was_said_meanwhile_is_heard_though_no_room_can_be_looked_up(
    bot: Person, alice: Person, proxy: Proxy, tmp_path: Path, out: bool, down: bool
) -> None:
    """As when both start at the same time, or so many rooms at once are too many for a limit."""
    lounge, stewards, nyc = [await alice.make_room(bot) for _ in range(3)]
    config = tmp_path / "config.yaml"
    config.write_text(CONFIG.format(url=proxy.url, bot=bot.user, lounge=lounge, stewards=stewards, nyc=nyc))
    store = await Store.open(tmp_path, b"\x05" * 32)
    try:
        running = app._Bot(load(config), bot.client, store, b"\x06" * 32, Vitals(store, app.now))
        await running._arrive()
        await bot.restart()
        await alice.listen()
        await alice.say(lounge, "#swsdanger #nyc a grey van waits by the bridge")
        if out:
            await alice.ask("POST", "rooms", lounge, "kick", body={"user_id": bot.user})
        proxy.fault = lambda method, path: html(502) if down and "/join/" in path else None
        running = app._Bot(load(config), bot.client, store, b"\x06" * 32, Vitals(store, app.now))
        await running._arrive()
        assert set(running._engine.world.names) == ({stewards, nyc} if out else {lounge, stewards, nyc})
        [post] = await store.records.open_posts()
        assert post.room == lounge
    finally:
        await store.close()


async def test_what_is_asked_for_later_is_told_without_other_news(
    bot: Person, alice: Person, proxy: Proxy
) -> None:
    room = await alice.make_room(bot)
    await bot.hear(lambda heard: [e for e in heard if isinstance(e, RoomSeen) and e.room == room])
    bot.client.community = {room}
    stale = {
        "type": "m.room.join_rules",
        "state_key": "",
        "sender": alice.user,
        "event_id": "$stale",
        "content": {"join_rule": "invite"},
    }

    def go_back(path: str, body: dict[str, Any]) -> None:
        for joined in body.get("rooms", {}).get("join", {}).values():
            joined["timeline"]["events"].append(stale)

    proxy.change = go_back
    proxy.fault = lambda method, path: html(500) if "/state/" in path else None
    await alice.ask("PUT", "rooms", room, "state", "m.room.join_rules", "", body={"join_rule": "public"})
    while room not in bot.client._listener._doubtful:
        await bot.listen()
    proxy.change = proxy.fault = None
    heard = await bot.hear(lambda heard: [event for event in heard if isinstance(event, RoomSeen)])
    assert [e.join_rule for e in heard if isinstance(e, RoomSeen)] == ["public"]
