"""Members whose hashtags stewards do not want to count for a while."""

from __future__ import annotations

import pytest

from swsmatrix.features import muting
from swsmatrix.features.muting import duration
from swsmatrix.protocol import DAY, HOUR, MINUTE
from tests.scenario import abuse_stories as stories
from tests.scenario.abuse_stories import many, says
from tests.scenario.details_stories import are_there, wants_it_private, writes
from tests.scenario.help_stories import supporters
from tests.town import ALICE, BEA, LOUNGE, NYC, STEWARD, STEWARDS, Town


async def test_a_mute_and_its_end(place: Town) -> None:
    await many(place, 5)
    before = len(place.reads(STEWARDS))
    await says(place, STEWARD, STEWARDS, "mute 4 2 days")
    (line,) = place.reads(STEWARDS)[before:]
    assert "dora muted whoever wrote #4, until Fri 20 Nov 2026, 11:06 UTC" in line
    assert "alice" not in line
    (told,) = await place.hears_privately(ALICE)
    assert "Until Fri 20 Nov 2026" in told
    assert "Only `#swsdoxx` and `#swshelp` I always do" in told
    event = await says(place, ALICE, LOUNGE, "#swsdanger #nyc another van waits")
    await place.later(10 * MINUTE)
    assert place.reactions(LOUNGE, event) == []
    assert len(place.room(NYC).timeline) == len(place.reads(NYC)) == 3  # what is out stays
    assert len(await place.hears_privately(ALICE)) == 1
    await place.later(2 * DAY - 10 * MINUTE)
    assert "#4 is heard again" in place.reads(STEWARDS)[-1]
    assert await place.rows("SELECT 1 FROM muted") == []
    await says(place, ALICE, LOUNGE, "#swsdanger #nyc a silver van waits")
    assert "silver" in place.reads(NYC)[-1]
    assert await place.rows("SELECT 1 FROM timers WHERE feature = 'muting'") == []


async def test_help_and_doxx_are_heard_of_everybody(place: Town) -> None:
    await supporters(place, BEA)
    await says(place, ALICE, LOUNGE, "#swsfyi #nyc soup at seven")
    (post,) = await place.store.records.open_posts()
    await says(place, STEWARD, STEWARDS, f"mute {post.number}")
    help_ = await says(place, ALICE, LOUNGE, "#swshelp #nyc could somebody walk me home")
    doxx = await says(place, ALICE, LOUNGE, "#swsdoxx #swsfyi my name is up there")
    assert place.reactions(LOUNGE, help_) == place.reactions(LOUNGE, doxx) == ["✅"]
    assert "walk me home" in (await place.hears_privately(BEA))[-1]
    open_ = [post.tag.value for post in await place.store.records.open_posts() if post.author == ALICE]
    assert sorted(open_) == ["swsdoxx", "swsfyi", "swshelp"]


async def test_what_was_to_be_told_to_a_responder_is_not(place: Town) -> None:
    await are_there(place, BEA)
    await wants_it_private(place)
    await says(place, STEWARD, STEWARDS, "mute 1")
    assert [post.tag.value for post in await place.store.records.open_posts()] == []
    assert await place.store.people.cases() == ()
    await writes(place, ALICE, "send")
    assert place.reads(NYC) == []


async def test_any_steward_ends_it(place: Town) -> None:
    await place.told_the_rule(ALICE)
    await stories.a_mute_is_undone(place)
    assert "rosa ended it" in place.reads(STEWARDS)[-2]
    assert "💡" in place.reads(STEWARDS)[-1]
    await says(place, STEWARD, STEWARDS, "unmute 1")
    assert "not muted" in place.reads(STEWARDS)[-1]
    await place.later(7 * DAY)
    assert "heard again" not in place.reads(STEWARDS)[-1]


async def test_deleting_it_is_no_way_round(place: Town) -> None:
    await stories.who_deleted_everything_is_muted(place)
    assert place.reads(NYC) == []
    (told,) = await place.hears_privately(ALICE)  # with the first that was not heard
    assert "I don't pass on" in told
    assert await place.store.records.open_posts() == ()
    await says(place, STEWARD, STEWARDS, "unmute 1")
    assert "ended it" in place.reads(STEWARDS)[-1]


async def test_what_a_muted_member_takes_back_is_taken_back(place: Town) -> None:
    await stories.a_muted_member_edits(place)
    assert place.reads(NYC) == []
    assert len(place.room(NYC).timeline) == 1
    assert await place.bodies() == []


async def test_a_device_that_nobody_vouches_for_takes_nothing_back(place: Town) -> None:
    event = await says(place, ALICE, LOUNGE, "#swsdanger #nyc a grey van waits")
    await says(place, STEWARD, STEWARDS, "mute 1")
    place.edits(ALICE, LOUNGE, event, "#swsdanger #nyc a green van waits", signed=False)
    await place.settle()
    assert "grey" in place.reads(NYC)[0]


async def test_what_waits_for_an_answer_ends(place: Town) -> None:
    await says(place, ALICE, LOUNGE, "#swsdanger a grey van waits")
    await says(place, BEA, LOUNGE, "#swsdanger a green van waits")
    await says(place, STEWARD, STEWARDS, "mute 1")
    await says(place, ALICE, await place.direct(ALICE), "#nyc")
    await says(place, BEA, await place.direct(BEA), "#nyc")
    assert ["grey" in text for text in place.reads(NYC)] == [False]


async def test_thousands_that_wait_end_some_at_a_time(place: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(muting, "AT_ONCE", 4)
    await many(place, 14)
    await says(place, STEWARD, STEWARDS, "mute 1")
    await place.later(1)
    await place.later(1)
    await place.later(1)
    assert len(await place.store.records.open_posts()) == 3
    assert await place.store.queue.waiting() == 0


async def test_muted_again_the_new_date_counts(place: Town) -> None:
    await many(place, 2)
    await says(place, STEWARD, STEWARDS, "mute 1 for 2 days")
    await says(place, STEWARD, STEWARDS, "mute #2 12h")
    assert len(await place.hears_privately(ALICE)) == 2
    await place.later(12 * HOUR)
    assert "#2 is heard again" in place.reads(STEWARDS)[-1]
    await place.later(2 * DAY)
    assert "#2 is heard again" in place.reads(STEWARDS)[-1]


async def test_what_is_not_understood_mutes_nobody(place: Town) -> None:
    await says(place, ALICE, LOUNGE, "#swsfyi #nyc soup at seven")
    for word, answer in (
        ("mute", "Whom"),
        ("mute 9", "no #9"),
        ("unmute 9", "no #9"),
        ("mute 1 for ever", "How long"),
        ("mute 1 400 days", "How long"),
        ("mute 1 0 days", "How long"),
        ("unmute 1", "not muted"),
    ):
        await says(place, STEWARD, STEWARDS, word)
        assert answer.lower() in place.reads(STEWARDS)[-1].lower(), word
    assert await place.store.warnings.all_muted() == ()
    await says(place, STEWARD, STEWARDS, "mute 1")
    await says(place, STEWARD, STEWARDS, "mute")
    assert "Whoever wrote #1, until Wed 25 Nov 2026" in place.reads(STEWARDS)[-1]


async def test_only_stewards_mute(place: Town) -> None:
    await says(place, ALICE, LOUNGE, "#swsfyi #nyc soup at seven")
    chat = place.opens_direct(BEA)
    await place.settle()
    await says(place, BEA, chat, "mute 1")
    await says(place, BEA, LOUNGE, "!sws mute 1")
    assert await place.store.warnings.all_muted() == ()


async def test_nobody_is_named_in_what_is_kept(place: Town) -> None:
    await says(place, ALICE, LOUNGE, "#swsfyi #nyc soup at seven")
    await says(place, STEWARD, STEWARDS, "mute 1")
    kept = str(await place.rows("SELECT * FROM muted") + await place.rows("SELECT * FROM timers"))
    assert "alice" not in kept
    assert "dora" not in kept


@pytest.mark.parametrize(
    ("words", "lasts"),
    [
        ("", 7 * DAY),
        ("7 days", 7 * DAY),
        ("1 day", DAY),
        ("3d", 3 * DAY),
        ("for 2 weeks", 14 * DAY),
        ("12 hours please", 12 * HOUR),
        ("365 days", 365 * DAY),
        ("366 days", None),
        ("0 hours", None),
        ("days", None),
        ("7", None),
        ("7 dogs", None),
        ("99999 hours", None),
        ("²3 days", None),
    ],
)
def test_how_long(words: str, lasts: int | None) -> None:
    assert duration(words) == lasts


async def test_the_date_counts_not_when_the_timer_fires(place: Town) -> None:
    await says(place, ALICE, LOUNGE, "#swsdanger #nyc a grey van waits")
    await says(place, STEWARD, STEWARDS, "mute 1 2 days")
    place.time += 2 * DAY
    place.posts(ALICE, LOUNGE, "#swsdanger #nyc a green van waits")
    place.posts(STEWARD, STEWARDS, "mute")
    await place.settle()
    assert "green" in place.reads(NYC)[-1]
    assert not any(text.startswith("🔇 Whoever") for text in place.reads(STEWARDS))


async def test_a_number_ends_it_when_all_else_of_theirs_is_gone(place: Town) -> None:
    event = await says(place, ALICE, LOUNGE, "#swsfyi #nyc soup at seven")
    await says(place, STEWARD, STEWARDS, "mute 1")
    place.deletes(ALICE, LOUNGE, event)
    await place.settle()
    await says(place, STEWARD, STEWARDS, "unmute 1")
    assert "ended it" in place.reads(STEWARDS)[-1]
    assert await place.rows("SELECT 1 FROM timers WHERE feature = 'muting'") == []


async def test_a_call_that_waits_for_an_answer_goes_on(place: Town) -> None:
    await says(place, ALICE, LOUNGE, "#swshlep #nyc could somebody walk me home")
    await says(place, STEWARD, STEWARDS, "mute 1")
    await says(place, ALICE, await place.direct(ALICE), "yes")
    (post,) = await place.store.records.open_posts()
    assert post.state.value == "up"


async def test_a_new_date_is_told_with_the_next_message(place: Town) -> None:
    await stories.who_deleted_everything_is_muted(place)
    await says(place, STEWARD, STEWARDS, "mute 1 2 days")
    await says(place, ALICE, LOUNGE, "#swsfyi #nyc soup at eight")
    assert ["Fri 20 Nov" in text for text in await place.hears_privately(ALICE)] == [False, True]
