"""Who is in a room: the bot that joins and leaves, people whom it invites and removes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress

from swsmatrix.matrix.devices import AskedInVainError, Devices, obtain
from swsmatrix.matrix.hardening import HardenedClient
from swsmatrix.matrix.http import UnreachableError, attempt, outcome, path, request
from swsmatrix.matrix.loose import arr
from swsmatrix.matrix.rooms import Room
from swsmatrix.matrix.succession import succeeds
from swsmatrix.protocol import (
    IDENTITY_CHANGED,
    SECOND,
    Done,
    Millis,
    Outcome,
    Refused,
    RetryAt,
    RoomId,
    UserId,
)


def alone(verdict: Outcome) -> Outcome:
    """A limit that holds up nothing else: not one on speaking, or for something that can wait."""
    if isinstance(verdict, RetryAt) and verdict.limited:
        return RetryAt(verdict.wait + SECOND, untried=True)
    return verdict


class Membership:
    """``entered`` and ``left`` are told of every room that the bot joined or left by itself.

    ``now``: milliseconds. Everything but ``resolve`` may raise ``AskedInVainError``.
    """

    def __init__(
        self,
        client: HardenedClient,
        devices: Devices,
        rooms: dict[RoomId, Room],
        now: Callable[[], Millis],
        *,
        entered: Callable[[RoomId], None],
        left: Callable[[RoomId], None],
    ) -> None:
        self._client = client
        self._devices = devices
        self._rooms = rooms
        self._now = now
        self._advised: dict[str, tuple[Millis, Millis]] = {}  # when ``resolve`` was told to wait, how long
        self._entered = entered
        self._left = left
        self._account_data = asyncio.Lock()
        self.out_of_reach: set[str] = set()  # names to which the homeserver's last word was no
        self.moved: set[str] = set()  # names that lead elsewhere by now, which was not followed

    # ---- The bot ----

    async def join(self, room: str) -> Outcome:
        """``room``: an id or an alias."""
        verdict = await attempt(self._client, "POST", path("join", room), {}, made=True)
        if isinstance(verdict, Done):
            self._entered(RoomId(verdict.result))
        return verdict

    async def leave(self, room: RoomId) -> Outcome:
        """Whoever is not there, because somebody removed them, has left."""
        verdict = await attempt(self._client, "POST", path("rooms", room, "leave"), {})
        if isinstance(verdict, Refused):
            body = await obtain(self._client, "GET", path("joined_rooms"), None)
            if room in arr(body, "joined_rooms"):
                return verdict
            verdict = Done()
        if isinstance(verdict, Done):
            self._left(room)
            await attempt(self._client, "POST", path("rooms", room, "forget"), {})
        return verdict

    async def resolve(self, name: str, known: RoomId | None = None) -> RoomId | None:
        """See ``Homeserver.resolve``."""
        room = await self._look_up(name) if name.startswith("#") else name
        if room is None:
            return None
        self.moved.discard(name)
        if known and room != known:
            try:
                if not await succeeds(self._client, room, known):
                    self.moved.add(name)
                    room = known
            except UnreachableError:
                return None
        joined = self._rooms.get(RoomId(room))
        if joined and joined.members.get(self._client.user_id) == "join":
            self.out_of_reach.discard(name)
            return RoomId(room)
        if self._has_to_wait("join"):
            return None
        verdict = await self.join(room if name in self.moved else name)
        self._heed("join", verdict)
        self._note(name, verdict)
        return RoomId(verdict.result) if isinstance(verdict, Done) and verdict.result else None

    async def _look_up(self, alias: str) -> str | None:
        if self._has_to_wait("look up"):
            return None
        try:
            answer = await request(self._client, "GET", path("directory", "room", alias))
        except UnreachableError:
            return None
        if answer.ok:
            return str(answer.body.get("room_id"))
        verdict = outcome(answer)
        self._heed("look up", verdict)
        self._note(alias, verdict)
        return None

    def _note(self, configured: str, verdict: Outcome) -> None:
        match verdict:
            case Done():
                self.out_of_reach.discard(configured)
            case Refused():
                self.out_of_reach.add(configured)

    def _heed(self, what: str, verdict: Outcome) -> None:
        """A limit is one for all names: nobody is asked again before it is over."""
        if isinstance(verdict, RetryAt):
            self._advised[what] = (self._now(), verdict.wait)

    def _has_to_wait(self, what: str) -> bool:
        since, wait = self._advised.get(what, (0, 0))
        return 0 <= self._now() - since < wait

    # ---- Others ----

    async def invite(self, room: RoomId, user: UserId, identity: str = "", *, direct: bool = True) -> Outcome:
        """``direct``: to a direct chat. ``/invite`` cannot say that it is one, the state event can."""
        if identity and not await self._devices.is_still(user, identity):
            return Refused(IDENTITY_CHANGED, user)
        where = path("rooms", room, "state", "m.room.member", user)
        content = {"membership": "invite", **({"is_direct": True} if direct else {})}
        verdict = await attempt(self._client, "PUT", where, content, made=True)
        if isinstance(verdict, Refused) and await self._standing(room, user) in ("join", "invite"):
            return Done()
        return alone(verdict)

    async def invite_direct(self, room: RoomId, user: UserId) -> Outcome:
        """``invite`` into the bot's own direct chat with ``user``."""
        verdict = await self.invite(room, user)
        if isinstance(verdict, Done):
            with suppress(UnreachableError):  # it is only how the bot's own account looks in a client
                await self._mark_direct(room, user)
        return verdict

    async def remove(self, room: RoomId, user: UserId) -> Outcome:
        """Out of the room, or the invitation back."""
        verdict = await attempt(self._client, "POST", path("rooms", room, "kick"), {"user_id": user})
        if isinstance(verdict, Refused) and await self._standing(room, user) in ("leave", "ban"):
            return Done()
        return verdict

    async def _standing(self, room: RoomId, user: UserId) -> str:
        """The membership of ``user``; empty if the homeserver does not tell."""
        try:
            answer = await request(self._client, "GET", path("rooms", room, "state", "m.room.member", user))
        except UnreachableError:
            raise AskedInVainError(RetryAt(0)) from None
        if answer.ok:
            return str(answer.body.get("membership"))
        verdict = outcome(answer)
        if isinstance(verdict, RetryAt):
            raise AskedInVainError(verdict)
        return "leave" if answer.errcode == "M_NOT_FOUND" else ""

    async def _mark_direct(self, room: RoomId, user: UserId) -> None:
        """So that the bot's own account, opened in a client, shows the room among its direct chats."""
        where = path("user", self._client.user_id, "account_data", "m.direct")
        async with self._account_data:
            answer = await request(self._client, "GET", where)
            if not answer.ok and answer.errcode != "M_NOT_FOUND":
                return
            rooms = answer.body.get(user) if answer.ok else None
            listed = [other for other in rooms if isinstance(other, str)] if isinstance(rooms, list) else []
            if room not in listed:
                everybody = answer.body if answer.ok else {}
                await attempt(self._client, "PUT", where, everybody | {user: [*listed, room]})
