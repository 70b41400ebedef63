"""Where in a text it pays to look: around words that announce something."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Iterator
from typing import NamedTuple

Span = tuple[int, int]

_WORD = re.compile(r"[^\W\d_]+")


class Word(NamedTuple):
    """Letters that touch, in lower case (as long as in the text)."""

    text: str
    start: int
    end: int


def words(view: str) -> list[Word]:
    """The words of a text in which nothing is blanked yet."""
    return [Word(found[0].lower(), *found.span()) for found in _WORD.finditer(view)]


def windows(
    view: str,
    spoken: Iterable[Word],
    wanted: Container[str],
    before: int,
    after: int,
    *,
    endings: tuple[str, ...] = (),
) -> Iterator[Span]:
    """Parts of ``view`` around the words in ``wanted``, or that end so: apart, each with a figure."""
    start = end = -1
    for word in spoken:
        if word.text in wanted or (endings and word.text.endswith(endings)):
            if word.start - before > end:
                if end > 0 and _figure(view, start, end):
                    yield start, end
                start = max(word.start - before, 0)
            end = min(word.end + after, len(view))
    if end > 0 and _figure(view, start, end):
        yield start, end


_FIGURE = re.compile(r"\d|s/n", re.IGNORECASE)


def _figure(view: str, start: int, end: int) -> bool:
    return bool(_FIGURE.search(view, start, end))
