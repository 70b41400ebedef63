"""The bot and people whose client is not ours and as strict as Element."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import web

from swsmatrix.demo.cast import Person as Strict
from swsmatrix.demo.homeserver import Homeserver
from swsmatrix.matrix import sync
from swsmatrix.protocol import (
    CreateDirect,
    Done,
    EventId,
    Invited,
    InviteDirect,
    JoinRoom,
    MessageDeleted,
    MessageEdited,
    MessagePosted,
    React,
    Reacted,
    RoomId,
    Say,
    SendFile,
    Undecryptable,
    UserId,
)
from tests.conftest import Arrive
from tests.contract.matrix_people import Person, person
from tests.contract.matrix_proxy import Proxy

pytestmark = pytest.mark.synapse


@pytest.fixture(autouse=True)
def short_polls(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sync, "POLL_SECONDS", 1)


@pytest.fixture
async def bot(homeserver: Homeserver, tmp_path: Path) -> AsyncIterator[Person]:
    async with person(homeserver, tmp_path, "bot", homeserver.url) as found:
        yield found


async def room_with(bot: Person, host: Strict) -> RoomId:
    room = RoomId(await host.create_room("Kitchen", invite=[bot.user]))
    assert await bot.client.resolve(room) == room
    await host.wait_for_member(room, bot.user)
    await bot.listen()
    return room


async def test_everything_that_people_do_is_heard(bot: Person, arrive: Arrive) -> None:
    alva = await arrive("alva")
    room = await room_with(bot, alva)
    event = await alva.send(room, "the kettle is on")
    heard = await bot.hear_text("the kettle is on")
    assert (heard.event, heard.sender, heard.signed) == (event, alva.user, True)
    reply = await alva.send(room, "for whom?", reply_to=event)
    assert (await bot.hear_text("for whom?")).reply_to == event
    await alva.send(room, "in the thread", thread=event)
    await bot.hear_text("in the thread")
    await alva.edit(room, event, "the kettle is off")
    [edited] = [
        e
        for e in await bot.hear(lambda h: [e for e in h if isinstance(e, MessageEdited)])
        if isinstance(e, MessageEdited)
    ]
    assert (edited.original, edited.text, edited.signed) == (event, "the kettle is off", True)
    await alva.react(room, reply, "🫖")
    [reacted] = [
        e
        for e in await bot.hear(lambda h: [e for e in h if isinstance(e, Reacted)])
        if isinstance(e, Reacted)
    ]
    assert (reacted.target, reacted.key) == (reply, "🫖")
    await alva.redact(room, event)
    [deleted] = [
        e
        for e in await bot.hear(lambda h: [e for e in h if isinstance(e, MessageDeleted)])
        if isinstance(e, MessageDeleted)
    ]
    assert deleted.original == event


async def test_what_the_bot_says_is_shown_without_a_warning(bot: Person, arrive: Arrive) -> None:
    bo = await arrive("bo")
    room = await room_with(bot, bo)
    asked = await bo.send(room, "is anyone there?")
    said = await bot.client.perform(
        room, Say("**yes** <b>&</b> @room", markdown=True, reply_to=EventId(asked)), "s"
    )
    assert isinstance(said, Done)
    shown = await bo.wait_for(room, event=said.result)
    assert (shown.shield, shown.failure, shown.encrypted, shown.reply_to) == ("NONE", None, True, asked)
    assert (shown.text, shown.mentions, shown.mentions_room) == ("**yes** <b>&</b> @room", (), False)
    assert shown.html is not None
    assert "<strong>yes</strong>" in shown.html
    await bot.client.perform(room, React(EventId(asked), "✅"), "r")
    await bo.wait_for_reaction(room, asked, "✅")


async def test_a_file_of_the_bots_is_opened_with_its_name_and_words(bot: Person, arrive: Arrive) -> None:
    cora = await arrive("cora")
    room = await room_with(bot, cora)
    asked = await cora.send(room, "when is it?")
    file = SendFile("tea.ics", "text/calendar", "BEGIN:VCALENDAR\r\nü", "@room at seven", EventId(asked))
    sent = await bot.client.perform(room, file, "file")
    assert isinstance(sent, Done)
    shown = await cora.wait_for(room, event=sent.result)
    assert (shown.shield, shown.failure, shown.encrypted, shown.reply_to) == ("NONE", None, True, asked)
    assert (shown.text, shown.mentions, shown.mentions_room) == ("@room at seven", (), False)
    assert (shown.content["msgtype"], shown.content["filename"]) == ("m.file", "tea.ics")
    assert shown.content["info"]["mimetype"] == "text/calendar"
    assert (await cora.open_picture(shown)).decode() == file.text


async def test_a_chat_that_a_person_begins_and_writes_into_at_once_is_heard_from_its_first_word(
    bot: Person, arrive: Arrive
) -> None:
    cleo = await arrive("cleo")
    bot.client.community = {await room_with(bot, cleo)}
    room = RoomId(await cleo.start_direct(bot.user))
    await cleo.send(room, "hello, are you awake?")
    [invited] = [
        e
        for e in await bot.hear(lambda h: [e for e in h if isinstance(e, Invited)])
        if isinstance(e, Invited)
    ]
    assert (invited.room, invited.known, invited.encrypted) == (room, True, True)
    assert isinstance(await bot.client.perform(room, JoinRoom(), "j"), Done)
    await bot.hear_text("hello, are you awake?")


async def test_who_accepts_later_reads_what_was_said_before(bot: Person, arrive: Arrive) -> None:
    dara = await arrive("dara")
    common = await room_with(bot, dara)  # else her client does not know the bot's identity in time
    await bot.say(common, "hello")
    await dara.wait_for(common, text="hello")
    made = await bot.client.perform(None, CreateDirect(UserId(dara.user)), "c")
    assert isinstance(made, Done)
    room = RoomId(made.result)
    await bot.client.perform(room, InviteDirect(UserId(dara.user)), "i")
    await bot.say(room, "when you have a moment")
    invitation = await dara.wait_for_invite(bot.user)
    assert (invitation.direct, invitation.encrypted, invitation.name) == (True, True, "Porch")
    await dara.accept(room)
    shown = await dara.wait_for(room, text="when you have a moment")
    assert shown.shield == "NONE"
    await dara.send(room, "now I have")
    await bot.hear_text("now I have")


async def test_a_key_that_was_lost_is_asked_for_and_comes(
    homeserver: Homeserver, bot: Person, tmp_path: Path
) -> None:
    account = f"elke-{secrets.token_hex(4)}"
    await homeserver.register(account, "hunter2")
    async with Proxy.before(homeserver.url) as proxy, Strict.arrive(proxy.url, account, "hunter2") as elke:
        room = await room_with(bot, elke)
        proxy.fault = lambda method, path: (
            web.json_response({}) if "/sendToDevice/m.room.encrypted/" in path else None
        )
        event = await elke.send(room, "did you get this?")
        heard = await bot.hear(lambda h: [e for e in h if isinstance(e, Undecryptable)])
        proxy.fault = None
        assert not [e for e in heard if isinstance(e, MessagePosted)]
        late = await bot.hear_text("did you get this?")
        assert (late.event, late.signed) == (event, True)
