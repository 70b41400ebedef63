"""What people say of the steps of a case, and what becomes of those."""

from __future__ import annotations

from dataclasses import replace

import pytest

from swsmatrix import texts
from swsmatrix.features.ticks import (
    LINES,
    LONGEST,
    Applied,
    Do,
    Tick,
    answer,
    apply,
    every,
    of_reaction,
    read,
    spans,
)
from swsmatrix.model import Step, StepState
from swsmatrix.protocol import UserId

BEA = UserId("@bea:example.org")
CAL = UserId("@cal:example.org")
D, N, T, B, AGAIN = Do.DONE, Do.NOT_POSSIBLE, Do.TAKE, Do.BACK, Do.OPEN


@pytest.mark.parametrize(
    ("text", "do", "numbers", "note"),
    [
        ("done 3", D, (3,), ""),
        ("Done 3.", D, (3,), ""),
        ("3 done", D, (3,), ""),
        ("3 is done!", D, (3,), ""),
        ("step 3 done", D, (3,), ""),
        ("!sws done #3", D, (3,), ""),
        ("done: 3", D, (3,), ""),
        ("3: done", D, (3,), ""),
        ("i did 3", D, (3,), ""),
        ("I’ve done 3", D, (3,), ""),
        ("done 3 They removed it", D, (3,), "They removed it"),
        ("done 3, they removed it", D, (3,), "they removed it"),
        ("done 3 - they removed it", D, (3,), "they removed it"),
        ("3 ✅ they removed it", D, (3,), "they removed it"),
        ("✅ 3", D, (3,), ""),
        ("✔️3", D, (3,), ""),
        ("3️⃣ done", D, (3,), ""),
        ("🔟 done", D, (10,), ""),
        ("done ３", D, (3,), ""),
        ("done 3 4", D, (3, 4), ""),
        ("done 3, 4 and 5", D, (3, 4, 5), ""),
        ("done 3,4", D, (3, 4), ""),
        ("3 + 4 done", D, (3, 4), ""),
        ("done 3-5 thank you", D, (3, 4, 5), "thank you"),
        ("done 3 3", D, (3,), ""),
        ("erledigt 3", D, (3,), ""),
        ("hecho 3", D, (3,), ""),
        ("3 removed", D, (3,), "removed"),
        ("3 was taken down an hour ago", D, (3,), "taken down an hour ago"),
        ("reported 3", D, (3,), "reported"),
        ("reported 3 (number 55)", D, (3,), "reported (number 55)"),
        ("reported 3, number 55", D, (3,), "reported number 55"),
        ("3 reported, number 55", D, (3,), "reported number 55"),
        ("take 3", T, (3,), ""),
        ("take 3 please", T, (3,), ""),
        ("I'll take 3 tonight, after tea", T, (3,), ""),
        ("3 not done yet", AGAIN, (3,), ""),
        ("I take 3", T, (3,), ""),
        ("I'll take 3 and 4", T, (3, 4), ""),
        ("mine 3", T, (3,), ""),
        ("3 is mine", T, (3,), ""),
        ("3 mine", T, (3,), ""),
        ("3: on it!", T, (3,), ""),
        ("drop 3", B, (3,), ""),
        ("not me 3", B, (3,), ""),
        ("3 not me", B, (3,), ""),
        ("3 is not mine", B, (3,), ""),
        ("I can't take 3", B, (3,), ""),
        ("open 3", AGAIN, (3,), ""),
        ("3 open again", AGAIN, (3,), ""),
        ("3 is back", AGAIN, (3,), ""),
        ("not done 3", AGAIN, (3,), ""),
        ("3 is still there", AGAIN, (3,), ""),
        ("3 can't", N, (3,), ""),
        ("can’t 3", N, (3,), ""),
        ("can't 3 they want an ID", N, (3,), "they want an ID"),
        ("not possible 3 no answer", N, (3,), "no answer"),
        ("3 not possible, no answer", N, (3,), "no answer"),
        ("3 no answer", N, (3,), "no answer"),
        ("skip 3", N, (3,), "skip"),
        ("3 is not needed", N, (3,), "not needed"),
        ("3 refused", N, (3,), "refused"),
        ("❌ 3", N, (3,), ""),
    ],
)
def test_what_a_line_says(text: str, do: Do, numbers: tuple[int, ...], note: str) -> None:
    assert read(text) == Tick(do, numbers, note)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "3",
        "hello",
        "done",
        "done with that",
        "I am done",
        "3 of them write to me",
        "3 people are done with it",
        "take 3 deep breaths",
        "take 3 days off",
        "reported 3 times",
        "blocked 3 of them",
        "I did 3 cups of tea",
        "they refused 3 reports",
        "done 3 times already",
        "sent 3 messages",
        "done 3.5",
        "done 3:30",
        "done 3pm",
        "done 3000",
        "done 0",
        "done 5-3",
        "done 1-900",
        "donee 3",
        "undone 3",
        "3 goners",
        "3 mineral waters",
        "open 3 windows",
        "we are 3, done soon?",
        "3rd done",
        "drop 3 off",
        "is 3 done",
        "done 3?",
        "take 3 ?",
        "take 3 and call me",
        "2 of 5 done",
        "can somebody take 3",
        "3 isn't done",
        "what is 3?",
    ],
)
def test_talk_is_left_alone(text: str) -> None:
    assert read(text) is None


@pytest.mark.parametrize(
    ("text", "tick"),
    [
        ("3", Tick(D, (3,))),
        ("3️⃣", Tick(D, (3,))),
        ("3, 4", Tick(D, (3, 4))),
        ("3 removed", Tick(D, (3,), "removed")),
        ("3 They took it down", Tick(D, (3,), "They took it down")),
        ("3 is mine", Tick(T, (3,))),
        ("3 can't", Tick(N, (3,))),
        ("thank you", None),
        ("3?", None),
        ("0", None),
    ],
)
def test_in_a_reply_to_the_card_a_number_is_enough(text: str, tick: Tick | None) -> None:
    assert read(text, reply=True) == tick


@pytest.mark.parametrize(
    ("text", "reply", "ticks"),
    [
        ("done 1\n2 can't\n\ntake 3", False, (Tick(D, (1,)), Tick(N, (2,)), Tick(T, (3,)))),
        ("done 1\nthey were quick\nand kind", False, (Tick(D, (1,), "they were quick and kind"),)),
        ("take 1\nI have time tonight", False, (Tick(T, (1,)),)),
        ("good news!\ndone 1", False, ()),
        ("1\n2", True, (Tick(D, (1,)), Tick(D, (2,)))),
        ("1\n2", False, ()),
        ("", True, ()),
    ],
)
def test_several_lines(text: str, reply: bool, ticks: tuple[Tick, ...]) -> None:
    assert every(text, reply=reply) == ticks


def test_a_flood_of_lines_is_read_for_a_while() -> None:
    assert len(every("done 1\n" * 1000)) == LINES


def test_a_note_has_an_end() -> None:
    tick = read("done 3 " + "kettle " * 100)
    assert tick
    assert len(tick.note) == LONGEST
    assert len(every("done 3\n" + "kettle " * 100)[0].note) == LONGEST


@pytest.mark.parametrize(
    ("key", "number"),
    [
        ("3\ufe0f\u20e3", 3),
        ("3\u20e3", 3),
        ("3\ufe0e\u20e3", 3),
        ("🔟", 10),
        ("1\ufe0f\u20e30\ufe0f\u20e3", 10),
        ("1\ufe0f\u20e32\ufe0f\u20e3", 12),
        ("③", 3),
        ("3", 3),
        ("0\ufe0f\u20e3", None),
        ("👍", None),
        ("✅", None),
        ("#\ufe0f\u20e3", None),
        ("3 done", None),
        ("", None),
        ("1234", None),
    ],
)
def test_reactions(key: str, number: int | None) -> None:
    assert of_reaction(key) == (Tick(D, (number,)) if number else None)


OPEN = Step(subject="swsdoxx $lamp", number=1, playbook="reddit", link="reddit.com/r/kettles", at=1)
TAKEN = replace(OPEN, number=2, state=StepState.TAKEN, who=BEA)
DONE = replace(OPEN, number=3, state=StepState.DONE, who=BEA, note="gone")
CANT = replace(OPEN, number=4, state=StepState.NOT_POSSIBLE, who=BEA, note="no answer")
ALL = (OPEN, TAKEN, DONE, CANT)


@pytest.mark.parametrize(
    ("tick", "changed"),
    [
        (Tick(D, (1, 2), "quick"), (
            replace(OPEN, state=StepState.DONE, who=CAL, note="quick", at=9),
            replace(TAKEN, state=StepState.DONE, who=CAL, note="quick", at=9),
        )),
        (Tick(D, (4,)), (replace(CANT, state=StepState.DONE, who=CAL, at=9),)),
        (Tick(D, (3,), "gone for good"), (replace(DONE, who=CAL, note="gone for good", at=9),)),
        (Tick(N, (2,), "no"), (replace(TAKEN, state=StepState.NOT_POSSIBLE, who=CAL, note="no", at=9),)),
        (Tick(T, (1, 2)), (
            replace(OPEN, state=StepState.TAKEN, who=CAL, at=9),
            replace(TAKEN, who=CAL, at=9),
        )),
        (Tick(B, (1, 2, 3, 4)), (replace(TAKEN, state=StepState.OPEN, who=None, at=9),)),
        (Tick(AGAIN, (1, 2, 3, 4)), (
            replace(TAKEN, state=StepState.OPEN, who=None, at=9),
            replace(DONE, state=StepState.OPEN, who=None, at=9),
            replace(CANT, state=StepState.OPEN, who=None, at=9),
        )),
    ],
)  # fmt: skip
def test_what_becomes_of_the_steps(tick: Tick, changed: tuple[Step, ...]) -> None:
    assert apply(tick, ALL, CAL, 9) == Applied(changed=changed)


def test_the_same_again_changes_nothing() -> None:
    assert apply(Tick(D, (3,)), ALL, BEA, 9) == Applied()
    assert apply(Tick(T, (2,)), ALL, BEA, 9) == Applied()


def test_what_is_over_is_taken_by_nobody_and_numbers_that_are_none_are_said() -> None:
    applied = apply(Tick(T, (1, 3, 4, 8, 9)), ALL, BEA, 9)
    assert applied.changed == (replace(OPEN, state=StepState.TAKEN, who=BEA, at=9),)
    assert (applied.unknown, applied.over) == ((8, 9), (3, 4))
    assert answer(applied, ALL) == "\n".join(
        (
            texts.text("ticks.unknown", numbers="8, 9", last=4),
            texts.text("ticks.over_several", numbers="3, 4", first=3),
        )
    )
    assert answer(Applied(over=(3,)), ALL) == texts.text("ticks.over", numbers="3", first=3)
    assert answer(Applied(unknown=(1,)), ()) == texts.text("ticks.no_steps")
    assert answer(Applied(changed=ALL), ALL) == ""


@pytest.mark.parametrize(
    ("numbers", "said"),
    [((), ""), ((3,), "3"), ((4, 3), "3, 4"), ((3, 4, 5, 9), "3-5, 9"), ((1, 3, 4, 7, 8, 9), "1, 3, 4, 7-9")],
)
def test_numbers_in_short(numbers: tuple[int, ...], said: str) -> None:
    assert spans(numbers) == said
