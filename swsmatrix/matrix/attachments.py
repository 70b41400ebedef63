"""Pictures inside encrypted rooms: their key stands in the message, the homeserver has the ciphertext.

Matrix Client-Server API, "Sending encrypted attachments", version v2: AES-256 in counter mode, and the
SHA-256 of the ciphertext beside the key. Pure. Ours, as nio's functions take keys of any length and method.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from typing import Any, TypeGuard

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from swsmatrix.matrix.loose import LATEST, arr, obj
from swsmatrix.matrix.trust import b64, unb64
from swsmatrix.protocol import Picture

KEY_BYTES, HASH_BYTES, IV_BYTES = 32, 32, 16
COUNTER_BYTES = 8  # of the initialisation vector

# Matrix appendices, "Server Name", and what ids of media are made of. Both become parts of a path.
_SERVER = r"(?:[A-Za-z0-9][A-Za-z0-9.-]{0,229}|\[[0-9A-Fa-f:.]{2,45}\])(?::[0-9]{1,5})?"
_MXC = re.compile(rf"mxc://({_SERVER})/([A-Za-z0-9_-]{{1,255}})")


class AttachmentError(Exception):
    """What was downloaded is not what was sent."""


def where(url: str) -> tuple[str, str] | None:
    """The server and the id of a medium (``mxc://server/id``), if it is one."""
    found = _MXC.fullmatch(url)
    return (found.group(1), found.group(2)) if found else None


def picture_in(content: dict[str, Any]) -> Picture | None:
    """The picture that a decrypted m.image has, if it is encrypted as the specification wants it."""
    file, key = obj(content, "file"), obj(content, "file", "key")
    url, size = file.get("url"), obj(content, "info").get("size")
    k, iv, sha256 = key.get("k"), file.get("iv"), obj(file, "hashes").get("sha256")
    fixed = file.get("v") == "v2" and key.get("kty") == "oct" and key.get("alg") == "A256CTR"
    if not fixed or key.get("ext") is not True or "decrypt" not in arr(key, "key_ops"):
        return None
    if not (isinstance(url, str) and where(url)):
        return None
    if not (_is(k, KEY_BYTES, url_safe=True) and _is(iv, IV_BYTES) and _is(sha256, HASH_BYTES)):
        return None
    claimed = size if isinstance(size, int) and not isinstance(size, bool) and 0 < size <= LATEST else 0
    return Picture(url=url, key=k, iv=iv, sha256=sha256, size=claimed)


def _is(value: object, length: int, *, url_safe: bool = False) -> TypeGuard[str]:
    """Whether it is unpadded base64 of so many bytes, in its only spelling."""
    if not isinstance(value, str) or len(value) > 100:
        return False
    try:
        raw = _bytes_of(value, url_safe=url_safe)
    except ValueError:
        return False
    return len(raw) == length and _text_of(raw, url_safe=url_safe) == value


def _bytes_of(text: str, *, url_safe: bool = False) -> bytes:
    return unb64(text.translate(_FROM_URL) if url_safe else text)


def _text_of(raw: bytes, *, url_safe: bool = False) -> str:
    return b64(raw).translate(_TO_URL) if url_safe else b64(raw)


_FROM_URL, _TO_URL = str.maketrans("-_+/", "+/  "), str.maketrans("+/", "-_")


def unsealed(ciphertext: bytes, picture: Picture) -> bytes:
    """What ``picture`` shows, encoded as its sender did.

    Raises ``AttachmentError``, before anything is decrypted, when this is not what was sent.
    """
    if not hmac.compare_digest(hashlib.sha256(ciphertext).digest(), unb64(picture.sha256)):
        raise AttachmentError
    return _crypted(ciphertext, _bytes_of(picture.key, url_safe=True), unb64(picture.iv))


def sealed(plain: bytes | memoryview) -> tuple[bytes, Picture]:
    """The ciphertext of ``plain`` under a new key, and what opens it once it has an address."""
    key = secrets.token_bytes(KEY_BYTES)
    # Half of it is the counter, which begins at nothing: some count in 64 bits, some in 128.
    iv = secrets.token_bytes(IV_BYTES - COUNTER_BYTES) + bytes(COUNTER_BYTES)
    ciphertext = _crypted(plain, key, iv)
    return ciphertext, Picture(
        url="",
        key=_text_of(key, url_safe=True),
        iv=b64(iv),
        sha256=b64(hashlib.sha256(ciphertext).digest()),
        size=len(plain),
    )


def file_of(picture: Picture) -> dict[str, Any]:
    """``file`` of an m.image, as other clients want it."""
    return {
        "v": "v2",
        "url": picture.url,
        "key": {
            "kty": "oct",
            "alg": "A256CTR",
            "ext": True,
            "key_ops": ["encrypt", "decrypt"],
            "k": picture.key,
        },
        "iv": picture.iv,
        "hashes": {"sha256": picture.sha256},
    }


def _crypted(data: bytes | memoryview, key: bytes, iv: bytes) -> bytes:
    """In counter mode both ways are the same."""
    step = Cipher(algorithms.AES(key), modes.CTR(iv)).encryptor()
    return step.update(data) + step.finalize()
