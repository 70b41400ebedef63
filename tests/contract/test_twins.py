"""The same assertions for the fake homeserver and for a real one: what the stories rely on is true."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any, Protocol

import pytest

from swsmatrix.demo.homeserver import Homeserver as Synapse
from swsmatrix.matrix import sync
from swsmatrix.model import Event
from swsmatrix.protocol import (
    IDENTITY_CHANGED,
    CleartextNotice,
    CreateDirect,
    CreatePrivate,
    Done,
    EventId,
    Homeserver,
    Invite,
    InviteDirect,
    Joined,
    JoinRoom,
    LeaveRoom,
    Left,
    MessageDeleted,
    MessagePosted,
    Picture,
    React,
    Reacted,
    ReadBy,
    RedactEvent,
    Refused,
    Remove,
    RetryAt,
    RewriteEvent,
    RoomId,
    RoomSeen,
    Say,
    SendFile,
    SendPicture,
    SendRecord,
    TakeAllBack,
    UserId,
)
from tests.contract.matrix_people import Person, people
from tests.fake_matrix import BOT, FakeMatrix

PICTURE = Picture(url="mxc://localhost/tea", key="A" * 43, iv="A" * 22, sha256="A" * 43, width=4, height=2)
ALICE = UserId("@alice:example.org")
FILES = (
    SendFile("tea.ics", "text/calendar", "BEGIN:VCALENDAR"),
    SendRecord("tea.zip", "what was said", (PICTURE,)),
)


class Twin(Protocol):
    """A bot on some homeserver, and Alice, who sees the rooms."""

    bot: Homeserver
    alice: UserId

    async def room(self, *, encrypted: bool = True, moderates: bool = False) -> RoomId:
        """Alice's, with the bot in it. ``moderates``: it may remove what others say."""
        ...

    async def post(self, room: RoomId, text: str) -> EventId: ...
    async def hears(self) -> list[Event]: ...
    async def seen(self, room: RoomId) -> list[tuple[str, bool]]:
        """The bot's events in a room: kind, and whether it was redacted."""
        ...

    async def membership(self, room: RoomId, user: UserId) -> str: ...
    async def accept(self, room: RoomId) -> None:
        """Alice comes in."""
        ...

    async def identity(self) -> str:
        """Alice's master key."""
        ...

    async def reset(self) -> None:
        """Alice has another identity from now on."""
        ...


class FakeTwin:
    def __init__(self) -> None:
        self.matrix = FakeMatrix(lambda: 1)
        self.bot: Homeserver = self.matrix
        self.alice = ALICE
        self.token: str | None = None

    async def room(self, *, encrypted: bool = True, moderates: bool = False) -> RoomId:
        room = self.matrix.make_room("", {ALICE}, encrypted=encrypted)
        room.can_redact = moderates
        self.matrix.log.append(self.matrix.seen(room))
        return room.id

    async def post(self, room: RoomId, text: str) -> EventId:
        event = self.matrix.show(room, ALICE, text)
        self.matrix.log.append(MessagePosted(room=room, event=event, sender=ALICE, at=1, text=text))
        return event

    async def hears(self) -> list[Event]:
        batch = await self.bot.listen(self.token)
        self.token = batch.token
        return list(batch.events)

    async def seen(self, room: RoomId) -> list[tuple[str, bool]]:
        def kind(one: Any) -> str:
            if one.reaction_to:
                return "m.reaction"
            return "m.room.encrypted" if one.encrypted else "m.room.message"

        shown = self.matrix.rooms[room].timeline
        return [(kind(one), one.redacted) for one in shown if one.sender == BOT]

    async def membership(self, room: RoomId, user: UserId) -> str:
        if user in self.matrix.rooms[room].members:
            return "join"
        return "invite" if user in self.matrix.rooms[room].invited else "leave"

    async def accept(self, room: RoomId) -> None:
        self.matrix.rooms[room].invited.discard(ALICE)
        self.matrix.rooms[room].members.add(ALICE)
        event = EventId(self.matrix.fresh("$"))
        self.matrix.log.append(Joined(room=room, event=event, user=ALICE, at=1))

    async def identity(self) -> str:
        return f"key of {ALICE}"

    async def reset(self) -> None:
        self.matrix.identities[ALICE] = "another key"


class RealTwin:
    def __init__(self, bot: Person, alice: Person) -> None:
        self._bot, self._alice = bot, alice
        self.bot: Homeserver = bot.client
        self.alice = alice.user

    async def room(self, *, encrypted: bool = True, moderates: bool = False) -> RoomId:
        powers = {"power_level_content_override": {"redact": 0}} if moderates else {}
        return await self._alice.make_room(self._bot, encrypted=encrypted, **powers)

    async def post(self, room: RoomId, text: str) -> EventId:
        return EventId(await self._alice.say(room, text))

    async def hears(self) -> list[Event]:
        return list(await self._bot.listen())

    async def seen(self, room: RoomId) -> list[tuple[str, bool]]:
        answer = await self._bot.ask("GET", "rooms", room, "messages", dir="b", limit="50")
        kinds = ("m.room.encrypted", "m.reaction", "m.room.message")
        return [
            (event["type"], "redacted_because" in event.get("unsigned", {}))
            for event in reversed(answer.body["chunk"])
            if event["sender"] == self._bot.user and event["type"] in kinds
        ]

    async def membership(self, room: RoomId, user: UserId) -> str:
        answer = await self._alice.ask("GET", "rooms", room, "state", "m.room.member", user)
        if not answer.ok:
            answer = await self._bot.ask("GET", "rooms", room, "state", "m.room.member", user)
        return str(answer.body.get("membership", "leave"))

    async def accept(self, room: RoomId) -> None:
        assert await self._alice.client.resolve(room) == room

    async def identity(self) -> str:
        return await self._alice.identity()

    async def reset(self) -> None:
        await self._alice.reset_identity()


@pytest.fixture(params=["fake", pytest.param("real", marks=pytest.mark.synapse)])
async def twin(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Twin]:
    if request.param == "fake":
        yield FakeTwin()
        return
    request.getfixturevalue("short_polls")
    homeserver: Synapse = request.getfixturevalue("homeserver")
    async with people(homeserver, tmp_path, "bot", "alice") as (bot, alice):
        yield RealTwin(bot, alice)


@pytest.fixture
def short_polls(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sync, "POLL_SECONDS", 1)


def result(outcome: object) -> str:
    assert isinstance(outcome, Done), outcome
    return outcome.result


async def heard(twin: Twin, *kinds: type[Event]) -> list[Event]:
    """Everything up to the answer with which one of each kind has been heard."""
    found: list[Event] = []
    while not all(any(isinstance(event, kind) for event in found) for kind in kinds):
        found += await twin.hears()
    return found


async def test_the_same_transaction_is_one_event(twin: Twin) -> None:
    room = await twin.room()
    first = result(await twin.bot.perform(room, Say("tea at seven"), "one"))
    again = result(await twin.bot.perform(room, Say("tea at seven"), "one"))
    other = result(await twin.bot.perform(room, Say("tea at seven"), "two"))
    assert first == again != other
    assert await twin.seen(room) == [("m.room.encrypted", False)] * 2


async def test_what_was_said_is_found_again_without_the_transaction(twin: Twin) -> None:
    room = await twin.room()
    said = result(await twin.bot.perform(room, Say("tea at seven"), "one"))
    await twin.post(room, "tea?")
    assert await twin.bot.find_sent(room, "one", 0) == Done(said)
    assert await twin.bot.find_sent(room, "two", 0) == Refused("M_NOT_FOUND")


async def test_reacting_and_redacting_are_idempotent_too(twin: Twin) -> None:
    room = await twin.room()
    event = await twin.post(room, "tea?")
    said = EventId(result(await twin.bot.perform(room, Say("tea at seven"), "one")))
    for _ in range(2):
        result(await twin.bot.perform(room, React(event, "✅"), "two"))
        result(await twin.bot.perform(room, RedactEvent(said), "three"))
    assert await twin.seen(room) == [("m.room.encrypted", True), ("m.reaction", False)]


async def test_words_are_changed_once_for_each_transaction(twin: Twin) -> None:
    room = await twin.room()
    said = EventId(result(await twin.bot.perform(room, Say("tea at seven"), "one")))
    first = result(await twin.bot.perform(room, RewriteEvent(said, "tea at eight"), "two"))
    again = result(await twin.bot.perform(room, RewriteEvent(said, "tea at eight"), "two"))
    assert first == again != said
    assert await twin.bot.find_sent(room, "two", 0) == Done(first)
    result(await twin.bot.perform(room, RedactEvent(said), "three"))
    result(await twin.bot.perform(room, RedactEvent(EventId(first)), "four"))
    assert await twin.seen(room) == [("m.room.encrypted", True)] * 2


async def test_a_picture_is_shown_once_for_each_transaction(twin: Twin) -> None:
    room = await twin.room()
    said = EventId(result(await twin.bot.perform(room, Say("tea at seven"), "one")))
    show = SendPicture(PICTURE, said)
    first = result(await twin.bot.perform(room, show, "two"))
    assert first == result(await twin.bot.perform(room, show, "two")) != said
    assert await twin.bot.find_sent(room, "two", 0) == Done(first)
    result(await twin.bot.perform(room, RedactEvent(EventId(first)), "three"))
    assert await twin.seen(room) == [("m.room.encrypted", False), ("m.room.encrypted", True)]
    result(await twin.bot.perform(room, LeaveRoom(), "four"))
    assert await twin.bot.perform(room, SendPicture(PICTURE), "five") == Refused("M_FORBIDDEN")


@pytest.mark.parametrize("file", FILES, ids=lambda file: type(file).__name__)
async def test_a_file_is_sent_once_for_each_transaction(twin: Twin, file: SendFile | SendRecord) -> None:
    room = await twin.room()
    said = EventId(result(await twin.bot.perform(room, Say("tea at seven"), "one")))
    send = replace(file, reply_to=said)
    first = result(await twin.bot.perform(room, send, "two"))
    assert first == result(await twin.bot.perform(room, send, "two")) != said
    assert await twin.bot.find_sent(room, "two", 0) == Done(first)
    result(await twin.bot.perform(room, RedactEvent(EventId(first)), "three"))
    assert await twin.seen(room) == [("m.room.encrypted", False), ("m.room.encrypted", True)]
    result(await twin.bot.perform(room, LeaveRoom(), "four"))
    assert await twin.bot.perform(room, file, "five") == Refused("M_FORBIDDEN")


async def test_the_bot_does_not_hear_itself(twin: Twin) -> None:
    room = await twin.room()
    event = await twin.post(room, "tea?")
    said = EventId(result(await twin.bot.perform(room, Say("tea at seven"), "one")))
    result(await twin.bot.perform(room, React(event, "✅"), "two"))
    result(await twin.bot.perform(room, RedactEvent(said), "three"))
    await twin.post(room, "no, thank you")
    heard: list[Event] = []
    while not any(isinstance(one, MessagePosted) and one.text.startswith("no") for one in heard):
        heard += await twin.hears()
    assert {one.sender for one in heard if isinstance(one, MessagePosted | Reacted | MessageDeleted)} == {
        twin.alice
    }


@pytest.mark.parametrize("moderates", [True, False])
async def test_what_others_say_is_removed_by_who_has_the_power(twin: Twin, moderates: bool) -> None:
    room = await twin.room(moderates=moderates)
    seen = [event for event in await heard(twin, RoomSeen) if isinstance(event, RoomSeen)]
    assert [event.can_redact for event in seen if event.room == room] == [moderates]
    event = await twin.post(room, "tea?")
    mine = EventId(result(await twin.bot.perform(room, Say("tea at seven"), "one")))
    for _ in range(2):
        outcome = await twin.bot.perform(room, RedactEvent(event), "two")
        assert isinstance(outcome, Done) if moderates else outcome == Refused("M_FORBIDDEN")
    # One's own one may always take back.
    result(await twin.bot.perform(room, RedactEvent(mine), "three"))


async def test_nothing_is_heard_twice(twin: Twin) -> None:
    room = await twin.room()
    event = await twin.post(room, "tea?")
    heard: list[Event] = []
    while not any(isinstance(one, MessagePosted) for one in heard):
        heard += await twin.hears()
    heard += await twin.hears()
    assert [one.event for one in heard if isinstance(one, MessagePosted)] == [event]


async def test_a_direct_chat_opens_without_anybody_then_invites(twin: Twin) -> None:
    room = RoomId(result(await twin.bot.perform(None, CreateDirect(twin.alice), "one")))
    assert await twin.membership(room, twin.alice) == "leave"
    for _ in range(2):
        result(await twin.bot.perform(room, InviteDirect(twin.alice), "two"))
    assert await twin.membership(room, twin.alice) == "invite"
    result(await twin.bot.perform(room, Say("good evening"), "three"))
    assert await twin.seen(room) == [("m.room.encrypted", False)]
    other = RoomId(result(await twin.bot.perform(None, CreateDirect(twin.alice), "one")))
    assert other != room


async def test_cleartext_only_where_nothing_else_is_possible(twin: Twin) -> None:
    closed = await twin.room()
    assert isinstance(await twin.bot.perform(closed, CleartextNotice("please encrypt"), "one"), Refused)
    assert await twin.seen(closed) == []
    clear = await twin.room(encrypted=False)
    result(await twin.bot.perform(clear, CleartextNotice("please encrypt"), "two"))
    result(await twin.bot.perform(clear, Say("good evening"), "three"))
    assert await twin.seen(clear) == [("m.room.message", False), ("m.room.encrypted", False)]


async def test_rooms_are_resolved_joined_and_left(twin: Twin) -> None:
    room = await twin.room()
    assert await twin.bot.resolve(room) == room
    assert await twin.bot.resolve("#nowhere:localhost") is None
    assert isinstance(await twin.bot.perform(RoomId("!nowhere:localhost"), Say("hello"), "one"), Refused)
    result(await twin.bot.perform(room, LeaveRoom(), "two"))
    bot = BOT if isinstance(twin, FakeTwin) else twin._bot.user  # type: ignore[attr-defined]
    assert await twin.membership(room, bot) == "leave"
    assert await twin.bot.resolve(room) is None
    # What is left is closed to the bot; leaving it again changes nothing.
    for action in (
        Say("hello"),
        React(EventId("$1"), "✅"),
        Invite(twin.alice),
        Remove(twin.alice),
        TakeAllBack(),
    ):
        assert await twin.bot.perform(room, action, type(action).__name__) == Refused("M_FORBIDDEN")
    result(await twin.bot.perform(room, LeaveRoom(), "three"))
    result(await twin.bot.perform(RoomId("!nowhere:localhost"), LeaveRoom(), "four"))
    told = [event for event in await heard(twin, Left) if isinstance(event, Left)]
    assert [(event.room, event.user) for event in told] == [(room, bot)]
    assert not [event for event in await twin.hears() if isinstance(event, Left)]


async def test_joining_twice_is_joining_once(twin: Twin) -> None:
    room = await twin.room()
    await twin.hears()
    for _ in range(2):
        result(await twin.bot.perform(room, JoinRoom(), "one"))
    assert not [event for event in await twin.hears() if isinstance(event, Joined)]


# ---- Private rooms -------------------------------------------------------------------------------


async def test_a_private_room_opens_without_anybody_and_people_come_and_go(twin: Twin) -> None:
    room = RoomId(result(await twin.bot.perform(None, CreatePrivate("Chat"), "one")))
    [seen] = [event for event in await heard(twin, RoomSeen, Joined) if isinstance(event, RoomSeen)]
    assert (seen.room, seen.encrypted, seen.history, seen.join_rule) == (room, True, "joined", "invite")
    assert (seen.members, seen.other) == (1, None)
    assert await twin.membership(room, twin.alice) == "leave"
    for _ in range(2):
        result(await twin.bot.perform(room, Invite(twin.alice), "two"))
    assert await twin.membership(room, twin.alice) == "invite"
    for _ in range(2):
        result(await twin.bot.perform(room, Remove(twin.alice), "three"))
    assert await twin.membership(room, twin.alice) == "leave"
    result(await twin.bot.perform(room, Invite(twin.alice), "four"))
    await twin.accept(room)
    result(await twin.bot.perform(room, Invite(twin.alice), "five"))
    assert await twin.membership(room, twin.alice) == "join"
    result(await twin.bot.perform(room, Say("good evening"), "six"))
    for _ in range(2):
        result(await twin.bot.perform(room, Remove(twin.alice), "seven"))
    assert await twin.membership(room, twin.alice) == "leave"
    told = [event for event in await heard(twin, Left) if isinstance(event, Left | Joined)]
    # (On a real server the invitation and its end may be gone by the time that the bot looks.)
    assert [(type(event), event.user) for event in told][-2:] == [(Joined, twin.alice), (Left, twin.alice)]
    other = RoomId(result(await twin.bot.perform(None, CreatePrivate("Chat"), "one")))
    assert other != room


async def test_an_invitation_that_is_taken_back_is_heard(twin: Twin) -> None:
    room = RoomId(result(await twin.bot.perform(None, CreatePrivate("Chat"), "one")))
    result(await twin.bot.perform(room, Invite(twin.alice), "two"))
    await heard(twin, Joined)
    result(await twin.bot.perform(room, Remove(twin.alice), "three"))
    told = await heard(twin, Left)
    assert [event.user for event in told if isinstance(event, Left)] == [twin.alice]


async def test_only_who_still_is_who_they_were_is_told_or_invited(twin: Twin) -> None:
    known = await twin.room()
    room = RoomId(result(await twin.bot.perform(None, CreatePrivate("Chat"), "one")))
    identity = await twin.identity()
    result(await twin.bot.perform(known, Say("hello", readers=(ReadBy(twin.alice, identity),)), "two"))
    result(await twin.bot.perform(room, Invite(twin.alice, identity), "three"))
    result(await twin.bot.perform(room, Remove(twin.alice), "four"))
    shown = SendPicture(PICTURE, readers=(ReadBy(twin.alice, identity),))
    result(await twin.bot.perform(known, shown, "shown"))
    await twin.reset()
    refused = Refused(IDENTITY_CHANGED, twin.alice)
    for action in (shown, *(replace(file, readers=(ReadBy(twin.alice, identity),)) for file in FILES)):
        assert await twin.bot.perform(known, action, f"not {action}"[:60]) == refused
    told = Say("hello?", readers=(ReadBy(twin.alice, identity),))
    assert await twin.bot.perform(known, told, "five") == refused
    assert await twin.bot.perform(room, Invite(twin.alice, identity), "six") == refused
    assert await twin.membership(room, twin.alice) == "leave"
    assert await twin.seen(known) == [("m.room.encrypted", False)] * 2
    # Where nobody minds, nothing is in the way.
    result(await twin.bot.perform(known, Say("whoever you are", readers=(ReadBy(twin.alice, ""),)), "seven"))
    result(await twin.bot.perform(room, Invite(twin.alice), "eight"))


async def test_everything_that_the_bot_said_is_taken_back(twin: Twin) -> None:
    room = await twin.room()
    event = await twin.post(room, "tea?")
    for number in range(3):
        result(await twin.bot.perform(room, Say("tea at seven"), f"say {number}"))
    result(await twin.bot.perform(room, React(event, "✅"), "two"))
    while isinstance(outcome := await twin.bot.perform(room, TakeAllBack(), "three"), RetryAt):
        assert outcome == RetryAt(1000, untried=True)
    result(outcome)
    assert await twin.seen(room) == [("m.room.encrypted", True)] * 3 + [("m.reaction", True)]
    result(await twin.bot.perform(room, Say("good night"), "four"))
    assert (await twin.seen(room))[-1] == ("m.room.encrypted", False)
