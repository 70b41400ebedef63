"""Two of our clients on a real homeserver: what people do when nothing is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from swsmatrix.demo.homeserver import Homeserver
from swsmatrix.matrix import sync
from tests.contract.matrix_people import people

pytestmark = pytest.mark.synapse


@pytest.fixture(autouse=True)
def short_polls(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sync, "POLL_SECONDS", 1)


async def test_a_message_is_heard_and_answered(homeserver: Homeserver, tmp_path: Path) -> None:
    async with people(homeserver, tmp_path, "bot", "alice") as (bot, alice):
        room = await alice.make_room(bot)
        event = await alice.say(room, "good evening")
        heard = await bot.hear_text("good evening")
        assert (heard.event, heard.room, heard.sender, heard.signed) == (event, room, alice.user, True)
        await bot.say(room, "good evening to you")
        answer = await alice.hear_text("good evening to you")
        assert answer.sender == bot.user
