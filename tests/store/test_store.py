"""The real SQLCipher file: what it refuses, what it keeps, and that nobody reads it without the key."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import random
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import MISSING, fields, replace
from pathlib import Path
from typing import get_args

import pytest

from swsmatrix.model import (
    Direct,
    Effect,
    Missing,
    Openness,
    Post,
    PostState,
    Priority,
    RegionId,
    RoomNote,
    SetTimer,
    Tag,
    Target,
    TimerFired,
    ToDirect,
    ToNew,
    ToRoom,
)
from swsmatrix.protocol import (
    DAY,
    Action,
    CleartextNotice,
    CreateDirect,
    CreatePrivate,
    EffectId,
    EventId,
    Invite,
    InviteDirect,
    JoinRoom,
    LeaveRoom,
    Picture,
    React,
    ReadBy,
    Redact,
    RedactEvent,
    RemakePicture,
    Remove,
    Rewrite,
    RewriteEvent,
    RoomId,
    Say,
    SendFile,
    SendPicture,
    SendRecord,
    TakeAllBack,
    Unread,
    UserId,
)
from swsmatrix.store import db
from swsmatrix.store.db import FILE, Store, StoreError
from tests.store.files import decrypted

KEY = b"\x01" * 32
OTHER = b"\x02" * 32
PHRASE = "the kettle sings at seven"

POST = Post(
    feature="danger",
    event=EventId("$kettle"),
    number=7,
    room=RoomId("!garden"),
    author=UserId("@alice:example.org"),
    tag=Tag("swsdanger"),
    state=PostState.HELD,
    text=PHRASE,
    posted_at=1,
    changed_at=2,
    regions=(RegionId("nyc"),),
    quiet=True,
    edits=(EventId("$second"),),
    identity="key of alice",
)


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    store = await Store.open(tmp_path, KEY)
    yield store
    await store.close()


def pictures(folder: Path) -> dict[str, str]:
    return {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in sorted(folder.iterdir())}


async def bodies(store: Store) -> list[str]:
    return [row[0] for row in await store.records._rows("SELECT text FROM bodies ORDER BY id")]


def say(slot: str, **more: object) -> Effect:
    return Effect(slot=slot, target=ToRoom("#garden"), action=Say(f"{PHRASE}: {slot}"), **more)  # type: ignore[arg-type]


async def put(store: Store, *effects: Effect) -> None:
    async with store.transaction():
        for effect in effects:
            await store.queue.put(EffectId(effect.slot), "danger", effect)


async def deliver(store: Store, result: str | None = "$sent", now: int = 0) -> str:
    row = await store.queue.next(now)
    assert row
    async with store.transaction():
        assert await store.queue.begin(row.id, now)
        await store.queue.settle(row, result)
    return row.effect.slot


# ---- what it refuses ----


async def filled(folder: Path) -> None:
    store = await Store.open(folder, KEY)
    async with store.transaction():
        for number in range(200):
            await store.queue.put(EffectId(str(number)), "danger", say(str(number)))
    await store.close()


@pytest.mark.parametrize("key", [OTHER, b"\x00" * 32])
async def test_another_key_is_refused_and_changes_nothing(tmp_path: Path, key: bytes) -> None:
    await filled(tmp_path)
    before = pictures(tmp_path)
    with pytest.raises(StoreError, match="the key is not the one"):
        await Store.open(tmp_path, key)
    assert pictures(tmp_path) == before


@pytest.mark.parametrize("seed", range(5))
async def test_a_damaged_file_is_refused_and_left_alone(tmp_path: Path, seed: int) -> None:
    await filled(tmp_path)
    file = tmp_path / FILE
    content = bytearray(file.read_bytes())
    chance = random.Random(seed)
    for _ in range(100):
        content[chance.randrange(len(content))] ^= 1 << chance.randrange(8)
    file.write_bytes(content)
    before = pictures(tmp_path)
    with pytest.raises(StoreError, match="damaged"):
        await Store.open(tmp_path, KEY)
    assert pictures(tmp_path) == before


async def test_one_flipped_bit_in_the_last_page_is_found(tmp_path: Path) -> None:
    await filled(tmp_path)
    file = tmp_path / FILE
    content = bytearray(file.read_bytes())
    content[-2000] ^= 1
    file.write_bytes(content)
    with pytest.raises(StoreError, match="damaged"):
        await Store.open(tmp_path, KEY)


async def test_a_newer_store_is_refused_and_left_alone(tmp_path: Path) -> None:
    store = await Store.open(tmp_path, KEY)
    await store._connection.execute("PRAGMA user_version = 99")
    await store.close()
    before = pictures(tmp_path)
    with pytest.raises(StoreError, match="version 99"):
        await Store.open(tmp_path, KEY)
    assert pictures(tmp_path) == before


async def test_refusing_leaves_an_unfinished_log_alone(tmp_path: Path) -> None:
    # Killed with commits still in the write-ahead log, then started with the wrong key.
    killed = tmp_path / "killed"
    killed.mkdir()
    store = await Store.open(tmp_path, KEY)
    await put(store, say("one"))
    for file in list(tmp_path.glob(f"{FILE}*")):  # noqa: ASYNC240
        (killed / file.name).write_bytes(file.read_bytes())
    await store.close()
    assert (killed / f"{FILE}-wal").stat().st_size > 0
    (killed / f"{FILE}-shm").unlink()
    before = pictures(killed)
    with pytest.raises(StoreError):
        await Store.open(killed, OTHER)
    assert {name: one for name, one in pictures(killed).items() if name in before} == before
    again = await Store.open(killed, KEY)
    assert await bodies(again) == [f"{PHRASE}: one"]
    await again.close()


async def test_a_clean_end_empties_the_log(tmp_path: Path) -> None:
    await filled(tmp_path)
    assert sorted(file.name for file in tmp_path.iterdir()) == [FILE]  # noqa: ASYNC240


async def test_reading_beside_a_running_bot(tmp_path: Path, store: Store) -> None:
    await store.vault.put("session", b"kept")
    beside = await Store.open(tmp_path, KEY, read_only=True)
    assert await beside.vault.get("session") == b"kept"
    with pytest.raises(Exception, match="readonly"):
        await beside.vault.put("session", b"changed")
    await beside.close()
    assert await store.vault.get("session") == b"kept"


async def test_reading_only_makes_no_store(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="no store yet"):
        await Store.open(tmp_path, KEY, read_only=True)
    assert list(tmp_path.iterdir()) == []  # noqa: ASYNC240


# ---- that nothing can be read ----


async def test_no_file_holds_a_word_in_any_writing(tmp_path: Path, store: Store) -> None:
    async with store.transaction():
        await store.records.save(POST)
    await put(store, say("one"), Effect(slot="two", target=ToDirect(POST.author), action=Say(PHRASE)))
    written = b"".join(file.read_bytes() for file in tmp_path.iterdir())  # noqa: ASYNC240
    assert len(written) > 10_000
    for word in (PHRASE, "alice", "garden", "kettle"):
        for form in (
            word.encode(),
            word.encode("utf-16-le"),
            word.encode("utf-16-be"),
            word.encode().hex().encode(),
            base64.b64encode(word.encode())[:-4],
        ):
            assert form not in written


# ---- what it keeps ----


async def test_a_post_comes_back_as_it_was_and_takes_its_text_along(store: Store) -> None:
    async with store.transaction():
        await store.records.save(POST)
    assert await store.records.post("danger", POST.event) == POST
    assert await store.records.post_numbered(7) == POST
    assert await store.records.post_of_edit("danger", EventId("$second")) == POST
    assert await store.records.post_of_edit("danger", EventId("$third")) is None
    assert await store.records.posts_of("danger", POST.author) == (POST,)
    assert await store.records.next_number() == 8
    async with store.transaction():
        await store.records.save(POST)
    assert await bodies(store) == [PHRASE]
    async with store.transaction():
        await store.records.drop(POST)
    assert await bodies(store) == []
    assert await store.records.next_number() == 8


async def test_the_identity_is_that_of_the_newest_words(store: Store) -> None:
    async with store.transaction():
        await store.records.save(POST)
        await store.records.save(replace(POST, text="the lamp is on", identity="another key"))
    assert await store.records.open_posts() == (replace(POST, text="the lamp is on", identity="another key"),)


async def test_what_was_forgotten_is_not_in_the_free_pages(tmp_path: Path, store: Store) -> None:
    async with store.transaction():
        for number in range(200):
            post = replace(POST, event=EventId(f"$kettle{number}"), number=number, text=PHRASE * 50)
            await store.records.save(post)
            await store.queue.put(EffectId(str(number)), "danger", say(str(number)))
    for post in await store.records.open_posts():
        async with store.transaction():
            await store.records.drop(post)
    async with store.transaction():
        await store._connection.execute("DELETE FROM outbox")
    assert await store.records._rows("PRAGMA freelist_count") != [(0,)]
    plain = await decrypted(store, tmp_path, KEY)
    assert b"CREATE TABLE bodies" in plain
    for word in (PHRASE, "alice", "kettle"):
        assert word.encode() not in plain


async def test_encrypted_once_is_encrypted_for_ever(store: Store) -> None:
    note = RoomNote(room=RoomId("!garden"), encrypted=True, join_rule="invite", history="joined", told=("a",))
    async with store.transaction():
        await store.records.save(note)
        await store.records.save(
            RoomNote(room=note.room, encrypted=False, join_rule="public", history="shared")
        )
    kept = await store.records.room(note.room)
    assert kept == RoomNote(room=note.room, encrypted=True, join_rule="public", history="shared")


async def test_what_a_room_was_like_and_what_is_out_of_reach(store: Store) -> None:
    agreed = Openness(join_rule="invite", history="joined", weakened=False)
    note = RoomNote(
        room=RoomId("!garden"),
        encrypted=True,
        join_rule="restricted",
        history="shared",
        weakened=True,
        agreed=agreed,
        can_redact=False,
    )
    async with store.transaction():
        await store.records.save(note)
        for name in ("#b", "#a", "#a"):
            await store.records.save(Missing(name=name))
    assert await store.records.room(note.room) == note
    assert await store.records.missing() == (Missing(name="#a"), Missing(name="#b"))
    async with store.transaction():
        agreed = replace(agreed, history="shared")
        await store.records.save(replace(note, weakened=False, agreed=agreed, can_redact=True))
        await store.records.drop(Missing(name="#a"))
    kept = await store.records.room(note.room)
    assert kept == replace(note, weakened=False, agreed=agreed, can_redact=True)
    assert await store.records.missing() == (Missing(name="#b"),)


async def test_direct_chats_unread_and_timers(store: Store) -> None:
    direct = Direct(user=UserId("@alice:example.org"), room=RoomId("!two"), invited=False)
    unread = Unread(room=RoomId("!garden"), event=EventId("$e"), sender=direct.user, session="one", at=5)
    async with store.transaction():
        await store.records.save(direct)
        await store.records.save(unread)
        await store.records.set_timer(
            SetTimer(feature="danger", name="expires", subject="danger $e", due=9), 1
        )
        await store.records.set_timer(
            SetTimer(feature="danger", name="expires", subject="danger $e", due=8), 1
        )
    assert await store.records.direct(direct.user) == direct
    assert await store.records.direct_in(direct.room) == direct
    assert await store.records.unread() == (unread,)
    fired = TimerFired(feature="danger", name="expires", subject="danger $e", at=8)
    assert await store.records.due_timers(7, 10) == ()
    assert await store.records.due_timers(8, 10) == (fired,)
    assert await store.records.next_due() == 8
    assert await store.records.runs("danger", "expires", "danger $e")
    assert not await store.records.runs("danger", "unanswered", "danger $e")
    async with store.transaction():
        await store.records.stop_timers("danger $e")
        await store.records.drop(direct)
        await store.records.drop(unread)
    assert await store.records.next_due() is None
    assert await store.records.direct(direct.user) is None
    assert await store.records.unread() == ()


async def test_seen_once(store: Store) -> None:
    async with store.transaction():
        assert await store.records.mark_seen("a", 1)
        assert not await store.records.mark_seen("a", 2)
        await store.records.forget_seen(2)
        assert await store.records.mark_seen("a", 3)


# ---- the outbox ----


async def test_the_urgent_first_and_in_order(store: Store) -> None:
    await put(store, say("tea"), say("talk"), say("warning", priority=Priority.WARNING))
    assert [await deliver(store), await deliver(store), await deliver(store)] == ["warning", "tea", "talk"]
    assert await store.queue.next(0) is None


async def test_a_lane_waits_for_its_head_others_do_not(store: Store) -> None:
    await put(store, say("first"), say("second"))
    elsewhere = Effect(slot="elsewhere", target=ToRoom("#kitchen"), action=Say(PHRASE))
    await put(store, elsewhere)
    async with store.transaction():
        await store.queue.begin(EffectId("first"), 0)
        await store.queue.retry(EffectId("first"), 100)
    assert await deliver(store, now=50) == "elsewhere"
    assert await store.queue.next(99) is None
    assert await store.queue.next_time() == 0
    assert await deliver(store, now=100) == "first"
    assert await deliver(store, now=100) == "second"


async def test_a_delayed_one_holds_nobody_up(store: Store) -> None:
    await put(store, say("later", not_before=100, priority=Priority.WARNING), say("now"))
    assert await deliver(store, now=99) == "now"
    assert await store.queue.next(99) is None
    assert await deliver(store, now=100) == "later"


async def test_busy_lanes_and_paused_kinds_are_passed_over(store: Store) -> None:
    reaction = Effect(slot="sign", target=ToRoom("#kitchen"), action=React(EventId("$e"), "✅"))
    await put(store, say("one"), reaction)
    row = await store.queue.next(0, busy=["room #garden"])
    assert row
    assert row.effect == reaction
    assert await store.queue.next(0, busy=["room #garden"], paused=["React"]) is None


async def test_the_same_id_twice_is_one_effect(store: Store) -> None:
    await put(store, say("one"))
    await put(store, say("one"))
    assert await store.queue.waiting() == 1
    assert await bodies(store) == [f"{PHRASE}: one"]


async def test_a_text_goes_when_it_is_delivered_what_lasts_is_known(store: Store) -> None:
    await put(store, say("lasting", lasting=True, subject="danger $e"), say("passing", subject="danger $e"))
    await deliver(store)
    await deliver(store)
    assert await bodies(store) == []
    (sent,) = await store.queue.sent("danger $e")
    assert (sent.slot, sent.event) == ("lasting", "$sent")
    assert await store.queue.sent_as(EventId("$sent")) == sent
    assert await store.queue.result(EffectId("lasting")) == "$sent"
    async with store.transaction():
        assert not await store.queue.begin(EffectId("lasting"), 0)


@pytest.mark.parametrize("moment", ["waiting", "on its way", "sent"])
async def test_what_was_sent_can_be_forgotten_and_stays_where_it_is(store: Store, moment: str) -> None:
    await put(store, say("one", lasting=True, subject="danger $e"))
    row = await store.queue.next(0)
    assert row
    if moment == "on its way":
        async with store.transaction():
            await store.queue.begin(row.id, 0)
    if moment == "sent":
        await deliver(store)
    async with store.transaction():
        for sent in await store.queue.sent("danger $e"):
            await store.records.drop(sent)
    assert await store.queue.sent("danger $e") == ()
    if moment == "waiting":
        assert await deliver(store) == "one"
    if moment == "on its way":
        async with store.transaction():
            await store.queue.settle(row, "$sent")
    assert await store.records._rows("SELECT id FROM outbox") == []
    assert await bodies(store) == []


async def test_what_was_refused_is_gone(store: Store) -> None:
    await put(store, say("one", lasting=True, subject="s"))
    await deliver(store, result=None)
    assert await store.queue.sent("s") == ()
    assert await bodies(store) == []


async def test_taken_back_before_it_was_tried(store: Store) -> None:
    await put(store, say("one", lasting=True))
    await put(store, Effect(slot="back", target=ToRoom("#garden"), action=Redact(EffectId("one"))))
    assert await bodies(store) == []
    assert await deliver(store) == "back"


async def test_taken_back_while_it_is_on_its_way(store: Store) -> None:
    await put(store, say("one", lasting=True))
    async with store.transaction():
        await store.queue.begin(EffectId("one"), 0)
    await put(store, Effect(slot="back", target=ToRoom("#garden"), action=Redact(EffectId("one"))))
    assert await deliver(store) == "one"
    assert await store.queue.result(EffectId("one")) == "$sent"
    assert await deliver(store) == "back"
    assert await store.queue.result(EffectId("one")) is None
    assert await store.queue.waiting() == 0


ACTIONS: tuple[Action, ...] = (
    Say(
        PHRASE,
        markdown=True,
        reply_to=EventId("$e"),
        thread=EventId("$thread"),
        readers=(ReadBy(UserId("@rosa:example.org"), "key of rosa"),),
    ),
    Rewrite(EffectId("another"), PHRASE),
    RewriteEvent(EventId("$e"), PHRASE, readers=(ReadBy(UserId("@rosa:example.org"), "key of rosa"),)),
    RemakePicture(Picture(url=f"mxc://example.org/{PHRASE}", key="k", iv="iv", sha256="hash", size=7)),
    SendPicture(
        Picture(url=f"mxc://example.org/{PHRASE}", key="k", iv="iv", sha256="h", width=4, height=2),
        EventId("$e"),
        readers=(ReadBy(UserId("@rosa:example.org"), "key of rosa"),),
    ),
    SendFile(
        name="tea.ics",
        kind="text/calendar",
        text=PHRASE,
        caption=f"{PHRASE}?",
        reply_to=EventId("$e"),
        readers=(ReadBy(UserId("@rosa:example.org"), "key of rosa"),),
    ),
    SendRecord(
        name="tea.zip",
        text=PHRASE,
        pictures=(Picture(url=f"mxc://example.org/{PHRASE}", key="k", iv="iv", sha256="h"),),
        missing="no {name}",
        caption=f"{PHRASE}?",
        reply_to=EventId("$e"),
        readers=(ReadBy(UserId("@rosa:example.org"), "key of rosa"),),
    ),
    React(EventId("$e"), "✅"),
    Redact(EffectId("another")),
    RedactEvent(EventId("$e")),
    JoinRoom(),
    LeaveRoom(),
    CleartextNotice(PHRASE),
    CreateDirect(UserId("@rosa:example.org")),
    InviteDirect(UserId("@rosa:example.org")),
    CreatePrivate("Chat"),
    Invite(UserId("@rosa:example.org"), "key of rosa", direct=False),
    Remove(UserId("@rosa:example.org")),
    TakeAllBack(),
)
TARGETS: tuple[Target, ...] = (
    ToRoom("#garden:example.org"),
    ToDirect(UserId("@rosa:example.org")),
    ToNew("help $ladder 2"),
)


def test_the_examples_are_all_there_is() -> None:
    assert {type(action) for action in ACTIONS} == set(get_args(Action))
    assert {type(target) for target in TARGETS} == set(get_args(Target))
    for action in ACTIONS:
        for field in fields(action):
            assert field.default is MISSING or getattr(action, field.name) != field.default, field.name


@pytest.mark.parametrize("target", TARGETS, ids=lambda target: type(target).__name__)
@pytest.mark.parametrize("action", ACTIONS, ids=lambda action: type(action).__name__)
async def test_a_row_comes_back_as_it_was(store: Store, action: Action, target: Target) -> None:
    effect = Effect(
        slot="one",
        target=target,
        action=action,
        priority=Priority.ANSWER,
        subject="s",
        lasting=not isinstance(action, Redact),
        not_before=5,
        report=True,
    )
    await put(store, effect)
    row = await store.queue.next(DAY)
    assert row
    assert row.effect == effect
    assert (row.feature, row.attempts, row.first_try) == ("danger", 0, None)
    said = isinstance(action, Say | Rewrite | RewriteEvent | CleartextNotice)
    kept = said or isinstance(action, RemakePicture | SendPicture | SendFile | SendRecord)
    assert [PHRASE in text for text in await bodies(store)] == [True] * kept
    assert not await store.records._rows("SELECT 1 FROM outbox WHERE instr(action, ?)", (PHRASE,))


async def test_rooms_that_are_made_do_not_wait_for_each_other(store: Store) -> None:
    made = [
        Effect(slot=slot, target=ToNew(name), action=CreatePrivate("Chat"), subject=slot, lasting=True)
        for slot, name in (("first", "help $a 1"), ("after it", "help $a 1"), ("beside it", "help $b 1"))
    ]
    await put(store, *made)
    row = await store.queue.next(0, busy=["new help $a 1"])
    assert row
    assert row.effect == made[2]
    assert [await deliver(store, result) for result in ("!a", "!b", "!c")] == [e.slot for e in made]
    (sent,) = await store.queue.sent("first")
    assert (sent.target, sent.event) == (ToNew("help $a 1"), "!a")


# ---- transactions ----


async def test_all_or_nothing(store: Store) -> None:
    with pytest.raises(ZeroDivisionError):  # noqa: PT012 - it raises in the middle, on purpose
        async with store.transaction():
            await store.records.save(POST)
            raise ZeroDivisionError
    assert await store.records.post("danger", POST.event) is None


async def test_a_step_alone_is_undone(store: Store) -> None:
    async with store.transaction():
        await store.records.mark_seen("kept", 1)
        with pytest.raises(ZeroDivisionError):  # noqa: PT012
            async with store.savepoint():
                await store.records.save(POST)
                raise ZeroDivisionError
    assert await bodies(store) == []
    async with store.transaction():
        assert not await store.records.mark_seen("kept", 1)


async def test_cancelled_while_it_commits_it_is_whole_or_undone(store: Store) -> None:
    """As at the end of the process: the store is left in order, whatever was under way."""

    async def write(number: int) -> None:
        async with store.transaction():
            await store.records.save(replace(POST, event=EventId(f"$kettle{number}"), number=number + 100))

    for number in range(30):
        task = asyncio.create_task(write(number))
        store._on_commit = cancels(task)
        with pytest.raises(asyncio.CancelledError):
            await task
        assert not store._connection.in_transaction
    store._on_commit = db._nothing
    await write(30)
    assert await store.records.post_numbered(130)


def cancels(task: asyncio.Task[None]) -> Callable[[str], Awaitable[None]]:
    async def hook(moment: str) -> None:
        if moment == "before":
            asyncio.get_running_loop().call_soon(task.cancel)

    return hook
