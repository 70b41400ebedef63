"""Streets with a number: its kind before the name or behind it, and all other orders put together."""

from __future__ import annotations

import re
from collections.abc import Iterator

from swsmatrix.detecting import scripts, streetends, vocabulary
from swsmatrix.detecting.housenumbers import NAME, NO_UNIT, NUMBER, end_of
from swsmatrix.detecting.reading import Reading, apart, before

Span = tuple[int, int]

# ---- Number, name, kind of street: 12 Main Street ---------------------------------------------------

_ENGLISH = frozenset(vocabulary.STREET_BEHIND)
_PLAIN = frozenset(["st", "street", "rd", "road", "ave", "avenue", "blvd", "ln", "lane"])
_LOOSE = frozenset(vocabulary.LOOSE)
_DIRECT = r"(?:[NSEW]{1,2}\.?|North|South|East|West)"
_BETWEEN = re.compile(
    rf"(?:-\d{{1,5}})?[a-zA-Z]?(?: 1/2)?,? (?:{_DIRECT} )?(?P<words>(?:(?:\d{{1,3}}(?:st|nd|rd|th)"
    rf"|{NAME}) ){{1,4}})"
)
_FLAT_BEFORE = re.compile(
    r"(?:(?:flat|unit|apt|lot|suite|no\.?|#) ?\d{1,4}[a-z]?,? ?|\d{1,4}/|(?<!\w)lot )\Z", re.IGNORECASE
)

# ---- Kind of street, name, number: rue des Lilas 14 ---------------------------------------------------

_ROMANCE = frozenset(vocabulary.STREET_BEFORE)
_ONE_LETTER = ("c/", "r.", "v.", "p.za", "p.zza", "c.so", "b-dul", "ш.")
_SHORT = frozenset(["bd", "av"])
_LINK = r"(?:(?:d[eoaui]s?|del|della|dello|dei|delle|degli|la|le|les|el|los|las|l'|der|den|the|и|of) ){0,3}"
_MARK = (
    r"(?:[nN][.º°o]{1,3}|[nN]r\.?|num\.?|número|numéro|numero|№|#|буд\.?|д\.?|дом|будинок|[Nn]o[:.]|αρ\.?"
    r"|č\.?p?\.?)"
)
_BEHIND = re.compile(
    rf"(?:/|\.le|\.so|\.zza|\.za|-dul|-т|-р)?(?P<dot>\.)? ?"
    rf"(?P<words>{_LINK}{NAME}(?: (?!{_MARK}){NAME}){{0,4}})"
    rf"(?:,? ?(?P<mark>{_MARK})? ?(?P<after>{NUMBER}){NO_UNIT}|,? ?(?P<sn>[sS]/[nN])(?!\w))"
)
_ONLY_NAMED = re.compile(
    rf"(?:/|\.le|\.so|\.zza|\.za)?(?P<dot>\.)? ?(?P<words>{_LINK}{NAME}(?: [A-ZÀ-Ž][\w'’.-]{{0,24}}){{0,3}})"
    r"(?P<mark>)(?P<after>)(?P<sn>)"
)
_CORNERS = re.compile(
    r"\.? ?\d{1,3} ?[a-zA-Z]{0,3}(?: ?(?:sur|norte|bis|este))? ?(?:#|[Nn]o\.?"
    r"|[Nn][°º.]) ?\d{1,3} ?[a-zA-Z]? ?- ?\d{1,3}"
)
_NUMBER_BEFORE = re.compile(
    r" ,?(?:(?:sib|ret|retauq) ?)?[a-gi-zA-GI-Z]?[ -]?\d{1,5}(?:[-/]\d{1,4})?(?![\w/.,:-])"
)  # turned round


def addresses(text: Reading) -> Iterator[Span]:
    """Streets with their number, in the orders in which countries write them."""
    spans = [*_suffixed(text), *_prefixed(text), *streetends.addresses(text)]
    return apart([*spans, *scripts.found(text, scripts.STREETS)])


def _suffixed(text: Reading) -> Iterator[Span]:
    view, at = text.view, 0
    for begin, end in text.places(_ENGLISH):
        if begin < at or view[begin - 1] != " " or view[end : end + 1] in ("'", "’"):
            continue
        for start, figures in text.figures_in(max(at, begin - 60), begin):
            between = _BETWEEN.fullmatch(view, figures, begin)
            if between and figures - start <= 5 and (not start or view[start - 1] not in "$€£:.,-_#"):
                kind = text.lower[begin:end]
                if _named(between["words"].split(), kind):
                    flat = _FLAT_BEFORE.search(view, max(at, start - 14), start)
                    at = end_of(text, end + (view[end : end + 1] == "."))
                    yield (flat.start() if flat else start), at
                    break


def _named(words: list[str], kind: str) -> bool:
    """Whether that is the name of a street: capitals, or the plainest kinds of street."""
    if kind in {"st", "ct"} and words[-1].endswith("."):
        return False
    if all(word[0].isupper() or word[0].isdigit() for word in words):
        return True
    return kind in _PLAIN and len(words) <= 2 and not _LOOSE.intersection(word.casefold() for word in words)


def _prefixed(text: Reading) -> Iterator[Span]:
    view, at = text.view, 0
    for begin, end in sorted([*text.places(_ROMANCE), *_one_letter(text)]):
        if begin < at or not (text.figures_in(begin - 12, end + 90) or "s/n" in text.lower[end : end + 60]):
            continue
        corners = _CORNERS.match(view, end)
        if corners:
            at = end_of(text, corners.end())
            yield begin, at
            continue
        number = before(view, _NUMBER_BEFORE, begin, 14) if begin and view[begin - 1] == " " else 0
        found = _BEHIND.match(view, end) or (_ONLY_NAMED.match(view, end) if number else None)
        if found and _prefix_counts(found, text.lower[begin:end], number=number):
            start = begin - number
            at = end_of(text, found.end())
            yield start, at


def _one_letter(text: Reading) -> Iterator[Span]:
    """Where kinds of street stand that are shortened to a letter: R. do Faz de Conta."""
    lower = text.lower
    for kind in _ONE_LETTER:
        at = lower.find(kind)
        while at >= 0:
            if not (at and lower[at - 1].isalnum()) and not lower.startswith("c/o", at):
                yield at, at + 1
            at = lower.find(kind, at + 1)


def _prefix_counts(found: re.Match[str], kind: str, *, number: int) -> bool:
    """A name begins with a capital, unless its number is marked as one; short kinds end with a dot."""
    if not (found["after"] or found["sn"] or number):
        return False
    dotted = bool(found["dot"]) or found[0][:1] in "/.-"
    if len(kind) <= 2 and not dotted and kind.isascii() and not (number and kind in _SHORT):
        return False
    if not dotted and not found[0].startswith(" "):
        return False
    capital = any(word[0].isupper() for word in found["words"].split())
    named = capital or bool(found["mark"]) or found[0].startswith("/")
    return named or not found["words"][0].isascii()
