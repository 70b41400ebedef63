"""Steps of a case that brings several together: what its author wants, who comes, who goes.

The author chooses from a menu in private; responders are asked then, or after ten minutes in any case: they
read place and time only, and meet nobody before the author has come. Everybody who was asked may still say
yes while there is room; whom the author had not heard of before they came, they are asked about first.
What is said and done in the room is features/working.py's.
"""

from __future__ import annotations

from dataclasses import replace

from swsmatrix import texts
from swsmatrix.features import closing, menu, working
from swsmatrix.features.asking import caution
from swsmatrix.features.case import Facts, What, is_offer, offered_to
from swsmatrix.features.common import local_name, privately, region_names, take_back, when
from swsmatrix.features.feature import merge
from swsmatrix.features.meeting import alone, close, invite, remove, someone_else, still_asked
from swsmatrix.features.seeking import (
    another_identity,
    instead,
    open_room,
    pinned,
    say_stewards,
    seek,
    tell,
    thanks,
    timer,
    trusted,
)
from swsmatrix.model import NOTHING, Case, CaseState, Companion, Decision, Effect, Priority
from swsmatrix.protocol import MINUTE, Millis, UserId
from swsmatrix.world import World

CHOOSE_WITHIN = 10 * MINUTE
COME_WITHIN = 30 * MINUTE
MOST = 4  # who come together, besides the author
ONE_MORE = "one more "


# ---- What is wanted --------------------------------------------------------------------------------


def ask_wishes(facts: Facts, _world: World, now: Millis) -> Decision:
    """The menu, after what there is to say first."""
    case = facts.case
    menu_text = facts.kind.text("case.menu", number=case.number)
    told = privately(
        case.requester,
        f"menu {case.number}",
        "\n\n".join(part for part in (facts.before, menu_text) if part),
        subject=case.subject,
        priority=Priority.PRIVATE_ROOM,
    )
    return Decision(
        save=(case,),
        effects=(told,),
        timers=(timer(case, What.UNANSWERED, now + CHOOSE_WITHIN),),
        stop_timers=(case.subject,),
    )


def unanswered(facts: Facts, world: World, now: Millis) -> Decision:
    """Nobody waits for ever: responders are asked, which tells them nothing; the stewards learn."""
    post, case = facts.post, facts.case
    assert post
    line = facts.kind.text(
        "case.stewards_unanswered",
        number=case.number,
        tag=f"#{post.tag.value}",
        region=region_names(world, post.regions),
        when=when(world, post.posted_at, post.regions) + caution(post),
    )
    asked = seek(facts, case, world, now, before=facts.kind.text("case.not_chosen"))
    return merge(say_stewards(world, line), asked)


def choose(facts: Facts, world: World, now: Millis) -> Decision:
    """What its author wants done; they may choose anew at any time."""
    case = replace(facts.case, wishes=facts.wishes)
    if facts.wishes == (menu.NOTHING,):
        return closing.stop(facts, world, now)
    if case.state is CaseState.WORKING:
        wished = working.wished(replace(facts, case=case), world, now)
        if facts.case.wishes != (menu.RECORD,) or case.wishes == (menu.RECORD,) or case.companions:
            return wished
        # For a record alone nobody was asked.
        return merge(wished, Decision(timers=(timer(case, What.AGAIN, now + MINUTE),)))
    if case.state is not CaseState.REPORTED:
        return Decision(save=(case,), effects=(tell(case, "chosen", facts.kind.text("case.chosen")),))
    facts = replace(facts, case=case)
    if facts.wishes == (menu.RECORD,):
        return open_room(facts, case, world, now)  # for that nobody else is needed
    return seek(facts, case, world, now)


def open_alone(facts: Facts, world: World, now: Millis) -> Decision:
    """Its author does not want to wait: what can be done they see at once, others come in later."""
    return open_room(facts, facts.case, world, now)


# ---- Who comes -------------------------------------------------------------------------------------


def another(facts: Facts, world: World, _now: Millis) -> Decision:
    """One more says yes, after the first."""
    case, who = facts.case, facts.who
    assert who
    if case.companion(who) or who == case.requester:
        return NOTHING
    identity = pinned(facts, who)
    if facts.identity and identity and facts.identity != identity:
        return another_identity(case, who)
    theirs = [sent for sent in facts.standing if is_offer(sent) and offered_to(sent) == who]
    case = replace(case, offers=tuple(offer for offer in case.offers if offer.user != who))
    if len(case.companions) >= MOST:
        return Decision(save=(case,), effects=(*take_back(theirs), *instead(theirs, case, "case.taken")))
    # Until the room is there its author has heard of nobody: they hear of all at once, then.
    known = case.state is CaseState.OPENING
    asked = () if known or case.pending else (_ask_about(facts, case, who),)
    case = replace(case, companions=(*case.companions, Companion(who, identity, agreed=known)))
    return Decision(save=(case,), effects=(thanks(facts, who), *asked))


def take_too(facts: Facts, world: World, now: Millis) -> Decision:
    """A steward who is a responder comes, too; seen by the other stewards."""
    case, who = facts.case, facts.who
    assert who
    if not trusted(facts, who):
        return say_stewards(world, texts.text("details.stewards_no_responder", number=case.number))
    if who == case.requester or case.companion(who):
        return say_stewards(world, texts.text("case.stewards_own", number=case.number))
    line = facts.kind.text("case.stewards_take", who=local_name(who), number=case.number)
    return merge(another(facts, world, now), say_stewards(world, line))


def _ask_about(facts: Facts, case: Case, who: UserId) -> Effect:
    asking = facts.kind.text("case.one_more", name=local_name(who), user=who)
    return privately(
        case.requester, f"{ONE_MORE}{case.number} {who}", asking, subject=case.subject, markdown=False
    )


def agreed(facts: Facts, world: World, now: Millis) -> Decision:
    """Its author lets the one come whom they were asked about."""
    case, one = facts.case, facts.case.pending
    if one is None:
        return NOTHING
    one = replace(one, agreed=True)
    case = _with(case, one)
    effects = invite(facts, one, case, world) if case.state is CaseState.WORKING else ()
    return merge(Decision(save=(case,), effects=effects), _next_question(facts, case))


def refused(facts: Facts, world: World, now: Millis) -> Decision:
    """Its author does not want the one they were asked about; or none of them; or goes."""
    case, one = facts.case, facts.case.pending
    if one and facts.leaver is None:
        case = without_one(case, one.user)
        return merge(Decision(save=(case,), effects=(_sorry(case, one),)), _next_question(facts, case))
    if case.state is CaseState.WORKING or not case.companions:
        return closing.stop(facts, world, now)
    return someone_else(facts, world, now)


def _next_question(facts: Facts, case: Case) -> Decision:
    """What was asked is answered; about the next one of whom they have not heard."""
    gone = take_back(one for one in facts.standing if one.slot.startswith(ONE_MORE))
    further = (_ask_about(facts, case, case.pending.user),) if case.pending else ()
    return Decision(effects=(*gone, *further))


def begin(facts: Facts, world: World, now: Millis) -> Decision:
    """Its author came: whom they agreed to is let in, and the card is there."""
    case = replace(facts.case, state=CaseState.WORKING, changed_at=now)
    facts = replace(facts, case=case)
    invited = (effect for one in case.companions if one.agreed for effect in invite(facts, one, case, world))
    begun = Decision(save=(case,), effects=tuple(invited), stop_timers=(case.subject,))
    if not case.companions and case.wishes != (menu.RECORD,):
        begun = merge(begun, Decision(timers=(timer(case, What.AGAIN, now + MINUTE),)))
    return merge(begun, working.begin(facts, world, now))


def wait_for_companions(facts: Facts, _world: World, now: Millis) -> Decision:
    return Decision(timers=(timer(facts.case, What.STUCK, now + COME_WITHIN),))


def arrived(facts: Facts, world: World, now: Millis) -> Decision:
    one = facts.case.companion(facts.who)
    if one is None or one.came:
        return NOTHING
    case = _with(facts.case, replace(one, came=True))
    return merge(Decision(save=(case,)), working.say_anew(replace(facts, case=case), world))


# ---- Who goes --------------------------------------------------------------------------------------


def lost(facts: Facts, world: World, now: Millis) -> Decision:
    """Who was asked, or said yes, is no responder any more: they are told so elsewhere."""
    return _goes(facts, world, now, told=False)


def declined(facts: Facts, world: World, now: Millis) -> Decision:
    """Who was asked, too, cannot."""
    assert facts.who
    thanked = privately(facts.who, f"declined {facts.case.number}", texts.text("case.declined"))
    return merge(Decision(effects=(thanked,)), lost(facts, world, now))


def paused(facts: Facts, world: World, now: Millis) -> Decision:
    """Who wants a rest is not asked any more; who said yes stays."""
    return NOTHING if facts.case.companion(facts.who) else lost(facts, world, now)


def stuck(facts: Facts, world: World, now: Millis) -> Decision:
    """Who said yes does not come, could not be invited, or has left."""
    return _goes(facts, world, now, told=True)


def changed_identity(facts: Facts, world: World, now: Millis) -> Decision:
    """Who is in the room is not who said yes: they read nothing, and are removed."""
    assert facts.who
    return merge(_goes(facts, world, now, told=True), another_identity(facts.case, facts.who))


def _goes(facts: Facts, world: World, now: Millis, *, told: bool) -> Decision:
    case = facts.case
    # A timer names nobody: all those who have not come.
    going = tuple(
        one
        for one in case.companions
        if (one.user == facts.who if facts.who else one.agreed and not one.came)
    )
    offers = [sent for sent in facts.standing if is_offer(sent) and offered_to(sent) == facts.who]
    rest = tuple(sent for sent in facts.standing if sent not in offers)
    for user in (facts.who, *(one.user for one in going)):
        case = without_one(case, user) if user else case
    effects = [*take_back(offers)]
    for one in going:
        if one.agreed and facts.case.state is CaseState.WORKING and facts.leaver != one.user:
            effects.append(remove(facts.case, one))
        if told and facts.leaver != one.user:
            effects.append(
                privately(one.user, f"sorry {case.number} {one.user}", texts.text("case.not_this_time"))
            )
    gone = Decision(save=(case,), effects=tuple(effects))
    if not going:
        return gone if case != facts.case else NOTHING
    if facts.case.pending in going:
        gone = merge(gone, _next_question(facts, case))
        rest = tuple(sent for sent in rest if not sent.slot.startswith(ONE_MORE))
    return merge(gone, _after(replace(facts, standing=rest), case, going, world, now))


def _after(facts: Facts, case: Case, going: tuple[Companion, ...], world: World, now: Millis) -> Decision:
    """Somebody else is looked for if nobody is left; what those who went had taken is open again."""
    names = texts.listed(tuple(local_name(one.user) for one in going), "and")
    before = facts.kind.text("case.left_alone", name=names)
    if case.state is CaseState.WORKING:
        more = NOTHING if case.companions else working.seek_more(facts, case, world, now, before=before)
        if not any(one.came for one in going):
            return more
        gone = tuple(one.user for one in going)
        return merge(working.without(replace(facts, case=case), gone, world, now), more)
    if case.companions:
        # She was told of them, and may be on her way; while the room is made, she has heard of nobody.
        heard_of = case.state is CaseState.INVITED and any(one.agreed for one in going)
        return Decision(effects=(tell(case, "left", before),)) if heard_of else NOTHING
    if case.state is CaseState.OPENING:
        return seek(facts, case, world, now)
    stays = still_asked(facts)
    back = take_back(one for one in facts.standing if one not in stays)
    return merge(
        Decision(effects=(*back, *close(facts.case))),
        seek(replace(facts, standing=stays), alone(case), world, now, before=before),
    )


def _sorry(case: Case, one: Companion) -> Effect:
    return privately(one.user, f"sorry {case.number} {one.user}", texts.text("case.not_this_time"))


def _with(case: Case, one: Companion) -> Case:
    return replace(case, companions=tuple(one if one.user == old.user else old for old in case.companions))


def without_one(case: Case, user: UserId) -> Case:
    """Neither there, nor asked (again)."""
    return replace(
        case,
        companions=tuple(one for one in case.companions if one.user != user),
        offers=tuple(offer for offer in case.offers if offer.user != user),
        out=tuple(dict.fromkeys((*case.out, user))),
    )
