"""Days in ordinary words. A weekday beside a date only confirms it. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cache

from swsmatrix.dating import words
from swsmatrix.dating.doubt import Doubt

# Where people write the month first, or may.
MONTH_FIRST = frozenset(("US", "FM", "GU", "MH", "PH", "PR", "PW"))
EITHER_ORDER = frozenset(("CA",))
JUST_PAST = timedelta(days=60)  # a day of the year that is gone as long is not that of the next year
YEARS = 20  # before and after which a year is a slip


@dataclass(frozen=True, slots=True)
class Day:
    day: date
    last: date | None = None  # of several days
    doubt: Doubt | None = None
    weak: bool = False  # it may as well be a fraction
    weekly: bool = False  # there is another one in a week


@cache
def _patterns() -> tuple[tuple[str, re.Pattern[str]], ...]:
    """Made of many languages' words; what comes first takes what it reads away from the others."""
    known = words.names()
    weekday, relative = _any(known.days), _any(known.relative)
    name = r"(?<!\w)(?P<month>[^\W\d_]{3,})\.?"
    day, year = r"(?P<day>\d{1,2})(?!\d)", r"(?:,?\s*(?:de[l]?\s+)?(?P<year>20\d\d)(?![\d:h]))?"
    ordinal = r"(?:st|nd|rd|th|er|[ºª°.]|\s?-?(?:го|е|a|e)(?!\w))?"
    until, of, the = f"\\s*(?:{words.UNTIL})\\s*", f"\\s*(?:(?:{words.OF})\\s*)?", f"(?:(?:{words.THE})\\s+)?"
    no_time = r"(?!\s*(?:[:.]\d\d|[ap]\.?\s?m\b|h\b|h\d|uhr|o'clock|[-–]\s*\d))"
    numbers = "|".join(words.NUMBERS)
    return tuple(
        (kind, re.compile(pattern))
        for kind, pattern in (
            ("ymd", r"(?<![\d./-])(?P<year>\d{4})([-./])(?P<month>\d{1,2})\2(?P<day>\d{1,2})(?!\d)"),
            ("numbers", r"(?<![\d./:-])(?P<day>\d{1,2})(?P<by>[-./])(?P<month>\d{1,2})(?P=by)"
                        r"(?P<year>20\d\d|\d\d)(?![\d/])"),
            ("cjk", r"(?:(?P<year>20\d\d)\s*[年년]\s*)?(?P<month>\d{1,2})\s*[月월]\s*(?P<day>\d{1,2})"
                    r"\s*[日号號일]?"),
            ("cjk", r"(?<!\d)(?P<day>\d{1,2})\s*thang\s*(?P<month>\d{1,2})(?P<year>)(?!\d)"),
            ("month", f"(?<![\\d:.]){day}{ordinal}(?:{until}(?P<last>\\d{{1,2}}){ordinal})?"
                      f"{of}{the}{name}{year}"),
            ("month", f"{name}\\s+{the}{day}(?:st|nd|rd|th)?(?:{until}(?P<last>\\d{{1,2}})(?:st|nd|rd|th)?)?"
                      f"{no_time}{year}"),
            ("the", f"(?P<weekday>{weekday})\\.?,?\\s+"
                    f"(?:(?:{words.THE})\\s+{day}(?:st|nd|rd|th|\\.)?{no_time}|"
                    f"(?P<day2>\\d{{1,2}})(?:st|nd|rd|th|(?=,?\\s*(?:{words.HOUR_FOLLOWS})\\s+\\d)))"),
            ("short", r"(?<![\d./:-])(?P<day>\d{1,2})(?P<by>/|\.(?=\d{1,2}\.))(?P<month>\d{1,2})\.?"
                      r"(?![\d/:.])"),
            ("in", f"(?<!\\w)(?:{words.IN})\\s+(?P<count>\\d{{1,2}}|{numbers})\\s+"
                   f"(?:(?P<days>{words.DAYS})|(?P<weeks>{words.WEEKS}))(?!\\w)"),
            ("relative", f"(?P<relative>{relative})"),
            ("tonight", f"(?<!\\w)(?:{words.TONIGHT})(?!\\w)"),
            ("weekday", f"(?:(?P<next>(?<!\\w)(?:{words.NEXT}))\\s+)?(?P<weekday>{weekday})"),
        )
    )  # fmt: skip


def _any(known: dict[str, int]) -> str:
    longest = sorted(known, key=len, reverse=True)
    spaced = "|".join(re.escape(word) for word in longest if not words.wide(word))
    wide = "|".join(re.escape(word) for word in longest if words.wide(word))
    return f"(?<!\\w)(?:{spaced})(?!\\w)" + (f"|(?:{wide})" if wide else "")


def named(text: str, today: date, country: str | None) -> tuple[str, list[Day]]:
    """The days that are named, and the text without them. A weekday beside a date only confirms it."""
    # What says when in the day is not a day: "de la mañana".
    hidden = re.sub(f"(?<!\\w)(?:{words.MORNING}|{words.EVENING})(?!\\w)", lambda m: "\x02" * len(m[0]), text)
    found: list[tuple[int, str, re.Match[str]]] = []
    several = False
    for kind, pattern in _patterns():
        for match in pattern.finditer(hidden):
            if words.READ not in match[0] and not _is_slip(kind, match, hidden):
                several |= _follows_another(hidden[: match.start()])
                found.append((match.start(), kind, match))
                hidden, text = words.without(match, hidden), words.without(match, text)
    found.sort(key=lambda one: one[0])
    weekdays = [match for _, kind, match in found if kind == "weekday"]
    dated = [
        day for _, kind, match in found if kind != "weekday" for day in _day(kind, match, today, country)
    ]
    strong = [day for day in dated if not day.weak] or dated
    if several:
        strong = [replace(day, doubt=Doubt.SEVERAL) for day in strong]
    if not strong or all(day.weak for day in strong):
        by_name = [_weekday(match, today) for match in weekdays]
        return text, by_name or strong
    said = {words.names().days[match["weekday"]] for match in weekdays}
    if said and not {day.day.weekday() for day in strong} & said:
        strong = [replace(day, doubt=Doubt.WEEKDAY) for day in strong]
    return text, strong


def _follows_another(before: str) -> bool:
    """``1 and 8 December``"""
    return re.search(rf"(?<![\d:.])\d{{1,2}}(?:st|nd|rd|th|\.)?\s*(?:{words.AND}|,)\s*$", before) is not None


def _is_slip(kind: str, match: re.Match[str], text: str) -> bool:
    """What looks like a date and is none: ``24/7``, ``7 people``, short names of days alone (``we sat``)."""
    if kind == "month":
        return match["month"] not in words.names().months
    if kind == "short":
        return (
            match[0].rstrip(".") == "24/7"
            or re.match(r"\s*(?:%|€|\$|of\b|cup|price)", text[match.end() :]) is not None
        )
    if kind == "the" and match["weekday"] in words.SHORT_DAYS:
        return re.search(r",|\d[a-z]+$", match[0]) is None
    if kind == "weekday" and match["weekday"] in words.SHORT_DAYS:
        short = "|".join(words.SHORT_DAYS)
        another = rf"(?:{words.AND}|-|to|/)\s*(?:{short})"
        timed = rf"[.,]?\s*(?:\d{{1,2}}\s*(?:[:h-]|[ap]\.?m)|{words.READ}|at \d|@|noon|{another})"
        return re.match(timed, text[match.end() :]) is None
    return False


def _day(kind: str, match: re.Match[str], today: date, country: str | None) -> Iterator[Day]:
    """What one of ``_patterns`` read; nothing, if there is no such day."""
    said = match.groupdict()
    if kind == "relative":
        yield Day(today + timedelta(days=words.names().relative[match["relative"]]))
    elif kind == "tonight":
        yield Day(today)
    elif kind == "in":
        count = words.NUMBERS.get(said["count"]) or int(said["count"])
        yield Day(today + timedelta(days=count * (7 if said["weeks"] else 1)))
    elif kind == "the":
        yield from _day_of_week(words.names().days[said["weekday"]], int(said["day"] or said["day2"]), today)
    elif kind in ("numbers", "short"):
        yield from _by_numbers(said, today, country)
    else:
        named = said["month"]
        month = int(named) if named.isdigit() else words.names().months[named]
        year = int(said["year"]) if said["year"] else None
        first = _dated(year, month, int(said["day"]), today)
        last = _dated(first.year, month, int(said["last"]), today) if first and said.get("last") else None
        if first and (last is None or last > first):
            yield Day(first, last)


def _by_numbers(said: dict[str, str], today: date, country: str | None) -> Iterator[Day]:
    first, second, by = int(said["day"]), int(said["month"]), said["by"]
    year = int(said["year"]) if said.get("year") else None
    year = year + 2000 if year is not None and year < 100 else year
    weak = year is None and by == "/"
    orders = [(first, second), (second, first)]  # day and month
    if by == "." or country not in (None, *MONTH_FIRST, *EITHER_ORDER):
        orders = orders[:1]
    elif country in MONTH_FIRST:
        orders = orders[1:]
    days = list(dict.fromkeys(day for d, m in orders if (day := _dated(year, m, d, today))))
    if not days:  # in another order than is usual there: it can only be meant so
        days = [day for d, m in ((first, second), (second, first)) if (day := _dated(year, m, d, today))]
    if days:
        yield Day(days[0], doubt=Doubt.ORDER if len(days) > 1 else None, weak=weak)


def _dated(year: int | None, month: int, day: int, today: date) -> date | None:
    """Without a year it is the next one, unless it is just over."""
    try:
        if year is not None:
            return date(year, month, day) if abs(year - today.year) <= YEARS else None
        this = date(today.year, month, day)
        if this < today - JUST_PAST:
            return date(today.year + 1, month, day)
        later = this - today > timedelta(days=366) - JUST_PAST
        return date(today.year - 1, month, day) if later else this
    except ValueError:
        return None


def _day_of_week(weekday: int, day: int, today: date) -> Iterator[Day]:
    """``Friday the 4th``: the next 4th that is a Friday, if it is one of the next two."""
    ahead = (today + timedelta(days=passed) for passed in range(62))
    months = [one for one in ahead if one.day == day][:2]
    if months:
        fits = [one for one in months if one.weekday() == weekday]
        yield Day(fits[0]) if fits else Day(months[0], doubt=Doubt.WEEKDAY)


def _weekday(match: re.Match[str], today: date) -> Day:
    """The coming one, today's too. ``next`` is that, unless it is still this week: then who knows."""
    ahead = (words.names().days[match["weekday"]] - today.weekday()) % 7
    if match["next"]:
        ahead = ahead or 7
        if today.weekday() + ahead < 7:
            return Day(today + timedelta(days=ahead + 7), doubt=Doubt.NEXT)
    # "Saturday 5", and a month in a language that is not known here.
    time = rf"(?:{words.HOURS}|{words.UNTIL}|{words.AND}|[ap]\.?m)(?!\w)"
    more = rf"[.,]?\s*\d{{1,2}}(?:\.|st|nd|rd|th)?\s+(?!{time})[^\W\d_]{{3}}"
    doubt = Doubt.WEEKDAY if re.match(more, match.string[match.end() :]) else None
    return Day(today + timedelta(days=ahead), doubt=doubt, weekly=True)
