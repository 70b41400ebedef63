"""After its time nothing of it is in the file or its free pages: no words, no link, no key of a picture."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest

from swsmatrix.protocol import DAY, Picture
from tests.scenario.group_stories import there, works
from tests.scenario.help_stories import says
from tests.store.files import decrypted
from tests.town import ALICE, BEA, KEY, LOUNGE, NYC, Town

WORDS = "the heron lantern is lit"
CHANGED = "the otter lantern is lit"
OPENS = "the key of a picture of a lamp"
PICTURE = Picture(url="mxc://example.org/lamp", key=OPENS, iv="iv", sha256="hash")

Way = Callable[[Town], Awaitable[None]]


async def by_itself(town: Town) -> None:
    await town.later(31 * DAY)


async def by_forget_me(town: Town) -> None:
    town.posts(ALICE, town.opens_direct(ALICE), "hello")
    await town.settle()
    town.posts(ALICE, await town.direct(ALICE), "forget me")
    await town.settle()


async def written_and_changed(town: Town) -> None:
    """Enough of it that the file has pages to give back; all of it out, held, or without a place."""
    for number in range(20):
        text = f"#swsdanger #nyc {number} {WORDS}"
        event = town.posts(ALICE, LOUNGE, text, attached=True, picture=PICTURE)
        town.edits(ALICE, LOUNGE, event, f"#swsdanger #nyc {number} {CHANGED}")
        town.posts(ALICE, LOUNGE, f"#swsdanger {number} {WORDS}", picture=PICTURE)
        town.posts(ALICE, LOUNGE, f"#swsdanger #nyc {number} {WORDS} +1 212 555 0123")
        town.posts(BEA, NYC, "me too", reply_to=event)
    await town.settle()
    await town.later(DAY)


@pytest.mark.parametrize("way", [by_itself, by_forget_me])
async def test_nothing_is_left_of_it(place: Town, way: Way) -> None:
    await written_and_changed(place)
    before = await decrypted(place.store, place.folder, KEY)
    assert all(word.encode() in before for word in (WORDS, CHANGED, OPENS))
    await way(place)
    assert await place.store.records.open_posts() == ()
    assert await place.rows("SELECT * FROM bodies") == []
    after = await decrypted(place.store, place.folder, KEY)
    assert b"CREATE TABLE bodies" in after
    assert not [word for word in (WORDS, CHANGED, OPENS) if word.encode() in after]
    assert place.reads(NYC) == []


LINK, NOTE, SAID = "pastebin.com/abcd1234", "the heron wrote back", "the otter came again"


async def closed(town: Town) -> None:
    await there(town, ALICE, "close")
    await town.later(DAY)


async def with_a_record(town: Town) -> None:
    await there(town, ALICE, "close")
    await says(town, ALICE, "record")


async def stopped(town: Town) -> None:
    await there(town, ALICE, "stop")


async def forgotten(town: Town) -> None:
    await says(town, ALICE, "forget me")


async def after_a_month(town: Town) -> None:
    await town.later(31 * DAY)


@pytest.mark.parametrize("way", [closed, with_a_record, stopped, forgotten, after_a_month])
async def test_nothing_is_left_of_a_case(place: Town, way: Way) -> None:
    await works(place, BEA, wish="1 4")
    for number in range(20):
        await there(place, BEA, f"done {number % 4 + 1} {NOTE} {number}")
        await there(place, ALICE, f"{SAID} {number}", picture=PICTURE)
        await there(place, ALICE, f"https://www.instagram.com/p/heron{number}")
    before = await decrypted(place.store, place.folder, KEY)
    assert all(word.encode() in before for word in (LINK, NOTE, SAID, OPENS, "p/heron7"))
    await way(place)
    assert await place.rows("SELECT * FROM bodies") == []
    after = await decrypted(place.store, place.folder, KEY)
    assert not [word for word in (LINK, NOTE, SAID, OPENS, "p/heron7") if word.encode() in after]
    for table in ("cases", "steps", "evidence", "posts"):
        assert await place.rows(f"SELECT 1 FROM {table}") == []
