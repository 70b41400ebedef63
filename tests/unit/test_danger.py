"""Deciding about warnings: values in, values out."""

from __future__ import annotations

from dataclasses import replace

import pytest

from swsmatrix.features import danger, details
from swsmatrix.features.admitting import move_on
from swsmatrix.features.ending import end
from swsmatrix.features.post import Facts, name_of
from swsmatrix.features.relays import rooms_of, text_of
from swsmatrix.hashtags import hear
from swsmatrix.model import Post, PostState, Priority, RegionId, RoomNote, ToDirect, ToRoom
from swsmatrix.protocol import MessagePosted, RoomId, Say
from tests.town import ALICE, CHICAGO, LOUNGE, NY, NYC, START, STEWARDS, WORLD
from tests.unit import examples

IDS = {name: RoomId(f"!{name}") for name in (LOUNGE, NY, NYC, CHICAGO, STEWARDS)}
HERE = replace(WORLD, names=IDS)
POST = examples.post(room=IDS[LOUNGE], text="#swsdanger #us-ny a grey van", regions=(RegionId("us-ny"),))


def note(name: str, **more: object) -> RoomNote:
    plain = RoomNote(room=IDS[name], encrypted=True, join_rule="invite", history="joined")
    return replace(plain, **more)  # type: ignore[arg-type]


def test_its_region_and_those_inside() -> None:
    assert rooms_of(POST, Facts(), HERE) == ((NY, NYC), True)


def test_not_where_it_came_from_yet_heard() -> None:
    assert rooms_of(replace(POST, room=IDS[NY]), Facts(), HERE) == ((NYC,), True)
    inner = replace(POST, room=IDS[NYC], regions=(RegionId("nyc"),))
    assert rooms_of(inner, Facts(), HERE) == ((), True)


def test_each_room_once() -> None:
    twice = replace(POST, regions=(RegionId("us-ny"), RegionId("nyc"), RegionId("us")))
    assert rooms_of(twice, Facts(), HERE) == ((NY, NYC, CHICAGO), True)


@pytest.mark.parametrize(
    "change", [{"join_rule": "public"}, {"history": "world_readable"}, {"encrypted": False}]
)
def test_not_where_anyone_can_read(change: dict[str, object]) -> None:
    facts = Facts(notes={IDS[NYC]: note(NYC, **change), IDS[NY]: note(NY, history="shared")})
    assert rooms_of(POST, facts, HERE) == ((NY,), True)


def test_a_room_not_joined_yet_gets_it_later() -> None:
    names = {name: room for name, room in IDS.items() if name != NYC}
    assert rooms_of(POST, Facts(), replace(HERE, names=names)) == ((NY, NYC), True)


def test_no_room_at_all() -> None:
    assert rooms_of(replace(POST, regions=(RegionId("maine"),)), Facts(), HERE) == ((), False)
    out = danger.go_out(replace(POST, regions=(RegionId("maine"),)), Facts(), HERE, START)
    assert [effect.target for effect in out.effects] == [ToDirect(ALICE), ToRoom(STEWARDS)]
    assert out.save == ()  # nothing was sent on, so nothing is counted


def test_relays_go_first_and_can_be_taken_back() -> None:
    for effect in danger.go_out(POST, Facts(), HERE, START).effects:
        assert effect.priority is Priority.FIRST_WARNING
        assert effect.lasting
        assert effect.subject == POST.subject
        assert isinstance(effect.action, Say)
        assert not effect.action.markdown


def test_the_words_are_the_authors_and_nothing_else_is() -> None:
    text = text_of(replace(POST, text="#swsdanger #us-ny <b>@room</b> **look** [x](y)"), HERE)
    assert "<b>@room</b> **look** [x](y)" in text
    assert "alice" not in text
    assert "New York State" in text


@pytest.mark.parametrize("number", ["+1 212 555 0123", "+1 212(#swsdanger) 555 0123"])
def test_no_details_leave_whatever_was_decided(number: str) -> None:
    text = f"#swsdanger #us-ny he calls from {number}"
    assert details.found(text, HERE, POST.regions)
    assert "555" not in text_of(replace(POST, text=text), HERE)


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Alice", "Alice"),
        ("Zoë 🌱 of the lamps", "Zoë 🌱 of the lamps"),
        ("@room", "room"),
        ("@bea:example.org", "beaexampleorg"),
        ("#nyc", "nyc"),
        ("https://matrix.to/#/@bea:example.org", "httpsmatrixtobeaexampleorg"),
        ("<b>a</b>\n\n— from the bot\u202e", "bab — from the bot"),
        ("\u200b\u2066 \t", "a member"),
        ("x" * 300, "x" * 40),
    ],
)
def test_a_name_is_plain_words(name: str, shown: str) -> None:
    assert f"\n\n— from {shown}, Wed" in text_of(replace(POST, name=name), HERE)


@pytest.mark.parametrize(
    ("count", "line"),
    [(0, ""), (1, "\n\n➕ Confirmed by one other member"), (2, "\n\n➕ Confirmed by 2 other members")],
)
def test_how_many_say_the_same(count: int, line: str) -> None:
    text = text_of(POST, HERE, count)
    assert text == text_of(POST, HERE) + line


def test_that_somebody_else_wrote_the_same() -> None:
    assert "Somebody else wrote the same on Wed 18 Nov 2026, 06:06 EST." in text_of(
        replace(POST, alike=START), HERE
    )


@pytest.mark.parametrize(
    ("name", "text", "identity", "named"),
    [
        ("Alice", "#swsdanger #signed", "key", "Alice"),
        ("", "#swsdanger #signed", "key", "alice"),
        ("Alice", "#swsdanger", "key", ""),
        ("Alice", "#swsdanger #signed", "", ""),
    ],
)
def test_who_is_named(name: str, text: str, identity: str, named: str) -> None:
    event = MessagePosted(
        room=POST.room, event=POST.event, sender=ALICE, at=START, text=text, name=name, identity=identity
    )
    assert name_of(event, hear(text, WORLD.tags)) == named


def test_only_a_tag() -> None:
    assert "no words" in text_of(replace(POST, text="#swsdanger #us-ny"), HERE)


def test_a_steward_sends_on_without_the_details() -> None:
    held = replace(POST, state=PostState.HELD, text="#swsdanger he calls from +1 212 555 0123 at night")
    decision = move_on(danger.SORT, held, Facts(post=held), HERE, START, strike=True)
    (saved,) = (record for record in decision.save if isinstance(record, Post))
    assert saved.state is PostState.UP
    assert "555" not in saved.text
    assert "at night" in saved.text
    assert all(
        "555" not in effect.action.text for effect in decision.effects if isinstance(effect.action, Say)
    )


def test_ending_takes_back_and_forgets() -> None:
    decision = end(POST, Facts(post=POST))
    assert decision.drop == (POST,)
    assert decision.stop_timers == (POST.subject,)
