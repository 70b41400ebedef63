"""From nothing to a session that people's clients trust, against a real Synapse, and interrupted anywhere."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from itertools import count
from pathlib import Path
from typing import Any

import nio
import pytest
import vodozemac
from aiohttp import web

from swsmatrix.demo.homeserver import Homeserver
from swsmatrix.matrix import crosssigning, http, session, trust
from swsmatrix.matrix.cipherfile import FILE_NAME
from swsmatrix.matrix.crosssigning import SECRETS, Seeds, ensure_fallback_key, ensure_identity
from swsmatrix.matrix.hardening import HardenedClient
from swsmatrix.matrix.http import body_of, path, request
from swsmatrix.matrix.secretstorage import IdentityError, decode_recovery_key, load
from swsmatrix.matrix.session import (
    NoSessionError,
    OtherKeysError,
    WrongPasswordError,
    login,
    start_session,
)
from swsmatrix.protocol import SignedOutError, UserId
from tests.contract.matrix_proxy import Proxy, error
from tests.memory_vault import MemoryVault

PASSWORD = "a lantern in the window"
NAME = "Porch"

_numbers = count(1)


class Place:
    """Where a bot lives: an account, a folder, a vault; and somebody else's view of it."""

    def __init__(self, homeserver: Homeserver, folder: Path, user: UserId, bea: nio.AsyncClient) -> None:
        self.url = homeserver.url
        self.folder = folder
        self.user = user
        self.bea = bea
        self.vault = MemoryVault()
        self.recovery = folder / "secrets" / "recovery"
        self.asked = 0
        self.password = PASSWORD

    def give_password(self) -> str:
        self.asked += 1
        return self.password

    @asynccontextmanager
    async def client(self) -> AsyncIterator[nio.AsyncClient]:
        client = HardenedClient(self.url, self.user, self.folder, db_key=b"d" * 32, pickle_key=b"p" * 32)
        try:
            yield client
        finally:
            await client.close()

    @asynccontextmanager
    async def begun(
        self, begin: Callable[..., Awaitable[None]] = start_session, **more: object
    ) -> AsyncIterator[nio.AsyncClient]:
        async with self.client() as client:
            await begin(
                client,
                self.vault,
                password=self.give_password,
                recovery_key_file=self.recovery,
                display_name=NAME,
                **more,
            )
            yield client

    async def begin(self, begin: Callable[..., Awaitable[None]] = start_session, **more: object) -> str:
        """Begin and end; the device id."""
        async with self.begun(begin, **more) as client:
            device: str = client.device_id
            return device

    async def said(self) -> dict[str, Any]:
        """What the homeserver tells somebody else."""
        body: dict[str, Any] = {"device_keys": {self.user: []}}
        return body_of(await request(self.bea, "POST", path("keys", "query"), body))

    async def seen(self) -> trust.Identity:
        return trust.identity(await self.said(), self.user)

    async def claimed(self) -> dict[str, Any]:
        """A one-time key, or the fallback key, of the one device."""
        device = next(iter((await self.said())["device_keys"][self.user]))
        body = {"one_time_keys": {self.user: {device: "signed_curve25519"}}}
        keys = body_of(await request(self.bea, "POST", path("keys", "claim"), body))["one_time_keys"]
        key: dict[str, Any] = next(iter(keys[self.user][device].values()))
        return key


@pytest.fixture
async def place(homeserver: Homeserver, tmp_path: Path) -> AsyncIterator[Place]:
    make = places(homeserver, tmp_path)
    async with make() as place:
        yield place


def places(homeserver: Homeserver, folder: Path) -> Callable[[], Any]:
    @asynccontextmanager
    async def make() -> AsyncIterator[Place]:
        number = next(_numbers)
        (folder / str(number)).mkdir()
        bea = nio.AsyncClient(homeserver.url, await homeserver.register(f"identity-bea-{number}", PASSWORD))
        user = UserId(await homeserver.register(f"identity-porch-{number}", PASSWORD))
        try:
            await bea.login(PASSWORD)
            yield Place(homeserver, folder / str(number), user, bea)
        finally:
            await bea.close()

    return make


def reads(client: nio.AsyncClient, key: dict[str, Any]) -> bool:
    """Whether the device has the private part of ``key``: a message made with it opens."""
    account = client.olm.account._account
    public = vodozemac.Curve25519PublicKey.from_base64(key["key"])
    sender = vodozemac.Account()
    sealed = (
        sender.create_outbound_session(account.curve25519_key, public)
        .encrypt(b"how kind of you")
        .to_pre_key()
    )
    assert sealed
    try:
        _, text = account.create_inbound_session(sender.curve25519_key, sealed)
    except vodozemac.SessionCreationException:
        return False
    return bool(text == b"how kind of you")


async def assert_whole(place: Place) -> None:
    """What must be true of a bot that has begun, however it came to that."""
    async with place.client() as client:
        kept = await session.Session.kept(place.vault)
        assert kept
        client.restore_login(kept.user_id, kept.device_id, kept.access_token)
        own = client.olm.account.identity_keys
        seen = await place.seen()
        assert seen.signed == {kept.device_id}
        assert seen.vouches(kept.device_id, own["ed25519"], own["curve25519"])
        assert list((await place.said())["device_keys"][place.user]) == [kept.device_id]
        devices = body_of(await request(client, "GET", path("devices")))["devices"]
        # Signing up made one without a name.
        assert [device["device_id"] for device in devices if device["display_name"] == NAME] == [
            kept.device_id
        ]
        assert decode_recovery_key(place.recovery.read_text())
        stored = await load(client, MemoryVault(), place.recovery, *SECRETS)
        seeds = Seeds.from_bytes(place.vault.values[crosssigning.IN_VAULT])
        assert stored == list(seeds.texts().values())
        assert seeds.public()["master"] == seen.master
        master = (await crosssigning._query(client))["master_keys"][place.user]  # nobody else is shown this:
        assert trust.verify(master, place.user, f"ed25519:{kept.device_id}", own["ed25519"])
        assert reads(client, await place.claimed())
        profile = await request(client, "GET", path("profile", place.user, "displayname"))
        assert profile.body == {"displayname": NAME}


async def test_first_start(place: Place) -> None:
    await place.begin()
    await assert_whole(place)
    assert place.asked == 1


async def test_second_start_changes_nothing(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    await place.begin()
    before = await place.said()
    calls: list[tuple[str, str, object]] = []

    async def noted(
        client: object, method: str, where: str, body: object | None = None, **more: Any
    ) -> http.Answer:
        calls.append((method, where.rpartition("/")[2], body))
        return await request(client, method, where, body, **more)

    monkeypatch.setattr(http, "request", noted)
    await place.begin()
    assert calls == [
        ("GET", "whoami", None),
        ("POST", "upload", {}),
        ("POST", "query", {"device_keys": {place.user: []}}),
        ("GET", "m.secret_storage.default_key", None),
        ("GET", "displayname", None),
    ]
    assert await place.said() == before
    assert place.asked == 1
    await assert_whole(place)


class Killed(BaseException):
    pass


class Death:
    """Ends the process at the ``at``-th step: before or after a request or a write to the vault."""

    def __init__(self, at: int) -> None:
        self.left = at

    def step(self) -> None:
        if self.left == 0:
            raise Killed
        self.left -= 1

    async def request(self, *args: Any, **more: Any) -> http.Answer:
        self.step()
        answer = await request(*args, **more)
        self.step()
        return answer


class MortalVault(MemoryVault):
    def __init__(self, values: dict[str, bytes], death: Death) -> None:
        self.values = values
        self.death = death

    async def put(self, name: str, value: bytes) -> None:
        self.death.step()
        await super().put(name, value)
        self.death.step()


async def test_killed_anywhere(
    homeserver: Homeserver, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make = places(homeserver, tmp_path)
    for at in range(200):
        async with make() as place:
            death = Death(at)
            vault, place.vault = place.vault, MortalVault(place.vault.values, death)
            try:
                with monkeypatch.context() as patch:
                    patch.setattr(http, "request", death.request)
                    await place.begin()
            except Killed:
                pass
            else:
                assert at > 40, "fewer steps than there are"
                return
            place.vault = vault
            master = (await place.seen()).master
            await place.begin()
            await assert_whole(place)
            assert master in (None, (await place.seen()).master)
    pytest.fail("it never ends")


async def test_log_in_again_keeps_the_identity(place: Place) -> None:
    first = await place.begin()
    master = (await place.seen()).master
    second = await place.begin(login)
    assert second != first
    await assert_whole(place)
    assert (await place.seen()).master == master
    assert await place.begin() == second


async def test_log_in_interrupted_goes_on_with_its_device(
    homeserver: Homeserver, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make = places(homeserver, tmp_path)
    for at in range(0, 20, 3):
        async with make() as place:
            await place.begin()
            with monkeypatch.context() as patch:
                patch.setattr(http, "request", Death(at).request)
                with pytest.raises(Killed):
                    await place.begin(login)
            await place.begin(login)
            await assert_whole(place)


async def test_signed_out(place: Place) -> None:
    async with place.begun() as client:
        assert (await request(client, "POST", path("logout"), {})).ok
    asked = place.asked
    for _ in range(2):
        with pytest.raises(SignedOutError):
            await place.begin()
    assert place.asked == asked
    await place.begin(login)
    await assert_whole(place)


async def test_wrong_password(place: Place) -> None:
    place.password = "a lantern in the cellar"
    with pytest.raises(WrongPasswordError) as error:
        await place.begin()
    assert place.user not in str(error.value)
    place.password = PASSWORD
    await place.begin()
    await assert_whole(place)
    place.password = "a lantern in the cellar"
    with pytest.raises(WrongPasswordError):
        await place.begin(login)
    await place.begin()  # the last session is still there


async def test_no_password_is_needed_once_there_is_a_session(place: Place) -> None:
    class MissingError(Exception):
        pass

    def missing() -> str:
        raise MissingError

    with pytest.raises(NoSessionError):
        await place.begin(allow_login=False)
    place.give_password = missing  # type: ignore[method-assign]
    with pytest.raises(MissingError):
        await place.begin()
    del place.give_password
    await place.begin()
    place.give_password = missing  # type: ignore[method-assign]
    await place.begin()


async def test_an_empty_vault_and_the_recovery_key(place: Place) -> None:
    await place.begin()
    master, seeds = (await place.seen()).master, place.vault.values[crosssigning.IN_VAULT]
    place.vault = MemoryVault()
    second = await place.begin()
    seen = await place.seen()
    assert (seen.master, place.vault.values[crosssigning.IN_VAULT]) == (master, seeds)
    assert second in seen.signed
    assert len(seen.signed) == 2


async def test_an_empty_vault_and_no_recovery_key_changes_nothing(place: Place) -> None:
    first = await place.begin()
    before = await place.said()
    place.vault = MemoryVault()
    key = place.recovery.rename(place.folder / "elsewhere")
    for _ in range(2):
        with pytest.raises(IdentityError, match="recovery_key_file"):
            await place.begin()
    after = await place.said()
    assert (after["master_keys"], after["self_signing_keys"]) == (
        before["master_keys"],
        before["self_signing_keys"],
    )
    assert after["device_keys"][place.user][first] == before["device_keys"][place.user][first]
    assert (await place.seen()).signed == {first}
    assert not place.recovery.exists()
    key.rename(place.recovery)
    second = await place.begin()
    assert (await place.seen()).signed == {first, second}


async def test_a_recovery_key_of_another_identity(place: Place, tmp_path: Path) -> None:
    async with place.begun() as client:
        await place_other_identity(client, place)
    vault = dict(place.vault.values)
    before = await place.said()
    with pytest.raises(IdentityError, match="another identity"):
        await place.begin()
    assert (await place.said()) == before
    assert place.vault.values == vault


async def place_other_identity(client: nio.AsyncClient, place: Place) -> None:
    """What somebody who knows the password, and presses "reset" in their own client, does."""
    said = await place.said()
    await crosssigning._upload(client, Seeds.make(), crosssigning.USAGES, place.give_password)
    assert await place.said() != said


@pytest.mark.parametrize("uploaded", [1, 2])
async def test_a_server_that_died_between_the_public_keys(place: Place, uploaded: int) -> None:
    ours = Seeds.make()
    await place.vault.put(crosssigning.IN_VAULT, ours.to_bytes())
    async with place.client() as client:
        kept = await session._log_in(client, place.vault, place.give_password, NAME)
        client.user_id = kept.user_id
        client.access_token = kept.access_token
        await crosssigning._upload(client, ours, crosssigning.USAGES[:uploaded], place.give_password)
    place.password = "a lantern in the cellar"
    with pytest.raises(WrongPasswordError):
        await place.begin()
    place.password = PASSWORD
    await place.begin()
    assert place.asked == 3
    assert (await place.seen()).master == ours.public()["master"]
    await assert_whole(place)


@pytest.mark.parametrize("lie", ["ed25519", "curve25519", "algorithms", "absent", "one-time key"])
async def test_nothing_is_signed_on_the_servers_word(
    place: Place, monkeypatch: pytest.MonkeyPatch, lie: str
) -> None:
    query = crosssigning._query

    async def lying(client: nio.AsyncClient) -> dict[str, Any]:
        said = await query(client)
        devices = said["device_keys"][place.user]
        device = devices[client.device_id]
        match lie:
            case "absent":
                devices.clear()
            case "algorithms":
                device["algorithms"] = []
            case "one-time key":  # signed by this device too, but not a device
                bare = {"key": device["keys"][f"curve25519:{client.device_id}"]}
                by_device = client.olm.account.sign(trust.canonical(bare).decode())
                devices[client.device_id] = crosssigning._with_signature(
                    bare, place.user, client.device_id, by_device
                )
            case _:
                device["keys"][f"{lie}:{client.device_id}"] = trust.b64(b"x" * 32)
        return said

    monkeypatch.setattr(crosssigning, "_query", lying)
    with pytest.raises(IdentityError, match="We sign nothing"):
        await place.begin()
    assert (await place.seen()).signed == frozenset()
    assert (await place.seen()).master


async def test_a_server_that_does_not_show_our_signature(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def forgetful(client: object, method: str, where: str, body: object | None = None) -> http.Answer:
        if where == path("keys", "signatures", "upload"):
            return http.Answer(200, {})
        return await http.ask(client, method, where, body)

    monkeypatch.setattr(crosssigning, "ask", forgetful)
    with pytest.raises(IdentityError, match="does not show"):
        await place.begin()


async def test_somebody_elses_session(place: Place) -> None:
    await place.begin()
    place.user = UserId("@identity-other:localhost")
    with pytest.raises(IdentityError, match="another account"):
        await place.begin()


@pytest.mark.parametrize(
    ("where", "lie"), [("whoami", "device_id"), ("whoami", "user_id"), ("login", "device_id")]
)
async def test_a_server_that_takes_us_for_somebody_else(
    place: Place, monkeypatch: pytest.MonkeyPatch, where: str, lie: str
) -> None:
    if where == "whoami":
        await place.begin()

    async def lying(
        client: object, method: str, url: str, body: object | None = None, **more: Any
    ) -> http.Answer:
        answer = await request(client, method, url, body, **more)
        return http.Answer(200, answer.body | {lie: "other"}) if url.endswith(where) else answer

    with monkeypatch.context() as patch:
        patch.setattr(http, "request", lying)
        with pytest.raises(IdentityError, match="somebody else"):
            await place.begin()
    await place.begin()


async def test_one_client_is_one_device(place: Place) -> None:
    async with place.begun() as client:
        with pytest.raises(IdentityError, match="Start again"):
            await login(
                client,
                place.vault,
                password=place.give_password,
                recovery_key_file=place.recovery,
                display_name=NAME,
            )
    await place.begin(login)
    await assert_whole(place)


async def test_a_start_finishes_an_interrupted_log_in(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    await place.begin()
    with monkeypatch.context() as patch:
        patch.setattr(http, "request", Death(5).request)
        with pytest.raises(Killed):
            await place.begin(login)
    second = await place.begin()
    assert await place.begin(login) != second


async def test_a_fallback_key_that_was_claimed_before_a_crash_was_mended(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def uploaded(
        client: object, method: str, url: str, body: object | None = None, **more: Any
    ) -> http.Answer:
        answer = await request(client, method, url, body, **more)
        if isinstance(body, dict) and "fallback_keys" in body:
            raise Killed
        return answer

    with monkeypatch.context() as patch:
        patch.setattr(http, "request", uploaded)
        with pytest.raises(Killed):
            await place.begin()
    key = await last_key(place)
    async with place.begun() as client:
        assert reads(client, key)


async def last_key(place: Place) -> dict[str, Any]:
    """The fallback key, after all one-time keys were claimed."""
    for _ in range(200):
        key = await place.claimed()
        if key.get("fallback"):
            return key
    pytest.fail("there is no end of one-time keys")


async def test_fallback_key(place: Place) -> None:
    async with place.begun() as client:
        key = await last_key(place)
        assert reads(client, key)
        assert trust.verify(
            key, place.user, f"ed25519:{client.device_id}", client.olm.account.identity_keys["ed25519"]
        )
        await ensure_fallback_key(client, place.vault, unused=["signed_curve25519"])
        await ensure_fallback_key(client, place.vault)
        assert (await place.claimed())["key"] == key["key"]
        await ensure_fallback_key(client, place.vault, unused=[])
        new = await place.claimed()
        assert new["key"] != key["key"]
        assert reads(client, new)
        assert reads(client, key), "messages on their way are lost"


async def test_one_time_keys_are_topped_up(place: Place) -> None:
    await place.begin()
    await last_key(place)
    async with place.begun() as client:
        key = await place.claimed()
        assert not key.get("fallback")
        assert reads(client, key)


async def test_identity_is_only_for_uploaded_devices(place: Place) -> None:
    async with place.client() as client:
        kept = await session._log_in(client, place.vault, place.give_password, NAME)
        client.restore_login(kept.user_id, kept.device_id, kept.access_token)
        with pytest.raises(IdentityError):
            await ensure_identity(
                client, place.vault, password=place.give_password, recovery_key_file=place.recovery
            )


# ---- A key store that is lost ----


class Told:
    """How often it was said that the keys are lost."""

    def __init__(self) -> None:
        self.times = 0

    async def __call__(self) -> None:
        self.times += 1


async def test_a_lost_key_store_makes_a_new_device_of_the_same_identity(place: Place) -> None:
    first = await place.begin()
    master, told = (await place.seen()).master, Told()
    (place.folder / FILE_NAME).unlink()
    second = await place.begin(lost=told)
    assert second != first
    assert told.times == 1
    assert (await place.seen()).master == master
    await assert_whole(place)  # nobody is shown the first device any more
    assert await place.begin(lost=told) == second
    assert told.times == 1


async def test_becoming_a_new_device_goes_on_wherever_it_was_interrupted(
    homeserver: Homeserver, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make = places(homeserver, tmp_path)
    for at in range(0, 60, 3):
        async with make() as place:
            await place.begin()
            (place.folder / FILE_NAME).unlink()
            death, told = Death(at), Told()
            vault, place.vault = place.vault, MortalVault(place.vault.values, death)
            try:
                with monkeypatch.context() as patch:
                    patch.setattr(http, "request", death.request)
                    await place.begin(lost=told)
            except Killed:
                pass
            else:
                assert at > 20, "fewer steps than there are"
                return
            place.vault = vault
            await place.begin(lost=told)
            assert told.times >= 1
            await assert_whole(place)
    pytest.fail("it never ends")


async def test_without_the_password_a_lost_key_store_waits_for_it(place: Place) -> None:
    await place.begin()
    (place.folder / FILE_NAME).unlink()
    place.password = "a lantern in the cellar"
    before = dict(place.vault.values)
    for _ in range(2):
        with pytest.raises(WrongPasswordError):
            await place.begin()
    del before[session.NEXT_DEVICE], place.vault.values[session.NEXT_DEVICE]
    assert place.vault.values == before
    place.password = PASSWORD
    await place.begin()
    await assert_whole(place)


async def test_a_key_store_that_never_was_is_made(place: Place) -> None:
    """Killed between logging in and making the keys: nobody was told of the device."""
    async with place.client() as client:
        kept = await session._log_in(client, place.vault, place.give_password, NAME)
    told = Told()
    assert await place.begin(lost=told) == kept.device_id
    assert told.times == 0
    await assert_whole(place)


async def test_no_homeserver_makes_us_give_up_a_device(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    device, query = await place.begin(), crosssigning._query

    async def lying(client: nio.AsyncClient) -> dict[str, Any]:
        said = await query(client)
        said["device_keys"][place.user][device]["keys"][f"ed25519:{device}"] = trust.b64(b"x" * 32)
        return said

    before = dict(place.vault.values)
    with monkeypatch.context() as patch:
        patch.setattr(crosssigning, "_query", lying)
        told = Told()
        with pytest.raises(OtherKeysError):
            await place.begin(lost=told)
    assert (told.times, place.vault.values, place.asked) == (0, before, 1)
    assert await place.begin() == device
    await assert_whole(place)


async def test_other_keys_for_our_device_are_named_and_login_helps(place: Place) -> None:
    await place.begin()
    del place.vault.values[crosssigning.FALLBACK_IN_VAULT]  # as if it had never been ready
    (place.folder / FILE_NAME).unlink()
    for _ in range(2):
        with pytest.raises(OtherKeysError):
            await place.begin()
    await place.begin(login)
    await assert_whole(place)


# ---- A homeserver that wants more than a password ----


def interactive(*ways: list[str]) -> web.Response:
    body = {"flows": [{"stages": stages} for stages in ways], "params": {}, "session": "xyz"}
    return web.json_response(body, status=401)


MORE = [
    ([["m.login.email.identity"]], "m.login.email.identity"),
    (
        [["m.login.sso"], ["m.login.password", "m.login.terms"]],
        "m.login.sso, or m.login.password with m.login.terms",
    ),
    ([["<b>@alice:example.org</b>"], ["m.login.sso\n2026 ERROR"]], "something unknown"),
    ([], "something unknown"),
]


@pytest.mark.parametrize("where", ["/device_signing/upload", "/login"])
@pytest.mark.parametrize(("ways", "named"), MORE)
async def test_what_is_wanted_beside_a_password_is_named(
    place: Place, where: str, ways: list[list[str]], named: str
) -> None:
    async with Proxy.before(place.url) as proxy:
        proxy.fault = lambda method, path: (
            interactive(*ways) if method == "POST" and path.endswith(where) else None
        )
        place.url = proxy.url
        with pytest.raises(IdentityError) as found:
            await place.begin()
        assert f"wants {named}, and the bot" in str(found.value)
        proxy.fault = None
        await place.begin()
        await assert_whole(place)


@pytest.mark.parametrize(
    ("flows", "named"),
    [
        ([{"type": "m.login.sso"}, {"type": "m.login.token"}], "m.login.sso, or m.login.token"),
        ([{"type": 5}, "m.login.password", {}], "something unknown"),
        ([], "something unknown"),
    ],
)
@pytest.mark.parametrize("code", ["M_FORBIDDEN", "M_UNKNOWN"])
async def test_a_homeserver_that_takes_no_passwords(
    place: Place, flows: list[object], named: str, code: str
) -> None:
    async with Proxy.before(place.url) as proxy:

        def fault(method: str, path: str) -> web.Response | None:
            if not path.endswith("/login"):
                return None
            return error(403, code) if method == "POST" else web.json_response({"flows": flows})

        proxy.fault, place.url = fault, proxy.url
        with pytest.raises(IdentityError, match=f"To log in, the homeserver wants {named}, and the bot"):
            await place.begin()
    assert session.SESSION not in place.vault.values


async def test_the_last_device_stays_where_a_password_does_not_remove_it(
    place: Place, caplog: pytest.LogCaptureFixture
) -> None:
    first = await place.begin()
    async with Proxy.before(place.url) as proxy:
        proxy.fault = lambda method, path: interactive(["m.login.sso"]) if method == "DELETE" else None
        place.url = proxy.url
        second = await place.begin(login)
        assert any("remove it by hand" in record.message for record in caplog.records)
        assert await place.begin() == second
    assert (await place.seen()).signed == {first, second}
