"""The bot's session as an operator lives with it: signed out, logged in again, started twice."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import web

from swsmatrix.demo.bot_process import BotError
from swsmatrix.demo.homeserver import Homeserver
from tests.contract.matrix_proxy import Proxy
from tests.e2e.community import PASSWORD, Community, community

pytestmark = pytest.mark.synapse


@pytest.fixture
async def place(homeserver: Homeserver, tmp_path: Path) -> AsyncIterator[Community]:
    async with community(homeserver, tmp_path, "alice", "bea") as place:
        yield place


async def command(place: Community, *words: str) -> tuple[int, str]:
    """Run ``swsmatrix`` with this community's configuration: exit code and everything it wrote."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "swsmatrix", *words, "--config", str(place.bot.config)),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    async with asyncio.timeout(60):
        written, _ = await process.communicate()
    return process.returncode or 0, written.decode()


def sign_out_everywhere(place: Community) -> None:
    """What an operator, or somebody with the password, can do to the bot's account."""
    login = {
        "type": "m.login.password",
        "identifier": {"type": "m.id.user", "user": place.bot.user},
        "password": PASSWORD,
    }
    token = place.homeserver.request("POST", "/_matrix/client/v3/login", login)["access_token"]
    place.homeserver.request("POST", "/_matrix/client/v3/logout/all", {}, token=token)


async def test_signed_out_it_says_so_ends_and_comes_back_by_login(place: Community) -> None:
    await place.bot.start()
    await place["alice"].send(place.rooms["lounge"], "#swsdanger #nyc a grey van by the bridge")
    await place.sees("bea", "nyc", "a grey van")
    await asyncio.to_thread(sign_out_everywhere, place)
    assert await place.bot.ended() == 5
    (error,) = [line for line in place.bot.log if " ERROR " in line]
    assert "`swsmatrix login`" in error
    with pytest.raises(BotError, match="exit code 5"):
        await place.bot.start()

    code, written = await command(place, "login")
    assert (code, written.count("ERROR")) == (0, 0), written
    await place.bot.start()
    # A new device, signed by the same identity: nobody's client has anything to warn of.
    await place["bea"].send(place.rooms["lounge"], "#swsdanger #nyc the side door is watched")
    await place.sees("alice", "nyc", "the side door is watched")
    devices = [device.signed for device in await place["alice"].devices(place.bot.user)]
    assert devices == [True]


async def test_a_second_process_ends_and_the_first_goes_on(place: Community) -> None:
    await place.bot.start()
    code, written = await command(place, "run")
    assert code == 4
    assert len(written.splitlines()) == 1
    await place["alice"].send(place.rooms["lounge"], "#swsdanger #nyc a grey van by the bridge")
    await place.sees("bea", "nyc", "a grey van")


async def test_after_the_first_login_the_password_can_go(place: Community) -> None:
    (place.folder / "secrets" / "password").rename(place.folder / "secrets" / "kept elsewhere")
    with pytest.raises(BotError, match=r"(?s)exit code 2:.*ERROR swsmatrix password_file: "):
        await place.bot.start()
    (place.folder / "secrets" / "kept elsewhere").rename(place.folder / "secrets" / "password")
    await place.bot.start()
    await place.bot.end()
    (place.folder / "secrets" / "password").unlink()
    await place.bot.start()
    recovery = place.folder / "secrets" / "recovery"
    assert recovery.stat().st_mode & 0o777 == 0o600
    assert len(recovery.read_text().split()) == 12


async def test_check_beside_the_running_bot_has_nothing_to_complain_of(place: Community) -> None:
    await place.bot.start()
    code, written = await command(place, "check")
    assert code == 0, written
    assert "fail" not in written
    assert not [word for word in (*place.rooms.values(), place.suffix) if word in written]


async def test_a_lost_key_store_heals_by_itself(place: Community) -> None:
    await place.bot.start()
    lounge = place.rooms["lounge"]
    await place["alice"].send(lounge, "#swsdanger #nyc a grey van by the bridge")
    await place.sees("bea", "nyc", "a grey van")
    await place.bot.end()
    (place.folder / "data" / "nio.db").unlink()
    code, written = await command(place, "identity")
    assert (code, "nio.db" in written, "`swsmatrix run`" in written) == (3, True, True)

    # What is said meanwhile is encrypted for keys that nobody has any more: the bot says so there.
    await place["alice"].send(lounge, "#swsdanger #nyc the side door is watched")
    before = len(place.bot.log)
    await place.bot.start()
    (warning,) = [line for line in place.bot.log[before:] if " WARNING " in line and "nio.db" in line]
    assert "new device" in warning
    await place.sees("dora", "stewards", "`nio.db`")
    await place.sees("bea", "lounge", "I can't read what was written here before")
    assert [device.signed for device in await place["alice"].devices(place.bot.user)] == [True]
    await place["bea"].send(lounge, "#swsdanger #nyc a white car without plates")
    await place.sees("alice", "nyc", "a white car")
    code, written = await command(place, "status")
    assert (code, "messages that wait for a key: 0" in written) == (0, True), written
    assert "   1 messages from before" in written
    await place.bot.end()
    await place.bot.start()
    await place["alice"].send(lounge, "#swsdanger #nyc the side door is watched")
    await place.sees("bea", "nyc", "the side door is watched")
    assert sum("`nio.db`" in text for text in await place.standing("dora", "stewards")) == 1


async def test_what_a_homeserver_wants_beside_a_password_is_said(
    homeserver: Homeserver, tmp_path: Path
) -> None:
    def fault(method: str, path: str) -> web.Response | None:
        flows = [{"stages": ["m.login.password", "m.login.terms"]}, {"stages": ["m.login.sso"]}]
        asked = path.endswith("/device_signing/upload")
        return web.json_response({"flows": flows, "session": "xyz"}, status=401) if asked else None

    async with Proxy.before(homeserver.url) as proxy:
        proxy.fault = fault
        async with community(homeserver, tmp_path) as place:
            config = place.bot.config
            config.write_text(config.read_text().replace(homeserver.url, proxy.url))
            for _ in range(2):
                code, written = await command(place, "run")
                (error,) = [line for line in written.splitlines() if " ERROR " in line]
                assert code == 5
                assert "m.login.password with m.login.terms, or m.login.sso" in error
            proxy.fault = None
            await place.bot.start()
