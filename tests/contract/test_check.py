"""``check`` against a real Synapse: a bot that has started, and rooms as people make them."""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import AsyncIterator, Callable
from itertools import count
from pathlib import Path
from typing import Any

import nio
import pytest

from swsmatrix import keys, survey
from swsmatrix.check import check
from swsmatrix.demo.homeserver import Homeserver
from swsmatrix.lock import DataLock
from swsmatrix.matrix.client import Client
from swsmatrix.matrix.crosssigning import IN_VAULT
from swsmatrix.matrix.http import Answer, UnreachableError, body_of, path, request
from swsmatrix.matrix.session import Session, start_session
from swsmatrix.model import Openness, RoomNote
from swsmatrix.protocol import RoomId
from swsmatrix.store.db import FILE, Store
from swsmatrix.store.vault import ROOMS

pytestmark = pytest.mark.synapse

PASSWORD = "a lantern in the window"
CONFIG = """
homeserver: {url}
user_id: "{user}"
password_file: secrets/password
data_dir: data
key_file: secrets/data.key
rooms: {{community: ["#lounge-{n}:localhost"], stewards: "#stewards-{n}:localhost"}}
regions: {{nyc: {{name: New York City, room: "#nyc-{n}:localhost"}}}}
"""
ENCRYPTION = {"type": "m.room.encryption", "state_key": "", "content": {"algorithm": "m.megolm.v1.aes-sha2"}}
JOINED = {
    "type": "m.room.history_visibility",
    "state_key": "",
    "content": {"history_visibility": "joined"},
}

_numbers = count(1)


class Place:
    """Where a bot lives, and alice, who makes its rooms."""

    def __init__(self, homeserver: Homeserver, folder: Path, number: str, alice: nio.AsyncClient) -> None:
        self.url = homeserver.url
        self.folder = folder
        self.number = number
        self.alice = alice
        self.user = f"@porch-{number}:localhost"
        self.config = folder / "config.yaml"
        self.config.write_text(CONFIG.format(url=self.url, user=self.user, n=number), encoding="utf-8")
        (folder / "secrets").mkdir()
        (folder / "secrets" / "password").write_text(PASSWORD, encoding="utf-8")
        keys.new_key_file(folder / "secrets" / "data.key")
        self.root = keys.read_root_key(folder / "secrets" / "data.key")
        self.data = folder / "data"

    async def check(self) -> tuple[int, list[str]]:
        lines: list[str] = []
        code = await check(self.config, lines.append)
        return code, lines

    async def store(self) -> Store:
        self.data.mkdir(exist_ok=True)
        return await Store.open(self.data, keys.derive(self.root, keys.BOT_DATABASE))

    async def start(self) -> None:
        """What the first start does, without the rooms."""
        store = await self.store()
        client = Client(
            self.url,
            self.user,
            self.data,
            db_key=keys.derive(self.root, keys.NIO_DATABASE),
            pickle_key=keys.derive(self.root, keys.NIO_PICKLES),
        )
        try:
            await start_session(
                client.nio,
                store.vault,
                password=lambda: PASSWORD,
                recovery_key_file=self.folder / "secrets" / "recovery",
                display_name="Porch",
            )
        finally:
            await client.close()
            await store.close()

    async def ask(self, method: str, *where: str, body: Any = None, as_bot: bool = False) -> dict[str, Any]:
        client = self.alice
        if as_bot:
            store = await self.store()
            session = await Session.kept(store.vault)
            await store.close()
            assert session
            client = nio.AsyncClient(self.url, self.user)
            client.access_token = session.access_token
        try:
            return body_of(await request(client, method, path(*where), body))
        finally:
            if as_bot:
                await client.close()

    async def make_room(self, name: str, *state: Any, come: bool = True, **more: Any) -> str:
        """A room of alice's with an address; the bot has come, as a moderator."""
        body = {
            "room_alias_name": f"{name}-{self.number}",
            "preset": "private_chat",
            "invite": [self.user],
            "initial_state": list(state),
            "power_level_content_override": {"users": {self.user: 50}},
            **more,
        }
        room = str((await self.ask("POST", "createRoom", body=body))["room_id"])
        if come:
            await self.ask("POST", "join", room, body={}, as_bot=True)
        return room

    def files(self) -> dict[str, str]:
        """The data folder, but for what SQLite keeps in memory that processes share."""
        found = (file for file in self.data.iterdir() if not file.name.endswith("-shm"))
        return {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in found}


@pytest.fixture
async def place(homeserver: Homeserver, tmp_path: Path) -> AsyncIterator[Place]:
    number = f"{next(_numbers)}-{secrets.token_hex(3)}"
    await homeserver.register(f"porch-{number}", PASSWORD)
    alice = nio.AsyncClient(homeserver.url, await homeserver.register(f"check-alice-{number}", PASSWORD))
    await alice.login(PASSWORD)
    yield Place(homeserver, tmp_path, number, alice)
    await alice.close()


async def _good_rooms(place: Place, *names: str) -> None:
    for name in names:
        await place.make_room(name, ENCRYPTION, JOINED)


async def test_before_the_first_start(place: Place) -> None:
    assert await place.check() == (
        0,
        [
            "ok   configuration",
            "ok   key",
            "ok   not running",
            "warn store: not there yet -> `swsmatrix run` makes it",
            "ok   homeserver: answers",
            "warn login: not logged in yet -> `swsmatrix run` will",
        ],
    )
    assert not place.data.exists()
    (place.folder / "secrets" / "password").unlink()
    code, lines = await place.check()
    assert code == 2
    assert lines[-1].startswith("fail login: not logged in yet, and password_file is missing")


async def test_all_is_well(place: Place) -> None:
    await place.start()
    await _good_rooms(place, "lounge", "stewards", "nyc")
    before = place.files()
    assert await place.check() == (
        0,
        [
            "ok   configuration",
            "ok   key",
            "ok   not running",
            "ok   store: opens, and is whole",
            "ok   homeserver: answers",
            "ok   login: the session is valid",
            "ok   cross-signing: others see the bot's device signed by its owner",
            "ok   rooms.community[0]: joined and encrypted",
            "ok   rooms.stewards: joined and encrypted",
            "ok   regions.nyc.room: joined and encrypted",
            "ok   warnings: to every regional room (1) within 0 s, assuming Synapse's default limits",
        ],
    )
    assert place.files() == before


async def test_beside_a_running_bot(place: Place) -> None:
    await place.start()
    store = await place.store()
    await store.vault.put("something", b"that is only in the log yet")
    try:
        with DataLock(place.data):
            before = place.files()
            assert f"{FILE}-wal" in before
            code, lines = await place.check()
            assert place.files() == before
        assert "ok   running" in lines
        assert "ok   login: the session is valid" in lines
        await store.vault.put("something", b"else")  # the bot goes on
    finally:
        await store.close()
    assert code == 1  # of the rooms, there are none


async def test_rooms_that_are_not_as_they_should_be(place: Place) -> None:
    await place.start()
    await place.make_room("lounge", power_level_content_override={"users": {place.user: 0}})
    await place.make_room("nyc", ENCRYPTION, preset="public_chat", visibility="private")
    code, lines = await place.check()
    assert code == 1
    assert [line.partition(" -> ")[0] for line in lines if not line.startswith("ok")] == [
        "fail rooms.community[0]: not encrypted, so nothing said there is acted on",
        "warn rooms.community[0]: newcomers see older messages",
        "warn rooms.community[0]: the bot cannot remove what shows private details",
        "fail rooms.stewards: the homeserver knows no such room",
        "fail regions.nyc.room: anyone can join, so it gets no warnings",
        "warn regions.nyc.room: newcomers see older messages",
    ]


async def test_rooms_that_the_bot_cannot_use(place: Place) -> None:
    await place.start()
    await place.make_room("lounge", ENCRYPTION, JOINED, come=False)
    world = {**JOINED, "content": {"history_visibility": "world_readable"}}
    await place.make_room("nyc", ENCRYPTION, world)
    mute = {"users": {place.user: 0}, "events": {"m.room.encrypted": 50}}
    await place.make_room("stewards", ENCRYPTION, JOINED, power_level_content_override=mute)
    code, lines = await place.check()
    assert code == 1
    assert [line.partition(" -> ")[0] for line in lines if not line.startswith("ok")] == [
        "fail rooms.community[0]: the bot is not in it",
        "fail rooms.stewards: the bot may not send messages",
        "fail regions.nyc.room: anyone can read along, so it gets no warnings",
    ]


async def test_rooms_that_were_closed_to_the_bot(place: Place) -> None:
    await place.start()
    rooms = {name: await place.make_room(name, ENCRYPTION, JOINED) for name in ("lounge", "stewards", "nyc")}
    await place.ask("POST", "rooms", rooms["lounge"], "kick", body={"user_id": place.user})
    await place.ask("POST", "rooms", rooms["stewards"], "ban", body={"user_id": place.user})
    was_there = RoomNote(room=RoomId(rooms["stewards"]), encrypted=True, join_rule="invite", history="joined")
    store = await place.store()
    async with store.transaction():
        await store.records.save(was_there)
    await store.close()
    moved = {"body": "moved", "replacement_room": "!new:localhost"}
    await place.ask("PUT", "rooms", rooms["nyc"], "state", "m.room.tombstone", "", body=moved)
    code, lines = await place.check()
    assert code == 1
    assert [line.partition(" -> ")[0] for line in lines if not line.startswith("ok")] == [
        "fail rooms.community[0]: somebody removed the bot",
        "fail rooms.stewards: somebody removed the bot",
        "fail regions.nyc.room: closed in favour of another room, which the bot does not follow",
    ]


async def test_addresses_that_lead_elsewhere(place: Place) -> None:
    await place.start()
    rooms = {name: await place.make_room(name) for name in ("lounge", "stewards")}
    rooms["nyc"] = await place.make_room("nyc", ENCRYPTION, JOINED)
    old = {name: await place.make_room(f"old-{name}", ENCRYPTION, JOINED) for name in rooms}
    led_to = {f"#{name}-{place.number}:localhost": old[name] for name in rooms}
    store = await place.store()
    await store.vault.put(ROOMS, json.dumps(led_to).encode())
    await store.close()
    upgraded = {"body": "moved", "replacement_room": rooms["nyc"]}
    await place.ask("PUT", "rooms", old["nyc"], "state", "m.room.tombstone", "", body=upgraded)
    code, lines = await place.check()
    assert code == 1
    elsewhere = "its address leads to another room than it did, and the bot stays with the old one"
    assert [line.partition(" -> ")[0] for line in lines if not line.startswith("ok")] == [
        f"fail rooms.community[0]: {elsewhere}",
        f"fail rooms.stewards: {elsewhere}",
    ]


async def test_rooms_that_are_more_open_than_they_were(place: Place) -> None:
    await place.start()
    for name in ("lounge", "stewards"):
        await place.make_room(name, ENCRYPTION, JOINED)
    shared = {**JOINED, "content": {"history_visibility": "shared"}}
    odd = {**ENCRYPTION, "content": {"algorithm": "org.example.none"}}
    room = RoomId(await place.make_room("nyc", odd, shared))
    store = await place.store()
    async with store.transaction():
        await store.records.save(RoomNote(room=room, encrypted=True, join_rule="invite", history="joined"))
    await store.close()
    code, lines = await place.check()
    assert code == 1
    assert [line.partition(" -> ")[0] for line in lines if not line.startswith("ok")] == [
        "fail regions.nyc.room: newcomers see older messages since it changed, so it gets no warnings",
        "fail regions.nyc.room: it is not encrypted as it was, says the homeserver, so it gets no warnings",
    ]
    store = await place.store()
    async with store.transaction():  # a steward says `thaw #nyc`
        agreed = Openness(join_rule="invite", history="shared", weakened=True)
        note = RoomNote(room=room, encrypted=True, join_rule="invite", history="shared", agreed=agreed)
        await store.records.save(note)
    await store.close()
    code, lines = await place.check()
    assert code == 0
    assert [line for line in lines if "since it changed" in line] == []


@pytest.mark.parametrize("version", ["10", "11", "12"])
async def test_the_bots_own_rooms_give_it_every_power(place: Place, version: str) -> None:
    await place.start()
    body = {
        "room_alias_name": f"nyc-{place.number}",
        "room_version": version,
        "preset": "private_chat",
        "initial_state": [ENCRYPTION],
        "power_level_content_override": {"events_default": 60},
    }
    await place.ask("POST", "createRoom", body=body, as_bot=True)
    _, lines = await place.check()
    about = [line for line in lines if "regions.nyc.room" in line]
    assert about[0] == "ok   regions.nyc.room: joined and encrypted"
    assert len(about) == 2  # and the history


async def test_signed_out(place: Place) -> None:
    await place.start()
    await place.ask("POST", "logout", body={}, as_bot=True)
    code, lines = await place.check()
    assert code == 5
    assert lines[-1] == "fail login: the homeserver has signed the bot out -> `swsmatrix login`"


async def test_the_data_of_another_account(place: Place) -> None:
    await place.start()
    text = place.config.read_text(encoding="utf-8")
    place.config.write_text(text.replace(place.user, "@somebody:localhost"), encoding="utf-8")
    code, lines = await place.check()
    assert code == 2
    assert lines[-1].startswith("fail login: the data belongs to another account")


async def test_an_identity_that_is_not_the_bots(place: Place) -> None:
    await place.start()
    store = await place.store()
    await store.vault.put(IN_VAULT, secrets.token_bytes(96))
    await store.close()
    code, lines = await place.check()
    assert code == 1
    assert any(line.startswith("fail cross-signing: others see an identity") for line in lines)


async def test_a_device_that_nobody_signed(place: Place) -> None:
    await place.start()
    other = nio.AsyncClient(place.url, place.user)
    await other.login(PASSWORD, device_name="a forgotten one")
    device = {
        "user_id": place.user,
        "device_id": other.device_id,
        "algorithms": [],
        "keys": {f"ed25519:{other.device_id}": "x"},
        "signatures": {place.user: {f"ed25519:{other.device_id}": "x"}},
    }
    body_of(await request(other, "POST", path("keys", "upload"), {"device_keys": device}))
    await other.close()
    _, lines = await place.check()
    assert any(line.startswith("warn cross-signing: 1 other devices of the account") for line in lines)


async def _log_in_elsewhere(place: Place) -> None:
    """The store's session becomes one whose device has no keys."""
    other = nio.AsyncClient(place.url, place.user)
    await other.login(PASSWORD)
    store = await place.store()
    await Session(place.user, other.device_id, other.access_token).keep(store.vault)
    await store.close()
    await other.close()


async def test_an_account_without_an_identity(place: Place) -> None:
    await _log_in_elsewhere(place)
    code, lines = await place.check()
    assert code == 1
    assert any(line.startswith("fail cross-signing: others see no identity") for line in lines)


@pytest.mark.parametrize("failure", [Answer(502, {}), UnreachableError("cut")])
@pytest.mark.parametrize(
    ("where", "line"),
    [
        ("account/whoami", "warn login: the homeserver could not say -> try again later"),
        ("keys/query", "warn cross-signing: the homeserver could not say -> try again later"),
        ("directory/room", "warn rooms.community[0]: the homeserver could not say -> try again later"),
        ("history_visibility", "warn rooms.community[0]: the homeserver could not say -> try again later"),
    ],
)
async def test_an_answer_that_does_not_come_is_not_taken_for_good(
    place: Place, monkeypatch: pytest.MonkeyPatch, where: str, line: str, failure: Answer | Exception
) -> None:
    await place.start()
    await _good_rooms(place, "lounge", "stewards", "nyc")

    async def flaky(client: Any, method: str, path: str, body: object | None = None) -> Answer:
        if where not in path:
            return await request(client, method, path, body)
        if isinstance(failure, Exception):
            raise failure
        return failure

    monkeypatch.setattr(survey, "request", flaky)
    code, lines = await place.check()
    assert code == 0
    assert line in lines


async def test_a_device_of_the_bots_that_is_not_signed(place: Place) -> None:
    await place.start()
    await _log_in_elsewhere(place)
    code, lines = await place.check()
    assert code == 1
    assert any(line.startswith("fail cross-signing: the bot's device is not signed") for line in lines)


async def test_limits_that_an_admin_lifted(homeserver: Homeserver, place: Place) -> None:
    # The room is not there: what a warning takes is said all the same.
    place.user = await homeserver.register(f"porch-admin-{place.number}", PASSWORD, admin=True)
    text = CONFIG.format(url=place.url, user=place.user, n=place.number)
    place.config.write_text(text, encoding="utf-8")
    await place.start()
    admin = nio.AsyncClient(place.url, place.user)
    await admin.login(PASSWORD)
    where = f"/_synapse/admin/v1/users/{place.user}/override_ratelimit"
    body_of(await request(admin, "POST", where, {"messages_per_second": 0, "burst_count": 0}))
    await admin.close()
    _, lines = await place.check()
    assert lines[-1] == "ok   warnings: to every regional room (1) within 0 s, under the homeserver's limits"


def _another_key(place: Place) -> None:
    (place.folder / "secrets/data.key").unlink()
    keys.new_key_file(place.folder / "secrets/data.key")


def _flip(file: Path) -> None:
    raw = bytearray(file.read_bytes())
    raw[len(raw) // 2] ^= 1
    file.write_bytes(raw)


@pytest.mark.parametrize(
    ("harm", "says"),
    [
        (lambda p: _flip(p.data / FILE), "fail store: "),
        (lambda p: _flip(p.data / "nio.db"), "fail store: the store is damaged"),
        (lambda p: (p.folder / "secrets/data.key").unlink(), "fail the key file "),
        (_another_key, "fail store: the store does not open"),
    ],
)
async def test_a_key_or_store_that_cannot_be_used(
    place: Place, harm: Callable[[Place], object], says: str
) -> None:
    await place.start()
    harm(place)
    before = place.files()
    code, lines = await place.check()
    assert code == 3
    assert any(line.startswith(says) and " -> " in line for line in lines)
    assert lines[-1] == "ok   homeserver: answers"  # the rest is looked at all the same
    assert place.files() == before


async def test_a_wrong_configuration(place: Place) -> None:
    with place.config.open("a", encoding="utf-8") as file:
        file.write("homesrver: x\nlog_level: LOUD\n")
    code, lines = await place.check()
    assert code == 2
    assert lines[0].startswith("fail homesrver is not a setting -> did you mean homeserver? (line ")
    assert lines[1].startswith("fail log_level must be ")


async def test_a_homeserver_that_is_not_there(place: Place) -> None:
    await place.start()
    text = place.config.read_text(encoding="utf-8")
    place.config.write_text(text.replace(place.url, "http://127.0.0.1:9"), encoding="utf-8")
    code, lines = await place.check()
    assert code == 1
    assert lines[-1].startswith("fail homeserver: the homeserver cannot be reached -> ")


async def test_nothing_that_is_printed_names_a_person_or_a_room(place: Place) -> None:
    await place.start()
    await place.make_room("lounge")
    _, lines = await place.check()
    assert not any(word in line for line in lines for word in ("localhost", place.number, "@", "#", "!"))


async def test_policy_lists(place: Place) -> None:
    await place.start()
    await _good_rooms(place, "lounge", "stewards", "nyc")
    public = [
        {"type": "m.room.join_rules", "state_key": "", "content": {"join_rule": "public"}},
        {**JOINED, "content": {"history_visibility": "world_readable"}},
    ]
    await place.make_room("in")
    await place.make_room("open", *public, come=False)
    await place.make_room("shut", come=False)
    names = ", ".join(f'"#{name}-{place.number}:localhost"' for name in ("in", "open", "shut", "none"))
    text = place.config.read_text(encoding="utf-8")
    place.config.write_text(f"{text}policy_lists: [{names}]\n", encoding="utf-8")
    code, lines = await place.check()
    found = [line for line in lines if "policy_lists" in line]
    assert code == 1
    for said, line in zip(("joined", "open", "the bot is not in it", "no such room"), found, strict=True):
        assert said in line
