"""The form of tests/data/details.toml: labels that fit their texts, and as many of each sort as promised.

Nothing here knows what is found in a message: the file must stay true whatever the patterns do.
"""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

FILE = Path(__file__).parents[1] / "data" / "details.toml"
SOURCE = FILE.read_text(encoding="utf-8")
MESSAGES: list[dict[str, Any]] = tomllib.loads(SOURCE)["message"]

AT_LEAST_OF_A_KIND = {
    "phone": 120,
    "address": 55,
    "plate": 55,
    "handle": 45,
    "email": 22,
    "url": 20,
    "coordinates": 20,
    "iban": 15,
    "card": 7,
}
# language: messages with details, messages without
AT_LEAST_IN_A_LANGUAGE = {
    "en": (140, 150),
    "de": (40, 35),
    "fr": (25, 20),
    "es": (28, 20),
    "pt": (12, 10),
    "it": (10, 8),
    "nl": (10, 8),
    "pl": (12, 6),
    "ro": (5, 4),
    "ru": (9, 8),
    "uk": (5, 4),
    "tr": (7, 5),
    "el": (5, 4),
    "ar": (5, 4),
    "th": (5, 4),
    "zh": (9, 5),
    "ja": (6, 6),
}


def found(kind: str) -> list[str]:
    """What is marked as `kind` in the messages that are not hard."""
    easy = (message for message in MESSAGES if not message.get("hard"))
    return [each["text"] for message in easy for each in message["details"] if each["kind"] == kind]


def luhn(number: str) -> bool:
    """Whether the check digit of a card number fits."""
    digits = [int(sign) for sign in reversed(number) if sign.isdigit()]
    return sum(sum(divmod(2 * digit, 10)) if i % 2 else digit for i, digit in enumerate(digits)) % 10 == 0


def mod97(number: str) -> int:
    """The remainder of an IBAN, 1 for a valid one (ISO 13616)."""
    signs = "".join(number.split()).upper()
    return int("".join(str(int(sign, 36)) for sign in signs[4:] + signs[:4])) % 97


@pytest.mark.parametrize("message", MESSAGES, ids=lambda message: message["id"])
def test_a_message_is_well_formed(message: dict[str, Any]) -> None:
    assert set(message) - {"hard"} == {"id", "language", "country", "text", "details"}
    assert message.get("hard", True) is True
    assert re.fullmatch(r"[a-z]{2}", message["language"])
    assert re.fullmatch(r"[A-Z]{2}", message["country"])
    assert re.fullmatch(message["country"].lower() + r"-\d{3}", message["id"])
    assert message["text"] == message["text"].strip() != ""
    places = []
    for detail in message["details"]:
        assert set(detail) == {"kind", "text"}
        assert detail["kind"] in AT_LEAST_OF_A_KIND
        assert detail["text"] == detail["text"].strip() != ""
        # once only: else nobody could say which of them is meant
        assert message["text"].count(detail["text"]) == 1
        start = message["text"].index(detail["text"])
        places.append((start, start + len(detail["text"])))
    assert all(end <= start for (_, end), (start, _) in pairwise(places))


def test_ids_and_texts_are_there_once() -> None:
    for field in ("id", "text"):
        times = Counter(message[field] for message in MESSAGES)
        assert [value for value in times if times[value] > 1] == []


def test_about_half_of_the_messages_have_details() -> None:
    share = sum(bool(message["details"]) for message in MESSAGES) / len(MESSAGES)
    assert len(MESSAGES) >= 700
    assert 0.45 <= share <= 0.55


def test_about_a_tenth_is_hard_and_each_says_why() -> None:
    hard = sum("hard" in message for message in MESSAGES)
    assert 0.08 <= hard / len(MESSAGES) <= 0.13
    assert len(re.findall(r"(?m)^hard = true  # \S.{10,}$", SOURCE)) == hard


@pytest.mark.parametrize("kind", AT_LEAST_OF_A_KIND)
def test_there_are_enough_of_a_kind(kind: str) -> None:
    kinds = Counter(detail["kind"] for message in MESSAGES for detail in message["details"])
    assert kinds[kind] >= AT_LEAST_OF_A_KIND[kind]


@pytest.mark.parametrize("language", AT_LEAST_IN_A_LANGUAGE)
def test_there_are_enough_in_a_language(language: str) -> None:
    halves = Counter(bool(each["details"]) for each in MESSAGES if each["language"] == language)
    with_details, without = AT_LEAST_IN_A_LANGUAGE[language]
    assert halves[True] >= with_details
    assert halves[False] >= without


def test_check_digits_are_right() -> None:
    assert [number for number in found("card") if not luhn(number)] == []
    assert [number for number in found("iban") if mod97(number) != 1] == []


@pytest.mark.parametrize("kind", ["email", "url"])
def test_domains_are_nobodys(kind: str) -> None:
    assert [text for text in found(kind) if "example" not in text.lower()] == []
