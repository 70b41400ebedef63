"""Whose device is whose: what a body of /keys/query proves, whoever sent it. Pure.

Matrix Client-Server API, "Cross-signing": a user's master key signs their self-signing key, which signs
their devices. All of it is read as if it were made up: what does not verify is not signed; nothing raises.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeGuard

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from swsmatrix.protocol import UserId

LARGEST_INTEGER = 2**53 - 1
DEEPEST = 64  # levels; a signed key has four
KEY_BYTES = 32


@dataclass(frozen=True, slots=True)
class Identity:
    """What is proven of ``user``.

    ``master`` is the public master key (unpadded base64), None when there is no sound one.
    ``devices`` holds (device id, ed25519 key, curve25519 key) of each device that the master key vouches for.
    """

    user: UserId
    master: str | None
    devices: frozenset[tuple[str, str, str]] = frozenset()

    @property
    def signed(self) -> frozenset[str]:
        """The ids of the devices that are signed."""
        return frozenset(device for device, _, _ in self.devices)

    def vouches(self, device: str, ed25519: str, curve25519: str) -> bool:
        """Whether this very device, with these very keys, is signed."""
        return (device, ed25519, curve25519) in self.devices


def identity(body: Mapping[str, Any], user: UserId) -> Identity:
    """The identity of ``user`` according to a body of /keys/query."""
    master = cross_signing_key(body, user, "master")
    if master is None:
        return Identity(user, None)
    self_signing = cross_signing_key(body, user, "self_signing")
    if self_signing is None or not verify(
        within(body, "self_signing_keys", user), user, f"ed25519:{master}", master
    ):
        return Identity(user, master)
    devices = within(body, "device_keys", user)
    proven = (_device(devices, user, device, self_signing) for device in devices)
    return Identity(user, master, frozenset(device for device in proven if device))


def cross_signing_key(body: Mapping[str, Any], user: UserId, usage: str) -> str | None:
    """The public key of ``user`` for ``usage`` in a body of /keys/query; nothing says yet who signed it."""
    entry = within(body, f"{usage}_keys", user)
    keys = entry.get("keys")
    if entry.get("user_id") != user or entry.get("usage") != [usage] or not isinstance(keys, dict):
        return None
    if len(keys) != 1:
        return None
    name, public = next(iter(keys.items()))
    return public if _is_key(public) and name == f"ed25519:{public}" else None


def _device(
    devices: Mapping[str, Any], user: UserId, device: str, self_signing: str
) -> tuple[str, str, str] | None:
    entry = within(devices, device)
    keys = device_keys(entry, user, device)
    if keys is None or not verify(entry, user, f"ed25519:{self_signing}", self_signing):
        return None
    return device, keys["ed25519"], keys["curve25519"]


def device_keys(entry: object, user: str, device: str) -> dict[str, str] | None:
    """The two keys (``ed25519``, ``curve25519``) of this device of ``user``'s, if it signed them itself."""
    keys = within(entry, "keys")
    ed25519, curve25519 = keys.get(f"ed25519:{device}"), keys.get(f"curve25519:{device}")
    if not isinstance(entry, dict) or (entry.get("user_id"), entry.get("device_id")) != (user, device):
        return None
    if not (_is_key(ed25519) and _is_key(curve25519)):
        return None
    if not verify(entry, user, f"ed25519:{device}", ed25519):
        return None
    return {"ed25519": ed25519, "curve25519": curve25519}


def verify(obj: object, user: str, key_id: str, public_b64: object) -> bool:
    """Whether ``obj`` is signed by ``user`` under ``key_id`` with this public key. Never raises."""
    signature = within(obj, "signatures", user).get(key_id)
    if not isinstance(obj, dict) or not isinstance(public_b64, str) or not isinstance(signature, str):
        return False
    try:
        Ed25519PublicKey.from_public_bytes(unb64(public_b64)).verify(unb64(signature), canonical(obj))
    except (ValueError, InvalidSignature):
        return False
    return True


def canonical(obj: Mapping[str, Any]) -> bytes:
    """The bytes of ``obj`` that are signed: canonical JSON without ``signatures`` and ``unsigned``.

    Matrix appendices, "Canonical JSON" and "Signing JSON". Raises ``ValueError`` for what these forbid
    (floats, integers beyond 2**53 - 1, keys that are not strings, lone surrogates) and beyond 64 levels.
    """
    bare = {key: value for key, value in obj.items() if key not in ("signatures", "unsigned")}
    _check(bare, DEEPEST)
    text = json.dumps(bare, ensure_ascii=False, separators=(",", ":"), sort_keys=True, allow_nan=False)
    return text.encode()  # UnicodeEncodeError, for surrogates, is a ValueError


def _check(value: object, depth: int) -> None:
    if depth == 0:
        raise ValueError("too deep")
    match value:
        case None | bool() | str():
            return
        case int():
            if abs(value) > LARGEST_INTEGER:
                raise ValueError("integer out of range")
        case list():
            for item in value:
                _check(item, depth - 1)
        case dict():
            for key, item in value.items():
                if not isinstance(key, str):
                    raise ValueError("key is not a string")  # noqa: TRY004 - one error for all it forbids
                _check(item, depth - 1)
        case _:
            raise ValueError("not allowed in canonical JSON")


def b64(raw: bytes) -> str:
    """Unpadded base64 (Matrix appendices, "Unpadded Base64")."""
    return base64.b64encode(raw).decode().rstrip("=")


def unb64(text: str) -> bytes:
    """The bytes of a base64 text, padded or not. Raises ``ValueError``."""
    bare = text.rstrip("=")
    return base64.b64decode(bare + "=" * (-len(bare) % 4), validate=True)


def _is_key(value: object) -> TypeGuard[str]:
    """Whether it is a public key in its only spelling: two spellings of one key would be two identities."""
    if not isinstance(value, str):
        return False
    try:
        raw = unb64(value)
    except ValueError:
        return False
    return len(raw) == KEY_BYTES and b64(raw) == value


def within(value: object, *keys: str) -> dict[str, Any]:
    """The object found by following ``keys``; an empty one where anything on the way is not an object."""
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return value if isinstance(value, dict) else {}
