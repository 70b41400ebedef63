"""What waits when the homeserver limits the rate, and what does not."""

from __future__ import annotations

import pytest

from swsmatrix.model import Effect, Priority, ToRoom
from swsmatrix.outbox import TURNS
from swsmatrix.protocol import MINUTE, SECOND, Action, EffectId, Invite, Refused, RetryAt, Say, TakeAllBack
from tests.town import ALICE, CLEO, LOUNGE, NY, NYC, STEWARDS, Town


async def want(place: Town, where: str, action: Action, priority: Priority = Priority.REST) -> None:
    effect = Effect(slot=where, target=ToRoom(where), action=action, priority=priority)
    async with place.store.transaction():
        await place.store.queue.put(EffectId(f"{where} {type(action).__name__}"), "test", effect)


async def test_taking_back_leaves_what_may_be_sent_to_others(place: Town) -> None:
    place.matrix.performed.clear()
    place.matrix.outcomes["Say"] = [RetryAt(5 * SECOND, limited=True)]
    await want(place, NYC, Say("tea at seven"), Priority.WARNING)
    await want(place, NY, TakeAllBack())
    await place.settle()
    assert [what for what, _ in place.matrix.performed] == ["Say"]
    await place.later(5 * SECOND)
    assert [what for what, _ in place.matrix.performed] == ["Say", "Say", "TakeAllBack"]


@pytest.mark.parametrize("action", [TakeAllBack(), Invite(CLEO)])
async def test_what_is_limited_alone_waits_alone(place: Town, action: Action) -> None:
    place.matrix.performed.clear()
    kind = type(action).__name__
    place.matrix.outcomes[kind] = [RetryAt(5 * SECOND, untried=True)]
    await want(place, NY, action)
    await want(place, NYC, action)
    await want(place, STEWARDS, Say("tea at seven"))
    await place.settle()
    assert [what for what, _ in place.matrix.performed] == [kind, kind, "Say"]
    await place.later(5 * SECOND)
    assert [what for what, _ in place.matrix.performed][3:] == [kind]


async def test_a_server_that_asks_for_patience_is_not_asked_by_every_room(place: Town) -> None:
    place.matrix.performed.clear()
    place.matrix.outcomes["Say"] = [RetryAt(MINUTE)] * 4
    for room in (NYC, NY, STEWARDS, LOUNGE):
        await want(place, room, Say("tea at seven"))
    await place.settle()
    assert len(place.matrix.performed) == 2
    for _ in range(59):
        await place.later(SECOND)
    rooms = [where for _, where in place.matrix.performed]
    assert len(rooms) == len(set(rooms)) == 4  # the wait that was asked for is kept by each
    for _ in range(60):
        await place.later(SECOND)
    assert [len(place.reads(room)) for room in (NYC, NY, STEWARDS, LOUNGE)] == [1, 1, 1, 1]


async def test_how_long_what_was_decided_waits_is_known_and_what_was_refused_is_counted(place: Town) -> None:
    decided = place.now()
    place.matrix.outcomes["Say"] = [RetryAt(MINUTE, limited=True), Refused("M_TOO_LARGE")]
    place.posts(ALICE, LOUNGE, "#swsdanger #nyc a grey van waits")
    await place.settle()
    assert (await place.store.queue.oldest(place.now()), place.outbox.refused) == (decided, 0)
    await place.later(MINUTE)
    assert (await place.store.queue.oldest(place.now()), place.outbox.refused) == (None, 1)


async def flood(place: Town, many: int) -> None:
    """Much for one room, then something as urgent for another."""
    place.matrix.performed.clear()
    for number in range(many):
        effect = Effect(
            slot=str(number), target=ToRoom(NYC), action=Say(f"tea {number}"), priority=Priority.WARNING
        )
        async with place.store.transaction():
            await place.store.queue.put(EffectId(str(number)), "test", effect)
    await want(place, NY, Say("cake"), Priority.WARNING)


async def test_a_flood_in_one_room_does_not_hold_up_another(place: Town) -> None:
    await flood(place, 10)
    for _ in range(2):
        place.matrix.outcomes["Say"] = []
        await place.outbox.step()
        place.matrix.outcomes["Say"] = [RetryAt(5 * SECOND, limited=True)]
        await place.outbox.step()
        place.time += 5 * SECOND
    assert [len(place.reads(room)) for room in (NYC, NY)] == [1, 1]
    await place.settle()
    assert place.reads(NYC) == [f"tea {number}" for number in range(10)]


async def test_who_is_limited_has_not_had_their_turn(place: Town) -> None:
    """Else a limit that always meets the same room would hold up that one for ever."""
    await flood(place, 10)
    for number in range(12):
        place.matrix.outcomes["Say"] = [RetryAt(5 * SECOND, limited=True)] if number % 2 else []
        await place.outbox.step()
        place.time += 5 * SECOND
    assert [len(place.reads(room)) for room in (NYC, NY)] == [5, 1]


async def test_of_how_many_rooms_it_is_known_when_they_had_their_turn(place: Town) -> None:
    for number in range(TURNS + 2):
        place.outbox._had_its_turn(f"room {number}")
    place.outbox._had_its_turn("room 5")
    assert len(place.outbox._served) == TURNS
    assert next(iter(place.outbox._served)) == "room 2"
    assert [*place.outbox._served][-1] == "room 5"
