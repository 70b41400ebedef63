"""How a case that brought several together ends: by one word, or when it is done, with a record of it.

`stop`, deleted, expired | all of it is taken back, those who helped are removed, the bot leaves
`close`                  | thanks; what the bot said is taken back, the room is theirs, the bot leaves
then, within a day       | `record`: all of it as a file, for its author alone
then                     | forgotten
"""

from __future__ import annotations

from dataclasses import replace

from swsmatrix import texts
from swsmatrix.features import menu, record
from swsmatrix.features.case import SAYS, Facts, What, in_room, matter_of
from swsmatrix.features.common import privately, take_back, zone_of
from swsmatrix.features.ending import end
from swsmatrix.features.feature import merge
from swsmatrix.features.meeting import close as leave_room
from swsmatrix.features.meeting import forget, tell_companions, without_words
from swsmatrix.features.post import Facts as OfPost
from swsmatrix.features.seeking import ended, instead, offers_of, tell, timer, timers_of
from swsmatrix.model import CaseState, Decision, Effect, Priority, ToDirect
from swsmatrix.protocol import DAY, Millis, ReadBy, Say, SendRecord
from swsmatrix.world import World

RECORD_WITHIN = DAY


def stop(facts: Facts, _world: World, _now: Millis) -> Decision:
    """Its author's one word: the request ends as if it had been deleted, and the case with it."""
    assert facts.post
    return end(facts.post, OfPost(post=facts.post, standing=facts.of_post))


def over(facts: Facts, _world: World, _now: Millis) -> Decision:
    """The request is gone: whoever is in the room is told, what stands there is taken back."""
    case = facts.case
    told = tell(case, "closed", facts.kind.text("case.closed"))
    offers = offers_of(facts)
    effects = (*leave_room(case), told, *tell_companions(case, "gone", facts.kind.text("case.gone")))
    # Who is removed does not see any more what goes: words and card go before, what was answered after that.
    first = tuple(
        one if one.slot == SAYS else replace(one, priority=Priority.WARNING) for one in facts.standing
    )
    gone = ended(replace(facts, standing=first))
    gone = merge(gone, Decision(effects=(*effects, *instead(offers, case, "case.gone"))))
    return merge(gone, without_words(facts)) if facts.what is What.REMOVED else gone


def close(facts: Facts, _world: World, now: Millis) -> Decision:
    """It is done: thanks, the room is theirs, and its author may have a record of it for a day."""
    case = replace(facts.case, state=CaseState.DONE, room=None, offers=(), changed_at=now)
    offers = offers_of(facts)
    thanks = in_room(facts.case, "thanks", Say(facts.kind.text("case.done")))
    leave = leave_room(replace(facts.case, state=CaseState.DONE))[-1]
    offered = facts.kind.text("case.record_offer")
    return Decision(
        save=(case,),
        effects=(
            *take_back((*facts.standing, *(one for one in facts.of_post if one.slot != "heard"))),
            *instead(offers, case, "case.taken"),
            thanks,
            leave,
            privately(case.requester, f"record {case.number}", offered, subject=case.subject),
        ),
        timers=(timer(case, What.OVER, now + RECORD_WITHIN),),
        stop_timers=timers_of(case),
    )


def hand_record(facts: Facts, world: World, now: Millis) -> Decision:
    """All of it, as a file for its author alone."""
    case, post = facts.case, facts.post
    assert post
    kept = tuple((one.at, one.text) for one in facts.evidence)
    document = record.document(
        kind=matter_of(case),
        author=case.requester,
        words=kept or ((post.posted_at, post.text),),
        steps=facts.steps,
        playbooks=world.playbooks,
        now=now,
        zone=zone_of(world, post.regions),
        chosen=menu.numbers(case.wishes),
        people=(case.requester, *(one.user for one in case.companions)),
    )
    pictures = tuple(one.picture for one in facts.evidence if one.picture)
    handed = SendRecord(
        name="record.zip",
        text=document,
        pictures=pictures,
        missing=texts.catalogue()["group.record_missing"],
        caption=texts.text("group.record_caption"),
        readers=(ReadBy(case.requester, post.identity),) if post.identity else (),
    )
    return Decision(
        effects=(
            Effect(
                slot=f"record {case.number}",
                target=ToDirect(case.requester),
                action=handed,
                priority=Priority.ANSWER,
                subject=case.subject,
                report=True,
            ),
        )
    )


def not_recorded(facts: Facts, _world: World, _now: Millis) -> Decision:
    """It could not be sent; they may ask again while it is kept."""
    return Decision(effects=(tell(facts.case, "not recorded", texts.text("group.record_not_sent")),))


def forgotten(facts: Facts, _world: World, _now: Millis) -> Decision:
    """Its author deleted it, or said `stop`, after it was done."""
    return merge(
        ended(facts), Decision(effects=(tell(facts.case, "forgotten", texts.text("group.forgotten")),))
    )


def recorded(facts: Facts, world: World, now: Millis) -> Decision:
    """They have it: nothing is known of it here any more."""
    forgotten = privately(
        facts.case.requester, f"forgotten {facts.case.number}", texts.text("group.forgotten")
    )
    return merge(Decision(effects=(forgotten,)), forget(facts, world, now))
