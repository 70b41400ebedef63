"""A town to tell stories in: people, rooms, a clock, the bot with its real store, and ways to kill it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from swsmatrix import playbook
from swsmatrix.engine import Engine
from swsmatrix.features import FEATURES, TAGS
from swsmatrix.features.feature import Feature
from swsmatrix.model import Direct, Record, RegionId, ToldRule
from swsmatrix.outbox import Outbox
from swsmatrix.protocol import (
    DAY,
    EventId,
    Invited,
    Joined,
    Left,
    MessageDeleted,
    MessageEdited,
    MessagePosted,
    Millis,
    Reacted,
    RoomId,
    Undecryptable,
    UserId,
)
from swsmatrix.regions import Region, RegionTree
from swsmatrix.store.db import Store
from swsmatrix.store.vault import SYNC_TOKEN
from swsmatrix.tags import Tags
from swsmatrix.world import World
from tests.fake_matrix import BOT, FakeMatrix, FakeRoom

KEY = b"\x07" * 32
START: Millis = 1_795_000_000_000  # some day in November 2026

ALICE = UserId("@alice:example.org")
BEA = UserId("@bea:example.org")
CLEO = UserId("@cleo:example.org")
STEWARD = UserId("@dora:example.org")

LOUNGE, NY, NYC, CHICAGO, STEWARDS = "#lounge", "#sws-ny", "#sws-nyc", "#sws-chicago", "#stewards"

TREE = RegionTree(
    [
        Region(id=RegionId("us"), name="United States", tz="America/New_York"),
        Region(id=RegionId("us-ny"), name="New York State", parent=RegionId("us"), aliases=("ny",), room=NY),
        Region(
            id=RegionId("nyc"),
            name="New York City",
            parent=RegionId("us-ny"),
            aliases=("newyork", "brooklyn"),
            room=NYC,
            emergency="Call the night line, 24 hours.",
        ),
        Region(
            id=RegionId("chicago"),
            name="Chicago",
            parent=RegionId("us"),
            room=CHICAGO,
            tz="America/Chicago",
        ),
        Region(id=RegionId("maine"), name="Maine", parent=RegionId("us")),
    ]
)

WORLD = World(
    me=BOT,
    name="Porch",
    community=(LOUNGE,),
    stewards=STEWARDS,
    tree=TREE,
    tags=TAGS,
    topics=frozenset({"ride", "housing"}),
    expires_after=30 * DAY,
    playbooks=playbook.load(),
)


class Killed(BaseException):
    """The process died here."""


class Fuse:
    """Kills at the ``at``-th moment (1 for the first; 0: never). Burns once.

    A moment is when something has just changed: the store by a commit, a room by a perform. Just before the
    next one (``every``) all is as it was then, but what a transaction had written is undone.
    """

    def __init__(self, at: int = 0, *, every: bool = False) -> None:
        self.at = at
        self.count = 0
        self.every = every

    async def __call__(self, moment: str) -> None:
        if moment == "before" and not self.every:
            return
        self.count += 1
        if self.count == self.at:
            raise Killed


class Town:
    def __init__(self, folder: Path, fuse: Fuse, features: tuple[Feature, ...], tags: Tags) -> None:
        self.time = START
        self.fuse = fuse
        self.folder = folder
        self.features = features
        self.matrix = FakeMatrix(self.now, fuse)
        self.world = replace(WORLD, tags=tags)
        self.store: Store
        self.engine: Engine
        self.outbox: Outbox

    def now(self) -> Millis:
        return self.time

    async def start(self) -> None:
        """As the bot starts: the same data, nothing else remembered."""
        self.store = await Store.open(self.folder, KEY, on_commit=self.fuse)
        self.engine = Engine(self.store, self.features, self.world, KEY, self.now)
        self.outbox = Outbox(self.store, self.engine, self.matrix, self.now, lambda: 1.0)

    async def restart(self) -> None:
        await self.store.close()
        await self.start()

    async def knows(self, *records: Record) -> None:
        """What the bot knows before the story begins: nothing is killed meanwhile."""
        at, count = self.fuse.at, self.fuse.count
        self.fuse.at = 0
        async with self.store.transaction():
            for record in records:
                await self.store.records.save(record)
        self.fuse.at, self.fuse.count = at, count

    async def told_the_rule(self, *users: UserId) -> None:
        """They have shared tips before."""
        await self.knows(*(ToldRule(who=self.store.people.code(user)) for user in users))

    def build(self) -> None:
        """The usual rooms. Alice is in the lounge and in New York City, Dora is a steward."""
        for alias in (LOUNGE, NY, NYC, CHICAGO):
            self.matrix.make_room(alias, {ALICE, BEA, CLEO})
        self.matrix.make_room(STEWARDS, {STEWARD})
        names = {alias: self.matrix.aliases[alias] for alias in (LOUNGE, NY, NYC, CHICAGO, STEWARDS)}
        self.world = replace(self.world, names=names)
        for alias in names:
            self.see(alias)

    def see(self, alias: str, **changes: object) -> None:
        """The homeserver says what the room is like."""
        self.matrix.log.append(replace(self.matrix.seen(self.room(alias)), **changes))  # type: ignore[arg-type]

    async def settle(self) -> None:
        """Let the bot hear, decide and deliver until nothing is left to do; it rises again when killed."""
        while True:
            try:
                await self._until_quiet()
            except Killed:
                await self.store._connection.close()
                await self.start()
            else:
                return

    async def _until_quiet(self) -> None:
        for _ in range(500):
            token = await self.store.vault.get(SYNC_TOKEN)
            batch = await self.matrix.listen(token.decode() if token else None)
            if batch.events:
                await self.engine.handle(batch)
            due = await self.engine.fire_timers()
            delivered = await self.outbox.step()
            if not batch.events and not delivered and (due is None or due > self.time):
                return
        raise AssertionError("the town never gets quiet")

    async def later(self, wait: Millis) -> None:
        self.time += wait
        await self.settle()

    # ---- what people do ----

    def room(self, name: str) -> FakeRoom:
        return self.matrix.rooms[self.matrix.aliases.get(name, RoomId(name))]

    def posts(self, who: UserId, where: str, text: str, **more: object) -> EventId:
        room = self.room(where)
        event = self.matrix.show(room.id, who, text)
        identity = f"key of {who}" if more.get("signed", True) else ""
        posted = MessagePosted(
            room=room.id, event=event, sender=who, at=self.time, text=text, identity=identity
        )
        self.matrix.log.append(replace(posted, **more))  # type: ignore[arg-type]
        return event

    def edits(self, who: UserId, where: str, original: EventId, text: str, **more: object) -> EventId:
        room = self.room(where)
        event = self.matrix.show(room.id, who, text)
        edited = MessageEdited(
            room=room.id,
            event=event,
            sender=who,
            at=self.time,
            text=text,
            original=original,
            identity=f"key of {who}" if more.get("signed", True) else "",
        )
        self.matrix.log.append(replace(edited, **more))  # type: ignore[arg-type]
        return event

    def deletes(self, who: UserId, where: str, original: EventId, *, powerful: bool = False) -> None:
        room = self.room(where)
        self.matrix.redact(room.id, original)
        event = EventId(self.matrix.fresh("$"))
        deleted = MessageDeleted(
            room=room.id, event=event, sender=who, at=self.time, original=original, powerful=powerful
        )
        self.matrix.log.append(deleted)

    def reacts(self, who: UserId, where: str, target: EventId, key: str) -> None:
        room = self.room(where)
        event = self.matrix.show(room.id, who, key, reaction_to=target, encrypted=False)
        self.matrix.log.append(
            Reacted(room=room.id, event=event, sender=who, at=self.time, target=target, key=key)
        )

    def cannot_be_read(self, who: UserId, where: str, session: str, withheld: str | None = None) -> EventId:
        room = self.room(where)
        event = self.matrix.show(room.id, who, "")
        self.matrix.log.append(
            Undecryptable(
                room=room.id, event=event, sender=who, at=self.time, session=session, withheld=withheld
            )
        )
        return event

    def joins(self, who: UserId, where: str) -> None:
        room = self.room(where)
        room.invited.discard(who)
        room.members.add(who)
        event = EventId(self.matrix.fresh("$"))
        self.matrix.log.append(Joined(room=room.id, event=event, user=who, at=self.time))

    def leaves(self, who: UserId, where: str, *, known: bool = True, removed: bool = False) -> None:
        """Leaves, declines an invitation, or is removed."""
        room = self.room(where)
        room.members.discard(who)
        room.invited.discard(who)
        event = EventId(self.matrix.fresh("$"))
        self.matrix.log.append(
            Left(room=room.id, event=event, user=who, at=self.time, known=known, removed=removed)
        )

    def opens_direct(self, who: UserId, *, known: bool = True, encrypted: bool = True) -> RoomId:
        """Somebody starts a chat with the bot."""
        room = FakeRoom(RoomId(self.matrix.fresh("!")), {who}, {BOT}, encrypted=encrypted)
        self.matrix.rooms[room.id] = room
        self.matrix.log.append(
            Invited(room=room.id, sender=who, at=self.time, known=known, encrypted=encrypted)
        )
        return room.id

    # ---- what people see ----

    def reads(self, where: str) -> list[str]:
        """What the bot's messages in a room say, redacted ones left out, changed ones as they are now."""
        return [
            shown.text
            for shown in self.room(where).timeline
            if shown.sender == BOT
            and not (shown.redacted or shown.reaction_to or shown.edit_of or shown.picture)
        ]

    def reactions(self, where: str, event: EventId) -> list[str]:
        return [
            shown.text
            for shown in self.room(where).timeline
            if shown.reaction_to == event and not shown.redacted
        ]

    async def direct(self, who: UserId) -> str:
        """The room of the direct chat with somebody; '' if there is none."""
        found: Direct | None = await self.store.records.direct(who)
        return found.room if found else ""

    async def hears_privately(self, who: UserId) -> list[str]:
        room = await self.direct(who)
        return self.reads(room) if room else []

    def snapshot(self) -> dict[str, list[tuple[str, bool]]]:
        """All that stands, and how much was redacted, in every room where somebody else is or may come."""
        names = {room: alias for alias, room in self.matrix.aliases.items()}
        pictures: dict[str, list[tuple[str, bool]]] = {}
        for room in self.matrix.rooms.values():
            others = sorted((room.members | room.invited) - {BOT})
            if others:
                name = names.get(room.id, f"with {others}")
                shown = sorted(
                    (one.text, one.redacted) for one in room.timeline if one.sender == BOT or one.redacted
                )
                # The room itself counts too: nobody is invited to two chats with the bot.
                pictures.setdefault(name, []).extend([("a room", False), *shown])
        return pictures

    # ---- what the store holds ----

    async def rows(self, sql: str) -> list[tuple[Any, ...]]:
        return [tuple(row) for row in await self.store.records._rows(sql)]

    async def bodies(self) -> list[str]:
        """Every text that is kept."""
        return [text for (text,) in await self.rows("SELECT text FROM bodies")]


@asynccontextmanager
async def town(
    folder: Path, fuse: Fuse | None = None, features: tuple[Feature, ...] = FEATURES, tags: Tags = TAGS
) -> AsyncIterator[Town]:
    """A town with the bot running in it."""
    place = Town(folder, fuse or Fuse(), features, tags)
    place.build()
    await place.start()
    try:
        await place.settle()
        yield place
    finally:
        await place.store.close()
