"""Stories of somebody who asks and somebody who is there; ``stories`` lists them, so each is killed too."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from swsmatrix.model import RegionId, Supporter, SupporterState
from swsmatrix.protocol import DAY, HOUR, MINUTE, EventId, RoomId, UserId
from tests.fake_matrix import BOT
from tests.town import ALICE, BEA, CLEO, LOUNGE, STEWARD, STEWARDS, Town

Story = Callable[[Town], Awaitable[None]]

REQUEST = "#swshelp #nyc #ride somebody to walk home with tonight?"


async def supporters(town: Town, *users: UserId) -> None:
    """They registered and were accepted before the story begins: that is a story of its own."""
    await town.knows(
        *(
            Supporter(
                user=user,
                event=EventId(f"$registration {number}"),
                number=number,
                state=SupporterState.ACTIVE,
                identity=f"key of {user}",
                since=town.time,
                regions=(RegionId("nyc"),),
                topics=("ride",),
            )
            for number, user in enumerate(users, 101)
        )
    )


async def asks(town: Town) -> EventId:
    """Alice asks, and the supporters have their offers."""
    event = town.posts(ALICE, LOUNGE, REQUEST)
    await town.settle()
    return event


async def says(town: Town, who: UserId, text: str) -> None:
    """A word in somebody's direct chat."""
    town.posts(who, await town.direct(who), text)
    await town.settle()


def private_rooms(town: Town, *, left: bool = False) -> list[RoomId]:
    """The rooms for two that the bot is in, or (``left``) has left to somebody."""
    rooms = [room for room in town.matrix.rooms.values() if room.private]
    if left:
        return [room.id for room in rooms if BOT not in room.members and room.members]
    return [room.id for room in rooms if BOT in room.members]


def invited_to(town: Town, who: UserId) -> RoomId:
    """The one private room that somebody is invited to."""
    (room,) = [room.id for room in town.matrix.rooms.values() if room.private and who in room.invited]
    return room


async def joins(town: Town, who: UserId) -> RoomId:
    """Somebody accepts the invitation to a private room."""
    room = invited_to(town, who)
    town.joins(who, room)
    await town.settle()
    return room


async def two_find_each_other(town: Town) -> None:
    await supporters(town, BEA, CLEO)
    await asks(town)
    # Both in the same second, one with a word, one with a sign.
    offer = next(one for one in town.room(await town.direct(CLEO)).timeline if "walk home" in one.text)
    town.posts(BEA, await town.direct(BEA), "Yes!")
    town.reacts(CLEO, await town.direct(CLEO), offer.event, "👍🏽")
    await town.settle()
    await joins(town, ALICE)
    await joins(town, BEA)
    await town.later(DAY)


async def she_declines_and_the_next_is_asked(town: Town) -> None:
    await supporters(town, BEA, CLEO)
    await asks(town)
    await says(town, BEA, "yes")
    town.leaves(ALICE, invited_to(town, ALICE))
    await town.settle()
    await says(town, CLEO, "ok")
    await joins(town, ALICE)
    await joins(town, CLEO)


async def she_wants_somebody_else_after_joining(town: Town) -> None:
    await supporters(town, BEA)
    await asks(town)
    await says(town, BEA, "yes")
    await joins(town, ALICE)
    await says(town, ALICE, "someone else")


async def a_quiet_request(town: Town) -> None:
    await supporters(town, BEA)
    room = town.opens_direct(ALICE)
    await town.settle()
    town.posts(ALICE, room, "#swshelp #nyc can we talk about my landlord?")
    await town.settle()
    await says(town, BEA, "sure")
    await joins(town, ALICE)
    await joins(town, BEA)


async def she_takes_it_back_while_others_are_asked(town: Town) -> None:
    await supporters(town, BEA, CLEO)
    event = await asks(town)
    town.deletes(ALICE, LOUNGE, event)
    await town.settle()


async def she_takes_it_back_after_a_yes(town: Town) -> None:
    await supporters(town, BEA)
    event = await asks(town)
    await says(town, BEA, "yes")
    town.deletes(ALICE, LOUNGE, event)
    await town.settle()


async def she_takes_it_back_after_joining(town: Town) -> None:
    await supporters(town, BEA)
    event = await asks(town)
    await says(town, BEA, "yes")
    await joins(town, ALICE)
    town.deletes(ALICE, LOUNGE, event)
    await town.settle()


async def yes_and_taken_back_at_once(town: Town) -> None:
    """The room is not made yet when the request is gone."""
    await supporters(town, BEA)
    event = await asks(town)
    town.posts(BEA, await town.direct(BEA), "yes")
    town.deletes(ALICE, LOUNGE, event)
    await town.settle()


async def nobody_is_there_and_a_steward_takes_it(town: Town) -> None:
    await asks(town)
    number = (await town.store.people.cases())[0].number
    town.posts(STEWARD, STEWARDS, f"take {number}")
    await town.settle()
    await joins(town, ALICE)
    await joins(town, STEWARD)


async def nobody_answers_in_time(town: Town) -> None:
    await supporters(town, BEA)
    await asks(town)
    await town.later(10 * MINUTE)
    await says(town, BEA, "no")


async def she_never_comes(town: Town) -> None:
    await supporters(town, BEA)
    await asks(town)
    await says(town, BEA, "yes")
    await town.later(30 * MINUTE)
    await town.later(90 * MINUTE)


async def the_supporter_never_comes(town: Town) -> None:
    await supporters(town, BEA, CLEO)
    await asks(town)
    await says(town, BEA, "yes")
    await joins(town, ALICE)
    await town.later(10 * MINUTE)
    await says(town, CLEO, "yes")
    await joins(town, ALICE)
    await joins(town, CLEO)


async def the_supporter_declines_after_all(town: Town) -> None:
    await supporters(town, BEA)
    await asks(town)
    await says(town, BEA, "yes")
    await joins(town, ALICE)
    town.leaves(BEA, invited_to(town, BEA))
    await town.settle()


async def the_supporter_leaves_the_list(town: Town) -> None:
    await supporters(town, BEA, CLEO)
    await asks(town)
    await says(town, BEA, "yes")
    await says(town, BEA, "leave")
    await says(town, CLEO, "yes")


async def the_request_is_edited(town: Town) -> None:
    await supporters(town, BEA)
    event = await asks(town)
    town.edits(ALICE, LOUNGE, event, "#swshelp #nyc somebody to walk home with on Friday?")
    await town.settle()
    await says(town, BEA, "yes")


async def a_place_is_named_later(town: Town) -> None:
    await supporters(town, BEA)
    town.posts(ALICE, LOUNGE, "#swshelp somebody to walk home with?")
    await town.settle()
    await says(town, ALICE, "#nyc")
    await town.later(HOUR)


STORIES: tuple[Story, ...] = (
    two_find_each_other,
    she_declines_and_the_next_is_asked,
    she_wants_somebody_else_after_joining,
    a_quiet_request,
    she_takes_it_back_while_others_are_asked,
    she_takes_it_back_after_a_yes,
    she_takes_it_back_after_joining,
    yes_and_taken_back_at_once,
    nobody_is_there_and_a_steward_takes_it,
    nobody_answers_in_time,
    she_never_comes,
    the_supporter_never_comes,
    the_supporter_declines_after_all,
    the_supporter_leaves_the_list,
    the_request_is_edited,
    a_place_is_named_later,
)
