"""The bot leaves the rooms that it made for two: when both are together, and when nobody needs one any more.

A room stays known (``Private``) until the homeserver confirmed that the bot is out, so that nothing else
takes it for a direct chat meanwhile.
"""

from __future__ import annotations

from dataclasses import dataclass

from swsmatrix.features.feature import Feature, Reader
from swsmatrix.model import NOTHING, Decision, Effect, EffectDone, EffectFailed, Priority, Private, ToRoom
from swsmatrix.protocol import LeaveRoom, Left, Millis, RoomId
from swsmatrix.routing import Input
from swsmatrix.world import World


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """``private``: of the room at hand; None when nobody wants it (any more)."""

    private: Private | None = None


async def load(asked: Input, reader: Reader, world: World) -> Known | None:
    match asked.event:
        case EffectDone() | EffectFailed() as event if event.slot.startswith(("leave ", "together ")):
            return await _known(event.slot.partition(" ")[2], reader)
        case EffectDone() as event if event.slot.startswith("open "):
            return await _known(event.result, reader)
        case Left() as event if world.bot_stays and event.user != world.me:
            return await _known(event.room, reader)
    return None


async def _known(room: str, reader: Reader) -> Known:
    return Known(private=await reader.people.private(RoomId(room)))


def decide(asked: Input, known: Known, world: World, _now: Millis) -> Decision:
    private = known.private
    match asked.event:
        case EffectDone(slot=slot) as event if slot.startswith("open ") and private is None:
            # The case that asked for it, which decides before, does not want it any more.
            made = Private(room=RoomId(event.result), subject=event.subject)
            return Decision(save=(made,), effects=(_leave(made),))
        case EffectDone(slot=slot) | EffectFailed(slot=slot) if private and slot.startswith("leave "):
            return Decision(drop=(private,))
        case EffectDone(slot=slot) | EffectFailed(slot=slot) if private and slot.startswith("together "):
            return NOTHING if world.bot_stays else Decision(effects=(_leave(private),))
        case Left() if private:
            return Decision(effects=(_leave(private),))
    return NOTHING


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
