"""Stories of private details in rooms: what shows them goes, what repeats them too; killed as well."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from swsmatrix.protocol import MINUTE, EventId, Picture
from tests.town import ALICE, BEA, CLEO, LOUNGE, NYC, Town

Story = Callable[[Town], Awaitable[None]]

# A phrase and details that the bot must never say to anybody but their author.
CANARY = "the canary sings in the blue kettle"
NUMBER, PAGE, STREET = "+1 212 555 0142", "https://kettle.example/canary", "12 Canary Street"
DOXX = f"#swsdoxx {CANARY} on {PAGE}, {NUMBER}, {STREET}"
PLAIN = "#swsdoxx somebody wrote about me"
SHOT = Picture(
    url="mxc://example.org/shot", key="the key of a shot", iv="iv", sha256="hash", size=9, width=8, height=6
)


async def posted(town: Town, text: str = DOXX, where: str = LOUNGE, **more: object) -> EventId:
    event = town.posts(ALICE, where, text, **more)
    await town.settle()
    return event


async def a_doxx_is_taken_out(town: Town) -> None:
    await posted(town)


async def a_screenshot_is_taken_out(town: Town) -> None:
    await posted(town, PLAIN, attached=True, picture=SHOT)


async def details_come_with_an_edit(town: Town) -> None:
    event = await posted(town, PLAIN)
    town.edits(ALICE, LOUNGE, event, DOXX)
    await town.settle()
    town.edits(ALICE, LOUNGE, event, f"{DOXX} again")
    await town.settle()


async def others_repeat_it(town: Town) -> None:
    await posted(town)
    town.posts(BEA, NYC, "did you see kettle.example/canary/ ?")
    original = town.posts(CLEO, LOUNGE, "oh no")
    town.edits(CLEO, LOUNGE, original, "oh no, her number is (212) 555-0142")
    await town.settle()
    await town.later(5 * MINUTE)


async def a_slip_is_taken_out_and_asked_about(town: Town) -> None:
    await posted(town, DOXX.replace("swsdoxx", "swsdixx"))


async def nobody_may_remove_it(town: Town) -> None:
    town.room(LOUNGE).can_redact = False
    await posted(town)
    town.posts(BEA, LOUNGE, f"her page is {PAGE}")
    await town.settle()
    await town.later(5 * MINUTE)


async def it_is_deleted_in_the_end(town: Town) -> None:
    event = await posted(town, PLAIN)
    town.deletes(ALICE, LOUNGE, event)
    await town.settle()


STORIES: tuple[Story, ...] = (
    a_doxx_is_taken_out,
    a_screenshot_is_taken_out,
    details_come_with_an_edit,
    others_repeat_it,
    a_slip_is_taken_out_and_asked_about,
    nobody_may_remove_it,
    it_is_deleted_in_the_end,
)
