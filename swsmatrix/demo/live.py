"""After the story: whoever watches can join in with a client of their own, and is told what happens."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import Any, Final

from swsmatrix.demo import serverside
from swsmatrix.demo.companion import Companion
from swsmatrix.demo.screen import Screen
from swsmatrix.demo.stage import Stage

LOOK_SECONDS: Final = 1.0
# Through whose eyes each room is seen.
WATCHERS: Final = {"lounge": "bea", "ny": "bea", "nyc": "bea", "stewards": "chi"}

Seen = dict[str, dict[str, Any]]


def invite(stage: Stage, screen: Screen) -> None:
    """How to join in, and what to try."""
    name, password = stage.visitor
    screen.space()
    screen.title("Your turn")
    screen.tell(
        "It all stays up. Log in with Element (app.element.io or Element Desktop) or any other client:"
    )
    screen.space()
    screen.fact(f"homeserver  {stage.homeserver.url}")
    screen.fact(f"user        {name}")
    screen.fact(f"password    {password}")
    screen.space()
    screen.tell("You are a member and a steward. Try this, and watch both here and there:")
    screen.space()
    screen.fact("in Lounge: #swsdanger #nyc and a few words. Then edit it, then delete it.")
    screen.fact("in Lounge: #swsdanger without a place, or with a telephone number in it.")
    screen.fact("in Lounge: #swshelp #nyc and a few words. Bea says yes: accept the invitation to the chat.")
    screen.fact("in Lounge: #swssupporter #nyc. Then, in Stewards: waiting, approve and its number.")
    screen.fact(
        "in Lounge: #swsfyi #nyc and a few words. Then, in a chat with the bot: find and one of them."
    )
    screen.fact(f"a chat with {stage.bot_user}: help, privacy.")
    screen.fact(f"in another terminal: {_command()} check --config {stage.config}")
    screen.space()
    screen.tell("Ctrl-C ends it all.")
    screen.space()


def _command() -> str:
    script = Path(sys.executable).with_name("swsmatrix")
    if not script.exists():
        return f"{sys.executable} -m swsmatrix"
    here = Path.cwd()
    return str(script.relative_to(here) if script.is_relative_to(here) else script)


async def watch(stage: Stage, screen: Screen) -> None:
    """Tell what happens in the rooms until cancelled, or until the bot ends."""
    companion = Companion(stage, screen)
    seen = {room: await _look(stage, room) for room in WATCHERS}
    while stage.bot.exit_code is None:
        await asyncio.sleep(LOOK_SECONDS)
        for room in WATCHERS:
            now = await _look(stage, room)
            for event, description in now.items():
                _tell(stage, screen, room, seen[room].get(event), description)
            seen[room] = now
        await companion.look()


async def _look(stage: Stage, room: str) -> Seen:
    events = await stage.people[WATCHERS[room]].events(stage.rooms[room])
    return {one["event"]: one for one in events if one["relation"] != "m.replace"}


def _tell(
    stage: Stage, screen: Screen, room: str, before: dict[str, Any] | None, now: dict[str, Any]
) -> None:
    who, where = stage.name_of(now["sender"]), stage.address(room)
    if before == now:
        return
    if now["type"] == "m.reaction":
        if before is None:
            screen.does(who, f"reacts {now['key']} in {where}")
    elif now["type"] == "m.room.member":
        if before is None:
            screen.does(who, f"in {where}: {now['content'].get('membership')}")
    elif now["redacted"]:
        if before is None or not before["redacted"]:
            screen.does(who, f"has a message in {where} no more")
    elif now["failure"] == "UNSIGNED_SENDER_DEVICE":
        screen.does(who, f"writes in {where} from a device that is not verified yet: nobody here reads it")
    elif now["failure"] is None and now["text"]:
        screen.says(who, where, now["text"], seen_by=WATCHERS[room])
        stored = serverside.stored(stage.homeserver.database, now["event"])
        if before is None and stored is not None:
            screen.server(stored, who, where)
