"""What its author's and the stewards' words do with a post that waits, or is out.

Which words mean something in which state is a table; that of features/posts.py says what becomes of it.
"""

from __future__ import annotations

from dataclasses import replace

from swsmatrix import texts
from swsmatrix.features.admitting import admit, move_on
from swsmatrix.features.common import local_name, privately, region_names, take_back, to_stewards
from swsmatrix.features.ending import end
from swsmatrix.features.feature import merge
from swsmatrix.features.post import WAITING, Facts, Sort
from swsmatrix.model import Decision, Post, PostState, Tag
from swsmatrix.protocol import Millis, UserId
from swsmatrix.routing import Said
from swsmatrix.world import World

YES = ("yes", "y", "ok", "sure", "i can")
NO = ("no", "pass", "i can't")
# What its author may answer while it waits. `cancel` is for whatever still has words.
_ANSWERS = {
    PostState.NEAR: ("send", "drop", *YES, *NO),
    PostState.WHERE: ("place", "send", "drop"),
    PostState.HELD: ("send", "drop"),
}


def words_for(post: Post) -> tuple[str, ...]:
    """The words of its author that mean something for ``post`` as it stands. ``place``: any place."""
    words = _ANSWERS.get(post.state, ())
    if post.tag is Tag.SUPPORTER:
        return words
    out_without = post.state is PostState.UP and not post.regions
    return (*words, *(("place", "drop") if out_without else ()), *(("cancel",) if post.text else ()))


def by_author(sort: Sort, said: Said, facts: Facts, world: World, now: Millis) -> Decision:
    """What a word of its author, one of ``words_for``, does with ``facts.post``."""
    post = facts.post
    assert post
    if said.word in ("drop", "cancel", *NO):
        if post.tag is Tag.HELP and post.state is PostState.UP:
            return end(post, facts)  # its case says what there is to say
        key = "answer.forgotten" if post.state is PostState.UP else "answer.dropped"
        return merge(end(post, facts), _tell(post, key))
    if post.state is PostState.NEAR:
        return _was_meant(sort, post, facts, world, now)
    places = world.tree.places(said.rest, world.topics)
    if post.state is not PostState.HELD and not places.regions:
        examples = texts.listed(tuple(f"`{tag}`" for tag in world.example_tags()))
        return _tell(post, "where.still_unknown", examples=examples)
    strike = said.word == "send" and post.state is PostState.HELD
    moved = move_on(sort, post, facts, world, now, regions=places.regions, strike=strike)
    if any(record.state is PostState.HELD for record in moved.save if isinstance(record, Post)):
        return moved
    if post.tag in (Tag.HELP, Tag.SUPPORTER):
        return moved  # what comes of it says what there is to say
    region = region_names(world, places.regions or post.regions)
    later = any(effect.not_before for effect in moved.effects)
    key = "answer.sent_later" if later else "answer.sent_struck" if strike else "answer.sent"
    return merge(moved, _tell(post, key, region=region))


def by_steward(sort: Sort, steward: UserId, said: Said, facts: Facts, world: World, now: Millis) -> Decision:
    """What `send` or `release` of a steward does with ``facts.post``; all stewards are told."""
    post = facts.post
    assert post
    who = local_name(steward)
    if post.state is PostState.NEAR:
        named = world.tree.places(said.rest, world.topics).regions
        post = replace(post, regions=named or post.regions)
        line = texts.text("stewards.released", who=who, number=post.number)
        return merge(_was_meant(sort, post, facts, world, now), _tell_stewards(world, line))
    if said.word == "release" and post.state is PostState.UNSIGNED and post.tag is Tag.SUPPORTER:
        return _tell_stewards(world, texts.text("stewards.not_released", number=post.number))
    if said.word == "release" and post.state is PostState.UNSIGNED:
        told = _tell_stewards(world, texts.text("stewards.released", who=who, number=post.number))
        return merge(admit(sort, post, facts, world, now), told)
    if said.word != "send" or post.state not in WAITING:
        return _tell_stewards(world, texts.text("stewards.not_waiting", number=post.number))
    places = world.tree.places(said.rest, world.topics)
    regions = places.regions or post.regions
    if not regions or places.unknown:
        examples = texts.listed(tuple(f"`{tag}`" for tag in world.example_tags()))
        return _tell_stewards(world, texts.text("stewards.say_place", number=post.number, examples=examples))
    # A steward can send on what waits, but never the details that hold it back.
    moved = move_on(sort, post, facts, world, now, regions=regions, strike=True)
    struck = any(isinstance(record, Post) and record.text != post.text for record in moved.save)
    key = "stewards.sent_struck" if struck else "stewards.sent"
    line = texts.text(key, who=who, number=post.number, region=region_names(world, regions))
    return merge(moved, _tell_stewards(world, line))


def _was_meant(sort: Sort, post: Post, facts: Facts, world: World, now: Millis) -> Decision:
    """A near miss was the tag: heard now, and its question taken back."""
    gone = Decision(effects=take_back(facts.standing))
    return merge(gone, admit(sort, post, replace(facts, standing=()), world, now))


def _tell(post: Post, key: str, **values: str) -> Decision:
    return Decision(effects=(privately(post.author, "answer", texts.text(key, **values)),))


def _tell_stewards(world: World, line: str) -> Decision:
    return Decision(effects=(to_stewards(world, "answer", line),))
