"""Pictures on a real homeserver: heard, made anew, shown; and what goes wrong with them."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from swsmatrix.demo.canary import forms
from swsmatrix.demo.homeserver import Homeserver
from swsmatrix.matrix import media, pictures, sync
from swsmatrix.matrix.attachments import file_of, sealed, unsealed
from swsmatrix.matrix.rooms import Room
from swsmatrix.protocol import (
    Done,
    Outcome,
    Picture,
    Refused,
    RemakePicture,
    RoomId,
    SendPicture,
)
from tests.contract.matrix_people import Person, people
from tests.unit.picture_files import CANARY, FORMATS, HOSTILE, huge_png, jpeg

pytestmark = pytest.mark.synapse


@pytest.fixture(autouse=True)
def short_polls(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sync, "POLL_SECONDS", 1)


@pytest.fixture
async def two(homeserver: Homeserver, tmp_path: Path) -> AsyncIterator[tuple[Person, Person]]:
    async with people(homeserver, tmp_path, "bot", "alice") as (bot, alice):
        yield bot, alice


async def left(who: Person, raw: bytes) -> Picture:
    """A picture of theirs on the homeserver."""
    ciphertext, picture = sealed(raw)
    return replace(picture, url=await media.upload(who.client.nio, ciphertext))


async def says(who: Person, room: RoomId, content: dict[str, Any]) -> None:
    """A message of theirs, encrypted, as other clients make it."""
    known = who.client.rooms.setdefault(room, Room(room))
    body = await who.client._performer._keys.encrypt(known, "m.room.message", content)
    answer = await who.ask("PUT", "rooms", room, "send", "m.room.encrypted", "picture", body=body)
    assert answer.ok


def captioned(file: dict[str, Any], caption: str) -> dict[str, Any]:
    return {"msgtype": "m.image", "body": caption, "filename": "IMG_1.jpg", "file": file}


async def remade(bot: Person, picture: Picture) -> Picture:
    outcome = await bot.client.perform(None, RemakePicture(picture), "remake")
    assert isinstance(outcome, Done), outcome
    return Picture.from_json(outcome.result)


async def test_a_picture_is_heard_made_anew_and_shown(two: tuple[Person, Person]) -> None:
    bot, alice = two
    room = await alice.make_room(bot)
    theirs = await left(alice, jpeg(orientation=6))
    await says(alice, room, captioned(file_of(theirs), "look at this"))
    heard = await bot.hear_text("look at this")
    assert heard.attached
    assert heard.picture == replace(theirs, size=0)
    ours = await remade(bot, heard.picture)
    assert (ours.width, ours.height) == (200, 400)
    assert {ours.url, ours.key, ours.iv, ours.sha256}.isdisjoint(
        {theirs.url, theirs.key, theirs.iv, theirs.sha256}
    )
    assert isinstance(await bot.client.perform(room, SendPicture(ours), "show"), Done)
    ciphertext = await media.download(alice.client.nio, ours.url)
    seen = unsealed(ciphertext, ours)
    assert pictures.plain(seen).width == 200
    assert len(seen) == ours.size
    for form in forms(CANARY):
        assert form not in seen
        assert form not in ciphertext


async def test_without_an_account_nobody_gets_it(two: tuple[Person, Person]) -> None:
    bot, _ = two
    ours = await left(bot, jpeg())
    token, bot.client.nio.access_token = bot.client.nio.access_token, ""
    try:
        with pytest.raises(Exception, match=r"had to be done|ended the session"):
            await media.download(bot.client.nio, ours.url)
    finally:
        bot.client.nio.access_token = token


REFUSED = {
    "half": (HOSTILE["half"], "PICTURE_UNREADABLE"),
    "no picture": (HOSTILE["words"], "PICTURE_UNREADABLE"),
    "another beginning": (HOSTILE["another beginning"], "PICTURE_UNREADABLE"),
    "a bomb": (huge_png(30_000, 30_000), "PICTURE_TOO_LARGE"),
    "a byte too much": (jpeg() + bytes(pictures.LARGEST + 1 - len(jpeg())), "PICTURE_TOO_LARGE"),
}


@pytest.mark.parametrize("kind", REFUSED)
async def test_what_is_hostile_is_refused_in_time(two: tuple[Person, Person], kind: str) -> None:
    bot, alice = two
    raw, reason = REFUSED[kind]
    room = await alice.make_room(bot)
    began = time.monotonic()
    outcome: Outcome = await bot.client.perform(None, RemakePicture(await left(alice, raw)), "remake")
    assert outcome == Refused(reason)
    assert time.monotonic() - began < 15
    # And nothing else is any worse for it.
    await bot.say(room, "good evening")
    await alice.hear_text("good evening")


async def test_more_behind_a_picture_does_not_come_along(two: tuple[Person, Person]) -> None:
    bot, alice = two
    ours = await remade(bot, await left(alice, FORMATS["more behind it"]))
    seen = unsealed(await media.download(bot.client.nio, ours.url), ours)
    assert b"PK" not in seen[-20:]
    assert CANARY.encode() not in seen


async def test_what_is_not_what_was_sent_is_refused(two: tuple[Person, Person]) -> None:
    bot, alice = two
    theirs, other = await left(alice, jpeg()), await left(alice, jpeg())
    for picture in (replace(theirs, url=other.url), replace(theirs, sha256=other.sha256)):
        outcome = await bot.client.perform(None, RemakePicture(picture), "remake")
        assert outcome == Refused("PICTURE_UNREADABLE")
    wrong_key = await bot.client.perform(None, RemakePicture(replace(theirs, key=other.key)), "remake")
    assert wrong_key == Refused("PICTURE_UNREADABLE")


async def test_one_that_is_not_there_is_refused(two: tuple[Person, Person]) -> None:
    bot, alice = two
    theirs = await left(alice, jpeg())
    for url in ("mxc://localhost/nothing", theirs.url + "x"):
        outcome = await bot.client.perform(None, RemakePicture(replace(theirs, url=url)), "remake")
        assert outcome == Refused("M_NOT_FOUND")
    # Of a server that does not exist ours has no word; that need not stay so, but is not waited for either.
    far = replace(theirs, url="mxc://nowhere.invalid/tea")
    outcome = await bot.client.perform(None, RemakePicture(far), "remake")
    assert isinstance(outcome, Refused)
