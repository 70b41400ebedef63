"""Words that move a waiting post on: its author's in their direct chat, the stewards' in their room.

Author: a place, `send`, `drop`, `yes`, `no`. Stewards, with its number: `send 3 #nyc`, `send 3`, `release 3`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from swsmatrix import texts
from swsmatrix.features import posts
from swsmatrix.features.common import local_name, privately, region_names, take_back, to_stewards
from swsmatrix.features.feature import Feature, Reader, merge
from swsmatrix.features.posts import Facts, Sort
from swsmatrix.model import Decision, Effect, MessagePosted, Millis, Post, PostState
from swsmatrix.routing import Input, Kind, Said
from swsmatrix.world import World

YES = ("yes", "y", "ok", "sure", "i can")
NO = ("no", "pass", "i can't")
STEWARDS_WORDS = ("send", "release")
WORDS = ("send", "drop", "release", *YES, *NO)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """``waiting``: the posts that the word could be about. ``facts``: of the one, if it is one."""

    waiting: tuple[Post, ...] = ()
    facts: Facts | None = None


def feature(sorts: Mapping[str, Sort]) -> Feature:
    """``sorts``: by the name of the feature that keeps their posts."""

    async def load(asked: Input, reader: Reader, world: World) -> Asked | None:
        event, said = asked.event, asked.said
        if said is None or not isinstance(event, MessagePosted) or said.word not in (*WORDS, "place"):
            return None
        if asked.place.kind is Kind.STEWARDS:
            if said.word not in STEWARDS_WORDS:
                return None
            found = await reader.records.post_numbered(said.number) if said.number else None
            waiting: tuple[Post, ...] = (found,) if found else ()
        elif asked.place.kind is Kind.DIRECT:
            waiting = await _own(said, event, reader)
        else:
            return None
        if len(waiting) != 1:
            return Asked(waiting=waiting)
        post = waiting[0]
        return Asked(waiting=waiting, facts=await posts.facts_of(post.feature, post, None, reader, world))

    def decide(asked: Input, found: Asked, world: World, now: Millis) -> Decision:
        event, said = asked.event, asked.said
        assert isinstance(event, MessagePosted)
        assert said
        post = found.facts.post if found.facts else None
        if asked.place.kind is Kind.STEWARDS:
            if post is None or found.facts is None:
                return _tell_stewards(world, texts.text("stewards.no_such", number=said.number or "?"))
            return _steward(sorts[post.feature], event, said, post, found.facts, world, now)
        if post is None or found.facts is None:
            return Decision(effects=(_which(event, said, found.waiting, world),))
        return _author(sorts[post.feature], said, post, found.facts, world, now)

    return Feature("answers", load, decide, WORDS)


async def _own(said: Said, event: MessagePosted, reader: Reader) -> tuple[Post, ...]:
    """The author's posts that this word could be about; a number or a reply names one."""
    own = [post for post in await reader.records.open_posts() if post.author == event.sender]
    if event.reply_to and (sent := await reader.queue.sent_as(event.reply_to)):
        own = [post for post in own if post.subject == sent.subject]
    if said.number is not None:
        own = [post for post in own if post.number == said.number]
    return tuple(post for post in own if _fits(said.word, post))


def _fits(word: str, post: Post) -> bool:
    no_place = post.state is PostState.WHERE or (post.state is PostState.UP and not post.regions)
    match word:
        case "place":
            return no_place
        case "send":
            return post.state in posts.WAITING
        case "drop":
            return post.state in posts.WAITING or no_place
    return post.state is PostState.NEAR and word in (*YES, *NO)


def _author(sort: Sort, said: Said, post: Post, facts: Facts, world: World, now: Millis) -> Decision:
    if said.word in ("drop", *NO):
        key = "answer.forgotten" if post.state is PostState.UP else "answer.dropped"
        return merge(posts.end(post, facts), _tell(post, key))
    if post.state is PostState.NEAR:
        return _was_meant(sort, post, facts, world, now)
    places = world.tree.places(said.rest, world.topics)
    if post.state is not PostState.HELD and not places.regions:
        examples = texts.listed(tuple(f"`{tag}`" for tag in world.example_tags()))
        return _tell(post, "where.still_unknown", examples=examples)
    strike = said.word == "send" and post.state is PostState.HELD
    moved = posts.move_on(sort, post, facts, world, now, regions=places.regions, strike=strike)
    if any(record.state is PostState.HELD for record in moved.save if isinstance(record, Post)):
        return moved
    region = region_names(world, places.regions or post.regions)
    later = any(effect.not_before for effect in moved.effects)
    key = "answer.sent_later" if later else "answer.sent_struck" if strike else "answer.sent"
    return merge(moved, _tell(post, key, region=region))


def _steward(
    sort: Sort, event: MessagePosted, said: Said, post: Post, facts: Facts, world: World, now: Millis
) -> Decision:
    who = local_name(event.sender)
    if post.state is PostState.NEAR:
        named = world.tree.places(said.rest, world.topics).regions
        post = replace(post, regions=named or post.regions)
        line = texts.text("stewards.released", who=who, number=post.number)
        return merge(_was_meant(sort, post, facts, world, now), _tell_stewards(world, line))
    if said.word == "release" and post.state is PostState.UNSIGNED:
        told = _tell_stewards(world, texts.text("stewards.released", who=who, number=post.number))
        fallback = post.regions[0] if post.regions else None
        return merge(posts.admit(sort, post, facts, world, now, fallback=fallback), told)
    if said.word != "send" or post.state not in posts.WAITING:
        return _tell_stewards(world, texts.text("stewards.not_waiting", number=post.number))
    places = world.tree.places(said.rest, world.topics)
    regions = places.regions or post.regions
    if not regions or places.unknown:
        examples = texts.listed(tuple(f"`{tag}`" for tag in world.example_tags()))
        return _tell_stewards(world, texts.text("stewards.say_place", number=post.number, examples=examples))
    # A steward can send on what waits, but never the details that hold it back.
    moved = posts.move_on(sort, post, facts, world, now, regions=regions, strike=True)
    struck = any(isinstance(record, Post) and record.text != post.text for record in moved.save)
    key = "stewards.sent_struck" if struck else "stewards.sent"
    line = texts.text(key, who=who, number=post.number, region=region_names(world, regions))
    return merge(moved, _tell_stewards(world, line))


def _was_meant(sort: Sort, post: Post, facts: Facts, world: World, now: Millis) -> Decision:
    """A near miss was the tag: heard now, and its question taken back."""
    gone = Decision(effects=take_back(facts.standing))
    return merge(gone, posts.admit(sort, post, replace(facts, standing=()), world, now))


def _which(event: MessagePosted, said: Said, waiting: tuple[Post, ...], world: World) -> Effect:
    if not waiting:
        return privately(event.sender, "nothing waits", texts.text("answer.nothing_waits"))
    lines = "\n".join(
        f"#{post.number} · #{post.tag.value} · {region_names(world, post.regions)}" for post in waiting
    )
    word = "send" if said.word == "place" else said.word
    rest = f" #{said.rest[0]}" if said.rest else ""
    example = f"{word} {waiting[0].number}{rest}"
    return privately(
        event.sender, "which", texts.text("answer.several", list=lines, example=example), markdown=False
    )


def _tell(post: Post, key: str, **values: str) -> Decision:
    return Decision(effects=(privately(post.author, "answer", texts.text(key, **values)),))


def _tell_stewards(world: World, line: str) -> Decision:
    return Decision(effects=(to_stewards(world, "answer", line),))
