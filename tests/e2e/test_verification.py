"""The bot verified from a strict client, by comparing emojis, as people do it in Element."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from swsmatrix.demo.homeserver import Homeserver
from tests.e2e.community import SEEN_SECONDS, Community, community
from tests.e2e.test_session import command

pytestmark = pytest.mark.synapse

UNKNOWN = {"has_identity": True, "needs_approval": False, "verified": False}


@pytest.fixture
async def place(homeserver: Homeserver, tmp_path: Path) -> AsyncIterator[Community]:
    async with community(homeserver, tmp_path, "alice") as place:
        await place.bot.start()
        yield place


def logged(place: Community) -> list[str]:
    """The emojis that the bot's log names, the latest last; the numbers beside them left out."""
    found = [line for line in place.bot.log if "verifies the bot" in line]
    return [line.partition("there must be: ")[2].partition(" (or ")[0] for line in found]


async def test_a_member_verifies_the_bot_from_device_to_device(place: Community) -> None:
    alice, bot = place["alice"], place.bot.user
    assert await alice.identity(bot) == UNKNOWN
    (device,) = await alice.devices(bot)
    emojis = await alice.compare(bot, device=device.device)
    assert len(emojis) == 7
    assert logged(place) == [", ".join(emojis)]
    assert await alice.confirm() == ""
    assert (await alice.identity(bot))["verified"]


async def test_a_member_verifies_the_bot_in_their_direct_chat(place: Community) -> None:
    alice, bot = place["alice"], place.bot.user
    room = await alice.start_direct(bot)
    await alice.wait_for_member(room, bot, timeout=SEEN_SECONDS)
    emojis = await alice.compare(bot, room=room)
    assert len(emojis) == 7
    assert logged(place) == [", ".join(emojis)]
    assert await alice.confirm() == ""
    assert (await alice.identity(bot))["verified"]
    # It is no conversation: the bot has said nothing, and does what it always does.
    assert await place.standing("alice", room) == []
    await alice.send(room, "help")
    await place.sees("alice", room, "#swsdanger")


async def test_emojis_that_differ_verify_nothing(place: Community) -> None:
    alice, bot = place["alice"], place.bot.user
    (device,) = await alice.devices(bot)
    await alice.compare(bot, device=device.device)
    assert await alice.confirm(same=False) == "m.mismatched_sas"
    assert await alice.identity(bot) == UNKNOWN
    # And the next time it is another secret.
    await alice.compare(bot, device=device.device)
    assert await alice.confirm() == ""
    first, second = logged(place)
    assert first != second


async def test_what_the_operator_reads_is_what_a_client_shows(place: Community) -> None:
    code, written = await command(place, "identity")
    assert code == 0, written
    (device,) = await place["alice"].devices(place.bot.user)
    groups = [device.fingerprint[start : start + 4] for start in range(0, 43, 4)]
    assert f"device key    {' '.join(groups)}" in written.splitlines()
    assert "device signed yes" in written.splitlines()


async def test_a_restart_in_between_ends_it_and_nothing_else(place: Community) -> None:
    alice, bot = place["alice"], place.bot.user
    (device,) = await alice.devices(bot)
    await alice.compare(bot, device=device.device)
    await place.bot.end()
    await place.bot.start()
    confirming = asyncio.ensure_future(alice.confirm())
    await alice.send(place.rooms["lounge"], "#swsdanger #nyc a grey van by the bridge")
    await place.sees("dora", "nyc", "a grey van")
    assert await alice.identity(bot) == UNKNOWN
    confirming.cancel()
    assert not [line for line in place.bot.log if " ERROR " in line or " CRITICAL " in line]
