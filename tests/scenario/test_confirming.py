"""Members confirm a warning, and its relays say how many: once each, in few edits, rightly in the end."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from swsmatrix.model import Banned
from swsmatrix.protocol import DAY, HOUR, MINUTE, SECOND, Millis, Refused, RetryAt, RoomId, UserId
from swsmatrix.store.vault import SYNC_TOKEN
from tests.fake_matrix import BOT
from tests.scenario import confirming_stories as stories
from tests.scenario.confirming_stories import BARELY, SOON, plus, relay, warns
from tests.town import (
    ALICE,
    BEA,
    CHICAGO,
    CLEO,
    LOUNGE,
    NY,
    NYC,
    STEWARD,
    STEWARDS,
    Fuse,
    Killed,
    Town,
    town,
)

ONE, TWO = "➕ Confirmed by one other member", "➕ Confirmed by 2 other members"
WARNING = "#swsdanger #nyc a grey van waits by the bridge"


def told(place: Town, where: str) -> list[str]:
    """The line on confirmations of each relay that stands in a room; '' where there is none."""
    last = [text.splitlines()[-1] for text in place.reads(where)]
    return [line if line.startswith("➕") else "" for line in last]


def edits(place: Town, where: str) -> list[Millis]:
    """When the relays of a room were changed, taken back or not."""
    return [one.at for one in place.room(where).timeline if one.edit_of]


def left(place: Town, where: str) -> list[str]:
    """The words of ours that are in a room, edits too, if they were not redacted."""
    return [
        one.text
        for one in place.room(where).timeline
        if one.sender == BOT and not (one.redacted or one.reaction_to)
    ]


async def test_each_counts_once_whatever_they_say_and_where(place: Town) -> None:
    await stories.members_confirm_a_warning(place)
    for room in (NY, NYC):
        assert told(place, room) == [TWO]
        assert len(edits(place, room)) == 1
        assert "a grey van waits by the bridge" in place.reads(room)[0]
    assert edits(place, LOUNGE) == []
    reply = next(one for one in place.room(NY).timeline if one.text == "Me too!")
    assert place.reactions(NY, reply.event) == []


async def test_it_shows_ten_seconds_later_not_before(place: Town) -> None:
    event = await warns(place)
    plus(place, BEA, LOUNGE, event)
    await place.settle()
    await place.later(SOON - 1)
    assert told(place, NYC) == [""]
    await place.later(1)
    assert told(place, NYC) == [ONE]


@pytest.mark.parametrize("key", ["➕", "➕\ufe0f", "✚", "+1", "Me too"])
async def test_signs_that_say_so(place: Town, key: str) -> None:
    plus(place, BEA, LOUNGE, await warns(place), key)
    await place.settle()
    await place.later(SOON)
    assert told(place, NYC) == [ONE]


@pytest.mark.parametrize("key", ["👍", "✅", "➖", "❓", "+2"])
async def test_other_signs_say_something_else(place: Town, key: str) -> None:
    plus(place, BEA, LOUNGE, await warns(place), key)
    await place.settle()
    await place.later(SOON)
    assert edits(place, NYC) == []


async def test_words_count_only_alone_and_as_a_reply(place: Town) -> None:
    event = await warns(place)
    place.posts(BEA, LOUNGE, "me too, yesterday evening", reply_to=event)
    place.posts(CLEO, LOUNGE, "me too")
    other = place.posts(CLEO, LOUNGE, "who was there?")
    place.posts(BEA, LOUNGE, "me too", reply_to=other)
    await place.settle()
    await place.later(SOON)
    assert edits(place, NYC) == []


async def test_its_author_and_the_bot_do_not_confirm_it(place: Town) -> None:
    event = await warns(place)
    plus(place, ALICE, LOUNGE, event)
    plus(place, BOT, NYC, relay(place, NYC))
    place.posts(ALICE, NYC, "me too", reply_to=relay(place, NYC))
    await place.settle()
    await place.later(SOON)
    assert edits(place, NYC) == []
    assert await place.rows("SELECT * FROM confirmations") == []


async def test_who_confirmed_is_kept_as_a_code(place: Town) -> None:
    plus(place, BEA, LOUNGE, await warns(place))
    await place.settle()
    [(_, who, _)] = await place.rows("SELECT subject, who, cause FROM confirmations")
    assert who == place.store.people.code(BEA)


async def test_not_in_a_direct_chat(place: Town) -> None:
    chat = place.opens_direct(ALICE)
    await place.settle()
    event = place.posts(ALICE, chat, WARNING)
    await place.settle()
    plus(place, BEA, chat, event)
    plus(place, BEA, chat, relay(place, NYC))
    await place.settle()
    await place.later(SOON)
    assert edits(place, NYC) == []


async def test_words_of_an_unverified_device_do_not_count_and_it_is_said(place: Town) -> None:
    event = await warns(place)
    said = place.posts(BEA, LOUNGE, "me too", reply_to=event, signed=False)
    await place.settle()
    await place.later(SOON)
    assert edits(place, NYC) == []
    assert place.reactions(LOUNGE, said) == ["❓"]
    assert "isn't verified" in (await place.hears_privately(BEA))[0]


async def test_what_is_not_about_a_warning_is_left_alone(place: Town) -> None:
    tip = place.posts(ALICE, NYC, "#swsfyi the night kitchen is open again")
    await place.settle()
    said = place.posts(BEA, NYC, "me too", reply_to=tip, signed=False)
    plus(place, BEA, NYC, tip)
    await place.settle()
    assert place.reactions(NYC, said) == []
    assert await place.rows("SELECT * FROM confirmations") == []


# ---- Taken back ----------------------------------------------------------------------------------


async def test_a_reaction_that_is_deleted_and_words_that_are_edited_away_do_not_count(place: Town) -> None:
    await stories.a_confirmation_is_taken_back(place)
    assert told(place, NYC) == [""]
    assert "a grey van waits by the bridge" in place.reads(NYC)[0]


async def test_who_confirms_twice_takes_it_back_twice(place: Town) -> None:
    event = await warns(place)
    signs = [plus(place, BEA, LOUNGE, event), plus(place, BEA, NYC, relay(place, NYC))]
    await place.settle()
    await place.later(SOON)
    place.deletes(BEA, LOUNGE, signs[0])
    await place.settle()
    await place.later(BARELY)
    assert told(place, NYC) == [ONE]
    place.deletes(BEA, NYC, signs[1])
    await place.settle()
    await place.later(BARELY)
    assert told(place, NYC) == [""]


async def test_only_whose_it_is_and_who_may_take_it_back(place: Town) -> None:
    event = await warns(place)
    signs = [plus(place, who, LOUNGE, event) for who in (BEA, CLEO)]
    said = place.posts(STEWARD, LOUNGE, "me too", reply_to=event)
    await place.settle()
    place.deletes(ALICE, LOUNGE, signs[0])  # a homeserver that lets everybody
    place.deletes(BEA, NYC, signs[0], powerful=True)  # of another room
    place.edits(ALICE, LOUNGE, said, "no")
    place.edits(STEWARD, LOUNGE, said, "no", signed=False)
    await place.settle()
    await place.later(SOON)
    assert told(place, NYC) == ["➕ Confirmed by 3 other members"]
    place.deletes(STEWARD, LOUNGE, signs[1], powerful=True)
    place.edits(STEWARD, LOUNGE, said, "Me too!")
    await place.settle()
    await place.later(SOON)
    assert told(place, NYC) == [TWO]


async def test_forget_me_takes_theirs_back(place: Town) -> None:
    await stories.who_confirmed_is_forgotten(place)
    assert told(place, NYC) == [ONE]
    code = place.store.people.code(BEA)
    assert await place.store.warnings.confirmations_of(code) == ()


async def test_who_leaves_stays_counted(place: Town) -> None:
    plus(place, BEA, LOUNGE, await warns(place))
    await place.settle()
    place.leaves(BEA, LOUNGE, known=False, removed=True)
    await place.settle()
    await place.later(SOON)
    assert told(place, NYC) == [ONE]


async def test_nobody_fills_the_store_with_one_confirmation(place: Town) -> None:
    event = await warns(place)
    for _ in range(20):
        plus(place, BEA, LOUNGE, event)
    await place.settle()
    assert await place.rows("SELECT count(*) FROM confirmations") == [(5,)]


# ---- How often -----------------------------------------------------------------------------------


async def test_one_edit_in_ten_seconds_over_all_warnings_of_a_room(place: Town) -> None:
    events = [place.posts(ALICE, LOUNGE, f"#swsdanger #nyc a {colour} van") for colour in ("grey", "green")]
    await place.settle()
    plus(place, BEA, LOUNGE, events[0])
    for who in (BEA, CLEO):
        plus(place, who, LOUNGE, events[1])
    start = place.time
    await place.settle()
    await place.later(SOON)
    assert told(place, NYC) == ["", TWO]  # the one that is furthest off comes first
    await place.later(SOON - 1)
    assert told(place, NYC) == ["", TWO]
    await place.later(1)
    assert told(place, NYC) == [ONE, TWO]
    assert [at - start for at in edits(place, NYC)] == [SOON, 2 * SOON]
    plus(place, STEWARD, LOUNGE, events[1])
    await place.settle()
    await place.later(BARELY)
    assert told(place, NYC) == [ONE, "➕ Confirmed by 3 other members"]


async def test_a_room_that_waits_for_one_relay_does_not_wait_for_another(place: Town) -> None:
    first = await warns(place, WARNING)
    for who in range(8):
        plus(place, UserId(f"@{who}:example.org"), LOUNGE, first)
        await place.settle()
        await place.later(BARELY)
    second = await warns(place, "#swsdanger #nyc the side door is watched")
    plus(place, BEA, LOUNGE, second)
    await place.settle()
    await place.later(SOON)
    assert told(place, NYC)[1] == ONE


async def test_nor_when_one_that_had_to_wait_may_be_changed_just_after_another(place: Town) -> None:
    start = place.time
    first, second = (
        await warns(place, WARNING),
        await warns(place, "#swsdanger #nyc the side door is watched"),
    )
    confirms = {0: first, 10: first, 20: first, 36: second}
    for at in range(60):
        if at in confirms:
            plus(place, UserId(f"@{at}:example.org"), LOUNGE, confirms[at])
        await place.settle()
        await place.later(SECOND)
    assert [(at - start) // SECOND for at in edits(place, NYC)] == [10, 20, 46, 56]
    assert told(place, NYC) == ["➕ Confirmed by 3 other members", ONE]


async def test_fifty_confirmations_are_few_edits_and_the_last_count_is_shown(place: Town) -> None:
    start, event = place.time, await warns(place)
    for who in range(50):
        plus(place, UserId(f"@{who}:example.org"), LOUNGE, event)
        await place.later(2 * SECOND)
    for room in (NY, NYC):
        first, second, third = (at - start for at in edits(place, room))
        assert (first, second - first) == (12 * SECOND, SOON)
        assert 3 * SOON <= third - second <= 4 * SOON
    await place.later(HOUR)
    for room in (NY, NYC):
        assert told(place, room) == ["➕ Confirmed by 50 other members"]
        assert len(edits(place, room)) == 4


async def test_however_long_it_goes_on_it_is_one_edit_an_hour_in_the_end(place: Town) -> None:
    event = await warns(place, WARNING)
    for minute in range(24 * 12):
        plus(place, UserId(f"@{minute}:example.org"), LOUNGE, event)
        await place.settle()
        await place.later(5 * MINUTE)
    assert 24 <= len(edits(place, NYC)) <= 24 + 7


async def test_a_clock_that_is_put_back_holds_nothing_up(place: Town) -> None:
    event = await warns(place, WARNING)
    plus(place, BEA, LOUNGE, event)
    await place.settle()
    await place.later(SOON)
    place.time -= DAY
    plus(place, CLEO, LOUNGE, event)
    await place.settle()
    await place.later(SOON)
    await place.later(SOON)
    assert told(place, NYC) == [TWO]


async def test_a_count_never_goes_before_a_warning(place: Town) -> None:
    event = await warns(place, WARNING)
    plus(place, BEA, LOUNGE, event)
    await place.settle()
    place.time += SOON
    await place.engine.fire_timers()
    place.posts(BEA, LOUNGE, "#swsdanger #nyc the side door is watched")
    await place.settle()
    bot = [one for one in place.room(NYC).timeline if one.sender == BOT]
    assert ["side door" in one.text for one in bot] == [False, True, False]
    assert bot[2].edit_of == bot[0].event


# ---- What stands, and for how long ---------------------------------------------------------------


async def test_after_an_edit_the_counts_begin_anew(place: Town) -> None:
    await stories.a_confirmed_warning_is_edited(place)
    for room in (NY, NYC):
        assert told(place, room) == [ONE]
        assert "green van" in place.reads(room)[0]
        assert not [text for text in left(place, room) if "grey" in text]


async def test_an_edit_that_is_not_believed_changes_no_count(place: Town) -> None:
    event = await warns(place)
    plus(place, BEA, LOUNGE, event)
    await place.settle()
    place.edits(ALICE, LOUNGE, event, "#swsdanger #us-ny no van", signed=False)
    place.edits(CLEO, LOUNGE, event, "#swsdanger #us-ny no van")
    await place.settle()
    await place.later(SOON)
    assert told(place, NYC) == [ONE]


async def test_edits_are_taken_back_with_the_relay(place: Town) -> None:
    await stories.a_confirmed_warning_is_deleted(place)
    for room in (NY, NYC):
        assert len(edits(place, room)) == 2
        assert left(place, room) == []
    assert await place.rows("SELECT * FROM confirmations") == []
    assert await place.bodies() == []


async def test_edits_are_taken_back_when_it_expires(place: Town) -> None:
    plus(place, BEA, LOUNGE, await warns(place))
    await place.settle()
    await place.later(SOON)
    await place.later(30 * DAY)
    assert left(place, NYC) == left(place, NY) == []


async def test_a_relay_that_was_taken_back_is_not_put_back_by_its_count(place: Town) -> None:
    event = await warns(place, WARNING)
    plus(place, BEA, LOUNGE, event)
    await place.settle()
    place.time += SOON
    await place.engine.fire_timers()  # the edit waits
    place.deletes(ALICE, LOUNGE, event)
    await place.settle()
    await place.later(HOUR)
    assert left(place, NYC) == []


async def test_words_that_wait_for_their_author_are_not_put_into_a_relay_that_is_still_to_go(
    place: Town,
) -> None:
    event = await warns(place, WARNING)
    plus(place, BEA, LOUNGE, event)
    await place.settle()
    await place.later(SOON)
    place.matrix.outcomes["RedactEvent"] = [RetryAt(DAY)]
    place.edits(ALICE, LOUNGE, event, "#swsdanger #nyc he calls from +1 212 555 0123")
    await place.settle()
    plus(place, CLEO, LOUNGE, event)
    plus(place, BEA, LOUNGE, event)
    await place.settle()
    await place.later(MINUTE)
    assert told(place, NYC) == [ONE]
    assert await place.rows("SELECT * FROM outbox WHERE kind = 'Rewrite' AND state = 0") == []


async def test_an_edit_whose_answer_was_lost_is_taken_back_too(tmp_path: Path) -> None:
    """Its relay goes first; what it was to change is not known any more when it is tried again."""
    fuse = Fuse(every=True)
    async with town(tmp_path, fuse) as place:
        event = await warns(place, WARNING)
        plus(place, BEA, LOUNGE, event)
        await place.settle()
        place.time += SOON
        await place.engine.fire_timers()
        fuse.at = fuse.count + 4  # it was begun, and that committed; before, and after it was performed
        with pytest.raises(Killed):
            await place.outbox.step()
        assert len(edits(place, NYC)) == 1
        await place.store._connection.close()
        await place.start()
        place.deletes(ALICE, LOUNGE, event)
        await place.settle()
        assert left(place, NYC) == []
        assert len(edits(place, NYC)) == 1


async def test_what_may_have_been_said_before_a_room_opened_is_taken_back_too(tmp_path: Path) -> None:
    """The relay and its count: their answers were lost, and when they are tried again they are refused."""
    fuse = Fuse(every=True)
    async with town(tmp_path, fuse) as place:

        async def answer_is_lost_and_the_room_opens(rule: str) -> None:
            fuse.at = fuse.count + 4
            with pytest.raises(Killed):
                await place.outbox.step()
            await place.store._connection.close()
            await place.start()
            place.time += SECOND
            place.see(NYC, join_rule=rule)
            await place.settle()

        event = place.posts(ALICE, LOUNGE, WARNING)
        await place.engine.handle(await place.matrix.listen(str(len(place.matrix.log) - 1)))
        await answer_is_lost_and_the_room_opens("restricted")
        place.posts(STEWARD, STEWARDS, "thaw #nyc")
        await place.settle()
        assert len(left(place, NYC)) == 1
        plus(place, BEA, LOUNGE, event)
        await place.settle()
        place.time += SOON
        await place.engine.fire_timers()
        await answer_is_lost_and_the_room_opens("public")
        assert len(left(place, NYC)) == 2
        place.deletes(ALICE, LOUNGE, event)
        await place.settle()
        assert left(place, NYC) == []


async def test_what_was_confirmed_before_it_went_out_counts(place: Town) -> None:
    await stories.a_warning_is_confirmed_before_it_goes_out(place)
    assert told(place, NYC) == [ONE]


async def test_a_room_that_gets_no_warnings_gets_no_counts_and_has_them_an_hour_after(place: Town) -> None:
    await stories.a_room_thaws_in_which_a_confirmed_warning_stands(place)
    assert place.outbox.refused == 0  # nothing was tried meanwhile
    assert told(place, NYC) == [ONE, ONE]
    assert len(edits(place, NY)) == 1
    assert not [line for line in place.reads(STEWARDS) if "could not be delivered" in line]


async def test_a_room_that_is_not_there_now_has_its_counts_later(place: Town) -> None:
    plus(place, BEA, LOUNGE, await warns(place, WARNING))
    await place.settle()
    away = {name: room for name, room in place.world.names.items() if name != NYC}
    place.engine.world = replace(place.world, names=away)
    await place.later(SOON)
    assert await place.store.queue.waiting() == 0
    place.engine.world = place.world
    await place.later(HOUR)
    assert told(place, NYC) == [ONE]


async def test_a_late_relay_has_its_count_in_ten_seconds(place: Town) -> None:
    place.time += SECOND
    place.see(NYC, history="shared")
    event = await warns(place)
    plus(place, BEA, LOUNGE, event)
    await place.settle()
    await place.later(HOUR)
    assert place.reads(NYC) == []
    place.posts(STEWARD, STEWARDS, "thaw #nyc")
    await place.settle()
    assert told(place, NYC) == [""]
    await place.later(SOON)
    assert told(place, NYC) == [ONE]


async def test_what_is_put_up_anew_has_its_count(place: Town) -> None:
    plus(place, BEA, LOUNGE, await warns(place))
    await place.settle()
    await place.later(SOON)
    place.posts(STEWARD, STEWARDS, "withdraw 1 it was a film team")
    await place.settle()
    await place.later(MINUTE)
    assert left(place, NYC) == []
    place.posts(UserId("@eva:example.org"), STEWARDS, "restore 1")
    await place.settle()
    await place.later(SOON)
    assert told(place, NYC) == [ONE]


async def test_a_room_that_becomes_open_meanwhile_refuses_and_nobody_is_disturbed(place: Town) -> None:
    plus(place, BEA, LOUNGE, await warns(place, WARNING))
    await place.settle()
    place.time += SOON
    await place.engine.fire_timers()
    place.see(NYC, join_rule="restricted")
    token = await place.store.vault.get(SYNC_TOKEN) or b""
    await place.engine.handle(await place.matrix.listen(token.decode()))
    await place.settle()
    assert edits(place, NYC) == []
    assert not [line for line in place.reads(STEWARDS) if "could not be delivered" in line]
    place.time += SECOND
    place.see(NYC)
    await place.settle()
    await place.later(HOUR)
    assert told(place, NYC) == [ONE]


async def test_what_is_refused_is_tried_again_in_an_hour_not_every_ten_seconds(place: Town) -> None:
    plus(place, BEA, LOUNGE, await warns(place, WARNING))
    await place.settle()
    place.matrix.outcomes["RewriteEvent"] = [Refused("M_FORBIDDEN")] * 3
    for _ in range(12):
        await place.later(SOON)
    assert [kind for kind, _ in place.matrix.performed].count("RewriteEvent") == 1
    assert place.reads(STEWARDS) == []
    for _ in range(3):
        await place.later(HOUR)
    assert told(place, NYC) == [ONE]


async def test_a_count_waits_for_its_relay(place: Town) -> None:
    place.matrix.outcomes["Say"] = [RetryAt(HOUR, untried=True)]
    event = await warns(place, WARNING)
    plus(place, BEA, LOUNGE, event)
    await place.settle()
    await place.later(MINUTE)
    assert edits(place, NYC) == []
    await place.later(HOUR)
    assert told(place, NYC) == [""]
    await place.later(SOON)
    assert told(place, NYC) == [ONE]


async def test_what_is_too_long_to_be_said_twice_has_no_count(place: Town) -> None:
    plus(place, BEA, LOUNGE, await warns(place, "#swsdanger #nyc " + "vans " * 1000))
    plus(place, BEA, LOUNGE, await warns(place, "#swsdanger #nyc " + "vans " * 900))
    await place.settle()
    await place.later(MINUTE)
    assert told(place, NYC) == ["", ONE]


async def test_relays_of_other_rooms_are_left_alone(place: Town) -> None:
    other = place.posts(BEA, LOUNGE, "#swsdanger #chicago the side door is watched")
    event = await warns(place)
    plus(place, CLEO, LOUNGE, event)
    await place.settle()
    await place.later(SOON)
    assert (edits(place, CHICAGO), told(place, NYC)) == ([], [ONE])
    assert place.reactions(LOUNGE, other) == ["✅"]


async def test_when_nothing_is_left_to_tell_no_timer_runs(place: Town) -> None:
    await stories.members_confirm_a_warning(place)
    await place.later(SOON)
    assert await place.rows("SELECT * FROM timers WHERE feature = 'confirming'") == []


@pytest.mark.parametrize("how", ["muted", "banned"])
async def test_whose_hashtags_do_not_count_confirms_nothing(place: Town, how: str) -> None:
    if how == "banned":
        await place.knows(Banned(room=RoomId("!list"), state_key="rule", entity="@bea:*"))
    else:
        place.posts(BEA, LOUNGE, "#swsfyi the night kitchen is open")
        await place.settle()
        place.posts(STEWARD, STEWARDS, "mute 1 1 day")
        await place.settle()
    event = place.posts(ALICE, LOUNGE, WARNING)
    await place.settle()
    place.reacts(BEA, LOUNGE, event, "➕")
    await place.settle()
    await place.later(MINUTE)
    assert told(place, NYC) == [""]
    place.reacts(CLEO, LOUNGE, event, "➕")
    await place.settle()
    await place.later(MINUTE)
    assert told(place, NYC) == [ONE]
    if how == "muted":
        await place.later(DAY)
        place.reacts(BEA, LOUNGE, event, "➕")
        await place.settle()
        await place.later(HOUR)
        assert told(place, NYC) == [TWO]
