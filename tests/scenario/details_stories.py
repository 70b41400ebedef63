"""Stories of what identifies somebody, told to trusted responders only; ``stories`` lists them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from swsmatrix.model import RegionId, Supporter, SupporterState
from swsmatrix.protocol import DAY, HOUR, MINUTE, EventId, UserId
from tests.scenario.help_stories import invited_to, joins, says
from tests.town import ALICE, BEA, CLEO, LOUNGE, STEWARD, STEWARDS, Town

Story = Callable[[Town], Awaitable[None]]

WARNING = "#swsdanger #nyc he calls from +1 212 555 0123, hangs up"


async def are_there(
    town: Town, *responders: UserId, others: tuple[UserId, ...] = (), first: int = 101
) -> None:
    """Accepted before the story begins; ``others`` are not trusted with more than the rest.

    ``first``: the number of the first of them.
    """
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
                responder=user in responders,
            )
            for number, user in enumerate((*responders, *others), first)
        )
    )


async def warns(town: Town) -> EventId:
    """Alice's warning is held back, and she is asked about it."""
    event = town.posts(ALICE, LOUNGE, WARNING)
    await town.settle()
    return event


async def wants_it_private(town: Town) -> EventId:
    event = await warns(town)
    await says(town, ALICE, "private")
    return event


async def goes_out_without(town: Town) -> EventId:
    event = await warns(town)
    await says(town, ALICE, "send")
    return event


async def writes(town: Town, who: UserId, text: str) -> None:
    """A word in a chat with the bot that they open if there is none."""
    room = await town.direct(who) or town.opens_direct(who)
    await town.settle()
    town.posts(who, room, text)
    await town.settle()


async def steward(town: Town, text: str) -> None:
    town.posts(STEWARD, STEWARDS, text)
    await town.settle()


async def she_tells_all_of_it_to_a_responder(town: Town) -> None:
    await are_there(town, BEA, others=(CLEO,))
    await wants_it_private(town)
    await says(town, BEA, "yes")
    await joins(town, ALICE)
    await joins(town, BEA)
    await town.later(DAY)


async def nobody_is_trusted_and_she_sends_it(town: Town) -> None:
    await are_there(town, others=(CLEO,))
    await wants_it_private(town)
    await says(town, ALICE, "send")


async def she_sends_it_after_a_yes(town: Town) -> None:
    await are_there(town, BEA)
    await wants_it_private(town)
    await says(town, BEA, "yes")
    await says(town, ALICE, "send")


async def she_edits_it_after_joining(town: Town) -> None:
    await are_there(town, BEA)
    event = await wants_it_private(town)
    await says(town, BEA, "yes")
    await joins(town, ALICE)
    town.edits(ALICE, LOUNGE, event, "#swsdanger #nyc he calls from +1 212 555 0199, hangs up")
    await town.settle()


async def she_deletes_it_as_the_responder_arrives(town: Town) -> None:
    await are_there(town, BEA)
    event = await wants_it_private(town)
    await says(town, BEA, "yes")
    await joins(town, ALICE)
    town.joins(BEA, invited_to(town, BEA))
    town.deletes(ALICE, LOUNGE, event)
    await town.settle()


async def somebody_else_arrives_in_the_responders_name(town: Town) -> None:
    await are_there(town, BEA, CLEO)
    await wants_it_private(town)
    await says(town, BEA, "yes")
    await joins(town, ALICE)
    town.matrix.identities[BEA] = "another key"
    await joins(town, BEA)


async def she_never_comes(town: Town) -> None:
    await are_there(town, BEA)
    await wants_it_private(town)
    await says(town, BEA, "yes")
    await town.later(30 * MINUTE)
    await town.later(90 * MINUTE)


async def a_steward_who_is_a_responder_takes_it(town: Town) -> None:
    await are_there(town, STEWARD)
    await wants_it_private(town)
    await says(town, STEWARD, "no")
    await steward(town, "take 1")
    await joins(town, ALICE)
    await joins(town, STEWARD)


async def a_responder_asks_and_she_tells(town: Town) -> None:
    await are_there(town, BEA)
    await goes_out_without(town)
    await writes(town, BEA, "details 1")
    await joins(town, ALICE)
    await joins(town, BEA)
    await town.later(DAY)


async def a_responder_asks_and_she_declines(town: Town) -> None:
    await are_there(town, BEA, STEWARD)
    await goes_out_without(town)
    await writes(town, BEA, "details 1")
    town.leaves(ALICE, invited_to(town, ALICE))
    await town.settle()
    await steward(town, "details 1")


async def a_steward_asks_and_she_lets_it_be(town: Town) -> None:
    await are_there(town, STEWARD)
    await goes_out_without(town)
    await steward(town, "details 1")
    await town.later(2 * HOUR)


async def the_warning_is_deleted_while_she_is_asked(town: Town) -> None:
    await are_there(town, BEA)
    event = await goes_out_without(town)
    await writes(town, BEA, "details 1")
    town.deletes(ALICE, LOUNGE, event)
    await town.settle()


async def a_responder_is_made_and_would_rather_not(town: Town) -> None:
    await are_there(town, others=(BEA,))
    await steward(town, "responder 101")
    await wants_it_private(town)
    await writes(town, BEA, "responder no")


STORIES: tuple[Story, ...] = (
    she_tells_all_of_it_to_a_responder,
    nobody_is_trusted_and_she_sends_it,
    she_sends_it_after_a_yes,
    she_edits_it_after_joining,
    she_deletes_it_as_the_responder_arrives,
    somebody_else_arrives_in_the_responders_name,
    she_never_comes,
    a_steward_who_is_a_responder_takes_it,
    a_responder_asks_and_she_tells,
    a_responder_asks_and_she_declines,
    a_steward_asks_and_she_lets_it_be,
    the_warning_is_deleted_while_she_is_asked,
    a_responder_is_made_and_would_rather_not,
)
