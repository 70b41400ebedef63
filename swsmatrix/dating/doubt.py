"""Why a reading of a date is not sure."""

from __future__ import annotations

from enum import Enum


class Doubt(Enum):
    """Why a reading is not sure."""

    NONE = "no date"
    TIME = "no time of day"
    PAST = "it is over"
    SEVERAL = "several moments"
    ORDER = "day or month first"
    HALF = "morning or evening"
    WEEKDAY = "another day of the week"
    NEXT = "the next one, or that after it"
    EVERY = "again and again"
    CLOCK = "the clock is changed then"
    ZONE = "another time zone"
    FAR = "years ahead"
