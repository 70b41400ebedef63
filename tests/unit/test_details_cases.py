"""What is different for details of warnings in the steps that all cases share: values in, values out."""

from __future__ import annotations

from dataclasses import replace

import pytest

from swsmatrix import texts
from swsmatrix.features.case import ASKED, DETAILS, HELP, KINDS, Facts, What
from swsmatrix.features.cases import TABLES, decide
from swsmatrix.model import (
    NOTHING,
    CaseState,
    Companion,
    Decision,
    Noted,
    Offer,
    PostState,
    Priority,
    Supporter,
    ToRoom,
)
from swsmatrix.protocol import HOUR, Picture, ReadBy, RemakePicture, RoomId, Say, SendPicture, UserId
from swsmatrix.routing import Input, Kind, Place
from swsmatrix.world import World
from tests.town import ALICE, BEA, CLEO, START, STEWARD, WORLD
from tests.unit import examples

NOW = START + HOUR
ROOM = RoomId("!two")
WORDS = "#swsdanger #nyc #ride he calls from +1 212 555 0123 {name}"

WARNING = examples.post(number=7, text=WORDS, state=PostState.TRUSTED, identity="key")
OUT = replace(WARNING, state=PostState.UP, text=texts.text("kind.phone_gone"))


def responder(user: UserId) -> Supporter:
    return examples.supporter(user, identity=f"key of {user}", responder=True)


def facts(state: CaseState, what: What, **changes: object) -> Facts:
    """A case of details as it usually is in that state: bea was asked, and said yes."""
    case = examples.case(feature="details", event=WARNING.event, state=state)
    if state in (CaseState.OPENING, CaseState.INVITED, CaseState.JOINED, CaseState.TOGETHER):
        room = None if state is CaseState.OPENING else ROOM
        case = replace(case, companions=(Companion(BEA, f"key of {BEA}"),), room=room, round=1)
    else:
        case = replace(case, offers=() if what is What.ASKED else (Offer(BEA, START),))
    whole = Facts(
        what=what,
        case=case,
        post=WARNING,
        supporters=(responder(BEA), examples.supporter(CLEO)),
        cases=(case,),
        who=BEA,
        room=ROOM if what is What.MADE else None,
    )
    return replace(whole, **changes)  # type: ignore[arg-type]


def asked(state: CaseState, what: What, **changes: object) -> Facts:
    """The same, when bea asked for the details of a warning that is out."""
    found = facts(state, what, **{"post": OUT, **changes})
    return replace(found, case=replace(found.case, feature="asked"))


def step(found: Facts, world: World = WORLD) -> Decision:
    note = Noted(feature="tests", name="any", subject="")
    return decide(Input(note, Place(Kind.OTHER)), (found,), world, NOW)


def slots(decision: Decision) -> list[str]:
    return [effect.slot for effect in decision.effects]


def says(decision: Decision, slot: str) -> str:
    (action,) = [one.action for one in decision.effects if one.slot == slot]
    assert isinstance(action, Say)
    return action.text


def test_a_kind_says_what_all_say_unless_it_has_words_of_its_own() -> None:
    assert HELP.text("case.closed") == DETAILS.text("case.closed") == texts.text("case.closed")
    assert ASKED.text("case.late") == texts.text("asked.late")
    assert list(KINDS) == ["help", "details", "asked", "doxx", "harassment"]


def test_only_responders_are_asked_and_read_nothing_of_it() -> None:
    decision = step(facts(CaseState.SEEKING, What.ASKED))
    assert slots(decision) == [f"offer 7 {BEA}", "asking 7"]
    offer = says(decision, f"offer 7 {BEA}")
    assert offer.splitlines()[2].startswith("New York City · Wed")
    assert not any(word in offer for word in ("calls", "555", "ride", "alice"))


def test_what_is_handed_over_is_all_of_it_to_nobody_but_who_was_accepted() -> None:
    decision = step(facts(CaseState.JOINED, What.ARRIVED))
    (said,) = decision.effects
    assert said.target == ToRoom(ROOM)
    assert said.lasting  # so it can be taken back while it waits
    assert said.report
    assert isinstance(said.action, Say)
    assert said.action.text == texts.text("details.together", words=WORDS)
    assert said.action.readers == (ReadBy(BEA, f"key of {BEA}"),)
    assert decision.save == ()


@pytest.mark.parametrize("state", [state for state in PostState if state is not PostState.TRUSTED])
def test_what_is_not_to_be_handed_over_any_more_is_not(state: PostState) -> None:
    decision = step(facts(CaseState.JOINED, What.ARRIVED, post=replace(WARNING, state=state)))
    assert "calls" not in says(decision, f"together {ROOM}")
    assert "calls" not in says(step(facts(CaseState.JOINED, What.ARRIVED, post=None)), f"together {ROOM}")


def test_what_came_with_it_is_not_handed_over_which_is_said() -> None:
    found = facts(CaseState.JOINED, What.ARRIVED, post=replace(WARNING, attached=True))
    assert texts.text("details.missing") in says(step(found), f"together {ROOM}")


def test_a_picture_is_made_anew_before_anything_is_said_and_once() -> None:
    theirs = Picture(url="mxc://example.org/van", key="key", iv="iv", sha256="hash")
    post = replace(WARNING, attached=True, picture=theirs)
    decision = step(facts(CaseState.JOINED, What.ARRIVED, post=post))
    (made,) = decision.effects
    assert made.action == RemakePicture(theirs)
    assert (made.lasting, made.report, made.priority) == (True, True, Priority.PRIVATE_ROOM)
    assert decision.stop_timers == (made.subject,)
    again = examples.sent(made.slot, made.target)
    assert step(facts(CaseState.JOINED, What.ARRIVED, post=post, standing=(again,))) == NOTHING
    ours = replace(theirs, url="mxc://example.org/ours")
    shown, said = step(facts(CaseState.JOINED, What.REMADE, post=post, picture=ours)).effects
    assert shown.action == SendPicture(ours, readers=(ReadBy(BEA, f"key of {BEA}"),))
    assert shown.lasting
    assert says(Decision(effects=(said,)), f"together {ROOM}") == texts.text("details.together", words=WORDS)
    sent = examples.sent(shown.slot, shown.target)
    over = step(facts(CaseState.JOINED, What.SAID, post=post, standing=(sent,)))
    assert sent in over.drop
    assert replace(post, text="", picture=None) in over.save


def test_once_it_is_said_the_words_are_forgotten() -> None:
    assert replace(WARNING, text="") in step(facts(CaseState.JOINED, What.SAID)).save
    over = step(facts(CaseState.TOGETHER, What.OVER))
    assert WARNING in over.drop


def test_who_is_somebody_else_is_told_of_as_such() -> None:
    decision = step(facts(CaseState.JOINED, What.NOT_SAID))
    assert Noted(feature="details", name="another identity", subject=BEA) in decision.tell


@pytest.mark.parametrize(("who", "identity"), [(STEWARD, "key"), (CLEO, "key"), (BEA, "another"), (BEA, "")])
def test_only_a_responder_takes_it(who: UserId, identity: str) -> None:
    decision = step(facts(CaseState.NOBODY, What.TAKEN, who=who, identity=identity))
    assert slots(decision) == ["stewards"]
    assert decision.save == ()
    taken = step(facts(CaseState.NOBODY, What.TAKEN, who=BEA, identity=f"key of {BEA}"))
    assert "open 7 1" in slots(taken)


def test_a_warning_that_its_author_never_came_for_is_theirs_still() -> None:
    decision = step(facts(CaseState.INVITED, What.LATE))
    assert [type(record).__name__ for record in decision.drop] == ["Case"]
    assert says(decision, "closed 7") == texts.text("details.late")


@pytest.mark.parametrize("state", TABLES["details"])
def test_what_ends_a_warning_has_told_its_author(state: CaseState) -> None:
    assert "closed 7" not in slots(step(facts(state, What.GONE)))


def test_who_was_removed_leaves_no_words_behind() -> None:
    assert WARNING in step(facts(CaseState.SEEKING, What.REMOVED)).drop


# ---- Asked for by a responder ----


def test_who_is_asked_is_not_reminded() -> None:
    timers = [timer.name for timer in step(asked(CaseState.INVITED, What.CALLED)).timers]
    assert timers == ["late"]
    timers = [timer.name for timer in step(facts(CaseState.INVITED, What.CALLED)).timers]
    assert timers == ["remind", "late"]


@pytest.mark.parametrize(
    ("state", "what", "key"),
    [
        (CaseState.INVITED, What.ELSE, "asked.someone_else"),
        (CaseState.JOINED, What.ELSE, "asked.someone_else"),
        (CaseState.JOINED, What.STUCK, "asked.stuck"),
        (CaseState.INVITED, What.WITHDRAWN, "asked.stuck"),
        (CaseState.INVITED, What.LATE, "asked.late"),
    ],
)
def test_there_is_no_next_one_and_that_it_was_asked_stays_with_the_warning(
    state: CaseState, what: What, key: str
) -> None:
    found = asked(state, what, supporters=(responder(BEA), responder(CLEO)))
    decision = step(found)
    assert decision.drop == (found.case,)
    assert decision.save == ()
    (mark,) = [one for one in decision.effects if one.slot == "asked before 7"]
    assert (mark.subject, mark.lasting) == (OUT.subject, True)
    assert says(decision, "asked before 7") == texts.text(key)
    assert not any(slot.startswith("offer") for slot in slots(decision))


@pytest.mark.parametrize("what", [What.NOT_MADE, What.WITHDRAWN])
def test_who_has_not_heard_of_it_yet_hears_nothing(what: What) -> None:
    found = asked(CaseState.OPENING, what)
    decision = step(found)
    assert decision.drop == (found.case,)
    assert not any("@alice" in str(effect.target) for effect in decision.effects)
    assert found.case.requester == ALICE


@pytest.mark.parametrize("what", [What.OVER, What.GONE, What.REMOVED, What.WITHDRAWN])
def test_the_warning_is_not_the_cases_to_forget(what: What) -> None:
    assert OUT not in step(asked(CaseState.TOGETHER, what)).drop


def test_nor_are_its_words() -> None:
    decision = step(asked(CaseState.JOINED, What.SAID))
    assert [type(record).__name__ for record in decision.save] == ["Case"]
