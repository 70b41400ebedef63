"""What the homeserver sent and what was inside it, as our events. Pure.

Only ciphertext can say something; cleartext can only react, redact, join and leave. Every field was
written by somebody else: what has the wrong type is not there, and nothing raises.
"""

from __future__ import annotations

import html
import re
from collections.abc import Container
from typing import Any

from swsmatrix.matrix.attachments import picture_in
from swsmatrix.matrix.loose import SURROGATE, name, obj, objs, time_of
from swsmatrix.matrix.opened import Opened
from swsmatrix.matrix.rooms import Room
from swsmatrix.protocol import (
    EventId,
    Invited,
    Joined,
    Left,
    MatrixEvent,
    MessageDeleted,
    MessageEdited,
    MessagePosted,
    Millis,
    Picture,
    Reacted,
    RoomId,
    Undecryptable,
    UserId,
)

SPOKEN = frozenset({"m.text", "m.emote"})
PICTURE = "m.image"
CAPTIONED = frozenset({PICTURE, "m.file", "m.video", "m.audio"})
QUOTING = frozenset({"code", "pre", "blockquote", "mx-reply"})
HTML = "org.matrix.custom.html"
# Elements that begin no new line: what stands on both sides of them is read as one.
INLINE = frozenset(["a", "b", "code", "del", "em", "font", "i", "s", "span", "strong", "sub", "sup", "u"])
LARGEST_EVENT = 65_536  # characters; an event has that many bytes at most
LONGEST_REACTION = 100
LONGEST_ID = 255  # of a session: 43 is what they have

_TAG = re.compile(r"<[^<>]*>")
_TAG_NAME = re.compile(r"</?\s*([a-z-]+)")
_LINK = re.compile(r"""<a\s[^<>]*?href\s*=\s*["']?([^"'<>\s]+)""", re.IGNORECASE)


def said(room: Room, raw: dict[str, Any], opened: Opened) -> MatrixEvent | None:
    """What an encrypted event of ``room`` said; None if nothing that people say."""
    head = _head(raw)
    if head is None:
        return None
    event, sender, at = head
    if opened.type == "m.reaction":
        return _reaction(room.id, head, opened.content)
    if opened.type != "m.room.message":
        return None
    inner, outer = opened.content, obj(raw.get("content"))
    # Some clients put the relation only where the server can read it.
    relation = obj(inner.get("m.relates_to")) or obj(outer.get("m.relates_to"))
    new = inner.get("m.new_content")
    original = name(relation.get("event_id"))
    # A relation that the server added does not make an edit: the new text must have been encrypted.
    if relation.get("rel_type") == "m.replace" and isinstance(new, dict) and original:
        text, code = _words(new, is_reply=False)
        return MessageEdited(
            room=room.id,
            event=event,
            sender=sender,
            at=at,
            text=text or "",
            original=EventId(original),
            code=code,
            signed=opened.signed,
            identity=opened.identity,
            reachable=opened.reachable,
            name=whole(room.names.get(sender, "")),
            attached=_attached(new),
            picture=_picture(new),
            fallback=_fallback(text or "", new, inner),
        )
    reply = name(obj(relation.get("m.in_reply_to")).get("event_id"))
    if relation.get("rel_type") == "m.thread" and relation.get("is_falling_back") is True:
        # It answers what the thread is about; the last message is only named for clients without threads.
        reply = original or reply
    text, code = _words(inner, is_reply=reply is not None)
    if text is None:
        return None
    return MessagePosted(
        room=room.id,
        event=event,
        sender=sender,
        at=at,
        text=text,
        code=code,
        signed=opened.signed,
        identity=opened.identity,
        reachable=opened.reachable,
        reply_to=EventId(reply) if reply else None,
        name=whole(room.names.get(sender, "")),
        attached=_attached(inner),
        picture=_picture(inner),
        fallback=_fallback(text, inner),
    )


def done(room: Room, raw: dict[str, Any], before: str | None) -> MatrixEvent | None:
    """What an event in cleartext did: a reaction, a redaction, a membership that changed.

    ``before``: the membership that ``raw``, if it is one, replaced; None when unknown.
    """
    head = _head(raw)
    if head is None:
        return None
    event, sender, at = head
    content = obj(raw.get("content"))
    match raw.get("type"):
        case "m.reaction":
            return _reaction(room.id, head, content)
        case "m.room.redaction":
            # Room version 11 moved the field into the content (MSC2174).
            original = name(content.get("redacts") if room.number >= 11 else raw.get("redacts"))
            if original is None:
                return None
            return MessageDeleted(
                room=room.id,
                event=event,
                sender=sender,
                at=at,
                original=EventId(original),
                powerful=room.can_redact(sender),
            )
        case "m.room.member":
            return _membership(room.id, head, raw.get("state_key"), content.get("membership"), before)
    return None


def sealed(room: RoomId, raw: dict[str, Any], withheld: str | None) -> Undecryptable | None:
    """A message whose key is missing."""
    head, session = _head(raw), name(obj(raw.get("content")).get("session_id"))
    if head is None or session is None or len(session) > LONGEST_ID:
        return None
    event, sender, at = head
    return Undecryptable(room=room, event=event, sender=sender, at=at, session=session, withheld=withheld)


_Head = tuple[EventId, UserId, Millis]


def _head(raw: dict[str, Any]) -> _Head | None:
    event, sender = name(raw.get("event_id")), name(raw.get("sender"))
    return (EventId(event), UserId(sender), time_of(raw)) if event and sender else None


def _reaction(room: RoomId, head: _Head, content: dict[str, Any]) -> Reacted | None:
    relation = obj(content.get("m.relates_to"))
    target, key = name(relation.get("event_id")), relation.get("key")
    if relation.get("rel_type") != "m.annotation" or target is None or not isinstance(key, str):
        return None
    event, sender, at = head
    if not 0 < len(key) <= LONGEST_REACTION:
        return None
    return Reacted(room=room, event=event, sender=sender, at=at, target=EventId(target), key=whole(key))


def _membership(
    room: RoomId, head: _Head, user: object, now: object, before: str | None
) -> Joined | Left | None:
    event, sender, at = head
    who = name(user)
    if who is None:
        return None
    if now == "join" and before != "join":
        return Joined(room=room, event=event, user=UserId(who), at=at)
    if now in ("leave", "ban") and before in ("join", "invite", None):
        return Left(room=room, event=event, user=UserId(who), at=at, removed=who != sender)
    return None


def _words(content: dict[str, Any], *, is_reply: bool) -> tuple[str | None, tuple[str, ...]]:
    """What a person reads, and which parts of it are marked up as code or quotation."""
    body, kind = content.get("body"), content.get("msgtype")
    if not isinstance(body, str) or not isinstance(kind, str):
        return None, ()
    if kind in CAPTIONED:
        # Without a file name of its own, the body is the file's name (MSC2530).
        file = content.get("filename")
        if not isinstance(file, str) or file == body:
            return None, ()
    elif kind not in SPOKEN:
        return None, ()
    text = whole(body[:LARGEST_EVENT])
    stripped = _without_fallback(text) if is_reply else text
    formatted = content.get("formatted_body")
    if content.get("format") != HTML or not isinstance(formatted, str):
        return stripped, ()
    # A quotation that was cut from the text must not mark the same words in the answer as quoted.
    quoting = QUOTING - {"mx-reply"} if stripped != text else QUOTING
    return stripped, _quoted(whole(formatted[:LARGEST_EVENT]), quoting, skip=QUOTING - quoting)


def _fallback(text: str, *contents: dict[str, Any]) -> str:
    """What else than ``text`` some clients show of a message. See ``MessagePosted``."""
    known, shown = _squeezed(text), []
    for content in contents:
        plain = (content.get("body"), content.get("filename"))
        shown += [whole(value[:LARGEST_EVENT]) for value in plain if isinstance(value, str)]
        formatted = content.get("formatted_body")
        if content.get("format") == HTML and isinstance(formatted, str):
            shown.append(_visible(whole(formatted[:LARGEST_EVENT])))
    parts = dict.fromkeys(part.removeprefix("* ") for part in shown)
    return "\n".join(part for part in parts if _squeezed(part) not in known)


def _squeezed(text: str) -> str:
    return "".join(text.split())


def _visible(markup: str) -> str:
    """What is read of HTML, one line for each of its blocks, and after it where its links lead."""

    def gap(tag: re.Match[str]) -> str:
        named = _TAG_NAME.match(tag.group().lower())
        return "" if named and named.group(1) in INLINE else "\n"

    links = "\n".join(link for link in _LINK.findall(markup) if "//matrix.to/" not in link)
    return html.unescape(f"{_TAG.sub(gap, markup)}\n{links}").strip()


def _attached(content: dict[str, Any]) -> bool:
    kind = content.get("msgtype")
    return isinstance(kind, str) and kind in CAPTIONED


def _picture(content: dict[str, Any]) -> Picture | None:
    return picture_in(content) if content.get("msgtype") == PICTURE else None


def _without_fallback(text: str) -> str:
    """Without the quotation that older clients put before an answer (spec: "Fallbacks for rich replies")."""
    lines = text.split("\n")
    start = next((n for n, line in enumerate(lines) if not line.startswith("> ")), len(lines))
    if start and start < len(lines) and not lines[start].strip():
        start += 1
    return "\n".join(lines[start:])


def _quoted(markup: str, quoting: frozenset[str], *, skip: frozenset[str]) -> tuple[str, ...]:
    """The texts inside the outermost elements named in ``quoting``. Linear in time, whatever the markup."""
    found: list[str] = []
    depth, skipped, position, current = 0, 0, 0, ""
    for tag in [*_TAG.finditer(markup), None]:
        piece = markup[position : tag.start() if tag else len(markup)]
        if depth and not skipped:
            current += piece
        if tag is None:
            break
        position = tag.end()
        named = _TAG_NAME.match(tag.group().lower())
        element, step = named.group(1) if named else "", -1 if tag.group().startswith("</") else 1
        if element in skip:
            skipped = max(0, skipped + step)
        elif element in quoting:
            depth = max(0, depth + step)
            if depth == 0:
                found.append(current)
                current = ""
    found.append(current)
    return tuple(text for text in (html.unescape(piece).strip() for piece in found) if text)


def invited(room: RoomId, invite: dict[str, Any], me: str, joined: Container[str]) -> Invited | None:
    """An invitation, as /sync has it in ``rooms.invite``. ``joined``: who is in our community's rooms."""
    state = objs(invite, "invite_state", "events")
    mine = [event for event in state if event.get("type") == "m.room.member" and event.get("state_key") == me]
    sender = name(mine[-1].get("sender")) if mine else None
    if sender is None:
        return None
    return Invited(
        room=room,
        sender=UserId(sender),
        at=time_of(mine[-1]),
        known=sender in joined,
        encrypted=any(event.get("type") == "m.room.encryption" for event in state),
    )


def whole(text: str) -> str:
    """Without halves of characters, which neither UTF-8 nor SQLite can hold."""
    return SURROGATE.sub("\ufffd", text)
