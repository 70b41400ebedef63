"""Places as figures: degrees, plus codes, map grids."""

from __future__ import annotations

import re
from collections.abc import Iterator

from swsmatrix.detecting.reading import Reading, apart

Span = tuple[int, int]

_SIDE = r"(?:\s?[NSEWOnsewo](?!\w))?"
_BEFORE = r"(?:[NSEWO]\s?)?"
# Fewer than four decimals are no place (a hundred metres), and often something else.
_DECIMAL = rf"{_BEFORE}[-+]?\d{{1,3}}[.,]\d{{4,15}}\s?°?{_SIDE}"
_MINUTES = r"\s?\d{1,2}(?:[.,]\d{1,6}\s?['´`′’m]{0,2}|\s?['´`′’m]{1,2})"
_SECONDS = r"(?:\s?\d{1,2}(?:[.,]\d{1,4})?\s?[\"″”'′’s]{1,2})?"
_SEXAGESIMAL = rf"{_BEFORE}\d{{1,3}}\s?[°º*]{_MINUTES}{_SECONDS}{_SIDE}"
_AND = r"[\s,;/|&]{0,3}(?:und|and|y|et|e|lon\w{0,6}|lng)?[:=]?\s{0,2}"
_DEGREES = re.compile(
    rf"(?:{_DECIMAL}{_AND}(?<=[,;/|&\s:=]){_DECIMAL}|{_SEXAGESIMAL}{_AND}{_SEXAGESIMAL})(?!\d)"
)
_PLUS = "[23456789CFGHJMPQRVWX]"  # Open Location Code
_PLUS_CODE = re.compile(rf"(?<![\w+]){_PLUS}{{4,8}}\+{_PLUS}{{2,3}}(?!\w)")
_URI = re.compile(r"geo:-?\d{1,3}\.\d{1,12},-?\d{1,3}\.\d{1,12}|///[^\W\d_]{2,20}(?:\.[^\W\d_]{2,20}){2}")
_GRID = re.compile(
    r"(?<!\w)(?:[HNOST][A-HJ-Z] ?(?:\d{3} ?\d{3}|\d{4} ?\d{4}|\d{5} ?\d{5})"
    r"|\d{1,2}[C-HJ-NP-X] ?[A-HJ-NP-Z]{2} ?(?:\d{4} ?\d{4}|\d{5} ?\d{5}))(?![\w-])"
)
# What stands before the decimals, or before the degrees, turned round.
_HEAD = re.compile(r"(?:[.,]\d{1,3})?[-+]?(?:\s?[NSEWO](?!\w))?")


def places(text: Reading) -> Iterator[Span]:
    """Pairs of degrees, plus codes, ``geo:``, British and military grid references, three words."""
    view = text.view
    spans = list(_degrees(text))
    if "+" in view:
        spans += [found.span() for found in _PLUS_CODE.finditer(view)]
    if "geo:" in view or "///" in view:
        spans += [found.span() for found in _URI.finditer(view)]
    for start, end in text.figures:
        if end - start > 2:
            begin = start - 3 if view[start - 1 : start] == " " else start - 2
            found = _GRID.match(view, begin) if begin >= 0 and view[begin : begin + 2].isupper() else None
        else:
            found = _GRID.match(view, start) if view[end : end + 1].isupper() else None
        spans += [found.span()] if found else []
    return apart(spans)


def _degrees(text: Reading) -> Iterator[Span]:
    view = text.view
    last = 0
    for start, end in text.figures:
        decimals = end - start >= 4 and view[start - 1 : start] in (".", ",")
        if start < last or not (decimals or view[end : end + 2].lstrip(" ")[:1] in ("°", "º", "*")):
            continue
        head = _HEAD.match(view[max(last, start - 8) : start][::-1])
        begin = start - head.end() if head else start
        found = _DEGREES.match(view, begin)
        if found:
            last = found.end()
            yield found.span()
