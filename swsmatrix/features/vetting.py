"""What a steward decides about a supporter: `show 3`, `approve 3`, `decline 3`. All stewards see who did."""

from __future__ import annotations

from dataclasses import replace

from swsmatrix import texts
from swsmatrix.features.common import local_name, privately, to_stewards
from swsmatrix.features.supporter import ACTIVE, DECLINED, HEARD, PAUSED, SUSPENDED, stands, understood
from swsmatrix.model import Decision, Post, Supporter, subject_of
from swsmatrix.protocol import MessagePosted, UserId
from swsmatrix.world import World


def show(supporter: Supporter, post: Post | None, event: MessagePosted, world: World) -> Decision:
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


def decide(word: str, supporter: Supporter, post: Post | None, steward: UserId, world: World) -> Decision:
    """`approve` or `decline`. ``post``: what they wrote, if it is still there; its words are done with."""
    who, number = local_name(steward), supporter.number
    if (idle := _idle(word, supporter, post)) is not None:
        return Decision(effects=(to_stewards(world, "stewards", idle),))
    if word == "approve":
        after = replace(supporter, state=ACTIVE)
        line = texts.text("supporter.stewards_approved", who=who, number=number)
        text = texts.text("supporter.approved", stands=stands(after))
    else:
        after = replace(supporter, state=DECLINED)
        line = texts.text("supporter.stewards_declined", who=who, number=number)
        text = texts.text("supporter.changed", what=stands(after))
    return Decision(
        save=(after, replace(post, text="")) if post else (after,),
        effects=(privately(after.user, "decided", text), to_stewards(world, "stewards", line)),
    )


def _idle(word: str, supporter: Supporter, post: Post | None) -> str | None:
    """Why the word does nothing, if so."""
    number = supporter.number
    if word == "approve" and supporter.state is SUSPENDED:
        return texts.text("supporter.stewards_suspended", number=number)
    if word == "approve" and post is None:
        return texts.text("supporter.stewards_withdrew", number=number)
    done = (ACTIVE, PAUSED) if word == "approve" else (DECLINED,)
    return texts.text("stewards.not_waiting", number=number) if supporter.state in done else None
