"""Comparing emojis with the bot: the other side is written here from the specification, apart from ours."""

from __future__ import annotations

import hashlib
import io
import json
import logging
from base64 import b64encode
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import vodozemac
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from nio.crypto import Sas as NioSas

from swsmatrix import logs
from swsmatrix.matrix import sas
from swsmatrix.matrix.comparison import Message, Stage, Verification
from swsmatrix.matrix.crosssigning import Seeds
from swsmatrix.matrix.devices import Devices, learn
from swsmatrix.matrix.hardening import HardenedClient
from swsmatrix.matrix.keyshare import KeyShare
from swsmatrix.matrix.rooms import Room
from swsmatrix.matrix.sas import End
from swsmatrix.matrix.verification import LASTS, MOST, MOST_OF_ONE, PREFIX, Verifier
from swsmatrix.protocol import DAY, MINUTE, Millis, RoomId
from tests.unit.test_machine import Person, query

BOT = End("@porch:example.org", "LANTERN")
ALICE = End("@alice:example.org", "TEAPOT")
OURS = {"ed25519:LANTERN": "the key of the lantern", "ed25519:the porch": "the porch"}
THEIRS = {"ed25519:TEAPOT": "the key of the teapot", "ed25519:alice": "alice"}
TXN = "a verification"


class Phone:
    """Alice's side, which starts. ``about``: what ties her messages to the verification."""

    def __init__(
        self, transaction: str = TXN, me: End = ALICE, bot: End = BOT, about: dict[str, Any] | None = None
    ) -> None:
        self.transaction = transaction
        self.me, self.bot = me, bot
        self.about = about or {"transaction_id": transaction}
        self.sas = vodozemac.Sas()
        self.secret: Any = None
        self.bound = ""

    def start(self, **changes: Any) -> dict[str, Any]:
        self.started = {
            "from_device": self.me.device,
            "method": "m.sas.v1",
            "key_agreement_protocols": ["curve25519-hkdf-sha256", "curve25519"],
            "hashes": ["sha256"],
            "message_authentication_codes": ["hkdf-hmac-sha256.v2", "hkdf-hmac-sha256"],
            "short_authentication_string": ["decimal", "emoji"],
            **self.about,
            **changes,
        }
        return self.started

    def key(self) -> dict[str, Any]:
        return {"key": self.sas.public_key.to_base64(), **self.about}

    def take_key(self, content: dict[str, Any]) -> str:
        """What her screen shows. Whoever accepted must have been bound to this key."""
        mine, key = self.sas.public_key.to_base64(), content["key"]
        plain = json.dumps(self.started, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        digest = hashlib.sha256((key + plain).encode()).digest()
        assert self.bound == b64encode(digest).decode().rstrip("=")
        self.secret = self.sas.diffie_hellman(vodozemac.Curve25519PublicKey.from_base64(key))
        me, bot = self.me, self.bot
        info = f"MATRIX_KEY_VERIFICATION_SAS|{me.user}|{me.device}|{mine}|{bot.user}|{bot.device}|{key}"
        agreed = self.secret.bytes(f"{info}|{self.transaction}")
        emojis = ", ".join(sas.EMOJIS[number] for number in agreed.emoji_indices)
        one, two, three = agreed.decimals
        return f"{emojis} (or {one} {two} {three})"

    def _info(self, ends: tuple[End, End], key_id: str) -> str:
        sender, receiver = ends
        whose = f"{sender.user}{sender.device}{receiver.user}{receiver.device}"
        return f"MATRIX_KEY_VERIFICATION_MAC{whose}{self.transaction}{key_id}"

    def mac(self, keys: dict[str, str] = THEIRS) -> dict[str, Any]:
        def mac(text: str, key_id: str) -> str:
            return str(self.secret.calculate_mac(text, self._info((self.me, self.bot), key_id)))

        macs = {key_id: mac(key, key_id) for key_id, key in keys.items()}
        return {"mac": macs, "keys": mac(",".join(sorted(keys)), "KEY_IDS"), **self.about}

    def check(self, content: dict[str, Any], keys: dict[str, str]) -> None:
        """That these are the bot's keys."""
        assert content["mac"].keys() == keys.keys()
        for key_id, key in keys.items():
            self.secret.verify_mac(key, self._info((self.bot, self.me), key_id), content["mac"][key_id])
        ids = ",".join(sorted(keys))
        self.secret.verify_mac(ids, self._info((self.bot, self.me), "KEY_IDS"), content["keys"])


class Dance:
    """A verification and the phone on its other side; ``shown`` is what the bot's log would have."""

    def __init__(self) -> None:
        self.shown: list[str] = []
        self.bot = Verification(BOT, ALICE, TXN, self.shown.append)
        self.phone = Phone()

    def take(self, kind: str, content: dict[str, Any]) -> list[Message]:
        return self.bot.take(kind, content, OURS, THEIRS)

    def at(self, stage: Stage) -> Dance:
        steps = [("start", self.phone.start), ("key", self.phone.key), ("mac", self.phone.mac)]
        for kind, content in steps[: list(Stage).index(stage)]:
            ((answered, said), *_) = self.take(kind, content())
            if answered == "accept":
                self.phone.bound = said["commitment"]
            if answered == "key":
                self.phone.take_key(said)
        assert self.bot.stage is stage
        return self


def test_both_screens_show_the_same_and_both_sides_know_the_others_keys() -> None:
    dance, phone = Dance(), Phone()
    assert dance.bot.ready() == [("ready", {"from_device": "LANTERN", "methods": ["m.sas.v1"]})]
    ((accepted, accept),) = dance.take("start", phone.start())
    phone.bound = accept.pop("commitment")
    assert (accepted, accept) == (
        "accept",
        {
            "method": "m.sas.v1",
            "key_agreement_protocol": "curve25519-hkdf-sha256",
            "hash": "sha256",
            "message_authentication_code": "hkdf-hmac-sha256.v2",
            "short_authentication_string": ["emoji", "decimal"],
        },
    )
    ((gave, key),) = dance.take("key", phone.key())
    assert gave == "key"
    assert dance.shown == [phone.take_key(key)]
    ((said, macs), done) = dance.take("mac", phone.mac())
    assert said == "mac"
    phone.check(macs, OURS)
    assert done == ("done", {})
    assert dance.take("done", {}) == []


def test_what_was_started_in_a_room_is_bound_with_what_it_refers_to() -> None:
    dance = Dance()
    phone = Phone(about={"m.relates_to": {"rel_type": "m.reference", "event_id": TXN}})
    ((_, accept),) = dance.take("start", phone.start())
    phone.bound = accept["commitment"]
    ((_, key),) = dance.take("key", phone.key())
    assert phone.take_key(key) == dance.shown[0]


def test_whoever_is_in_between_is_seen_on_the_screens() -> None:
    alice, bot, between = Phone(), Dance(), Phone()
    ((_, accept),) = bot.take("start", between.start())
    between.bound = accept["commitment"]
    ((_, key),) = bot.take("key", between.key())
    # Alice was answered by somebody else, with a key of theirs.
    other = Verification(BOT, ALICE, TXN, lambda _: None)
    ((_, accept),) = other.take("start", alice.start(), {}, {})
    alice.bound = accept["commitment"]
    ((_, other_key),) = other.take("key", alice.key(), {}, {})
    assert alice.take_key(other_key) != between.take_key(key)
    # And what Alice says of her keys cannot be passed on.
    assert bot.take("mac", alice.mac()) == [
        ("cancel", {"code": "m.key_mismatch", "reason": "m.key_mismatch"})
    ]


def test_the_emojis_are_the_specifications() -> None:
    assert [emoji.split(" ", 1)[0] for emoji in sas.EMOJIS] == [symbol for symbol, _ in NioSas.emoji]
    assert len(set(sas.EMOJIS)) == 64
    assert sas.EMOJIS[34] == "🔧 Spanner"


KINDS = ("start", "key", "mac", "accept", "ready", "done", "request", "surprise")
RIGHT = {Stage.READY: "start", Stage.ACCEPTED: "key", Stage.SHOWN: "mac"}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("stage", RIGHT)
def test_what_does_not_come_next_ends_it(stage: Stage, kind: str) -> None:
    dance = Dance().at(stage)
    if kind == RIGHT[stage]:
        return
    ((said, content),) = dance.take(kind, {})
    assert (said, content["code"]) == ("cancel", "m.unexpected_message")
    assert dance.bot.stage is Stage.OVER


@pytest.mark.parametrize("kind", [*KINDS, "cancel"])
def test_what_is_over_is_over(kind: str) -> None:
    dance = Dance().at(Stage.OVER)
    assert dance.take(kind, {}) == []
    assert dance.bot.cancel("m.timeout") == []


@pytest.mark.parametrize("stage", RIGHT)
def test_they_may_stop_at_any_time(stage: Stage) -> None:
    dance = Dance().at(stage)
    assert dance.take("cancel", {"code": "m.user"}) == []
    assert dance.bot.stage is Stage.OVER


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"method": "m.reciprocate.v1"}, "m.unknown_method"),
        ({"key_agreement_protocols": ["curve25519"]}, "m.unknown_method"),
        ({"hashes": ["md5"]}, "m.unknown_method"),
        ({"message_authentication_codes": ["hkdf-hmac-sha256"]}, "m.unknown_method"),
        ({"short_authentication_string": ["song"]}, "m.unknown_method"),
        ({"hashes": "sha256"}, "m.unknown_method"),
        ({"from_device": "SAUCER"}, "m.invalid_message"),
        ({"from_device": None}, "m.invalid_message"),
        ({"more": 0.5}, "m.invalid_message"),
    ],
)
def test_a_start_that_the_bot_cannot_follow(changes: dict[str, Any], code: str) -> None:
    ((said, content),) = Dance().take("start", Phone().start(**changes))
    assert (said, content["code"]) == ("cancel", code)


def test_numbers_only_is_enough() -> None:
    ((_, accept),) = Dance().take("start", Phone().start(short_authentication_string=["decimal"]))
    assert accept["short_authentication_string"] == ["decimal"]


@pytest.mark.parametrize("key", [None, 3, "", "tea", "é" * 43, "\ud800", "A" * 43, "A" * 4000])
def test_a_key_that_is_none(key: object) -> None:
    dance = Dance().at(Stage.ACCEPTED)
    ((said, content),) = dance.take("key", {"key": key})
    assert (said, content["code"]) == ("cancel", "m.invalid_message")
    assert dance.shown == []


def _forged(change: Callable[[dict[str, Any]], object]) -> Callable[[Phone], dict[str, Any]]:
    def made(phone: Phone) -> dict[str, Any]:
        content = phone.mac()
        change(content)
        return content

    return made


@pytest.mark.parametrize(
    "mac",
    [
        lambda phone: phone.mac({"ed25519:TEAPOT": "another key"}),
        lambda phone: phone.mac({**THEIRS, "ed25519:alice": "bea"}),
        lambda phone: phone.mac({"ed25519:SAUCER": "a key that nobody knows"}),
        lambda phone: phone.mac({}),
        _forged(lambda content: content["mac"].pop("ed25519:alice")),
        _forged(lambda content: content["mac"].update({"ed25519:CUP": "AAAA"})),
        _forged(lambda content: content["mac"].update({"ed25519:TEAPOT": None})),
        _forged(lambda content: content["mac"].update({"ed25519:TEAPOT": "\ud800"})),
        _forged(lambda content: content.update(keys=7)),
        _forged(lambda content: content.update(mac=[])),
        lambda phone: {},
    ],
)
def test_keys_that_are_not_theirs_end_it_and_get_no_word_of_ours(
    mac: Callable[[Phone], dict[str, Any]],
) -> None:
    dance = Dance().at(Stage.SHOWN)
    ((said, content),) = dance.take("mac", mac(dance.phone))
    assert (said, content["code"]) == ("cancel", "m.key_mismatch")


def test_a_key_that_is_not_known_yet_is_passed_over() -> None:
    dance = Dance().at(Stage.SHOWN)
    kinds = [kind for kind, _ in dance.take("mac", dance.phone.mac({**THEIRS, "ed25519:CUP": "new"}))]
    assert kinds == ["mac", "done"]


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
FIELDS = (
    *("key", "mac", "keys", "method", "from_device", "hashes", "key_agreement_protocols", "m.relates_to"),
    *(
        "transaction_id",
        "message_authentication_codes",
        "short_authentication_string",
        "timestamp",
        "methods",
    ),
)
contents = st.dictionaries(st.sampled_from(FIELDS), json_values, max_size=6)


@given(stage=st.sampled_from(list(RIGHT)), kind=st.sampled_from(KINDS), content=contents)
@settings(max_examples=300, deadline=None)
def test_nothing_that_they_send_raises(stage: Stage, kind: str, content: dict[str, Any]) -> None:
    dance = Dance().at(stage)
    whole = {**dance.phone.start(), **content} if kind == "start" else content
    assert [said for said, _ in dance.take(kind, whole)] in (["accept"], ["cancel"])


# ---- Who is answered -----------------------------------------------------------------------------

ROOM = RoomId("!kitchen:example.org")
NOW = 1_800_000_000_000


class Desk:
    """A verifier with a real store of keys that never sends; its clocks are ``now`` and ``elapsed``."""

    def __init__(self, folder: Path) -> None:
        self.client = HardenedClient(
            "http://127.0.0.1:9", BOT.user, folder, db_key=bytes(32), pickle_key=bytes(32)
        )
        self.client.restore_login(BOT.user, BOT.device, "")
        self.seeds = Seeds.make()
        self.client.machine.own_master = self.seeds.public()["master"]
        self.now = NOW
        self.rooms: dict[RoomId, Room] = {}
        self.room = self.enter(ROOM, "alice")
        self.elapsed = 1000
        devices = Devices(self.client, lambda: self.elapsed)
        keys = KeyShare(self.client, devices, lambda: self.elapsed, lambda: "")
        self.numbers = iter(range(1000))
        self.verifier = Verifier(
            self.client,
            devices,
            keys,
            self.rooms,
            lambda: self.now,
            lambda: self.elapsed,
            lambda: str(next(self.numbers)),
        )

    def pass_(self, time: Millis) -> None:
        self.elapsed += time
        self.now += time

    def enter(self, room: RoomId, *names: str) -> Room:
        members = {f"@{name}:example.org": "join" for name in ("porch", *names)}
        self.rooms[room] = Room(room, members=members, encrypted=True)
        return self.rooms[room]

    def request(self, txn: str = TXN, sender: str = ALICE.user, **changes: Any) -> dict[str, Any]:
        content = {
            "from_device": ALICE.device,
            "methods": ["m.qr_code.scan.v1", "m.sas.v1"],
            "timestamp": self.now,
            "transaction_id": txn,
        }
        return self.event("request", content | changes, sender)

    def event(self, kind: str, content: Any, sender: str = ALICE.user) -> dict[str, Any]:
        return {"type": f"{PREFIX}{kind}", "sender": sender, "content": content}

    def in_room(self, sender: str = ALICE.user, room: Room | None = None, **changes: Any) -> None:
        content = {
            "msgtype": "m.key.verification.request",
            "to": BOT.user,
            "from_device": ALICE.device,
            "methods": ["m.sas.v1"],
            "body": "shall we?",
        } | changes
        raw = {"sender": sender, "event_id": "$asked", "origin_server_ts": self.now}
        self.verifier.in_room(room or self.room, raw, "m.room.message", content)

    def answers(self) -> list[Message]:
        """What waits to be sent since last asked."""
        found = [message for _, message, _ in self.verifier.unsent]
        self.verifier.unsent.clear()
        return found

    def kinds(self) -> list[str]:
        return [f"{kind} {content.get('code', '')}".strip() for kind, content in self.answers()]


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    found = Desk(tmp_path)
    yield found
    found.client.machine.store.close()


def test_who_shares_a_room_with_the_bot_is_answered(desk: Desk) -> None:
    desk.verifier.to_device(desk.request())
    assert desk.kinds() == ["ready"]
    desk.verifier.to_device(desk.event("start", Phone().start()))
    assert desk.kinds() == ["accept"]


def test_strangers_are_not(desk: Desk) -> None:
    desk.verifier.to_device(desk.request(sender="@mallory:example.org"))
    desk.rooms[ROOM].members["@mallory:example.org"] = "invite"
    desk.verifier.to_device(desk.request(sender="@mallory:example.org"))
    desk.verifier.to_device(desk.request(sender=BOT.user))
    assert desk.kinds() == []


@pytest.mark.parametrize("kind", ["start", "key", "mac", "done", "cancel", "ready", "accept"])
def test_what_belongs_to_no_verification_is_passed_over(desk: Desk, kind: str) -> None:
    desk.verifier.to_device(desk.request())
    desk.answers()
    for txn, sender in (("another", ALICE.user), (TXN, "@bea:example.org")):
        desk.verifier.to_device(desk.event(kind, Phone(txn).start(), sender))
    assert desk.kinds() == []


@pytest.mark.parametrize("at", [-LASTS, 5 * MINUTE, None, "now", 1e400, True])
def test_a_request_of_another_time_is_not_answered(desk: Desk, at: Any) -> None:
    sent = NOW + at if type(at) is int else at
    desk.verifier.to_device(desk.request(timestamp=sent))
    assert desk.kinds() == []


def test_a_request_for_other_methods_is_refused(desk: Desk) -> None:
    desk.verifier.to_device(desk.request(methods=["m.qr_code.scan.v1"]))
    assert desk.kinds() == ["cancel m.unknown_method"]


def test_a_request_told_twice_is_answered_once(desk: Desk) -> None:
    desk.verifier.to_device(desk.request())
    desk.verifier.to_device(desk.request())
    assert desk.kinds() == ["ready"]


def test_nobody_takes_up_all_of_it(desk: Desk) -> None:
    for number in range(MOST_OF_ONE + 2):
        desk.verifier.to_device(desk.request(str(number)))
    assert desk.kinds() == ["ready"] * MOST_OF_ONE
    desk.enter(ROOM, "alice", *(f"guest{n}" for n in range(2 * MOST)))
    for number in range(2 * MOST):
        desk.verifier.to_device(desk.request("x", f"@guest{number}:example.org"))
    assert desk.kinds() == ["ready"] * (MOST - MOST_OF_ONE)
    desk.pass_(LASTS)
    desk.verifier.to_device(desk.request("later"))
    assert desk.kinds() == ["cancel m.timeout"] * MOST + ["ready"]


def test_after_ten_minutes_it_is_cancelled_and_forgotten(desk: Desk) -> None:
    desk.verifier.to_device(desk.request())
    desk.pass_(LASTS - 1)
    desk.verifier.to_device(desk.event("start", Phone().start()))
    assert desk.kinds() == ["ready", "accept"]
    desk.pass_(1)
    desk.verifier.to_device(desk.request("another"))
    assert desk.kinds() == ["cancel m.timeout", "ready"]
    desk.verifier.to_device(desk.event("key", Phone().key()))
    assert desk.kinds() == []


def test_a_clock_that_is_put_back_keeps_nothing_open(desk: Desk) -> None:
    desk.verifier.to_device(desk.request())
    desk.now -= DAY
    desk.pass_(LASTS)
    desk.verifier.to_device(desk.request("another"))
    assert desk.kinds() == ["ready", "cancel m.timeout", "ready"]


def test_in_a_direct_chat_with_the_bot(desk: Desk) -> None:
    desk.in_room()
    assert desk.kinds() == ["ready"]
    phone = Phone("$asked", about={"m.relates_to": {"rel_type": "m.reference", "event_id": "$asked"}})
    # Of an encrypted event the relation stands beside the ciphertext.
    inside = {key: value for key, value in phone.start().items() if key != "m.relates_to"}
    raw = {"sender": ALICE.user, "event_id": "$2", "content": phone.about}
    desk.verifier.in_room(desk.room, raw, f"{PREFIX}start", inside)
    ((_, accept),) = desk.answers()
    phone.bound = accept["commitment"]
    desk.verifier.in_room(desk.room, raw | {"event_id": "$3"}, f"{PREFIX}key", phone.key())
    ((_, key),) = desk.answers()
    phone.take_key(key)


def test_nowhere_else(desk: Desk) -> None:
    desk.in_room(room=desk.enter(RoomId("!lounge:example.org"), "alice", "bea"))
    clear = desk.enter(RoomId("!open:example.org"), "alice")
    clear.encrypted = False
    desk.in_room(room=clear)
    coming = desk.enter(RoomId("!soon:example.org"), "alice")
    coming.members["@bea:example.org"] = "invite"
    desk.in_room(room=coming)
    desk.in_room(sender="@mallory:example.org")
    desk.in_room(to="@bea:example.org")
    desk.in_room(msgtype="m.text")
    assert desk.kinds() == []


async def test_nothing_is_said_in_a_room_that_was_left(desk: Desk) -> None:
    desk.in_room()
    del desk.rooms[ROOM]
    await desk.verifier.run()
    assert desk.kinds() == []


def test_what_refers_to_something_else_is_passed_over(desk: Desk) -> None:
    desk.in_room()
    desk.answers()
    start = Phone("$asked").start()
    for relation in ({}, {"rel_type": "m.thread", "event_id": "$asked"}, {"rel_type": "m.reference"}, None):
        raw = {"sender": ALICE.user, "event_id": "$2", "content": {"m.relates_to": relation}}
        desk.verifier.in_room(desk.room, raw, f"{PREFIX}start", start)
    # Nor is the chat mixed up with what goes from device to device.
    desk.verifier.to_device(desk.event("start", Phone("$asked").start()))
    assert desk.kinds() == []


def test_the_bot_speaks_for_its_own_keys_whatever_the_homeserver_shows(desk: Desk, tmp_path: Path) -> None:
    """What it says of itself comes from its seeds; theirs as /keys/query proves them."""
    machine = desk.client.machine
    machine.take_identity(BOT.user, Seeds.make().public()["master"])
    (tmp_path / "alice").mkdir()
    alice = Person(tmp_path / "alice", "alice", ALICE.device)
    learn(machine, query((alice, alice.device_keys())), {alice.user})
    theirs = {
        f"ed25519:{ALICE.device}": str(alice.machine.account.identity_keys["ed25519"]),
        f"ed25519:{alice.seeds.public()['master']}": alice.seeds.public()["master"],
    }
    alice.machine.store.close()
    phone = Phone()
    desk.verifier.to_device(desk.request())
    desk.verifier.to_device(desk.event("start", phone.start()))
    _, (_, accept) = desk.answers()
    phone.bound = accept["commitment"]
    desk.verifier.to_device(desk.event("key", phone.key()))
    ((_, key),) = desk.answers()
    phone.take_key(key)
    desk.verifier.to_device(desk.event("mac", phone.mac(theirs)))
    ((_, macs), _) = desk.answers()
    master = desk.seeds.public()["master"]
    device = str(machine.account.identity_keys["ed25519"])
    phone.check(macs, {f"ed25519:{BOT.device}": device, f"ed25519:{master}": master})


def test_the_log_names_the_emojis_and_nobody(desk: Desk) -> None:
    stream = io.StringIO()
    logs.configure("INFO", stream)
    try:
        phone = Phone()
        desk.verifier.to_device(desk.request())
        desk.verifier.to_device(desk.event("start", phone.start()))
        _, (_, accept) = desk.answers()
        phone.bound = accept["commitment"]
        desk.verifier.to_device(desk.event("key", phone.key()))
        ((_, key),) = desk.answers()
    finally:
        logging.getLogger().handlers = []
    (line,) = stream.getvalue().splitlines()
    assert line.endswith(f"on their screen there must be: {phone.take_key(key)}")
    assert "alice" not in line


@given(
    event=st.fixed_dictionaries(
        {
            "type": st.sampled_from([f"{PREFIX}{kind}" for kind in KINDS]) | json_values,
            "sender": st.just(ALICE.user) | json_values,
            "content": contents | json_values,
        }
    )
)
@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_nothing_that_arrives_raises(desk: Desk, event: dict[str, Any]) -> None:
    desk.verifier.to_device(event)
    desk.verifier.in_room(desk.room, event, event["type"], event if isinstance(event, dict) else {})
    desk.verifier.in_room(
        desk.room, event | {"event_id": "$1"}, "m.room.message", {"msgtype": event["type"], "to": BOT.user}
    )
