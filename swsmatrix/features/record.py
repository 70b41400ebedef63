"""What is written down at the end of a case, for its author alone; and the reminders on the way. Pure.

Times are UTC, as others read them, and those of the author's region. No responder is named.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from zoneinfo import ZoneInfo

from swsmatrix import texts
from swsmatrix.features.card import CHOICES, name_of
from swsmatrix.features.common import UTC
from swsmatrix.features.links import Kind
from swsmatrix.features.steps import Choice
from swsmatrix.features.ticks import spans
from swsmatrix.model import Step, StepState
from swsmatrix.playbook import Playbook
from swsmatrix.protocol import Millis, UserId

Written = tuple[Millis, str]
_HOURS = 24


def document(
    *,
    kind: Kind,
    author: UserId,
    words: Sequence[Written],
    steps: Iterable[Step],
    playbooks: Iterable[Playbook],
    now: Millis,
    zone: ZoneInfo,
    chosen: Collection[int] = (),
    people: Collection[UserId] = (),
) -> str:
    """The whole record. ``words``: of its author, when and what. ``people``: all who were in the room."""
    known = {one.id: one for one in playbooks}
    each = sorted(steps, key=lambda one: one.number)
    hidden = {*people, *(step.who for step in each if step.who)} - {author}
    about = texts.text("record.about_doxx" if kind == "doxx" else "record.about_harassment")
    parts = [texts.text("record.title", when=_when(now, zone)), about, texts.text("record.reported")]
    for at, said in words:
        written = texts.text("record.written", when=_when(at, zone))
        parts.append("\n".join([written, *(f"  {line}" for line in said.splitlines())]))
    wanted = [texts.text(CHOICES[one]) for one in Choice if one in chosen and one in CHOICES]
    if wanted:
        lines = (texts.text("card.item", item=one) for one in wanted)
        parts.append("\n".join([texts.text("record.wanted"), *lines]))
    parts.append(texts.text("record.steps"))
    parts += [_step(step, known, author, hidden, zone) for step in each] or [texts.text("record.nothing")]
    parts += [texts.text("record.safe"), texts.text("record.keep")]
    return "\n\n".join(parts) + "\n"


def _when(at: Millis, zone: ZoneInfo) -> str:
    utc, local = texts.moment(at, UTC), texts.moment(at, zone)
    return utc if utc == local else texts.text("record.when", utc=utc, local=local)


def _step(
    step: Step, known: Mapping[str, Playbook], author: UserId, hidden: Collection[UserId], zone: ZoneInfo
) -> str:
    name = name_of(step.playbook, known)
    both = texts.text("record.about", name=name, link=step.link)
    what = both if name and step.link else name or step.link
    who = texts.text("record.you" if step.who == author else "record.responder")
    when = _when(step.at, zone)
    match step.state:
        case StepState.OPEN:
            state = texts.text("record.state_open")
        case StepState.TAKEN:
            state = texts.text("record.state_taken", who=who, when=when)
        case StepState.DONE:
            state = texts.text("record.state_done", who=who, when=when)
        case StepState.NOT_POSSIBLE:
            state = texts.text("record.state_not_possible", who=who, when=when)
    lines = [texts.text("record.step", number=step.number, what=what), f"   {state}"]
    if step.note:
        lines.append("   " + texts.text("record.came", note=_unnamed(step.note, hidden)))
    return "\n".join(lines)


def _unnamed(note: str, people: Collection[UserId]) -> str:
    for user in sorted(people, key=len, reverse=True):
        note = note.replace(user, texts.text("record.responder"))
    return note


def reminder(steps: Iterable[Step], hours: int) -> str:
    """What is open ``hours`` after it began; empty if nothing is. Numbers only: it may stand on a screen."""
    each = tuple(steps)
    lines = []
    for state, key in (
        (StepState.OPEN, "record.reminder_open"),
        (StepState.TAKEN, "record.reminder_taken"),
    ):
        if numbers := [step.number for step in each if step.state is state]:
            lines.append(texts.text(key, numbers=spans(numbers), first=min(numbers)))
    if not lines:
        return ""
    days = hours // _HOURS
    if days > 1:
        first = texts.text("record.reminder_days", days=days)
    else:
        first = texts.text("record.reminder_day" if days else "record.reminder_hours")
    return "\n\n".join([first, *lines])
