"""Deciding about rooms: values in, values out."""

from __future__ import annotations

from dataclasses import replace

import pytest

from swsmatrix.features import rooms
from swsmatrix.features.rooms import ALONE_FOR, Known
from swsmatrix.model import (
    NOTHING,
    Decision,
    Direct,
    Effect,
    Event,
    Priority,
    RoomNote,
    SetTimer,
    TimerFired,
    ToRoom,
)
from swsmatrix.protocol import EventId, Joined, LeaveRoom, RoomId, RoomSeen
from swsmatrix.routing import Input, Kind, Place
from tests.fake_matrix import BOT
from tests.town import ALICE, BEA, CHICAGO, LOUNGE, NY, NYC, START, STEWARDS, WORLD

HERE = replace(WORLD, names={name: RoomId(f"!{name}") for name in (LOUNGE, NY, NYC, CHICAGO, STEWARDS)})
ROOM = RoomId("!new")
SUBJECT = "rooms !new"
SEEN = RoomSeen(
    room=ROOM, at=START, encrypted=True, join_rule="invite", history="joined", members=1, can_redact=True
)
FIRED = TimerFired(feature="rooms", name="alone", subject=SUBJECT, at=START)
CHAT = Direct(user=ALICE, room=ROOM)


def there(event: Event, kind: Kind = Kind.OTHER) -> Input:
    return Input(event, Place(kind))


def joined(user: str) -> Joined:
    return Joined(room=ROOM, event=EventId("$j"), user=user, at=START)  # type: ignore[arg-type]


def test_alone_in_a_room_that_nothing_names_yet() -> None:
    decision = rooms.decide(there(SEEN), Known(), HERE, START)
    timer = SetTimer(feature="rooms", name="alone", subject=SUBJECT, due=START + ALONE_FOR)
    assert decision == Decision(timers=(timer,))


@pytest.mark.parametrize("kind", [Kind.COMMUNITY, Kind.REGIONAL, Kind.STEWARDS])
def test_alone_in_a_room_of_the_configuration(kind: Kind) -> None:
    assert rooms.decide(there(SEEN, kind), Known(), HERE, START).timers == ()


def test_a_direct_chat_whose_invitation_waits_is_no_room_left_over() -> None:
    decision = rooms.decide(there(SEEN, Kind.DIRECT), Known(direct=CHAT), HERE, START)
    assert decision.timers == ()
    assert decision.drop == ()


def test_what_is_left_over_is_left() -> None:
    leave = Effect(slot="leave alone", target=ToRoom(ROOM), action=LeaveRoom(), priority=Priority.ANSWER)
    assert rooms.decide(there(FIRED), Known(), HERE, START).effects == (leave,)


def test_a_room_that_turned_out_to_be_configured_is_not_left() -> None:
    names = {**HERE.names, NYC: ROOM}
    assert rooms.decide(there(FIRED), Known(), replace(HERE, names=names), START) == NOTHING


@pytest.mark.parametrize("missing", [LOUNGE, NYC, STEWARDS])
def test_no_strange_room_is_left_while_one_of_ours_is_not_known(missing: str) -> None:
    names = {name: room for name, room in HERE.names.items() if name != missing}
    partly = replace(HERE, names=names)
    assert rooms.decide(there(FIRED), Known(), partly, START) == NOTHING
    group = replace(SEEN, members=12)
    assert rooms.decide(there(group), Known(), partly, START).effects == ()
    assert rooms.decide(there(group), Known(), HERE, START).effects != ()


def test_whoever_comes_keeps_it() -> None:
    assert rooms.decide(there(joined(ALICE)), Known(), HERE, START).stop_timers == (SUBJECT,)
    assert rooms.decide(there(joined(BOT)), Known(), HERE, START) == NOTHING
    assert rooms.decide(there(joined(ALICE), Kind.COMMUNITY), Known(), HERE, START) == NOTHING


def test_two_are_a_direct_chat() -> None:
    two = replace(SEEN, members=2, other=ALICE)
    note = RoomNote(room=ROOM, encrypted=True, join_rule="invite", history="joined")
    assert rooms.decide(there(two), Known(), HERE, START).save == (note, CHAT)


def test_half_of_what_the_homeserver_knows_of_a_room_makes_no_direct_chat() -> None:
    half = replace(SEEN, members=1, other=ALICE)
    decision = rooms.decide(there(half), Known(), HERE, START)
    assert not any(isinstance(record, Direct) for record in decision.save)
    assert decision.timers == ()


def test_a_third_person_in_a_direct_chat() -> None:
    decision = rooms.decide(there(joined(BEA), Kind.DIRECT), Known(direct=CHAT), HERE, START)
    assert decision.drop == (CHAT,)
    assert [effect.slot for effect in decision.effects] == ["crowded", "leave crowded"]
    assert rooms.decide(there(joined(ALICE), Kind.DIRECT), Known(direct=CHAT), HERE, START) == NOTHING


def test_a_room_of_the_configuration_is_never_crowded() -> None:
    asked = there(joined(BEA), Kind.COMMUNITY)
    assert rooms.decide(asked, Known(direct=CHAT), HERE, START).effects == ()
