"""The demo as people run it: told to the end, joined by a visitor, ended with nothing left."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from swsmatrix.demo.cast import Person

pytestmark = [
    pytest.mark.synapse,
    pytest.mark.skipif(not Path("/proc").is_dir(), reason="looks for what is left running in /proc"),
]


@asynccontextmanager
async def demo(folder: Path, *arguments: str, **variables: str) -> AsyncIterator[asyncio.subprocess.Process]:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "swsmatrix", "demo", *arguments),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        stdin=asyncio.subprocess.DEVNULL,
        env={**os.environ, "TMPDIR": str(folder), "COLUMNS": "100", **variables},
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


async def test_once_it_ends_with_0_when_everything_arrived(tmp_path: Path) -> None:
    async with demo(tmp_path, "--once") as process:
        told = (await process.communicate())[0].decode()
    assert process.returncode == 0, told
    assert "Everything arrived" in told
    assert "✘" not in told
    assert max(len(line) for line in told.splitlines()) <= 100
    assert _nothing_left(tmp_path)


async def test_it_keeps_what_it_is_told_to_keep_and_nothing_is_overwritten(tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    async with demo(tmp_path, "--once", "--keep", str(kept)) as process:
        await process.communicate()
    assert process.returncode == 0
    config = (kept / "bot" / "config.yaml").read_text()
    assert "nyc" in config
    async with demo(tmp_path, "--once", "--keep", str(kept)) as process:
        told = (await process.communicate())[0].decode()
    assert process.returncode == 2
    assert "empty folder" in told
    assert (kept / "bot" / "config.yaml").read_text() == config


async def test_a_bot_that_does_not_start_is_told_and_leaves_nothing(tmp_path: Path) -> None:
    async with demo(tmp_path, "--once", SWSMATRIX_USER_ID="nobody") as process:
        told = (await process.communicate())[0].decode()
    assert process.returncode == 1
    assert "exit code 2" in told
    assert _nothing_left(tmp_path)


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
async def test_it_ends_at_any_moment_and_leaves_nothing(tmp_path: Path, how: signal.Signals) -> None:
    for step in ("starting a homeserver", "arrive", "starting the bot"):
        async with demo(tmp_path) as process:
            await _told(process, step)
            process.send_signal(how)
            await asyncio.wait_for(process.communicate(), 20)
        assert process.returncode == 0
        assert _nothing_left(tmp_path)


async def test_a_visitor_joins_in_and_is_told_what_happens(tmp_path: Path) -> None:
    async with demo(tmp_path) as process:
        told = await _told(process, "Ctrl-C ends it all")
        address = re.search(r"homeserver +(http://127\.0\.0\.1:\d+)", told)
        password = re.search(r"password +(\S+)", told)
        assert address
        assert password
        async with Person.arrive(address[1], "you", password[1]) as you:
            rooms = {room["alias"]: room["room"] for room in await you.rooms()}
            await you.send(rooms["#lounge:localhost"], "#swsdanger #nyc the lift is stuck again")
            await you.wait_for(rooms["#sws-nyc:localhost"], text="the lift is stuck again")
            await _told(process, "you in #lounge")
            await _told(process, "Porch in #sws-nyc")
            await you.send(rooms["#lounge:localhost"], "#swshelp #nyc who has a spare umbrella")
            await _told(process, "bea reacts")
            invitation = await you.wait_for_invite(name="Chat")
            await you.accept(invitation.room)
            await you.wait_for(invitation.room, text="I'm Bea", failed=False)
        process.send_signal(signal.SIGINT)
        await asyncio.wait_for(process.communicate(), 20)
    assert process.returncode == 0
    assert _nothing_left(tmp_path)


async def test_killed_it_takes_its_processes_with_it(tmp_path: Path) -> None:
    async with demo(tmp_path) as process:
        await _told(process, "Ctrl-C ends it all")
        assert len(_processes(tmp_path)) >= 6
        process.kill()
        await process.wait()
        assert await asyncio.to_thread(_all_end, tmp_path, 20.0)


async def _told(process: asyncio.subprocess.Process, text: str) -> str:
    """Read until a line contains ``text``; everything read on the way."""
    assert process.stdout
    lines: list[str] = []
    async with asyncio.timeout(60):
        while not lines or text not in lines[-1]:
            line = await process.stdout.readline()
            assert line, "".join(lines)
            lines.append(line.decode())
    return "".join(lines)


def _nothing_left(folder: Path) -> bool:
    return list(folder.iterdir()) == [] and _processes(folder) == []


def _all_end(folder: Path, within: float) -> bool:
    deadline = time.monotonic() + within
    while _processes(folder):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def _processes(folder: Path) -> list[str]:
    """Running processes that were told to keep temporary files in ``folder``."""
    wanted = b"TMPDIR=" + str(folder).encode()
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if wanted in (process / "environ").read_bytes():
                found.append((process / "cmdline").read_text())
        except OSError:
            continue
    return found
