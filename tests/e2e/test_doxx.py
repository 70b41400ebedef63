"""A doxx from the first message to the closed case, as people with clients as strict as Element live it."""

from __future__ import annotations

import io
import zipfile
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from swsmatrix.demo.canary import search
from swsmatrix.demo.homeserver import Homeserver
from tests.e2e.community import SEEN_SECONDS, Community, community
from tests.e2e.test_warnings import LOG_LINE
from tests.e2e.working import DONE, OVER, WROTE, Working

pytestmark = pytest.mark.synapse

LINK, NUMBER = "pastebin.com/quokka77", "+1 212 555 0142"
MORE = "instagram.com/p/heliotrope"
WORDS = "somebody has put me there, marmalade and all"
DOXX = f"#swsdoxx #nyc my number {NUMBER} is on https://{LINK} {WORDS}"
CANARIES = ["quokka77", "555 0142", "heliotrope", "marmalade"]


@pytest.fixture
async def place(homeserver: Homeserver, tmp_path: Path) -> AsyncIterator[Community]:
    async with community(homeserver, tmp_path, "alice", "bea", "cleo", "eve") as place:
        await place.bot.start()
        yield place


@pytest.fixture
async def working(place: Community) -> Working:
    """Bea and Cleo are responders; Eve is a member like others."""
    working = Working(place)
    await working.responder("bea")
    await working.responder("cleo")
    return working


async def test_from_the_first_message_to_the_record(working: Working) -> None:
    place, alice, lounge = working.place, working.place["alice"], working.place.rooms["lounge"]
    event, menu = await working.report(DOXX)
    assert "sws" not in menu.text.splitlines()[0]
    for who in ("bea", "cleo", "eve"):
        gone = await place[who].wait_for(lounge, event=event, redacted=True, timeout=SEEN_SECONDS)
        assert gone.text == ""
        await place.sees(who, lounge, "A member needs help")
    await working.says("alice", "1 4")
    for who in ("bea", "cleo"):
        offer = await working.offer(who, "Can you be there for them?")
        assert not [word for word in (*CANARIES, "doxx") if word in str(offer.content)]
    await working.yes("bea", "cleo")
    await working.agree("bea", "cleo")

    room = await working.together("bea", "cleo")
    card = await working.reads("alice", "bea", "cleo")
    for who in ("alice", "bea", "cleo"):
        assert [text for text in await working.there(who) if WROTE in text and DOXX in text]
        assert LINK in card.text
    await place["bea"].send(room, "done 1: it is saved")
    await working.card_says(card, "1 ✅", "alice", "bea", "cleo")
    await place["cleo"].react(room, card.event, "2️⃣")
    await working.card_says(card, "2 ✅", "alice", "bea", "cleo")
    await alice.send(room, f"one more: https://{MORE}")
    await working.card_says(card, MORE, "alice", "bea", "cleo")
    await place["bea"].send(room, "there was tea at ten")
    await working.vouched_for("alice", "bea", "cleo")

    repeated = await place["eve"].send(lounge, f"did you all see http://www.{LINK} ?")
    for who in ("alice", "bea", "cleo"):
        await place[who].wait_for(lounge, event=repeated, redacted=True, timeout=SEEN_SECONDS)
    working.chats["eve"] = await place.direct("eve")
    await place.sees("eve", working.chats["eve"], "I took a message of yours out")

    await alice.send(room, "close")
    for who in ("alice", "bea", "cleo"):
        await place[who].wait_for_member(room, place.bot.user, "leave", timeout=SEEN_SECONDS)
        assert [text[: len(DONE)] for text in await working.there(who)] == [DONE]
    await place.sees("alice", working.chats["alice"], "Would you like a record of it")
    await working.says("alice", "record")
    record = await place.sees("alice", working.chats["alice"], "record")
    await place.sees("alice", working.chats["alice"], OVER)
    written = await _document(working)
    for said in (DOXX, f"one more: https://{MORE}", "it is saved", "a responder"):
        assert said in written
    for name in ("tea at ten", place["bea"].user, place["cleo"].user):
        assert name not in written
    assert record


async def test_nothing_is_left_and_nothing_was_said_elsewhere(working: Working) -> None:
    place, alice = working.place, working.place["alice"]
    room = await working.works(DOXX, "bea", "cleo", wish="1 4")
    card = await working.reads("alice", "bea", "cleo")
    await alice.send(room, f"one more: https://{MORE}")
    await working.card_says(card, MORE, "alice", "bea", "cleo")
    await place["bea"].send(room, "done 1")
    await working.card_says(card, "1 ✅", "alice", "bea", "cleo")
    for who in ("bea", "cleo", "eve", "dora"):
        assert await working.has(who, CANARIES, but=[room]) == []
    assert await working.has("bea", CANARIES)
    names = [place[who].user[1:].partition(":")[0] for who in ("alice", "bea", "cleo")]
    for who in ("eve", "dora"):
        assert await working.has(who, names[:1], but=[place.rooms["stewards"]]) == []

    await alice.send(room, "close")
    await place.sees("alice", working.chats["alice"], "Would you like a record of it")
    await working.says("alice", "record")
    await place.sees("alice", working.chats["alice"], OVER)
    await working.nothing_stands(CANARIES, "alice", "bea", "cleo")
    assert await place.bot.end() == 0
    words = [*CANARIES, room, place.suffix, *(f"{name}-" for name in place.people), *working.chats.values()]
    assert search([place.folder / "data"], words).found == ()
    assert search([place.homeserver.folder], CANARIES).found == ()
    log = "\n".join(place.bot.log)
    assert not [word for word in (*words, *place.rooms.values()) if word in log]
    assert all(LOG_LINE.match(line) for line in place.bot.log)


async def _document(working: Working) -> str:
    """The record as her client opens it; nobody else has a file of the bot."""
    files = {}
    for who in ("alice", "bea", "cleo", "eve", "dora"):
        for room in await working.place[who].rooms():
            for one in await working.place[who].messages(room["room"]):
                if one.sender == working.place.bot.user and "file" in one.content:
                    files[who, room["room"]] = one
    ((where, record),) = files.items()
    assert where == ("alice", working.chats["alice"])
    assert (record.shield, record.failure, record.encrypted) == ("NONE", None, True)
    opened = zipfile.ZipFile(io.BytesIO(await working.place["alice"].open_picture(record)))
    (name,) = opened.namelist()
    return opened.read(name).decode()
