"""A warning's picture: relays say that there was one; with its author's word, in private, it follows them.

    of the picture  | what happens                      | becomes
    ----------------+-----------------------------------+-------------------------------------------------
    (none)          | the warning goes out              | asked: its author is, where it stands in rooms
    asked           | `picture` (its author)            | on its way: it is made anew, outside of all rooms
    on its way      | made                              | (none): shown in answer to each relay
                    | refused, for now                  | asked: its author is told, and may say it again
                    | refused, for good                 | (none): its author is told
    any             | the warning is edited, withdrawn  | (none): all that stands is taken back, and what
                    |   or ends                         |   goes out after that is asked about anew

No answer means no. What opens the picture stands with the post until it is not needed any more; what opens
the new one only in what waits to be said.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from swsmatrix import texts
from swsmatrix.features import danger, relays
from swsmatrix.features.common import privately, take_back, when
from swsmatrix.features.feature import Feature, Reader, merge
from swsmatrix.features.post import Facts, facts_of
from swsmatrix.features.where import called
from swsmatrix.model import (
    NOTHING,
    Decision,
    Effect,
    EffectDone,
    EffectFailed,
    Noted,
    Post,
    PostState,
    Sent,
    ToNew,
    ToRoom,
)
from swsmatrix.protocol import EventId, MessagePosted, Millis, Picture, RemakePicture, SendPicture, UserId
from swsmatrix.routing import Input, Kind
from swsmatrix.world import World

NAME = "picturing"
WORD = "picture"
QUESTION = "picture asked"
REMAKE = "remake picture"
# Its own lane: one picture at a time, and nothing else waits for it.
STUDIO = ToNew("picture")

_LARGE = ("PICTURE_TOO_LARGE", "M_TOO_LARGE", "HTTP_413")
_AWAY = ("PICTURE_AWAY",)


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """``posts``: those of the author that could be meant. ``facts``: of the one post, if it is one."""

    posts: tuple[Post, ...] = ()
    facts: Facts | None = None


async def load(asked: Input, reader: Reader, world: World) -> Found | None:
    event, said = asked.event, asked.said
    match event:
        case Noted(feature=danger.SORT.name, name="up"):
            post = await reader.records.post(danger.SORT.name, EventId(event.subject))
        case EffectDone(feature=feature) | EffectFailed(feature=feature) if feature == NAME:
            kept, _, message = event.subject.partition(" ")
            post = await reader.records.post(kept, EventId(message))
        case MessagePosted() if said and said.word == WORD and asked.place.kind is Kind.DIRECT:
            own = await _own(event, said.number, reader)
            return Found(posts=own, facts=await facts_of(own[0], reader, world) if len(own) == 1 else None)
        case _:
            return None
    return Found(facts=await facts_of(post, reader, world)) if post and _open(post) else None


def _open(post: Post) -> bool:
    return post.state is PostState.UP and post.picture is not None


async def _own(event: MessagePosted, number: int | None, reader: Reader) -> tuple[Post, ...]:
    """The author's warnings with a picture to pass on; a number, or what they answer to, names one."""
    sent = await reader.queue.sent_as(event.reply_to) if event.reply_to and number is None else None
    return tuple(
        post
        for post in await reader.records.posts_of(danger.SORT.name, event.sender)
        if _open(post) and number in (None, post.number) and (sent is None or sent.subject == post.subject)
    )


def decide(asked: Input, found: Found, world: World, _now: Millis) -> Decision:
    event, facts = asked.event, found.facts
    if isinstance(event, MessagePosted):
        return _answered(event.sender, found, world)
    assert facts
    assert facts.post
    match event:
        case Noted():
            return _ask(facts.post, facts, world)
        case EffectDone(slot=slot, result=result) if slot == _remake(facts.post):
            return _show(facts.post, Picture.from_json(result), facts, world)
        case EffectFailed(slot=slot, reason=reason) if slot == _remake(facts.post):
            return _failed(facts.post, reason, facts)
    return NOTHING


def _remake(post: Post) -> str:
    """What is asked for is for this going out: whatever it is next, its author is asked again."""
    return f"{REMAKE} {post.up_at}"


def _ask(post: Post, facts: Facts, world: World) -> Decision:
    """Once it is out. Where it stands only where it was written, everybody there has seen its picture."""
    if not relays.rooms_of(post, facts, world)[0]:
        return NOTHING
    question = texts.text("picture.ask", region=called(post, world), word=WORD)
    return Decision(effects=(privately(post.author, QUESTION, question, subject=post.subject),))


def _answered(author: UserId, found: Found, world: World) -> Decision:
    facts = found.facts
    if not facts or not facts.post or not facts.post.picture:
        return _which(author, found.posts, world)
    post, picture = facts.post, facts.post.picture
    if any(one.slot == _remake(post) for one in facts.standing):
        return _say(author, texts.text("picture.under_way"))
    remake = Effect(
        slot=_remake(post),
        target=STUDIO,
        action=RemakePicture(picture),
        subject=post.subject,
        lasting=True,
        report=True,
    )
    taken = Decision(effects=(*take_back(_questions(facts)), remake))
    return merge(taken, _say(author, texts.text("picture.thanks", region=called(post, world))))


def _questions(facts: Facts) -> tuple[Sent, ...]:
    return tuple(one for one in facts.standing if one.slot == QUESTION)


def _which(author: UserId, posts: tuple[Post, ...], world: World) -> Decision:
    if not posts:
        return _say(author, texts.text("picture.none"))
    lines = (
        f"#{post.number} · {called(post, world)} · {when(world, post.posted_at, post.regions)}"
        for post in posts
    )
    several = texts.text("picture.several", list="\n".join(lines), example=f"{WORD} {posts[0].number}")
    return _say(author, several)


def _show(post: Post, ours: Picture, facts: Facts, world: World) -> Decision:
    """In each room where it stands, in answer to it."""
    standing = {one.target: one for one in facts.standing if one.slot.startswith("relay ")}
    rooms = (ToRoom(name) for name in relays.rooms_of(post, facts, world)[0])
    shown = tuple(
        Effect(
            slot=f"picture {room.room}",
            target=room,
            action=SendPicture(ours, standing[room].event),
            subject=post.subject,
            lasting=True,
        )
        for room in rooms
        if room in standing
    )
    return Decision(save=(replace(post, picture=None),), effects=shown)


def _failed(post: Post, reason: str, facts: Facts) -> Decision:
    """Its warning stands all the same."""
    if reason in _AWAY:
        return _say(post.author, texts.text("picture.away", word=WORD), post.subject)
    key = "picture.too_large" if reason in _LARGE else "picture.unreadable"
    forgotten = Decision(save=(replace(post, picture=None),), effects=take_back(_questions(facts)))
    return merge(forgotten, _say(post.author, texts.text(key), post.subject))


def _say(author: UserId, text: str, subject: str = "") -> Decision:
    return Decision(effects=(privately(author, "picture answer", text, subject=subject),))


FEATURE = Feature(NAME, load, decide, direct=(WORD,))
