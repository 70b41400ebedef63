"""The pulse in the real store, and what ``swsmatrix status`` reads of it from another connection."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

import pytest

from swsmatrix import keys
from swsmatrix.errors import KeyStoreError, SettingsError
from swsmatrix.health import Figures, Kept, Pulse
from swsmatrix.lock import DataLock
from swsmatrix.model import Effect, Missing, Openness, RoomNote, ToRoom
from swsmatrix.protocol import MINUTE, SECOND, EffectId, EventId, Millis, RoomId, Say, Unread, UserId
from swsmatrix.store.db import Store
from swsmatrix.vitals import IN_VAULT, Vitals, status
from tests.store.files import opened

NOW: Millis = 1_795_262_400_000
PHRASE = "tea at seven"
CONFIG = """
homeserver: http://127.0.0.1:9
user_id: "@sws:example.org"
password_file: secrets/password
data_dir: data
key_file: secrets/data.key
rooms: {community: ["#lounge:example.org"], stewards: "#stewards:example.org"}
regions: {nyc: {name: New York City}}
"""


class Clock:
    def __init__(self) -> None:
        self.at = NOW

    def __call__(self) -> Millis:
        return self.at


@pytest.fixture
def config(tmp_path: Path) -> Path:
    (tmp_path / "config.yaml").write_text(CONFIG, encoding="utf-8")
    (tmp_path / "secrets").mkdir()
    (tmp_path / "data").mkdir()
    keys.new_key_file(tmp_path / "secrets" / "data.key")
    return tmp_path / "config.yaml"


@pytest.fixture
def key(config: Path) -> bytes:
    root = keys.read_root_key(config.parent / "secrets" / "data.key")
    return keys.derive(root, keys.BOT_DATABASE)


async def noted(store: Store) -> Pulse | None:
    kept = await store.vault.get(IN_VAULT)
    return Pulse.from_bytes(kept) if kept else None


async def test_the_pulse_is_noted_once_a_minute_and_when_first_heard(config: Path, key: bytes) -> None:
    clock = Clock()
    async with opened(config.parent / "data", key) as store:
        bot = Vitals(store, clock)
        await bot.beat()
        first = Pulse(at=NOW, started=NOW, heard=None, counts={})
        assert await noted(store) == first
        clock.at += SECOND
        await bot.beat()
        assert await noted(store) == first
        bot.heard()
        bot.counts = lambda: {"refused": 3}
        await bot.beat()
        second = Pulse(at=NOW + SECOND, started=NOW, heard=NOW + SECOND, counts={"refused": 3})
        assert await noted(store) == second
        clock.at += MINUTE - 1
        bot.heard()
        await bot.beat()
        assert await noted(store) == second
        clock.at += 1
        await bot.beat()
        assert await noted(store) == Pulse(
            at=clock.at, started=NOW, heard=clock.at - 1, counts={"refused": 3}
        )
        clock.at -= 10 * MINUTE  # somebody set it back
        await bot.beat()
        kept = await noted(store)
        assert kept
        assert kept.at == clock.at


async def test_figures_are_of_now(config: Path, key: bytes) -> None:
    clock = Clock()
    async with opened(config.parent / "data", key) as store:
        bot = Vitals(store, clock)
        async with store.transaction():
            for number in range(3):
                effect = Effect(slot="say", target=ToRoom("#garden"), action=Say(PHRASE))
                await store.queue.put(EffectId(str(number)), "danger", effect, NOW + number)
            unread = Unread(
                room=RoomId("!garden"), event=EventId("$e"), sender=UserId("@alice:x"), session="s", at=5
            )
            await store.records.save(unread)
            await store.records.dead_letter("$e", "danger", "ValueError", NOW)
            await store.records.save(Missing(name="#nyc:example.org"))
            for name, rule in (("!garden", "invite"), ("!porch", "public"), ("!yard", "public")):
                agreed = Openness(join_rule="invite", history="joined")
                note = RoomNote(
                    room=RoomId(name), encrypted=True, join_rule=rule, history="joined", agreed=agreed
                )
                await store.records.save(note)
        clock.at += MINUTE
        assert await bot.figures() == Figures(
            running=True,
            pulse=Pulse(at=clock.at, started=NOW, heard=None, counts={}),
            kept=Kept(waiting=3, oldest=NOW, unread=1, frozen=2, missing=1, dead=1),
        )


# ---- `swsmatrix status` -----------------------------------------------------------------------------


async def look(config: Path) -> tuple[int, str]:
    lines: list[str] = []
    code = await asyncio.to_thread(status, config, lines.append)
    return code, "\n".join(lines)


async def test_status_beside_a_running_bot_and_after_it(config: Path, key: bytes) -> None:
    with DataLock(config.parent / "data"):
        async with opened(config.parent / "data", key) as store:
            bot = Vitals(store, lambda: time.time_ns() // 1_000_000)
            bot.heard()
            await bot.beat()
            code, text = await look(config)
            assert (code, text.splitlines()[1]) == (0, "ok   homeserver: last heard 0 s ago")
            await store.vault.put("something", b"else")  # the bot goes on
    code, text = await look(config)
    assert code == 1
    assert text.startswith("fail not running: last alive ")


async def test_status_before_the_first_run(config: Path) -> None:
    assert await look(config) == (1, "fail not running, and never did -> `swsmatrix run`")
    assert list((config.parent / "data").iterdir()) == []


async def test_status_of_a_store_that_it_cannot_read(config: Path, key: bytes) -> None:
    async with opened(config.parent / "data", key) as store:
        await store._connection.execute("ALTER TABLE outbox DROP COLUMN since")
    with pytest.raises(KeyStoreError, match="older"):
        await look(config)
    (config.parent / "secrets" / "data.key").unlink()
    with pytest.raises(KeyStoreError):
        await look(config)
    with pytest.raises(SettingsError):
        await look(config.parent / "elsewhere.yaml")
