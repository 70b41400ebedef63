"""Both ways with clients as strict as Element, while their people come by other devices and identities."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from swsmatrix.demo.client_process import PersonError
from swsmatrix.demo.homeserver import Homeserver
from tests.e2e.community import SEEN_SECONDS, Community, community
from tests.e2e.journeys import another_device, opens_chat, talks, warns

pytestmark = pytest.mark.synapse

WITHHELD = "MEGOLM_KEY_WITHHELD_FOR_UNVERIFIED_DEVICE"


@pytest.fixture
async def place(homeserver: Homeserver, tmp_path: Path) -> AsyncIterator[Community]:
    async with community(homeserver, tmp_path, "alice", "bea") as place:
        await place.bot.start()
        yield place


async def test_a_device_that_is_added_and_signed_later(place: Community) -> None:
    alice, bea, nyc = place["alice"], place["bea"], place.rooms["nyc"]
    await warns(alice, place, "a grey van by the bridge", alice, bea)
    async with another_device(place, alice, cross_sign=False, strict=False) as tablet:
        relay = await warns(bea, place, "the side door is watched", bea, alice)
        await tablet.wait_for(nyc, event=relay.event, failure=WITHHELD, timeout=SEEN_SECONDS)
        event = await tablet.send(place.rooms["lounge"], "#swsdanger #nyc nobody vouches for this")
        await tablet.wait_for_reaction(
            place.rooms["lounge"], event, "❓", sender=place.bot.user, timeout=SEEN_SECONDS
        )
        await alice.sign(tablet.device)
        await warns(tablet, place, "two men at the corner", tablet, alice, bea)
        assert not [text for text in await place.standing("bea", "nyc") if "vouches" in text]
        # In the chat in which the bot has told her how to verify a device.
        await talks(tablet, place, await place.direct("alice"))


async def test_an_identity_that_is_reset(place: Community) -> None:
    alice, bea = place["alice"], place["bea"]
    await warns(alice, place, "a grey van by the bridge", alice, bea)
    chat = await opens_chat(alice, place)
    await talks(alice, place, chat)
    before = await bea.identity(alice.user)
    async with another_device(place, alice) as telephone:
        await warns(telephone, place, "the side door is watched", telephone, bea)
        await talks(telephone, place, chat)
        assert await bea.identity(alice.user) != before
        # Nobody vouches for her first device any more: its client knows, and the bot does.
        relay = await warns(telephone, place, "two men at the corner", telephone, bea)
        await alice.wait_for(place.rooms["nyc"], event=relay.event, failure=WITHHELD, timeout=SEEN_SECONDS)
        with pytest.raises(PersonError, match="your device is not verified"):
            await alice.send(chat, "privacy")
