"""The bot from an old copy of its data, as docs/operators.md says: nothing twice, and everybody reads on."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import yaml
from aiohttp import web

from swsmatrix.demo import serverside
from swsmatrix.demo.homeserver import Homeserver
from tests.contract.matrix_proxy import Proxy, error
from tests.e2e.community import SEEN_SECONDS, Community, community
from tests.e2e.journeys import opens_chat, talks, warns
from tests.e2e.test_session import command

pytestmark = pytest.mark.synapse

BEFORE, HELD_UP, AFTER = "a grey van by the bridge", "the side door is watched", "two men at the corner"
UNHEARD, RESTORED = "a white car without plates", "a heron on the roof"
MOVED = "moved to a new device"


@pytest.fixture
async def proxy(homeserver: Homeserver) -> AsyncIterator[Proxy]:
    async with Proxy.before(homeserver.url) as proxy:
        yield proxy


@pytest.fixture
async def place(homeserver: Homeserver, tmp_path: Path, proxy: Proxy) -> AsyncIterator[Community]:
    async with community(homeserver, tmp_path, "alice", "bea") as place:
        settings = yaml.safe_load(place.bot.config.read_text())
        place.bot.config.write_text(yaml.safe_dump(settings | {"homeserver": proxy.url}))
        await place.bot.start()
        yield place


def _say_nothing(method: str, path: str) -> web.Response | None:
    """The homeserver limits the rate of what the bot says, and of nothing else."""
    said = method == "PUT" and "/send/m.room.encrypted/" in path
    return error(429, "M_LIMIT_EXCEEDED", retry_after_ms=3_000) if said else None


async def _backup(place: Community, proxy: Proxy) -> Path:
    """A copy of the data, made while something waits to be said."""
    proxy.fault = _say_nothing
    lounge = place.rooms["lounge"]
    event = await place["bea"].send(lounge, f"#swsdanger #nyc {HELD_UP}")
    await place["bea"].wait_for_reaction(lounge, event, "✅", sender=place.bot.user, timeout=SEEN_SECONDS)
    assert await place.bot.end() == 0
    proxy.fault = None
    kept = place.folder / "backup"
    shutil.copytree(place.folder / "data", kept)
    return kept


async def _restore(place: Community, kept: Path) -> None:
    """As docs/operators.md says."""
    data = place.folder / "data"
    for file in data.iterdir():
        file.unlink()
    shutil.copy(kept / "swsmatrix.db", data)
    code, written = await command(place, "login")
    assert (code, written.count("ERROR")) == (0, 0), written


async def _said(place: Community, room: str) -> Counter[str]:
    """The bot's words there, as Dora reads them: a distinctive part of each, and how often."""
    standing = await place.standing("dora", room)
    all_words = (BEFORE, HELD_UP, AFTER, UNHEARD, RESTORED)
    return Counter(words for text in standing for words in all_words if words in text)


async def _hear_of_the_move(place: Community, chat: str) -> None:
    """Each where they wrote; Dora's clients and Bea's show no warning at that. The stewards know how much."""
    told = await place.sees("dora", "lounge", MOVED)
    assert "✅" in told.text
    await place.sees("bea", chat, MOVED)
    assert "3 in number" in (await place.sees("dora", "stewards", "new device")).text
    code, written = await command(place, "status")
    assert (code, "messages that wait for a key: 0" in written) == (0, True), written
    assert "   3 messages from before" in written
    # Alice need not be asked alone, nor anybody's device for a key that it will not give.
    assert await place["alice"].invitations() == []


async def test_nothing_is_said_twice_and_everybody_reads_on(place: Community, proxy: Proxy) -> None:
    alice, bea, dora, bot = place["alice"], place["bea"], place["dora"], place.bot.user
    await warns(alice, place, BEFORE, alice, bea, dora)
    kept = await _backup(place, proxy)

    await place.bot.start()
    await place.sees("dora", "nyc", HELD_UP)
    warned = await warns(alice, place, AFTER, alice, bea, dora)
    chat = await opens_chat(bea, place)
    await talks(bea, place, chat)
    identity, (device,) = await bea.identity(bot), await bea.devices(bot)
    assert await place.bot.end() == 0
    await alice.send(place.rooms["lounge"], f"#swsdanger #nyc {UNHEARD}")

    position, asked = serverside.position(place.homeserver.database), len(proxy.seen)
    await _restore(place, kept)
    await place.bot.start()
    await _hear_of_the_move(place, chat)
    await warns(alice, place, UNHEARD, bea)
    last = await warns(bea, place, RESTORED, alice, bea, dora)
    await talks(bea, place, chat)
    once = (BEFORE, HELD_UP, AFTER, UNHEARD, RESTORED)
    assert await _said(place, "nyc") == Counter(once)
    assert not [path for _, path in proxy.seen[asked:] if "room_key_request" in path or "createRoom" in path]
    since = serverside.since(place.homeserver.database, position)
    own = Counter((one.type, one.room) for one in since if one.sender == bot)
    assert own[("m.room.encrypted", place.rooms["nyc"])] == 2
    assert own[("m.room.encrypted", place.rooms["lounge"])] == 1
    assert own[("m.room.encrypted", chat)] == 2
    assert own[("m.reaction", place.rooms["lounge"])] == 2

    # Another device, which the same identity vouches for; nobody has anything to compare again.
    assert await bea.identity(bot) == identity
    (now,) = await bea.devices(bot)
    assert (now.signed, now.device != device.device) == (True, True)
    database = place.homeserver.database
    assert serverside.session_of(database, last.event) != serverside.session_of(database, warned.event)
