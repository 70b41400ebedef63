"""Telephone numbers in words, and with letters in the place of figures; e-mail addresses in words."""

from __future__ import annotations

import re
from collections.abc import Iterator

from swsmatrix.detecting import vocabulary
from swsmatrix.detecting.reading import Reading, apart, before
from swsmatrix.domains import ending

Span = tuple[int, int]

_WORDS = vocabulary.FIGURES
_BEGIN = frozenset(_WORDS)
# Scripts without spaces between words.
_JOINED = [word for word in _WORDS if "\u0900" <= word[0] <= "\u0e7f" or word[0] > "\u3000"]
_JOINED_SIGNS = frozenset("".join(_JOINED))
_JOINED_RUN = re.compile(
    rf"[{''.join(sorted(_JOINED_SIGNS))}][{''.join(sorted(_JOINED_SIGNS))}\d\s,.\-/]{{5,}}"
)
_GAP = r"[\s,.\-/–·()]{0,3}"
_JOINED_NUMBER = re.compile(
    rf"(?:(?:{'|'.join(sorted(_JOINED, key=lambda word: -len(word)))}|\d){_GAP}){{6,40}}(?<![\s,.\-/])"
)
_BETWEEN = re.compile(rf"(?:{_GAP}\d){{0,12}}{_GAP}")
_BESIDE = re.compile(rf"(?:{_GAP}\d){{1,12}}")
# Several in one, as "trentaquattro", or without the spaces.
_TOGETHER = re.compile(
    rf"(?:{'|'.join(sorted(set(_WORDS) | {'und', 'en'}, key=lambda word: (-len(word), word)))}){{2,12}}"
)
_FIRST_THREE = frozenset(word[:3] for word in _WORDS)
_LAST_THREE = frozenset(word[-3:] for word in _WORDS)
# Words that mean much else, where a number begins or ends: "sieben sieben hat".
_AND = frozenset(
    ["hat", "to", "on", "do", "en", "et", "y", "e", "und", "și", "si", "ba", "an", "os", "n", "п"]
)
_FEWEST = 6  # words and figures
_LETTERS = re.compile(r"(?<!\w)[0-9OoIl]{1,15}(?:[-. /()]{1,3}[0-9OoIl]{1,15}){0,8}(?!\w)")
_TOKEN = re.compile(r"\b(?:[OoIl]{0,15}\d[0-9OoIl]{0,15}|O{2,4})\b")
_LIKE = str.maketrans("OoIl", "0011")


def numbers(text: Reading) -> Iterator[Span]:
    """Six words for figures or more in a row, figures among them or not."""
    return apart([*_in_a_row(text), *_joined(text)])


def _in_a_row(text: Reading) -> Iterator[Span]:
    view = text.view
    row: list[Span] = []
    for place in _places(text):
        if row and not _BETWEEN.fullmatch(view, row[-1][1], place[0]):
            yield from _number(text, row)
            row = []
        row.append(place)
    if row:
        yield from _number(text, row)


def _places(text: Reading) -> list[Span]:
    compound = (
        word
        for word in text.words
        if len(word) > 7
        and word[:3] in _FIRST_THREE
        and word[-3:] in _LAST_THREE
        and _TOGETHER.fullmatch(word)
    )
    return text.places(_BEGIN.union(compound))


def _number(text: Reading, row: list[Span]) -> Iterator[Span]:
    """A row of words, with the figures between and beside them, if it is as long as a number."""
    while row and text.lower[slice(*row[-1])] in _AND:
        row = row[:-1]
    while row and text.lower[slice(*row[0])] in _AND:
        row = row[1:]
    if not row:
        return
    view, (start, end) = text.view, (row[0][0], row[-1][1])
    start -= before(view, _BESIDE, start, 20)
    after = _BESIDE.match(view, end)
    end = after.end() if after else end
    letters = sum(end - start for start, end in row)
    figures = sum(sign.isdigit() for sign in view[start:end])
    together = sum(
        (len(word[0]) - 1) // 5 for word in ([text.lower[a:b]] for a, b in row) if len(word[0]) > 9
    )
    clear = any(b - a > 2 for a, b in row)
    if clear and len(row) + figures + together >= _FEWEST and (letters * 2 > end - start or letters >= 6):
        yield start, end


def _joined(text: Reading) -> Iterator[Span]:
    if text.view.isascii() or _JOINED_SIGNS.isdisjoint(text.view):
        return
    for run in _JOINED_RUN.finditer(text.view):
        found = _JOINED_NUMBER.search(text.view, *run.span())
        if found and sum(sign.isalpha() for sign in found[0]) >= 4:
            yield found.span()


def with_figures(text: Reading) -> None:
    """Read a figure for each letter that stands for one in a number: ``O2O 7946 O958``."""
    view = text.view
    if not any(_near(view, start, end) for start, end in text.figures):
        return

    def mended(found: re.Match[str]) -> str:
        run = found[0]
        if sum(sign.isdigit() for sign in run) < 3:
            return run
        return _TOKEN.sub(lambda token: token[0].translate(_LIKE), run)

    text.replace(_LETTERS.sub(mended, view))


def _near(view: str, start: int, end: int) -> bool:
    sides = view[start - 1 : start] + view[end : end + 1]
    if any(sign in "OoIl" for sign in sides):
        return True
    return view[start - 2 : start - 1] in ("O", "I") or view[end + 1 : end + 2] in ("O", "I")


_AT = (
    r"(?:at|ät|et|arroba|arobase|arobas|chiocciola|małpa|malpa|apenstaartje|snabela|kukac|zavináč|zavinac"
    r"|собака|собачка|равлик|παπάκι|at işareti|эт|kuyruklu a)"
)
_DOT = r"(?:\.|dot|punkt|punto|point|ponto|punt|kropka|punct|tečka|pont|точка|крапка|nokta|τελεία|点)"
_LABEL = r"[^\W_][\w.-]{0,40}"
_SPOKEN = re.compile(
    rf"(?<![\w.]){_LABEL}(?P<at> {_AT} | ?[(\[{{<*] ?{_AT} ?[)\]}}>*] ?)[^\W_][\w-]{{0,40}}"
    rf"(?P<dots>(?:(?: ?[(\[{{<*] ?{_DOT} ?[)\]}}>*] ?| {_DOT} |\.)[^\W_][\w-]{{1,20}}){{1,3}})(?!\w)",
    re.IGNORECASE,
)
_HALF = re.compile(
    rf"{_AT}(?: | ?[)\]}}>*] ?)[^\W_][\w-]{{0,40}}(?: ?[(\[{{<*] ?{_DOT}| {_DOT} |\.[^\W\d_])", re.IGNORECASE
)
_AT_WORDS = frozenset(re.findall(r"[^\W\d_]{2,}", _AT))


def emails(text: Reading) -> Iterator[Span]:
    """E-mail addresses with the words for the signs, in the languages in which they are said."""
    view, at = text.view, 0
    for start, end in text.places(_AT_WORDS):
        if start > at and _HALF.match(view, start):
            found = _SPOKEN.search(view, max(at, start - 45), end + 70)
            if found and ending(re.split(r"\W", found["dots"].rstrip())[-1]):
                at = found.end()
                yield found.span()
