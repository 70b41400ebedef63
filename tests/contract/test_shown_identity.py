"""``identity`` with a bot that has started on a real Synapse: what it prints is what others see."""

from __future__ import annotations

from pathlib import Path

import pytest

from swsmatrix import keys
from swsmatrix.errors import KeyStoreError
from swsmatrix.identity import fours, identity
from swsmatrix.lock import DataLock
from swsmatrix.matrix.cipherfile import FILE_NAME, CryptoStoreError, device_key
from swsmatrix.matrix.crosssigning import FALLBACK_IN_VAULT
from swsmatrix.matrix.trust import cross_signing_key
from swsmatrix.protocol import UserId
from tests.contract.test_check import Place, place

pytestmark = pytest.mark.synapse
__all__ = ["place"]


async def _printed(place: Place) -> dict[str, str]:
    """By the name at the beginning of the line; it can be read beside a running bot, and changes nothing."""
    said: list[str] = []
    with DataLock(place.data):
        before = place.files()
        await identity(place.config, said.append)
        assert place.files() == before
    return {line[:13].strip(): line[14:] for line in "\n".join(said).splitlines()}


async def test_it_prints_what_the_homeserver_shows_to_others(place: Place) -> None:
    await place.start()
    shown = await place.ask("POST", "keys", "query", body={"device_keys": {place.user: []}})
    ((device, entry),) = shown["device_keys"][place.user].items()
    master = cross_signing_key(shown, UserId(place.user), "master")
    assert master
    assert await _printed(place) == {
        "user": place.user,
        "device": device,
        "device key": fours(entry["keys"][f"ed25519:{device}"]),
        "master key": fours(master),
        "device signed": "yes",
    }


async def test_a_device_that_was_not_signed_yet(place: Place) -> None:
    await place.start()
    store = await place.store()
    await store.vault.put(FALLBACK_IN_VAULT, b"ANOTHER")
    await store.close()
    assert (await _printed(place))["device signed"].startswith("not yet")


async def test_before_the_first_start_it_says_so(place: Place) -> None:
    with pytest.raises(KeyStoreError, match="swsmatrix run"):
        await identity(place.config, pytest.fail)
    assert not place.data.exists()
    store = await place.store()
    await store.close()
    with pytest.raises(KeyStoreError, match="no identity yet"):
        await identity(place.config, pytest.fail)


async def test_without_its_keys_or_with_the_wrong_ones(place: Place, tmp_path: Path) -> None:
    await place.start()
    right = keys.derive(place.root, keys.NIO_DATABASE)
    with pytest.raises(CryptoStoreError):
        device_key(place.data, bytes(32), "", place.user, "ANY")
    assert device_key(place.data, right, "", place.user, "ANOTHER") is None
    (place.data / FILE_NAME).unlink()
    with pytest.raises(KeyStoreError, match="is gone"):
        await identity(place.config, pytest.fail)
    assert not (place.data / FILE_NAME).exists()
