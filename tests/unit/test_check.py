"""What ``check`` makes of what it found."""

import pytest

from swsmatrix import survey, verdicts
from swsmatrix.matrix.rooms import Room
from swsmatrix.protocol import RoomId
from swsmatrix.verdicts import Entry, Identity, Level, Limits, Line, Login, RoomFacts, fail, ok, warn

GOOD_ROOM = {
    "settings": ("rooms.community[0]",),
    "heard": True,
    "entry": Entry.JOINED,
    "encrypted": True,
    "join_rule": "invite",
    "history": "joined",
    "can_send": True,
    "can_redact": True,
}
GOOD_IDENTITY = {"exists": True, "ours": True, "device_signed": True, "unsigned_devices": 0}


def _room(**change: object) -> list[Line]:
    return verdicts.room(RoomFacts(**{**GOOD_ROOM, **change}))  # type: ignore[arg-type]


def _identity(**change: object) -> list[Line]:
    return verdicts.cross_signing(Identity(**{**GOOD_IDENTITY, **change}))  # type: ignore[arg-type]


def _levels(lines: list[Line]) -> list[Level]:
    return [line.level for line in lines]


def test_a_line() -> None:
    assert str(ok("key")) == "ok   key"
    assert str(warn("a", "b")) == "warn a -> b"
    assert str(fail("a", "b")) == "fail a -> b"


@pytest.mark.parametrize(
    ("lines", "code"),
    [
        ([], 0),
        ([ok("a"), warn("b", "c")], 0),
        ([ok("a"), fail("b", "c")], 1),
        ([fail("b", "c"), fail("d", "e", 5), fail("f", "g", 3)], 5),
        ([Line(Level.WARN, "a", "b", 5)], 0),
    ],
)
def test_the_exit_code_says_the_most_it_can(lines: list[Line], code: int) -> None:
    assert verdicts.exit_code(lines) == code


@pytest.mark.parametrize(
    ("address", "trouble", "level"),
    [
        ("https://example.org", None, Level.OK),
        ("http://127.0.0.1:8008", None, Level.OK),
        ("http://[::1]:8008", None, Level.OK),
        ("http://localhost", None, Level.OK),
        ("http://example.org", None, Level.WARN),
        ("https://example.org", "no answer", Level.FAIL),
    ],
)
def test_the_homeserver(address: str, trouble: str | None, level: Level) -> None:
    assert verdicts.homeserver(address, trouble).level is level


@pytest.mark.parametrize(
    ("state", "level", "code"),
    [
        (Login.VALID, Level.OK, 1),
        (Login.NONE, Level.WARN, 1),
        (Login.UNKNOWN, Level.WARN, 1),
        (Login.NONE_AND_NO_PASSWORD, Level.FAIL, 2),
        (Login.SOMEBODY_ELSE, Level.FAIL, 2),
        (Login.OVER, Level.FAIL, 5),
    ],
)
def test_the_login(state: Login, level: Level, code: int) -> None:
    line = verdicts.login(state)
    assert (line.level, line.code) == (level, code)


def test_every_state_of_the_login_has_a_line() -> None:
    assert all(verdicts.login(state) for state in Login)


def test_cross_signing_as_others_see_it() -> None:
    assert _levels(_identity()) == [Level.OK]
    assert _levels(_identity(unsigned_devices=2)) == [Level.OK, Level.WARN]
    for fault in ("exists", "ours", "device_signed"):
        assert _levels(_identity(**{fault: False})) == [Level.FAIL]


@pytest.mark.parametrize(
    ("change", "levels"),
    [
        ({}, [Level.OK]),
        ({"entry": Entry.NOT_JOINED}, [Level.FAIL]),
        ({"entry": Entry.UNKNOWN_NAME}, [Level.FAIL]),
        ({"entry": Entry.NO_ANSWER}, [Level.WARN]),
        ({"encrypted": False}, [Level.FAIL]),
        ({"join_rule": "public"}, [Level.FAIL]),
        ({"join_rule": "knock"}, [Level.OK]),
        ({"history": "world_readable"}, [Level.FAIL]),
        ({"history": "shared"}, [Level.OK, Level.WARN]),
        ({"history": "invited"}, [Level.OK]),
        ({"can_send": False}, [Level.FAIL]),
        ({"can_redact": False}, [Level.OK, Level.WARN]),
        ({"can_redact": False, "heard": False}, [Level.OK]),
        ({"encrypted": False, "join_rule": "public", "history": "shared"}, [Level.FAIL] * 2 + [Level.WARN]),
    ],
)
def test_a_room(change: dict[str, object], levels: list[Level]) -> None:
    assert _levels(_room(**change)) == levels


def test_everything_but_ok_says_which_room_and_what_to_do() -> None:
    lines = [
        *_room(
            encrypted=False, join_rule="public", history="world_readable", can_send=False, can_redact=False
        ),
        *_room(history="shared"),
        *(line for entry in Entry for line in _room(entry=entry)),
        *(verdicts.login(state) for state in Login),
        *_identity(exists=False),
        *_identity(ours=False),
        *_identity(device_signed=False, unsigned_devices=1),
        verdicts.homeserver("http://example.org", None),
        verdicts.homeserver("https://example.org", "no answer"),
        verdicts.relays(0, None),
        verdicts.relays(99, None),
    ]
    assert all(line.todo for line in lines if line.level is not Level.OK)
    both = _room(settings=("rooms.community[0]", "regions.nyc.room"), history="shared")
    assert all(line.what.startswith("rooms.community[0], regions.nyc.room: ") for line in both)


@pytest.mark.parametrize(
    ("rooms", "limits", "seconds"),
    [
        (1, Limits(0.2, 10), 0),
        (10, Limits(0.2, 10), 0),
        (11, Limits(0.2, 10), 5),
        (30, Limits(0.2, 10), 100),
        (30, Limits(0, 0), 0),
        (4, Limits(3, 1), 1),
        (5, Limits(3, 1), 2),
    ],
)
def test_how_long_a_warning_takes(rooms: int, limits: Limits, seconds: int) -> None:
    assert verdicts.seconds_to_send(rooms, limits) == seconds


def test_slow_warnings_are_told_with_the_way_out() -> None:
    assert verdicts.relays(12, None).level is Level.OK
    slow = verdicts.relays(30, None)
    assert slow.level is Level.WARN
    assert "within 100 s, assuming Synapse's default limits" in slow.what
    assert "override_ratelimit" in slow.todo
    lifted = verdicts.relays(30, Limits(0, 0))
    assert (
        str(lifted) == "ok   warnings: to every regional room (30) within 0 s, under the homeserver's limits"
    )
    assert verdicts.relays(0, None).level is Level.WARN


@pytest.mark.parametrize(
    ("version", "powers", "allowed"),
    [
        ("11", None, True),
        ("11", {}, True),
        ("11", {"users": {"@porch:b": 60}, "events_default": 60}, True),
        ("11", {"users": {"@porch:b": 50}, "events_default": 60}, False),
        ("12", {"events_default": 60}, True),
        ("11", {"users_default": 5, "events": {"m.room.encrypted": 6}, "events_default": 0}, False),
        ("11", {"users_default": 6, "events": {"m.room.encrypted": 6}, "events_default": 100}, True),
        ("11", {"users": "odd", "events_default": "odd"}, False),
    ],
)
def test_who_may_send(version: str, powers: dict[str, object] | None, allowed: bool) -> None:
    room = Room(RoomId("!a"), version=version, creators=frozenset(["@porch:b"]), powers=powers)
    assert survey.can_send(room, "@porch:b") is allowed


# ---- Rooms that changed --------------------------------------------------------------------------

REGIONAL = ("regions.nyc.room",)


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ({"weaker": ("join",), "join_rule": "restricted"}, "people can come in by themselves"),
        ({"weaker": ("history",), "history": "shared"}, "newcomers see older messages since"),
        ({"weaker": ("encryption",)}, "not encrypted as it was"),
    ],
)
def test_a_room_that_is_more_open_than_it_was(change: dict[str, object], what: str) -> None:
    [line] = _room(settings=REGIONAL, **change)
    assert line.level is Level.FAIL
    assert what in line.what
    assert "gets no warnings" in line.what
    assert "`thaw #nyc`" in line.todo
    usual, line = _room(**change)
    assert (usual.level, line.level) == (Level.OK, Level.WARN)
    assert what in line.what
    assert "thaw" not in line.todo


def test_what_cannot_be_accepted_is_not_offered() -> None:
    lines = _room(settings=REGIONAL, join_rule="public", history="world_readable", weaker=("join", "history"))
    assert _levels(lines) == [Level.FAIL, Level.FAIL]
    assert not any("thaw" in line.todo for line in lines)


def test_a_room_that_was_replaced() -> None:
    [line] = _room(replaced=True)
    assert line.level is Level.FAIL
    assert "does not follow" in line.what


def test_a_room_whose_address_leads_elsewhere() -> None:
    for entry in (Entry.JOINED, Entry.REMOVED):
        moved, *others = _room(moved=True, entry=entry)
        assert moved.level is Level.FAIL
        assert "stays with the old one" in moved.what
        assert others == _room(entry=entry)


def test_a_room_that_the_bot_was_put_out_of() -> None:
    [line] = _room(entry=Entry.REMOVED)
    assert line.level is Level.FAIL
    assert "removed" in line.what
