"""What state events make of a room."""

from __future__ import annotations

from typing import Any

import pytest

from swsmatrix.matrix.rooms import MEGOLM, Room
from swsmatrix.protocol import RoomId

ME = "@porch:example.org"


def room(*events: dict[str, Any]) -> Room:
    found = Room(RoomId("!kitchen:example.org"))
    for event in events:
        found.apply(event)
    return found


def state(kind: str, key: object = "", **content: Any) -> dict[str, Any]:
    return {"type": kind, "state_key": key, "sender": "@alice:example.org", "content": content}


ENCRYPTED = state("m.room.encryption", algorithm=MEGOLM)


def test_an_encrypted_room_as_the_homeserver_says_it() -> None:
    seen = room(ENCRYPTED).seen(ME, 0)
    assert (seen.encrypted, seen.weakened, seen.replaced) == (True, False, False)


@pytest.mark.parametrize("content", [{}, {"algorithm": "m.none"}, {"algorithm": 5}])
def test_encrypted_in_a_way_that_is_not_ours_is_weaker(content: dict[str, Any]) -> None:
    changed = room(ENCRYPTED, state("m.room.encryption", **content))
    assert changed.encrypted
    assert changed.seen(ME, 0).weakened
    assert changed.settings(ME) != room(ENCRYPTED).settings(ME)


def test_encryption_that_the_homeserver_hides_is_weaker() -> None:
    hidden = room()
    hidden.encrypted = True  # as the store knows it
    assert hidden.seen(ME, 0).weakened
    assert not room().seen(ME, 0).weakened


def test_who_is_only_invited_is_not_the_other_one_of_two() -> None:
    """Whoever made a room could leave it, and what is for the one they invited would be said there."""
    here = room()
    here.set_member("@porch:example.org", "join")
    here.set_member("@bea:example.org", "invite")
    seen = here.seen("@porch:example.org", 1)
    assert (seen.members, seen.other) == (2, None)
    here.set_member("@bea:example.org", "join")
    assert here.seen("@porch:example.org", 1).other == "@bea:example.org"


def test_a_power_that_is_lost_is_told() -> None:
    powers = {"users": {ME: 50}, "redact": 50}
    able = room(state("m.room.power_levels", **powers))
    unable = room(state("m.room.power_levels", **powers | {"redact": 60}))
    assert (able.seen(ME, 0).can_redact, unable.seen(ME, 0).can_redact) == (True, False)
    assert able.settings(ME) != unable.settings(ME)


def test_replaced_by_another_room() -> None:
    old = room(state("m.room.tombstone", body="moved", replacement_room="!new:example.org"))
    assert old.seen(ME, 0).replaced
    assert old.settings(ME) != room().settings(ME)
    old.apply(state("m.room.tombstone"))  # redacted
    assert not old.seen(ME, 0).replaced


@pytest.mark.parametrize(
    "event",
    [
        state("m.room.join_rules", "x", join_rule="public"),
        state("m.room.history_visibility", "x", history_visibility="world_readable"),
        state("m.room.encryption", "x", algorithm=MEGOLM),
        state("m.room.tombstone", "x", body="moved"),
        state("m.room.power_levels", "x", users={ME: 100}),
        state("m.room.create", "x", room_version="12", additional_creators=[ME]),
    ],
)
def test_a_setting_of_another_name_is_none_of_the_rooms(event: dict[str, Any]) -> None:
    assert room(event).seen(ME, 0) == room().seen(ME, 0)
    assert room(event).version == room().version


def test_what_members_want_to_be_called() -> None:
    bea = "@bea:example.org"
    here = room(state("m.room.member", bea, membership="join", displayname="Bea"))
    assert here.names == {bea: "Bea"}
    here.apply(state("m.room.member", bea, membership="join", displayname="x" * 300))
    assert here.names == {bea: "x" * 255}
    for odd in (5, "", None, ["Bea"]):
        here.apply(state("m.room.member", bea, membership="join", displayname="Bea"))
        here.apply(state("m.room.member", bea, membership="join", displayname=odd))
        assert here.names == {}
    here.apply(state("m.room.member", bea, membership="join", displayname="Bea"))
    here.apply(state("m.room.member", bea, membership="leave", displayname="Bea"))
    assert here.names == {}
