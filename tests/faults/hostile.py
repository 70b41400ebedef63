"""What somebody who means harm puts where something else belongs."""

from __future__ import annotations

import copy
import random
from typing import Any

LARGEST = 65_536  # bytes of an event


def nested(depth: int) -> Any:
    found: Any = "x"
    for number in range(depth):
        found = [found] if number % 2 else {"a": found}
    return found


# Each can be written as JSON (lone halves of characters as escapes).
VALUES: tuple[Any, ...] = (
    *(None, True, False, 0, -1, 2**53, 2**63, -(2**64), 10**400, 1.5, 1e308),
    *("", " ", "\0", "\ud800", "a\udfffb", "\u202e#swsdanger", "²", "+-5", "x" * 300, "9" * 5000),
    *("@", "!", "$", "#", "@a:b", "../..", "%2e%2e", "\r\n", "'; DROP TABLE posts; --", "{text}", "{0}"),
    *([], {}, [[]], [None], [{}], {"": {}}, {"event_id": []}, {"key": {}}, nested(40), nested(150)),
    ["x"] * 1000,
)


def _places(value: Any) -> list[tuple[Any, Any]]:
    """Every place in ``value``: what holds it, and under which key."""
    found: list[tuple[Any, Any]] = []
    items: Any = ()
    if isinstance(value, dict):
        items = value.items()
    elif isinstance(value, list):
        items = enumerate(value)
    for key, inner in list(items):
        found.append((value, key))
        found += _places(inner)
    return found


def spoiled(good: Any, chance: random.Random, times: int = 2) -> Any:
    """A copy of ``good`` with something hostile in up to ``times`` places, or with a part missing."""
    bad = copy.deepcopy(good)
    for _ in range(chance.randint(1, times)):
        places = _places(bad)
        if not places:
            break
        holder, key = chance.choice(places)
        if chance.random() < 0.15:
            del holder[key]
        else:
            holder[key] = copy.deepcopy(chance.choice(VALUES))
    return bad


MESSAGE: dict[str, Any] = {
    "type": "m.room.message",
    "content": {
        "msgtype": "m.text",
        "body": "#swsdanger #nyc canary",
        "format": "org.matrix.custom.html",
        "formatted_body": "<p>#swsdanger #nyc <code>canary</code></p>",
        "m.mentions": {"user_ids": ["@a:b"], "room": True},
        "m.relates_to": {"rel_type": "m.thread", "event_id": "$1", "m.in_reply_to": {"event_id": "$2"}},
    },
}
EDIT: dict[str, Any] = {
    "type": "m.room.message",
    "content": {
        "msgtype": "m.text",
        "body": "* canary",
        "m.new_content": {"msgtype": "m.text", "body": "#swsdanger #nyc canary"},
        "m.relates_to": {"rel_type": "m.replace", "event_id": "$1"},
    },
}
REACTION: dict[str, Any] = {
    "type": "m.reaction",
    "content": {"m.relates_to": {"rel_type": "m.annotation", "event_id": "$1", "key": "✅"}},
}
FILE: dict[str, Any] = {
    "type": "m.room.message",
    "content": {"msgtype": "m.image", "body": "canary", "filename": "a.png", "url": "mxc://a/b", "info": {}},
}
