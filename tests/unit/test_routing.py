"""Where something was said, and what it means there."""

from __future__ import annotations

from dataclasses import replace

import pytest

from swsmatrix.model import Private, RegionId, Tag
from swsmatrix.protocol import EventId, MessageEdited, MessagePosted, RoomId
from swsmatrix.routing import Input, Kind, Said, parse, route
from tests.town import ALICE, LOUNGE, NYC, STEWARDS, WORLD

WORDS = frozenset({"send", "drop", "show", "help", "forget me"})
CASE_WORDS = frozenset({"took", "done"})
IDS = {name: RoomId(f"!{name}") for name in (LOUNGE, NYC, STEWARDS)}
HERE = replace(WORLD, names=IDS)


def posted(text: str, where: str = LOUNGE, **more: object) -> MessagePosted:
    room = IDS.get(where, RoomId(where))
    event = MessagePosted(room=room, event=EventId("$e"), sender=ALICE, at=1, text=text)
    return replace(event, **more)  # type: ignore[arg-type]


def routed(text: str, where: str = LOUNGE, *, direct: bool = False, **more: object) -> Input:
    return route(posted(text, where, **more), HERE, ALICE if direct else None, WORDS)


def among_several(text: str, where: str = "!several", **more: object) -> Input:
    private = Private(room=RoomId(where), subject="swsdoxx $request")
    return route(posted(text, where, **more), HERE, None, WORDS, private, CASE_WORDS)


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
        assert heard.tags == (Tag("swsdanger"),)
    assert routed("#swsdanger hi", STEWARDS).heard is None
    assert routed("#swsdanger hi", "!elsewhere").heard is None


def test_words_are_for_direct_chats_and_the_stewards_room() -> None:
    assert routed("send 3", STEWARDS).said == Said("send", 3)
    assert routed("send 3", "!two", direct=True).said == Said("send", 3)
    assert routed("send 3").said is None
    assert routed("!sws send 3").said == Said("send", 3)
    assert routed("!sws").said == Said("help")
    assert routed("!sws help", "!elsewhere").said is None


def test_a_room_that_the_bot_made_for_a_case() -> None:
    place = among_several("good evening").place
    assert (place.kind, place.subject, place.hears) == (Kind.CASE, "swsdoxx $request", False)
    assert among_several("hi", IDS[NYC]).place.kind is Kind.REGIONAL  # the configuration comes first


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("done 3", Said("done", 3)),
        ("Done!", Said("done")),
        ("!sws done 3", Said("done", 3)),
        ("I am done 3", None),
        ("send 3", None),
        ("!sws send 3", None),
        ("!sws", None),
        ("#nyc", None),
        ("new york city", None),
        ("", None),
    ],
)
def test_among_people_of_a_case_only_its_own_words_are_for_the_bot(written: str, said: Said | None) -> None:
    assert among_several(written).said == said
    assert among_several(written, signed=False).unheeded == said


def test_tags_in_a_room_of_a_case_are_nobodys() -> None:
    asked = among_several("#swsdanger done")
    assert (asked.heard, asked.said) == (None, None)


def test_a_tag_comes_before_a_word() -> None:
    asked = routed("#swshelp send somebody", "!two", direct=True)
    assert asked.said is None
    assert asked.heard
    assert asked.heard.tags == (Tag("swshelp"),)


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
