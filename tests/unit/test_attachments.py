"""Encrypted attachments: taken only as the specification wants them, opened only when they are whole."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from nio.crypto.attachments import decrypt_attachment, encrypt_attachment

from swsmatrix.matrix import attachments
from swsmatrix.matrix.attachments import AttachmentError, file_of, picture_in, sealed, unsealed, where
from swsmatrix.matrix.trust import unb64

URL = "mxc://example.org/LampInTheWindow-_1"
PLAIN = b"the side door " * 100


def content() -> dict[str, Any]:
    """An m.image as other clients send it."""
    _, keys = encrypt_attachment(PLAIN)
    return {
        "msgtype": "m.image",
        "body": "tea",
        "file": {**keys, "url": URL, "mimetype": "image/jpeg"},
        "info": {"size": len(PLAIN), "mimetype": "image/jpeg"},
    }


def test_what_others_seal_is_opened() -> None:
    ciphertext, keys = encrypt_attachment(PLAIN)
    picture = picture_in({"file": {**keys, "url": URL}, "info": {"size": 7}})
    assert picture
    assert (picture.url, picture.size) == (URL, 7)
    assert unsealed(ciphertext, picture) == PLAIN


def test_what_is_sealed_others_open() -> None:
    ciphertext, picture = sealed(PLAIN)
    file = file_of(replace(picture, url=URL))
    assert decrypt_attachment(ciphertext, file["key"]["k"], file["hashes"]["sha256"], file["iv"]) == PLAIN
    assert PLAIN[:20] not in ciphertext
    assert picture_in({"file": file, "info": {"size": picture.size}}) == replace(picture, url=URL)
    assert picture.size == len(PLAIN)


def test_every_time_with_another_key() -> None:
    pictures = [sealed(PLAIN)[1] for _ in range(5)]
    for field in ("key", "iv", "sha256"):
        assert len({getattr(one, field) for one in pictures}) == 5
    # Counting begins at nothing: some clients count in 64 bits, some in 128.
    assert all(unb64(one.iv)[8:] == bytes(8) for one in pictures)


@pytest.mark.parametrize("at", [0, 700, -1])
def test_what_was_changed_on_its_way_is_not_decrypted(at: int, monkeypatch: pytest.MonkeyPatch) -> None:
    ciphertext, picture = sealed(PLAIN)
    changed = bytearray(ciphertext)
    changed[at] ^= 1
    monkeypatch.setattr(attachments, "_crypted", lambda *_: pytest.fail("decrypted"))
    for other in (bytes(changed), ciphertext[:-1], ciphertext + b"\0", b""):
        with pytest.raises(AttachmentError):
            unsealed(other, picture)


B32, B16 = "A" * 43, "A" * 22

BROKEN: dict[str, Callable[[dict[str, Any]], object]] = {
    "no file": lambda c: c.pop("file"),
    "cleartext": lambda c: c.update(file=None, url=URL),
    "a list": lambda c: c.update(file=[c["file"]]),
    "no version": lambda c: c["file"].pop("v"),
    "an old version": lambda c: c["file"].update(v="v1"),
    "no key": lambda c: c["file"].pop("key"),
    "a key that is a word": lambda c: c["file"].update(key=B32),
    "another kind of key": lambda c: c["file"]["key"].update(kty="RSA"),
    "another method": lambda c: c["file"]["key"].update(alg="A128CTR"),
    "no method": lambda c: c["file"]["key"].pop("alg"),
    "a key not to be taken out": lambda c: c["file"]["key"].update(ext=False),
    "ext as a word": lambda c: c["file"]["key"].update(ext="true"),
    "a key to encrypt only": lambda c: c["file"]["key"].update(key_ops=["encrypt"]),
    "no uses": lambda c: c["file"]["key"].pop("key_ops"),
    "a short key": lambda c: c["file"]["key"].update(k="A" * 22),
    "a long key": lambda c: c["file"]["key"].update(k="A" * 86),
    "a padded key": lambda c: c["file"]["key"].update(k=B32 + "="),
    "a key in the other base64": lambda c: c["file"]["key"].update(k="+/" + "A" * 41),
    "another spelling of a key": lambda c: c["file"]["key"].update(k="A" * 42 + "B"),
    "a key in parts": lambda c: c["file"]["key"].update(k="A" * 20 + " " + "A" * 23),
    "a number as a key": lambda c: c["file"]["key"].update(k=5),
    "no vector": lambda c: c["file"].pop("iv"),
    "a short vector": lambda c: c["file"].update(iv="A" * 11),
    "a vector for the web": lambda c: c["file"].update(iv="-_" + "A" * 20),
    "no hash": lambda c: c["file"].pop("hashes"),
    "another hash": lambda c: c["file"].update(hashes={"sha1": B32}),
    "a short hash": lambda c: c["file"].update(hashes={"sha256": B16}),
    "half a character": lambda c: c["file"].update(iv="\ud800" * 22),
    "no address": lambda c: c["file"].pop("url"),
    "an address of the web": lambda c: c["file"].update(url="https://example.org/a.jpg"),
}


def test_as_it_should_be_it_is_taken() -> None:
    assert picture_in(content())


@pytest.mark.parametrize("how", BROKEN)
def test_what_is_not_as_it_should_be_is_not_taken(how: str) -> None:
    other = copy.deepcopy(content())
    BROKEN[how](other)
    assert picture_in(other) is None


@pytest.mark.parametrize("size", [None, -1, 0, "7", True, 1.5, 2**60, [7]])
def test_a_size_that_is_none_is_unknown(size: object) -> None:
    found = picture_in({**content(), "info": {"size": size}})
    assert found
    assert found.size == 0


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        (URL, ("example.org", "LampInTheWindow-_1")),
        ("mxc://example.org:8448/abc", ("example.org:8448", "abc")),
        ("mxc://1.2.3.4/abc", ("1.2.3.4", "abc")),
        ("mxc://[1234:5678::abcd]:8448/abc", ("[1234:5678::abcd]:8448", "abc")),
        ("mxc://localhost/a", ("localhost", "a")),
        ("mxc://../../whoami", None),
        ("mxc://../whoami", None),
        ("mxc://./abc", None),
        ("mxc://example.org/..", None),
        ("mxc://example.org/a/b", None),
        ("mxc://example.org/a%2Fb", None),
        ("mxc://example.org/a?b=c", None),
        ("mxc://example.org/a#b", None),
        ("mxc://example.org/", None),
        ("mxc://example.org", None),
        ("mxc:///abc", None),
        ("mxc://user@example.org/abc", None),
        ("mxc://example.org\\evil/abc", None),
        ("mxc://example.org/a\n", None),
        ("mxc://example.org/ä", None),
        ("mxc://exämple.org/a", None),
        ("mxc://example.org/" + "a" * 256, None),
        ("mxc://" + "a" * 300 + "/a", None),
        ("MXC://example.org/abc", None),
        ("http://example.org/abc", None),
        ("file:///etc/passwd", None),
        ("", None),
    ],
)
def test_an_address_is_a_server_and_a_name(url: str, expected: tuple[str, str] | None) -> None:
    assert where(url) == expected
