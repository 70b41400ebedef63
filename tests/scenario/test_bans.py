"""What waited when a policy list banned its author never goes out."""

from __future__ import annotations

import pytest

from swsmatrix.features import policies
from tests.scenario import abuse_stories as stories
from tests.scenario.abuse_stories import rule, says
from tests.scenario.help_stories import REQUEST, supporters
from tests.town import ALICE, BEA, LOUNGE, NYC, Town

NUMBER = "#swsdanger #nyc he calls from +1 212 555 0123"


async def test_what_waits_of_the_banned_never_goes_out(place: Town) -> None:
    await stories.a_list_bans_who_has_much_to_say(place)
    relays = place.reads(NYC)
    assert len([text for text in relays if "van" in text]) == 3
    assert not any("he calls" in text for text in relays)
    assert len(relays) == 4  # Bea's
    assert len(await place.rows("SELECT * FROM posts")) == 4


async def test_a_rule_that_would_ban_the_bot_ends_nothing(place: Town) -> None:
    await says(place, ALICE, LOUNGE, NUMBER)
    await rule(place, "broad", "@*:example.org")
    assert len(await place.rows("SELECT * FROM posts")) == 1
    await rule(place, "other", "@somebody:example.org")
    assert len(await place.rows("SELECT * FROM posts")) == 1


async def test_a_call_for_help_goes_on(place: Town) -> None:
    await supporters(place, BEA)
    await says(place, ALICE, LOUNGE, REQUEST)
    await says(place, ALICE, LOUNGE, "#swshlep #nyc somebody to talk to")
    await rule(place, "one", str(ALICE))
    assert len(await place.store.people.cases()) == 1
    assert len(await place.rows("SELECT * FROM posts WHERE state = 'near'")) == 1


async def test_a_few_at_a_time(place: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(policies, "AT_ONCE", 2)
    for number in range(5):
        await says(place, ALICE, LOUNGE, f"{NUMBER}{number}")
    await rule(place, "one", str(ALICE))
    for _ in range(3):
        await place.later(1)
    assert await place.rows("SELECT * FROM posts") == []
