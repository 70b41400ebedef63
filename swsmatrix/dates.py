"""A moment in ordinary words, or why it takes a question to be sure of one. Pure.

A day (``dating/days.py``) and a time of day (``dating/hours.py``) are looked for by themselves, in any order.
Where people read the same words differently, the likelier reading is ``Found``, with the reason for a doubt.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from swsmatrix.dating import days, hours, words
from swsmatrix.dating.days import Day
from swsmatrix.dating.doubt import Doubt
from swsmatrix.dating.hours import Hour
from swsmatrix.protocol import Millis

UTC = ZoneInfo("UTC")
FAR = timedelta(days=730)
LONGEST = 4000  # letters that are read


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """``start``: the moment, or the likeliest; None: there is none to be seen. ``end``: if one was said.

    ``day``: of it, also where no time was said. ``doubt``: why it is to be asked about; None: it is sure.
    """

    start: Millis | None = None
    end: Millis | None = None
    day: date | None = None
    doubt: Doubt | None = None


def find(
    text: str, zone: ZoneInfo, now: Millis, *, country: str | None = None, day: date | None = None
) -> Found:
    """The moment that ``text`` names, as somebody in ``zone`` means it who writes ``now``.

    ``country`` (ISO 3166) says how dates are written there. ``day``: the one that was named before, for a
    text that says only a time.
    """
    here = datetime.fromtimestamp(now / 1000, zone)
    folded = _plain(text)
    rest, named = days.named(folded, here.date(), country)
    times = hours.named(rest, folded, country)
    if not named and day:
        named = [Day(day)]
    again = words.says(words.EVERY, folded)
    if not named or (all(one.weak for one in named) and not times):
        return Found(doubt=Doubt.EVERY if again else Doubt.NONE)
    chosen = next((one for one in named if one.day >= here.date()), named[0])
    if not times or words.says(words.PAST, folded):
        return Found(day=chosen.day, doubt=Doubt.PAST if chosen.day < here.date() else Doubt.TIME)
    if chosen.weekly and _at(chosen.day, times[0].start, zone) <= here:
        chosen = replace(chosen, day=chosen.day + timedelta(days=7))
    doubt = chosen.doubt or times[0].doubt
    if len({(one.day, one.last) for one in named}) > 1 or len(times) > 1:
        doubt = Doubt.SEVERAL
    return _moment(chosen, times[0], Doubt.EVERY if again else doubt, zone, here)


def _plain(text: str) -> str:
    """What is read of it: no addresses, no hashtags, one space at a time."""
    readable = "".join(letter if letter.isprintable() else " " for letter in words.folded(text[:LONGEST]))
    line = " ".join(re.sub(r"https?://\S+|[#@]\w[\w:.-]*", " ", readable).split())
    # "between 7 and 9pm" is "7 - 9pm"
    between = rf"(?<!\w)(?:{words.BETWEEN})\s+(\d[\d:.h]*\s?(?:[ap]\.?m)?)\s+(?:{words.AND})\s+(?=\d)"
    return re.sub(between, r"\1-", line)


def _moment(day: Day, hour: Hour, doubt: Doubt | None, zone: ZoneInfo, now: datetime) -> Found:
    start, changed = _on_the_clock(_at(day.day, hour.start, zone), hour.zone)
    if hour.zone and not _same_zone(hour.zone, _zone_name(start)):
        doubt = Doubt.ZONE
    if start <= now:
        doubt = Doubt.PAST
    elif start - now > FAR:
        doubt = doubt or Doubt.FAR
    end = _end(day, hour, zone)
    return Found(
        start=_millis(start),
        end=_millis(end) if end and end > start else None,
        day=day.day,
        doubt=doubt or (Doubt.CLOCK if changed else None),
    )


def _on_the_clock(start: datetime, said: str) -> tuple[datetime, bool]:
    """A moment that there is, and whether it takes a question: there may be none of that name, or two.

    ``said``: the name of the zone that was written with it.
    """
    there = start.astimezone(UTC).astimezone(start.tzinfo)
    if there.replace(tzinfo=None) != start.replace(tzinfo=None):
        return there, True
    again = start.replace(fold=1)
    if start.utcoffset() == again.utcoffset() or said == _zone_name(start):
        return start, False
    return (again, False) if said == _zone_name(again) else (start, True)


def _end(day: Day, hour: Hour, zone: ZoneInfo) -> datetime | None:
    """As it was said; the end of the last of several days."""
    if hour.end is None:
        return _at(day.last, 24 * 60, zone) if day.last else None
    overnight = day.last is None and hour.end <= hour.start
    return _at((day.last or day.day) + timedelta(days=overnight), hour.end, zone)


def _millis(at: datetime) -> Millis:
    return int(at.timestamp() * 1000)


def _zone_name(at: datetime) -> str:
    return (at.tzname() or "").casefold()


def _at(day: date, minutes: int, zone: ZoneInfo) -> datetime:
    passed, minutes = divmod(minutes, 24 * 60)
    return datetime.combine(day + timedelta(days=passed), time(*divmod(minutes, 60)), zone)


def _same_zone(said: str, here: str) -> bool:
    """``et`` is ``EST`` and ``EDT``."""
    return said == here or (len(said) == 2 and (said[0], said[-1]) == (here[:1], here[-1:]))
