"""What ends the program, each with its exit code.

The text is what the person who runs the bot reads: which setting or file, and what to do. One line for each
problem; never a secret, never a user or room id.
"""

from __future__ import annotations

from typing import ClassVar


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


def exit_error(error: BaseException) -> ExitError | None:
    """The reason to end that ``error`` is or, for a group of tasks' errors, contains."""
    if isinstance(error, ExitError):
        return error
    if isinstance(error, BaseExceptionGroup):
        return next((found for e in error.exceptions if (found := exit_error(e))), None)
    return None
