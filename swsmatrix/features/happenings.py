"""What an event is to the cases that there are, or to one that it begins."""

from __future__ import annotations

from dataclasses import dataclass

from swsmatrix.features import answers, details, handing, meeting, menu, working
from swsmatrix.features.case import ASKED, KINDS, OPEN, Kind, What
from swsmatrix.features.feature import Reader
from swsmatrix.features.supporter import is_responder
from swsmatrix.model import Case, CaseState, EffectDone, EffectFailed, Noted, Post, PostState, TimerFired
from swsmatrix.protocol import (
    IDENTITY_CHANGED,
    EventId,
    Joined,
    Left,
    MessageDeleted,
    MessageEdited,
    MessagePosted,
    Millis,
    Picture,
    Reacted,
    RoomId,
    UserId,
)
from swsmatrix.routing import Input
from swsmatrix.routing import Kind as PlaceKind
from swsmatrix.world import World

TAKE, WISH = "take", "details"
ANSWERS = {"yes": What.YES, "no": What.NO, "else": What.ELSE, "agreed": What.AGREED}
# What somebody says to the bot alone about a case of theirs; any other is a wish.
_AUTHORS = {
    working.STOP: What.GONE_BY_WORD,
    working.CLOSE: What.CLOSED,
    working.BEGIN: What.ALONE,
}
OVER_WORDS = tuple(_AUTHORS)
AUTHORS_WORDS = (*menu.WORDS, *OVER_WORDS)
# What is said in the room of a case.
InRoom = MessagePosted | MessageEdited | MessageDeleted | Reacted
_SAID = {MessagePosted: What.TALKED, MessageEdited: What.REWORDED, MessageDeleted: What.UNSAID}
# Who said yes is let in.
COMING = (CaseState.JOINED, CaseState.WORKING)
# What somebody is no more, or not for now, as features/supporters.py tells it.
NO_MORE = {"withdrawn": What.WITHDRAWN, "no responder": What.WITHDRAWN, "paused": What.PAUSED}


@dataclass(frozen=True, slots=True)
class Answer:
    """What a word is answered with if there is no such case."""

    key: str
    number: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """Something that concerns ``case``, before the rest is read."""

    what: What
    case: Case
    who: UserId | None = None
    identity: str = ""
    room: RoomId | None = None
    picture: Picture | None = None
    event: InRoom | None = None
    wishes: tuple[str, ...] = ()
    leaver: UserId | None = None


async def of_word(
    word: str, number: int | None, event: MessagePosted, place: PlaceKind, reader: Reader
) -> list[Happening] | Answer:
    """`take 4` of a steward, `details 4` (or in reply) of a responder; a steward's are seen by the others."""
    what = What.TAKEN if place is PlaceKind.STEWARDS else What.YES
    if what is What.YES and (place is not PlaceKind.DIRECT or word == TAKE):
        return []
    if word == TAKE:
        taken = await reader.people.case_numbered(number or 0)
        case: Case | Answer = taken or Answer("stewards.no_such", number)
    else:
        case = await _wished(number, event, reader)
    if isinstance(case, Answer):
        return case
    return [Happening(what=what, case=case, who=event.sender, identity=event.identity)]


async def of_author(asked: Input, event: MessagePosted, reader: Reader) -> list[Happening] | Answer:
    """A word of somebody about a case of theirs in which several work together."""
    said = asked.said
    assert said
    mine = [
        case
        for case in await reader.people.cases_of(event.sender)
        if case.requester == event.sender and KINDS[case.feature].several
    ]
    if said.word in OVER_WORDS:
        mine = [case for case in mine if said.number in (None, case.number)]
    sent = await reader.queue.sent_as(event.reply_to) if event.reply_to else None
    named = [case for case in mine if sent and sent.subject == case.subject] or mine
    fitting = [case for case in named if _fits(said.word, case)]
    if not fitting:
        return Answer("group.nothing_open", said.number)
    # What was asked about first: the record of what is over, or what they want.
    asked_about = CaseState.DONE if said.word == menu.RECORD else CaseState.REPORTED
    if said.word not in OVER_WORDS:
        fitting = [case for case in fitting if case.state is asked_about] or fitting
    ends = said.word in OVER_WORDS or menu.chosen(said) == (menu.NOTHING,)
    if ends and not menu.alone(said):
        return Answer("group.alone", said.number)
    if len(fitting) > 1 and ends:
        return Answer("group.which", fitting[-1].number)
    case = fitting[-1]
    what = _AUTHORS.get(said.word, What.CHOSEN)
    if said.word == menu.RECORD and case.state is CaseState.DONE:
        what = What.RECORD
    wishes = menu.chosen(said) if what is What.CHOSEN else ()
    return [Happening(what=what, case=case, who=event.sender, wishes=wishes)]


def _fits(word: str, case: Case) -> bool:
    match word:
        case working.STOP:
            return True
        case working.CLOSE:
            return case.state is CaseState.WORKING
        case working.BEGIN:
            return case.state in (CaseState.REPORTED, *OPEN)
    return case.state is not CaseState.DONE or word == menu.RECORD


async def _wished(number: int | None, event: MessagePosted, reader: Reader) -> Case | Answer:
    """The case that `details 4` begins: of a warning that went out without what a responder wants to know."""
    wishes = await reader.people.supporter(event.sender)
    if wishes is None or not is_responder(wishes, event.identity):
        return Answer("asked.no_responder", number)
    post = await _meant(number, event, reader)
    number = post.number if post else number
    if post is None or post.feature != ASKED.posts or post.state is not PostState.UP:
        return Answer("asked.no_such", number)
    if post.author == event.sender:
        return Answer("asked.own", number)
    if not details.were_struck(post.text):
        return Answer("asked.nothing_struck", number)
    before = any(sent.slot.startswith(meeting.ASKED_BEFORE) for sent in await reader.queue.sent(post.subject))
    if before or await reader.people.case(ASKED.name, post.event):
        return Answer("asked.before", number)
    return _begun(ASKED, post, event.at)


async def _meant(number: int | None, event: MessagePosted, reader: Reader) -> Post | None:
    """By its number, or as a reply to what `warnings` showed them of it."""
    if number is not None or event.reply_to is None:
        return await reader.records.post_numbered(number or 0)
    sent = await reader.queue.sent_as(event.reply_to)
    feature, _, original = sent.subject.partition(" ") if sent else ("", "", "")
    return await reader.records.post(feature, EventId(original))


def _begun(kind: Kind, post: Post, at: Millis) -> Case:
    return Case(
        feature=kind.name,
        event=post.event,
        number=post.number,
        requester=post.author,
        state=CaseState.REPORTED if kind.several else CaseState.SEEKING,
        changed_at=at,
    )


async def of_event(asked: Input, reader: Reader, world: World) -> list[Happening]:
    """What an event is to the cases that there are, or to one that it begins."""
    match asked.event:
        case MessagePosted() | MessageEdited() | MessageDeleted() | Reacted() as event if (
            asked.place.kind is PlaceKind.CASE
        ):
            return await _of_talk(event, asked.place.subject, reader)
        case Noted(name="up" | "trusted" | "gone") as event:
            return [one for kind in KINDS.values() for one in await _of_request(kind, event, reader)]
        case Noted(feature=answers.NAME) as event:
            return await _of_answer(event, reader)
        case Noted(feature="supporters", name=name, subject=user) if name in NO_MORE:
            return [
                Happening(what=NO_MORE[name], case=case, who=UserId(user))
                for case in await reader.people.cases_of(UserId(user))
                if _concerns(case, user) and (name != "no responder" or KINDS[case.feature].responders)
            ]
        case TimerFired(feature=feature) as event if feature in KINDS:
            case = await _case(event.subject, reader)
            return [Happening(what=What(event.name), case=case)] if case else []
        case EffectDone() | EffectFailed() as event:
            return await _of_effect(event, reader)
        case Left() as event if gone := await _of_leaver(event, asked.place.kind, reader):
            return gone
        case Joined() | Left() as event:
            return await _of_member(event, reader, world)
    return []


def _concerns(case: Case, user: str) -> bool:
    return case.companion(user) is not None or any(offer.user == user for offer in case.offers)


async def _case(subject: str, reader: Reader) -> Case | None:
    name, event, *_ = (*subject.split(" "), "")
    return await reader.people.case(name, EventId(event)) if name in KINDS else None


async def _of_talk(event: InRoom, subject: str, reader: Reader) -> list[Happening]:
    """What is said in the room of a case is for the bot only where it stays to keep the card."""
    case = await _case(subject, reader)
    if case is None or case.state is not CaseState.WORKING or case.room != event.room:
        return []
    if not isinstance(event, Reacted):
        return [Happening(what=_SAID[type(event)], case=case, who=event.sender, event=event)]
    sent = await reader.queue.sent_as(event.target)
    on_card = sent is not None and sent.subject == case.subject and sent.slot.startswith(working.CARD)
    return [Happening(what=What.TICKED, case=case, who=event.sender, event=event)] if on_card else []


async def _of_request(kind: Kind, event: Noted, reader: Reader) -> list[Happening]:
    """A post became such a request, or is none any more. One that asks about it stays while it is up."""
    if event.feature != kind.posts:
        return []
    case = await reader.people.case(kind.name, EventId(event.subject))
    begins = kind.state is not None and event.name == kind.state.value
    if not begins:
        over = event.name != (kind.state or PostState.UP).value
        return [Happening(what=What.GONE, case=case)] if case and over else []
    if case:
        return [Happening(what=What.CHANGED, case=case)]
    post = await reader.records.post(kind.posts, EventId(event.subject))
    assert post
    return [Happening(what=What.ASKED, case=_begun(kind, post, event.at))]


async def _of_answer(event: Noted, reader: Reader) -> list[Happening]:
    case, origin = await _case(event.subject, reader), event.because
    if case is None or origin is None:
        return []
    identity = origin.identity if isinstance(origin, MessagePosted) else ""
    who = UserId(getattr(origin, "sender", ""))
    return [Happening(what=ANSWERS[event.name], case=case, who=who, identity=identity)]


async def _of_effect(event: EffectDone | EffectFailed, reader: Reader) -> list[Happening]:
    """A room or a picture made (as asked for last), an invitation taken, a sentence said; or refused."""
    case, done = await _case(event.subject, reader), isinstance(event, EffectDone)
    if case is None:
        return []
    if event.slot == f"together {case.room}":
        not_said = isinstance(event, EffectFailed) and event.reason == IDENTITY_CHANGED
        return [Happening(what=What.NOT_SAID if not_said else What.SAID, case=case)]
    to_one = event.slot.startswith(("invite ", "offer "))
    if isinstance(event, EffectFailed) and event.whose and case.companion(event.whose) and not to_one:
        # Nothing is said in the room while somebody there is not who said yes.
        return [Happening(what=What.NOT_SAID, case=case, who=event.whose)]
    if event.slot == f"record {case.number}":
        return [Happening(what=What.RECORDED if done else What.NOT_RECORDED, case=case)]
    if event.slot == handing.made_for(case):
        ours = Picture.from_json(event.result) if isinstance(event, EffectDone) else None
        return [Happening(what=What.REMADE, case=case, picture=ours)]
    if event.slot == f"open {case.number} {case.round}" and case.state is CaseState.OPENING:
        room = RoomId(event.result) if isinstance(event, EffectDone) else None
        return [Happening(what=What.MADE if done else What.NOT_MADE, case=case, room=room)]
    what, user = event.slot.partition(" ")[0], UserId(event.slot.rpartition(" ")[2])
    if what == "offer" and not done:
        return [Happening(what=What.WITHDRAWN, case=case, who=user)]
    of_requester = user == case.requester and case.state is CaseState.INVITED
    of_companion = case.companion(user) is not None and case.state in COMING
    if what != "invite" or not (of_requester or of_companion):
        return []
    if done:
        return [Happening(what=What.CALLED, case=case, who=user)]
    return [Happening(what=What.UNREACHABLE if of_requester else What.STUCK, case=case, who=user)]


async def _of_leaver(event: Left, place: PlaceKind, reader: Reader) -> list[Happening]:
    """Whoever was removed from the community, whoever has left it, and who has left the stewards.

    A requester who leaves by themselves may still want somebody. Of supporters features/supporters.py tells.
    """
    stewards = place is PlaceKind.STEWARDS
    if event.known and not stewards:
        return []
    removed = event.removed and not event.known and place in (PlaceKind.COMMUNITY, PlaceKind.REGIONAL)
    listed = await reader.people.supporter(event.user) is not None
    found = []
    for case in await reader.people.cases_of(event.user):
        if case.requester == event.user and removed:
            found.append(Happening(what=What.REMOVED, case=case))
        elif _concerns(case, event.user) and not listed:
            found.append(Happening(what=What.WITHDRAWN, case=case, who=event.user))
    return found


async def _of_member(event: Joined | Left, reader: Reader, world: World) -> list[Happening]:
    private = await reader.people.private(event.room)
    case = await _case(private.subject, reader) if private else None
    if case is None or case.room != event.room:
        return []
    coming = isinstance(event, Joined)
    if event.user == world.me and not coming:
        return [Happening(what=What.NOT_MADE, case=case)]
    if event.user == case.requester:
        leaver = None if coming else event.user
        return [Happening(what=What.CAME if coming else What.ELSE, case=case, leaver=leaver)]
    if case.companion(event.user):
        leaver = None if coming else event.user
        what = What.ARRIVED if coming else What.STUCK
        return [Happening(what=what, case=case, who=event.user, leaver=leaver)]
    return []
