"""Events: announced, reminded of in time, moved, and gone. It is Wednesday 18 November 2026, 6:06 there."""

from __future__ import annotations

import pytest
from icalendar import Calendar

from swsmatrix.protocol import DAY, HOUR, MINUTE, SendFile
from tests.fake_matrix import BOT
from tests.scenario import event_stories
from tests.scenario.event_stories import VIGIL, posted
from tests.town import ALICE, BEA, CHICAGO, LOUNGE, NY, NYC, STEWARD, STEWARDS, Killed, Town

AT = "Fri 20 Nov 2026, 19:00 EST"
WORDS = "Candles by the river, Friday 20 November at 7pm"
ANNOUNCED = f"📅 {AT} · New York City\n\n{WORDS}\n\n— from a member"
TOMORROW = f"⏰ Tomorrow: {AT}\n\n{WORDS}"
SOON = f"⏰ Within the hour: {AT}\n\n{WORDS}"
TO_DAY = DAY + 12 * HOUR + 54 * MINUTE  # until the day before


def entries(town: Town, where: str) -> list[SendFile]:
    """Those for calendars that stand in a room."""
    shown = (one.file for one in town.room(where).timeline if one.sender == BOT and not one.redacted)
    return [file for file in shown if isinstance(file, SendFile)]


def entry(town: Town, where: str) -> dict[str, object]:
    (file,) = entries(town, where)
    assert (file.name, file.kind) == ("event.ics", "text/calendar")
    (event,) = Calendar.from_ical(file.text).walk("VEVENT")
    return {name: str(value) if isinstance(value := event.decoded(name), str) else value for name in event}


def said(town: Town, where: str) -> list[str]:
    return [text for text in town.reads(where) if text != "event.ics"]


async def private(town: Town) -> list[str]:
    """What stands in Alice's chat, but for what everybody reads with their first tip."""
    told = await town.hears_privately(ALICE)
    return [text for text in told if not text.startswith("Thank you for sharing")]


async def question(town: Town) -> str:
    return (await private(town))[-1]


async def test_it_is_announced_and_its_room_is_reminded_in_time(place: Town) -> None:
    await posted(place)
    assert said(place, NYC) == [ANNOUNCED]
    assert [said(place, room) for room in (LOUNGE, NY, CHICAGO)] == [[], [], []]
    assert await private(place) == []
    await place.later(TO_DAY - MINUTE)
    assert said(place, NYC) == [ANNOUNCED]
    await place.later(MINUTE)
    assert said(place, NYC) == [ANNOUNCED, TOMORROW]
    await place.later(23 * HOUR)
    assert said(place, NYC) == [ANNOUNCED, TOMORROW, SOON]
    assert len(entries(place, NYC)) == 1


async def test_its_entry_for_calendars_says_when_and_what(place: Town) -> None:
    await posted(place, VIGIL.replace("7pm", "7-9pm") + "\nBring a friend; or two")
    found = entry(place, NYC)
    assert str(found["DTSTART"]) == "2026-11-21 00:00:00+00:00"
    assert str(found["DTEND"]) == "2026-11-21 02:00:00+00:00"
    assert found["SUMMARY"] == "Candles by the river, Friday 20 November at 7-9pm Bring a f…"
    assert str(found["DESCRIPTION"]).endswith("7-9pm\nBring a friend; or two")
    assert (found["CLASS"], found["SEQUENCE"]) == ("PRIVATE", 0)
    assert ALICE.encode() not in entries(place, NYC)[0].text.encode()


async def test_hours_after_its_end_all_of_it_is_gone(place: Town) -> None:
    await event_stories.an_event_comes_and_goes(place)
    assert [place.reads(room) for room in (LOUNGE, NYC)] == [[], []]
    assert place.reads(STEWARDS) == []
    assert await place.bodies() == []
    for table in ("posts", "gatherings", "timers", "outbox"):
        assert await place.rows(f"SELECT * FROM {table}") == []


async def test_it_stays_until_then(place: Town) -> None:
    await posted(place, VIGIL.replace("7pm", "7-9pm"))
    await place.later(TO_DAY)
    await place.later(23 * HOUR)
    await place.later(HOUR + 2 * HOUR + 4 * HOUR - MINUTE)
    assert len(said(place, NYC)) == 3
    await place.later(MINUTE)
    assert said(place, NYC) == []


async def test_a_file_whose_answer_was_lost_days_ago_is_looked_for_in_the_room(place: Town) -> None:
    async def killed_once(moment: str) -> None:
        if moment == "after" and place.matrix.performed[-1][0] == "SendFile":
            place.matrix.moment = place.fuse
            raise Killed

    place.matrix.moment = killed_once
    place.posts(ALICE, NYC, "#event Candles by the river, 28 November 7pm")
    with pytest.raises(Killed):
        await place._until_quiet()
    await place.store._connection.close()
    place.matrix.forget_transactions()
    place.time += 2 * DAY
    await place.start()
    await place.settle()
    assert len(entries(place, NYC)) == 1


async def test_in_its_own_room_it_is_not_said_twice(place: Town) -> None:
    event = await posted(place, "#event Candles by the river, Friday 7pm", NYC)
    assert place.reactions(NYC, event) == ["✅"]
    assert said(place, NYC) == [f"📅 {AT}"]
    assert entries(place, NYC)[0].reply_to == event
    await place.later(TO_DAY)
    assert said(place, NYC)[1:] == [f"⏰ Tomorrow: {AT}\n\nCandles by the river, Friday 7pm"]


async def test_without_a_region_the_room_it_was_posted_in_is_reminded(place: Town) -> None:
    """And as people live in several zones, its author is asked."""
    await posted(place, "#event Candles by the river, 2026-11-21 00:00")
    assert "Is it on Sat 21 Nov 2026, 00:00 UTC?" in await question(place)
    place.posts(ALICE, await place.direct(ALICE), "yes")
    await place.settle()
    assert said(place, LOUNGE) == ["📅 Sat 21 Nov 2026, 00:00 UTC"]
    assert (await question(place)).endswith(
        "I remind the room where you wrote it the day before, and the hour before."
    )
    await place.later(TO_DAY)
    assert said(place, LOUNGE)[1].startswith("⏰ Tomorrow: Sat 21 Nov")
    assert said(place, NYC) == []


async def test_whose_place_is_named_later_is_read_in_its_zone(place: Town) -> None:
    await posted(place, "#event Candles by the river, 2026-11-20 19:00")
    place.posts(ALICE, await place.direct(ALICE), "#nyc")
    await place.settle()
    assert said(place, NYC)[0].startswith(f"📅 {AT}")
    assert "when" not in [row[0] for row in await place.rows("SELECT slot FROM outbox")]


async def test_each_of_its_regions_rooms_hears_of_it(place: Town) -> None:
    await posted(place, VIGIL.replace("#nyc", "#nyc #chicago"))
    assert len(said(place, NYC)) == len(said(place, CHICAGO)) == 1
    assert len(entries(place, CHICAGO)) == 1


async def test_a_room_that_anyone_can_join_hears_nothing(place: Town) -> None:
    place.see(NYC, join_rule="public")
    await posted(place)
    assert place.reads(NYC) == []
    assert place.outbox.refused == 0


async def test_edited_all_of_it_moves(place: Town) -> None:
    event = await posted(place)
    await place.later(TO_DAY)
    place.edits(ALICE, LOUNGE, event, VIGIL.replace("Friday 20", "Saturday 21"))
    await place.settle()
    later = AT.replace("Fri 20", "Sat 21")
    assert [text.partition(" · ")[0] for text in said(place, NYC)] == [f"📅 Updated: {later}"]
    assert (entry(place, NYC)["SEQUENCE"], str(entry(place, NYC)["DTSTART"])[:10]) == (1, "2026-11-22")
    await place.later(DAY)
    assert said(place, NYC)[1:] == [f"⏰ Tomorrow: {later}\n\n{WORDS.replace('Friday 20', 'Saturday 21')}"]


async def test_edited_to_another_region_it_moves_there(place: Town) -> None:
    event = await posted(place)
    place.edits(ALICE, LOUNGE, event, VIGIL.replace("#nyc", "#chicago"))
    await place.settle()
    assert said(place, NYC) == []
    # At seven in the evening there.
    assert said(place, CHICAGO)[0].startswith("📅 Updated: Fri 20 Nov 2026, 19:00 CST · Chicago")


@pytest.mark.parametrize(
    "text",
    [
        VIGIL.replace("#event ", ""),
        VIGIL.replace("#swsfyi #event", "#later"),
        VIGIL.replace("#swsfyi", "#swsfyj"),
        f"{VIGIL} or call +1 212 555 0123",
    ],
    ids=["no event", "no tag", "a slip", "held back"],
)
async def test_edited_so_that_it_is_none_nothing_of_it_stands(place: Town, text: str) -> None:
    event = await posted(place)
    await place.later(TO_DAY)
    place.edits(ALICE, LOUNGE, event, text)
    await place.settle()
    assert place.reads(NYC) == []
    await place.later(DAY)
    assert place.reads(NYC) == []


async def test_held_back_it_is_no_tip_either(place: Town) -> None:
    event = await posted(place)
    assert len(await place.rows("SELECT * FROM tips")) == 1
    place.edits(ALICE, LOUNGE, event, f"{VIGIL} or call +1 212 555 0123")
    await place.settle()
    assert await place.rows("SELECT * FROM tips") == []
    place.posts(ALICE, await place.direct(ALICE), "send")
    await place.settle()
    assert len(await place.rows("SELECT * FROM tips")) == 1
    assert "[telephone number taken out]" in said(place, NYC)[0]


async def test_with_its_post_its_reminders_go(place: Town) -> None:
    event = await posted(place)
    place.deletes(ALICE, LOUNGE, event)
    await place.settle()
    assert await place.rows("SELECT * FROM timers") == []


async def test_deleted_all_of_it_is_taken_back(place: Town) -> None:
    await event_stories.an_event_is_called_off(place)
    assert place.reads(NYC) == []
    assert await place.rows("SELECT * FROM timers") == []
    assert await place.bodies() == []


async def test_the_word_alone_is_a_tip_and_an_event(place: Town) -> None:
    event = await posted(place, "#EVENT #nyc Candles by the river, Friday 7pm")
    assert place.reactions(LOUNGE, event) == ["✅"]
    assert said(place, NYC)[0].startswith(f"📅 {AT}")
    # Beside another tag it is not one.
    await posted(place, "#swsdanger #event #nyc a grey van, Friday 7pm")
    assert [text for text in said(place, NYC) if "van" in text and "📅" in text] == []


async def test_off_at_its_time_a_reminder_comes_late_but_not_once_it_has_begun(place: Town) -> None:
    await posted(place)
    await place.later(TO_DAY + 20 * HOUR)
    assert said(place, NYC)[1:] == [f"⏰ Today: {AT}\n\n{WORDS}"]
    await place.later(4 * HOUR + MINUTE)
    assert len(said(place, NYC)) == 2


async def test_of_both_late_reminders_one_comes(place: Town) -> None:
    await posted(place)
    await place.later(TO_DAY + 23 * HOUR + 30 * MINUTE)
    assert said(place, NYC)[1:] == [SOON]


async def test_what_is_announced_late_is_not_reminded_of_at_once(place: Town) -> None:
    await posted(place, VIGIL.replace("Friday 20 November at 7pm", "tomorrow 7am"))
    await place.later(HOUR)
    assert len(said(place, NYC)) == 1
    await place.later(23 * HOUR)
    assert len(said(place, NYC)) == 2


async def test_when_it_is_unsure_its_author_is_asked_and_a_yes_is_enough(place: Town) -> None:
    await posted(place, "#event #nyc Candles by the river, Friday at 7")
    assert said(place, NYC) == []
    asked = await question(place)
    assert asked.startswith("Hi, a short question about your message. 🌱")
    assert f"Is it on {AT}? Then answer `yes`." in asked
    place.posts(ALICE, await place.direct(ALICE), "Yes!")
    await place.settle()
    assert await private(place) == [
        f"Thank you. {AT}: I remind the room of New York City the day before, and the hour before."
    ]
    assert said(place, NYC)[0].startswith(f"📅 {AT}")


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("Candles by the river", "2026-11-20 19:00"),
        ("Candles by the river", "On Friday, at 7pm."),
        ("Candles by the river", "date Friday 7pm"),
        ("Candles by the river", "date 1 Friday 7pm"),
        ("Candles on Friday", "7pm"),
        ("Candles on Saturday 10pm or Sunday", "no, Friday 7pm"),
        ("Candles on 17 November 7pm", "20 November 19:00"),
        ("Candles every Friday 7pm", "yes"),
    ],
)
async def test_a_date_in_the_chat_is_an_answer(place: Town, text: str, answer: str) -> None:
    await posted(place, f"#event #nyc {text}")
    assert said(place, NYC) == []
    place.posts(ALICE, await place.direct(ALICE), answer)
    await place.settle()
    assert said(place, NYC)[0].startswith(f"📅 {AT}")
    assert len(await private(place)) == 1  # and nothing of words that nobody knows
    await place.later(TO_DAY)
    assert len(said(place, NYC)) == 2


async def test_an_answer_that_is_not_sure_is_asked_about(place: Town) -> None:
    await posted(place, "#event #nyc Candles by the river")
    place.posts(ALICE, await place.direct(ALICE), "Friday at 7")
    await place.settle()
    (asked,) = await private(place)
    assert f"Is it on {AT}?" in asked
    place.posts(ALICE, await place.direct(ALICE), "yes")
    await place.settle()
    assert said(place, NYC)[0].startswith(f"📅 {AT}")


async def test_no_means_that_nobody_is_reminded(place: Town) -> None:
    await posted(place, "#event #nyc Candles by the river, Friday at 7")
    place.posts(ALICE, await place.direct(ALICE), "no")
    await place.settle()
    assert await private(place) == ["All right, I remind nobody."]
    await place.later(3 * DAY)
    assert said(place, NYC) == []
    assert "waits" not in "".join(place.reads(STEWARDS))


async def test_other_words_mean_what_they_always_do(place: Town) -> None:
    await posted(place, "#event #nyc Candles by the river")
    place.posts(ALICE, await place.direct(ALICE), "status")
    place.posts(ALICE, await place.direct(ALICE), "is anybody there")
    place.posts(BEA, place.opens_direct(BEA), "Friday 7pm")
    await place.settle()
    assert said(place, NYC) == []
    assert len(await private(place)) == 3


async def test_of_two_it_is_asked_which(place: Town) -> None:
    await posted(place, "#event #nyc Candles by the river")
    await posted(place, "#event #chicago Letters by the lake")
    chat = await place.direct(ALICE)
    place.posts(ALICE, chat, "Friday 7pm")
    await place.settle()
    assert "#1 or #2" in await question(place)
    place.posts(ALICE, chat, "date 2 Friday 7pm")
    await place.settle()
    assert (said(place, NYC), len(said(place, CHICAGO))) == ([], 1)
    place.posts(ALICE, chat, "Saturday 7pm")
    await place.settle()
    assert len(said(place, NYC)) == 1


async def test_an_answer_holds_while_the_words_say_the_same_of_when_it_is(place: Town) -> None:
    text = "#event #nyc Candles by the river, Friday at 7"
    event = await posted(place, text)
    place.posts(ALICE, await place.direct(ALICE), "yes")
    place.edits(ALICE, LOUNGE, event, text.replace("river", "lake"))
    await place.settle()
    assert said(place, NYC)[0].startswith(f"📅 Updated: {AT}")
    place.edits(ALICE, LOUNGE, event, text.replace("at 7", "at 8"))
    await place.settle()
    assert said(place, NYC) == []
    assert f"Is it on {AT.replace('19', '20')}?" in await question(place)


async def test_a_date_that_was_answered_holds_too(place: Town) -> None:
    event = await posted(place, "#event #nyc Candles by the river")
    place.posts(ALICE, await place.direct(ALICE), "Friday 7pm")
    place.edits(ALICE, LOUNGE, event, "#event #nyc Candles by the lake")
    await place.settle()
    assert said(place, NYC)[0].startswith(f"📅 Updated: {AT}")


async def test_what_is_over_is_not_offered(place: Town) -> None:
    await posted(place, "#event #nyc Candles on 17 November 7pm")
    assert "When is it? What I read is over." in await question(place)
    place.posts(ALICE, await place.direct(ALICE), "yes")
    await place.settle()
    assert said(place, NYC) == []
    assert "When is it?" in await question(place)


async def test_after_ten_minutes_the_stewards_learn_and_can_set_it(place: Town) -> None:
    await posted(place, "#event #nyc Candles by the river")
    await place.later(10 * MINUTE)
    (line,) = [text for text in place.reads(STEWARDS) if text.startswith("🕐")]
    assert "#1: an event · New York City" in line
    assert "Candles" not in line
    place.posts(STEWARD, STEWARDS, "date 1 soon")
    await place.settle()
    assert place.reads(STEWARDS)[-1].startswith("I can't be sure what moment that is.")
    place.posts(STEWARD, STEWARDS, "date 1 20 November 7pm")
    await place.settle()
    assert place.reads(STEWARDS)[-1] == f"dora set the date of #1: {AT}."
    assert [text for text in place.reads(STEWARDS) if text.startswith("🕐")] == []
    assert f"The stewards have set its date: {AT}." in await question(place)
    assert said(place, NYC)[0].startswith(f"📅 {AT}")


async def test_posted_in_the_chat_its_author_learns_what_was_understood(place: Town) -> None:
    chat = place.opens_direct(ALICE)
    await place.settle()
    place.posts(ALICE, chat, VIGIL)
    await place.settle()
    assert (await question(place)).startswith(f"Thank you. {AT}: I remind the room of New York City")
    assert said(place, NYC) == [ANNOUNCED]


async def test_where_the_clock_is_changed_it_is_the_same_time_of_day(place: Town) -> None:
    await posted(place, "#event #nyc Candles by the river, 14 March 2027 7pm")
    at = "Sun 14 Mar 2027, 19:00 EDT"
    assert said(place, NYC)[0].startswith(f"📅 {at}")
    (due,) = [row[0] for row in await place.rows("SELECT due FROM timers WHERE name = 'hour'")]
    place.time = due
    await place.settle()
    assert said(place, NYC)[-1].startswith(f"⏰ Within the hour: {at}")


async def test_from_a_device_that_nobody_vouches_for_nothing_is_announced(place: Town) -> None:
    place.posts(ALICE, LOUNGE, VIGIL, signed=False)
    await place.settle()
    assert said(place, NYC) == []
    place.posts(STEWARD, STEWARDS, "release 1")
    await place.settle()
    assert said(place, NYC) == [ANNOUNCED]


async def test_who_is_forgotten_takes_it_along(place: Town) -> None:
    place.opens_direct(ALICE)
    await posted(place)
    place.posts(ALICE, await place.direct(ALICE), "forget me")
    await place.settle()
    assert place.reads(NYC) == []
    await place.later(3 * DAY)
    assert place.reads(NYC) == []


async def asks(town: Town, text: str, **more: object) -> list[str]:
    """What Bea reads when she asks, in her chat."""
    if not await town.direct(BEA):
        town.opens_direct(BEA)
        await town.settle()
    town.posts(BEA, await town.direct(BEA), text, **more)
    await town.settle()
    return await town.hears_privately(BEA)


async def test_what_is_coming_is_listed_for_who_asks(place: Town) -> None:
    await posted(place)
    await posted(place, "#event #chicago Letters by the lake, 19 November 7pm")
    await posted(place, "#event #us-ny Candles, perhaps")
    chicago = "• Thu 19 Nov 2026, 19:00 CST · Chicago · Letters by the lake, 19 November 7pm"
    new_york = f"• {AT} · New York City · Candles by the river, Friday 20 Novembe…"
    assert await asks(place, "events #nyc") == [f"📅 Coming up: New York City\n{new_york}"]
    assert await asks(place, "Events") == [f"📅 Coming up: all places\n{chicago}\n{new_york}"]
    assert (await asks(place, "events maine"))[0].startswith("Nothing that I know of is coming up: Maine.")


async def test_of_many_the_next_ten_are_listed(place: Town) -> None:
    for day in range(1, 13):
        await posted(place, f"#event #nyc Candles, {day} December 7pm")
    lines = (await asks(place, "events"))[0].splitlines()
    assert (len(lines), lines[-1]) == (12, "… and 2 more")
    assert "1 Dec" in lines[1]


async def test_the_list_goes_when_something_in_it_changes(place: Town) -> None:
    event = await posted(place)
    assert len(await asks(place, "events")) == 1
    place.edits(ALICE, LOUNGE, event, VIGIL.replace("river", "lake"))
    await place.settle()
    assert await place.hears_privately(BEA) == []
    assert (await place.store.queue.waiting(), place.outbox.refused) == (0, 0)
    assert "lake" in (await asks(place, "events"))[0]
    place.deletes(ALICE, LOUNGE, event)
    await place.settle()
    assert await place.hears_privately(BEA) == []
    assert await place.rows("SELECT * FROM digested") == []


async def test_only_members_read_what_is_coming(place: Town) -> None:
    await posted(place)
    assert "only for people who are in one of our rooms" in (await asks(place, "events", known=False))[0]


async def test_days_later_a_plain_word_is_not_about_it_any_more(place: Town) -> None:
    await posted(place, "#event #nyc Candles by the river, 12 December at 7")
    asked = next(one for one in place.room(await place.direct(ALICE)).timeline if "12 Dec" in one.text)
    await place.later(2 * DAY)
    place.posts(ALICE, await place.direct(ALICE), "see you on Friday at 7pm")
    place.posts(ALICE, await place.direct(ALICE), "yes")
    await place.settle()
    assert said(place, NYC) == []
    assert "Nothing of yours waits for an answer just now." in await private(place)
    place.posts(ALICE, await place.direct(ALICE), "yes", reply_to=asked.event)
    await place.settle()
    assert said(place, NYC)[0].startswith("📅 Sat 12 Dec 2026, 19:00 EST")


async def test_a_date_in_reply_to_the_question_holds_whenever_it_is(place: Town) -> None:
    await posted(place, "#event #nyc Candles by the river")
    asked = place.room(await place.direct(ALICE)).timeline[-1]
    await place.later(2 * DAY)
    place.posts(ALICE, await place.direct(ALICE), "12 December 7pm", reply_to=asked.event)
    await place.settle()
    assert said(place, NYC)[0].startswith("📅 Sat 12 Dec 2026, 19:00 EST")
