"""Requests against supporters: who is asked, and in which order."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from swsmatrix.matching import Request, nearness, wave
from swsmatrix.model import RegionId, Supporter, SupporterState
from swsmatrix.protocol import EventId, UserId
from tests.town import TREE

US, NEW_YORK, NYC, CHICAGO = map(RegionId, ("us", "us-ny", "nyc", "chicago"))


def supporter(
    name: str,
    *regions: RegionId,
    topics: tuple[str, ...] = (),
    remote: bool = False,
    asked_at: int = 0,
    state: SupporterState = SupporterState.ACTIVE,
    responder: bool = False,
) -> Supporter:
    return Supporter(
        user=UserId(f"@{name}:example.org"),
        event=EventId(f"${name}"),
        number=1,
        state=state,
        identity="key",
        since=0,
        regions=regions,
        topics=topics,
        remote=remote,
        asked_at=asked_at,
        responder=responder,
    )


def names(
    request: Request,
    *supporters: Supporter,
    size: int = 10,
    busy: Mapping[str, int] | None = None,
    out: tuple[str, ...] = (),
) -> str:
    asked = wave(
        request,
        supporters,
        TREE,
        size=size,
        busy={UserId(f"@{name}:example.org"): cases for name, cases in (busy or {}).items()},
        limit=2,
        out=[UserId(f"@{name}:example.org") for name in out],
    )
    return " ".join(one.user[1:].partition(":")[0] for one in asked)


IN_NYC = Request(regions=(NYC,))


@pytest.mark.parametrize(
    ("request_", "places", "steps"),
    [
        (IN_NYC, (NYC,), 0),
        (IN_NYC, (NEW_YORK,), 1),
        (IN_NYC, (US,), 2),
        (IN_NYC, (US, NEW_YORK), 1),
        (IN_NYC, (CHICAGO,), None),
        (IN_NYC, (), None),
        (Request(regions=(NEW_YORK,)), (NYC,), None),
        (Request(regions=(CHICAGO, NYC)), (NYC,), 0),
        (Request(regions=(US,), anywhere=True), (CHICAGO,), 0),
        (Request(regions=(US,), anywhere=True), (), None),
        (Request(), (NYC,), None),
    ],
)
def test_who_is_there_for_a_region_is_there_for_what_lies_inside(
    request_: Request, places: tuple[RegionId, ...], steps: int | None
) -> None:
    assert nearness(request_, supporter("bea", *places), TREE) == steps


def test_the_region_and_those_above_are_asked_and_no_others() -> None:
    everybody = (supporter("bea", NYC), supporter("cleo", US), supporter("eve", CHICAGO), supporter("fay"))
    assert names(IN_NYC, *everybody) == "bea cleo"


def test_topics_come_before_nearness() -> None:
    request = Request(regions=(NYC,), topics=frozenset({"ride", "legal"}))
    far = supporter("far", US, topics=("ride", "legal"))
    middle = supporter("middle", US, topics=("legal", "money"))
    near = supporter("near", NYC, topics=("money",))
    assert names(request, near, middle, far) == "far middle near"


def test_nearness_comes_before_who_was_asked_last() -> None:
    assert names(IN_NYC, supporter("state", NEW_YORK), supporter("city", NYC, asked_at=9)) == "city state"


def test_who_was_asked_least_lately_comes_first() -> None:
    lately, never, before = (supporter(n, NYC, asked_at=at) for n, at in (("a", 9), ("b", 0), ("c", 5)))
    assert names(IN_NYC, lately, never, before) == "b c a"


def test_equal_ones_come_in_a_fixed_order() -> None:
    assert names(IN_NYC, supporter("b", NYC), supporter("a", NYC)) == "a b"


def test_a_wave_is_no_bigger_than_it_may_be() -> None:
    assert names(IN_NYC, *(supporter(name, NYC) for name in "abcde"), size=3) == "a b c"


def test_remote_ones_are_asked_only_when_nobody_in_reach_is_left() -> None:
    near, remote = supporter("near", NYC), supporter("remote", remote=True, topics=("ride",))
    request = Request(regions=(NYC,), topics=frozenset({"ride"}))
    assert names(request, near, remote) == "near"
    assert names(request, near, remote, out=("near",)) == "remote"
    assert names(Request(), near, remote) == "remote"


def test_somebody_remote_who_is_near_counts_as_near() -> None:
    both, remote = supporter("both", NYC, remote=True), supporter("remote", remote=True)
    assert names(IN_NYC, both, remote) == "both"


@pytest.mark.parametrize("state", [state for state in SupporterState if state is not SupporterState.ACTIVE])
def test_only_active_ones_are_asked(state: SupporterState) -> None:
    assert names(IN_NYC, supporter("bea", NYC, state=state, remote=True)) == ""


def test_what_is_for_responders_only_is_asked_of_no_other() -> None:
    request = Request(regions=(NYC,), responders=True)
    near, far = supporter("near", NYC), supporter("far", US, responder=True)
    remote = supporter("remote", remote=True, responder=True)
    assert names(request, near, far, remote) == "far"
    assert names(request, near, remote) == "remote"
    assert names(request, near, supporter("other", remote=True)) == ""
    assert names(IN_NYC, near, far) == "near far"


def test_who_has_as_many_open_cases_as_they_may_is_not_asked() -> None:
    assert names(IN_NYC, supporter("bea", NYC), supporter("cleo", NYC), busy={"bea": 2, "cleo": 1}) == "cleo"
