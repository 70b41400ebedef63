"""Whatever stands where something else belongs: nothing that reads what others wrote raises."""

from __future__ import annotations

import contextlib
import json
import random
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from hypothesis import given
from hypothesis import strategies as st

from swsmatrix.matrix import http
from swsmatrix.matrix.client import Client
from swsmatrix.matrix.http import Answer
from swsmatrix.matrix.opened import inside
from swsmatrix.protocol import (
    Action,
    CreateDirect,
    Done,
    EventId,
    Invite,
    Invited,
    InviteDirect,
    JoinRoom,
    LeaveRoom,
    Left,
    MessageDeleted,
    MessagePosted,
    React,
    Refused,
    Remove,
    RetryAt,
    RoomId,
    RoomSeen,
    Say,
    SignedOutError,
    TakeAllBack,
    Undecryptable,
    Unread,
    UserId,
)
from tests.contract.matrix_proxy import serving
from tests.faults.hostile import EDIT, FILE, MESSAGE, REACTION, spoiled
from tests.unit.test_machine import ROOM, Person, query

ROUNDS = 400
SEEDS = [2, *(pytest.param(seed, marks=pytest.mark.soak) for seed in range(3, 9))]
HERE = RoomId(ROOM)

json_text = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
).map(json.dumps)
odd_header = st.text(max_size=40) | st.sampled_from(
    [
        "Mon, 99 Foo 2020",
        "Fri, 31 Dec 9999 23:59:59 -2359",
        "Mon, 01 Jan 0001 00:00:00",
        "1e9",
        "²",
        "-1",
        "0",
    ]
)


# ---- What a server says ----------------------------------------------------------------------------


@given(
    status=st.sampled_from([200, 301, 400, 401, 403, 404, 408, 413, 429, 500, 502, 503, 599]),
    raw=st.binary(max_size=60) | json_text.map(str.encode),
    header=odd_header,
)
def test_any_answer_has_an_outcome(status: int, raw: bytes, header: str) -> None:
    with contextlib.suppress(http.UnreachableError, SignedOutError):
        outcome = http.outcome(http.read(http._told(status, raw, {"Retry-After": header})))
        assert isinstance(outcome, Done | RetryAt | Refused)


@given(
    st.dictionaries(
        st.sampled_from(["errcode", "retry_after_ms", "event_id", "room_id"]),
        st.text() | st.integers() | st.floats() | st.none() | st.lists(st.text()),
    ),
    odd_header,
)
def test_any_object_has_an_outcome(body: dict[str, Any], header: str) -> None:
    for status in (200, 400, 429, 503):
        with contextlib.suppress(SignedOutError):
            http.outcome(Answer(status, body, http._retry_after(body, {"Retry-After": header}, 0.0)))


@given(st.binary(max_size=80) | json_text.map(str.encode))
def test_any_plaintext_is_a_message_or_none(plain: bytes) -> None:
    inside(plain, ROOM)


# ---- The whole way, with a homeserver that lies ----------------------------------------------------


class Ours(Person):
    """The client under test, as those know it who write to it."""

    def __init__(self, client: Client) -> None:
        self.user, self.device = str(client.nio.user_id), str(client.nio.device_id)
        self.machine = client.nio.machine


class Liar:
    """Answers everything with what a homeserver would say, spoiled. ``sent``: what was to be said."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        self.answers: dict[str, Any] = {}
        self.sent: list[tuple[str, bytes]] = []

    async def answer(self, request: web.Request) -> web.Response:
        body = await request.read()
        if "/send/" in request.path:
            self.sent.append((request.path, body))
        status = self.chance.choice([200, 200, 200, 200, 400, 403, 404, 500])
        good = next((good for part, good in self.answers.items() if part in request.path), {"event_id": "$x"})
        if status != 200:
            good = {"errcode": "M_FORBIDDEN", "error": "no"}
        bad = spoiled(good, self.chance) if self.chance.random() < 0.8 else good
        return web.Response(status=status, text=json.dumps(bad), content_type="application/json")


class Stage:
    """The client, alice whose messages it can read, and what the homeserver says of it all."""

    def __init__(self, client: Client, alice: Person, liar: Liar) -> None:
        self.client = client
        self.alice = alice
        self.liar = liar
        self.ours = Ours(client)
        self.number = 0
        self.key = alice.group.session_key.to_base64()  # from before its first message
        liar.answers = {
            "/keys/query": query((alice, alice.device_keys())),
            "/keys/claim": {"failures": {}, "one_time_keys": self._one_time_key()},
            "/messages": {"chunk": [self.event(MESSAGE)], "start": "a", "end": "b"},
            "/event/": self.event(MESSAGE),
            "/members": {"chunk": [self._member(alice.user), self._member(self.ours.user)]},
            "/createRoom": {"room_id": "!new:example.org"},
            "/join/": {"room_id": ROOM},
            "/joined_rooms": {"joined_rooms": [ROOM]},
            "/keys/upload": {"one_time_key_counts": {"signed_curve25519": 50}},
        }

    def _one_time_key(self) -> dict[str, Any]:
        self.alice.machine.account.generate_one_time_keys(1)
        key = next(iter(self.alice.machine.account.one_time_keys["curve25519"].values()))
        signed = {"key": key, "signatures": {}}
        signed["signatures"] = {
            self.alice.user: {f"ed25519:{self.alice.device}": self.alice.machine.sign_json({"key": key})}
        }
        return {self.alice.user: {self.alice.device: {"signed_curve25519:AAAA": signed}}}

    def _member(self, user: str) -> dict[str, Any]:
        return {
            "type": "m.room.member",
            "state_key": user,
            "sender": user,
            "event_id": f"$member {user}",
            "content": {"membership": "join", "displayname": "x"},
            "unsigned": {"prev_content": {"membership": "invite"}},
        }

    def event(self, inner: dict[str, Any]) -> dict[str, Any]:
        self.number += 1
        payload = json.dumps(inner | {"room_id": ROOM}).encode()
        return self.alice.raw(payload, f"${self.number}") | {"unsigned": {"age": 5}}

    def state(self) -> list[dict[str, Any]]:
        contents: dict[str, dict[str, Any]] = {
            "m.room.create": {"room_version": "11", "additional_creators": ["@c:d"]},
            "m.room.encryption": {"algorithm": "m.megolm.v1.aes-sha2"},
            "m.room.join_rules": {"join_rule": "invite"},
            "m.room.history_visibility": {"history_visibility": "joined"},
            "m.room.power_levels": {
                "users": {self.ours.user: 50},
                "events": {"m.room.redaction": 0},
                "redact": 50,
            },
        }
        return [
            {
                "type": kind,
                "state_key": "",
                "sender": self.alice.user,
                "content": content,
                "event_id": f"${kind}",
            }
            for kind, content in contents.items()
        ] + [self._member(self.alice.user), self._member(self.ours.user)]

    def sync(self, inner: dict[str, Any]) -> dict[str, Any]:
        """An answer of /sync in which nothing is wrong."""
        redaction = {
            "type": "m.room.redaction",
            "event_id": f"$r{self.number}",
            "sender": self.alice.user,
            "origin_server_ts": 1,
            "redacts": "$1",
            "content": {"redacts": "$1"},
        }
        timeline = {"events": [self.event(inner), redaction], "limited": True, "prev_batch": "p"}
        leaving = self._member(self.ours.user) | {"content": {"membership": "leave"}, "unsigned": {}}
        gone = {"timeline": {"events": [leaving]}, "state": {"events": []}}
        invitation = self._member(self.ours.user) | {"content": {"membership": "invite"}}
        withheld = {"type": "m.room_key.withheld", "sender": self.alice.user}
        return {
            "next_batch": f"n{self.number}",
            "device_lists": {"changed": [self.alice.user], "left": ["@x:y"]},
            "device_one_time_keys_count": {"signed_curve25519": 50},
            "device_unused_fallback_key_types": ["signed_curve25519"],
            "to_device": {
                "events": [
                    self.alice.room_key(self.ours, session_key=self.key),
                    withheld | {"content": {"room_id": ROOM, "session_id": "s", "code": "m.unverified"}},
                    {
                        "type": "m.room_key_request",
                        "sender": self.alice.user,
                        "content": {"action": "request"},
                    },
                ]
            },
            "rooms": {
                "join": {ROOM: {"state": {"events": self.state()}, "timeline": timeline}},
                "leave": {"!gone:example.org": gone},
                "invite": {"!new:example.org": {"invite_state": {"events": [*self.state(), invitation]}}},
            },
        }


async def _at_once(_: float) -> None:
    pass


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Callable[[int], Stage]]:
    liar, alice = Liar(random.Random(0)), Person(tmp_path, "alice")
    (tmp_path / "bot").mkdir()
    async with serving(liar.answer) as url:
        client = Client(
            url, "@bot:example.org", tmp_path / "bot", db_key=b"k" * 32, pickle_key=b"p" * 32, sleep=_at_once
        )
        client.nio.restore_login("@bot:example.org", "BOT", "token")
        found = Stage(client, alice, liar)

        def seeded(seed: int) -> Stage:
            liar.chance = random.Random(seed)
            return found

        yield seeded
        await client.close()
        alice.machine.store.close()


async def test_what_is_right_is_heard(stage: Callable[[int], Stage]) -> None:
    """Of what is spoiled below every part counts: without that, this is heard."""
    place = stage(1)
    place.liar.chance.random = lambda: 1.0  # type: ignore[method-assign]
    place.liar.chance.choice = lambda options: options[0]  # type: ignore[method-assign,assignment]
    found = await place.client._listener.events(place.sync(MESSAGE), "s", [HERE])
    assert {event.text for event in found if isinstance(event, MessagePosted)} == {"#swsdanger #nyc canary"}
    assert {type(event) for event in found} >= {RoomSeen, MessageDeleted, Left, Invited}


@pytest.mark.parametrize("seed", SEEDS)
async def test_an_answer_of_sync_that_is_wrong_anywhere(stage: Callable[[int], Stage], seed: int) -> None:
    place = stage(seed)
    chance = place.liar.chance
    for number in range(ROUNDS):
        body = place.sync((MESSAGE, EDIT, REACTION, FILE)[number % 4])
        token = body.pop("next_batch")
        # Above it is made sure that there is a token; what a server omits is simply not there.
        body = json.loads(json.dumps(spoiled(body, chance, times=4))) | {"next_batch": token}
        with contextlib.suppress(SignedOutError):
            for event in await place.client._listener.events(body, "s", [HERE]):
                repr(event).encode()
        if number % 50 == 0:
            place.client.await_keys([_unread(place)])


@pytest.mark.parametrize("seed", SEEDS)
async def test_a_message_that_is_wrong_inside(stage: Callable[[int], Stage], seed: int) -> None:
    place = stage(seed)
    chance = place.liar.chance
    await place.client._listener.events(place.sync(MESSAGE), "s", [HERE])
    for number in range(ROUNDS):
        body = place.sync(spoiled((MESSAGE, EDIT, REACTION, FILE)[number % 4], chance, times=3))
        body["to_device"], body["rooms"]["leave"] = {}, {}
        for event in await place.client._listener.events(body, "s", [HERE]):
            repr(event).encode()


@pytest.mark.parametrize("seed", SEEDS)
async def test_whatever_is_answered_nothing_is_said_in_clear(
    stage: Callable[[int], Stage], seed: int
) -> None:
    place = stage(seed)
    perform, user, done = place.client.perform, UserId(place.alice.user), 0
    for number in range(ROUNDS):
        actions: list[Action] = [
            *(Say("a canary sings"), React(EventId("$1"), "✅"), TakeAllBack(), JoinRoom(), LeaveRoom()),
            *(InviteDirect(user), Invite(user), Remove(user), CreateDirect(user), Say("a canary sings")),
        ]
        for action in actions:
            with contextlib.suppress(SignedOutError):
                outcome = await perform(HERE, action, f"t{number}")
                assert isinstance(outcome, Done | RetryAt | Refused)
                done += isinstance(action, Say) and isinstance(outcome, Done)
        with contextlib.suppress(SignedOutError):
            await place.client.resolve("#there:example.org")
            await place.client.find_sent(HERE, "t", 0)
    assert done
    assert not any(b"canary" in body for _, body in place.liar.sent)
    assert {path.split("/send/")[1].split("/")[0] for path, _ in place.liar.sent} <= {
        "m.room.encrypted",
        "m.reaction",
    }


def _unread(place: Stage) -> Unread:
    lost = Undecryptable(
        room=HERE, event=EventId("$9"), sender=UserId(place.alice.user), at=1, session="s", withheld=None
    )
    return Unread(room=lost.room, event=lost.event, sender=lost.sender, session=lost.session, at=lost.at)
