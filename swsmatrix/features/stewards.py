"""The stewards' room: `show 3`, `done 3`, `waiting`. What one does, all of them see."""

from __future__ import annotations

from dataclasses import dataclass

from swsmatrix import texts
from swsmatrix.features import posts
from swsmatrix.features.common import local_name, privately, region_names, to_stewards, when
from swsmatrix.features.feature import Feature, Reader, merge
from swsmatrix.features.posts import Facts
from swsmatrix.model import Decision, MessagePosted, Millis, Post, Tag
from swsmatrix.routing import Input, Kind
from swsmatrix.world import World

WORDS = ("show", "done", "waiting")
LINES = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    post: Post | None = None
    facts: Facts | None = None
    all: tuple[Post, ...] = ()


async def load(asked: Input, reader: Reader, world: World) -> Found | None:
    said = asked.said
    if said is None or said.word not in WORDS or asked.place.kind is not Kind.STEWARDS:
        return None
    if said.word == "waiting":
        return Found(all=await reader.records.open_posts())
    post = await reader.records.post_numbered(said.number) if said.number else None
    if post is None:
        return Found()
    return Found(post=post, facts=await posts.facts_of(post.feature, post, None, reader, world))


def decide(asked: Input, found: Found, world: World, _now: Millis) -> Decision:
    said, event = asked.said, asked.event
    assert said
    assert isinstance(event, MessagePosted)
    if said.word == "waiting":
        return _say(world, _waiting(found.all, world))
    if found.post is None or found.facts is None:
        return _say(world, texts.text("stewards.no_such", number=said.number or "?"))
    post = found.post
    if said.word == "show":
        return _show(post, event, world)
    if post.tag is Tag.DANGER:
        # Closing would take a warning down in silence; that is for its author, or a redaction.
        return _say(world, texts.text("stewards.not_closable", number=post.number))
    who = local_name(event.sender)
    closed = _say(world, texts.text("stewards.closed", who=who, number=post.number))
    kept = tuple(one for one in found.facts.standing if one.slot != "heard")
    ended = posts.end(post, Facts(post=post, standing=kept))
    return merge(ended, closed)


def _show(post: Post, event: MessagePosted, world: World) -> Decision:
    if post.quiet:
        return _say(world, texts.text("stewards.quiet", number=post.number))
    shown = texts.text(
        "stewards.shown",
        number=post.number,
        tag=f"#{post.tag.value}",
        region=region_names(world, post.regions),
        when=when(world, post.posted_at, post.regions),
        words=post.text,
    )
    # Kept by subject: when its author deletes it, it goes from the steward's chat too.
    private = privately(event.sender, "shown", shown, subject=post.subject, markdown=False)
    return merge(Decision(effects=(private,)), _say(world, texts.text("stewards.shown_here")))


def _waiting(open_posts: tuple[Post, ...], world: World) -> str:
    lines = [
        texts.text(
            "stewards.waiting_line",
            number=post.number,
            tag=f"#{post.tag.value}",
            region=region_names(world, post.regions),
            when=when(world, post.posted_at, post.regions),
            state=texts.text(f"state.{post.state.value}"),
        )
        for post in open_posts
        if post.tag is not Tag.DANGER or post.state.value != "up"
    ]
    return "\n\n".join(lines[-LINES:]) or texts.text("stewards.waiting_none")


def _say(world: World, line: str) -> Decision:
    return Decision(effects=(to_stewards(world, "stewards", line),))


FEATURE = Feature("stewards", load, decide, WORDS)
