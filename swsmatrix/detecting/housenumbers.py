"""Numbers of houses, and what follows them in an address: flat, floor, postcode, town."""

from __future__ import annotations

import re

from swsmatrix.detecting.reading import Reading

# After these, or with a sign, a number is a time, a price, an age, a distance.
NO_UNIT = (
    r"(?i:(?![.,:]?\d|\s?(?:[:%€$£°]|a\.?m\b|p\.?m\b|h\b|hs\b|hrs?\b|uhr\b|min\w{0,4}\b|m\b|km\b|meters?\b"
    r"|metros\b"
    r"|eur\w{0,2}\b|bucks\b|years?\b|yrs?\b|jahre\b|ans\b|años\b|anos\b|anni\b|lat\b|лет\b|heures?\b|horas?\b"
    r"|ore\b|godz|stunden?\b|people\b|men\b|guys\b|männer|leute|personen|hommes\b|hombres|homens|uomini|uur\b"
    r"|год\w{0,3}\b|час\w{0,3}\b|saat|mins\b|blocks?\b|cars?\b|times?\b|minutes?|mal\b|veces\b|fois\b"
    r"|volte\b)))"
)
NAME = r"[^\W\d_][\w'’.-]{0,24}"
UNIT = (
    r"(?i:(?![.,:]?\d|\s?(?:[:%€$£°]|a\.?m\b|p\.?m\b|h\b|hs\b|hrs?\b|uhr\b|min\w{0,4}\b|m\b|km\b|meters?\b"
    r"|metros\b"
    r"|eur\w{0,2}\b|bucks\b|years?\b|yrs?\b|jahre\b|ans\b|años\b|anos\b|anni\b|lat\b|лет\b|heures?\b|horas?\b"
    r"|ore\b|godz|stunden?\b|people\b|men\b|guys\b|männer|leute|personen|hommes\b|hombres|homens|uomini|uur\b"
    r"|год\w{0,3}\b|час\w{0,3}\b|saat|mins\b|blocks?\b|cars?\b|times?\b|minutes?|mal\b|veces\b|fois\b"
    r"|volte\b)))"
)
NAME = r"[^\W\d_][\w'’.-]{0,24}"
UNIT = (
    r"(?i:(?![.,:]?\d|\s?(?:[:%€$£°]|a\.?m\b|p\.?m\b|h\b|hs\b|hrs?\b|uhr\b|min\w{0,4}\b|m\b|km\b|meters?\b"
    r"|metros\b"
    r"|eur\w{0,2}\b|bucks\b|years?\b|yrs?\b|jahre\b|ans\b|años\b|anos\b|anni\b|lat\b|лет\b|heures?\b|horas?\b"
    r"|ore\b|godz|stunden?\b|people\b|men\b|guys\b|männer|leute|personen|hommes\b|hombres|homens|uomini|uur\b"
    r"|год\w{0,3}\b|час\w{0,3}\b|saat|mins\b|blocks?\b|cars?\b|times?\b|minutes?|mal\b|veces\b|fois\b"
    r"|volte\b)))"
)
NAME = r"[^\W\d_][\w'’.-]{0,24}"
UNIT = (
    r"(?i:apt|apartment|app|appt|unit|flat|suite|ste|bldg|building|rm|room|fl|floor|lot|bât|bat|esc"
    r"|escalier|étage"
    r"|piso|puerta|dpto|depto|int|interior|apto|bloco|andar|esq|interno|scala|og|stock|top|stiege|hs"
    r"|bus|lok|m\."
    r"|кв|квартира|оф|под|подъезд|bl|sc|et|ap|daire|kat|d:|k:|bajos?|bajo|col)"
)
TAIL = (
    rf"(?:,? ?(?:#\s?\w{{1,5}}|(?:{UNIT}\.?:? ?#?\w{{1,5}}\.?"
    rf"|\d{{1,2}}[.ºª°]{{1,2}} ?\w{{1,5}}))(?!\w)){{0,4}}"
    r"(?:,? {0,2}(?:[A-Z][\w'’-]{1,20} ){0,3}(?:[A-Z]{2} )?"
    r"(?:[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}|\d{4} ?[A-Z]{2}|\d{2}-\d{3}|\d{5}-\d{3,4}|\d{4,6}"
    r"|[A-Z]\d[A-Z] ?\d[A-Z]\d)"
    r"(?: [A-Z][\w'’-]{1,20}){0,2}(?!\w))?"
)
NUMBER = r"\d{1,5}(?:[ -]?[a-zA-Z](?!\w))?(?:[-/]\d{1,4}){0,2}(?: ?(?:bis|ter|quater)(?!\w))?"
_WHERE = re.compile(TAIL)


def end_of(text: Reading, end: int) -> int:
    """Where an address ends whose street and number end at ``end``."""
    found = _WHERE.match(text.view, end)
    return found.end() if found else end
