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

SORTS = {
    sort.name: sort
    for sort in (
        danger.SORT,
        *doxx.SORTS,
        tips.SORT,
        listed.REQUESTS,
        listed.REGISTRATIONS,
    )
}

_OTHERS: tuple[Feature, ...] = (
    unread.FEATURE,
    older.FEATURE,
    rooms.FEATURE,
    unverified.FEATURE,
    *(hearing.guarded(posts.feature(sort), sort) for sort in SORTS.values()),
    doxx.FEATURE,
    repeats.FEATURE,  # after the posts: what is kept is theirs
    removing.FEATURE,
    confirming.FEATURE,  # after the posts: it sees what an edit made of them
    supporters.FEATURE,
    answers.feature(SORTS),
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

_ALL = (stewarding.FEATURE, *_OTHERS, *_LAST)

# What is said in the stewards' room is believed in one place.
FEATURES = (stewarding.FEATURE, *map(stewarding.guarded, (*_OTHERS, talk.feature(_ALL), *_LAST)))
