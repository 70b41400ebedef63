"""Warnings with a picture, watched with clients as strict as Element."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from PIL import Image

from swsmatrix.demo.canary import forms, search
from swsmatrix.demo.homeserver import Homeserver
from swsmatrix.matrix.pictures import plain
from tests.e2e.community import Community, community
from tests.e2e.helping import TOGETHER, Helping
from tests.unit.picture_files import CANARY, HOSTILE, huge_png, jpeg

pytestmark = pytest.mark.synapse


@pytest.fixture
async def place(homeserver: Homeserver, tmp_path: Path) -> AsyncIterator[Community]:
    async with community(homeserver, tmp_path, "alice", "bea") as place:
        await place.bot.start()
        yield place


async def test_a_picture_follows_with_its_authors_word_and_goes_with_the_warning(place: Community) -> None:
    alice, lounge = place["alice"], place.rooms["lounge"]
    taken = jpeg(orientation=6, size=(3200, 1600))
    event = await alice.send_picture(lounge, taken, f"#swsdanger #us-ny by the bridge, {CANARY}")
    relays = {room: await place.sees("bea", room, "by the bridge") for room in ("ny", "nyc")}
    assert all("picture" in relay.text for relay in relays.values())
    chat = await place.direct("alice")
    question = await place.sees("alice", chat, "about your picture")
    assert len(await place.standing("bea", "nyc")) == 1

    await alice.send(chat, "picture")
    shown = {room: await place.sees("bea", room, "picture.jpg") for room in ("ny", "nyc")}
    for room, picture in shown.items():
        assert picture.reply_to == relays[room].event
        opened = await place["bea"].open_picture(picture)
        made = plain(opened)
        assert (made.width, made.height) == (800, 1600)
        assert not [form for form in forms(CANARY) if form in opened]
        assert not Image.open(io.BytesIO(opened)).getexif()
        assert CANARY not in str(picture.content)
    await alice.wait_for(chat, event=question.event, redacted=True)

    # Whatever stands anywhere: nothing of what the telephone wrote, on either side of the wire.
    assert search([place.folder / "data", place.homeserver.folder], [CANARY]).found == ()
    assert CANARY not in "\n".join(place.bot.log)
    assert not [line for line in place.bot.log if "mxc" in line]

    await alice.redact(lounge, event)
    for room, picture in shown.items():
        gone = await place["bea"].wait_for(place.rooms[room], event=picture.event, redacted=True)
        assert "file" not in gone.content
        assert await place.standing("bea", room) == []


async def test_what_cannot_be_passed_on_is_said_and_holds_up_nothing(place: Community) -> None:
    lounge = place.rooms["lounge"]
    hostile = {
        "alice": [HOSTILE["half"], huge_png(30_000, 30_000)],
        "bea": [jpeg() + bytes(10 * 1024 * 1024 + 1 - len(jpeg())), HOSTILE["another beginning"]],
    }
    expected = {"alice": ["couldn't read it", "too large"], "bea": ["too large", "couldn't read it"]}
    chats: dict[str, str] = {}
    for who, raws in hostile.items():
        for number, raw in enumerate(raws):
            await place[who].send_picture(lounge, raw, f"#swsdanger #nyc {who} sees van {number}")
            reader = "bea" if who == "alice" else "alice"
            await place.sees(reader, "nyc", f"{who} sees van {number}")
            chats[who] = chats.get(who) or await place.direct(who)
            await place.sees(who, chats[who], "about your picture")
            await place[who].send(chats[who], "picture")
            await place.sees(who, chats[who], expected[who][number])
    assert await place.standing("dora", "stewards") == []
    await place["dora"].send_picture(lounge, jpeg(), "#swsdanger #nyc dora sees a van")
    chat = await place.direct("dora")
    await place.sees("dora", chat, "about your picture")
    await place["dora"].send(chat, "picture")
    shown = await place.sees("bea", "nyc", "picture.jpg")
    assert plain(await place["bea"].open_picture(shown)).width == 400
    assert len([text for text in await place.standing("bea", "nyc") if text == "picture.jpg"]) == 1


async def test_other_files_are_said_and_not_asked_about(place: Community) -> None:
    alice, lounge = place["alice"], place.rooms["lounge"]
    await alice.send_picture(lounge, jpeg(), "#swsdanger #nyc one in clear", sealed=False)
    await alice.send_picture(lounge, b"film", "#swsdanger #nyc a film", name="a.mp4", msgtype="m.video")
    for words in ("one in clear", "a film"):
        relay = await place.sees("bea", "nyc", words)
        assert "picture or file" in relay.text
    assert await alice.invitations() == []


async def test_for_responders_only_it_is_shown_to_who_asks(place: Community) -> None:
    alice, bea, helping = place["alice"], place["bea"], Helping(place)
    await helping.register("bea")
    await place["dora"].send(place.rooms["stewards"], "responder 1")
    chat = helping.chats["bea"]
    await place.sees("bea", chat, "trust you with")
    event = await alice.send_picture(place.rooms["lounge"], jpeg(), "#swsdanger #nyc by the bridge")
    own = await place.direct("alice")
    await place.sees("alice", own, "about your picture")
    await alice.send(own, "picture private")
    offer = await helping.offer("bea", "picture 2")
    await bea.send(chat, "picture 2")
    shown = await place.sees("bea", chat, "picture.jpg")
    assert shown.reply_to == offer.event
    assert plain(await bea.open_picture(shown)).width == 400
    assert "picture.jpg" not in await place.standing("bea", "nyc")
    await alice.redact(place.rooms["lounge"], event)
    await bea.wait_for(chat, event=shown.event, redacted=True)
    await bea.wait_for(chat, event=offer.event, redacted=True)


async def test_told_in_private_its_picture_is_handed_over_with_the_words(place: Community) -> None:
    alice, bea, helping = place["alice"], place["bea"], Helping(place)
    await helping.register("bea")
    await place["dora"].send(place.rooms["stewards"], "responder 1")
    await place.sees("bea", helping.chats["bea"], "trust you with")
    warning = "#swsdanger #nyc he calls from +1 212 555 0123, by the green gate"
    await alice.send_picture(place.rooms["lounge"], jpeg(size=(3200, 1600)), warning)
    chat = helping.chats["alice"] = await place.direct("alice")
    await place.sees("alice", chat, "only a trusted responder gets it")
    await alice.send(chat, "private")
    offer = await helping.offer("bea", "would like to tell you something")
    await bea.react(helping.chats["bea"], offer.event, "👍")
    found = await place.sees("alice", chat, "Your picture I show there")
    assert "You have an invitation" in found.text
    room = await helping.come("alice")
    assert await place.standing("alice", room) == []
    assert await helping.come("bea") == room
    told = await place.sees("bea", room, TOGETHER)
    assert warning in told.text
    for who in ("alice", "bea"):
        shown = await place.sees(who, room, "picture.jpg")
        opened = await place[who].open_picture(shown)
        assert (plain(opened).width, plain(opened).height) == (1600, 800)
        assert not [form for form in forms(CANARY) if form in opened]
        assert await place.standing(who, room) == ["picture.jpg", told.text]
    await helping.alone(room, "alice", "bea")
    for regional in ("nyc", "ny"):
        assert await place.standing("bea", regional) == []
    assert search([place.folder / "data"], [CANARY]).found == ()
    assert search([place.folder / "data", place.homeserver.folder], ["green gate"]).found == ()
