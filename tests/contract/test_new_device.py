"""The bot became another device: what was encrypted for the one before is told, and not waited for."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

import pytest

from swsmatrix.demo.homeserver import Homeserver
from swsmatrix.matrix import session
from swsmatrix.matrix.cipherfile import FILE_NAME
from swsmatrix.matrix.counts import Counts
from swsmatrix.matrix.http import Answer
from swsmatrix.model import cause
from swsmatrix.protocol import MINUTE, OlderThanDevice, Undecryptable, Unread
from tests.contract.matrix_people import Person, people, person
from tests.contract.matrix_proxy import Proxy
from tests.contract.test_matrix_hearing import lose_keys

pytestmark = pytest.mark.synapse


async def _lose_keys(bot: Person) -> None:
    await bot.client.close()
    (bot.folder / FILE_NAME).unlink()
    bot.client = bot._new()
    await asyncio.sleep(1)  # homeservers say what time it is to the second
    await bot.start()


async def test_what_was_written_before_is_told_once(homeserver: Homeserver, tmp_path: Path) -> None:
    async with people(homeserver, tmp_path, "bot", "alice") as (bot, alice):
        room = await alice.make_room(bot)
        assert bot.client.nio.born == 0
        await bot.listen()
        started = time.time_ns() // 1_000_000
        sent = [await alice.say(room, text) for text in ("are you there?", "hello?")]
        before = bot.token
        await _lose_keys(bot)

        (told,) = [e for e in await bot.listen() if isinstance(e, OlderThanDevice | Undecryptable)]
        assert isinstance(told, OlderThanDevice)
        (lost,) = told.rooms
        assert (lost.room, lost.count, told.at) == (room, 2, bot.client.nio.born)
        assert started - MINUTE < lost.first <= lost.last < told.at < time.time_ns() // 1_000_000
        assert bot.client.counts == Counts(older=2)

        await alice.listen()
        await alice.say(room, "now?")
        assert (await bot.hear_text("now?")).sender == alice.user

        # Died before that was committed: the same again. What waited in the old data is not asked for.
        await bot.restart()
        bot.token = before
        old = Unread(room=room, event=sent[0], sender=alice.user, session="s", at=lost.first)  # type: ignore[arg-type]
        bot.client.await_keys([old])
        (again,) = [e for e in await bot.listen() if isinstance(e, OlderThanDevice | Undecryptable)]
        assert (again, cause(again)) == (told, cause(told))
        assert bot.client._listener.late.needed() == set()


async def test_later_it_is_a_server_with_a_wrong_clock(homeserver: Homeserver, tmp_path: Path) -> None:
    """Not one that was away: then all that was missed comes with the first answer."""
    async with (
        Proxy.before(homeserver.url) as proxy,
        people(homeserver, tmp_path, "bot") as (bot,),
        person(homeserver, tmp_path, "alice", proxy.url) as alice,
    ):
        room = await alice.make_room(bot)
        await bot.restart()
        bot.client.nio.born = time.time_ns() // 1_000_000 + 10 * MINUTE
        await bot.listen()
        lose_keys(proxy)
        await alice.say(room, "are you there?")
        heard = await bot.hear(lambda heard: [e for e in heard if isinstance(e, Undecryptable)])
        assert not [e for e in heard if isinstance(e, OlderThanDevice)]


async def test_a_homeserver_that_does_not_say_what_time_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    async def ask(*_: object) -> Answer:
        return Answer(200, {})

    monkeypatch.setattr(session, "ask", ask)
    apart = time.time_ns() // 1_000_000 - await session._time(None)
    assert 4 * MINUTE < apart < 6 * MINUTE
