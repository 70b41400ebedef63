"""Who is asked next: a request against the supporters there are. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from swsmatrix.model import RegionId, Supporter, SupporterState
from swsmatrix.protocol import UserId
from swsmatrix.regions import RegionTree


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What is looked for. ``anywhere``: a supporter of any place is near. ``responders``: only they are."""

    regions: tuple[RegionId, ...] = ()
    topics: frozenset[str] = frozenset()
    anywhere: bool = False
    responders: bool = False


def nearness(request: Request, supporter: Supporter, tree: RegionTree) -> int | None:
    """How many regions up from one of the request's a supporter's place is. None: not in reach.

    Who is there for a region is there for what lies inside it, not the other way round.
    """
    own = set(supporter.regions)
    steps = [
        step
        for region in request.regions
        for step, around in enumerate((region, *tree.above(region)))
        if around in own
    ]
    if steps:
        return min(steps)
    return 0 if request.anywhere and own else None


def wave(
    request: Request,
    supporters: Iterable[Supporter],
    tree: RegionTree,
    *,
    size: int,
    busy: Mapping[UserId, int],
    limit: int,
    out: Collection[UserId],
) -> tuple[Supporter, ...]:
    """The next up to ``size`` to be asked, best match first; those in reach before any remote one.

    Best: most topics in common, then nearest, then asked least lately. ``busy``: open cases of each, of which
    ``limit`` are the most; ``out``: not to be asked.
    """
    free = [
        supporter
        for supporter in supporters
        if supporter.state is SupporterState.ACTIVE
        and (supporter.responder or not request.responders)
        and supporter.user not in out
        and busy.get(supporter.user, 0) < limit
    ]

    def rank(supporter: Supporter) -> tuple[int, int, int, str]:
        common = len(request.topics.intersection(supporter.topics))
        near = nearness(request, supporter, tree)
        return (-common, near or 0, supporter.asked_at, supporter.user)

    reach = [one for one in free if nearness(request, one, tree) is not None]
    group = reach or [one for one in free if one.remote]
    return tuple(sorted(group, key=rank)[:size])
