"""How much of an author goes out at once, whatever they do."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from swsmatrix.features.budgets import Account, turn
from swsmatrix.model import Priority, Spent
from swsmatrix.protocol import MINUTE, EventId, Millis
from tests.town import START
from tests.unit import examples

AGO_TEN = START - 10 * MINUTE


def spent(*times: Millis, edit: bool = False) -> tuple[Spent, ...]:
    return tuple(
        Spent(author="code", cause=f"{at} {edit} {n}", number=9, edit=edit, at=at)
        for n, at in enumerate(times)
    )


def after(times: Iterable[Millis], now: Millis = START) -> Millis:
    """When the next new one goes out."""
    found = turn(Account(author="code", spent=spent(*times)), examples.post(), now)
    assert found.spent.at == max(found.not_before, now)
    return found.not_before


def test_three_at_once_then_one_a_minute() -> None:
    times: list[Millis] = []
    for wait in (0, 0, 0, 1, 2, 3, 4):
        due = after(times)
        assert due == (START + wait * MINUTE if wait else 0)
        times.append(due or START)


@pytest.mark.parametrize(
    ("times", "due"),
    [
        ((AGO_TEN, AGO_TEN, AGO_TEN), 0),
        ((AGO_TEN + 1, AGO_TEN + 1, AGO_TEN + 1), 0),  # their minute is long over
        ((AGO_TEN + 1, AGO_TEN + 1, START - 1), START - 1 + MINUTE),
        ((AGO_TEN, AGO_TEN + 1, START - 1), 0),
        ((AGO_TEN + 1, AGO_TEN + 1, START - MINUTE), 0),
    ],
)
def test_what_counts_is_of_the_last_ten_minutes(times: tuple[Millis, ...], due: Millis) -> None:
    assert after(times) == due


def test_the_first_for_a_while_goes_before_others() -> None:
    post = examples.post()
    first, further = Priority.FIRST_WARNING, Priority.WARNING
    assert turn(Account(), post, START).priority is first
    assert turn(Account(spent=spent(AGO_TEN)), post, START).priority is first
    assert turn(Account(spent=spent(AGO_TEN + 1)), post, START).priority is further
    assert turn(Account(spent=spent(START, edit=True)), post, START).priority is further
    assert first < further


def test_what_had_to_wait_goes_behind_what_did_not() -> None:
    three = Account(spent=spent(START, START, START))
    assert turn(three, examples.post(), START).priority is Priority.FURTHER_WARNING
    assert Priority.WARNING < Priority.PRIVATE_ROOM < Priority.FURTHER_WARNING < Priority.FIRST_ANSWER


def test_corrections_are_counted_by_themselves() -> None:
    edited = examples.post(updated=True, edits=(EventId("$two"),))
    many = spent(START, START, START)
    assert turn(Account(spent=many), edited, START).not_before == 0
    assert turn(Account(spent=spent(START, START, START, edit=True)), edited, START).not_before
    assert turn(Account(spent=spent(START, START, START, edit=True)), examples.post(), START).not_before == 0


def test_a_correction_that_waits_gives_its_minute_to_the_next() -> None:
    out = spent(START, START, START, edit=True)
    waits = Spent(author="code", cause="$two", number=1, edit=True, at=START + MINUTE)
    of_another = Spent(author="code", cause="$other", number=2, edit=True, at=START + 2 * MINUTE)
    post = examples.post(updated=True, edits=(EventId("$two"), EventId("$three")))
    found = turn(Account(author="code", spent=(waits, *out)), post, START + 1)
    assert (found.not_before, found.replaced) == (START + MINUTE, (waits,))
    assert found.spent == Spent(author="code", cause="$three", number=1, edit=True, at=START + MINUTE)
    # Once it is out it counts; and what another warning waits for stays that one's.
    later = turn(Account(author="code", spent=(waits, *out)), post, START + MINUTE)
    assert (later.not_before, later.replaced) == (START + 2 * MINUTE, ())
    both = turn(Account(author="code", spent=(of_another, waits, *out)), post, START + 1)
    assert (both.not_before, both.replaced) == (START + 3 * MINUTE, (waits,))
