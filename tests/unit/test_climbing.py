"""From places that nobody configured to regions, and what a tag would do."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from swsmatrix.climbing import Candidate, Named, answers, candidates, named, offered
from swsmatrix.explaining import Meaning, Sense, branches, explain
from swsmatrix.gazetteer import lookup
from swsmatrix.gazetteer import place as by_id
from swsmatrix.model import Learned, RegionId
from swsmatrix.regions import Region, RegionTree

THOROUGH = settings(deadline=None, derandomize=True, max_examples=200)
TOPICS = ("ride", "housing")


def region(id: str, parent: str | None = None, name: str = "", **more: Any) -> Region:
    above = RegionId(parent) if parent else None
    return Region(id=RegionId(id), name=name or id.title(), parent=above, **more)


TREE = RegionTree(
    [
        region("us", name="United States", room="#us"),
        region("us-ny", "us", "New York State", aliases=("ny",), room="#ny"),
        region("nyc", "us-ny", "New York City", aliases=("newyork", "brooklyn"), room="#nyc"),
        region("queens", "nyc", room="#queens"),
        region("us-ca", "us", "California"),
        region("la", "us-ca", "Los Ángeles"),
        region("maine", "us"),
        region("deutschland", name="Deutschland", room="#de"),
        region("alps", covers=("AT", "CH-VS", "IT-23")),
    ]
)


@pytest.mark.parametrize(
    ("word", "climbs"),
    [
        *(("buffalo", "us-ny"), ("Буффало", "us-ny"), ("texas", "us"), ("tx", "us"), ("usa", "us")),
        *(("nuevayork", "us-ny"), ("newyorkcity", "nyc"), ("бруклин", "nyc"), ("로스앤젤레스", "la")),
        *(("nuevayorkcity", None), ("мэн", "maine"), ("münchen", "deutschland"), ("bayern", "deutschland")),
        *(("wien", "alps"), ("sion", "alps"), ("aosta", "alps"), ("zürich", None), ("gdańsk", None)),
        *(("vientiane", None), ("東京", None)),  # neither is `la` Laos, nor is Tokyo anywhere near
    ],
)
def test_the_nearest_region(word: str, climbs: str | None) -> None:
    found = {TREE.climb(one) for one in lookup(word)} - {None}
    assert (climbs in found) if climbs else not found


@pytest.mark.parametrize(
    ("regions", "place", "climbs"),
    [
        ([region("ca", name="California")], "CA-ON", None),  # not Canada
        ([region("ca", name="Canada")], "CA-ON", "ca"),
        ([region("br", name="Brasil")], "3448439", "br"),
        ([region("us_ny"), region("us", name="USA")], "5110629", "us_ny"),
        ([region("xx-yy"), region("zz")], "5110629", None),
        ([region("us", name="USA", covers=())], "5110629", None),
        ([region("east", covers=("US-NY", "US-NJ"))], "5110629", "east"),
        ([region("us-ny", covers=("US-NJ",)), region("upstate", covers=("US-NY",))], "5110629", "upstate"),
        ([region("us-ny"), region("upstate", covers=("US-NY",))], "5110629", "upstate"),
        ([region("nyc", name="New York City")], "5128581", "nyc"),
        ([region("chicago")], "4887398", "chicago"),
        ([region("springfield")], "4409896", None),  # which one?
        ([region("us", name="USA"), region("portland", "us")], "5746545", "us"),
        ([region("us-or", name="Oregon"), region("portland", "us-or")], "5746545", "portland"),
        ([region("la", name="LA")], "LA", None),
        ([region("qa", name="Quiet Alley")], "QA", None),
        ([region("nyc", name="New York City"), region("second", name="New York City")], "5128581", "nyc"),
    ],
)  # fmt: skip
def test_what_a_region_stands_for(regions: list[Region], place: str, climbs: str | None) -> None:
    there = by_id(place)
    assert there
    assert RegionTree(regions).climb(there) == climbs


@pytest.mark.parametrize(
    ("regions", "says"),
    [
        ([region("a", covers=("US-XX",))], "region a: there is no state or country 'US-XX'"),
        ([region("a", covers=("us",))], "region a: there is no state or country 'us'"),
        ([region("a", covers=("5110629",))], "region a: there is no state"),
        ([region("a", covers=("US",)), region("b", covers=("US",))], "region b: US is already covered by a"),
    ],
)
def test_what_cannot_be_covered(regions: list[Region], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        RegionTree(regions)


def test_a_place_that_was_climbed_from_is_heard_in_its_regions_room_alone() -> None:
    ny = RegionId("us-ny")
    assert TREE.hears(ny) == ("us-ny", "nyc", "queens")
    assert TREE.hears(ny, "5110629") == ("us-ny",)
    assert TREE.hears(ny, "US-NY") == ("us-ny", "nyc", "queens")  # it is the region, in whatever language


def ids(*words: str) -> list[str]:
    return [one.place.id for one in candidates(words, TREE)]


def test_homonyms_by_population_and_only_those_that_climb() -> None:
    assert ids("portland")[:3] == ["5746545", "4975802", "4720131"]
    assert "JM-04" not in ids("portland")
    assert ids("van") == ids("police") == ids("of") == []  # in Turkey, in Poland
    assert ids("nosuchplace") == ids() == []


def test_two_tags_one_in_the_other_are_one_place() -> None:
    assert ids("portland", "maine") == ids("maine", "portland") == ["4975802"]
    assert ids("springfield", "ohio") == [one.id for one in lookup("springfield") if "US-OH" in one.within]
    assert len(ids("buffalo", "rochester")) > 2


def test_a_state_called_like_a_town_in_it_is_not_asked_about_as_well() -> None:
    assert {one.id for one in lookup("newyork")} == {"US-NY", "5128581"}
    assert ids("hamburg")[0] == "2911298"
    assert "DE-HH" not in ids("hamburg")
    assert ids("nuevayork") == ["US-NY", "5128581"]  # each has a region of its own


def test_each_is_offered_with_a_tag_that_singles_it_out() -> None:
    def tags(*words: str) -> list[tuple[str, str]]:
        return [(tag, one.place.id) for tag, one in offered(candidates(words, TREE), TREE)]

    assert tags("portland") == [("", "5746545"), ("maine", "4975802"), ("texas", "4720131")]
    assert tags("buffalo") == [("", "5110629"), ("minnesota", "5019588")]
    assert tags("nuevayork") == [("", "US-NY"), ("nyc", "5128581")]
    assert [tag for tag, _ in tags("cleveland", "wien")] == ["", "tennessee", "mississippi"]
    assert tags("nosuchplace") == []


def test_what_an_answer_says() -> None:
    oregon, maine, texas = (one for _, one in offered(candidates(["portland"], TREE), TREE))
    assert [answers("#Maine", one, TREE) for one in (oregon, maine, texas)] == [False, True, False]
    assert [answers("tx", one, TREE) for one in (oregon, maine, texas)] == [False, False, True]
    assert [answers("us", one, TREE) for one in (oregon, maine, texas)] == [True, True, True]
    assert [answers("portland", one, TREE) for one in (oregon, maine, texas)] == [True, True, True]


def learned(word: str, place: str, **more: object) -> dict[str, Learned]:
    return {word: Learned(word=word, place=place, region=RegionId("us-ny"), first="code", **more)}  # type: ignore[arg-type]


def test_configured_tags_win() -> None:
    words = ("buffalo", "nyc", "münchen")
    assert named(words, TREE, TOPICS, learned("buffalo", "5110629", twice=True)) == Named((RegionId("nyc"),))


@pytest.mark.parametrize(
    ("known", "counts"),
    [
        (learned("buffalo", "5110629", twice=True), True),
        (learned("buffalo", "5110629"), False),
        (learned("buffalo", "5110629", twice=True, struck_by="code"), False),
        (learned("buffalo", "no such place", twice=True), False),
        (learned("buffalo", "1850147", twice=True), False),  # of a region that there was once
        (learned("rochester", "5110629", twice=True), False),
    ],
)
def test_then_what_two_have_confirmed(known: dict[str, Learned], counts: bool) -> None:
    found = named(["BUF-FALO"], TREE, TOPICS, known)
    if counts:
        assert found == Named((RegionId("us-ny"),), "5110629")
    else:
        assert found.regions == ()
        assert found.candidates[0] == Candidate("BUF-FALO", by_id("5110629"), RegionId("us-ny"))  # type: ignore[arg-type]


def test_topics_and_numbers_are_no_places() -> None:
    assert named(["ride", "signed", "5"], TREE, TOPICS, {}) == Named()
    assert named(["whatever"], TREE, TOPICS, {}) == Named(unknown=("whatever",))
    assert named(["whatever", "buffalo"], TREE, TOPICS, {}).unknown == ("whatever", "buffalo")


def test_what_a_region_would_do() -> None:
    found = explain("#Brooklyn", TREE, TOPICS)
    assert found == Meaning(
        "Brooklyn",
        Sense.REGION,
        regions=(RegionId("nyc"),),
        rooms=(RegionId("nyc"), RegionId("queens")),
        reach=(RegionId("nyc"), RegionId("us-ny"), RegionId("us")),
    )


def test_what_a_place_would_do() -> None:
    found = explain("buffalo", TREE, TOPICS)
    assert (found.sense, found.asked, found.rooms) == (Sense.PLACE, True, ("us-ny",))
    assert [one.place.id for one in found.candidates] == ["5110629", "5019588"]
    known = explain("buffalo", TREE, TOPICS, learned("buffalo", "5110629", twice=True))
    assert (known.sense, known.asked, known.rooms) == (Sense.PLACE, False, ("us-ny",))


@pytest.mark.parametrize(
    ("word", "sense"),
    [
        ("everywhere", Sense.EVERYWHERE),
        ("ride", Sense.TOPIC),
        ("signed", Sense.HOW),
        ("brokklyn", Sense.UNKNOWN),
        ("", Sense.UNKNOWN),
    ],
)
def test_what_else_a_tag_is(word: str, sense: Sense) -> None:
    assert explain(word, TREE, TOPICS).sense is sense


def test_an_unknown_one_gets_suggestions() -> None:
    assert explain("brokklyn", TREE, TOPICS).near == ("nyc",)


def test_the_tree() -> None:
    shown = [*branches(TREE)]
    assert shown[:4] == [(0, "us"), (1, "us-ny"), (2, "nyc"), (3, "queens")]
    assert sorted(id for _, id in shown) == sorted(one.id for one in TREE)


@THOROUGH
@given(st.lists(st.text(alphabet=st.characters(exclude_categories=())), max_size=4))
def test_no_word_is_too_odd(words: list[str]) -> None:
    found = named(words, TREE, TOPICS, {})
    assert len(offered(found.candidates, TREE)) <= 3
    for word in words:
        explain(word, TREE, TOPICS)
