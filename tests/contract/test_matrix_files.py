"""A record in one file, with pictures that are on a real homeserver, or are not any more."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from zipfile import ZipFile

import pytest

from swsmatrix.demo.canary import search
from swsmatrix.demo.homeserver import Homeserver
from swsmatrix.matrix import media, packing
from swsmatrix.matrix.attachments import sealed
from swsmatrix.matrix.devices import AskedInVainError
from swsmatrix.protocol import Done, Picture, RetryAt, SendRecord
from tests.conftest import Arrive
from tests.contract.matrix_people import Person, people
from tests.unit.picture_files import CANARY, jpeg

pytestmark = [pytest.mark.synapse, pytest.mark.usefixtures("short_polls")]


@pytest.fixture
async def two(homeserver: Homeserver, tmp_path: Path) -> AsyncIterator[tuple[Person, Person]]:
    async with people(homeserver, tmp_path, "bot", "alice") as (bot, alice):
        yield bot, alice


async def left(who: Person, raw: bytes) -> Picture:
    """A picture of theirs on the homeserver."""
    ciphertext, picture = sealed(raw)
    return replace(picture, url=await media.upload(who.client.nio, ciphertext))


def opened(packed: bytes | memoryview) -> dict[str, bytes]:
    with ZipFile(io.BytesIO(packed)) as zipped:
        return {name: zipped.read(name) for name in zipped.namelist()}


async def test_a_record_has_the_words_and_the_pictures_as_they_were_sent(
    homeserver: Homeserver, two: tuple[Person, Person], arrive: Arrive, tmp_path: Path
) -> None:
    bot, alice = two
    cora = await arrive("cora")
    room = await alice.make_room(bot)
    await alice.ask("POST", "rooms", room, "invite", body={"user_id": cora.user})
    await cora.accept(room)
    await bot.hear_text(await said(alice, room))
    raw = jpeg(orientation=6)
    theirs, other = await left(alice, raw), await left(alice, b"GIF8 of tea")
    gone = replace(theirs, url=theirs.url + "x")
    record = SendRecord(
        "tea.zip", f"{CANARY} \u00fc", (theirs, gone, replace(other, sha256=theirs.sha256), other)
    )
    sent = await bot.client.perform(room, replace(record, missing="{name} is gone"), "record")
    assert isinstance(sent, Done)
    shown = await cora.wait_for(room, event=sent.result)
    assert (shown.shield, shown.text, shown.mentions) == ("NONE", "tea.zip", ())
    files = opened(await cora.open_picture(shown))
    assert files == {
        "record.txt": f"{CANARY} \u00fc".encode(),
        "picture-1.jpg": raw,
        "picture-4.gif": b"GIF8 of tea",
        "missing.txt": b"picture-2 is gone\npicture-3 is gone\n",
    }
    assert search([tmp_path, homeserver.folder], [CANARY]).found == ()


async def said(alice: Person, room: str) -> str:
    await alice.say(room, "come in")  # type: ignore[arg-type]
    return "come in"


async def test_what_is_too_much_is_named(two: tuple[Person, Person], monkeypatch: pytest.MonkeyPatch) -> None:
    bot, alice = two
    first, second = await left(alice, b"12345"), await left(alice, b"1234")
    monkeypatch.setattr(packing, "MOST", 8)
    packed = opened(await packing.record(bot.client.nio, SendRecord("a.zip", "a", (first, second, second))))
    assert packed == {"record.txt": b"a", "picture-1.bin": b"12345", "missing.txt": b"picture-2\npicture-3\n"}


async def test_without_the_homeserver_it_is_tried_again(
    two: tuple[Person, Person], monkeypatch: pytest.MonkeyPatch
) -> None:
    bot, alice = two
    room = await alice.make_room(bot)
    theirs = await left(alice, b"tea")

    async def away(*_: object) -> bytes:
        raise AskedInVainError(RetryAt(0))

    monkeypatch.setattr(media, "download", away)
    record = SendRecord("tea.zip", "tea", (theirs,))
    assert await bot.client.perform(room, record, "record") == RetryAt(0)
