"""Which devices people have, and which of them their owners have signed: asked for, checked, kept.

A device counts as signed when the identity of its owner vouches for exactly the keys that we hold for it.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import nio
from nio.crypto import OlmDevice, TrustState
from vodozemac import Curve25519PublicKey

from swsmatrix.matrix import trust
from swsmatrix.matrix.hardening import HardenedClient
from swsmatrix.matrix.http import UnreachableError, outcome, path, request
from swsmatrix.matrix.machine import Machine
from swsmatrix.protocol import MINUTE, Millis, Outcome, RetryAt, UserId

log = logging.getLogger(__name__)

USERS_PER_QUERY = 200
ASK_AGAIN: Millis = 5 * MINUTE  # whose homeserver did not answer ours
REMOTE_TIMEOUT: Millis = 10_000


class AskedInVainError(Exception):
    """The homeserver was not reached, or did not do what comes first. ``outcome``: the rest's."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__("the homeserver did not do what had to be done first")
        self.outcome = outcome


async def obtain(
    client: nio.AsyncClient, method: str, where: str, body: object, *, final: bool = False, **how: Any
) -> dict[str, Any]:
    """The body of an answer that must be a success.

    Raises ``AskedInVainError``, with a refusal only if ``final``: that keys cannot be had now is no reason
    to give up what they were for. Raises ``SignedOutError``.
    """
    try:
        answer = await request(client, method, where, body, **how)
    except UnreachableError:
        raise AskedInVainError(RetryAt(0)) from None
    if not answer.ok:
        verdict = outcome(answer)
        raise AskedInVainError(verdict if final or isinstance(verdict, RetryAt) else RetryAt(0))
    return answer.body


class Devices:
    """The device lists of the people in the bot's rooms. ``now``: milliseconds, any clock that only grows."""

    def __init__(self, client: HardenedClient, now: Callable[[], Millis]) -> None:
        self._client = client
        self._now = now
        self._fresh: set[str] = set()
        self._silent: dict[str, Millis] = {}  # users whose homeserver is down, and when to ask again
        self._lock = asyncio.Lock()

    def changed(self, users: Iterable[object]) -> None:
        """The homeserver said that their devices changed, or that we no longer hear of changes."""
        for user in users:
            if isinstance(user, str):
                self._fresh.discard(user)

    async def refresh(self, users: Iterable[str]) -> list[str]:
        """Know the devices of ``users`` as they are now; returns those who had to be asked about.

        Who cannot be asked now (their homeserver is down) keeps the devices known from before.
        Raises ``AskedInVainError`` when our own homeserver does not answer.
        """
        wanted = set(users)
        async with self._lock:
            stale = sorted(user for user in wanted - self._fresh if self._silent.get(user, 0) <= self._now())
            for start in range(0, len(stale), USERS_PER_QUERY):
                await self._query(stale[start : start + USERS_PER_QUERY])
        return stale

    async def is_still(self, user: str, identity: str) -> bool:
        """Whether the master key of ``user`` is ``identity``, asked anew.

        Of somebody who shares no room with us the homeserver tells no changes. Raises ``AskedInVainError``.
        """
        self.changed([user])
        await self.refresh([user])
        return self._client.machine.identities.get(user) == identity

    async def _query(self, users: list[str]) -> None:
        # Counted as fresh before the answer: a change that is announced meanwhile makes them stale again.
        self._fresh.update(users)
        question = {"device_keys": {user: [] for user in users}, "timeout": REMOTE_TIMEOUT}
        try:
            body = await obtain(self._client, "POST", path("keys", "query"), question)
        except BaseException:
            self._fresh.difference_update(users)
            raise
        answered = body.get("device_keys")
        for user in users:
            if isinstance(answered, dict) and isinstance(answered.get(user), dict):
                self._silent.pop(user, None)
            else:
                self._fresh.discard(user)
                self._silent[user] = self._now() + ASK_AGAIN
        learn(self._client.machine, body, users)


def learn(machine: Machine, body: Mapping[str, Any], users: Iterable[str]) -> None:
    """Take in a body of /keys/query for the ``users`` that were asked about.

    Malformed devices are no devices. A device that is not in the answer is kept, marked as deleted: what it
    said before can still be ascribed.
    """
    answered = body.get("device_keys")
    changed: list[OlmDevice] = []
    # A device's trust and the identity that it rests on are kept together or not at all.
    with machine.store.transaction():
        for user in users:
            devices = answered.get(user) if isinstance(answered, dict) else None
            if isinstance(devices, dict):
                identity = _identity(machine, body, user)
                machine.take_identity(user, identity.master or "")
                changed += _learn_user(machine, user, devices, identity)
        if changed:
            machine.store.save_devices(changed)


def _identity(machine: Machine, body: Mapping[str, Any], user: str) -> trust.Identity:
    """Others are who the homeserver shows; we ourselves are who our own secrets say, and nobody else."""
    shown = trust.identity(body, UserId(user))
    if user == machine.user_id and shown.master != machine.own_master:
        log.error("the homeserver shows another identity for this account than ours: it is not believed")
        return trust.Identity(UserId(user), None)
    return shown


def _learn_user(
    machine: Machine, user: str, devices: Mapping[str, Any], identity: trust.Identity
) -> list[OlmDevice]:
    known = machine.device_store[user]
    before = {device.id: (dict(device.keys), device.deleted, device.trust_state) for device in known.values()}
    current: set[str] = set()
    taken: set[str] = set()
    # Of two devices of one owner with the same key the signed one counts, then the one known from before.
    # Of different people both do: who claims another's key must not cut them off (``Machine.session_with``).
    for name, entry in sorted(
        devices.items(), key=lambda device: (device[0] not in identity.signed, device[0] not in known)
    ):
        keys = _keys(user, name, entry)
        if keys is None:
            continue
        if (user, name) == (machine.user_id, machine.device_id):
            if keys == machine.account.identity_keys:
                machine.own_device = {part: entry[part] for part in entry if part != "unsigned"}
            continue
        if keys["curve25519"] in taken:
            continue
        taken.add(keys["curve25519"])
        device = known.setdefault(name, OlmDevice(user, name, keys))
        if device.ed25519 != keys["ed25519"] and name in identity.signed:
            # Logged out, and in again under the same id; its owner says so.
            device.deleted = True
            device = known[name] = OlmDevice(user, name, keys)
        # Else the same id with other keys is somebody else: the device that we knew is gone.
        if device.ed25519 == keys["ed25519"]:
            device.curve25519 = keys["curve25519"]
            current.add(name)
    for device in known.values():
        device.deleted = device.id not in current
        vouched = not device.deleted and identity.vouches(device.id, device.ed25519, device.curve25519)
        device.trust_state = TrustState.verified if vouched else TrustState.blacklisted
    return [
        device
        for device in known.values()
        if before.get(device.id) != (device.keys, device.deleted, device.trust_state)
    ]


def _keys(user: str, device: str, entry: object) -> dict[str, str] | None:
    """The two keys of a device that signed them itself."""
    if not isinstance(entry, dict) or (entry.get("user_id"), entry.get("device_id")) != (user, device):
        return None
    keys = entry.get("keys")
    if not isinstance(keys, dict):
        return None
    ed25519, curve25519 = keys.get(f"ed25519:{device}"), keys.get(f"curve25519:{device}")
    if not isinstance(ed25519, str) or not isinstance(curve25519, str) or not _is_curve_key(curve25519):
        return None
    if not trust.verify(entry, user, f"ed25519:{device}", ed25519):
        return None
    return {"ed25519": ed25519, "curve25519": curve25519}


def _is_curve_key(text: str) -> bool:
    """Whether it is a key in its only spelling: two spellings of one key would be two keys."""
    try:
        return bool(Curve25519PublicKey.from_base64(text).to_base64() == text)
    except ValueError:
        return False
