"""The arithmetic of comparing emojis. Pure.

Matrix Client-Server API, "Short Authentication String (SAS) verification", method ``m.sas.v1``, and of its
variants the newest only. Both sides agree on a secret over the homeserver and show a few emojis made from it:
who sits in between has two secrets, and so do the screens.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from vodozemac import EstablishedSas

from swsmatrix.matrix.loose import obj
from swsmatrix.matrix.trust import b64, canonical

METHOD = "m.sas.v1"
KEY_AGREEMENT = "curve25519-hkdf-sha256"
HASH = "sha256"
MAC = "hkdf-hmac-sha256.v2"
SHOWN_AS = ("emoji", "decimal")

KEY_IDS = "KEY_IDS"

# By number, in the specification's order and words: what clients show.
_NAMES = (
    "🐶 Dog,🐱 Cat,🦁 Lion,🐎 Horse,🦄 Unicorn,🐷 Pig,🐘 Elephant,🐰 Rabbit,🐼 Panda,🐓 Rooster,🐧 Penguin,"
    "🐢 Turtle,🐟 Fish,🐙 Octopus,🦋 Butterfly,🌷 Flower,🌳 Tree,🌵 Cactus,🍄 Mushroom,🌏 Globe,🌙 Moon,"
    "☁️ Cloud,🔥 Fire,🍌 Banana,🍎 Apple,🍓 Strawberry,🌽 Corn,🍕 Pizza,🎂 Cake,❤️ Heart,😀 Smiley,"
    "🤖 Robot,🎩 Hat,👓 Glasses,🔧 Spanner,🎅 Santa,👍 Thumbs Up,☂️ Umbrella,⌛ Hourglass,⏰ Clock,🎁 Gift,"
    "💡 Light Bulb,📕 Book,✏️ Pencil,📎 Paperclip,✂️ Scissors,🔒 Lock,🔑 Key,🔨 Hammer,☎️ Telephone,"
    "🏁 Flag,🚂 Train,🚲 Bicycle,✈️ Aeroplane,🚀 Rocket,🏆 Trophy,⚽ Ball,🎸 Guitar,🎺 Trumpet,🔔 Bell,"
    "⚓ Anchor,🎧 Headphones,📁 Folder,📌 Pin"
)
EMOJIS = tuple(_NAMES.split(","))


@dataclass(frozen=True, slots=True)
class End:
    """One of the two: whose device, and its public key for this once (unpadded base64; may be unknown)."""

    user: str
    device: str
    key: str = ""


def commitment(key: str, start: Mapping[str, Any]) -> str:
    """What the side that did not start binds itself to before it sees the other's key.

    ``start``: the content of ``m.key.verification.start``, its transaction or relation included. Raises
    ``ValueError`` for what has no canonical form.
    """
    return b64(hashlib.sha256(key.encode() + canonical(start)).digest())


def shown(secret: EstablishedSas, starter: End, accepter: End, transaction: str) -> str:
    """The seven emojis with their names, in order, and the three numbers of clients that show no emojis."""
    ends = "|".join(f"{end.user}|{end.device}|{end.key}" for end in (starter, accepter))
    agreed = secret.bytes(f"MATRIX_KEY_VERIFICATION_SAS|{ends}|{transaction}")
    emojis = ", ".join(EMOJIS[number] for number in agreed.emoji_indices)
    return f"{emojis} (or {' '.join(map(str, agreed.decimals))})"


def _about(sender: End, receiver: End, transaction: str, key_id: str) -> str:
    ends = f"{sender.user}{sender.device}{receiver.user}{receiver.device}"
    return f"MATRIX_KEY_VERIFICATION_MAC{ends}{transaction}{key_id}"


def macs(
    secret: EstablishedSas, keys: Mapping[str, str], sender: End, receiver: End, transaction: str
) -> dict[str, Any]:
    """What ``sender`` says of its own ``keys`` (key id -> public key): a MAC of each, and of the list."""

    def mac(text: str, key_id: str) -> str:
        return secret.calculate_mac(text, _about(sender, receiver, transaction, key_id))

    return {
        "mac": {key_id: mac(key, key_id) for key_id, key in keys.items()},
        "keys": mac(",".join(sorted(keys)), KEY_IDS),
    }


def confirms(
    secret: EstablishedSas,
    content: Mapping[str, Any],
    keys: Mapping[str, str],
    sender: End,
    receiver: End,
    transaction: str,
) -> bool:
    """Whether ``content`` is what ``sender`` says of ``keys``, as we know them: of one of them at least.

    Keys that we do not know are passed over, as the specification has it.
    """
    said = obj(content, "mac")
    if not all(isinstance(key_id, str) and isinstance(mac, str) for key_id, mac in said.items()):
        return False
    known = {key_id: keys[key_id] for key_id in said if key_id in keys}
    texts = [(KEY_IDS, ",".join(sorted(said)), content.get("keys"))]
    texts += [(key_id, key, said[key_id]) for key_id, key in known.items()]
    try:
        for key_id, text, mac in texts:
            if not isinstance(mac, str):
                return False
            secret.verify_mac(text, _about(sender, receiver, transaction, key_id), mac)
    except ValueError:  # vodozemac's own, for a wrong or malformed MAC
        return False
    return bool(known)
