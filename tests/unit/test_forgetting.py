"""Deciding to forget somebody: values in, values out."""

from __future__ import annotations

from dataclasses import replace

import pytest

from swsmatrix.features import forgetting
from swsmatrix.features.forgetting import Theirs
from swsmatrix.features.post import Facts
from swsmatrix.model import (
    Barred,
    Case,
    CaseState,
    Noted,
    Post,
    PostState,
    Priority,
    Sent,
    Supporter,
    SupporterState,
    Tag,
    ToDirect,
    ToRoom,
)
from swsmatrix.protocol import EffectId, EventId, MessagePosted, Redact, RoomId, Say, TakeAllBack, Unread
from swsmatrix.routing import Input, Kind, Place, Said
from tests.town import ALICE, BEA, CLEO, NYC, START, WORLD

ROOM = RoomId("!chat")
POSTED = MessagePosted(room=ROOM, event=EventId("$f"), sender=ALICE, at=START, text="forget me")
SAID = Input(POSTED, Place(Kind.DIRECT), None, Said("forget me"))
NOTED = Input(Noted(feature="forgetting", name="forgotten", subject=ALICE), Place(Kind.OTHER))
POST = Post(
    feature="danger",
    event=EventId("$e"),
    number=1,
    room=RoomId("!lounge"),
    author=ALICE,
    tag=Tag.DANGER,
    state=PostState.UP,
    text="#swsdanger #nyc a grey van",
    posted_at=START,
    changed_at=START,
)
RELAY = Sent(
    effect=EffectId("relay"),
    feature="danger",
    slot="relay",
    subject=POST.subject,
    target=ToRoom(NYC),
    priority=Priority.WARNING,
    event=EventId("$r"),
)
LOST = Unread(room=ROOM, event=EventId("$u"), sender=ALICE, session="one", at=START)
SUPPORTER = Supporter(
    user=ALICE,
    event=EventId("$s"),
    number=2,
    state=SupporterState.ACTIVE,
    identity="key",
    since=START,
)
CASE = Case(
    feature="help",
    event=EventId("$h"),
    number=3,
    requester=BEA,
    state=CaseState.SEEKING,
    changed_at=START,
    out=(CLEO, ALICE),
)


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
