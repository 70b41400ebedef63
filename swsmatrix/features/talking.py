"""What people say in the room of a case: a word, a tick, a link; or they talk with each other.

Only its author and whoever said yes, from devices that their owners have signed. What is no word to the bot
is kept only for a record, if its author wants one.
"""

from __future__ import annotations

from dataclasses import replace

from swsmatrix import texts
from swsmatrix.features import card, closing, record, steps, ticks, unverified, working
from swsmatrix.features.case import SAYS, Facts, What, in_room, matter_of
from swsmatrix.features.common import NOT_VERIFIED, local_name, sign, take_back
from swsmatrix.features.feature import merge
from swsmatrix.model import NOTHING, Decision, StepState
from swsmatrix.protocol import (
    EventId,
    MessageDeleted,
    MessageEdited,
    MessagePosted,
    Millis,
    Reacted,
    Say,
    UserId,
)
from swsmatrix.world import World

OVER = (StepState.DONE, StepState.NOT_POSSIBLE)


def talked(facts: Facts, world: World, now: Millis) -> Decision:
    """A word, a tick, a link; or people talking with each other."""
    event, case = facts.event, facts.case
    assert isinstance(event, MessagePosted)
    own = event.sender == case.requester
    if not own and case.companion(event.sender) is None:
        return NOTHING
    if not event.signed:
        return _not_obeyed(facts, event, world)
    match _word(facts, world):
        case "stop" if own:
            return closing.stop(facts, world, now)
        case "close" if own:
            return closing.close(facts, world, now)
        case "stop" | "close":
            return _says(facts, texts.text("group.only_author", name=local_name(case.requester)))
        case "card":
            return merge(_card_away(facts), Decision(effects=(working.card_said(facts, world),)))
        case "how":
            assert facts.said
            asked = str(facts.said.number or " ".join(facts.said.rest))
            return _says(facts, card.how(asked, facts.steps, world.playbooks))
    on_card = event.reply_to is not None and event.reply_to in _cards(facts)
    if said := ticks.every(event.text, reply=on_card):
        return _ticked(facts, said, event.sender, world, now)
    kept = working.kept_of(facts, event.event, event.text, event.picture, event.at) if own else ()
    found = steps.of_text(event.text, matter_of(case), world.playbooks)
    return merge(Decision(save=kept), working.added(facts, found, world, now))


def reworded(facts: Facts, world: World, now: Millis) -> Decision:
    """What somebody said says something else now: so does the record; links and ticks are added."""
    event, case = facts.event, facts.case
    assert isinstance(event, MessageEdited)
    if event.sender != case.requester and case.companion(event.sender) is None:
        return NOTHING
    if not event.signed:
        return unverified.met(event)
    kept = tuple(
        replace(one, text=event.text, picture=event.picture)
        for one in facts.evidence
        if one.event == event.original and event.sender == case.requester
    )
    if said := ticks.every(event.text):
        return merge(Decision(save=kept), _ticked(facts, said, event.sender, world, now))
    found = steps.of_text(event.text, matter_of(case), world.playbooks)
    return merge(Decision(save=kept), working.added(facts, found, world, now))


def _not_obeyed(facts: Facts, event: MessagePosted, world: World) -> Decision:
    """Anybody could have made up that device: it ticks nothing, and nothing of it is kept."""
    if not (_word(facts, world) or ticks.every(event.text, reply=event.reply_to in _cards(facts))):
        return NOTHING
    shown = sign("not verified", event.room, event.event, NOT_VERIFIED)
    return merge(Decision(effects=(shown,)), unverified.met(event))


def unsaid(facts: Facts, _world: World, _now: Millis) -> Decision:
    """What its author took back is not kept either."""
    event = facts.event
    assert isinstance(event, MessageDeleted)
    theirs = event.sender == facts.case.requester
    return Decision(drop=tuple(one for one in facts.evidence if theirs and one.event == event.original))


def _word(facts: Facts, world: World) -> str:
    """What is said to the bot: a word alone, `how 3` or `how instagram`; else people talk with each other."""
    said = facts.said
    if said is None:
        return ""
    if said.word == working.HOW:
        named = len(said.rest) == 1 and said.rest[0] in steps.called(world.playbooks)
        return working.HOW if named or (said.number is not None and not said.rest) else ""
    return "" if said.rest or said.number is not None else said.word


def ticked(facts: Facts, world: World, now: Millis) -> Decision:
    """A sign on the card."""
    event = facts.event
    assert isinstance(event, Reacted)
    tick = ticks.of_reaction(event.key)
    if tick is None or not (event.sender == facts.case.requester or facts.case.companion(event.sender)):
        return NOTHING
    return _ticked(facts, (tick,), event.sender, world, now)


def _ticked(facts: Facts, said: tuple[ticks.Tick, ...], who: UserId, world: World, now: Millis) -> Decision:
    before, answers = facts.steps, []
    for tick in said:
        applied = ticks.apply(tick, facts.steps, who, now)
        answers.append(ticks.answer(applied, facts.steps))
        facts = replace(facts, steps=working.updated(facts.steps, applied.changed))
    if facts.steps != before and all(one.state in OVER for one in facts.steps):
        answers.append(texts.text("group.all_ticked", name=local_name(facts.case.requester)))
    line = "\n\n".join(dict.fromkeys(filter(None, answers)))
    answered = _says(facts, line) if line else NOTHING
    if facts.steps == before:
        return answered
    moved = tuple(one for one in facts.steps if one not in before)
    return merge(Decision(save=moved), working.changed(facts, world, now), answered)


def _says(facts: Facts, line: str) -> Decision:
    said = in_room(facts.case, SAYS, working.bound(facts, Say(line)))
    return Decision(effects=(replace(said, lasting=True),))


def _cards(facts: Facts) -> tuple[EventId, ...]:
    return tuple(one.event for one in facts.standing if one.slot.startswith(working.CARD) and one.event)


def _card_away(facts: Facts) -> Decision:
    return Decision(
        effects=take_back(
            one for one in facts.standing if one.slot.startswith((working.CARD, working.CHANGE))
        )
    )


def remind(facts: Facts, _world: World, _now: Millis) -> Decision:
    """What is still open, after a day and after three."""
    line = record.reminder(facts.steps, 24 if facts.what is What.MORNING else 72)
    return _says(facts, line) if line else NOTHING
