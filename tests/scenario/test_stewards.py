"""What stewards see and do."""

from __future__ import annotations

import pytest

from swsmatrix.protocol import MINUTE
from tests.scenario import stories
from tests.town import ALICE, BEA, LOUNGE, NYC, STEWARD, STEWARDS, Town


async def test_a_steward_who_sends_is_seen_by_the_others(place: Town) -> None:
    await stories.nobody_answers_and_a_steward_sends_it(place)
    assert "dora sent #1" in place.reads(STEWARDS)[-1]


async def test_a_steward_takes_a_near_miss_for_a_tag(place: Town) -> None:
    place.posts(ALICE, LOUNGE, "#swsdagner #nyc a grey van waits")
    await place.settle()
    await place.later(10 * MINUTE)
    place.posts(STEWARD, STEWARDS, "send 1")
    await place.settle()
    assert len(place.reads(NYC)) == 1


async def test_a_steward_takes_it_for_a_tag_and_names_the_place(place: Town) -> None:
    event = place.posts(ALICE, LOUNGE, "#swsdagner a grey van waits")
    await place.settle()
    place.posts(STEWARD, STEWARDS, "send 1 #nyc")
    await place.settle()
    assert len(place.reads(NYC)) == 1
    assert place.reactions(LOUNGE, event) == ["✅"]


async def test_an_unsigned_device_waits_for_the_stewards(place: Town) -> None:
    event = place.posts(BEA, LOUNGE, "#swsdanger #nyc a grey van waits", signed=False)
    await place.settle()
    assert place.reactions(LOUNGE, event) == ["❓"]
    assert place.reads(NYC) == []
    assert "#1" in place.reads(STEWARDS)[0]
    place.posts(STEWARD, STEWARDS, "release 1")
    await place.settle()
    assert len(place.reads(NYC)) == 1


async def test_said_again_from_a_signed_device_it_goes_out(place: Town) -> None:
    place.posts(BEA, LOUNGE, "#swsdanger #nyc a grey van waits", signed=False)
    await place.settle()
    place.posts(BEA, LOUNGE, "#swsdanger #nyc a grey van waits")
    await place.settle()
    assert len(place.reads(NYC)) == 1


async def test_tips_are_listed_and_shown_to_one_steward(place: Town) -> None:
    event = place.posts(BEA, NYC, "#swsfyi the night kitchen is open again")
    await place.settle()
    (listed,) = place.reads(STEWARDS)
    assert "#swsfyi" in listed
    assert "New York City" in listed
    assert "kitchen" not in listed
    place.posts(STEWARD, STEWARDS, "show 1")
    await place.settle()
    assert "night kitchen" in (await place.hears_privately(STEWARD))[0]
    place.deletes(BEA, NYC, event)
    await place.settle()
    assert await place.hears_privately(STEWARD) == []
    assert await place.bodies() == []


async def test_what_was_said_in_private_is_not_shown(place: Town) -> None:
    room = place.opens_direct(BEA)
    await place.settle()
    place.posts(BEA, room, "#swshelp #nyc somebody to talk to")
    await place.settle()
    place.posts(STEWARD, STEWARDS, "show 1")
    await place.settle()
    assert "in private" in place.reads(STEWARDS)[-1]
    assert await place.hears_privately(STEWARD) == []


async def test_the_warnings_that_are_up_are_listed_with_their_numbers(place: Town) -> None:
    for text in ("#nyc a grey van waits", "#nyc he calls from +1 212 555 0123", "#buffalo a green van waits"):
        place.posts(BEA, LOUNGE, f"#swsdanger {text}")
    place.posts(BEA, LOUNGE, "#swsfyi #nyc the night kitchen is open again")
    await place.settle()
    place.posts(BEA, await place.direct(BEA), "yes")
    await place.settle()
    place.posts(STEWARD, STEWARDS, "warnings")
    await place.settle()
    _, *lines = place.reads(STEWARDS)[-1].split("\n\n")
    assert lines == [
        "#1: New York City · Wed 18 Nov 2026, 06:06 EST",
        "#3: Buffalo, near New York State · Wed 18 Nov 2026, 06:06 EST",
    ]
    for word in ("withdraw 1 it was a bread van", "withdraw 3 that one, too", "warnings"):
        place.posts(STEWARD, STEWARDS, word)
    await place.settle()
    assert place.reads(STEWARDS)[-1] == "No warning is up just now."


async def test_of_many_warnings_the_newest_are_listed(place: Town) -> None:
    for count in range(22):
        place.posts(BEA, LOUNGE, f"#swsdanger #nyc van {count} waits")
    await place.settle()
    place.posts(STEWARD, STEWARDS, "warnings")
    await place.settle()
    _, first, *_, last, more = place.reads(STEWARDS)[-1].split("\n\n")
    assert (first[:2], last[:3], more) == ("#3", "#22", "… and 2 older")


async def test_done_closes_and_leaves_the_sign(place: Town) -> None:
    event = place.posts(BEA, NYC, "#swsharrassment they came to the night kitchen again")
    place.posts(BEA, LOUNGE, "#swsdanger #nyc a grey van waits")
    await place.settle()
    for word in ("done 1", "done 2", "done 9", "waiting"):
        place.posts(STEWARD, STEWARDS, word)
    await place.settle()
    assert place.reactions(NYC, event) == ["✅"]
    assert [post.number for post in await place.store.records.open_posts()] == [2]
    closed, not_closable, no_such, waiting = place.reads(STEWARDS)
    assert "dora closed #1" in closed
    assert "its author takes it down" in not_closable
    assert "no #9" in no_such
    assert waiting == "Nothing waits."
    assert len(place.reads(NYC)) == 1


@pytest.mark.parametrize(
    ("written", "meant"),
    [("aprove 3", "approve"), ("relaese 3", "release"), ("thaww 3", "thaw"), ("shwo 3", "show")],
)
async def test_a_slip_of_any_features_word_is_answered_with_it(place: Town, written: str, meant: str) -> None:
    place.posts(STEWARD, STEWARDS, written)
    await place.settle()
    assert place.reads(STEWARDS) == [f"I don't know “{written}”. Did you mean `{meant}`? `help` shows all."]
