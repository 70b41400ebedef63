"""The parts of a message in which nothing is heard: code, quotations, addresses. Pure.

What people mark up as code or quotation they talk *about*. In doubt a part counts as spoken: an
unclosed backtick or fence hides nothing.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from swsmatrix.folding import HASHES, invisible

_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})([^\n]*)")
_HASH = re.compile(f"[{HASHES}]")
_TICKS = re.compile(r"`+")
# Every repetition is bounded or starts only where a word starts: the time stays linear on hostile texts.
_ADDRESS = re.compile(
    r"""(?: [a-z][a-z0-9+.*-]{1,15}:// | www\. | matrix:(?:r|u|e|roomid)/
          | (?<![a-z0-9.-]) (?:[a-z0-9-]{1,63}\.){1,8} [a-z]{2,24}/ )
        [^\s<>"]*""",
    re.IGNORECASE | re.VERBOSE,
)


def unheard(text: str, code: Sequence[str] = ()) -> bytearray:
    """One byte for each character of ``text``: 1 where nothing is heard.

    ``code`` are literal texts that the formatted body marked up as code or quotation. Each hides one
    occurrence (and one that is hidden anyway counts): a tag that is also said plainly is still heard.
    """
    hidden = bytearray(len(text))
    for start, end in _blocks(text):
        _hide(hidden, start, end)
    for start, end in _spans(text, hidden):
        _hide(hidden, start, end)
    for found in _ADDRESS.finditer(text):
        _hide(hidden, *found.span())
    for start, end in _marked(text, code, hidden):
        _hide(hidden, start, end)
    return hidden


def _hide(hidden: bytearray, start: int, end: int) -> None:
    hidden[start:end] = b"\1" * (end - start)


def _lines(text: str) -> Iterator[tuple[int, str]]:
    at = 0
    for line in text.splitlines(keepends=True):
        yield at, line
        at += len(line)


def _blocks(text: str) -> Iterator[tuple[int, int]]:
    """Fenced blocks that are closed, and lines quoted with ``>``."""
    fence, opened = "", 0
    for at, line in _lines(text):
        if _quoted(line):
            yield at, at + len(line)
        begins = _FENCE.match(line)
        if fence:
            if begins and begins[1].startswith(fence) and not begins[2].strip():
                yield opened, at + len(line)
                fence = ""
        elif begins and not (begins[1][0] == "`" and "`" in begins[2]):
            fence, opened = begins[1], at


def _quoted(line: str) -> bool:
    for char in line:
        if char == ">":
            return True
        if not (char.isspace() or invisible(char)):
            return False
    return False


def _spans(text: str, hidden: bytearray) -> Iterator[tuple[int, int]]:
    """Code between runs of as many backticks (CommonMark, "Code spans"), within one paragraph."""
    opened: dict[int, list[re.Match[str]]] = {}
    runs: list[re.Match[str]] = []
    breaks = [found.start() for found in re.finditer(r"\n[ \t]*(?=\n)", text)]
    breaks.append(len(text))
    paragraph = 0
    for run in _TICKS.finditer(text):
        if hidden[run.start()]:
            continue
        if run.start() > breaks[paragraph]:
            yield from _pairs(runs, opened)
            runs, opened = [], {}
            while run.start() > breaks[paragraph]:
                paragraph += 1
        runs.append(run)
        opened.setdefault(len(run[0]), []).append(run)
    yield from _pairs(runs, opened)


def _pairs(runs: list[re.Match[str]], same: dict[int, list[re.Match[str]]]) -> Iterator[tuple[int, int]]:
    for ones in same.values():
        ones.reverse()  # the next one is popped from the end
    until = 0
    for run in runs:
        later = same[len(run[0])]
        while later and later[-1].start() <= max(run.start(), until - 1):
            later.pop()
        if run.start() >= until and later:
            until = later[-1].end()
            yield run.start(), until


def _marked(text: str, code: Sequence[str], hidden: bytearray) -> Iterator[tuple[int, int]]:
    wanted = Counter(squeezed for part in code if _HASH.search(squeezed := "".join(part.split())))
    if not wanted:
        return
    # Client and server disagree about spaces and line ends in quotations: compare without them.
    where = [at for at, char in enumerate(text) if not char.isspace()]
    squeezed_text = "".join(text.split())
    for part, times in wanted.items():
        found = list(_occurrences(squeezed_text, part, where))
        found.sort(key=lambda span: not hidden[span[0]])
        yield from found[:times]


def _occurrences(squeezed: str, part: str, where: list[int]) -> Iterator[tuple[int, int]]:
    at = squeezed.find(part)
    while at >= 0:
        yield where[at], where[at + len(part) - 1] + 1
        at = squeezed.find(part, at + len(part))
