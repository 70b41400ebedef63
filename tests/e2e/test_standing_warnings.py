"""A warning that stands, as a strict client shows it: corrected, confirmed, withdrawn, gone by itself."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from swsmatrix.demo.homeserver import Homeserver
from swsmatrix.demo.seen import Message
from swsmatrix.keys import BOT_DATABASE, derive, read_root_key
from swsmatrix.store.db import FILE
from tests.e2e.community import Community, community
from tests.store.files import pages

pytestmark = pytest.mark.synapse

WORDS = "a grey van by the bridge"


@pytest.fixture
async def place(homeserver: Homeserver, tmp_path: Path) -> AsyncIterator[Community]:
    async with community(homeserver, tmp_path, "alice", "bea") as place:
        await place.bot.start()
        yield place


async def is_gone(place: Community, who: str, relay: Message) -> None:
    await place[who].wait_for(relay.room, event=relay.event, redacted=True)


async def test_a_correction_says_when_and_leaves_no_history(place: Community) -> None:
    alice, lounge = place["alice"], place.rooms["lounge"]
    event = await alice.send(lounge, f"#swsdanger #nyc #signed {WORDS}")
    first = await place.sees("bea", "nyc", WORDS)
    assert "from alice-" in first.text
    assert alice.user not in first.text
    await alice.edit(lounge, event, "#swsdanger #nyc a green van by the bridge")
    second = await place.sees("bea", "nyc", "a green van by the bridge")
    assert re.search(r"from a member, .*\nThis version: ", second.text)
    assert not second.edited
    await is_gone(place, "bea", first)


async def test_members_confirm_by_a_sign_or_a_word(place: Community) -> None:
    alice, bea, dora = place["alice"], place["bea"], place["dora"]
    lounge, nyc, ny = (place.rooms[name] for name in ("lounge", "nyc", "ny"))
    event = await alice.send(lounge, f"#swsdanger #us-ny {WORDS}")
    relays = [await place.sees("alice", room, WORDS) for room in ("ny", "nyc")]
    await bea.react(nyc, relays[1].event, "➕")
    await alice.react(ny, relays[0].event, "➕")  # her own does not count
    for relay in relays:
        changed = await place.sees("alice", relay.room, "Confirmed by one other member")
        assert (changed.event, changed.edited) == (relay.event, True)
        assert WORDS in changed.text
    await dora.send(lounge, "Me too!", reply_to=event)
    for relay in relays:
        await place.sees("bea", relay.room, "Confirmed by 2 other members")
    edits = [
        one for relay in relays for one in await bea.events(relay.room) if one["relation"] == "m.replace"
    ]
    assert len(edits) == 4
    await alice.redact(lounge, event)
    for relay in relays:
        await is_gone(place, "bea", relay)
    for edit in edits:
        # Nothing stands of its changes either.
        await bea.wait_for(edit["room"], event=edit["event"], redacted=True)


async def test_stewards_withdraw_and_restore_with_a_reason(place: Community) -> None:
    alice, dora = place["alice"], place["dora"]
    await alice.send(place.rooms["lounge"], f"#swsdanger #nyc {WORDS}")
    relay = await place.sees("bea", "nyc", WORDS)
    await dora.send(place.rooms["stewards"], "withdraw 1 It is the Library van, all is well")
    await is_gone(place, "bea", relay)
    assert await place.standing("bea", "nyc") == []
    told = await place.sees("alice", await place.direct("alice"), "It is the Library van")
    assert WORDS not in told.text.splitlines()[0]
    await place.sees("dora", "stewards", "It is the Library van")


async def test_after_its_time_it_is_gone_and_its_words_with_it(
    homeserver: Homeserver, tmp_path: Path
) -> None:
    canary = "the heron lantern is lit"
    async with community(homeserver, tmp_path, "alice", "bea", danger={"expires_after": "12s"}) as place:
        await place.bot.start()
        await place["alice"].send(place.rooms["lounge"], f"#swsdanger #nyc {canary}")
        relay = await place.sees("bea", "nyc", canary)
        await is_gone(place, "bea", relay)
        assert await place.standing("bea", "nyc") == []
        await place.bot.end()
        # Not in the opened store either, nor in its free pages.
        key = derive(read_root_key(tmp_path / "secrets" / "data.key"), BOT_DATABASE)
        kept = pages((tmp_path / "data" / FILE).read_bytes(), key)
        assert b"CREATE TABLE posts" in kept
        assert canary.encode() not in kept
