"""The catalogue: every sentence that the code asks for is there, with its gaps, fit for a phone."""

from __future__ import annotations

import ast
import re
import string
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

import swsmatrix
from swsmatrix import texts
from swsmatrix.features.case import KINDS

SOURCE = Path(swsmatrix.__file__).parent
# A locked screen shows the first line of what the bot says unasked in direct chats.
UNASKED = (
    "where.ask",
    "where.did_you_mean",
    "where.elsewhere",
    "places.ask",
    "held.ask",
    "held.ask_private",
    "near.ask",
    "broken.author",
    "unread.ask",
    "older.room",
    "older.direct",
    "answer.nobody_there",
    "answer.history",
    "answer.edit_deleted",
    "unverified.note",
    "answer.held_back",
    "answer.not_named",
    "supporter.registered",
    "supporter.approved",
    "supporter.changed",
    "responder.given",
    "responder.taken",
    "latecomers.hint",
    "withdraw.author",
    "withdraw.up_again",
    "withdraw.deleted",
    "extend.soon",
    "extend.author",
    "card.title",
    "card.title_empty",
    "record.title",
    "record.reminder_day",
    "record.reminder_days",
    "record.reminder_hours",
    "mute.you",
    "mute.you_banned",
)
# What is said of cases to the people in them; the others say something else of their own than the first.
OF_CASES = ("case", "group", *KINDS)
TO_STEWARDS = tuple(f"{name}.stewards_" for name in OF_CASES)
# Said when asked, in a chat.
ASKED_FOR = ("asked.no_responder", "asked.no_such", "asked.own", "asked.nothing_struck", "asked.before")
TELLING = re.compile(r"sws|#|danger|warning|harass|dox|violen|assault|sex|police|work", re.IGNORECASE)


def unasked() -> list[str]:
    """Those, and all that is said of cases to the people in them."""
    return [
        *UNASKED,
        *(
            key
            for key in texts.catalogue()
            if key.partition(".")[0] in OF_CASES and not key.startswith((*TO_STEWARDS, *ASKED_FOR))
        ),
    ]


def calls() -> list[tuple[str, set[str]]]:
    """Every ``texts.text("key", gap=…)`` in the code, where the key is written out."""
    found = []
    for file in SOURCE.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call) or not node.args or not isinstance(node.args[0], ast.Constant):
                continue
            key, given = str(node.args[0].value), {word.arg for word in node.keywords if word.arg}
            if ast.unparse(node.func) == "texts.text":
                found.append((key, given))
            elif ast.unparse(node.func) == "facts.kind.text":
                whole = all(word.arg for word in node.keywords)
                found += [(own, given) for own in instead(key) if whole or not own.startswith("case.")]
    return found


def instead(key: str) -> list[str]:
    """``key``, and what kinds of cases say instead."""
    keys = [key.replace("case", name, 1) for name in OF_CASES]
    return [one for one in keys if one in texts.catalogue()]


def gaps(sentence: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name}


def test_every_sentence_asked_for_is_there_with_its_gaps() -> None:
    asked = calls()
    assert len(asked) > 30
    for key, given in asked:
        assert gaps(texts.catalogue()[key]) <= given, key


def test_no_sentence_is_left_over() -> None:
    source = "".join(file.read_text(encoding="utf-8") for file in SOURCE.rglob("*.py"))
    made = ("kind.", "state.", "frozen.", "stewards.words_")  # their keys are put together
    for key in texts.catalogue():
        section, _, name = key.partition(".")
        keys = (key, f"case.{name}") if section in OF_CASES else (key,)
        assert key.startswith(made) or any(f'"{one}"' in source for one in keys), key


@pytest.mark.parametrize("key", unasked())
def test_the_first_line_gives_nothing_away(key: str) -> None:
    first = texts.catalogue()[key].splitlines()[0]
    assert not TELLING.search(first), first


def test_help_fits_on_a_phone() -> None:
    filled = texts.text("direct.help", name="Porch", examples="`#nyc`, `#us-ny` or `#us`", emergency="")
    lines = sum(1 + len(line) // 40 for line in filled.splitlines())
    assert lines <= 22


def test_what_members_wrote_is_not_a_pattern() -> None:
    filled = texts.text("case.offer_words", words="{0.__class__} {who}")
    assert filled == "“{0.__class__} {who}”"


def test_a_missing_sentence_or_gap_is_an_error() -> None:
    with pytest.raises(KeyError):
        texts.text("nowhere.nothing")
    with pytest.raises(KeyError):
        texts.text("warning.written", who="a member")


def test_times_name_their_zone() -> None:
    at = 1_795_240_800_000
    assert texts.moment(at, ZoneInfo("America/New_York")) == "Sat 21 Nov 2026, 01:00 EST"
    assert texts.moment(at, ZoneInfo("UTC")) == "Sat 21 Nov 2026, 06:00 UTC"
    assert texts.moment(1_783_000_000_000, ZoneInfo("America/New_York")).endswith("EDT")


@pytest.mark.parametrize(
    ("words", "said"),
    [((), ""), (("a",), "a"), (("a", "b"), "a or b"), (("a", "b", "c"), "a, b or c")],
)
def test_lists(words: tuple[str, ...], said: str) -> None:
    assert texts.listed(words) == said
