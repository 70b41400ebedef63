"""The index of features: a new one is a file here and a line below."""

from __future__ import annotations

from swsmatrix.features import (
    answers,
    cases,
    coming,
    confirming,
    curating,
    danger,
    digest,
    doxx,
    events,
    extending,
    failures,
    finding,
    forgetting,
    hearing,
    latecomers,
    leaving,
    listed,
    muting,
    older,
    picturing,
    places,
    policies,
    posts,
    regions,
    removing,
    repeats,
    rooms,
    status,
    stewarding,
    stewards,
    supporters,
    talk,
    thawing,
    tips,
    unread,
    unverified,
    withdrawing,
)
from swsmatrix.features.feature import Feature
from swsmatrix.features.post import Sort
from swsmatrix.tags import Tags

INDEX: tuple[Sort | Feature, ...] = (
    unread.FEATURE,
    older.FEATURE,
    rooms.FEATURE,
    unverified.FEATURE,
    danger.SORT,
    *doxx.SORTS,
    tips.SORT,
    listed.REQUESTS,
    listed.REGISTRATIONS,
    doxx.FEATURE,
    repeats.FEATURE,  # after the posts: what is kept is theirs
    removing.FEATURE,
    confirming.FEATURE,  # after the posts: it sees what an edit made of them
    supporters.FEATURE,
    answers.FEATURE,
    cases.FEATURE,
    leaving.FEATURE,  # after the cases: what room they do not want, it leaves
    stewards.FEATURE,
    thawing.FEATURE,
    latecomers.FEATURE,
    tips.FEATURE,
    finding.FEATURE,
    curating.FEATURE,
    withdrawing.FEATURE,
    extending.FEATURE,
    picturing.FEATURE,
    regions.FEATURE,
    places.FEATURE,
    status.FEATURE,
    forgetting.FEATURE,
    muting.FEATURE,
    policies.FEATURE,
    failures.FEATURE,
)

# After the talk, which asks whether what it does not know answers one of its questions.
_LAST = (events.FEATURE, digest.FEATURE, coming.FEATURE)


def index(*more: Sort | Feature) -> tuple[tuple[Feature, ...], Tags]:
    """All features, and the hashtags that they hear. ``more``: of somebody else."""
    parts = (*INDEX, *more)
    others = tuple(
        hearing.guarded(posts.feature(one), one) if isinstance(one, Sort) else one for one in parts
    )
    spoken = talk.feature((stewarding.FEATURE, *others, *_LAST))
    # What is said in the stewards' room is believed in one place.
    guarded = map(stewarding.guarded, (*others, spoken, *_LAST))
    return (stewarding.FEATURE, *guarded), Tags(one for one in parts if isinstance(one, Sort))


FEATURES, TAGS = index()
