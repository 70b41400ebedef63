"""The one card in a case's room: what there is to do, who is at it, what came of it. Plain text. Pure.

It is read on a phone, so each step is a line or two; `how 3` shows all that the playbook of a step says. It
names links and accounts: that room is the one place where they may stand.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import groupby

from swsmatrix import texts
from swsmatrix.features.common import local_name
from swsmatrix.features.links import ANY_SITE
from swsmatrix.features.steps import FURTHER, MOST, PEOPLE_SEARCH, PICTURES, Choice, called
from swsmatrix.features.ticks import Applied, answer, spans
from swsmatrix.folding import readable, without_invisible
from swsmatrix.model import Step, StepState
from swsmatrix.playbook import Playbook
from swsmatrix.protocol import UserId

# An event may have 65,536 bytes, encrypted: a text that is changed in place stands in it twice, as JSON, and
# encryption makes it a third longer. As JSON:
LONGEST = 20_000
LONGEST_LINK = 100  # letters; `how` shows all of it
LONGEST_NAME = 40
SIGNS = {
    StepState.OPEN: "☐",
    StepState.TAKEN: "⏳",
    StepState.DONE: "✅",
    StepState.NOT_POSSIBLE: "✖",
}
_OVER = (StepState.DONE, StepState.NOT_POSSIBLE)
# Playbooks that are about no platform stand together, by their kind; these first, those last.
_GENERAL = ("evidence", "safety", "company")
CHOICES = {
    Choice.REPORT: "card.choice_1",
    Choice.COMPANY: "card.choice_2",
    Choice.SAFETY: "card.choice_3",
    Choice.RECORD: "card.choice_4",
}


def text(
    steps: Sequence[Step],
    playbooks: Iterable[Playbook],
    *,
    chosen: Collection[int] = (),
    new: Collection[int] = (),
) -> str:
    """The whole card. ``chosen``: from the menu. ``new``: numbers of the steps that were added last."""
    known = {one.id: one for one in playbooks}
    left_out: list[Step] = []
    shown = list(steps)
    while size(card := _card(shown, steps, left_out, known, chosen, new)) > LONGEST and shown:
        # What is over goes first, then what came last: a good part at once, as each takes a line or two.
        over = [step for step in shown if step.state in _OVER]
        going = (over or shown[::-1])[: max(1, len(shown) // 20)]
        shown = [step for step in shown if step not in going]
        left_out += going
    return card


def size(written: str) -> int:
    """How much of an event a text takes, in bytes before encryption."""
    return len(json.dumps(written))


def _card(
    shown: Sequence[Step],
    steps: Sequence[Step],
    left_out: Sequence[Step],
    known: Mapping[str, Playbook],
    chosen: Collection[int],
    new: Collection[int],
) -> str:
    wanted = tuple(texts.text(CHOICES[one]) for one in Choice if one in chosen and one in CHOICES)
    done = sum(step.state is StepState.DONE for step in steps)
    title = texts.text("card.title", done=done, count=len(steps)) if steps else texts.text("card.title_empty")
    head = [title]
    if wanted:
        head.append(texts.text("card.wanted", choices=" · ".join(wanted)))
    people = names(steps)
    blocks = ["\n".join(head)]
    for title, group in _groups(shown, known):
        lines = [_line(step, known, people, step.number in new) for step in group]
        blocks.append("\n".join([title, *lines]))
    rest = []
    if Choice.REPORT in chosen and not any(_is_report(step, known) for step in steps):
        rest.append(texts.text("card.nothing_yet"))
    if left_out:
        numbers = spans([step.number for step in left_out])
        rest.append(texts.text("card.more", count=len(left_out), numbers=numbers))
    if len(steps) >= MOST:
        rest.append(texts.text("card.full"))
    if steps:
        number = next((step.number for step in steps if step.state is StepState.OPEN), steps[0].number)
        rest.append(texts.text("card.foot", number=number))
    return "\n\n".join([*blocks, *rest])


def _groups(steps: Iterable[Step], known: Mapping[str, Playbook]) -> list[tuple[str, list[Step]]]:
    """By platform, in the order of their first steps; proof before them, the rest after them."""
    titled = [(_place(step, known), _title(step, known), step) for step in steps]
    first: dict[str, int] = {}
    for _, title, step in titled:
        first.setdefault(title, step.number)
    titled.sort(key=lambda one: (one[0], first[one[1]], one[2].number))
    return [(title, [one[2] for one in group]) for title, group in groupby(titled, key=lambda one: one[1])]


def _kind(step: Step, known: Mapping[str, Playbook]) -> str:
    if step.playbook == PEOPLE_SEARCH and not step.link:
        return "safety"
    return known[step.playbook].kind if step.playbook in known else ""


def _is_report(step: Step, known: Mapping[str, Playbook]) -> bool:
    return _kind(step, known) not in _GENERAL


def _place(step: Step, known: Mapping[str, Playbook]) -> int:
    """Proof, platforms, other sites and pictures, accounts of an unknown site, then what is for all."""
    if not _is_report(step, known):
        return {"evidence": 0, "safety": 4, "company": 5}[_kind(step, known)]
    return 3 if not step.playbook else 2 if step.playbook in (ANY_SITE, PICTURES) else 1


def _title(step: Step, known: Mapping[str, Playbook]) -> str:
    match _kind(step, known):
        case "evidence":
            return texts.text("card.evidence")
        case "safety":
            return texts.text("card.safety")
        case "company":
            return texts.text("card.company")
    if not step.playbook:
        return texts.text("card.which_site")
    if step.playbook == PICTURES:
        return texts.text("card.pictures")
    return texts.text("card.any_site") if step.playbook == ANY_SITE else name_of(step.playbook, known)


def name_of(playbook: str, known: Mapping[str, Playbook]) -> str:
    """A community may have taken the file away meanwhile."""
    return known[playbook].name if playbook in known else playbook


def _line(step: Step, known: Mapping[str, Playbook], people: Mapping[UserId, str], new: bool) -> str:
    what = shortened(plain(step.link), LONGEST_LINK) or name_of(step.playbook, known)
    line = f"{step.number} {SIGNS[step.state]} {what}"
    if step.who:
        line += texts.text("card.who", who=people[step.who])
    if new:
        line += texts.text("card.new")
    return "\n".join([line, texts.text("card.note", note=plain(step.note))]) if step.note else line


def names(steps: Iterable[Step]) -> dict[UserId, str]:
    """What those who took something are called here: two of the same name by their whole ids."""
    users = {step.who for step in steps if step.who}
    short = [local_name(user) for user in users]
    return {
        user: shortened(plain(local_name(user) if short.count(local_name(user)) == 1 else user), LONGEST_NAME)
        for user in users
    }


def plain(written: str) -> str:
    """On one line, and nothing in it that shows nothing or turns the line round."""
    return " ".join(without_invisible(written).split())


def shortened(written: str, longest: int) -> str:
    return written if len(written) <= longest else written[: longest - 1] + "…"


# ---- How a step is done --------------------------------------------------------------------------


def how(asked: str, steps: Iterable[Step], playbooks: Sequence[Playbook]) -> str:
    """All that a playbook says. ``asked``: the number of a step, or what a platform is called."""
    known = {one.id: one for one in playbooks}
    word = " ".join(readable(asked).text.casefold().split()).strip(" .!?#\"'“”")
    if not word:
        return texts.text("card.how_which")
    each = tuple(steps)
    step = next((one for one in each if str(one.number) == word), None)
    if step is None and word.isdecimal():
        return answer(Applied(unknown=(int(word[:9]),)), each)
    if step and not step.playbook:
        return texts.text("card.how_which_site")
    playbook = known.get(step.playbook) if step else _named(word, playbooks)
    if playbook is None:
        return texts.text("card.how_unknown", word=shortened(plain(asked), LONGEST_NAME))
    title = texts.text("card.how_title", number=step.number, name=playbook.name) if step else playbook.name
    parts = [title]
    if step and step.link:
        parts.append(texts.text("card.how_link", link=plain(step.link)))
    parts.append("\n".join(f"{number}. {line}" for number, line in enumerate(playbook.report, 1)))
    for key, lines in (("card.asked", playbook.asked), ("card.expect", playbook.expect)):
        if lines:
            items = (texts.text("card.item", item=line) for line in lines)
            parts.append("\n".join([texts.text(key), *items]))
    if words := [f"how {one}" for one in FURTHER.get(playbook.id, ()) if one in known]:
        parts.append(texts.text("card.further", words=", ".join(words)))
    return "\n\n".join([*parts, _origin(playbook)])


def _named(word: str, playbooks: Sequence[Playbook]) -> Playbook | None:
    """By its id, its name or what people call it."""
    meant = (called(playbooks).get(word, re.sub(r"[\s_]+", "-", word)), word)
    return next((one for one in playbooks if one.id in meant or one.name.casefold() in meant), None)


def _origin(playbook: Playbook) -> str:
    """Where that is from, and how far it was confirmed."""
    date = playbook.checked.strftime("%-d %b %Y")
    if playbook.confirmed == "no":
        line = texts.text("card.unconfirmed", date=date)
    elif playbook.confirmed == "page":
        line = texts.text("card.confirmed_page", date=date)
    else:
        line = texts.text("card.confirmed_copy", date=date)
    first, *others = playbook.source
    if others:
        source = texts.text("card.sources", source=first, count=len(others))
    else:
        source = texts.text("card.source", source=first)
    return f"{source}\n{line}"
