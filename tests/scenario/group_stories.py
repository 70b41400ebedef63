"""Stories of a doxx and of harassment, worked on together; ``stories`` lists them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from swsmatrix.protocol import DAY, MINUTE, EventId, RoomId, UserId
from tests.fake_matrix import BOT
from tests.scenario.details_stories import are_there, steward
from tests.scenario.help_stories import invited_to, says
from tests.town import ALICE, BEA, CLEO, LOUNGE, STEWARD, Town

Story = Callable[[Town], Awaitable[None]]

DOXX = "#swsdoxx #nyc my number is on https://pastebin.com/abcd1234 and https://x.com/kettle/status/77"
HARASSED = "#swsharrassment #nyc @teapot_77 on instagram and https://x.com/teapot_77 write to me all night"


async def reports(town: Town, text: str = DOXX) -> EventId:
    event = town.posts(ALICE, LOUNGE, text)
    await town.settle()
    return event


async def wants(town: Town, wish: str = "1") -> None:
    await reports(town)
    await says(town, ALICE, wish)


def case_room(town: Town) -> RoomId:
    """The one room of a case that the bot is in with somebody."""
    (room,) = [one.id for one in town.matrix.rooms.values() if one.private and {BOT} < one.members]
    return room


async def comes(town: Town, who: UserId) -> RoomId:
    room = invited_to(town, who)
    town.joins(who, room)
    await town.settle()
    return room


async def there(town: Town, who: UserId, text: str, **more: object) -> EventId:
    """Something said in the room of the case."""
    event = town.posts(who, case_room(town), text, **more)
    await town.settle()
    return event


async def works(town: Town, *responders: UserId, wish: str = "1") -> RoomId:
    """Alice and the responders are in the room."""
    await are_there(town, *responders)
    await wants(town, wish)
    for who in responders:
        await says(town, who, "yes")
    for _ in responders[1:]:
        await says(town, ALICE, "yes")
    room = await comes(town, ALICE)
    for who in responders:
        await comes(town, who)
    return room


async def from_the_first_message_to_the_record(town: Town) -> None:
    await are_there(town, BEA, CLEO)
    await reports(town)
    await says(town, ALICE, "1 and 4")
    town.posts(BEA, await town.direct(BEA), "yes")
    town.posts(CLEO, await town.direct(CLEO), "yes")
    await town.settle()
    await comes(town, ALICE)
    await comes(town, BEA)
    await comes(town, CLEO)
    await there(town, BEA, "take 2")
    await there(town, BEA, "done 2: it is down")
    await there(town, ALICE, "one more: https://www.instagram.com/p/kettle")
    await town.later(DAY)
    await there(town, ALICE, "close")
    await says(town, ALICE, "record")


async def she_does_not_choose_and_is_asked_for(town: Town) -> None:
    await are_there(town, BEA)
    await reports(town)
    await town.later(10 * MINUTE)
    await says(town, BEA, "yes")
    await comes(town, ALICE)
    await comes(town, BEA)


async def she_wants_nothing_for_now(town: Town) -> None:
    await wants(town, "5")


async def she_stops_it_with_one_word(town: Town) -> None:
    await works(town, BEA)
    await there(town, ALICE, "stop")


async def one_more_is_let_in(town: Town) -> None:
    await are_there(town, BEA, CLEO)
    await wants(town)
    await says(town, BEA, "yes")
    await comes(town, ALICE)
    await comes(town, BEA)
    await says(town, CLEO, "yes")
    await says(town, ALICE, "yes")
    await comes(town, CLEO)


async def one_more_is_not_let_in(town: Town) -> None:
    await are_there(town, BEA, CLEO)
    await wants(town)
    await says(town, BEA, "yes")
    await comes(town, ALICE)
    await says(town, CLEO, "yes")
    await says(town, ALICE, "no")


async def nobody_is_there_and_she_begins(town: Town) -> None:
    await wants(town)
    await says(town, ALICE, "begin")
    await comes(town, ALICE)
    await there(town, ALICE, "done 1")


async def the_only_one_leaves(town: Town) -> None:
    room = await works(town, BEA)
    await are_there(town, CLEO, first=201)
    town.leaves(BEA, room)
    await town.settle()


async def a_steward_takes_it(town: Town) -> None:
    await are_there(town, STEWARD)
    await reports(town)
    number = (await town.store.people.cases())[0].number
    await steward(town, f"take {number}")
    await comes(town, ALICE)
    await comes(town, STEWARD)


async def harassment_is_over(town: Town) -> None:
    await are_there(town, BEA)
    await reports(town, HARASSED)
    await says(town, ALICE, "report")
    await says(town, BEA, "yes")
    await comes(town, ALICE)
    await comes(town, BEA)
    await there(town, BEA, "done 1 2")
    await there(town, ALICE, "close")
    await town.later(DAY)


async def she_leaves_the_room(town: Town) -> None:
    room = await works(town, BEA)
    town.leaves(ALICE, room)
    await town.settle()


STORIES: tuple[Story, ...] = (
    from_the_first_message_to_the_record,
    she_does_not_choose_and_is_asked_for,
    she_wants_nothing_for_now,
    she_stops_it_with_one_word,
    one_more_is_let_in,
    one_more_is_not_let_in,
    nobody_is_there_and_she_begins,
    the_only_one_leaves,
    a_steward_takes_it,
    harassment_is_over,
    she_leaves_the_room,
)
