"""The bot's own identity: made once, kept for good, and every device of the bot's signed with it.

Matrix Client-Server API, "Cross-signing". Nothing here ever replaces an identity: people's clients would warn
them of it, and a warning that is always there warns of nothing.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nio
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from swsmatrix.matrix import secretstorage
from swsmatrix.matrix.clocks import elapsed
from swsmatrix.matrix.confirming import confirmed
from swsmatrix.matrix.http import ask, body_of, path
from swsmatrix.matrix.secretstorage import IdentityError, Vault
from swsmatrix.matrix.trust import b64, canonical, cross_signing_key, identity, unb64, verify, within
from swsmatrix.protocol import MINUTE, Millis, UserId

SEED_BYTES = 32
USAGES = ("master", "self_signing", "user_signing")
SECRETS = tuple(f"m.cross_signing.{usage}" for usage in USAGES)

IN_VAULT = "cross_signing"
FALLBACK_IN_VAULT = "fallback_key"
ALGORITHM = "signed_curve25519"
# Two fallback keys are held: who claims one after the other must not push out what others just began with.
REPLACED_AGAIN: Millis = 10 * MINUTE


class OtherKeysError(IdentityError):
    """For this device the homeserver has other keys than ours: only a new device helps."""


@dataclass(frozen=True, slots=True, repr=False)
class Seeds:
    """The three private keys (ed25519 seeds, 32 bytes each)."""

    master: bytes
    self_signing: bytes
    user_signing: bytes

    @classmethod
    def make(cls) -> Seeds:
        return cls.from_bytes(secrets.token_bytes(len(USAGES) * SEED_BYTES))

    @classmethod
    def from_bytes(cls, raw: bytes) -> Seeds:
        if len(raw) != len(USAGES) * SEED_BYTES:
            raise ValueError("not three seeds")
        return cls(raw[:32], raw[32:64], raw[64:])

    def to_bytes(self) -> bytes:
        return self.master + self.self_signing + self.user_signing

    def texts(self) -> dict[str, str]:
        """As secret storage keeps them: unpadded base64 by secret name."""
        parts = (self.master, self.self_signing, self.user_signing)
        return {name: b64(part) for name, part in zip(SECRETS, parts, strict=True)}

    def public(self) -> dict[str, str]:
        """The public keys, by usage."""
        return {
            usage: public_key(unb64(text)) for usage, text in zip(USAGES, self.texts().values(), strict=True)
        }


def public_key(seed: bytes) -> str:
    return b64(Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw())


def sign(obj: Mapping[str, Any], user: str, seed: bytes) -> dict[str, Any]:
    """``obj`` with the one signature of ``seed``."""
    signature = b64(Ed25519PrivateKey.from_private_bytes(seed).sign(canonical(obj)))
    return _with_signature(obj, user, public_key(seed), signature)


def _with_signature(obj: Mapping[str, Any], user: str, name: str, signature: str) -> dict[str, Any]:
    bare = {key: value for key, value in obj.items() if key not in ("signatures", "unsigned")}
    return {**bare, "signatures": {user: {f"ed25519:{name}": signature}}}


# ---- The identity --------------------------------------------------------------------------------


async def ensure_identity(
    client: nio.AsyncClient, vault: Vault, *, password: Callable[[], str], recovery_key_file: Path
) -> Seeds:
    """See to it that the account has an identity, that it is ours, and that this device is signed by it.

    Needs uploaded device keys. Can be repeated after a crash at any point, with the same outcome.
    Raises ``IdentityError`` when it cannot be had without replacing what is there, ``WrongPasswordError``,
    ``UnreachableError``, ``RefusedError``, ``SignedOutError``; and what ``password`` raises, if it is needed.
    """
    said = await _query(client)
    seeds = await _our_seeds(client, vault, said, recovery_key_file)
    if missing := _missing(said, client.user_id, seeds):
        await _upload(client, seeds, missing, password)
        said = await _query(client)
    if not _is_signed(client, said, seeds):
        await _sign_device(client, said, seeds)
        said = await _query(client)
    if _missing(said, client.user_id, seeds) or not _is_signed(client, said, seeds):
        raise IdentityError("The homeserver does not show people that this device is ours. Try again later.")
    return seeds


async def _our_seeds(
    client: nio.AsyncClient, vault: Vault, said: Mapping[str, Any], recovery_key_file: Path
) -> Seeds:
    """The seeds that fit what the server has; new ones, kept in the vault first, if it has nothing."""
    raw = await vault.get(IN_VAULT)
    seeds = Seeds.from_bytes(raw) if raw else None
    if client.user_id not in within(said, "master_keys"):
        if seeds is None:
            seeds = Seeds.make()
            await vault.put(IN_VAULT, seeds.to_bytes())
        return seeds
    master = cross_signing_key(said, client.user_id, "master")
    if seeds and seeds.public()["master"] == master:
        return seeds
    texts = await secretstorage.load(client, vault, recovery_key_file, *SECRETS)
    if texts is None:
        raise IdentityError(
            "This account already has an identity, and we don't have its keys. "
            "Put its recovery key into recovery_key_file and start again."
        )
    try:
        seeds = Seeds.from_bytes(b"".join(unb64(text) for text in texts))
    except ValueError:
        raise IdentityError("What the recovery key opened are not the keys of an identity.") from None
    if seeds.public()["master"] != master:
        raise IdentityError("The recovery key opens another identity than the one this account has now.")
    await vault.put(IN_VAULT, seeds.to_bytes())
    return seeds


def _missing(said: Mapping[str, Any], user: UserId, seeds: Seeds) -> tuple[str, ...]:
    """The usages whose public key the server lacks: all of them, or some if it died between them."""
    public = seeds.public()
    return tuple(usage for usage in USAGES if cross_signing_key(said, user, usage) != public[usage])


async def _upload(
    client: nio.AsyncClient, seeds: Seeds, usages: tuple[str, ...], password: Callable[[], str]
) -> None:
    """Upload these public keys and no others: Synapse fails on one that it has."""
    user, public = client.user_id, seeds.public()
    body: dict[str, Any] = {}
    for usage in usages:
        name = f"ed25519:{public[usage]}"
        key = {"user_id": user, "usage": [usage], "keys": {name: public[usage]}}
        body[f"{usage}_key"] = key if usage == "master" else sign(key, user, seeds.master)
    body_of(await confirmed(client, "POST", path("keys", "device_signing", "upload"), body, password))


def _is_signed(client: nio.AsyncClient, said: Mapping[str, Any], seeds: Seeds) -> bool:
    """Whether other people's clients see this device, with these keys, as signed."""
    own, proven = client.olm.account.identity_keys, identity(said, client.user_id)
    ours = proven.master == seeds.public()["master"]
    return ours and proven.vouches(client.device_id, own["ed25519"], own["curve25519"])


async def _sign_device(client: nio.AsyncClient, said: Mapping[str, Any], seeds: Seeds) -> None:
    user, device, account = client.user_id, client.device_id, client.olm.account
    own = account.identity_keys
    shown = within(said, "device_keys", user, device)
    # Never sign what the server says of us: only what this very device signed before, about its very keys.
    if not verify(shown, user, f"ed25519:{device}", own["ed25519"]) or shown.get("keys") != {
        f"ed25519:{device}": own["ed25519"],
        f"curve25519:{device}": own["curve25519"],
    }:
        raise OtherKeysError("The homeserver shows other keys for this device than ours. We sign nothing.")
    public = seeds.public()["master"]
    master = {"user_id": user, "usage": ["master"], "keys": {f"ed25519:{public}": public}}
    by_device = account.sign(canonical(master).decode())
    signed = {
        device: sign(shown, user, seeds.self_signing),
        public: _with_signature(master, user, device, by_device),
    }
    body_of(await ask(client, "POST", path("keys", "signatures", "upload"), {user: signed}))


async def _query(client: nio.AsyncClient) -> dict[str, Any]:
    body: dict[str, Any] = {"device_keys": {client.user_id: []}}
    return body_of(await ask(client, "POST", path("keys", "query"), body))


# ---- The fallback key ----------------------------------------------------------------------------


async def ensure_fallback_key(client: nio.AsyncClient, vault: Vault, unused: object = None) -> bool:
    """See to it that people can write to this device when its one-time keys are used up.

    ``unused`` is ``device_unused_fallback_key_types`` of an answer to /sync: a new key is made when the old
    one was used, every ten minutes at most. Without it (at the start, before a sync) one is made if this
    device never had any. Returns whether one was.
    Matrix Client-Server API, "One-time and fallback keys"; nio never makes one.
    Raises ``UnreachableError``, ``RefusedError``, ``SignedOutError``.
    """
    device = client.device_id.encode()
    if await vault.get(FALLBACK_IN_VAULT) == device and (not isinstance(unused, list) or ALGORITHM in unused):
        return False
    replaced = client.olm.fallback_replaced
    if replaced is not None and elapsed() - replaced < REPLACED_AGAIN:
        return False
    account = client.olm.account._account  # vodozemac's; nio's wrapper leaves fallback keys out
    if not account.fallback_key:
        account.generate_fallback_key()
        client.olm.save_account()  # before the server has it: a key that we lost would lose messages
    name, key = next(iter(account.fallback_key.items()))
    bare = {"key": key.to_base64(), "fallback": True}
    signature = client.olm.account.sign(canonical(bare).decode())
    body = {f"{ALGORITHM}:{name}": _with_signature(bare, client.user_id, client.device_id, signature)}
    body_of(await ask(client, "POST", path("keys", "upload"), {"fallback_keys": body}))
    account.mark_keys_as_published()
    client.olm.save_account()
    if isinstance(unused, list):
        client.olm.fallback_replaced = elapsed()
    await vault.put(FALLBACK_IN_VAULT, device)
    return True
