"""Old ciphertext is heard once, whenever it comes; and what is of no use any more opens nothing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from swsmatrix.matrix import heard
from swsmatrix.matrix.keyrequests import MEGOLM
from swsmatrix.matrix.machine import Machine
from swsmatrix.matrix.opened import Opened, Shut
from swsmatrix.protocol import DAY, HOUR
from tests.store.files import pages
from tests.unit.test_machine import KEY, ROOM, Person, exported, forward, meet, opened

Two = tuple[Person, Person]
KEEP = 7 * DAY


@pytest.fixture
def two(tmp_path: Path) -> Iterator[Two]:
    bot, alice = Person(tmp_path, "bot"), Person(tmp_path, "alice")
    meet(bot.machine, alice)
    yield bot, alice
    for person in (bot, alice):
        person.machine.store.close()


def restart(bot: Person) -> Machine:
    bot.machine.store.close()
    return bot.load()


def forget(machine: Machine, now: int) -> None:
    machine.forget_unused(now, KEEP, ())


def rows(machine: Machine, table: str) -> int:
    [count] = machine.store.database.execute_sql(f"SELECT count(*) FROM {table}").fetchone()
    return int(count)


# ---- Heard once ----------------------------------------------------------------------------------


def test_old_ciphertext_under_a_new_id_is_not_heard_after_a_restart_either(two: Two) -> None:
    bot, alice = two
    bot.machine.receive([alice.room_key(bot)])
    event = alice.says("a van by the bridge")
    assert opened(bot.machine, event)
    bot.machine.heard.save(0)
    machine = restart(bot)
    assert machine.open(ROOM, event | {"event_id": "$2"}) is Shut.BAD
    # What is told again after a crash is the same event, and has to be heard.
    assert opened(machine, event) == "a van by the bridge"
    assert opened(machine, alice.says("it is gone", "$3")) == "it is gone"


def test_what_was_not_dealt_with_before_a_crash_is_heard_after_it(two: Two) -> None:
    bot, alice = two
    bot.machine.receive([alice.room_key(bot)])
    event = alice.says("is anybody there?")
    assert opened(bot.machine, event)  # and nothing is saved
    assert opened(restart(bot), event) == "is anybody there?"


def test_a_better_key_for_the_same_session_forgets_nothing(two: Two) -> None:
    bot, alice = two
    early, first = alice.room_key(bot), alice.says("first")
    bot.machine.receive([alice.room_key(bot)])
    event = alice.says("second", "$2")
    assert opened(bot.machine, event)
    bot.machine.heard.save(0)
    bot.machine.receive([early])
    assert opened(bot.machine, first) == "first"
    assert restart(bot).open(ROOM, event | {"event_id": "$3"}) is Shut.BAD


def test_a_batch_is_one_commit_and_repetitions_are_none(two: Two) -> None:
    bot, alice = two
    bot.machine.receive([alice.room_key(bot)])
    events = [alice.says(f"{n}", f"${n}") for n in range(50)]
    log = bot.folder / "nio.db-wal"
    bot.machine.heard.forget(0, KEEP, ())  # empties the log
    for event in events:
        assert opened(bot.machine, event)
    assert log.stat().st_size == 0
    bot.machine.heard.save(0)
    written = log.stat().st_size
    assert 0 < written < 60_000
    for event in events:
        assert opened(bot.machine, event)
        assert bot.machine.open(ROOM, event | {"event_id": "$again"}) is Shut.BAD
    bot.machine.heard.save(0)
    assert log.stat().st_size == written


def test_what_is_known_of_a_room_goes_with_it(two: Two) -> None:
    bot, alice = two
    bot.machine.receive([alice.room_key(bot)])
    assert opened(bot.machine, alice.says("one"))
    bot.machine.heard.save(0)
    assert opened(bot.machine, alice.says("two", "$2"))
    assert rows(bot.machine, "heard") == 1
    bot.machine.forget_room(ROOM)
    bot.machine.heard.save(0)
    assert rows(bot.machine, "heard") == rows(bot.machine, "uses") == 0


# ---- Forgotten when it is of no use any more -----------------------------------------------------


def test_a_key_is_deleted_some_time_after_its_last_use(two: Two) -> None:
    bot, alice = two
    machine = bot.machine
    machine.receive([alice.room_key(bot)])
    said = alice.says("before")
    assert opened(machine, said)
    machine.heard.save(1 * DAY)
    forget(machine, 7 * DAY)
    assert opened(machine, alice.says("still in use", "$2"))
    machine.heard.save(7 * DAY)
    forget(machine, 14 * DAY - 1)
    assert opened(machine, said) == "before"
    forget(machine, 14 * DAY)
    for each in (machine, restart(bot)):
        assert not each.sessions(ROOM, alice.group.session_id)
        assert each.open(ROOM, said) is Shut.NO_KEY


def test_a_key_that_was_never_used_counts_from_its_arrival(two: Two) -> None:
    bot, alice = two
    bot.machine.receive([alice.room_key(bot)])
    forget(bot.machine, 3 * DAY)  # the first to see it
    machine = restart(bot)
    forget(machine, 10 * DAY - 1)
    assert machine.sessions(ROOM, alice.group.session_id)
    forget(machine, 10 * DAY)
    assert not machine.sessions(ROOM, alice.group.session_id)


def test_to_repeat_an_event_keeps_no_key_alive(two: Two) -> None:
    bot, alice = two
    bot.machine.receive([alice.room_key(bot)])
    event = alice.says("once")
    assert opened(bot.machine, event)
    bot.machine.heard.save(0)
    assert opened(bot.machine, event)
    assert bot.machine.open(ROOM, event | {"event_id": "$2"}) is Shut.BAD
    bot.machine.heard.save(6 * DAY)
    forget(bot.machine, 7 * DAY)
    assert bot.machine.open(ROOM, event) is Shut.NO_KEY


def test_a_key_that_something_waits_for_is_kept(two: Two) -> None:
    bot, alice = two
    bot.machine.receive([alice.room_key(bot), alice.room_key(bot, room_id="!elsewhere:example.org")])
    forget(bot.machine, 0)
    bot.machine.forget_unused(30 * DAY, KEEP, {(ROOM, alice.group.session_id)})
    assert opened(bot.machine, alice.says("at last")) == "at last"
    assert not bot.machine.sessions("!elsewhere:example.org", alice.group.session_id)


def test_many_keys_are_deleted_a_part_at_a_time(two: Two, monkeypatch: pytest.MonkeyPatch) -> None:
    bot, alice = two
    monkeypatch.setattr(heard, "AT_ONCE", 2)
    rooms = [f"!{n}:example.org" for n in range(5)]
    bot.machine.receive([alice.room_key(bot, room_id=room) for room in rooms])
    forget(bot.machine, 0)
    needed = {(rooms[0], alice.group.session_id)}
    assert [bot.machine.forget_unused(KEEP, KEEP, needed) for _ in range(3)] == [2, 2, 0]
    assert [room for room in rooms if bot.machine.sessions(room, alice.group.session_id)] == rooms[:1]


def test_a_clock_that_had_been_ahead_keeps_no_key_for_longer(two: Two) -> None:
    bot, alice = two
    bot.machine.receive([alice.room_key(bot)])
    assert opened(bot.machine, alice.says("in the future"))
    bot.machine.heard.save(1000 * DAY)
    forget(bot.machine, 1 * DAY)
    forget(bot.machine, 8 * DAY)
    assert not bot.machine.sessions(ROOM, alice.group.session_id)


def test_a_key_that_comes_again_opens_nothing_that_was_heard(two: Two) -> None:
    bot, alice = two
    again, key = alice.room_key(bot), exported(alice)
    bot.machine.receive([alice.room_key(bot)])
    said = [alice.says(f"{n}", f"${n}") for n in range(3)]
    for event in said:
        assert opened(bot.machine, event)
    bot.machine.heard.save(0)
    forget(bot.machine, KEEP)
    machine = restart(bot)
    # The homeserver tells an old message again; the bot asks for its key; an honest client hands it out.
    replayed = said[1] | {"event_id": "$replayed"}
    assert machine.open(ROOM, replayed) is Shut.NO_KEY
    machine.request_key(alice.user, ROOM, replayed)
    machine.receive([forward(alice, bot, key, alice), again])
    assert machine.sessions(ROOM, alice.group.session_id)
    assert machine.open(ROOM, replayed) is Shut.NO_KEY
    assert opened(machine, alice.says("something new", "$new")) == "something new"


def test_the_last_message_that_a_session_can_have_is_no_trouble(two: Two) -> None:
    bot, alice = two
    bot.machine.receive([alice.room_key(bot)])
    [session] = bot.machine.sessions(ROOM, alice.group.session_id)
    name = f"{session.id} {session.sender_key} {ROOM}"
    assert bot.machine.heard.is_first(name, 2**32 - 1, "$1")
    forget(bot.machine, 0)
    forget(bot.machine, KEEP)
    bot.machine.receive([alice.room_key(bot)])
    assert not bot.machine.sessions(ROOM, alice.group.session_id)


def test_a_deleted_key_can_be_asked_for_again(two: Two) -> None:
    bot, alice = two
    event = alice.says("can you read this?")
    bot.machine.request_key(alice.user, ROOM, event)
    bot.machine.receive([alice.room_key(bot)])  # it came, but not as what was asked for
    forget(bot.machine, 0)
    forget(bot.machine, KEEP)
    bot.machine.outgoing_to_device_messages.clear()
    bot.machine.request_key(alice.user, ROOM, event)
    assert len(bot.machine.outgoing_to_device_messages) == 1


# ---- What somebody opens who takes everything ----------------------------------------------------


def take_everything(bot: Person, to_device: list[dict[str, Any]]) -> Machine:
    """The bot as somebody has it who took its files and keys, with all that the homeserver ever sent it.

    What it knows of what it has heard is struck out; it is the keys that have to be gone.
    """
    machine = restart(bot)
    for table in ("floors", "heard", "uses"):
        machine.store.database.execute_sql(f"DELETE FROM {table}")
    machine.receive(to_device)
    return machine


@pytest.mark.parametrize("due", [False, True], ids=["kept", "due"])
def test_ciphertext_from_before_opens_with_nothing_that_the_bot_still_has(two: Two, due: bool) -> None:
    bot, alice = two
    keys = [alice.room_key(bot)]
    olm = alice.machine.session_store.get(bot.curve)  # what follows comes in the same session
    keys.append(
        {
            "type": "m.room.encrypted",
            "sender": alice.user,
            "content": alice.machine._olm_encrypt(olm, bot.olm_device, "m.dummy", {}),
        }
    )
    bot.machine.receive(keys)
    said = [alice.says(f"{n}", f"${n}") for n in range(3)]
    assert [opened(bot.machine, event) for event in said] == ["0", "1", "2"]
    bot.machine.heard.save(0)
    forget(bot.machine, KEEP if due else KEEP - HOUR)
    assert (bot.folder / "nio.db-wal").stat().st_size == 0
    thief = take_everything(bot, keys)
    found = [isinstance(thief.open(ROOM, event), Opened) for event in said]
    assert found == [not due] * 3


def test_an_olm_session_does_not_open_again_what_it_opened(two: Two) -> None:
    bot, alice = two
    meet(alice.machine, bot)
    bot.machine.receive([alice.send(bot, "m.dummy", {})])
    theirs = bot.machine.session_store.get(alice.curve)
    back = bot.machine._olm_encrypt(theirs, alice.olm_device, "m.dummy", {})
    alice.machine.receive([{"type": "m.room.encrypted", "sender": bot.user, "content": back}])
    olm = alice.machine.session_store.get(bot.curve)
    content = {
        "algorithm": MEGOLM,
        "room_id": ROOM,
        "session_id": alice.group.session_id,
        "session_key": alice.group.session_key.to_base64(),
    }
    sealed = alice.machine._olm_encrypt(olm, bot.olm_device, "m.room_key", content)
    assert sealed["ciphertext"][bot.curve]["type"] == 1  # in a session that both sides know
    key = {"type": "m.room.encrypted", "sender": alice.user, "content": sealed}
    bot.machine.receive([key])
    said = alice.says("before")
    assert opened(bot.machine, said)
    bot.machine.heard.save(0)
    forget(bot.machine, KEEP)
    assert take_everything(bot, [key]).open(ROOM, said) is Shut.NO_KEY


def test_the_deleted_key_is_not_in_the_pages_of_the_file(two: Two) -> None:
    bot, alice = two
    bot.machine.receive([alice.room_key(bot)])
    sql = "SELECT session FROM megolminboundsessions"
    [pickle] = bot.machine.store.database.execute_sql(sql).fetchone()
    forget(bot.machine, 0)
    assert pickle in pages((bot.folder / "nio.db").read_bytes(), KEY)
    forget(bot.machine, KEEP)
    assert pickle not in pages((bot.folder / "nio.db").read_bytes(), KEY)


def test_what_an_earlier_device_could_open_is_gone(two: Two) -> None:
    bot, alice = two
    bot.machine.receive([alice.room_key(bot)])
    bot.machine.store.save_encrypted_rooms({ROOM})
    before = dict(bot.machine.account.identity_keys)
    bot.machine.store.close()
    bot.device = "LATER"
    machine = bot.load()
    assert machine.account.identity_keys != before
    for table in ("megolminboundsessions", "olmsessions", "devicekeys", "keys", "uses"):
        assert rows(machine, table) == 0
    assert rows(machine, "accounts") == 1
    assert machine.store.load_encrypted_rooms() == {ROOM}
    assert restart(bot).account.identity_keys == machine.account.identity_keys
