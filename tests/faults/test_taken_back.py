"""A room that the bot is removed from, while what stands in it is deleted, withdrawn or expires."""

from __future__ import annotations

import pytest
import yaml

from swsmatrix import outbox
from swsmatrix.protocol import SECOND, Left, MessageDeleted
from tests.faults.place import SECONDS, Member, Place

pytestmark = pytest.mark.synapse

EXPIRY = 12  # seconds


def leaves(member: Member, user: str) -> bool:
    return any(isinstance(event, Left) and event.user == user for event in member.heard)


@pytest.fixture(autouse=True)
def short_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    """For a room that the bot is not in: a second, not half a minute."""
    monkeypatch.setattr(outbox, "NOT_THERE", SECOND)


@pytest.mark.parametrize(
    ("how", "restarted"),
    [
        ("deleted", False),
        ("deleted", True),
        ("deleted by a steward", False),
        ("withdrawn", False),
        ("expired", False),
    ],
)
async def test_let_in_again_it_takes_back_what_stands_there(place: Place, how: str, restarted: bool) -> None:
    if how == "expired":
        settings = yaml.safe_load(place.bot.config.read_text())
        settings["danger"] = {"expires_after": f"{EXPIRY}s"}
        place.bot.config.write_text(yaml.safe_dump(settings))
    await place.bot.start()
    dora, alice, nyc = place["dora"], place["alice"], place.rooms["nyc"]
    event = await alice.say(place.rooms["lounge"], "#swsdanger #us-ny a grey van waits")
    await place.relayed("a grey van")
    await place.relayed("a grey van", "ny")
    there, elsewhere = place.relays("a grey van")[0].event, place.relays("a grey van", "ny")[0].event

    async def gone(relay: str) -> None:
        await dora.until(
            lambda: any(isinstance(one, MessageDeleted) and one.original == relay for one in dora.heard),
            SECONDS * 2,
        )

    await dora.person.ask("POST", "rooms", nyc, "kick", body={"user_id": place.bot.user})
    await dora.until(lambda: leaves(dora, place.bot.user))
    match how:
        case "deleted":
            await alice.person.ask("PUT", "rooms", place.rooms["lounge"], "redact", event, "r", body={})
        case "deleted by a steward":
            await dora.person.ask("PUT", "rooms", place.rooms["lounge"], "redact", event, "r", body={})
        case "withdrawn":
            await dora.say(place.rooms["stewards"], "withdraw 1 it was a bread van")
    await gone(elsewhere)
    assert not [one for one in dora.heard if isinstance(one, MessageDeleted) and one.original == there]
    if restarted:
        await place.bot.end()
        await place.bot.start()
    await dora.person.ask("POST", "rooms", nyc, "invite", body={"user_id": place.bot.user})
    await gone(there)
