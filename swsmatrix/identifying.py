"""What in a text identifies somebody: numbers, addresses, names of accounts, plates, coordinates. Pure.

In doubt a detail is found: its author is asked, nobody else sees it. Dates, times, prices, ages, room
numbers and streets without a number are what warnings are made of, so those are left alone. How each sort is
written is in ``detecting``; benchmarks/identifying.py says how well that goes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

from swsmatrix.detecting import (
    accounts,
    coordinates,
    patterns,
    payment,
    plates,
    spoken,
    streets,
    telephone,
    web,
)
from swsmatrix.detecting.reading import Reading
from swsmatrix.folding import readable

Span = tuple[int, int]

COUNTRIES = ("US", "GB", "DE", "FR", "ES", "CA", "AU")


class Kind(Enum):
    PHONE = "phone"
    EMAIL = "email"
    URL = "url"
    HANDLE = "handle"
    ADDRESS = "address"
    PLATE = "plate"
    IBAN = "iban"
    CARD = "card"
    COORDINATES = "coordinates"
    PATTERN = "pattern"  # of the stewards


# What is found first is not looked through again: a number within a link belongs to the link.
_FINDERS: tuple[tuple[Kind, Callable[[Reading], Iterable[Span]]], ...] = (
    (Kind.URL, web.schemes),
    (Kind.EMAIL, web.emails),
    (Kind.EMAIL, spoken.emails),
    (Kind.URL, web.hosts),
    (Kind.IBAN, payment.accounts),
    (Kind.CARD, payment.cards),
    (Kind.COORDINATES, coordinates.places),
    (Kind.HANDLE, accounts.names),
    (Kind.ADDRESS, streets.addresses),
    (Kind.PLATE, plates.plates),
    (Kind.PHONE, spoken.numbers),
)


@dataclass(frozen=True)
class Finding:
    """``text[start:end]`` of the original; ``text`` is that part, as written."""

    kind: Kind
    start: int
    end: int
    text: str


def find(
    text: str, countries: Sequence[str] = COUNTRIES, sought: Sequence[patterns.Pattern] = ()
) -> tuple[Finding, ...]:
    """What identifies somebody in ``text``, in order, apart from each other.

    ``countries`` (ISO 3166-1, two letters): whose national ways of writing telephone numbers count.
    Numbers that begin with ``+`` count from everywhere. ``sought``: the stewards' own patterns.
    """
    folded = readable(text)
    reading = Reading(folded.text)
    spans = [(*folded.span(*span), Kind.PATTERN) for span in patterns.found(reading, sought)]
    spoken.with_figures(reading)
    for kind, look in _FINDERS:
        found = list(look(reading))
        spans += [(*folded.span(start, end), kind) for start, end in found]
        reading.blank(found)
    numbers = telephone.telephones(reading, countries)
    spans += [(*folded.span(start, end), Kind.PHONE) for start, end in numbers]
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
