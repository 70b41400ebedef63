"""Times of day in ordinary words. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from swsmatrix.dating import words
from swsmatrix.dating.doubt import Doubt

# Where people count to twelve, or may.
TWELVE_HOURS = frozenset(
    ("US", "CA", "AU", "NZ", "GB", "IE", "IN", "PK", "BD", "PH", "MY", "SG", "ZA", "EG", "CO", "MX")
)
_HALF = r"(?P<half>[ap])\.?\s?m\b\.?"
_ZONES = r"(?:\s*(?P<zone>utc|gmt|bst|cet|cest|[ecmp]s?d?t|ist|a[ew][sd]t|nz[sd]t|msk)\b)?"


@dataclass(frozen=True, slots=True)
class Hour:
    """A time of day, in minutes since midnight. ``zone``: as it was named."""

    start: int
    end: int | None = None
    doubt: Doubt | None = None
    zone: str = ""


@cache
def _time_patterns() -> tuple[re.Pattern[str], ...]:
    hour = r"(?<![\d:./])(?P<hour>\d{1,2})"
    minutes = r"(?::(?P<minutes>[0-5]\d)(?!\d)|\s?h\s?(?P<m2>[0-5]\d)(?!\d)|\.(?P<m3>[0-5]\d)(?![\d.]))"
    sign = f"(?P<sign>\\s*(?:{words.HOURS})(?![^\\W\\d_])|\\s*o'clock)"
    until = (
        f"\\s*(?:{words.UNTIL})\\s*(?P<until>\\d{{1,2}})(?:[:.h](?P<until_minutes>[0-5]\\d))?(?!\\d)"
        r"(?:\s*(?P<until_half>[ap])\.?\s?m\b\.?)?"
        f"(?P<until_sign>\\s*(?:{words.HOURS})(?![^\\W\\d_]))?"
    )
    half, at = _HALF, f"(?<!\\w)(?P<at>{words.AT})\\s*"
    wide = r"(?P<wide>上午|早上|午前|오전|下午|晚上|午後|夜|오후|저녁)?\s*"
    return tuple(
        re.compile(pattern)
        for pattern in (
            f"{wide}{hour}(?:{minutes})?(?:\\s*{half})?{sign}?(?:{until}){_ZONES}",
            f"{wide}{hour}(?:{minutes})?\\s*{half}{_ZONES}",
            f"(?:{at})?{wide}{hour}{minutes}{sign}?{_ZONES}",
            f"{wide}{hour}{sign}{_ZONES}",
            f"{at}{hour}(?![\\d/:]|\\.\\d)(?!\\w){_ZONES}",
            f"(?<!\\w)(?:(?P<noon>{words.NOON})|(?P<midnight>{words.MIDNIGHT}))(?!\\w)",
        )
    )


def named(text: str, whole: str, country: str | None) -> list[Hour]:
    """The times that are named in ``text``; ``whole``: with what says morning or evening."""
    evening = words.says(f"{words.EVENING}|{words.TONIGHT}", whole)
    part = "p" if evening else "a" if words.says(words.MORNING, whole) else ""
    found: dict[tuple[int, int | None], tuple[int, Hour]] = {}
    for pattern in _time_patterns():
        for match in pattern.finditer(text):
            read = _time(match.groupdict(), part, country)
            if read:
                found.setdefault((read.start, read.end), (match.start(), read))
                text = words.without(match, text)
    return [read for _, read in sorted(found.values(), key=lambda one: one[0])]


def _time(said: dict[str, str | None], part: str, country: str | None) -> Hour | None:
    if said.get("noon"):
        return Hour(12 * 60)
    if said.get("midnight"):
        return Hour(24 * 60, doubt=Doubt.HALF)
    hour, minutes = int(said["hour"] or 0), said.get("minutes") or said.get("m2") or said.get("m3")
    until, half, until_half = said.get("until"), said.get("half"), said.get("until_half")
    sign = said.get("sign") or said.get("until_sign") or said.get("m2")
    if until and not (minutes or half or until_half or sign or said.get("until_minutes")):
        return None  # "2 to 4 people"
    if said.get("m3") and not (half or sign or until_half or said.get("at")):
        return None  # "1.50": a price
    if hour > 24 or int(until or 0) > 24 or (half and not 1 <= hour <= 12):
        return None
    if sign and hour < 6 and re.fullmatch(words.LONG_HOURS, sign.strip()):
        return None  # how long it takes
    if wide := said.get("wide"):
        part = "p" if wide in words.EVENING else "a"
    clear = bool(sign and "clock" not in sign) or (said["hour"] or "").startswith("0")
    colon = bool(said.get("minutes")) and country not in TWELVE_HOURS and country is not None
    start, doubt = _hour(hour, half or _half_of(hour, until, until_half), part, sure=clear or colon)
    end = None
    if until:
        last, _ = _hour(int(until), until_half, "", sure=True)
        if not until_half and start != hour and last <= start < last + 12:
            last += 12  # 7pm-9
        elif not until_half and last <= hour == start < last + 12 and not clear:
            last += 12  # 11am-1
        end = last * 60 + int(said.get("until_minutes") or 0)
    return Hour(start * 60 + int(minutes or 0), end, doubt, said.get("zone") or "")


def _half_of(hour: int, until: str | None, half: str | None) -> str | None:
    """``7-9pm`` is both in the evening, ``11-1pm`` not."""
    if not (until and half) or hour > 12:
        return None
    return half if hour % 12 <= int(until) % 12 or half == "a" else "a"


def _hour(hour: int, half: str | None, part: str, *, sure: bool) -> tuple[int, Doubt | None]:
    """On a clock of 24 hours; and whether it is not sure which half of the day is meant."""
    if half or (part and 1 <= hour <= 12):
        return hour % 12 + (12 if (half or part) == "p" else 0), None
    if hour > 12 or hour == 0 or sure:
        return hour, None
    return (hour if hour == 12 else hour + 12), Doubt.HALF
