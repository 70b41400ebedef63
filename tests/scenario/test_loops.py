"""Others that repeat what they read: nothing goes round for ever."""

from __future__ import annotations

from swsmatrix.protocol import MINUTE, UserId
from tests.fake_matrix import BOT
from tests.town import ALICE, LOUNGE, NY, NYC, STEWARDS, Town

ECHO = UserId("@echo:example.org")


class Echo:
    """Says again, with ``before`` it, whatever somebody else says in one of these rooms; no m.notice."""

    def __init__(self, place: Town, before: str = "") -> None:
        self.place = place
        self.before = before
        self.repeated: set[str] = set()

    def repeat(self) -> None:
        for room in (LOUNGE, NY, NYC):
            for shown in list(self.place.room(room).timeline):
                said = shown.sender != ECHO and shown.reaction_to is None and not shown.redacted
                if said and shown.event not in self.repeated:
                    self.repeated.add(shown.event)
                    self.place.posts(ECHO, room, self.before + shown.text)

    async def for_(self, minutes: int) -> None:
        for _ in range(minutes):
            for _ in range(5):
                self.repeat()
                await self.place.settle()
            await self.place.later(MINUTE)


def relays(place: Town) -> int:
    shown = [one for room in (NY, NYC) for one in place.room(room).timeline]
    return sum(one.sender == BOT and one.reaction_to is None for one in shown)


async def test_who_repeats_everything_is_heard_once_for_each_warning(place: Town) -> None:
    place.posts(ALICE, LOUNGE, "#swsdanger #us-ny a grey van waits")
    await place.settle()
    await Echo(place).for_(4)
    assert relays(place) == 4  # a relay has no tag that could be heard again


async def test_who_tags_everything_again_is_bounded_by_the_budget(place: Town) -> None:
    place.posts(ALICE, LOUNGE, "#swsdanger #us-ny a grey van waits")
    await place.settle()
    await Echo(place, "#swsdanger #us-ny ").for_(10)
    assert relays(place) <= 2 * (1 + 3 + 10)
    assert len(place.reads(STEWARDS)) <= 2
    # Whoever else says something is heard at once.
    before = relays(place)
    place.posts(ALICE, LOUNGE, "#swsdanger #us-ny a green van waits")
    await place.settle()
    assert relays(place) == before + 2
