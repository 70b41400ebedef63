"""The stewards' room: `show 3`, `done 3`, `waiting`, `warnings`. What one does, all of them see."""

from __future__ import annotations

from dataclasses import dataclass

from swsmatrix import texts
from swsmatrix.features import asking, danger
from swsmatrix.features.case import KINDS
from swsmatrix.features.common import (
    local_name,
    privately,
    reasons,
    region_names,
    room_called,
    to_stewards,
    when,
)
from swsmatrix.features.ending import end
from swsmatrix.features.feature import Feature, Reader, merge
from swsmatrix.features.post import HEARD, Facts, facts_of, sort_of
from swsmatrix.features.where import called
from swsmatrix.model import (
    Case,
    CaseState,
    Decision,
    Pin,
    Post,
    PostState,
    RoomNote,
    Supporter,
    SupporterState,
)
from swsmatrix.openness import frozen, open_to_all
from swsmatrix.protocol import MessagePosted, Millis
from swsmatrix.routing import Input, Kind
from swsmatrix.world import World

WARNINGS = "warnings"
WORDS = ("show", "done", "waiting", WARNINGS)
LINES = 20
# Nothing is to be done about these.
_UNDER_WAY = (CaseState.TOGETHER, CaseState.WORKING, CaseState.DONE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """``supporter``: the number is that of somebody who wants to be one. The rest is for `waiting`
    and `warnings`.
    """

    post: Post | None = None
    facts: Facts | None = None
    supporter: bool = False
    posts: tuple[Post, ...] = ()
    cases: tuple[Case, ...] = ()
    supporters: tuple[Supporter, ...] = ()
    pins: tuple[Pin, ...] = ()
    rooms: tuple[RoomNote, ...] = ()


async def load(asked: Input, reader: Reader, world: World) -> Found | None:
    said = asked.said
    if said is None or said.word not in WORDS or asked.place.kind is not Kind.STEWARDS:
        return None
    records = reader.records
    if said.word == WARNINGS:
        return Found(posts=await records.open_posts())
    if said.word == "waiting":
        return Found(
            posts=await records.open_posts(),
            cases=await reader.people.cases(),
            supporters=await reader.people.supporters(),
            pins=await reader.people.pins(),
            rooms=await _regional(reader, world),
        )
    post = await records.post_numbered(said.number) if said.number else None
    supporter = await reader.people.supporter_numbered(said.number) if said.number else None
    if supporter and said.word == "show":
        return None  # features/supporters.py shows who it is
    if post is None and said.number and said.word == "show" and await reader.tips.numbered(said.number):
        return None  # features/curating.py shows what the library has
    if post is None:
        return Found(supporter=supporter is not None)
    facts = await facts_of(post, reader, world)
    return Found(post=post, facts=facts, supporter=supporter is not None)


async def _regional(reader: Reader, world: World) -> tuple[RoomNote, ...]:
    rooms = dict.fromkeys(world.names.values())
    notes = [await reader.records.room(room) for room in rooms if world.region_in(room)]
    return tuple(note for note in notes if note)


def decide(asked: Input, found: Found, world: World, _now: Millis) -> Decision:
    said, event = asked.said, asked.event
    assert said
    assert isinstance(event, MessagePosted)
    if said.word == "waiting":
        return _say(world, _waiting(found, world))
    if said.word == WARNINGS:
        return _say(world, _up(found.posts, world))
    if found.supporter:
        return _say(world, texts.text("stewards.not_done", number=said.number))
    if found.post is None or found.facts is None:
        return _say(world, texts.text("stewards.no_such", number=said.number or "?"))
    post = found.post
    if said.word == "show":
        return _show(post, event, world)
    if sort_of(post, world).relayed:
        # Closing would take a warning down in silence; that is for its author, or a redaction.
        return _say(world, texts.text("stewards.not_closable", number=post.number))
    if _is_tip(post, world):
        return _say(world, texts.text("tips.not_closable", number=post.number))
    who = local_name(event.sender)
    closed = _say(world, texts.text("stewards.closed", who=who, number=post.number))
    # That it was heard stays true.
    heard = tuple(one for one in found.facts.standing if one.slot == HEARD)
    others = tuple(one for one in found.facts.standing if one.slot != HEARD)
    ended = end(post, Facts(post=post, standing=others))
    return merge(ended, Decision(drop=heard), closed)


def _show(post: Post, event: MessagePosted, world: World) -> Decision:
    if post.quiet and not _is_tip(post, world):
        return _say(world, texts.text("stewards.quiet", number=post.number))
    if not post.text:
        return _say(world, texts.text("stewards.no_words", number=post.number))
    if post.state is PostState.TRUSTED or sort_of(post, world).private:
        return _say(world, texts.text("stewards.trusted", number=post.number))
    shown = texts.text(
        "stewards.shown",
        number=post.number,
        tag=f"#{post.tag.value}",
        region=region_names(world, post.regions),
        when=when(world, post.posted_at, post.regions) + asking.caution(post),
        words=post.text,
    )
    # Kept by subject: when its author deletes it, it goes from the steward's chat too.
    private = privately(
        event.sender,
        f"shown {event.sender}",
        shown,
        subject=post.subject,
        markdown=False,
        identity=event.identity,
    )
    return merge(Decision(effects=(private,)), _say(world, texts.text("stewards.shown_here")))


def _is_tip(post: Post, world: World) -> bool:
    """Among the tips, where everybody can read it."""
    return sort_of(post, world).library and post.state is PostState.UP


def _is_public(post: Post, world: World) -> bool:
    """Where members read it once it is up: nothing is to be done about it then."""
    sort = sort_of(post, world)
    return sort.relayed or sort.library


def _waiting(found: Found, world: World) -> str:
    """One line for each that somebody could do something about, by number."""
    by_event = {post.event: post for post in found.posts}
    lines: dict[int, str] = {}
    for case in found.cases:
        if not KINDS[case.feature].again:
            continue  # that is between its author and who asks
        if (post := by_event.pop(case.event, None)) and case.state not in _UNDER_WAY:
            lines[case.number] = _line(post, f"state.{case.state.value}", world)
    for supporter in found.supporters:
        by_event.pop(supporter.event, None)
        if supporter.state is SupporterState.WAITING:
            line = texts.text("stewards.waiting_supporter", number=supporter.number)
            lines[supporter.number] = line
    for pin in found.pins:
        if pin.number:
            lines[pin.number] = texts.text("stewarding.waiting", number=pin.number)
    for post in by_event.values():
        if post.state is not PostState.UP or not _is_public(post, world):
            down = post.state is PostState.WITHDRAWN
            lines[post.number] = _line(
                post, "withdraw.waiting" if down else f"state.{post.state.value}", world
            )
    shown = [*_frozen(found.rooms, world), *(lines[number] for number in sorted(lines)[-LINES:])]
    return "\n\n".join(shown) or texts.text("stewards.waiting_none")


def _up(posts: tuple[Post, ...], world: World) -> str:
    """The newest warnings that are up: who is to take one down, or mute its author, needs its number."""
    up = [post for post in posts if post.feature == danger.SORT.name and post.state is PostState.UP]
    lines = [
        texts.text(
            "stewards.warnings_line",
            number=post.number,
            region=called(post, world),
            when=when(world, post.posted_at, post.regions),
        )
        for post in up[-LINES:]
    ]
    more = (texts.text("status.older", count=len(up) - LINES),) if len(up) > LINES else ()
    if not lines:
        return texts.text("stewards.warnings_none")
    return "\n\n".join((texts.text("stewards.warnings"), *lines, *more))


def _frozen(rooms: tuple[RoomNote, ...], world: World) -> list[str]:
    lines = []
    for note in rooms:
        region, why = world.region_in(note.room), frozen(note)
        if region and why and not open_to_all(note):
            where = room_called(world, world.tree.get(region).room or "")
            line = texts.text("stewards.waiting_frozen", where=where, why=reasons(why), tag=f"#{region}")
            lines.append(line)
    return lines


def _line(post: Post, state: str, world: World) -> str:
    words = dict.fromkeys(("state.trusted", state) if post.state is PostState.TRUSTED else (state,))
    return texts.text(
        "stewards.waiting_line",
        number=post.number,
        tag=f"#{post.tag.value}",
        region=region_names(world, post.regions),
        when=when(world, post.posted_at, post.regions) + asking.caution(post),
        state=", ".join(texts.text(word, number=post.number) for word in words),
    )


def _say(world: World, line: str) -> Decision:
    return Decision(effects=(to_stewards(world, "stewards", line),))


FEATURE = Feature("stewards", load, decide, stewards=WORDS)
