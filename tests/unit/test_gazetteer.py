"""The places of the world: who is found under which name, and the file itself."""

from __future__ import annotations

import tracemalloc
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from swsmatrix import gazetteer
from swsmatrix.folding import key
from swsmatrix.gazetteer import Place, lookup, place

THOROUGH = settings(deadline=None, derandomize=True, max_examples=200)
BUFFALO = Place("5110629", "Buffalo", 258, ("US-NY", "US"))


NAMES = {
    "5110629": "buffalo #Buffalo ＢＵＦＦＡＬＯ buf\u200bfalo BUF-FALO",
    "2867714": "münchen munchen MU\u0308NCHEN Munich muenchen Мюнхен",
    "5128581": "nyc nuevayork nueva_york Nueva-York newyorkcity Нью-Йорк",
    "1850147": "東京 东京 tokyo tōkyō ＴＯＫＹＯ",
    "703448": "київ КИЇВ kyiv киев",
    "360630": "القاهرة cairo",
    "281184": "ירושלים",
    "264371": "αθήνα ΑΘΗΝΑ",
    "1835848": "서울",
    "3093133": "łódź lodz",
    "3448439": "são-paulo saopaulo",
    "2618425": "københavn kobenhavn copenhagen",
    "CA-ON": "ontario Онтарио",
    "DE-BY": "bayern Bavaria Bavière баварія",
    "MX-NLE": "nuevo\u00a0león nuevoleon nuevo_león",
    "ES-CT": "cataluña catalunya Catalonia",
    "AU-QLD": "queensland qld",
    "US-TX": "tx us-tx ustx texas TexasState",
    "US": "us usa unitedstates EstadosUnidos",
    "GB": "uk unitedkingdom",
    "DE": "deutschland germany Германия ドイツ",
    "UA": "україна Ukraine",
}


@pytest.mark.parametrize(
    ("word", "id"), [(word, id) for id, words in NAMES.items() for word in words.split(" ")]
)
def test_found(word: str, id: str) -> None:
    assert id in [one.id for one in lookup(word)]


@pytest.mark.parametrize(
    ("word", "id"),
    [("police", "3088461"), ("nice", "2990440"), ("mobile", "4076598"), ("of", "741240"), ("van", "298117")],
)
def test_words_that_are_places_are_found_too_so_nothing_is_done_without_a_yes(word: str, id: str) -> None:
    assert id in [one.id for one in lookup(word)]


@pytest.mark.parametrize(
    "word",
    [
        *("staysafe", "safe", "help", "danger", "warning", "shelter", "nobodycallsaplacelikethis"),
        *("", "#", "-", "\ud800", "=5110629", "5110629", "12", "x" * 4096),
        *("jfk", "baffaro", "bwfalw"),  # an airport, and what no person writes
    ],
)
def test_not_found(word: str) -> None:
    assert lookup(word) == ()


def test_of_one_name_the_most_populous_comes_first() -> None:
    found = lookup("springfield")
    assert [one.id for one in found][:3] == ["4409896", "4951788", "4250542"]
    assert [one.within[0] for one in found][:3] == ["US-MO", "US-MA", "US-IL"]
    sizes = [one.inhabitants for one in found]
    assert sizes == sorted(sizes, reverse=True)


def test_what_a_larger_place_is_called_is_no_other_ones_second_name() -> None:
    assert "North Canton" not in [one.name for one in lookup("berlin")]
    assert "Rome" in [
        one.name for one in lookup("roma")
    ]  # it has that name though a smaller one has it as its own


def test_by_id() -> None:
    assert place("5110629") == BUFFALO == lookup("buffalo")[0]
    assert place("US-NY") == Place("US-NY", "New York", place("US-NY").inhabitants, ("US",))  # type: ignore[union-attr]
    assert place("US") == Place("US", "United States", 327167, ())
    for unknown in ("", "US-", "us-ny", "511062", "Buffalo", "US\t", "5110629\t258", "\ud800"):
        assert place(unknown) is None


def test_everywhere_lies_somewhere_known() -> None:
    for word in ("buffalo", "münchen", "東京", "of", "sao paulo", "tx"):
        for one in lookup(word):
            assert all(place(around) is not None for around in one.within), one


def _parts() -> tuple[bytes, list[bytes], bytes]:
    """The line at the head, the records, the places."""
    head, _, rest = gazetteer.FILE.read_bytes().partition(b"\n")
    size = gazetteer.RECORD * int(head[len(gazetteer.HEAD) :].split()[0])
    records = [rest[at : at + gazetteer.RECORD] for at in range(0, size, gazetteer.RECORD)]
    return head, records, rest[size + 1 :]


def test_the_file_is_whole() -> None:
    head, records, places = _parts()
    assert b"GeoNames" in head
    assert b"CC BY 4.0" in head
    assert records == sorted(set(records))
    begins = {0, *(at + 1 for at, byte in enumerate(places[:-1]) if byte == 10)}
    assert {int.from_bytes(one[gazetteer.HASH :], "big") for one in records} == begins
    assert gazetteer.FILE.stat().st_size < 5_500_000


def test_every_place_is_found_by_its_own_name() -> None:
    for line in _parts()[2].decode().splitlines()[::97]:
        id, _, _, name = line.split("\t")
        assert id in [one.id for one in lookup(name)]


def test_searching_keeps_nothing() -> None:
    lookup("buffalo")
    tracemalloc.start()
    try:
        for number in range(500):
            lookup(f"buffalo{number}")
        assert tracemalloc.get_traced_memory()[1] < 100_000
    finally:
        tracemalloc.stop()


def test_another_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "places.bin").write_bytes(b"something else\n")
    with pytest.raises(ValueError, match="no file of places"):
        gazetteer._File(tmp_path / "places.bin")


@THOROUGH
@given(st.text(alphabet=st.characters(exclude_categories=())))
def test_no_word_is_too_odd(word: str) -> None:
    for one in lookup(word):
        assert key(word)
        assert place(one.id) == one
    place(word)
