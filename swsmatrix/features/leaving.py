"""The bot leaves the rooms that it made for two: when both are together, and when nobody needs one any more.

A room stays known (``Private``) until the homeserver confirmed that the bot is out, so that nothing else
takes it for a direct chat meanwhile.
"""

from __future__ import annotations

from dataclasses import dataclass

from swsmatrix.features.feature import Feature, Reader
from swsmatrix.model import (
    NOTHING,
    Case,
    CaseState,
    Decision,
    Effect,
    EffectDone,
    EffectFailed,
    LeaveRoom,
    Left,
    Millis,
    Priority,
    Private,
    RoomId,
    ToRoom,
)
from swsmatrix.routing import Input
from swsmatrix.world import World


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """``private``: of the room at hand. ``case``: the one it belongs to, if there still is one."""

    private: Private | None = None
    case: Case | None = None


async def load(asked: Input, reader: Reader, world: World) -> Known | None:
    match asked.event:
        case EffectDone() | EffectFailed() as event if event.slot.startswith(("leave ", "together ")):
            return Known(private=await reader.records.private(RoomId(event.slot.partition(" ")[2])))
        case EffectDone(slot=slot) as event if slot.startswith("open "):
            private = await reader.records.private(RoomId(event.result))
            return Known(private=private, case=await _case(event.subject, reader))
        case Left() as event if world.bot_stays and event.user != world.me:
            private = await reader.records.private(event.room)
            return Known(private=private, case=await _case(private.subject, reader)) if private else None
    return None


async def _case(subject: str, reader: Reader) -> Case | None:
    feature, _, event = subject.partition(" ")
    return await reader.records.case(feature, event)


def decide(asked: Input, known: Known, world: World, _now: Millis) -> Decision:
    private, case = known.private, known.case
    match asked.event:
        case EffectDone(slot=slot) as event if slot.startswith("open "):
            if private or (case and case.state is CaseState.OPENING and _wanted(case, slot)):
                return NOTHING
            # Nobody waits for it any more.
            made = Private(room=RoomId(event.result), subject=event.subject)
            return Decision(save=(made,), effects=(_leave(made),))
        case EffectDone(slot=slot) | EffectFailed(slot=slot) if private and slot.startswith("leave "):
            return Decision(drop=(private,))
        case EffectDone() | EffectFailed() if private and not world.bot_stays:
            return Decision(effects=(_leave(private),))
        case Left() if private and (case is None or case.state is CaseState.TOGETHER):
            return Decision(effects=(_leave(private),))
    return NOTHING


def _wanted(case: Case, slot: str) -> bool:
    return slot == f"open {case.number} {case.round}"


def _leave(private: Private) -> Effect:
    return Effect(
        slot=f"leave {private.room}",
        target=ToRoom(private.room),
        action=LeaveRoom(),
        priority=Priority.PRIVATE_ROOM,
        subject=private.subject,
        report=True,
    )


FEATURE = Feature("leaving", load, decide)
