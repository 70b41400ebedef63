"""What we say, as Matrix wants it. Pure."""

from __future__ import annotations

import re
from typing import Any

import markdown
import nh3

from swsmatrix.matrix.attachments import file_of
from swsmatrix.matrix.keyrequests import MEGOLM
from swsmatrix.protocol import (
    CleartextNotice,
    Picture,
    React,
    RewriteEvent,
    Say,
    SendFile,
    SendPicture,
    SendRecord,
)

Spoken = Say | SendPicture | SendFile | SendRecord  # what is said to somebody: it can be an answer

FORMATTING = {"a", "blockquote", "br", "code", "em", "h3", "h4", "hr", "li", "ol", "p", "pre", "strong", "ul"}


TXN = "org.swsmatrix.txn"

CREATOR = 100
# What people in a private room can do. The last ones are calls, which are state; of the two names the first
# is the specification's, the second what clients still send (MSC3401).
THEIRS = (
    "m.room.message",
    "m.room.encrypted",
    "m.reaction",
    "m.room.redaction",
    "m.call.member",
    "org.matrix.msc3401.call.member",
)


_HASH = re.compile(r"^#(?=[^\s#])", re.MULTILINE)


def mark(txn: str) -> dict[str, str]:
    """What stands beside the ciphertext, so that we know our event again when the server forgot its txn.

    It is a keyed hash: the homeserver, which was given it as the transaction id, learns nothing more.
    """
    return {TXN: txn}


def words(say: Say) -> dict[str, Any]:
    """The content to be encrypted. It mentions nobody, whatever names it contains."""
    content: dict[str, Any] = {"msgtype": "m.text", "body": say.text, "m.mentions": {}}
    if say.markdown:
        # "#3" at the beginning of a line is a number, not a heading.
        rendered = markdown.markdown(_HASH.sub(r"\\#", say.text), extensions=["sane_lists", "nl2br"])
        content["format"] = "org.matrix.custom.html"
        content["formatted_body"] = nh3.clean(
            rendered, tags=FORMATTING, attributes={"a": {"href"}}, url_schemes={"http", "https", "mailto"}
        )
    return content


def picture(ours: Picture) -> dict[str, Any]:
    """The content to be encrypted; its name is the same for all."""
    return {
        "msgtype": "m.image",
        "body": "picture.jpg",
        "filename": "picture.jpg",
        "file": file_of(ours),
        "info": {"mimetype": "image/jpeg", "size": ours.size, "w": ours.width, "h": ours.height},
        "m.mentions": {},
    }


def file(said: SendFile | SendRecord, kind: str, ours: Picture) -> dict[str, Any]:
    """The content to be encrypted. ``ours``: where the file is, and what opens it."""
    return {
        "msgtype": "m.file",
        "body": said.caption or said.name,
        "filename": said.name,
        "file": file_of(ours),
        "info": {"mimetype": kind, "size": ours.size},
        "m.mentions": {},
    }


def rewritten(change: RewriteEvent) -> dict[str, Any]:
    """The content to be encrypted (spec, "Event replacements"); ``body`` is what old clients show."""
    new = words(Say(change.text))
    return {**new, "body": f"* {change.text}", "m.new_content": new}


def replacement(change: RewriteEvent) -> dict[str, Any]:
    """What stands beside its ciphertext."""
    return {"m.relates_to": {"rel_type": "m.replace", "event_id": change.event}}


def relation(say: Spoken) -> dict[str, Any]:
    """What stands beside the ciphertext (Client-Server API, "Encrypting relationships")."""
    thread = say.thread if isinstance(say, Say) else None
    answered = say.reply_to or thread
    if answered is None:
        return {}
    relates: dict[str, Any] = {"m.in_reply_to": {"event_id": answered}}
    if thread:
        # Clients that know no threads show it as a reply (spec, "Fallback for unthreaded clients").
        relates |= {"rel_type": "m.thread", "event_id": thread, "is_falling_back": say.reply_to is None}
    return {"m.relates_to": relates}


def reaction(react: React) -> dict[str, Any]:
    return {"m.relates_to": {"rel_type": "m.annotation", "event_id": react.event, "key": react.key}}


def notice(cleartext: CleartextNotice) -> dict[str, Any]:
    return {"msgtype": "m.notice", "body": cleartext.text, "m.mentions": {}}


def direct_room(name: str, *, federate: bool) -> dict[str, Any]:
    """createRoom for two, nobody invited yet.

    Whoever accepts tomorrow reads what was said today (``invited``); there is no moment without encryption.
    In room version 12 the creator must not be listed in the power levels, so nobody is.
    """
    return {
        "preset": "private_chat",
        "name": name,
        "creation_content": {"m.federate": federate},
        "power_level_content_override": {"invite": 50, "users_default": 0, "events_default": 0},
        "initial_state": [
            _state("m.room.encryption", {"algorithm": MEGOLM}),
            _state("m.room.history_visibility", {"history_visibility": "invited"}),
            _state("m.room.guest_access", {"guest_access": "forbidden"}),
        ],
    }


def private_room(name: str, *, federate: bool) -> dict[str, Any]:
    """createRoom for those of a case: closed for them, and for everybody once its creator has left.

    They may talk, react, take back what they said, call and leave; nobody but the bot may do anything else.
    Some clients show a field to write in only to who may send ``m.room.message``, so they may, though what
    they say is encrypted. The bot has its power by itself, as the creator: listed in ``users`` by the server
    before room version 12, and above all levels since. ``events`` replaces the server's own list.
    """
    return {
        "preset": "private_chat",
        "name": name,
        "creation_content": {"m.federate": federate},
        "power_level_content_override": {
            "users_default": 0,
            "events_default": 0,
            "state_default": CREATOR,
            "invite": CREATOR,
            "kick": CREATOR,
            "ban": CREATOR,
            "redact": CREATOR,
            "events": dict.fromkeys(THEIRS, 0),
        },
        "initial_state": [
            _state("m.room.encryption", {"algorithm": MEGOLM}),
            _state("m.room.history_visibility", {"history_visibility": "joined"}),
            _state("m.room.guest_access", {"guest_access": "forbidden"}),
            _state("m.room.join_rules", {"join_rule": "invite"}),
        ],
    }


def _state(kind: str, content: dict[str, Any]) -> dict[str, Any]:
    return {"type": kind, "state_key": "", "content": content}
