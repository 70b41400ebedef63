"""What people said, out of what was sent: nothing raises, nothing is heard that was not said."""

from __future__ import annotations

import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from swsmatrix.matrix.attachments import file_of
from swsmatrix.matrix.inbound import done, invited, said, sealed
from swsmatrix.matrix.opened import Opened
from swsmatrix.matrix.rooms import Room, entry
from swsmatrix.model import Event
from swsmatrix.protocol import (
    EventId,
    Invited,
    Joined,
    Left,
    MessageDeleted,
    MessageEdited,
    MessagePosted,
    Picture,
    Reacted,
    RoomId,
    Undecryptable,
    UserId,
)

ROOM = Room(RoomId("!kitchen:example.org"), version="11")
RAW = {"type": "m.room.encrypted", "event_id": "$1", "sender": "@alice:example.org", "origin_server_ts": 1700}
HTML = "org.matrix.custom.html"


def hear(
    content: dict[str, Any], outer: dict[str, Any] | None = None, kind: str = "m.room.message"
) -> Event | None:
    return said(ROOM, RAW | {"content": outer or {}}, Opened(kind, content, signed=True))


def posted(content: dict[str, Any], outer: dict[str, Any] | None = None) -> MessagePosted:
    event = hear(content, outer)
    assert isinstance(event, MessagePosted)
    return event


def text(body: object, kind: str = "m.text", **more: Any) -> dict[str, Any]:
    return {"msgtype": kind, "body": body} | more


def test_a_text_is_heard_with_who_and_when() -> None:
    event = posted(text("hello"))
    assert (event.room, event.event, event.sender, event.at) == (ROOM.id, "$1", "@alice:example.org", 1700)
    assert (event.text, event.code, event.signed, event.reply_to) == ("hello", (), True, None)


def test_the_identity_behind_a_message_is_told() -> None:
    for content in (text("hello"), text("* hello") | {"m.new_content": text("hello")} | REPLACE):
        event = said(ROOM, RAW, Opened("m.room.message", content, signed=True, identity="her key"))
        assert isinstance(event, MessagePosted | MessageEdited)
        assert event.identity == "her key"


def test_what_its_sender_is_called_is_told() -> None:
    kitchen = Room(ROOM.id, version="11", names={"@alice:example.org": "Alice \ud800"})
    for content in (text("hello"), text("* hello") | {"m.new_content": text("hello")} | REPLACE):
        event = said(kitchen, RAW, Opened("m.room.message", content, signed=True))
        assert isinstance(event, MessagePosted | MessageEdited)
        assert event.name == "Alice \ufffd"


@pytest.mark.parametrize("reachable", [True, False])
def test_whether_its_sender_could_read_an_answer_is_told(reachable: bool) -> None:
    for content in (text("hello"), text("* hello") | {"m.new_content": text("hello")} | REPLACE):
        event = said(ROOM, RAW, Opened("m.room.message", content, signed=False, reachable=reachable))
        assert isinstance(event, MessagePosted | MessageEdited)
        assert event.reachable is reachable


def test_an_unsigned_device_is_told() -> None:
    event = said(ROOM, RAW, Opened("m.room.message", text("hello"), signed=False))
    assert isinstance(event, MessagePosted)
    assert not event.signed


@pytest.mark.parametrize("kind", ["m.notice", "m.location", "m.unheard.of", "", 5, None, []])
def test_other_kinds_are_not_heard(kind: Any) -> None:
    assert hear(text("hello", kind)) is None


@pytest.mark.parametrize("kind", ["m.image", "m.file", "m.video", "m.audio"])
def test_captions_are_heard_and_file_names_are_not(kind: str) -> None:
    assert posted(text("look at this", kind, filename="cat.jpg")).text == "look at this"
    assert hear(text("cat.jpg", kind, filename="cat.jpg")) is None
    assert hear(text("#swsdanger.jpg", kind)) is None


FILE = file_of(Picture(url="mxc://example.org/tea", key="A" * 43, iv="A" * 22, sha256="A" * 43))
TEA = text("tea", "m.image", filename="tea.jpg", file=FILE, info={"size": 7})


def with_files(content: dict[str, Any]) -> list[MessagePosted | MessageEdited]:
    """What was posted, and what was edited to be it."""
    events = [hear(content), hear(text("* tea") | {"m.new_content": content} | REPLACE)]
    return [event for event in events if isinstance(event, MessagePosted | MessageEdited)]


def test_a_picture_comes_with_what_opens_it() -> None:
    kept = Picture(url="mxc://example.org/tea", key="A" * 43, iv="A" * 22, sha256="A" * 43, size=7)
    assert [(event.text, event.attached, event.picture) for event in with_files(TEA)] == [
        ("tea", True, kept)
    ] * 2


@pytest.mark.parametrize(
    "other",
    [
        text("tea", "m.image", filename="tea.jpg", url="mxc://example.org/tea"),
        TEA | {"file": FILE | {"v": "v1"}},
        TEA | {"file": [FILE]},
        TEA | {"msgtype": "m.file"},
        TEA | {"msgtype": "m.video"},
        TEA | {"msgtype": "m.audio"},
    ],
)
def test_of_other_files_only_that_there_is_one_is_told(other: dict[str, Any]) -> None:
    assert [(event.text, event.attached, event.picture) for event in with_files(other)] == [
        ("tea", True, None)
    ] * 2


def test_in_words_there_is_no_picture() -> None:
    for content in (text("tea"), text("tea", "m.emote"), TEA | {"msgtype": "m.text"}):
        assert [(event.attached, event.picture) for event in with_files(content)] == [(False, None)] * 2
    others: tuple[object, ...] = ([], {}, 5, None)
    for kind in others:
        edited = hear(text("* tea") | {"m.new_content": TEA | {"msgtype": kind}} | REPLACE)
        assert isinstance(edited, MessageEdited)
        assert (edited.attached, edited.picture) == (False, None)


def test_a_picture_that_stands_only_outside_the_ciphertext_is_none() -> None:
    assert posted(text("tea"), TEA).picture is None
    assert hear({}, TEA) is None


@pytest.mark.parametrize(
    "kind", ["m.room.member", "m.room.power_levels", "m.room.redaction", "m.room.encrypted", "x"]
)
def test_only_messages_come_out_of_ciphertext(kind: str) -> None:
    assert hear(text("hello") | {"redacts": "$0"}, kind=kind) is None


def test_a_reaction_inside_ciphertext_counts() -> None:
    relation = {"rel_type": "m.annotation", "event_id": "$0", "key": "✅"}
    event = hear({"m.relates_to": relation}, kind="m.reaction")
    assert isinstance(event, Reacted)
    assert (event.target, event.key) == ("$0", "✅")


# ---- Replies -------------------------------------------------------------------------------------

REPLY = {"m.relates_to": {"m.in_reply_to": {"event_id": "$0"}}}
FALLBACK = "> <@bea:example.org> #swsdanger\n> more of it\n\nthank you"


@pytest.mark.parametrize("where", ["inside", "outside"])
def test_the_quotation_before_an_answer_is_cut(where: str) -> None:
    event = posted(text(FALLBACK) | REPLY) if where == "inside" else posted(text(FALLBACK), REPLY)
    assert (event.text, event.reply_to) == ("thank you", "$0")


def test_without_a_reply_nothing_is_cut() -> None:
    assert posted(text(FALLBACK)).text == FALLBACK


def test_a_reply_keeps_what_only_looks_like_a_quotation() -> None:
    assert posted(text("yes\n> no\n\nmaybe") | REPLY).text == "yes\n> no\n\nmaybe"
    assert posted(text("> only this") | REPLY).text == ""


def test_words_that_were_cut_do_not_mark_the_answer_as_quoted() -> None:
    markup = "<mx-reply><blockquote>#swsdanger</blockquote></mx-reply>#swsdanger <code>x</code>"
    event = posted(text(FALLBACK + " #swsdanger x", format=HTML, formatted_body=markup) | REPLY)
    assert event.code == ("x",)
    # Made up, without being an answer: then it is a quotation like any other.
    assert posted(text("#swsdanger", format=HTML, formatted_body=markup)).code == ("#swsdanger", "x")


@pytest.mark.parametrize(("falls_back", "answers"), [(True, "$0"), (False, "$9"), ("yes", "$9")])
def test_a_message_in_a_thread_answers_what_that_is_about(falls_back: object, answers: str) -> None:
    thread = {
        "rel_type": "m.thread",
        "event_id": "$0",
        "is_falling_back": falls_back,
        "m.in_reply_to": {"event_id": "$9"},
    }
    event = posted(text("in the thread") | {"m.relates_to": thread})
    assert (event.text, event.reply_to) == ("in the thread", answers)


# ---- What else is shown ---------------------------------------------------------------------------


def test_what_some_clients_show_before_an_answer_is_not_lost() -> None:
    event = posted(text(FALLBACK) | REPLY)
    assert event.fallback == FALLBACK
    assert posted(text("thank you")).fallback == ""


@pytest.mark.parametrize(
    ("markup", "shown"),
    [
        ("good <b>morning</b>", ""),
        ("<p>good</p><p>morning</p>", ""),
        ("good evening", "good evening"),
        ("<mx-reply><blockquote>the blue kettle</blockquote></mx-reply>good morning", "the blue kettle"),
        ("good morning<br>555 <b>01</b>42", "555 0142"),
        ("good &lt;evening&gt;", "good <evening>"),
        ('good <a href="https://tea.example/x">morning</a>', "https://tea.example/x"),
        ("good <A class=a HREF='//tea.example/y'>morning</A>", "//tea.example/y"),
        ('good <a href="https://matrix.to/#/@bea:example.org">morning</a>', ""),
        ("<span data-mx-spoiler>tea at seven</span>", "tea at seven"),
    ],
)
def test_what_is_read_in_html_but_not_in_the_text_is_told(markup: str, shown: str) -> None:
    event = posted(text("good morning", format=HTML, formatted_body=markup))
    assert event.text == "good morning"
    assert event.fallback == "" if not shown else shown in event.fallback
    assert posted(text("good morning", formatted_body=markup)).fallback == ""


def test_the_name_of_a_file_is_told() -> None:
    event = posted(text("a caption", "m.image", filename="bea-555-0142.jpg"))
    assert (event.text, event.fallback) == ("a caption", "bea-555-0142.jpg")


def test_what_old_clients_show_of_an_edit_is_told() -> None:
    def edited(outer: str, **more: Any) -> str:
        event = hear(text(outer) | {"m.new_content": text("tea", **more)} | REPLACE)
        assert isinstance(event, MessageEdited)
        return event.fallback

    assert edited("* tea") == ""
    assert edited("* coffee") == "coffee"
    assert edited("* tea", format=HTML, formatted_body="<p>cocoa</p>") == "cocoa"


# ---- Code and quotations -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("markup", "code"),
    [
        ("say <code>#swshelp</code> now", ("#swshelp",)),
        ("<pre><code class='x'>a &lt; b\nc</code></pre>", ("a < b\nc",)),
        ("<blockquote><p>one</p><p>two</p></blockquote>three", ("onetwo",)),
        ("<CODE>loud</CODE>", ("loud",)),
        ("<code>never closed", ("never closed",)),
        ("</code></pre>closed only", ()),
        ("<code></code><code> </code>", ()),
        ("<codes>no</codes><b>no</b>", ()),
        ("a < b > c <code>x</code>", ("x",)),
        ("<" * 500, ()),
    ],
)
def test_what_is_code_or_quotation_is_named(markup: str, code: tuple[str, ...]) -> None:
    assert posted(text("body", format=HTML, formatted_body=markup)).code == code


def test_markup_that_is_not_declared_is_not_read() -> None:
    assert posted(text("body", formatted_body="<code>x</code>")).code == ()
    assert posted(text("body", format=HTML, formatted_body=5)).code == ()


@pytest.mark.parametrize(
    "piece", ["<", "<!--", "<a", "</", "<code>", "</code>", "&", "<code", "a<b>", "<a href='"]
)
def test_no_markup_takes_long(piece: str) -> None:
    markup = piece * (65_536 // len(piece))
    started = time.process_time()
    posted(text("body", format=HTML, formatted_body=markup))
    assert time.process_time() - started < 2  # a hundredth of it here; quadratic would be minutes


# ---- Edits ---------------------------------------------------------------------------------------

REPLACE = {"m.relates_to": {"rel_type": "m.replace", "event_id": "$0"}}


@pytest.mark.parametrize("where", ["inside", "outside"])
def test_an_edit_brings_the_new_text(where: str) -> None:
    content = text("* new") | {"m.new_content": text("new", format=HTML, formatted_body="<code>new</code>")}
    event = hear(content | REPLACE) if where == "inside" else hear(content, REPLACE)
    assert isinstance(event, MessageEdited)
    assert (event.original, event.text, event.code, event.event) == ("$0", "new", ("new",), "$1")


def test_an_edit_into_something_that_is_not_said_leaves_no_text() -> None:
    event = hear(text("* x") | {"m.new_content": text("x", "m.notice")} | REPLACE)
    assert isinstance(event, MessageEdited)
    assert event.text == ""


def test_a_relation_that_a_server_added_makes_no_edit_and_silences_nothing() -> None:
    assert posted(text("#swsdanger"), REPLACE).text == "#swsdanger"
    # Nor does one outside overrule the one inside.
    outer = {"m.relates_to": {"rel_type": "m.replace", "event_id": "$5"}}
    content = text("* new") | {"m.new_content": text("new")} | REPLACE
    event = hear(content, outer)
    assert isinstance(event, MessageEdited)
    assert event.original == "$0"


def test_text_that_a_server_added_is_not_heard() -> None:
    assert hear({}, text("in the clear")) is None
    assert (
        posted(text("sealed"), text("in the clear") | {"m.new_content": text("x")} | REPLACE).text == "sealed"
    )


# ---- Cleartext -----------------------------------------------------------------------------------


def clear(kind: str, content: Any, before: str | None = None, room: Room = ROOM, **more: Any) -> Event | None:
    return done(room, RAW | {"type": kind, "content": content} | more, before)


def test_cleartext_says_nothing() -> None:
    assert clear("m.room.message", text("hello")) is None


def test_redactions_name_the_event_where_the_room_version_puts_it() -> None:
    new = clear("m.room.redaction", {"redacts": "$0"}, redacts="$other")
    old = clear("m.room.redaction", {"redacts": "$other"}, room=Room(ROOM.id, version="10"), redacts="$0")
    for event in (new, old):
        assert isinstance(event, MessageDeleted)
        assert event.original == "$0"
    assert clear("m.room.redaction", {}) is None


@pytest.mark.parametrize("power", [0, 49, 50])
def test_a_redaction_says_whether_its_sender_may_redact_what_others_say(power: int) -> None:
    room = Room(ROOM.id, version="11", powers={"users_default": power})
    event = clear("m.room.redaction", {"redacts": "$0"}, room=room)
    assert isinstance(event, MessageDeleted)
    assert event.powerful is (power == 50)


@pytest.mark.parametrize(
    ("now", "before", "kind"),
    [
        ("join", None, Joined),
        ("join", "invite", Joined),
        ("join", "leave", Joined),
        ("join", "join", None),
        ("leave", "join", Left),
        ("leave", "invite", Left),
        ("leave", None, Left),
        ("ban", "join", Left),
        ("ban", "leave", None),
        ("leave", "ban", None),
        ("leave", "leave", None),
        ("leave", "knock", None),
        ("invite", "leave", None),
        (5, "join", None),
    ],
)
def test_only_changes_of_membership_count(now: Any, before: str | None, kind: type[Event] | None) -> None:
    event = clear("m.room.member", {"membership": now}, before, state_key="@bea:example.org")
    assert type(event) is (kind or type(None))
    if isinstance(event, Joined | Left):
        assert event.user == "@bea:example.org"


@pytest.mark.parametrize(("user", "removed"), [("@alice:example.org", False), ("@bea:example.org", True)])
@pytest.mark.parametrize("now", ["leave", "ban"])
def test_who_was_removed_did_not_leave(user: str, removed: bool, now: str) -> None:
    event = clear("m.room.member", {"membership": now}, "join", state_key=user)
    assert isinstance(event, Left)
    assert event.removed is removed


@pytest.mark.parametrize(
    "relation",
    [
        {"rel_type": "m.annotation", "event_id": "$0", "key": ""},
        {"rel_type": "m.annotation", "event_id": "$0", "key": "x" * 101},
        {"rel_type": "m.annotation", "event_id": "$0", "key": 5},
        {"rel_type": "m.annotation", "event_id": 5, "key": "x"},
        {"rel_type": "m.replace", "event_id": "$0", "key": "x"},
        5,
    ],
)
def test_what_is_no_reaction_is_none(relation: object) -> None:
    assert clear("m.reaction", {"m.relates_to": relation}) is None


def test_a_missing_key_is_told_by_id() -> None:
    raw = RAW | {"content": {"session_id": "s", "ciphertext": "c"}}
    assert sealed(ROOM.id, raw, "m.unverified") == Undecryptable(
        room=ROOM.id,
        event=EventId("$1"),
        sender=UserId("@alice:example.org"),
        at=1700,
        session="s",
        withheld="m.unverified",
    )
    assert sealed(ROOM.id, RAW | {"content": {"session_id": 5}}, None) is None
    assert sealed(ROOM.id, RAW | {"content": {"session_id": "a" * 60_000}}, None) is None


# ---- Coming in -----------------------------------------------------------------------------------

ME = "@bot:example.org"


def member(now: str, before: str | None, user: str = ME) -> dict[str, Any]:
    unsigned = {"prev_content": {"membership": before}} if before else {}
    return {"type": "m.room.member", "state_key": user, "content": {"membership": now}, "unsigned": unsigned}


@pytest.mark.parametrize(
    ("events", "inside", "expected"),
    [
        ([{}, {}], False, (None, False)),
        ([{}, member("join", None), {}], False, (1, False)),
        ([{}, member("join", None), {}], True, (None, False)),
        ([{}, member("join", "join"), {}], False, (None, False)),
        ([{}, member("join", None, "@bea:example.org")], False, (None, False)),
        ([{}, member("invite", None), {}, member("join", "invite"), {}], False, (1, False)),
        ([{}, {}, member("join", "invite")], False, (2, True)),
        ([member("invite", None), member("leave", "invite"), {}, member("join", "leave")], False, (3, False)),
        ([member("join", None), {}, member("leave", "join"), {}, member("join", "leave")], False, (4, False)),
    ],
)
def test_where_the_bot_came_in(
    events: list[dict[str, Any]], inside: bool, expected: tuple[int | None, bool]
) -> None:
    assert entry(events, ME, inside=inside) == expected


def test_an_invitation_is_from_the_last_who_invited() -> None:
    state = [
        {"type": "m.room.encryption", "state_key": "", "sender": "@alice:example.org", "content": {}},
        member("invite", None) | {"sender": "@alice:example.org", "origin_server_ts": 5},
    ]
    event = invited(ROOM.id, {"invite_state": {"events": state}}, ME, {"@alice:example.org"})
    assert event == Invited(
        room=ROOM.id, sender=UserId("@alice:example.org"), at=5, known=True, encrypted=True
    )
    assert invited(ROOM.id, {"invite_state": {"events": state[:1]}}, ME, set()) is None


# ---- Anything ------------------------------------------------------------------------------------

anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.just("half \ud83d"),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["body", "msgtype", "m.relates_to", "event_id", "m.new_content", "rel_type", "key", "x"]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=10,
)
KINDS = ["m.room.message", "m.reaction", "m.room.redaction", "m.room.member"]


def encodable(event: Event | None) -> None:
    repr(event).encode()
    for name in getattr(event, "__dataclass_fields__", {}):
        value = getattr(event, name)
        for piece in value if isinstance(value, tuple) else (value,):
            if isinstance(piece, str):
                piece.encode()


@given(
    content=st.dictionaries(
        st.sampled_from(["body", "msgtype", "m.relates_to", "format", "formatted_body"]), anything
    ),
    kind=st.sampled_from(KINDS),
    raw=anything,
    value=anything,
)
def test_anything_in_any_place_does_no_harm(content: dict[str, Any], kind: str, raw: Any, value: Any) -> None:
    outer = RAW | {"content": raw, "state_key": value, "redacts": value, "unsigned": value}
    encodable(said(ROOM, outer, Opened(kind, content, signed=True)))
    encodable(done(ROOM, outer | {"type": kind}, None))
    encodable(done(ROOM, outer | {"type": kind, "content": content, "event_id": value}, None))
    encodable(sealed(ROOM.id, outer, None))
    encodable(invited(ROOM.id, {"invite_state": {"events": [raw, value]}}, ME, set()))
    room = Room(ROOM.id)
    for state in (
        "m.room.create",
        "m.room.power_levels",
        "m.room.member",
        "m.room.join_rules",
        "m.room.encryption",
    ):
        room.apply({"type": state, "state_key": "", "content": content, "sender": value})
        room.apply({"type": state, "state_key": "", "content": {"join_rule": value}})
        room.apply(
            {
                "type": state,
                "state_key": "",
                "content": {"users": raw, "room_version": value, "redact": value},
            }
        )
    encodable(room.seen(ME, 0))


def test_half_characters_are_replaced() -> None:
    assert posted(text("half \ud83d of it")).text == "half \ufffd of it"


@pytest.mark.parametrize("body", [None, 5, [], {}, True])
def test_a_body_that_is_no_text_is_not_heard(body: object) -> None:
    assert hear(text(body)) is None


def test_a_body_of_any_length_is_heard() -> None:
    assert len(posted(text("x" * 65_536)).text) == 65_536


# ---- Power ---------------------------------------------------------------------------------------


def create(version: str, *more: str) -> dict[str, Any]:
    content = {"room_version": version, "additional_creators": list(more)}
    return {"type": "m.room.create", "state_key": "", "sender": "@alice:example.org", "content": content}


def powers(**content: Any) -> dict[str, Any]:
    return {"type": "m.room.power_levels", "state_key": "", "content": content}


@pytest.mark.parametrize(
    ("events", "can"),
    [
        ([create("12")], False),
        ([create("12", ME), powers(users={})], True),
        ([create("11", ME), powers(users={})], False),
        ([create("11"), powers(users={ME: 50})], True),
        ([create("11"), powers(users={ME: 49})], False),
        ([create("11"), powers(users={ME: "50"})], True),
        ([create("11"), powers(users={ME: 60}, redact=75)], False),
        ([create("11"), powers(users={ME: 60}, events={"m.room.redaction": 75})], False),
        ([create("11"), powers(users_default=50)], True),
        ([create("11"), powers(users={ME: True})], False),
        ([create("11"), powers(users=5, redact="x")], False),
        ([create("11"), powers(users={ME: "²"})], False),
        ([create("11"), powers(users={ME: "+-5"})], False),
        ([create("9" * 5000), powers(users={ME: 50})], True),
    ],
)
def test_who_may_redact(events: list[dict[str, Any]], can: bool) -> None:
    room = Room(ROOM.id)
    for event in events:
        room.apply(event)
    assert room.can_redact(ME) is can


def test_encryption_is_never_turned_off() -> None:
    room = Room(ROOM.id)
    for content in ({"algorithm": "m.megolm.v1.aes-sha2"}, {}):
        room.apply({"type": "m.room.encryption", "state_key": "", "content": content})
        assert room.encrypted
