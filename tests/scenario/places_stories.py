"""Stories of places that nobody configured; see ``STORIES``."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace

from swsmatrix.model import RegionId
from swsmatrix.protocol import MINUTE, EventId, UserId
from tests.scenario.help_stories import says
from tests.town import ALICE, BEA, CLEO, LOUNGE, NYC, STEWARD, STEWARDS, Town
from tests.unit import examples

Story = Callable[[Town], Awaitable[None]]

WARNING = "#swsdanger #buffalo a grey van waits by the bridge"


async def warns(town: Town, text: str = WARNING, who: UserId = ALICE, where: str = LOUNGE) -> EventId:
    event = town.posts(who, where, text)
    await town.settle()
    return event


async def answers(town: Town, *words: str, who: UserId = ALICE) -> None:
    for word in words:
        town.posts(who, await town.direct(who), word)
        await town.settle()


async def writes(town: Town, *words: str, who: UserId = STEWARD) -> None:
    for word in words:
        town.posts(who, STEWARDS, word)
        await town.settle()


async def a_town_is_confirmed(town: Town) -> None:
    await warns(town)
    await answers(town, "yes")


async def it_is_another_place(town: Town) -> None:
    await warns(town)
    await answers(town, "no", "#chicago")


async def it_is_another_one_of_that_name(town: Town) -> None:
    await warns(town, "#swsdanger #portland a grey van waits by the bridge")
    await answers(town, "#maine")


async def another_town_is_named_and_confirmed(town: Town) -> None:
    await warns(town)
    await answers(town, "#rochester", "yes")


async def nobody_says_whether_it_is_meant(town: Town) -> None:
    await warns(town)
    await town.later(10 * MINUTE)
    await writes(town, "send 1", "send 1 #us-ny")


async def a_confirmed_warning_is_edited(town: Town) -> None:
    event = await warns(town)
    await answers(town, "yes")
    town.edits(ALICE, LOUNGE, event, "#swsdanger #buffalo a green van waits by the bridge")
    await town.settle()
    town.edits(ALICE, LOUNGE, event, "#swsdanger a green van waits by the bridge")
    await town.settle()


async def a_town_and_a_number(town: Town) -> None:
    await warns(town, "#swsdanger #buffalo he calls from +1 212 555 0123, hangs up")
    await answers(town, "yes", "send")


async def two_people_confirm_a_town(town: Town) -> None:
    await a_town_is_confirmed(town)
    await warns(town, "#swsdanger #Buffalo the side door is watched", CLEO)
    await answers(town, "yes", who=CLEO)
    await warns(town, "#swsdanger #buffalo the lamps are out", BEA, NYC)


async def a_learned_place_is_struck_out(town: Town) -> None:
    await two_people_confirm_a_town(town)
    await writes(town, "places", "strike buffalo")
    await warns(town, "#swsdanger #buffalo somebody follows people")


async def a_struck_place_is_kept_after_all(town: Town) -> None:
    await a_learned_place_is_struck_out(town)
    await writes(town, "keep buffalo")
    await warns(town, "#swsdanger #buffalo somebody rings at night")


async def help_in_a_town(town: Town) -> None:
    await town.knows(replace(examples.supporter(BEA), identity=f"key of {BEA}", regions=(RegionId("us-ny"),)))
    await warns(town, "#swshelp #buffalo somebody to walk home with tonight")
    await answers(town, "yes")
    await says(town, BEA, "yes")


async def a_supporter_of_a_town(town: Town) -> None:
    await warns(town, "#swssupporter #buffalo #ride", CLEO)
    await answers(town, "yes", who=CLEO)
    await writes(town, "approve 1")


async def a_supporter_from_afar_and_of_a_town(town: Town) -> None:
    await warns(town, "#swssupporter #remote #buffalo #ride", CLEO)
    await answers(town, "yes", who=CLEO)
    await writes(town, "approve 1")


async def what_a_tag_would_do(town: Town) -> None:
    room = town.opens_direct(ALICE)
    await town.settle()
    for word in ("regions", "regions #brooklyn", "regions buffalo", "regions #nowhere"):
        town.posts(ALICE, room, word)
        await town.settle()


STORIES: tuple[Story, ...] = (
    a_town_is_confirmed,
    it_is_another_place,
    it_is_another_one_of_that_name,
    another_town_is_named_and_confirmed,
    nobody_says_whether_it_is_meant,
    a_confirmed_warning_is_edited,
    a_town_and_a_number,
    two_people_confirm_a_town,
    a_learned_place_is_struck_out,
    a_struck_place_is_kept_after_all,
    help_in_a_town,
    a_supporter_of_a_town,
    a_supporter_from_afar_and_of_a_town,
    what_a_tag_would_do,
)
