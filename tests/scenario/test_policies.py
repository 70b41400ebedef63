"""Members whom a policy list bans, whose rules the bot follows."""

from __future__ import annotations

import pytest

from swsmatrix.protocol import DAY, EventId, RoomId, RuleSeen
from tests.scenario.abuse_stories import rule, says
from tests.scenario.help_stories import REQUEST, supporters
from tests.town import ALICE, BEA, CLEO, LOUNGE, NYC, STEWARD, STEWARDS, Town


@pytest.mark.parametrize("entity", [str(ALICE), "@al*:example.org", "@?lice:*"])
async def test_whom_a_rule_bans_is_not_heard(place: Town, entity: str) -> None:
    await rule(place, "one", entity)
    event = await says(place, ALICE, LOUNGE, "#swsdanger #nyc a grey van waits")
    await says(place, ALICE, LOUNGE, "#swsfyi #nyc soup at seven")
    assert place.reads(NYC) == []
    assert place.reactions(LOUNGE, event) == []
    (line,) = place.reads(STEWARDS)
    assert "#swsdanger of a member" in line
    assert "alice" not in line
    (told,) = await place.hears_privately(ALICE)
    assert "For now I don't pass on" in told
    assert "list" not in told
    assert "ban" not in told
    # Others are heard, and so is a call for help.
    await says(place, BEA, LOUNGE, "#swsdanger #nyc a green van waits")
    assert len(place.reads(NYC)) == 1
    await supporters(place, BEA)
    call = await says(place, ALICE, LOUNGE, REQUEST)
    assert place.reactions(LOUNGE, call) == ["✅"]


@pytest.mark.parametrize("instead", ["", "@somebody:else.example"])
async def test_a_rule_that_is_withdrawn_or_changed(place: Town, instead: str) -> None:
    await rule(place, "one", str(ALICE))
    await rule(place, "one", instead)
    await says(place, ALICE, LOUNGE, "#swsdanger #nyc a grey van waits")
    assert len(place.reads(NYC)) == 1
    assert len(await place.store.warnings.banned()) == bool(instead)


async def test_another_list_bans_on(place: Town) -> None:
    await rule(place, "one", str(ALICE))
    other = RuleSeen(
        room=RoomId("!other"), event=EventId("$r"), at=place.time, state_key="one", entity=str(ALICE)
    )
    place.matrix.log.append(other)
    await rule(place, "one", "")
    await says(place, ALICE, LOUNGE, "#swsdanger #nyc a grey van waits")
    assert place.reads(NYC) == []


async def test_whom_a_rule_bans_is_there_for_nobody(place: Town) -> None:
    await says(place, BEA, LOUNGE, "#swssupporter #nyc")
    await says(place, STEWARD, STEWARDS, "approve 1")
    await says(place, CLEO, LOUNGE, "#swssupporter #nyc")
    assert len(await place.store.people.supporters()) == 2
    await rule(place, "one", str(BEA))
    await says(place, BEA, LOUNGE, "#swssupporter #nyc")
    (left,) = await place.store.people.supporters()
    assert left.user == CLEO


@pytest.mark.parametrize("entity", ["*", "@*", "@porch:example.org", "@*:example.org"])
async def test_a_rule_that_would_ban_the_bot_is_not_followed(place: Town, entity: str) -> None:
    if entity == "@*:example.org":
        await rule(place, "narrow", str(ALICE))
    await rule(place, "broad", entity)
    await says(place, BEA, LOUNGE, "#swsdanger #nyc a grey van waits")
    assert len(place.reads(NYC)) == 1
    (line,) = place.reads(STEWARDS)
    assert "would ban me" in line
    await says(place, ALICE, LOUNGE, "#swsdanger #nyc a green van waits")
    assert len(place.reads(NYC)) == 1 + (entity != "@*:example.org")


async def test_a_banned_and_muted_member_is_told_of_one(place: Town) -> None:
    await place.told_the_rule(ALICE)
    await says(place, ALICE, LOUNGE, "#swsfyi #nyc soup at seven")
    await rule(place, "one", str(ALICE))
    await says(place, STEWARD, STEWARDS, "mute 1 2 days")
    await says(place, ALICE, LOUNGE, "#swsfyi #nyc soup at eight")
    assert len(await place.hears_privately(ALICE)) == 1
    await place.later(2 * DAY)
    await says(place, ALICE, LOUNGE, "#swsfyi #nyc soup at nine")
    assert len(await place.store.records.open_posts()) == 1


async def test_a_call_of_the_banned_that_waits_for_an_answer_goes_on(place: Town) -> None:
    await says(place, ALICE, LOUNGE, "#swshlep #nyc could somebody walk me home")
    await rule(place, "one", str(ALICE))
    await says(place, ALICE, await place.direct(ALICE), "yes")
    (post,) = await place.store.records.open_posts()
    assert post.state.value == "up"
