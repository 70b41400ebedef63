"""What somebody with a strict client does on a journey, and how both ways are seen to work."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from swsmatrix.demo import serverside
from swsmatrix.demo.cast import Person
from swsmatrix.demo.seen import Message
from tests.e2e.community import PASSWORD, SEEN_SECONDS, Community

LOOK_SECONDS = 0.05
ANSWER = "What I keep"  # a part of the answer to `privacy`


def account(person: Person) -> str:
    """What is typed where a client asks for the name."""
    return person.user[1:].partition(":")[0]


@asynccontextmanager
async def arrival(place: Community, name: str, **how: Any) -> AsyncIterator[Person]:
    """Somebody new on the homeserver, in none of the rooms yet. ``how``: as for ``Person.arrive``."""
    unique = f"{name}-{secrets.token_hex(4)}"
    await place.homeserver.register(unique, PASSWORD)
    async with Person.arrive(place.homeserver.url, unique, PASSWORD, **how) as person:
        yield person


@asynccontextmanager
async def another_device(place: Community, person: Person, **how: Any) -> AsyncIterator[Person]:
    async with Person.arrive(place.homeserver.url, account(person), PASSWORD, **how) as device:
        yield device


async def let_in(place: Community, person: Person, *rooms: str) -> None:
    for room in rooms:
        await place["dora"].invite(place.rooms[room], person.user)
        await person.join(place.rooms[room])


async def warns(person: Person, place: Community, text: str, *readers: Person) -> Message:
    """Both ways in rooms: heard and acknowledged by the bot; its relay, which returns, is read.

    By ``person``, or by ``readers``.
    """
    lounge = place.rooms["lounge"]
    event = await person.send(lounge, f"#swsdanger #nyc {text}")
    await person.wait_for_reaction(lounge, event, "✅", sender=place.bot.user, timeout=SEEN_SECONDS)
    relays = [
        await one.wait_for(place.rooms["nyc"], text=text, sender=place.bot.user, timeout=SEEN_SECONDS)
        for one in readers or (person,)
    ]
    assert {(one.shield, one.failure, one.encrypted) for one in relays} == {("NONE", None, True)}
    return relays[0]


async def talks(person: Person, place: Community, chat: str) -> tuple[str, str]:
    """Both ways in a direct chat: asked, answered, read. The Megolm sessions of question and answer."""
    before = {one.event for one in await person.messages(chat)}
    asked = await person.send(chat, "privacy")
    async with asyncio.timeout(SEEN_SECONDS):
        while True:
            said = [one for one in await person.messages(chat) if one.event not in before]
            answers = [one for one in said if one.sender == place.bot.user and ANSWER in one.text]
            if answers:
                break
            await asyncio.sleep(LOOK_SECONDS)
    (answer,) = answers
    assert (answer.shield, answer.failure, answer.encrypted) == ("NONE", None, True)
    database = place.homeserver.database
    return serverside.session_of(database, asked), serverside.session_of(database, answer.event)


async def opens_chat(person: Person, place: Community) -> str:
    chat = await person.start_direct(place.bot.user)
    await person.wait_for_member(chat, place.bot.user, timeout=SEEN_SECONDS)
    return chat


async def take_all_keys(thief: Person, user: str, device: str) -> int:
    """Claim every one-time key of a device, as anybody can who shares its homeserver; how many there were.

    Afterwards only its fallback key is left.
    """
    wanted = {"one_time_keys": {user: {device: "signed_curve25519"}}}
    for taken in range(200):
        _, body = await thief.http("POST", "/_matrix/client/v3/keys/claim", wanted)
        (key,) = body["one_time_keys"][user][device].values()
        if key.get("fallback"):
            return taken
    raise AssertionError("they never end")


async def topped_up(thief: Person, user: str, device: str) -> None:
    """Wait until there are one-time keys of a device again."""
    wanted = {"one_time_keys": {user: {device: "signed_curve25519"}}}
    async with asyncio.timeout(SEEN_SECONDS):
        while True:
            _, body = await thief.http("POST", "/_matrix/client/v3/keys/claim", wanted)
            (key,) = body["one_time_keys"][user][device].values()
            if not key.get("fallback"):
                return
            await asyncio.sleep(LOOK_SECONDS)
