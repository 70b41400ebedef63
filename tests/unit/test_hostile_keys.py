"""A homeserver, a member or a stranger that lies about keys: what is believed, kept and given away."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from swsmatrix.matrix import bounds, late
from swsmatrix.matrix.crosssigning import Seeds
from swsmatrix.matrix.devices import learn
from swsmatrix.matrix.http import Answer
from swsmatrix.matrix.keyshare import KeyShare
from swsmatrix.matrix.late import LateKeys
from swsmatrix.matrix.opened import Shut
from swsmatrix.matrix.rooms import Room
from swsmatrix.protocol import MessagePosted, RoomId
from tests.unit.test_machine import ROOM, Person, exported, forward, meet, opened, query


@pytest.fixture
def bot(tmp_path: Path) -> Iterator[Person]:
    found = Person(tmp_path, "bot")
    yield found
    found.machine.store.close()


# ---- Whose devices they are ----------------------------------------------------------------------


def test_only_our_own_identity_vouches_for_our_other_devices(bot: Person, tmp_path: Path) -> None:
    bot.machine.own_master = bot.seeds.public()["master"]
    laptop = Person(tmp_path, "bot", "LAPTOP", seeds=bot.seeds)
    forged = Person(tmp_path, "bot", "FORGED")  # under an identity that somebody else made up for us
    learn(bot.machine, query((laptop, laptop.device_keys())), [bot.user])
    assert bot.machine.device_store[bot.user]["LAPTOP"].verified
    learn(bot.machine, query((forged, forged.device_keys())), [bot.user])
    assert not bot.machine.device_store[bot.user]["FORGED"].verified
    assert bot.machine.identities[bot.user] == ""
    for person in (laptop, forged):
        person.machine.store.close()


def test_who_claims_anothers_key_first_cuts_nobody_off(bot: Person, tmp_path: Path) -> None:
    alice, mallory = Person(tmp_path, "alice"), Person(tmp_path, "mallory")
    claimed = {
        f"ed25519:{mallory.device}": mallory.olm_device.ed25519,
        f"curve25519:{mallory.device}": alice.curve,
    }
    learn(bot.machine, query((mallory, mallory.device_keys(keys=claimed))), [mallory.user])
    learn(bot.machine, query((alice, alice.device_keys())), [alice.user])
    assert bot.machine.device_store[alice.user][alice.device].verified
    # Nor is a session that began with a key of the other's one with her.
    assert begin(bot, alice, signed_by=mallory) != ""
    assert session_with(bot, alice) is None
    begun = begin(bot, alice, signed_by=alice)
    for _ in range(2):
        assert session_with(bot, alice) == begun
        assert session_with(bot, mallory) not in (None, begun)
        bot.machine.store.close()
        bot.load()
    bot.machine.receive([alice.room_key(bot)])
    assert bot.machine.open(ROOM, alice.says("hers") | {"sender": mallory.user}) is Shut.NO_OWNER
    assert opened(bot.machine, alice.says("hers", "$2")) == "hers"
    # What she begins is with her.
    assert session_with(bot, alice) not in (None, begun)
    for person in (alice, mallory):
        person.machine.store.close()


def begin(bot: Person, holder: Person, *, signed_by: Person) -> str:
    """A session of the bot's with the holder of a key, by a one-time key that somebody signed; its id."""
    holder.machine.account.generate_one_time_keys(1)
    key = next(iter(holder.machine.account.one_time_keys["curve25519"].values()))
    return str(bot.machine.create_session(key, holder.curve, signed_by.olm_device.ed25519).id)


def session_with(bot: Person, other: Person) -> str | None:
    session = bot.machine.session_with(bot.machine.device_store[other.user][other.device])
    return session.id if session else None


def test_a_device_with_other_keys_under_the_same_id_did_not_get_the_key(bot: Person, tmp_path: Path) -> None:
    (tmp_path / "later").mkdir()
    alice = Person(tmp_path, "alice")
    later = Person(tmp_path / "later", "alice", seeds=alice.seeds)
    client: Any = SimpleNamespace(machine=bot.machine)
    nobody: Any = None
    keys, room = KeyShare(client, nobody, lambda: 0, lambda: "txn"), Room(RoomId(ROOM), {alice.user: "join"})
    meet(bot.machine, alice)
    key = keys._key(room, set())
    key.given.update(dict.fromkeys(keys._missing(room, key), "as it was"))
    assert keys._key(room, set()) is key
    meet(bot.machine, later)
    assert keys._key(room, set()) is not key
    assert list(keys._missing(room, key).values()) == [bot.machine.device_store[alice.user][alice.device]]
    for person in (alice, later):
        person.machine.store.close()


def test_that_somebody_has_another_identity_is_counted(bot: Person, tmp_path: Path) -> None:
    alice = Person(tmp_path, "alice")
    for _ in range(2):
        meet(bot.machine, alice)
    assert bot.machine.counts.changed == 0
    alice.seeds = Seeds.make()
    meet(bot.machine, alice)
    assert bot.machine.counts.changed == 1
    learn(bot.machine, {"device_keys": {alice.user: {}}}, [alice.user])
    assert bot.machine.counts.changed == 2
    meet(bot.machine, alice)
    assert bot.machine.counts.changed == 2
    alice.machine.store.close()


# ---- Our own one-time keys -----------------------------------------------------------------------


def test_a_one_time_key_that_was_perhaps_uploaded_is_not_uploaded_again(bot: Person) -> None:
    offered: set[str] = set()
    for restart in (False, True, False):
        if restart:
            bot.machine.store.close()
            bot.load()
        bot.machine.account.shared, bot.machine.uploaded_key_count = True, 20
        new = bot.machine.share_keys()["one_time_keys"].keys()  # and no answer came
        assert len(new) == 30
        assert not offered & new
        offered |= new


@pytest.mark.parametrize("count", [-(10**12), 0, 49, 50, 10**12])
def test_a_made_up_number_of_one_time_keys_makes_a_few_of_them(bot: Person, count: int) -> None:
    bot.machine.account.shared, bot.machine.uploaded_key_count = True, count
    assert 1 <= len(bot.machine.share_keys()["one_time_keys"]) <= 50


def test_a_fallback_key_that_was_not_uploaded_pushes_none_out(bot: Person) -> None:
    account = bot.machine.account._account
    account.generate_fallback_key()
    bot.machine.mark_keys_as_published()
    assert account.fallback_key, "counts as uploaded"


# ---- Keys that are asked for ---------------------------------------------------------------------


def test_who_shows_anothers_session_as_theirs_keeps_nobody_from_giving_its_key(
    bot: Person, tmp_path: Path
) -> None:
    alice, mallory = Person(tmp_path, "alice"), Person(tmp_path, "mallory")
    meet(bot.machine, alice, mallory)
    key, event = exported(alice), alice.says("late")
    bot.machine.request_key(mallory.user, ROOM, event | {"sender": mallory.user})
    bot.machine.request_key(alice.user, ROOM, event)
    asked = [message.recipient for message in bot.machine.outgoing_to_device_messages]
    assert asked == [mallory.user, alice.user]
    bot.machine.receive([forward(alice, bot, key, alice)])
    assert opened(bot.machine, event) == "late"
    for person in (alice, mallory):
        person.machine.store.close()


async def test_whose_session_came_from_another_alone_is_asked_for_its_key(
    bot: Person, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    alice, mallory = Person(tmp_path, "alice"), Person(tmp_path, "mallory")
    meet(bot.machine, alice, mallory)
    text = {"msgtype": "m.text", "body": "it is mine"}
    key, event = exported(alice), alice.says("", content=text)
    copied = {"session_id": alice.group.session_id, "session_key": alice.group.session_key.to_base64()}
    bot.machine.receive([mallory.room_key(bot, **copied)])
    why = bot.machine.open(ROOM, event)
    assert why is Shut.NO_OWNER
    client: Any = SimpleNamespace(machine=bot.machine)
    keys, room = LateKeys(client), Room(RoomId(ROOM), {alice.user: "join"})
    for _ in range(2):
        assert keys.wait(room.id, event, why) is not None
    assert [message.recipient for message in bot.machine.outgoing_to_device_messages] == [alice.user]

    async def fetched(*_: object) -> Answer:
        return Answer(200, event)

    monkeypatch.setattr(late, "request", fetched)
    assert await keys.come({room.id: room}) == []
    bot.machine.receive([forward(alice, bot, key, alice)])
    [said] = await keys.come({room.id: room})
    assert isinstance(said, MessagePosted)
    assert (said.sender, said.text) == (alice.user, "it is mine")
    for person in (alice, mallory):
        person.machine.store.close()


# ---- Floods --------------------------------------------------------------------------------------


def rows(bot: Person, table: str) -> int:
    [count] = bot.machine.store.database.execute_sql(f"SELECT count(*) FROM {table}").fetchone()
    return int(count)


def test_sessions_with_one_device_are_not_kept_for_ever(bot: Person, tmp_path: Path) -> None:
    alice, mallory = Person(tmp_path, "alice"), Person(tmp_path, "mallory")
    meet(bot.machine, alice)
    first = begin(bot, alice, signed_by=alice)
    for _ in range(15):  # as somebody may have them begun who claims her key for their own
        begin(bot, alice, signed_by=mallory)
    assert session_with(bot, alice) == first
    for _ in range(15):
        bot.machine.receive([alice.send(bot, "m.dummy", {})])
    assert rows(bot, "olmsessions") == len(bot.machine.session_store[alice.curve]) == 20
    assert session_with(bot, alice) not in (None, first)
    for person in (alice, mallory):
        person.machine.store.close()


def test_strangers_fill_nothing_up(bot: Person, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bounds, "MOST_STRANGERS", 3)
    monkeypatch.setattr(bounds, "MOST_KEYS_OF_STRANGER", 2)
    alice = Person(tmp_path, "alice")
    meet(bot.machine, alice)
    bot.machine.receive([alice.room_key(bot)])
    crowd = [Person(tmp_path, f"stranger{number}") for number in range(5)]
    for stranger in crowd:
        keys = [stranger.room_key(bot, room_id=f"!{number}:example.org") for number in range(4)]
        bot.machine.receive([*keys, {**keys[0], "content": {**keys[0]["content"], "sender_key": "x" * 1000}}])
        if stranger is crowd[2]:
            bot.machine.store.close()
            bot.load()
    assert rows(bot, "megolminboundsessions") == 3 * 2 + 1
    senders = {"x" * 1000, *(person.curve for person in (alice, *crowd))}
    assert senders.intersection(bot.machine.session_store._entries) == {
        person.curve for person in (alice, *crowd[2:])
    }
    assert bot.machine.device_store.users == {alice.user}
    assert opened(bot.machine, alice.says("still here")) == "still here"
    for person in (alice, *crowd):
        person.machine.store.close()
