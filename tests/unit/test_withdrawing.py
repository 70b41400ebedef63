"""The reason for taking a warning down, and what is sent then: values in, values out."""

from __future__ import annotations

import pytest

from swsmatrix.features import withdrawing
from swsmatrix.features.post import Facts
from swsmatrix.features.withdrawing import LONGEST_REASON, Found, reason_in
from swsmatrix.model import NOTHING, Noted, Post, PostState, TimerFired, ToDirect, ToRoom
from swsmatrix.protocol import EventId, MessagePosted, Redact, RoomId, Say, UserId
from swsmatrix.routing import Input, Kind, Place, Said
from tests.town import ALICE, LOUNGE, START, STEWARD, STEWARDS, WORLD
from tests.unit import examples


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("withdraw 4 It was a Bread van", "It was a Bread van"),
        ("Withdraw #4: it was 5 vans.", "it was 5 vans."),
        ("`withdraw 4 it was a bread van`", "it was a bread van"),
        ("“withdraw 4 “it was a bread van””", "it was a bread van"),
        ("withdraw 04 – ¿qué? Ана, İstanbul", "¿qué? Ана, İstanbul"),
        ("withdraw 4\nit was\n\n  a bread van", "it was a bread van"),
        ("withdraw 4 @room ask #nyc", "@\u2060room ask #\u2060nyc"),
        ("withdraw 4", ""),
        ("withdraw 4.", ""),
        ("withdraw 4 😀 !!", ""),
        ("withdraw", ""),
        ("withdraw 4 " + "x" * 9000, "x" * LONGEST_REASON),
    ],
)
def test_the_reason_is_what_was_written(text: str, reason: str) -> None:
    assert reason_in(text) == reason


def test_what_is_sent_names_and_keeps_nothing() -> None:
    post = examples.post()
    standing = (
        examples.sent("heard", ToRoom(LOUNGE)),
        examples.sent("relay #sws-nyc", ToRoom("#sws-nyc")),
    )
    event = MessagePosted(
        room=RoomId("!s"), event=EventId("$w"), sender=STEWARD, at=START, text="withdraw 1 *Bread* van"
    )
    asked = Input(event, Place(Kind.STEWARDS), None, Said("withdraw", 1, ("*bread*", "van")))
    found = Found(facts=Facts(post=post, standing=standing), steward="a code")
    decision = withdrawing.decide(asked, found, WORLD, START)
    (saved,) = decision.save
    assert isinstance(saved, Post)
    assert (saved.state, saved.withdrawn_by, saved.text) == (PostState.WITHDRAWN, "a code", post.text)
    back, author, stewards = decision.effects
    assert back.action == Redact(standing[1].effect)
    assert (author.target, stewards.target) == (ToDirect(UserId(ALICE)), ToRoom(STEWARDS))
    for effect in (author, stewards):
        assert isinstance(effect.action, Say)
        assert not effect.action.markdown
        assert not effect.lasting
        assert "*Bread* van" in effect.action.text
    # What its going out led to ends, as if it were deleted.
    assert decision.tell == (Noted(feature="danger", name="gone", subject=post.event),)


def test_a_day_later_only_what_is_down_ends() -> None:
    for state in (PostState.UP, PostState.WITHDRAWN):
        post = examples.post(state=state)
        fired = TimerFired(feature=withdrawing.NAME, name="over", subject=post.subject, at=START)
        found = Found(facts=Facts(post=post))
        decision = withdrawing.decide(Input(fired, Place(Kind.OTHER)), found, WORLD, START)
        assert (decision == NOTHING) is (state is PostState.UP)
