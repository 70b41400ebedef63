"""Olm sessions with other people's devices: begun with one-time keys that they signed."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping

from nio.crypto import OlmDevice

from swsmatrix.matrix import trust
from swsmatrix.matrix.devices import obtain
from swsmatrix.matrix.hardening import HardenedClient
from swsmatrix.matrix.http import path
from swsmatrix.matrix.withheld import Notices, notice
from swsmatrix.protocol import MINUTE, Millis

CLAIM_AGAIN: Millis = 5 * MINUTE

DeviceName = tuple[str, str, str]  # user, device id, curve25519 key: with another key it is another device


class Claims:
    """``elapsed``: as for ``KeyShare``. ``notices``: for whoever has no one-time key."""

    def __init__(self, client: HardenedClient, notices: Notices, elapsed: Callable[[], Millis]) -> None:
        self._client = client
        self._notices = notices
        self._elapsed = elapsed
        self._lock = asyncio.Lock()
        self._keyless: dict[DeviceName, Millis] = {}  # no one-time key to be had, and when to try again

    async def establish(self, devices: Mapping[DeviceName, OlmDevice]) -> None:
        """An Olm session with each; who has no one-time key left is not asked again for five minutes."""
        account = self._client.machine.account
        async with self._lock:
            without = {
                name: device
                for name, device in devices.items()
                if not self._client.machine.session_with(device)
            }
            if without:
                await self.claim(without.values())
                for name, device in without.items():
                    if not self._client.machine.session_with(device):
                        if name not in self._keyless:
                            self._notices.add(*name[:2], notice(account, "m.no_olm"))  # of no one key: of all
                        self._keyless[name] = self._elapsed() + CLAIM_AGAIN

    def is_worth_it(self, name: DeviceName, device: OlmDevice) -> bool:
        """Whether there is a session with ``device``, or it is time to ask for a one-time key of its."""
        known = self._client.machine.session_with(device) is not None
        return known or self._keyless.get(name, 0) <= self._elapsed()

    async def claim(self, devices: Iterable[OlmDevice]) -> list[OlmDevice]:
        """Start a new Olm session with each device, as far as there are one-time keys; those that worked."""
        wanted: dict[str, dict[str, str]] = {}
        by_name: dict[tuple[str, str], OlmDevice] = {}
        for device in devices:
            wanted.setdefault(device.user_id, {})[device.id] = "signed_curve25519"
            by_name[(device.user_id, device.id)] = device
        if not by_name:
            return []
        question = {"one_time_keys": wanted, "timeout": 10_000}
        body = await obtain(self._client, "POST", path("keys", "claim"), question)
        given = body.get("one_time_keys")
        with self._client.machine.store.transaction():
            return [device for name, device in by_name.items() if self._start(device, _at(given, *name))]

    def _start(self, device: OlmDevice, keys: object) -> bool:
        key = next(iter(keys.values()), None) if isinstance(keys, dict) else None
        if not isinstance(key, dict) or not isinstance(key.get("key"), str):
            return False
        if not trust.verify(key, device.user_id, f"ed25519:{device.id}", device.ed25519):
            return False
        try:
            self._client.machine.create_session(key["key"], device.curve25519, device.ed25519)
        except ValueError:  # vodozemac's own, for a key that is none
            return False
        return True


def _at(value: object, *keys: str) -> object:
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return value
