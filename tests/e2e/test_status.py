"""How the bot is doing, as somebody who looks after it learns: `swsmatrix status`, and Prometheus."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import socket
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import ClientConnectionError, ClientSession

from swsmatrix.demo.homeserver import Homeserver
from tests.e2e.community import SEEN_SECONDS, Community, community
from tests.e2e.test_session import command

pytestmark = pytest.mark.synapse


@pytest.fixture
def port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@pytest.fixture
async def place(homeserver: Homeserver, tmp_path: Path, port: int) -> AsyncIterator[Community]:
    metrics = {"listen": f"127.0.0.1:{port}"}
    async with community(homeserver, tmp_path, "alice", "bea", metrics=metrics) as place:
        yield place


def names(place: Community) -> set[str]:
    """What nothing that leaves the bot's files may hold: who and where, as ids, addresses and words."""
    users = [person.user for person in place.people.values()] + [place.bot.user]
    found = {*users, *place.rooms.values(), *map(place.alias, place.rooms), place.suffix}
    return found | {user.partition(":")[0].lstrip("@") for user in users} | {"New York", "nyc", "grey van"}


async def metrics(port: int) -> tuple[int, str]:
    async with ClientSession() as session, session.get(f"http://127.0.0.1:{port}/metrics") as answer:
        return answer.status, await answer.text()


async def served(port: int) -> tuple[int, str]:
    """The page, as soon as there is one: the port is opened a moment after the bot is ready."""
    async with asyncio.timeout(SEEN_SECONDS):
        while True:
            try:
                return await metrics(port)
            except ClientConnectionError:
                await asyncio.sleep(0.05)  # a real process: nobody tells us when


def figure(page: str, name: str) -> float:
    found = re.search(rf"^swsmatrix_{name} ([0-9.]+)$", page, re.MULTILINE)
    assert found, name
    return float(found[1])


async def test_status_while_it_runs_after_it_was_killed_and_when_it_is_back(
    place: Community, port: int
) -> None:
    code, written = await command(place, "status")
    assert (code, written) == (1, "fail not running, and never did -> `swsmatrix run`\n")

    await place.bot.start()
    await place["alice"].send(place.rooms["lounge"], "#swsdanger #nyc a grey van by the bridge")
    await place.sees("bea", "nyc", "a grey van")
    code, written = await command(place, "status")
    assert code == 0, written
    assert written.startswith("ok   running since 20")
    assert "ok   homeserver: last heard " in written
    assert "ok   to be delivered: 0\n" in written
    assert "fail" not in written
    answered, page = await served(port)
    assert answered == 200
    assert (figure(page, "healthy"), figure(page, "outbox_waiting")) == (1, 0)
    assert figure(page, "sync_time_seconds") >= figure(page, "start_time_seconds") > 0
    for text in (written, page):
        assert not [name for name in names(place) if name.lower() in text.lower()]

    assert await place.bot.end(signal.SIGKILL) == -signal.SIGKILL
    files = {file: file.read_bytes() for file in place.files() if not file.name.endswith("-shm")}
    code, written = await command(place, "status")
    assert code == 1
    assert re.match(r"fail not running: last alive 20\d\d-\d\d-\d\d \d\d:\d\d UTC, \d+\s+s\s+ago", written)
    assert "in its last run:" in written
    assert {file: file.read_bytes() for file in place.files() if not file.name.endswith("-shm")} == files
    with pytest.raises(ClientConnectionError):
        await metrics(port)

    await place.bot.start()
    assert (await command(place, "status"))[0] == 0
    await place["alice"].send(place.rooms["lounge"], "#swsdanger #nyc the side door is watched")
    await place.sees("bea", "nyc", "the side door")


async def test_there_are_no_metrics_unless_asked_for(homeserver: Homeserver, tmp_path: Path) -> None:
    async with community(homeserver, tmp_path, "alice") as place:
        await place.bot.start()
        assert listening(place) == []


async def test_metrics_listen_on_this_machine_alone(place: Community, port: int) -> None:
    await place.bot.start()
    await served(port)
    assert listening(place) == [f"0100007F:{port:04X}"]


def listening(place: Community) -> list[str]:
    """The TCP addresses on which the bot's process accepts connections, as in /proc/net/tcp (proc(5))."""
    assert place.bot._process
    process = Path(f"/proc/{place.bot._process._process.pid}")
    try:
        links = [os.readlink(fd) for fd in (process / "fd").iterdir()]
    except OSError:  # its memory cannot be read by others of the same user, nor can this
        pytest.skip("only root sees the files of the bot's process")
    sockets = [link.removeprefix("socket:[").rstrip("]") for link in links if link.startswith("socket:[")]
    found = []
    for table in ("tcp", "tcp6"):
        for line in (process / "net" / table).read_text().splitlines()[1:]:
            fields = line.split()
            if fields[3] == "0A" and fields[9] in sockets:  # TCP_LISTEN; the inode
                found.append(fields[1])
    return found
