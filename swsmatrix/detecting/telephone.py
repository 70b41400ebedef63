"""Telephone numbers, as figures.

Where a number begins and ends is decided here, and first by how people group the digits: the matcher of
``phonenumbers`` takes dates and rows of numbers for telephone numbers in some countries. What could be
anything is asked of the numbering plans (``plans``).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from swsmatrix.detecting import plans, vocabulary
from swsmatrix.detecting.reading import Reading

Span = tuple[int, int]

_FEWEST, _MOST = 7, 15  # digits; ITU-T E.164 allows 15 at most
_TRIES = 2_000  # groups of digits in long rows; more are no conversation, and then all count as numbers

_GROUP = re.compile(r"\d+")
_GAP = re.compile(r"[^\w,;!?%$€£¥₹\"&@<>\n]{1,4}|[_,]")
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
_SAID_WORDS = "|".join(sorted(map(re.escape, vocabulary.CALLING), key=lambda word: (-len(word), word)))
_SAID = re.compile(
    rf"(?<![^\W\d_])(?:{_SAID_WORDS})(?: (?:me|him|her|them|is|was|on|at|from|ist|est|es|è|to|jest))"
    r"{0,2}[\s:.#=,(-]{0,3}\Z"
)
_NOT_WORDS = "|".join(sorted(map(re.escape, vocabulary.COUNTED), key=lambda word: (-len(word), word)))
_NOT = re.compile(
    rf"(?<![^\W\d_])(?:{_NOT_WORDS})(?: (?:no|nr|number|num|is|named|id|my|the|#)){{0,2}}[\s:.#=(-]{{0,3}}\Z"
)
_EXTENSION = re.compile(r" ?(?:ext|extension|x|durchwahl|dw|poste|int)[. ]{0,2}\d{1,6}(?!\d)", re.IGNORECASE)
_MONEY = frozenset("$€£¥₹")


@dataclass(frozen=True, slots=True)
class _Group:
    """Digits that touch; ``gap`` is what stands between them and the group before."""

    start: int
    end: int
    digits: str
    gap: str
    plus: bool


def telephones(text: Reading, countries: Sequence[str]) -> Iterator[Span]:
    """The spans of telephone numbers; ``countries``: whose ways of writing them count, and in that order."""
    bare = [country for country in countries if not plans.trunk_zero(country)]
    zero = [country for country in countries if plans.trunk_zero(country)]
    tries = _TRIES
    for row in _rows(text):
        for groups in _chains(text.view, *row):
            if sum(len(group.digits) for group in groups) < _FEWEST:
                continue
            if tries < len(groups):
                yield groups[0].start, groups[-1].end
            else:
                yield from _Chain(text, groups, bare, zero).numbers()
            tries -= len(groups)


def _rows(text: Reading) -> Iterator[Span]:
    """Parts of the text with seven digits or more, and nothing in between that a number never has."""
    view = text.view
    begun = last = -1
    count = 0
    for start, end in text.figures:
        if last < 0 or start - last > 4 or not _GAP.fullmatch(view, last, start):
            if count >= _FEWEST:
                yield begun, last
            begun, count = start, 0
        count += end - start
        last = end
    if count >= _FEWEST:
        yield begun, last


def _chains(view: str, start: int, end: int) -> Iterator[list[_Group]]:
    """The groups of a row, apart where dates and times are."""
    base = max(0, start - 4)
    part = _DATES.sub(lambda found: "\n" * len(found[0]), view[base : end + 4])
    chain: list[_Group] = []
    last = base
    for match in _GROUP.finditer(part):
        begin = base + match.start()
        if begin >= end:
            break
        between = view[last:begin] if chain else ""
        if chain and ("\n" in part[last - base : match.start()] or not _GAP.fullmatch(between)):
            yield chain
            chain = []
            between = ""
        last = base + match.end()
        chain.append(_Group(begin, last, match[0], between, begin > 0 and view[begin - 1] == "+"))
    if chain:
        yield chain


@dataclass(frozen=True, slots=True)
class _Chain:
    """Groups of digits that may be telephone numbers, one or several, and other things."""

    text: Reading
    groups: list[_Group]
    bare: Sequence[str]
    zero: Sequence[str]

    def numbers(self) -> Iterator[Span]:
        groups, first = self.groups, 0
        while first < len(groups):
            if _MONEY.intersection(self._before(first, 2)):
                first += 1
                continue
            lasts = _lasts(groups, first)
            last = self._last(first, lasts)
            if last is not None:
                yield self._with_edges(groups[first].start, groups[last - 1].end)
            first = last or first + 1

    def _last(self, first: int, lasts: list[int]) -> int | None:
        """Where the number ends that begins with the group ``first``."""
        plus = self.groups[first].plus
        if not plus and lasts and self._announced(_NOT, first):
            return None
        for last in lasts:
            if self._is_number(self.groups[first:last]):
                return last
        if first == 0 and not plus and _shaped(self.groups):
            return len(self.groups)
        if lasts and plus:
            return lasts[0]  # unknown to the plans, but written as only telephone numbers are
        if lasts and self._announced(_SAID, first):
            hyphens = all("-" in group.gap for group in self.groups[first + 1 : lasts[0]])
            return next((last for last in lasts if hyphens or not _round(self.groups[first:last])), None)
        return None

    def _is_number(self, groups: Sequence[_Group]) -> bool:
        """Whether these groups, with nothing more around them, are a telephone number."""
        digits = "".join(group.digits for group in groups)
        sizes = [len(group.digits) for group in groups]
        gaps = [group.gap for group in groups[1:]]
        if groups[0].plus:
            return plans.international(digits)
        if digits.startswith("00") and len(digits) >= 11 and plans.international(digits[2:]):
            return True
        north_american = sizes in ([3, 3, 4], [1, 3, 3, 4]) and groups[-3].digits[0] in "23456789"
        if "," in gaps:
            return north_american and digits[0] in "123456789" and not _round(groups)
        if north_american:
            return not _round(groups)
        if max(sizes) == 1 and any(":" in gap for gap in gaps):
            return False  # 3:1 2:0 4:2
        if sizes == [3, 4]:
            return gaps == ["-"] and not _round(groups)
        if digits[0] == "0":
            return len(digits) >= 10 or plans.national(digits, [*self.zero, *self.bare])
        if _round(groups) or (min(sizes[digits[0] == "1" :], default=9) < 2 and max(sizes) > 1):
            return False
        return not _row(groups) and plans.national(digits, self.bare)

    def _announced(self, words: re.Pattern[str], first: int) -> bool:
        return bool(words.search(self._before(first, 32)))

    def _before(self, first: int, length: int) -> str:
        start = self.groups[first].start
        return self.text.lower[max(0, start - length) : start]

    def _with_edges(self, start: int, end: int) -> Span:
        view = self.text.view
        while start > 0 and view[start - 1] in "+([":
            start -= 1
        extension = _EXTENSION.match(view, end)
        return start, extension.end() if extension else end


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


def _shaped(chain: Sequence[_Group]) -> bool:
    """Whether a whole row of groups, and nothing else, is as people write what no plan above knows."""
    sizes = tuple(len(group.digits) for group in chain)
    total, begins = sum(sizes), chain[0].digits[0]
    gaps = {group.gap.strip() or " " for group in chain[1:]}
    if not 8 <= total <= 13 or "," in gaps or _round(chain) or _row(chain):
        return False
    if len(sizes) == 1:
        return (total == 11 and begins in "178") or (total in (10, 12) and begins in "3456789")
    if total == 8:
        usual = ((2, 2, 2, 2), (4, 4), (3, 2, 3), (2, 3, 3), (1, 3, 4))
        return sizes in usual and begins in "23456789" and not 1900 <= int(chain[0].digits) < 2100
    if begins == "0":
        return total >= 9
    if sizes[1:] == (3,) * (len(sizes) - 1) and sizes[0] < 3 and gaps & {".", "'", "’"}:
        return False  # 12.345.678
    if sizes in ((2, 1, 4, 4), (5, 4)):  # Brazil; an American postcode
        return sizes == (2, 1, 4, 4)
    inner = sizes[1:] if begins in "1789" else sizes
    return all(2 <= size <= 5 for size in inner[:-1]) and 2 <= sizes[-1] <= 7 and len(sizes) <= 6


def _round(groups: Sequence[_Group]) -> bool:
    """Rows of round numbers: 600 800 1000."""
    return len(groups) > 1 and all(
        len(group.digits) <= 4 and int(group.digits) % 50 == 0 and int(group.digits) for group in groups
    )


def _row(groups: Sequence[_Group]) -> bool:
    """Numbers that go up, or years: 412 414 416; 2019-2023."""
    if len(groups) < 2 or len({len(group.digits) for group in groups}) > 1 or len(groups[0].digits) < 2:
        return False
    numbers = [int(group.digits) for group in groups]
    if all(1900 <= number < 2100 for number in numbers):
        return True
    steps = [b - a for a, b in pairwise(numbers)]
    return min(steps) > 0 and max(steps) <= max(10, numbers[0] // 20)
