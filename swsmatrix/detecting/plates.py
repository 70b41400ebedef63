"""Licence plates, as the countries make them; those that could be anything only where the text says so."""

from __future__ import annotations

import re
from collections.abc import Iterator

from swsmatrix.detecting.words import Word

Span = tuple[int, int]

# Shapes that little else has: A is a letter, capital; 9 a figure; a space or hyphen may stand or not ("_"),
# or must stand as written. Longest first among those that begin alike.
_SHAPES = (
    *(
        "AAA999",
        "AAA9999",
        "A99 AAA",
        "AA9AAA9999",
        "AA99_AAA",
        "AA_999_AA",
        "AAA_9A99",
        "AA_99_A_9999",
        "AA_99_AA_9999",
        "AA9AA9999",
        "AA_9_AAA_9999",
    ),
    *("9999_CCC", "AA-9999-AA", "A-9999-AA", "A-999-AA", "AA-999-A", "AAA-99-99", "AAA-999-A"),
    *("AAA-9999", "AAA-999", "AA-99-AA", "99-AA-99", "99-99-AA", "99-AA-AA", "AA-99-99", "AA-AA-99"),
    *("9-AAA-99", "99-AAA-9", "A-999-AA", "AA-999-A", "AAA-99-A", "A-99-AAA"),
    *("AA 99 AAA", "AA-99-AAA", "A 99 AAA", "A 999 AAA", "A-999-AAA", "A999_AAA"),
    *("99 AAA 999", "99 AAA 99", "99 AA 999", "99 AA 9999", "99 A 9999", "99AAA999", "99AA9999"),
    *("AA 9999 AA", "AA9999AA", "A_9999_AAA", "AA_9999_AAA", "A 9999 AA", "A999_AA_99", "A999_AA_999"),
    *("A 999 AA 99", "A 999 AA 999", "AAA 999A", "AAA999A", "AAA 99A", "AAA99A", "AAA_99_A"),
    *("9A9 9999", "9AA 9999", "999-A-9999", "99-A-9999", "999-AA-9999", "AA 99 AA GP", "AA9 9AAA", "9AAA999"),
)
# German and Austrian ones: the hyphen, or the figures, make the difference.
_GERMAN = r"[A-ZÄÖÜ]{1,3}-[A-Z]{1,2}[ -]?[1-9]\d{0,3}[EH]?|[A-ZÄÖÜ]{1,2}-\d{3,5} ?[A-Z]{1,3}"
_OTHER = (
    r"[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼][A-Z][·• ]?[A-Z0-9]{5,6}"
    r"|[\u4e00-\u9fff]{2,4} ?\d{2,3} ?[\u3041-\u3093] ?\d{1,2}-?\d{2}|\d{2,3}[가-힣] ?\d{4}"
    r"|(?:[\u0621-\u064a] ){3}\d{3,4}|\d?[ก-ฮ]{2} ?\d{3,4}"
)
_LETTER = "[A-ZÄÖÜА-ЯІЇЄΑ-Ω]"


def _pattern(shape: str) -> str:
    signs = {"A": _LETTER, "C": "[B-DF-HJ-NP-TV-Z]", "9": r"\d", "_": "[ -]?"}
    return "".join(signs.get(sign, sign) for sign in shape)


_SURE = re.compile(rf"(?<![\w-])(?:{'|'.join([*map(_pattern, _SHAPES), _GERMAN])})(?![\w-])")
_FOREIGN = re.compile(rf"(?<![A-Za-z0-9-])(?:{_OTHER})(?![\w-])")
# Where a plate may be at all: capitals and figures side by side.
_RUN = re.compile(rf"(?<![\w-])(?:{_LETTER}|\d){{1,9}}(?:[ -](?:{_LETTER}|\d){{1,9}}){{0,6}}(?![\w-])")
_ANNOUNCING = (
    *(
        "licen",
        "plate",
        "numberplate",
        "reg",
        "tag",
        "kennz",
        "kfz",
        "nummern",
        "plaque",
        "immat",
        "matr",
        "patente",
    ),
    *(
        "placa",
        "targ",
        "kenteken",
        "rej",
        "tablic",
        "blach",
        "nr",
        "num",
        "номер",
        "гос",
        "plaka",
        "πινακ",
        "ทะเบ",
        "车",
    ),
    *("車", "ナン", "번호", "لوحة", "rendsz", "spz", "rz", "nopol", "plat", "bi"),
)
_WORDS = (
    r"(?:licen[cs]e(?: plate)?|plates?|number ?plate|reg(?:istration|o)?|tags?|kennzeichen|kfz|nummernschild"
    r"|plaque|immat(?:riculation|riculée?|riculé)?|matr[íi]cula|patente|placas?|targa(?:ta|to)?|targhe"
    r"|kenteken"
    r"|rejestracj\w{1,3}|rej|tablic\w{0,3}|blach\w{0,3}|nr\.? înmatriculare|num[ăa]r(?:ul)?"
    r"|номер\w{0,3}|гос ?номер"
    r"|plaka\w{0,4}|πινακίδ\w{0,3}|πινακιδ\w{0,3}|ทะเบียน|车牌号?|車牌|車號|ナンバー|번호판|لوحة"
    r"|reg ?nr|rendszám\w{0,3}"
    r"|spz|rz|matrikel|nopol|plat|biển số)"
)
_NAMED = re.compile(
    rf"(?<!\w){_WORDS}(?:[\s:.,#\"'(-]{{1,3}}(?:is|was|reads?|no|nr|number|starts?|ist|war|es|era|est|è"
    rf"|with|#)\b)?"
    rf"[\s:.,#\"'(-]{{0,3}}"
    rf"(?P<plate>{_LETTER}{{0,4}}\d?{_LETTER}{{0,3}}(?:[ ·.-]?(?:\d{{1,5}}"
    rf"|{_LETTER}{{1,4}}(?!\w))){{1,4}})(?!\w)",
    re.IGNORECASE,
)
_NOT_TEXT = """
EUR USD GBP CHF PLN RON UAH TRY INR AED BRL MXN RUB CZK HUF BMW AMG VW ICE RTX GTX COVID PM AM
"""
_NOT = frozenset(_NOT_TEXT.split())


def plates(view: str, spoken: list[Word]) -> Iterator[Span]:
    """Shapes of plates, and what a word for "plate" announces, if it has figures and capitals."""
    spans: list[Span] = []
    for run in _RUN.finditer(view):
        if not run[0].isdigit() and not run[0].isalpha():
            spans += [found.span() for found in _SURE.finditer(view, *run.span()) if _plain(found[0])]
    if not view.isascii():
        spans += [found.span() for found in _FOREIGN.finditer(view)]
    for word in spoken:
        found = _NAMED.match(view, word.start) if word.text.startswith(_ANNOUNCING) else None
        if not found:
            continue
        plate = found["plate"]
        signs = [sign for sign in plate if sign.isalnum()]
        capitals = sum(sign.isupper() or not sign.isascii() for sign in signs if sign.isalpha())
        letters = sum(sign.isalpha() for sign in signs)
        figures = len(signs) - letters
        if letters and figures >= 1 and 4 <= len(signs) <= 9 and capitals == letters and _plain(plate):
            spans.append(found.span("plate"))
    last = 0
    for start, end in sorted(spans):
        if start >= last:
            yield start, end
            last = end


def _plain(plate: str) -> bool:
    return not _NOT.intersection(re.findall(r"[A-Z]+", plate))
