"""Tips as rows: kept whole, found by their words however these are written, and gone with all of them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import fields, replace
from pathlib import Path

import pytest

from swsmatrix.model import Entry, Listing, Record, RegionId, Tip, ToldRule, Useful
from swsmatrix.protocol import DAY
from swsmatrix.searching import country
from swsmatrix.store.db import Store
from tests.store.files import decrypted, opened
from tests.town import START

KEY = b"\x01" * 32
NYC, US, CHICAGO = (RegionId(one) for one in ("nyc", "us", "chicago"))
ENTRY = Entry(
    name="Tea House",
    where=("gb", "Leeds"),
    languages=("en", "pl"),
    address="https://tea.example",
    source="https://tea.example/about",
    checked="2026-11-21",
)
WHOLE = Tip(
    subject="library tea-house",
    number=4,
    text="Tea and somebody to talk to.",
    posted_at=START,
    added_at=START + 1,
    regions=(country("gb"),),
    place="5110629",
    topics=("health",),
    pinned=True,
    tagged=True,
    removed_by="code",
    entry=ENTRY,
)


def tip(number: int, text: str, **different: object) -> Tip:
    usual = Tip(subject=f"swsfyi ${number}", number=number, text=text, posted_at=START, added_at=START)
    return replace(usual, **different)  # type: ignore[arg-type]


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    async with opened(tmp_path, KEY) as store:
        yield store


async def keep(store: Store, *records: Record) -> None:
    async with store.transaction():
        for record in records:
            await store.records.save(record)


async def drop(store: Store, *records: Record) -> None:
    async with store.transaction():
        for record in records:
            await store.records.drop(record)


async def found(store: Store, *words: str, **more: object) -> list[int]:
    """The numbers of what is found, in order."""
    hits = await store.tips.find(words, now=START, **more)  # type: ignore[arg-type]
    return [hit.tip.number for hit in hits]


# ---- Kept and dropped ----


async def test_a_tip_is_kept_whole_and_changed(store: Store) -> None:
    usual = {field.name: field.default for field in fields(Tip)}
    same = [name for name, default in usual.items() if getattr(WHOLE, name) == default]
    assert same == ["useful"], "each field has a value that would be missed"
    await keep(store, WHOLE)
    assert await store.tips.tip(WHOLE.subject) == await store.tips.numbered(4) == WHOLE
    assert await store.records.next_number() == 5
    other = replace(WHOLE, text="Soup.", entry=replace(ENTRY, name="Soup House"), removed_by="")
    await keep(store, other)
    assert await store.tips.tip(WHOLE.subject) == other
    assert len(await store.records._rows("SELECT 1 FROM bodies")) == 2
    assert await found(store, "tea") == []
    assert await found(store, "soup") == [4]


async def test_the_rest_is_kept_and_dropped(store: Store) -> None:
    mark = Useful(subject=WHOLE.subject, who="bea", cause="!room $like")
    asked = Listing(who="bea", word="find", asked="tea in leeds", subjects=(WHOLE.subject, "swsfyi $1"))
    await keep(store, WHOLE, mark, replace(mark, cause="!room $again"), ToldRule(who="bea"), asked, asked)
    tips = store.tips
    assert await tips.useful(WHOLE.subject, "bea") == await tips.useful_by("!room $like") == mark
    assert await tips.useful_of("bea") == (mark,)
    assert await tips.useful_by("!room $again") is None
    assert (await tips.told_rule("bea"), await tips.told_rule("cleo")) == (ToldRule(who="bea"), None)
    assert await tips.listing("bea") == asked
    assert await tips.listings_with("swsfyi $1") == (asked,)
    assert await tips.listings_with("swsfyi $2") == ()
    kept = await tips.tip(WHOLE.subject)
    assert kept
    assert kept.useful == 1
    assert "tea in leeds" in [text for (text,) in await store.records._rows("SELECT text FROM bodies")]
    await drop(store, mark, ToldRule(who="bea"), asked)
    assert await tips.useful_of("bea") == ()
    assert (await tips.told_rule("bea"), await tips.listing("bea")) == (None, None)
    assert await tips.tip(WHOLE.subject) == WHOLE


async def test_of_what_is_dropped_no_word_is_left_anywhere(store: Store, tmp_path: Path) -> None:
    stays = [tip(number, f"soup and bread number {number}") for number in range(1, 60)]
    words = ("quokkatea", "waffleporch", "xylophonium")
    gone = tip(99, "Quokkatea on the waffleporches with soup", topics=("xylophonium",))
    mark = Useful(subject=gone.subject, who="bea", cause="!room $like")
    await keep(store, *stays, gone, mark)
    assert await found(store, "soup waffleporch") == [99]
    await drop(store, gone)
    assert await found(store, "quokkatea") == []
    assert len(await found(store, "soup", limit=100)) == 59
    assert await store.tips.useful_of("bea") == ()
    for table in ("bodies", "words", "stems", "tips"):
        rows = str(await store.records._rows(f"SELECT * FROM {table}"))
        assert not [word for word in words if word[:8] in rows], table
    assert len(await store.records._rows("SELECT 1 FROM tip_words")) == 5 * 59
    plain = await decrypted(store, tmp_path, KEY)
    assert not [word for word in words if word[:8].encode() in plain]


async def test_of_what_is_changed_the_old_words_are_gone(store: Store, tmp_path: Path) -> None:
    await keep(store, tip(1, "quokkatea and soup"), tip(2, "soup"))
    await keep(store, tip(1, "cake and soup"))
    assert await found(store, "quokkatea") == []
    assert await found(store, "soup cake") == [1]
    assert b"quokkatea" not in await decrypted(store, tmp_path, KEY)


# ---- Found ----


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("The clinic on the corner opens at night", "night clinic"),
        ("The clinic on the corner opens at night", "clinci"),
        ("The clinic on the corner opens at night", "cliincs"),
        ("The clinic on the corner opens at night", "clinics opening nights"),
        ("The clinic on the corner opens at night", "clin"),
        ("The clinic on the corner opens at night", "THE, clinic!"),
        ("Houses with a lawyer", "housse lawer"),
        ("Testing is free on Mondays", "tests"),
        ("La clínica está abierta", "clinicas abiertas"),
        ("Cliniques gratuites à Besançon", "clinique gratuite besancon"),
        ("Kostenlose Beratungen für alle", "beratung fur"),
        ("Бесплатная клиника рядом", "бесплатные клиники"),
        ("Δωρεάν κλινική", "δωρεαν κλινικη"),
        ("عيادة مجانية", "عيادة"),
        ("मुफ़्त क्लिनिक", "क्लिनिक"),
        ("附近有免费诊所", "诊所"),
        ("無料クリニックがあります", "クリニック"),
        ("무료 병원에서 검사", "병원"),
        ("คลินิกฟรีตอนกลางคืน", "คลินิก"),
        ("harm-reduction kits", "harm reduction"),
        ("don’t forget Łódź", "lodz forget"),
        ("open 24 hours", "24 hours"),
    ],
)
async def test_words_however_they_are_written(store: Store, text: str, asked: str) -> None:
    other = "Umbrellas are mended behind the station, said Mona"
    await keep(store, tip(1, text), tip(2, other))
    assert await found(store, asked) == [1]
    assert await found(store, *asked.split()) == [1]


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("a cat sleeps", "car"),  # a short word is no slip of another
        ("the clinic", "clinic lawyer"),
        ("clinic", "unclear"),
        ("open 24 hours", "25"),
        ("诊所", "医院"),
        ("tea", '"tea" OR 1 NOT x*'),
        ("tea", "NEAR(soup)"),
    ],
)
async def test_what_is_not_meant_is_not_found(store: Store, text: str, asked: str) -> None:
    await keep(store, tip(1, text))
    assert await found(store, asked) == []


@pytest.mark.parametrize(
    "asked", ["'", '"', "tea*", "-tea", "tea AND", "(tea", "body:tea", "^tea", "%", "tea\0"]
)
async def test_nothing_of_a_search_is_read_as_a_query(store: Store, asked: str) -> None:
    await keep(store, tip(1, "tea"))
    assert await found(store, asked) in ([1], [])


async def test_words_that_say_little_need_not_be_there(store: Store) -> None:
    await keep(store, tip(1, "the clinic by night"), tip(2, "a clinic in town"))
    assert await found(store, "a clinic in") == [2, 1]
    assert await found(store, "clinic nowhere") == []


async def test_a_part_of_the_words_is_enough_if_that_is_asked(store: Store) -> None:
    await keep(store, tip(1, "the clinic by night"), tip(2, "soup by night"), tip(3, "tea by night"))
    hits = await store.tips.find(["where can I find a clinic with a piano?"], now=START, least=0.2)
    assert [hit.tip.number for hit in hits] == [1]
    assert 0.2 <= hits[0].share < 0.5
    assert await found(store, "a clinic with a piano", least=0.5) == []
    (whole,) = await store.tips.find(["clinic night"], now=START, least=0.9)
    assert whole.share == 1


async def test_regions_and_those_for_everywhere(store: Store) -> None:
    await keep(
        store,
        tip(1, "soup"),
        tip(2, "soup", regions=(NYC,)),
        tip(3, "soup", regions=(CHICAGO, US)),
        tip(4, "soup", regions=(CHICAGO,)),
        replace(WHOLE, number=5, text="soup", removed_by=""),
    )
    assert await found(store, "soup", regions=(NYC, US)) == [3, 2, 1]
    assert await found(store, regions=(NYC,)) == [2, 1]
    assert await found(store, "soup", regions=(country("GB"),)) == [5, 1]
    assert sorted(await found(store, "soup")) == [1, 2, 3, 4, 5]


async def test_topics(store: Store) -> None:
    await keep(
        store,
        tip(1, "rooms to let", topics=("housing",)),
        tip(2, "a housing project"),
        tip(3, "tea", topics=("harm-reduction",)),
    )
    assert await found(store, topics=("housing",)) == [1]
    assert await found(store, "rooms", topics=("Housing",)) == [1]
    assert await found(store, "tea", topics=("housing",)) == []
    assert sorted(await found(store, "housing")) == [1, 2]
    assert await found(store, topics=("project",)) == [2]
    assert await found(store, topics=("harm_reduction",)) == [3]
    assert await store.tips.topics() == {"housing", "harmreduction"}


async def test_the_newest_the_most_useful_and_the_pinned_first(store: Store) -> None:
    old, new = tip(1, "soup", posted_at=START - 300 * DAY), tip(2, "soup", posted_at=START - DAY)
    await keep(store, old, new)
    assert await found(store, "soup") == [2, 1]
    await keep(store, *(Useful(subject=old.subject, who=f"member {n}", cause=f"${n}") for n in range(6)))
    assert await found(store, "soup") == [1, 2]
    assert await found(store) == [2, 1]
    await keep(store, replace(new, pinned=True))
    assert await found(store, "soup") == [2, 1]
    await keep(store, new, replace(old, pinned=True))
    assert await found(store) == [1, 2]


async def test_what_is_new_goes_before_what_says_it_a_little_shorter(store: Store) -> None:
    old = tip(1, "soup tea", posted_at=START - 300 * DAY)
    await keep(store, old, tip(2, "soup tea bread cake", posted_at=START))
    assert await found(store, "soup") == [2, 1]


async def test_a_short_tip_about_it_before_a_long_one_that_mentions_it(store: Store) -> None:
    long = " ".join(f"word{chr(97 + n)}" for n in range(26))
    await keep(store, tip(1, "soup for all"), tip(2, f"soup {long}"))
    assert await found(store, "soup") == [1, 2]


async def test_page_after_page_each_once(store: Store) -> None:
    await keep(store, *(tip(number, "soup", posted_at=START + number) for number in range(1, 26)))
    for words in ((), ("soup",)):
        pages = [await found(store, *words, limit=10, offset=offset) for offset in (0, 10, 20)]
        assert [one for page in pages for one in page] == list(range(25, 0, -1))


async def test_what_a_steward_took_out_is_not_found(store: Store) -> None:
    await keep(store, WHOLE)
    assert await found(store, "tea") == await found(store) == []
    assert await store.tips.entries() == (WHOLE,)


async def test_an_entry_is_found_by_its_name_and_where_it_is(store: Store) -> None:
    await keep(store, replace(WHOLE, removed_by=""))
    for words in ("house", "leeds", "talk", "health"):
        assert await found(store, words) == [4]


async def test_what_is_new_for_a_room(store: Store) -> None:
    await keep(
        store,
        tip(1, "soup", added_at=START + 1),
        tip(2, "soup", added_at=START + 3, posted_at=START - DAY),
        tip(3, "soup", added_at=START + 2, regions=(NYC,)),
        tip(4, "soup", added_at=START + 2, regions=(CHICAGO,)),
        replace(WHOLE, number=5, removed_by="", added_at=START + 9, regions=()),
    )
    new = await store.tips.new_since(START + 1, (NYC,))
    assert [one.number for one in new] == [2, 3]
    assert [one.number for one in await store.tips.newest(2)] == [4, 3]
