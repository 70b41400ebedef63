"""The composition root, with a homeserver that behaves oddly at the wrong moment."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from swsmatrix import app
from swsmatrix.errors import SessionOverError, exit_error
from swsmatrix.model import Batch, RoomId, SignedOutError
from swsmatrix.settings import load
from swsmatrix.store.db import Store
from swsmatrix.vitals import Vitals

SETTINGS = """
homeserver: http://127.0.0.1:1
user_id: "@porch:example.org"
password_file: password
data_dir: data
key_file: secrets/key
rooms: {community: ["#lounge:example.org"], stewards: "#stewards:example.org"}
regions: {nyc: {name: New York City, room: "#nyc:example.org"}}
"""


class OddClient:
    """Signed out at the first look; ``resolve`` lets the bot be thrown out of the lounge meanwhile."""

    nio = None
    community: set[RoomId] = set()  # noqa: RUF012 - replaced, never changed
    bot: app._Bot

    def await_keys(self, _pending: object) -> None:
        return

    def set_refill(self, _refill: object) -> None:
        return

    async def listen(self, _since: str | None) -> Batch:
        raise SignedOutError

    async def resolve(self, name: str) -> RoomId | None:
        self.bot._engine.world = replace(self.bot._engine.world, names={})
        return RoomId(f"!{name}")


@pytest.fixture
async def bot(tmp_path: Path) -> AsyncIterator[app._Bot]:
    config = tmp_path / "config.yaml"
    config.write_text(SETTINGS)
    store = await Store.open(tmp_path, b"\x05" * 32)
    client = OddClient()
    vitals = Vitals(store, app.now)
    client.bot = app._Bot(load(config), client, store, b"\x06" * 32, vitals)  # type: ignore[arg-type]
    yield client.bot
    await store.close()


async def test_signed_out_before_it_was_ready_it_says_so(bot: app._Bot) -> None:
    with pytest.raises((SessionOverError, ExceptionGroup)) as caught:
        await bot.run()
    assert isinstance(exit_error(caught.value), SessionOverError)


async def test_thrown_out_while_it_joins_elsewhere(bot: app._Bot) -> None:
    lounge = "#lounge:example.org"
    bot._engine.world = replace(bot._engine.world, names={lounge: RoomId("!lounge")})
    await bot._join_rooms()
    assert set(bot._engine.world.names) == {"#stewards:example.org", "#nyc:example.org"}
