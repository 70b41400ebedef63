"""What is asked about a post that cannot go out as it is, and who is told that it waits."""

from __future__ import annotations

from collections.abc import Sequence

from swsmatrix import identifying, texts
from swsmatrix.climbing import Candidate
from swsmatrix.features.common import NOT_VERIFIED, privately, region_names, sign, to_stewards, when
from swsmatrix.features.post import Sort
from swsmatrix.features.where import asked_about, near_region
from swsmatrix.model import Effect, Post, PostState, Tag
from swsmatrix.protocol import EventId
from swsmatrix.world import World


def not_signed(post: Post, world: World) -> tuple[Effect, ...]:
    """It waits for a steward: ❓ on the message, and a line for them."""
    line = texts.text(
        "stewards.unsigned",
        number=post.number,
        tag=f"#{post.tag.value}",
        region=region_names(world, post.regions),
        when=when(world, post.posted_at, post.regions),
    )
    return not_verified(post, post.event), to_stewards(world, "unsigned", line, subject=post.subject)


def not_verified(post: Post, event: EventId) -> Effect:
    """❓ on the message ``event``."""
    return sign("not verified", post.room, event, NOT_VERIFIED, subject=post.subject)


def edit_not_signed(post: Post, world: World) -> tuple[Effect, ...]:
    """What a signed device said is not changed by one that is not."""
    line = texts.text("stewards.unsigned_edit", number=post.number, tag=f"#{post.tag.value}")
    return not_verified(post, post.event), to_stewards(world, "edit", line, subject=post.subject)


def caution(post: Post) -> str:
    """For the stewards' lines: that nobody vouches for the device that it came from."""
    known = post.identity or post.state is PostState.UNSIGNED  # whose line says so
    return "" if known else texts.text("stewards.not_verified")


def unanswered(post: Post, world: World) -> Effect:
    """Ten minutes went by: the stewards learn that it waits, and the word that moves it on."""
    meant = asked_about(post, world)
    line = texts.text(
        "stewards.waits",
        number=post.number,
        tag=f"#{post.tag.value}",
        region=perhaps(post, world) or region_names(world, post.regions),
        when=when(world, post.posted_at, post.regions) + caution(post),
        words=texts.text(
            f"stewards.words_{post.state.value}", number=post.number, tag=meant.region if meant else "place"
        ),
    )
    return to_stewards(world, "unanswered", line, subject=post.subject)


def perhaps(post: Post, world: World) -> str:
    """The region that a post is for if its author says so; empty when nothing like that was asked."""
    meant = asked_about(post, world)
    return texts.text("places.perhaps", place=world.tree.get(meant.region).name) if meant else ""


def near(post: Post, written: tuple[tuple[str, Tag], ...]) -> Effect:
    word = next(word for word, tag in written if tag == post.tag)
    asking = texts.text("near.ask", written=f"#{word}", meant=f"#{post.tag.value}")
    asking = "\n\n".join(filter(None, (told_of_removal(post), asking)))
    return privately(post.author, "near", asking, subject=post.subject, markdown=False)


def told_of_removal(post: Post) -> str:
    """For its author: why their message is gone from its room. Empty if it is there."""
    if not post.removed:
        return ""
    lost = post.attached and post.picture is None
    return texts.text("removing.author", file=" " + texts.text("removing.file_lost") if lost else "")


def removed(post: Post) -> Effect:
    """``told_of_removal``, by itself."""
    return privately(post.author, "removed", told_of_removal(post), subject=post.subject, markdown=False)


def where(sort: Sort, post: Post, unknown: tuple[str, ...], world: World) -> Effect:
    pending = _pending(sort)
    suggestions = tuple(dict.fromkeys(f"`#{one}`" for word in unknown for one in world.tree.suggest(word)))
    if suggestions:
        words = texts.listed(tuple(f"#{word}" for word in unknown[:3]), "and")
        asking = texts.text(
            "where.did_you_mean",
            unknown=words,
            suggestions=texts.listed(suggestions[:3]),
            pending=pending,
        )
    else:
        examples = texts.listed(tuple(f"`{tag}`" for tag in world.example_tags()))
        asking = texts.text("where.ask", examples=examples, pending=pending)
    return privately(post.author, "where", asking, subject=post.subject)


def _pending(sort: Sort) -> str:
    """Whether anything goes out before there is an answer."""
    if sort.needs_place:
        return texts.text("where.waits")
    return texts.text("where.tip" if sort.library else "where.does_not_wait")


def place(sort: Sort, post: Post, choices: Sequence[tuple[str, Candidate]], world: World) -> Effect:
    """Whether the first of these places is meant, or one of the others."""
    meant, *others = (near_region(one.place, one.region, world.tree) for _, one in choices)
    lines = (
        texts.text("places.other", tag=tag, place=name)
        for (tag, _), name in zip(choices[1:], others, strict=True)
    )
    asking = texts.text(
        "places.ask",
        place=meant,
        others="".join(f"{line}\n" for line in lines),
        pending=_pending(sort),
    )
    return privately(post.author, "where", asking, subject=post.subject)


def elsewhere(post: Post, tags: tuple[str, ...], world: World) -> Effect:
    """It went to the region whose room it is in, or to those that it names; ``tags``: what its author may
    have meant.
    """
    here = post.regions == (world.region_in(post.room),)
    told = texts.text(
        "where.elsewhere" if here else "where.further",
        region=region_names(world, post.regions),
        tags=texts.listed(tuple(f"`#{tag}`" for tag in tags)),
    )
    return privately(post.author, "elsewhere", told, subject=post.subject)


def held(sort: Sort, post: Post, findings: tuple[identifying.Finding, ...]) -> Effect:
    kinds = tuple(dict.fromkeys(texts.text(f"kind.{one.kind.name.lower()}") for one in findings))
    found = "\n".join(dict.fromkeys(one.text for one in findings))
    key = "held.ask_private" if sort.entrusts else "held.ask"
    key = "held.ask_tip" if sort.library else key
    asking = texts.text(key, what=texts.listed(kinds, "and"), found=found)
    return privately(post.author, "held", asking, subject=post.subject, markdown=False)
