"""What its author's and the stewards' words do with a post that waits, or is out.

Which words mean something in which state is a table; that of features/posts.py says what becomes of it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from swsmatrix import texts
from swsmatrix.climbing import Named
from swsmatrix.features import learning, where
from swsmatrix.features.admitting import admit, anywhere, ask_where, entrust, move_on, wait
from swsmatrix.features.common import (
    local_name,
    privately,
    region_names,
    take_back,
    tip_places,
    to_stewards,
)
from swsmatrix.features.ending import end
from swsmatrix.features.feature import merge
from swsmatrix.features.post import WAITING, Facts, Sort, sort_of
from swsmatrix.model import Decision, Effect, Post, PostState, RegionId
from swsmatrix.protocol import Millis, UserId
from swsmatrix.routing import Said
from swsmatrix.world import World

YES = ("yes", "y", "ok", "sure", "i can")
NO = ("no", "pass", "i can't")
PRIVATE = "private"


# ---- What its author's words do --------------------------------------------------------------------


def _drop(sort: Sort, _said: Said, facts: Facts, _world: World, _now: Millis) -> Decision:
    post = facts.post
    assert post
    if sort.says_so and post.state is PostState.UP:
        return end(post, facts)  # its case says what there is to say
    was_out = post.state in (PostState.UP, PostState.WITHDRAWN)
    key = "answer.forgotten" if was_out else "answer.dropped"
    return merge(end(post, facts), _tell(post, key))


def _was_meant(sort: Sort, _said: Said, facts: Facts, world: World, now: Millis) -> Decision:
    """A near miss was the tag: heard now, and its question taken back."""
    assert facts.post
    gone = Decision(effects=take_back(facts.standing))
    return merge(gone, admit(sort, facts.post, replace(facts, standing=()), world, now))


def _to_place(sort: Sort, said: Said, facts: Facts, world: World, now: Millis) -> Decision:
    post, found = facts.post, _meant(said, facts, world)
    assert post
    if not found.regions:
        return _not_known(sort, found, facts, world, now)
    moved = move_on(sort, post, facts, world, now, regions=found.regions, place=found.place, strike=False)
    moved = merge(moved, learning.confirmed(found, facts, world))
    if any(record.state is PostState.HELD for record in moved.save if isinstance(record, Post)):
        return moved
    return _on_its_way(sort, post, moved, found.regions, "answer.sent", world)


def _elsewhere(sort: Sort, _said: Said, facts: Facts, world: World, now: Millis) -> Decision:
    """It is not for the place that was asked about. Who is there from afar need not name another."""
    post = facts.post
    assert post
    if anywhere(sort, post, world):
        return move_on(sort, replace(post, place=""), facts, world, now, strike=False)
    return _ask(sort, *ask_where(sort, post, Named(), facts, world), facts, world, now)


def _struck(sort: Sort, _said: Said, facts: Facts, world: World, now: Millis) -> Decision:
    """Out, without what identifies somebody."""
    post = facts.post
    assert post
    moved = move_on(sort, post, facts, world, now, strike=True)
    return _on_its_way(sort, post, moved, post.regions, "answer.sent_struck", world)


def _entrust(sort: Sort, _said: Said, facts: Facts, world: World, _now: Millis) -> Decision:
    assert facts.post
    return entrust(sort, facts.post, facts, world)


Step = Callable[[Sort, Said, Facts, World, Millis], Decision]
_YES_OR_NO: dict[str, Step] = {**dict.fromkeys(YES, _to_place), **dict.fromkeys(NO, _elsewhere)}
# What its author may answer while it waits. ``place``: any place.
_ANSWERS: dict[PostState, dict[str, Step]] = {
    PostState.NEAR: {**dict.fromkeys(("send", *YES), _was_meant), **dict.fromkeys(("drop", *NO), _drop)},
    PostState.WHERE: {"place": _to_place, "send": _to_place, "drop": _drop},
    PostState.PLACE: {"place": _to_place, "send": _to_place, "drop": _drop, **_YES_OR_NO},
    PostState.HELD: {"send": _struck, PRIVATE: _entrust, "drop": _drop},
    PostState.TRUSTED: {"send": _struck, "drop": _drop},
}
# It is out, but nobody knows for where.
_NOWHERE: dict[str, Step] = {"place": _to_place, "drop": _drop}
# For whatever still has words.
_CANCEL: dict[str, Step] = {"cancel": _drop}


# What is said of a tip instead.
_OF_A_TIP = {
    "answer.sent": "tips.sent",
    "answer.sent_struck": "tips.sent_struck",
    "answer.sent_by_stewards": "tips.sent_by_stewards",
    "answer.sent_by_stewards_struck": "tips.sent_by_stewards_struck",
}


def words_for(post: Post, world: World) -> Mapping[str, Step]:
    """The words of its author that mean something for ``post`` as it stands, with what they do."""
    sort, words = sort_of(post, world), _ANSWERS.get(post.state, {})
    if not sort.entrusts:
        words = {word: step for word, step in words.items() if word != PRIVATE}
    if post.state is PostState.TRUSTED and not post.text:
        return {}  # its author and a responder have each other
    if sort.registers:
        return words
    if post.state is PostState.UP and not post.regions:
        words = {**_NOWHERE, **(_YES_OR_NO if post.place else {})}
    return {**words, **(_CANCEL if post.text else {})}


def by_author(sort: Sort, said: Said, facts: Facts, world: World, now: Millis) -> Decision:
    """What a word of its author, one of ``words_for``, does with ``facts.post``."""
    assert facts.post
    return words_for(facts.post, world)[said.word](sort, said, facts, world, now)


def _on_its_way(
    sort: Sort, post: Post, moved: Decision, regions: tuple[RegionId, ...], key: str, world: World
) -> Decision:
    """``moved``, and its author is told."""
    told = {effect.slot for effect in moved.effects}
    nowhere = told & {"nobody", "held back"} and not any(slot.startswith("relay ") for slot in told)
    if sort.says_so or nowhere:
        return moved  # what comes of it says what there is to say
    if sort.library:
        return merge(moved, _tell(post, _OF_A_TIP[key], region=tip_places(regions, world)))
    later = any(effect.not_before for effect in moved.effects)
    key = "answer.sent_later" if later else key if sort.relayed else "answer.noted"
    return merge(moved, _tell(post, key, region=region_names(world, regions)))


def _meant(said: Said, facts: Facts, world: World) -> Named:
    """The place of an answer. A yes (or `send`) means the one that was asked about."""
    assert facts.post
    asked = where.asked_about(facts.post, world)
    if asked and not said.rest and said.word in ("send", *YES):
        return Named((asked.region,), asked.place.id)
    return where.answered(said.rest, facts.post, facts.learned, world)


def _not_known(sort: Sort, found: Named, facts: Facts, world: World, now: Millis) -> Decision:
    """The answer names no region: perhaps a place that its author has to say yes to."""
    assert facts.post
    if found.candidates:
        return _ask(sort, *ask_where(sort, facts.post, found, facts, world), facts, world, now)
    examples = texts.listed(tuple(f"`{tag}`" for tag in world.example_tags()))
    return _tell(facts.post, "where.still_unknown", examples=examples)


def _ask(sort: Sort, post: Post, question: Effect, facts: Facts, world: World, now: Millis) -> Decision:
    """Another question for a place, instead of the one that stands."""
    gone = Decision(effects=take_back(one for one in facts.standing if one.slot == "where"))
    if sort.needs_place:
        return merge(gone, wait(sort, post, question, world, now))
    return merge(gone, Decision(save=(replace(post, state=PostState.UP),), effects=(question,)))


# ---- What stewards' words do -----------------------------------------------------------------------


def by_steward(sort: Sort, steward: UserId, said: Said, facts: Facts, world: World, now: Millis) -> Decision:
    """What `send` or `release` of a steward does with ``facts.post``; all stewards are told."""
    post = facts.post
    assert post
    who = local_name(steward)
    if post.state is PostState.NEAR:
        named = where.meant_by(said.rest, facts.learned, world)
        if named.regions:
            facts = replace(facts, post=replace(post, regions=named.regions, place=named.place))
        line = texts.text("stewards.released", who=who, number=post.number)
        return merge(_was_meant(sort, said, facts, world, now), _tell_stewards(world, line))
    if said.word == "release" and post.state is PostState.UNSIGNED and sort.registers:
        return _tell_stewards(world, texts.text("stewards.not_released", number=post.number))
    if said.word == "release" and post.state is PostState.UNSIGNED:
        told = _tell_stewards(world, texts.text("stewards.released", who=who, number=post.number))
        return merge(admit(sort, post, facts, world, now), told)
    if said.word != "send" or post.state not in WAITING:
        return _tell_stewards(world, texts.text("stewards.not_waiting", number=post.number))
    found = where.meant_by(said.rest, facts.learned, world)
    regions = found.regions or post.regions
    if (sort.needs_place and not regions) or found.unknown:
        return _tell_stewards(world, _say_place(post, found, world))
    # A steward can send on what waits, but never the details that hold it back.
    moved = move_on(sort, post, facts, world, now, regions=found.regions, place=found.place, strike=True)
    struck = any(isinstance(record, Post) and record.text != post.text for record in moved.save)
    key = "stewards.sent_struck" if struck else "stewards.sent"
    where_to = tip_places(regions, world) if sort.library else region_names(world, regions)
    line = texts.text(key, who=who, number=post.number, region=where_to)
    key = "answer.sent_by_stewards_struck" if struck else "answer.sent_by_stewards"
    return merge(_on_its_way(sort, post, moved, regions, key, world), _tell_stewards(world, line))


def _say_place(post: Post, found: Named, world: World) -> str:
    """Only its author can say that a place of the gazetteer is meant; a steward names the region."""
    if found.candidates:
        meant = found.candidates[0]
        return texts.text(
            "places.steward_near",
            number=post.number,
            place=where.near_region(meant.place, meant.region, world.tree),
            tag=meant.region,
        )
    examples = texts.listed(tuple(f"`{tag}`" for tag in world.example_tags()))
    return texts.text("stewards.say_place", number=post.number, examples=examples)


def _tell(post: Post, key: str, **values: str) -> Decision:
    return Decision(effects=(privately(post.author, "answer", texts.text(key, **values)),))


def _tell_stewards(world: World, line: str) -> Decision:
    return Decision(effects=(to_stewards(world, "line", line),))
