"""Records as they usually are: a test says only what is different about its own."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from swsmatrix.model import (
    Case,
    CaseState,
    Post,
    PostState,
    Priority,
    RegionId,
    Sent,
    Supporter,
    SupporterState,
    Tag,
    Target,
)
from swsmatrix.protocol import EffectId, EventId, RoomId, UserId
from tests.town import ALICE, START

NYC = RegionId("nyc")


def post(**different: Any) -> Post:
    """Alice's warning in the lounge; it went out."""
    usual = Post(
        feature="danger",
        event=EventId("$e"),
        number=1,
        room=RoomId("!lounge"),
        author=ALICE,
        tag=Tag("swsdanger"),
        state=PostState.UP,
        text="#swsdanger #nyc a grey van",
        posted_at=START,
        changed_at=START,
        regions=(NYC,),
        identity="key",
    )
    return replace(usual, **different)


def case(**different: Any) -> Case:
    """Alice's; nobody is asked yet."""
    usual = Case(
        feature="help",
        event=EventId("$request"),
        number=7,
        requester=ALICE,
        state=CaseState.SEEKING,
        changed_at=START,
    )
    return replace(usual, **different)


def supporter(user: UserId, **different: Any) -> Supporter:
    """Somebody who is there for others in New York City."""
    usual = Supporter(
        user=user,
        event=EventId(f"$of {user}"),
        number=1,
        state=SupporterState.ACTIVE,
        identity="key",
        since=START,
        regions=(NYC,),
    )
    return replace(usual, **different)


def sent(slot: str, target: Target, **different: Any) -> Sent:
    """What the bot said, and the homeserver confirmed."""
    usual = Sent(
        effect=EffectId(f"id of {slot}"),
        feature="danger",
        slot=slot,
        subject=post().subject,
        target=target,
        priority=Priority.REST,
        event=EventId("$said"),
    )
    return replace(usual, **different)
