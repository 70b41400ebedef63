"""What identifies somebody, told to a trusted responder in private, with clients as strict as Element."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from swsmatrix.demo.canary import search
from swsmatrix.demo.homeserver import Homeserver
from swsmatrix.demo.keystore import sessions_kept
from tests.e2e.community import Community, community
from tests.e2e.helping import TOGETHER, Helping

pytestmark = pytest.mark.synapse

WARNING = "#swsdanger #nyc he calls from +1 212 555 0123, by the green gate"
CANARIES = ["555 0123", "green gate"]


@pytest.fixture
async def place(homeserver: Homeserver, tmp_path: Path) -> AsyncIterator[Community]:
    async with community(homeserver, tmp_path, "alice", "bea", "cleo") as place:
        await place.bot.start()
        yield place


@pytest.fixture
async def helping(place: Community) -> Helping:
    """Bea is a responder, Cleo a supporter."""
    helping = Helping(place)
    await helping.register("bea")
    await helping.register("cleo", quietly=True)
    await place["dora"].send(place.rooms["stewards"], "responder 1")
    await place.sees("bea", helping.chats["bea"], "trust you with")
    return helping


async def warned(helping: Helping) -> str:
    """Alice's warning is held back; the event."""
    place = helping.place
    event = await place["alice"].send(place.rooms["lounge"], WARNING)
    helping.chats["alice"] = await place.direct("alice")
    question = await place.sees("alice", helping.chats["alice"], "only a trusted responder gets it")
    assert "sws" not in question.text.splitlines()[0]
    return event


async def test_all_of_it_is_told_in_a_room_for_two_and_nowhere_else(helping: Helping) -> None:
    place, alice = helping.place, helping.place["alice"]
    event = await warned(helping)
    await alice.send(helping.chats["alice"], "private")
    offer = await helping.offer("bea", "would like to tell you something")
    assert not [word for word in CANARIES if word in offer.text]
    await place["bea"].react(helping.chats["bea"], offer.event, "👍")
    assert await helping.told_who("bea") == "bea"

    room = await helping.come("alice")
    assert await place.standing("alice", room) == []
    assert await helping.come("bea") == room
    for who in ("alice", "bea"):
        told = await place.sees(who, room, TOGETHER)
        assert WARNING in told.text
        assert await place.standing(who, room) == [told.text]
    await helping.alone(room, "alice", "bea")
    assert helping.comings(room) == [
        *(("the bot", "join"), ("alice", "invite"), ("alice", "join")),
        *(("bea", "invite"), ("bea", "join"), ("the bot", "leave")),
    ]

    for regional in ("nyc", "ny"):
        assert await place.standing("bea", regional) == []
    cleos = await place.standing("cleo", helping.chats["cleo"])
    assert not [text for text in cleos if "like to tell you" in text]
    assert not [line for line in await place.standing("dora", "stewards") if "green gate" in line]
    assert await place.bot.end() == 0
    kept = sessions_kept(place.folder)
    assert helping.session_of(event) in kept
    assert helping.session_of(told.event) not in kept
    assert search([place.folder / "data", place.homeserver.folder], CANARIES).found == ()
    assert not [word for word in CANARIES if word in "\n".join(place.bot.log)]


async def test_a_responder_asks_once_and_the_author_decides(helping: Helping) -> None:
    place, alice, bea = helping.place, helping.place["alice"], helping.place["bea"]
    await warned(helping)
    await alice.send(helping.chats["alice"], "send")
    relay = await place.sees("bea", "nyc", "green gate")
    assert "555" not in relay.text

    await bea.send(helping.chats["bea"], "details 3")
    await place.sees("bea", helping.chats["bea"], "I ask them once")
    question = await place.sees("alice", helping.chats["alice"], "would like to know")
    assert bea.user in question.text
    await helping.invited("alice")
    await alice.send(helping.chats["alice"], "no")
    await place.sees("alice", helping.chats["alice"], "Nobody asks you about it again.")
    await alice.wait_for(helping.chats["alice"], event=question.event, redacted=True)
    await place.sees("bea", helping.chats["bea"], "did not come about")
    (room,) = helping.private_rooms()
    await helping.left(room)
    assert ("bea", "invite") not in helping.comings(room)

    await bea.send(helping.chats["bea"], "details 3")
    await place.sees("bea", helping.chats["bea"], "has been asked already")
    assert helping.private_rooms() == [room]
    assert len(await place.standing("bea", "nyc")) == 1
