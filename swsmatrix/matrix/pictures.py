"""Pictures of others, made harmless: painted anew by a process that has nothing, in so much time and memory.

What that process (``reencoding``) hands back is believed only as far as it can be seen: a plain JPEG in
which nothing but pixels can stand.
"""

from __future__ import annotations

import asyncio
import re
import sys
from asyncio.subprocess import DEVNULL, PIPE
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from swsmatrix.matrix.reencoding import TOO_LARGE

LARGEST = 10 * 1024 * 1024  # bytes of a picture that is taken, and of one that comes out
PATIENCE = 30.0  # seconds; a large one takes three
ENDS_WITHIN = 2.0  # seconds, once it is killed

_CHILD = Path(__file__).with_name("reencoding.py")

# What a JPEG needs to show pixels: its tables, its frame, its scan. (APP0 as JFIF without a thumbnail.)
_JFIF = re.compile(rb"JFIF\0.{7}\0\0", re.DOTALL)
_APP0, _FRAME, _SCAN = 0xE0, 0xC0, 0xDA
_TABLES = frozenset({0xDB, 0xC4, 0xDD})  # quantisation, Huffman, restart interval
# After the scan begins: an escaped 0xFF, a restart; the first other marker must be the end.
_MARKER = re.compile(rb"\xff[^\x00\xd0-\xd7]")


@dataclass(frozen=True, slots=True)
class Jpeg:
    """A JPEG that holds pixels and nothing else. Sides in pixels."""

    data: bytes
    width: int
    height: int


class PictureError(Exception):
    """A picture that is not passed on. ``reason``: a code of ours, nothing of the picture's."""

    def __init__(self, reason: str) -> None:
        super().__init__("a picture cannot be passed on")
        self.reason = reason


async def repaint(raw: bytes) -> Jpeg:
    """What ``raw`` (JPEG, PNG, WebP, GIF) shows, of at most 1600 pixels a side.

    Raises ``PictureError``: PICTURE_TOO_LARGE, PICTURE_TOO_SLOW, PICTURE_UNREADABLE.
    """
    if len(raw) > LARGEST:
        raise PictureError("PICTURE_TOO_LARGE")
    child = await asyncio.create_subprocess_exec(
        # Nothing of the environment, nothing found in the working directory, nothing written.
        *(sys.executable, "-EPB", str(_CHILD)),
        stdin=PIPE,
        stdout=PIPE,
        stderr=DEVNULL,
        env={},
    )
    giving = asyncio.create_task(_given(child, raw))
    try:
        async with asyncio.timeout(PATIENCE):
            painted = await _taken(child)
            code = await child.wait()
    except TimeoutError:
        raise PictureError("PICTURE_TOO_SLOW") from None
    finally:
        giving.cancel()
        await _end(child)
    if code:
        raise PictureError("PICTURE_TOO_LARGE" if code == TOO_LARGE else "PICTURE_UNREADABLE")
    return plain(painted)


async def _given(child: asyncio.subprocess.Process, raw: bytes) -> None:
    """It may have ended before it had read everything."""
    assert child.stdin
    with suppress(ConnectionError):
        child.stdin.write(raw)
        await child.stdin.drain()
    child.stdin.close()


async def _taken(child: asyncio.subprocess.Process) -> bytes:
    assert child.stdout
    try:
        await child.stdout.readexactly(LARGEST + 1)
    except asyncio.IncompleteReadError as ended:
        return ended.partial
    raise PictureError("PICTURE_UNREADABLE")


async def _end(child: asyncio.subprocess.Process) -> None:
    """Kill it unless it has ended. What it wrote last is read: asyncio hears of no end before that."""
    if child.returncode is None:
        with suppress(ProcessLookupError):
            child.kill()
    assert child.stdout
    with suppress(TimeoutError):
        async with asyncio.timeout(ENDS_WITHIN):
            await child.stdout.read()
            await child.wait()


def plain(data: bytes) -> Jpeg:
    """``data``, if it is a baseline JPEG in which nothing stands but what shows the pixels.

    Raises ``PictureError``.
    """
    size: tuple[int, int] | None = None
    at = 2 if data.startswith(b"\xff\xd8") else len(data)
    while at + 4 <= len(data) and data[at] == 0xFF:
        kind, length = data[at + 1], int.from_bytes(data[at + 2 : at + 4], "big")
        body = data[at + 4 : at + 2 + length]
        if kind == _FRAME and size is None and len(body) >= 5:
            size = int.from_bytes(body[3:5], "big"), int.from_bytes(body[1:3], "big")
        elif kind == _SCAN and size:
            end = _MARKER.search(data, at + 2 + length)
            if end and end.group() == b"\xff\xd9" and end.end() == len(data):
                return Jpeg(data, *size)
            break
        elif kind not in _TABLES and not (kind == _APP0 and _JFIF.fullmatch(body)):
            break
        at += 2 + length
    raise PictureError("PICTURE_UNREADABLE")
