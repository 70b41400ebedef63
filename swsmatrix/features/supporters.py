"""``#swssupporter``: who is there for others, and may be asked.

The tag is heard by features/posts.py; here is what follows. Where a supporter stands, and what moves them:

    state      | what happens                                          | becomes
    -----------+-------------------------------------------------------+------------------------------
    (none)     | the tag; vetting is `open`, nothing against them      | ACTIVE
               | the tag                                               | WAITING: the stewards learn
    WAITING    | steward's `approve`                                   | ACTIVE: that identity is theirs
    ACTIVE     | `pause`                                               | PAUSED
    PAUSED     | `resume`                                              | ACTIVE
    ACT./PAUS. | their identity is another one when asked or answering | SUSPENDED: the stewards learn
    ACT./PAUS. | the tag or `resume`, from another identity            | WAITING with that one
    SUSPENDED  | the tag or `resume`, from another identity            | WAITING with that one
               | the tag or `resume`, from the one that was accepted   | ACTIVE
    DECLINED   | steward's `approve`, if they have not withdrawn since | ACTIVE
    all others | steward's `decline`                                   | DECLINED
    ACT./PAUS. | steward's `responder`; `responder no` of any of them  | the same, trusted with more; or not
               | `leave`; their message is gone; they left all rooms   | forgotten
    any        | the tag again                                         | as above; its places and topics

A message from a device that is not signed (where that is allowed) changes no identity that is known.
The trust goes with the identity that has it: it does not count while SUSPENDED, and another one lacks it.
Who was declined stays so, whatever they write or delete: leaving and coming back is no way round it.
The words of a message are kept until a steward has decided; its row stays, so that deleting it is heard.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from swsmatrix import texts
from swsmatrix.features import vetting
from swsmatrix.features.common import privately, take_back, to_stewards
from swsmatrix.features.feature import Feature, Reader, merge
from swsmatrix.features.supporter import (
    ACTIVE,
    DECLINED,
    HEARD,
    PAUSED,
    SUSPENDED,
    WAITING,
    read,
    resumed,
    stands,
    understood,
    waits,
)
from swsmatrix.model import NOTHING, Decision, EffectFailed, Noted, Post, Sent, Supporter
from swsmatrix.protocol import IDENTITY_CHANGED, EventId, Left, MessagePosted, Millis, UserId
from swsmatrix.routing import Input, Kind
from swsmatrix.world import World

NAME = "supporters"
DIRECT_WORDS = ("pause", "resume", "leave", "responder")
STEWARDS_WORDS = ("approve", "decline", "responder")


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """``posts``: all that they wrote with the tag; ``standing``: what of it stands in rooms.

    ``barred``: something stood against them when they wanted to be forgotten.
    """

    supporter: Supporter | None = None
    posts: tuple[Post, ...] = ()
    standing: tuple[Sent, ...] = ()
    barred: bool = False

    def post(self, event: str) -> Post | None:
        return next((post for post in self.posts if post.event == event), None)


async def load(asked: Input, reader: Reader, _world: World) -> Found | None:
    event, records = asked.event, reader.records
    supporter = None
    match event:
        case Noted(name="up") if event.feature == HEARD:
            post = await records.post(HEARD, EventId(event.subject))
            return await _found(reader, post.author) if post else None
        case Noted(name="gone") if event.feature == HEARD:
            everybody = await reader.people.supporters()
            supporter = next((one for one in everybody if one.event == event.subject), None)
        case EffectFailed() if event.reason == IDENTITY_CHANGED:
            what, *_, user = event.slot.split(" ")
            supporter = await reader.people.supporter(UserId(user)) if what in ("offer", "invite") else None
        case Noted(name="another identity"):
            supporter = await reader.people.supporter(UserId(event.subject))
        case Left(known=False):
            supporter = await reader.people.supporter(event.user)
        case MessagePosted():
            return await _spoken_to(asked, event, reader)
    return await _found(reader, supporter.user) if supporter else None


async def _spoken_to(asked: Input, event: MessagePosted, reader: Reader) -> Found | None:
    said, kind = asked.said, asked.place.kind
    if said is None:
        return None
    if kind is Kind.DIRECT and said.word in DIRECT_WORDS:
        return await _found(reader, event.sender)
    if kind is Kind.STEWARDS and said.word in (*STEWARDS_WORDS, "show"):
        supporter = await reader.people.supporter_numbered(said.number) if said.number else None
        if supporter is None:
            return None if said.word == "show" else Found()
        return await _found(reader, supporter.user)
    return None


async def _found(reader: Reader, user: UserId) -> Found:
    posts = await reader.records.posts_of(HEARD, user)
    return Found(
        supporter=await reader.people.supporter(user),
        posts=posts,
        standing=tuple([sent for post in posts for sent in await reader.queue.sent(post.subject)]),
        barred=await reader.people.barred(user),
    )


def decide(asked: Input, found: Found, world: World, now: Millis) -> Decision:
    event, supporter = asked.event, found.supporter
    match event:
        case Noted(name="up"):
            post = found.post(event.subject)
            return _registered(post, found, world, now) if post else NOTHING
        case MessagePosted() if asked.place.kind is Kind.DIRECT:
            return _member(asked, event, found, world)
        case MessagePosted():
            return _steward(asked, event, found, world)
    if supporter is None or supporter.state is DECLINED:
        return NOTHING
    match event:
        case Noted(name="gone"):
            ended = Decision(drop=(supporter,), tell=_tell("withdrawn", supporter))
            return merge(ended, _changed(supporter, texts.text("supporter.gone")))
        case Left():
            line = texts.text("supporter.stewards_left", number=supporter.number)
            return merge(_forgotten(supporter, found), _to_stewards(world, line))
        case EffectFailed() | Noted() if supporter.state in (ACTIVE, PAUSED):
            return _suspended(supporter, world)
    return NOTHING


def _registered(post: Post, found: Found, world: World, now: Millis) -> Decision:
    """What somebody wrote with the tag; it replaces what they wrote before."""
    before = found.supporter
    new = Supporter(
        user=post.author,
        event=post.event,
        number=post.number,
        state=ACTIVE if world.vetting == "open" and not found.barred else WAITING,
        identity=post.identity,
        since=now,
    )
    after = read(post, before or new, world)
    renewed = after.state is WAITING and before is not None and before.state is not WAITING
    older = tuple(other for other in found.posts if other.event != post.event)
    subjects = tuple(other.subject for other in older)
    text = texts.text("supporter.registered", understood=understood(after, world), stands=stands(after))
    effects = (
        *take_back(one for one in found.standing if one.subject in subjects),
        privately(after.user, "understood", text, subject=post.subject),
    )
    if after.state in (WAITING, DECLINED):
        against = found.barred or after.state is DECLINED
        note = "supporter.note_before" if against else "supporter.note_renewed" if renewed else ""
        effects = (*effects, waits(after, world, note))
    kept = post if after.state is WAITING else replace(post, text="")
    return Decision(
        save=(after, kept),
        drop=older,
        effects=effects,
        stop_timers=subjects,
        tell=_tell("withdrawn", after) if renewed else (),
    )


def _member(asked: Input, event: MessagePosted, found: Found, world: World) -> Decision:
    """`pause`, `resume` and `leave` in a direct chat."""
    assert asked.said
    word, supporter, rest = asked.said.word, found.supporter, asked.said.rest
    if supporter is None:
        example = " ".join(("#swssupporter", *world.example_tags()[:1]))
        return _answer(event.sender, texts.text("supporter.nobody", example=example))
    if word == "leave":
        return merge(_forgotten(supporter, found), _answer(event.sender, texts.text("supporter.left")))
    if word == "responder":
        return vetting.by_themselves(supporter, world, no="no" in rest)
    after = resumed(supporter, event.identity) if word == "resume" else supporter
    if word == "pause" and supporter.state is ACTIVE:
        after = replace(supporter, state=PAUSED)
    answer = _answer(event.sender, stands(after))
    if after.state is supporter.state:
        return answer
    moved = Decision(save=(after,))
    if after.state is PAUSED:
        moved = replace(moved, tell=_tell("paused", after))
    if after.state is WAITING:
        line = waits(after, world, "supporter.note_renewed")
        moved = replace(moved, effects=(line,), tell=_tell("withdrawn", after))
    return merge(moved, answer)


def _steward(asked: Input, event: MessagePosted, found: Found, world: World) -> Decision:
    assert asked.said
    supporter = found.supporter
    if supporter is None:
        return _to_stewards(world, texts.text("stewards.no_such", number=asked.said.number or "?"))
    post = found.post(supporter.event)
    return vetting.by_steward(asked.said, event, supporter, post, found.standing, world)


def _suspended(supporter: Supporter, world: World) -> Decision:
    after = replace(supporter, state=SUSPENDED)
    line = texts.text("supporter.stewards_suspended", number=after.number)
    moved = Decision(save=(after,), tell=_tell("withdrawn", after))
    return merge(moved, _changed(after, stands(after)), _to_stewards(world, line))


def _forgotten(supporter: Supporter, found: Found) -> Decision:
    """All that they wrote with the tag goes, and what came of it; that they were declined stays."""
    return Decision(
        drop=(*found.posts, *(() if supporter.state is DECLINED else (supporter,))),
        effects=take_back(found.standing),
        stop_timers=tuple(post.subject for post in found.posts),
        tell=_tell("withdrawn", supporter),
    )


def _tell(name: str, supporter: Supporter) -> tuple[Noted, ...]:
    return (Noted(feature=NAME, name=name, subject=supporter.user),)


def _answer(user: UserId, text: str) -> Decision:
    return Decision(effects=(privately(user, "answer", text),))


def _changed(supporter: Supporter, text: str) -> Decision:
    """Said unasked: its first line may stand on a locked screen."""
    return _answer(supporter.user, texts.text("supporter.changed", what=text))


def _to_stewards(world: World, line: str) -> Decision:
    return Decision(effects=(to_stewards(world, "stewards", line),))


FEATURE = Feature(NAME, load, decide, DIRECT_WORDS, STEWARDS_WORDS)
