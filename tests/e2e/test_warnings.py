"""The bot as people run it, on a real homeserver, watched with clients as strict as Element."""

from __future__ import annotations

import asyncio
import random
import re
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from swsmatrix.demo.canary import search
from swsmatrix.demo.homeserver import Homeserver
from tests.e2e.community import Community, community

pytestmark = pytest.mark.synapse

LOG_LINE = re.compile(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ [A-Z]+ [\w.]+ .*$")


@pytest.fixture
async def place(homeserver: Homeserver, tmp_path: Path) -> AsyncIterator[Community]:
    async with community(homeserver, tmp_path, "alice", "bea") as place:
        await place.bot.start()
        yield place


async def test_a_warning_is_relayed_replaced_and_taken_back(place: Community) -> None:
    alice = place["alice"]
    event = await alice.send(place.rooms["lounge"], "#swsdanger #us-ny a grey van by the bridge")
    for room in ("ny", "nyc"):
        relay = await place.sees("bea", room, "a grey van by the bridge")
        assert alice.user not in relay.text
        assert relay.html is None
    sign = await alice.wait_for_reaction(place.rooms["lounge"], event, "✅")
    assert sign.sender == place.bot.user

    await alice.edit(place.rooms["lounge"], event, "#swsdanger #us-ny a green van by the bridge")
    updated = await place.sees("bea", "nyc", "a green van by the bridge")
    assert "updated" in updated.text
    await place["bea"].wait_for(place.rooms["nyc"], event=relay.event, redacted=True)
    assert await place.standing("bea", "nyc") == [updated.text]

    await alice.redact(place.rooms["lounge"], event)
    await place["bea"].wait_for(place.rooms["nyc"], event=updated.event, redacted=True)
    assert await place.standing("bea", "nyc") == []
    assert await place.standing("bea", "lounge") == []


async def test_what_is_not_a_tag_is_not_heard(place: Community) -> None:
    alice, lounge = place["alice"], place.rooms["lounge"]
    code = "<p>like this: <code>#swsdanger #nyc first</code></p>"
    await alice.send(lounge, "like this: #swsdanger #nyc first", html=code)
    await alice.send(lounge, "`#swsdanger #nyc second`")
    await alice.send(lounge, "foo#swsdanger #nyc third")
    quoted = await alice.send(lounge, "> #swsdanger #nyc fourth\n\nwhat is that?")
    await place["bea"].send(lounge, "indeed", reply_to=quoted)
    await alice.raw(lounge, "m.room.message", {"msgtype": "m.notice", "body": "#swsdanger #nyc fifth"})
    await alice.send(lounge, "#swsdanger #nyc at last")
    await place.sees("bea", "nyc", "at last")
    assert len(await place.standing("bea", "nyc")) == 1


async def test_nobody_edits_what_somebody_else_said(place: Community) -> None:
    alice, bea, lounge = place["alice"], place["bea"], place.rooms["lounge"]
    plain = await alice.send(lounge, "good evening")
    warning = await alice.send(lounge, "#swsdanger #nyc a grey van by the bridge")
    await place.sees("bea", "nyc", "a grey van")
    for event in (plain, warning):
        await bea.edit(lounge, event, "#swsdanger #nyc all is well")
    await alice.edit(lounge, plain, "#swsdanger #nyc the side door is watched")
    await place.sees("bea", "nyc", "the side door is watched")
    assert not [text for text in await place.standing("bea", "nyc") if "all is well" in text]
    assert len(await place.standing("bea", "nyc")) == 2


async def test_a_number_is_held_and_sent_without(place: Community) -> None:
    alice = place["alice"]
    await alice.send(place.rooms["lounge"], "#swsdanger #nyc he calls from +1 212 555 0123, at night")
    room = await place.direct("alice")
    asked = await place.sees("alice", room, "+1 212 555 0123")
    assert "sws" not in asked.text.splitlines()[0]
    assert await place.standing("bea", "nyc") == []
    await alice.send(room, "send")
    relay = await place.sees("bea", "nyc", "at night")
    assert "555" not in relay.text
    await alice.wait_for(room, event=asked.event, redacted=True)
    await place.sees("alice", room, "without the details")


async def test_a_missing_place_is_asked_for_in_a_chat_that_the_member_opened(place: Community) -> None:
    alice = place["alice"]
    room = await alice.start_direct(place.bot.user)
    await alice.wait_for_member(room, place.bot.user)
    await alice.send(room, "#swsdanger the side door is watched")
    await place.sees("alice", room, "Which place")
    await alice.send(room, "#nyc")
    await place.sees("bea", "nyc", "the side door is watched")
    assert await alice.invitations() == []


async def test_the_stewards_see_what_waits_and_one_reads_the_words(place: Community) -> None:
    await place["bea"].send(place.rooms["nyc"], "#swsfyi the night kitchen is open again")
    listed = await place.sees("dora", "stewards", "#1")
    assert "New York City" in listed.text
    assert "kitchen" not in listed.text
    await place["dora"].send(place.rooms["stewards"], "show 1")
    await place.sees("dora", await place.direct("dora"), "the night kitchen")


async def test_invitations_of_strangers_are_left(place: Community, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    async with community(place.homeserver, tmp_path / "elsewhere", "zoe") as elsewhere:
        room = await elsewhere["zoe"].start_direct(place.bot.user)
        known = await place["alice"].start_direct(place.bot.user)
        await place["alice"].wait_for_member(known, place.bot.user)
        members = await elsewhere["zoe"].members(room)
    assert [one["membership"] for one in members if one["user"] == place.bot.user] == ["invite"]


async def test_an_unsigned_device_waits_for_the_stewards(homeserver: Homeserver, tmp_path: Path) -> None:
    async with community(homeserver, tmp_path, "bea", "una", unsigned=("una",)) as place:
        await place.bot.start()
        event = await place["una"].send(place.rooms["lounge"], "#swsdanger #nyc the side door is watched")
        await place["una"].wait_for_reaction(place.rooms["lounge"], event, "❓")
        waiting = await place.sees("dora", "stewards", "#1")
        assert await place.standing("bea", "nyc") == []
        await place["dora"].send(place.rooms["stewards"], "release 1")
        relay = await place.sees("bea", "nyc", "the side door is watched")
        # Nothing that the bot says is for a device that its owner has not signed.
        unread = await place["una"].wait_for(place.rooms["nyc"], event=relay.event, failed=True)
        assert unread.text == ""
        assert waiting.event


async def test_what_was_said_while_it_was_away_is_heard(place: Community) -> None:
    assert await place.bot.end() == 0
    lounge = place.rooms["lounge"]
    await place["alice"].send(lounge, "#swsdanger #nyc while you were asleep")
    for number in range(60):
        await place["bea"].send(lounge, f"small talk {number}")
    await place.bot.start()
    await place.sees("bea", "nyc", "while you were asleep")


async def test_killed_again_and_again_every_warning_stands_once(place: Community) -> None:
    chance = random.Random(7)
    lounge = place.rooms["lounge"]
    for number in range(8):
        author = place[("alice", "bea", "dora")[number % 3]]  # more of one author's would be spread out
        await author.send(lounge, f"#swsdanger #us-ny warning number {number}.")
        # Somewhere between hearing and having delivered; where, the machine decides.
        await asyncio.sleep(chance.random() * 0.25)
        assert await place.bot.end(signal.SIGKILL) == -signal.SIGKILL
        await place.bot.start()
    for number in range(8):
        for room in ("ny", "nyc"):
            await place.sees("bea", room, f"warning number {number}.")
    for room in ("ny", "nyc"):
        assert len(await place.standing("bea", room)) == 8


async def test_the_signal_ends_it_well_and_it_says_ready_once(place: Community) -> None:
    assert await place.bot.end() == 0
    assert [line for line in place.bot.log if line.endswith(" ready")] == [
        line for line in place.bot.log if " ready" in line
    ]
    await place.bot.start()
    assert await place.bot.end(signal.SIGINT) == 0
    assert sum(line.endswith(" ready") for line in place.bot.log) == 2


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL])
async def test_no_file_and_no_log_holds_a_word_or_a_name(
    homeserver: Homeserver, tmp_path: Path, how: signal.Signals
) -> None:
    canary = "quokka lantern heliotrope"
    async with community(homeserver, tmp_path, "alice", "bea") as place:
        await place.bot.start()
        alice, lounge = place["alice"], place.rooms["lounge"]
        await alice.send(lounge, f"#swsdanger #nyc {canary}")
        await place.sees("bea", "nyc", canary)
        await alice.send(lounge, f"#swsdanger #nyc {canary} +1 212 555 0123")
        room = await place.direct("alice")
        await place.sees("alice", room, "+1 212 555 0123")
        await alice.send(room, f"#swsfyi {canary}")
        await place.sees("dora", "stewards", "#swsfyi")
        await place.bot.end(how)

        files = place.files()
        assert {"swsmatrix.db", "nio.db"} <= {file.name for file in files}
        words = ["quokka", "heliotrope", "alice-", *place.rooms.values(), alice.user, place.suffix]
        assert search([place.folder / "data"], words).found == ()
        log = "\n".join(place.bot.log)
        assert len(place.bot.log) > 5
        assert not [word for word in words if word in log]
        assert all(LOG_LINE.match(line) for line in place.bot.log)
        assert search([homeserver.folder], ["quokka", "heliotrope"]).found == ()


async def test_the_canary_would_be_found(homeserver: Homeserver, tmp_path: Path) -> None:
    """The search itself: a word said in clear stands in the homeserver's database."""
    async with community(homeserver, tmp_path) as place:
        room = await place["dora"].create_room("open window", encrypted=False)
        await place["dora"].send(room, "a heron on the roof")
        assert search([homeserver.folder], ["heron"]).found
