import fcntl
import os
import subprocess
import sys
from pathlib import Path

import pytest

from swsmatrix.errors import BusyError, KeyStoreError
from swsmatrix.lock import DataLock, is_held

HOLD = """
import sys
from pathlib import Path
from swsmatrix.lock import DataLock
with DataLock(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_the_folder_and_the_lock_are_private(tmp_path: Path) -> None:
    old = os.umask(0o022)
    try:
        with DataLock(tmp_path / "a" / "data"):
            assert (tmp_path / "a" / "data").stat().st_mode & 0o777 == 0o700
            assert (tmp_path / "a" / "data" / "lock").stat().st_mode & 0o777 == 0o600
    finally:
        os.umask(old)


def test_one_holder_at_a_time(tmp_path: Path) -> None:
    with DataLock(tmp_path):
        with pytest.raises(BusyError) as caught, DataLock(tmp_path):
            pass
        assert caught.value.code == 4
        assert is_held(tmp_path)
    assert not is_held(tmp_path)
    with DataLock(tmp_path):
        pass


def test_a_killed_holder_lets_go(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as other:
        assert other.stdout
        assert other.stdout.readline() == b"held\n"
        with pytest.raises(BusyError), DataLock(tmp_path):
            pass
        other.kill()
        other.wait()
        with DataLock(tmp_path):
            pass


def test_who_asks_is_no_holder(tmp_path: Path) -> None:
    with DataLock(tmp_path):
        pass
    with (tmp_path / "lock").open() as asking:
        fcntl.flock(asking, fcntl.LOCK_SH)
        assert not is_held(tmp_path)


def test_asking_makes_nothing(tmp_path: Path) -> None:
    assert not is_held(tmp_path / "data")
    assert list(tmp_path.iterdir()) == []


def test_a_file_in_place_of_the_folder_is_told(tmp_path: Path) -> None:
    (tmp_path / "data").touch()
    with pytest.raises(KeyStoreError, match="cannot be used"), DataLock(tmp_path / "data"):
        pass


def test_a_link_in_place_of_the_lock_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "lock").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(KeyStoreError), DataLock(tmp_path):
        pass
    assert not (tmp_path / "elsewhere").exists()
