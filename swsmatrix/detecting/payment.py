"""Numbers of accounts (ISO 13616) and cards (ISO/IEC 7812)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from swsmatrix.detecting.reading import Reading

Span = tuple[int, int]

_LENGTHS = {
    **{"AL": 28, "AD": 24, "AT": 20, "AZ": 28, "BH": 22, "BY": 28, "BE": 16, "BA": 20, "BR": 29, "BG": 22},
    **{"CR": 22, "HR": 21, "CY": 28, "CZ": 24, "DK": 18, "DO": 28, "EG": 29, "EE": 20, "FO": 18, "FI": 18},
    **{"FR": 27, "GE": 22, "DE": 22, "GI": 23, "GR": 27, "GL": 18, "GT": 28, "HU": 28, "IS": 26, "IQ": 23},
    **{"IE": 22, "IL": 23, "IT": 27, "JO": 30, "KZ": 20, "XK": 20, "KW": 30, "LV": 21, "LB": 28, "LY": 25},
    **{"LI": 21, "LT": 20, "LU": 20, "MT": 31, "MR": 27, "MU": 30, "MD": 24, "MC": 27, "ME": 22, "NL": 18},
    **{"MK": 19, "NO": 15, "PK": 24, "PS": 29, "PL": 28, "PT": 25, "QA": 29, "RO": 24, "SM": 27, "SA": 24},
    **{"RS": 22, "SK": 24, "SI": 19, "ES": 24, "SE": 24, "CH": 21, "TN": 24, "TR": 26, "UA": 29, "AE": 23},
    **{"GB": 22, "VA": 22},
}
_IBAN = re.compile(r"([A-Z]{2})\d{2}(?:[ .-]?[A-Z0-9]){11,30}", re.IGNORECASE)
_CARD = re.compile(
    r"(?:[2-6]\d{12,18}|[2-6]\d{3}([ .-]?)\d{4}\1\d{4}\1\d{1,7}|3\d{3}([ .-])\d{6}\2\d{4,5})(?!\d)"
)


def accounts(text: Reading) -> Iterator[Span]:
    """IBANs, each as long as its country makes them; a wrong check digit is a slip, and found as well."""
    view = text.view
    at = 2
    for figures, _ in text.figures:
        start = figures - 2
        if figures < at or not view[start:figures].isalpha() or (start and _in_word(view[start - 1])):
            continue
        found = _IBAN.match(view, start)
        length = _LENGTHS.get(found[1].upper(), 99) if found else 99
        places = [i for i in range(*found.span()) if view[i].isalnum()][:length] if found else []
        digits = sum(view[i].isdigit() for i in places)
        if len(places) == length and digits * 2 > length:
            at = places[-1] + 1
            yield start, at


def cards(text: Reading) -> Iterator[Span]:
    """Numbers of cards, by their check digit, or written in the groups that are on the card."""
    view = text.view
    at = 0
    for start, end in text.figures:
        if start < at or end - start < 4 or (start and (_in_word(view[start - 1]) or view[start - 1] == "+")):
            continue
        found = _CARD.match(view, start)
        if not found:
            continue
        digits = [int(sign) for sign in reversed(found[0]) if sign.isdigit()]
        luhn = sum(sum(divmod(2 * digit, 10)) if i % 2 else digit for i, digit in enumerate(digits))
        grouped = found[1] or found[2]
        if re.fullmatch(r"(?:(?:19|20)\d\d\D?)+", found[0]):  # years
            continue
        if 13 <= len(digits) <= 19 and (luhn % 10 == 0 or (grouped and len(digits) > 14)):
            at = found.end()
            yield found.span()


def _in_word(sign: str) -> bool:
    return sign.isalnum() or sign == "_"
