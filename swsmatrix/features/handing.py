"""What is said in the room of two once both are there, and handed over with it: a held warning, all of it.

    both are there, and a picture came with it | made anew, outside of all rooms; the words wait for it
                    no picture, or it is made  | shown, then the words and the goodbye
                    it cannot be had           | the words, and that it is missing
    the words stand there                      | together: the bot forgets all of it, and leaves

To nobody but who was accepted, and only while it is what its author wants to be told (docs/adr/0011). What
goes out of this case meanwhile takes all of it back, the making of the picture too.
"""

from __future__ import annotations

from dataclasses import replace

from swsmatrix import texts
from swsmatrix.features.case import Facts, What, in_room, is_offer
from swsmatrix.features.common import remake, take_back
from swsmatrix.features.feature import merge
from swsmatrix.features.seeking import timer
from swsmatrix.model import NOTHING, Case, CaseState, Decision, Effect, Post, Priority
from swsmatrix.protocol import DAY, Millis, ReadBy, Say, SendPicture
from swsmatrix.world import World

# Until then the supporter counts as busy with it.
TOGETHER_FOR = DAY


def comes_along(post: Post | None) -> str:
    """What its author is told, before they join, of what came with the words."""
    if post is None or not post.attached:
        return ""
    return texts.text("details.with_picture" if post.picture else "details.without_file")


def both_there(facts: Facts, world: World, now: Millis) -> Decision:
    """Before the words, so that the bot stays until it is shown, its picture is made anew."""
    case = facts.case
    if any(sent.slot in (_words_of(case), made_for(case)) for sent in facts.standing):
        return NOTHING
    if facts.own is None or facts.own.picture is None:
        return hand_over(facts, world, now)
    remade = remake(made_for(case), facts.own.picture, case.subject, priority=Priority.PRIVATE_ROOM)
    return Decision(effects=(remade,), stop_timers=(case.subject,))


def made_for(case: Case) -> str:
    """The slot of the making of its picture: for this room and no later one."""
    return f"remake picture {case.room}"


def hand_over(facts: Facts, world: World, _now: Millis) -> Decision:
    """They read one sentence, and what is to be handed over; until that stands, it can be taken back."""
    case, ours = facts.case, facts.picture if facts.own else None
    (who,) = case.companions
    key = "case.together_stays" if world.bot_stays else "case.together"
    readers = (ReadBy(who.user, who.identity),) if facts.kind.responders else ()
    said = Say(facts.kind.text(key, words=_words(facts)), readers=readers)
    sentence = in_room(case, _words_of(case), said, report=True)
    effects: tuple[Effect, ...] = (sentence,)
    if ours:
        shown = SendPicture(ours, readers=readers)
        effects = (in_room(case, _picture_of(case), shown), sentence)
    return Decision(
        effects=tuple(replace(effect, lasting=True) for effect in effects), stop_timers=(case.subject,)
    )


def _words_of(case: Case) -> str:
    return f"together {case.room}"


def _picture_of(case: Case) -> str:
    return f"picture {case.room}"


def _words(facts: Facts) -> str:
    """All of the request; where something came with it that is not handed over, that, too."""
    if facts.own is None:
        return ""
    missing = facts.own.attached and not facts.picture
    return "\n\n".join((facts.own.text, *((texts.text("details.missing"),) if missing else ())))


def together(facts: Facts, world: World, now: Millis) -> Decision:
    """It is said. From here on the words are theirs; the bot forgets them, and that it said them."""
    case = replace(facts.case, state=CaseState.TOGETHER, changed_at=now)
    offers = [sent for sent in facts.standing if is_offer(sent)]
    said = tuple(sent for sent in facts.standing if sent.slot in (_words_of(case), _picture_of(case)))
    return merge(
        Decision(
            save=(case,),
            drop=said,
            effects=take_back(offers),
            timers=(timer(case, What.OVER, now + TOGETHER_FOR),),
            stop_timers=(case.subject,),
        ),
        blank(facts, world, now),
    )


def blank(facts: Facts, _world: World, _now: Millis) -> Decision:
    """The request stays as an event id only, so that its deletion is still heard."""
    return Decision(save=(replace(facts.own, text="", picture=None),)) if facts.own else NOTHING
