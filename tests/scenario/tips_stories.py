"""Stories of tips: shared, looked for, found useful, changed and taken out."""

from __future__ import annotations

from swsmatrix.model import Tip
from swsmatrix.protocol import EventId, RoomId, UserId
from tests.town import ALICE, BEA, CLEO, LOUNGE, STEWARD, STEWARDS, Town

SOUP = "#swsfyi #nyc the night kitchen has soup for everybody until four"


async def says(town: Town, who: UserId, where: str, text: str, **more: object) -> EventId:
    event = town.posts(who, where, text, **more)
    await town.settle()
    return event


async def chat(town: Town, who: UserId = BEA) -> RoomId:
    if not await town.direct(who):
        town.opens_direct(who)
        await town.settle()
    return RoomId(await town.direct(who))


async def asks(town: Town, text: str, who: UserId = BEA, **more: object) -> str:
    """What the bot answers last."""
    await says(town, who, await chat(town, who), text, **more)
    return (await town.hears_privately(who))[-1]


async def a_tip_is_found_and_useful(town: Town) -> None:
    await says(town, ALICE, LOUNGE, SOUP)
    await asks(town, "find soup nyc")
    await asks(town, "show 1")
    await asks(town, "useful 1")


async def a_tip_that_was_found_is_edited(town: Town) -> None:
    event = await says(town, ALICE, LOUNGE, SOUP)
    await asks(town, "find soup")
    await asks(town, "show 1")
    town.edits(ALICE, LOUNGE, event, "#swsfyi #nyc the night kitchen has bread for everybody until six")
    await town.settle()


async def a_tip_that_was_found_is_deleted(town: Town) -> None:
    event = await says(town, ALICE, LOUNGE, SOUP)
    await asks(town, "find soup")
    await asks(town, "show 1")
    await asks(town, "useful 1")
    town.deletes(ALICE, LOUNGE, event)
    await town.settle()


async def a_tip_is_held_and_goes_in_without(town: Town) -> None:
    await says(town, ALICE, LOUNGE, "#swsfyi #nyc soup until four, call +1 212 555 0123")
    await asks(town, "send", ALICE)
    await asks(town, "find soup")


async def a_list_goes_on(town: Town) -> None:
    await town.knows(
        *(
            Tip(
                subject=f"swsfyi ${number}",
                number=number + 1,
                text=f"soup in kitchen {number} on the avenue",
                posted_at=town.time,
                added_at=town.time,
            )
            for number in range(12)
        )
    )
    await asks(town, "find soup")
    await asks(town, "more")


async def a_tip_is_taken_out_and_put_in_again(town: Town) -> None:
    town.room(STEWARDS).members.add(CLEO)
    await says(town, ALICE, LOUNGE, SOUP)
    await says(town, STEWARD, STEWARDS, "pin 1")
    await says(town, STEWARD, STEWARDS, "tag 1 #food #chicago")
    await says(town, STEWARD, STEWARDS, "remove 1 the kitchen is closed")
    await says(town, CLEO, STEWARDS, "restore 1")
    await asks(town, "find soup")


async def a_call_in_vain_gets_a_tip(town: Town) -> None:
    await says(town, BEA, LOUNGE, SOUP)
    event = await says(town, ALICE, LOUNGE, "#swshelp #nyc I have no soup tonight")
    await asks(town, "where is the night kitchen?", CLEO)
    town.deletes(ALICE, LOUNGE, event)
    await town.settle()


STORIES = (
    a_call_in_vain_gets_a_tip,
    a_tip_is_taken_out_and_put_in_again,
    a_tip_is_found_and_useful,
    a_tip_that_was_found_is_edited,
    a_tip_that_was_found_is_deleted,
    a_tip_is_held_and_goes_in_without,
    a_list_goes_on,
)
