"""From nothing, or from the last time, to a session that people's clients trust; before joining or saying.

The order matters: what is sent before the device is signed stays unreadable in clients that are open. Every
step can be repeated after a crash at any point, and leads to the same device and the same identity.
"""

from __future__ import annotations

import json
import logging
import secrets
import string
import time
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import nio

from swsmatrix.matrix.confirming import PASSWORD, WrongPasswordError, check_way_in, confirmed
from swsmatrix.matrix.crosssigning import (
    FALLBACK_IN_VAULT,
    OtherKeysError,
    ensure_fallback_key,
    ensure_identity,
)
from swsmatrix.matrix.hardening import HardenedClient
from swsmatrix.matrix.http import RefusedError, ask, body_of, path
from swsmatrix.matrix.secretstorage import IdentityError, Vault, ensure_stored
from swsmatrix.protocol import MINUTE, Millis, SignedOutError

__all__ = [
    "IdentityError",
    "NoSessionError",
    "OtherKeysError",
    "Vault",
    "WrongPasswordError",
    "login",
    "start_session",
]

log = logging.getLogger(__name__)

SESSION = "session"
NEXT_DEVICE = "next_device"
MOST_UPLOADS = 5
CLOCKS_APART: Millis = 5 * MINUTE  # ours and a homeserver's, where it does not say what time it is


class NoSessionError(SignedOutError):
    """There has been no log-in yet."""


@dataclass(frozen=True, slots=True, repr=False)
class Session:
    """Who we are to the homeserver, as the vault keeps it.

    ``replaces``: the device that an unfinished ``login`` shall remove ("" if none); None when all is done.
    ``born``: see ``HardenedClient``.
    """

    user_id: str
    device_id: str
    access_token: str
    replaces: str | None = None
    born: Millis = 0

    @classmethod
    async def kept(cls, vault: Vault) -> Session | None:
        raw = await vault.get(SESSION)
        return cls(**json.loads(raw)) if raw else None

    async def keep(self, vault: Vault) -> None:
        await vault.put(SESSION, json.dumps(asdict(self)).encode())


async def start_session(
    client: HardenedClient,
    vault: Vault,
    *,
    password: Callable[[], str],
    recovery_key_file: Path,
    display_name: str,
    allow_login: bool = True,
    lost: Callable[[], Awaitable[object]] | None = None,
) -> None:
    """Make ``client`` the session of the vault, or log in if there never was one; then make it presentable.

    Afterwards the device keys are uploaded, the device is signed, the identity is in secret storage, there is
    a fallback key, and the display name is ``display_name``. ``password`` is called only when it is needed;
    what it raises comes through.

    A device whose keys are gone from this machine is replaced by a new one, as by ``login``; ``lost`` is
    awaited before (again, when that was interrupted). See docs/adr/0008.

    Raises ``SignedOutError`` when the homeserver ended the session: then it never logs in again by itself
    (``NoSessionError`` when there is none and ``allow_login`` is false); ``WrongPasswordError``;
    ``IdentityError`` (``OtherKeysError``: ``login`` helps); ``UnreachableError``: try again later;
    ``RefusedError``.
    """
    session = await Session.kept(vault)
    if session is None:
        if not allow_login:
            raise NoSessionError("there has been no log-in yet")
        session = await _log_in(client, vault, password, display_name)
    else:
        await _check(client, session)
        if await _is_lost(client, vault, session):
            log.warning("the store of encryption keys (nio.db) is gone: becoming a new device")
            if lost is not None:
                await lost()
            session = await _log_in(client, vault, password, display_name, replaces=session.device_id)
    await _prepare(client, vault, session, password, recovery_key_file, display_name)
    client.born = (await _finish(client, vault, session, password)).born


async def login(
    client: HardenedClient,
    vault: Vault,
    *,
    password: Callable[[], str],
    recovery_key_file: Path,
    display_name: str,
) -> None:
    """Log in as a new device, whatever became of the last session; the identity stays the same.

    The last device is removed from the account, so that nobody encrypts for it any more. Called again after
    it was interrupted, it goes on with the device that it has got. The last session is kept until there is a
    new one. Raises what ``start_session`` raises.
    """
    last = await Session.kept(vault)
    session = await _resumed(client, last)
    if session is None:
        session = await _log_in(
            client, vault, password, display_name, replaces=last.device_id if last else ""
        )
    await _prepare(client, vault, session, password, recovery_key_file, display_name)
    await _finish(client, vault, session, password)


async def _finish(
    client: nio.AsyncClient, vault: Vault, session: Session, password: Callable[[], str]
) -> Session:
    """Remove the device that this one replaces, so that nobody encrypts for it any more."""
    if session.replaces is None:
        return session
    born = await _time(client)
    if session.replaces:
        try:
            answer = await confirmed(client, "DELETE", path("devices", session.replaces), {}, password)
        except IdentityError:
            log.warning("the last device is still on the account: remove it by hand")
        else:
            if not answer.ok and answer.errcode != "M_NOT_FOUND":
                log.warning("the last device is still on the account (%s): remove it by hand", answer.errcode)
    finished = replace(session, replaces=None, born=born)
    await finished.keep(vault)
    return finished


async def _time(client: nio.AsyncClient) -> Millis:
    """Now, by the clock that dates messages; else by ours, rather too early: what is new is not old then."""
    answer = await ask(client, "GET", path("account", "whoami"))
    return time.time_ns() // 1_000_000 - CLOCKS_APART if answer.date is None else answer.date


async def _is_lost(client: HardenedClient, vault: Vault, session: Session) -> bool:
    """Whether the keys of the session's device were there once, and are not any more.

    Only what this machine remembers counts: a homeserver cannot make us give a device up. Before the fallback
    key nobody had been told of the device, and its keys can still be made.
    """
    known = await vault.get(FALLBACK_IN_VAULT) == session.device_id.encode()
    return known and not client.holds(session.user_id, session.device_id)


async def _resumed(client: nio.AsyncClient, last: Session | None) -> Session | None:
    """The session of a ``login`` that got one and was interrupted afterwards."""
    if last is None or last.replaces is None:
        return None
    try:
        await _check(client, last)
    except SignedOutError:
        return None
    return last


async def _log_in(
    client: nio.AsyncClient,
    vault: Vault,
    password: Callable[[], str],
    display_name: str,
    replaces: str | None = None,
) -> Session:
    body = {
        "type": PASSWORD,
        "identifier": {"type": "m.id.user", "user": client.user},
        "password": password(),
        "device_id": await _next_device(vault),
        "initial_device_display_name": display_name,
    }
    client.access_token = ""
    answer = await ask(client, "POST", path("login"), body)
    if not answer.ok:
        await check_way_in(client, answer)
    if answer.errcode == "M_FORBIDDEN":
        raise WrongPasswordError("The homeserver does not take the password.")
    said = body_of(answer)
    user, device, token = (str(said.get(word)) for word in ("user_id", "device_id", "access_token"))
    session = Session(user, device, token, replaces)
    if session.device_id != body["device_id"] or client.user not in (session.user_id, _name(session.user_id)):
        raise IdentityError("The homeserver logged us in as somebody else.")
    await session.keep(vault)
    return session


async def _next_device(vault: Vault) -> str:
    """The id of the device to become. Kept first: a crash while logging in leaves one device, not two."""
    raw = await vault.get(NEXT_DEVICE)
    last = await Session.kept(vault)
    if raw and (last is None or raw.decode() != last.device_id):
        return raw.decode()
    device = "".join(secrets.choice(string.ascii_uppercase) for _ in range(10))
    await vault.put(NEXT_DEVICE, device.encode())
    return device


def _name(user_id: str) -> str:
    """``alice`` of ``@alice:example.org``."""
    return user_id.removeprefix("@").partition(":")[0]


async def _check(client: nio.AsyncClient, session: Session) -> None:
    """That the homeserver still knows the session, for the one that it is. Raises ``SignedOutError``."""
    client.access_token = session.access_token
    said = body_of(await ask(client, "GET", path("account", "whoami")))
    if (said.get("user_id"), said.get("device_id")) != (session.user_id, session.device_id):
        raise IdentityError("The homeserver takes us for somebody else.")
    if client.user not in (session.user_id, _name(session.user_id)):
        raise IdentityError("The data belongs to another account than user_id says.")


async def _prepare(
    client: nio.AsyncClient,
    vault: Vault,
    session: Session,
    password: Callable[[], str],
    recovery_key_file: Path,
    display_name: str,
) -> None:
    client.restore_login(session.user_id, session.device_id, session.access_token)
    if client.olm is None or client.olm.device_id != session.device_id:
        raise IdentityError("The store of encryption keys is of another session. Start again.")
    await _upload_keys(client)
    seeds = await ensure_identity(client, vault, password=password, recovery_key_file=recovery_key_file)
    client.olm.own_master = seeds.public()["master"]
    await ensure_stored(client, vault, recovery_key_file, seeds.texts())
    await ensure_fallback_key(client, vault)
    await _show_name(client, display_name)


async def _upload_keys(client: nio.AsyncClient) -> None:
    """The device's keys, and one-time keys until the server has enough. ``share_keys`` saves them first.

    An empty upload asks how many the server has.
    """
    body: dict[str, object] = {}
    for _ in range(MOST_UPLOADS):
        if client.should_upload_keys:
            body = client.olm.share_keys()
        try:
            answer = body_of(await ask(client, "POST", path("keys", "upload"), body))
        except RefusedError:
            if "device_keys" not in body:
                raise
            raise OtherKeysError("The homeserver does not take our keys for this device.") from None
        response = nio.KeysUploadResponse.from_dict(answer)
        if isinstance(response, nio.KeysUploadError):
            raise RefusedError("M_BAD_JSON")
        await client.receive_response(response)
        if not client.should_upload_keys:
            return


async def _show_name(client: nio.AsyncClient, display_name: str) -> None:
    where = path("profile", client.user_id, "displayname")
    answer = await ask(client, "GET", where)
    if answer.ok and answer.body.get("displayname") == display_name:
        return
    answer = await ask(client, "PUT", where, {"displayname": display_name})
    if not answer.ok:
        log.warning("the homeserver refused the display name (%s): set it by hand", answer.errcode)
