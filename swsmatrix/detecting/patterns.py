"""What the stewards look out for besides: regular expressions of their own, one in a line.

Python's own engine goes on trying where a pattern leaves it many ways to match, for years if need be. So the
ways are counted before a pattern is accepted, and lines are looked through in pieces of ``_PIECE`` letters: a
text takes time in proportion to its length. (An engine that is always fast, like re2, knows few scripts'
letters, not what stands before or after, and would be one more thing to trust for a handful of lines.)
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import reduce
from operator import mul
from pathlib import Path
from re import _constants as code  # type: ignore[attr-defined]
from re import _parser  # type: ignore[attr-defined]
from typing import Any

from swsmatrix.detecting.reading import Reading, apart

Span = tuple[int, int]
Pattern = re.Pattern[str]

MOST_PATTERNS = 200
MOST_LETTERS = 300  # of one pattern
MOST_WAYS = 301  # of matching, from one place: one "*" alone, in a piece
_PIECE = 300
_OVERLAP = 100
_FLAGS = re.IGNORECASE | re.MULTILINE


def read(path: Path) -> tuple[Pattern, ...]:
    """The patterns in a file; ``ValueError`` with one line that names the file, and the line that is wrong.

    Empty lines and those that begin with ``#`` are left out, spaces around a pattern too.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except UnicodeDecodeError:
        raise ValueError(f"{path} is not text in UTF-8") from None
    except OSError as error:
        raise ValueError(f"{path} cannot be read: {error.strerror}") from None
    patterns: list[Pattern] = []
    for number, line in enumerate(map(str.strip, lines), 1):
        if not line or line.startswith("#"):
            continue
        try:
            patterns.append(accepted(line))
        except ValueError as error:
            raise ValueError(f"{path}, line {number}: {error}") from None
        if len(patterns) > MOST_PATTERNS:
            raise ValueError(f"{path}, line {number}: more than {MOST_PATTERNS} patterns")
    return tuple(patterns)


def accepted(text: str) -> Pattern:
    """A pattern that is safe to use, capitals or not; ``ValueError`` says why it is not."""
    if len(text) > MOST_LETTERS:
        raise ValueError(f"longer than {MOST_LETTERS} letters")
    try:
        pattern = re.compile(text, _FLAGS)
        parsed = _parser.parse(text, _FLAGS)
        ways, fewest = _ways(parsed), parsed.getwidth()[0]
    except (re.error, OverflowError, RecursionError) as error:
        raise ValueError(f"not a regular expression: {error}") from None
    if not fewest:
        raise ValueError("finds something in every text")
    if ways > MOST_WAYS:
        raise ValueError(
            "takes too long on some texts: give each + and * a limit, as in {1,9}, none in another"
        )
    return pattern


def found(text: Reading, patterns: Sequence[Pattern]) -> Iterator[Span]:
    """What the patterns match, each within one line."""
    return apart(span for pattern in patterns for span in _of(text, pattern))


def _of(text: Reading, pattern: Pattern) -> Iterator[Span]:
    begin = 0
    for line in text.view.split("\n"):
        end = begin + len(line)
        for start in range(begin, max(end - _OVERLAP, begin + 1), _PIECE - _OVERLAP):
            spans = (found.span() for found in pattern.finditer(text.view, start, min(start + _PIECE, end)))
            yield from (span for span in spans if span[0] < span[1])
        begin = end + 1


def _ways(parts: Any) -> int:
    """In how many ways a parsed pattern can go on from one place, at the worst; at most ``MOST_WAYS + 1``."""
    return _capped(reduce(mul, (_ways_of(*part) for part in parts), 1))


def _ways_of(kind: Any, value: Any) -> int:
    if kind in (code.MAX_REPEAT, code.MIN_REPEAT, code.POSSESSIVE_REPEAT):
        fewest, most, inner = value
        return _repeated(_ways(inner), int(fewest), min(int(most), _PIECE))
    if kind is code.SUBPATTERN:
        return _ways(value[-1])
    if kind is code.BRANCH:
        return _capped(sum(map(_ways, value[1])))
    if kind in (code.ASSERT, code.ASSERT_NOT):
        return _ways(value[1])
    if kind is code.ATOMIC_GROUP:
        return _ways(value)
    if kind is code.GROUPREF_EXISTS:
        return _capped(sum(_ways(branch) for branch in value[1:] if branch))
    return 1


def _repeated(inner: int, fewest: int, most: int) -> int:
    """``inner`` ways, ``fewest`` to ``most`` times in a row."""
    if inner == 1:
        return most - min(fewest, most) + 1
    total, ways = 0, 1
    for times in range(most + 1):
        total += ways if times >= fewest else 0
        if max(total, ways) > MOST_WAYS:
            return MOST_WAYS + 1
        ways *= inner
    return total


def _capped(ways: int) -> int:
    return min(ways, MOST_WAYS + 1)
