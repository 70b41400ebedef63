"""Where something was said, and what it means there."""

from __future__ import annotations

from dataclasses import replace

import pytest

from swsmatrix.model import RegionId, Tag
from swsmatrix.protocol import EventId, MessageEdited, MessagePosted, RoomId
from swsmatrix.routing import Input, Kind, Said, parse, route
from tests.town import ALICE, LOUNGE, NYC, STEWARDS, WORLD

WORDS = frozenset({"send", "drop", "show", "help", "forget me"})
IDS = {name: RoomId(f"!{name}") for name in (LOUNGE, NYC, STEWARDS)}
HERE = replace(WORLD, names=IDS)


def posted(text: str, where: str = LOUNGE, **more: object) -> MessagePosted:
    room = IDS.get(where, RoomId(where))
    event = MessagePosted(room=room, event=EventId("$e"), sender=ALICE, at=1, text=text)
    return replace(event, **more)  # type: ignore[arg-type]


def routed(text: str, where: str = LOUNGE, *, direct: bool = False, **more: object) -> Input:
    return route(posted(text, where, **more), HERE, ALICE if direct else None, WORDS)


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("send", Said("send")),
        (" Send! ", Said("send")),
        ("`send`", Said("send")),
        ("send 3", Said("send", 3)),
        ("SEND #3 #NYC", Said("send", 3, ("nyc",))),
        ("send 3 nyc", Said("send", 3, ("nyc",))),
        ("send ٣", Said("send", None, ("٣",))),
        ("send 99999999999999999999", Said("send", None, ("99999999999999999999",))),
        ("Forget me.", Said("forget me")),
        ("#nyc", Said("place", None, ("nyc",))),
        ("New York City", Said("place", None, ("new york city",))),
        ("#nowhere please", Said("place", None, ("nowhere",))),
        ("hello there", Said("hello there", known=False)),
        ("", Said("", known=False)),
    ],
)
def test_words_as_people_type_them(written: str, said: Said) -> None:
    assert parse(written, WORDS, HERE) == said


def test_where() -> None:
    assert routed("hi").place.kind is Kind.COMMUNITY
    assert routed("hi", NYC).place.kind is Kind.REGIONAL
    assert routed("hi", NYC).place.region == RegionId("nyc")
    assert routed("hi", STEWARDS).place.kind is Kind.STEWARDS
    assert routed("hi", "!two", direct=True).place.kind is Kind.DIRECT
    assert routed("hi", "!elsewhere").place.kind is Kind.OTHER


def test_tags_are_heard_in_rooms_and_direct_chats_only() -> None:
    for where, direct in ((LOUNGE, False), (NYC, False), ("!two", True)):
        heard = routed("#swsdanger hi", where, direct=direct).heard
        assert heard
        assert heard.tags == (Tag.DANGER,)
    assert routed("#swsdanger hi", STEWARDS).heard is None
    assert routed("#swsdanger hi", "!elsewhere").heard is None


def test_words_are_for_direct_chats_and_the_stewards_room() -> None:
    assert routed("send 3", STEWARDS).said == Said("send", 3)
    assert routed("send 3", "!two", direct=True).said == Said("send", 3)
    assert routed("send 3").said is None
    assert routed("!sws send 3").said == Said("send", 3)
    assert routed("!sws").said == Said("help")
    assert routed("!sws help", "!elsewhere").said is None


def test_a_tag_comes_before_a_word() -> None:
    asked = routed("#swshelp send somebody", "!two", direct=True)
    assert asked.said is None
    assert asked.heard
    assert asked.heard.tags == (Tag.HELP,)


def test_an_unsigned_device_gives_no_orders() -> None:
    asked = routed("send 3", STEWARDS, signed=False)
    assert asked.said is None
    assert asked.unheeded == Said("send", 3)
    assert routed("send 3", STEWARDS).unheeded is None
    assert routed("good evening", signed=False).unheeded is None


def test_an_edit_without_a_tag_is_still_heard_out() -> None:
    event = MessageEdited(
        room=IDS[LOUNGE], event=EventId("$f"), sender=ALICE, at=1, text="hi", original=EventId("$e")
    )
    heard = route(event, HERE, None, WORDS).heard
    assert heard
    assert heard.tags == ()
