"""Stewards take a warning down (`withdraw 3 why`), or a tip out (`remove 3`, with a reason or without);
another puts it up again within a day (`restore 3`).

    state      | what happens                           | becomes
    -----------+----------------------------------------+------------------------------------------
    UP         | `withdraw`, with a reason; `remove`    | WITHDRAWN: relays taken back, all are told
    WITHDRAWN  | `restore` by another steward           | what it would be were it heard now
               | edited (features/editing.py)           | WITHDRAWN: other words, the stewards learn
               | a day later; or it would have expired  | ends

The reason is said, to its author and to the stewards, and kept nowhere. Who withdrew it is a code.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from swsmatrix import texts
from swsmatrix.features.admitting import admit
from swsmatrix.features.common import local_name, privately, region_names, take_back, to_stewards, when
from swsmatrix.features.ending import end, ended
from swsmatrix.features.feature import Feature, Reader, merge
from swsmatrix.features.post import Facts, Sort, facts_of, sort_of
from swsmatrix.model import NOTHING, Decision, Effect, Post, PostState, SetTimer, TimerFired, ToRoom
from swsmatrix.protocol import DAY, EventId, MessagePosted, Millis, Say, UserId
from swsmatrix.routing import Input, Kind
from swsmatrix.world import World

NAME = "withdrawing"
WITHDRAW, REMOVE, RESTORE = WORDS = ("withdraw", "remove", "restore")
_WHICH = {WITHDRAW: "withdraw.which", REMOVE: "removed.which", RESTORE: "withdraw.which_restore"}
OVER = "over"
WITHIN = DAY
LONGEST_REASON = 500
_QUOTES = "`'\"“” "
# Clients make something to press of accounts and rooms that are named: with a joiner these are only letters.
_PLAIN = str.maketrans({"@": "@\u2060", "#": "#\u2060"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """``facts``: of the post that is meant, if there is one. ``steward``: the code of who writes."""

    facts: Facts | None = None
    steward: str = ""


async def load(asked: Input, reader: Reader, world: World) -> Found | None:
    event, said, post = asked.event, asked.said, None
    if isinstance(event, TimerFired):
        if event.feature != NAME:
            return None
        feature, _, message = event.subject.partition(" ")
        post = await reader.records.post(feature, EventId(message))
        return Found(facts=await facts_of(post, reader, world)) if post else None
    if said is None or said.word not in WORDS or asked.place.kind is not Kind.STEWARDS:
        return None
    assert isinstance(event, MessagePosted)
    post = await reader.records.post_numbered(said.number) if said.number else None
    if post is None and said.number and await reader.tips.numbered(said.number):
        return None  # an entry of the library: features/curating.py
    steward = reader.people.code(event.sender)
    return Found(facts=await facts_of(post, reader, world) if post else None, steward=steward)


def decide(asked: Input, found: Found, world: World, now: Millis) -> Decision:
    event, said, facts = asked.event, asked.said, found.facts
    post = facts.post if facts else None
    if isinstance(event, TimerFired):
        assert post
        assert facts
        return end(post, facts) if post.state is PostState.WITHDRAWN else NOTHING
    assert said
    assert isinstance(event, MessagePosted)
    if post is None or facts is None:
        if said.number is None:
            return _say(world, texts.text(_WHICH[said.word]))
        return _say(world, texts.text("stewards.no_such", number=said.number))
    sort = sort_of(post, world)
    if said.word == RESTORE and (sort.relayed or sort.library):
        return _restore(sort, event.sender, post, found, world, now)
    if not (sort.library if said.word == REMOVE else sort.relayed and said.word == WITHDRAW):
        key = "removed.no_tip" if said.word == REMOVE else "withdraw.no_warning"
        return _say(world, texts.text(key, number=post.number))
    return _withdraw(sort, event, post, found, world, now)


def _withdraw(
    sort: Sort, event: MessagePosted, post: Post, found: Found, world: World, now: Millis
) -> Decision:
    reason = reason_in(event.text)
    if post.state is not PostState.UP:
        key = "withdraw.is_down" if post.state is PostState.WITHDRAWN else "withdraw.not_up"
        return _say(world, texts.text(key, number=post.number))
    if not reason and sort.relayed:
        return _say(world, texts.text("withdraw.why", number=post.number))
    assert found.facts
    post = replace(post, state=PostState.WITHDRAWN, withdrawn_by=found.steward)
    over = SetTimer(feature=NAME, name=OVER, subject=post.subject, due=now + WITHIN)
    region, written = region_names(world, post.regions), when(world, post.posted_at, post.regions)
    told = ("removed.author", "removed.done") if sort.library else ("withdraw.author", "withdraw.done")
    because = texts.text("removed.because", reason=reason) if reason else ""
    author = texts.text(told[0], region=region, when=written, reason=reason, because=because)
    line = texts.text(
        told[1],
        who=local_name(event.sender),
        number=post.number,
        region=region,
        when=written,
        because=because,
        reason=reason,
    )
    return Decision(
        save=(post,),
        effects=(
            *take_back(found.facts.came_of_it),
            privately(post.author, "withdrawn", author, markdown=False),
            Effect(slot="withdrawn, stewards", target=ToRoom(world.stewards), action=Say(line)),
        ),
        timers=(over,),
        tell=ended(post),
    )


def reason_in(text: str) -> str:
    """The reason as it was written: what follows the number, on one line. Empty: there is no word in it."""
    rest = re.split(r"\d+", text, maxsplit=1)[1:]
    words = " ".join("".join(rest).split()).lstrip(_QUOTES + ".,;:!?)–—-").rstrip(_QUOTES)
    if not any(letter.isalnum() for letter in words):
        return ""
    return words[:LONGEST_REASON].translate(_PLAIN)


def _restore(sort: Sort, steward: UserId, post: Post, found: Found, world: World, now: Millis) -> Decision:
    if post.state is not PostState.WITHDRAWN:
        return _say(world, texts.text("withdraw.not_down", number=post.number))
    if post.withdrawn_by == found.steward:
        return _say(world, texts.text("withdraw.own", number=post.number))
    assert found.facts
    anew = replace(post, withdrawn_by="")
    admitted = admit(sort, anew, found.facts, world, now, updated=post.updated)
    up = any(isinstance(record, Post) and record.state is PostState.UP for record in admitted.save)
    key = "withdraw.restored" if up else "withdraw.restored_waits"
    line = texts.text(key, who=local_name(steward), number=post.number)
    said = _say(world, line)
    if not up:
        return merge(admitted, said)  # its author is asked about it
    key = "removed.again" if sort.library else "withdraw.up_again"
    told = privately(post.author, "restored", texts.text(key), subject=post.subject)
    return merge(admitted, said, Decision(effects=(told,)))


def _say(world: World, line: str) -> Decision:
    return Decision(effects=(to_stewards(world, NAME, line),))


FEATURE = Feature(NAME, load, decide, stewards=WORDS)
