"""Deciding to forget somebody: values in, values out."""

from __future__ import annotations

from dataclasses import replace

import pytest

from swsmatrix.features import forgetting
from swsmatrix.features.forgetting import Theirs
from swsmatrix.features.post import Facts
from swsmatrix.model import (
    Barred,
    Noted,
    Priority,
    SupporterState,
    ToDirect,
    ToRoom,
)
from swsmatrix.protocol import EventId, MessagePosted, Redact, RoomId, Say, TakeAllBack, Unread
from swsmatrix.routing import Input, Kind, Place, Said
from tests.town import ALICE, BEA, CLEO, NYC, START, WORLD
from tests.unit import examples

ROOM = RoomId("!chat")
POSTED = MessagePosted(room=ROOM, event=EventId("$f"), sender=ALICE, at=START, text="forget me")
SAID = Input(POSTED, Place(Kind.DIRECT), None, Said("forget me"))
NOTED = Input(Noted(feature="forgetting", name="forgotten", subject=ALICE), Place(Kind.OTHER))
POST = examples.post()
RELAY = examples.sent("relay", ToRoom(NYC))
LOST = Unread(room=ROOM, event=EventId("$u"), sender=ALICE, session="one", at=START)
SUPPORTER = examples.supporter(ALICE)
CASE = examples.case(requester=BEA, out=(CLEO, ALICE))


def test_what_is_theirs_ends() -> None:
    theirs = Theirs(user=ALICE, posts=(Facts(post=POST, standing=(RELAY,)),), unread=(LOST,))
    decision = forgetting.decide(SAID, theirs, WORLD, START)
    assert decision.drop == (POST, LOST)
    assert decision.stop_timers == (POST.subject, "unread $u")
    assert decision.effects[0].action == Redact(RELAY.effect)
    assert decision.save == ()
    assert [(told.feature, told.name, told.subject) for told in decision.tell] == [
        ("danger", "gone", "$e"),
        ("supporters", "withdrawn", ALICE),
        ("forgetting", "forgotten", ALICE),
    ]


def test_their_chat_is_emptied_after_all_that_is_still_to_be_said_and_then_they_are_told() -> None:
    all_back, told = forgetting.decide(SAID, Theirs(user=ALICE), WORLD, START).effects
    assert all_back.action == TakeAllBack()
    assert isinstance(told.action, Say)
    for effect in (all_back, told):
        assert effect.target == ToDirect(ALICE)
        assert effect.priority is max(Priority)
        assert not effect.lasting


@pytest.mark.parametrize("state", SupporterState)
def test_only_a_no_stays(state: SupporterState) -> None:
    supporter = replace(SUPPORTER, state=state)
    decision = forgetting.decide(SAID, Theirs(user=ALICE, supporter=supporter), WORLD, START)
    assert decision.drop == (supporter,)
    assert decision.save == ((Barred(user=ALICE),) if state is SupporterState.DECLINED else ())


def test_who_else_said_no_to_a_case_stays_in_it() -> None:
    decision = forgetting.decide(NOTED, Theirs(user=ALICE, cases=(CASE,)), WORLD, START)
    assert decision.save == (replace(CASE, out=(CLEO,)),)
    assert decision.drop == ()
    assert decision.effects == ()
