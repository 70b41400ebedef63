"""A text as the finders read it: its words and figures, looked up once for all of them."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from collections.abc import Set as AbstractSet
from functools import cached_property
from itertools import accumulate

Span = tuple[int, int]

_WORD = re.compile(r"[^\W\d_]+")
_APART = re.compile(r"([^\W\d_]+)")
_APART_ASCII = re.compile(r"([a-z]+)")
_FIGURES = re.compile(r"[0-9]+")  # of all scripts: readable made them so


class Reading:
    """``view``: a text as ``folding.readable`` gives it, in which what was found already is blanked.

    Blanking puts line ends there, so that places stay what they are. ``lower`` is the text in lower case, as
    long as ``view``, and never blanked: finders look in it for where to begin, in ``view`` for what is there.
    ``figures``: where digits that touch begin and end, those left out that are blanked.
    """

    def __init__(self, view: str) -> None:
        self.view = view
        lower = view.lower()
        if len(lower) != len(view):  # İ becomes two
            lower = "".join(low if len(low := sign.lower()) == 1 else sign for sign in view)
        self.lower = lower
        self.figures = _digits(view)

    @cached_property
    def words(self) -> dict[str, list[int]]:
        """Where each word (letters that touch, in lower case) ends."""
        parts = (_APART_ASCII if self.lower.isascii() else _APART).split(self.lower)
        ends = list(accumulate(map(len, parts)))
        words: dict[str, list[int]] = {}
        for word, end in zip(parts[1::2], ends[1::2], strict=False):
            words.setdefault(word, []).append(end)
        return words

    def figures_in(self, begin: int, end: int) -> list[Span]:
        """The digits that begin in a part of the text."""
        return self.figures[bisect_left(self.figures, (begin, 0)) : bisect_left(self.figures, (end, 0))]

    def blank(self, spans: Iterable[Span]) -> None:
        """Take ``spans`` (in order, apart from each other) out of what is looked through."""
        parts: list[str] = []
        at = 0
        for start, end in spans:
            parts += [self.view[at:start], "\n" * (end - start)]
            at = end
        if at:
            view = self.view = "".join([*parts, self.view[at:]])
            self.figures = [figure for figure in self.figures if view[figure[0]] != "\n"]

    def replace(self, view: str) -> None:
        """Look through ``view``, as long as the last one, in which other signs are digits."""
        self.view = view
        self.figures = _digits(view)

    def places(self, wanted: AbstractSet[str]) -> list[Span]:
        """Where the words that are among ``wanted`` stand, in order."""
        words = self.words
        return sorted((end - len(word), end) for word in words.keys() & wanted for end in words[word])

    def near(self, start: int, end: int, far: int) -> set[str]:
        """The words up to ``far`` letters before and after a part."""
        return set(_WORD.findall(self.lower, max(0, start - far), end + far))


def _digits(view: str) -> list[Span]:
    return [found.span() for found in _FIGURES.finditer(view)]


def before(view: str, pattern: re.Pattern[str], at: int, most: int) -> int:
    """How many of the ``most`` letters before ``at`` match a pattern written for them turned round."""
    found = pattern.match(view[max(0, at - most) : at][::-1])
    return found.end() if found else 0


def apart(spans: Iterable[Span]) -> Iterator[Span]:
    """The spans in order, those left out that begin within another."""
    last = 0
    for start, end in sorted(spans):
        if start >= last:
            yield start, end
            last = end
