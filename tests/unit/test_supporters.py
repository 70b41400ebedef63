"""Deciding about supporters: values in, values out."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest

from swsmatrix.features import supporters
from swsmatrix.features.supporter import is_responder, read, resumed, stands, understood
from swsmatrix.features.supporters import Found, decide
from swsmatrix.model import (
    Decision,
    EffectFailed,
    Event,
    Noted,
    Post,
    PostState,
    RegionId,
    Sent,
    Supporter,
    SupporterState,
    Tag,
    ToDirect,
    ToRoom,
)
from swsmatrix.protocol import (
    IDENTITY_CHANGED,
    EffectId,
    EventId,
    Left,
    MessageDeleted,
    MessagePosted,
    Redact,
    RoomId,
    Say,
    UserId,
)
from swsmatrix.routing import Input, Kind, Place, Said
from swsmatrix.world import World
from tests.town import BEA, START, STEWARD, STEWARDS, WORLD
from tests.unit import examples
from tests.unit.examples import NYC

WAITING, DECLINED = SupporterState.WAITING, SupporterState.DECLINED
ACTIVE, PAUSED, SUSPENDED = SupporterState.ACTIVE, SupporterState.PAUSED, SupporterState.SUSPENDED
OTHERS = (WAITING, ACTIVE, PAUSED, SUSPENDED)

CHICAGO = RegionId("chicago")
EVENT = EventId("$e")
OPEN = replace(WORLD, vetting="open")
TELLING = re.compile(r"sws|#|danger|warning|harass|dox|violen|assault|sex|police|work|help", re.IGNORECASE)

POST = examples.post(
    feature="swssupporter",
    event=EVENT,
    number=3,
    author=BEA,
    tag=Tag("swssupporter"),
    text="#swssupporter #nyc #ride I make good soup",
)
KEPT = replace(POST, text="")
THERE = examples.supporter(BEA, event=EVENT, number=3, topics=("ride",), asked_at=START + 5)
SECOND = replace(
    POST, event=EventId("$f"), number=8, text="#swssupporter #chicago #remote", regions=(CHICAGO,)
)


def being(state: SupporterState) -> Supporter:
    return replace(THERE, state=state)


def sent(slot: str, subject: str = POST.subject) -> Sent:
    target = ToRoom(STEWARDS) if slot == "waits" else ToDirect(BEA)
    return examples.sent(
        slot, target, effect=EffectId(f"{slot} {subject}"), feature="supporters", subject=subject
    )


def on(
    event: Event, found: Found, kind: Kind = Kind.OTHER, said: Said | None = None, world: World = WORLD
) -> Decision:
    return decide(Input(event, Place(kind), None, said), found, world, START + 9)


def up(post: Post, found: Found, world: World = WORLD) -> Decision:
    return on(Noted(feature="swssupporter", name="up", subject=post.event), found, world=world)


def message(sender: UserId, identity: str) -> MessagePosted:
    event = EventId("$w")
    return MessagePosted(room=RoomId("!r"), event=event, sender=sender, at=START, text="", identity=identity)


def says(word: str, found: Found, identity: str = "key") -> Decision:
    return on(message(BEA, identity), found, Kind.DIRECT, Said(word))


def steward(word: str, found: Found, number: int | None = 3) -> Decision:
    return on(message(STEWARD, "dora"), found, Kind.STEWARDS, Said(word, number))


def gone() -> Noted:
    deleted = MessageDeleted(room=POST.room, event=EventId("$d"), sender=BEA, at=START, original=EVENT)
    return Noted(feature="swssupporter", name="gone", subject=EVENT, because=deleted)


def left() -> Left:
    return Left(room=POST.room, event=EventId("$l"), user=BEA, at=START, known=False)


def changed_identity() -> EffectFailed:
    return EffectFailed(
        effect=EffectId("e"),
        feature="help",
        slot=f"offer 7 {BEA}",
        subject="help $x",
        at=START,
        room="!r",
        reason=IDENTITY_CHANGED,
    )


def told(decision: Decision) -> list[str]:
    """What the supporter is told."""
    return [
        effect.action.text
        for effect in decision.effects
        if effect.target == ToDirect(BEA) and isinstance(effect.action, Say)
    ]


def lines(decision: Decision) -> list[str]:
    """What the stewards' room is told."""
    return [
        effect.action.text
        for effect in decision.effects
        if effect.target == ToRoom(STEWARDS) and isinstance(effect.action, Say)
    ]


def taken_back(decision: Decision) -> list[str]:
    return [effect.action.of for effect in decision.effects if isinstance(effect.action, Redact)]


def tells(decision: Decision) -> list[tuple[str, str, str]]:
    return [(noted.feature, noted.name, noted.subject) for noted in decision.tell]


def saved(decision: Decision) -> Supporter:
    (found,) = [record for record in decision.save if isinstance(record, Supporter)]
    return found


def posts(decision: Decision) -> list[Post]:
    return [record for record in decision.save if isinstance(record, Post)]


def unmoved(decision: Decision) -> bool:
    return not decision.save and not decision.tell


WITHDRAWN = [("supporters", "withdrawn", BEA)]


# ---- what a message makes ----


@pytest.mark.parametrize(
    ("text", "regions", "topics", "remote"),
    [
        ("#swssupporter #nyc #ride", (NYC,), ("ride",), False),
        ("#swssupporter #ride #housing #ride", (NYC,), ("housing", "ride"), False),
        ("#swssupporter #RIDE #Chicago #nyc", (CHICAGO, NYC), ("ride",), False),
        ("#swssupporter #nyc #remote", (NYC,), (), True),
        ("#swssupporter #Remote", (), (), True),
        ("#swssupporter #everywhere", (RegionId("us"),), (), True),
        ("#swssupporter", (NYC,), (), False),
    ],
)
def test_places_and_topics_are_those_of_the_message(
    text: str, regions: tuple[RegionId, ...], topics: tuple[str, ...], remote: bool
) -> None:
    made = read(replace(POST, text=text), being(WAITING), WORLD)
    assert (made.regions, made.topics, made.remote) == (regions, topics, remote)


def test_a_topic_is_known_however_it_is_written() -> None:
    world = replace(WORLD, topics=frozenset({"Sex-Ed", "ride"}))
    assert read(replace(POST, text="#swssupporter #nyc #sex_ed"), THERE, world).topics == ("Sex-Ed",)


def test_a_place_named_later_leaves_the_rest() -> None:
    before = replace(THERE, regions=(), remote=True)
    after = read(replace(KEPT, regions=(CHICAGO,)), before, WORLD)
    assert after == replace(before, regions=(CHICAGO,))


def test_in_plain_words() -> None:
    assert understood(THERE, WORLD) == "Places: New York City · Topics: ride"
    many = replace(THERE, regions=(NYC, CHICAGO), topics=("housing", "ride"), remote=True)
    assert understood(many, WORLD) == (
        "Places: New York City and Chicago · From afar, wherever somebody is · Topics: housing and ride"
    )
    assert understood(replace(THERE, regions=(), topics=(), remote=True), WORLD) == (
        "From afar, wherever somebody is · Any topic"
    )


def test_every_state_has_its_sentence() -> None:
    assert len({stands(being(state)) for state in SupporterState}) == len(SupporterState)


# ---- whose identity ----


@pytest.mark.parametrize(
    ("before", "identity", "state", "kept"),
    [
        (being(PAUSED), "key", ACTIVE, "key"),
        (being(SUSPENDED), "key", ACTIVE, "key"),
        (being(ACTIVE), "other", WAITING, "other"),
        (being(PAUSED), "other", WAITING, "other"),
        (being(SUSPENDED), "other", WAITING, "other"),
        (being(SUSPENDED), "", WAITING, ""),
        # From a device that is not signed, where that is allowed: nothing known changes.
        (being(PAUSED), "", ACTIVE, "key"),
        # Nothing was known: what comes is.
        (replace(being(PAUSED), identity=""), "other", ACTIVE, "other"),
        (being(WAITING), "other", WAITING, "key"),
        (being(DECLINED), "other", DECLINED, "key"),
    ],
)
def test_resuming_from_an_identity(
    before: Supporter, identity: str, state: SupporterState, kept: str
) -> None:
    assert resumed(before, identity) == replace(before, state=state, identity=kept)


@pytest.mark.parametrize(
    ("before", "identity", "state", "kept"),
    [
        (being(ACTIVE), "key", ACTIVE, "key"),
        (being(PAUSED), "key", PAUSED, "key"),
        (being(PAUSED), "", PAUSED, "key"),
        (replace(being(PAUSED), identity=""), "other", PAUSED, "other"),
        (being(SUSPENDED), "key", ACTIVE, "key"),
        (being(ACTIVE), "other", WAITING, "other"),
        (being(PAUSED), "other", WAITING, "other"),
        (being(SUSPENDED), "other", WAITING, "other"),
        (being(WAITING), "other", WAITING, "other"),
        (being(WAITING), "", WAITING, "key"),
        (being(DECLINED), "other", DECLINED, "other"),
    ],
)
def test_the_tag_again_from_an_identity(
    before: Supporter, identity: str, state: SupporterState, kept: str
) -> None:
    after = read(replace(POST, identity=identity), before, WORLD)
    assert (after.state, after.identity) == (state, kept)


# ---- registering ----


@pytest.mark.parametrize("vetting", ["stewards", "vouched"])
def test_a_first_message_waits_for_the_stewards(vetting: str) -> None:
    decision = up(POST, Found(posts=(POST,)), replace(WORLD, vetting=vetting))
    assert saved(decision) == Supporter(
        user=BEA,
        event=EVENT,
        number=3,
        state=WAITING,
        identity="key",
        since=START + 9,
        regions=(NYC,),
        topics=("ride",),
    )
    assert posts(decision) == [POST]
    (private,) = told(decision)
    assert "Places: New York City · Topics: ride" in private
    assert "steward looks at it first" in private
    assert "Matrix ID" in private
    (line,) = lines(decision)
    assert "#3" in line
    assert "New York City" in line
    assert "soup" not in line
    assert "bea" not in line
    assert "before" not in line
    assert not tells(decision)
    assert all(effect.subject == POST.subject and effect.lasting for effect in decision.effects)


def test_where_nobody_vets_they_are_there_at_once_and_their_words_forgotten() -> None:
    decision = up(POST, Found(posts=(POST,)), OPEN)
    assert saved(decision).state is ACTIVE
    assert posts(decision) == [KEPT]
    assert "You're on the list" in told(decision)[0]
    assert not lines(decision)


def test_who_is_barred_waits_whatever_the_vetting() -> None:
    decision = up(POST, Found(posts=(POST,), barred=True), OPEN)
    assert saved(decision).state is WAITING
    assert "something stood against them before" in lines(decision)[0]


@pytest.mark.parametrize("state", [ACTIVE, PAUSED])
def test_the_tag_again_replaces_what_was(state: SupporterState) -> None:
    heard, other = sent("heard"), sent("understood", SECOND.subject)
    found = Found(supporter=being(state), posts=(KEPT, SECOND), standing=(heard, other))
    decision = up(SECOND, found)
    assert saved(decision) == replace(
        being(state), event=SECOND.event, number=8, regions=(CHICAGO,), topics=(), remote=True
    )
    assert decision.drop == (KEPT,)
    assert posts(decision) == [replace(SECOND, text="")]
    assert taken_back(decision) == [heard.effect]
    assert decision.stop_timers == (POST.subject,)
    assert stands(being(state)) in told(decision)[0]
    assert not lines(decision)
    assert not tells(decision)


def test_an_edit_replaces_what_was() -> None:
    edited = replace(POST, text="#swssupporter #chicago", regions=(CHICAGO,))
    decision = up(edited, Found(supporter=THERE, posts=(edited,)))
    assert saved(decision) == replace(THERE, regions=(CHICAGO,), topics=())
    assert decision.drop == ()
    assert posts(decision) == [replace(edited, text="")]


@pytest.mark.parametrize("state", [ACTIVE, PAUSED, SUSPENDED])
def test_the_tag_from_another_identity_waits_for_the_stewards(state: SupporterState) -> None:
    other = replace(SECOND, identity="other")
    decision = up(other, Found(supporter=being(state), posts=(KEPT, other)), OPEN)
    assert (saved(decision).state, saved(decision).identity) == (WAITING, "other")
    assert posts(decision) == [other]
    assert "another identity" in lines(decision)[0]
    assert tells(decision) == WITHDRAWN


def test_waiting_they_may_write_it_again() -> None:
    decision = up(SECOND, Found(supporter=being(WAITING), posts=(POST, SECOND)), OPEN)
    assert saved(decision).state is WAITING
    assert posts(decision) == [SECOND]
    assert "#8" in lines(decision)[0]
    assert "before" not in lines(decision)[0]
    assert not tells(decision)


def test_suspended_and_back_with_the_identity_that_was_accepted() -> None:
    decision = up(SECOND, Found(supporter=being(SUSPENDED), posts=(KEPT, SECOND)))
    assert saved(decision).state is ACTIVE
    assert not lines(decision)


def test_who_was_declined_stays_so_and_the_stewards_learn_that_they_wrote() -> None:
    decision = up(SECOND, Found(supporter=being(DECLINED), posts=(SECOND,)), OPEN)
    assert saved(decision).state is DECLINED
    assert posts(decision) == [replace(SECOND, text="")]
    assert "something stood against them before" in lines(decision)[0]
    assert "For now I don't ask you" in told(decision)[0]
    assert not tells(decision)


def test_a_message_that_is_not_there_any_more() -> None:
    assert up(SECOND, Found(supporter=THERE, posts=(KEPT,))) == Decision()


# ---- their own words ----


def test_pause() -> None:
    decision = says("pause", Found(supporter=THERE))
    assert decision.save == (being(PAUSED),)
    assert tells(decision) == [("supporters", "paused", BEA)]
    assert told(decision) == [stands(being(PAUSED))]
    assert not lines(decision)


@pytest.mark.parametrize("state", [PAUSED, WAITING, SUSPENDED, DECLINED])
def test_nothing_to_pause(state: SupporterState) -> None:
    decision = says("pause", Found(supporter=being(state)))
    assert unmoved(decision)
    assert told(decision) == [stands(being(state))]


@pytest.mark.parametrize("state", [PAUSED, SUSPENDED])
def test_resume(state: SupporterState) -> None:
    decision = says("resume", Found(supporter=being(state)))
    assert decision.save == (THERE,)
    assert told(decision) == [stands(THERE)]
    assert not tells(decision)


@pytest.mark.parametrize("state", [ACTIVE, WAITING, DECLINED])
def test_nothing_to_resume(state: SupporterState) -> None:
    decision = says("resume", Found(supporter=being(state)))
    assert unmoved(decision)
    assert told(decision) == [stands(being(state))]


@pytest.mark.parametrize("state", [ACTIVE, PAUSED, SUSPENDED])
def test_resume_from_another_identity_waits_for_the_stewards(state: SupporterState) -> None:
    decision = says("resume", Found(supporter=being(state), posts=(KEPT,)), "other")
    assert decision.save == (replace(THERE, state=WAITING, identity="other"),)
    assert told(decision) == [stands(being(WAITING))]
    (line,) = lines(decision)
    assert "#3" in line
    assert "another identity" in line
    assert tells(decision) == WITHDRAWN
    assert [effect.subject for effect in decision.effects if effect.slot == "waits"] == [POST.subject]


@pytest.mark.parametrize("state", OTHERS)
def test_leave(state: SupporterState) -> None:
    standing = (sent("heard"), sent("understood"), sent("waits"))
    near = replace(POST, event=EventId("$n"), state=PostState.NEAR)
    decision = says("leave", Found(supporter=being(state), posts=(KEPT, near), standing=standing))
    assert set(decision.drop) == {KEPT, near, being(state)}
    assert decision.save == ()
    assert taken_back(decision) == [one.effect for one in standing]
    assert decision.stop_timers == (POST.subject, near.subject)
    assert tells(decision) == WITHDRAWN
    assert "Thank you" in told(decision)[0]
    assert not lines(decision)


def test_who_was_declined_can_leave_but_stays_declined() -> None:
    decision = says("leave", Found(supporter=being(DECLINED), posts=(KEPT,)))
    assert decision.drop == (KEPT,)
    assert decision.save == ()
    assert "Thank you" in told(decision)[0]


@pytest.mark.parametrize("word", supporters.DIRECT_WORDS)
def test_who_is_no_supporter_learns_how_to_be_one(word: str) -> None:
    decision = says(word, Found())
    assert told(decision)[0].count("#swssupporter #") == 1
    assert len(decision.effects) == 1
    assert unmoved(decision)
    assert decision.drop == ()


# ---- the stewards' words ----


@pytest.mark.parametrize(("state", "post"), [(WAITING, POST), (DECLINED, KEPT)])
def test_approve(state: SupporterState, post: Post) -> None:
    standing = (sent("waits"), sent("understood"))
    decision = steward("approve", Found(supporter=being(state), posts=(post,), standing=standing))
    assert saved(decision) == THERE
    assert posts(decision) == [KEPT]
    assert taken_back(decision) == [standing[0].effect]
    assert "You're on the list" in told(decision)[0]
    (line,) = lines(decision)
    assert "dora accepted #3" in line
    assert "`decline 3`" in line
    assert not tells(decision)


def test_what_was_taken_back_meanwhile_cannot_be_approved() -> None:
    decision = steward("approve", Found(supporter=being(DECLINED)))
    assert "has taken back" in lines(decision)[0]
    assert decision.save == ()
    assert not told(decision)


@pytest.mark.parametrize("state", [ACTIVE, PAUSED, SUSPENDED])
def test_nothing_to_approve(state: SupporterState) -> None:
    standing = (sent("waits"),)
    decision = steward("approve", Found(supporter=being(state), posts=(KEPT,), standing=standing))
    assert unmoved(decision)
    assert not told(decision)
    expected = "until they write to me" if state is SUSPENDED else "does not wait"
    assert [expected in line for line in lines(decision)] == [True]
    assert not taken_back(decision)


@pytest.mark.parametrize("state", OTHERS)
def test_decline(state: SupporterState) -> None:
    standing = (sent("waits"), sent("understood"))
    decision = steward("decline", Found(supporter=being(state), posts=(POST,), standing=standing))
    assert saved(decision) == being(DECLINED)
    assert posts(decision) == [KEPT]
    assert taken_back(decision) == [standing[0].effect]
    assert stands(being(DECLINED)) in told(decision)[0]
    (line,) = lines(decision)
    assert "dora declined #3" in line
    assert "`approve 3`" in line
    assert tells(decision) == WITHDRAWN


def test_declined_already() -> None:
    decision = steward("decline", Found(supporter=being(DECLINED), posts=(KEPT,)))
    assert "does not wait" in lines(decision)[0]
    assert unmoved(decision)


@pytest.mark.parametrize("word", supporters.STEWARDS_WORDS)
@pytest.mark.parametrize(("number", "said"), [(9, "#9"), (None, "#?")])
def test_a_number_that_nobody_has(word: str, number: int | None, said: str) -> None:
    assert f"no {said} open" in lines(steward(word, Found(), number))[0]


@pytest.mark.parametrize(
    ("post", "words"), [(POST, True), (replace(POST, quiet=True), False), (KEPT, False), (None, False)]
)
def test_show_says_who_it_is_to_that_steward_alone(post: Post | None, words: bool) -> None:
    decision = steward("show", Found(supporter=being(WAITING), posts=(post,) if post else ()))
    private, room = decision.effects
    assert private.target == ToDirect(STEWARD)
    assert isinstance(private.action, Say)
    assert "@bea:example.org" in private.action.text
    assert "New York City" in private.action.text
    assert ("soup" in private.action.text) is words
    assert not private.action.markdown
    # Who deletes their message takes this along.
    assert private.subject == POST.subject
    assert isinstance(room.action, Say)
    assert "bea" not in room.action.text


# ---- what happens to them ----


@pytest.mark.parametrize("state", OTHERS)
def test_their_message_is_gone(state: SupporterState) -> None:
    decision = on(gone(), Found(supporter=being(state)))
    assert decision.drop == (being(state),)
    assert tells(decision) == WITHDRAWN
    assert "is gone, so I don't ask you" in told(decision)[0]
    assert not lines(decision)


@pytest.mark.parametrize("state", OTHERS)
def test_they_left_every_room(state: SupporterState) -> None:
    standing = (sent("waits"),)
    decision = on(left(), Found(supporter=being(state), posts=(KEPT,), standing=standing))
    assert set(decision.drop) == {KEPT, being(state)}
    assert taken_back(decision) == [standing[0].effect]
    assert tells(decision) == WITHDRAWN
    assert not told(decision)
    (line,) = lines(decision)
    assert "#3" in line
    assert "bea" not in line


@pytest.mark.parametrize("state", [ACTIVE, PAUSED])
def test_another_identity_suspends(state: SupporterState) -> None:
    decision = on(changed_identity(), Found(supporter=being(state), posts=(KEPT,)))
    assert decision.save == (being(SUSPENDED),)
    assert tells(decision) == WITHDRAWN
    assert "`resume`" in told(decision)[0]
    (line,) = lines(decision)
    assert "#3" in line


@pytest.mark.parametrize("state", [WAITING, SUSPENDED])
def test_who_is_not_asked_is_not_suspended(state: SupporterState) -> None:
    assert on(changed_identity(), Found(supporter=being(state))) == Decision()


def test_declined_stays_declined() -> None:
    for event in (gone(), left(), changed_identity()):
        assert on(event, Found(supporter=being(DECLINED), posts=(KEPT,))) == Decision()


def test_nothing_said_unasked_tells_a_locked_screen_what_it_is() -> None:
    found = Found(supporter=being(WAITING), posts=(POST,))
    for decision in (
        up(POST, found),
        steward("approve", found),
        steward("decline", found),
        on(gone(), found),
        on(changed_identity(), replace(found, supporter=THERE)),
    ):
        (private,) = told(decision)
        assert not TELLING.search(private.splitlines()[0])
        assert private.splitlines()[1] == ""


@pytest.mark.parametrize(
    ("different", "identity", "counts"),
    [
        ({}, "key", True),
        ({"state": PAUSED}, "key", True),
        ({"state": SUSPENDED}, "key", False),
        ({"state": WAITING}, "key", False),
        ({"state": DECLINED}, "key", False),
        ({"responder": False}, "key", False),
        ({}, "another", False),
        ({"identity": ""}, "", False),
    ],
)
def test_a_responder_is_the_identity_that_a_steward_trusts(
    different: dict[str, Any], identity: str, counts: bool
) -> None:
    assert is_responder(examples.supporter(BEA, **{"responder": True, **different}), identity) is counts


def test_the_identity_that_was_accepted_stays_trusted_and_no_other_becomes_it() -> None:
    for state in (PAUSED, SUSPENDED):
        before = examples.supporter(BEA, state=state, responder=True)
        assert resumed(before, "key").responder
        assert not resumed(before, "another").responder
