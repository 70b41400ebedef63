"""When an author is told of the end of a warning: values in, values out."""

from __future__ import annotations

from dataclasses import replace

import pytest

from swsmatrix.features import extending
from swsmatrix.features.extending import Found
from swsmatrix.model import Noted, SetTimer
from swsmatrix.protocol import DAY, HOUR, Millis
from swsmatrix.routing import Input, Kind, Place
from tests.town import START, WORLD
from tests.unit import examples


def timers(now: Millis, until: Millis = 0, term: Millis = 30 * DAY) -> tuple[SetTimer, ...]:
    """What is set when a warning goes out at ``now``."""
    up = Noted(feature="danger", name="up", subject="$e")
    found = Found(posts=(examples.post(until=until),))
    world = replace(WORLD, expires_after=term)
    return extending.decide(Input(up, Place(Kind.OTHER)), found, world, now).timers


@pytest.mark.parametrize(
    ("term", "ahead"), [(30 * DAY, 3 * DAY), (4 * DAY, 2 * DAY), (2 * DAY, DAY), (2 * DAY - 2, 0), (HOUR, 0)]
)
def test_three_days_before_but_not_in_the_first_half(term: Millis, ahead: Millis) -> None:
    assert [timer.due for timer in timers(START, term=term)] == ([START + term - ahead] if ahead else [])


def test_of_the_end_that_was_put_off() -> None:
    (timer,) = timers(START, until=START + 50 * DAY)
    assert timer.due == START + 47 * DAY


def test_what_goes_out_anew_in_its_last_days_is_not_announced_again() -> None:
    assert len(timers(START + 27 * DAY - 1)) == 1
    assert timers(START + 27 * DAY) == ()
