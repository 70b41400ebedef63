"""What a homeserver refuses for good is told to the stewards: by reason, never by name."""

from __future__ import annotations

from swsmatrix import texts
from swsmatrix.features.common import to_stewards
from swsmatrix.features.feature import Feature, Reader
from swsmatrix.model import Decision, EffectFailed
from swsmatrix.protocol import IDENTITY_CHANGED, Millis
from swsmatrix.routing import Input
from swsmatrix.world import World

# Done where the bot has the power to, and no loss where it has not.
HARMLESS = ("heard", "not verified", "remove ", "leave", "failed", "room over")


async def load(asked: Input, _reader: Reader, _world: World) -> bool | None:
    event = asked.event
    if not isinstance(event, EffectFailed) or event.reason == IDENTITY_CHANGED:
        return None  # a supporter's: said with their number
    return None if event.slot.startswith(HARMLESS) else True


def decide(asked: Input, _facts: bool, world: World, _now: Millis) -> Decision:
    assert isinstance(asked.event, EffectFailed)
    line = texts.text("stewards.failed", reason=asked.event.reason)
    return Decision(effects=(to_stewards(world, "failed", line),))


FEATURE = Feature("failures", load, decide)
