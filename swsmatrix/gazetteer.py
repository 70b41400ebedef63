"""Places of the world by what people call them, in many languages: towns, states, countries. Pure.

One file, ``data/places.bin``, is mapped into memory and searched by bisection; nothing is read ahead.
``tools/build_gazetteer.py`` makes it. In it follow each other:

- a line of text: ``swsmatrix places 1``, how many records there are, the licence;
- the records, eight bytes each, sorted: the hash (BLAKE2b, five bytes) of a name as ``folding.key`` has it,
  and three bytes (big endian), where among the places the one of that name begins, the most populous first;
- a line feed;
- the places, a line each (UTF-8), tabs between: id, inhabitants in thousands, id of what it lies in, name.

Ids: of a town GeoNames' number; of a state ``US-NY`` (ISO 3166-2), or ``JP.40`` (GeoNames) where that is not
known; of a country ``US`` (ISO 3166-1). Names are GeoNames', mostly English.
One in three million words has by chance the hash of some name: nothing is done without somebody's yes.
"""

from __future__ import annotations

import mmap
from dataclasses import dataclass
from functools import cache, lru_cache
from hashlib import blake2b
from pathlib import Path

from swsmatrix.folding import key

FILE = Path(__file__).parent / "data" / "places.bin"
HEAD = b"swsmatrix places 1 "
HASH, RECORD = 5, 8


@dataclass(frozen=True, slots=True)
class Place:
    """``inhabitants``: in thousands. ``within``: the ids of what it lies in, nearest first."""

    id: str
    name: str
    inhabitants: int
    within: tuple[str, ...]


def lookup(word: str) -> tuple[Place, ...]:
    """All places that are called so (with or without ``#``), the most populous first."""
    return _opened().named(key(word.lstrip("#")))


@lru_cache(maxsize=1024)
def place(id: str) -> Place | None:
    """The place of that id. Slow the first time: all are looked through (up to 3 ms)."""
    return _opened().numbered(id) if id else None


def hashed(name: str) -> bytes:
    """How the file has a folded name."""
    return blake2b(name.encode("utf-8", "surrogatepass"), digest_size=HASH).digest()


class _File:
    def __init__(self, path: Path) -> None:
        with path.open("rb") as file:
            self._bytes = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        head = self._bytes.readline()
        if not head.startswith(HEAD):
            raise ValueError(f"{path.name} is no file of places")
        self._count = int(head[len(HEAD) :].split()[0])
        self._records = len(head)
        self._places = self._records + RECORD * self._count + 1

    def named(self, name: str) -> tuple[Place, ...]:
        wanted = hashed(name)
        found = []
        at = self._first(wanted)
        while at < self._count and self._hash(at) == wanted:
            found.append(self._place(at))
            at += 1
        return tuple(found)

    def numbered(self, id: str) -> Place | None:
        at = self._bytes.find(f"\n{id}\t".encode("utf-8", "surrogatepass"), self._places - 1)
        found = self._line(at + 1) if at >= 0 else None
        return found if found and found.id == id else None

    def _first(self, wanted: bytes) -> int:
        """The first record whose hash is not before ``wanted``."""
        low, high = 0, self._count
        while low < high:
            middle = (low + high) // 2
            if self._hash(middle) < wanted:
                low = middle + 1
            else:
                high = middle
        return low

    def _hash(self, at: int) -> bytes:
        start = self._records + RECORD * at
        return self._bytes[start : start + HASH]

    def _place(self, at: int) -> Place:
        end = self._records + RECORD * (at + 1)
        return self._line(self._places + int.from_bytes(self._bytes[end - RECORD + HASH : end], "big"))

    def _line(self, start: int) -> Place:
        line = self._bytes[start : self._bytes.find(b"\n", start)].decode()
        id, inhabitants, within, name = line.split("\t")
        around = (within, within[:2]) if len(within) > 2 else (within,) if within else ()
        return Place(id, name, int(inhabitants), around)


@cache
def _opened() -> _File:
    return _File(FILE)
