"""A warning's picture: relays say that there was one; with its author's word, in private, it follows them.

    of the picture  | what happens                      | becomes
    ----------------+-----------------------------------+-------------------------------------------------
    (none)          | the warning stands in a room      | asked: its author is
    asked           | `picture` (its author)            | agreed: it is made anew, outside of all rooms
                    | `picture private` (its author)    | offered: trusted responders are told of it
    offered         | `picture` (one of them)           | the same: made anew, and shown to them alone
                    | `picture` (its author)            | agreed
    agreed          | made                              | agreed: shown in answer to each relay
                    | a relay stands later, or its room | agreed: made anew for that, too
                    |   gets warnings again             |
                    | refused, for now                  | as before: its author is told, and may say it again
                    | refused, for good                 | (none): its author is told
    any             | the warning is edited, withdrawn  | (none): all that stands is taken back, and what
                    |   or ends                         |   goes out after that is asked about anew

No answer means no. What opens the picture stands with the post; once it is shown, what opens the new one.
Where it goes in the rooms is in features/following.py, what is for responders in features/showing.py.
"""

from __future__ import annotations

from dataclasses import dataclass

from swsmatrix import texts
from swsmatrix.features import danger, following, showing, vetting
from swsmatrix.features.common import privately, remake, take_back, when
from swsmatrix.features.feature import Feature, Reader, merge
from swsmatrix.features.following import WORD
from swsmatrix.features.post import Facts, facts_of
from swsmatrix.features.supporter import is_responder
from swsmatrix.features.where import called
from swsmatrix.model import (
    NOTHING,
    Decision,
    EffectDone,
    EffectFailed,
    Event,
    Noted,
    Post,
    PostState,
    Supporter,
)
from swsmatrix.protocol import EventId, MessagePosted, Millis, Picture, UserId
from swsmatrix.routing import Input, Kind, Said
from swsmatrix.world import World

NAME = "picturing"
PRIVATE = f"{WORD} private"

_LARGE = ("PICTURE_TOO_LARGE", "M_TOO_LARGE", "HTTP_413")
_AWAY = ("PICTURE_AWAY",)


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """``meant``: those that could be meant, or that it is about.

    ``responder``: who asks for it, or was to be shown it. ``supporters``: all who may be asked.
    """

    meant: tuple[Facts, ...] = ()
    responder: Supporter | None = None
    supporters: tuple[Supporter, ...] = ()


async def load(asked: Input, reader: Reader, world: World) -> Found | None:
    event, said = asked.event, asked.said
    match event:
        case EffectDone(slot=slot) if following.is_relay(slot):
            posts = await _about(event.subject, reader)
        case EffectDone(feature=feature) | EffectFailed(feature=feature) if feature == NAME:
            posts = await _about(event.subject, reader)
        case Noted(name="relays" | "thawed"):
            posts = tuple(post for post in await reader.records.open_posts() if _open(post))
        case MessagePosted() if said and said.word in (WORD, PRIVATE) and asked.place.kind is Kind.DIRECT:
            return await _asked(event, said, reader, world)
        case _:
            return None
    if not posts:
        return None
    return Found(
        meant=await _facts(posts, reader, world),
        responder=await _for_whom(event, posts[0], reader),
    )


async def _about(subject: str, reader: Reader) -> tuple[Post, ...]:
    feature, _, message = subject.partition(" ")
    post = await reader.records.post(feature, EventId(message))
    return (post,) if post and _open(post) else ()


async def _facts(posts: tuple[Post, ...], reader: Reader, world: World) -> tuple[Facts, ...]:
    return tuple([await facts_of(post, reader, world) for post in posts])


def _open(post: Post) -> bool:
    return post.state is PostState.UP and post.picture is not None


async def _asked(event: MessagePosted, said: Said, reader: Reader, world: World) -> Found:
    """A word about one's own warning; else, of a responder, about one that they were told of."""
    meant = await _own(event, said.number, reader, world)
    if meant or said.word == PRIVATE:
        every = await reader.people.supporters()
        muted = await vetting.muted(every, reader)
        return Found(meant=meant, supporters=tuple(one for one in every if one.user not in muted))
    meant = await _facts(await showing.asked_for(event, said.number, reader), reader, world)
    return Found(meant=meant, responder=await reader.people.supporter(event.sender) if meant else None)


async def _own(event: MessagePosted, number: int | None, reader: Reader, world: World) -> tuple[Facts, ...]:
    """The author's warnings that are out, with a picture; if there are any, those that wait for a word.

    A number, or what they answer to, names one.
    """
    sent = await reader.queue.sent_as(event.reply_to) if event.reply_to and number is None else None
    posts = tuple(
        post
        for post in await reader.records.posts_of(danger.SORT.name, event.sender)
        if _open(post) and number in (None, post.number) and (sent is None or sent.subject == post.subject)
    )
    found = await _facts(posts, reader, world)
    out = tuple(one for one in found if one.post and following.is_out(one.post, one, world))
    return tuple(one for one in out if one.post and not following.agreed(one.post, one)) or out


async def _for_whom(event: Event, post: Post, reader: Reader) -> Supporter | None:
    """The responder for whom it was made anew, if they still are one."""
    slot = event.slot if isinstance(event, EffectDone | EffectFailed) else ""
    user = UserId(slot.removeprefix(_for_one(post, "")))
    supporter = await reader.people.supporter(user) if user != slot else None
    return supporter if supporter and is_responder(supporter, supporter.identity) else None


def _for_one(post: Post, user: str) -> str:
    return f"{following.remaking(post)} {user}"


def decide(asked: Input, found: Found, world: World, _now: Millis) -> Decision:
    event = asked.event
    if isinstance(event, MessagePosted):
        assert asked.said
        return _answered(event.sender, asked.said.word, found, world)
    return merge(*(_happened(event, facts, found.responder, world) for facts in found.meant))


def _happened(event: Event, facts: Facts, responder: Supporter | None, world: World) -> Decision:
    post = facts.post
    assert post
    match event:
        case Noted():
            return following.stood(post, facts, world)
        case EffectDone(slot=slot) if following.is_relay(slot):
            return following.stood(post, facts, world)
        case EffectDone(slot=slot, result=result) if responder and slot == _for_one(post, responder.user):
            return Decision(effects=showing.show(responder, Picture.from_json(result), facts))
        case EffectFailed(slot=slot) if responder and slot == _for_one(post, responder.user):
            return _say(responder.user, texts.text("picture.not_there"), post.subject)
        case EffectDone(slot=slot, result=result) if slot == following.remaking(post):
            return following.show(post, Picture.from_json(result), facts, world)
        case EffectFailed(slot=slot, reason=reason) if slot == following.remaking(post):
            return _failed(post, reason, facts)
    return NOTHING


def _answered(user: UserId, word: str, found: Found, world: World) -> Decision:
    facts, *others = found.meant or (None,)
    if facts is None or facts.post is None or others:
        return _which(user, word, found.meant, world)
    post = facts.post
    if found.responder:
        return _to_one(post, facts, user)
    if word == WORD:
        agreed = following.agree(post, facts, world)
    elif following.agreed(post, facts):
        agreed = NOTHING
    else:
        return _offer(post, facts, found.supporters, world)
    return _say(user, texts.text("picture.in_rooms")) if agreed is NOTHING else agreed


def _to_one(post: Post, facts: Facts, user: UserId) -> Decision:
    """Made anew for a responder, who sees it soon enough."""
    if showing.is_shown(user, facts):
        return _say(user, texts.text("picture.above"))
    slot = _for_one(post, user)
    if post.picture is None or any(one.slot == slot for one in facts.standing):
        return _say(user, texts.text("picture.under_way"))
    return Decision(effects=(remake(slot, post.picture, post.subject),))


def _offer(post: Post, facts: Facts, supporters: tuple[Supporter, ...], world: World) -> Decision:
    """To responders: not again, if they were told."""
    thanks = _say(post.author, texts.text("picture.thanks_private", word=WORD))
    if showing.offered(post, facts):
        return thanks
    told = showing.offers(post, supporters, WORD, world)
    if not told:
        return _say(post.author, texts.text("picture.nobody", region=called(post, world), word=WORD))
    return merge(Decision(effects=(*take_back(following.questions(post, facts)), *told)), thanks)


def _which(user: UserId, word: str, meant: tuple[Facts, ...], world: World) -> Decision:
    posts = [one.post for one in meant if one.post]
    if not posts:
        return _say(user, texts.text("picture.none"))
    lines = (
        f"#{post.number} · {called(post, world)} · {when(world, post.posted_at, post.regions)}"
        for post in posts
    )
    several = texts.text("picture.several", list="\n".join(lines), example=f"{word} {posts[0].number}")
    return _say(user, several)


def _failed(post: Post, reason: str, facts: Facts) -> Decision:
    """Its warning stands all the same."""
    again = reason in _AWAY
    key = "picture.away" if again else "picture.too_large" if reason in _LARGE else "picture.unreadable"
    told = _say(post.author, texts.text(key, word=WORD), post.subject)
    return merge(following.not_made(post, facts, again=again), told)


def _say(author: UserId, text: str, subject: str = "") -> Decision:
    return Decision(effects=(privately(author, "picture answer", text, subject=subject),))


FEATURE = Feature(NAME, load, decide, direct=(WORD, PRIVATE))
