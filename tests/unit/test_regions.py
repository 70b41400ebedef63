"""From location tags to regions."""

from __future__ import annotations

from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from swsmatrix.model import RegionId
from swsmatrix.regions import Places, Region, RegionTree

THOROUGH = settings(deadline=None, derandomize=True, max_examples=200)
TOPICS = ("ride", "housing", "sex-ed", "Médico")


def region(
    id: str,
    parent: str | None = None,
    *,
    name: str = "",
    aliases: tuple[str, ...] = (),
    room: str | None = None,
    hears_inner: bool = False,
    tz: str | None = None,
) -> Region:
    return Region(
        id=RegionId(id),
        name=name or id.title(),
        parent=RegionId(parent) if parent else None,
        aliases=aliases,
        room=room,
        hears_inner=hears_inner,
        tz=tz,
    )


TREE = RegionTree(
    [
        region("us", name="United States", tz="America/New_York", hears_inner=True),
        region("us-ny", "us", name="New York State", aliases=("ny", "newyorkstate"), room="#ny:example.org"),
        region(
            "nyc", "us-ny", name="New York City", aliases=("newyork", "brooklyn"), room="#nyc:example.org"
        ),
        region("queens", "nyc", room="#nyc:example.org"),
        region("us-ca", "us", name="California", tz="America/Los_Angeles"),
        region("la", "us-ca", name="Los Ángeles"),
        region("br", name="Brasil"),
        region("sao-paulo", "br", name="São Paulo", aliases=("sampa",), tz="America/Sao_Paulo"),
        region("springfield-il", "us", name="Springfield"),
        region("springfield-ma", "us", name="Springfield", aliases=("413",)),
    ]
)


@pytest.mark.parametrize(
    ("word", "found"),
    [
        *(("nyc", "nyc"), ("NYC", "nyc"), ("ｎｙｃ", "nyc"), ("n\u200byc", "nyc"), ("#nyc", "nyc")),
        *(("us-ny", "us-ny"), ("us_ny", "us-ny"), ("usny", "us-ny"), ("US NY", "us-ny"), ("ny", "us-ny")),
        *(("new-york-state", "us-ny"), ("New York City", "nyc"), ("newyorkcity", "nyc"), ("Brooklyn", "nyc")),
        *(("saopaulo", "sao-paulo"), ("sãopaulo", "sao-paulo"), ("SA\u0303O_PAULO", "sao-paulo")),
        *(("losangeles", "la"), ("LosÁngeles", "la"), ("unitedstates", "us"), ("413", "springfield-ma")),
        *(
            ("springfield", None),
            ("nope", None),
            ("", None),
            ("-", None),
            ("everywhere", None),
            ("\ud800", None),
        ),
    ],
)
def test_find(word: str, found: str | None) -> None:
    assert TREE.find(word) == found


@pytest.mark.parametrize(
    ("word", "near"),
    [
        ("brokklyn", ["nyc"]),
        ("bruklyn", ["nyc"]),
        ("brook", ["nyc"]),
        ("nycc", ["nyc"]),
        ("newyorkc", ["nyc"]),
        ("newyorks", ["us-ny", "nyc"]),
        ("springfield", ["springfield-il", "springfield-ma"]),
        ("sprignfeild", ["springfield-il", "springfield-ma"]),
        ("saopalo", ["sao-paulo"]),
        ("californa", ["us-ca"]),
        ("x", []),
        ("zebra", []),
        ("swsdanger", []),
        ("a" * 65536, []),
        ("nyc" + "a" * 65536, []),
    ],
)
def test_suggest(word: str, near: list[str]) -> None:
    assert list(TREE.suggest(word)) == near


def test_suggest_gives_three_at_most_the_best_first() -> None:
    tree = RegionTree([region(name) for name in ("dalla", "dallaz", "dallasx", "dallast", "dalas")])
    assert tree.suggest("dallas") == ("dalla", "dallaz", "dallasx")
    assert tree.suggest("dalas")[0] == "dalas"


def test_inner_and_above() -> None:
    inner_us = ("us-ny", "nyc", "queens", "us-ca", "la", "springfield-il", "springfield-ma")
    assert TREE.inner(RegionId("us")) == inner_us
    assert TREE.inner(RegionId("la")) == ()
    assert TREE.above(RegionId("queens")) == ("nyc", "us-ny", "us")
    assert TREE.above(RegionId("us")) == ()


def test_hears_itself_those_inside_and_those_above_that_want_to() -> None:
    assert TREE.hears(RegionId("us-ny")) == ("us-ny", "nyc", "queens", "us")
    assert TREE.hears(RegionId("queens")) == ("queens", "us")  # not nyc, not us-ny: they did not ask to
    assert TREE.hears(RegionId("sao-paulo")) == ("sao-paulo",)


@pytest.mark.parametrize(
    ("name", "zone"),
    [
        ("queens", "America/New_York"),
        ("la", "America/Los_Angeles"),
        ("sao-paulo", "America/Sao_Paulo"),
        ("br", "UTC"),
    ],
)
def test_timezone(name: str, zone: str) -> None:
    assert TREE.timezone(RegionId(name)).key == zone


def test_the_timezone_of_all_regions_is_theirs_only_if_it_is_one() -> None:
    york, bronx = (Region(id=RegionId(name), name=name, tz="America/New_York") for name in ("york", "bronx"))
    assert RegionTree([york, bronx]).common_timezone().key == "America/New_York"
    assert RegionTree([york, replace(bronx, tz="America/Chicago")]).common_timezone().key == "UTC"
    assert RegionTree([york, replace(bronx, tz=None)]).common_timezone().key == "UTC"
    assert RegionTree([replace(bronx, tz=None)]).common_timezone().key == "UTC"


def test_of_room() -> None:
    assert TREE.of_room("#ny:example.org") == "us-ny"
    assert TREE.of_room("#nyc:example.org") == "nyc"  # two share it: the first
    assert TREE.of_room("#other:example.org") is None


def test_get_and_iterate() -> None:
    assert TREE.get(RegionId("nyc")).name == "New York City"
    assert [one.id for one in TREE][:2] == ["us", "us-ny"]


def test_what_is_not_configured_any_more_has_no_room_but_does_no_harm() -> None:
    gone = RegionId("queens-north")
    assert TREE.get(gone) == Region(id=gone, name=gone)
    assert TREE.hears(gone) == TREE.hears(gone, "5110629") == (gone,)
    assert TREE.inner(gone) == TREE.above(gone) == ()
    assert TREE.timezone(gone) == ZoneInfo("UTC")
    assert TREE.country(gone) is None


def test_an_id_that_became_a_tag_is_that_region() -> None:
    tree = RegionTree(
        [
            Region(id=RegionId("us"), name="United States", hears_inner=True),
            Region(id=RegionId("us-ny"), name="New York State", parent=RegionId("us"), aliases=("nys",)),
            Region(id=RegionId("nyc"), name="New York City", parent=RegionId("us-ny"), tz="America/New_York"),
        ]
    )
    before, now = RegionId("nys"), RegionId("us-ny")
    assert tree.get(before) == tree.get(now)
    assert tree.hears(before) == tree.hears(now) == ("us-ny", "nyc", "us")
    assert tree.hears(before, "5110629") == (now,)
    assert tree.inner(before) == ("nyc",)
    assert tree.above(before) == ("us",)
    assert tree.country(before) == "US"
    assert tree.is_itself(before, "US-NY")


@pytest.mark.parametrize(
    ("words", "regions", "unknown"),
    [
        (["nyc"], ["nyc"], []),
        (["nyc", "la", "brooklyn"], ["nyc", "la"], []),
        (["nyc", "whatever"], ["nyc"], []),
        (["whatever", "nyc"], ["nyc"], []),
        (["whatever", "ride", "whatever", "other"], [], ["whatever", "other"]),
        (["ride", "Housing", "sex_ed", "sexed", "medico"], [], []),
        (["signed", "remote", "boost", "event"], [], []),
        (["everywhere"], ["us", "br"], []),
        (["la", "everywhere", "nope"], ["la", "us", "br"], []),
        (["5", "1312"], [], []),
        (["413"], ["springfield-ma"], []),
        (["springfield"], [], ["springfield"]),
        ([], [], []),
    ],
)
def test_places(words: list[str], regions: list[str], unknown: list[str]) -> None:
    assert TREE.places(words, TOPICS) == Places(tuple(map(RegionId, regions)), tuple(unknown))


@pytest.mark.parametrize(
    ("regions", "named"),
    [
        ([region("nyc", "us")], "nyc"),
        ([region("a", "b"), region("b", "a")], "a"),
        ([region("a", "a")], "a"),
        ([region("x", "a"), region("a", "b"), region("b", "a")], "x|a|b"),
        ([region("nyc"), region("nyc")], "nyc"),
        ([region("us-ny"), region("usny")], "usny"),
        ([region("nyc", aliases=("big",)), region("la", aliases=("BIG",))], "la"),
        ([region("sao"), region("br", aliases=("são",))], "br"),
        ([region("nyc"), region("la", aliases=("everywhere",))], "la"),
        ([region("remote")], "remote"),
        ([region("la", aliases=("--",))], "la"),
        ([region("nyc", tz="America/Nowhere")], "nyc"),
        ([region("nyc", tz="../etc")], "nyc"),
        ([region("nyc", tz="America")], "nyc"),
    ],
)
def test_what_cannot_be_is_refused_by_name(regions: list[Region], named: str) -> None:
    with pytest.raises(ValueError, match=f"region ({named})"):
        RegionTree(regions)


def test_a_region_may_say_the_same_tag_twice_and_be_called_like_another_ones_tag() -> None:
    tree = RegionTree([region("us-ny", aliases=("usny", "us_ny"), name="NYC"), region("nyc")])
    assert tree.find("usny") == "us-ny"
    assert tree.find("nyc") == "nyc"


def test_the_country_that_a_region_lies_in() -> None:
    tree = RegionTree(
        [
            region("us", name="United States"),
            region("us-ny", "us", name="New York State"),
            region("nyc", "us-ny", name="New York City"),
            region("bridge", "nyc", name="By the bridge"),
            region("malmo", name="Malmö"),
            replace(region("coast"), covers=("NO-46",)),
            region("somewhere"),
        ]
    )
    countries = {one.id: tree.country(one.id) for one in tree}
    assert countries == {
        **dict.fromkeys(["us", "us-ny", "nyc", "bridge"], "US"),
        **{"malmo": "SE", "coast": "NO", "somewhere": None},
    }


@THOROUGH
@given(st.text(alphabet=st.characters(exclude_categories=())))
def test_no_word_is_too_odd(word: str) -> None:
    TREE.find(word)
    assert len(TREE.suggest(word)) <= 3
    TREE.places([word], [word])


@THOROUGH
@given(st.lists(st.integers(0, 30), max_size=30))
def test_inside_and_above_are_each_others_mirror(parents: list[int]) -> None:
    regions = [
        region(f"r{i}", f"r{parent % i}" if i and parent % (i + 1) else None)
        for i, parent in enumerate(parents)
    ]
    tree = RegionTree(reversed(regions))
    for one in tree:
        assert set(tree.inner(one.id)) == {other.id for other in tree if one.id in tree.above(other.id)}
        assert len(set(tree.hears(one.id))) == 1 + len(tree.inner(one.id))
