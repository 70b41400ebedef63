"""The bot from an old copy of its data, on a homeserver that does not know its transactions any more."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from swsmatrix.protocol import DAY, HOUR, MINUTE, SECOND, Older, OlderThanDevice, RetryAt
from swsmatrix.store.db import FILE
from tests.fake_matrix import BOT
from tests.scenario.help_stories import REQUEST, private_rooms, says, supporters
from tests.scenario.stories import it_moves_to_a_new_device
from tests.town import ALICE, BEA, CHICAGO, CLEO, LOUNGE, NY, NYC, STEWARD, STEWARDS, Town

DANGER = "#swsdanger #nyc a grey van by the bridge"


async def copied(place: Town) -> Path:
    await place.store.close()
    copy = place.folder / "copy"
    shutil.copy(place.folder / FILE, copy)
    await place.start()
    return copy


async def restored(place: Town, copy: Path, *, after: int = HOUR) -> None:
    """From the copy, as another device; ``after`` in ms."""
    place.time += after
    await place.store.close()
    shutil.copy(copy, place.folder / FILE)
    place.matrix.forget_transactions()
    await place.start()
    await place.settle()


@pytest.mark.parametrize("outcome", [RetryAt(5 * SECOND, limited=True), RetryAt(5 * SECOND)])
async def test_what_waited_when_the_copy_was_made_is_said_once(place: Town, outcome: RetryAt) -> None:
    place.matrix.outcomes["Say"] = [outcome]
    place.posts(ALICE, LOUNGE, DANGER)
    await place.settle()
    copy = await copied(place)
    assert place.reads(NYC) == []
    await place.later(MINUTE)
    said = place.reads(NYC)
    assert len(said) == 1
    await restored(place, copy)
    assert place.reads(NYC) == said


@pytest.mark.parametrize("after", [HOUR, 7 * DAY])
async def test_what_was_heard_since_is_relayed_once(place: Town, after: int) -> None:
    await place.settle()
    copy = await copied(place)
    event = place.posts(ALICE, LOUNGE, "#swsfyi #nyc the night kitchen is open")
    place.posts(CLEO, NYC, "#swsdanger #us-ny the side door is watched")
    await place.settle()
    rooms = {room: place.reads(room) for room in (LOUNGE, NY, STEWARDS)}
    assert len(rooms[NY]) == len(rooms[STEWARDS]) == 1
    await restored(place, copy, after=after)
    assert {room: place.reads(room) for room in rooms} == rooms
    assert place.reactions(LOUNGE, event)


async def test_what_a_timer_said_since_is_said_once(place: Town) -> None:
    place.posts(ALICE, LOUNGE, "#swsdanger a grey van, +1 212 555 0123, by the bridge #nyc")
    await place.settle()
    before = place.reads(STEWARDS)
    copy = await copied(place)
    await place.later(10 * MINUTE)
    told = place.reads(STEWARDS)
    assert len(told) == len(before) + 1
    await restored(place, copy)
    assert place.reads(STEWARDS) == told


async def test_what_was_not_said_before_it_expired_is_not_said_any_more(place: Town) -> None:
    place.matrix.outcomes["Say"] = [RetryAt(5 * SECOND, limited=True)]
    place.posts(ALICE, LOUNGE, DANGER)
    await place.settle()
    place.time += 31 * DAY
    await place.restart()
    await place.settle()
    assert [one for one in place.room(NYC).timeline if one.sender == BOT] == []
    assert await place.store.queue.waiting() == 0


async def test_what_follows_from_what_waited_is_said_once(place: Town) -> None:
    await supporters(place, BEA)
    chat = place.opens_direct(ALICE)
    await place.settle()
    place.posts(ALICE, chat, REQUEST)
    await place.settle()
    place.matrix.outcomes["CreatePrivate"] = [RetryAt(MINUTE)]
    await says(place, BEA, "yes")
    before = place.reads(chat)
    copy = await copied(place)
    await place.later(2 * MINUTE)
    told = place.reads(chat)
    assert len(told) == len(before) + 1  # who is there for her
    await restored(place, copy)
    # The room cannot be found again, so there is another one (docs/adr/0009); the words can.
    assert len(private_rooms(place)) == 2
    assert place.reads(chat) == told


async def test_what_happens_after_the_start_is_not_looked_for(
    place: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def find_sent(*_: object) -> None:
        raise AssertionError("a request that nobody needs")

    monkeypatch.setattr(place.matrix, "find_sent", find_sent)
    place.time += SECOND
    place.posts(ALICE, LOUNGE, DANGER)
    await place.settle()
    assert len(place.reads(NYC)) == 1


# ---- What was written for the device that it was before ----


def said(place: Town) -> dict[str, list[str]]:
    """By room, what the bot said of it."""
    rooms = {place.matrix.rooms[room].id: alias for alias, room in place.matrix.aliases.items()}
    found = {rooms.get(room, room): place.reads(room) for room in place.matrix.rooms}
    return {room: told for room, texts in found.items() if (told := [t for t in texts if "new device" in t])}


async def test_it_says_so_once_where_it_was_written_and_nowhere_else(place: Town) -> None:
    rooms = len(place.matrix.rooms)
    await it_moves_to_a_new_device(place)
    chat = await place.direct(ALICE)
    told = said(place)
    assert {room: len(texts) for room, texts in told.items()} == {LOUNGE: 1, NYC: 1, STEWARDS: 1, chat: 1}
    assert len(place.matrix.rooms) == rooms + 1  # Alice's; nobody else is spoken to alone
    assert "(Wed 18 Nov 2026, 08:06 UTC to Wed 18 Nov 2026, 10:06 UTC)" in told[LOUNGE][0]
    assert "EST" in told[NYC][0]
    assert "60 in number" in told[STEWARDS][0]
    assert "(rooms: 2, chats with me: 1)" in told[STEWARDS][0]
    assert "repeat to me" not in told[STEWARDS][0]
    for text in (*told[LOUNGE], *told[NYC], *told[chat]):
        assert "✅ " in text
        assert text.splitlines()[0] == "Hi, I have moved to a new device. 🌱"
        assert "@" not in text
    assert await place.rows("SELECT * FROM unread") == []
    await place.restart()
    await place.later(DAY)
    assert said(place) == told


async def test_what_stewards_wrote_they_hear_of_in_their_room_alone(place: Town) -> None:
    lost = Older(room=place.room(STEWARDS).id, count=1, first=place.time, last=place.time + 1)
    place.matrix.log.append(OlderThanDevice(rooms=(lost,), at=place.time))
    await place.settle()
    assert list(said(place)) == [STEWARDS]
    (line,) = said(place)[STEWARDS]
    assert "repeat to me" in line
    assert line.count(" UTC") == 1
    assert await place.direct(STEWARD) == ""


async def test_what_was_said_in_a_room_for_two_was_not_said_to_the_bot(place: Town) -> None:
    await supporters(place, BEA)
    place.posts(ALICE, LOUNGE, REQUEST)
    await place.settle()
    await says(place, BEA, "yes")
    (room,) = private_rooms(place)
    lost = Older(room=room, count=2, first=place.time, last=place.time)
    place.matrix.log.append(OlderThanDevice(rooms=(lost,), at=place.time))
    await place.settle()
    assert said(place) == {}


async def test_where_nothing_is_marked_as_heard_no_mark_is_spoken_of(place: Town) -> None:
    place.world = replace(place.world, acknowledge="none")
    await place.restart()
    await it_moves_to_a_new_device(place)
    assert "✅" not in said(place)[LOUNGE][0]


async def test_a_second_move_is_said_again(place: Town) -> None:
    for _ in range(2):
        await it_moves_to_a_new_device(place, CHICAGO)
        place.time += DAY
    assert len(said(place)[CHICAGO]) == 2


async def test_what_the_same_device_cannot_read_later_is_said_too(place: Town) -> None:
    room = place.room(CHICAGO).id
    for last in (1, 1, 2):
        lost = Older(room=room, count=1, first=1, last=last)
        place.matrix.log.append(OlderThanDevice(rooms=(lost,), at=place.time))
        await place.settle()
    assert len(said(place)[CHICAGO]) == 2


async def test_an_old_copy_that_was_about_to_say_so_does_not_say_it_twice(place: Town) -> None:
    place.matrix.outcomes["Say"] = [RetryAt(5 * SECOND, limited=True)]
    await it_moves_to_a_new_device(place)
    copy = await copied(place)
    await place.later(MINUTE)
    told = said(place)
    assert len(told) == 4
    await restored(place, copy)
    assert said(place) == told
