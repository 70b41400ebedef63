"""What the bot says in the room of a case in which several work together, and what it keeps of it.

Its author's words, and one card of what there is to do: changed in place, said anew when somebody comes, who
could not read what was said before. Nothing of it is said anywhere else; at the end all of it is taken back.
What people say there is features/talking.py's.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TypeVar

from swsmatrix import texts
from swsmatrix.features import card, menu, steps
from swsmatrix.features.case import Facts, What, in_room, matter_of
from swsmatrix.features.common import local_name, remake, take_back
from swsmatrix.features.feature import merge
from swsmatrix.features.handing import made_for
from swsmatrix.features.seeking import seek, tell, work_timer
from swsmatrix.model import (
    NOTHING,
    Case,
    Decision,
    Effect,
    Evidence,
    Priority,
    Sent,
    Step,
    StepState,
)
from swsmatrix.protocol import (
    DAY,
    EventId,
    Millis,
    Picture,
    ReadBy,
    RewriteEvent,
    Say,
    SendPicture,
    UserId,
)
from swsmatrix.world import World

REMINDERS = {What.MORNING: DAY, What.THIRD_DAY: 3 * DAY}
WORDS, CARD, CHANGE, PICTURE = "words ", "card ", "change of the card ", "picture "
# What is said in the room to the bot.
STOP, CLOSE, BEGIN, SHOW, HOW = "stop", "close", "begin", "card", "how"
ROOM_WORDS = (STOP, CLOSE, SHOW, HOW)
MOST_EVIDENCE = 500

Bound = TypeVar("Bound", Say, SendPicture, RewriteEvent)


# ---- Who comes sees what there is ------------------------------------------------------------------


def begin(facts: Facts, world: World, now: Millis) -> Decision:
    """Its author is there: their words, the card, and when to remind."""
    post, case = facts.post, facts.case
    assert post
    mine = steps.added(case.subject, facts.steps, _wanted(post.text, case, world), now)
    kept = kept_of(facts, post.event, post.text, post.picture, post.posted_at)
    timers = tuple(work_timer(case, what, now + wait) for what, wait in REMINDERS.items())
    begun = Decision(save=(*mine, *kept), effects=_made_anew(facts), timers=timers)
    return merge(begun, _said_anew(replace(facts, steps=updated(facts.steps, mine)), world))


def say_anew(facts: Facts, world: World) -> Decision:
    """For somebody who came, and could not read what was said before; or it was not said."""
    gone = take_back(one for one in facts.standing if one.slot.startswith((WORDS, CARD, CHANGE, PICTURE)))
    ours = facts.post.picture if facts.post and not _being_made(facts) else None
    shown = (_shown(facts, ours),) if ours else ()
    return merge(Decision(effects=(*gone, *shown)), _said_anew(facts, world))


def pictured(facts: Facts, _world: World, _now: Millis) -> Decision:
    """What came with the words is made anew: what it shows stays, what else it would tell goes."""
    assert facts.post
    case, ours = facts.case, facts.picture
    missing = in_room(case, "no picture", Say(texts.text("group.picture_missing")))
    # What could not be made anew is shown to nobody later, either.
    return Decision(
        save=(replace(facts.post, picture=ours),),
        drop=_being_made(facts),
        effects=(_shown(facts, ours) if ours else missing,),
    )


def _being_made(facts: Facts) -> tuple[Sent, ...]:
    return tuple(one for one in facts.standing if one.slot == made_for(facts.case))


def _made_anew(facts: Facts) -> tuple[Effect, ...]:
    post, case = facts.post, facts.case
    if post is None or post.picture is None:
        return ()
    return (remake(made_for(case), post.picture, case.subject, priority=Priority.PRIVATE_ROOM),)


def _said_anew(facts: Facts, world: World) -> Decision:
    post, case = facts.post, facts.case
    assert post
    words = facts.kind.text("case.words", name=local_name(case.requester), words=post.text)
    said = in_room(case, f"{WORDS}{case.room}", bound(facts, Say(words)))
    return Decision(effects=(replace(said, lasting=True), card_said(facts, world)))


def _shown(facts: Facts, ours: Picture) -> Effect:
    shown = in_room(facts.case, f"{PICTURE}{facts.case.room}", bound(facts, SendPicture(ours)))
    return replace(shown, lasting=True)


def card_said(facts: Facts, world: World) -> Effect:
    said = in_room(facts.case, f"{CARD}{facts.case.room}", bound(facts, Say(_card(facts, world))))
    return replace(said, lasting=True)


def bound(facts: Facts, action: Bound) -> Bound:
    """Said only while everybody who is there is who said yes."""
    there = tuple(ReadBy(one.user, one.identity) for one in facts.case.companions if one.came)
    return replace(action, readers=there)


# ---- The card --------------------------------------------------------------------------------------


def changed(facts: Facts, world: World, _now: Millis) -> Decision:
    """The card as it is now: in its place, where it stands."""
    stands = [one for one in facts.standing if one.slot.startswith(CARD)]
    if stands and (event := stands[-1].event):
        change = bound(facts, RewriteEvent(event, _card(facts, world)))
        # What changes a message can be read by itself, and is not deleted with it: only the last one stands.
        before = take_back(one for one in facts.standing if one.slot.startswith(CHANGE))
        rewritten = replace(in_room(facts.case, f"{CHANGE}{event}", change), lasting=True)
        return Decision(effects=(rewritten, *before))
    return Decision(effects=(*take_back(stands), card_said(facts, world)))


def wished(facts: Facts, world: World, now: Millis) -> Decision:
    """Its author wants something else done: what follows is added, nothing is taken out."""
    assert facts.post
    post = facts.post
    kept: tuple[Evidence, ...] = ()
    if not any(one.event == post.event for one in facts.evidence):
        kept = kept_of(facts, post.event, post.text, post.picture, post.posted_at)
    chosen = tell(facts.case, "chosen", facts.kind.text("case.chosen"))
    told = Decision(save=(facts.case, *kept), effects=(chosen,))
    return merge(told, added(facts, _wanted(facts.post.text, facts.case, world), world, now))


def edited(facts: Facts, world: World, now: Millis) -> Decision:
    """The request says something else now."""
    post = facts.post
    assert post
    before = (one for one in facts.standing if one.slot.startswith((WORDS, CARD, CHANGE, PICTURE)))
    words = take_back((*before, *_being_made(facts)))
    more = steps.added(facts.case.subject, facts.steps, _wanted(post.text, facts.case, world), now)
    kept = tuple(
        replace(one, text=post.text, picture=post.picture)
        for one in facts.evidence
        if one.event == post.event
    )
    facts = replace(facts, steps=updated(facts.steps, more))
    changed_words = Decision(save=(*more, *kept), effects=(*words, *_made_anew(facts)))
    return merge(changed_words, _said_anew(facts, world))


def added(facts: Facts, found: tuple[steps.Found, ...], world: World, now: Millis) -> Decision:
    more = steps.added(facts.case.subject, facts.steps, found, now)
    if not more and not facts.wishes:
        return NOTHING
    new = tuple(one.number for one in more)
    facts = replace(facts, steps=updated(facts.steps, more), new=new)
    return merge(Decision(save=more), changed(facts, world, now))


def updated(before: tuple[Step, ...], after: tuple[Step, ...]) -> tuple[Step, ...]:
    new = {one.number: one for one in (*before, *after)}
    return tuple(new[number] for number in sorted(new))


def _wanted(words: str, case: Case, world: World) -> tuple[steps.Found, ...]:
    return steps.wanted(menu.numbers(case.wishes), words, matter_of(case), world.playbooks)


def _card(facts: Facts, world: World) -> str:
    return card.text(facts.steps, world.playbooks, chosen=menu.numbers(facts.case.wishes), new=facts.new)


def kept_of(
    facts: Facts, event: EventId, words: str, picture: Picture | None, at: Millis
) -> tuple[Evidence, ...]:
    """What its author keeps a record of, if they want one."""
    if menu.RECORD not in facts.case.wishes or len(facts.evidence) >= MOST_EVIDENCE:
        return ()
    return (Evidence(subject=facts.case.subject, event=event, text=words, picture=picture, at=at),)


# ---- Somebody goes ---------------------------------------------------------------------------------


def without(facts: Facts, gone: tuple[UserId, ...], world: World, now: Millis) -> Decision:
    """What they had taken is open again."""
    theirs = (one for one in facts.steps if one.who in gone and one.state is StepState.TAKEN)
    freed = tuple(replace(one, state=StepState.OPEN, who=None, at=now) for one in theirs)
    facts = replace(facts, steps=updated(facts.steps, freed))
    shown = NOTHING
    if facts.what is What.NOT_SAID:
        shown = say_anew(facts, world)  # nothing was said while one of them was somebody else
    elif freed:
        shown = changed(facts, world, now)
    return merge(Decision(save=freed), shown)


def seek_more(facts: Facts, case: Case, world: World, now: Millis, *, before: str) -> Decision:
    """Nobody is with its author: others are asked, the room stays."""
    sought = seek(facts, case, world, now, before=before)
    stays = (replace(one, state=case.state) if isinstance(one, Case) else one for one in sought.save)
    return replace(sought, save=tuple(stays))


def wave(facts: Facts, world: World, now: Millis) -> Decision:
    return NOTHING if facts.case.companions else seek_more(facts, facts.case, world, now, before="")
