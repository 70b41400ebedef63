"""What somebody can do to the bot's own session, keys and processes."""

from __future__ import annotations

import asyncio
import json
import signal
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from swsmatrix.demo.homeserver import Homeserver
from swsmatrix.errors import SessionOverError
from swsmatrix.matrix.loose import obj
from tests.contract.matrix_people import people
from tests.contract.matrix_proxy import Fate, error
from tests.e2e.community import PASSWORD
from tests.faults.place import SECONDS, Place

pytestmark = pytest.mark.synapse


# ---- The first start -------------------------------------------------------------------------------


async def test_the_device_is_signed_before_the_bot_comes_or_says_anything(place: Place) -> None:
    """What was said before stays unreadable in clients that are open."""
    await place.bot.start()
    parts = (
        "/keys/upload",
        "/keys/device_signing/upload",
        "/keys/signatures/upload",
        "/account_data/m.secret_storage.default_key",
        '"fallback_keys"',
    )
    prepared = [_first(place, part) for part in parts]
    assert prepared == sorted(prepared)
    assert prepared[-1] < _first(place, "/sync") < _first(place, "/join/") < len(place.proxy.seen)
    await place.settled()
    assert prepared[-1] < min(_first(place, part) for part in ("/createRoom", "/sendToDevice/", "/send/"))


def _first(place: Place, part: str) -> int:
    """The place of the first request whose address or body contains ``part``; after all, if there is none."""
    asked = [f"{path} {body!r}" for (_, path), body in zip(place.proxy.seen, place.proxy.bodies, strict=True)]
    return next((number for number, one in enumerate(asked) if part in one), len(asked))


# ---- 13 --------------------------------------------------------------------------------------------


async def test_when_all_one_time_keys_are_taken_new_sessions_are_still_possible(
    homeserver: Homeserver, tmp_path: Path
) -> None:
    async with people(homeserver, tmp_path, "bot", "mallory", "bea") as (bot, mallory, bea):
        wanted = {"one_time_keys": {bot.user: {bot.client.nio.device_id: "signed_curve25519"}}}
        taken, fallback = 0, False
        while not fallback and taken < 200:
            answer = await mallory.ask("POST", "keys", "claim", body=wanted)
            keys = obj(answer.body, "one_time_keys", bot.user, bot.client.nio.device_id)
            assert keys, f"nobody can begin a session with the bot after {taken} did"
            fallback = any(key.get("fallback") is True for key in keys.values())
            taken += 1
        assert fallback
        room = await bea.make_room(bot)
        await bea.say(room, "through the last key")
        await bot.hear_text("through the last key")
        async with asyncio.timeout(10):
            while True:
                answer = await bot.ask("POST", "keys", "upload", body={})
                if answer.body["one_time_key_counts"].get("signed_curve25519", 0) >= 25:
                    break
                await bot.listen()
        print(f"\n13: {taken} one-time keys taken; topped up with the next answer of /sync")


# ---- 14 --------------------------------------------------------------------------------------------


def _login(place: Place) -> dict[str, Any]:
    login = {
        "type": "m.login.password",
        "identifier": {"type": "m.id.user", "user": place.bot.user},
        "password": PASSWORD,
    }
    return place.homeserver.request("POST", "/_matrix/client/v3/login", login)


def _delete_device(place: Place) -> None:
    """As whoever has the password does in another client: every device but that client's own."""
    session = _login(place)
    token = session["access_token"]
    devices = place.homeserver.request("GET", "/_matrix/client/v3/devices", token=token)["devices"]
    others = [one["device_id"] for one in devices if one["device_id"] != session["device_id"]]
    auth = {
        "type": "m.login.password",
        "identifier": {"type": "m.id.user", "user": place.bot.user},
        "password": PASSWORD,
    }
    body = {"devices": others, "auth": auth}
    place.homeserver.request("POST", "/_matrix/client/v3/delete_devices", body, token=token)


def _soft_logout(place: Place) -> None:
    place.proxy.fault = lambda method, path: error(401, "M_UNKNOWN_TOKEN", soft_logout=True)


def _revoke(place: Place) -> None:
    place.homeserver.request("POST", "/_matrix/client/v3/logout/all", {}, token=_login(place)["access_token"])


@pytest.mark.parametrize("how", [pytest.param(_revoke, marks=pytest.mark.soak), _soft_logout, _delete_device])
async def test_a_session_that_is_over_ends_the_bot(place: Place, how: Any) -> None:
    await place.bot.start()
    await place.warn("alice", "before")
    await place.relayed("before")
    await asyncio.to_thread(how, place)
    await place.warn("alice", "after")
    began = time.monotonic()
    assert await place.bot.ended() is SessionOverError
    took = time.monotonic() - began
    asked = len(place.proxy.seen)
    await asyncio.sleep(2)
    assert len(place.proxy.seen) == asked
    assert place.relays("after") == []
    print(f"\n14: {how.__name__}: ended within {took:.1f} s, with {SessionOverError.code}")


# ---- 4 ---------------------------------------------------------------------------------------------


async def test_told_to_end_in_the_middle_of_everything(place: Place) -> None:
    await place.process.start()
    await place.warn("alice", "hello")
    await place.relayed("hello")
    place.proxy.fault = lambda method, path: Fate.SILENT if "/send" in path else None
    for who in ("alice", "bea", "dora"):
        await place.warn(who, f"under way by {who}")
    await asyncio.sleep(1)

    began = time.monotonic()
    second = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "swsmatrix", "run", "--config", str(place.process.config)),
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        async with asyncio.timeout(SECONDS):
            code = await second.wait()
    finally:
        if second.returncode is None:
            second.kill()
    refused = time.monotonic() - began
    assert code == 4

    began = time.monotonic()
    assert await place.process.end(signal.SIGTERM) == 0
    ended = time.monotonic() - began
    print(f"\n4: a second process ended after {refused:.1f} s, the first {ended:.1f} s after SIGTERM")
    assert refused < 2
    assert ended < 10
    place.proxy.fault = None
    await place.process.start()
    for who in ("alice", "bea", "dora"):
        await place.relayed(f"under way by {who}", seconds=60)
        assert len(place.relays(f"under way by {who}")) == 1


# ---- 21 --------------------------------------------------------------------------------------------


async def test_whatever_the_server_says_of_encryption_no_word_goes_out_in_clear(place: Place) -> None:
    def hide(path: str, body: dict[str, Any]) -> None:
        rooms = body.get("rooms", {})
        for part in (*rooms.get("join", {}).values(), *rooms.get("invite", {}).values()):
            for events in part.values():
                if isinstance(events, dict) and isinstance(events.get("events"), list):
                    events["events"] = [e for e in events["events"] if e["type"] != "m.room.encryption"]

    place.proxy.change = hide
    place.proxy.fault = lambda method, path: (
        error(404, "M_NOT_FOUND") if "m.room.encryption" in path else None
    )
    await place.bot.start()
    await place.warn("alice", "a canary sings")
    await place.warn("bea", "a canary without a place".replace("canary", "canary +1 212 555 0123"))
    await asyncio.sleep(8)
    said = [
        (path, body)
        for (method, path), body in zip(place.proxy.seen, place.proxy.bodies, strict=True)
        if method == "PUT" and ("/send/" in path or "/state/" in path)
    ]
    clear = [body for path, body in said if "/send/m.room.message" in path]
    print(f"\n21: {len(said)} events sent, {len(clear)} fixed notices in clear, of the words none")
    assert not any(word in body for _, body in said for word in (b"canary", b"555", b"#sws", b"New York"))
    assert {json.loads(body)["msgtype"] for body in clear} <= {"m.notice"}


async def test_a_lost_key_store_sends_nothing_in_clear(place: Place) -> None:
    """Nor what was on its way: as the new device that the bot becomes it encrypts that too."""
    await place.bot.start()
    await place.warn("alice", "before it was lost")
    await place.relayed("before it was lost")
    place.proxy.fault = lambda method, path: Fate.CUT if "/send/" in path else None
    asked = len(place.proxy.seen)
    await place.warn("alice", "a canary sings")
    async with asyncio.timeout(SECONDS):
        while not any("/send/" in path for _, path in place.proxy.seen[asked:]):  # noqa: ASYNC110
            await asyncio.sleep(0.05)
    await place.bot.end()
    place.proxy.fault = None
    (place.data / "nio.db").unlink()

    await place.bot.start()
    await place.relayed("a canary sings")
    assert not any(b"canary" in body for body in place.proxy.bodies)
