"""Places as figures: degrees, plus codes, map grids."""

from __future__ import annotations

import re
from collections.abc import Iterator

Span = tuple[int, int]

_SIDE = r"(?:\s?[NSEWO](?!\w))?"
# Fewer than four decimals are no place (a hundred metres), and often something else.
_DECIMAL = rf"(?:[NSEWO]\s?)?[-+]?\d{{1,3}}[.,]\d{{4,12}}\s?°?{_SIDE}"
_MINUTES = r"\s?\d{1,2}(?:[.,]\d{1,6})?\s?['´`′’m]{1,2}"
_SECONDS = r"(?:\s?\d{1,2}(?:[.,]\d{1,4})?\s?[\"″”'′’s]{1,2})?"
_SEXAGESIMAL = rf"(?:[NSEWO]\s?)?\d{{1,3}}\s?[°º*]{_MINUTES}{_SECONDS}{_SIDE}"
_PLUS = "[23456789CFGHJMPQRVWX]"  # Open Location Code
_DEGREES = re.compile(
    rf"(?<![\d.,])(?:{_DECIMAL}\s?[,;/\s]\s{{0,2}}{_DECIMAL}"
    rf"|{_SEXAGESIMAL}\s?[,;/]?\s{{0,2}}{_SEXAGESIMAL})(?!\d)"
)
_SIGNS = re.compile(r"\d[.,]\d{4}|\d\s?[°º*]")
_PLUS_CODE = re.compile(rf"(?<![\w+]){_PLUS}{{4,8}}\+{_PLUS}{{2,3}}(?!\w)")
_URI = re.compile(r"geo:-?\d{1,3}\.\d{1,12},-?\d{1,3}\.\d{1,12}|///[^\W\d_]{2,20}(?:\.[^\W\d_]{2,20}){2}")
_GRID = re.compile(
    r"\b(?:[HNOST][A-HJ-Z] ?(?:\d{3} ?\d{3}|\d{4} ?\d{4}|\d{5} ?\d{5})"
    r"|\d{1,2}[C-HJ-NP-X] ?[A-HJ-NP-Z]{2} ?(?:\d{4} ?\d{4}|\d{5} ?\d{5}))(?![\w-])"
)


def places(view: str) -> Iterator[Span]:
    """Pairs of degrees, plus codes, ``geo:``, British and military grid references, three words."""
    looks = [_GRID]
    looks += [_DEGREES] if _SIGNS.search(view) else []
    looks += [_PLUS_CODE] if "+" in view else []
    looks += [_URI] if "geo:" in view or "///" in view else []
    last = 0
    for start, end in sorted(found.span() for look in looks for found in look.finditer(view)):
        if start >= last:
            yield start, end
            last = end
