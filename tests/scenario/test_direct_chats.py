"""Direct chats: which room is one, and the words for it."""

from __future__ import annotations

from swsmatrix import texts
from swsmatrix.protocol import MINUTE, RetryAt
from tests.town import ALICE, BEA, LOUNGE, NYC, Town


async def test_strangers_invitations_are_left(place: Town) -> None:
    room = place.opens_direct(BEA, known=False)
    await place.settle()
    assert place.matrix.rooms[room].members == {BEA}


async def test_one_direct_chat_for_each(place: Town) -> None:
    first = place.opens_direct(BEA)
    await place.settle()
    second = place.opens_direct(BEA)
    await place.settle()
    assert await place.direct(BEA) == first
    assert "already have a chat" in place.reads(second)[0]
    assert place.matrix.rooms[second].members == {BEA}


async def test_a_direct_chat_without_encryption_is_left_with_a_word(place: Town) -> None:
    room = place.opens_direct(BEA, encrypted=False)
    await place.settle()
    assert "encryption" in place.reads(room)[0]
    assert place.matrix.rooms[room].members == {BEA}
    assert await place.direct(BEA) == ""


async def test_a_third_in_a_direct_chat_makes_it_leave(place: Town) -> None:
    room = place.opens_direct(BEA)
    await place.settle()
    assert await place.direct(BEA) == room
    place.joins(ALICE, room)
    await place.settle()
    assert await place.direct(BEA) == ""
    assert "one person" in place.reads(room)[0]
    assert place.matrix.rooms[room].members == {ALICE, BEA}


async def test_a_group_is_no_direct_chat(place: Town) -> None:
    room = place.opens_direct(BEA)
    place.matrix.rooms[room].members.add(ALICE)
    await place.settle()
    assert await place.direct(BEA) == ""
    assert place.matrix.rooms[room].members == {ALICE, BEA}


async def test_the_next_direct_chat_after_somebody_left(place: Town) -> None:
    room = place.opens_direct(BEA)
    await place.settle()
    place.leaves(BEA, room)
    await place.settle()
    assert await place.direct(BEA) == ""
    place.posts(BEA, LOUNGE, "#swsdanger a grey van waits")
    await place.settle()
    assert await place.direct(BEA) not in ("", room)


async def test_an_invitation_that_failed_is_tried_again_without_a_second_room(place: Town) -> None:
    place.matrix.outcomes["InviteDirect"] = [RetryAt(1000)]
    place.posts(BEA, LOUNGE, "#swsdanger a grey van waits")
    await place.settle()
    await place.later(1000)
    assert [room.made_by_bot for room in place.matrix.rooms.values()].count(True) == 1
    assert len(await place.hears_privately(BEA)) == 1


async def test_a_limit_on_making_rooms_holds_up_that_chat_alone(place: Town) -> None:
    place.matrix.outcomes["CreateDirect"] = [RetryAt(MINUTE, limited=True)]
    place.posts(ALICE, LOUNGE, "#swsdanger a grey van waits")
    await place.settle()
    place.posts(BEA, LOUNGE, "#swsdanger #nyc the side door is watched")
    await place.settle()
    assert len(place.reads(NYC)) == 1
    assert await place.direct(ALICE) == ""
    await place.later(MINUTE)
    assert len(await place.hears_privately(ALICE)) == 1


async def test_help_and_privacy_in_a_direct_chat(place: Town) -> None:
    room = place.opens_direct(BEA)
    await place.settle()
    for word in ("Help!", "privacy", "hlep", "send", "I am so tired"):
        place.posts(BEA, room, word)
    await place.settle()
    helped, private, nearest, nothing, unknown = place.reads(room)
    assert "volunteers" in helped
    assert "the night line" in helped
    assert "the server sees" in private
    assert "`help`" in nearest
    assert "Nothing of yours waits" in nothing
    assert "`#swshelp`" in unknown


async def test_a_word_for_the_direct_chat_is_pointed_there(place: Town) -> None:
    place.posts(ALICE, LOUNGE, "!sws status")
    await place.settle()
    assert await place.hears_privately(ALICE) == [texts.text("direct.here", word="status")]
