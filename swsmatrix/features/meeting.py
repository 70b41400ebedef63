"""Steps of a case in which two people meet: a room, the requester's yes by joining, the supporter, the end.

The bot is alone in the room at first, invites the requester, then (who has joined has agreed) the supporter,
says one sentence when both are there (features/handing.py), and leaves (``features/leaving.py``).
"""

from __future__ import annotations

from dataclasses import replace

from swsmatrix import texts
from swsmatrix.features.case import KINDS, OPEN, Facts, What, in_room, is_offer, offered_to, with_caution
from swsmatrix.features.common import local_name, privately, take_back
from swsmatrix.features.feature import merge
from swsmatrix.features.handing import comes_along
from swsmatrix.features.post import HEARD
from swsmatrix.features.seeking import (
    ended,
    instead,
    nobody,
    offers_of,
    seek,
    tell,
    tell_closed,
    timer,
)
from swsmatrix.model import (
    NOTHING,
    Case,
    CaseState,
    Companion,
    Decision,
    Effect,
    Noted,
    Priority,
    Private,
    Sent,
)
from swsmatrix.protocol import HOUR, MINUTE, Invite, LeaveRoom, Millis, Remove, Say
from swsmatrix.world import World

REMIND_AFTER = 30 * MINUTE
WAIT_FOR_REQUESTER = 2 * HOUR
WAIT_FOR_SUPPORTER = 10 * MINUTE
# What stays with a warning whose author did not want to tell more of it: nobody asks them again.
ASKED_BEFORE = "asked before"


def invite_requester(facts: Facts, world: World, now: Millis) -> Decision:
    """The room is there: its requester learns who it is, and says yes by joining."""
    assert facts.room
    case = replace(facts.case, state=CaseState.INVITED, room=facts.room, changed_at=now)
    stays = world.bot_stays or facts.kind.several
    ending = facts.kind.text("case.bot_stays" if stays else "case.bot_leaves")
    found = facts.kind.text(
        "case.found" if case.companions else "case.found_alone",
        name=texts.listed(tuple(local_name(one.user) for one in case.companions), "and"),
        user=texts.listed(tuple(one.user for one in case.companions), "and"),
        room=world.room_name,
        number=case.number,
        ending=" ".join(part for part in (ending, comes_along(facts.own)) if part),
    )
    told = privately(
        case.requester,
        f"found {case.number}",
        found,
        subject=case.subject,
        priority=Priority.PRIVATE_ROOM,
        markdown=False,
    )
    invited = Invite(case.requester, direct=not facts.kind.several)
    invitation = in_room(case, f"invite {case.number} {case.requester}", invited, report=True)
    return Decision(
        save=(case, Private(room=facts.room, subject=case.subject)),
        effects=(invitation, told),
        stop_timers=(case.subject,),
    )


def no_room(facts: Facts, world: World, now: Millis) -> Decision:
    """There is no room for them, or the bot is not let into it: a matter for the stewards."""
    case = facts.case
    sorry = tell_companions(case, "sorry", facts.kind.text("case.no_room"))
    stays = still_asked(facts)
    back = take_back(one for one in facts.standing if one not in stays)
    gone = Decision(effects=(*close(case), *sorry, *back))
    if not facts.kind.again:
        return merge(gone, ended(replace(facts, standing=())))
    before = facts.kind.text("case.no_room_requester")
    return merge(gone, nobody(replace(facts, standing=stays), alone(case), world, now, before=before))


def wait_for_requester(facts: Facts, _world: World, now: Millis) -> Decision:
    """Who asked for somebody is reminded once; who is only asked owes nobody an answer."""
    late = timer(facts.case, What.LATE, now + WAIT_FOR_REQUESTER)
    if not facts.kind.again:
        return Decision(timers=(late,))
    return Decision(timers=(timer(facts.case, What.REMIND, now + REMIND_AFTER), late))


def remind(facts: Facts, _world: World, _now: Millis) -> Decision:
    return Decision(effects=(tell(facts.case, "remind", texts.text("case.remind")),))


def too_late(facts: Facts, _world: World, _now: Millis) -> Decision:
    """Its requester did not come within two hours: the end."""
    case = facts.case
    told = (
        _tell_over(facts, facts.kind.text("case.late")),
        *tell_companions(case, "sorry", texts.text("case.late_supporter")),
        *instead(still_asked(facts), case, "case.gone"),
    )
    over = merge(Decision(effects=(*close(case), *told)), ended(facts))
    return over if facts.kind.stands else merge(over, without_words(facts))


def invite_supporter(facts: Facts, world: World, now: Millis) -> Decision:
    """Its requester came, which is their yes."""
    case = replace(facts.case, state=CaseState.JOINED, changed_at=now)
    return Decision(
        save=(case,), effects=invite(facts, case.companions[0], case, world), stop_timers=(case.subject,)
    )


def invite(facts: Facts, who: Companion, case: Case, world: World) -> tuple[Effect, ...]:
    """Who said yes may come, as who they were then."""
    text = with_caution(facts.kind.text("case.come", room=world.room_name), facts.post)
    invitation = Invite(who.user, who.identity, direct=not facts.kind.several)
    return (
        in_room(case, f"invite {case.number} {who.user}", invitation, report=True),
        privately(who.user, f"come {case.number} {who.user}", text, priority=Priority.PRIVATE_ROOM),
    )


def wait_for_supporter(facts: Facts, _world: World, now: Millis) -> Decision:
    return Decision(timers=(timer(facts.case, What.STUCK, now + WAIT_FOR_SUPPORTER),))


def not_said(facts: Facts, world: World, now: Millis) -> Decision:
    """The supporter in the room is not who said yes: they read nothing, and somebody else is looked for."""
    told = Noted(feature=facts.case.feature, name="another identity", subject=facts.case.companions[0].user)
    return merge(stuck(facts, world, now), Decision(tell=(told,)))


def someone_else(facts: Facts, world: World, now: Millis) -> Decision:
    """The requester would rather have somebody else."""
    return _next_one(facts, world, now, facts.kind.text("case.someone_else"))


def stuck(facts: Facts, world: World, now: Millis) -> Decision:
    """The supporter said yes and does not come."""
    return _next_one(facts, world, now, facts.kind.text("case.stuck"))


def lost(facts: Facts, world: World, now: Millis) -> Decision:
    """Who said yes is no supporter any more."""
    return stuck(facts, world, now) if facts.case.companion(facts.who) else NOTHING


def lost_early(facts: Facts, world: World, now: Millis) -> Decision:
    """The same before the requester heard of them."""
    return _next_one(facts, world, now, "") if facts.case.companion(facts.who) else NOTHING


def _next_one(facts: Facts, world: World, now: Millis, before: str) -> Decision:
    """``before``: what the requester is told first; empty if they have not heard of this one."""
    case = facts.case
    sorry = tell_companions(case, "sorry", texts.text("case.not_this_time"))
    # Who is no supporter any more has been told that.
    told = () if facts.what is What.WITHDRAWN else sorry
    stays = still_asked(facts)
    back = take_back(one for one in facts.standing if one not in stays)
    gone = Decision(effects=(*back, *close(case), *told))
    facts = replace(facts, standing=stays)
    if not facts.kind.again:
        line = (_tell_over(facts, before),) if before else ()
        return merge(gone, Decision(effects=line), ended(facts))
    return merge(gone, seek(facts, alone(case), world, now, before=before))


def _tell_over(facts: Facts, text: str) -> Effect:
    """The requester hears that it is over. Where there is no next one, that stays as long as the post."""
    if facts.kind.again or facts.post is None:
        return tell(facts.case, "closed", text)
    slot = f"{ASKED_BEFORE} {facts.case.number}"
    return privately(facts.case.requester, slot, text, subject=facts.post.subject)


def alone(case: Case) -> Case:
    """As it was before somebody said yes, but that they are not asked again."""
    out = tuple(dict.fromkeys((*case.out, *(one.user for one in case.companions))))
    offers = case.offers if KINDS[case.feature].several else ()
    return replace(case, companions=(), room=None, offers=offers, out=out)


def still_asked(facts: Facts) -> tuple[Sent, ...]:
    """Where several may come, the offers to those who have not answered: they still may."""
    if not facts.kind.several:
        return ()
    open_to = {offer.user for offer in facts.case.offers}
    return tuple(sent for sent in offers_of(facts) if offered_to(sent) in open_to)


def tell_companions(case: Case, slot: str, text: str) -> tuple[Effect, ...]:
    """Whoever said yes hears ``text`` in their direct chat."""
    return tuple(privately(one.user, f"{slot} {case.number} {one.user}", text) for one in case.companions)


def cancel_meeting(facts: Facts, _world: World, _now: Millis) -> Decision:
    """The request is gone after somebody said yes."""
    told = tell_companions(facts.case, "gone", texts.text("case.gone"))
    asked = instead(still_asked(facts), facts.case, "case.gone")
    return merge(ended(facts), Decision(effects=(*close(facts.case), *tell_closed(facts), *told, *asked)))


def removed(facts: Facts, _world: World, _now: Millis) -> Decision:
    """Its requester was removed from the community: nobody is brought together with them."""
    case = facts.case
    offers = [sent for sent in facts.standing if is_offer(sent) and case.state in OPEN] or still_asked(facts)
    told = (tell(case, "closed", texts.text("case.closed")),) if facts.chat else ()
    gone = tell_companions(case, "gone", texts.text("case.gone"))
    effects = (*close(case), *told, *gone, *instead(offers, case, "case.gone"))
    return merge(ended(facts), Decision(effects=effects), without_words(facts))


def forget(facts: Facts, _world: World, _now: Millis) -> Decision:
    """They have each other's room; nothing of the case is kept."""
    return merge(ended(facts), without_words(facts))


def forget_both(facts: Facts, world: World, now: Millis) -> Decision:
    """Who was found is no supporter any more: nothing names them any longer."""
    return forget(facts, world, now) if facts.case.companion(facts.who) else NOTHING


def without_words(facts: Facts) -> Decision:
    """The request goes; the sign that it was heard stays where it is, and is forgotten."""
    post = facts.own
    if post is None:
        return NOTHING
    heard = tuple(one for one in facts.of_post if one.slot == HEARD)
    others = take_back(one for one in facts.of_post if one.slot != HEARD)
    return Decision(drop=(post, *heard), effects=others, stop_timers=(post.subject,))


def close(case: Case) -> tuple[Effect, ...]:
    """The room is not needed: invitations back, a word to the requester if they are there, and out."""
    if case.room is None:
        return ()
    before: list[Effect] = [in_room(case, f"remove requester {case.room}", Remove(case.requester))]
    if case.state in (CaseState.JOINED, CaseState.WORKING):
        before = [
            *(remove(case, one) for one in case.companions if one.agreed),
            in_room(case, f"room over {case.room}", Say(texts.text("case.room_over"))),
        ]
    return (*before, in_room(case, f"leave {case.room}", LeaveRoom(), report=True))


def remove(case: Case, who: Companion) -> Effect:
    """Before what may still wait to be said there: its sending may have failed, or only the answer."""
    removed = in_room(case, f"remove {case.room} {who.user}", Remove(who.user))
    return replace(removed, priority=Priority.WARNING)
