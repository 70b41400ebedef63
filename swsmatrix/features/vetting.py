"""What a steward decides about a supporter: `show 3`, `approve 3`, `decline 3`, `responder 3`.

All stewards see who did, and each can undo it. A responder (`responder 3 no`: none any more) may be told what
is not for everybody. It goes with the identity that was accepted, and to no other.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from swsmatrix import texts
from swsmatrix.features.common import local_name, privately, take_back, to_stewards
from swsmatrix.features.feature import Reader, merge
from swsmatrix.features.supporter import ACTIVE, DECLINED, HEARD, PAUSED, SUSPENDED, stands, understood
from swsmatrix.model import NOTHING, Decision, Noted, Post, Sent, Supporter, subject_of
from swsmatrix.protocol import MessagePosted, UserId
from swsmatrix.routing import Said
from swsmatrix.world import World


async def muted(supporters: Iterable[Supporter], reader: Reader) -> frozenset[UserId]:
    """Those of them whom the stewards muted: as long as that lasts, they are asked to be there for nobody."""
    who = {one.who for one in await reader.warnings.all_muted()}
    return frozenset(one.user for one in supporters if who and reader.people.code(one.user) in who)


def by_steward(
    said: Said,
    event: MessagePosted,
    supporter: Supporter,
    post: Post | None,
    standing: Iterable[Sent],
    world: World,
) -> Decision:
    """``post``: what they wrote, if it is still there; ``standing``: what stands of all that they wrote."""
    if said.word == "show":
        return _show(supporter, post, event, world)
    if said.word == "responder":
        return _entrust(supporter, event.sender, world, trusted="no" not in said.rest)
    decided = _decide(said.word, supporter, post, event.sender, world)
    if not decided.save:
        return decided
    gone = take_back(one for one in standing if one.slot == "waits")
    withdrawn = Noted(feature="supporters", name="withdrawn", subject=supporter.user)
    return merge(Decision(effects=gone, tell=() if said.word == "approve" else (withdrawn,)), decided)


def _show(supporter: Supporter, post: Post | None, event: MessagePosted, world: World) -> Decision:
    """Who it is, and the words if they stood in a room: in that steward's own direct chat."""
    shown = texts.text(
        "supporter.stewards_shown",
        number=supporter.number,
        user=supporter.user,
        understood=understood(supporter, world),
        words="" if post is None or post.quiet else post.text,
    ).strip()
    private = privately(
        event.sender,
        f"shown {event.sender}",
        shown,
        subject=subject_of(HEARD, supporter.event),
        markdown=False,
        identity=event.identity,
    )
    return Decision(effects=(private, to_stewards(world, "stewards", texts.text("stewards.shown_here"))))


def _decide(word: str, supporter: Supporter, post: Post | None, steward: UserId, world: World) -> Decision:
    """`approve` or `decline`. The words of ``post`` are done with."""
    who, number = local_name(steward), supporter.number
    if (idle := _idle(word, supporter, post)) is not None:
        return Decision(effects=(to_stewards(world, "stewards", idle),))
    if word == "approve":
        after = replace(supporter, state=ACTIVE)
        line = texts.text("supporter.stewards_approved", who=who, number=number)
        text = texts.text("supporter.approved", stands=stands(after))
    else:
        after = replace(supporter, state=DECLINED, responder=False)
        line = texts.text("supporter.stewards_declined", who=who, number=number)
        text = texts.text("supporter.changed", what=stands(after))
    return Decision(
        save=(after, replace(post, text="")) if post else (after,),
        effects=(privately(after.user, "decided", text), to_stewards(world, "stewards", line)),
    )


def _entrust(supporter: Supporter, steward: UserId, world: World, *, trusted: bool) -> Decision:
    """`responder 3`, `responder 3 no`: the supporter learns what it means, and how to say no."""
    number = supporter.number
    accepted = supporter.state in (ACTIVE, PAUSED) and supporter.identity
    idle = None
    if trusted and not accepted:
        idle = "responder.stewards_not_accepted"
    elif trusted is supporter.responder:
        idle = "responder.stewards_is" if trusted else "responder.stewards_is_not"
    if idle:
        return Decision(effects=(to_stewards(world, "stewards", texts.text(idle, number=number)),))
    key = "responder.stewards_given" if trusted else "responder.stewards_taken"
    line = texts.text(key, who=local_name(steward), number=number)
    text = texts.text("responder.given" if trusted else "responder.taken")
    told = (privately(supporter.user, "decided", text), to_stewards(world, "stewards", line))
    moved = Decision(save=(replace(supporter, responder=True),)) if trusted else no_responder(supporter)
    return merge(moved, Decision(effects=told))


def by_themselves(supporter: Supporter, world: World, *, no: bool) -> Decision:
    """`responder` in their own chat says whether they are one; `responder no` ends it."""
    if not no or not supporter.responder:
        key = "responder.is" if supporter.responder else "responder.is_not"
        return Decision(effects=(privately(supporter.user, "answer", texts.text(key)),))
    line = texts.text("responder.stewards_declined", number=supporter.number)
    answer = privately(supporter.user, "answer", texts.text("responder.declined"))
    return merge(no_responder(supporter), Decision(effects=(answer, to_stewards(world, "stewards", line))))


def no_responder(supporter: Supporter) -> Decision:
    """They are none any more: what is only for responders is asked of others."""
    if not supporter.responder:
        return NOTHING
    told = Noted(feature="supporters", name="no responder", subject=supporter.user)
    return Decision(save=(replace(supporter, responder=False),), tell=(told,))


def _idle(word: str, supporter: Supporter, post: Post | None) -> str | None:
    """Why the word does nothing, if so."""
    number = supporter.number
    if word == "approve" and supporter.state is SUSPENDED:
        return texts.text("supporter.stewards_suspended", number=number)
    if word == "approve" and post is None:
        return texts.text("supporter.stewards_withdrew", number=number)
    done = (ACTIVE, PAUSED) if word == "approve" else (DECLINED,)
    return texts.text("stewards.not_waiting", number=number) if supporter.state in done else None
