"""Whom the stewards muted is asked to be there for nobody, as long as that lasts."""

from __future__ import annotations

from swsmatrix.protocol import DAY, HOUR
from tests.scenario import picture_stories
from tests.scenario.details_stories import are_there
from tests.scenario.help_stories import asks, supporters
from tests.scenario.trust_stories import writes
from tests.town import ALICE, BEA, CLEO, LOUNGE, STEWARD, Town


async def mute(place: Town) -> None:
    """Bea, for two days."""
    place.posts(BEA, LOUNGE, "#swsdanger #chicago a white van waits")
    await place.settle()
    number = max(post.number for post in await place.store.records.posts_by(BEA))
    await writes(place, STEWARD, f"mute {number} 2 days")


async def offered(place: Town) -> list[str]:
    return [text for text in await place.hears_privately(BEA) if "Somebody could use your company" in text]


async def test_another_one_is_asked(place: Town) -> None:
    await supporters(place, BEA, CLEO)
    await mute(place)
    await asks(place)
    assert await offered(place) == []
    assert "Somebody could use your company" in (await place.hears_privately(CLEO))[0]


async def test_until_it_is_over(place: Town) -> None:
    await supporters(place, BEA)
    await mute(place)
    await asks(place)
    await place.later(DAY)
    assert await offered(place) == []
    assert "Nobody is there yet" in " ".join(await place.hears_privately(ALICE))
    await place.later(DAY)
    await place.later(HOUR)
    assert len(await offered(place)) == 1


async def test_nor_are_they_told_of_a_picture_for_responders(place: Town) -> None:
    await are_there(place, BEA)
    await mute(place)
    await picture_stories.shows(place, picture_stories.IN_THE_CITY)
    await picture_stories.agrees(place, "picture private")
    assert "no trusted responder" in (await place.hears_privately(ALICE))[-1]
    assert not any("as a trusted responder" in text for text in await place.hears_privately(BEA))
