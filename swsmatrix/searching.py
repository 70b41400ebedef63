"""What a text is found by, and which other words the one of a search may stand for. Pure.

Words are kept as ``folding.key`` has them: no case, no accents. Where a script has no spaces between words
(Chinese, Japanese, Thai …) each pair of neighbouring letters is one.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

import snowballstemmer  # type: ignore[import-untyped]
from rapidfuzz import process
from rapidfuzz.distance import OSA

from swsmatrix import texts
from swsmatrix.folding import casefolded, key
from swsmatrix.model import RegionId, Tip
from swsmatrix.regions import RegionTree

COUNTRY = "country:"
LONGEST = 40  # letters of a word
MOST = 300  # different words of a text; the rest of it does not count
SHORTEST_STEM = 3
SHORTEST_BEGINNING = 3  # letters after which a word may be left unfinished

_LANGUAGES = {
    "latin": ("english", "spanish", "portuguese", "french", "german", "italian", "dutch"),
    "cyrillic": ("russian",),
    "greek": ("greek",),
    "arabic": ("arabic",),
    "devanagari": ("hindi",),
}
_SCRIPTS = (
    ("latin", 0x61, 0x24F),
    ("greek", 0x370, 0x3FF),
    ("cyrillic", 0x400, 0x52F),
    ("arabic", 0x600, 0x6FF),
    ("devanagari", 0x900, 0x97F),
)
# Thai, Lao, Burmese, Khmer, kana, Han, Hangul (whose words carry endings), and Han beyond the first plane.
_UNSPACED = (
    (0xE00, 0xEFF),
    (0x1000, 0x109F),
    (0x1780, 0x17FF),
    (0x3040, 0x30FF),
    (0x3400, 0x4DBF),
    (0x4E00, 0x9FFF),
    (0xAC00, 0xD7AF),
    (0xF900, 0xFAFF),
    (0x20000, 0x3FFFF),
)


@dataclass(frozen=True, slots=True)
class Hit:
    """A tip that was found. ``share``: how much of what was asked for it has, from 0 to 1; rare words count
    more.
    """

    tip: Tip
    share: float = 1.0


def country(code: str) -> RegionId:
    """What stands for a country (ISO 3166-1, two letters) where regions do."""
    return RegionId(COUNTRY + code.casefold())


def reach(regions: Iterable[RegionId], tree: RegionTree) -> tuple[RegionId, ...]:
    """Where tips are for that matter in ``regions``: those around and inside them, and their countries."""
    found: dict[RegionId, None] = {}
    for region in regions:
        found.update(dict.fromkeys((region, *tree.above(region), *tree.inner(region))))
        if code := tree.country(region):
            found[country(code)] = None
    return tuple(found)


def words(text: str) -> tuple[str, ...]:
    """The different words of ``text``, in order, at most ``MOST``."""
    found: dict[str, None] = {}
    for run in _runs(casefolded(text)):
        found.update(dict.fromkeys(_pairs(run) if _unspaced(run[0]) else (key(run)[:LONGEST],)))
        if len(found) >= MOST:
            break
    found.pop("", None)
    return tuple(found)[:MOST]


def _runs(text: str) -> Iterator[str]:
    """Letters, digits and marks that belong together, those without spaces apart from the others."""
    run = ""
    for char in text:
        if unicodedata.category(char)[0] not in "LNM":
            if run:
                yield run
            run = ""
        elif run and _unspaced(char) != _unspaced(run[0]):
            yield run
            run = char
        else:
            run += char
    if run:
        yield run


def _unspaced(char: str) -> bool:
    return char >= "\u0e00" and any(first <= ord(char) <= last for first, last in _UNSPACED)


def _pairs(run: str) -> Iterator[str]:
    if len(run) == 1:
        yield run
    for at in range(len(run) - 1):
        yield run[at : at + 2]


def telling(text: str) -> tuple[str, ...]:
    """The words of a search that tell something: not `a`, `in`, `where`; all, if none does."""
    asked = words(text)
    return tuple(word for word in asked if tells(word) and (len(word) > 2 or not _plain(word))) or asked


def tells(word: str) -> bool:
    """Whether it is none of the words that only join others."""
    return key(word) not in _little()


def _plain(word: str) -> bool:
    return word.isascii() and word.isalpha()


@cache
def _little() -> frozenset[str]:
    return frozenset(words(texts.text("finding.little")))


@lru_cache(maxsize=20_000)
def stems(word: str) -> tuple[str, ...]:
    """What is left of a word without its endings, in each language that it may be of. Itself included."""
    languages = _LANGUAGES.get(_script(word), ())
    found = dict.fromkeys((word, *(str(_stemmer(language).stemWord(word)) for language in languages)))
    return tuple(stem for stem in found if len(stem) >= SHORTEST_STEM or stem == word)


def _script(word: str) -> str:
    point = ord(word[0])
    return next((name for name, first, last in _SCRIPTS if first <= point <= last), "")


@lru_cache(maxsize=len(_LANGUAGES) + 10)
def _stemmer(language: str) -> Any:
    return snowballstemmer.stemmer(language)


def slips(word: str) -> int:
    """How many slips (letters left out, added, mistaken, swapped) still are this word."""
    if any(char.isdigit() or _unspaced(char) for char in word) or len(word) < 4:
        return 0
    return 1 if len(word) < 8 else 2


def nearest(word: str, known: Iterable[str]) -> tuple[str, ...]:
    """Those of ``known`` that are the fewest slips away from ``word``, and not too many."""
    most = slips(word)
    found = process.extract(word, list(known), scorer=OSA.distance, score_cutoff=most, limit=20)
    best = min((distance for _, distance, _ in found), default=0)
    return tuple(one for one, distance, _ in found if distance == best)
