"""Rooms of the configuration that become more open, are replaced, or are out of reach."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from swsmatrix.model import RoomsMissing, RoomsMoved
from swsmatrix.protocol import HOUR, MINUTE, RetryAt
from swsmatrix.regions import RegionTree
from swsmatrix.texts import moment
from tests.fake_matrix import BOT
from tests.town import ALICE, BEA, CHICAGO, LOUNGE, NY, NYC, START, STEWARD, STEWARDS, TREE, Town, town

WARNING = "#swsdanger #nyc a grey van waits by the bridge"


async def changes(place: Town, alias: str, **how: object) -> None:
    place.time += 1000
    place.see(alias, **how)
    await place.settle()


async def says(place: Town, text: str) -> str:
    """What the stewards' room reads first in answer to a steward's ``text``."""
    before = len(place.reads(STEWARDS))
    place.posts(STEWARD, STEWARDS, text)
    await place.settle()
    return place.reads(STEWARDS)[before]


def about(place: Town, word: str) -> list[str]:
    return [line for line in place.reads(STEWARDS) if word in line]


# ---- More open -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "how",
    [{"history": "shared"}, {"join_rule": "restricted"}, {"weakened": True}],
    ids=["history", "join", "encryption"],
)
async def test_a_room_that_became_more_open_gets_no_warning_until_thawed(
    place: Town, how: dict[str, object]
) -> None:
    await changes(place, NYC, **how)
    [line] = about(place, "`thaw #nyc`")
    assert "New York City" in line
    event = place.posts(ALICE, LOUNGE, WARNING)
    await place.settle()
    assert place.reads(NYC) == []
    assert place.reactions(LOUNGE, event) == ["✅"]
    assert "New York City" in (await place.hears_privately(ALICE))[-1]
    assert len(about(place, "did not go to New York City")) == 1
    assert "New York City" in await says(place, "waiting")
    await place.later(HOUR)
    assert (await says(place, "thaw #nyc")).startswith("The room of New York City: dora accepts")
    [late] = place.reads(NYC)
    assert "a grey van waits by the bridge" in late
    assert moment(START, ZoneInfo("America/New_York")) in late
    # Taken back like any other.
    place.deletes(ALICE, LOUNGE, event)
    await place.settle()
    assert place.reads(NYC) == []
    # And new ones go there at once.
    place.posts(ALICE, LOUNGE, "#swsdanger #nyc another van")
    await place.settle()
    assert len(place.reads(NYC)) == 1


async def test_what_was_encrypted_once_is_never_taken_for_unencrypted(place: Town) -> None:
    place.room(NYC).encrypted = False
    await changes(place, NYC, encrypted=False)
    assert place.reads(NYC) == []
    [line] = about(place, "`thaw #nyc`")
    assert "encryption" in line


async def test_only_that_room_is_held_back(place: Town) -> None:
    await changes(place, NYC, history="shared")
    place.posts(ALICE, LOUNGE, "#swsdanger #us-ny a grey van")
    await place.settle()
    assert len(place.reads(NY)) == 1
    assert place.reads(NYC) == []
    assert len(about(place, "did not go to New York City")) == 1
    assert "New York City" in (await place.hears_privately(ALICE))[-1]


async def test_what_anyone_can_join_cannot_be_accepted(place: Town) -> None:
    await changes(place, NYC, join_rule="public")
    assert len(about(place, "open to anyone")) == 1
    place.posts(ALICE, LOUNGE, WARNING)
    await place.settle()
    assert "cannot be accepted" in await says(place, "thaw #nyc")
    assert place.reads(NYC) == []
    await changes(place, NYC)
    assert len(about(place, "✅ The room of New York City")) == 1
    assert len(place.reads(NYC)) == 1


async def test_said_once_over_restarts_and_again_after_it_was_mended(place: Town) -> None:
    for _ in range(2):
        await changes(place, NYC, join_rule="restricted")
        await place.restart()
    assert len(about(place, "`thaw #nyc`")) == 1
    await changes(place, NYC)
    assert len(about(place, "as it should be")) == 1
    await changes(place, NYC, join_rule="restricted")
    assert len(about(place, "`thaw #nyc`")) == 2


async def test_what_was_accepted_is_held_back_again_when_it_changes_again(place: Town) -> None:
    await changes(place, NYC, join_rule="restricted")
    await says(place, "thaw #nyc")
    await changes(place, NYC, join_rule="restricted")
    assert len(about(place, "`thaw #nyc`")) == 1
    assert about(place, "as it should be") == []
    await changes(place, NYC, join_rule="restricted", history="shared")
    assert len(about(place, "`thaw #nyc`")) == 2
    await changes(place, NYC)  # closed again
    await changes(place, NYC, join_rule="restricted")
    assert len(about(place, "`thaw #nyc`")) == 3


async def test_a_room_that_was_so_from_the_start_is_not_held_back(tmp_path: Path) -> None:
    async with town(tmp_path) as place:
        async with place.store.transaction():
            await place.store.records._connection.execute("DELETE FROM rooms")
        await changes(place, CHICAGO, history="shared", join_rule="restricted")
        assert about(place, "thaw") == []
        place.posts(ALICE, LOUNGE, "#swsdanger #chicago a grey van")
        await place.settle()
        assert len(place.reads(CHICAGO)) == 1


async def test_thaw_says_what_it_cannot_do(place: Town) -> None:
    for text, answer in (
        ("thaw", "Which room"),
        ("thaw #nowhere", "Which room"),
        ("thaw #maine", "Which room"),
    ):
        assert answer in await says(place, text)
    assert "not held back" in await says(place, "thaw #nyc")


async def test_a_late_warning_is_not_sent_twice(place: Town) -> None:
    place.posts(ALICE, LOUNGE, WARNING)
    await place.settle()
    await changes(place, NYC, history="shared")
    await says(place, "thaw #nyc")
    assert len(place.reads(NYC)) == 1


async def test_nobody_else_can_thaw(place: Town) -> None:
    await changes(place, NYC, history="shared")
    place.posts(ALICE, LOUNGE, "!sws thaw #nyc")
    await place.settle()
    place.posts(ALICE, LOUNGE, WARNING)
    await place.settle()
    assert place.reads(NYC) == []


# ---- Addresses that lead elsewhere ---------------------------------------------------------------


async def moved(place: Town, *names: str, followed: tuple[str, ...] = ()) -> None:
    place.time += 1000
    away, gone = (tuple((name, place.room(name).id) for name in some) for some in (names, followed))
    await place.engine.happened(RoomsMoved(away=away, followed=gone, at=place.time))
    await place.settle()


@pytest.mark.parametrize(
    ("alias", "called"),
    [(NYC, "The room of New York City"), (LOUNGE, "A community room"), (STEWARDS, "This room")],
)
async def test_an_address_that_leads_elsewhere_is_said_once(place: Town, alias: str, called: str) -> None:
    for _ in range(2):
        await moved(place, alias)
        await changes(place, alias)
        await place.restart()
    [line] = about(place, "leads to another room")
    assert called in line
    assert about(place, "as it should be") == []
    place.posts(ALICE, LOUNGE, WARNING)
    await place.settle()
    assert len(place.reads(NYC)) == 1
    await moved(place)
    await moved(place, alias)
    assert len(about(place, "leads to another room")) == 2


async def test_a_room_that_was_followed_is_said(place: Town) -> None:
    await moved(place, followed=(NYC,))
    [line] = about(place, "has moved")
    assert "The room of New York City" in line


async def follows(place: Town, alias: str) -> tuple[str, str]:
    """The name leads to another room now: the old one and the new one."""
    old = place.room(alias).id
    new = place.matrix.make_room("", {ALICE, BEA, STEWARD}).id
    place.matrix.log.append(place.matrix.seen(place.matrix.rooms[new]))
    place.world = replace(place.world, names={**place.world.names, alias: new})
    place.engine.world = place.world
    await moved(place, followed=(alias,))
    place.matrix.aliases[alias] = new
    return old, new


async def test_what_stands_in_a_room_that_has_moved_is_taken_back_there(place: Town) -> None:
    event = place.posts(ALICE, LOUNGE, WARNING)
    await place.settle()
    old, new = await follows(place, NYC)
    assert len(place.reads(old)) == 1
    place.edits(ALICE, LOUNGE, event, f"{WARNING}, it has left")
    await place.settle()
    assert (place.reads(old), len(place.reads(new))) == ([], 1)
    place.deletes(ALICE, LOUNGE, event)
    await place.settle()
    assert (place.reads(old), place.reads(new)) == ([], [])
    assert ("RedactEvent", new) in place.matrix.performed


async def test_so_is_what_waited_to_be_taken_back_when_it_moved(place: Town) -> None:
    event = place.posts(ALICE, LOUNGE, WARNING)
    await place.settle()
    place.matrix.outcomes["RedactEvent"] = [RetryAt(5000, limited=True)]
    place.deletes(ALICE, LOUNGE, event)
    await place.settle()
    old, _ = await follows(place, NYC)
    assert len(place.reads(old)) == 1
    await place.later(HOUR)
    assert place.reads(old) == []


async def test_what_had_not_gone_out_goes_where_the_name_leads(place: Town) -> None:
    place.matrix.outcomes["Say"] = [RetryAt(5000, limited=True)]
    event = place.posts(ALICE, LOUNGE, WARNING)
    await place.settle()
    old, new = await follows(place, NYC)
    await place.later(HOUR)
    assert (place.reads(old), len(place.reads(new))) == ([], 1)
    place.deletes(ALICE, LOUNGE, event)
    await place.settle()
    assert place.reads(new) == []


async def test_what_stands_in_a_room_that_nobody_names_any_more_is_taken_back(place: Town) -> None:
    event = place.posts(ALICE, LOUNGE, WARNING)
    await place.settle()
    old = place.room(NYC).id
    names = {name: room for name, room in place.world.names.items() if name != NYC}
    tree = RegionTree(replace(one, room=None if one.room == NYC else one.room) for one in TREE)
    place.world = place.engine.world = replace(place.world, names=names, tree=tree)
    await place.engine.happened(RoomsMoved(away=(), followed=(), unnamed=((NYC, old),), at=place.time))
    place.deletes(ALICE, LOUNGE, event)
    await place.settle()
    assert place.reads(old) == []
    assert place.reads(STEWARDS) == []


# ---- Replaced, and out of reach ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("alias", "called"),
    [(NYC, "The room of New York City"), (LOUNGE, "A community room"), (STEWARDS, "This room")],
)
async def test_a_room_that_is_replaced_is_said_once_and_not_followed(
    place: Town, alias: str, called: str
) -> None:
    for _ in range(2):
        await changes(place, alias, replaced=True)
    assert [line for line in place.reads(STEWARDS) if "in favour" in line and called in line] == [
        line for line in place.reads(STEWARDS) if "in favour" in line
    ]
    assert len(about(place, "in favour")) == 1
    place.posts(ALICE, LOUNGE, WARNING)
    await place.settle()
    assert len(place.reads(NYC)) == 1  # who is still there hears it
    assert "JoinRoom" not in [kind for kind, _ in place.matrix.performed]


async def missing(place: Town, *names: str) -> None:
    place.time += 1000
    await place.engine.happened(RoomsMissing(names=names, at=place.time))
    await place.settle()


async def test_a_room_out_of_reach_is_said_once_and_again_when_the_bot_is_back(place: Town) -> None:
    room = place.room(NYC)
    room.members.discard(BOT)
    names = {name: id for name, id in place.world.names.items() if name != NYC}
    whole, place.engine.world = place.world, replace(place.world, names=names)
    await missing(place, NYC)
    await missing(place, NYC)
    assert len(about(place, "The room of New York City: I am not in it")) == 1
    place.posts(ALICE, LOUNGE, WARNING)
    await place.settle()
    assert place.reads(NYC) == []
    room.members.add(BOT)
    place.engine.world = whole
    await missing(place)
    await place.later(HOUR)
    assert len(about(place, "I am in it now")) == 1
    assert len(place.reads(NYC)) == 1
    await missing(place, NYC, LOUNGE)
    assert len(about(place, "I am not in it")) == 3


async def test_removed_before_it_heard_of_it_the_bot_loses_no_warning(place: Town) -> None:
    room = place.room(NYC)
    room.members.discard(BOT)
    place.posts(ALICE, LOUNGE, WARNING)
    await place.settle()
    names = {name: id for name, id in place.world.names.items() if name != NYC}
    whole, place.engine.world = place.world, replace(place.world, names=names)
    await place.later(HOUR)
    assert place.reads(NYC) == []
    room.members.add(BOT)
    place.engine.world = whole
    await place.later(HOUR)
    assert len(place.reads(NYC)) == 1
    assert about(place, "could not be delivered") == []


async def test_what_is_refused_twice_is_said(place: Town) -> None:
    place.room(NYC).members.discard(BOT)  # and nobody says so
    place.posts(ALICE, LOUNGE, WARNING)
    await place.settle()
    assert about(place, "could not be delivered") == []
    await place.later(HOUR)
    assert len(about(place, "could not be delivered")) == 1


async def test_the_stewards_are_not_told_of_their_own_room_in_it(place: Town) -> None:
    await missing(place, STEWARDS)
    await missing(place)
    assert place.reads(STEWARDS) == []


async def test_a_room_that_left_the_configuration_is_forgotten(place: Town) -> None:
    await missing(place, "#gone")
    await missing(place)
    assert about(place, "I am in it now") == []
    assert await place.store.records.missing() == ()


@pytest.mark.parametrize("how", [{"history": "shared"}, {"join_rule": "public"}])
async def test_nor_does_it_get_one_that_was_on_its_way(place: Town, how: dict[str, object]) -> None:
    """Limits and outages lie between a decision and its delivery, in which a room can be opened."""
    place.matrix.outcomes["Say"] = [RetryAt(MINUTE, limited=True)]
    place.posts(ALICE, LOUNGE, WARNING)
    await place.settle()
    await changes(place, NYC, **how)
    await place.later(MINUTE)
    assert place.reads(NYC) == []
    assert about(place, "WEAKENED")
    heard = place.posts(ALICE, NYC, "#swsdanger #chicago they are here now")  # who is there is still heard
    await place.settle()
    assert place.reactions(NYC, heard) == ["✅"]
    await changes(place, NYC, history="joined", join_rule="invite")
    assert len(place.reads(NYC)) == 1
