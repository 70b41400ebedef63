"""Rooms that are not of the configuration: for two, private to a case, or left over."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from swsmatrix.model import Direct, Private
from swsmatrix.protocol import MINUTE, CreatePrivate, Done, Invited, RoomId
from tests.fake_matrix import BOT, FakeMatrix
from tests.town import ALICE, BEA, LOUNGE, Fuse, Killed, Town, town


async def a_private_room(place: Town, *, named: bool = True) -> RoomId:
    made = await place.matrix.perform(None, CreatePrivate("Chat"), "t")
    assert isinstance(made, Done)
    room = RoomId(made.result)
    if named:
        async with place.store.transaction():
            await place.store.records.save(Private(room=room, subject="swshelp $e"))
    return room


async def test_a_private_room_is_no_direct_chat(place: Town) -> None:
    room = await a_private_room(place)
    place.matrix.rooms[room].invited.add(ALICE)
    place.see(room)
    await place.settle()
    place.joins(ALICE, room)
    place.see(room)
    await place.settle()
    assert await place.direct(ALICE) == ""


async def test_a_private_room_is_never_crowded(place: Town) -> None:
    room = await a_private_room(place)
    place.joins(ALICE, room)
    place.joins(BEA, room)
    place.see(room)
    await place.settle()
    place.leaves(ALICE, room)
    await place.later(20 * MINUTE)
    assert BOT in place.room(room).members
    assert place.reads(room) == []
    assert not any(room in str(row) for row in await place.rows("SELECT * FROM rooms"))


async def test_an_invitation_to_a_private_room_is_none(place: Town) -> None:
    room = await a_private_room(place)
    place.matrix.log.append(Invited(room=room, sender=ALICE, at=place.time, known=True, encrypted=True))
    await place.settle()
    assert ("JoinRoom", room) not in place.matrix.performed


async def test_what_cannot_be_read_in_a_private_room_is_not_asked_for(place: Town) -> None:
    room = await a_private_room(place)
    place.joins(ALICE, room)
    place.cannot_be_read(ALICE, room, "session one")
    await place.later(5 * MINUTE)
    assert await place.direct(ALICE) == ""
    assert await place.rows("SELECT * FROM unread") == []


@pytest.mark.parametrize("for_a_case", [True, False])
async def test_a_room_that_is_told_of_before_its_record_is_kept(place: Town, for_a_case: bool) -> None:
    room = await a_private_room(place, named=False)
    await place.settle()
    record = Private(room=room, subject="swshelp $e") if for_a_case else Direct(user=ALICE, room=room)
    async with place.store.transaction():
        await place.store.records.save(record)
    await place.later(20 * MINUTE)
    assert BOT in place.room(room).members
    assert not any(room in str(row) for row in await place.rows("SELECT * FROM rooms"))


class FuseAfterMaking(Fuse):
    """Kills right after the first room was made."""

    matrix: FakeMatrix | None = None

    async def __call__(self, moment: str) -> None:
        self.count += 1
        if self.matrix and self.at == 0 and moment == "after":
            self.at = self.count * any(kind == "CreateDirect" for kind, _ in self.matrix.performed)
            if self.at:
                raise Killed


async def test_a_room_whose_making_was_forgotten_is_left(tmp_path: Path) -> None:
    fuse = FuseAfterMaking()
    async with town(tmp_path, fuse) as place:
        fuse.matrix = place.matrix
        place.posts(ALICE, LOUNGE, "#swsdanger a grey van waits")
        await place.settle()
        made = [room for room in place.matrix.rooms.values() if room.made_by_bot]
        assert [BOT in room.members for room in made] == [True, True]
        await place.later(10 * MINUTE)
        assert [BOT in room.members for room in made] == [False, True]
        assert made[1].id == await place.direct(ALICE)


async def test_a_chat_whose_other_one_left_is_left(place: Town) -> None:
    room = place.opens_direct(BEA)
    await place.settle()
    place.leaves(BEA, room)
    await place.settle()
    place.see(room)  # as at the next start
    await place.settle()
    assert BOT in place.room(room).members
    await place.later(10 * MINUTE)
    assert BOT not in place.room(room).members


async def test_whoever_comes_back_in_time_keeps_the_room(place: Town) -> None:
    room = place.opens_direct(BEA)
    await place.settle()
    place.leaves(BEA, room)
    place.see(room)
    await place.later(5 * MINUTE)
    place.joins(BEA, room)
    await place.later(20 * MINUTE)
    assert BOT in place.room(room).members


async def test_a_room_of_ours_that_is_not_found_at_once_is_not_left(place: Town) -> None:
    names = {name: room for name, room in place.world.names.items() if name != LOUNGE}
    place.engine.world = replace(place.world, names=names)
    place.see(LOUNGE)
    await place.settle()
    assert BOT in place.room(LOUNGE).members
    assert place.reads(LOUNGE) == []
