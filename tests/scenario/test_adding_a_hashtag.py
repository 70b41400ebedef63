"""A seventh hashtag, as docs/adding-a-hashtag.md shows it: one file, its line in the index, its sentences."""

from __future__ import annotations

import tomllib
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest

from swsmatrix import texts
from swsmatrix.features import index
from swsmatrix.protocol import DAY, HOUR, MINUTE, UserId
from tests.examples import swsride
from tests.scenario.abuse_stories import says
from tests.scenario.test_crash import tell
from tests.town import ALICE, BEA, CHICAGO, LOUNGE, NY, NYC, STEWARD, STEWARDS, Fuse, Town, town

HERE = Path(swsride.__file__).parent
PAGE = Path(__file__).parents[2] / "docs" / "adding-a-hashtag.md"
SENTENCES = tomllib.loads((HERE / "swsride.toml").read_text(encoding="utf-8"))["ride"]
WITH_RIDES = index(*swsride.RIDE)
OFFERED = "#swsride #nyc two seats from the bridge at two"


@pytest.fixture(autouse=True)
def _sentences(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, sentence in SENTENCES.items():
        monkeypatch.setitem(texts.catalogue(), f"ride.{name}", sentence.strip("\n"))


@pytest.fixture
async def place(folder: Path) -> AsyncIterator[Town]:
    async with town(folder, None, *WITH_RIDES) as found:
        yield found
        assert await found.store.records.dead_letters() == 0


def test_the_page_shows_this_file_and_its_sentences() -> None:
    page = PAGE.read_text(encoding="utf-8")
    for name, language in (("swsride.py", "python"), ("swsride.toml", "toml")):
        assert f"```{language}\n{(HERE / name).read_text(encoding='utf-8')}```\n" in page


async def in_chat(place: Town, who: UserId, word: str) -> str:
    """Says a word to the bot alone; the last that it says to them."""
    if not await place.direct(who):
        place.opens_direct(who)
        await place.settle()
    await says(place, who, await place.direct(who), word)
    return (await place.hears_privately(who))[-1]


# ---- What happens to one ---------------------------------------------------------------------------


async def taken(place: Town) -> None:
    await says(place, ALICE, LOUNGE, OFFERED)
    assert place.reads(NYC) == ["🚗 A ride · New York City\n\ntwo seats from the bridge at two"]
    await in_chat(place, ALICE, "taken")


async def edited_and_deleted(place: Town) -> None:
    event = await says(place, ALICE, LOUNGE, OFFERED)
    place.edits(ALICE, LOUNGE, event, "#swsride #us-ny one seat from the bridge")
    await place.settle()
    place.deletes(ALICE, LOUNGE, event)
    await place.settle()


async def over(place: Town) -> None:
    await says(place, ALICE, LOUNGE, OFFERED)
    await place.later(3 * HOUR)


async def asked_about(place: Town) -> None:
    """A slip, no place, a telephone number: its author is asked about one after the other."""
    await says(place, ALICE, LOUNGE, "#swsrdie one seat, call 212 555 0142")
    for answer, asked in (
        ("yes", "Which place"),
        ("#nyc", "`send` – it goes out without that"),
        ("send", "on its way"),
    ):
        assert asked in await in_chat(place, ALICE, answer)


async def from_a_device_that_is_not_signed(place: Town) -> None:
    place.posts(ALICE, LOUNGE, OFFERED, signed=False)
    await place.settle()
    await says(place, STEWARD, STEWARDS, "release 1")


async def taken_down(place: Town) -> None:
    await says(place, ALICE, LOUNGE, OFFERED)
    await says(place, STEWARD, STEWARDS, "withdraw 1 it is for another room")
    await place.later(DAY)


STORIES = (taken, edited_and_deleted, over, asked_about, from_a_device_that_is_not_signed, taken_down)


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.__name__)
async def test_killed_anywhere_it_ends_the_same(
    story: Callable[[Town], Awaitable[None]], folder: Path
) -> None:
    whole = Fuse()
    expected = await tell(story, folder / "whole", whole, WITH_RIDES)
    for point in range(1, whole.count + 1):
        assert await tell(story, folder / str(point), Fuse(point), WITH_RIDES) == expected, point


# ---- How it ends -----------------------------------------------------------------------------------


async def nothing_is_left(place: Town) -> None:
    assert place.reads(NYC) == place.reads(NY) == []
    assert await place.store.records.open_posts() == ()
    assert await place.bodies() == []
    assert await place.rows("SELECT 1 FROM timers WHERE feature LIKE 'ride%'") == []


async def test_it_is_heard_and_stands_until_it_is_taken(place: Town) -> None:
    event = await says(place, ALICE, LOUNGE, OFFERED)
    assert place.reactions(LOUNGE, event) == ["✅"]
    await says(place, ALICE, LOUNGE, "#swsdanger #chicago a grey van waits")
    status = await in_chat(place, ALICE, "status")
    assert "#1 · #swsride · New York City" in status
    assert "until Wed 18 Nov 2026, 09:06 EST" in status
    assert await in_chat(place, BEA, "taken") == SENTENCES["none"]
    assert len(place.reads(NYC)) == 1
    assert await in_chat(place, ALICE, "taken") == SENTENCES["taken"]
    assert place.reactions(LOUNGE, event) == place.reads(NYC) == []
    assert len(place.reads(CHICAGO)) == 1


async def test_an_edit_replaces_it_and_a_deletion_ends_it(place: Town) -> None:
    event = await says(place, ALICE, LOUNGE, OFFERED)
    place.edits(ALICE, LOUNGE, event, "#swsride #us-ny one seat from the bridge")
    await place.settle()
    assert place.reads(NYC) == place.reads(NY) == ["🚗 A ride · New York State\n\none seat from the bridge"]
    place.deletes(ALICE, LOUNGE, event)
    await place.settle()
    await nothing_is_left(place)


async def test_after_three_hours_it_is_gone(place: Town) -> None:
    await says(place, ALICE, LOUNGE, OFFERED)
    await place.later(3 * HOUR - MINUTE)
    assert len(place.reads(NYC)) == 1
    await place.later(MINUTE)
    await nothing_is_left(place)


async def test_slip_place_and_details_are_asked_about(place: Town) -> None:
    await asked_about(place)
    (stands,) = place.reads(NYC)
    assert stands.startswith("🚗 A ride · New York City\n\none seat, call")
    assert "0142" not in stands


async def test_nothing_of_it_waits_for_a_responder(place: Town) -> None:
    """`private` is for what there is a case for."""
    await says(place, ALICE, LOUNGE, "#swsride #nyc one seat, call 212 555 0142")
    (asked,) = await place.hears_privately(ALICE)
    answered = await in_chat(place, ALICE, "private")
    assert "`send 1` or `drop 1`" in answered
    assert "`private" not in asked + answered


async def test_what_stewards_can_do(place: Town) -> None:
    await says(place, ALICE, LOUNGE, OFFERED)
    await says(place, STEWARD, STEWARDS, "waiting")
    assert "#1" not in place.reads(STEWARDS)[-1]
    await says(place, STEWARD, STEWARDS, "done 1")
    assert "#1 stands in rooms" in place.reads(STEWARDS)[-1]
    await says(place, STEWARD, STEWARDS, "withdraw 1 it is for another room")
    assert place.reads(NYC) == []
    assert "took down your message" in (await place.hears_privately(ALICE))[-1]
    await says(place, STEWARD, STEWARDS, "mute 1")
    event = await says(place, ALICE, LOUNGE, OFFERED)
    assert place.reactions(LOUNGE, event) == place.reads(NYC) == []


async def test_forgotten_with_its_author(place: Town) -> None:
    await says(place, ALICE, LOUNGE, OFFERED)
    await in_chat(place, ALICE, "forget me")
    await nothing_is_left(place)


async def test_without_its_line_it_is_only_a_word(folder: Path) -> None:
    async with town(folder) as plain:
        event = await says(plain, ALICE, LOUNGE, OFFERED)
        assert plain.reactions(LOUNGE, event) == plain.reads(NYC) == []
