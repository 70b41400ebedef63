"""A tip with strict clients: shared, found, corrected, found again, deleted. No word of it is in any file."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from swsmatrix.demo.canary import search
from swsmatrix.demo.homeserver import Homeserver
from tests.e2e.community import SEEN_SECONDS, Community, community

pytestmark = pytest.mark.synapse


@pytest.fixture
async def place(homeserver: Homeserver, tmp_path: Path) -> AsyncIterator[Community]:
    async with community(homeserver, tmp_path, "alice", "bea") as place:
        await place.bot.start()
        yield place


async def test_shared_found_corrected_found_again_and_deleted(place: Community) -> None:
    alice, bea, lounge = place["alice"], place["bea"], place.rooms["lounge"]
    event = await alice.send(lounge, "#swsfyi #nyc the quokka clinic opens on Mondays")
    rule = await place.sees("alice", await place.direct("alice"), "Thank you for sharing that.")
    assert "sws" not in rule.text.splitlines()[0]
    assert "quokka" not in (await place.sees("dora", "stewards", "💡 #1")).text

    chat = await bea.start_direct(place.bot.user)
    await bea.wait_for_member(chat, place.bot.user)
    await bea.send(chat, "find cliincs nyc")
    found = await place.sees("bea", chat, "1. the quokka clinic")
    assert "alice" not in str(found.content).lower()
    await bea.send(chat, "show 1")
    shown = await place.sees("bea", chat, "Did it help?")
    await bea.react(chat, shown.event, "👍")
    await bea.send(chat, "find monday")
    await place.sees("bea", chat, "👍 1")

    await alice.edit(lounge, event, "#swsfyi #nyc the quokka clinic opens on Fridays")
    await bea.wait_for(chat, event=shown.event, redacted=True, timeout=SEEN_SECONDS)
    await bea.send(chat, "find friday")
    await place.sees("bea", chat, "opens on Fridays")
    assert not any("Mondays" in text for text in await place.standing("bea", chat))

    await alice.redact(lounge, event)
    listed = await bea.wait_for(chat, redacted=True, sender=place.bot.user, timeout=SEEN_SECONDS)
    assert listed.text == ""
    await bea.send(chat, "find quokka")
    await place.sees("bea", chat, "I found nothing for that")
    assert not any("Fridays" in text for text in await place.standing("bea", chat))

    assert await place.bot.end() == 0
    assert search([place.folder / "data", place.homeserver.folder], ["quokka"]).found == ()
    assert "quokka" not in "\n".join(place.bot.log)
