"""What a feature is: a name, the words it answers to, and two functions.

``load`` reads what ``decide`` needs, and writes nothing; ``None`` means: not mine.
``decide`` is pure: no clock, no random source, no store, no network.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Protocol

from swsmatrix.model import (
    Case,
    Decision,
    Direct,
    EventId,
    Millis,
    Missing,
    Pin,
    Post,
    Private,
    RoomId,
    RoomNote,
    Sent,
    Supporter,
    Unread,
    UserId,
)
from swsmatrix.routing import Input
from swsmatrix.world import World


class Records(Protocol):
    """What ``load`` may read of the records."""

    async def post(self, feature: str, event: EventId) -> Post | None: ...
    async def post_of_edit(self, feature: str, edit: EventId) -> Post | None: ...
    async def post_numbered(self, number: int) -> Post | None: ...
    async def posts_of(self, feature: str, author: UserId) -> tuple[Post, ...]: ...
    async def open_posts(self) -> tuple[Post, ...]: ...
    async def next_number(self) -> int: ...
    async def direct(self, user: UserId) -> Direct | None: ...
    async def direct_in(self, room: RoomId) -> Direct | None: ...
    async def room(self, room: RoomId) -> RoomNote | None: ...
    async def missing(self) -> tuple[Missing, ...]: ...
    async def unread_of(self, sender: UserId) -> tuple[Unread, ...]: ...
    async def unread_event(self, event: str) -> Unread | None: ...
    async def unread_with(self, session: str) -> tuple[Unread, ...]: ...
    async def runs(self, feature: str, name: str, subject: str) -> bool: ...


class People(Protocol):
    """What ``load`` may read of supporters, cases and their rooms."""

    async def supporter(self, user: UserId) -> Supporter | None: ...
    async def supporter_numbered(self, number: int) -> Supporter | None: ...
    async def supporters(self) -> tuple[Supporter, ...]: ...
    async def barred(self, user: UserId) -> bool: ...
    async def case(self, feature: str, event: str) -> Case | None: ...
    async def case_numbered(self, number: int) -> Case | None: ...
    async def cases(self) -> tuple[Case, ...]: ...
    async def private(self, room: RoomId) -> Private | None: ...
    def code(self, value: str) -> str: ...
    async def pin(self, user: UserId) -> Pin | None: ...
    async def pins(self) -> tuple[Pin, ...]: ...


class Queue(Protocol):
    """What ``load`` may read of the outbox: what of ours stands in rooms."""

    async def sent(self, subject: str) -> tuple[Sent, ...]: ...
    async def sent_as(self, event: EventId) -> Sent | None: ...


class Reader(Protocol):
    @property
    def records(self) -> Records: ...
    @property
    def people(self) -> People: ...
    @property
    def queue(self) -> Queue: ...


@dataclass(frozen=True, slots=True)
class Feature:
    """``words``: first words of messages to the bot that are this feature's."""

    name: str
    load: Callable[[Input, Reader, World], Awaitable[Any | None]]
    decide: Callable[[Input, Any, World, Millis], Decision]
    words: tuple[str, ...] = ()


def merge(*decisions: Decision) -> Decision:
    """All of several decisions, in order."""
    return Decision(
        save=tuple(r for d in decisions for r in d.save),
        drop=tuple(r for d in decisions for r in d.drop),
        effects=tuple(e for d in decisions for e in d.effects),
        timers=tuple(t for d in decisions for t in d.timers),
        stop_timers=tuple(s for d in decisions for s in d.stop_timers),
        tell=tuple(t for d in decisions for t in d.tell),
    )
