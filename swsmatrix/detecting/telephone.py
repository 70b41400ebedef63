"""Telephone numbers, as figures.

Numbering plans come from ``phonenumbers``; where a number begins and ends is decided here, because the
library's own matcher takes dates and rows of numbers for telephone numbers in some countries.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import phonenumbers

Span = tuple[int, int]

_FEWEST, _MOST = 7, 15  # digits; ITU-T E.164 allows 15 at most
_LOOKUPS = 20_000  # about 0.3 s; more digits than that are no conversation, and then all count as numbers

_GROUP = re.compile(r"[0-9]+")
_GAP = re.compile(r"[ \t().\-/·•*_~|]{1,4}|,")
_DAY = r"(?:0?[1-9]|[12]\d|3[01])"
_SHORT = rf"{_DAY}[./]{_DAY}[./]\d\d"
_DATES = re.compile(
    rf"(?<!\d)(?<!\d[-./ ]){_SHORT} ?- ?{_SHORT}(?![-./ ]?\d)|"
    rf"(?<!\d)(?:19|20)\d\d[-./]{_DAY}[-./]{_DAY}(?!\d)"
    rf"|(?<!\d){_DAY}[-./]{_DAY}[-./](?:19|20)\d\d(?!\d)"
    rf"|(?<!\d)(?<!\d[-./ ]){_DAY} {_DAY} (?:19|20)\d\d(?!\d)"
    rf"|(?<!\d)(?<!\d[-./ ]){_DAY}[-./]{_DAY}[-./]\d\d(?![-./ ]?\d\d[-./ ]\d\d)(?!\d)"
    r"|(?<!\d)\d{1,2}:\d\d(?::\d\d)?(?!\d)"
)
_MONEY_BEFORE = re.compile(r"[$€£¥₹]\s?$")
_SAID_BEFORE = re.compile(
    r"(?<![a-z])(?:call|text|tel|telephone|phone|cell|mobile|number|whatsapp|signal|sms"
    r"|handy|nummer|teléfono|numéro)"
    r"(?: (?:me|him|her|them|is|was|on|at|no|number)){0,2}[\s:.#]{0,3}$",
    re.IGNORECASE,
)
_EXTENSION = re.compile(r" ?(?:ext|extension|x)[. ]{0,2}\d{1,6}(?!\d)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Group:
    """Digits that touch; ``gap`` is what stands between them and the group before."""

    start: int
    end: int
    digits: str
    gap: str
    plus: bool


def telephones(view: str, countries: Sequence[str]) -> list[Span]:
    """The spans of telephone numbers in a text as ``folding.readable`` gives it (ASCII digits)."""
    view = _DATES.sub(lambda found: "\n" * len(found[0]), view)
    book = _Book(countries)
    found: list[Span] = []
    for chain in _chains(view):
        found += _in_chain(view, chain, book)
    return found


def _chains(view: str) -> Iterator[list[_Group]]:
    chain: list[_Group] = []
    for match in _GROUP.finditer(view):
        between = view[chain[-1].end : match.start()] if chain else ""
        plus = view[max(0, match.start() - 1) : match.start()] == "+"
        if chain and not _GAP.fullmatch(between):
            yield chain
            chain = []
        chain.append(_Group(match.start(), match.end(), match[0], between, plus))
    if chain:
        yield chain


def _in_chain(view: str, chain: list[_Group], book: _Book) -> Iterator[Span]:
    first = 0
    while first < len(chain):
        if _MONEY_BEFORE.search(view, max(0, chain[first].start - 2), chain[first].start):
            first += 1
            continue
        said = bool(_SAID_BEFORE.search(view, max(0, chain[first].start - 40), chain[first].start))
        lasts = _lasts(chain, first)
        last = next((last for last in lasts if book.has(chain[first:last], said=said)), None)
        if last is None and first == 0 and _shaped(chain):
            last = len(chain)
        if last is None and chain[first].plus and lasts:
            last = lasts[0]  # unknown to the plans, but written as only telephone numbers are
        if last is not None:
            yield _with_edges(view, chain[first].start, chain[last - 1].end)
        first = last or first + 1


def _lasts(chain: list[_Group], first: int) -> list[int]:
    """Where a number that begins with the group ``first`` may end, the likeliest first."""
    lasts: list[tuple[int, int]] = []
    count = 0
    for at in range(first, len(chain)):
        count += len(chain[at].digits)
        if count > _MOST + 1:  # "+44 (0)20…" writes one digit that does not count
            break
        if count >= _FEWEST:
            lasts.append((count, at + 1))
    national = chain[first].digits[0] == "0" and not chain[first].digits.startswith("00")
    # Otherwise the longest: but after "07700 900123" a "45" is somebody's age.
    lasts.sort(key=lambda last: (not (national and last[0] in (10, 11)), -last[0]))
    return [last for _, last in lasts]


def _with_edges(view: str, start: int, end: int) -> Span:
    while start > 0 and view[start - 1] in "+(":
        start -= 1
    extension = _EXTENSION.match(view, end)
    return start, extension.end() if extension else end


@dataclass(frozen=True, slots=True)
class _Shape:
    sizes: tuple[int, ...]
    begins: str


# How people group what no plan above knows, nothing else in the row.
_SHAPES = (
    *(
        _Shape((3, 4, 4), "1"),
        _Shape((3, 3, 3), "456789"),
        _Shape((5, 5), "6789"),
        _Shape((3, 3, 2, 2), "3459"),
    ),
    *(
        _Shape((1, 3, 3, 2, 2), "78"),
        _Shape((4, 3, 2, 2), "8"),
        _Shape((1, 10), "8"),
        _Shape((2, 3, 2, 2), "5679"),
    ),
    *(_Shape((2, 5, 4), "123456789"), _Shape((2, 4, 4), "123456789"), _Shape((2, 1, 4, 4), "123456789")),
    *(_Shape((3, 3, 4), "123456789"), _Shape((2, 7), "235679")),
    *(_Shape((11,), "18"), _Shape((10,), "3456789"), _Shape((2, 3, 4), "235679")),
)


def _shaped(chain: Sequence[_Group]) -> bool:
    sizes = tuple(len(group.digits) for group in chain)
    gaps = {group.gap.strip() or " " for group in chain[1:]}
    if "," in gaps or _prices(chain):
        return False
    return any(shape.sizes == sizes and chain[0].digits[0] in shape.begins for shape in _SHAPES)


class _Book:
    """Asks the numbering plans, at most ``_LOOKUPS`` times for one text."""

    def __init__(self, countries: Sequence[str]) -> None:
        self._left = _LOOKUPS
        # Who writes a 0 before national numbers writes it always: without it the digits are something else.
        self._zero = [c for c in countries if phonenumbers.ndd_prefix_for_region(c, True) == "0"]
        self._bare = [c for c in countries if c not in self._zero]

    def has(self, groups: Sequence[_Group], *, said: bool) -> bool:
        """Whether these groups, with nothing more around them, are a telephone number."""
        digits = "".join(group.digits for group in groups)
        sizes = [len(group.digits) for group in groups]
        gaps = [group.gap for group in groups[1:]]
        if groups[0].plus:
            return self._valid("+" + digits, ["ZZ"])
        north_american = sizes in ([3, 3, 4], [1, 3, 3, 4]) and groups[-3].digits[0] in "23456789"
        if "," in gaps:
            return north_american and digits[0] in "123456789" and not _prices(groups)
        if north_american or said:
            return not _prices(groups)
        if sizes == [3, 4]:
            return gaps == ["-"] and not _prices(groups)
        if digits[0] == "0":
            return len(digits) >= 10 or self._valid(digits, [*self._zero, *self._bare])
        if _prices(groups) or (min(sizes[digits[0] == "1" :], default=9) < 2 and max(sizes) > 1):
            return False
        return (sizes[0] >= 3 or max(sizes) == 1 or digits[0] == "1") and self._valid(digits, self._bare)

    def _valid(self, digits: str, countries: Sequence[str]) -> bool:
        for country in countries:
            if self._left <= 0:
                return True
            self._left -= 1
            try:
                number = phonenumbers.parse(digits, country)
            except phonenumbers.NumberParseException:
                continue
            if phonenumbers.is_valid_number(number):
                return True
        return False


def _prices(groups: Sequence[_Group]) -> bool:
    """Rows of round numbers: 600 800 1000."""
    return len(groups) > 1 and all(len(g.digits) <= 4 and int(g.digits) % 50 == 0 for g in groups)
