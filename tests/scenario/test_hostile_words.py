"""What members write stands in nothing that is read as markup, wherever the bot repeats it."""

from __future__ import annotations

import pytest

from swsmatrix.protocol import DAY, Action, Outcome, RoomId, Say
from tests.scenario.details_stories import are_there
from tests.scenario.digest_stories import weekly
from tests.scenario.group_stories import case_room, comes, there
from tests.scenario.help_stories import says
from tests.town import ALICE, BEA, LOUNGE, STEWARD, STEWARDS, Town

WORDS = '@room <b onclick="x">tea</b> [here](tea) **loud** # head'


def listen(town: Town) -> list[Say]:
    """All that the bot says from now on."""
    said: list[Say] = []
    perform = town.matrix.perform

    async def noted(room: RoomId | None, action: Action, txn: str) -> Outcome:
        if isinstance(action, Say):
            said.append(action)
        return await perform(room, action, txn)

    town.matrix.perform = noted  # type: ignore[method-assign]
    return said


async def a_tip(town: Town) -> None:
    await weekly(town)
    town.posts(ALICE, LOUNGE, f"#swsfyi #nyc soup {WORDS}")
    await town.settle()
    town.posts(STEWARD, STEWARDS, "show 1")
    await town.settle()
    room = town.opens_direct(BEA)
    await town.settle()
    for text in ("find soup", "show 1", "where is the soup?"):
        town.posts(BEA, room, text)
        await town.settle()
    await town.later(8 * DAY)
    town.posts(STEWARD, STEWARDS, f"remove 1 {WORDS}")
    await town.settle()


async def an_event(town: Town) -> None:
    town.posts(ALICE, LOUNGE, f"#swsfyi #event #nyc 2026-12-17 19:00 {WORDS}")
    await town.settle()
    room = town.opens_direct(BEA)
    await town.settle()
    town.posts(BEA, room, "events #nyc")
    await town.settle()
    await town.later(40 * DAY)


async def a_doxx(town: Town) -> None:
    await are_there(town, BEA)
    town.posts(ALICE, LOUNGE, f"#swsdoxx #nyc {WORDS}", name=WORDS)
    await town.settle()
    await says(town, ALICE, "1 4")
    await says(town, BEA, "yes")
    await comes(town, ALICE)
    await comes(town, BEA)
    await there(town, BEA, f"done 1 {WORDS}")
    await there(town, ALICE, "card")
    await there(town, ALICE, f"how {WORDS}")
    await there(town, ALICE, f"also https://pastebin.com/abc {WORDS}")
    assert case_room(town)
    await there(town, ALICE, "close")


async def a_call_in_vain(town: Town) -> None:
    town.posts(BEA, LOUNGE, f"#swsfyi #nyc soup {WORDS}")
    town.posts(ALICE, LOUNGE, f"#swshelp #nyc soup {WORDS}")
    await town.settle()


@pytest.mark.parametrize("story", [a_tip, an_event, a_doxx, a_call_in_vain], ids=lambda one: one.__name__)
async def test_no_markup_of_theirs(place: Town, story: object) -> None:
    said = listen(place)
    await story(place)  # type: ignore[operator]
    theirs = [one for one in said if "onclick" in one.text or "](tea)" in one.text]
    assert theirs
    assert not [one for one in theirs if one.markdown]
