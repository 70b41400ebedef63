"""The strict client that everything else relies on: that it reads what it should, and only that."""

from __future__ import annotations

import asyncio

import pytest

from swsmatrix.demo.cast import NotSeenError, Person, refusal
from swsmatrix.demo.client_process import PersonError
from swsmatrix.demo.homeserver import Homeserver
from swsmatrix.demo.seen import Invitation
from tests.conftest import PASSWORD, Arrive

pytestmark = pytest.mark.synapse


async def test_two_signed_people_read_each_other(arrive: Arrive) -> None:
    signe = await arrive("signe")
    sanna = await arrive("sanna")
    room = await _room_for_two(signe, sanna)
    first = await signe.send(room, "tea at seven?", mentions=[sanna.user])
    heard = await sanna.wait_for(room, text="tea at seven?")
    assert (heard.shield, heard.failure, heard.encrypted) == ("NONE", None, True)
    assert heard.mentions == (sanna.user,)

    answer = await sanna.send(room, "yes, with cake", reply_to=first)
    back = await signe.wait_for(room, text="yes, with cake")
    assert (back.shield, back.reply_to, back.event) == ("NONE", first, answer)
    assert [device.signed for device in await signe.devices(sanna.user)] == [True]

    await signe.edit(room, first, "tea at eight?")
    edited = await sanna.wait_for(room, text="tea at eight?")
    assert (edited.event, edited.edited, edited.shield) == (first, True, "NONE")

    await sanna.react(room, first, "🫖")
    assert (await signe.wait_for_reaction(room, first, "🫖")).sender == sanna.user

    threaded = await sanna.send(room, "the small table", thread=first)
    assert (await signe.wait_for(room, text="the small table")).thread == first

    await signe.redact(room, first)
    gone = await sanna.wait_for(room, event=first, redacted=True)
    assert gone.text == ""
    assert [m.event for m in await sanna.messages(room)] == [first, answer, threaded]


async def test_a_device_that_its_owner_has_not_signed_is_not_heard_and_hears_nothing(
    arrive: Arrive,
) -> None:
    sol = await arrive("sol")
    una = await arrive("una", cross_sign=False, strict=False)
    assert [device.signed for device in await sol.devices(una.user)] == [False]
    room = await _room_for_two(sol, una)
    from_sol = await sol.send(room, "the door is open")
    unread = await una.wait_for(room, event=from_sol, failed=True)
    assert (unread.failure, unread.text) == ("MEGOLM_KEY_WITHHELD_FOR_UNVERIFIED_DEVICE", "")

    from_una = await una.send(room, "I am on my way")
    unheard = await sol.wait_for(room, event=from_una, failed=True)
    assert (unheard.failure, unheard.text, unheard.shield) == ("UNSIGNED_SENDER_DEVICE", "", None)


async def test_a_lenient_client_shows_that_it_is_the_strictness_that_hides_it(arrive: Arrive) -> None:
    lena = await arrive("lena", strict=False)
    ulla = await arrive("ulla", cross_sign=False, strict=False)
    room = await _room_for_two(lena, ulla)
    await ulla.send(room, "the kettle is on")
    heard = await lena.wait_for(room, text="the kettle is on")
    assert (heard.shield, heard.shield_reason) == ("RED", "UNSIGNED_DEVICE")


async def test_a_room_without_encryption_shows_as_such(arrive: Arrive) -> None:
    klara = await arrive("klara")
    room = await klara.create_room("open window", encrypted=False)
    await klara.send(room, "anyone can read this")
    seen = await klara.wait_for(room, text="anyone can read this")
    assert (seen.encrypted, seen.shield) == (False, None)
    assert [r["encrypted"] for r in await klara.rooms()] == [False]


async def test_a_direct_chat_says_that_it_is_one(arrive: Arrive) -> None:
    dina = await arrive("dina")
    dora = await arrive("dora")
    room = await dina.start_direct(dora.user)
    invitation = await dora.wait_for_invite(dina.user)
    assert (invitation.room, invitation.direct, invitation.encrypted) == (room, True, True)
    await dora.accept(room)
    await dina.wait_for_member(room, dora.user)
    marked = f"/_matrix/client/v3/user/{dora.user}/account_data/m.direct"
    assert await dora.http("GET", marked) == (200, {dina.user: [room]})


async def test_an_invitation_says_who_where_and_what_and_can_be_declined(arrive: Arrive) -> None:
    ines = await arrive("ines")
    olga = await arrive("olga")
    room = await ines.create_room("Chat", invite=[olga.user])
    invitation = await olga.wait_for_invite(ines.user, "Chat")
    expected = Invitation(room=room, name="Chat", sender=ines.user, direct=False, encrypted=True)
    assert invitation == expected
    await olga.leave(room)
    assert await olga.invitations() == []
    await ines.wait_for_member(room, olga.user, "leave")
    assert await _memberships(ines, room) == {ines.user: "join", olga.user: "leave"}


async def test_an_invitation_taken_back_is_seen_to_be_gone(arrive: Arrive) -> None:
    ines = await arrive("ines")
    olga = await arrive("olga")
    room = await ines.create_room("Chat", invite=[olga.user])
    await olga.wait_for_invite(ines.user)
    await ines.kick(room, olga.user)
    await olga.wait_for_member(room, olga.user, "leave")
    assert await olga.invitations() == []
    assert await refusal(olga.accept(room)) == "M_FORBIDDEN"


async def test_a_direct_chat_is_listed_under_whoever_invited(arrive: Arrive) -> None:
    ines = await arrive("ines")
    olga = await arrive("olga")
    direct = await ines.start_direct(olga.user)
    room = await ines.create_room("Chat", invite=[olga.user])
    await olga.wait_for_invite(ines.user)
    for one in (direct, room):
        await olga.wait_for_member(one, olga.user, "invite")
        await olga.accept(one)
    assert await olga.listed_as_direct_with(direct) == [ines.user]
    assert await olga.listed_as_direct_with(room) == []


async def test_what_the_homeserver_refuses_has_its_code(arrive: Arrive) -> None:
    signe = await arrive("signe")
    sanna = await arrive("sanna")
    room = await _room_for_two(signe, sanna)
    assert await refusal(sanna.raw(room, "m.room.name", {"name": "mine"}, state_key="")) == "M_FORBIDDEN"
    assert await refusal(signe.raw(room, "m.room.name", {"name": "ours"}, state_key="")) == ""
    assert await refusal(sanna.kick(room, signe.user)) == "M_FORBIDDEN"
    assert await refusal(signe.invite(room, "@nobody-at-all:localhost")) == ""


async def test_what_is_said_in_clear_is_seen_as_such(arrive: Arrive) -> None:
    signe = await arrive("signe")
    sanna = await arrive("sanna")
    room = await _room_for_two(signe, sanna)
    event = await signe.send_in_clear(room, "anyone can read this")
    seen = await sanna.wait_for(room, event=event)
    assert (seen.text, seen.encrypted) == ("anyone can read this", False)
    closed = await signe.create_room(
        "closed", invite=[sanna.user], power={"events": {"m.room.message": 100, "m.room.encrypted": 0}}
    )
    await sanna.join(closed)
    assert await refusal(sanna.send_in_clear(closed, "nobody reads this")) == "M_FORBIDDEN"
    assert await refusal(sanna.send(closed, "the two of us do")) == ""


async def test_what_does_not_come_is_said(arrive: Arrive) -> None:
    nora = await arrive("nora")
    room = await nora.create_room("quiet")
    with pytest.raises(NotSeenError, match="in vain"):
        await nora.wait_for(room, text="nobody says this", timeout=0.1)
    with pytest.raises(NotSeenError, match="no such invitation"):
        await nora.wait_for_invite(name="nowhere", timeout=0.1)
    with pytest.raises(PersonError) as refused:
        await nora.join("#nowhere:localhost")
    assert refused.value.code == "M_NOT_FOUND"


async def test_a_wrong_password_is_refused(homeserver: Homeserver) -> None:
    await homeserver.register("wanda", PASSWORD)
    with pytest.raises(PersonError) as refused:
        async with Person.arrive(homeserver.url, "wanda", "something else"):
            pass
    assert refused.value.code == "M_FORBIDDEN"


async def _memberships(person: Person, room: str) -> dict[str, str]:
    return {one["user"]: one["membership"] for one in await person.members(room)}


async def _room_for_two(one: Person, other: Person) -> str:
    room = await one.create_room("kitchen", invite=[other.user])
    await other.wait_for_invite(one.user)
    await other.accept(room)
    await asyncio.gather(
        one.wait_for_member(room, other.user),
        other.wait_for_member(room, one.user),
    )
    return room
