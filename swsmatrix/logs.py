"""The log: one format, to standard error, and nothing in it that says who talks to whom.

Our own lines are constant sentences, filled with numbers, members of enums, classes, Matrix error codes and
``Plain`` text; everything else becomes ``[…]``. Of other libraries only logger, level and place in the
code remain. Exceptions are their type and our innermost line, never their text.
"""

from __future__ import annotations

import hashlib
import hmac
import logging
import re
import secrets
import sys
import threading
import time
import traceback
import warnings
from collections.abc import Mapping
from enum import Enum
from pathlib import Path
from types import TracebackType
from typing import Final, TextIO

from swsmatrix.errors import ExitError

OURS: Final = "swsmatrix"
HIDDEN: Final = "[…]"

# User and room ids, aliases, event ids, also percent-encoded as in a URL. Rather too much than too little.
_IDENTIFIERS: Final = re.compile(
    r"[@#!$]\S*?(?::|%3A)[^\s:]\S*|[!$][\w+/=-]{16,}|%(?:40|21|23|24)\S+|(?:access_token|password)=\S+",
    re.ASCII | re.IGNORECASE,
)
_ERROR_CODE: Final = re.compile(r"M_[A-Z_]{1,40}|HTTP_\d{3}")
_FOLDER: Final = str(Path(__file__).parent)
_key: Final = secrets.token_bytes(32)
_log = logging.getLogger(OURS)


class Plain(str):
    """Text that may stand in a log line: a constant of ours or a pseudonym."""

    __slots__ = ()


def pseudonym(name: str) -> Plain:
    """Six hex digits that tie lines about one user or room together until the next start."""
    return Plain(hmac.new(_key, name.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()[:6])


def configure(level: str, stream: TextIO | None = None) -> None:
    """Log to ``stream`` (standard error) from now on. Other libraries: warnings and worse, or all at DEBUG.

    ``level``: DEBUG, INFO, WARNING, ERROR or CRITICAL. Repeated calls replace what was there.
    """
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(_Line())
    root = logging.getLogger()
    root.handlers = [handler]
    number = logging.getLevelNamesMapping()[level]
    logging.getLogger(OURS).setLevel(number)
    root.setLevel(number if number <= logging.DEBUG else max(number, logging.WARNING))
    logging.raiseExceptions = False  # else a bad log call prints its arguments
    warnings.showwarning = _show_warning
    sys.excepthook = _uncaught
    sys.unraisablehook = _unraisable
    threading.excepthook = _uncaught_in_thread


def refuse(error: ExitError) -> None:
    """Say why the program ends: one line for each problem."""
    for line in str(error).splitlines():
        _log.error(line)


class _Line(logging.Formatter):
    """``2026-11-21T03:40:12Z INFO swsmatrix.engine ready``. The logging module wants a Formatter."""

    def format(self, record: logging.LogRecord) -> str:
        when = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(record.created))
        text = f"{when} {record.levelname} {record.name} {_text(record)}"
        if record.exc_info and record.exc_info[1]:
            text += f" ({describe(record.exc_info[1])})"
        return hide(" ".join(text.split()))


def _text(record: logging.LogRecord) -> str:
    if record.name.partition(".")[0] != OURS:
        return f"{record.filename}:{record.lineno}"
    template = str(record.msg)
    if not record.args:
        return template
    args = record.args
    try:
        if isinstance(args, Mapping):
            return template % {name: _harmless(value) for name, value in args.items()}
        return template % tuple(_harmless(value) for value in args)
    except (TypeError, ValueError, KeyError):
        return template


def _harmless(value: object) -> object:
    match value:
        case Enum():
            return value.name
        case Plain() | int() | float() | None:
            return value
        case type():
            return value.__name__
        case BaseException():
            return describe(value)
        case str() if _ERROR_CODE.fullmatch(value):
            return value
    return HIDDEN


def describe(error: BaseException) -> str:
    """Type and our innermost line: ``ValueError at swsmatrix/engine.py:40``."""
    name = type(error).__name__
    frames = [f for f in traceback.extract_tb(error.__traceback__) if f.filename.startswith(_FOLDER)]
    if frames:
        place = Path(frames[-1].filename).relative_to(Path(_FOLDER).parent)
        name += f" at {place}:{frames[-1].lineno}"
    if isinstance(error, BaseExceptionGroup):
        name += f" [{', '.join(describe(e) for e in error.exceptions)}]"
    return name


def hide(text: str) -> str:
    """``text`` without anything that looks like a Matrix identifier."""
    return _IDENTIFIERS.sub(HIDDEN, text)


def _show_warning(
    message: Warning | str,
    category: type[Warning],
    filename: str,
    lineno: int,
    file: TextIO | None = None,
    line: str | None = None,
) -> None:
    _log.warning("%s at %s:%d", category, Plain(Path(filename).name), lineno)


def _uncaught(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    _log.critical("stopped by an error that nobody expected: %s", error)


def _unraisable(args: sys.UnraisableHookArgs) -> None:
    _log.error("an error where none can be raised: %s", args.exc_value)


def _uncaught_in_thread(args: threading.ExceptHookArgs) -> None:
    _log.critical("a thread was stopped by an error: %s", args.exc_value)
