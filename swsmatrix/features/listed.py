"""The tags that are only heard and acknowledged: listed for the stewards, or taken up by another feature."""

from __future__ import annotations

from swsmatrix import texts
from swsmatrix.features.asking import caution
from swsmatrix.features.common import region_names, to_stewards, when
from swsmatrix.features.post import Facts, Sort
from swsmatrix.model import NOTHING, Decision, Post, Tag
from swsmatrix.protocol import Millis
from swsmatrix.world import World


def go_out(post: Post, _facts: Facts, world: World, _now: Millis) -> Decision:
    line = texts.text(
        "stewards.heard",
        number=post.number,
        tag=f"#{post.tag.value}",
        region=region_names(world, post.regions),
        when=when(world, post.posted_at, post.regions) + caution(post),
    )
    return Decision(effects=(to_stewards(world, "listed", line, subject=post.subject),))


def nothing(*_: object) -> Decision:
    """Another feature is told, and does the rest."""
    return NOTHING


TAGS = (Tag.DOXX, Tag.HARASSMENT)
SORTS = tuple(Sort(name=tag.value, tags=(tag,), go_out=go_out, urgent=tag is Tag.DOXX) for tag in TAGS)
REQUESTS = Sort(name=Tag.HELP.value, tags=(Tag.HELP,), go_out=nothing, urgent=True)
REGISTRATIONS = Sort(
    name=Tag.SUPPORTER.value,
    tags=(Tag.SUPPORTER,),
    go_out=nothing,
    needs_place=True,
    expires=False,
    anywhere=frozenset({"remote"}),
)
