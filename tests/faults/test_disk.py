"""A disk that is damaged, full, or cannot be written."""

from __future__ import annotations

import asyncio
import hashlib
import os
import random
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from swsmatrix import keys
from swsmatrix.demo.bot_process import BotError
from swsmatrix.demo.canary import search
from swsmatrix.matrix.cipherfile import CryptoStoreError, check_file
from swsmatrix.protocol import Reacted
from swsmatrix.store.db import Store, StoreError
from tests.faults.place import Place

pytestmark = pytest.mark.synapse

FLIPS = 100


def _picture(folder: Path) -> dict[str, str]:
    """What lies there, but for what holds no data: the lock, and the index of a log (made anew when lost)."""
    found = (file for file in folder.iterdir() if file.is_file())
    files = sorted(file for file in found if file.name != "lock" and not file.name.endswith("-shm"))
    return {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in files}


@pytest.mark.parametrize("killed", [False, True])
async def test_a_hundred_flipped_bits_are_refused_and_left_alone(place: Place, killed: bool) -> None:
    """Of the main files; who was killed leaves logs beside them, which hold what was committed last."""
    await place.process.start()
    await place.warn("alice", "before the damage")
    await place.relayed("before the damage")
    await place.process.end(signal.SIGKILL if killed else signal.SIGTERM)
    assert any(name.endswith("-wal") for name in _picture(place.data)) is killed
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
    await place.process.start()
    await place.settled()


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
        for who in ("alice", "bea"):
            event = await place.warn(who, f"while there is room, {who}.")
            await place.relayed(f"while there is room, {who}.")
            await place.acknowledged(event)
        await asyncio.sleep(1)  # nothing is under way any more
        ballast = place.data / "ballast"
        with ballast.open("wb", buffering=0) as file, suppress(OSError):
            while True:
                file.write(b"\0" * 4096)
        event = await place.warn("bea", "quokka lantern")
        # What started it starts it again: that is how it gets back to what was committed.
        code = await place.process.ended()
        assert code == 1
        assert any("no room left on the disk of data_dir" in line for line in place.process.log)
        await place["dora"].say(place.rooms["stewards"], "after it")
        # Not a word, not a sign: what was not committed was not acknowledged.
        signs = [one for one in place["dora"].heard if isinstance(one, Reacted) and one.target == event]
        assert (place.relays("quokka lantern"), signs) == ([], [])
        assert search([place.data], ["quokka", "@bea"]).found == ()
        ballast.unlink()
        await place.process.end()
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
