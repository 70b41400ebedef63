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

from swsmatrix.matrix import trust
from swsmatrix.matrix.hardening import HardenedClient
from swsmatrix.matrix.http import UnreachableError, outcome, path, request
from swsmatrix.matrix.machine import Machine
from swsmatrix.protocol import MINUTE, Millis, Outcome, RetryAt, UserId

log = logging.getLogger(__name__)

USERS_PER_QUERY = 200
ASK_AGAIN: Millis = 5 * MINUTE  # whose homeserver did not answer ours
REMOTE_TIMEOUT: Millis = 10_000
MOST_DEVICES = 200  # of one member, and as many that are gone; each of them is given every key


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
    """The device lists of the people in the bot's rooms.

    ``elapsed``: milliseconds, any clock that only grows.
    """

    def __init__(self, client: HardenedClient, elapsed: Callable[[], Millis]) -> None:
        self._client = client
        self._elapsed = elapsed
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
            now = self._elapsed()
            stale = sorted(user for user in wanted - self._fresh if self._silent.get(user, 0) <= now)
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
                self._silent[user] = self._elapsed() + ASK_AGAIN
        learn(self._client.machine, body, users)


def learn(machine: Machine, body: Mapping[str, Any], users: Iterable[str]) -> None:
    """Take in a body of /keys/query for the ``users`` that were asked about.

    Malformed devices are no devices. A device that is not in the answer is kept, marked as deleted: what it
    said before can still be ascribed. So is one that was only shown along with what it sent.
    """
    answered = body.get("device_keys")
    changed: list[OlmDevice] = []
    # A device's trust and the identity that it rests on are kept together or not at all.
    with machine.store.transaction():
        for user in users:
            devices = answered.get(user) if isinstance(answered, dict) else None
            if isinstance(devices, dict):
                devices = _bounded(machine, user, devices)
                identity = _identity(machine, {**body, "device_keys": {user: devices}}, user)
                machine.take_identity(user, identity.master or "")
                changed += _learn_user(machine, user, devices, identity)
        if changed:
            machine.store.save_devices(changed)


def _bounded(machine: Machine, user: str, devices: Mapping[str, Any]) -> Mapping[str, Any]:
    """No more devices than anybody has: to check a signature takes about a millisecond.

    Those that were signed stay, then come those that seem to be: whoever adds others pushes out none of them.
    """
    if len(devices) <= MOST_DEVICES:
        return devices
    log.warning("somebody has more than %d devices: the others get no keys", MOST_DEVICES)
    known = machine.device_store[user]

    def rank(name: str) -> tuple[bool, bool, bool]:
        signatures = trust.within(devices[name], "signatures", user)
        return name not in known or not known[name].verified, len(signatures) < 2, name not in known

    return {name: devices[name] for name in sorted(devices, key=rank)[:MOST_DEVICES]}


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
    current = _current(machine, user, devices, identity)
    for name, keys in machine.shown.take(user):
        # Not there any more, or never was: what it said is its owner's, but nobody vouches for it. Not even
        # with a signature: a device that was stolen is logged out, and keeps that.
        known.setdefault(name, OlmDevice(user, name, keys))
    for device in known.values():
        device.deleted = device.id not in current
        vouched = not device.deleted and identity.vouches(device.id, device.ed25519, device.curve25519)
        device.trust_state = TrustState.verified if vouched else TrustState.blacklisted
    for device in [device for device in known.values() if device.deleted][:-MOST_DEVICES]:
        del known[device.id]
        machine.store.forget_device(device)
    return [
        device
        for device in known.values()
        if before.get(device.id) != (device.keys, device.deleted, device.trust_state)
    ]


def _current(machine: Machine, user: str, devices: Mapping[str, Any], identity: trust.Identity) -> set[str]:
    """Take in the devices that there are, and return their ids."""
    known = machine.device_store[user]
    current: set[str] = set()
    taken: set[str] = set()
    # Of two devices of one owner with the same key the signed one counts, then the one known from before.
    # Of different people both do: who claims another's key must not cut them off (``Machine.session_with``).
    for name, entry in sorted(
        devices.items(), key=lambda device: (device[0] not in identity.signed, device[0] not in known)
    ):
        keys = trust.device_keys(entry, user, name)
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
    return current
