"""A warning's picture: relays say that there was one; with its author's word, in private, it follows them.

    of the picture  | what happens                      | becomes
    ----------------+-----------------------------------+-------------------------------------------------
    (none)          | the warning goes out              | asked: its author is, where it stands in rooms
    asked           | `picture` (its author)            | on its way: it is made anew, outside of all rooms
                    | `picture private` (its author)    | offered: trusted responders are told of it
    offered         | `picture` (one of them)           | the same: made anew, and shown to them alone
                    | `picture` (its author)            | on its way
    on its way      | made                              | (none): shown in answer to each relay
                    | refused, for now                  | as before: its author is told, and may say it again
                    | refused, for good                 | (none): its author is told
    any             | the warning is edited, withdrawn  | (none): all that stands is taken back, and what
                    |   or ends                         |   goes out after that is asked about anew

No answer means no. What opens the picture stands with the post until it is not needed any more; what opens
the new one only in what waits to be said. What is for responders is in features/showing.py.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from swsmatrix import texts
from swsmatrix.features import danger, relays, showing
from swsmatrix.features.common import privately, take_back, when
from swsmatrix.features.feature import Feature, Reader, merge
from swsmatrix.features.post import Facts, facts_of
from swsmatrix.features.supporter import is_responder
from swsmatrix.features.where import called
from swsmatrix.model import (
    NOTHING,
    Decision,
    Effect,
    EffectDone,
    EffectFailed,
    Event,
    Noted,
    Post,
    PostState,
    Sent,
    Supporter,
    ToNew,
    ToRoom,
)
from swsmatrix.protocol import EventId, MessagePosted, Millis, Picture, RemakePicture, SendPicture, UserId
from swsmatrix.routing import Input, Kind, Said
from swsmatrix.world import World

NAME = "picturing"
WORD = "picture"
PRIVATE = "picture private"
QUESTION = "picture asked"
REMAKE = "remake picture"
# Its own lane: one picture at a time, and nothing else waits for it.
STUDIO = ToNew("picture")

_LARGE = ("PICTURE_TOO_LARGE", "M_TOO_LARGE", "HTTP_413")
_AWAY = ("PICTURE_AWAY",)


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """``posts``: those that could be meant. ``facts``: of the one post, if it is one.

    ``responder``: who asks for it, or was to be shown it. ``supporters``: all there are.
    """

    posts: tuple[Post, ...] = ()
    facts: Facts | None = None
    responder: Supporter | None = None
    supporters: tuple[Supporter, ...] = ()


async def load(asked: Input, reader: Reader, world: World) -> Found | None:
    event, said = asked.event, asked.said
    match event:
        case Noted(feature=danger.SORT.name, name="up"):
            post = await reader.records.post(danger.SORT.name, EventId(event.subject))
        case EffectDone(feature=feature) | EffectFailed(feature=feature) if feature == NAME:
            kept, _, message = event.subject.partition(" ")
            post = await reader.records.post(kept, EventId(message))
        case MessagePosted() if said and said.word in (WORD, PRIVATE) and asked.place.kind is Kind.DIRECT:
            return await _asked(event, said, reader, world)
        case _:
            return None
    if post is None or not _open(post):
        return None
    facts = await facts_of(post, reader, world)
    return Found(facts=facts, responder=await _for_whom(event, post, reader))


async def _asked(event: MessagePosted, said: Said, reader: Reader, world: World) -> Found:
    """A word about one's own warning; else, of a responder, about one that they were told of."""
    posts, responder = await _own(event, said.number, reader), None
    if not posts and said.word == WORD:
        posts = await showing.asked_for(event, said.number, reader)
        responder = await reader.people.supporter(event.sender) if posts else None
    return Found(
        posts=posts,
        facts=await facts_of(posts[0], reader, world) if len(posts) == 1 else None,
        responder=responder,
        supporters=await reader.people.supporters(),
    )


async def _for_whom(event: Event, post: Post, reader: Reader) -> Supporter | None:
    """The responder for whom it was made anew, if they still are one."""
    slot = event.slot if isinstance(event, EffectDone | EffectFailed) else ""
    user = UserId(slot.removeprefix(_remake(post) + " "))
    supporter = await reader.people.supporter(user) if user != slot else None
    return supporter if supporter and is_responder(supporter, supporter.identity) else None


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
    event, facts, responder = asked.event, found.facts, found.responder
    if isinstance(event, MessagePosted):
        assert asked.said
        return _answered(event.sender, asked.said.word, found, world)
    assert facts
    assert facts.post
    mine, theirs = _remake(facts.post), _remake(facts.post, responder.user if responder else None)
    match event:
        case Noted():
            return _ask(facts.post, facts, world)
        case EffectDone(slot=slot, result=result) if slot == theirs and responder:
            return Decision(effects=showing.show(responder, Picture.from_json(result), facts))
        case EffectDone(slot=slot, result=result) if slot == mine:
            return _show(facts.post, Picture.from_json(result), facts, world)
        case EffectFailed(slot=slot) if slot == theirs and responder:
            return _say(responder.user, texts.text("picture.not_there"), facts.post.subject)
        case EffectFailed(slot=slot, reason=reason) if slot == mine:
            return _failed(facts.post, reason, facts)
    return NOTHING


def _remake(post: Post, user: UserId | None = None) -> str:
    """What is asked for is for this going out: whatever it is next, its author is asked again."""
    slot = f"{REMAKE} {post.up_at}"
    return f"{slot} {user}" if user else slot


def _ask(post: Post, facts: Facts, world: World) -> Decision:
    """Once it is out. Where it stands only where it was written, everybody there has seen its picture."""
    if not relays.rooms_of(post, facts, world)[0]:
        return NOTHING
    question = texts.text("picture.ask", region=called(post, world), word=WORD)
    return Decision(effects=(privately(post.author, QUESTION, question, subject=post.subject),))


def _answered(user: UserId, word: str, found: Found, world: World) -> Decision:
    facts = found.facts
    if not facts or not facts.post or not facts.post.picture:
        return _which(user, word, found.posts, world)
    if found.responder:
        if showing.is_shown(user, facts):
            return _say(user, texts.text("picture.above"))
        return _make(facts.post.picture, _remake(facts.post, user), facts, user)
    thanks = texts.text("picture.thanks", region=called(facts.post, world))
    if word == WORD:
        return _make(facts.post.picture, _remake(facts.post), facts, user, thanks)
    return _offer(facts.post, facts, found.supporters, world)


def _make(picture: Picture, slot: str, facts: Facts, user: UserId, thanks: str = "") -> Decision:
    """``thanks``: said when it is on its way; who asked for it sees it soon enough."""
    assert facts.post
    if any(one.slot == slot for one in facts.standing):
        return _say(user, texts.text("picture.under_way"))
    remake = Effect(
        slot=slot,
        target=STUDIO,
        action=RemakePicture(picture),
        subject=facts.post.subject,
        lasting=True,
        report=True,
    )
    if not thanks:
        return Decision(effects=(remake,))
    return merge(Decision(effects=(*take_back(_questions(facts)), remake)), _say(user, thanks))


def _offer(post: Post, facts: Facts, supporters: tuple[Supporter, ...], world: World) -> Decision:
    """To responders: not again, if they were told."""
    if showing.offered(facts):
        return _say(post.author, texts.text("picture.thanks_private", word=WORD))
    told = showing.offers(post, supporters, WORD, world)
    if not told:
        return _say(post.author, texts.text("picture.nobody", region=called(post, world), word=WORD))
    thanks = _say(post.author, texts.text("picture.thanks_private", word=WORD))
    return merge(Decision(effects=(*take_back(_questions(facts)), *told)), thanks)


def _questions(facts: Facts) -> tuple[Sent, ...]:
    return tuple(one for one in facts.standing if one.slot == QUESTION)


def _which(user: UserId, word: str, posts: tuple[Post, ...], world: World) -> Decision:
    if not posts:
        return _say(user, texts.text("picture.none"))
    lines = (
        f"#{post.number} · {called(post, world)} · {when(world, post.posted_at, post.regions)}"
        for post in posts
    )
    several = texts.text("picture.several", list="\n".join(lines), example=f"{word} {posts[0].number}")
    return _say(user, several)


def _show(post: Post, ours: Picture, facts: Facts, world: World) -> Decision:
    """In each room where it stands, in answer to it. Who could have asked for it sees it there."""
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
    offers = take_back(showing.offered(facts))
    return Decision(save=(replace(post, picture=None),), effects=(*shown, *offers))


def _failed(post: Post, reason: str, facts: Facts) -> Decision:
    """Its warning stands all the same."""
    if reason in _AWAY:
        return _say(post.author, texts.text("picture.away", word=WORD), post.subject)
    key = "picture.too_large" if reason in _LARGE else "picture.unreadable"
    over = take_back((*_questions(facts), *showing.offered(facts)))
    forgotten = Decision(save=(replace(post, picture=None),), effects=over)
    return merge(forgotten, _say(post.author, texts.text(key), post.subject))


def _say(author: UserId, text: str, subject: str = "") -> Decision:
    return Decision(effects=(privately(author, "picture answer", text, subject=subject),))


FEATURE = Feature(NAME, load, decide, direct=(WORD, PRIVATE))
