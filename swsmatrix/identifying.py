"""What in a text identifies somebody: telephone numbers, e-mail addresses, addresses on the web. Pure.

In doubt a detail is found: its author is asked, nobody else sees it. Dates, times, prices, ages and room
numbers are what warnings are made of, so those are left alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

from swsmatrix.domains import HOST, host_end
from swsmatrix.folding import readable
from swsmatrix.telephone import COUNTRIES, telephones

Span = tuple[int, int]


class Kind(Enum):
    PHONE = "phone"
    EMAIL = "email"
    URL = "url"


@dataclass(frozen=True)
class Finding:
    """``text[start:end]`` of the original; ``text`` is that part, as written."""

    kind: Kind
    start: int
    end: int
    text: str


def find(text: str, countries: Sequence[str] = COUNTRIES) -> tuple[Finding, ...]:
    """What identifies somebody in ``text``, in order, apart from each other.

    ``countries`` (ISO 3166-1, two letters): whose national ways of writing telephone numbers count.
    Numbers that begin with ``+`` count from everywhere.
    """
    folded = readable(text)
    view = folded.text
    spans: list[tuple[int, int, Kind]] = []
    for kind, look in (
        (Kind.URL, _schemes),
        (Kind.EMAIL, _emails),
        (Kind.URL, _hosts),
        (Kind.PHONE, lambda rest: telephones(rest, countries)),
    ):
        found = list(look(view))
        spans += [(*folded.span(start, end), kind) for start, end in found]
        view = _blanked(view, found)
    findings: list[Finding] = []
    last = 0
    for start, end, kind in sorted(spans, key=lambda span: span[:2]):
        begin = max(start, last)
        if begin < end:
            findings.append(Finding(kind, begin, end, text[begin:end]))
            last = end
    return tuple(findings)


def strike(text: str, findings: Sequence[Finding], words: Mapping[Kind, str]) -> str:
    """``text`` with each finding, and wherever else the same stands, replaced by the word of its kind."""
    same = sorted({(f.text, f.kind) for f in findings}, key=lambda found: (-len(found[0]), found[0]))
    parts: list[str] = []
    at = 0
    for finding in sorted(findings, key=lambda finding: finding.start):
        parts += [_without(text[at : finding.start], same, words), words[finding.kind]]
        at = finding.end
    parts.append(_without(text[at:], same, words))
    return "".join(parts)


def _without(part: str, same: list[tuple[str, Kind]], words: Mapping[Kind, str]) -> str:
    for found, kind in same:
        part = part.replace(found, words[kind])
    return part


def _blanked(view: str, spans: list[Span]) -> str:
    parts: list[str] = []
    at = 0
    for start, end in spans:
        parts += [view[at:start], "\n" * (end - start)]
        at = end
    return "".join([*parts, view[at:]])


# ---- Addresses -------------------------------------------------------------------------------------
# Every repetition is bounded, so that a hostile text takes time in proportion to its length.

_SCHEME = re.compile(
    r"(?:(?:[a-z][a-z0-9+.-]{1,15}|h\*\*ps?)(?:\[:\]|:)//|(?<![\w-])www\.)(?P<rest>[^\s<>\"]+)", re.IGNORECASE
)
_AT = (
    r"(?: ?@ ?| {0,2}[(\[{<] {0,2}(?:at|@|arroba) {0,2}[)\]}>] {0,2}"
    r"| at (?=[\w-]{1,63}(?: dot |\W{1,3}dot\W)))"
)
_EMAIL = re.compile(rf"[^\W_][\w.+%'-]{{0,63}}({_AT})(?=[^\W_])", re.IGNORECASE)
_MATRIX_NAME = re.compile(r"[@#!$+][^\s:@#]{1,255}:\Z")
_REST = re.compile(r"(?::\d{1,5})?(?:[/?#][^\s<>\"]*)?")
_ANY_ENDING = re.compile(r"[\w-]{1,63}(?:\.[\w-]{1,63}){0,8}\.[^\W\d_]{2,24}(?![\w-])")


def _schemes(view: str) -> Iterator[Span]:
    for found in _SCHEME.finditer(view):
        end = _trimmed(view, *found.span())
        if end > found.start("rest"):
            yield found.start(), end


def _emails(view: str) -> Iterator[Span]:
    at = 0
    while found := _EMAIL.search(view, at):
        end = host_end(view, found.end())
        plain = _ANY_ENDING.match(view, found.end()) if found[1] == "@" else None
        end = max(end or 0, plain.end() if plain else 0)
        if end:
            yield found.start(), end
        at = end or found.end()


def _hosts(view: str) -> Iterator[Span]:
    at = 0
    while found := HOST.search(view, at):
        end = host_end(view, found.start())
        if end is None:
            at = found.end()
            continue
        start = found.start()
        name = _MATRIX_NAME.search(view, max(at, start - 257), start)
        rest = _REST.match(view, end)
        at = max(end, _trimmed(view, end, rest.end())) if rest else end
        yield (name.start() if name else start), at


def _trimmed(view: str, start: int, end: int) -> int:
    """The end of an address without the punctuation of the sentence around it."""
    while end > start and view[end - 1] in ".,;:!?'*_…»”’)]}":
        if view[end - 1] == ")" and "(" in view[start:end]:
            break
        end -= 1
    return end
