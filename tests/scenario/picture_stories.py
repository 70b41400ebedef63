"""Stories of warnings with a picture; see ``STORIES``."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from swsmatrix.protocol import MINUTE, EventId, Picture, RetryAt, UserId
from tests.fake_matrix import BOT, Shown
from tests.scenario.details_stories import are_there
from tests.scenario.help_stories import invited_to, joins, says
from tests.scenario.trust_stories import ROSA, writes
from tests.town import ALICE, BEA, CLEO, LOUNGE, NYC, STEWARD, Town

Story = Callable[[Town], Awaitable[None]]

WARNING = "#swsdanger #us-ny a grey van waits by the bridge"
NUMBER = "#swsdanger #nyc he calls from +1 212 555 0123, hangs up"
IN_THE_CITY = "#swsdanger #nyc a grey van waits by the bridge"
VAN = Picture(url="mxc://example.org/van", key="the key of a van", iv="iv", sha256="hash", size=7)
LAMP = Picture(url="mxc://example.org/lamp", key="the key of a lamp", iv="iv", sha256="hash", size=7)


def pictures(town: Town, where: str) -> list[Shown]:
    """Those of the bot that stand in a room."""
    timeline = town.room(where).timeline
    return [one for one in timeline if one.sender == BOT and one.picture and not one.redacted]


async def shows(town: Town, text: str = WARNING, picture: Picture | None = VAN, **more: object) -> EventId:
    """A warning with a picture, as a caption."""
    event = town.posts(ALICE, LOUNGE, text, attached=True, picture=picture, **more)
    await town.settle()
    return event


async def edits(town: Town, event: EventId, text: str, picture: Picture | None = VAN) -> None:
    town.time += 1  # nobody edits within the millisecond in which it went out
    town.edits(ALICE, LOUNGE, event, text, attached=picture is not None, picture=picture)
    await town.settle()


async def agrees(town: Town, word: str = "picture", who: UserId = ALICE) -> None:
    if not await town.direct(who):
        town.opens_direct(who)
        await town.settle()
    await says(town, who, word)


async def nobody_answers(town: Town) -> None:
    await shows(town)


async def it_is_passed_on(town: Town) -> None:
    await shows(town)
    await agrees(town)


async def it_is_passed_on_and_deleted(town: Town) -> None:
    event = await shows(town)
    await agrees(town)
    town.deletes(ALICE, LOUNGE, event)
    await town.settle()


async def it_is_passed_on_and_edited(town: Town) -> None:
    event = await shows(town)
    await agrees(town)
    await edits(town, event, "#swsdanger #nyc a green van waits by the bridge", LAMP)
    await agrees(town)


async def it_is_edited_while_the_question_is_open(town: Town) -> None:
    event = await shows(town)
    await edits(town, event, "#swsdanger #nyc a green van waits by the bridge", LAMP)
    await agrees(town)


async def its_picture_is_edited_away(town: Town) -> None:
    event = await shows(town)
    await edits(town, event, WARNING, None)
    await agrees(town)


async def it_is_deleted_while_the_question_is_open(town: Town) -> None:
    event = await shows(town)
    town.deletes(ALICE, LOUNGE, event)
    await town.settle()
    await agrees(town)


async def a_held_one_is_asked_about_after_it_is_out(town: Town) -> None:
    await shows(town, NUMBER)
    await says(town, ALICE, "send")
    await agrees(town)


async def it_cannot_be_read(town: Town) -> None:
    town.matrix.broken[VAN.url] = "PICTURE_UNREADABLE"
    await shows(town)
    await agrees(town)


async def it_cannot_be_had_at_first(town: Town) -> None:
    town.matrix.broken[VAN.url] = "PICTURE_AWAY"
    await shows(town)
    await agrees(town)
    town.matrix.broken.clear()
    await agrees(town)


async def the_homeserver_limits_it(town: Town) -> None:
    town.matrix.outcomes["RemakePicture"] = [RetryAt(2000, limited=True)]
    await shows(town)
    await agrees(town)
    await town.later(2000)


async def it_is_withdrawn_with_its_picture_and_restored(town: Town) -> None:
    await shows(town)
    await agrees(town)
    await writes(town, STEWARD, "withdraw 1 it was a bread van")
    town.time += 1
    await writes(town, ROSA, "restore 1")


async def it_is_restored_and_passed_on_again(town: Town) -> None:
    await it_is_withdrawn_with_its_picture_and_restored(town)
    await agrees(town)


async def two_with_pictures(town: Town) -> None:
    await shows(town)
    await shows(town, "#swsdanger #nyc the side door is watched", LAMP)
    await agrees(town)
    await agrees(town, "picture 2")


async def responders_are_told(town: Town) -> None:
    await are_there(town, BEA, others=(CLEO,))
    await shows(town, IN_THE_CITY)
    await agrees(town, "picture private")


async def a_responder_sees_it(town: Town) -> None:
    await responders_are_told(town)
    await agrees(town, who=BEA)


async def a_responder_sees_it_and_it_is_deleted(town: Town) -> None:
    await are_there(town, BEA)
    event = await shows(town, IN_THE_CITY)
    await agrees(town, "picture private")
    await agrees(town, who=BEA)
    town.deletes(ALICE, LOUNGE, event)
    await town.settle()


async def responders_first_and_then_the_rooms(town: Town) -> None:
    await a_responder_sees_it(town)
    await agrees(town)


async def opens_up(town: Town, where: str) -> None:
    """A room lets newcomers read what was said before, which its stewards have not accepted."""
    town.time += 1
    town.see(where, history="shared")
    await town.settle()


async def it_goes_late_with_its_picture(town: Town) -> None:
    """One of the two rooms gets no warnings until both have long been said."""
    await opens_up(town, NYC)
    await shows(town)
    await agrees(town)
    await writes(town, STEWARD, "thaw #nyc")


async def only_its_picture_goes_late(town: Town) -> None:
    """The room changes after the warning stands there, and before its author has agreed."""
    await shows(town)
    await opens_up(town, NYC)
    await agrees(town)
    await writes(town, STEWARD, "thaw #nyc")


async def it_is_asked_about_when_it_goes_late(town: Town) -> None:
    await opens_up(town, NYC)
    await shows(town, IN_THE_CITY)
    await writes(town, STEWARD, "thaw #nyc")
    await agrees(town)


async def it_is_the_fourth_in_a_short_time(town: Town) -> None:
    """Its words wait for a minute. Its author does not."""
    for colour in ("grey", "green", "white"):
        town.posts(ALICE, LOUNGE, f"#swsdanger #us-ny a {colour} van waits by the bridge")
    await shows(town, "#swsdanger #us-ny a blue van waits by the bridge")
    await agrees(town)
    await town.later(MINUTE)
    await agrees(town)


async def they_meet(town: Town) -> None:
    """Bea has said yes to all of a held warning of Alice's."""
    await says(town, BEA, "yes")
    await joins(town, ALICE)
    await joins(town, BEA)


async def all_of_it_is_told_in_private(town: Town) -> None:
    await are_there(town, BEA)
    await shows(town, NUMBER)
    await says(town, ALICE, "private")
    await they_meet(town)


async def it_cannot_be_shown_in_private(town: Town) -> None:
    town.matrix.broken[VAN.url] = "PICTURE_UNREADABLE"
    await all_of_it_is_told_in_private(town)


async def it_is_deleted_before_it_is_shown_in_private(town: Town) -> None:
    await are_there(town, BEA)
    event = await shows(town, NUMBER)
    await says(town, ALICE, "private")
    await says(town, BEA, "yes")
    await joins(town, ALICE)
    town.joins(BEA, invited_to(town, BEA))
    town.deletes(ALICE, LOUNGE, event)
    await town.settle()


STORIES: tuple[Story, ...] = (
    nobody_answers,
    it_is_passed_on,
    it_is_passed_on_and_deleted,
    it_is_passed_on_and_edited,
    it_is_edited_while_the_question_is_open,
    its_picture_is_edited_away,
    it_is_deleted_while_the_question_is_open,
    a_held_one_is_asked_about_after_it_is_out,
    it_cannot_be_read,
    it_cannot_be_had_at_first,
    the_homeserver_limits_it,
    it_is_withdrawn_with_its_picture_and_restored,
    two_with_pictures,
    responders_are_told,
    a_responder_sees_it,
    a_responder_sees_it_and_it_is_deleted,
    responders_first_and_then_the_rooms,
    it_is_restored_and_passed_on_again,
    it_goes_late_with_its_picture,
    only_its_picture_goes_late,
    it_is_asked_about_when_it_goes_late,
    it_is_the_fourth_in_a_short_time,
    all_of_it_is_told_in_private,
    it_cannot_be_shown_in_private,
    it_is_deleted_before_it_is_shown_in_private,
)
