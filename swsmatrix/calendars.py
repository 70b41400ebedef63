"""An entry for calendars (iCalendar, RFC 5545). Pure."""

from __future__ import annotations

from datetime import UTC, datetime

from icalendar import Calendar, Event

from swsmatrix.protocol import Millis

NAME, KIND = "event.ics", "text/calendar"
PRODUCT = "-//swsmatrix//swsmatrix//EN"


def entry(
    uid: str, start: Millis, end: Millis, title: str, words: str, *, changed: Millis, version: int
) -> str:
    """A calendar with one entry, from ``start`` to ``end`` (0: not known). It is for nobody else's eyes.

    ``uid``: the same for what replaces it in people's calendars, if its ``version`` is higher.
    """
    event = Event()
    event.add("uid", uid)
    event.add("dtstamp", _at(changed))
    event.add("sequence", version)
    event.add("dtstart", _at(start))
    if end:
        event.add("dtend", _at(end))
    event.add("summary", title)
    event.add("description", words)
    event.add("class", "PRIVATE")
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add_component(event)
    return str(calendar.to_ical(), "utf-8")


def _at(moment: Millis) -> datetime:
    return datetime.fromtimestamp(moment // 1000, UTC)
