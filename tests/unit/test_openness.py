"""What counts as more open: values in, values out."""

from __future__ import annotations

from dataclasses import replace

import pytest

from swsmatrix.model import Openness, RoomNote
from swsmatrix.openness import frozen, open_to_all, tighter, weaker
from swsmatrix.protocol import RoomId

CLOSED = Openness(join_rule="invite", history="joined")
NOTE = RoomNote(room=RoomId("!r"), encrypted=True, join_rule="invite", history="joined", agreed=CLOSED)


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ({}, ()),
        ({"join_rule": "knock"}, ()),
        ({"join_rule": "private", "history": "invited"}, ()),
        ({"join_rule": "restricted"}, ("join",)),
        ({"join_rule": "knock_restricted"}, ("join",)),
        ({"join_rule": "public"}, ("join",)),
        ({"join_rule": "something new"}, ("join",)),
        ({"history": "shared"}, ("history",)),
        ({"history": "world_readable"}, ("history",)),
        ({"weakened": True}, ("encryption",)),
        ({"join_rule": "public", "history": "shared", "weakened": True}, ("join", "history", "encryption")),
    ],
)
def test_weaker(change: dict[str, object], found: tuple[str, ...]) -> None:
    changed = replace(CLOSED, **change)  # type: ignore[arg-type]
    assert weaker(changed, CLOSED) == found
    assert weaker(CLOSED, changed) == ()


def test_what_was_more_open_from_the_start_is_not_weaker() -> None:
    loose = Openness(join_rule="restricted", history="shared", weakened=True)
    assert weaker(loose, loose) == ()
    assert weaker(replace(loose, join_rule="public"), loose) == ("join",)


def test_closed_again_it_does_not_open_again_unnoticed() -> None:
    loose = Openness(join_rule="restricted", history="shared", weakened=True)
    assert tighter(loose, CLOSED) == CLOSED
    assert tighter(CLOSED, loose) == CLOSED
    assert tighter(loose, replace(loose, history="joined")) == replace(loose, history="joined")


@pytest.mark.parametrize(
    ("change", "is_open"),
    [
        ({}, False),
        ({"history": "shared", "join_rule": "restricted", "weakened": True}, False),
        ({"join_rule": "public"}, True),
        ({"history": "world_readable"}, True),
        ({"encrypted": False}, True),
    ],
)
def test_open_to_all(change: dict[str, object], is_open: bool) -> None:
    assert open_to_all(replace(NOTE, **change)) is is_open  # type: ignore[arg-type]


def test_frozen_until_agreed() -> None:
    changed = replace(NOTE, history="shared", weakened=True)
    assert frozen(NOTE) == ()
    assert frozen(changed) == ("history", "encryption")
    assert frozen(replace(changed, agreed=changed.now)) == ()
    assert frozen(replace(changed, agreed=None)) == ()
