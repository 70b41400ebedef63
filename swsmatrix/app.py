"""The composition root: what is there is put together here, and runs until somebody stops it."""

from __future__ import annotations

import asyncio
import json
import logging
import time
from collections.abc import Iterable, Mapping
from dataclasses import asdict, replace
from functools import partial

from swsmatrix import health, keys, metrics
from swsmatrix.engine import Engine
from swsmatrix.errors import KeyStoreError, SessionOverError
from swsmatrix.features import FEATURES, TAGS, failures
from swsmatrix.lists import Lists
from swsmatrix.matrix.client import Client
from swsmatrix.matrix.crosssigning import ensure_fallback_key
from swsmatrix.matrix.http import RefusedError, UnreachableError
from swsmatrix.matrix.secretstorage import IdentityError
from swsmatrix.matrix.session import OtherKeysError, WrongPasswordError, login, start_session
from swsmatrix.model import Event, RoomsMissing, RoomsMoved
from swsmatrix.outbox import Outbox
from swsmatrix.protocol import (
    DAY,
    MINUTE,
    SECOND,
    Invited,
    Left,
    Millis,
    RoomId,
    RoomSeen,
    SignedOutError,
    UserId,
)
from swsmatrix.settings import Settings
from swsmatrix.store.db import Store, StoreError
from swsmatrix.store.vault import ROOMS, SYNC_TOKEN, TIDIED
from swsmatrix.vitals import Vitals
from swsmatrix.world import World

log = logging.getLogger(__name__)

TIDY_EVERY: Millis = DAY
CLOCK_LOOK: Millis = 20 * SECOND  # a clock that was set, or a machine that slept, is noticed within this
ROOMS_LOOK: Millis = MINUTE
START_WAITS = (2, 5, 10, 20, 30)  # seconds


def now() -> Millis:
    return time.time_ns() // 1_000_000


def world_of(settings: Settings) -> World:
    """The configuration as features see it; no room is joined yet."""
    return World(
        me=UserId(settings.user_id),
        name=settings.bot.display_name,
        community=tuple(settings.rooms.community),
        stewards=settings.rooms.stewards,
        tree=settings.region_tree(),
        tags=TAGS,
        topics=frozenset(settings.topics),
        patterns=settings.patterns(),
        playbooks=settings.playbooks(),
        expires_after=int(settings.danger.expires_after.total_seconds()) * SECOND,
        acknowledge=settings.acknowledge,
        vetting=settings.supporters.vetting,
        max_open_cases=settings.supporters.max_open_cases,
        wave=settings.help.wave,
        wave_timeout=int(settings.help.wave_timeout.total_seconds()) * SECOND,
        room_name=settings.help.room_name,
        digest=settings.weekly(),
        bot_stays=settings.help.bot_stays,
    )


def room_names(settings: Settings) -> tuple[str, ...]:
    """All rooms of the configuration, as written there, each once."""
    names = [*settings.rooms.community, settings.rooms.stewards]
    names += [region.room for region in settings.regions.values() if region.room]
    return tuple(dict.fromkeys(names))


def client_of(settings: Settings, root_key: bytes) -> Client:
    """The bot on its homeserver, not logged in yet."""
    return Client(
        settings.homeserver,
        settings.user_id,
        settings.data_dir,
        db_key=keys.derive(root_key, keys.NIO_DATABASE),
        pickle_key=keys.derive(root_key, keys.NIO_PICKLES),
        trust_unsigned=settings.trust.unsigned_devices == "allow",
        federate=settings.rooms.federate,
        display_name=settings.bot.display_name,
        keep_keys=int(settings.crypto.keep_keys.total_seconds()) * SECOND,
    )


async def run(settings: Settings, root_key: bytes, *, login: bool = False) -> None:
    """Run the bot until cancelled. With ``login``: only log in anew, and return.

    Raises ``KeyStoreError`` for a store that cannot be used, ``SessionOverError`` when the homeserver
    does not know the bot (any more).
    """
    try:
        store = await Store.open(settings.data_dir, keys.derive(root_key, keys.BOT_DATABASE))
    except StoreError as error:
        raise KeyStoreError(str(error)) from error
    try:
        client = client_of(settings, root_key)
        vitals = Vitals(store, now)
        try:
            if not login:
                await vitals.beat()
            await _signed_in(settings, client, store, anew=login)
            if not login:
                await _Bot(settings, client, store, keys.derive(root_key, keys.IDS), vitals).run()
        finally:
            await client.close()
    finally:
        await store.close()


async def _signed_in(settings: Settings, client: Client, store: Store, *, anew: bool) -> None:
    """Log in or go on with the session; a homeserver that is not there is waited for."""
    begin = login if anew else partial(start_session, lost=partial(_note_lost_keys, store))
    failed = 0
    while True:
        try:
            await begin(
                client.nio,
                store.vault,
                password=lambda: keys.read_password(settings.password_file),
                recovery_key_file=settings.recovery_key_file,
                display_name=settings.bot.display_name,
            )
        except UnreachableError:
            wait = START_WAITS[min(failed, len(START_WAITS) - 1)]
            log.warning("the homeserver does not answer; trying again in %d seconds", wait)
            failed += 1
            await asyncio.sleep(wait)
        except WrongPasswordError:
            raise SessionOverError("the homeserver does not take the password in password_file") from None
        except SignedOutError:
            raise _signed_out() from None
        except OtherKeysError as error:
            raise SessionOverError(f"{error} `swsmatrix login` logs in as a new device") from None
        except RefusedError as error:
            raise SessionOverError(f"the homeserver does not let the bot begin ({error})") from None
        except IdentityError as error:
            raise SessionOverError(str(error)) from None
        else:
            return


async def _note_lost_keys(store: Store) -> None:
    """The stewards are told as soon as there is a session to tell them in."""
    async with store.transaction():
        await store.records.set_timer(failures.keys_lost(now()), now())


def _signed_out() -> SessionOverError:
    return SessionOverError("the homeserver has signed the bot out; `swsmatrix login` logs in again")


class _Bot:
    """The loops, each around one step: hear and commit, deliver, look at the clock, join rooms."""

    def __init__(
        self, settings: Settings, client: Client, store: Store, ids_key: bytes, vitals: Vitals
    ) -> None:
        self._names = room_names(settings)
        self._client = client
        self._store = store
        self._engine = Engine(store, FEATURES, world_of(settings), ids_key, now)
        self._outbox = Outbox(store, self._engine, client, now)
        self._vitals = vitals
        vitals.counts = lambda: asdict(client.counts) | {"refused": self._outbox.refused}
        self._metrics = settings.metrics.address
        self._lists = Lists(settings.policy_lists, client, store, self._engine, now)
        self._timers_changed = asyncio.Event()
        self._rooms_changed = asyncio.Event()

    async def run(self) -> None:
        try:
            await self._arrive()
            await self._fire_timers()  # what expired meanwhile is not to be said first
            async with asyncio.TaskGroup() as group:
                group.create_task(self._hear())
                group.create_task(self._outbox.run())
                group.create_task(self._watch_clock())
                group.create_task(self._watch_rooms())
                group.create_task(self._lists.watch())
                if self._metrics is not None:
                    group.create_task(metrics.serve(*self._metrics, self._page))
        except* SignedOutError:
            raise _signed_out() from None

    async def _arrive(self) -> None:
        """Know the rooms, and hear what was missed."""
        await self._lists.recall()
        self._client.await_keys(await self._store.records.unread())
        self._client.set_refill(partial(ensure_fallback_key, self._client.nio, self._store.vault))
        if await self._store.vault.get(SYNC_TOKEN) is None:
            # The very first look: from here on everything is heard, and nothing from before.
            await self._listen()
            await self._join_rooms()
        else:
            # Which room is which must be known before what was missed is heard.
            await self._join_rooms()
            recalled = await self._recall_rooms()
            await self._listen()
            await self._check(recalled)
        missing = len(self._names) - len(self._engine.world.names)
        if missing:
            log.warning("%d of %d rooms cannot be joined yet: `swsmatrix check`", missing, len(self._names))
        if self._client.moved:
            log.warning("a room's address leads to another room, not followed: `swsmatrix check`")
        log.info("ready")

    async def _recall_rooms(self) -> dict[str, RoomId]:
        """Take what can't be looked up or joined now for the rooms that it was.

        Else what was missed in them, up to when the bot was removed, would not be heard.
        """
        kept = await self._led_to()
        world = self._engine.world
        missing = _without(self._names, world.names)
        recalled = {name: kept[name] for name in missing if name in kept}
        self._engine.world = replace(world, names={**recalled, **world.names})
        self._know_community()
        return recalled

    async def _led_to(self) -> dict[str, RoomId]:
        """Where the names of the configuration led. What it does not name any more is forgotten."""
        kept = await self._rooms_kept()
        return {name: kept[name] for name in self._names if name in kept}

    async def _rooms_kept(self) -> dict[str, RoomId]:
        return dict(json.loads(await self._store.vault.get(ROOMS) or b"{}"))

    async def _check(self, recalled: Mapping[str, RoomId]) -> None:
        """What the bot is not in any more is looked for again, and so is what a name does not lead to."""
        gone = set(self._client.out_of_reach)
        gone.update([name for name, room in recalled.items() if await self._client.resolve(room) != room])
        known = self._engine.world.names
        names = {name: room for name, room in known.items() if name not in gone or name not in recalled}
        self._engine.world = replace(self._engine.world, names=names)

    async def _listen(self) -> None:
        token = await self._store.vault.get(SYNC_TOKEN)
        batch = await self._client.listen(token.decode() if token else None)
        await self._engine.handle(batch, self._outbox.wake)
        self._vitals.heard()
        self._timers_changed.set()
        await self._notice_rooms(batch.events)

    async def _notice_rooms(self, events: Iterable[Event]) -> None:
        """What happened to rooms of the configuration: the bot was thrown out, or they were replaced."""
        world = self._engine.world
        left = {event.room for event in events if isinstance(event, Left) and event.user == world.me}
        lost = tuple(name for name, room in world.names.items() if room in left)
        if lost:
            # What is meant for it waits until the bot is let in again.
            log.warning("the bot is no longer in one of its rooms: `swsmatrix check`")
            names = {name: room for name, room in world.names.items() if name not in lost}
            self._engine.world = replace(world, names=names)
            await self._tell_missing(lost)
        if any(isinstance(e, RoomSeen) and e.replaced and e.room in world.names.values() for e in events):
            log.warning("one of the bot's rooms was replaced by another: `swsmatrix check`")
        if left or any(isinstance(event, Invited) for event in events):
            self._rooms_changed.set()

    async def _tell_missing(self, names: tuple[str, ...]) -> None:
        await self._engine.happened(RoomsMissing(names=names, at=now()))
        self._outbox.wake()

    async def _tell_moved(self, kept: Mapping[str, RoomId], found: Mapping[str, RoomId]) -> None:
        away = tuple((name, room) for name, room in kept.items() if name in self._client.moved)
        followed = tuple((name, kept[name]) for name, room in found.items() if kept.get(name, room) != room)
        every = await self._rooms_kept()
        unnamed = tuple((name, every[name]) for name in _without(every, self._names))
        await self._engine.happened(RoomsMoved(away=away, followed=followed, unnamed=unnamed, at=now()))

    async def _hear(self) -> None:
        while True:
            await self._listen()

    async def _watch_clock(self) -> None:
        while True:
            self._timers_changed.clear()
            due = await self._fire_timers()
            await self._tidy()
            await self._vitals.beat()
            self._outbox.wake()
            wait = CLOCK_LOOK if due is None else min(max(0, due - now()), CLOCK_LOOK)
            await _either(self._timers_changed, wait)

    async def _tidy(self) -> None:
        """Once a day nothing of what was deleted is in the file any more."""
        last = int(await self._store.vault.get(TIDIED) or b"0")
        if not 0 <= now() - last < TIDY_EVERY:
            await self._store.tidy()
            await self._store.vault.put(TIDIED, str(now()).encode())

    async def _fire_timers(self) -> Millis | None:
        """All that are due; when the next one is."""
        while (due := await self._engine.fire_timers()) is not None and due <= now():
            continue
        return due

    async def _page(self) -> str:
        return health.exposition(await self._vitals.figures(), now())

    async def _watch_rooms(self) -> None:
        while True:
            await _either(self._rooms_changed, ROOMS_LOOK)
            self._rooms_changed.clear()
            if len(self._engine.world.names) < len(self._names):
                await self._join_rooms()

    async def _join_rooms(self) -> None:
        kept, found = await self._led_to(), dict[str, RoomId]()
        for name in _without(self._names, self._engine.world.names):
            if (room := await self._client.resolve(name, kept.get(name))) is not None:
                found[name] = room
        # Added to what is known now: the bot may have been thrown out of a room meanwhile.
        world = replace(self._engine.world, names={**self._engine.world.names, **found})
        self._engine.world = world
        self._know_community()
        await self._tell_moved(kept, found)
        if found:
            await self._store.vault.put(ROOMS, json.dumps({**kept, **found}).encode())
        for room in found.values():
            # Where the bot is already, this was told before anybody knew which room it is.
            if (seen := self._client.look_at(room)) is not None:
                await self._engine.happened(seen)
        missing = _without(self._names, world.names)
        await self._tell_missing(tuple(name for name in missing if name in self._client.out_of_reach))

    def _know_community(self) -> None:
        world = self._engine.world
        self._client.community = {
            room for room in world.names.values() if world.is_community(room) or world.region_in(room)
        }


def _without(names: Iterable[str], found: Iterable[str]) -> list[str]:
    return [name for name in names if name not in set(found)]


async def _either(event: asyncio.Event, wait: Millis) -> None:
    """Until ``event``, but no longer than ``wait``."""
    try:
        async with asyncio.timeout(wait / SECOND):
            await event.wait()
    except TimeoutError:
        pass
