"""What is heard once and delivered once, whatever fails: servers, keys, rooms, the bot itself."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from swsmatrix.engine import SLICE
from swsmatrix.features import FEATURES
from swsmatrix.features.feature import Feature
from swsmatrix.model import Decision, Effect, ToRoom
from swsmatrix.protocol import DAY, MINUTE, Refused, RetryAt, Say
from swsmatrix.store.vault import SYNC_TOKEN
from tests.town import ALICE, BEA, CHICAGO, CLEO, LOUNGE, NY, NYC, STEWARD, STEWARDS, Fuse, Killed, Town, town


async def test_a_rate_limit_lets_the_urgent_go_first(place: Town) -> None:
    place.posts(STEWARD, STEWARDS, "help")
    place.posts(BEA, LOUNGE, "#swsfyi #nyc the night kitchen is open")
    place.posts(ALICE, LOUNGE, "#swsdanger #nyc a grey van waits")
    place.matrix.outcomes["Say"] = [RetryAt(5000, limited=True)]
    place.matrix.performed.clear()
    await place.settle()
    assert place.matrix.performed == [("Say", place.room(NYC).id)]
    await place.later(5000)
    sent = [where for what, where in place.matrix.performed if what == "Say"]
    assert sent[:2] == [place.room(NYC).id] * 2
    assert len(place.reads(STEWARDS)) == 2


async def test_a_server_that_is_down_is_asked_rarely(place: Town) -> None:
    place.matrix.outcomes["Say"] = [RetryAt(0)] * 8
    for room in (NYC, CHICAGO):
        place.posts(ALICE, LOUNGE, f"#swsdanger #{room.removeprefix('#sws-')} a grey van waits")
    await place.settle()
    tried = []
    for _ in range(120):
        before = len(place.matrix.performed)
        await place.later(1000)
        if place.matrix.outcomes["Say"]:
            tried.append(len(place.matrix.performed) - before)
    assert sum(tried) <= len(tried) / 5 + 2
    assert len(place.reads(NYC)) == len(place.reads(CHICAGO)) == 1


@pytest.mark.parametrize("arrived", [True, False])
async def test_after_a_long_outage_the_rooms_history_decides(place: Town, arrived: bool) -> None:
    if not arrived:
        place.matrix.outcomes["Say"] = [RetryAt(0)]
    place.fuse.every = True
    place.fuse.at = place.fuse.count + 8
    place.posts(ALICE, LOUNGE, "#swsdanger #nyc a grey van waits")
    with pytest.raises(Killed):
        await place._until_quiet()
    assert len(place.room(NYC).timeline) == int(arrived)
    await place.store._connection.close()
    place.matrix.forget_transactions()
    place.time += 2 * DAY
    await place.start()
    await place.settle()
    (relay,) = place.room(NYC).timeline
    assert "a grey van" in relay.text


async def test_what_the_homeserver_tells_again_is_heard_once(place: Town) -> None:
    event = place.posts(ALICE, LOUNGE, "#swsdanger #nyc a grey van waits")
    place.posts(ALICE, LOUNGE, "#swsdanger he calls from +1 212 555 0123")
    await place.settle()
    place.deletes(ALICE, LOUNGE, event)
    await place.settle()
    before = place.snapshot()
    await place.store.vault.put(SYNC_TOKEN, b"0")
    await place.settle()
    assert place.snapshot() == before


async def test_what_was_seen_long_ago_is_forgotten(place: Town) -> None:
    place.posts(ALICE, LOUNGE, "good evening")
    await place.settle()
    old = await place.rows("SELECT cause FROM seen")
    assert old
    place.time += 91 * DAY
    place.posts(ALICE, LOUNGE, "good evening to you, too")
    await place.settle()
    seen = await place.rows("SELECT cause FROM seen")
    assert len(seen) == 1
    assert not set(seen) & set(old)


async def test_a_room_that_refuses_is_told_to_the_stewards(place: Town) -> None:
    place.matrix.outcomes["Say"] = [Refused("M_FORBIDDEN")] * 2
    place.posts(ALICE, LOUNGE, "#swsdanger #nyc a grey van waits")
    await place.settle()
    await place.later(MINUTE)
    assert "M_FORBIDDEN" in place.reads(STEWARDS)[0]


async def test_a_sign_that_is_refused_is_nobodys_trouble(place: Town) -> None:
    place.matrix.outcomes["React"] = [Refused("M_FORBIDDEN")]
    place.posts(ALICE, LOUNGE, "#swsdanger #nyc a grey van waits")
    await place.settle()
    assert place.reads(STEWARDS) == []
    assert len(place.reads(NYC)) == 1


async def test_thrown_out_of_a_room_its_relays_wait_until_the_bot_is_back(place: Town) -> None:
    names = dict(place.world.names)
    nyc = names.pop(NYC)
    place.engine.world = replace(place.world, names=names)
    event = place.posts(ALICE, LOUNGE, "#swsdanger #us-ny a grey van waits")
    place.posts(BEA, LOUNGE, "#swsdanger #nyc the side door is watched")
    await place.settle()
    assert len(place.reads(NY)) == 1
    assert place.reads(NYC) == []
    place.deletes(ALICE, LOUNGE, event)
    await place.later(MINUTE)
    place.engine.world = replace(place.world, names=names | {NYC: nyc})
    await place.later(MINUTE)
    (relay,) = place.room(NYC).timeline
    assert "the side door" in relay.text


async def test_a_room_without_encryption_gets_one_notice(place: Town) -> None:
    note = await place.store.records.room(place.room(LOUNGE).id)
    assert note
    async with place.store.transaction():
        await place.store.records.drop(note)
    place.room(LOUNGE).encrypted = False
    place.see(LOUNGE, encrypted=False)
    await place.settle()
    await place.restart()
    place.see(LOUNGE, encrypted=False, join_rule="knock")
    await place.settle()
    (notice,) = [shown for shown in place.room(LOUNGE).timeline if shown.text]
    assert "not encrypted" in notice.text
    assert not notice.encrypted


async def test_one_question_for_one_missing_key(place: Town) -> None:
    event = place.cannot_be_read(ALICE, LOUNGE, "session one")
    place.cannot_be_read(ALICE, LOUNGE, "session one")
    await place.settle()
    await place.later(2 * MINUTE)
    (asked,) = await place.hears_privately(ALICE)
    assert "send it again" in asked
    place.posts(ALICE, LOUNGE, "#swsdanger #nyc a grey van waits", event=event)
    await place.settle()
    assert len(place.reads(NYC)) == 1
    assert len(await place.store.records.unread()) == 1


async def test_nobody_makes_the_bot_write_to_them_again_and_again(place: Town) -> None:
    """Each made-up key would be a question, and all of them together the bot's limit on sending."""
    for number in range(300):
        place.cannot_be_read(ALICE, LOUNGE, f"made up {number}")
    await place.settle()
    await place.later(2 * MINUTE)
    assert len(await place.hears_privately(ALICE)) == 10
    assert len(await place.store.records.unread()) == 200


async def test_nor_that_others_are_not_asked(place: Town) -> None:
    place.cannot_be_read(BEA, LOUNGE, "the session of alice")
    place.cannot_be_read(ALICE, LOUNGE, "the session of alice")
    await place.settle()
    await place.later(2 * MINUTE)
    assert len(await place.hears_privately(ALICE)) == 1


async def test_a_key_that_comes_in_time_stops_the_question(place: Town) -> None:
    event = place.cannot_be_read(ALICE, LOUNGE, "session one")
    await place.settle()
    place.posts(ALICE, LOUNGE, "#swsdanger #nyc a grey van waits", event=event)
    await place.later(2 * MINUTE)
    assert await place.hears_privately(ALICE) == []


async def test_a_key_that_is_withheld_is_asked_about_at_once_with_the_reason(place: Town) -> None:
    place.cannot_be_read(ALICE, LOUNGE, "session one", withheld="m.unverified")
    await place.settle()
    (asked,) = await place.hears_privately(ALICE)
    assert "isn't verified" in asked


async def test_a_bug_is_never_silence(tmp_path: Path) -> None:
    def broken(*_: object) -> object:
        raise ValueError("what somebody wrote")

    bad = next(feature for feature in FEATURES if feature.name == "danger")
    features = (Feature("danger", bad.load, broken), *(f for f in FEATURES if f is not bad))  # type: ignore[arg-type]
    async with town(tmp_path, features=features) as place:
        place.posts(ALICE, LOUNGE, "#swsdanger #nyc #swsfyi a grey van waits")
        await place.settle()
        assert "went wrong" in (await place.hears_privately(ALICE))[0]
        assert any("ValueError" in line for line in place.reads(STEWARDS))
        assert any("#swsfyi" in line for line in place.reads(STEWARDS))
        letters = await place.rows("SELECT * FROM dead_letters")
        assert len(letters) == 1
        assert "what somebody wrote" not in str(letters)


async def test_two_effects_with_one_name_are_a_bug_that_is_said(tmp_path: Path) -> None:
    async def load(asked: object, *_: object) -> bool | None:
        return True if getattr(asked, "heard", None) else None

    def decide(*_: object) -> Decision:
        twice = Effect(slot="one", target=ToRoom(NYC), action=Say("hello"))
        return Decision(effects=(twice, twice))

    async with town(tmp_path, features=(Feature("double", load, decide),)) as place:
        place.posts(ALICE, LOUNGE, "#swsdanger #nyc a grey van waits")
        await place.settle()
        assert place.reads(NYC) == []
        assert "double" in place.reads(STEWARDS)[0]


async def test_nothing_of_a_long_answer_goes_out_before_all_of_it_is_heard(folder: Path) -> None:
    """What was changed or taken back meanwhile was never said, whenever the bot is killed."""
    killed = 0
    for point in range(1, 9):
        data = folder / str(point)
        data.mkdir()
        fuse = Fuse(every=True)
        async with town(data, fuse) as place:
            fuse.at = fuse.count + point
            changed = place.posts(ALICE, LOUNGE, "#swsdanger #nyc a grey van waits")
            deleted = place.posts(ALICE, LOUNGE, "#swsdanger #nyc a red van waits")
            place.posts(CLEO, LOUNGE, "#swsdanger #chicago a blue van waits")
            for number in range(2 * SLICE):
                place.posts(BEA, LOUNGE, f"good evening {number}")
            place.edits(ALICE, LOUNGE, changed, "#swsdanger #nyc a green van waits")
            place.deletes(ALICE, LOUNGE, deleted)
            token = (await place.store.vault.get(SYNC_TOKEN) or b"").decode()
            try:
                await place.engine.handle(await place.matrix.listen(token))
            except Killed:
                killed += 1
                await place.store._connection.close()
                await place.start()
            fuse.at = 0
            while await place.outbox.step():
                pass
            assert "grey" not in str(place.room(NYC).timeline)
            assert "red van" not in str(place.room(NYC).timeline)
            await place.settle()
            (relay,), (other,) = place.reads(NYC), place.reads(CHICAGO)
            assert "a green van" in relay
            assert "a blue van" in other
            assert [shown.redacted for shown in place.room(NYC).timeline] == [False]
    assert killed == 6  # before and after each of three commits


async def test_a_long_answer_lets_others_have_the_store(place: Town) -> None:
    for number in range(3 * SLICE + 1):
        place.posts(BEA, LOUNGE, f"good evening {number}")
    told: list[tuple[bool, bool]] = []
    token = await place.store.vault.get(SYNC_TOKEN) or b""
    batch = await place.matrix.listen(token.decode())
    await place.engine.handle(batch, lambda: told.append((place.store._lock.locked(), place.engine._held)))
    assert told == [(False, False)] * 4
