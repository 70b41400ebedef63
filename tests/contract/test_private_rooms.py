"""The room for the two of a case on a real homeserver: closed once the bot has left, and to the bot too."""

from __future__ import annotations

from typing import Any

import pytest

from swsmatrix.demo.homeserver import Homeserver
from swsmatrix.matrix import outbound
from swsmatrix.matrix.keyrequests import MEGOLM
from swsmatrix.matrix.membership import alone
from swsmatrix.matrix.opened import Shut
from swsmatrix.model import Event
from swsmatrix.protocol import (
    IDENTITY_CHANGED,
    SECOND,
    CreatePrivate,
    Done,
    EventId,
    Invite,
    LeaveRoom,
    Left,
    MessageEdited,
    MessagePosted,
    Outcome,
    React,
    ReadBy,
    RedactEvent,
    Refused,
    Remove,
    RetryAt,
    RoomId,
    Say,
    TakeAllBack,
    Undecryptable,
    UserId,
)
from tests.contract.matrix_people import Person
from tests.contract.matrix_proxy import Proxy, error

pytestmark = pytest.mark.synapse


@pytest.fixture
def three(alice: Person, bea: Person, cleo: Person) -> list[Person]:
    return [alice, bea, cleo]


def result(outcome: Outcome) -> str:
    assert isinstance(outcome, Done), outcome
    return outcome.result


async def make(bot: Person) -> RoomId:
    return RoomId(result(await bot.client.perform(None, CreatePrivate("Chat"), "make")))


async def let_in(bot: Person, room: RoomId, *guests: Person) -> None:
    for guest in guests:
        result(await bot.client.perform(room, Invite(guest.user), "invite"))
        assert await guest.client.resolve(room) == room
    await bot.listen()


async def state(person: Person, room: RoomId, kind: str, key: str = "") -> dict[str, Any]:
    return (await person.ask("GET", "rooms", room, "state", kind, key)).body


# ---- Closed --------------------------------------------------------------------------------------


def forbidden(room: RoomId, bot: Person, me: Person, other: Person, outsider: Person) -> list[Any]:
    """What must not be possible to either of the two: method, path, body."""
    powers = {"users": {me.user: 100}, "events": {"m.room.encrypted": 0}}
    changes: list[tuple[str, str, dict[str, Any]]] = [
        ("m.room.power_levels", "", powers),
        ("m.room.history_visibility", "", {"history_visibility": "shared"}),
        ("m.room.join_rules", "", {"join_rule": "public"}),
        ("m.room.guest_access", "", {"guest_access": "can_join"}),
        ("m.room.encryption", "", {"algorithm": "m.megolm.v1.aes-sha2", "rotation_period_msgs": 10_000}),
        ("m.room.name", "", {"name": "another name"}),
        ("m.room.topic", "", {"topic": "another topic"}),
        ("m.room.avatar", "", {"url": "mxc://localhost/picture"}),
        ("m.room.canonical_alias", "", {}),
        ("m.room.pinned_events", "", {"pinned": []}),
        ("m.room.tombstone", "", {"body": "over there", "replacement_room": "!over:there"}),
        ("m.room.server_acl", "", {"allow": ["*"]}),
        ("m.room.third_party_invite", "token", {"display_name": "somebody"}),
        ("m.space.child", "!over:there", {"via": ["localhost"]}),
        ("m.space.parent", "!over:there", {"via": ["localhost"]}),
        ("m.widget", "one", {"type": "m.custom", "url": "https://example.org"}),
        ("im.vector.modular.widgets", "one", {"type": "m.custom", "url": "https://example.org"}),
        ("org.example.anything", "", {}),
        ("m.room.member", outsider.user, {"membership": "invite"}),
        ("m.room.member", other.user, {"membership": "leave"}),
        ("m.room.member", other.user, {"membership": "ban"}),
    ]
    return [
        *(("PUT", ("rooms", room, "state", kind, key), body) for kind, key, body in changes),
        ("POST", ("rooms", room, "invite"), {"user_id": outsider.user}),
        ("POST", ("rooms", room, "invite"), {"user_id": bot.user}),
        ("POST", ("rooms", room, "kick"), {"user_id": other.user}),
        ("POST", ("rooms", room, "ban"), {"user_id": other.user}),
        ("POST", ("rooms", room, "upgrade"), {"new_version": "11"}),
    ]


@pytest.mark.parametrize("version", ["11", "12"])
async def test_nobody_can_change_anything_once_the_bot_has_left(
    bot: Person, three: list[Person], version: str
) -> None:
    alice, bea, cleo = three
    body = outbound.private_room("Chat", federate=False) | {"room_version": version}
    room = RoomId((await bot.ask("POST", "createRoom", body=body)).body["room_id"])
    assert (await state(bot, room, "m.room.create"))["room_version"] == version
    await let_in(bot, room, alice, bea)
    result(await bot.client.perform(room, Say("here you are"), "say"))
    result(await bot.client.perform(room, LeaveRoom(), "leave"))
    await bot.listen()
    for me, other in ((alice, bea), (bea, alice)):
        for method, where, content in forbidden(room, bot, me, other, cleo):
            answer = await me.ask(method, *where, body=content)
            assert (answer.status, answer.errcode) == (403, "M_FORBIDDEN"), where
    for outsider in (bot, cleo):
        assert (await outsider.ask("POST", "join", room, body={})).status == 403

    said = EventId(await alice.say(room, "are you there?"))
    assert (await bea.hear_text("are you there?")).event == said
    result(await bea.client.perform(room, React(said, "👋"), "react"))
    not_hers = await bea.ask("PUT", "rooms", room, "redact", said, "mine", body={"reason": "because"})
    assert not_hers.status == 403
    assert (await alice.ask("PUT", "rooms", room, "redact", said, "mine", body={})).ok
    for kind, key in (("m.call.member", alice.user), ("org.matrix.msc3401.call.member", alice.user)):
        assert (await alice.ask("PUT", "rooms", room, "state", kind, key, body={})).ok
    assert (await alice.ask("POST", "rooms", room, "leave", body={})).ok
    assert (await bea.ask("POST", "rooms", room, "leave", body={})).ok


async def test_the_room_is_made_for_nobody_yet_and_lacks_nothing(bot: Person, proxy: Proxy) -> None:
    room = await make(bot)
    assert (await state(bot, room, "m.room.name"))["name"] == "Chat"
    assert (await state(bot, room, "m.room.create"))["m.federate"] is False
    assert (await state(bot, room, "m.room.history_visibility"))["history_visibility"] == "joined"
    assert (await state(bot, room, "m.room.join_rules"))["join_rule"] == "invite"
    assert (await state(bot, room, "m.room.guest_access"))["guest_access"] == "forbidden"
    assert (await state(bot, room, "m.room.encryption"))["algorithm"] == MEGOLM
    members = await bot.ask("GET", "rooms", room, "members")
    assert [event["state_key"] for event in members.body["chunk"]] == [bot.user]
    # All of that in one request: there was no moment without it.
    assert [path for method, path in proxy.seen if "/state/" in path and method == "PUT"] == []


async def test_who_is_invited_sees_a_direct_chat_and_nothing_that_was_said_before(
    bot: Person, three: list[Person]
) -> None:
    alice, bea, _ = three
    room = await make(bot)
    for _ in range(2):
        result(await bot.client.perform(room, Invite(alice.user), "invite"))
    invited = await alice.ask("GET", "sync")
    told = invited.body["rooms"]["invite"][room]["invite_state"]["events"]
    [mine] = [event for event in told if event.get("state_key") == alice.user]
    assert mine["content"]["is_direct"] is True
    assert [event["content"]["name"] for event in told if event["type"] == "m.room.name"] == ["Chat"]
    # The bot's own list of direct chats is not for the chats of others.
    assert not (await bot.ask("GET", "user", bot.user, "account_data", "m.direct")).ok
    assert await alice.client.resolve(room) == room
    before = result(await bot.client.perform(room, Say("only you"), "one"))
    assert (await alice.hear_text("only you")).event == before
    await let_in(bot, room, bea)
    after = result(await bot.client.perform(room, Say("both of you"), "two"))
    await bea.hear_text("both of you")
    shown = await bea.ask("GET", "rooms", room, "messages", dir="b", limit="50")
    events = {event["event_id"] for event in shown.body["chunk"]}
    assert after in events
    assert before not in events


@pytest.mark.parametrize("version", ["11", "12"])
async def test_several_meet_in_a_room_that_only_the_bot_can_change(
    bot: Person, three: list[Person], version: str
) -> None:
    alice, bea, cleo = three
    body = outbound.private_room("Chat", federate=False) | {"room_version": version}
    room = RoomId((await bot.ask("POST", "createRoom", body=body)).body["room_id"])
    assert await bot.client.resolve(room) == room
    for guest in (alice, bea):
        result(await bot.client.perform(room, Invite(guest.user, direct=False), guest.user))
    invited = await alice.ask("GET", "sync")
    told = invited.body["rooms"]["invite"][room]["invite_state"]["events"]
    [mine] = [event for event in told if event.get("state_key") == alice.user]
    assert "is_direct" not in mine["content"]
    before = result(await bot.client.perform(room, Say("nobody is there yet"), "one"))
    for guest in (alice, bea):
        assert await guest.client.resolve(room) == room
    await bot.listen()
    for me, other in ((alice, bea), (bea, alice)):
        for method, where, content in forbidden(room, bot, me, other, cleo):
            answer = await me.ask(method, *where, body=content)
            assert (answer.status, answer.errcode) == (403, "M_FORBIDDEN"), where
    result(await bot.client.perform(room, Say("good evening, all of you"), "two"))
    for guest in (alice, bea):
        await guest.hear_text("good evening, all of you")
        shown = await guest.ask("GET", "rooms", room, "messages", dir="b", limit="50")
        assert before not in {event["event_id"] for event in shown.body["chunk"]}
    said = EventId(await alice.say(room, "good evening"))
    assert (await bot.hear_text("good evening")).event == said
    # What one of them says is taken away by themselves or by the bot, by nobody else.
    hers = await bea.ask("PUT", "rooms", room, "redact", said, "not hers", body={})
    assert hers.status == 403
    result(await bot.client.perform(room, RedactEvent(said), "three"))
    # Who is asked later comes later; who is not there any more is not.
    result(await bot.client.perform(room, Invite(cleo.user, direct=False), "four"))
    assert await cleo.client.resolve(room) == room
    result(await bot.client.perform(room, Remove(cleo.user), "five"))
    assert (await cleo.ask("POST", "join", room, body={})).status == 403


@pytest.mark.parametrize("declines", [True, False])
async def test_an_invitation_that_comes_to_nothing_is_told(
    bot: Person, three: list[Person], declines: bool
) -> None:
    alice = three[0]
    room = await make(bot)
    result(await bot.client.perform(room, Invite(alice.user), "invite"))
    await bot.listen()
    if declines:
        await alice.ask("POST", "rooms", room, "leave", body={})
    else:
        result(await bot.client.perform(room, Remove(alice.user), "remove"))
        result(await bot.client.perform(room, Remove(alice.user), "remove"))
        assert (await alice.ask("POST", "join", room, body={})).status == 403
    heard = await bot.hear(lambda heard: [e for e in heard if isinstance(e, Left)])
    assert [event.user for event in heard if isinstance(event, Left)] == [alice.user]


async def test_what_cannot_be_told_now_is_not_taken_for_done(
    bot: Person, three: list[Person], proxy: Proxy
) -> None:
    alice = three[0]
    room = await make(bot)
    proxy.fault = lambda method, path: error(500, "M_UNKNOWN") if "/m.room.member/" in path else None
    assert await bot.client.perform(room, Remove(alice.user), "remove") == RetryAt(0)
    assert await bot.client.perform(room, Invite(alice.user), "invite") == RetryAt(0)
    proxy.fault = lambda method, path: (
        error(403, "M_FORBIDDEN") if path.endswith(("/leave", "/kick")) else None
    )
    assert await bot.client.perform(room, LeaveRoom(), "leave") == Refused("M_FORBIDDEN")
    assert await bot.client.perform(room, Remove(bot.user), "remove") == Refused("M_FORBIDDEN")


async def test_a_limit_on_inviting_one_holds_up_nobody_else(
    bot: Person, three: list[Person], proxy: Proxy
) -> None:
    room = await make(bot)
    proxy.fault = lambda method, path: error(429, "M_LIMIT_EXCEEDED", retry_after_ms=7000)
    waits = RetryAt(8 * SECOND, limited=False, untried=True)
    assert await bot.client.perform(room, Invite(three[0].user), "invite") == waits
    assert alone(RetryAt(0)) == RetryAt(0)


# ---- Identity ------------------------------------------------------------------------------------


async def test_a_message_tells_the_identity_that_vouches_for_it(bot: Person, three: list[Person]) -> None:
    alice = three[0]
    room = await alice.make_room(bot)
    await bot.listen()
    event = await alice.say(room, "it is me")
    heard = await bot.hear_text("it is me")
    assert (heard.signed, heard.identity) == (True, await alice.identity())
    assert len(heard.identity) == 43
    content = {
        "msgtype": "m.text",
        "body": "* yes, me",
        "m.new_content": {"msgtype": "m.text", "body": "yes, me"},
        "m.relates_to": {"rel_type": "m.replace", "event_id": event},
    }
    sealed = await alice.client._performer._keys.encrypt(alice.client.rooms[room], "m.room.message", content)
    await alice.ask("PUT", "rooms", room, "send", "m.room.encrypted", "edit", body=sealed)
    [edited] = [
        e
        for e in await bot.hear(lambda heard: [e for e in heard if isinstance(e, MessageEdited)])
        if isinstance(e, MessageEdited)
    ]
    assert edited.identity == heard.identity
    await alice.reset_identity()
    await alice.say(room, "or somebody else?")
    changed = await bot.hear_text("or somebody else?")
    # Her device is not signed by the new identity.
    assert (changed.signed, changed.identity) == (False, "")


@pytest.mark.parametrize("before", [True, False])
async def test_who_has_another_identity_is_told_nothing_and_gets_no_key(
    bot: Person, three: list[Person], proxy: Proxy, before: bool
) -> None:
    alice = three[0]
    room = await alice.make_room(bot)
    await bot.listen()
    asked = Say("can you be there for somebody?", readers=(ReadBy(alice.user, await alice.identity()),))
    if before:  # then she has the key already
        result(await bot.client.perform(room, asked, "one"))
    await alice.reset_identity()
    proxy.seen.clear()
    assert await bot.client.perform(room, asked, "two") == Refused(IDENTITY_CHANGED, alice.user)
    asked_for = [path.partition("/v3/")[2] for _, path in proxy.seen]
    assert not [path for path in asked_for if "send" in path.lower() or "claim" in path]
    now = Say("are you new here?", readers=(ReadBy(alice.user, await alice.identity()),))
    result(await bot.client.perform(room, now, "three"))


async def test_who_has_another_identity_is_not_invited(bot: Person, three: list[Person]) -> None:
    alice = three[0]
    room = await make(bot)
    invite = Invite(alice.user, await alice.identity())
    result(await bot.client.perform(room, invite, "one"))
    result(await bot.client.perform(room, Remove(alice.user), "two"))
    # Of somebody who is in no room with the bot /sync tells no changes.
    await alice.reset_identity()
    assert await bot.client.perform(room, invite, "three") == Refused(IDENTITY_CHANGED, alice.user)
    assert (await state(bot, room, "m.room.member", alice.user))["membership"] == "leave"
    result(await bot.client.perform(room, Invite(alice.user, await alice.identity()), "four"))


async def test_who_has_no_identity_is_nobody_in_particular(
    homeserver: Homeserver, bot: Person, three: list[Person], proxy: Proxy
) -> None:
    user = UserId(await homeserver.register(f"plain-{bot.user[5:9]}", "hunter2"))
    room = await make(bot)
    identity = await three[0].identity()
    assert await bot.client.perform(room, Invite(user, identity), "one") == Refused(IDENTITY_CHANGED, user)
    said = Say("hello", readers=(ReadBy(user, identity),))
    assert await bot.client.perform(room, said, "two") == Refused(IDENTITY_CHANGED, user)
    proxy.fault = lambda method, path: error(500, "M_UNKNOWN") if path.endswith("/keys/query") else None
    assert await bot.client.perform(room, said, "three") == RetryAt(0)
    assert await bot.client.perform(room, Invite(user, identity), "four") == RetryAt(0)


# ---- Taking all back -----------------------------------------------------------------------------


async def test_everything_is_taken_back_a_part_at_a_time(
    bot: Person, three: list[Person], proxy: Proxy
) -> None:
    alice = three[0]
    room = await alice.make_room(bot)
    await bot.listen()
    event = EventId(await alice.say(room, "hello"))
    for number in range(21):
        result(await bot.client.perform(room, Say(f"number {number}"), f"say {number}"))
    result(await bot.client.perform(room, React(event, "✅"), "react"))
    outcomes = [await bot.client.perform(room, TakeAllBack(), "all") for _ in range(3)]
    assert outcomes == [RetryAt(SECOND, untried=True), Done(), Done()]
    shown = await alice.ask("GET", "rooms", room, "messages", dir="b", limit="100")
    left = [(e["sender"], e["type"]) for e in shown.body["chunk"] if e["content"] and "state_key" not in e]
    assert [one for one in left if one[1] != "m.room.redaction"] == [(alice.user, "m.room.encrypted")]
    redactions = [path for method, path in proxy.seen if "/redact/" in path]
    assert len(redactions) == len(set(redactions)) == 22


async def test_taking_back_waits_without_holding_up_others(
    bot: Person, three: list[Person], proxy: Proxy
) -> None:
    room = await three[0].make_room(bot)
    await bot.listen()
    result(await bot.client.perform(room, Say("hello"), "one"))
    proxy.fault = lambda method, path: (
        error(429, "M_LIMIT_EXCEEDED", retry_after_ms=7000) if "/redact/" in path else None
    )
    assert await bot.client.perform(room, TakeAllBack(), "all") == RetryAt(8 * SECOND, untried=True)
    proxy.fault = lambda method, path: error(500, "M_UNKNOWN") if path.endswith("/messages") else None
    assert await bot.client.perform(room, TakeAllBack(), "all") == RetryAt(0)


# ---- Leaving -------------------------------------------------------------------------------------


async def test_whether_somebody_who_left_is_still_around_is_told(bot: Person, three: list[Person]) -> None:
    alice, bea, _ = three
    common, one, two = [await alice.make_room(bot, bea) for _ in range(3)]
    bot.client.community = {common}
    await bot.listen()

    async def left() -> dict[tuple[UserId, RoomId], bool]:
        heard = await bot.hear(lambda heard: [e for e in heard if isinstance(e, Left)])
        return {(e.user, e.room): e.known for e in heard if isinstance(e, Left)}

    await bea.ask("POST", "rooms", one, "leave", body={})
    assert await left() == {(bea.user, one): True}
    # The order in which rooms are told says nothing: what counts is how it is in the end.
    for room in (two, common):
        await bea.ask("POST", "rooms", room, "leave", body={})
    assert await left() == {(bea.user, two): False, (bea.user, common): False}
    await alice.ask("POST", "rooms", two, "leave", body={})
    assert await left() == {(alice.user, two): True}


async def test_whether_somebody_left_or_was_made_to_is_told(bot: Person, three: list[Person]) -> None:
    alice, bea, cleo = three
    room = await alice.make_room(bot, bea, cleo)
    await bot.listen()
    await bea.ask("POST", "rooms", room, "leave", body={})
    await alice.ask("POST", "rooms", room, "ban", body={"user_id": cleo.user})
    wanted = {(bea.user, False), (cleo.user, True)}

    def left(heard: list[Event]) -> set[tuple[UserId, bool]]:
        return {(one.user, one.removed) for one in heard if isinstance(one, Left)}

    assert left(await bot.hear(lambda heard: len(left(heard)) == len(wanted))) == wanted


def keys(bot: Person, room: RoomId) -> int:
    """How many of other people's keys of ``room`` the bot has on disk; in memory the same."""
    store = bot.client.nio.machine.store
    query = "SELECT count(*) FROM megolminboundsessions WHERE room_id = ?"
    [kept] = store.database.execute_sql(query, (room,)).fetchone()
    held = bot.client.nio.machine.inbound_group_store._entries.get(room, {})
    assert sum(len(sessions) for sessions in held.values()) == kept
    return int(kept)


async def test_who_leaves_can_open_nothing_any_more(bot: Person, three: list[Person]) -> None:
    alice, bea, _ = three
    elsewhere = await alice.make_room(bot)
    room = await make(bot)
    await let_in(bot, room, alice, bea)
    await bea.listen()
    # Her client knows who is there, as when somebody begins to type.
    await bea.client._performer._keys._learn_members(bea.client.rooms[room])
    for place in (room, elsewhere):
        await alice.say(place, f"hello, {place}")
        await bot.hear_text(f"hello, {place}")
    result(await bot.client.perform(room, Say("here you are"), "say"))
    assert keys(bot, room) == keys(bot, elsewhere) == 1
    result(await bot.client.perform(room, LeaveRoom(), "leave"))
    assert (keys(bot, room), keys(bot, elsewhere)) == (0, 1)
    assert room not in bot.client._performer._keys.in_use
    assert (bot.folder / "nio.db-wal").stat().st_size == 0  # where it stood it stands no more
    heard = list(await bot.listen()) + list(await bot.listen())
    assert [e.room for e in heard if isinstance(e, Left)] == [room]
    # Bea's client has not heard yet that the bot is gone, and gives it her key.
    assert bot.user in bea.client.rooms[room].members
    await bea.say(room, "is it only us?")
    given = bea.client._performer._keys.in_use[room].given
    assert (bot.user, bot.client.nio.device_id) in {(user, device) for user, device, _ in given}
    await alice.say(elsewhere, "somewhere else")
    heard = await bot.hear(lambda heard: [e for e in heard if isinstance(e, MessagePosted)])
    assert [e.room for e in heard if isinstance(e, MessagePosted | Undecryptable)] == [elsewhere]
    assert (keys(bot, room), keys(bot, elsewhere)) == (0, 1)
    await bot.restart()
    assert (keys(bot, room), keys(bot, elsewhere)) == (0, 1)


async def test_who_was_thrown_out_hears_the_last_words_and_forgets_by_leaving(
    bot: Person, three: list[Person]
) -> None:
    alice = three[0]
    room = await alice.make_room(bot)
    await bot.listen()
    await alice.say(room, "one more thing")
    await alice.ask("POST", "rooms", room, "kick", body={"user_id": bot.user})
    token = bot.token
    await bot.hear_text("one more thing")
    # The process dies before that is settled: it is heard again.
    bot.token = token
    await bot.restart()
    await bot.hear_text("one more thing")
    await bot.listen()
    assert keys(bot, room) == 1  # should it come back
    result(await bot.client.perform(room, LeaveRoom(), "leave"))
    assert keys(bot, room) == 0


async def test_who_comes_back_hears_again(bot: Person, three: list[Person]) -> None:
    alice = three[0]
    room = await alice.make_room(bot)
    await bot.listen()
    result(await bot.client.perform(room, LeaveRoom(), "leave"))
    await bot.listen()
    await alice.listen()
    await alice.ask("POST", "rooms", room, "invite", body={"user_id": bot.user})
    await alice.listen()
    await alice.say(room, "welcome back")  # before the bot is in
    await bot.listen()
    assert await bot.client.resolve(room) == room
    await bot.hear_text("welcome back")


async def test_nothing_is_waited_for_in_a_room_that_was_left(
    bot: Person, three: list[Person], proxy: Proxy
) -> None:
    alice = three[0]
    room = await alice.make_room(bot)
    await bot.listen()

    def lose(path: str, body: dict[str, Any]) -> None:
        body.get("to_device", {}).pop("events", None)

    def waits(heard: list[Event]) -> list[Event]:
        return [event for event in heard if isinstance(event, Undecryptable)]

    proxy.change = lose
    await alice.say(room, "can you read this?")
    await bot.hear(waits)
    late = bot.client._listener.late
    assert late._waiting
    result(await bot.client.perform(room, LeaveRoom(), "leave"))
    assert not late._waiting
    proxy.change = None
    # What was fetched meanwhile is not waited for either.
    event = {"event_id": "$x", "sender": alice.user, "content": {"session_id": "s"}}
    assert late.wait(room, event, Shut.NO_KEY) is None
    assert not late._waiting
