"""Licence plates, as the countries make them; those that could be anything only where the text says so."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import product

from swsmatrix.detecting import scripts, vocabulary
from swsmatrix.detecting.reading import Reading, apart

Span = tuple[int, int]

# Shapes that little else has: A is a capital letter, 9 a figure; "_" a space, a hyphen or nothing.
_SURE_TEXT = """
AAA9999 A99_AAA AA9AAA9999 AA_9_AAA_9999 AA99_AAA AA_999_AA AAA_9A99 AA_99_A_9999 AA_99_AA_9999 AA9AA9999
AA-9999-AA A-9999-AA A-999-AA AA-999-A AA-999-AA AAA-99-99 AAA-999-A AAA-9999 AAA-999 AAA-99 AAA-9-AA
AA-99-AA 99-AA-99 99-99-AA 99-AA-AA AA-99-99 AA-AA-99 9-AAA-99 99-AAA-9 99-AAA-99 999-AA-9 9-AA-999
9-AAA-999 A-99-AAA A_999_AAA A_99_AAA AA_99_AAA AA-999-99 99_AAA_999 99_AAA_99 99_AAA_9 99_AA_999
99_AA_9999 99_A_9999 99AAA999 99AA9999 AA_9999_AA AA_9999_A A_9999_AAA A_9999_AA A9999AA AA_9999_AAA
AA_999_AAA A999_AA_99 A999_AA_999 A_999_AA_99 A_999_AA_999 AAA_999A AAA_99A AAA_99_A AAA_99_AA AAAA-99
AAA9A99 9A9_9999 9AA_9999 9AA_999 999-A-9999 99-A-9999 999-AA-9999 999-AAA 9999-AA 999_AAA_9
999_AAAA 9_AAA_999 9AAA999 9AAA9999 AA_99_AA_AA AA9_9AAA A99_9AAA AAA_9999 AAA_999_AA AA_AA-999
AA_9A_AA_9999 99A-999.99 99A_99999 99A9_99999 99-A9_999.99 99-A-999 99-A-99999 99-A-999999 999-A-99999
999-AA-99999 99-AA-99999 999A99999 A_99_99_AA A9_AAA_99 AA999999 AA-999999 AA99999 AA_99_999 AAAA_999A
AAAA_9999 9A_9999_AA
"""
# These too, where a car, a colour or the like stands nearby.
_NEAR_CAR_TEXT = """
AAA999 AAAA_99 AAA_999 AAA_99 AAA9 AA_999 AA999 AA_9999 AA_999_999 AA_999-999 AA_999999 AA_AA_99 AAAA_999
AA_99_99 AAAA_9 AAA_9 999AAA 999_AAA 9999_AA 99_AAA 9999_AAA 9A_99999 9AA9999 9A9999 A9999 AA9999 A99999
AA_99999 A_99999 AAA_99999 9999AA 999AA 99AAA 9_AAAA AAAAA_99 9_AAA_99 9_AA_9999 AA_9A AA99A AA9A A_9_AAA
AAA9A A9AAA A99AA AA99AA AAAA99 AAAA999 AAA99 99A9999 AAAAA9 AAAAAA9 AAAAAA99 AAAAA99 AAAAAAA9 A9A_9A9
A9A9A9 999999A 999A99 9_AAAAA AAAAA_9
"""
_LETTERS = "A-ZÄÖÜА-ЯІЇЄΑ-Ω"
# German, Austrian and Swiss ones: the hyphen, or the figures, make the difference.
_GERMAN = re.compile(
    r"[A-ZÄÖÜ]{1,3}-[A-Z]{1,2}[ -]?[1-9]\d{0,3}[EH]?|[A-ZÄÖÜ]{1,2}-\d{3,5} ?[A-Z]{1,3}"
    r"|(?:AG|AI|AR|BE|BL|BS|FR|GE|GL|GR|JU|LU|NE|NW|OW|SG|SH|SO|SZ|TG|TI|UR|VD|VS|ZG|ZH)[ -]\d{4,6}"
)
_RUN = re.compile(rf"[{_LETTERS}\d][{_LETTERS}\d \-·.]{{2,24}}[{_LETTERS}\d]")
_PIECE = re.compile(r"[A9]+")
_LETTERS_ONLY = re.compile(r"[^\W\d_]+")
_NAMING = frozenset(vocabulary.PLATE)
_CARS = _NAMING.union(vocabulary.CAR)
_FAR = 60  # letters between a plate and the word for a car
# Between the word and the plate: "plate number is XY 123", "Kennzeichen war …".
_BETWEEN = (
    r"(?:[\s:.,#№\"'„“«(-]{0,3}(?:is|was|says|reads?|no|nr|n|number|numbers|starts?|with|ist|war|lautet"
    r"|es|era|est"
    r"|è|to|con|mit|avec|var|är|er|number ?plate|plate|plaka|placa|num|номер|του|της|the)\b){0,3}"
)
_NAMED = re.compile(
    rf"{_BETWEEN}[\s:：.,#№\"'„“«(-]{{0,3}}"
    rf"(?P<plate>[^\W_]{{1,8}}(?:[ ·.-]?(?:\d{{1,5}}[^\W\d_]{{0,3}}"
    rf"|[^\W\d_]{{1,3}}\d{{0,4}}(?!\w))){{0,4}})(?!\w)"
)
_NOT = frozenset(vocabulary.NO_PLATE)


def _spelled(shapes: str) -> Iterator[str]:
    for shape in shapes.split():
        parts = shape.split("_")
        for between in product(("", " ", "-"), repeat=len(parts) - 1):
            yield "".join(part + gap for part, gap in zip(parts, (*between, ""), strict=True))


# Capitals of the Latin, Cyrillic and Greek alphabets as A, digits as 9.
_SHAPE = str.maketrans(
    {chr(sign): "A" for first, last in ("AZ", "АЯ", "ΑΩ") for sign in range(ord(first), ord(last) + 1)}
    | dict.fromkeys("ÄÖÜІЇЄ", "A")
    | dict.fromkeys("0123456789", "9")
)
_SURE = frozenset(_spelled(_SURE_TEXT))
_NEAR_CAR = frozenset(_spelled(_NEAR_CAR_TEXT))
_SPANISH = re.compile(r"\d{4}[ -]?[B-DF-HJ-NP-TV-Z]{3}")  # never a word


def plates(text: Reading) -> Iterator[Span]:
    """Shapes of plates, and what a word for "plate" announces, if it has figures and letters."""
    spans = [*_announced(text), *_by_shape(text), *scripts.found(text, scripts.PLATES)]
    return apart(spans)


def _by_shape(text: Reading) -> Iterator[Span]:
    view = text.view
    for run in _RUN.finditer(view):
        if not text.figures_in(*run.span()):
            continue
        shape = run[0].translate(_SHAPE)
        if "A" not in shape:
            continue
        pieces = [piece.span() for piece in _PIECE.finditer(shape)]
        first, around = 0, None
        while first < len(pieces):
            start = run.start() + pieces[first][0]
            for last in range(min(first + 5, len(pieces)), first, -1):
                end = run.start() + pieces[last - 1][1]
                part = shape[pieces[first][0] : pieces[last - 1][1]]
                sure = part in _SURE or bool(_GERMAN.fullmatch(view, start, end))
                if not (sure or part in _NEAR_CAR) or not _plain(view, start, end, sure=sure):
                    continue
                if not sure and not _SPANISH.fullmatch(view, start, end):
                    around = text.near(*run.span(), _FAR) if around is None else around
                    if around.isdisjoint(_CARS):
                        continue
                yield start, end
                first = last - 1
                break
            first += 1


def _plain(view: str, start: int, end: int, *, sure: bool) -> bool:
    """Whether it stands alone, and its letters mean nothing else."""
    if _inside(view, start - 1) or _inside(view, end):
        return False
    return all(
        word not in _NOT or (sure and len(word) < 3) for word in _LETTERS_ONLY.findall(view, start, end)
    )


def _inside(view: str, at: int) -> bool:
    return 0 <= at < len(view) and (view[at].isalnum() or view[at] in "_-")


def _announced(text: Reading) -> Iterator[Span]:
    view = text.view
    for _, end in text.places(_NAMING):
        found = _NAMED.match(view, end)
        plate = found["plate"] if found else ""
        letters = [sign for sign in plate if sign.isalpha()]
        figures = sum(sign.isdigit() for sign in plate)
        if not found or not (letters and figures and 4 <= len(letters) + figures <= 9):
            continue
        words = re.findall(r"[^\W\d_]+", plate)
        capitals = all(sign.isupper() or sign.lower() == sign.upper() for sign in letters)
        small = all(len(word) <= 3 for word in words) and figures >= 2 and text.lower[end - 1] != "s"
        if (capitals or small) and not _NOT.intersection(word.upper() for word in words):
            yield found.span("plate")
