"""`forget me`: what stands in the rooms afterwards, what the store still knows, and killed at every point.

Each story ends where somebody is about to say it.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from swsmatrix.model import CaseState, Direct, SupporterState
from swsmatrix.protocol import DAY, MINUTE, UserId
from tests.scenario.help_stories import asks, invited_to, joins, private_rooms, says, supporters
from tests.scenario.stories import Story
from tests.scenario.test_crash import tell
from tests.town import ALICE, BEA, CLEO, LOUNGE, NY, NYC, STEWARD, STEWARDS, Fuse, Town

# ---- Stories ----


async def chats(town: Town, *users: UserId) -> None:
    for user in users:
        town.opens_direct(user)
    await town.settle()


async def alice_has_much_that_is_open(town: Town) -> None:
    """Warnings (out, held, without a place), a tip that a steward reads, two requests, a lost key."""
    await supporters(town, BEA)
    await chats(town, ALICE)
    town.posts(ALICE, LOUNGE, "#swsdanger #us-ny a grey van waits by the bridge")
    town.posts(ALICE, LOUNGE, "#swsdanger #nyc he calls from +1 212 555 0123")
    town.posts(ALICE, LOUNGE, "#swsdanger the side door is watched")
    town.posts(ALICE, NYC, "#swsfyi the night kitchen is open again")
    town.posts(ALICE, await town.direct(ALICE), "#swshelp #nyc can we talk about my landlord?")
    town.cannot_be_read(ALICE, LOUNGE, "session one")
    await asks(town)
    tip = next(post for post in await town.store.records.open_posts() if "kitchen" in post.text)
    town.posts(STEWARD, STEWARDS, f"show {tip.number}")
    await town.settle()


async def alice_has_just_written(town: Town) -> None:
    """And her next word comes with it, in one answer of the homeserver."""
    await chats(town, ALICE)
    town.posts(ALICE, LOUNGE, "#swsdanger #us-ny a grey van waits by the bridge")


async def nobody_is_there(town: Town) -> None:
    await asks(town)


async def two_are_asked(town: Town) -> None:
    await supporters(town, BEA, CLEO)
    await asks(town)


async def bea_said_no(town: Town) -> None:
    await two_are_asked(town)
    await says(town, BEA, "no")


async def bea_has_just_said_yes(town: Town) -> None:
    await two_are_asked(town)
    town.posts(BEA, await town.direct(BEA), "yes")


async def bea_said_yes(town: Town) -> None:
    await two_are_asked(town)
    await says(town, BEA, "yes")


async def alice_has_joined(town: Town) -> None:
    await bea_said_yes(town)
    await joins(town, ALICE)


async def both_are_together(town: Town) -> None:
    await alice_has_joined(town)
    await joins(town, BEA)


async def bea_wrote_that_she_is_there(town: Town) -> None:
    await asks(town)
    town.posts(BEA, LOUNGE, "#swssupporter #nyc #ride I make good soup")
    await town.settle()
    number = (await town.store.people.supporters())[0].number
    town.posts(STEWARD, STEWARDS, f"show {number}")
    town.posts(STEWARD, STEWARDS, f"approve {number}")
    await town.settle()


OF_ALICE = (
    alice_has_much_that_is_open,
    alice_has_just_written,
    nobody_is_there,
    two_are_asked,
    bea_said_yes,
    alice_has_joined,
    both_are_together,
)
OF_BEA = (
    bea_wrote_that_she_is_there,
    two_are_asked,
    bea_said_no,
    bea_has_just_said_yes,
    bea_said_yes,
    alice_has_joined,
    both_are_together,
)


async def bea_was_declined(town: Town) -> None:
    await supporters(town, BEA)
    number = (await town.store.people.supporters())[0].number
    town.posts(STEWARD, STEWARDS, f"decline {number}")
    await town.settle()


async def dora_has_others_words(town: Town) -> None:
    """Who has read words, and was going to be there for somebody."""
    town.posts(BEA, NYC, "#swsfyi the night kitchen is open again")
    await asks(town)
    tip, request = await town.store.records.open_posts()
    town.posts(STEWARD, STEWARDS, f"show {tip.number}")
    town.posts(STEWARD, STEWARDS, f"take {request.number}")
    await town.settle()


async def forgets(town: Town, story: Story, who: UserId) -> int:
    """The story, and its end. From which kill point on it ends."""
    await story(town)
    begun = town.fuse.count
    await says(town, who, "Forget me.")
    return begun


@pytest.mark.parametrize(
    ("story", "who"),
    [
        (alice_has_much_that_is_open, ALICE),
        (alice_has_just_written, ALICE),
        (alice_has_joined, ALICE),
        (both_are_together, ALICE),
        (bea_said_yes, BEA),
        (bea_has_just_said_yes, BEA),
        (bea_wrote_that_she_is_there, BEA),
        (bea_was_declined, BEA),
        (dora_has_others_words, STEWARD),
    ],
)
async def test_killed_anywhere_it_ends_the_same(story: Story, who: UserId, folder: Path) -> None:
    begun = 0

    async def whole_story(town: Town) -> None:
        nonlocal begun
        begun = await forgets(town, story, who)

    fuse = Fuse()
    expected = await tell(whole_story, folder / "whole", fuse)
    assert fuse.count > begun + 4
    for point in range(begun + 1, fuse.count + 1):
        told = await tell(whole_story, folder / str(point), Fuse(point))
        assert told == expected, f"killed at point {point}"


# ---- How they end ----


async def known_of(place: Town, who: UserId) -> dict[str, list[str]]:
    """Every row of the store in which somebody's user id stands, by table."""
    tables = await place.rows("SELECT name FROM sqlite_master WHERE type = 'table'")
    found = {}
    for (table,) in tables:
        rows = [str(row) for row in await place.rows(f"SELECT * FROM {table}")]
        if theirs := [row for row in rows if who in row]:
            found[table] = theirs
    return found


async def only_the_chat_is_known(place: Town, who: UserId) -> bool:
    chat = await place.store.records.direct(who)
    assert isinstance(chat, Direct)
    return await known_of(place, who) == {"directs": [str((who, chat.room, 1))]}


def said_to_stewards(place: Town) -> str:
    return "\n".join(place.reads(STEWARDS))


@pytest.mark.parametrize("story", OF_ALICE, ids=lambda story: story.__name__)
async def test_nothing_is_left_of_who_asked(story: Story, place: Town) -> None:
    await forgets(place, story, ALICE)
    assert await only_the_chat_is_known(place, ALICE)
    (last,) = await place.hears_privately(ALICE)
    assert last.startswith("Done.")
    assert await place.rows("SELECT * FROM bodies") == []
    assert await place.store.people.cases() == ()
    assert await place.store.records.unread_of(ALICE) == ()
    assert await place.store.records.next_due() is None
    assert private_rooms(place) == []
    assert place.reads(NY) == place.reads(NYC) == []
    for room in (LOUNGE, NYC, await place.direct(ALICE)):
        for shown in place.room(room).timeline:
            if shown.sender == ALICE:
                assert place.reactions(room, shown.event) == []
    for numbered in ("👂", "🕐", "❓"):
        assert numbered not in said_to_stewards(place)
    before = place.snapshot()
    await place.later(31 * DAY)
    assert place.snapshot() == before
    assert await only_the_chat_is_known(place, ALICE)


async def test_what_others_read_of_hers_is_taken_back(place: Town) -> None:
    await forgets(place, alice_has_much_that_is_open, ALICE)
    assert not any("kitchen" in text for text in await place.hears_privately(STEWARD))
    assert [text for text in await place.hears_privately(BEA) if "walk home" in text] == []
    assert any("isn't needed any more" in text for text in await place.hears_privately(BEA))


async def test_her_own_words_stay_hers(place: Town) -> None:
    await forgets(place, alice_has_much_that_is_open, ALICE)
    hers = [shown for shown in place.room(LOUNGE).timeline if shown.sender == ALICE]
    assert hers
    assert not any(shown.redacted for shown in hers)


async def test_nothing_of_anybody_else_goes(place: Town) -> None:
    await supporters(place, CLEO)
    await chats(place, ALICE, BEA)
    place.posts(BEA, LOUNGE, "#swsdanger #nyc the side door is watched")
    place.posts(BEA, LOUNGE, "#swsfyi the night kitchen is open again")
    place.posts(ALICE, LOUNGE, "#swsdanger #nyc a grey van waits")
    place.cannot_be_read(BEA, LOUNGE, "session two")
    await says(place, BEA, "help")
    before = await known_of(place, BEA), await known_of(place, CLEO)
    await says(place, ALICE, "forget me")
    (relay,) = place.reads(NYC)
    assert "side door" in relay
    assert (await known_of(place, BEA), await known_of(place, CLEO)) == before
    assert any("I listen in our rooms" in text for text in await place.hears_privately(BEA))


async def test_together_they_keep_their_room(place: Town) -> None:
    await forgets(place, both_are_together, ALICE)
    (room,) = private_rooms(place, left=True)
    assert place.room(room).members == {ALICE, BEA}
    assert len(place.reads(room)) == 1


@pytest.mark.parametrize("story", OF_BEA, ids=lambda story: story.__name__)
async def test_nothing_is_left_of_a_supporter(story: Story, place: Town) -> None:
    await forgets(place, story, BEA)
    assert await only_the_chat_is_known(place, BEA)
    assert not await place.store.people.barred(BEA)
    (last,) = await place.hears_privately(BEA)
    assert last.startswith("Done.")
    # Whoever asked is not forgotten with them, unless the two had found each other.
    cases = [case.requester for case in await place.store.people.cases()]
    assert cases == ([] if story is both_are_together else [ALICE])
    await place.later(31 * DAY)
    assert await only_the_chat_is_known(place, BEA)


async def test_a_case_is_handed_on(place: Town) -> None:
    await forgets(place, bea_said_yes, BEA)
    assert ALICE not in {user for room in private_rooms(place) for user in place.room(room).invited}
    (case,) = await place.store.people.cases()
    assert case.state is CaseState.SEEKING
    assert [offer.user for offer in case.offers] == [CLEO]
    await says(place, CLEO, "yes")
    assert invited_to(place, ALICE)


async def test_a_stewards_no_stays_as_a_code(place: Town) -> None:
    await forgets(place, bea_was_declined, BEA)
    assert await only_the_chat_is_known(place, BEA)
    assert await place.store.people.barred(BEA)
    place.world = replace(place.world, vetting="open")
    await place.restart()
    place.posts(BEA, LOUNGE, "#swssupporter #nyc")
    await place.settle()
    (supporter,) = await place.store.people.supporters()
    assert supporter.state is SupporterState.WAITING


async def test_nothing_is_left_of_a_steward(place: Town) -> None:
    await forgets(place, dora_has_others_words, STEWARD)
    assert await only_the_chat_is_known(place, STEWARD)
    (last,) = await place.hears_privately(STEWARD)
    assert last.startswith("Done.")
    (case,) = await place.store.people.cases()
    assert case.state in (CaseState.SEEKING, CaseState.NOBODY)
    tip = next(post for post in await place.store.records.open_posts() if post.author == BEA)
    assert tip.text


async def test_a_second_time_there_is_nothing_to_forget(place: Town) -> None:
    await forgets(place, alice_has_much_that_is_open, ALICE)
    await says(place, ALICE, "forget me")
    (last,) = await place.hears_privately(ALICE)
    assert last.startswith("Done.")


async def test_afterwards_she_is_heard_as_anybody_is(place: Town) -> None:
    await forgets(place, alice_has_much_that_is_open, ALICE)
    place.posts(ALICE, LOUNGE, "#swsdanger #nyc a blue van waits")
    await place.settle()
    (relay,) = place.reads(NYC)
    assert "blue" in relay


@pytest.mark.parametrize("where", [LOUNGE, NYC])
async def test_in_a_room_the_word_does_nothing(place: Town, where: str) -> None:
    await chats(place, ALICE)
    place.posts(ALICE, LOUNGE, "#swsdanger #nyc a grey van waits")
    place.posts(ALICE, where, "!sws forget me")
    place.posts(ALICE, where, "forget me")
    await place.settle()
    assert len(place.reads(NYC)) == 1


async def test_a_device_that_is_not_signed_forgets_nobody(place: Town) -> None:
    await chats(place, ALICE)
    place.posts(ALICE, LOUNGE, "#swsdanger #nyc a grey van waits")
    place.posts(ALICE, await place.direct(ALICE), "forget me", signed=False)
    await place.later(MINUTE)
    assert len(place.reads(NYC)) == 1
