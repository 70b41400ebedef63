"""Every edge of a case's table, values in and values out; then what the steps say and to whom."""

from __future__ import annotations

from dataclasses import replace

import pytest

from swsmatrix import texts
from swsmatrix.features.case import Facts, What
from swsmatrix.features.cases import TABLES, decide
from swsmatrix.features.happenings import Answer
from swsmatrix.model import (
    NOTHING,
    Case,
    CaseState,
    Companion,
    Decision,
    Effect,
    EffectDone,
    Noted,
    Offer,
    Priority,
    Private,
    RegionId,
    Sent,
    Supporter,
    Tag,
    ToDirect,
    ToNew,
    ToRoom,
)
from swsmatrix.protocol import (
    DAY,
    HOUR,
    MINUTE,
    CreatePrivate,
    EffectId,
    EventId,
    Invite,
    LeaveRoom,
    ReadBy,
    Redact,
    Remove,
    RoomId,
    Say,
    UserId,
)
from swsmatrix.regions import Region, RegionTree
from swsmatrix.routing import Input, Kind, Place
from swsmatrix.world import World
from tests.town import ALICE, BEA, CLEO, LOUNGE, START, STEWARD, STEWARDS, WORLD
from tests.unit import examples

NOW = START + HOUR
EVE, FAY = UserId("@eve:example.org"), UserId("@fay:example.org")
ROOM = RoomId("!two")

POST = examples.post(
    feature="swshelp",
    event=EventId("$request"),
    number=7,
    tag=Tag("swshelp"),
    text="#swshelp #nyc #ride somebody to walk home with",
    identity=f"key of {ALICE}",
)
CASE = examples.case()
TABLE = TABLES[CASE.feature]


def supporter(user: UserId, **different: object) -> Supporter:
    return examples.supporter(user, identity=f"key of {user}", **different)


def sent(slot: str, target: ToDirect | ToRoom, event: str | None = "$said") -> Sent:
    event_id = EventId(event) if event else None
    return examples.sent(
        slot, target, feature="help", subject=CASE.subject, priority=Priority.ANSWER, event=event_id
    )


def offer_to(user: UserId, event: str | None = "$said") -> Sent:
    return sent(f"offer 7 {user}", ToDirect(user), event)


STEWARDS_LINE = sent("nobody 7", ToRoom(STEWARDS))
FOUND = sent("found 7", ToDirect(ALICE))


def facts(state: CaseState, what: What, **changes: object) -> Facts:
    """A case as it usually is in that state: bea and cleo were asked, bea said yes, eve was not asked."""
    case = replace(CASE, state=state)
    standing: tuple[Sent, ...] = ()
    who: UserId | None = None
    if state in (CaseState.SEEKING, CaseState.NOBODY) and what is not What.ASKED:
        case = replace(case, offers=(Offer(BEA, START), Offer(CLEO, START)))
        standing = (offer_to(BEA), offer_to(CLEO))
        who = BEA
    if state is CaseState.NOBODY:
        standing = (*standing, STEWARDS_LINE)
    if state not in (CaseState.SEEKING, CaseState.NOBODY):
        case = replace(
            case,
            companions=(Companion(BEA, f"key of {BEA}"),),
            round=1,
            room=ROOM if state is not CaseState.OPENING else None,
            offers=(Offer(CLEO, START),),
        )
        standing = (offer_to(BEA), *((FOUND,) if state is not CaseState.OPENING else ()))
        who = BEA
    if what is What.TAKEN:
        who = STEWARD
    whole = Facts(
        what=what,
        case=case,
        post=POST,
        supporters=(supporter(BEA), supporter(CLEO), supporter(EVE)),
        cases=(case,),
        standing=standing,
        who=who,
        room=ROOM if what is What.MADE else None,
    )
    return replace(whole, **changes)  # type: ignore[arg-type]


def step(found: Facts, world: World = WORLD) -> Decision:
    note = Noted(feature="tests", name="any", subject="")
    return decide(Input(note, Place(Kind.OTHER)), (found,), world, NOW)


def saved(decision: Decision) -> Case | None:
    cases = [record for record in decision.save if isinstance(record, Case)]
    assert len(cases) < 3
    return cases[-1] if cases else None


def slots(decision: Decision) -> list[str]:
    return [effect.slot for effect in decision.effects]


def effect(decision: Decision, slot: str) -> Effect:
    (found,) = [one for one in decision.effects if one.slot == slot]
    return found


def says(decision: Decision, slot: str) -> str:
    action = effect(decision, slot).action
    assert isinstance(action, Say)
    return action.text


def timers(decision: Decision) -> dict[str, int]:
    assert all(timer.feature == "help" and timer.subject == CASE.subject for timer in decision.timers)
    return {timer.name: timer.due - NOW for timer in decision.timers}


# What each edge leads to: the state afterwards (None: forgotten, "": as it was), and what is done, in order.
ASKING_EVE = [f"offer 7 {EVE}", "asking 7"]
BACK = [f"take back id of offer 7 {BEA}", f"take back id of offer 7 {CLEO}"]
LINE_BACK = "take back id of nobody 7"
FOUND_BACK = [f"take back id of offer 7 {BEA}", "take back id of found 7"]
S = CaseState
EDGES: dict[tuple[CaseState, What], tuple[CaseState | str | None, list[str], list[str]]] = {
    (S.SEEKING, What.ASKED): (
        S.SEEKING,
        [f"offer 7 {BEA}", f"offer 7 {CLEO}", f"offer 7 {EVE}", "asking 7"],
        ["wave"],
    ),
    (S.SEEKING, What.CHANGED): (
        S.SEEKING,
        [*BACK, f"offer 7 {BEA}", f"offer 7 {CLEO}", f"offer 7 {EVE}", "asking 7"],
        ["wave"],
    ),
    (S.SEEKING, What.YES): (
        S.OPENING,
        ["open 7 1", f"thanks 7 {BEA}", f"take back id of offer 7 {CLEO}", f"instead 7 {CLEO}"],
        [],
    ),
    (S.SEEKING, What.TAKEN): (
        S.OPENING,
        ["open 7 1", f"thanks 7 {STEWARD}", *BACK, f"instead 7 {BEA}", f"instead 7 {CLEO}", "stewards"],
        [],
    ),
    (S.SEEKING, What.NO): (S.SEEKING, ["declined 7", f"take back id of offer 7 {BEA}"], []),
    (S.SEEKING, What.WITHDRAWN): (S.SEEKING, [f"take back id of offer 7 {BEA}"], []),
    (S.SEEKING, What.PAUSED): (S.SEEKING, [f"take back id of offer 7 {BEA}"], []),
    (S.SEEKING, What.WAVE): (S.SEEKING, ASKING_EVE, ["wave"]),
    (S.SEEKING, What.GONE): (None, [*BACK, "closed 7", f"instead 7 {BEA}", f"instead 7 {CLEO}"], []),
    (S.SEEKING, What.REMOVED): (None, [*BACK, f"instead 7 {BEA}", f"instead 7 {CLEO}"], []),
    (S.NOBODY, What.CHANGED): (
        S.SEEKING,
        [*BACK, LINE_BACK, f"offer 7 {BEA}", f"offer 7 {CLEO}", f"offer 7 {EVE}", "asking 7"],
        ["wave"],
    ),
    (S.NOBODY, What.YES): (
        S.OPENING,
        ["open 7 1", f"thanks 7 {BEA}", f"take back id of offer 7 {CLEO}", LINE_BACK, f"instead 7 {CLEO}"],
        [],
    ),
    (S.NOBODY, What.TAKEN): (
        S.OPENING,
        [
            "open 7 1",
            f"thanks 7 {STEWARD}",
            *BACK,
            LINE_BACK,
            f"instead 7 {BEA}",
            f"instead 7 {CLEO}",
            "stewards",
        ],
        [],
    ),
    (S.NOBODY, What.NO): (S.NOBODY, ["declined 7", f"take back id of offer 7 {BEA}"], []),
    (S.NOBODY, What.WITHDRAWN): (S.NOBODY, [f"take back id of offer 7 {BEA}"], []),
    (S.NOBODY, What.PAUSED): (S.NOBODY, [f"take back id of offer 7 {BEA}"], []),
    (S.NOBODY, What.AGAIN): (S.SEEKING, ASKING_EVE, ["wave"]),
    (S.NOBODY, What.GONE): (
        None,
        [*BACK, LINE_BACK, "closed 7", f"instead 7 {BEA}", f"instead 7 {CLEO}"],
        [],
    ),
    (S.NOBODY, What.REMOVED): (None, [*BACK, LINE_BACK, f"instead 7 {BEA}", f"instead 7 {CLEO}"], []),
    (S.OPENING, What.MADE): (S.INVITED, [f"invite 7 {ALICE}", "found 7"], []),
    (S.OPENING, What.NOT_MADE): (
        S.NOBODY,
        [f"sorry 7 {BEA}", f"take back id of offer 7 {BEA}", "nobody yet 7", "nobody 7"],
        ["again"],
    ),
    (S.OPENING, What.WITHDRAWN): (
        S.SEEKING,
        [f"take back id of offer 7 {BEA}", f"offer 7 {CLEO}", f"offer 7 {EVE}", "asking 7"],
        ["wave"],
    ),
    (S.OPENING, What.TAKEN): ("", ["stewards"], []),
    (S.OPENING, What.GONE): (None, [f"take back id of offer 7 {BEA}", "closed 7", f"gone 7 {BEA}"], []),
    (S.OPENING, What.REMOVED): (None, [f"take back id of offer 7 {BEA}", f"gone 7 {BEA}"], []),
    (S.INVITED, What.CALLED): ("", [], ["remind", "late"]),
    (S.INVITED, What.UNREACHABLE): (
        S.NOBODY,
        ["remove requester !two", "leave !two", f"sorry 7 {BEA}", *FOUND_BACK, "nobody yet 7", "nobody 7"],
        ["again"],
    ),
    (S.INVITED, What.CAME): (S.JOINED, [f"invite 7 {BEA}", f"come 7 {BEA}"], []),
    (S.INVITED, What.ELSE): (
        S.SEEKING,
        [
            *(*FOUND_BACK, "remove requester !two", "leave !two", f"sorry 7 {BEA}"),
            *(f"offer 7 {CLEO}", f"offer 7 {EVE}", "asking 7"),
        ],
        ["wave"],
    ),
    (S.INVITED, What.REMIND): ("", ["remind 7"], []),
    (S.INVITED, What.LATE): (
        None,
        ["remove requester !two", "leave !two", "closed 7", f"sorry 7 {BEA}", *FOUND_BACK],
        [],
    ),
    (S.INVITED, What.WITHDRAWN): (
        S.SEEKING,
        [
            *(*FOUND_BACK, "remove requester !two", "leave !two"),
            *(f"offer 7 {CLEO}", f"offer 7 {EVE}", "asking 7"),
        ],
        ["wave"],
    ),
    (S.INVITED, What.TAKEN): ("", ["stewards"], []),
    (S.INVITED, What.GONE): (
        None,
        [*FOUND_BACK, "remove requester !two", "leave !two", "closed 7", f"gone 7 {BEA}"],
        [],
    ),
    (S.INVITED, What.REMOVED): (
        None,
        [*FOUND_BACK, "remove requester !two", "leave !two", f"gone 7 {BEA}"],
        [],
    ),
    (S.JOINED, What.CALLED): ("", [], ["stuck"]),
    (S.JOINED, What.ARRIVED): ("", ["together !two"], []),
    (S.JOINED, What.REMADE): ("", ["together !two"], []),
    (S.JOINED, What.SAID): (S.TOGETHER, [f"take back id of offer 7 {BEA}"], ["over"]),
    (S.JOINED, What.NOT_SAID): (
        S.SEEKING,
        [
            *(*FOUND_BACK, f"remove !two {BEA}", "room over !two", "leave !two", f"sorry 7 {BEA}"),
            *(f"offer 7 {CLEO}", f"offer 7 {EVE}", "asking 7"),
        ],
        ["wave"],
    ),
    (S.JOINED, What.STUCK): (
        S.SEEKING,
        [
            *(*FOUND_BACK, f"remove !two {BEA}", "room over !two", "leave !two", f"sorry 7 {BEA}"),
            *(f"offer 7 {CLEO}", f"offer 7 {EVE}", "asking 7"),
        ],
        ["wave"],
    ),
    (S.JOINED, What.ELSE): (
        S.SEEKING,
        [
            *(*FOUND_BACK, f"remove !two {BEA}", "room over !two", "leave !two", f"sorry 7 {BEA}"),
            *(f"offer 7 {CLEO}", f"offer 7 {EVE}", "asking 7"),
        ],
        ["wave"],
    ),
    (S.JOINED, What.WITHDRAWN): (
        S.SEEKING,
        [
            *(*FOUND_BACK, f"remove !two {BEA}", "room over !two", "leave !two"),
            *(f"offer 7 {CLEO}", f"offer 7 {EVE}", "asking 7"),
        ],
        ["wave"],
    ),
    (S.JOINED, What.TAKEN): ("", ["stewards"], []),
    (S.JOINED, What.GONE): (
        None,
        [*FOUND_BACK, f"remove !two {BEA}", "room over !two", "leave !two", "closed 7", f"gone 7 {BEA}"],
        [],
    ),
    (S.JOINED, What.REMOVED): (
        None,
        [*FOUND_BACK, f"remove !two {BEA}", "room over !two", "leave !two", f"gone 7 {BEA}"],
        [],
    ),
    (S.TOGETHER, What.CHANGED): ("", [], []),
    (S.TOGETHER, What.TAKEN): ("", ["stewards"], []),
    (S.TOGETHER, What.OVER): (None, FOUND_BACK, []),
    (S.TOGETHER, What.WITHDRAWN): (None, FOUND_BACK, []),
    (S.TOGETHER, What.GONE): (None, FOUND_BACK, []),
    (S.TOGETHER, What.REMOVED): (None, FOUND_BACK, []),
}


def test_every_edge_of_the_table_is_told_here() -> None:
    assert set(EDGES) == {(state, what) for state, row in TABLE.items() for what in row}


@pytest.mark.parametrize(("state", "what"), EDGES, ids=lambda one: one.value)
def test_an_edge(state: CaseState, what: What) -> None:
    after, done, due = EDGES[state, what]
    decision = step(facts(state, what))
    case = saved(decision)
    dropped = [record for record in decision.drop if isinstance(record, Case)]
    if after is None:
        assert case is None
        assert [one.subject for one in dropped] == [CASE.subject]
    else:
        assert not dropped
        assert (case.state if case else "") == after
    assert slots(decision) == done
    assert list(timers(decision)) == due
    # What was to happen in the state that is left does not happen any more.
    moved = after is None or (case is not None and case.state is not state)
    assert not moved or CASE.subject in decision.stop_timers


@pytest.mark.parametrize("state", TABLE)
@pytest.mark.parametrize("what", What)
def test_what_is_not_in_the_table_changes_nothing(state: CaseState, what: What) -> None:
    if (state, what) not in EDGES:
        assert step(facts(state, what)) == NOTHING


@pytest.mark.parametrize(
    ("kind", "state"), [(kind, state) for kind, table in TABLES.items() for state in table]
)
def test_every_state_has_a_way_on(kind: str, state: CaseState) -> None:
    assert What.GONE in TABLES[kind][state]
    assert len(TABLES[kind][state]) > 1


def test_every_state_is_of_some_kind() -> None:
    assert {state for table in TABLES.values() for state in table} == set(CaseState)


# ---- Looking for somebody ----


def asked(**changes: object) -> Facts:
    return facts(CaseState.SEEKING, What.ASKED, **changes)


def test_an_offer_shows_place_topics_and_words_but_not_whose_they_are() -> None:
    decision = step(asked())
    offer = effect(decision, f"offer 7 {BEA}")
    text = says(decision, f"offer 7 {BEA}")
    assert "New York City · ride" in text
    assert "“somebody to walk home with”" in text
    assert "alice" not in text
    assert offer.target == ToDirect(BEA)
    assert offer.lasting
    assert offer.subject == CASE.subject


def test_an_offer_goes_only_to_the_identity_that_was_accepted() -> None:
    action = effect(step(asked()), f"offer 7 {BEA}").action
    assert isinstance(action, Say)
    assert action.readers == (ReadBy(BEA, f"key of {BEA}"),)


def test_an_offer_for_a_quiet_request_holds_none_of_its_words() -> None:
    text = says(step(asked(post=replace(POST, quiet=True))), f"offer 7 {BEA}")
    assert "walk" not in text
    assert texts.text("case.offer_quiet") in text
    assert "New York City · ride" in text


def test_details_in_the_words_are_struck_out_of_an_offer() -> None:
    post = replace(POST, text="#swshelp #nyc call me: +1 212 555 0123")
    text = says(step(asked(post=post)), f"offer 7 {BEA}")
    assert "555" not in text
    assert texts.text("kind.phone_gone") in text


def test_a_wave_is_as_big_as_the_settings_say() -> None:
    decision = step(asked(), replace(WORLD, wave=2, wave_timeout=5 * MINUTE))
    assert slots(decision) == [f"offer 7 {BEA}", f"offer 7 {CLEO}", "asking 7"]
    assert timers(decision) == {"wave": 5 * MINUTE}
    case = saved(decision)
    assert case
    assert case.offers == (Offer(BEA, NOW), Offer(CLEO, NOW))


def test_who_is_asked_was_asked_last() -> None:
    decision = step(asked())
    assert [one.asked_at for one in decision.save if isinstance(one, Supporter)] == [NOW] * 3


def test_the_requester_is_told_how_many_were_asked() -> None:
    assert "3 people" in says(step(asked()), "asking 7")
    assert texts.text("case.read_words") in says(step(asked()), "asking 7")
    quiet = says(step(asked(post=replace(POST, quiet=True))), "asking 7")
    assert texts.text("case.read_quiet") in quiet
    assert "one person" in says(step(asked(supporters=(supporter(BEA),))), "asking 7")
    far = says(step(asked(supporters=(supporter(BEA, regions=(), remote=True),))), "asking 7")
    assert "not near you" in far
    assert says(step(facts(CaseState.SEEKING, What.WAVE)), "asking 7").startswith("Nobody has said yes yet.")


def test_neither_the_requester_nor_who_said_no_is_asked() -> None:
    found = asked(supporters=(supporter(ALICE), supporter(BEA), supporter(EVE)))
    found = replace(found, case=replace(found.case, out=(BEA,)))
    assert slots(step(found)) == [f"offer 7 {EVE}", "asking 7"]


def test_who_has_enough_open_cases_is_not_asked() -> None:
    others = tuple(
        replace(CASE, event=EventId(f"${n}"), state=state, companions=(Companion(BEA),))
        for n, state in enumerate((CaseState.INVITED, CaseState.TOGETHER))
    )
    found = asked(supporters=(supporter(BEA), supporter(CLEO)), cases=others)
    assert slots(step(found, replace(WORLD, max_open_cases=2))) == [f"offer 7 {CLEO}", "asking 7"]
    assert len(slots(step(found, replace(WORLD, max_open_cases=3)))) == 3


def test_nobody_at_all_is_said_at_once_with_who_these_people_are_and_the_emergency_line() -> None:
    decision = step(asked(supporters=()))
    case = saved(decision)
    assert case
    assert case.state is CaseState.NOBODY
    text = says(decision, "nobody yet 7")
    assert "volunteers" in text
    assert "nobody can be sent" in text
    assert text.endswith("New York City: Call the night line, 24 hours.")
    line = says(decision, "nobody 7")
    assert "New York City · ride" in line
    assert "`show 7` shows you the words, `take 7`" in line
    quiet = step(asked(supporters=(), post=replace(POST, quiet=True)))
    assert "show" not in says(quiet, "nobody 7")
    assert "walk" not in line
    assert effect(decision, "nobody 7").target == ToRoom(STEWARDS)
    assert timers(decision) == {"again": 30 * MINUTE}


def test_the_emergency_line_of_the_region_around_is_named_when_there_is_no_nearer_one() -> None:
    chicago = replace(POST, regions=(RegionId("chicago"),))
    assert "night line" not in says(step(asked(supporters=(), post=chicago)), "nobody yet 7")


def test_only_the_nearest_emergency_line_of_each_place_is_named() -> None:
    us, ny, nyc = map(RegionId, ("us", "us-ny", "nyc"))
    tree = RegionTree(
        [
            Region(id=us, name="United States", emergency="the far line"),
            Region(id=ny, name="New York State", parent=us, emergency="the near line"),
            Region(id=nyc, name="New York City", parent=ny),
        ]
    )
    text = says(step(asked(supporters=()), replace(WORLD, tree=tree)), "nobody yet 7")
    assert text.endswith("sent to you.\n\nNew York State: the near line")


def test_nobody_is_said_once_however_often_it_turns_out_so() -> None:
    found = facts(CaseState.NOBODY, What.AGAIN, supporters=(supporter(BEA), supporter(CLEO)))
    decision = step(found)
    assert slots(decision) == []
    assert timers(decision) == {"again": 30 * MINUTE}


def test_who_was_asked_where_it_is_gets_a_moment_to_say_so() -> None:
    decision = step(asked(supporters=(supporter(BEA),), post=replace(POST, regions=())))
    assert slots(decision) == []
    assert timers(decision) == {"wave": 10 * MINUTE}
    after = step(facts(CaseState.SEEKING, What.WAVE, supporters=(), post=replace(POST, regions=())))
    assert slots(after) == ["nobody yet 7", "nobody 7"]


def test_without_a_place_those_who_are_anywhere_are_asked_at_once() -> None:
    decision = step(asked(supporters=(supporter(BEA, remote=True),), post=replace(POST, regions=())))
    assert slots(decision) == [f"offer 7 {BEA}", "asking 7"]


def test_when_the_last_of_those_asked_says_no_the_next_are_asked_at_once() -> None:
    found = facts(CaseState.SEEKING, What.NO)
    found = replace(found, case=replace(found.case, offers=(Offer(BEA, START),)), standing=(offer_to(BEA),))
    decision = step(found)
    assert slots(decision) == [
        *("declined 7", f"take back id of offer 7 {BEA}"),
        *(f"offer 7 {CLEO}", f"offer 7 {EVE}", "asking 7"),
    ]
    case = saved(decision)
    assert case
    assert case.out == (BEA,)


def test_the_last_no_after_everybody_was_asked_has_nobody_asked_anew() -> None:
    found = facts(CaseState.NOBODY, What.NO)
    found = replace(found, case=replace(found.case, offers=(Offer(BEA, START),)))
    assert slots(step(found)) == ["declined 7", f"take back id of offer 7 {BEA}"]


def test_while_others_may_still_answer_a_no_changes_nothing_else() -> None:
    decision = step(facts(CaseState.SEEKING, What.NO))
    case = saved(decision)
    assert case
    assert case.offers == (Offer(CLEO, START),)
    assert decision.stop_timers == ()


def test_who_never_got_the_offer_gets_no_line_in_its_place() -> None:
    found = facts(CaseState.SEEKING, What.YES, standing=(offer_to(BEA), offer_to(CLEO, event=None)))
    decision = step(found)
    assert slots(decision) == ["open 7 1", f"thanks 7 {BEA}", f"take back id of offer 7 {CLEO}"]
    assert effect(decision, f"take back id of offer 7 {CLEO}").action == Redact(
        EffectId(f"id of offer 7 {CLEO}")
    )


def test_the_first_yes_has_a_closed_room_made_and_a_report_of_it() -> None:
    decision = step(facts(CaseState.SEEKING, What.YES))
    opening = effect(decision, "open 7 1")
    assert opening.target == ToNew(CASE.subject)
    assert opening.action == CreatePrivate("Chat")
    assert opening.report
    assert opening.priority is Priority.PRIVATE_ROOM
    case = saved(decision)
    assert case
    assert (case.companions, case.round) == ((Companion(BEA, f"key of {BEA}"),), 1)
    assert says(decision, f"instead 7 {CLEO}") == texts.text("case.taken")


def test_a_second_room_is_another_room() -> None:
    found = facts(CaseState.SEEKING, What.YES)
    found = replace(found, case=replace(found.case, round=1))
    assert "open 7 2" in slots(step(found))


def test_a_steward_who_takes_it_is_known_by_the_identity_that_took_it() -> None:
    decision = step(facts(CaseState.NOBODY, What.TAKEN, identity="key of dora"))
    case = saved(decision)
    assert case
    assert case.companions == (Companion(STEWARD, "key of dora"),)
    assert says(decision, "stewards") == "dora takes #7."


def test_a_steward_does_not_take_their_own() -> None:
    decision = step(facts(CaseState.NOBODY, What.TAKEN, who=ALICE))
    assert slots(decision) == ["stewards"]
    assert saved(decision) is None


# ---- Meeting ----


def test_the_requester_learns_who_it_is_and_is_invited_alone() -> None:
    decision = step(facts(CaseState.OPENING, What.MADE))
    assert Private(room=ROOM, subject=CASE.subject) in decision.save
    invitation = effect(decision, f"invite 7 {ALICE}")
    assert invitation.action == Invite(ALICE)
    assert invitation.target == ToRoom(ROOM)
    assert invitation.report
    found = effect(decision, "found 7")
    assert found.target == ToDirect(ALICE)
    assert found.lasting
    text = says(decision, "found 7")
    assert f"bea ({BEA})" in text
    assert texts.text("case.bot_leaves") in text
    stays = says(step(facts(CaseState.OPENING, What.MADE), replace(WORLD, bot_stays=True)), "found 7")
    assert texts.text("case.bot_stays") in stays


def test_a_requester_is_reminded_after_half_an_hour_and_let_go_after_two() -> None:
    decision = step(facts(CaseState.INVITED, What.CALLED))
    assert timers(decision) == {"remind": 30 * MINUTE, "late": 2 * HOUR}


def test_who_joined_has_agreed_and_the_supporter_is_invited_as_who_they_were() -> None:
    decision = step(facts(CaseState.INVITED, What.CAME))
    assert effect(decision, f"invite 7 {BEA}").action == Invite(BEA, f"key of {BEA}")
    assert effect(decision, f"come 7 {BEA}").target == ToDirect(BEA)


def test_a_supporter_has_ten_minutes_to_come() -> None:
    assert timers(step(facts(CaseState.JOINED, What.CALLED))) == {"stuck": 10 * MINUTE}


def test_when_both_are_there_one_sentence_is_said() -> None:
    decision = step(facts(CaseState.JOINED, What.ARRIVED))
    sentence = effect(decision, "together !two")
    assert sentence.action == Say(texts.text("case.together"))
    assert sentence.target == ToRoom(ROOM)
    assert sentence.report
    # Whoever was to come did come.
    assert decision.stop_timers == (CASE.subject,)


def test_it_is_said_once_however_often_somebody_arrives() -> None:
    found = facts(CaseState.JOINED, What.ARRIVED)
    said = sent("together !two", ToRoom(ROOM), None)
    assert step(replace(found, standing=(*found.standing, said))) == NOTHING


def test_once_it_is_said_the_words_are_forgotten_and_that_it_was_said() -> None:
    said = sent("together !two", ToRoom(ROOM))
    decision = step(facts(CaseState.JOINED, What.SAID, standing=(said, FOUND)))
    assert replace(POST, text="") in decision.save
    assert decision.drop == (said,)
    assert timers(decision) == {"over": DAY}


def test_a_bot_that_stays_says_so() -> None:
    decision = step(facts(CaseState.JOINED, What.ARRIVED), replace(WORLD, bot_stays=True))
    assert says(decision, "together !two") == texts.text("case.together_stays")


@pytest.mark.parametrize(
    ("state", "what", "beginning"),
    [
        (CaseState.INVITED, What.ELSE, "All right, somebody else."),
        (CaseState.JOINED, What.ELSE, "All right, somebody else."),
        (CaseState.JOINED, What.STUCK, "I'm sorry, they can't come after all."),
        (CaseState.INVITED, What.WITHDRAWN, "I'm sorry, they can't come after all."),
        (CaseState.OPENING, What.WITHDRAWN, "Nobody has said yes yet."),
    ],
)
def test_the_next_one_is_asked_without_the_first(state: CaseState, what: What, beginning: str) -> None:
    decision = step(facts(state, what))
    case = saved(decision)
    assert case
    assert case.out == (BEA,)
    assert (case.companions, case.room) == ((), None)
    assert case.offers == (Offer(CLEO, NOW), Offer(EVE, NOW))
    assert says(decision, "asking 7").startswith(beginning)


def test_when_there_is_no_next_one_the_requester_hears_both_in_one_message() -> None:
    decision = step(facts(CaseState.JOINED, What.STUCK, supporters=(supporter(BEA),)))
    text = says(decision, "nobody yet 7")
    assert text.startswith("I'm sorry, they can't come after all.")
    assert "Nobody is there yet." in text
    assert "nobody 7" in slots(decision)


def test_somebody_else_who_leaves_the_supporters_changes_nothing_once_there_is_one() -> None:
    for state in (CaseState.OPENING, CaseState.INVITED, CaseState.JOINED, CaseState.TOGETHER):
        assert step(facts(state, What.WITHDRAWN, who=CLEO)) == NOTHING


def test_a_room_that_is_not_needed_is_left_without_invitations() -> None:
    invited = step(facts(CaseState.INVITED, What.GONE))
    assert effect(invited, "remove requester !two").action == Remove(ALICE)
    joined = step(facts(CaseState.JOINED, What.GONE))
    assert effect(joined, f"remove !two {BEA}").action == Remove(BEA)
    assert says(joined, "room over !two") == texts.text("case.room_over")
    for decision in (invited, joined):
        leaving = effect(decision, "leave !two")
        assert leaving.action == LeaveRoom()
        assert leaving.report


def test_what_is_over_is_forgotten_with_its_words() -> None:
    for state, what in ((CaseState.TOGETHER, What.OVER), (CaseState.INVITED, What.LATE)):
        found = facts(state, what)
        decision = step(found)
        assert decision.drop == (found.case, POST)
        assert set(decision.stop_timers) == {CASE.subject, POST.subject}


def test_an_edit_after_both_met_is_not_kept() -> None:
    edited = replace(POST, text="#swshelp #nyc never mind")
    assert step(facts(CaseState.TOGETHER, What.CHANGED, post=edited)).save == (replace(edited, text=""),)


def test_a_number_that_there_is_not_is_said_so() -> None:
    done = EffectDone(effect=EffectId("x"), feature="help", slot="", subject="", at=0, result="")
    decision = decide(Input(done, Place(Kind.OTHER)), Answer("stewards.no_such", 9), WORLD, NOW)
    assert says(decision, "stewards") == texts.text("stewards.no_such", number=9)
    assert LOUNGE not in slots(decision)
