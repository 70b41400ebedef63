"""Deciding on confirmations, and when relays tell how many: values in, values out."""

from __future__ import annotations

from dataclasses import replace

import pytest

from swsmatrix.features import confirming, counts
from swsmatrix.features.confirming import Change, says_so
from swsmatrix.features.counts import GAP, LATER, LONGEST_GAP, SOON, Behind, Look
from swsmatrix.features.relays import text_of
from swsmatrix.model import (
    NOTHING,
    Confirmation,
    Decision,
    EffectFailed,
    Priority,
    SetTimer,
    TimerFired,
    ToRoom,
)
from swsmatrix.protocol import DAY, HOUR, MINUTE, SECOND, EffectId, EventId, Millis, Reacted, Rewrite, RoomId
from swsmatrix.routing import Input, Kind, Place
from tests.town import BEA, NYC, START, WORLD
from tests.unit import examples

POST = examples.post()
RELAY = EffectId("relay")
SAYS = Confirmation(subject=POST.subject, who="code", cause="!room $plus")
REACTED = Reacted(
    room=RoomId("!room"), event=EventId("$plus"), sender=BEA, at=START, target=EventId("$e"), key="➕"
)
FIRED = TimerFired(feature="confirming", name=SOON, subject=f"confirming {NYC}", at=START)
FAILED = EffectFailed(
    effect=RELAY,
    feature="confirming",
    slot="count 1 1 relay",
    subject=POST.subject,
    at=START,
    room=f"room {NYC}",
    reason="WEAKENED",
)


def timer(name: str, due: Millis) -> SetTimer:
    return SetTimer(feature="confirming", name=name, subject=f"confirming {NYC}", due=due)


def behind(**different: object) -> Behind:
    return replace(Behind(relay=RELAY, post=POST, count=2), **different)  # type: ignore[arg-type]


def tell(*relays: Behind, takes: bool = True) -> Decision:
    room = Look(name=NYC, behind=relays, takes=takes)
    return confirming.decide(Input(FIRED, Place(Kind.OTHER)), room, WORLD, START)


@pytest.mark.parametrize(
    "text",
    [
        *("➕", "➕\ufe0f", "✚", "+1", "+", "＋１", "me too", "Me too", "ME TOO!!", "me too.", "me too 😢"),
        *("  me too ", "me too…", "yo también", "Yo tambien!", "moi aussi", "anch’io", "#MeToo", "我也是。"),
        *("मैं भी", "Мне тоже!", "ben de", "أنا أيضا"),
    ],
)
def test_what_says_me_too(text: str) -> None:
    assert says_so(text)


@pytest.mark.parametrize(
    "text",
    [
        *(
            "",
            " ",
            "!",
            "👍",
            "👍🏽",
            "✅",
            "➖",
            "❓",
            "me too?",
            "not me too",
            "me too, yesterday",
            "metoo you",
        ),
        *("he followed me too", "1", "+2", "me too " * 20, "`me too`"),
    ],
)
def test_what_does_not(text: str) -> None:
    assert not says_so(text)


def test_long_texts_are_not_looked_at() -> None:
    assert not says_so("me too" + "!" * 100)


def test_the_rooms_of_its_relays_are_looked_at_in_ten_seconds() -> None:
    change = Change(save=(SAYS,), rooms=(NYC,))
    decision = confirming.decide(Input(REACTED, Place(Kind.COMMUNITY)), change, WORLD, START)
    assert decision == Decision(save=(SAYS,), timers=(timer(SOON, START + 10 * SECOND),))


def test_a_room_that_refuses_is_left_alone_for_an_hour() -> None:
    decision = confirming.decide(Input(FAILED, Place(Kind.OTHER)), Change(rooms=(NYC,)), WORLD, START)
    assert decision == Decision(timers=(timer(SOON, START + HOUR),))


def test_a_relay_is_changed_in_place() -> None:
    decision = tell(behind(shown=1, edits=1, last=START - MINUTE))
    [effect] = decision.effects
    assert effect.action == Rewrite(RELAY, text_of(POST, WORLD, 2))
    assert (effect.target, effect.subject, effect.lasting) == (ToRoom(NYC), POST.subject, True)
    assert effect.priority is max(Priority)
    assert effect.slot == f"count 2 {START} relay"
    assert decision.timers == (timer(SOON, START + GAP),)


def test_nothing_behind_nothing_to_do() -> None:
    assert tell() == NOTHING


def test_the_one_that_is_furthest_off_comes_first() -> None:
    [effect] = tell(
        behind(count=3), behind(count=1, shown=9, relay=EffectId("far")), behind(count=40, shown=38)
    ).effects
    assert effect.action == Rewrite(EffectId("far"), text_of(POST, WORLD, 1))


def test_what_was_changed_lately_waits_for_the_first_that_may_be() -> None:
    waiting = (behind(edits=2, last=START - SECOND), behind(edits=1, last=START))
    assert tell(*waiting) == Decision(timers=(timer(LATER, START + GAP),))
    [effect] = tell(*waiting, behind(relay=EffectId("other"), shown=1)).effects
    assert isinstance(effect.action, Rewrite)
    assert effect.action.of == "other"


def test_a_room_that_gets_no_warnings_is_looked_at_again_in_an_hour() -> None:
    assert tell(behind(), takes=False) == Decision(timers=(timer(LATER, START + HOUR),))


@pytest.mark.parametrize(
    ("edits", "gap"),
    [(1, 10), (2, 30), (3, 90), (4, 270), (5, 810), (6, 2430), (7, 3600), (8, 3600), (1000, 3600)],
)
def test_gaps_grow(edits: int, gap: int) -> None:
    assert behind(edits=edits, last=START).due(START) == START + gap * SECOND


def test_the_first_edit_and_one_of_a_clock_that_was_ahead_wait_for_nothing() -> None:
    assert behind().due(START) == START
    assert behind(edits=9, last=START + DAY).due(START) == START


def test_the_gap_of_a_room_is_the_first_of_a_relay() -> None:
    assert behind(edits=1, last=START).due(START) == START + counts.GAP
    assert LONGEST_GAP == HOUR
