"""Whose words count in the stewards' room: those of the identity that a steward first wrote to the bot with.

    a word to the bot comes from            | becomes
    ----------------------------------------+--------------------------------------------------
    a steward who never wrote one           | their identity is pinned; obeyed
    the pinned identity                     | obeyed
    another identity, the first time        | 🔑, not obeyed; the stewards learn, by number
    the same one again                      | 🔑, not obeyed
    a device without an identity, where     | obeyed if nothing is pinned; else ❓
      the settings allow such devices       |
    `trust 7` by another steward            | the identity of #7 is that steward's from then on

Every other feature is ``guarded`` in the index: none of them hears what is not to be obeyed. A pin is never
dropped, not by leaving nor by `forget me`: else that would be the way round it (docs/adr/0007).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from swsmatrix import texts
from swsmatrix.features.common import NOT_VERIFIED, OTHER_IDENTITY, local_name, sign, to_stewards
from swsmatrix.features.feature import Feature, Reader, merge
from swsmatrix.model import NOTHING, Decision, EffectFailed, Pin
from swsmatrix.protocol import IDENTITY_CHANGED, MessagePosted, Millis, UserId
from swsmatrix.routing import Input, Kind
from swsmatrix.world import World

WORD = "trust"


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """``pin``: of who writes, or is not reached; ``writes``: what it would be, were it made now.

    ``meant``: the one that `trust` names.
    """

    writes: Pin
    pin: Pin | None = None
    meant: Pin | None = None


def guarded(feature: Feature) -> Feature:
    """The same, deaf to words that are not to be obeyed."""

    async def load(asked: Input, reader: Reader, world: World) -> Any | None:
        if isinstance(asked.event, MessagePosted) and _is_word(asked):
            pin = await reader.people.pin(asked.event.sender)
            if pin and pin.identity != reader.people.code(asked.event.identity):
                return None
        return await feature.load(asked, reader, world)

    return replace(feature, load=load)


def _is_word(asked: Input) -> bool:
    return asked.said is not None and asked.place.kind is Kind.STEWARDS


async def load(asked: Input, reader: Reader, _world: World) -> Found | None:
    people = reader.people
    match asked.event:
        case EffectFailed(reason=reason) as event if reason == IDENTITY_CHANGED and _handed_over(event):
            pin = await people.pin(_reader(event))
            return Found(writes=pin, pin=pin) if pin else None
        case MessagePosted(sender=sender, identity=identity) if _is_word(asked) and asked.said:
            if not asked.said.known:
                return None
            pins = await people.pins() if asked.said.word == WORD and asked.said.number else ()
            number = await reader.records.next_number()
            return Found(
                writes=Pin(user=people.code(sender), identity=people.code(identity), number=number),
                pin=await people.pin(sender),
                meant=next((pin for pin in pins if pin.number == asked.said.number), None),
            )
    return None


def _handed_over(event: EffectFailed) -> bool:
    return event.slot.startswith(("shown ", "invite "))


def _reader(event: EffectFailed) -> UserId:
    return UserId(event.slot.rpartition(" ")[2])


def decide(asked: Input, found: Found, world: World, _now: Millis) -> Decision:
    event, said = asked.event, asked.said
    if isinstance(event, EffectFailed):
        return _say(world, "stewarding.not_reached", user=_reader(event))
    assert said
    assert isinstance(event, MessagePosted)
    if found.pin and found.pin.identity != found.writes.identity:
        return _not_obeyed(event, found.pin, found.writes, world)
    first = found.pin is None and bool(event.identity)
    pinned = Decision(save=(replace(found.writes, number=0),)) if first else NOTHING
    if said.word != WORD:
        return pinned
    return merge(pinned, _trust(said.number, event.sender, found, world))


def _not_obeyed(event: MessagePosted, pin: Pin, writes: Pin, world: World) -> Decision:
    if not event.identity:
        return Decision(effects=(sign("not verified", event.room, event.event, NOT_VERIFIED),))
    shown = sign("not verified", event.room, event.event, OTHER_IDENTITY)
    if writes.identity == pin.other:
        return Decision(effects=(shown,))
    line = texts.text("stewarding.another", user=event.sender, number=writes.number)
    return Decision(
        save=(replace(pin, other=writes.identity, number=writes.number),),
        effects=(shown, to_stewards(world, "identity", line)),
    )


def _trust(number: int | None, steward: UserId, found: Found, world: World) -> Decision:
    if found.meant is None:
        return _say(world, "stewards.no_such", number=number or "?")
    if found.meant.user == found.writes.user:
        return _say(world, "stewarding.own", number=number)
    accepted = Pin(user=found.meant.user, identity=found.meant.other)
    said = _say(world, "stewarding.accepted", who=local_name(steward), number=number)
    return replace(said, save=(accepted,))


def _say(world: World, key: str, **values: object) -> Decision:
    return Decision(effects=(to_stewards(world, "stewarding", texts.text(key, **values)),))


FEATURE = Feature("stewarding", load, decide, stewards=(WORD,))
