"""Who writes as a member; and a warning whose key came late, from the lost key to what its region reads."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from swsmatrix.demo.homeserver import Homeserver
from swsmatrix.features import relays
from swsmatrix.protocol import EventId, JoinRoom, RoomId
from tests.contract.matrix_people import PATIENCE, Person, people, person
from tests.contract.matrix_proxy import Proxy
from tests.contract.test_matrix_hearing import give, keep_key, lose_keys
from tests.faults.place import gathered


async def says_as_member(bot: Person, who: Person, room: RoomId, text: str) -> bool:
    await who.say(room, text)
    return (await bot.hear_text(text)).known


async def set_join_rule(who: Person, room: RoomId, rule: str) -> None:
    await who.ask("PUT", "rooms", room, "state", "m.room.join_rules", "", body={"join_rule": rule})


async def is_asked_for_a_key(who: Person) -> None:
    """Wait until somebody misses one of theirs."""
    asked, since = False, who.token or ""
    async with asyncio.timeout(PATIENCE):
        while not asked:
            answer = await who.ask("GET", "sync", timeout="5000", since=since)
            since = answer.body["next_batch"]
            told = answer.body.get("to_device", {}).get("events", [])
            asked = any(event["type"] == "m.room_key_request" for event in told)


async def test_who_writes_is_known_from_a_room_that_not_everybody_can_join(
    homeserver: Homeserver, tmp_path: Path
) -> None:
    async with people(homeserver, tmp_path, "bot", "alice", "bea") as (bot, alice, bea):
        closed, chat = await alice.make_room(bot, bea), await bea.make_room(bot)
        await bot.listen()
        bot.client.community = {closed}
        assert await says_as_member(bot, bea, chat, "one")
        await set_join_rule(alice, closed, "public")
        assert not await says_as_member(bot, bea, chat, "two")
        await set_join_rule(alice, closed, "invite")
        assert await says_as_member(bot, bea, chat, "three")
        await bea.ask("POST", "rooms", closed, "leave", body={})
        assert not await says_as_member(bot, bea, chat, "four")


async def test_a_warning_whose_key_is_late_says_when_it_was_written(
    homeserver: Homeserver, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(relays, "LATE", 0)
    async with (
        gathered(homeserver, tmp_path, "alice") as place,
        Proxy.before(homeserver.url) as proxy,
        person(homeserver, tmp_path, "cleo", proxy.url) as cleo,
    ):
        lounge = place.rooms["lounge"]
        await place["dora"].person.ask("POST", "rooms", lounge, "invite", body={"user_id": cleo.user})
        await cleo.client.perform(lounge, JoinRoom(), "join")
        await place.bot.start()
        lose_keys(proxy)
        key = keep_key(cleo, monkeypatch)
        event = await cleo.say(lounge, "#swsdanger #nyc a grey van waits")
        await is_asked_for_a_key(cleo)
        proxy.fault = None
        await give(cleo, place.bot.user, lounge, key())
        await place.acknowledged(EventId(event))
        await place.relayed("a grey van waits")
        [relay] = place.relays("a grey van waits")
        assert ", sent late" in relay.text
