"""Members who say far more than anybody reads, and those who only need much."""

from __future__ import annotations

from swsmatrix.features import tips as library
from swsmatrix.features.feature import Feature
from swsmatrix.features.hearing import MOST, guarded
from swsmatrix.model import NOTHING, Hearing
from swsmatrix.protocol import HOUR, MINUTE, SECOND, EventId, MessagePosted
from swsmatrix.routing import route
from swsmatrix.store.vault import SYNC_TOKEN
from tests.scenario import abuse_stories as stories
from tests.scenario.abuse_stories import says
from tests.scenario.help_stories import supporters
from tests.town import ALICE, BEA, CLEO, LOUNGE, NYC, STEWARD, STEWARDS, Town


async def tips(place: Town, many: int = MOST) -> list[EventId]:
    """What Alice says within a moment; after it no more of the kind is heard."""
    await place.told_the_rule(ALICE)
    said = [place.posts(ALICE, LOUNGE, f"#swsfyi #nyc soup number {number}") for number in range(many)]
    await place.settle()
    return said


async def test_what_is_too_much_is_not_heard_and_its_author_and_the_stewards_learn_it_once(
    place: Town,
) -> None:
    before = len(place.reads(STEWARDS))
    *heard, first, second = await tips(place, MOST + 2)
    assert {tuple(place.reactions(LOUNGE, event)) for event in heard} == {("✅",)}
    assert place.reactions(LOUNGE, first) == place.reactions(LOUNGE, second) == []
    assert len(await place.store.records.open_posts()) == MOST
    (told,) = await place.hears_privately(ALICE)
    assert told.startswith(
        "I can't keep up with your messages.\n\nI read up to 30 with #swsfyi in ten minutes"
    )
    (line,) = [one for one in place.reads(STEWARDS)[before:] if one.startswith("🕐")]
    assert line == (
        "🕐 More than 30 messages of one member with #swsfyi in ten minutes. I read no more of those for now."
        " `mute 30` stops them all."
    )


async def test_ten_minutes_later_they_are_heard(place: Town) -> None:
    await tips(place)
    await place.later(10 * MINUTE)
    event = await says(place, ALICE, LOUNGE, "#swsfyi #nyc tea at seven")
    assert place.reactions(LOUNGE, event) == []
    await place.later(1)
    event = await says(place, ALICE, LOUNGE, "#swsfyi #nyc cake at eight")
    assert place.reactions(LOUNGE, event) == ["✅"]
    assert len(await place.hears_privately(ALICE)) == 1
    await place.later(HOUR)
    assert await place.rows("SELECT 1 FROM timers WHERE feature = 'hearing'") == []


async def test_of_a_flood_nothing_is_read(place: Town) -> None:
    async def load(*_: object) -> None:
        raise AssertionError("read")

    code = place.store.people.code(ALICE)
    await place.knows(*(Hearing(author=code, kind="swsfyi", at=place.time - n) for n in range(MOST)))
    deaf = guarded(Feature("swsfyi", load, lambda *_: NOTHING), library.SORT)
    event = MessagePosted(
        room=place.room(LOUNGE).id, event=EventId("$tip"), at=place.time, sender=ALICE, text="#swsfyi soup"
    )
    asked = route(event, place.engine.world, None, ())
    assert await deaf.load(asked, place.store, place.engine.world) is not None


async def test_others_are_heard_and_so_are_other_kinds(place: Town) -> None:
    await supporters(place, BEA)
    await tips(place)
    for who, text in (
        (CLEO, "#swsfyi #nyc tea at seven"),
        (ALICE, "#swshelp #nyc could somebody walk me home"),
        (ALICE, "#swsdanger #nyc a grey van waits"),
    ):
        assert place.reactions(LOUNGE, await says(place, who, LOUNGE, text)) == ["✅"]
    assert "grey van" in place.reads(NYC)[-1]
    assert "walk me home" in (await place.hears_privately(BEA))[-1]


async def test_deleting_gives_nothing_back_but_is_heard(place: Town) -> None:
    said = await tips(place)
    for event in said:
        place.deletes(ALICE, LOUNGE, event)
    await place.settle()
    assert await place.store.records.open_posts() == ()
    before = len(place.reads(STEWARDS))
    event = await says(place, ALICE, LOUNGE, "#swsfyi #nyc tea at seven")
    assert place.reactions(LOUNGE, event) == []
    (line,) = [one for one in place.reads(STEWARDS)[before:] if one.startswith("🕐")]
    assert line.endswith("I read no more of those for now.")  # no number is left that `mute` knows


async def test_an_edit_too_many_ends_what_was_said_but_for_calls_for_help(place: Town) -> None:
    await supporters(place, BEA)
    warning = await says(place, ALICE, LOUNGE, "#swsdanger #nyc a grey van waits")
    call = await says(place, ALICE, LOUNGE, "#swshelp #nyc could somebody walk me home")
    for number in range(MOST - 1):
        place.edits(ALICE, LOUNGE, warning, f"#swsdanger #nyc a grey van waits at number {number}")
        place.edits(ALICE, LOUNGE, call, f"#swshelp #nyc could somebody walk me home to number {number}")
    await place.settle()
    assert len(await place.store.records.open_posts()) == 2
    for _ in range(2):
        place.edits(ALICE, LOUNGE, warning, "#swsdanger #nyc a grey van waits further on")
        place.edits(ALICE, LOUNGE, call, "#swshelp #nyc could somebody walk me home by the bridge")
    await place.settle()
    assert [post.tag.value for post in await place.store.records.open_posts()] == ["swshelp"]
    await place.later(HOUR)
    assert place.reads(NYC) == []
    told = await place.hears_privately(ALICE)
    assert [text for text in told if "#swsdanger in ten minutes" in text]
    assert len([text for text in told if "can't keep up" in text]) == 2


async def test_who_was_not_heard_lately_is_answered_before_those_who_say_much(place: Town) -> None:
    await tips(place, 1)
    more = [place.posts(ALICE, LOUNGE, f"#swsfyi #nyc cake number {number}") for number in range(3)]
    first = place.posts(CLEO, LOUNGE, "#swsfyi #nyc tea at seven")
    token = await place.store.vault.get(SYNC_TOKEN) or b""
    await place.engine.handle(await place.matrix.listen(token.decode()))
    while not any(signs := [place.reactions(LOUNGE, event) for event in (*more, first)]):
        assert await place.outbox.step()
    assert signs == [[], [], [], ["✅"]]


async def test_a_clock_put_back_keeps_nobody_waiting(place: Town) -> None:
    await tips(place)
    place.time -= HOUR
    await place.settle()
    event = await says(place, ALICE, LOUNGE, "#swsfyi #nyc tea at seven")
    assert place.reactions(LOUNGE, event) == ["✅"]


async def test_who_says_much_over_an_hour_is_heard(place: Town) -> None:
    for number in range(2 * MOST):
        event = await says(place, ALICE, LOUNGE, f"#swsfyi #nyc soup number {number}")
        assert place.reactions(LOUNGE, event) == ["✅"]
        await place.later(21 * SECOND)


async def test_stewards_who_mute_by_that_number(place: Town) -> None:
    await stories.who_says_too_much_is_muted(place)
    assert [post.tag.value for post in await place.store.records.open_posts()] == ["swsdanger"]
    assert "muted whoever wrote #2" in place.reads(STEWARDS)[-1]
    event = await says(place, ALICE, LOUNGE, "#swsdanger #nyc a grey van waits")
    assert place.reactions(LOUNGE, event) == []
    await says(place, STEWARD, STEWARDS, "unmute 2")
    event = await says(place, ALICE, LOUNGE, "#swsdanger #nyc a green van waits")
    assert place.reactions(LOUNGE, event) == ["✅"]
