"""Streets and licence plates in scripts that are neither Latin nor Cyrillic nor Greek."""

from __future__ import annotations

import re
from collections.abc import Iterator

from swsmatrix.detecting.reading import Reading

Span = tuple[int, int]
# A sign or word that is in all of a sort, and the pattern that is only tried where the text has it.
Patterns = tuple[tuple[re.Pattern[str], re.Pattern[str]], ...]

_PROVINCE = "[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼]"

STREETS: Patterns = tuple(
    (re.compile(sign), re.compile(pattern))
    for sign, pattern in (
        (
            "[号號]",
            r"[\u4e00-\u9fff]{0,8}[路街道巷弄段胡同里村][\u4e00-\u9fff\d]{0,8}?\d{1,5}(?:巷|弄|之\d)?"
            r"\d{0,4}[号號][\d\u4e00-\u9fff-]{0,10}",
        ),
        (
            "[都道府県市区町村丁]",
            r"[\u3040-\u30ff\u4e00-\u9fff]{0,6}[都道府県市区町村][\u3040-\u30ff\u4e00-\u9fff]{0,10}"
            r"\d{1,3}(?:[-ー]\d{1,4}){1,3}(?: ?[\u3040-\u30ff\u4e00-\u9fff]{1,12}\d{1,4}号室?)?"
            r"|[\u3040-\u30ff\u4e00-\u9fff]{1,12}\d{1,2}丁目\d{1,3}(?:番地?|[-ー])?の?\d{0,3}号?",
        ),
        (
            "[로길]",
            r"[가-힣]{1,10}(?:로|길)(?: ?\d{1,3}번?길)? ?\d{1,4}(?:-\d{1,3})?(?!\d|시|분|명|번|만|살|차"
            r"|호선)",
        ),
        ("동", r"[가-힣]{1,8}동 \d{1,4}-\d{1,4}(?: ?번지)?"),
        (
            "[ถซต]",
            r"\d{1,4}(?:/\d{1,4})? ?(?:หมู่ ?\d{1,2} ?)?(?:ถนน|ถ\.|ซอย|ซ\.|ต\.)[ก-๙]{1,20}(?: ?\d{1,3})?"
            r"|(?:ถนน|ซอย)[ก-๙]{1,20}(?: ?\d{1,3})? (?:เลขที่ ?)?\d{1,4}/\d{1,4}",
        ),
        ("เลขที่", r"(?:บ้าน)?เลขที่ ?\d{1,4}(?:/\d{1,4})?(?: ?(?:ถนน|ซอย)[ก-๙]{1,20}(?: ?\d{1,3})?)?"),
        ("רחוב|רח['׳]", r"(?:רחוב|רח['׳]) [\u0590-\u05ff\"'׳״ -]{2,30}? \d{1,3}(?!\d)"),
        (
            "شارع|عمارة|بناية|خیابان",
            r"(?:شارع|خیابان) [\u0600-\u06ff]{2,15}(?: [\u0600-\u06ff]{2,15}){0,3}?[،,]? ?"
            r"(?:(?:رقم|مبنى|بناية|عمارة|منزل|عماره|پلاک) ?){0,2}\d{1,4}(?:[،,]? (?:شقة|الدور|طابق"
            r"|واحد) ?\d{1,3}){0,2}"
            r"|\d{1,4} ?شارع [\u0600-\u06ff]{2,15}(?: [\u0600-\u06ff]{2,15}){0,2}"
            r"|(?:عمارة|بناية|مبنى) \d{1,4}[،,]? ?شارع [\u0600-\u06ff]{2,15}",
        ),
    )
)
PLATES: Patterns = tuple(
    (re.compile(sign), re.compile(pattern))
    for sign, pattern in (
        (
            rf"{_PROVINCE}[A-Z]",
            rf"{_PROVINCE}[A-Z][·•・ .-]{{0,2}}[A-Z0-9]{{5,6}}(?!\w)",
        ),
        (
            r"\d ?[\u3041-\u3093]",
            r"[\u3040-\u30ff\u4e00-\u9fff]{1,4} ?\d{2,3} ?[\u3041-\u3093] ?[\d·・.]{1,2}-?\d{1,2}(?!\w)",
        ),
        (r"\d ?[가-힣] ?\d", r"(?<!\d)(?:[가-힣]{2} ?)?\d{2,3} ?[가-힣] ?\d{4}(?!\d)"),
        (
            "سيار|لوح|نمر|پلاک",
            r"(?<!\w)(?:(?:[\u0621-\u064a][ -]?){1,3} ?\d{3,4}|\d{1,4} ?"
            r"(?:[\u0621-\u064a] ){2,3}[\u0621-\u064a]?"
            r"|\d{1,3} ?[ب-ي] ?\d{3}(?: ?[-–] ?\d{2})?)(?![\w-])",
        ),
        ("ทะเบ|รถ|ป้าย|คัน", r"(?<![\d/])\d?[ก-ฮ]{1,2}[ -]?\d{1,4}(?: [ก-๙]{4,20})?(?![\w/-])"),
    )
)


def found(text: Reading, patterns: Patterns) -> Iterator[Span]:
    """Not in order, and perhaps within each other."""
    if not text.view.isascii():
        for sign, pattern in patterns:
            if sign.search(text.view):
                yield from (match.span() for match in pattern.finditer(text.view))
