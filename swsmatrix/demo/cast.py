"""People of the demo and of the tests: each a real encrypted client as strict as Element.

A person is a Node process (``client/client.mjs``: matrix-js-sdk with its Rust crypto) that signs
its own device and neither reads nor writes to devices that their owner has not signed (MSC4153).
"""

from __future__ import annotations

import base64
import secrets
from collections.abc import AsyncIterator, Awaitable, Iterable
from contextlib import asynccontextmanager
from http import HTTPStatus
from typing import Any, Final, Self
from urllib.parse import quote

from swsmatrix.demo.client_process import ANSWER_SECONDS, ClientProcess, PersonError
from swsmatrix.demo.seen import Device, Invitation, Message, Reaction, message

ARRIVE_SECONDS: Final = 90.0
VERIFY_SECONDS: Final = 60.0

Json = dict[str, Any]


class NotSeenError(PersonError):
    """What was waited for did not come in time."""


async def refusal(attempt: Awaitable[object]) -> str:
    """The Matrix error code with which the homeserver refuses it; empty when it does not."""
    try:
        await attempt
    except PersonError as refused:
        if not refused.code:
            raise
        return refused.code
    return ""


class Person:
    """Somebody with a strict client. Made by ``arrive``; calls may overlap."""

    def __init__(self, client: ClientProcess, user: str, device: str) -> None:
        self._client = client
        self.user = user
        self.device = device

    # ---- coming and going ----

    @classmethod
    @asynccontextmanager
    async def arrive(
        cls,
        homeserver: str,
        name: str,
        password: str,
        *,
        cross_sign: bool = True,
        strict: bool = True,
        keeps: bool = False,
    ) -> AsyncIterator[Self]:
        """Log in at ``homeserver`` (its address) as a new device and stay for the length of the block.

        ``cross_sign=False``: a device that its owner has not signed; else the account gets an identity, and
        if it had one, another. ``strict=False``: a client that reads and writes to such devices.
        ``keeps``: it can ``restart``. Raises ``PersonError``.
        """
        login = {"homeserver": homeserver, "user": name, "password": password}
        async with ClientProcess.start() as client:
            modes = {"crossSign": cross_sign, "strict": strict, "keeps": keeps}
            info = await client.call("arrive", {**login, **modes}, seconds=ARRIVE_SECONDS)
            yield cls(client, str(info["user"]), str(info["device"]))

    @property
    def warnings(self) -> list[str]:
        """The last lines that the client wrote to standard error."""
        return list(self._client.warnings)

    async def restart(self) -> None:
        """Go on as the same device from what the client has stored."""
        await self._call("restart", ARRIVE_SECONDS)

    async def log_out(self) -> None:
        """End the session on the homeserver too; nothing can be asked of this person afterwards."""
        await self._call("logout")

    # ---- rooms ----

    async def create_room(
        self,
        name: str | None,
        *,
        alias: str | None = None,
        invite: Iterable[str] = (),
        encrypted: bool = True,
        history: str | None = "joined",
        join_rule: str | None = "invite",
        power: Json | None = None,
    ) -> str:
        """Make a room; returns its id. ``alias`` is the part between ``#`` and ``:``.

        ``power`` is a power_level_content_override of createRoom; the maker must not be in its ``users``.
        """
        answer = await self._call(
            "create",
            name=name,
            alias=alias,
            invite=list(invite),
            encrypted=encrypted,
            history=history,
            join_rule=join_rule,
            power=power,
            direct=False,
            preset="private_chat",
        )
        return str(answer["room"])

    async def start_direct(self, user: str, *, encrypted: bool = True) -> str:
        """Open a direct chat as Element does (is_direct, both with full power); returns its id."""
        answer = await self._call(
            "create", invite=[user], encrypted=encrypted, direct=True, preset="trusted_private_chat"
        )
        return str(answer["room"])

    async def join(self, room: str) -> str:
        """Join by id or alias; returns the id."""
        return str((await self._call("join", room=room))["room"])

    async def leave(self, room: str) -> None:
        """Leave, or decline an invitation."""
        await self._call("leave", room=room)

    async def invite(self, room: str, user: str) -> None:
        await self._call("invite", room=room, user=user)

    async def kick(self, room: str, user: str) -> None:
        await self._call("kick", room=room, user=user)

    async def invitations(self) -> list[Invitation]:
        return [Invitation(**found) for found in (await self._call("invitations"))["invitations"]]

    async def wait_for_invite(
        self,
        sender: str | None = None,
        name: str | None = None,
        *,
        timeout: float = 20.0,  # noqa: ASYNC109
    ) -> Invitation:
        """One that is open now, or the next. ``name``: of the room, as the invitation shows it."""
        answer = await self._call("wait_invitation", timeout, sender=sender, name=name)
        if answer["invitation"] is None:
            raise NotSeenError("no such invitation came")
        return Invitation(**answer["invitation"])

    async def accept(self, room: str) -> None:
        """Accept an invitation; a direct chat is marked as such, as Element does."""
        await self._call("accept", room=room)

    async def listed_as_direct_with(self, room: str) -> list[str]:
        """Under whom this account lists the room as a direct chat (``m.direct``)."""
        users: list[str] = (await self._call("direct", room=room))["users"]
        return users

    async def rooms(self) -> list[Json]:
        """Each with ``room``, ``name``, ``alias``, ``membership``, ``version``, ``encrypted``."""
        found: list[Json] = (await self._call("rooms"))["rooms"]
        return found

    async def members(self, room: str) -> list[Json]:
        """Each with ``user``, ``name``, ``membership``, ``power`` (a number, or "infinite" for creators)."""
        found: list[Json] = (await self._call("members", room=room))["members"]
        return found

    async def wait_for_member(
        self,
        room: str,
        user: str,
        membership: str = "join",
        *,
        timeout: float = 20.0,  # noqa: ASYNC109
    ) -> None:
        """Until this client knows it. What is sent earlier is not encrypted for that member."""
        answer = await self._call("wait_member", timeout, room=room, user=user, membership=membership)
        if not answer["found"]:
            raise NotSeenError(f"a member did not come to be '{membership}'")

    async def state(self, room: str, type_: str, key: str = "") -> Json:
        content: Json = (await self._call("state", room=room, type=type_, key=key))["content"]
        return content

    # ---- speaking ----

    async def send(
        self,
        room: str,
        text: str,
        *,
        html: str | None = None,
        reply_to: str | None = None,
        thread: str | None = None,
        mentions: Iterable[str] = (),
        msgtype: str = "m.text",
    ) -> str:
        """Say something (encrypted, if the room is); returns the event id."""
        answer = await self._call(
            "send",
            room=room,
            text=text,
            html=html,
            reply_to=reply_to,
            thread=thread,
            mentions=list(mentions),
            msgtype=msgtype,
        )
        return str(answer["event"])

    async def send_picture(
        self,
        room: str,
        data: bytes,
        caption: str,
        *,
        name: str = "IMG_0001.jpg",
        msgtype: str = "m.image",
        sealed: bool = True,
    ) -> str:
        """Show a file with words (MSC2530); returns the event id. ``sealed``: encrypted, as it has to be."""
        answer = await self._call(
            "send_file",
            room=room,
            data=base64.b64encode(data).decode(),
            caption=caption,
            name=name,
            msgtype=msgtype,
            sealed=sealed,
        )
        return str(answer["event"])

    async def open_picture(self, shown: Message) -> bytes:
        """The file of a message, fetched and decrypted. Raises ``PersonError`` if it is not what was sent."""
        answer = await self._call("open_file", file=shown.content["file"])
        return base64.b64decode(answer["data"])

    async def edit(self, room: str, event: str, text: str, *, html: str | None = None) -> str:
        """Replace the text of ``event``; returns the id of the event that does it."""
        return str((await self._call("edit", room=room, event=event, text=text, html=html))["event"])

    async def react(self, room: str, event: str, key: str) -> str:
        return str((await self._call("react", room=room, event=event, key=key))["event"])

    async def redact(self, room: str, event: str, reason: str | None = None) -> str:
        return str((await self._call("redact", room=room, event=event, reason=reason))["event"])

    async def raw(self, room: str, type_: str, content: Json, *, state_key: str | None = None) -> str:
        """Send any event (encrypted, if the room is and it is no state event)."""
        extra = {} if state_key is None else {"state_key": state_key}
        return str((await self._call("raw", room=room, type=type_, content=content, **extra))["event"])

    async def send_in_clear(self, room: str, text: str) -> str:
        """As a broken client would; returns the event id. Raises ``PersonError`` when it is refused."""
        where = f"/_matrix/client/v3/rooms/{quote(room)}/send/m.room.message/{secrets.token_hex(8)}"
        status, answer = await self.http("PUT", where, {"msgtype": "m.text", "body": text})
        if status != HTTPStatus.OK:
            raise PersonError(str(answer.get("error", status)), str(answer.get("errcode", "")))
        return str(answer["event_id"])

    async def forget_room_key(self, room: str) -> None:
        """The next message begins a new Megolm session."""
        await self._call("discard", room=room)

    # ---- hearing ----

    async def messages(self, room: str) -> list[Message]:
        """All messages of a room that this client has, oldest first, deleted and unreadable ones too."""
        kinds = ("m.room.message", "m.room.encrypted")
        return [
            message(event)
            for event in await self.events(room)
            if event["type"] in kinds and event["relation"] != "m.replace"
        ]

    async def events(self, room: str) -> list[Json]:
        """Everything in the room, edits, reactions and state too, as ``client/view.mjs`` describes it."""
        found: list[Json] = (await self._call("events", room=room))["events"]
        return found

    async def reactions(self, room: str, event: str) -> list[Reaction]:
        return [
            Reaction(event=found["event"], sender=found["sender"], key=found["key"])
            for found in await self.events(room)
            if found["type"] == "m.reaction" and found["relates_to"] == event and not found["redacted"]
        ]

    async def wait_for(
        self,
        room: str,
        *,
        text: str | None = None,
        sender: str | None = None,
        event: str | None = None,
        reply_to: str | None = None,
        redacted: bool | None = None,
        failed: bool | None = None,
        failure: str | None = None,
        timeout: float = 20.0,  # noqa: ASYNC109
    ) -> Message:
        """The oldest message that fits everything given (``text``: within its current text).

        Raises ``NotSeenError``, which names what there is instead.
        """
        wanted = {
            "text": text,
            "sender": sender,
            "event": event,
            "reply_to": reply_to,
            "redacted": redacted,
            "failed": failed,
            "failure": failure,
        }
        return message(await self._wait(room, wanted, timeout))

    async def wait_for_reaction(
        self,
        room: str,
        event: str,
        key: str | None = None,
        *,
        sender: str | None = None,
        timeout: float = 20.0,  # noqa: ASYNC109
    ) -> Reaction:
        wanted = {
            "type": "m.reaction",
            "relates_to": event,
            "key": key,
            "sender": sender,
            "redacted": False,
        }
        found = await self._wait(room, wanted, timeout)
        return Reaction(event=found["event"], sender=found["sender"], key=found["key"])

    async def _wait(self, room: str, wanted: Json, seconds: float) -> Json:
        match = {name: value for name, value in wanted.items() if value is not None}
        answer = await self._call("wait", seconds, room=room, match=match)
        if answer["event"] is None:
            seen = "\n".join(
                f"  {m.sender}: {m.text!r} {m.failure or ''}" for m in (await self.messages(room))[-6:]
            )
            raise NotSeenError(
                f"waited {seconds:.0f} s in vain for {match}; the last messages there:\n{seen}"
            )
        found: Json = answer["event"]
        return found

    # ---- others ----

    async def devices(self, user: str) -> list[Device]:
        """The devices of somebody, as the homeserver lists them now."""
        return [Device(**found) for found in (await self._call("devices", user=user))["devices"]]

    async def sign(self, device: str) -> None:
        """Vouch for another device of one's own, as by confirming it in this one."""
        await self._call("sign", device=device)

    async def identity(self, user: str) -> Json:
        """``has_identity``, ``needs_approval`` (it changed), ``verified``."""
        return await self._call("user", user=user)

    async def compare(self, user: str, *, device: str = "", room: str = "") -> list[str]:
        """Begin to verify ``user``: in ``room``, a direct chat, or with ``device``.

        Returns the emojis with their names, as this client shows them; none when it was refused.
        """
        answer = await self._call("compare", VERIFY_SECONDS, user=user, device=device, room=room)
        emojis: list[str] = answer["emojis"]
        return emojis

    async def confirm(self, *, same: bool = True) -> str:
        """Say whether the emojis were the same, and wait for the end; the code when that is not success."""
        answer = await self._call("confirm", VERIFY_SECONDS, same=same)
        return "" if answer["verified"] else str(answer["code"])

    async def http(self, method: str, path: str, body: Json | None = None) -> tuple[int, Json]:
        """Any request with this person's access token: status and JSON answer."""
        extra = {} if body is None else {"body": body}
        answer = await self._call("http", method=method, path=path, **extra)
        return int(answer["status"]), answer["body"]

    async def _call(self, op: str, waits: float = 0.0, /, **arguments: object) -> Json:
        """``waits``: seconds that the client itself may wait before it answers."""
        more = {"timeout": waits * 1000} if waits else {}
        return await self._client.call(op, {**arguments, **more}, seconds=waits + ANSWER_SECONDS)
