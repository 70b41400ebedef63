"""Which room another one's successor is: by its tombstone, if somebody set it who may."""

from __future__ import annotations

from typing import Any

import pytest

from swsmatrix.matrix import succession
from swsmatrix.matrix.http import Answer, UnreachableError
from swsmatrix.matrix.succession import succeeds
from swsmatrix.protocol import RoomId

OLD, NEW = RoomId("!old:example.org"), "!new:example.org"
ALICE, BEA = "@alice:example.org", "@bea:example.org"
KINDS = ("m.room.create", "m.room.power_levels", "m.room.tombstone")


def state(kind: str, sender: str, content: dict[str, Any]) -> Answer:
    return Answer(200, {"type": kind, "state_key": "", "sender": sender, "content": content})


def room(
    sender: str = ALICE, named: object = NEW, version: str = "10", powers: dict[str, Any] | None = None
) -> dict[str, Answer]:
    """Made by Alice, who may do everything; closed by ``sender``."""
    levels = {"users": {ALICE: 100, BEA: 50}} if powers is None else powers
    return {
        KINDS[0]: state(KINDS[0], ALICE, {"room_version": version}),
        KINDS[1]: state(KINDS[1], ALICE, levels),
        KINDS[2]: state(KINDS[2], sender, {"replacement_room": named}),
    }


async def seen(monkeypatch: pytest.MonkeyPatch, answers: dict[str, Answer]) -> bool:
    async def request(_client: object, _method: str, where: str) -> Answer:
        return next(answer for kind, answer in answers.items() if f"/{kind}/" in where)

    monkeypatch.setattr(succession, "request", request)
    client: Any = None
    return await succeeds(client, NEW, OLD)


STRICT = {"users": {ALICE: 100, BEA: 50}, "events": {"m.room.tombstone": 100}}


@pytest.mark.parametrize(
    ("answers", "is_one"),
    [
        (room(), True),
        (room(sender=BEA), True),
        (room(sender=BEA, powers=STRICT), False),
        (room(sender="@cleo:example.org"), False),
        (room(sender="@cleo:example.org", powers={"users_default": 50}), True),
        (room(version="12", powers={}), True),
        (room(version="11", powers={}), False),
        (room(named="!third:example.org"), False),
        (room(named=None), False),
        (room(named=["!new:example.org"]), False),
        (room() | {KINDS[2]: Answer(200, {"replacement_room": NEW})}, False),
        (room() | {KINDS[2]: Answer(404, {"errcode": "M_NOT_FOUND"})}, False),
        (room() | {KINDS[0]: Answer(403, {"errcode": "M_FORBIDDEN"})}, False),
    ],
)
async def test_a_successor(monkeypatch: pytest.MonkeyPatch, answers: dict[str, Answer], is_one: bool) -> None:
    assert await seen(monkeypatch, answers) is is_one


@pytest.mark.parametrize("kind", KINDS)
async def test_a_homeserver_in_trouble_says_neither(monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    with pytest.raises(UnreachableError):
        await seen(monkeypatch, room() | {kind: Answer(502, {})})
