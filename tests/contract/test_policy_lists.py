"""Policy lists on a real homeserver: read, and nothing else."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from swsmatrix import lists
from swsmatrix.demo.homeserver import Homeserver
from swsmatrix.protocol import Reacted, RoomId
from tests.contract.matrix_people import Person, people
from tests.faults.place import Place, gathered

pytestmark = pytest.mark.synapse

RULE = "m.policy.rule.user"
OPEN: dict[str, Any] = {"preset": "public_chat", "encrypted": False}


async def rule(who: Person, room: RoomId, key: str, kind: str = RULE, **content: Any) -> str:
    answer = await who.ask("PUT", "rooms", room, "state", kind, key, body=content)
    assert answer.ok, answer.body
    return str(answer.body["event_id"])


def ban(entity: object, recommendation: object = "m.ban") -> dict[str, Any]:
    return {"entity": entity, "recommendation": recommendation, "reason": "kind words"}


async def read(who: Person, room: RoomId) -> dict[str, str]:
    found = await who.client.policies.rules(room)
    assert found is not None
    return {one.state_key: one.entity for one in found}


async def test_what_a_rule_says(homeserver: Homeserver, tmp_path: Path) -> None:
    async with people(homeserver, tmp_path, "bot", "dora") as (bot, dora):
        room = await dora.make_room(**OPEN)
        assert await bot.client.policies.follow(room) == room
        await rule(dora, room, "one", **ban("@bea:example.org"))
        await rule(dora, room, "glob", **ban("@*:example.com", "org.matrix.mjolnir.ban"))
        await rule(dora, room, "legacy", "m.room.rule.user", **ban("@cleo:example.org"))
        for key, content in (
            ("warn", ban("@a:b", "org.example.warn")),
            ("odd", ban(["@a:b"])),
            ("list", ban("@a:b", ["m.ban"])),
            ("long", ban("@" + "*a" * 200)),
            ("nobody", ban("")),
            ("gone", {}),
        ):
            await rule(dora, room, key, **content)
        await rule(dora, room, "server", "m.policy.rule.server", **ban("example.org"))
        redacted = await rule(dora, room, "redacted", **ban("@a:b"))
        assert (await dora.ask("PUT", "rooms", room, "redact", redacted, "r1", body={})).ok
        kept = {key: entity for key, entity in (await read(bot, room)).items() if entity}
        assert kept == {
            f"{RULE} one": "@bea:example.org",
            f"{RULE} glob": "@*:example.com",
            "m.room.rule.user legacy": "@cleo:example.org",
        }
        await rule(dora, room, "one")
        assert (await read(bot, room))[f"{RULE} one"] == ""


async def test_nothing_else_of_a_list_is_heard(homeserver: Homeserver, tmp_path: Path) -> None:
    async with people(homeserver, tmp_path, "bot", "dora") as (bot, dora):
        room = await dora.make_room(**OPEN)
        await bot.client.policies.follow(room)
        heard = [*await bot.listen()]
        assert bot.client.policies.news.is_set()
        await dora.ask("PUT", "rooms", room, "send", "m.room.message", "t", body={"msgtype": "m.text"})
        await dora.say(room, "#swsdanger #nyc hello")
        await dora.ask("POST", "rooms", room, "kick", body={"user_id": bot.user})
        heard += await bot.listen()
        assert await bot.client.policies.rules(room) is not None  # history is for those who were there
        await dora.ask("POST", "rooms", room, "ban", body={"user_id": bot.user})
        heard += await bot.listen()
        assert heard == []
        assert bot.client.look_at(room) is None


async def test_lists_that_cannot_be_followed(homeserver: Homeserver, tmp_path: Path) -> None:
    async with people(homeserver, tmp_path, "bot", "dora") as (bot, dora):
        private = await dora.make_room(encrypted=False)
        assert await bot.client.policies.follow(private) is None
        assert await bot.client.policies.follow("#nobody-there:localhost") is None
        assert await bot.client.policies.rules(private) is None


@pytest.fixture
async def place(
    homeserver: Homeserver, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Place]:
    monkeypatch.setattr(lists, "LOOK_SECONDS", 0.2)
    async with gathered(homeserver, tmp_path, "alice", "bea") as place:
        yield place


async def eventually(true: Callable[[], Awaitable[bool]]) -> None:
    end = time.monotonic() + 20
    while not await true():
        assert time.monotonic() < end
        await asyncio.sleep(0.2)


async def test_a_communitys_bans_count(place: Place) -> None:
    """Joined by its alias, read at the start and after each change, left when it is not named any more."""
    dora, bea = place["dora"].person, place["bea"]
    alias = place.alias("bans")
    room = await dora.make_room(**OPEN, room_alias_name=f"bans-{place.suffix}")
    await rule(dora, room, "bea", **ban(bea.user))
    settings = yaml.safe_load(place.bot.config.read_text())
    place.bot.config.write_text(yaml.safe_dump(settings | {"policy_lists": [alias]}))
    await place.bot.start()

    async def members() -> list[str]:
        answer = await dora.ask("GET", "rooms", room, "joined_members")
        return [*answer.body["joined"]]

    async def hears_bea() -> bool:
        tip = await bea.say(place.rooms["lounge"], f"#swsfyi soup {time.monotonic()}")
        await place.acknowledged(await place["alice"].say(place.rooms["lounge"], f"#swsfyi tea {tip}"))
        return any(isinstance(one, Reacted) and one.target == tip for one in place["dora"].heard)

    async def hears_bea_not() -> bool:
        return not await hears_bea()

    await eventually(hears_bea_not)
    await rule(dora, room, "bea")
    await eventually(hears_bea)
    await rule(dora, room, "bea", **ban(bea.user))
    await eventually(hears_bea_not)
    await place.bot.end()
    said = await dora.ask("GET", "rooms", room, "messages", dir="b", limit="100")
    by_bot = [one["type"] for one in said.body["chunk"] if one["sender"] == place.bot.user]
    assert set(by_bot) == {"m.room.member"}  # it came, and said nothing
    place.bot.config.write_text(yaml.safe_dump(settings))
    await place.bot.start()

    async def has_left() -> bool:
        return place.bot.user not in await members()

    await eventually(has_left)
    assert await hears_bea()
