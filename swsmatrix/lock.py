"""One process on one data folder: a second would ruin the encryption sessions of the first.

Only the standard library: the lock is tried before anything that takes time to import.
"""

from __future__ import annotations

import fcntl
import os
from pathlib import Path
from types import TracebackType

from swsmatrix.errors import BusyError, KeyStoreError

FILE = "lock"


class DataLock:
    """Holds ``data_dir`` for this process, from ``with`` until its end or the process's, however that comes.

    Makes the folder if it is missing. ``BusyError`` if another process holds it; never waits.
    """

    def __init__(self, data_dir: Path) -> None:
        self._folder = data_dir
        self._descriptor = -1

    def __enter__(self) -> DataLock:
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._descriptor = _open(self._folder)
        except OSError as error:
            raise _unusable(self._folder, error) from None
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            self._close()
            raise BusyError(
                f"another process uses the data in {self._folder}; stop it first, or choose another data_dir"
            ) from None
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._close()

    def _close(self) -> None:
        # The file stays: deleting it would let two processes hold two files of the same name.
        os.close(self._descriptor)
        self._descriptor = -1


def _open(folder: Path) -> int:
    return os.open(folder / FILE, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)


def _unusable(folder: Path, error: OSError) -> KeyStoreError:
    return KeyStoreError(f"data_dir {folder} cannot be used: {error.strerror}")


def is_held(data_dir: Path) -> bool:
    """Whether a process holds the folder. Makes nothing, and lets go at once."""
    if not (data_dir / FILE).exists():
        return False
    try:
        descriptor = os.open(data_dir / FILE, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
    except OSError as error:
        raise _unusable(data_dir, error) from None
    try:
        # Shared: who only asks is not taken for a holder by another who asks.
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:
        return True
    finally:
        os.close(descriptor)
    return False
