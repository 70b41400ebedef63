"""What a homeserver refuses for good is told to the stewards: by reason, never by name; and lost keys."""

from __future__ import annotations

from swsmatrix import texts
from swsmatrix.features.common import room_called, to_stewards
from swsmatrix.features.feature import Feature, Reader
from swsmatrix.model import Decision, EffectFailed, SetTimer, TimerFired
from swsmatrix.protocol import IDENTITY_CHANGED, Millis
from swsmatrix.routing import Input
from swsmatrix.world import World

NAME = "failures"
KEYS_LOST = "keys lost"

# Done where the bot has the power to, and no loss where it has not.
HARMLESS = ("heard", "notice", "not verified", "remove ", "leave", "failed", "room over", "count ", "remake ")
# Said by features/removing.py.
SAID = ("take out ",)


def keys_lost(now: Millis) -> SetTimer:
    """For when the store of encryption keys was lost, and the bot became a new device."""
    return SetTimer(feature=NAME, name=KEYS_LOST, subject=NAME, due=now)


async def load(asked: Input, _reader: Reader, _world: World) -> bool | None:
    match asked.event:
        case TimerFired(feature=feature) if feature == NAME:
            return True
        case EffectFailed(reason=reason, slot=slot) if reason != IDENTITY_CHANGED:
            return None if slot.startswith((*HARMLESS, *SAID)) else True
    return None  # a changed identity is a supporter's: said with their number


def decide(asked: Input, _facts: bool, world: World, _now: Millis) -> Decision:
    if isinstance(asked.event, TimerFired):
        return Decision(effects=(to_stewards(world, KEYS_LOST, texts.text("stewards.keys_lost")),))
    assert isinstance(asked.event, EffectFailed)
    line = _stands(asked.event, world) or texts.text("stewards.failed", reason=asked.event.reason)
    return Decision(effects=(to_stewards(world, "failed", line),))


def _stands(event: EffectFailed, world: World) -> str:
    """What was to be taken back in a room of the community stands there, unless somebody else deletes it."""
    name = event.room.removeprefix("room ")
    if not event.slot.startswith("take back ") or not world.is_configured(name):
        return ""
    return texts.text("stewards.stands", where=room_called(world, name), reason=event.reason)


FEATURE = Feature(NAME, load, decide)
