"""Private details in a room: what shows them is taken out, what repeats them too, and nobody is told them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from swsmatrix import texts
from swsmatrix.features.hearing import MOST
from swsmatrix.features.repeats import TOGETHER
from swsmatrix.model import Post, PostState
from swsmatrix.protocol import DAY, HOUR, MINUTE, EventId, Refused, RoomId, UserId
from tests.fake_matrix import BOT, Shown
from tests.scenario import removing_stories as stories
from tests.scenario.removing_stories import CANARY, DOXX, NUMBER, PAGE, PLAIN, SHOT, STREET, posted
from tests.town import ALICE, BEA, CLEO, LOUNGE, NYC, STEWARD, STEWARDS, Town, town

NOTICE = texts.text("notices.doxx")
REMOVED = texts.text("removing.author", file="")
REPEATER = texts.text("removing.repeater")


@pytest.fixture
async def place(tmp_path: Path) -> AsyncIterator[Town]:
    async with town(tmp_path) as made:
        yield made


def shown(place: Town, where: str, event: EventId) -> Shown:
    return next(one for one in place.room(where).timeline if one.event == event)


def gone(place: Town, where: str, event: EventId) -> bool:
    return shown(place, where, event).redacted


async def the_post(place: Town) -> Post:
    (post,) = await place.store.records.open_posts()
    return post


async def traces(place: Town) -> int:
    return len(await place.rows("SELECT 1 FROM traces"))


def overheard(place: Town, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Everything that the bot says from now on, wherever, and whatever becomes of it."""
    said, show = [], place.matrix.show

    def listening(room: RoomId, sender: UserId, text: str, **more: object) -> EventId:
        if sender == BOT:
            said.append(text)
        return show(room, sender, text, **more)

    monkeypatch.setattr(place.matrix, "show", listening)
    return said


# ---- What shows details goes -----------------------------------------------------------------------


@pytest.mark.parametrize(
    "words", [NUMBER, PAGE, STREET, "@jane.doe", "jane@tea.example", "insta jane_doe", f"`{NUMBER}`"]
)
@pytest.mark.parametrize("tag", ["#swsdoxx", "#swsharrassment"])
@pytest.mark.parametrize("where", [LOUNGE, NYC])
async def test_it_is_removed_and_kept(place: Town, where: str, tag: str, words: str) -> None:
    event = await posted(place, f"{tag} look at {words}", where)
    assert gone(place, where, event)
    post = await the_post(place)
    assert (post.text, post.state, post.removed) == (f"{tag} look at {words}", PostState.UP, True)
    (menu,) = [text for text in await place.hears_privately(ALICE) if text.startswith(REMOVED)]
    assert "`1`" in menu
    assert place.reactions(where, event) == []


async def test_without_details_it_stays(place: Town) -> None:
    event = await posted(place, PLAIN)
    assert not gone(place, LOUNGE, event)
    post = await the_post(place)
    assert not post.removed
    assert not any("out of the room" in text for text in await place.hears_privately(ALICE))
    assert place.reactions(LOUNGE, event) == ["✅"]
    assert place.reads(LOUNGE) == [NOTICE]


async def test_what_only_some_clients_show_counts(place: Town) -> None:
    event = await posted(place, PLAIN, fallback=f"> <@bea:example.org> {NUMBER}")
    assert gone(place, LOUNGE, event)


@pytest.mark.parametrize("picture", [SHOT, None])
async def test_a_file_goes_and_what_opens_it_is_kept_if_that_can_be(place: Town, picture: Any) -> None:
    event = await posted(place, PLAIN, attached=True, picture=picture)
    assert gone(place, LOUNGE, event)
    post = await the_post(place)
    assert post.picture == picture
    lost = texts.text("removing.file_lost")
    told = [text for text in await place.hears_privately(ALICE) if "out of the room" in text]
    assert [lost in text for text in told] == [picture is None]


async def test_of_other_tags_nothing_is_removed(place: Town) -> None:
    for tag in ("#swsdanger #nyc", "#swshelp", "#swsfyi", ""):
        event = await posted(place, f"{tag} call {NUMBER}")
        assert not gone(place, LOUNGE, event)
    assert await traces(place) == 0


async def test_in_private_nothing_is_removed(place: Town) -> None:
    chat = place.opens_direct(ALICE)
    await place.settle()
    event = place.posts(ALICE, chat, DOXX)
    await place.settle()
    assert not gone(place, chat, event)
    assert not (await the_post(place)).removed
    assert await traces(place) == 3
    assert place.reads(LOUNGE) == place.reads(NYC) == []
    assert NOTICE not in place.reads(chat)


async def test_every_edit_goes_too(place: Town) -> None:
    event = await posted(place, PLAIN)
    harmless = place.edits(ALICE, LOUNGE, event, f"{PLAIN} again")
    await place.settle()
    assert not gone(place, LOUNGE, harmless)
    edit = place.edits(ALICE, LOUNGE, event, DOXX)
    await place.settle()
    assert all(gone(place, LOUNGE, one) for one in (event, harmless, edit))
    # Once it is removed, so is what changes it.
    later = place.edits(ALICE, LOUNGE, event, PLAIN)
    await place.settle()
    assert gone(place, LOUNGE, later)
    assert (await the_post(place)).removed
    await place.later(HOUR)
    place.edits(ALICE, LOUNGE, event, DOXX)
    await place.settle()
    assert place.reads(LOUNGE) == [NOTICE]


async def test_a_slip_goes_and_is_asked_about_in_one_message(place: Town) -> None:
    await stories.a_slip_is_taken_out_and_asked_about(place)
    post = await the_post(place)
    assert (post.state, post.removed) == (PostState.NEAR, True)
    assert gone(place, LOUNGE, post.event)
    (asked,) = await place.hears_privately(ALICE)
    assert asked.startswith(REMOVED)
    assert "`yes`" in asked
    assert place.reads(LOUNGE) == []


async def test_from_a_device_that_waits_for_a_steward_it_goes_too(place: Town) -> None:
    place.posts(ALICE, LOUNGE, PLAIN, signed=False)
    event = await posted(place, DOXX, signed=False)
    (post,) = [one for one in await place.store.records.open_posts() if one.event == event]
    assert (post.state, post.removed) == (PostState.UNSIGNED, True)
    assert gone(place, LOUNGE, event)
    assert REMOVED in await place.hears_privately(ALICE)


async def test_what_is_not_heard_is_not_kept_and_stays(place: Town) -> None:
    for number in range(MOST):
        place.posts(ALICE, LOUNGE, f"{PLAIN} {number}")
    await place.settle()
    event = await posted(place)
    assert not gone(place, LOUNGE, event)
    assert await place.bodies() != []
    assert not any(CANARY in text for text in await place.bodies())


async def test_its_own_removal_ends_nothing(place: Town) -> None:
    event = await posted(place)
    await place.restart()
    await place.later(HOUR)
    assert (await the_post(place)).event == event


async def test_its_author_can_still_end_it(place: Town) -> None:
    event = await posted(place)
    assert place.reads(LOUNGE) == [NOTICE]
    place.deletes(ALICE, LOUNGE, event)
    await place.settle()
    assert await place.store.records.open_posts() == ()
    assert (place.reads(LOUNGE), await traces(place), await place.bodies()) == ([], 0, [])


async def test_the_same_again_goes_again_and_is_one(place: Town) -> None:
    await posted(place)
    again = await posted(place)
    assert gone(place, LOUNGE, again)
    assert place.reactions(LOUNGE, again) == []
    await the_post(place)
    shot = await posted(place, PLAIN, attached=True, picture=SHOT)
    twice = await posted(place, PLAIN, attached=True, picture=SHOT)
    assert gone(place, LOUNGE, shot)
    assert gone(place, LOUNGE, twice)


# ---- What the room learns --------------------------------------------------------------------------


async def test_many_at_once_are_one_notice_in_each_room(place: Town) -> None:
    for number in range(4):
        place.posts(ALICE, LOUNGE, f"{PLAIN} {number}")
    place.posts(BEA, NYC, PLAIN)
    place.posts(BEA, LOUNGE, "#swsharrassment they write to me all night")
    await place.settle()
    assert sorted(place.reads(LOUNGE)) == sorted([NOTICE, texts.text("notices.harassment")])
    assert place.reads(NYC) == [NOTICE]
    await place.later(HOUR)
    await posted(place, f"{PLAIN} and again")
    assert place.reads(LOUNGE).count(NOTICE) == 2


async def test_the_notice_is_no_answer_and_names_nobody(place: Town) -> None:
    await posted(place)
    (line,) = place.reads(LOUNGE)
    assert "alice" not in line.casefold()
    (sent,) = [
        one for one in await place.store.queue.sent((await the_post(place)).subject) if one.slot == "notice"
    ]
    assert sent.event


async def test_no_word_of_it_is_said_to_anybody_else(place: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    said = overheard(place, monkeypatch)
    for story in stories.STORIES:
        await story(place)
    await place.later(HOUR)
    number = (await place.store.records.open_posts())[0].number
    place.posts(STEWARD, STEWARDS, f"show {number}")
    place.posts(STEWARD, STEWARDS, "waiting")
    place.posts(STEWARD, STEWARDS, "warnings")
    await place.settle()
    assert texts.text("stewards.trusted", number=number) in place.reads(STEWARDS)
    for secret in ("canary", "555", "0142", "kettle", "12 C"):
        assert [text for text in said if secret in text.casefold()] == [], secret
    assert len(said) > 20


# ---- Without the power -----------------------------------------------------------------------------


async def told_to_delete(place: Town) -> bool:
    author = texts.text("removing.delete") in await place.hears_privately(ALICE)
    stewards = [line for line in place.reads(STEWARDS) if line.startswith("🧹 #1: #swsdoxx")]
    assert bool(stewards) == author
    assert not any(CANARY in line or NUMBER in line for line in stewards)
    return author


async def test_without_the_power_its_author_and_the_stewards_delete_it(place: Town) -> None:
    place.room(LOUNGE).can_redact = False
    event = await posted(place)
    assert not gone(place, LOUNGE, event)
    assert not (await the_post(place)).removed
    assert await told_to_delete(place)
    assert len([line for line in place.reads(STEWARDS) if line.startswith("🧹")]) == 1
    assert not any("M_FORBIDDEN" in line for line in place.reads(STEWARDS))
    # Of each change that shows them they are told anew, once, though three messages are refused.
    edit = place.edits(ALICE, LOUNGE, event, f"{DOXX} again")
    await place.settle()
    assert not gone(place, LOUNGE, edit)
    assert len([line for line in place.reads(STEWARDS) if line.startswith("🧹")]) == 1
    deleted = texts.text("removing.delete")
    assert (await place.hears_privately(ALICE)).count(deleted) == 1


async def test_where_it_is_known_nothing_is_tried(place: Town) -> None:
    place.room(LOUNGE).can_redact = False
    place.see(LOUNGE)
    await place.settle()
    await posted(place)
    assert "RedactEvent" not in [kind for kind, _ in place.matrix.performed]
    assert await told_to_delete(place)


async def test_what_somebody_deleted_first_is_no_failure(place: Town) -> None:
    place.matrix.outcomes["RedactEvent"] = [Refused("M_NOT_FOUND")]
    await posted(place)
    assert not await told_to_delete(place)
    assert (await the_post(place)).removed


async def test_the_stewards_are_told_once_where_it_is_missing(place: Town) -> None:
    def told() -> list[str]:
        return [line for line in place.reads(STEWARDS) if "may not remove" in line]

    for alias in (LOUNGE, NYC, STEWARDS):
        place.room(alias).can_redact = False
        place.see(alias)
    await place.later(1)
    assert told() == [
        texts.text("stewards.powerless", where=where)
        for where in (texts.text("room.community"), texts.text("room.regional", region="New York City"))
    ]
    await place.restart()
    for able in (True, False):
        place.room(LOUNGE).can_redact = able
        place.see(LOUNGE)
        await place.later(1)
        note = await place.store.records.room(place.room(LOUNGE).id)
        assert note
        assert note.can_redact is able
    assert len(told()) == 2


# ---- Who repeats it --------------------------------------------------------------------------------


REPEATS = [
    "did you see kettle.example/canary ?",
    "it's http://www.kettle.example/canary/?utm_source=x",
    "212.555.0142 is hers",
    "lives at 12 canary st.",
    "#swsdanger #nyc he has (212) 555 0142",
]


@pytest.mark.parametrize("words", REPEATS)
@pytest.mark.parametrize("who", [BEA, ALICE])
async def test_what_repeats_it_goes_and_they_are_told_once(place: Town, words: str, who: UserId) -> None:
    await posted(place)
    event = place.posts(who, NYC, words)
    await place.settle()
    assert gone(place, NYC, event)
    text = REMOVED if who == ALICE else REPEATER
    assert (await place.hears_privately(who)).count(text) == 1
    await place.later(HOUR)
    other = place.posts(who, LOUNGE, words)
    await place.settle()
    assert gone(place, LOUNGE, other)
    assert (await place.hears_privately(who)).count(text) == 1
    await place.later(DAY)
    place.posts(who, LOUNGE, words)
    await place.settle()
    assert (await place.hears_privately(who)).count(text) == 2


@pytest.mark.parametrize(
    "words", ["good evening", "call 212 555 0143", "https://kettle.example/other", "14 Canary Street"]
)
async def test_what_does_not_stays(place: Town, words: str) -> None:
    await posted(place)
    event = place.posts(BEA, NYC, words)
    await place.settle()
    assert not gone(place, NYC, event)
    assert await place.hears_privately(BEA) == []


async def test_what_is_quoted_or_hidden_counts(place: Town) -> None:
    await posted(place)
    event = place.posts(BEA, NYC, "oh no", fallback=f"> <@alice:example.org> {NUMBER}")
    await place.settle()
    assert gone(place, NYC, event)


async def test_an_edit_goes_with_what_it_changes(place: Town) -> None:
    await posted(place)
    event = place.posts(BEA, NYC, "oh no")
    edit = place.edits(BEA, NYC, event, f"oh no, {NUMBER}")
    await place.settle()
    assert gone(place, NYC, event)
    assert gone(place, NYC, edit)


async def test_in_private_and_among_stewards_people_may_say_it(place: Town) -> None:
    await posted(place)
    chat = place.opens_direct(BEA)
    await place.settle()
    for who, where in ((BEA, chat), (STEWARD, STEWARDS)):
        event = place.posts(who, where, f"her number is {NUMBER}")
        await place.settle()
        assert not gone(place, where, event)


async def test_a_doxx_of_the_same_is_one_of_its_own(place: Town) -> None:
    await posted(place)
    event = place.posts(BEA, NYC, f"#swsdoxx that is me, too: {PAGE}")
    await place.settle()
    assert gone(place, NYC, event)
    assert len(await place.store.records.open_posts()) == 2
    assert REPEATER not in await place.hears_privately(BEA)


async def test_who_is_not_heard_cannot_repeat_it_either(place: Town) -> None:
    await posted(place)
    for number in range(MOST):
        place.posts(BEA, LOUNGE, f"{PLAIN} {number}")
    event = place.posts(BEA, LOUNGE, DOXX)
    await place.settle()
    assert gone(place, LOUNGE, event)


async def test_an_edit_that_is_not_heard_cannot_repeat_it_either(place: Town) -> None:
    await posted(place)
    events = [place.posts(BEA, LOUNGE, f"{PLAIN} {number}") for number in range(MOST)]
    edit = place.edits(BEA, LOUNGE, events[0], DOXX)
    await place.settle()
    assert gone(place, LOUNGE, edit)
    assert gone(place, LOUNGE, events[0])


async def test_the_stewards_read_how_many(place: Town) -> None:
    def counted() -> list[str]:
        return [line for line in place.reads(STEWARDS) if line.startswith("🧹")]

    event = await posted(place)
    await place.later(TOGETHER - place.time % TOGETHER)
    for number in range(3):
        place.posts(BEA, NYC, f"{number} {PAGE}")
        await place.later(MINUTE)
    place.edits(ALICE, LOUNGE, event, f"{DOXX} again")  # which stops the post's own timers
    await place.settle()
    await place.later(2 * MINUTE)
    assert counted() == [texts.text("removing.repeated", number=1, count=3)]
    place.posts(CLEO, NYC, PAGE)
    await place.settle()
    await place.later(TOGETHER)
    assert counted()[1:] == [texts.text("removing.repeated_once", number=1)]


@pytest.mark.parametrize("known", [True, False])
async def test_without_the_power_they_are_told_what_to_delete(place: Town, known: bool) -> None:
    await posted(place)
    place.room(NYC).can_redact = False
    if known:
        place.see(NYC)
    event = place.posts(BEA, NYC, PAGE)
    await place.settle()
    assert not gone(place, NYC, event)
    assert texts.text("removing.delete_repeated") in await place.hears_privately(BEA)
    assert (REPEATER in await place.hears_privately(BEA)) is not known
    assert [line for line in place.reads(STEWARDS) if "repeats private details of #1" in line]
    assert (await the_post(place)).removed


async def test_when_it_is_over_nothing_is_looked_for(place: Town) -> None:
    event = await posted(place)
    place.deletes(ALICE, LOUNGE, event)
    await place.settle()
    repeated = place.posts(BEA, NYC, PAGE)
    await place.settle()
    assert not gone(place, NYC, repeated)


async def test_kept_of_the_details_are_hashes_only(place: Town) -> None:
    await posted(place)
    rows = await place.rows("SELECT hash, subject FROM traces")
    assert len(rows) == 3
    assert not any("kettle" in str(row) or "5550142" in str(row) for row in rows)
