"""With the rate limits that Synapse has by default: what is urgent overtakes what waits."""

from __future__ import annotations

from pathlib import Path

import pytest

from swsmatrix.demo.homeserver import Homeserver
from tests.e2e.community import community

pytestmark = pytest.mark.synapse


async def test_a_warning_overtakes_what_the_limit_holds_up(
    limited_homeserver: Homeserver, tmp_path: Path
) -> None:
    async with community(limited_homeserver, tmp_path, "alice", "bea") as place:
        await place.bot.start()
        tips = 8
        for number in range(tips):
            await place["alice"].send(place.rooms["lounge"], f"#swsfyi #nyc tip number {number}")
        # Eight signs and eight lines are more than the ten that may go at once.
        await place.sees("dora", "stewards", "#1")
        await place["bea"].send(place.rooms["lounge"], "#swsdanger #us-ny a grey van by the bridge")
        await place.sees("dora", "ny", "a grey van")
        relay = await place.sees("dora", "nyc", "a grey van")
        listed = [
            one
            for one in await place["dora"].messages(place.rooms["stewards"])
            if one.sender == place.bot.user
        ]
        assert 0 < len(listed) < tips
        assert all(one.at < relay.at for one in listed)
