"""Every edge of the table for cases in which several come together: where it leads, and who hears of it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from swsmatrix import playbook
from swsmatrix.features.case import DOXX, KINDS, Facts, What
from swsmatrix.features.cases import TABLES, decide
from swsmatrix.model import (
    Case,
    CaseState,
    Companion,
    Decision,
    Evidence,
    Noted,
    Offer,
    Priority,
    RegionId,
    Sent,
    Step,
    Tag,
    ToDirect,
    ToRoom,
)
from swsmatrix.protocol import (
    HOUR,
    EventId,
    MessageDeleted,
    MessageEdited,
    MessagePosted,
    Picture,
    Reacted,
    RoomId,
    UserId,
)
from swsmatrix.routing import Input, Kind, Place, Said
from tests.town import ALICE, BEA, CLEO, START, STEWARD, WORLD
from tests.unit import examples

NOW = START + HOUR
ROOM = RoomId("!several")
EVE = UserId("@eve:example.org")
WORDS = "#swsdoxx #nyc my number is on https://pastebin.com/abcd1234"
POST = examples.post(
    feature="swsdoxx",
    event=EventId("$request"),
    number=7,
    tag=Tag("swsdoxx"),
    text=WORDS,
    regions=(RegionId("nyc"),),
    identity=f"key of {ALICE}",
)
CASE = replace(examples.case(), feature=DOXX.name)
STEP = Step(subject=CASE.subject, number=1, playbook="pastebin", link="pastebin.com/abcd1234", at=START)
KEPT = Evidence(subject=CASE.subject, event=EventId("$kept"), text="he wrote again", at=START)
PICTURE = Picture(url="mxc://example.org/lamp", key="k", iv="iv", sha256="hash")
SEVERAL = replace(WORLD, playbooks=playbook.load())
S = CaseState


def sent(slot: str, target: ToDirect | ToRoom, event: str = "$said") -> Sent:
    return examples.sent(
        slot, target, feature="cases", subject=CASE.subject, priority=Priority.ANSWER, event=EventId(event)
    )


CARD, SPOKEN = sent(f"card {ROOM}", ToRoom(ROOM), "$card"), sent(f"words {ROOM}", ToRoom(ROOM), "$words")
MENU = sent("menu 7", ToDirect(ALICE), "$menu")


def responder(user: UserId) -> object:
    return examples.supporter(user, identity=f"key of {user}", responder=True)


def said(text: str, sender: UserId = ALICE) -> MessagePosted:
    return MessagePosted(room=ROOM, event=EventId("$new"), sender=sender, at=NOW, text=text)


EVENTS: dict[What, MessagePosted | MessageEdited | MessageDeleted | Reacted] = {
    What.TALKED: said("done 1"),
    What.REWORDED: MessageEdited(
        room=ROOM, event=EventId("$e"), sender=ALICE, at=NOW, text="he wrote twice", original=KEPT.event
    ),
    What.UNSAID: MessageDeleted(room=ROOM, event=EventId("$e"), sender=ALICE, at=NOW, original=KEPT.event),
    What.TICKED: Reacted(
        room=ROOM, event=EventId("$e"), sender=BEA, at=NOW, target=EventId("$card"), key="1️⃣"
    ),
}


def facts(state: CaseState, what: What, **changes: object) -> Facts:
    """Bea said yes, and is there; of Cleo its author was asked; Eve has an offer."""
    case = replace(CASE, state=state, offers=(Offer(EVE, START),), wishes=("report",))
    standing: tuple[Sent, ...] = (MENU, sent(f"offer 7 {EVE}", ToDirect(EVE)))
    who: UserId | None = BEA
    if state in (S.OPENING, S.INVITED, S.WORKING, S.DONE):
        known = Companion(BEA, f"key of {BEA}", came=state is S.WORKING)
        asked = (Companion(CLEO, f"key of {CLEO}", agreed=False),) if state is not S.OPENING else ()
        case = replace(case, companions=(known, *asked), round=1, room=None if state is S.OPENING else ROOM)
    if state is S.WORKING:
        standing = (*standing, SPOKEN, CARD)
    if what in (What.YES, What.NO, What.PAUSED) or (
        what is What.WITHDRAWN and state in (S.SEEKING, S.NOBODY)
    ):
        who = EVE
    if what is What.TAKEN:
        who = STEWARD
    if what in (What.ARRIVED,):
        who = CLEO
        case = replace(case, companions=tuple(replace(one, agreed=True) for one in case.companions))
    whole = Facts(
        what=what,
        case=case,
        post=POST,
        supporters=tuple(map(responder, (BEA, CLEO, EVE, STEWARD))),  # type: ignore[arg-type]
        cases=(case,),
        standing=standing,
        who=who,
        identity=f"key of {who}",
        room=ROOM if what is What.MADE else None,
        picture=PICTURE if what is What.REMADE else None,
        event=EVENTS.get(what),
        wishes=("lock",) if what is What.CHOSEN else (),
        steps=(STEP,),
        evidence=(KEPT,),
    )
    return replace(whole, **changes)  # type: ignore[arg-type]


def step(found: Facts) -> Decision:
    note = Noted(feature="tests", name="any", subject="")
    return decide(Input(note, Place(Kind.OTHER)), (found,), SEVERAL, NOW)


def after(found: Facts, decision: Decision) -> CaseState | None:
    """Where it stands then; None: it is forgotten."""
    if any(isinstance(one, Case) for one in decision.drop):
        return None
    cases = [one for one in decision.save if isinstance(one, Case)]
    return cases[-1].state if cases else found.case.state


def hears(decision: Decision, who: UserId) -> bool:
    return any(effect.target == ToDirect(who) for effect in decision.effects)


# Where it leads; ENDS: the request itself ends, of which the case hears then.
ENDS = "ends"
EDGES: dict[tuple[CaseState, What], CaseState | str | None] = {
    (S.REPORTED, What.ASKED): S.REPORTED,
    (S.REPORTED, What.CHOSEN): S.SEEKING,
    (S.REPORTED, What.ALONE): S.OPENING,
    (S.REPORTED, What.UNANSWERED): S.SEEKING,
    (S.REPORTED, What.TAKEN): S.OPENING,
    (S.REPORTED, What.GONE_BY_WORD): ENDS,
    (S.REPORTED, What.REMOVED): None,
    (S.REPORTED, What.GONE): None,
    **{
        (state, what): leads
        for state in (S.SEEKING, S.NOBODY)
        for what, leads in {
            What.CHOSEN: state,
            What.ALONE: S.OPENING,
            What.CHANGED: S.SEEKING,
            What.YES: S.OPENING,
            What.TAKEN: S.OPENING,
            What.NO: S.SEEKING if state is S.SEEKING else S.NOBODY,
            What.WITHDRAWN: S.SEEKING if state is S.SEEKING else S.NOBODY,
            What.PAUSED: S.SEEKING if state is S.SEEKING else S.NOBODY,
            What.GONE_BY_WORD: ENDS,
            What.REMOVED: None,
            What.GONE: None,
        }.items()
    },
    (S.SEEKING, What.ASKED): S.SEEKING,
    (S.SEEKING, What.WAVE): S.SEEKING,
    (S.NOBODY, What.AGAIN): S.SEEKING,
    **{
        (state, what): leads
        for state in (S.OPENING, S.INVITED, S.WORKING)
        for what, leads in {
            What.CHOSEN: state,
            What.YES: state,
            What.NO: state,
            What.TAKEN: state,
            What.AGREED: state,
            What.PAUSED: state,
            What.WITHDRAWN: S.SEEKING if state is S.OPENING else state,
            What.GONE_BY_WORD: ENDS,
            What.REMOVED: None,
            What.GONE: None,
        }.items()
    },
    (S.OPENING, What.MADE): S.INVITED,
    (S.OPENING, What.NOT_MADE): S.NOBODY,
    (S.INVITED, What.CALLED): S.INVITED,
    (S.INVITED, What.UNREACHABLE): S.NOBODY,
    (S.INVITED, What.NOT_MADE): S.NOBODY,
    (S.WORKING, What.NOT_MADE): S.NOBODY,
    (S.INVITED, What.CAME): S.WORKING,
    (S.INVITED, What.ELSE): S.INVITED,  # not the one that was asked about
    (S.INVITED, What.REMIND): S.INVITED,
    (S.INVITED, What.LATE): None,
    **{
        (S.WORKING, what): S.WORKING
        for what in (
            *(What.CHANGED, What.CALLED, What.ARRIVED, What.NOT_SAID, What.STUCK, What.REMADE, What.TALKED),
            *(What.REWORDED, What.UNSAID, What.TICKED, What.MORNING, What.THIRD_DAY, What.WAVE, What.AGAIN),
            What.ELSE,
        )
    },
    (S.WORKING, What.CLOSED): S.DONE,
    (S.DONE, What.RECORD): S.DONE,
    (S.DONE, What.RECORDED): None,
    (S.DONE, What.NOT_RECORDED): S.DONE,
    (S.DONE, What.OVER): None,
    (S.DONE, What.REMOVED): None,
    (S.DONE, What.GONE_BY_WORD): ENDS,
    (S.DONE, What.GONE): None,
}


@pytest.mark.parametrize("kind", [name for name, kind in KINDS.items() if kind.several])
def test_every_edge_is_told_here(kind: str) -> None:
    assert set(EDGES) == {(state, what) for state, row in TABLES[kind].items() for what in row}


@pytest.mark.parametrize(("state", "what"), EDGES, ids=lambda one: one.value)
def test_an_edge(state: CaseState, what: What) -> None:
    found, leads = facts(state, what), EDGES[state, what]
    decision = step(found)
    if leads == ENDS:
        assert POST in decision.drop
        assert [note.name for note in decision.tell] == ["gone"]
    else:
        assert after(found, decision) is leads
    # Each slot is said once, or the engine could not commit it.
    slots = [effect.slot for effect in decision.effects]
    assert len(slots) == len(set(slots))
    # What the author wrote is for the room alone.
    for effect in decision.effects:
        told = getattr(effect.action, "text", "")
        assert "pastebin" not in told or effect.target == ToRoom(ROOM) or what is What.RECORD


def test_an_author_who_goes_ends_it_while_they_are_there() -> None:
    left = facts(S.WORKING, What.ELSE, leaver=ALICE)
    assert POST in step(left).drop


def test_an_author_who_declines_wants_others() -> None:
    found = facts(S.INVITED, What.ELSE, leaver=ALICE)
    decision = step(found)
    assert after(found, decision) is S.SEEKING
    (case,) = [one for one in decision.save if isinstance(one, Case)][-1:]
    assert {BEA, CLEO} <= set(case.out)
    assert hears(decision, BEA)


def test_a_fifth_is_thanked_and_does_not_come() -> None:
    found = facts(S.OPENING, What.YES)
    four = tuple(Companion(UserId(f"@{n}:example.org"), "k") for n in range(4))
    decision = step(replace(found, case=replace(found.case, companions=four)))
    (case,) = [one for one in decision.save if isinstance(one, Case)]
    assert case.companions == four
    assert hears(decision, EVE)


def test_with_another_identity_nobody_comes() -> None:
    decision = step(facts(S.INVITED, What.YES, identity="another"))
    assert not decision.save
    assert [note.name for note in decision.tell] == ["another identity"]


def test_a_word_of_somebody_who_is_not_of_them_means_nothing() -> None:
    for text in ("done 1", "stop", "close", "https://pastebin.com/other"):
        stranger = replace(said(text), sender=EVE)
        found = facts(S.WORKING, What.TALKED, event=stranger, said=Said(text))
        assert step(found) == Decision()


@pytest.mark.parametrize("word", ["stop", "close"])
def test_a_sentence_that_begins_with_a_word_is_talk(word: str) -> None:
    found = facts(S.WORKING, What.TALKED, event=said(f"{word} it"), said=Said(word, None, ("it",)))
    assert step(found) == Decision()
