"""The bot from an old copy of its data, on a homeserver that does not know its transactions any more."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from swsmatrix.protocol import DAY, HOUR, MINUTE, SECOND, RetryAt
from swsmatrix.store.db import FILE
from tests.scenario.help_stories import REQUEST, private_rooms, says, supporters
from tests.town import ALICE, BEA, CLEO, LOUNGE, NY, NYC, STEWARDS, Town

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
