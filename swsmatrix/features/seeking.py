"""Steps of a case in which somebody is looked for: offers, waves, and the truth when nobody is there."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from swsmatrix import matching, texts
from swsmatrix.features import answering, details
from swsmatrix.features.asking import caution
from swsmatrix.features.case import KINDS, Facts, What, busy, is_offer, offered_to, with_caution
from swsmatrix.features.common import local_name, privately, region_names, take_back, to_stewards, when
from swsmatrix.features.feature import merge
from swsmatrix.features.supporter import is_responder
from swsmatrix.features.where import called
from swsmatrix.folding import key
from swsmatrix.hashtags import hear
from swsmatrix.model import (
    Case,
    CaseState,
    Companion,
    Decision,
    Effect,
    Noted,
    Offer,
    Post,
    Priority,
    RegionId,
    Sent,
    SetTimer,
    Supporter,
    ToDirect,
    ToNew,
)
from swsmatrix.protocol import MINUTE, CreatePrivate, Millis, ReadBy, Say, UserId
from swsmatrix.world import World

LOOK_AGAIN = 30 * MINUTE


# ---- Asking ----


def ask(facts: Facts, world: World, now: Millis) -> Decision:
    return seek(facts, facts.case, world, now)


def start_over(facts: Facts, world: World, now: Millis) -> Decision:
    """The request says something else now: what was asked before is taken back, and asked anew."""
    gone = Decision(effects=take_back(facts.standing))
    return merge(gone, seek(replace(facts, standing=()), replace(facts.case, offers=()), world, now))


def seek(facts: Facts, case: Case, world: World, now: Millis, *, before: str = "") -> Decision:
    """Ask the next wave; if there is none, say so. ``before``: what its requester is told first."""
    post = facts.post
    assert post
    request = replace(request_of(post, world), responders=facts.kind.responders)
    chosen = matching.wave(
        request,
        facts.supporters,
        world.tree,
        size=world.wave,
        busy=busy(facts.cases),
        limit=world.max_open_cases,
        out={case.requester, *case.out, *facts.muted, *(offer.user for offer in case.offers)},
    )
    if not chosen:
        # Who was asked for the place first gets a moment to name it.
        if facts.what is What.ASKED and not post.regions:
            return Decision(save=(case,), timers=(timer(case, What.WAVE, now + world.wave_timeout),))
        if facts.kind.several and case.offers and before and case.state is not CaseState.WORKING:
            return _still_asked(case, world, now, before)
        return nobody(facts, case, world, now, before=before)
    key = "case.asking_next" if before else _asking(facts, case)
    case = replace(
        case,
        state=CaseState.SEEKING,
        offers=(*case.offers, *(Offer(one.user, now) for one in chosen)),
        changed_at=now,
    )
    near = matching.nearness(request, chosen[0], world.tree) is not None
    read = facts.kind.text("case.read_quiet" if post.quiet else "case.read_words")
    told = facts.kind.text(key, people=people(len(chosen), near=near), read=read)
    offers = (_offer(one, case, facts, world) for one in chosen)
    return Decision(
        save=(case, *(replace(one, asked_at=now) for one in chosen)),
        effects=(*offers, tell(case, "asking", before, told)),
        timers=(timer(case, What.WAVE, now + world.wave_timeout),),
        stop_timers=(case.subject,),
    )


def _still_asked(case: Case, world: World, now: Millis, before: str) -> Decision:
    """Who said yes is gone; others have not answered yet."""
    return Decision(
        save=(replace(case, state=CaseState.SEEKING, changed_at=now),),
        effects=(tell(case, "still", before, texts.text("case.may_still")),),
        timers=(timer(case, What.WAVE, now + world.wave_timeout),),
        stop_timers=(case.subject,),
    )


def _asking(facts: Facts, before: Case) -> str:
    """What the requester is told when others are asked. ``before``: the case without them."""
    if facts.what is What.CHANGED and facts.case.offers:
        return "case.asking_anew"
    if before.state is CaseState.WORKING:
        return "case.asking_next"  # they are in their chat
    return "case.asking_more" if before.offers or before.out else "case.asking"


def nobody(facts: Facts, case: Case, world: World, now: Millis, *, before: str = "") -> Decision:
    """Nobody is left to ask: requester and stewards are told, once; who was asked may still say yes."""
    post = facts.post
    assert post
    effects: tuple[Effect, ...] = ()
    meanwhile = Decision()
    if not any(sent.slot.startswith("nobody ") for sent in facts.standing):
        line = facts.kind.text(
            "case.stewards_nobody",
            number=case.number,
            tag=f"#{post.tag.value}",
            region=region_names(world, post.regions),
            topics="".join(f" · {topic}" for topic in sorted(request_of(post, world).topics)),
            when=when(world, post.posted_at, post.regions) + caution(post),
            show="" if post.quiet else texts.text("case.stewards_show", number=case.number) + " ",
        )
        still = " " + texts.text("case.may_still") if case.offers else ""
        begin = "" if case.state is CaseState.WORKING else texts.text("group.or_begin")
        around = emergency(post.regions, world)
        told = facts.kind.text("case.nobody", still=still, begin=begin, emergency=around)
        effects = (
            tell(case, "nobody yet", before, told),
            to_stewards(world, f"nobody {case.number}", line, subject=case.subject),
        )
        if facts.tips:
            meanwhile = answering.said(case.requester, facts.tips, world, now, asked=False)
    elif before:
        effects = (tell(case, "nobody yet", before),)
    stays = Decision(
        save=(replace(case, state=CaseState.NOBODY, changed_at=now),),
        effects=effects,
        timers=(timer(case, What.AGAIN, now + LOOK_AGAIN),),
        stop_timers=(case.subject,),
    )
    return merge(stays, meanwhile)


def request_of(post: Post, world: World) -> matching.Request:
    words = hear(post.text, world.tags).words
    return matching.Request(
        regions=post.regions,
        topics=topics_of(words, world),
        anywhere="everywhere" in map(key, words),
    )


def topics_of(words: Iterable[str], world: World) -> frozenset[str]:
    """The configured topics among hashtags."""
    written = {key(word) for word in words}
    return frozenset(topic for topic in world.topics if key(topic) in written)


def _offer(supporter: Supporter, case: Case, facts: Facts, world: World) -> Effect:
    """What a supporter reads: place, topics, the words if they were said in a room; never whose they are.

    What is for responders only is for the one who says yes: the others read place and time.
    """
    post = facts.post
    assert post
    private = post.quiet or facts.kind.responders
    text = facts.kind.text(
        "case.offer",
        region=region_names(world, post.regions) if private else called(post, world),
        when=when(world, post.posted_at, post.regions),
        **({} if facts.kind.responders else _told_of(post, world)),
        name=local_name(supporter.user),
    )
    return Effect(
        slot=f"offer {case.number} {supporter.user}",
        target=ToDirect(supporter.user),
        action=Say(text, readers=(ReadBy(supporter.user, supporter.identity),)),
        priority=Priority.ANSWER,
        subject=case.subject,
        lasting=True,
    )


def _told_of(post: Post, world: World) -> dict[str, str]:
    topics = ", ".join(sorted(request_of(post, world).topics))
    words = details.shown(post, world)
    return {
        "topics": texts.text("case.offer_topics", topics=topics) if topics else "",
        "words": texts.text("case.offer_quiet")
        if post.quiet
        else texts.text("case.offer_words", words=words),
    }


def people(count: int, *, near: bool = True) -> str:
    """How many were asked, in words."""
    counted = texts.text("case.one_person") if count == 1 else texts.text("case.people", count=count)
    return counted if near else texts.text("case.far_away", people=counted)


def emergency(regions: Iterable[RegionId], world: World) -> str:
    """The lines that the community set for ``regions``, or for the nearest around them."""
    found = []
    for region in regions:
        around = [world.tree.get(one) for one in (region, *world.tree.above(region))]
        found += [one for one in around if one.emergency][:1]
    lines = (texts.text("direct.emergency", region=one.name, line=one.emergency) for one in found)
    return "".join(f"\n\n{line}" for line in dict.fromkeys(lines))


# ---- Answers ----


def win(facts: Facts, world: World, now: Millis) -> Decision:
    """The first yes: everybody else's offer is over, and a room is made."""
    case, who = facts.case, facts.who
    assert who
    identity = pinned(facts, who)
    if facts.identity and identity and facts.identity != identity:
        return another_identity(case, who)
    others = [sent for sent in facts.standing if is_offer(sent) and offered_to(sent) != who]
    if facts.kind.several:
        others = []  # they may come, too
    lines = [sent for sent in facts.standing if sent.slot.startswith("nobody ")]
    case = replace(
        case,
        companions=(Companion(who, identity),),
        offers=tuple(offer for offer in case.offers if offer.user != who),
    )
    told = Decision(
        effects=(thanks(facts, who), *take_back((*others, *lines)), *instead(others, case, "case.taken"))
    )
    return merge(open_room(facts, case, world, now), told)


def pinned(facts: Facts, who: UserId) -> str:
    """The identity that was accepted as theirs; of somebody who is no supporter, the one that says yes."""
    return next((one.identity for one in facts.supporters if one.user == who), facts.identity)


def another_identity(case: Case, who: UserId) -> Decision:
    """Not the one who was accepted: features/supporters.py sees to it."""
    return Decision(tell=(Noted(feature=case.feature, name="another identity", subject=who),))


def thanks(facts: Facts, who: UserId) -> Effect:
    """For a yes."""
    thanked = with_caution(facts.kind.text("case.thanks"), facts.post)
    return privately(who, f"thanks {facts.case.number} {who}", thanked)


def open_room(facts: Facts, case: Case, world: World, now: Millis) -> Decision:
    """Have a room made for whoever is to meet."""
    case = replace(case, state=CaseState.OPENING, round=case.round + 1, changed_at=now)
    opening = Effect(
        slot=f"open {case.number} {case.round}",
        target=ToNew(case.subject),
        action=CreatePrivate(world.room_name),
        priority=Priority.PRIVATE_ROOM,
        subject=case.subject,
        report=True,
    )
    return Decision(save=(case,), effects=(opening,), stop_timers=(case.subject,))


def take(facts: Facts, world: World, now: Millis) -> Decision:
    """A steward is the one: like a yes, seen by the other stewards."""
    case, who = facts.case, facts.who
    assert who
    if who == case.requester:
        return say_stewards(world, texts.text("case.stewards_own", number=case.number))
    if facts.kind.responders and not trusted(facts, who):
        return say_stewards(world, texts.text("details.stewards_no_responder", number=case.number))
    won = win(facts, world, now)
    key = "case.stewards_take" if won.save else "case.stewards_not_taken"
    return merge(won, say_stewards(world, facts.kind.text(key, who=local_name(who), number=case.number)))


def trusted(facts: Facts, who: UserId) -> bool:
    return any(one.user == who and is_responder(one, facts.identity) for one in facts.supporters)


def taken_already(facts: Facts, world: World, _now: Millis) -> Decision:
    return say_stewards(world, texts.text("case.stewards_late", number=facts.case.number))


def declined(facts: Facts, world: World, now: Millis) -> Decision:
    """One of those asked cannot; when the last of them cannot, the next ones are asked at once."""
    assert facts.who
    line = privately(facts.who, f"declined {facts.case.number}", texts.text("case.declined"))
    return merge(Decision(effects=(line,)), without(facts, world, now))


def without(facts: Facts, world: World, now: Millis) -> Decision:
    """Go on without one of those who were asked."""
    case, who = facts.case, facts.who
    assert who
    theirs = [sent for sent in facts.standing if is_offer(sent) and offered_to(sent) == who]
    case = replace(
        case,
        offers=tuple(offer for offer in case.offers if offer.user != who),
        out=tuple(dict.fromkeys((*case.out, who))),
    )
    gone = Decision(save=(case,), effects=take_back(theirs))
    if case.offers or case.state is CaseState.NOBODY:
        return gone
    return merge(gone, seek(facts, case, world, now))


# ---- What these steps and the later ones share ----


def cancel(facts: Facts, _world: World, _now: Millis) -> Decision:
    """The request is gone while supporters are asked: so are the offers."""
    case = facts.case
    gone = instead(offers_of(facts), case, "case.gone")
    return merge(ended(facts), Decision(effects=(*tell_closed(facts), *gone)))


def ended(facts: Facts) -> Decision:
    """Nothing is known of the case any more, nor stands of it in direct chats or with the stewards."""
    return Decision(drop=(facts.case,), effects=take_back(facts.standing), stop_timers=timers_of(facts.case))


def offers_of(facts: Facts) -> tuple[Sent, ...]:
    """The offers that stand, but for those to whoever said yes."""
    return tuple(
        sent for sent in facts.standing if is_offer(sent) and not facts.case.companion(offered_to(sent))
    )


def tell_closed(facts: Facts) -> tuple[Effect, ...]:
    """The requester hears that it is over, unless what ended the request has told them."""
    return () if facts.kind.stands else (tell(facts.case, "closed", facts.kind.text("case.closed")),)


def instead(offers: Iterable[Sent], case: Case, line: str) -> tuple[Effect, ...]:
    """One short line in the place of each offer that somebody may have read."""
    users: list[UserId] = [offered_to(sent) for sent in offers if sent.event]
    return tuple(privately(user, f"instead {case.number} {user}", texts.text(line)) for user in users)


def tell(case: Case, slot: str, *parts: str) -> Effect:
    """Tell its requester, all in one message."""
    text = "\n\n".join(part for part in parts if part)
    return privately(case.requester, f"{slot} {case.number}", text)


def say_stewards(world: World, line: str) -> Decision:
    return Decision(effects=(to_stewards(world, "stewards", line),))


def timer(case: Case, what: What, due: Millis) -> SetTimer:
    return SetTimer(feature=case.feature, name=what.value, subject=case.subject, due=due)


def work_timer(case: Case, what: What, due: Millis) -> SetTimer:
    """One that goes on while somebody is looked for."""
    return SetTimer(feature=case.feature, name=what.value, subject=_working(case), due=due)


def timers_of(case: Case) -> tuple[str, ...]:
    """The subjects of all its timers."""
    return (case.subject, *((_working(case),) if KINDS[case.feature].several else ()))


def _working(case: Case) -> str:
    return f"{case.subject} work"
