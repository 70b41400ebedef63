"""Harassment, worked on together: who comes, who goes, and a bot that is killed on the way."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from swsmatrix.demo.canary import search
from swsmatrix.demo.homeserver import Homeserver
from tests.e2e.community import SEEN_SECONDS, Community, community
from tests.e2e.working import CARD, ONE_MORE, WROTE, Working

pytestmark = pytest.mark.synapse

LINK = "x.com/quokka_77"
HARASSED = f"#swsharrassment #nyc @quokka_77 and @marmalade on instagram, https://{LINK}/status/1 all night"
CANARIES = ["quokka", "marmalade", "all night"]
OVER = "It isn't needed any more"


@pytest.fixture
async def place(homeserver: Homeserver, tmp_path: Path) -> AsyncIterator[Community]:
    async with community(homeserver, tmp_path, "alice", "bea", "cleo") as place:
        await place.bot.start()
        yield place


@pytest.fixture
async def working(place: Community) -> Working:
    """Bea and Cleo are responders."""
    working = Working(place)
    await working.responder("bea")
    await working.responder("cleo")
    return working


async def test_accounts_are_grouped_and_ticked_and_one_word_ends_it(working: Working) -> None:
    place, alice = working.place, working.place["alice"]
    room = await working.works(HARASSED, "bea", "cleo")
    card = await working.reads("alice", "bea", "cleo")
    instagram, x = card.text.index("Instagram"), card.text.index("\nX")
    assert instagram < card.text.index("@quokka_77") < card.text.index("@marmalade") < x
    assert x < card.text.index(LINK)
    await place["bea"].send(room, "done 1 2")
    text = await working.card_says(card, "2 ✅", "alice", "bea", "cleo")
    assert "1 ✅" in text
    await place["cleo"].send(room, "3 can't, no answer")
    await working.card_says(card, "3 ✖", "alice", "bea", "cleo")
    await place["cleo"].send(room, "how 2")
    for who in ("alice", "bea", "cleo"):
        await place.sees(who, room, "It is about @quokka_77")
    await working.vouched_for("alice", "bea", "cleo")

    await alice.send(room, "stop")
    for who in ("bea", "cleo"):
        await place[who].wait_for_member(room, place[who].user, "leave", timeout=SEEN_SECONDS)
        await place.sees(who, working.chats[who], OVER)
    await alice.wait_for_member(room, place.bot.user, "leave", timeout=SEEN_SECONDS)
    await place.sees("alice", working.chats["alice"], "I have forgotten it")
    await working.nothing_stands((), "bea", "cleo")
    await working.nothing_stands(CANARIES, "alice")
    assert await place.bot.end() == 0
    assert search([place.folder / "data"], [*CANARIES, room, place.suffix]).found == ()
    assert search([place.homeserver.folder], CANARIES).found == ()
    assert not [word for word in CANARIES if word in "\n".join(place.bot.log)]


async def test_who_leaves_and_who_is_declined_read_no_more(working: Working) -> None:
    place = working.place
    alice, bea, cleo = (place[name] for name in ("alice", "bea", "cleo"))
    room = await working.works(HARASSED, "bea", "cleo")
    card = await working.reads("alice", "bea", "cleo")
    await bea.send(room, "take 3")
    await working.card_says(card, "3 ⏳", "alice", "bea", "cleo")
    await place["dora"].send(place.rooms["stewards"], "decline 1")
    for person in (bea, alice, cleo):
        await person.wait_for_member(room, bea.user, "leave", timeout=SEEN_SECONDS)
    await working.card_says(card, "3 ☐", "alice", "cleo")
    said = await alice.send(room, "between us: the heliotrope is in bloom")
    read = await cleo.wait_for(room, event=said, text="heliotrope", timeout=SEEN_SECONDS)
    assert (read.shield, read.failure) == ("NONE", None)
    await cleo.send(room, "done 1")
    await working.card_says(card, "1 ✅", "alice", "cleo")

    await cleo.leave(room)
    await alice.wait_for_member(room, cleo.user, "leave", timeout=SEEN_SECONDS)
    await place.sees("alice", working.chats["alice"], "can't be there any more")
    await alice.send(room, "and the chrysanthemum, too")
    await alice.send(room, "done 2")
    await working.card_says(card, "2 ✅", "alice")
    for who, unread in (("bea", ["heliotrope", "1 ✅"]), ("cleo", ["chrysanthemum", "2 ✅"])):
        theirs = str(await place[who].events(room))
        assert not [word for word in (*unread, "chrysanthemum") if word in theirs]
    assert ("alice", "leave") not in working.comings(room)


@pytest.mark.parametrize(("instant", "seconds"), [("menu", 0.1), ("yes", 0.3), ("tick", 0.15)])
async def test_killed_on_the_way_one_case_one_room_one_card(
    working: Working, instant: str, seconds: float
) -> None:
    place, alice, bea = working.place, working.place["alice"], working.place["bea"]

    async def kill_at(now: str) -> None:
        if instant == now:
            # Somewhere between hearing of it and having done all of it; where, the machine decides.
            await asyncio.sleep(seconds)
            assert await place.bot.end(signal.SIGKILL) == -signal.SIGKILL
            await place.bot.start()

    await working.report(HARASSED)
    await working.says("alice", "1")
    await kill_at("menu")
    await working.offer("bea", "Can you be there for them?")
    await working.says("bea", "yes")
    await kill_at("yes")
    await working.agree("bea")
    room = await working.together("bea")
    card = await working.reads("alice", "bea")
    await bea.send(room, "done 1")
    await kill_at("tick")
    await working.card_says(card, "1 ✅", "alice", "bea")

    for who in ("alice", "bea"):
        there = await working.there(who)
        assert len([text for text in there if text.startswith(CARD)]) == 1
        assert len([text for text in there if WROTE in text]) == 1
        events = await place[who].events(room)
        changes = [one for one in events if one["relation"] == "m.replace" and not one["redacted"]]
        assert len(changes) == 1
    lounge = await place.standing("alice", "lounge")
    assert len([text for text in lounge if "A member needs help" in text]) == 1
    chat = await place.standing("alice", working.chats["alice"])
    assert len([text for text in chat if "What would help now?" in text]) == 1
    assert not [text for text in chat if ONE_MORE in text]
    for spare in set(working.private_rooms()) - {room}:
        assert {name for name, _ in working.comings(spare)} == {"the bot"}
    assert await alice.invitations() == []
    await alice.send(room, "stop")
    await alice.wait_for_member(room, place.bot.user, "leave", timeout=SEEN_SECONDS)
    await place.sees("bea", working.chats["bea"], OVER)
