"""Numbers of houses, and what follows them in an address: flat, floor, postcode, town."""

from __future__ import annotations

import re

from swsmatrix.detecting.reading import Reading

# After these, or with a sign, a number is a time, a price, an age, a distance.
NO_UNIT = (
    r"(?i:(?![.,:]?\d|\s?(?:[:%€$£°]|a\.?m\b|p\.?m\b|h\b|hs\b|hrs?\b|uhr\b|min\w{0,4}\b|m\b|km\b|meters?\b"
    r"|metros\b|eur\w{0,2}\b|bucks\b|years?\b|yrs?\b|jahre\b|ans\b|años\b|anos\b|anni\b|lat\b|лет\b|heures?\b"
    r"|horas?\b|ore\b|godz|stunden?\b|people\b|men\b|guys\b|männer|leute|personen|hommes\b|hombres|homens|uomini"
    r"|uur\b|год\w{0,3}\b|час\w{0,3}\b|saat|mins\b|blocks?\b|cars?\b|times?\b|minutes?|mal\b|veces\b|fois\b"
    r"|volte\b)))"
)
NAME = r"[^\W\d_][\w'’.-]{0,24}"
NUMBER = r"\d{1,5}(?:[ -]?[^\W\d_](?!\w))?(?:[-/]\d{1,4}){0,2}(?: ?(?:bis|ter|quater)(?!\w))?"
# The longer first of those that begin alike.
_UNIT = (
    r"(?i:apartment|apto|appt|apt|app|unit|flat|suite|ste|bldg|building|room|rm|floor|fl|lot|bât|bat|escalier"
    r"|étage|esc|esq|piso|puerta|dpto|depto|interior|interno|int|bloco|andar|scala|og|stock|stiege|top|hs|bus|lok"
    r"|m\.|квартира|кв|оф|под|подъезд|bl|sc|et|ap|daire|kat|d:|k:|bajos?|wohnung|whg)"
)
_FLOOR = (
    r"\d{1,2}\.?[.°oa]{1,2} ?(?:(?i:og|ug|stock|etage|étage|piso|floor|izda|izq|dcha|esq|dto|dir|tv|th|mf|sal"
    r"|kat|patro|em|[a-h])(?!\w)\.?)?(?i: (?:links|rechts|mitte)(?!\w))?"
)
_POSTCODE = (
    r"(?:[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}|\d{4} ?[A-Z]{2}|\d{2}-\d{3}|\d{5}-\d{3,4}|\d{4}-\d{3}|\d{4,6}"
    r"|[A-Z]\d[A-Z] ?\d[A-Z]\d)"
)
_QUARTER = (
    r"(?:,? ?(?:Col\.?|Colonia|Barrio|Vila|Bairro|Brgy\.?) [A-Z][\w'’-]{1,20}(?: [A-Z][\w'’-]{1,20})?)?"
)
TAIL = (
    r"(?: (?:I{1,3}|IV)(?!\w))?"
    rf"(?:,? ?(?:#\s?\w{{1,5}}|{_UNIT}\.?:? ?#?[\"“]?\w{{1,5}}[\"”]?|{_FLOOR})(?!\w)){{0,4}}{_QUARTER}"
    rf"(?:[,.]? {{0,2}}(?:[A-Z][\w'’-]{{1,20}},? ){{0,4}}(?:- )?(?:[A-Z]{{2}},? |C\.?P\.? ?)?{_POSTCODE}"
    r"(?: [A-Z][\w'’-]{1,20}){0,2}(?!\w))?"
)
_WHERE = re.compile(TAIL)


def end_of(text: Reading, end: int) -> int:
    """Where an address ends whose street and number end at ``end``."""
    found = _WHERE.match(text.view, end)
    return found.end() if found else end
