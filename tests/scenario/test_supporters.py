"""Those who are there for others: what they and the stewards see, what is kept, and killed at every point."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from pathlib import Path

import pytest

from swsmatrix.model import Barred, EffectFailed, SupporterState
from swsmatrix.protocol import DAY, IDENTITY_CHANGED, EffectId, EventId, UserId
from tests.scenario.stories import Story
from tests.scenario.test_crash import tell
from tests.town import ALICE, BEA, CLEO, LOUNGE, NYC, STEWARD, STEWARDS, Fuse, Town, town

WORDS = "#swssupporter #nyc #ride I make good soup"
KEY = f"key of {BEA}"

ACTIVE, PAUSED = SupporterState.ACTIVE, SupporterState.PAUSED
WAITING, DECLINED = SupporterState.WAITING, SupporterState.DECLINED


@pytest.fixture
async def unvetted(folder: Path) -> AsyncIterator[Town]:
    async with town(folder) as place:
        place.world = replace(place.world, vetting="open")
        await place.restart()
        yield place


async def registers(town: Town, text: str = WORDS, who: UserId = BEA) -> EventId:
    event = town.posts(who, LOUNGE, text, identity=f"key of {who}")
    await town.settle()
    return event


async def steward(town: Town, text: str) -> None:
    town.posts(STEWARD, STEWARDS, text)
    await town.settle()


async def says(town: Town, text: str, identity: str = KEY) -> None:
    """Bea, in her direct chat."""
    town.posts(BEA, await town.direct(BEA), text, identity=identity)
    await town.settle()


async def accepted(town: Town) -> EventId:
    event = await registers(town)
    await steward(town, "approve 1")
    return event


async def state(town: Town) -> SupporterState | None:
    supporter = await town.store.people.supporter(BEA)
    return supporter.state if supporter else None


async def last(town: Town) -> str:
    """What Bea was told last."""
    return (await town.hears_privately(BEA))[-1]


async def kept(town: Town) -> str:
    return " ".join(await town.bodies())


# ---- stories ----


async def somebody_registers_and_is_accepted(town: Town) -> None:
    await accepted(town)


async def somebody_registers_in_private(town: Town) -> None:
    room = town.opens_direct(BEA)
    await town.settle()
    town.posts(BEA, room, WORDS)
    await town.settle()
    await steward(town, "show 1")
    await steward(town, "approve 1")


async def a_steward_declines_and_another_undoes_it(town: Town) -> None:
    await registers(town)
    await steward(town, "decline 1")
    await steward(town, "approve 1")


async def they_write_it_again(town: Town) -> None:
    await accepted(town)
    await registers(town, "#swssupporter #chicago #remote")


async def they_change_it(town: Town) -> None:
    event = await accepted(town)
    town.edits(BEA, LOUNGE, event, "#swssupporter #chicago I make good tea", identity=KEY)
    await town.settle()


async def they_delete_it(town: Town) -> None:
    event = await accepted(town)
    town.deletes(BEA, LOUNGE, event)
    await town.settle()


async def they_pause_come_back_and_leave(town: Town) -> None:
    await accepted(town)
    await says(town, "Pause.")
    await says(town, "resume")
    await says(town, "leave")


async def they_leave_the_community(town: Town) -> None:
    await registers(town)
    town.leaves(BEA, LOUNGE, known=False)
    await town.settle()


async def their_identity_changes(town: Town) -> None:
    await accepted(town)
    town.matrix.identities[BEA] = "new"
    town.posts(ALICE, LOUNGE, "#swshelp #nyc somebody to talk to")
    await town.settle()


async def they_confirm_their_identity(town: Town) -> None:
    await their_identity_changes(town)
    await says(town, "resume", "new")
    await steward(town, "approve 1")


# Those that no other story contains.
STORIES: tuple[Story, ...] = (
    somebody_registers_in_private,
    a_steward_declines_and_another_undoes_it,
    they_write_it_again,
    they_delete_it,
    they_pause_come_back_and_leave,
    they_leave_the_community,
    they_confirm_their_identity,
)


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.__name__)
async def test_killed_anywhere_it_ends_the_same(story: Story, folder: Path) -> None:
    whole = Fuse()
    expected = await tell(story, folder / "whole", whole)
    for point in range(1, whole.count + 1):
        assert await tell(story, folder / str(point), Fuse(point)) == expected, f"killed at point {point}"


# ---- registering ----


async def test_a_registration_waits_for_a_steward(place: Town) -> None:
    event = await registers(place)
    assert await state(place) is WAITING
    assert place.reactions(LOUNGE, event) == ["✅"]
    (private,) = await place.hears_privately(BEA)
    assert "Places: New York City · Topics: ride" in private
    (line,) = place.reads(STEWARDS)
    assert "`approve 1`" in line
    assert "soup" not in line
    assert "bea" not in line
    assert "soup" in await kept(place)


async def test_show_says_who_it_is_and_what_they_wrote_to_that_steward(place: Town) -> None:
    await registers(place)
    await steward(place, "show 1")
    (shown,) = await place.hears_privately(STEWARD)
    assert BEA in shown
    assert "soup" in shown
    assert place.reads(STEWARDS)[1:] == ["Sent to your direct chat."]


async def test_accepted_the_words_are_forgotten(place: Town) -> None:
    await somebody_registers_and_is_accepted(place)
    assert await state(place) is ACTIVE
    assert await last(place) != (await place.hears_privately(BEA))[0]
    assert "You're on the list" in await last(place)
    (line,) = place.reads(STEWARDS)
    assert line == "dora accepted #1. `decline 1` takes that back."
    assert "soup" not in await kept(place)


async def test_what_was_written_in_private_is_shown_to_nobody(place: Town) -> None:
    await somebody_registers_in_private(place)
    (shown,) = await place.hears_privately(STEWARD)
    assert BEA in shown
    assert "soup" not in shown
    assert await state(place) is ACTIVE


async def test_where_nobody_vets_they_are_there_at_once(unvetted: Town) -> None:
    await registers(unvetted)
    assert await state(unvetted) is ACTIVE
    assert unvetted.reads(STEWARDS) == []
    assert "soup" not in await kept(unvetted)


async def test_without_a_place_they_are_asked_first(place: Town) -> None:
    await registers(place, "#swssupporter #ride")
    assert await state(place) is None
    await says(place, "#chicago")
    supporter = await place.store.people.supporter(BEA)
    assert supporter
    assert supporter.regions == ("chicago",)
    assert supporter.topics == ("ride",)
    assert "Places: Chicago" in "".join(await place.hears_privately(BEA))


async def test_from_afar_needs_no_place(place: Town) -> None:
    await registers(place, "#swssupporter #remote")
    assert await state(place) is WAITING
    (private,) = await place.hears_privately(BEA)
    assert "From afar" in private


async def test_a_device_that_is_not_signed_registers_nobody(place: Town) -> None:
    place.posts(BEA, LOUNGE, WORDS, signed=False, identity="")
    await place.settle()
    assert await state(place) is None
    await steward(place, "approve 1")
    assert place.reads(STEWARDS)[-1] == "I have no #1 open."


async def test_a_registration_does_not_expire(place: Town) -> None:
    await registers(place)
    await place.later(40 * DAY)
    assert await state(place) is WAITING
    await steward(place, "approve 1")
    await place.later(400 * DAY)
    assert await state(place) is ACTIVE


async def test_who_was_barred_waits_even_where_nobody_vets(unvetted: Town) -> None:
    async with unvetted.store.transaction():
        await unvetted.store.records.save(Barred(user=BEA))
    await registers(unvetted)
    assert await state(unvetted) is WAITING


# ---- changing it ----


async def test_the_later_message_counts(place: Town) -> None:
    await they_write_it_again(place)
    supporter = await place.store.people.supporter(BEA)
    assert supporter
    assert (supporter.state, supporter.regions, supporter.topics) == (ACTIVE, ("chicago",), ())
    assert supporter.remote
    first, second = (shown.event for shown in place.room(LOUNGE).timeline if shown.sender == BEA)
    assert place.reactions(LOUNGE, first) == []
    assert place.reactions(LOUNGE, second) == ["✅"]
    place.deletes(BEA, LOUNGE, first)
    await place.settle()
    assert await state(place) is ACTIVE
    place.deletes(BEA, LOUNGE, second)
    await place.settle()
    assert await state(place) is None


async def test_an_edit_changes_places_and_keeps_no_words(place: Town) -> None:
    await they_change_it(place)
    supporter = await place.store.people.supporter(BEA)
    assert supporter
    assert (supporter.state, supporter.regions, supporter.topics) == (ACTIVE, ("chicago",), ())
    private = await place.hears_privately(BEA)
    assert "Places: Chicago" in private[-1]
    assert not any("Places: New York City" in text for text in private)
    assert "tea" not in await kept(place)


async def test_an_edit_from_a_place_to_afar(place: Town) -> None:
    event = await accepted(place)
    place.edits(BEA, LOUNGE, event, "#swssupporter #remote", identity=KEY)
    await place.settle()
    supporter = await place.store.people.supporter(BEA)
    assert supporter
    assert (supporter.regions, supporter.remote) == ((), True)


async def test_an_edit_from_another_identity_waits_again(place: Town) -> None:
    event = await accepted(place)
    place.edits(BEA, LOUNGE, event, "#swssupporter #chicago", identity="new")
    await place.settle()
    assert await state(place) is WAITING
    assert "another identity" in place.reads(STEWARDS)[-1]


@pytest.mark.parametrize("before", [registers, accepted])
async def test_deleted_it_is_as_if_it_had_never_been(
    before: Callable[[Town], Awaitable[EventId]], place: Town
) -> None:
    event = await before(place)
    place.deletes(BEA, LOUNGE, event)
    await place.settle()
    assert await state(place) is None
    assert not any("`approve 1`" in line for line in place.reads(STEWARDS))
    assert not any("Places" in text for text in await place.hears_privately(BEA))
    assert "is gone" in await last(place)
    assert "soup" not in await kept(place)


async def test_only_their_own_registration_counts(place: Town) -> None:
    await accepted(place)
    other = await registers(place, who=CLEO)
    place.deletes(CLEO, LOUNGE, other)
    await place.settle()
    assert [one.user for one in await place.store.people.supporters()] == [BEA]


async def test_another_tag_on_the_same_message_may_end_alone(place: Town) -> None:
    await registers(place, "#swssupporter #swsharrassment #nyc the night kitchen needs hands")
    await steward(place, "done 1")
    assert place.reads(STEWARDS)[-1] == "dora closed #1."
    assert await state(place) is WAITING


async def test_without_the_tag_they_are_not_on_the_list(place: Town) -> None:
    event = await accepted(place)
    place.edits(BEA, LOUNGE, event, "I make good soup", identity=KEY)
    await place.settle()
    assert await state(place) is None


async def test_pause_resume_and_leave(place: Town) -> None:
    await accepted(place)
    await says(place, "pause")
    assert await state(place) is PAUSED
    await says(place, "resume")
    assert await state(place) is ACTIVE
    await says(place, "leave")
    assert await state(place) is None
    assert "Thank you" in await last(place)
    assert await place.store.records.posts_of("swssupporter", BEA) == ()


async def test_the_words_of_somebody_else_are_answered_kindly(place: Town) -> None:
    room = place.opens_direct(CLEO)
    await place.settle()
    place.posts(CLEO, room, "pause")
    await place.settle()
    (answer,) = place.reads(room)
    assert "#swssupporter" in answer


async def test_their_words_are_for_the_direct_chat(place: Town) -> None:
    await accepted(place)
    place.posts(BEA, LOUNGE, "!sws pause")
    place.posts(BEA, LOUNGE, "!sws leave")
    await place.settle()
    assert await state(place) is ACTIVE


# ---- stewards ----


async def test_nobody_accepts_themselves(place: Town) -> None:
    await registers(place)
    await says(place, "approve 1")
    place.posts(BEA, LOUNGE, "!sws approve 1")
    await place.settle()
    assert await state(place) is WAITING


async def test_a_number_that_nobody_has_is_answered_once(place: Town) -> None:
    for word in ("show", "approve", "decline"):
        await steward(place, f"{word} 9")
    assert place.reads(STEWARDS) == ["I have no #9 open."] * 3


async def test_declined_they_are_not_asked_and_another_steward_can_undo_it(place: Town) -> None:
    await registers(place)
    await steward(place, "decline 1")
    assert await state(place) is DECLINED
    assert "For now I don't ask you" in await last(place)
    assert place.reads(STEWARDS) == ["dora declined #1. `approve 1` takes that back."]
    await steward(place, "approve 1")
    assert await state(place) is ACTIVE


async def test_deleting_and_writing_again_is_no_way_round_a_no(unvetted: Town) -> None:
    event = await registers(unvetted)
    await steward(unvetted, "decline 1")
    unvetted.deletes(BEA, LOUNGE, event)
    await unvetted.settle()
    assert await state(unvetted) is DECLINED
    await steward(unvetted, "approve 1")
    assert "has taken back" in unvetted.reads(STEWARDS)[-1]
    await registers(unvetted)
    assert await state(unvetted) is DECLINED
    await says(unvetted, "leave")
    await registers(unvetted)
    assert await state(unvetted) is DECLINED
    assert "stood against them" in unvetted.reads(STEWARDS)[-1]


async def test_what_waits_is_listed_until_it_is_decided(place: Town) -> None:
    await registers(place)
    await steward(place, "waiting")
    assert "#1" in place.reads(STEWARDS)[-1]
    await steward(place, "approve 1")
    await steward(place, "waiting")
    assert place.reads(STEWARDS)[-1] == "Nothing waits."


async def test_done_removes_nobody(place: Town) -> None:
    await accepted(place)
    await steward(place, "done 1")
    assert await state(place) is ACTIVE


# ---- identities, and leaving ----


async def test_another_identity_is_not_asked(place: Town) -> None:
    await their_identity_changes(place)
    assert await state(place) is SupporterState.SUSPENDED
    heard = await place.hears_privately(BEA)
    assert "`resume`" in heard[-1]
    assert not any("talk to" in text for text in heard)
    suspended = [line for line in place.reads(STEWARDS) if "another identity" in line]
    assert len(suspended) == 1
    assert not any("IDENTITY" in line for line in place.reads(STEWARDS))


@pytest.mark.parametrize(
    ("slot", "reason", "expected"),
    [
        ("offer 7 {user}", IDENTITY_CHANGED, SupporterState.SUSPENDED),
        ("invite 7 {user}", IDENTITY_CHANGED, SupporterState.SUSPENDED),
        ("offer 7 {user}", "M_FORBIDDEN", ACTIVE),
        ("words {user}", IDENTITY_CHANGED, ACTIVE),
        ("offer 7 @cleo:example.org", IDENTITY_CHANGED, ACTIVE),
    ],
)
async def test_what_was_refused_suspends_only_for_an_identity(
    slot: str, reason: str, expected: SupporterState, place: Town
) -> None:
    await accepted(place)
    failed = EffectFailed(
        effect=EffectId("e"),
        feature="help",
        slot=slot.format(user=BEA),
        subject="help $x",
        at=place.time,
        room="!r",
        reason=reason,
    )
    async with place.store.transaction():
        await place.engine.apply(failed)
    assert await state(place) is expected


async def test_confirmed_it_is_the_one_that_is_asked(place: Town) -> None:
    await their_identity_changes(place)
    await says(place, "resume", "new")
    assert await state(place) is WAITING
    assert "make sure that it is them" in place.reads(STEWARDS)[-1]
    await steward(place, "approve 1")
    supporter = await place.store.people.supporter(BEA)
    assert supporter
    assert (supporter.state, supporter.identity) == (ACTIVE, "new")


async def test_back_with_the_old_identity_nobody_has_to_look(place: Town) -> None:
    await their_identity_changes(place)
    await says(place, "resume")
    assert await state(place) is ACTIVE


async def test_who_leaves_the_community_is_forgotten(place: Town) -> None:
    await registers(place)
    place.leaves(BEA, LOUNGE, known=False)
    await place.settle()
    assert await state(place) is None
    assert place.reads(STEWARDS) == ["#1, a supporter, has left our rooms. I don't ask them any more."]
    assert "soup" not in await kept(place)
    assert await place.hears_privately(BEA) == []


async def test_who_leaves_one_room_stays(place: Town) -> None:
    await accepted(place)
    place.leaves(BEA, NYC)
    await place.settle()
    assert await state(place) is ACTIVE


@pytest.mark.parametrize("word", ["cancel", "drop"])
async def test_what_ends_a_message_ends_no_registration(place: Town, word: str) -> None:
    """For that there is `leave`."""
    await registers(place, "#swssupporter #remote I make good soup")
    await says(place, word)
    (bea,) = await place.store.people.supporters()
    assert bea.user == BEA
