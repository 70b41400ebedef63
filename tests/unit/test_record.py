"""What is written down for its author, and what a room is reminded of."""

from __future__ import annotations

from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest

from swsmatrix.features.links import Kind
from swsmatrix.features.record import document, reminder
from swsmatrix.features.steps import SAVE_FIRST, added
from swsmatrix.model import Step, StepState
from swsmatrix.playbook import load
from swsmatrix.protocol import UserId

OURS = load()
ALICE = UserId("@alice:example.org")
BEA = UserId("@bea:example.org")
BEATE = UserId("@bea:example.org.tea.example")
CAL = UserId("@cal:example.org")
AT = 1_795_240_800_000
NEW_YORK = ZoneInfo("America/New_York")
ONE, TWO, THREE, FOUR = added(
    "swsdoxx $lamp",
    (),
    (
        (SAVE_FIRST, ""),
        ("reddit", "reddit.com/r/kettles/1"),
        ("", "@kettle_fan"),
        ("tiktok", "tiktok.com/@k"),
    ),
    AT,
)
STEPS = (
    replace(ONE, state=StepState.DONE, who=ALICE),
    replace(TWO, state=StepState.DONE, who=BEA, note="@bea:example.org saw it go; @alice:example.org too"),
    THREE,
    replace(FOUR, state=StepState.NOT_POSSIBLE, who=CAL, note="no answer", at=AT + 60_000),
)

WHOLE = """\
A record, kept for you

Made Sat 21 Nov 2026, 06:00 UTC (Sat 21 Nov 2026, 01:00 EST).

Private details of yours were posted. This is what you reported, and what was done about it.

WHAT YOU WROTE

Sat 21 Nov 2026, 05:59 UTC (Sat 21 Nov 2026, 00:59 EST):
  they put my kettle
  on reddit.com/r/kettles/1

WHAT YOU WANTED
– report and take down
– a record

WHAT WAS DONE

1. Save it before reporting it
   Done by you, Sat 21 Nov 2026, 06:00 UTC (Sat 21 Nov 2026, 01:00 EST).

2. Reddit: reddit.com/r/kettles/1
   Done by a responder, Sat 21 Nov 2026, 06:00 UTC (Sat 21 Nov 2026, 01:00 EST).
   What came of it: a responder saw it go; @alice:example.org too

3. @kettle_fan
   Still open.

4. TikTok: tiktok.com/@k
   Not done, says a responder, Sat 21 Nov 2026, 06:01 UTC (Sat 21 Nov 2026, 01:01 EST).
   What came of it: no answer

KEEPING THIS SAFE

"""


def written(
    kind: Kind = "doxx",
    steps: tuple[Step, ...] = STEPS,
    zone: ZoneInfo = NEW_YORK,
    people: tuple[UserId, ...] = (),
    chosen: tuple[int, ...] = (4, 1),
) -> str:
    words = ((AT - 60_000, "they put my kettle\non reddit.com/r/kettles/1"),)
    return document(
        kind=kind, author=ALICE, words=words, steps=steps, playbooks=OURS, now=AT, zone=zone, people=people,
        chosen=chosen,
    )  # fmt: skip


def test_a_whole_record() -> None:
    assert written().startswith(WHOLE)
    assert written(steps=STEPS[::-1]).startswith(WHOLE)


def test_where_the_time_is_that_of_the_world_it_stands_once() -> None:
    assert "Made Sat 21 Nov 2026, 06:00 UTC.\n" in written(zone=ZoneInfo("UTC"))


def test_nobody_but_its_author_is_named() -> None:
    noted = replace(TWO, who=BEA, note=f"{CAL} asked {BEATE} and {BEA}", state=StepState.TAKEN)
    text = written(steps=(noted, STEPS[3]), people=(ALICE, BEATE, BEA, CAL))
    assert "a responder asked a responder and a responder\n" in text
    assert not any(user in text for user in (BEA, BEATE, CAL))
    assert "Begun by a responder" in text


def test_an_account_that_is_no_responders_stays() -> None:
    troll = replace(TWO, note="blocked @kettle:tea.example", state=StepState.DONE, who=BEA)
    assert "blocked @kettle:tea.example" in written(steps=(troll,))


def test_of_harassment_and_of_nothing() -> None:
    text = written("harassment", (), chosen=())
    assert "You were harassed." in text
    assert "Nothing was on the list." in text
    assert "WHAT YOU WANTED" not in text
    assert text.splitlines()[0] == "A record, kept for you"


@pytest.mark.parametrize(
    ("states", "hours", "said"),
    [
        ("dd", 24, ""),
        ("dn", 72, ""),
        ("", 24, ""),
        ("ood", 24, "A look at our list, a day later. 🌱\n\nNobody has 1, 2 yet: “take 1” takes one."),
        ("dt", 72, "A look at our list, 3 days later. 🌱\n\n"
         "Begun, not done: 2. Is there an answer? “done 2”, or “can't 2”."),
        ("ooot", 2, "A look at our list. 🌱\n\nNobody has 1-3 yet: “take 1” takes one.\n\n"
         "Begun, not done: 4. Is there an answer? “done 4”, or “can't 4”."),
    ],
)  # fmt: skip
def test_reminders_are_numbers_only(states: str, hours: int, said: str) -> None:
    by_letter = {
        "o": StepState.OPEN,
        "t": StepState.TAKEN,
        "d": StepState.DONE,
        "n": StepState.NOT_POSSIBLE,
    }
    steps = tuple(
        replace(TWO, number=number, state=by_letter[letter], who=BEA, note="kettle")
        for number, letter in enumerate(states, 1)
    )
    assert reminder(steps, hours) == said
