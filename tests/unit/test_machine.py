"""Olm and Megolm against strangers: whatever is sent, nothing raises, and only the true is believed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import vodozemac
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from nio.crypto import OlmDevice

from swsmatrix.matrix.cipherfile import CryptoStoreError, check_file
from swsmatrix.matrix.counts import Counts
from swsmatrix.matrix.crosssigning import Seeds, sign
from swsmatrix.matrix.cryptostore import SqlCipherStore
from swsmatrix.matrix.devices import learn
from swsmatrix.matrix.keyrequests import MEGOLM
from swsmatrix.matrix.machine import Machine
from swsmatrix.matrix.opened import Opened, Shut

ROOM = "!kitchen:example.org"
KEY = bytes(range(32))


class Person:
    """A device with keys of its own, signed by its owner."""

    def __init__(self, folder: Path, name: str, device: str = "", *, seeds: Seeds | None = None) -> None:
        self.user = f"@{name}:example.org"
        self.device = device or name.upper()
        self.folder = folder / f"{name}{device}"
        self.folder.mkdir()
        self.seeds = seeds or Seeds.make()
        self.machine = self.load()
        self.group = vodozemac.GroupSession()

    def load(self, **settings: Any) -> Machine:
        store = SqlCipherStore(self.user, self.device, str(self.folder), "pickle", key=KEY)
        self.machine = Machine(self.user, self.device, store, **settings)
        return self.machine

    @property
    def curve(self) -> str:
        return str(self.machine.account.identity_keys["curve25519"])

    @property
    def olm_device(self) -> OlmDevice:
        return OlmDevice(self.user, self.device, dict(self.machine.account.identity_keys))

    def device_keys(self, *, signed: bool = True, **changes: Any) -> dict[str, Any]:
        keys = self.machine.account.identity_keys
        bare = {
            "algorithms": [MEGOLM],
            "user_id": self.user,
            "device_id": self.device,
            "keys": {f"{kind}:{self.device}": keys[kind] for kind in ("ed25519", "curve25519")},
        } | changes
        own = self.machine.sign_json(bare)
        entry = (
            sign(bare, self.user, self.seeds.self_signing)
            if signed
            else bare | {"signatures": {self.user: {}}}
        )
        entry["signatures"][self.user][f"ed25519:{self.device}"] = own
        return entry

    def send(self, to: Person, kind: str, content: dict[str, Any]) -> dict[str, Any]:
        """A to-device event from this device, in an Olm session of its own."""
        to.machine.account.generate_one_time_keys(1)
        key = next(iter(to.machine.account.one_time_keys["curve25519"].values()))
        to.machine.account.mark_keys_as_published()
        to.machine.save_account()
        session = self.machine.create_session(key, to.curve)
        sealed = self.machine._olm_encrypt(session, to.olm_device, kind, content)
        return {"type": "m.room.encrypted", "sender": self.user, "content": sealed}

    def room_key(self, to: Person, **changes: str) -> dict[str, Any]:
        content = {
            "algorithm": MEGOLM,
            "room_id": ROOM,
            "session_id": self.group.session_id,
            "session_key": self.group.session_key.to_base64(),
        }
        return self.send(to, "m.room_key", content | changes)

    def raw(self, plaintext: bytes, event: str = "$1", **changes: str) -> dict[str, Any]:
        """A room event of this person's with these very bytes inside."""
        content = {
            "algorithm": MEGOLM,
            "sender_key": self.curve,
            "device_id": self.device,
            "session_id": self.group.session_id,
            "ciphertext": self.group.encrypt(plaintext).to_base64(),
        }
        return {
            "type": "m.room.encrypted",
            "event_id": event,
            "sender": self.user,
            "origin_server_ts": 1,
            "content": content,
        } | changes

    def says(self, body: str, event: str = "$1", **inside: Any) -> dict[str, Any]:
        payload = {"type": "m.room.message", "content": {"body": body}, "room_id": ROOM} | inside
        return self.raw(json.dumps(payload).encode(), event)


def query(*devices: tuple[Person, dict[str, Any]]) -> dict[str, Any]:
    """A body of /keys/query."""
    body: dict[str, Any] = {"device_keys": {}, "master_keys": {}, "self_signing_keys": {}}
    for person, entry in devices:
        public = person.seeds.public()
        body["device_keys"].setdefault(person.user, {})[person.device] = entry
        for usage in ("master", "self_signing"):
            key = {
                "user_id": person.user,
                "usage": [usage],
                "keys": {f"ed25519:{public[usage]}": public[usage]},
            }
            body[f"{usage}_keys"][person.user] = sign(key, person.user, person.seeds.master)
    return body


def meet(machine: Machine, *people: Person, signed: bool = True) -> None:
    learn(machine, query(*((p, p.device_keys(signed=signed)) for p in people)), {p.user for p in people})


@pytest.fixture
def people(tmp_path: Path) -> Iterator[tuple[Person, Person, Person]]:
    found = Person(tmp_path, "bot"), Person(tmp_path, "alice"), Person(tmp_path, "mallory")
    yield found
    for person in found:
        person.machine.store.close()


Three = tuple[Person, Person, Person]


def opened(machine: Machine, event: dict[str, Any]) -> str:
    result = machine.open(ROOM, event)
    assert isinstance(result, Opened), result
    return str(result.content["body"])


# ---- To-device events ----------------------------------------------------------------------------


def malformed(alice: Person, bot: Person) -> list[Any]:
    good = alice.room_key(bot)
    own = bot.curve
    inner = good["content"]["ciphertext"][own]

    def olm(**changes: Any) -> dict[str, Any]:
        return good | {"content": good["content"] | changes}

    return [
        None,
        7,
        "text",
        [],
        {},
        {"type": "m.room.encrypted"},
        {"type": 5, "content": {}, "sender": "@a:b"},
        good | {"sender": 5},
        good | {"sender": "not a user"},
        good | {"content": None},
        good | {"content": []},
        olm(algorithm="m.unheard.of"),
        olm(sender_key=5),
        olm(sender_key="not base64 !"),
        olm(sender_key="AAAA"),
        olm(ciphertext=[]),
        olm(ciphertext={own: None}),
        olm(ciphertext={own: {"type": 0, "body": "!"}}),
        olm(ciphertext={own: {"type": 0, "body": ""}}),
        olm(ciphertext={own: {"type": 0, "body": 7}}),
        olm(ciphertext={own: {"type": 1, "body": "!!!"}}),
        olm(ciphertext={own: {"type": 1, "body": "AAAA"}}),
        olm(ciphertext={own: {"type": [], "body": "AAAA"}}),
        olm(ciphertext={own: {"type": 0, "body": inner["body"][:-8]}}),
        olm(ciphertext={own: {"type": 0, "body": "A" + inner["body"][1:]}}),
        olm(
            ciphertext={
                own: {"type": 0, "body": alice.room_key(alice)["content"]["ciphertext"][alice.curve]["body"]}
            }
        ),
        alice.room_key(bot, session_key="not a key"),
        alice.room_key(bot, session_id="another"),
        alice.send(bot, "m.room_key", {"algorithm": MEGOLM}),
        alice.send(bot, "m.room_key", {"algorithm": MEGOLM, "room_id": 5, "session_id": 5, "session_key": 5}),
        alice.send(bot, "m.forwarded_room_key", {"algorithm": MEGOLM, "forwarding_curve25519_key_chain": 5}),
        alice.send(bot, "m.unheard.of", {}),
        {"type": "m.room.withheld", "sender": "@a:b", "content": {}},
        {"type": "m.room_key.withheld", "sender": [], "content": {}},
        {"type": "m.room_key.withheld", "sender": "@a:b", "content": {"code": []}},
        {"type": "m.room_key_request", "sender": "@a:b", "content": {"action": 5}},
        {"type": "m.key.verification.start", "sender": "@a:b", "content": {"method": 5}},
    ]


def test_malformed_to_device_events_do_no_harm(people: Three) -> None:
    bot, alice, _ = people
    meet(bot.machine, alice)
    bad = malformed(alice, bot)
    bot.machine.receive([*bad, alice.room_key(bot), *bad])
    assert opened(bot.machine, alice.says("still here")) == "still here"


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
    max_leaves=8,
)


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_to_device_event_with_anything_in_any_place_does_no_harm(
    people: Three, data: st.DataObject
) -> None:
    bot, alice, _ = people
    event: Any = alice.room_key(bot)
    at: Any = event
    for _ in range(data.draw(st.integers(0, 4))):
        inner = at[data.draw(st.sampled_from(sorted(at)))]
        if not isinstance(inner, dict):
            break
        at = inner
    at[data.draw(st.sampled_from(sorted(at)))] = data.draw(json_values)
    bot.machine.receive([event, data.draw(json_values)])


def test_a_broken_session_is_marked_to_be_begun_anew(people: Three) -> None:
    bot, alice, _ = people
    meet(bot.machine, alice)
    bot.machine.receive([alice.room_key(alice) | {"sender": alice.user}])  # not for us: nothing to mark
    assert bot.machine.wedged_devices == []
    lost = alice.room_key(bot)
    bot.machine.account = Person(bot.folder, "other").machine.account  # the one-time key is gone
    lost["content"]["ciphertext"] = {bot.curve: next(iter(lost["content"]["ciphertext"].values()))}
    bot.machine.receive([lost])
    assert [device.user_id for device in bot.machine.wedged_devices] == [alice.user]


def test_a_used_one_time_key_is_gone_after_a_restart(people: Three) -> None:
    bot, alice, _ = people
    meet(bot.machine, alice)
    event = alice.room_key(bot)
    bot.machine.receive([event])
    bot.machine.store.close()
    machine = bot.load()
    assert opened(machine, alice.says("good morning")) == "good morning"
    # Its ratchet and its account are those of after the message: the same message opens nothing again.
    machine.session_store._entries.clear()
    machine.inbound_group_store._entries.clear()
    machine.receive([event])
    assert machine.open(ROOM, alice.says("again", "$2")) is Shut.NO_KEY


# ---- Room events ---------------------------------------------------------------------------------


def deep(levels: int) -> bytes:
    return (
        b'{"type":"m.room.message","room_id":"'
        + ROOM.encode()
        + b'","content":{"body":'
        + b"[" * levels
        + b"]" * levels
        + b"}}"
    )


def payload(**changes: Any) -> bytes:
    return json.dumps(
        {"type": "m.room.message", "room_id": ROOM, "content": {"body": "x"}} | changes
    ).encode()


HOSTILE = [
    b"",
    b"\xff\xfe\xfd",
    b"[]",
    b'"text"',
    b"5",
    b"null",
    b"{",
    b'{"a":NaN}',
    b'{"type":"m.room.message","content":{"body":Infinity},"room_id":"!kitchen:example.org"}',
    deep(5_000),
    deep(20_000),
    b"9" * 10_000,
    payload(type=5),
    payload(type=None),
    payload(content="text"),
    payload(content=[]),
    payload(content=None),
    payload(room_id="!elsewhere:example.org"),
    payload(room_id=5),
    json.dumps({"type": "m.room.message", "content": {}}).encode(),
    payload(type="m.room.power_levels", state_key=""),
    payload(type="m.room.member", state_key="@mallory:example.org", content={"membership": "join"}),
    payload(state_key=None),
]


@pytest.mark.parametrize("plaintext", HOSTILE)
def test_hostile_plaintext_is_never_delivered(people: Three, plaintext: bytes) -> None:
    bot, alice, _ = people
    meet(bot.machine, alice)
    bot.machine.receive([alice.room_key(bot)])
    assert bot.machine.open(ROOM, alice.raw(plaintext)) is Shut.BAD
    assert opened(bot.machine, alice.says("fine", "$2")) == "fine"


@pytest.mark.parametrize("place", ["algorithm", "session_id", "ciphertext"])
@pytest.mark.parametrize("value", [None, 5, [], {}, "", "!", "AAAA"])
def test_a_malformed_room_event_stays_closed(people: Three, place: str, value: object) -> None:
    bot, alice, _ = people
    meet(bot.machine, alice)
    bot.machine.receive([alice.room_key(bot)])
    event = alice.says("hello")
    event["content"][place] = value
    assert isinstance(bot.machine.open(ROOM, event), Shut)
    assert isinstance(bot.machine.open(ROOM, event | {"content": value}), Shut)
    assert isinstance(bot.machine.open(ROOM, event | {"sender": value}), Shut)


def test_a_surrogate_and_unsigned_of_any_type_are_no_obstacle(people: Three) -> None:
    bot, alice, _ = people
    meet(bot.machine, alice)
    bot.machine.receive([alice.room_key(bot)])
    assert opened(bot.machine, alice.says("half \ud83d of it", unsigned=5)) == "half \ud83d of it"


def test_a_message_under_another_name_is_not_believed(people: Three) -> None:
    bot, alice, mallory = people
    meet(bot.machine, alice, mallory)
    bot.machine.receive([alice.room_key(bot)])
    event = alice.says("said by alice")
    assert bot.machine.open(ROOM, event | {"sender": mallory.user}) is Shut.NO_OWNER
    # And the forgery did not use up the true one.
    assert opened(bot.machine, event) == "said by alice"


def test_a_device_that_claims_anothers_key_gets_nothing_by_it(people: Three) -> None:
    bot, alice, mallory = people
    claimed = {
        f"ed25519:{mallory.device}": mallory.olm_device.ed25519,
        f"curve25519:{mallory.device}": alice.curve,
    }
    body = query((alice, alice.device_keys()), (mallory, mallory.device_keys(keys=claimed)))
    learn(bot.machine, body, [alice.user, mallory.user])
    bot.machine.receive([alice.room_key(bot)])
    assert bot.machine.open(ROOM, alice.says("hers") | {"sender": mallory.user}) is Shut.NO_OWNER
    assert opened(bot.machine, alice.says("hers", "$2")) == "hers"


def test_an_unknown_device_is_to_be_asked_about_first(people: Three) -> None:
    bot, alice, _ = people
    bot.machine.receive([alice.room_key(bot)])
    event = alice.says("from my new phone")
    assert bot.machine.open(ROOM, event) is Shut.NO_OWNER
    assert bot.machine.lacks_owner(ROOM, event)
    meet(bot.machine, alice)
    assert not bot.machine.lacks_owner(ROOM, event)
    assert opened(bot.machine, event) == "from my new phone"


def test_old_ciphertext_under_a_new_id_is_not_heard_again(people: Three) -> None:
    bot, alice, _ = people
    meet(bot.machine, alice)
    bot.machine.receive([alice.room_key(bot)])
    event = alice.says("once", "$1")
    assert opened(bot.machine, event) == "once"
    assert bot.machine.open(ROOM, event | {"event_id": "$2"}) is Shut.BAD
    assert opened(bot.machine, event) == "once"


def test_in_another_room_the_same_ciphertext_opens_nothing(people: Three) -> None:
    bot, alice, _ = people
    meet(bot.machine, alice)
    bot.machine.receive([alice.room_key(bot)])
    assert bot.machine.open("!elsewhere:example.org", alice.says("here")) is Shut.NO_KEY


@pytest.mark.parametrize(("trust_unsigned", "signed"), [(False, False), (True, True)])
def test_whether_a_device_is_signed_is_told(people: Three, trust_unsigned: bool, signed: bool) -> None:
    bot, alice, _ = people
    bot.machine.store.close()
    machine = bot.load(trust_unsigned=trust_unsigned)
    meet(machine, alice, signed=False)
    machine.receive([alice.room_key(bot)])
    unsigned = machine.open(ROOM, alice.says("unsigned"))
    assert isinstance(unsigned, Opened)
    assert unsigned.signed is signed
    meet(machine, alice)
    now = machine.open(ROOM, alice.says("signed now", "$2"))
    assert isinstance(now, Opened)
    assert now.signed


def vouching(machine: Machine, event: dict[str, Any]) -> tuple[bool, str]:
    """Whether a message is signed, and by which identity."""
    result = machine.open(ROOM, event)
    assert isinstance(result, Opened), result
    return result.signed, result.identity


@pytest.mark.parametrize("trust_unsigned", [False, True])
def test_which_identity_vouches_for_a_message_is_told(people: Three, trust_unsigned: bool) -> None:
    bot, alice, _ = people
    bot.machine.store.close()
    machine = bot.load(trust_unsigned=trust_unsigned)
    meet(machine, alice, signed=False)
    machine.receive([alice.room_key(bot)])
    assert vouching(machine, alice.says("unsigned")) == (trust_unsigned, "")
    meet(machine, alice)
    hers = alice.seeds.public()["master"]
    assert vouching(machine, alice.says("signed", "$2")) == (True, hers)
    learn(machine, {"device_keys": {}}, [alice.user])  # her homeserver does not answer
    assert vouching(machine, alice.says("still me", "$3")) == (True, hers)
    machine.store.close()
    machine = bot.load(trust_unsigned=trust_unsigned)
    assert machine.identities == {alice.user: hers}
    assert vouching(machine, alice.says("after a restart", "$4")) == (True, hers)
    alice.seeds = Seeds.make()
    meet(machine, alice)
    assert alice.seeds.public()["master"] != hers
    assert vouching(machine, alice.says("another me", "$5")) == (True, alice.seeds.public()["master"])
    learn(machine, {"device_keys": {alice.user: {alice.device: alice.device_keys()}}}, [alice.user])
    assert vouching(machine, alice.says("nobody in particular", "$6")) == (trust_unsigned, "")
    machine.store.close()
    assert bot.load().identities == {alice.user: ""}


def test_a_device_that_is_gone_is_not_signed_and_one_that_returns_is(people: Three) -> None:
    bot, alice, _ = people
    meet(bot.machine, alice)
    bot.machine.receive([alice.room_key(bot)])
    learn(bot.machine, {"device_keys": {alice.user: {}}}, [alice.user])
    gone = bot.machine.open(ROOM, alice.says("logged out since"))
    assert isinstance(gone, Opened)
    assert (gone.signed, gone.identity) == (False, "")
    meet(bot.machine, alice)
    back = bot.machine.open(ROOM, alice.says("back", "$2"))
    assert isinstance(back, Opened)
    assert back.signed


def reachable(machine: Machine, event: dict[str, Any]) -> bool:
    result = machine.open(ROOM, event)
    assert isinstance(result, Opened), result
    return result.reachable


def test_whether_any_device_of_the_sender_is_signed_is_told(people: Three, tmp_path: Path) -> None:
    bot, alice, mallory = people
    phone = Person(tmp_path, "alice", "PHONE", seeds=alice.seeds)
    meet(bot.machine, alice, signed=False)
    meet(bot.machine, mallory)  # somebody else's devices count for nothing
    bot.machine.receive([alice.room_key(bot)])
    assert not reachable(bot.machine, alice.says("nothing is signed"))
    claimed = sign(phone.device_keys(signed=False), alice.user, mallory.seeds.self_signing)
    claimed["signatures"][alice.user][f"ed25519:{phone.device}"] = phone.machine.sign_json(
        {key: value for key, value in claimed.items() if key != "signatures"}
    )
    learn(bot.machine, query((alice, alice.device_keys(signed=False)), (phone, claimed)), [alice.user])
    assert not reachable(bot.machine, alice.says("one that only claims to be", "$2"))
    both = query((alice, alice.device_keys(signed=False)), (phone, phone.device_keys()))
    learn(bot.machine, both, [alice.user])
    assert reachable(bot.machine, alice.says("her telephone is", "$3"))
    learn(bot.machine, query((alice, alice.device_keys(signed=False))), [alice.user])
    assert not reachable(bot.machine, alice.says("it was logged out", "$4"))
    phone.machine.store.close()


def test_where_unsigned_devices_count_everybody_is_reachable(people: Three) -> None:
    bot, alice, _ = people
    bot.machine.store.close()
    machine = bot.load(trust_unsigned=True)
    meet(machine, alice, signed=False)
    machine.receive([alice.room_key(bot)])
    assert reachable(machine, alice.says("nothing is signed"))


# ---- Keys ----------------------------------------------------------------------------------------


def forward(
    person: Person,
    to: Person,
    key: vodozemac.ExportedSessionKey,
    owner: Person,
    *,
    made_by: Person | None = None,
) -> dict[str, Any]:
    content = {
        "algorithm": MEGOLM,
        "forwarding_curve25519_key_chain": [],
        "room_id": ROOM,
        "session_id": owner.group.session_id,
        "session_key": key.to_base64(),
        "sender_key": (made_by or person).curve,
        "sender_claimed_ed25519_key": person.olm_device.ed25519,
    }
    return person.send(to, "m.forwarded_room_key", content)


def exported(person: Person) -> vodozemac.ExportedSessionKey:
    key = vodozemac.InboundGroupSession(person.group.session_key).export_at(person.group.message_index)
    assert key is not None
    return key


def test_a_key_that_we_asked_for_is_taken_from_the_device_that_made_it(people: Three) -> None:
    bot, alice, mallory = people
    meet(bot.machine, alice, mallory)
    key = exported(alice)
    event = alice.says("late but here")
    assert bot.machine.open(ROOM, event) is Shut.NO_KEY
    bot.machine.receive([forward(alice, bot, key, alice)])  # not asked for
    assert bot.machine.open(ROOM, event) is Shut.NO_KEY
    bot.machine.request_key(alice.user, ROOM, event)
    [request] = bot.machine.outgoing_to_device_messages
    assert (request.recipient, request.recipient_device) == (alice.user, alice.device)
    bot.machine.request_key(alice.user, ROOM, event)
    assert len(bot.machine.outgoing_to_device_messages) == 1
    bot.machine.receive([forward(mallory, bot, key, alice)])  # not hers to give
    assert bot.machine.open(ROOM, event) is Shut.NO_KEY
    bot.machine.receive([forward(alice, bot, key, alice)])
    result = bot.machine.open(ROOM, event)
    assert isinstance(result, Opened)
    assert (result.content["body"], result.signed) == ("late but here", True)
    assert (ROOM, alice.group.session_id) in bot.machine.arrived


def test_a_key_is_not_taken_from_another_device_of_the_sender(people: Three, tmp_path: Path) -> None:
    bot, alice, _ = people
    phone = Person(tmp_path, "alice", "PHONE", seeds=alice.seeds)
    learn(
        bot.machine,
        query((alice, alice.device_keys()), (phone, phone.device_keys(signed=False))),
        [alice.user],
    )
    key = exported(alice)
    event = alice.says("hello")
    bot.machine.request_key(alice.user, ROOM, event)
    bot.machine.receive([forward(phone, bot, key, alice), forward(phone, bot, key, alice, made_by=alice)])
    assert bot.machine.sessions(ROOM, alice.group.session_id) == []
    phone.machine.store.close()


@pytest.mark.parametrize("order", [1, -1])
def test_somebody_who_passes_on_anothers_session_takes_nothing_from_them(people: Three, order: int) -> None:
    bot, alice, mallory = people
    meet(bot.machine, alice, mallory)
    stolen = vodozemac.GroupSession.from_pickle(alice.group.pickle(KEY), KEY)
    mallory.group = stolen
    bot.machine.receive([mallory.room_key(bot), alice.room_key(bot)][::order])
    event = alice.says("mine")
    bot.machine.store.close()
    assert opened(bot.load(), event) == "mine"


def test_a_key_that_opens_less_does_not_replace_one_that_opens_more(people: Three) -> None:
    bot, alice, _ = people
    meet(bot.machine, alice)
    bot.machine.receive([alice.room_key(bot)])
    first = alice.says("first")
    bot.machine.receive([alice.room_key(bot)])
    assert opened(bot.machine, first) == "first"


def test_a_key_from_before_the_message_replaces_one_from_after_it(people: Three) -> None:
    bot, alice, _ = people
    meet(bot.machine, alice)
    early = alice.room_key(bot)
    first = alice.says("first")
    bot.machine.receive([alice.room_key(bot)])
    assert bot.machine.open(ROOM, first) is Shut.NO_KEY
    bot.machine.receive([early])
    assert opened(bot.machine, first) == "first"


def test_why_a_key_is_withheld_is_remembered(people: Three) -> None:
    bot, alice, mallory = people
    content = {"code": "m.unverified", "room_id": ROOM, "session_id": "s", "algorithm": MEGOLM}
    bot.machine.receive([{"type": "m.room_key.withheld", "sender": alice.user, "content": content}])
    assert bot.machine.withheld.code(alice.user, ROOM, "s") == "m.unverified"
    assert bot.machine.withheld.code(mallory.user, ROOM, "s") is None


def test_what_did_not_just_work_is_counted(people: Three) -> None:
    bot, alice, _ = people
    meet(bot.machine, alice)
    notice = {"type": "m.room_key.withheld", "sender": alice.user, "content": {"code": "m.no_olm"}}
    bot.machine.receive([alice.room_key(bot), notice, notice | {"content": {"code": "m.unheard_of"}}])
    event = alice.says("signed")
    bot.machine.open(ROOM, event)
    assert bot.machine.counts == Counts(withheld=1)
    bot.machine.open(ROOM, event | {"event_id": "$2"})
    assert bot.machine.counts == Counts(withheld=1, replayed=1)
    meet(bot.machine, alice, signed=False)
    bot.machine.open(ROOM, alice.says("unsigned", "$3"))
    assert bot.machine.counts == Counts(withheld=1, replayed=1, unsigned=1)


# ---- Devices -------------------------------------------------------------------------------------


@pytest.mark.parametrize("entry", [None, 5, [], {}, {"keys": 5}, {"keys": {}, "signatures": 5}])
def test_malformed_devices_are_no_devices(people: Three, entry: object) -> None:
    bot, alice, _ = people
    body = query((alice, alice.device_keys()))
    body["device_keys"][alice.user]["OTHER"] = entry
    body["device_keys"]["@bea:example.org"] = entry
    learn(bot.machine, body, [alice.user, "@bea:example.org"])
    assert list(bot.machine.device_store[alice.user]) == [alice.device]
    learn(bot.machine, {"device_keys": entry, "master_keys": entry}, [alice.user])


@pytest.mark.parametrize(
    "change",
    [
        {"user_id": "@mallory:example.org"},
        {"device_id": "OTHER"},
        {"keys": {"ed25519:ALICE": "AAAA", "curve25519:ALICE": "AAAA"}},
        {"keys": {"ed25519:ALICE": 5, "curve25519:ALICE": []}},
        {"signatures": {"@alice:example.org": {"ed25519:ALICE": "AAAA"}}},
        {"signatures": {"@alice:example.org": {"ed25519:ALICE": 5}}},
    ],
)
def test_a_device_with_a_wrong_part_is_no_device(people: Three, change: dict[str, Any]) -> None:
    bot, alice, _ = people
    learn(bot.machine, query((alice, alice.device_keys() | change)), [alice.user])
    assert list(bot.machine.device_store[alice.user]) == []


def test_a_device_id_with_a_new_identity_is_somebody_else(people: Three, tmp_path: Path) -> None:
    bot, alice, _ = people
    meet(bot.machine, alice)
    (tmp_path / "later").mkdir()
    other = Person(tmp_path / "later", "alice", seeds=alice.seeds)
    learn(bot.machine, query((other, other.device_keys(signed=False))), [alice.user])
    device = bot.machine.device_store[alice.user][alice.device]
    assert (device.ed25519, device.deleted, device.verified) == (alice.olm_device.ed25519, True, False)
    # Unless its owner says that it is theirs.
    learn(bot.machine, query((other, other.device_keys())), [alice.user])
    bot.machine.store.close()
    device = bot.load().device_store[alice.user][alice.device]
    assert (device.ed25519, device.deleted, device.verified) == (other.olm_device.ed25519, False, True)
    other.machine.store.close()


def test_our_own_device_goes_along_with_what_we_send(people: Three) -> None:
    bot, alice, mallory = people
    shown = bot.device_keys()
    learn(
        bot.machine,
        query((mallory, mallory.device_keys()), (bot, shown | {"unsigned": {"x": 1}})),
        [bot.user],
    )
    assert bot.machine.own_device == shown
    forged = {bot.device: mallory.device_keys()}
    learn(bot.machine, {"device_keys": {bot.user: forged}}, [bot.user])
    assert bot.machine.own_device == shown
    meet(alice.machine, bot)
    event = bot.send(alice, "m.dummy", {})
    inner = event["content"]["ciphertext"][alice.curve]
    assert inner["type"] == 0
    sealed = vodozemac.PreKeyMessage.from_base64(inner["body"])
    _, plain = alice.machine.account.create_inbound_session(bot.curve, sealed)
    assert json.loads(plain)["sender_device_keys"] == shown


def test_trust_is_there_after_a_restart(people: Three) -> None:
    bot, alice, mallory = people
    meet(bot.machine, alice)
    meet(bot.machine, mallory, signed=False)
    bot.machine.store.close()
    devices = bot.load().device_store
    assert devices[alice.user][alice.device].verified
    assert devices[mallory.user][mallory.device].blacklisted


def kept(machine: Machine) -> list[str]:
    """The rooms of whose keys the file has any."""
    rows = machine.store.database.execute_sql("SELECT DISTINCT room_id FROM megolminboundsessions")
    return sorted(room for (room,) in rows.fetchall())


def test_nothing_of_a_room_that_was_left_can_be_opened(people: Three) -> None:
    bot, alice, mallory = people
    meet(bot.machine, alice, mallory)
    elsewhere = "!elsewhere:example.org"
    bot.machine.receive([alice.room_key(bot), mallory.room_key(bot), alice.room_key(bot, room_id=elsewhere)])
    said = alice.says("before")
    assert kept(bot.machine) == [elsewhere, ROOM]
    bot.machine.forget_room(ROOM)
    assert bot.machine.open(ROOM, said) is Shut.NO_KEY
    assert kept(bot.machine) == [elsewhere]
    # Its rows are not in the log either, where they had stood; the file itself overwrites what it deletes.
    assert (bot.folder / "nio.db-wal").stat().st_size == 0
    assert bot.machine.sessions(elsewhere, alice.group.session_id)
    # Somebody's client may not know yet that we left.
    bot.machine.receive([alice.room_key(bot)])
    assert not bot.machine.sessions(ROOM, alice.group.session_id)
    bot.machine.left.discard(ROOM)
    bot.machine.receive([alice.room_key(bot)])
    assert opened(bot.machine, alice.says("welcome back", "$2")) == "welcome back"
    assert bot.machine.open(ROOM, said) is Shut.NO_KEY
    bot.machine.forget_room(ROOM)
    bot.machine.store.close()
    machine = bot.load()
    assert not machine.sessions(ROOM, alice.group.session_id)
    assert machine.sessions(elsewhere, alice.group.session_id)


# ---- The file ------------------------------------------------------------------------------------


def test_the_file_is_ciphertext_and_wants_its_key(people: Three) -> None:
    bot, alice, _ = people
    meet(bot.machine, alice)
    bot.machine.receive([alice.room_key(bot)])
    files = {file.name: file.read_bytes() for file in bot.folder.iterdir()}
    assert {"nio.db", "nio.db-wal"} <= files.keys()
    # (Three letters like "BOT" turn up in random bytes now and then.)
    for secret in (ROOM, alice.user, alice.curve, alice.device, alice.group.session_id, "SQLite format"):
        assert not any(secret.encode() in content for content in files.values())
    bot.machine.store.close()
    assert [file.name for file in bot.folder.iterdir()] == ["nio.db"]
    assert (bot.folder / "nio.db").stat().st_mode & 0o077 == 0
    check_file(bot.folder, KEY)
    before = (bot.folder / "nio.db").read_bytes()
    with pytest.raises(CryptoStoreError):
        check_file(bot.folder, bytes(32))
    with pytest.raises(CryptoStoreError):
        SqlCipherStore(bot.user, bot.device, str(bot.folder), "pickle", key=bytes(32))
    assert (bot.folder / "nio.db").read_bytes() == before


def test_a_damaged_file_is_noticed(people: Three) -> None:
    bot, alice, _ = people
    meet(bot.machine, alice)
    bot.machine.store.close()
    file = bot.folder / "nio.db"
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)
    with pytest.raises(CryptoStoreError):
        check_file(bot.folder, KEY)
    assert file.read_bytes() == content
    assert [file.name for file in bot.folder.iterdir()] == ["nio.db"]
