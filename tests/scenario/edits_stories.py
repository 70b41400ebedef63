"""Stories of corrections that come late, or are slips; killed too."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from swsmatrix.protocol import MINUTE, EventId, MessageEdited, Millis, UserId
from tests.town import ALICE, LOUNGE, Town

Story = Callable[[Town], Awaitable[None]]

GREY, GREEN, WHITE = (f"#swsdanger #nyc a {colour} van waits" for colour in ("grey", "green", "white"))
NUMBER = "#swsdanger #nyc he calls from +1 212 555 0123"
SLIP = "#swsdagner #nyc a green van waits"


@dataclass(frozen=True)
class Sealed:
    """An edit whose key the bot does not have yet."""

    event: EventId
    original: EventId
    at: Millis

    def opens(self, town: Town, text: str, who: UserId = ALICE) -> None:
        edit = MessageEdited(
            room=town.room(LOUNGE).id,
            event=self.event,
            sender=who,
            at=self.at,
            text=text,
            original=self.original,
            identity=f"key of {who}",
        )
        town.matrix.log.append(edit)


async def sealed(town: Town, original: EventId) -> Sealed:
    at = town.time
    found = Sealed(town.cannot_be_read(ALICE, LOUNGE, "another session"), original, at)
    await town.settle()
    await town.later(MINUTE)
    return found


async def an_older_correction_comes_late(town: Town) -> None:
    event = town.posts(ALICE, LOUNGE, GREY)
    await town.settle()
    older = await sealed(town, event)
    town.edits(ALICE, LOUNGE, event, WHITE)
    await town.settle()
    older.opens(town, GREEN)
    await town.settle()


async def a_correction_comes_after_the_answer(town: Town) -> None:
    """It was written before that, and nothing after it."""
    event = town.posts(ALICE, LOUNGE, GREY)
    await town.settle()
    town.edits(ALICE, LOUNGE, event, NUMBER)
    await town.settle()
    await town.later(MINUTE)
    last = await sealed(town, event)
    town.posts(ALICE, await town.direct(ALICE), "send")
    await town.settle()
    last.opens(town, GREEN)
    await town.settle()


async def a_correction_is_a_slip(town: Town) -> None:
    event = town.posts(ALICE, LOUNGE, GREY)
    await town.settle()
    town.edits(ALICE, LOUNGE, event, SLIP)
    await town.settle()
    town.posts(ALICE, await town.direct(ALICE), "yes")
    await town.settle()


async def a_slip_is_corrected_elsewhere(town: Town) -> None:
    """The slip stays one."""
    event = town.posts(ALICE, LOUNGE, SLIP.replace("green", "gray"))
    await town.settle()
    town.edits(ALICE, LOUNGE, event, SLIP)
    await town.settle()
    town.posts(ALICE, await town.direct(ALICE), "yes")
    await town.settle()


STORIES: tuple[Story, ...] = (
    an_older_correction_comes_late,
    a_correction_comes_after_the_answer,
    a_correction_is_a_slip,
    a_slip_is_corrected_elsewhere,
)
