"""A disk that is damaged, full, or cannot be written."""

from __future__ import annotations

import asyncio
import hashlib
import os
import random
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from swsmatrix import keys
from swsmatrix.demo.bot_process import BotError
from swsmatrix.demo.canary import search
from swsmatrix.matrix.cryptostore import CryptoStoreError, check_file
from swsmatrix.protocol import Reacted
from swsmatrix.store.db import Store, StoreError
from tests.faults.place import Place

pytestmark = pytest.mark.synapse

FLIPS = 100


def _picture(folder: Path) -> dict[str, str]:
    files = sorted(file for file in folder.iterdir() if file.is_file() and file.name != "lock")
    return {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in files}


async def test_a_hundred_flipped_bits_are_refused_and_left_alone(place: Place) -> None:
    await place.bot.start()
    await place.warn("alice", "before the damage")
    await place.relayed("before the damage")
    await place.bot.end()
    root = keys.read_root_key(place.bot.config.parent / "secrets" / "data.key")
    chance, refused = random.Random(5), 0
    for number in range(FLIPS):
        file = place.data / ("swsmatrix.db", "nio.db")[number % 2]
        whole = file.read_bytes()
        at, bit = chance.randrange(len(whole)), 1 << chance.randrange(8)
        file.write_bytes(whole[:at] + bytes([whole[at] ^ bit]) + whole[at + 1 :])
        before = _picture(place.data)
        try:
            if number % 2:
                check_file(place.data, keys.derive(root, keys.NIO_DATABASE))
            else:
                await (await Store.open(place.data, keys.derive(root, keys.BOT_DATABASE))).close()
        except (StoreError, CryptoStoreError):
            refused += 1
        assert _picture(place.data) == before
        file.write_bytes(whole)
    print(f"\n5: {refused} of {FLIPS} flipped bits refused, the files unchanged")
    assert refused == FLIPS
    await place.bot.start()


@contextmanager
def _small_disk(where: Path) -> Iterator[Path]:
    where.mkdir(mode=0o700)
    if (
        os.geteuid()
        or subprocess.run(["mount", "-t", "tmpfs", "-o", "size=8m,mode=700", "tmpfs", where]).returncode
    ):
        pytest.skip("nothing can be mounted here")
    try:
        yield where
    finally:
        subprocess.run(["umount", "-l", where], check=True)


async def _remount(how: str, where: Path) -> None:
    process = await asyncio.create_subprocess_exec("mount", "-o", f"remount,{how}", where)
    assert await process.wait() == 0


async def test_a_full_disk(place: Place) -> None:
    with _small_disk(place.data):
        await place.process.start()
        await place.warn("alice", "while there is room")
        await place.relayed("while there is room")
        ballast = place.data / "ballast"
        with ballast.open("wb", buffering=0) as file, suppress(OSError):
            while True:
                file.write(b"\0" * 4096)
        event = await place.warn("bea", "quokka lantern")
        await asyncio.sleep(5)
        # Not a word, not a sign: what was not committed was not acknowledged.
        signs = [one for one in place["dora"].heard if isinstance(one, Reacted) and one.target == event]
        assert (place.relays("quokka lantern"), signs) == ([], [])
        assert search([place.data], ["quokka", "@bea"]).found == ()
        ballast.unlink()
        code = await place.process.end()
        await place.process.start()
        await place.relayed("quokka lantern")
        await place.acknowledged(event)
        await place.settled("dora")
        assert len(place.relays("quokka lantern")) == 1
        await place.process.end()
        log = "\n".join(place.process.log)
        assert not [word for word in ("quokka", place.suffix) if word in log]
    print(f"\n6: full: ended with {code}; nothing acknowledged, relayed once after there was room")


async def test_a_disk_that_cannot_be_written(place: Place) -> None:
    with _small_disk(place.data):
        await place.process.start()
        await place.process.end()
        await _remount("ro", place.data)
        event = await place.warn("bea", "while it is closed")
        with pytest.raises(BotError):
            await place.process.start()
        assert place.relays("while it is closed") == []
        await _remount("rw", place.data)
        await place.process.start()
        await place.relayed("while it is closed")
        await place.acknowledged(event)
        await place.process.end()
    print("\n6: read-only: refused to start, nothing lost")
