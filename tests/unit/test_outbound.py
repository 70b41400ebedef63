"""What we say, as it is sent: it mentions nobody, carries no markup but ours, and stands where it should."""

from __future__ import annotations

import pytest

from swsmatrix.matrix import outbound
from swsmatrix.protocol import (
    CleartextNotice,
    EventId,
    Picture,
    RewriteEvent,
    Say,
    SendFile,
    SendPicture,
)


@pytest.mark.parametrize("markdown", [False, True])
def test_nobody_is_rung_for(markdown: bool) -> None:
    content = outbound.words(Say("@room @alice:example.org hello", markdown=markdown))
    assert content["m.mentions"] == {}
    assert content["msgtype"] == "m.text"
    assert content["body"] == "@room @alice:example.org hello"


def test_plain_words_stay_plain() -> None:
    assert "formatted_body" not in outbound.words(Say("<b>**bold**</b> [x](https://example.org)"))


def test_markup_is_ours_alone() -> None:
    text = "`send` **now** <script>x()</script><img src=x> [y](javascript:z) [w](https://example.org)"
    formatted = outbound.words(Say(text, markdown=True))["formatted_body"]
    assert "<code>send</code>" in formatted
    assert "<strong>now</strong>" in formatted
    assert "script" not in formatted
    assert "<img" not in formatted
    assert 'href="https://example.org"' in formatted


def test_a_number_at_the_beginning_of_a_line_is_no_heading() -> None:
    content = outbound.words(Say("#3 waits.\n\n#4: waits, too", markdown=True))
    assert content["formatted_body"] == "<p>#3 waits.</p>\n<p>#4: waits, too</p>"
    assert content["body"] == "#3 waits.\n\n#4: waits, too"


def test_replies_and_threads() -> None:
    event = EventId("$tea")
    assert outbound.relation(Say("yes")) == {}
    assert outbound.relation(Say("yes", reply_to=event)) == {
        "m.relates_to": {"m.in_reply_to": {"event_id": "$tea"}}
    }
    assert outbound.relation(Say("yes", thread=event)) == {
        "m.relates_to": {
            "rel_type": "m.thread",
            "event_id": "$tea",
            "is_falling_back": True,
            "m.in_reply_to": {"event_id": "$tea"},
        }
    }


def test_changed_words_replace_what_was_said_and_ring_for_nobody() -> None:
    change = RewriteEvent(EventId("$tea"), "@room tea at eight")
    new = {"msgtype": "m.text", "body": "@room tea at eight", "m.mentions": {}}
    content = outbound.rewritten(change)
    assert content == {**new, "body": "* @room tea at eight", "m.new_content": new}
    assert outbound.replacement(change) == {"m.relates_to": {"rel_type": "m.replace", "event_id": "$tea"}}


def test_a_picture_rings_for_nobody_and_says_what_every_other_says() -> None:
    ours = Picture(url="mxc://example.org/t", key="k", iv="iv", sha256="h", size=9, width=4, height=2)
    content = outbound.picture(ours)
    assert content.pop("file")["url"] == "mxc://example.org/t"
    assert content == {
        "msgtype": "m.image",
        "body": "picture.jpg",
        "filename": "picture.jpg",
        "info": {"mimetype": "image/jpeg", "size": 9, "w": 4, "h": 2},
        "m.mentions": {},
    }
    assert outbound.relation(SendPicture(ours)) == {}
    answered = outbound.relation(SendPicture(ours, EventId("$tea")))
    assert answered == {"m.relates_to": {"m.in_reply_to": {"event_id": "$tea"}}}


@pytest.mark.parametrize(("caption", "body"), [("", "tea.ics"), ("@room tea at seven", "@room tea at seven")])
def test_a_file_rings_for_nobody_and_has_its_name(caption: str, body: str) -> None:
    sent = SendFile("tea.ics", "text/calendar", "BEGIN", caption, EventId("$tea"))
    where = Picture(url="mxc://example.org/t", key="k", iv="iv", sha256="h", size=5)
    content = outbound.file(sent, sent.kind, where)
    assert content.pop("file")["url"] == "mxc://example.org/t"
    assert content == {
        "msgtype": "m.file",
        "body": body,
        "filename": "tea.ics",
        "info": {"mimetype": "text/calendar", "size": 5},
        "m.mentions": {},
    }
    assert outbound.relation(sent) == {"m.relates_to": {"m.in_reply_to": {"event_id": "$tea"}}}


def test_a_notice_is_one() -> None:
    assert outbound.notice(CleartextNotice("please encrypt")) == {
        "msgtype": "m.notice",
        "body": "please encrypt",
        "m.mentions": {},
    }


def test_a_direct_room_has_no_moment_without_encryption() -> None:
    room = outbound.direct_room("Porch", federate=False)
    state = {one["type"]: one["content"] for one in room["initial_state"]}
    assert state["m.room.encryption"] == {"algorithm": "m.megolm.v1.aes-sha2"}
    assert state["m.room.history_visibility"] == {"history_visibility": "invited"}
    assert "invite" not in room
    assert room["creation_content"] == {"m.federate": False}


def test_a_private_room_is_closed_from_the_first_moment() -> None:
    room = outbound.private_room("Chat", federate=False)
    state = {one["type"]: one["content"] for one in room["initial_state"]}
    assert state == {
        "m.room.encryption": {"algorithm": "m.megolm.v1.aes-sha2"},
        "m.room.history_visibility": {"history_visibility": "joined"},
        "m.room.guest_access": {"guest_access": "forbidden"},
        "m.room.join_rules": {"join_rule": "invite"},
    }
    # Another preset would give the two all of its creator's power.
    assert (room["preset"], room["name"], room["creation_content"]) == (
        "private_chat",
        "Chat",
        {"m.federate": False},
    )
    assert not {"invite", "visibility", "room_alias_name", "is_direct"} & room.keys()
    powers = room["power_level_content_override"]
    assert "users" not in powers  # in room version 12 a creator must not be named there
    assert {powers[part] for part in ("state_default", "invite", "kick", "ban", "redact")} == {100}
    assert (powers["users_default"], powers["events_default"]) == (0, 0)
    open_to_all = {kind for kind, level in powers["events"].items() if level == 0}
    assert open_to_all == {
        "m.room.encrypted",
        "m.room.message",
        "m.reaction",
        "m.room.redaction",
        "m.call.member",
        "org.matrix.msc3401.call.member",
    }
    assert outbound.private_room("Chat", federate=True)["creation_content"] == {"m.federate": True}
