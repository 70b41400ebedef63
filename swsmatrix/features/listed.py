"""The tags that have no care of their own yet: heard, acknowledged, and listed for the stewards."""

from __future__ import annotations

from swsmatrix import texts
from swsmatrix.features import posts
from swsmatrix.features.common import region_names, to_stewards, when
from swsmatrix.features.posts import Facts, Sort
from swsmatrix.model import Effect, Millis, Post, Tag
from swsmatrix.world import World


def go_out(post: Post, _facts: Facts, world: World, _now: Millis, _updated: bool) -> tuple[Effect, ...]:
    line = texts.text(
        "stewards.heard",
        number=post.number,
        tag=f"#{post.tag.value}",
        region=region_names(world, post.regions),
        when=when(world, post.posted_at, post.regions),
    )
    return (to_stewards(world, "listed", line, subject=post.subject),)


TAGS = tuple(tag for tag in Tag if tag is not Tag.DANGER)
SORTS = tuple(Sort(name=tag.value, tags=(tag,), waits=False, go_out=go_out) for tag in TAGS)
FEATURES = tuple(posts.feature(sort) for sort in SORTS)
