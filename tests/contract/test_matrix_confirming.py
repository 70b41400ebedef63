"""Counts as a strict client shows them: the relay says something else, marked as edited, and goes whole."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from swsmatrix.demo.homeserver import Homeserver
from swsmatrix.matrix import sync
from swsmatrix.protocol import (
    Done,
    EventId,
    MessagePosted,
    Reacted,
    RedactEvent,
    RewriteEvent,
    RoomId,
    Say,
)
from tests.conftest import Arrive
from tests.contract.matrix_people import Person, person

pytestmark = pytest.mark.synapse

RELAY = "a grey van waits by the bridge\n\n— from a member"


@pytest.fixture(autouse=True)
def short_polls(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sync, "POLL_SECONDS", 1)


@pytest.fixture
async def bot(homeserver: Homeserver, tmp_path: Path) -> AsyncIterator[Person]:
    async with person(homeserver, tmp_path, "bot", homeserver.url) as found:
        yield found


async def test_a_count_changes_the_relay_and_goes_with_it(bot: Person, arrive: Arrive) -> None:
    bea = await arrive("bea")
    room = RoomId(await bea.create_room("Kitchen", invite=[bot.user]))
    assert await bot.client.resolve(room) == room
    await bea.wait_for_member(room, bot.user)
    await bot.listen()

    async def performs(action: Say | RewriteEvent | RedactEvent, txn: str) -> EventId:
        done = await bot.client.perform(room, action, txn)
        assert isinstance(done, Done), done
        return EventId(done.result)

    relay = await performs(Say(RELAY), "relay")
    await bea.wait_for(room, event=relay)
    counts = []
    for count in (1, 2):
        words = f"{RELAY}\n\n➕ {count}, not @room"
        counts.append(await performs(RewriteEvent(relay, words), f"count {count}"))
        shown = await bea.wait_for(room, text=f"➕ {count}")
        assert (shown.event, shown.edited, shown.shield) == (relay, True, "NONE")
        assert (shown.mentions, shown.mentions_room) == ((), False)
        assert [one.event for one in await bea.messages(room) if one.sender == bot.user] == [relay]

    # People react to what they see, and answer it: it has the relay's id, however often it was changed.
    await bea.react(room, relay, "➕")
    await bea.send(room, "me too", reply_to=relay)
    heard = await bot.hear(lambda found: [one for one in found if isinstance(one, MessagePosted)])
    said = [(one.text, one.reply_to) for one in heard if isinstance(one, MessagePosted)]
    assert [one.target for one in heard if isinstance(one, Reacted)] == [relay]
    assert said == [("me too", relay)]

    # The relay alone takes no edit along.
    await performs(RedactEvent(relay), "relay gone")
    await bea.wait_for(room, event=relay, redacted=True)
    assert [one["redacted"] for one in await bea.events(room) if one["event"] in counts] == [False, False]
    for edit in counts:
        await performs(RedactEvent(edit), f"{edit} gone")
    await bea.wait_for(room, event=relay, redacted=True)
    answer = await bea.http("GET", f"/_matrix/client/v3/rooms/{room}/event/{counts[1]}")
    assert answer[1]["content"] == {}
