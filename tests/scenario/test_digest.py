"""Digests: weekly, only if there is something, and never with what was taken back."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from swsmatrix.detecting.patterns import accepted
from swsmatrix.features.digest import next_time
from swsmatrix.protocol import DAY, HOUR, MINUTE
from tests.fake_matrix import BOT
from tests.scenario import digest_stories
from tests.scenario.digest_stories import TIP, TO_SUNDAY, tipped, weekly
from tests.town import ALICE, BEA, CHICAGO, LOUNGE, NY, NYC, STEWARD, STEWARDS, Town

ASK = "Find more in a chat with me: `find clinic`. Share one: `#swsfyi`."
NEW = "🌱 New tips · New York City\n• The night kitchen is open again"
NEW_YORK = ZoneInfo("America/New_York")


def digests(town: Town, where: str = NYC) -> list[str]:
    return [text for text in town.reads(where) if text.endswith(ASK)]


async def test_once_a_week_if_there_is_something(place: Town) -> None:
    await weekly(place)
    await tipped(place)
    await place.later(TO_SUNDAY - MINUTE)
    assert digests(place) == []
    await place.later(MINUTE)
    assert digests(place) == [f"{NEW}\n\n{ASK}"]
    await place.later(7 * DAY)
    assert len(digests(place)) == 1
    place.time += 1
    await tipped(place, "#swsfyi #us-ny The clinic has Saturday hours")
    await place.later(7 * DAY)
    assert "Saturday" in digests(place)[1]
    assert "kitchen" not in digests(place)[1]


async def test_each_room_reads_what_is_for_its_region(place: Town) -> None:
    await weekly(place, NYC, CHICAGO, NY, LOUNGE)
    await tipped(place)
    await place.later(TO_SUNDAY + DAY)
    assert [len(digests(place, room)) for room in (NYC, NY, CHICAGO, LOUNGE)] == [1, 1, 0, 1]
    assert digests(place, LOUNGE)[0].startswith("🌱 New tips\n")


async def test_what_is_coming_stands_in_it_once(place: Town) -> None:
    await weekly(place)
    await tipped(place)
    await tipped(place, "#event #nyc Candles by the river for those we lost, 27 November 7pm")
    await tipped(place, "#event #nyc Letters by the lake, 24 December 7pm")
    await tipped(place, "#event #chicago Tea by the lake, 27 November 7pm")
    await place.later(TO_SUNDAY)
    assert digests(place) == [
        f"🌱 New tips · New York City\n• Letters by the lake, 24 December 7pm\n"
        "• The night kitchen is open again\n\n"
        f"📅 Coming up\n• Fri 27 Nov, 19:00 EST\n  Candles by the river for those we los…\n\n{ASK}"
    ]
    assert all(len(line) <= 40 for line in digests(place)[0].splitlines()[:-1])


async def test_of_many_it_names_ten(place: Town) -> None:
    await weekly(place)
    for number in range(12):
        await tipped(place, f"#swsfyi #nyc Kitchen number {number} is open again, and the soup is good")
    await place.later(TO_SUNDAY)
    lines = digests(place)[0].splitlines()
    assert len([line for line in lines if line.startswith("•")]) == 10
    assert "… and 2 more" in lines
    assert "number 11" in lines[1]


async def test_missed_weeks_are_one_digest(place: Town) -> None:
    await weekly(place)
    await tipped(place)
    await tipped(place, "#event #nyc Candles by the river, 25 November 7pm")
    await place.later(TO_SUNDAY + 22 * DAY)
    assert len(digests(place)) == 1
    assert "Candles" not in digests(place)[0]
    await place.later(7 * DAY)
    assert len(digests(place)) == 1


async def test_late_it_does_not_name_what_is_over_by_then(place: Town) -> None:
    await weekly(place)
    await tipped(place)
    await tipped(place, "#event #nyc Candles by the river, 22 November 7pm")
    await place.later(TO_SUNDAY + 4 * HOUR)
    (said,) = digests(place)
    assert "Candles" not in said


async def test_an_edit_carries_through(place: Town) -> None:
    await weekly(place)
    event = await tipped(place)
    other = await tipped(place, "#swsfyi #nyc The clinic has Saturday hours")
    await place.later(TO_SUNDAY)
    place.edits(ALICE, LOUNGE, event, f"{TIP} after ten")
    await place.settle()
    (said,) = digests(place)
    assert "open again after…" in said
    assert "Saturday" in said
    place.deletes(ALICE, LOUNGE, event)
    await place.settle()
    (said,) = digests(place)
    assert "kitchen" not in said
    place.deletes(ALICE, LOUNGE, other)
    await place.settle()
    assert digests(place) == []
    assert await place.rows("SELECT * FROM digested") == []
    assert await place.bodies() == []


async def test_what_is_held_back_does_not_stand_on_in_it(place: Town) -> None:
    await weekly(place)
    event = await tipped(place)
    await place.later(TO_SUNDAY)
    place.edits(ALICE, LOUNGE, event, f"{TIP}, call +1 212 555 0123")
    await place.settle()
    assert digests(place) == []


async def test_an_old_one_is_taken_back_and_not_said_anew(place: Town) -> None:
    await weekly(place)
    event = await tipped(place)
    await tipped(place, "#swsfyi #nyc The clinic has Saturday hours")
    await place.later(TO_SUNDAY)
    await place.later(8 * DAY)
    assert len(digests(place)) == 1
    place.edits(ALICE, LOUNGE, event, f"{TIP} after ten")
    await place.settle()
    assert digests(place) == []


async def test_an_event_that_is_moved_is_moved_in_it(place: Town) -> None:
    await weekly(place)
    event = await tipped(place, "#event #nyc Candles by the river, 27 November 7pm")
    await place.later(TO_SUNDAY)
    place.edits(ALICE, LOUNGE, event, "#event #nyc Candles by the river, 28 November 8pm")
    await place.settle()
    (said,) = digests(place)
    assert "• Sat 28 Nov, 20:00 EST" in said


async def test_what_is_over_goes_out_of_it_in_place(place: Town) -> None:
    await weekly(place)
    event = await tipped(place)
    await tipped(place, "#event #nyc Candles by the river, 25 November 7pm")
    await place.later(TO_SUNDAY)
    (before,) = [one for one in place.room(NYC).timeline if "📅 Coming up" in one.text]
    await place.later(5 * DAY)
    assert digests(place) == [f"{NEW}\n\n{ASK}"] == [before.text]
    place.deletes(ALICE, LOUNGE, event)
    await place.settle()
    assert place.reads(NYC) == []
    # What it said before does not stand in its history either.
    assert [one for one in place.room(NYC).timeline if one.sender == BOT and not one.redacted] == []


async def test_digests_say_nothing_that_became_a_detail_since(place: Town) -> None:
    await weekly(place)
    await tipped(place, "#swsfyi #nyc The blue lagoon has soup")
    place.world = replace(place.world, patterns=(accepted("blue lagoon"),))
    await place.restart()
    await place.later(TO_SUNDAY)
    assert "lagoon" not in digests(place)[0]
    assert "has soup" in digests(place)[0]


async def test_stewards_turn_it_off_and_on(place: Town) -> None:
    await digest_stories.a_digest_is_turned_off_and_on(place)
    (said,) = digests(place)
    assert "Saturday" in said
    assert "kitchen" not in said  # that was new while it was off
    lines = [text for text in place.reads(STEWARDS) if "digest" in text]
    assert lines == [
        "dora turned the digest off for New York City. `digest on #nyc` turns it on again.",
        "dora turned the digest on for New York City. `digest off #nyc` turns it off again.",
    ]


@pytest.mark.parametrize("text", ["digest", "digest off #nowhere", "digest maybe #nyc"])
async def test_what_is_not_clear_is_asked(place: Town, text: str) -> None:
    await weekly(place)
    chat = place.opens_direct(BEA)
    await place.settle()
    place.posts(STEWARD, STEWARDS, text)
    place.posts(BEA, chat, "digest off #nyc")
    await place.settle()
    assert place.reads(STEWARDS)[-1].startswith("For which rooms?")
    assert await place.rows("SELECT 1 FROM digests WHERE off") == []


async def test_without_a_place_it_is_the_community_rooms(place: Town) -> None:
    await weekly(place, LOUNGE, NYC)
    place.posts(STEWARD, STEWARDS, "digest off")
    await tipped(place)
    await place.later(TO_SUNDAY)
    assert (len(digests(place, LOUNGE)), len(digests(place))) == (0, 1)


async def test_a_room_that_anyone_can_join_gets_none(place: Town) -> None:
    await weekly(place)
    await tipped(place)
    place.see(NYC, join_rule="public")
    await place.later(TO_SUNDAY)
    assert digests(place) == []
    place.see(NYC, at=place.time)
    await place.later(7 * DAY)
    assert "kitchen" in digests(place)[0]


async def test_turned_off_in_the_configuration_there_is_none(place: Town) -> None:
    await weekly(place)
    await tipped(place)
    place.world = replace(place.world, digest=None)
    await place.restart()
    await place.later(TO_SUNDAY + 7 * DAY)
    assert digests(place) == []
    assert await place.rows("SELECT 1 FROM timers WHERE feature = 'digest'") == []
    place.posts(STEWARD, STEWARDS, "digest on #nyc")
    await place.settle()
    assert place.reads(STEWARDS)[-1].startswith("Digests are off for all rooms")


def test_the_time_is_that_of_the_clock_on_the_wall() -> None:
    def at(text: str) -> int:
        return int(datetime.fromisoformat(text).replace(tzinfo=NEW_YORK).timestamp() * 1000)

    summer, winter = at("2026-10-25 18:00"), at("2026-11-01 18:00")
    assert winter - summer == 7 * DAY + HOUR
    assert next_time(at("2026-10-20 12:00"), NEW_YORK, 6, 18 * 60) == summer
    assert next_time(summer, NEW_YORK, 6, 18 * 60) == winter
    assert next_time(summer - 1, NEW_YORK, 6, 18 * 60) == summer
    # There is no half past two on that day.
    assert next_time(at("2027-03-13 12:00"), NEW_YORK, 6, 150) == at("2027-03-14 03:30")
