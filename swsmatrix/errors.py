"""What ends the program, each with its exit code.

The text is what the person who runs the bot reads: which setting or file, and what to do. One line for each
problem; never a secret, never a user or room id.
"""

from __future__ import annotations

import errno
from typing import ClassVar, Final


class ExitError(Exception):
    """The program cannot go on, and can say why."""

    code: ClassVar[int] = 1


class SettingsError(ExitError):
    """A setting is unknown, missing or wrong."""

    code = 2


class KeyStoreError(ExitError):
    """The key file or the store cannot be used; the database files stay as they were."""

    code = 3


class BusyError(ExitError):
    """Another process uses the same data."""

    code = 4


class SessionOverError(ExitError):
    """Signed out by the homeserver, or the password is wrong."""

    code = 5


class DiskError(ExitError):
    """The disk takes nothing more. What was committed is safe, and the rest was never acknowledged."""


_GO_ON: Final = "Nothing is lost: see to it, then start again"
_FULL: Final = f"there is no room left on the disk of data_dir. {_GO_ON}"
_READ_ONLY: Final = f"the disk of data_dir cannot be written. {_GO_ON}"
_FAILING: Final = f"the disk of data_dir fails to read or write. {_GO_ON}"
_BY_NUMBER: Final = {
    errno.ENOSPC: _FULL,
    errno.EDQUOT: _FULL,
    errno.EROFS: _READ_ONLY,
    errno.EIO: _FAILING,
}
# SQLite's own sentences (sqlite3_errstr): the libraries above it pass on no number.
_BY_TEXT: Final = {
    "database or disk is full": _FULL,
    "attempt to write a readonly database": _READ_ONLY,
    "disk I/O error": _FAILING,
}


def exit_error(error: BaseException) -> ExitError | None:
    """The reason to end that ``error`` is, means, or (a group of tasks' errors) contains."""
    if isinstance(error, ExitError):
        return error
    if isinstance(error, BaseExceptionGroup):
        return next((found for e in error.exceptions if (found := exit_error(e))), None)
    says = _BY_NUMBER.get(error.errno or 0) if isinstance(error, OSError) else _BY_TEXT.get(str(error))
    return DiskError(says) if says else None
