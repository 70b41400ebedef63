"""The library of tips: what joins it, what its author reads, how it is found, and what takes it out."""

from __future__ import annotations

from dataclasses import replace

import pytest

from swsmatrix.model import Entry, Muted, RegionId, Supporter, SupporterState, Tip
from swsmatrix.protocol import DAY, HOUR, MINUTE, EventId
from swsmatrix.searching import country
from tests.scenario import tips_stories as stories
from tests.scenario.tips_stories import SOUP, asks, chat, says
from tests.town import ALICE, BEA, CLEO, LOUNGE, NYC, START, STEWARD, STEWARDS, Town

RULE = "Please no reviews of workers or clients"
ENTRY = Tip(
    subject="library tea-house",
    number=50,
    text="Tea and somebody to talk to.",
    posted_at=START - 100 * DAY,
    added_at=START,
    regions=(country("us"),),
    topics=("health",),
    entry=Entry(
        name="Tea House",
        where=("us", "Albany"),
        languages=("en", "pl"),
        address="https://tea.example",
        source="https://tea.example/about",
        checked="2026-11-21",
    ),
)


async def answers(place: Town, word: str, who: object = STEWARD) -> str:
    """What the bot says to a steward's word, in their room."""
    await says(place, who, STEWARDS, word)  # type: ignore[arg-type]
    return place.reads(STEWARDS)[-1]


# ---- What joins, and what its author reads ----


async def test_a_tip_joins_and_its_author_reads_the_rule_once(place: Town) -> None:
    event = await says(place, ALICE, LOUNGE, SOUP)
    assert place.reactions(LOUNGE, event) == ["✅"]
    (told,) = await place.hears_privately(ALICE)
    assert RULE in told
    assert "edit your message; to take it out, delete it" in told
    await says(place, ALICE, NYC, "#swsfyi tea is free on Mondays")
    assert len(await place.hears_privately(ALICE)) == 1
    assert "alice" not in str(await place.rows("SELECT * FROM told_rule"))
    assert "night kitchen" in await asks(place, "find soup")
    assert place.reads(NYC) == place.reads(LOUNGE) == []


async def test_stewards_read_that_there_is_one_and_where_not_its_words(place: Town) -> None:
    await says(place, ALICE, LOUNGE, SOUP)
    (line,) = place.reads(STEWARDS)
    assert line.startswith("💡 #1: #swsfyi · New York City · Wed 18 Nov 2026")
    assert "soup" not in line


async def test_it_stays(place: Town) -> None:
    await says(place, ALICE, LOUNGE, SOUP)
    await place.later(400 * DAY)
    assert "2 years ago" not in (line := await asks(place, "find soup"))
    assert "13 months ago" in line or "months ago" in line


async def test_details_hold_it_back_and_are_not_for_responders(place: Town) -> None:
    event = await says(place, ALICE, LOUNGE, "#swsfyi #nyc soup until four, call +1 212 555 0123")
    (question,) = await place.hears_privately(ALICE)
    assert "+1 212 555 0123" in question
    assert "`send`" in question
    assert "private" not in question
    assert "nothing for that" in await asks(place, "find soup")
    await asks(place, "private", ALICE)
    assert "`send 1` or `drop 1`" in (await place.hears_privately(ALICE))[-1]
    place.edits(ALICE, LOUNGE, event, "#swsfyi #nyc soup until four, just come in")
    await place.settle()
    assert "just come in" in await asks(place, "find soup")


async def test_without_the_details_it_goes_in(place: Town) -> None:
    await stories.a_tip_is_held_and_goes_in_without(place)
    assert "call [telephone number taken out]" in (await place.hears_privately(BEA))[-1]
    assert any("among the tips for New York City now" in one for one in await place.hears_privately(ALICE))
    assert not any("0123" in text for text in await place.bodies())


async def test_a_steward_sends_it_on_without_a_place(place: Town) -> None:
    await says(place, ALICE, LOUNGE, "#swsfyi this form helps: mail ada@forms.example")
    await place.later(10 * MINUTE)
    assert "`send 1`" in place.reads(STEWARDS)[-1]
    assert "without the details" in await answers(place, "send 1")
    assert "e-mail address taken out" in (said := await asks(place, "find form"))
    assert " · everywhere · " in said


async def test_everywhere_is_no_region(place: Town) -> None:
    await says(place, ALICE, LOUNGE, "#swsfyi #everywhere this form helps")
    assert " · everywhere · " in await asks(place, "find form #maine")


async def test_from_a_device_that_nobody_vouches_for_it_waits(place: Town) -> None:
    await says(place, ALICE, LOUNGE, SOUP, signed=False)
    assert "nothing for that" in await asks(place, "find soup")
    await answers(place, "release 1")
    assert "night kitchen" in await asks(place, "find soup")
    assert RULE not in str(await place.hears_privately(ALICE))  # that device could not read it
    await says(place, ALICE, LOUNGE, "#swsfyi #nyc tea")
    assert RULE in (await place.hears_privately(ALICE))[-1]


async def test_tags_alone_are_no_tip(place: Town) -> None:
    await says(place, ALICE, LOUNGE, "#swsfyi #nyc")
    assert await place.rows("SELECT * FROM tips") == []
    assert RULE not in str(await place.hears_privately(ALICE))


async def test_what_was_told_the_bot_alone_joins_and_stewards_can_read_it(place: Town) -> None:
    await asks(place, "#swsfyi #nyc the side door opens at nine", ALICE)
    assert "side door" in await asks(place, "find door")
    assert await answers(place, "show 1") == "Sent to your direct chat."
    assert "side door" in (await place.hears_privately(STEWARD))[-1]


async def test_a_place_is_asked_for_but_it_is_for_everywhere_meanwhile(place: Town) -> None:
    await says(place, ALICE, LOUNGE, "#swsfyi the lamp by the door means open")
    asked, _ = sorted(await place.hears_privately(ALICE))
    assert "Which place is it for?" in asked
    assert "it is for everywhere" in asked
    assert "· everywhere ·" in await asks(place, "find lamp #chicago")
    await asks(place, "#nyc", ALICE)
    assert "nothing for that" not in await asks(place, "find lamp #nyc")
    assert "from elsewhere" in await asks(place, "find lamp #chicago")


async def test_a_tip_of_yesterday_takes_no_plain_words(place: Town) -> None:
    """It is out, and stays: a place that is said later is about something else."""
    await says(place, ALICE, LOUNGE, "#swsfyi the lamp by the door means open")
    await place.later(DAY + MINUTE)
    assert "Nothing of yours waits" in await asks(place, "#nyc", ALICE)
    assert "Nothing of yours waits" in await asks(place, "cancel", ALICE)
    assert "forgotten" in await asks(place, "drop 1", ALICE)


async def test_a_warning_that_waits_is_meant_before_a_tip_that_is_out(place: Town) -> None:
    await says(place, ALICE, LOUNGE, "#swsfyi the lamp by the door means open")
    await says(place, ALICE, LOUNGE, "#swsdanger a grey van waits")
    assert "on its way to New York City" in await asks(place, "#nyc", ALICE)


async def test_done_and_waiting_leave_tips_alone(place: Town) -> None:
    await says(place, ALICE, LOUNGE, SOUP)
    assert "`remove 1`" in await answers(place, "done 1")
    assert await answers(place, "waiting") == "Nothing waits."
    assert "night kitchen" in await asks(place, "find soup")


# ---- Edits and deletions carry through ----


async def test_an_edit_carries_through_and_lists_and_copies_go(place: Town) -> None:
    await stories.a_tip_that_was_found_is_edited(place)
    assert await place.hears_privately(BEA) == []
    assert not any("soup" in text for text in await place.bodies())
    assert "bread" in await asks(place, "find bread")
    assert "nothing for that" in await asks(place, "find soup")


async def test_what_waits_again_after_an_edit_is_not_found_meanwhile(place: Town) -> None:
    event = await says(place, ALICE, LOUNGE, SOUP)
    await asks(place, "find soup")
    place.edits(ALICE, LOUNGE, event, "#swsfyi #nyc soup until four, call +1 212 555 0123")
    await place.settle()
    assert await place.hears_privately(BEA) == []
    assert "nothing for that" in await asks(place, "find soup")
    await asks(place, "send", ALICE)
    assert "until four" in await asks(place, "find soup")


async def test_a_place_that_may_be_meant_is_everywhere_until_its_author_says_so(place: Town) -> None:
    await says(place, ALICE, LOUNGE, "#swsfyi #buffalo soup until four")
    assert "· everywhere ·" in await asks(place, "find soup")
    await asks(place, "yes", ALICE)
    assert "· Buffalo, near New York State ·" in await asks(place, "find soup #us-ny")


async def test_a_deletion_carries_through_and_no_word_is_left(place: Town) -> None:
    await stories.a_tip_that_was_found_is_deleted(place)
    assert not any("soup" in text for text in await place.hears_privately(BEA))
    assert await place.bodies() == []
    for table in ("tips", "words", "stems", "tip_words", "useful", "lists"):
        assert await place.rows(f"SELECT * FROM {table}") == [], table


async def test_without_its_tag_it_is_no_tip_any_more(place: Town) -> None:
    event = await says(place, ALICE, LOUNGE, SOUP)
    place.edits(ALICE, LOUNGE, event, "the night kitchen has soup")
    await place.settle()
    assert "nothing for that" in await asks(place, "find soup")


async def test_forget_me_takes_tips_marks_and_searches(place: Town) -> None:
    await says(place, BEA, LOUNGE, "#swsfyi #nyc tea is free on Mondays")
    await says(place, ALICE, LOUNGE, SOUP)
    await asks(place, "find soup")
    await asks(place, "useful 1")
    await asks(place, "forget me")
    for table in ("useful", "lists"):
        assert await place.rows(f"SELECT * FROM {table}") == [], table
    assert len(await place.rows("SELECT * FROM told_rule")) == 1
    assert not any("tea" in text for text in await place.bodies())
    assert "nothing for that" in await asks(place, "find tea", CLEO)
    assert "👍" not in await asks(place, "find soup", CLEO)


async def test_what_another_deletes_with_power_is_gone(place: Town) -> None:
    event = await says(place, ALICE, LOUNGE, SOUP)
    place.deletes(STEWARD, LOUNGE, event, powerful=True)
    await place.settle()
    assert "nothing for that" in await asks(place, "find soup")


# ---- Looking for something ----


async def test_a_place_and_those_above_it(place: Town) -> None:
    for tag in ("#nyc", "#us-ny", "#us", "#chicago", "#maine"):
        await says(place, ALICE, LOUNGE, f"#swsfyi {tag} soup in {tag.strip('#')} kitchens")
    for words in ("find soup nyc", "find soup in New York City", "find SOUP #brooklyn"):
        said = await asks(place, words)
        assert [region in said for region in ("New York City", "New York State", "United States")] == [
            True
        ] * 3
        assert "Chicago" not in said
        assert "Maine" not in said
    assert "Maine" in await asks(place, "find soup everywhere")


async def test_a_town_that_nobody_configured_is_its_nearest_region(place: Town) -> None:
    await says(place, ALICE, LOUNGE, "#swsfyi #us-ny soup upstate")
    await says(place, ALICE, LOUNGE, "#swsfyi #chicago soup by the lake")
    said = await asks(place, "find soup #buffalo")
    assert "upstate" in said
    assert "lake" not in said


async def test_a_topic(place: Town) -> None:
    await says(place, ALICE, NYC, "#swsfyi #housing two rooms are free")
    await says(place, ALICE, NYC, "#swsfyi #clinic two doctors are there on Mondays")
    await says(place, ALICE, NYC, "#swsfyi two kettles are free at the clinic")
    for words, found in (
        ("find #clinic", "doctors"),
        ("find housing", "rooms"),
        ("find two #housing", "rooms"),
    ):
        said = await asks(place, words)
        assert found in said
        assert "2." not in said


async def test_find_alone_shows_what_is_new_nearby(place: Town) -> None:
    await says(place, ALICE, LOUNGE, "#swsfyi #nyc tea")
    await says(place, ALICE, LOUNGE, "#swsfyi #chicago soup")
    assert "1. soup" in await asks(place, "find")
    there = Supporter(
        user=BEA,
        event=EventId("$s"),
        number=9,
        state=SupporterState.ACTIVE,
        identity="key",
        since=START,
        regions=(RegionId("nyc"),),
    )
    await place.knows(there)
    said = await asks(place, "find")
    assert "1. tea" in said
    assert "soup" not in said


async def test_ten_lines_more_and_numbers_that_go_on(place: Town) -> None:
    await stories.a_list_goes_on(place)
    first, second = await place.hears_privately(BEA)
    assert "10. soup" in first
    assert "11." not in first
    assert "`more`" in first
    assert second.startswith("11. soup in kitchen 1 ")
    assert "`more`" not in second
    assert await asks(place, "more") == "That's all there is."
    assert "kitchen 0" in await asks(place, "show 12")
    assert "kitchen 11" in await asks(place, "show 1")


async def test_each_line_fits_and_the_list_a_message(place: Town) -> None:
    await says(place, ALICE, NYC, "#swsfyi soup " + "and bread with butter " * 40)
    line, *_ = (await asks(place, "find soup")).split("\n")
    assert len(line) <= 100
    assert " … · New York City · " in line


async def test_a_new_list_takes_the_one_before_back(place: Town) -> None:
    await says(place, ALICE, NYC, "#swsfyi tea on the avenue")
    await says(place, ALICE, NYC, "#swsfyi soup on the avenue")
    await asks(place, "find tea")
    assert await asks(place, "find soup") == (await place.hears_privately(BEA))[0]
    assert "soup" in await asks(place, "show 1")
    assert "nothing for that" in await asks(place, "find umbrellas")
    assert "soup" in await asks(place, "show 1")


async def test_more_goes_on_with_whichever_list_was_asked_for_last(place: Town) -> None:
    for colour in ("grey", "green", "white", "blue", "black", "red"):
        await says(place, ALICE, LOUNGE, f"#swsdanger #nyc a {colour} van waits")
        await place.later(10 * MINUTE)
    for number in range(12):
        await says(place, ALICE, NYC, f"#swsfyi soup in kitchen {number}")
        await place.later(MINUTE)
    await asks(place, "find soup")
    assert "current for" in await asks(place, "warnings nyc")
    await asks(place, "more")
    said = await place.hears_privately(BEA)
    assert sum(" van waits" in text for text in said) == 6
    assert not any("11." in text for text in said)
    assert "soup" in await asks(place, "show 2")
    await asks(place, "find soup")
    assert "11." in await asks(place, "more")


@pytest.mark.parametrize(
    ("word", "answer"),
    [
        ("more", "More of what?"),
        ("show 3", "I don't have that one"),
        ("show", "Which one? `find clinic`"),
        ("useful", "Which one? `useful 3`"),
        ("useful 7", "I don't have that one"),
        ("find", "`#swshelp` and your place (#us-ny)"),
        ("find umbrellas", "`#swshelp` and your place (#us-ny)"),
    ],
)
async def test_without_a_list_it_is_said_what_to_write(place: Town, word: str, answer: str) -> None:
    assert answer in await asks(place, word)


async def test_what_has_most_of_the_words_is_shown_and_so_is_what_is_elsewhere(place: Town) -> None:
    await says(place, ALICE, NYC, "#swsfyi a clinic with a kind doctor")
    assert "comes near" in await asks(place, "find clinic doctor piano")
    assert "from elsewhere" in await asks(place, "find clinic #maine")
    assert "nothing for that" in await asks(place, "find piano")


@pytest.mark.parametrize(
    "asked", ['find "soup" OR 1', "find soup*", "find -soup", "find soup' --", "find ((", "find 24 hours"]
)
async def test_whatever_is_typed_is_only_words(place: Town, asked: str) -> None:
    await says(place, ALICE, NYC, "#swsfyi soup 24 hours")
    assert await asks(place, asked)
    assert await place.store.records.dead_letters() == 0
    assert "soup" in await asks(place, "find 24 hours")


async def test_only_members_find_anything(place: Town) -> None:
    await says(place, ALICE, LOUNGE, SOUP)
    for word in ("find soup", "more", "show 1"):
        assert "in one of our rooms" in await asks(place, word, known=False)


async def test_in_a_room_it_is_not_answered_there(place: Town) -> None:
    await says(place, ALICE, LOUNGE, SOUP)
    await says(place, BEA, LOUNGE, "!sws find soup")
    assert place.reads(LOUNGE) == []


async def test_nothing_identifying_leaves_even_if_it_was_let_through(place: Town) -> None:
    await says(place, ALICE, LOUNGE, SOUP)
    (tip,) = await place.store.tips.newest(9)
    await place.knows(
        Tip(subject=tip.subject, number=1, text="soup +1 212 555 0123", posted_at=1, added_at=1)
    )
    assert "555" not in await asks(place, "find soup")
    assert "555" not in await asks(place, "show 1")


# ---- Useful ----


async def test_each_member_counts_once_however_they_say_it(place: Town) -> None:
    event = await says(place, ALICE, LOUNGE, SOUP)
    await stories.asks(place, "find soup")
    assert "helps others" in await asks(place, "useful 1")
    assert "told me already" in await asks(place, "useful 1")
    place.reacts(BEA, LOUNGE, event, "👍🏾")
    place.reacts(CLEO, LOUNGE, event, "❤️")
    place.reacts(ALICE, LOUNGE, event, "👍")
    place.reacts(CLEO, LOUNGE, event, "😡")
    await place.settle()
    assert "👍 2" in await asks(place, "find soup")
    assert "bea" not in str(await place.rows("SELECT * FROM useful"))


async def test_a_reaction_to_what_was_shown_and_taken_back(place: Town) -> None:
    await says(place, ALICE, LOUNGE, SOUP)
    await asks(place, "find soup")
    await asks(place, "show 1")
    room = await chat(place)
    shown = next(one.event for one in reversed(place.room(room).timeline) if "Did it help?" in one.text)
    place.reacts(BEA, room, shown, "👍")
    await place.settle()
    assert "👍 1" in await asks(place, "find soup")
    mark = next(one.event for one in reversed(place.room(room).timeline) if one.reaction_to == shown)
    place.deletes(CLEO, room, mark)
    await place.settle()
    assert "👍 1" in await asks(place, "find soup")
    place.deletes(BEA, room, mark)
    await place.settle()
    assert "👍" not in await asks(place, "find soup")


async def test_nor_do_authors_and_the_muted_count(place: Town) -> None:
    event = await says(place, ALICE, LOUNGE, SOUP)
    await asks(place, "find soup", ALICE)
    assert "is yours" in await asks(place, "useful 1", ALICE)
    muted = Muted(who=place.store.people.code(CLEO), number=1, until=place.time + HOUR, by="dora")
    await place.knows(muted)
    place.reacts(CLEO, LOUNGE, event, "👍")
    await place.settle()
    assert await place.rows("SELECT * FROM useful") == []


async def test_what_helped_comes_first(place: Town) -> None:
    first = await says(place, ALICE, NYC, "#swsfyi soup on the avenue")
    await says(place, ALICE, NYC, "#swsfyi soup by the station")
    assert "1. soup by the station" in await asks(place, "find soup")
    place.reacts(CLEO, NYC, first, "👍")
    await place.settle()
    assert "1. soup on the avenue" in await asks(place, "find soup")


# ---- Stewards ----


async def test_taken_out_told_and_put_in_again_by_another(place: Town) -> None:
    place.room(STEWARDS).members.add(CLEO)
    await place.told_the_rule(ALICE)
    await says(place, ALICE, LOUNGE, SOUP)
    line = await answers(place, "remove 1 the kitchen is closed")
    assert "dora took #1 out of the tips" in line
    assert "They say: “the kitchen is closed”" in line
    (told,) = await place.hears_privately(ALICE)
    assert "took your tip" in told
    assert "the kitchen is closed" in told
    assert "nothing for that" in await asks(place, "find soup")
    assert "another steward" in await answers(place, "restore 1")
    assert "cleo put #1 up again" in " ".join(
        [await answers(place, "restore 1", CLEO), *place.reads(STEWARDS)]
    )
    assert "night kitchen" in await asks(place, "find soup")
    assert "in the library again" in (await place.hears_privately(ALICE))[-1]


async def test_taken_out_without_a_reason_and_forgotten_a_day_later(place: Town) -> None:
    await place.told_the_rule(ALICE)
    await says(place, ALICE, LOUNGE, SOUP)
    assert "They say" not in await answers(place, "remove 1")
    assert "They say" not in (await place.hears_privately(ALICE))[0]
    await place.later(DAY)
    assert await place.bodies() == []
    assert await answers(place, "remove 2") == "I have no #2 open."
    assert "Which one? `remove 3`" in await answers(place, "remove")


async def test_only_tips_are_removed(place: Town) -> None:
    await says(place, ALICE, LOUNGE, "#swsdanger #nyc a grey van waits")
    assert await answers(place, "remove 1 no") == "#1 is no tip."
    await says(place, ALICE, LOUNGE, SOUP)
    assert await answers(place, "withdraw 2 no") == "#2 is no warning."


async def test_pinned_it_comes_first(place: Town) -> None:
    await says(place, ALICE, NYC, "#swsfyi soup on the avenue")
    await says(place, ALICE, NYC, "#swsfyi soup by the station")
    assert "dora pinned #1" in await answers(place, "pin 1")
    assert "1. 📌 soup on the avenue" in await asks(place, "find soup")
    assert "dora unpinned #1" in await answers(place, "unpin #1")
    assert "1. soup by the station" in await asks(place, "find soup")
    assert await answers(place, "pin 9") == "I have no tip #9."
    assert "`tips` lists them" in await answers(place, "pin")


async def test_tagged_anew_and_an_edit_leaves_that(place: Town) -> None:
    event = await says(place, ALICE, LOUNGE, SOUP)
    assert "dora tagged #1: Chicago #food" in await answers(place, "tag 1 #food #chicago")
    assert "Chicago" in await asks(place, "find #food")
    place.edits(ALICE, LOUNGE, event, "#swsfyi #nyc the night kitchen has bread")
    await place.settle()
    assert "bread · Chicago" in (await asks(place, "find #food"))
    assert "everywhere #food" in await answers(place, "tag 1 #food #everywhere")
    assert "`tips` lists them" in await answers(place, "tag 1")


async def test_stewards_list_tips_with_their_numbers_not_their_words(place: Town) -> None:
    await says(place, ALICE, LOUNGE, "#swsfyi #nyc #food soup until four")
    await says(place, ALICE, LOUNGE, "#swsfyi #chicago tea until five")
    await place.knows(ENTRY)
    _, *lines = (await answers(place, "tips")).split("\n\n")
    assert lines == [
        "#2: Chicago · Wed 18 Nov 2026, 05:06 CST",
        "#1: New York City · Wed 18 Nov 2026, 06:06 EST · #food",
    ]
    _, *lines = (await answers(place, "tips tea")).split("\n\n")
    assert sorted(line.split(":")[0] for line in lines) == ["#2", "#50"]
    assert "#50: 📚 Tea House · US, Albany · #health" in lines
    assert await answers(place, "tips umbrellas") == "No tip is there for that."


# ---- What comes from the library ----


async def test_an_entry_is_marked_and_shown_with_its_source(place: Town) -> None:
    await place.knows(ENTRY)
    assert "1. 📚 Tea House · US, Albany\n" in await asks(place, "find tea #nyc")
    shown = await asks(place, "show 1")
    for part in (
        "📚 Tea House\nTea and",
        "https://tea.example\n",
        "en, pl",
        "checked on 21 Nov 2026",
        "/about",
    ):
        assert part in shown
    assert "helps others" in await asks(place, "useful 1")
    assert "👍 1" in await asks(place, "find #health")


@pytest.mark.parametrize(
    "words", ["find tea new zealand", "find tea #newzealand", "find #nz tea", "find tea Neuseeland"]
)
async def test_a_country_that_is_none_of_the_regions(place: Town, words: str) -> None:
    assert ENTRY.entry
    far = replace(
        ENTRY,
        subject="library far",
        number=51,
        regions=(country("nz"),),
        entry=replace(ENTRY.entry, name="Far Tea", where=("nz",)),
    )
    await place.knows(ENTRY, far)
    said = await asks(place, words)
    assert said.startswith("1. 📚 Far Tea · NZ\n")
    assert "2." not in said


async def test_stewards_show_an_entry_take_it_out_and_put_it_in_again(place: Town) -> None:
    place.room(STEWARDS).members.add(CLEO)
    await place.knows(ENTRY)
    assert await answers(place, "show 50") == "Sent to your direct chat."
    assert "Tea House" in (await place.hears_privately(STEWARD))[-1]
    assert "dora took #50 out of the library" in await answers(place, "remove 50")
    assert "nothing for that" in await asks(place, "find tea")
    assert await answers(place, "remove 50") == "#50 is out already."
    assert "another steward" in await answers(place, "restore 50")
    assert "cleo put #50 into the library again" in await answers(place, "restore 50", CLEO)
    assert "Tea House" in await asks(place, "find tea")
