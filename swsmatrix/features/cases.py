"""A case: a request on its way to somebody. What can happen to it in which state, at a glance: ``TABLE``.

The same for every tag that leads people together; a kind says which posts its requests are. What is not in
the table changes nothing. The usual way is

    SEEKING ──yes──▶ OPENING ──made──▶ INVITED ──came──▶ JOINED ──arrived──▶ TOGETHER ──over──▶ (forgotten)
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

from swsmatrix import texts
from swsmatrix.features import answers, meeting, seeking
from swsmatrix.features.case import Edge, Facts, What
from swsmatrix.features.feature import Feature, Reader, merge
from swsmatrix.model import (
    NOTHING,
    Case,
    CaseState,
    Decision,
    EffectDone,
    EffectFailed,
    Noted,
    TimerFired,
    subject_of,
)
from swsmatrix.protocol import EventId, Joined, Left, MessagePosted, Millis, RoomId, UserId
from swsmatrix.routing import Input
from swsmatrix.routing import Kind as PlaceKind
from swsmatrix.world import World

TABLE: Mapping[CaseState, Mapping[What, Edge]] = {
    CaseState.SEEKING: {
        What.ASKED: seeking.ask,
        What.CHANGED: seeking.start_over,
        What.YES: seeking.win,
        What.TAKEN: seeking.take,
        What.NO: seeking.declined,
        What.WITHDRAWN: seeking.without,
        What.PAUSED: seeking.without,
        What.WAVE: seeking.ask,
        What.REMOVED: meeting.removed,
        What.GONE: seeking.cancel,
    },
    CaseState.NOBODY: {
        What.CHANGED: seeking.start_over,
        What.YES: seeking.win,
        What.TAKEN: seeking.take,
        What.NO: seeking.declined,
        What.WITHDRAWN: seeking.without,
        What.PAUSED: seeking.without,
        What.AGAIN: seeking.ask,
        What.REMOVED: meeting.removed,
        What.GONE: seeking.cancel,
    },
    CaseState.OPENING: {
        What.MADE: meeting.invite_requester,
        What.NOT_MADE: meeting.no_room,
        What.WITHDRAWN: meeting.lost_early,
        What.TAKEN: seeking.taken_already,
        What.REMOVED: meeting.removed,
        What.GONE: meeting.cancel_meeting,
    },
    CaseState.INVITED: {
        What.CALLED: meeting.wait_for_requester,
        What.UNREACHABLE: meeting.no_room,
        What.CAME: meeting.invite_supporter,
        What.ELSE: meeting.someone_else,
        What.REMIND: meeting.remind,
        What.LATE: meeting.too_late,
        What.WITHDRAWN: meeting.lost,
        What.TAKEN: seeking.taken_already,
        What.REMOVED: meeting.removed,
        What.GONE: meeting.cancel_meeting,
    },
    CaseState.JOINED: {
        What.CALLED: meeting.wait_for_supporter,
        What.ARRIVED: meeting.together,
        What.STUCK: meeting.stuck,
        What.ELSE: meeting.someone_else,
        What.WITHDRAWN: meeting.lost,
        What.TAKEN: seeking.taken_already,
        What.REMOVED: meeting.removed,
        What.GONE: meeting.cancel_meeting,
    },
    CaseState.TOGETHER: {
        What.CHANGED: meeting.blank,
        What.TAKEN: seeking.taken_already,
        What.OVER: meeting.forget,
        What.WITHDRAWN: meeting.forget_both,
        What.REMOVED: meeting.forget,
        What.GONE: meeting.forget,
    },
}

ANSWERS = {"yes": What.YES, "no": What.NO, "else": What.ELSE}


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """``name``: of the feature and its cases. ``posts``: of the feature that keeps the requests."""

    name: str
    posts: str


HELP = Kind(name="help", posts="swshelp")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Happening:
    """Something that concerns ``case``, before the rest is read."""

    what: What
    case: Case
    who: UserId | None = None
    identity: str = ""
    room: RoomId | None = None


Found = tuple[Facts, ...] | int
"""The cases at hand; or the number of one that there is not."""


def feature(kind: Kind) -> Feature:
    return Feature(kind.name, partial(_load, kind), decide, stewards=("take",))


def decide(_asked: Input, found: Found, world: World, now: Millis) -> Decision:
    if isinstance(found, int):
        return seeking.say_stewards(world, texts.text("stewards.no_such", number=found or "?"))
    steps = ((TABLE[facts.case.state].get(facts.what), facts) for facts in found)
    return merge(*(step(facts, world, now) if step else NOTHING for step, facts in steps))


async def _load(kind: Kind, asked: Input, reader: Reader, _world: World) -> Found | None:
    event, said = asked.event, asked.said
    if said and said.word == "take" and isinstance(event, MessagePosted):
        if asked.place.kind is not PlaceKind.STEWARDS:
            return None
        case = await reader.people.case_numbered(said.number or 0)
        if case is None:
            return said.number or 0
        if case.feature != kind.name:
            return None
        found = [_Happening(what=What.TAKEN, case=case, who=event.sender, identity=event.identity)]
    else:
        found = await _happenings(kind, asked, reader)
    if not found:
        return None
    supporters, cases = await reader.people.supporters(), await reader.people.cases()
    return tuple(
        [
            Facts(
                what=one.what,
                case=one.case,
                post=await reader.records.post(kind.posts, one.case.event),
                supporters=supporters,
                cases=cases,
                standing=await reader.queue.sent(one.case.subject),
                of_post=await reader.queue.sent(subject_of(kind.posts, one.case.event)),
                who=one.who,
                identity=one.identity,
                room=one.room,
                chat=await reader.records.direct(one.case.requester) is not None,
            )
            for one in found
        ]
    )


async def _happenings(kind: Kind, asked: Input, reader: Reader) -> list[_Happening]:
    """What an event is to this kind's cases."""
    match asked.event:
        case Noted(feature=kind.posts) as event:
            return await _of_request(kind, event, reader)
        case Noted(feature=answers.NAME) as event:
            return await _of_answer(kind, event, reader)
        case Noted(feature="supporters", name="withdrawn" | "paused" as name, subject=user):
            what = What.WITHDRAWN if name == "withdrawn" else What.PAUSED
            return [
                _Happening(what=what, case=case, who=UserId(user))
                for case in await reader.people.cases()
                if case.feature == kind.name and _concerns(case, user)
            ]
        case TimerFired(feature=kind.name) as event:
            case = await _case(kind, event.subject, reader)
            return [_Happening(what=What(event.name), case=case)] if case else []
        case EffectDone(feature=kind.name) | EffectFailed(feature=kind.name) as event:
            return await _of_effect(kind, event, reader)
        case Left() as event if gone := await _of_leaver(kind, event, asked.place.kind, reader):
            return gone
        case Joined() | Left() as event:
            return await _of_member(kind, event, reader)
    return []


def _concerns(case: Case, user: str) -> bool:
    return case.supporter == user or any(offer.user == user for offer in case.offers)


async def _case(kind: Kind, subject: str, reader: Reader) -> Case | None:
    name, _, event = subject.partition(" ")
    return await reader.people.case(name, EventId(event)) if name == kind.name else None


async def _of_request(kind: Kind, event: Noted, reader: Reader) -> list[_Happening]:
    case = await reader.people.case(kind.name, EventId(event.subject))
    if event.name == "gone":
        return [_Happening(what=What.GONE, case=case)] if case else []
    if case:
        return [_Happening(what=What.CHANGED, case=case)]
    post = await reader.records.post(kind.posts, EventId(event.subject))
    assert post
    new = Case(
        feature=kind.name,
        event=post.event,
        number=post.number,
        requester=post.author,
        state=CaseState.SEEKING,
        changed_at=event.at,
    )
    return [_Happening(what=What.ASKED, case=new)]


async def _of_answer(kind: Kind, event: Noted, reader: Reader) -> list[_Happening]:
    case, origin = await _case(kind, event.subject, reader), event.because
    if case is None or origin is None:
        return []
    identity = origin.identity if isinstance(origin, MessagePosted) else ""
    who = UserId(getattr(origin, "sender", ""))
    return [_Happening(what=ANSWERS[event.name], case=case, who=who, identity=identity)]


async def _of_effect(kind: Kind, event: EffectDone | EffectFailed, reader: Reader) -> list[_Happening]:
    """A room made (the one asked for last), an invitation taken; or refused."""
    case, done = await _case(kind, event.subject, reader), isinstance(event, EffectDone)
    if case is None:
        return []
    if event.slot == f"open {case.number} {case.round}" and case.state is CaseState.OPENING:
        room = RoomId(event.result) if isinstance(event, EffectDone) else None
        return [_Happening(what=What.MADE if done else What.NOT_MADE, case=case, room=room)]
    what, user = event.slot.partition(" ")[0], UserId(event.slot.rpartition(" ")[2])
    if what == "offer" and not done:
        return [_Happening(what=What.WITHDRAWN, case=case, who=user)]
    if what != "invite" or user != (case.requester if case.state is CaseState.INVITED else case.supporter):
        return []
    if done:
        return [_Happening(what=What.CALLED, case=case)]
    return [_Happening(what=What.UNREACHABLE if user == case.requester else What.STUCK, case=case)]


async def _of_leaver(kind: Kind, event: Left, place: PlaceKind, reader: Reader) -> list[_Happening]:
    """Whoever was removed from the community, whoever has left it, and who has left the stewards.

    A requester who leaves by themselves may still want somebody. Of supporters features/supporters.py tells.
    """
    stewards = place is PlaceKind.STEWARDS
    if event.known and not stewards:
        return []
    removed = event.removed and not event.known and place in (PlaceKind.COMMUNITY, PlaceKind.REGIONAL)
    listed = await reader.people.supporter(event.user) is not None
    found = []
    for case in await reader.people.cases():
        if case.feature == kind.name and case.requester == event.user and removed:
            found.append(_Happening(what=What.REMOVED, case=case))
        elif case.feature == kind.name and _concerns(case, event.user) and not listed:
            found.append(_Happening(what=What.WITHDRAWN, case=case, who=event.user))
    return found


async def _of_member(kind: Kind, event: Joined | Left, reader: Reader) -> list[_Happening]:
    private = await reader.people.private(event.room)
    case = await _case(kind, private.subject, reader) if private else None
    if case is None or case.room != event.room:
        return []
    coming = isinstance(event, Joined)
    if event.user == case.requester:
        return [_Happening(what=What.CAME if coming else What.ELSE, case=case)]
    if event.user == case.supporter:
        return [_Happening(what=What.ARRIVED if coming else What.STUCK, case=case)]
    return []
