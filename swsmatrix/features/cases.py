"""A case: a request on its way to somebody. What can happen to it in which state, at a glance: ``TABLE``.

The same for all kinds (``case.KINDS``), which say whose requests they are and who is asked. What is not in
the table changes nothing. The usual way is

    SEEKING ──yes──▶ OPENING ──made──▶ INVITED ──came──▶ JOINED ──said──▶ TOGETHER ──over──▶ (forgotten)

`details 4` of a responder, whom the author of a warning owes nothing, is a yes to a case that it begins.
"""

from __future__ import annotations

from collections.abc import Mapping

from swsmatrix import texts
from swsmatrix.features import (
    answering,
    closing,
    gathering,
    handing,
    meeting,
    seeking,
    talking,
    vetting,
    working,
)
from swsmatrix.features.asking import told_of_removal
from swsmatrix.features.case import HELP, KINDS, OPEN, Edge, Facts, What
from swsmatrix.features.common import privately
from swsmatrix.features.feature import Feature, Reader, merge
from swsmatrix.features.happenings import (
    AUTHORS_WORDS,
    TAKE,
    WISH,
    Answer,
    Happening,
    of_author,
    of_event,
    of_word,
)
from swsmatrix.model import NOTHING, Case, CaseState, Decision, Supporter, subject_of
from swsmatrix.protocol import MessagePosted, Millis, UserId
from swsmatrix.routing import Input
from swsmatrix.routing import Kind as PlaceKind
from swsmatrix.world import World

_TWO: Mapping[CaseState, Mapping[What, Edge]] = {
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
        What.ARRIVED: handing.both_there,
        What.REMADE: handing.hand_over,
        What.SAID: handing.together,
        What.NOT_SAID: meeting.not_said,
        What.STUCK: meeting.stuck,
        What.ELSE: meeting.someone_else,
        What.WITHDRAWN: meeting.lost,
        What.TAKEN: seeking.taken_already,
        What.REMOVED: meeting.removed,
        What.GONE: meeting.cancel_meeting,
    },
    CaseState.TOGETHER: {
        What.CHANGED: handing.blank,
        What.TAKEN: seeking.taken_already,
        What.OVER: meeting.forget,
        What.WITHDRAWN: meeting.forget_both,
        What.REMOVED: meeting.forget,
        What.GONE: meeting.forget,
    },
}

# Where several come together and the bot stays (features/gathering.py, features/working.py):
#
#     REPORTED ──chosen──▶ SEEKING ──yes──▶ OPENING ──made──▶ INVITED ──came──▶ WORKING ──closed──▶ DONE
#
# and from there, after a day or with the record, to (forgotten); from anywhere by one word (`stop`), a
# deletion or an expiry.
_LOOKING: Mapping[What, Edge] = {
    What.CHOSEN: gathering.choose,
    What.GONE_BY_WORD: closing.stop,
}
_MEETING: Mapping[What, Edge] = {
    **_LOOKING,
    What.YES: gathering.another,
    What.NO: gathering.declined,
    What.TAKEN: gathering.take_too,
    What.AGREED: gathering.agreed,
    What.WITHDRAWN: gathering.lost,
    What.PAUSED: gathering.paused,
    What.GONE: meeting.cancel_meeting,
}
_SEVERAL: Mapping[CaseState, Mapping[What, Edge]] = {
    CaseState.REPORTED: {
        **_LOOKING,
        What.ASKED: gathering.ask_wishes,
        What.UNANSWERED: gathering.unanswered,
        What.ALONE: gathering.open_alone,
        What.TAKEN: seeking.take,
        What.REMOVED: meeting.removed,
        What.GONE: seeking.cancel,
    },
    CaseState.SEEKING: {**_TWO[CaseState.SEEKING], **_LOOKING, What.ALONE: gathering.open_alone},
    CaseState.NOBODY: {**_TWO[CaseState.NOBODY], **_LOOKING, What.ALONE: gathering.open_alone},
    CaseState.OPENING: {
        **_MEETING,
        What.MADE: meeting.invite_requester,
        What.NOT_MADE: meeting.no_room,
        What.REMOVED: meeting.removed,
    },
    CaseState.INVITED: {
        **_MEETING,
        What.CALLED: meeting.wait_for_requester,
        What.UNREACHABLE: meeting.no_room,
        What.NOT_MADE: meeting.no_room,
        What.CAME: gathering.begin,
        What.ELSE: gathering.refused,
        What.REMIND: meeting.remind,
        What.LATE: meeting.too_late,
        What.REMOVED: meeting.removed,
    },
    CaseState.WORKING: {
        **_MEETING,
        What.CHANGED: working.edited,
        What.CALLED: gathering.wait_for_companions,
        What.NOT_MADE: meeting.no_room,
        What.ARRIVED: gathering.arrived,
        What.NOT_SAID: gathering.changed_identity,
        What.STUCK: gathering.stuck,
        What.REMADE: working.pictured,
        What.TALKED: talking.talked,
        What.REWORDED: talking.reworded,
        What.UNSAID: talking.unsaid,
        What.TICKED: talking.ticked,
        What.MORNING: talking.remind,
        What.THIRD_DAY: talking.remind,
        What.WAVE: working.wave,
        What.AGAIN: working.wave,
        What.ELSE: gathering.refused,
        What.CLOSED: closing.close,
        What.REMOVED: closing.over,
        What.GONE: closing.over,
    },
    CaseState.DONE: {
        What.RECORD: closing.hand_record,
        What.RECORDED: closing.recorded,
        What.NOT_RECORDED: closing.not_recorded,
        What.OVER: meeting.forget,
        What.REMOVED: meeting.forget,
        What.GONE_BY_WORD: closing.stop,
        What.GONE: closing.forgotten,
    },
}

TABLES = {name: _SEVERAL if kind.several else _TWO for name, kind in KINDS.items()}

NAME = "cases"

Found = tuple[Facts, ...] | Answer


def decide(asked: Input, found: Found, world: World, now: Millis) -> Decision:
    if isinstance(found, Answer):
        line = texts.text(found.key, number=found.number or "?")
        if asked.place.kind is PlaceKind.STEWARDS or not isinstance(asked.event, MessagePosted):
            return seeking.say_stewards(world, line)
        return Decision(effects=(privately(asked.event.sender, "answer", line),))
    steps = ((edge(facts.case, facts.what), facts) for facts in found)
    return merge(*(step(facts, world, now) if step else NOTHING for step, facts in steps))


def edge(case: Case, what: What) -> Edge | None:
    """What happens to ``case`` then, if anything."""
    return TABLES[case.feature].get(case.state, {}).get(what)


async def load(asked: Input, reader: Reader, world: World) -> Found | None:
    event, said = asked.event, asked.said
    if said and said.word in (TAKE, WISH) and isinstance(event, MessagePosted):
        found = await of_word(said.word, said.number, event, asked.place.kind, reader)
    elif said and said.word in AUTHORS_WORDS and asked.place.kind is PlaceKind.DIRECT:
        assert isinstance(event, MessagePosted)
        found = await of_author(asked, event, reader)
    else:
        found = await of_event(asked, reader, world)
    if isinstance(found, Answer):
        return found
    if not found:
        return None
    supporters, cases = await reader.people.supporters(), await reader.people.cases()
    muted = await vetting.muted(supporters, reader)
    return tuple([await _facts(one, asked, supporters, muted, cases, reader, world) for one in found])


async def _facts(
    one: Happening,
    asked: Input,
    supporters: tuple[Supporter, ...],
    muted: frozenset[UserId],
    cases: tuple[Case, ...],
    reader: Reader,
    world: World,
) -> Facts:
    kind = KINDS[one.case.feature]
    posts = kind.posts
    post = await reader.records.post(posts, one.case.event)
    in_vain = post if kind is HELP and one.case.state in OPEN else None
    return Facts(
        tips=await answering.to_call(in_vain, asked.event.at, reader, world) if in_vain else None,
        muted=muted,
        what=one.what,
        case=one.case,
        post=post,
        supporters=supporters,
        cases=cases,
        standing=await reader.queue.sent(one.case.subject),
        of_post=await reader.queue.sent(subject_of(posts, one.case.event)),
        who=one.who,
        identity=one.identity,
        room=one.room,
        picture=one.picture,
        chat=await reader.records.direct(one.case.requester) is not None,
        before=told_of_removal(post) if post else "",
        event=one.event,
        said=asked.said or asked.unheeded,
        wishes=one.wishes,
        leaver=one.leaver,
        steps=await reader.steps.steps(one.case.subject) if kind.several else (),
        evidence=await reader.steps.evidence(one.case.subject) if kind.several else (),
    )


FEATURE = Feature(
    NAME,
    load,
    decide,
    direct=(WISH, *AUTHORS_WORDS),
    stewards=(TAKE, WISH),
    case=working.ROOM_WORDS,
)
