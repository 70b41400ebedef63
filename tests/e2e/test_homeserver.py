"""The homeserver that the tests and the demo run on."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from swsmatrix.demo.homeserver import Homeserver, HomeserverError

pytestmark = pytest.mark.synapse


async def test_it_keeps_its_accounts_from_one_start_to_the_next(tmp_path: Path) -> None:
    async with Homeserver.start(tmp_path / "hs") as hs:
        assert await hs.register("alice", "umbrella stand") == "@alice:localhost"
        assert hs.database.is_file()
    async with Homeserver.start(tmp_path / "hs") as hs:
        with pytest.raises(HomeserverError, match="M_USER_IN_USE"):
            await hs.register("alice", "another")


def test_nobody_else_on_the_machine_can_read_its_files(homeserver: Homeserver) -> None:
    assert homeserver.folder.stat().st_mode & 0o077 == 0
    assert homeserver.database.stat().st_mode & 0o077 == 0


def test_why_it_did_not_start_is_said(tmp_path: Path) -> None:
    (tmp_path / "homeserver.db").write_bytes(b"this is no database" * 100)
    with pytest.raises(HomeserverError, match="file is not a database"):
        Homeserver.open_in(tmp_path)


def test_it_ends_when_the_process_that_started_it_is_killed(tmp_path: Path) -> None:
    start_and_die = (
        "import os, sys; from pathlib import Path; from swsmatrix.demo.homeserver import Homeserver;"
        "print(Homeserver.open_in(Path(sys.argv[1])).pid, flush=True); os.kill(os.getpid(), 9)"
    )
    parent = subprocess.run([sys.executable, "-c", start_and_die, str(tmp_path)], capture_output=True)
    assert _gone(int(parent.stdout), within=15.0)


def _gone(pid: int, within: float) -> bool:
    deadline = time.monotonic() + within
    while time.monotonic() < deadline:
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return True
        if Path(f"/proc/{pid}/stat").is_file() and ") Z " in Path(f"/proc/{pid}/stat").read_text():
            return True
        time.sleep(0.05)
    return False
