"""Streets whose kind is part of the name or behind it, before the number; and addresses that name no kind."""

from __future__ import annotations

import re
from collections.abc import Iterator

from swsmatrix.detecting import vocabulary
from swsmatrix.detecting.housenumbers import NO_UNIT, TAIL, end_of
from swsmatrix.detecting.reading import Reading, before

Span = tuple[int, int]

# ---- Name and kind in one word, or behind it, then the number: Lindenstraße 4, Kossuth utca 5 ---------

_ENDINGS = tuple(vocabulary.STREET_ENDINGS)
_LAST_TWO = frozenset(ending[-2:] for ending in _ENDINGS)
_BEHIND_NAMES = frozenset(vocabulary.STREET_AFTER_NAME)
_MEANS_MORE = frozenset(["ring", "gate", "tie", "sk", "cd", "cad", "mah", "weg", "laan"])
_WORD_BEFORE = re.compile(r"[\w-]{1,30}")  # turned round
_NAME_BEFORE = re.compile(r"[ -][\w'’.-]{1,24}[A-ZÀ-ŽА-ЯІЇЄ](?!\w)")  # turned round
_NUMBER_BEHIND = re.compile(
    rf"\.?,? ?(?:(?:[Nn]o|[Nn]r|д|№|nº) ?[:.]? ?)?(?P<number>\d{{1,4}}(?: ?[a-zA-Z](?!\w))?"
    rf"(?:[-/]\w{{1,4}}){{0,3}}){NO_UNIT}"
)
_NOT_STREETS = re.compile(
    r"(?:(?:park|sitz|steh|stell|rast|schul|heim|rück|hin|her|um|aus|ein|lager|arbeits|spiel|markt"
    r"|bahnhofs?vor)"
    r"(?:platz|weg|pfad)|spring|during|string|bring|hering|early|elite|private|navigate|delegate"
    r"|candidate|\w{0,5}tie)",
    re.IGNORECASE,
)

# ---- The rest: towns with their postcodes, highways, boxes ------------------------------------------------

_WITH_TOWN = re.compile(
    r"(?<!\w)(?:[A-ZÀ-Ž][\w'’.-]{1,24} (?:(?:der|den|dem|de|la|du|des) )?){1,4}"
    r"(?P<number>\d{1,4}[a-zA-Z]?(?:/\d{1,4}){0,2})"
    r"(?:,? (?:apt|flat|unit|lok|m|vch|byt|ap)\.? ?\w{1,4})?, ?(?:[A-Z]{1,2}-)?"
    r"(?:\d{3} \d{2}|\d{2}-\d{3}|\d{4} ?[A-Z]{2}|\d{4,6}) [A-ZÀ-Ž][\w'’-]{1,24}(?: \d{1,2}(?!\w))?"
)
# Am Markt 3: where nothing follows that it could count.
_GERMAN_WORDS = frozenset(["am", "an", "im", "in", "auf", "zum", "zur", "unter", "hinter", "vor", "beim"])
_GERMAN = re.compile(
    r"(?:Am|An de[rn]|Im|In de[rn]|Auf de[rm]|Zum|Zur|Unter den|Hinter de[rm]|Vor de[rm]|Beim) (?!"
    r"(?:Gleis|Zimmer|Raum"
    r"|Etage|Tor|Ausgang|Bus|Linie|Tram|Stock|Haus|Block|Terminal|Hotel|Bahnhof|Punkt|Platz|Monat|Jahr"
    r"|Januar|Februar"
    r"|März|April|Mai|Juni|Juli|August|September|Oktober|November|Dezember)\b|\w{3,8}tag\b)"
    r"(?:[A-ZÄÖÜ]\w{3,20} )?[A-ZÄÖÜ][\w-]{3,24} \d{1,3}(?:[a-z]|/\d{1,3})?(?=[,.;!?)\n]|\Z)"
)
_ROADS = frozenset(["hwy", "highway", "rte", "route", "road", "rd"])
_ROAD = re.compile(
    r"(?<![\w.,])\d{2,5} (?:[NSEW] )?(?i:(?:us|state|county|old) )?(?:Hwy|Highway|Rte|Route|(?:County"
    r"|State) (?:Road|Rd)) \d{1,4}"
)
_TOWN_BEHIND = re.compile(r"[a-zA-Z/\d]{0,8}(?:,? [a-z]{1,4}\.? ?\w{1,4})?, ?(?:[A-Z]{1,2}-)?\d{2,6}[ -]")
_BOXES = frozenset(["box", "postfach", "no"])
_BOXED = re.compile(
    r"(?:(?i:p\.? ?o\.? box|postfach)[.:]{0,2} ?\d[\d ]{0,8}\d?(?:, ?[A-ZÀ-Ž][\w'’-]{1,24}"
    r"(?: [A-Z][\w'’-]{1,24})?)?"
    r"|(?i:h\.? ?no|(?:house|plot|door|shop|flat) no)[.:]{0,2} ?\d[\w/-]{0,7}(?=,? [A-Z])"
    r"(?:,? (?:\d{1,2}(?:st|nd|rd|th) )?[A-Z][\w'’.-]{1,24}){1,7})" + TAIL
)


def addresses(text: Reading) -> Iterator[Span]:
    """Not in order, and perhaps within each other."""
    yield from _ended(text)
    yield from _behind(text)
    yield from _with_towns(text)
    yield from _prepositions(text)
    yield from _highways(text)
    yield from _boxes(text)


def _prepositions(text: Reading) -> Iterator[Span]:
    for begin, end in text.places(_GERMAN_WORDS):
        if text.view[begin].isupper() and text.figures_in(end, end + 40):
            found = _GERMAN.match(text.view, begin)
            if found:
                yield begin, end_of(text, found.end())


def _highways(text: Reading) -> Iterator[Span]:
    for begin, end in text.places(_ROADS):
        if text.figures_in(end, end + 6) and (found := _ROAD.search(text.view, max(0, begin - 16), end + 8)):
            yield found.start(), end_of(text, found.end())


def _boxes(text: Reading) -> Iterator[Span]:
    for begin, end in text.places(_BOXES):
        if text.figures_in(end, end + 4):
            found = _BOXED.search(text.view, max(0, begin - 6), end + 120)
            if found:
                yield found.span()


def _ended(text: Reading) -> Iterator[Span]:
    """Where a word ends as streets do, with a figure behind it: Lindenstraße 4, Erfundene Str. 12."""
    view, lower = text.view, text.lower
    for figure, _ in text.figures:
        end = figure
        while end and figure - end < 8 and lower[end - 1] in " .,:onr":  # "Str. 5", "straße, Nr. 5"
            if lower[end - 1].isalpha() and lower[end - 2 : end] not in ("no", "nr"):
                break
            end -= 2 if lower[end - 1].isalpha() else 1
        if lower[end - 2 : end] not in _LAST_TWO or not lower.endswith(_ENDINGS, 0, end):
            continue
        number = _NUMBER_BEHIND.match(view, end)
        start = end - before(view, _WORD_BEFORE, end, 31)
        alone = lower[start:end] in _ENDINGS
        name = before(view, _NAME_BEFORE, start, 26) if alone else 0
        capital = view[start].isupper() and not (alone and not name)
        if number and capital and not _NOT_STREETS.fullmatch(view, start, end):
            yield start - name, end_of(text, number.end())


def _behind(text: Reading) -> Iterator[Span]:
    """The kind of street as a word of its own behind the name: Papatya Sok. No: 5."""
    view = text.view
    for begin, end in text.places(_BEHIND_NAMES):
        number = _NUMBER_BEHIND.match(view, end)
        name = before(view, _NAME_BEFORE, begin, 26) if number else 0
        if not number or not name or view[begin - 1] not in " -":
            continue
        if text.lower[begin:end] in _MEANS_MORE and not (view[begin].isupper() or view[end : end + 1] == "."):
            continue
        yield begin - name, end_of(text, number.end())


def _with_towns(text: Reading) -> Iterator[Span]:
    """A name, a number, a postcode and a town, whatever the street is called."""
    view = text.view
    for start, end in text.figures:
        if end - start <= 4 and view[start - 1 : start] == " " and _TOWN_BEHIND.match(view, end):
            found = _WITH_TOWN.search(view, max(0, start - 60), end + 60)
            if found and found.start("number") == start:
                yield found.span()
