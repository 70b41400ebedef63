"""Dates in ordinary words: read as people mean them, or known to be unsure. It is Sunday 22 November 2026."""

from __future__ import annotations

import time
from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from swsmatrix.dates import Found, find
from swsmatrix.dating.doubt import Doubt

NEW_YORK = ZoneInfo("America/New_York")
BERLIN = ZoneInfo("Europe/Berlin")


def at(text: str, zone: ZoneInfo = NEW_YORK) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=zone).timestamp() * 1000)


NOW = at("2026-11-22 12:00")


def read(text: str, zone: ZoneInfo = NEW_YORK, **more: object) -> str:
    """As the tables below have it."""
    found = find(text, zone, NOW, **{"country": "US", **more})  # type: ignore[arg-type]
    said = found.day.isoformat() if found.day else ""
    if found.start is not None:
        said = f"{datetime.fromtimestamp(found.start / 1000, zone):%Y-%m-%d %H:%M}"
    if found.end is not None:
        said += f" to {datetime.fromtimestamp(found.end / 1000, zone):%d %H:%M}"
    return f"{said} {found.doubt.name if found.doubt else 'sure'}".strip()


SURE = {
    # with a year, or none
    "2026-12-17 19:00": "2026-12-17 19:00",
    "2026-12-17T19:00": "2026-12-17 19:00",
    "2026/12/17 at 7pm": "2026-12-17 19:00",
    "17.12.2026, 19 Uhr": "2026-12-17 19:00",
    "17.12.26 19 Uhr": "2026-12-17 19:00",
    "am 17.12. um 19 Uhr": "2026-12-17 19:00",
    "13/12/2026 7pm": "2026-12-13 19:00",
    "12/17 7pm": "2026-12-17 19:00",
    "4/4 7pm": "2027-04-04 19:00",
    "17 December at 19h": "2026-12-17 19:00",
    "Dec 17th, 2026, 7:30 p.m.": "2026-12-17 19:30",
    "Vigil on Friday 4 December at 7pm in the park, bring candles": "2026-12-04 19:00",
    "Fri 4 Dec 2026 19:00 EST": "2026-12-04 19:00",
    "7pm on the 4th of December": "2026-12-04 19:00",
    "the 4th of December, noon": "2026-12-04 12:00",
    "5 January 7pm": "2027-01-05 19:00",
    "Friday the 4th, 7pm": "2026-12-04 19:00",
    "Sat 5th 7pm": "2026-12-05 19:00",
    # days of the week, and from today
    "Friday 7pm": "2026-11-27 19:00",
    "Fri 7pm": "2026-11-27 19:00",
    "Sun 7pm": "2026-11-22 19:00",
    "Sunday 9am": "2026-11-29 09:00",
    "Friday at 7 in the evening": "2026-11-27 19:00",
    "next tuesday 18:30": "2026-11-24 18:30",
    "tomorrow at noon": "2026-11-23 12:00",
    "day after tomorrow 8pm": "2026-11-24 20:00",
    "tonight at 8": "2026-11-22 20:00",
    "in two weeks, 7pm": "2026-12-06 19:00",
    "Friday 7pm ET": "2026-11-27 19:00",
    # from, to
    "17 dec 7-9pm": "2026-12-17 19:00 to 17 21:00",
    "Dec 17, 2026, 19:00 - 21:30": "2026-12-17 19:00 to 17 21:30",
    "Friday 7 to 9 pm": "2026-11-27 19:00 to 27 21:00",
    "Friday between 7 and 9pm": "2026-11-27 19:00 to 27 21:00",
    "Friday, Dec. 4 from 6 to 8 pm": "2026-12-04 18:00 to 04 20:00",
    "11-1pm Friday": "2026-11-27 11:00 to 27 13:00",
    "Friday 11am-1": "2026-11-27 11:00 to 27 13:00",
    "Friday 7pm-9": "2026-11-27 19:00 to 27 21:00",
    "Friday 22:00-02:00": "2026-11-27 22:00 to 28 02:00",
    "4-6 December 10am": "2026-12-04 10:00 to 07 00:00",
    "Letter-writing: Tue, 1 Dec, 6:30pm – 8pm": "2026-12-01 18:30 to 01 20:00",
    # in other languages
    "17 de diciembre a las 19:00": "2026-12-17 19:00",
    "mañana a las 8 de la tarde": "2026-11-23 20:00",
    "manana a las 20:00": "2026-11-23 20:00",
    "mañana a las 8 de la mañana": "2026-11-23 08:00",
    "viernes 4 a las 19:00": "2026-12-04 19:00",
    "dentro de 3 días a las 18:00": "2026-11-25 18:00",
    "hoy a las 20:00": "2026-11-22 20:00",
    "amanhã às 20h": "2026-11-23 20:00",
    "Sexta-feira às 19h": "2026-11-27 19:00",
    "le 17 décembre à 19h30": "2026-12-17 19:30",
    "dans 3 jours à 18h": "2026-11-25 18:00",
    "dimanche à 18h": "2026-11-22 18:00",
    "17. Dezember um 19 Uhr": "2026-12-17 19:00",
    "morgen abend um 7": "2026-11-23 19:00",
    "morgen um 19 Uhr": "2026-11-23 19:00",
    "Freitag 19.30 Uhr": "2026-11-27 19:30",
    "Freitag, 4. Dezember, 18-20 Uhr": "2026-12-04 18:00 to 04 20:00",
    "sabato 5 dicembre ore 18": "2026-12-05 18:00",
    "oggi alle 20": "2026-11-22 20:00",
    "vrijdag 4 december 20.00 uur": "2026-12-04 20:00",
    "piątek 4 grudnia godz. 19": "2026-12-04 19:00",
    "w środę o 19": "2026-11-25 19:00",
    "lördag 5 december kl 18": "2026-12-05 18:00",
    "lørdag 5. desember kl. 18.30": "2026-12-05 18:30",
    "lauantaina 5. joulukuuta klo 18": "2026-12-05 18:00",
    "5 Aralık Cumartesi 19:00": "2026-12-05 19:00",
    "в пятницу в 19:00": "2026-11-27 19:00",
    "5 грудня о 19:00": "2026-12-05 19:00",
    "σάββατο 5 δεκεμβρίου 19:00": "2026-12-05 19:00",
    "السبت 5 ديسمبر 19:00": "2026-12-05 19:00",
    "thứ bảy 5 tháng 12 19:00": "2026-12-05 19:00",
    "Sabtu 5 Desember 19:00": "2026-12-05 19:00",
    "Jumamosi 5 Desemba 19:00": "2026-12-05 19:00",
    "12月17日下午7点": "2026-12-17 19:00",
    "明天晚上8点": "2026-11-23 20:00",
    "12月5日(土)19時": "2026-12-05 19:00",
    "12월 5일 오후 7시": "2026-12-05 19:00",
    # what stands beside it
    "1/2 price, Friday 7pm": "2026-11-27 19:00",
    "Friday 7pm, 2 horas": "2026-11-27 19:00",
    "open 24/7, but not Friday 7pm": "2026-11-27 19:00",
    "Friday 7pm, room 12 https://example.org/2027-01-01": "2026-11-27 19:00",
    "Friday 7pm #nyc #2027-01-01": "2026-11-27 19:00",
}  # fmt: skip

UNSURE = {
    # none
    "the kettle is on": "NONE",
    "": "NONE",
    "open 24/7 in room 12": "NONE",
    "open 24/7, best from 7pm": "NONE",
    "2 out of 3, or 1/2 of them": "NONE",
    "we sat 7 people down": "NONE",
    "December 7pm": "NONE",
    "31 February 7pm": "NONE",
    "2119-12-17 19:00": "NONE",
    "yesterday 7pm": "NONE",
    # no time of day
    "4-6 December": "2026-12-04 TIME",
    "Friday 4 December": "2026-12-04 TIME",
    "2 to 4 people on Friday": "2026-11-27 TIME",
    "Friday €19.00": "2026-11-27 TIME",
    "Friday 4 Dec at half past 7": "2026-12-04 TIME",
    "Freitag um halb 8 Uhr": "2026-11-27 TIME",
    # over
    "17 December 2025 19:00": "2025-12-17 19:00 PAST",
    "20 November 7pm": "2026-11-20 19:00 PAST",
    "today 9am": "2026-11-22 09:00 PAST",
    "3/4/2026 7pm": "2026-03-04 19:00 PAST",
    # several
    "Friday 7pm and Saturday 3pm": "2026-11-27 19:00 SEVERAL",
    "Clinic 1 and 8 December 10am": "2026-12-08 10:00 SEVERAL",
    "Sat & Sun 10am": "2026-11-28 10:00 SEVERAL",
    "Mon-Fri 10am": "2026-11-23 10:00 SEVERAL",
    "Friday, doors 7pm, talk 8pm": "2026-11-27 19:00 SEVERAL",
    "every friday 7pm": "2026-11-27 19:00 EVERY",
    "weekly, Fridays 7pm": "EVERY",
    # which half of the day
    "Friday at 7": "2026-11-27 19:00 HALF",
    "mañana a las 8": "2026-11-23 20:00 HALF",
    "Dec 17 7:30": "2026-12-17 19:30 HALF",
    "12/17 at 7": "2026-12-17 19:00 HALF",
    "Friday midnight": "2026-11-28 00:00 HALF",
    # what does not fit
    "Friday 5 December 7pm": "2026-12-05 19:00 WEEKDAY",
    "Saturday 5 Whatsember 7pm": "2026-11-28 19:00 WEEKDAY",
    "Friday 7pm CET": "2026-11-27 19:00 ZONE",
    "17 December 2029 19:00": "2029-12-17 19:00 FAR",
    # the clock is changed
    "2027-03-14 02:30": "2027-03-14 03:30 CLOCK",
    "2027-11-07 01:30": "2027-11-07 01:30 CLOCK",
}  # fmt: skip


@pytest.mark.parametrize("text", SURE)
def test_what_is_meant_is_read(text: str) -> None:
    assert read(text) == f"{SURE[text]} sure"


@pytest.mark.parametrize("text", UNSURE)
def test_what_is_not_sure_is_known_not_to_be(text: str) -> None:
    assert read(text) == UNSURE[text]


@pytest.mark.parametrize(
    ("country", "expected"),
    [
        ("US", "2027-03-04 19:00 sure"),
        ("GB", "2027-04-03 19:00 sure"),
        ("DE", "2027-04-03 19:00 sure"),
        ("CA", "2027-04-03 19:00 ORDER"),
        (None, "2027-04-03 19:00 ORDER"),
    ],
)
def test_the_country_says_which_comes_first(country: str | None, expected: str) -> None:
    assert read("3/4/2027 7pm", country=country) == expected
    assert read("13/4/2027 7pm", country=country) == "2027-04-13 19:00 sure"


def test_where_people_count_to_twelve_or_may_half_past_seven_is_asked_about() -> None:
    assert read("Freitag 7:30", BERLIN, country="DE") == "2026-11-27 07:30 sure"
    assert read("Friday 7:30", country="US") == read("Friday 7:30", country=None) == "2026-11-27 19:30 HALF"
    assert read("Friday 07:30", country="US") == "2026-11-27 07:30 sure"


def test_the_zone_is_that_of_the_place() -> None:
    assert find("2026-12-17 19:00", NEW_YORK, NOW).start == at("2026-12-17 19:00")
    assert find("2026-12-17 19:00", BERLIN, NOW).start == at("2026-12-17 19:00", BERLIN)
    # It is Sunday evening there.
    assert read("today 7pm", BERLIN) == "2026-11-22 19:00 sure"
    assert read("today 5pm", BERLIN) == "2026-11-22 17:00 PAST"


def test_next_friday_is_not_the_same_to_all() -> None:
    tuesday = at("2026-11-24 12:00")
    found = find("next Friday 7pm", NEW_YORK, tuesday)
    assert found == Found(start=at("2026-12-04 19:00"), day=date(2026, 12, 4), doubt=Doubt.NEXT)
    assert find("next Tuesday 7pm", NEW_YORK, tuesday).start == at("2026-12-01 19:00")
    assert find("next Tuesday 7pm", NEW_YORK, tuesday).doubt is None


def test_of_two_moments_of_one_name_the_zone_says_which() -> None:
    first, second = (find(f"2027-11-07 01:30 {zone}", NEW_YORK, NOW) for zone in ("EDT", "EST"))
    assert (first.doubt, second.doubt) == (None, None)
    assert first.start is not None
    assert second.start == first.start + 3_600_000


def test_a_time_alone_is_of_the_day_that_was_named() -> None:
    assert read("7pm") == "NONE"
    assert read("at 7pm!", day=date(2026, 12, 4)) == "2026-12-04 19:00 sure"
    assert read("Saturday 8pm", day=date(2026, 12, 4)) == "2026-11-28 20:00 sure"


@pytest.mark.parametrize(
    "text",
    [
        *("1/2 " * 20_000, "fri " * 20_000, "7pm " * 20_000, "12 de " * 15_000, " " * 60_000),
        *("17" + "-" * 60_000, "1" * 60_000, "\x01" * 60_000),
        *("９９９９-12-31 24:00", "0001-01-01 00:00", "٣/٤/2027 7pm"),
    ],
    ids=lambda text: text[:6].strip() or "spaces",
)
def test_whatever_it_is_it_takes_no_time(text: str) -> None:
    find("warm", NEW_YORK, NOW)
    began = time.process_time()
    find(text, NEW_YORK, NOW)
    assert time.process_time() - began < 1
