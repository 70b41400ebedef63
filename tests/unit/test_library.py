"""The starting library is in order, and what is wrong with an entry is said."""

from __future__ import annotations

import re
from typing import get_args

import pytest

from swsmatrix.library import Topic, parse, starting

TEA = """entries:
- id: tea-house
  name: Tea House
  line: Tea and somebody to talk to.
  where: [gb, Leeds]
  topics: [health]
  languages: [en]
  address: https://tea.example
  source: https://tea.example/about
  checked: 2026-11-21
  confirmed: own page
"""
ALL = starting()


def test_each_topic_and_many_countries() -> None:
    assert len(ALL) >= 60
    assert {topic for one in ALL for topic in one.topics} == set(get_args(Topic))
    countries = {where for one in ALL for where in one.where if len(where) == 2}
    assert len(countries) >= 20


def test_each_says_how_it_was_confirmed_and_gives_no_telephone_number() -> None:
    for one in ALL:
        assert len(one.confirmed) > 15, one.id
        assert not re.search(r"\d{3}[ -]\d{3}|\+\d{2}", one.line), one.id


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("entries:", "entries: [", "no YAML with a list"),
        ("entries:", "things:", "no YAML with a list"),
        ("- id: tea-house\n", "- tea\n- id: tea-house\n", "entry 1: "),
        ("id: tea-house", "id: Tea", "entry Tea: id: "),
        ("  name: Tea House\n", "", "entry tea-house: name: Field required"),
        ("topics: [health]", "topics: [cake]", "entry tea-house: topics 0: "),
        ("[en]", "[no]", "entry tea-house: languages 0: "),
        ("https://tea.example\n", "tea.example\n", "entry tea-house: address: "),
        (
            "confirmed: own page\n",
            "confirmed: own page\n" + TEA.removeprefix("entries:\n"),
            "it is there twice",
        ),
    ],
)
def test_what_is_wrong_is_said(old: str, new: str, said: str) -> None:
    assert [one.name for one in parse(TEA)] == ["Tea House"]
    assert old in TEA
    with pytest.raises(ValueError, match=re.escape(said)):
        parse(TEA.replace(old, new, 1))
