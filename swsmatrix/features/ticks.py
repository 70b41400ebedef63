"""What people in a case's room say of its steps: "done 3", "3 is mine", "3 can't, no answer", 3️⃣. Pure.

The words are the catalogue's. In a reply to the card a number alone says that it is done. Whatever is said
otherwise is talk, and none of the bot's business.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import Enum
from functools import cache
from itertools import islice

from swsmatrix import texts
from swsmatrix.folding import readable
from swsmatrix.model import Step, StepState
from swsmatrix.protocol import Millis, UserId

LONGEST = 200  # letters of a note
RANGE = 20  # steps that "3-7" may mean
LINES = 50  # of a message, that are read
_TEN = "\U0001f51f"


class Do(Enum):
    DONE = "done"
    NOT_POSSIBLE = "not possible"
    TAKE = "take"
    BACK = "back"  # whoever had it does not any more
    OPEN = "open"  # it is to be done (again)


@dataclass(frozen=True, slots=True)
class Tick:
    """``note``: what came of it."""

    do: Do
    numbers: tuple[int, ...]
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Applied:
    """``changed``: as they are now. ``unknown``: there are none of these numbers. ``over``: who would take
    those is told that they are done, or cannot be done.
    """

    changed: tuple[Step, ...] = ()
    unknown: tuple[int, ...] = ()
    over: tuple[int, ...] = ()


def every(text: str, *, reply: bool = False) -> tuple[Tick, ...]:
    """All that a message says, line by line; a line that says nothing by itself goes with the note before.

    ``reply``: to the card. Nothing, if the first line is none.
    """
    found: list[Tick] = []
    for line in islice(filter(None, map(str.strip, readable(text).text.splitlines())), LINES):
        if tick := read(line, reply=reply):
            found.append(tick)
        elif not found:
            return ()
        elif found[-1].do in (Do.DONE, Do.NOT_POSSIBLE):
            found[-1] = replace(found[-1], note=_note(f"{found[-1].note} {line}"))
    return tuple(found)


def read(text: str, *, reply: bool = False) -> Tick | None:
    """What one line says; None: nothing of a step. ``reply``: to the card."""
    line = " ".join(readable(text).text.replace("’", "'").replace(_TEN, "10").split())
    line = re.sub(r"(?i)^!sws ", "", line)
    if line.endswith("?"):
        return None  # somebody asks
    for do, pattern, key in _patterns():
        found = pattern.fullmatch(line)
        if found is None:
            continue
        numbers = _numbers(found["numbers"])
        rest = found["rest"]
        noted = do in (Do.DONE, Do.NOT_POSSIBLE)
        if not numbers or (rest and (_counts(found, key) if noted else not _polite(rest))):
            continue
        said = f"{found['word']} {rest}" if key.endswith("_as") else rest
        return Tick(do, numbers, _note(said) if noted else "")
    alone = re.fullmatch(rf"{_NUMBERS}{_REST}", line) if reply else None
    if alone and (numbers := _numbers(alone["numbers"])):
        return Tick(Do.DONE, numbers, _note(alone["rest"]))
    return None


def of_reaction(key: str) -> Tick | None:
    """A keycap is the number of what is done, however it is spelled."""
    figures = readable(key).text.replace(_TEN, "10").strip()
    number = int(figures) if re.fullmatch(r"[0-9]{1,3}", figures) else 0
    return Tick(Do.DONE, (number,)) if number else None


def apply(tick: Tick, steps: Sequence[Step], who: UserId, at: Millis) -> Applied:
    """What ``who`` said at ``at``, with its consequences."""
    numbered = {step.number: step for step in steps}
    known = [numbered[number] for number in tick.numbers if number in numbered]
    over = (StepState.DONE, StepState.NOT_POSSIBLE)
    taking = tick.do is Do.TAKE
    moved = [(step, _moved(tick, step, who)) for step in known if not (taking and step.state in over)]
    return Applied(
        changed=tuple(replace(now, at=at) for before, now in moved if now != before),
        unknown=tuple(number for number in tick.numbers if number not in numbered),
        over=tuple(step.number for step in known if taking and step.state in over),
    )


def _moved(tick: Tick, step: Step, who: UserId) -> Step:
    match tick.do:
        case Do.DONE:
            return replace(step, state=StepState.DONE, who=who, note=tick.note or step.note)
        case Do.NOT_POSSIBLE:
            return replace(step, state=StepState.NOT_POSSIBLE, who=who, note=tick.note or step.note)
        case Do.TAKE:
            return replace(step, state=StepState.TAKEN, who=who)
        case Do.BACK if step.state is not StepState.TAKEN:
            return step
        case _:
            return replace(step, state=StepState.OPEN, who=None)


def answer(applied: Applied, steps: Sequence[Step]) -> str:
    """What there is to say to that; empty when the card says it all."""
    lines = []
    if applied.unknown:
        last = max((step.number for step in steps), default=0)
        numbers = spans(applied.unknown)
        key = "ticks.unknown" if last else "ticks.no_steps"
        lines.append(texts.text(key, numbers=numbers, last=last))
    if applied.over:
        key = "ticks.over" if len(applied.over) == 1 else "ticks.over_several"
        lines.append(texts.text(key, numbers=spans(applied.over), first=applied.over[0]))
    return "\n".join(lines)


def spans(numbers: Sequence[int]) -> str:
    """``1, 3-5, 9``."""
    parts: list[list[int]] = []
    for number in sorted(set(numbers)):
        if parts and parts[-1][-1] == number - 1:
            parts[-1].append(number)
        else:
            parts.append([number])
    return ", ".join(f"{p[0]}-{p[-1]}" if len(p) > 2 else ", ".join(map(str, p)) for p in parts)


# ---- How a line is read --------------------------------------------------------------------------

_NUMBER = r"#?[0-9]{1,3}(?!\w|[.:/][0-9])"
_BETWEEN = r"(?:\s*(?:,|&|\+|-|and|und|y|et)\s*|\s+)"
_NUMBERS = rf"(?:steps?\s+)?(?P<numbers>{_NUMBER}(?:{_BETWEEN}{_NUMBER})*)"
_REST = r"\s*(?P<apart>[,;:.!-]*)\s*(?P<rest>.*)"
_IS = r"\s*(?:(?:is|are|was|were|has been|have been)\b|'s\b|[=:,-])?\s*"
_LISTS = (
    (Do.BACK, "ticks.back"),
    (Do.OPEN, "ticks.open"),
    (Do.NOT_POSSIBLE, "ticks.not_possible"),
    (Do.NOT_POSSIBLE, "ticks.not_possible_as"),
    (Do.TAKE, "ticks.take"),
    (Do.DONE, "ticks.done"),
    (Do.DONE, "ticks.did"),
    (Do.DONE, "ticks.done_as"),
)
# After these a number may be that of anything ("blocked 3 of them"): a note begins after a comma or the like.
_ANYTHING = ("ticks.did", "ticks.done_as", "ticks.not_possible_as")


@cache
def _patterns() -> tuple[tuple[Do, re.Pattern[str], str], ...]:
    """What is said, how it is written, and the list that the word is from."""
    found = []
    for do, key in _LISTS:
        word = rf"(?P<word>{_any_of(key)})"
        found.append((do, re.compile(rf"{word}\s*:?\s*{_NUMBERS}{_REST}", re.IGNORECASE), key))
        found.append((do, re.compile(rf"{_NUMBERS}{_IS}{word}{_REST}", re.IGNORECASE), key))
    return tuple(found)


def _any_of(key: str) -> str:
    """The lines of a sentence, the longest first, each as a word of its own."""
    words = sorted((readable(line).text for line in texts.text(key).splitlines()), key=len, reverse=True)
    return "|".join(rf"{re.escape(word)}(?!\w)" if word[-1].isalnum() else re.escape(word) for word in words)


def _numbers(written: str) -> tuple[int, ...]:
    """``3, 5-7 and 9``; nothing if that is none of ours."""
    numbers: list[int] = []
    for first, last in re.findall(r"([0-9]+)(?:\s*-\s*#?([0-9]+))?", written):
        low, high = int(first), int(last or first)
        if not 0 < low <= high <= low + RANGE:
            return ()
        numbers += range(low, high + 1)
    return tuple(dict.fromkeys(numbers))


def _counts(found: re.Match[str], key: str) -> bool:
    """Whether the number may only say how many of what follows: "reported 3 times"."""
    if found.start("word") > found.start("numbers") or found["apart"] or found["rest"][0] == "(":
        return False
    return key in _ANYTHING or _begins_with(found["rest"], "ticks.counted")


def _polite(rest: str) -> bool:
    """Whether what follows the number leaves it one: "take 3 tonight", not "take 3 deep breaths"."""
    return not re.search(r"\w", rest) or _begins_with(rest, "ticks.aside")


def _begins_with(rest: str, key: str) -> bool:
    return re.match(_any_of(key), rest, re.IGNORECASE) is not None


def _note(written: str) -> str:
    """One line, without what joined it to the number."""
    return " ".join(written.split()).strip(" ,;:-–—")[:LONGEST]
