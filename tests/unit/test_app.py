"""The composition root, with a homeserver that behaves oddly at the wrong moment."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from swsmatrix import app
from swsmatrix.engine import TIMERS_AT_ONCE
from swsmatrix.errors import SessionOverError, exit_error
from swsmatrix.matrix.http import RefusedError
from swsmatrix.matrix.session import IdentityError, OtherKeysError
from swsmatrix.model import Effect, Missing, RoomNote, SetTimer, ToRoom
from swsmatrix.protocol import (
    HOUR,
    Batch,
    EffectId,
    EventId,
    Left,
    RoomId,
    RoomSeen,
    Say,
    SignedOutError,
    UserId,
)
from swsmatrix.settings import load
from swsmatrix.store.db import Store
from swsmatrix.store.vault import ROOMS
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

STEWARDS, LOUNGE, NYC = "#stewards:example.org", "#lounge:example.org", "#nyc:example.org"


class OddClient:
    """Signed out at the first look; ``resolve`` lets the bot be thrown out of the lounge meanwhile."""

    nio = None
    community: set[RoomId] = set()  # noqa: RUF012 - replaced, never changed
    bot: app._Bot
    out_of_reach: frozenset[str] = frozenset()
    moved: frozenset[str] = frozenset()
    batch: Batch | None = None
    rooms: Mapping[str, RoomId] | None = None
    seen: Mapping[RoomId, RoomSeen] = {}

    def __init__(self) -> None:
        self.known: dict[str, RoomId | None] = {}

    def await_keys(self, _pending: object) -> None:
        return

    def set_refill(self, _refill: object) -> None:
        return

    async def listen(self, _since: str | None) -> Batch:
        if self.batch is None:
            raise SignedOutError
        return self.batch

    def look_at(self, room: RoomId) -> RoomSeen | None:
        return self.seen.get(room)

    async def resolve(self, name: str, known: RoomId | None = None) -> RoomId | None:
        self.known[name] = known
        if self.rooms is not None:
            return self.rooms.get(name)
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


async def test_stewards_learn_of_rooms_out_of_reach_not_of_a_silent_homeserver(bot: app._Bot) -> None:
    client: Any = bot._client
    client.rooms = {STEWARDS: RoomId("!stewards")}
    await bot._join_rooms()
    assert await bot._store.records.missing() == ()
    client.out_of_reach = frozenset({LOUNGE})
    await bot._join_rooms()
    assert await bot._store.records.missing() == (Missing(name=LOUNGE),)
    client.rooms = {STEWARDS: RoomId("!stewards"), LOUNGE: RoomId("!lounge")}
    await bot._join_rooms()
    assert await bot._store.records.missing() == ()


async def test_stewards_learn_at_once_that_the_bot_was_thrown_out(bot: app._Bot) -> None:
    client: Any = bot._client
    client.rooms = {name: RoomId(f"!{name}") for name in (STEWARDS, LOUNGE, NYC)}
    await bot._join_rooms()
    gone = Left(room=RoomId(f"!{NYC}"), event=EventId("$l"), user=bot._engine.world.me, at=1)
    client.batch = Batch((gone,), "t1")
    await bot._listen()
    assert await bot._store.records.missing() == (Missing(name=NYC),)
    assert set(bot._engine.world.names) == {STEWARDS, LOUNGE}
    assert bot._rooms_changed.is_set()


async def test_a_replaced_room_is_in_the_log(bot: app._Bot, caplog: pytest.LogCaptureFixture) -> None:
    client: Any = bot._client
    client.rooms = {STEWARDS: RoomId("!stewards")}
    await bot._join_rooms()
    seen = RoomSeen(
        room=RoomId("!stewards"),
        at=1,
        encrypted=True,
        join_rule="invite",
        history="joined",
        members=2,
        can_redact=True,
    )
    client.batch = Batch((seen,), "t1")
    await bot._listen()
    assert "replaced" not in caplog.text
    client.batch = Batch((replace(seen, replaced=True, at=2),), "t2")
    await bot._listen()
    assert "replaced" in caplog.text


async def test_keys_are_kept_for_as_long_as_the_settings_say(tmp_path: Path) -> None:
    config = tmp_path / "config.yaml"
    config.write_text(SETTINGS + "crypto: {keep_keys: 36h}\n")
    assert app.client_of(load(config), bytes(32))._upkeep._keep == 36 * HOUR


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (
            OtherKeysError("It has other keys."),
            "It has other keys. `swsmatrix login` logs in as a new device",
        ),
        (RefusedError("M_UNKNOWN"), "the homeserver does not let the bot begin (M_UNKNOWN)"),
        (IdentityError("It wants m.login.sso."), "It wants m.login.sso."),
    ],
)
async def test_why_the_start_ended_is_one_line(
    bot: app._Bot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: Exception, said: str
) -> None:
    async def refuse(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(app, "start_session", refuse)
    settings = load(tmp_path / "config.yaml")
    with pytest.raises(SessionOverError) as found:
        await app._signed_in(settings, bot._client, bot._store, anew=False)
    assert (str(found.value), found.value.code) == (said, 5)


async def test_what_is_amiss_in_rooms_that_it_is_in_already_is_said_at_the_first_start(bot: app._Bot) -> None:
    client: Any = bot._client
    rooms = {name: RoomId(f"!{name}") for name in (STEWARDS, LOUNGE, NYC)}
    steward = UserId("@dora:example.org")
    seen = [
        RoomSeen(
            room=rooms[name],
            at=1,
            encrypted=True,
            join_rule="public" if name == NYC else "invite",
            history="joined",
            members=2 if name == STEWARDS else 9,
            can_redact=True,
            other=steward if name == STEWARDS else None,
        )
        for name in rooms
    ]
    client.rooms, client.seen = rooms, {one.room: one for one in seen}
    client.batch = Batch(tuple(seen), "t1")
    await bot._arrive()
    said = await bot._store.records._rows("SELECT lane, text FROM outbox JOIN bodies ON bodies.id = body")
    assert [lane for lane, text in said if "open to anyone" in text] == [f"room {STEWARDS}"]
    # With one steward in it, their room was taken for a chat with them as long as nobody knew better.
    assert await bot._store.records.direct(steward) is None


async def stewards_read(bot: app._Bot) -> list[str]:
    rows = await bot._store.records._rows("SELECT text FROM outbox JOIN bodies ON bodies.id = body")
    return [text for (text,) in rows]


async def test_a_name_stays_with_its_room_which_is_said_once(bot: app._Bot) -> None:
    client: Any = bot._client
    client.rooms = {name: RoomId(f"!{name}") for name in (STEWARDS, LOUNGE, NYC)}
    old = RoomNote(room=RoomId(f"!{NYC}"), encrypted=True, join_rule="invite", history="joined")
    async with bot._store.transaction():
        await bot._store.records.save(old)
    await bot._join_rooms()
    assert client.known == {name: None for name in client.rooms}
    names = bot._engine.world.names
    for moved, said in ((NYC, 1), (NYC, 1), ("", 1), (NYC, 2)):
        client.moved = frozenset({moved})
        bot._engine.world = replace(bot._engine.world, names={})
        await bot._join_rooms()
        assert client.known == client.rooms
        assert bot._engine.world.names == names
        assert [("The room of New York City" in line) for line in await stewards_read(bot)] == [True] * said


async def test_a_room_that_was_followed_is_said_once(bot: app._Bot) -> None:
    client: Any = bot._client
    client.rooms = {name: RoomId(f"!{name}") for name in (STEWARDS, LOUNGE, NYC)}
    await bot._join_rooms()
    client.rooms = {**client.rooms, LOUNGE: RoomId("!new")}
    for _ in range(2):
        bot._engine.world = replace(bot._engine.world, names={})
        await bot._join_rooms()
    [line] = await stewards_read(bot)
    assert "A community room has moved" in line


async def test_what_was_said_stands_in_the_room_that_a_name_led_to(bot: app._Bot) -> None:
    client: Any = bot._client
    gone = "#old:example.org"
    client.rooms = {name: RoomId(f"!{name}") for name in (STEWARDS, LOUNGE, NYC)}
    kept = {**client.rooms, gone: RoomId(f"!{gone}")}
    await bot._store.vault.put(ROOMS, json.dumps(kept).encode())
    async with bot._store.transaction():
        for name in (NYC, LOUNGE, gone):
            said = Effect(slot=name, subject="all", target=ToRoom(name), action=Say(name), lasting=True)
            await bot._store.queue.put(EffectId(name), "danger", said)
            row = await bot._store.queue.next(0)
            assert row
            await bot._store.queue.settle(row, f"${name}")
    client.rooms = {**client.rooms, LOUNGE: RoomId("!new")}
    for _ in range(2):
        bot._engine.world = replace(bot._engine.world, names={})
        await bot._join_rooms()
        targets = [one.target for one in await bot._store.queue.sent("all")]
        assert targets == [ToRoom(NYC), ToRoom(f"!{LOUNGE}"), ToRoom(f"!{gone}")]


async def test_where_a_name_led_is_forgotten_once_the_configuration_names_another(bot: app._Bot) -> None:
    """So an operator takes the bot along: by the room's id at first, by the address again later."""
    client: Any = bot._client
    client.rooms = {name: RoomId(f"!{name}") for name in (STEWARDS, LOUNGE, NYC)}
    await bot._join_rooms()
    bot._names, all_names = (STEWARDS, LOUNGE, "!new"), bot._names
    client.rooms["!new"] = RoomId("!new")
    bot._engine.world = replace(bot._engine.world, names={})
    await bot._join_rooms()
    bot._names = all_names
    bot._engine.world = replace(bot._engine.world, names={})
    await bot._join_rooms()
    assert client.known[NYC] is None


@pytest.mark.parametrize("moved", [frozenset[str](), frozenset({NYC})])
async def test_an_address_that_is_not_followed_is_in_the_log(
    bot: app._Bot, caplog: pytest.LogCaptureFixture, moved: frozenset[str]
) -> None:
    client: Any = bot._client
    client.rooms = {name: RoomId(f"!{name}") for name in (STEWARDS, LOUNGE, NYC)}
    client.moved, client.batch = moved, Batch((), "t1")
    await bot._arrive()
    assert ("not followed" in caplog.text) is bool(moved)


async def test_when_delivery_begins_nothing_is_due_any_more(
    bot: app._Bot, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What expired while the bot was away is taken back, not said."""
    client: Any = bot._client
    client.rooms, client.batch = {}, Batch((), "t1")
    records = bot._store.records
    async with bot._store.transaction():
        for number in range(TIMERS_AT_ONCE + 1):
            await records.set_timer(SetTimer(feature="f", name="n", subject=str(number), due=1), 1)
    due: list[object] = []

    async def deliver() -> None:
        due.append(await records.next_due())
        raise SignedOutError

    monkeypatch.setattr(bot._outbox, "run", deliver)
    with pytest.raises(SessionOverError):
        await bot.run()
    assert due == [None]
