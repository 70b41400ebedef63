"""Supporters, cases, their rooms and who is barred: as they were kept, and gone when they are dropped."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import AsyncIterator
from dataclasses import MISSING, fields, replace
from pathlib import Path

import pytest

from swsmatrix.model import (
    Barred,
    Case,
    CaseState,
    Companion,
    Offer,
    Pin,
    Private,
    Record,
    RegionId,
    Supporter,
    SupporterState,
)
from swsmatrix.protocol import EventId, RoomId, Unread, UserId
from swsmatrix.store.db import Store
from tests.store.files import decrypted, opened

KEY = b"\x01" * 32
OTHER = b"\x02" * 32
ALICE = UserId("@alice:example.org")
BOB = UserId("@bob:example.org")
ROSA = UserId("@rosa:example.org")

SUPPORTER = Supporter(
    user=ROSA,
    event=EventId("$tea"),
    number=3,
    state=SupporterState.PAUSED,
    identity="key of rosa",
    since=4,
    regions=(RegionId("nyc"), RegionId("us-ny")),
    topics=("paseo", "прогулка"),
    remote=True,
    asked_at=5,
    responder=True,
)
CASE = Case(
    feature="help",
    event=EventId("$ladder"),
    number=7,
    requester=ALICE,
    state=CaseState.INVITED,
    changed_at=8,
    offers=(Offer(BOB, 9), Offer(UserId("@carol:example.org"), 10)),
    out=(UserId("@dora:example.org"), UserId("@eve:example.org")),
    companions=(
        Companion(ROSA, "rosa's key", agreed=True, came=False),
        Companion(BOB, "", agreed=False, came=True),
    ),
    wishes=("report", "lock"),
    room=RoomId("!two"),
    round=2,
)
PRIVATE = Private(room=RoomId("!two"), subject=CASE.subject)


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    async with opened(tmp_path, KEY) as store:
        yield store


async def save(store: Store, *records: Record) -> None:
    async with store.transaction():
        for record in records:
            await store.records.save(record)


async def drop(store: Store, *records: Record) -> None:
    async with store.transaction():
        for record in records:
            await store.records.drop(record)


async def everything(store: Store) -> bytes:
    """Every value of every table."""
    tables = await store.records._rows("SELECT name FROM sqlite_master WHERE type = 'table'")
    rows = [row for (table,) in tables for row in await store.records._rows(f"SELECT * FROM {table}")]
    return b"\n".join(v if isinstance(v, bytes) else str(v).encode() for row in rows for v in row)


@pytest.mark.parametrize("record", [SUPPORTER, CASE], ids=["supporter", "case"])
def test_the_examples_leave_nothing_at_its_default(record: Supporter | Case) -> None:
    for field in fields(record):
        if field.default is not MISSING:
            assert getattr(record, field.name) != field.default, field.name


async def test_a_supporter_comes_back_as_it_was(store: Store) -> None:
    plain = Supporter(
        user=UserId("@zoe:example.org"),
        event=EventId("$two"),
        number=2,
        state=SupporterState.WAITING,
        identity="b",
        since=1,
    )
    await save(store, SUPPORTER, plain)
    assert await store.people.supporter(ROSA) == SUPPORTER
    assert await store.people.supporter_numbered(3) == SUPPORTER
    assert await store.people.supporters() == (plain, SUPPORTER)
    assert await store.people.supporter(ALICE) is None
    assert await store.people.supporter_numbered(4) is None
    await drop(store, SUPPORTER)
    assert await store.people.supporters() == (plain,)


async def test_who_registers_again_is_one_supporter(store: Store) -> None:
    again = Supporter(
        user=ROSA, event=EventId("$talk"), number=9, state=SupporterState.ACTIVE, identity="new", since=20
    )
    await save(store, SUPPORTER, again)
    assert await store.people.supporters() == (again,)
    assert await store.people.supporter_numbered(3) is None


async def test_a_case_comes_back_as_it_was(store: Store) -> None:
    plain = Case(
        feature="listening",
        event=CASE.event,
        number=6,
        requester=ALICE,
        state=CaseState.SEEKING,
        changed_at=1,
    )
    await save(store, CASE, plain)
    assert await store.people.case("help", CASE.event) == CASE
    assert await store.people.case("listening", CASE.event) == plain
    assert await store.people.case_numbered(7) == CASE
    assert await store.people.cases() == (plain, CASE)
    assert await store.people.case("help", "$other") is None
    assert await store.people.case_numbered(8) is None
    await drop(store, CASE)
    assert await store.people.cases() == (plain,)


async def test_the_cases_in_which_somebody_occurs(store: Store) -> None:
    usual = replace(CASE, requester=ALICE, offers=(), out=(), companions=())
    asks = replace(usual, event=EventId("$1"), number=1, requester=ROSA)
    asked = replace(usual, event=EventId("$2"), number=2, offers=(Offer(BOB, 1), Offer(ROSA, 1)))
    was_asked = replace(usual, event=EventId("$3"), number=3, out=(BOB, ROSA))
    is_there = replace(
        usual, event=EventId("$4"), number=4, companions=(Companion(BOB, "k"), Companion(ROSA, "k"))
    )
    await save(store, is_there, was_asked, asked, asks, replace(usual, number=9))
    assert await store.people.cases_of(ROSA) == (asks, asked, was_asked, is_there)
    assert await store.people.cases_of(UserId("@ro")) == ()


async def test_a_case_that_starts_again_is_as_it_was_told_last(store: Store) -> None:
    again = replace(
        CASE,
        state=CaseState.SEEKING,
        changed_at=30,
        offers=(),
        out=(*CASE.out, ROSA),
        companions=(),
        room=None,
        round=3,
    )
    await save(store, CASE, again)
    assert await store.people.cases() == (again,)


@pytest.mark.parametrize("state", CaseState)
async def test_every_state_of_a_case(store: Store, state: CaseState) -> None:
    await save(store, replace(CASE, state=state))
    kept = await store.people.case("help", CASE.event)
    assert kept
    assert kept.state is state


@pytest.mark.parametrize("state", SupporterState)
async def test_every_state_of_a_supporter(store: Store, state: SupporterState) -> None:
    await save(store, replace(SUPPORTER, state=state))
    kept = await store.people.supporter(ROSA)
    assert kept
    assert kept.state is state


async def test_a_room_for_two(store: Store) -> None:
    await save(store, PRIVATE, PRIVATE)
    assert await store.people.private(PRIVATE.room) == PRIVATE
    assert await store.people.private(RoomId("!garden")) is None
    await drop(store, PRIVATE)
    assert await store.people.private(PRIVATE.room) is None


async def test_what_one_sender_wrote_that_cannot_be_read(store: Store) -> None:
    late, early, other = (
        Unread(room=RoomId("!garden"), event=EventId(event), sender=sender, session="one", at=at)
        for event, sender, at in (("$a", ALICE, 6), ("$b", ALICE, 5), ("$c", BOB, 4))
    )
    await save(store, late, early, other)
    assert await store.records.unread_of(ALICE) == (early, late)
    assert await store.records.unread_of(ROSA) == ()


# ---- the stewards' identities ----


async def test_a_pin_is_known_but_names_nobody(tmp_path: Path, store: Store) -> None:
    people = store.people
    pin = Pin(user=people.code(ROSA), identity=people.code("key of rosa"))
    await save(store, pin, replace(pin, user=people.code(BOB), other=people.code("new"), number=4))
    assert await people.pin(ROSA) == pin
    assert await people.pin(ALICE) is None
    assert [found.number for found in await people.pins()] == [0, 4]
    assert len({people.code(value) for value in ("", ROSA, "key of rosa")}) == 3
    await save(store, replace(pin, identity=people.code("new")))
    assert await people.pin(ROSA) == replace(pin, identity=people.code("new"))
    assert b"rosa" not in await everything(store)
    await drop(store, pin)
    assert await people.pin(ROSA) is None
    assert b"rosa" not in await decrypted(store, tmp_path, KEY)


async def test_the_number_of_a_pin_is_nothing_elses(store: Store) -> None:
    assert await store.records.next_number() == 1
    await save(store, Pin(user="a", identity="b", other="c", number=1))
    assert await store.records.next_number() == 2
    await save(store, Pin(user="d", identity="e"))
    assert await store.records.next_number() == 2


# ---- barred ----


async def test_who_is_barred_is_known_but_not_written(tmp_path: Path, store: Store) -> None:
    await save(store, Barred(user=ALICE), Barred(user=ALICE))
    assert await store.people.barred(ALICE)
    assert not await store.people.barred(BOB)
    assert b"alice" not in await everything(store)
    await drop(store, Barred(user=BOB))
    assert await store.people.barred(ALICE)
    await drop(store, Barred(user=ALICE))
    assert not await store.people.barred(ALICE)
    assert b"alice" not in await decrypted(store, tmp_path, KEY)


async def hashes(folder: Path, key: bytes) -> list[bytes]:
    folder.mkdir()  # noqa: ASYNC240
    async with opened(folder, key) as store:
        await save(store, Barred(user=ALICE))
        return [value for row in await store.records._rows("SELECT * FROM barred") for value in row]


async def test_another_store_another_hash(tmp_path: Path) -> None:
    assert await hashes(tmp_path / "one", KEY) != await hashes(tmp_path / "other", OTHER)


async def test_the_hash_is_the_same_with_every_version(tmp_path: Path) -> None:
    # HKDF by hand (RFC 5869, no salt, one block): if this changes, nobody is barred any more.
    extracted = hmac.digest(bytes(32), KEY, hashlib.sha256)
    key = hmac.digest(extracted, b"swsmatrix barred\x01", hashlib.sha256)
    assert await hashes(tmp_path / "one", KEY) == [hmac.digest(key, ALICE.encode(), hashlib.sha256)]


async def test_who_is_barred_still_is_after_a_restart(tmp_path: Path) -> None:
    await hashes(tmp_path / "one", KEY)
    async with opened(tmp_path / "one", KEY) as store:
        assert await store.people.barred(ALICE)


# ---- forgotten ----


async def test_what_was_dropped_is_not_in_the_free_pages(tmp_path: Path, store: Store) -> None:
    many: list[Record] = []
    for number in range(200):
        user = UserId(f"@rosa{number}:example.org")
        many += [
            replace(SUPPORTER, user=user, number=number),
            replace(CASE, event=EventId(f"$ladder{number}"), number=number, out=(user,) * 20),
            Private(room=RoomId(f"!ladder{number}"), subject=f"help $ladder{number}"),
        ]
    await save(store, *many)
    await drop(store, *many)
    assert await store.records._rows("PRAGMA freelist_count") != [(0,)]
    plain = await decrypted(store, tmp_path, KEY)
    assert b"CREATE TABLE supporters" in plain
    for word in (b"rosa", b"ladder"):
        assert word not in plain


async def test_what_changed_is_not_between_the_rows(tmp_path: Path, store: Store) -> None:
    await save(store, SUPPORTER, CASE, PRIVATE)
    alone = replace(CASE, offers=(), out=(), companions=())
    await save(store, replace(SUPPORTER, identity="new", topics=()), alone)
    plain = await decrypted(store, tmp_path, KEY)
    assert ROSA.encode() in plain
    for word in (b"paseo", b"bob", b"carol", b"dora", b"eve:"):
        assert word not in plain
