"""Looks for words where none may stand: in every file below some folders, in every form of theirs."""

from __future__ import annotations

import base64
import json
import urllib.parse
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """``found``: which word, in which file. ``bytes_read``: what was looked through."""

    files: int
    bytes_read: int
    found: tuple[tuple[str, Path], ...]


def forms(word: str) -> tuple[bytes, ...]:
    """As UTF-8, UTF-16 (both orders), hex (both cases), URL-encoded, JSON-escaped, base64 (any offset)."""
    plain = word.encode()
    return tuple(
        dict.fromkeys(
            (
                plain,
                word.encode("utf-16-le"),
                word.encode("utf-16-be"),
                plain.hex().encode(),
                plain.hex().upper().encode(),
                urllib.parse.quote(word).encode(),
                urllib.parse.quote_plus(word).encode(),
                json.dumps(word)[1:-1].encode(),
                *(_base64_within(plain, offset) for offset in range(3)),
            )
        )
    )


def _base64_within(plain: bytes, offset: int) -> bytes:
    """What base64 makes of ``plain`` when ``offset`` (mod 3) unknown bytes precede and any follow."""
    encoded = base64.b64encode(bytes(offset) + plain).rstrip(b"=")
    # Characters that hold bits of a neighbour are left out: none or two before, and the last one behind.
    first = (0, 2, 3)[offset]
    last = len(encoded) - (1 if (offset + len(plain)) % 3 else 0)
    return encoded[first:last]


def search(folders: Iterable[Path], words: Iterable[str]) -> Search:
    """Read every file below ``folders`` (or the file itself). Blocking; a file that goes is skipped."""
    wanted = [(word, forms(word)) for word in words]
    files = bytes_read = 0
    found: list[tuple[str, Path]] = []
    for file in _files(folders):
        try:
            content = file.read_bytes()
        except FileNotFoundError:
            continue
        files += 1
        bytes_read += len(content)
        found += [(word, file) for word, looks in wanted if any(look in content for look in looks)]
    return Search(files=files, bytes_read=bytes_read, found=tuple(found))


def _files(folders: Iterable[Path]) -> Iterable[Path]:
    for folder in folders:
        if folder.is_file():
            yield folder
        yield from (file for file in sorted(folder.rglob("*")) if file.is_file())
