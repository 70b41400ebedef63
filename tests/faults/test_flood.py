"""Far too much said at once, by many: whoever is quiet is heard meanwhile."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from swsmatrix.demo.homeserver import Homeserver
from swsmatrix.features.budgets import AT_ONCE
from swsmatrix.matrix.rooms import Room
from swsmatrix.protocol import LeaveRoom, RoomId, Say, UserId
from tests.contract.matrix_people import Person, person
from tests.contract.matrix_proxy import Proxy
from tests.faults.place import Place, gathered

pytestmark = pytest.mark.synapse

KINDS = (
    "#swsdanger #nyc number {} comes by the bridge",
    "#swsdanger number {} comes by the bridge",
    "#swsfyi #nyc number {} has soup",
    "#swsdanger #nyc the same once more",
)


class Flood:
    """What ``members`` say in ``room``, ``rate`` messages a second together.

    Synapse takes some thirty a second on two cores. So the members' clients encrypt, but the proxy puts it
    into what the bot hears of the room, and takes the signs that the bot answers with.
    """

    def __init__(self, proxy: Proxy, members: list[Person], room: RoomId, rate: float) -> None:
        self._proxy = proxy
        self._members = members
        self._room = room
        self._rate = rate
        self._waiting: list[dict[str, Any]] = []
        self.said = 0
        self.signs = 0
        self.began = time.monotonic()

    async def run(self) -> None:
        self.began = time.monotonic()
        self._proxy.change, self._proxy.fault = self._tell, self._take
        while True:
            await self._talk(self._members[self.said % len(self._members)])
            due = self.began + self.said / self._rate
            await asyncio.sleep(max(0.0, due - time.monotonic()))

    async def _talk(self, member: Person) -> None:
        self.said += 1
        text = KINDS[(self.said // len(self._members)) % len(KINDS)].format(self.said)
        known, keys = member.client.rooms[self._room], member.client._performer._keys
        sealed = await keys.encrypt(known, "m.room.message", {"msgtype": "m.text", "body": text})
        event = {
            "type": "m.room.encrypted",
            "event_id": f"$flood{self.said}",
            "sender": member.user,
            "origin_server_ts": time.time_ns() // 1_000_000,
            "content": sealed,
        }
        self._waiting.append(event)

    def _tell(self, path: str, answer: dict[str, Any]) -> None:
        if not path.endswith("/sync"):
            return
        told, self._waiting = self._waiting, []
        rooms = answer.setdefault("rooms", {}).setdefault("join", {})
        timeline = rooms.setdefault(self._room, {}).setdefault("timeline", {"events": [], "limited": False})
        timeline["events"] = [*told, *timeline["events"]]

    def _take(self, _method: str, path: str) -> web.Response | None:
        if "/send/m.reaction/" not in path:
            return None
        self.signs += 1
        return web.json_response({"event_id": f"$sign{self.signs}"})


async def arrive(
    place: Place, stay: AsyncExitStack, homeserver: Homeserver, folder: Path, name: str
) -> Person:
    """Somebody in the lounge whose keys only the bot gets: nobody else listens there."""
    lounge, dora, bot = place.rooms["lounge"], place["dora"].person, UserId(place.bot.user)
    one = await stay.enter_async_context(person(homeserver, folder, name, homeserver.url))
    await dora.ask("POST", "rooms", lounge, "invite", body={"user_id": one.user})
    assert await one.client.resolve(lounge) == lounge
    members: dict[str, str] = {bot: "join", one.user: "join"}
    one.client.rooms[lounge] = Room(lounge, members, encrypted=True, checked=True)
    return one


def memory(pid: int) -> float:
    """The most that a process has used so far, in MiB."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1024


@pytest.mark.parametrize(
    ("members", "rate", "seconds", "within"),
    # The short form runs beside other tests: it only tells whether somebody is held up for long.
    [(10, 40, 6, 30), pytest.param(50, 100, 150, 10, marks=pytest.mark.soak)],
)
async def test_a_quiet_member_is_heard_in_a_flood(
    homeserver: Homeserver, tmp_path: Path, members: int, rate: float, seconds: float, within: float
) -> None:
    """Nobody but those who flood warns more often than goes out at once."""
    waits: list[float] = []
    async with AsyncExitStack() as stay:
        place = await stay.enter_async_context(gathered(homeserver, tmp_path))
        config = place.process.config
        config.write_text(config.read_text().replace("log_level: DEBUG", "log_level: INFO"))
        await place.process.start()
        warnings = 3 if seconds < 60 else 12
        quiet = [
            await arrive(place, stay, homeserver, tmp_path, f"quiet{n}") for n in range((warnings + 2) // 3)
        ]
        loud = [await arrive(place, stay, homeserver, tmp_path, f"loud{n}") for n in range(members)]
        lounge = place.rooms["lounge"]
        await place["dora"].person.client.perform(lounge, LeaveRoom(), "leave")
        flood = Flood(place.proxy, loud, lounge, rate)
        running = asyncio.create_task(flood.run())
        for number in range(warnings):
            await asyncio.sleep(max(0.0, flood.began + (number + 1) * seconds / warnings - time.monotonic()))
            text = f"quietly {number}."
            who = quiet[number % len(quiet)]
            await who.client.perform(lounge, Say(f"#swsdanger #nyc {text}"), f"q{number}")
            waits.append(await place.relayed(text, seconds=60))
        lasted = time.monotonic() - flood.began
        running.cancel()
        process = place.process._process
        assert process
        used = memory(process.pid)
        relays = Counter(one.text for one in place.relays("number"))
    said = f"{flood.said / lasted:.0f} hashtags a second of {members} members for {lasted:.0f} s"
    print(f"\n25: {said}: warnings of others within {max(waits):.1f} s; {used:.0f} MiB")
    assert flood.said / lasted > rate / 3
    assert max(waits) < within
    assert used < 300
    # Three of each at once, then one a minute; none twice.
    assert len(relays) <= members * (AT_ONCE + lasted / 60 + 1)
    assert set(relays.values()) == {1}
