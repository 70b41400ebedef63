"""Where a post is for: values in, values out."""

from __future__ import annotations

from dataclasses import replace

import pytest

from swsmatrix.climbing import Named
from swsmatrix.features import learning, where
from swsmatrix.features.post import Facts
from swsmatrix.model import Learned, Post, PostState, RegionId
from swsmatrix.regions import Region, RegionTree
from tests.town import WORLD
from tests.unit import examples

NY, NYC = RegionId("us-ny"), RegionId("nyc")
BUFFALO, MAINE = "5110629", "4975802"
TOWN = "#swsdanger #buffalo a grey van"
BUFFALO_LEARNED = {"buffalo": Learned(word="buffalo", place=BUFFALO, region=NY, first="another", twice=True)}


def post(text: str = TOWN, **different: object) -> Post:
    return examples.post(text=text, **{"regions": (), **different})


def test_its_words_go_before_where_it_was_written() -> None:
    new = post("#swsdanger #chicago", state=PostState.NEAR, regions=(NYC,))
    assert where.of(new, {}, WORLD).regions == ("chicago",)
    assert where.of(replace(new, text="#swsdanger"), {}, WORLD) == Named((NYC,))
    assert where.of(replace(new, text=TOWN), {}, WORLD) == Named((NYC,))
    assert where.of(replace(new, text=TOWN, regions=()), {}, WORLD).regions == ()
    assert where.of(replace(new, text=TOWN), BUFFALO_LEARNED, WORLD) == Named((NY,), BUFFALO)


@pytest.mark.parametrize("state", [PostState.UP, PostState.HELD, PostState.TRUSTED, PostState.WITHDRAWN])
def test_what_was_answered_is_not_asked_again(state: PostState) -> None:
    assert where.of(post(state=state, regions=(NY,), place=BUFFALO), {}, WORLD) == Named((NY,), BUFFALO)
    assert where.of(post("#swsdanger #brookyln", state=state, regions=(NYC,)), {}, WORLD) == Named((NYC,))


def test_of_a_place_that_was_learned_no_other_of_that_name_is_asked_about() -> None:
    states = [Region(id=RegionId(f"us-{id}"), name=id, room=f"#{id}") for id in ("me", "or", "ny")]
    world = replace(WORLD, tree=RegionTree(states))
    portland = Learned(word="portland", place=MAINE, region=RegionId("us-me"), first="another", twice=True)
    here = post("#swsdanger #portland", regions=(RegionId("us-me"),), place=MAINE)
    assert where.elsewhere(here, {"portland": portland}, world) == ()
    for text, tags in (("#swsdanger #us-ny #portland", ("us-or", "us-me")), ("#swsdanger #us-ny", ())):
        assert where.elsewhere(post(text, regions=(NY,)), {"portland": portland}, world) == tags


def test_what_is_only_asked_about_is_no_place() -> None:
    assert where.of(post("#swsdanger", state=PostState.PLACE, place=BUFFALO), {}, WORLD) == Named()


@pytest.mark.parametrize(
    ("before", "text", "room", "after"),
    [
        ((TOWN, (NY,), BUFFALO), "#swsdanger #buffalo it left", None, Named((NY,), BUFFALO)),
        ((TOWN, (NY,), BUFFALO), "#swsdanger it left", None, Named()),
        ((TOWN, (NY,), BUFFALO), "#swsdanger it left", NYC, Named((NYC,))),
        ((TOWN, (NY,), BUFFALO), "#swsdanger #nyc it left", None, Named((NYC,))),
        (("#swsdanger", (NY,), BUFFALO), "#swsdanger it left", None, Named((NY,), BUFFALO)),  # answered
        (("#swsdanger #brookyln", (NYC,), ""), "#swsdanger #brookyln it left", None, Named((NYC,))),
        (("#swsdanger #nyc", (NYC,), ""), "#swsdanger it left", None, Named()),
        (("#swsdanger", (NYC,), ""), "#swsdanger it left", None, Named((NYC,))),
    ],
)
def test_an_edit(
    before: tuple[str, tuple[RegionId, ...], str], text: str, room: RegionId | None, after: Named
) -> None:
    old = post(before[0], regions=before[1], place=before[2])
    assert where.after_edit(old, text, room, {}, WORLD) == after


@pytest.mark.parametrize(
    "before", [(TOWN, (NY,), BUFFALO), ("#swsdanger", (NYC,), ""), ("#swsdanger #brookyln", (NYC,), "")]
)
def test_new_words_that_nobody_knows_are_asked_about(
    before: tuple[str, tuple[RegionId, ...], str],
) -> None:
    old = post(before[0], regions=before[1], place=before[2])
    assert where.after_edit(old, "#swsdanger #rochester it left", NYC, {}, WORLD) == Named((NYC,))
    found = where.after_edit(old, "#swsdanger #rochester it left", None, {}, WORLD)
    assert (found.regions, found.place, found.unknown) == ((), "", ("rochester",))
    assert found.candidates[0].region == NY


def test_a_learned_place_goes_with_its_word() -> None:
    old = post(regions=(NY,), place=BUFFALO)
    assert where.after_edit(old, "#swsdanger it left", None, BUFFALO_LEARNED, WORLD) == Named()


def test_an_answer_may_be_one_of_those_offered() -> None:
    asked = post("#swsdanger #portland", state=PostState.PLACE, place="5746545")
    assert [tag for tag, _ in where.choices(asked, {}, WORLD)] == ["", "maine", "texas"]
    assert where.answered(("MAINE",), asked, {}, WORLD) == Named((RegionId("maine"),), MAINE)
    assert where.answered(("nyc",), asked, {}, WORLD) == Named((NYC,))
    assert [one.place.within[0] for one in where.answered(("oregon",), asked, {}, WORLD).candidates] == [
        "US-OR"
    ]
    assert where.answered(("nowhere",), asked, {}, WORLD) == Named(unknown=("nowhere",))


def test_what_was_asked_about_and_is_gone() -> None:
    """The configuration, or the gazetteer, may be another one by now."""
    for place in ("1850147", "no such place"):
        gone = post(state=PostState.PLACE, place=place)
        assert where.asked_about(gone, WORLD) is None
        assert where.choices(gone, {}, WORLD) == ()
        assert where.called(replace(gone, regions=(NY,)), WORLD).endswith("New York State")


@pytest.mark.parametrize(
    ("place", "regions", "called"),
    [
        (BUFFALO, (NY,), "Buffalo, near New York State"),
        ("5746545", (RegionId("us"),), "Portland (Oregon), near United States"),
        ("US-TX", (RegionId("us"),), "Texas, near United States"),
        ("US-NY", (NY,), "New York State"),
        ("5128581", (NYC,), "New York City"),
        ("", (NY, NYC), "New York State and New York City"),
        ("no such place", (NY,), "New York State"),
        (BUFFALO, (), "no place named"),
    ],
)
def test_in_words(place: str, regions: tuple[RegionId, ...], called: str) -> None:
    assert where.called(post(regions=regions, place=place), WORLD) == called


@pytest.mark.parametrize(
    ("known", "after"),
    [
        (None, ("me", False)),
        (("me", {}), None),
        (("another", {}), ("another", True)),
        (("another", {"twice": True}), None),
        (("another", {"struck_by": "steward"}), None),
        (("another", {"place": "5019588"}), ("me", False)),
    ],
)
def test_learning(known: tuple[str, dict[str, object]] | None, after: tuple[str, bool] | None) -> None:
    learned = {}
    if known:
        usual = Learned(word="buffalo", place=BUFFALO, region=NY, first=known[0])
        learned["buffalo"] = replace(usual, **known[1])  # type: ignore[arg-type]
    facts = Facts(post=post("#swsdanger #BUFFALO #whatever"), learned=learned, code="me")
    decision = learning.confirmed(Named((NY,), BUFFALO), facts, WORLD)
    if after is None:
        assert (decision.save, decision.effects) == ((), ())
        return
    (saved,) = decision.save
    assert isinstance(saved, Learned)
    assert (saved.word, saved.place, saved.first, saved.twice) == ("buffalo", BUFFALO, *after)
    assert len(decision.effects) == after[1]


def test_nothing_is_learned_from_a_region() -> None:
    facts = Facts(post=post(), code="me")
    assert learning.confirmed(Named((NY,)), facts, WORLD).save == ()
    assert (
        learning.confirmed(Named((NY,), BUFFALO), replace(facts, post=post("#swsdanger")), WORLD).save == ()
    )
