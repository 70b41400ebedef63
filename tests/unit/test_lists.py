"""What is different about a policy list."""

from __future__ import annotations

import pytest

from swsmatrix import verdicts
from swsmatrix.lists import changes
from swsmatrix.model import Banned
from swsmatrix.protocol import EventId, RoomId, RuleSeen
from swsmatrix.verdicts import Entry, Level

LIST = RoomId("!list")


def kept(**rules: str) -> list[Banned]:
    return [Banned(room=LIST, state_key=key, entity=entity) for key, entity in rules.items()]


def seen(**rules: str) -> list[RuleSeen]:
    return [
        RuleSeen(room=LIST, event=EventId(f"${key}"), at=1, state_key=key, entity=entity)
        for key, entity in rules.items()
    ]


@pytest.mark.parametrize(
    ("before", "now", "changed"),
    [
        ({}, {"a": "@a:b"}, {"a": "@a:b"}),
        ({"a": "@a:b"}, {"a": "@a:b"}, {}),
        ({"a": "@a:b"}, {"a": "@c:b", "b": ""}, {"a": "@c:b"}),
        ({"a": "@a:b"}, {"a": ""}, {"a": ""}),
        ({"a": "@a:b", "b": "@b:b"}, {"b": "@b:b"}, {"a": ""}),
    ],
)
def test_what_changed(before: dict[str, str], now: dict[str, str], changed: dict[str, str]) -> None:
    found = changes(kept(**before), seen(**now), 7)
    assert {one.state_key: one.entity for one in found} == changed


@pytest.mark.parametrize(
    ("entry", "public", "level"),
    [
        (Entry.JOINED, False, Level.OK),
        (Entry.NOT_JOINED, True, Level.OK),
        (Entry.NOT_JOINED, False, Level.FAIL),
        (Entry.UNKNOWN_NAME, False, Level.FAIL),
        (Entry.NO_ANSWER, False, Level.WARN),
    ],
)
def test_what_check_says_of_a_list(entry: Entry, public: bool, level: Level) -> None:
    assert verdicts.policy_list("policy_lists[0]", entry, public=public).level is level
