"""What is kept around warnings: as it was saved, gone when it is dropped, and gone with its post."""

from __future__ import annotations

from dataclasses import fields, replace
from pathlib import Path

import pytest

from swsmatrix.model import (
    Banned,
    Confirmation,
    Effect,
    Hearing,
    Hinted,
    Learned,
    Muted,
    Post,
    Record,
    Spent,
    ToNew,
    ToRoom,
)
from swsmatrix.protocol import (
    DAY,
    EffectId,
    EventId,
    Picture,
    RemakePicture,
    Rewrite,
    RoomId,
    Say,
    SendPicture,
    UserId,
)
from swsmatrix.store.db import Store
from swsmatrix.store.warnings import MOST_SPENT
from tests.store.files import decrypted, opened
from tests.unit.examples import NYC, post

KEY = b"\x01" * 32
PICTURE = Picture(url="mxc://example.org/lamp", key="the key of a lamp", iv="iv", sha256="hash", size=7)
POST = post()
SAYS = Confirmation(subject=POST.subject, who="code of bea", cause="!room $plus")
PLACE = Learned(
    word="buffalo", place="5110629", region=NYC, first="code", twice=True, struck_by="dora", struck_at=3
)
SENT = Spent(author="code", cause="!room $e", number=7, edit=False, at=DAY * 400)
HEARD = Hearing(author="code", kind="danger", at=DAY * 400)
MUTED = Muted(who="code", number=3, until=9, by="code of dora")
RULE = Banned(room=RoomId("!list"), state_key="rule", entity="@*:example.org")
HINT = Hinted(who="code", region=NYC)


async def save(store: Store, *records: Record) -> None:
    async with store.transaction():
        for record in records:
            await store.records.save(record)


async def drop(store: Store, *records: Record) -> None:
    async with store.transaction():
        for record in records:
            await store.records.drop(record)


async def test_each_is_kept_and_dropped(tmp_path: Path) -> None:
    async with opened(tmp_path, KEY) as store:
        kept = store.warnings
        await save(store, POST, SAYS, PLACE, SENT, HEARD, MUTED, RULE, HINT)
        assert await kept.confirmations(POST.subject) == (SAYS,)
        assert await kept.confirmations_of("code of bea") == (SAYS,)
        assert await kept.confirmation_by("!room $plus") == SAYS
        assert await kept.learned() == (PLACE,)
        assert await kept.learned_word("buffalo") == PLACE
        assert await kept.spent("code") == (SENT,)
        assert [await kept.heard("code", kind) for kind in ("danger", "help")] == [1, 0]
        assert await kept.heard("another", "danger") == 0
        assert (await kept.author_of(7), await kept.author_of(8)) == ("code", "")
        assert await kept.muted("code") == await kept.muted_numbered(3) == MUTED
        assert await kept.all_muted() == (MUTED,)
        assert await kept.banned() == (RULE,)
        assert await kept.hinted("code", NYC)
        assert await kept.hints_of("code") == (HINT,)
        await drop(store, SAYS, PLACE, SENT, HEARD, MUTED, RULE, HINT)
        assert await kept.confirmations(POST.subject) == ()
        assert await kept.confirmation_by("!room $plus") is None
        assert (await kept.learned(), await kept.spent("code"), await kept.banned()) == ((), (), ())
        assert await kept.heard("code", "danger") == 0
        assert await kept.learned_word("buffalo") is None
        assert await kept.muted("code") is await kept.muted_numbered(3) is None
        assert not await kept.hinted("code", NYC)
        assert await kept.hints_of("code") == ()


async def test_another_of_the_same_takes_its_place(tmp_path: Path) -> None:
    async with opened(tmp_path, KEY) as store:
        await save(store, RULE, replace(RULE, entity=""), replace(RULE, state_key="other"))
        assert [one.entity for one in await store.warnings.banned()] == ["@*:example.org", ""]


async def test_each_member_is_counted_once_until_all_of_it_is_taken_back(tmp_path: Path) -> None:
    async with opened(tmp_path, KEY) as store:
        again, other = replace(SAYS, cause="!room $two"), replace(SAYS, who="code of cleo", cause="!room $c")
        elsewhere = replace(SAYS, subject="danger $other")
        await save(store, POST, SAYS, SAYS, again, other, elsewhere)
        assert await store.warnings.confirmations(POST.subject) == (SAYS, again, other)
        assert await store.warnings.confirmed() == {POST.subject: 2, "danger $other": 1}
        await drop(store, SAYS, elsewhere)
        assert await store.warnings.confirmed() == {POST.subject: 2}
        await drop(store, again)
        assert await store.warnings.confirmed() == {POST.subject: 1}


async def test_what_stands_in_a_room_and_what_waits_for_it(tmp_path: Path) -> None:
    async with opened(tmp_path, KEY) as store:
        for name in ("#here", "#there"):
            for slot, lasting in (("relay", True), ("count", True), ("heard", False)):
                effect = Effect(slot=slot, target=ToRoom(name), action=Say("tea"), lasting=lasting)
                async with store.transaction():
                    await store.queue.put(EffectId(f"{slot} {name}"), "danger", effect)
        row = await store.queue.next(0)
        assert row
        async with store.transaction():
            await store.queue.settle(row, "$relay")
        found = await store.queue.sent_to(ToRoom("#here"))
        assert [(one.slot, one.event) for one in found] == [("relay", "$relay"), ("count", None)]


async def test_confirmations_go_with_their_post(tmp_path: Path) -> None:
    async with opened(tmp_path, KEY) as store:
        other = replace(SAYS, subject="danger $other")
        await save(store, POST, SAYS, other)
        await drop(store, POST)
        assert await store.warnings.confirmations_of("code of bea") == (other,)


async def test_what_was_sent_long_ago_is_forgotten(tmp_path: Path) -> None:
    async with opened(tmp_path, KEY) as store:
        later = replace(SENT, cause="!room $later", at=SENT.at + 1)
        await save(store, SENT, later)
        async with store.transaction():
            await store.warnings.forget_spent(later.at)
        assert await store.warnings.spent("code") == (later,)
        await save(store, HEARD, HEARD, replace(HEARD, at=HEARD.at + 1))
        assert await store.warnings.heard("code", "danger") == 3
        async with store.transaction():
            await store.warnings.forget_heard(HEARD.at + 1)
        assert await store.warnings.heard("code", "danger") == 1
        async with store.transaction():
            await store.records.clock_put_back(DAY)
        assert await store.warnings.spent("code") == ()
        assert await store.warnings.heard("code", "danger") == 0


async def test_of_much_that_was_sent_the_last_is_read(tmp_path: Path) -> None:
    """Of what was new and of edits by themselves: neither hides the other."""
    async with opened(tmp_path, KEY) as store:
        edits = [replace(SENT, cause=f"edit {number}", edit=True, at=number) for number in range(2)]
        many = [replace(SENT, cause=f"new {number}", at=DAY + number) for number in range(20)]
        await save(store, *edits, *many, replace(SENT, author="another"))
        assert await store.warnings.spent("code") == (*many[: -MOST_SPENT - 1 : -1], *edits[::-1])


WITH_ALL = post(
    until=5,
    place="5110629",
    name="Alice",
    withdrawn_by="code",
    attached=True,
    up_at=6,
    updated=True,
    alike=7,
    removed=True,
    picture=PICTURE,
    edits=(EventId("$edit"),),
    quiet=True,
)


async def test_a_post_is_kept_whole(tmp_path: Path) -> None:
    usual = {field.name: field.default for field in fields(Post)}
    same = [name for name, default in usual.items() if getattr(WITH_ALL, name) == default]
    assert same == [], "each field has a value that would be missed"
    async with opened(tmp_path, KEY) as store:
        await save(store, WITH_ALL)
        assert await store.records.post("danger", WITH_ALL.event) == WITH_ALL


@pytest.mark.parametrize("how", ["dropped", "without", "again"])
async def test_what_opens_a_picture_is_a_body_and_goes_with_it(tmp_path: Path, how: str) -> None:
    async with opened(tmp_path, KEY) as store:
        await save(store, WITH_ALL)
        match how:
            case "dropped":
                await drop(store, WITH_ALL)
            case "without":
                await save(store, replace(WITH_ALL, picture=None))
            case "again":
                await save(store, WITH_ALL)
        bodies = await store.records._rows("SELECT text FROM bodies")
        assert len(bodies) == {"dropped": 0, "without": 1, "again": 2}[how]
        assert sum("the key of a lamp" in text for (text,) in bodies) == (how == "again")


async def test_a_picture_on_its_way_is_a_body_too(tmp_path: Path) -> None:
    async with opened(tmp_path, KEY) as store:
        effect = Effect(slot="picture", target=ToRoom("#sws-nyc"), action=SendPicture(PICTURE))
        async with store.transaction():
            await store.queue.put(EffectId("one"), "danger", effect)
        (row,) = await store.records._rows("SELECT action FROM outbox")
        assert "lamp" not in row[0]
        found = await store.queue.next(0)
        assert found
        assert found.effect == effect
        async with store.transaction():
            await store.queue.begin(EffectId("one"), 0)
            await store.queue.settle(found, "$picture")
        assert await store.records._rows("SELECT text FROM bodies") == []
        assert b"the key of a lamp" not in await decrypted(store, tmp_path, KEY)


async def test_what_opens_the_new_picture_is_told_and_not_kept(tmp_path: Path) -> None:
    async with opened(tmp_path, KEY) as store:
        effect = Effect(
            slot="remake", target=ToNew("picture"), action=RemakePicture(PICTURE), subject="s", lasting=True
        )
        async with store.transaction():
            await store.queue.put(EffectId("one"), "picturing", effect)
        found = await store.queue.next(0)
        assert found
        assert found.effect == effect
        assert await store.queue.sent("s")
        async with store.transaction():
            await store.queue.begin(EffectId("one"), 0)
            await store.queue.settle(found, "the key of another lamp")
        assert await store.queue.sent("s") == ()
        plain = await decrypted(store, tmp_path, KEY)
        assert b"the key of a lamp" not in plain
        assert b"the key of another lamp" not in plain


async def test_changed_words_are_kept_only_where_there_is_something_to_change(tmp_path: Path) -> None:
    async with opened(tmp_path, KEY) as store:
        change = Effect(
            slot="count",
            target=ToRoom("#sws-nyc"),
            action=Rewrite(EffectId("relay"), "more"),
            lasting=True,
            subject="s",
        )
        async with store.transaction():
            await store.queue.put(EffectId("one"), "confirming", change)
            await store.queue.put(EffectId("two"), "confirming", change)
        first = await store.queue.next(0)
        assert first
        assert first.effect == change
        async with store.transaction():
            await store.queue.settle(first, "")
        assert [one.effect for one in await store.queue.sent("s")] == ["two"]
        second = await store.queue.next(0)
        assert second
        async with store.transaction():
            await store.queue.settle(second, "$edit")
        assert [one.event for one in await store.queue.sent("s")] == ["$edit"]
        assert await store.records._rows("SELECT text FROM bodies") == []


async def test_rules_about_somebody(tmp_path: Path) -> None:
    async with opened(tmp_path, KEY) as store:
        other = RoomId("!other")
        mean = [
            Banned(room=RoomId("!list"), state_key="name", entity="@bea:example.org"),
            Banned(room=RoomId("!list"), state_key="pattern", entity="@b*:example.org"),
            Banned(room=other, state_key="letter", entity="@be?:example.org"),
        ]
        await save(store, *mean, replace(mean[0], state_key="another", entity="@cleo:example.org"))
        found = await store.warnings.rules_about(UserId("@bea:example.org"))
        assert sorted(one.state_key for one in found) == ["letter", "name", "pattern"]
        assert await store.warnings.rule(other, "letter") == mean[2]
        assert await store.warnings.rule(other, "name") is None
        async with store.transaction():
            await store.warnings.forget_rules(RoomId("!list"))
        assert await store.warnings.banned() == (mean[2],)
