import base64
import os
from pathlib import Path

import pytest

from swsmatrix import keys
from swsmatrix.errors import KeyStoreError, SettingsError

ROOT = bytes(range(32))


def _file(folder: Path, text: bytes, mode: int = 0o600) -> Path:
    path = folder / "data.key"
    path.write_bytes(text)
    path.chmod(mode)
    return path


@pytest.mark.parametrize("end", [b"", b"\n", b"\r\n"])
def test_a_key_is_read_with_or_without_a_line_break(tmp_path: Path, end: bytes) -> None:
    assert keys.read_root_key(_file(tmp_path, base64.b64encode(ROOT) + end)) == ROOT


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"kind words instead of a key",
        base64.b64encode(bytes(31)),
        base64.b64encode(bytes(33)),
        base64.b64encode(ROOT)[:-1],
        base64.b64encode(ROOT).replace(b"A", b"A\n", 1),
        base64.b64encode(ROOT) * 2,
        ROOT,
    ],
)
def test_a_malformed_key_is_refused_without_showing_it(tmp_path: Path, text: bytes) -> None:
    with pytest.raises(KeyStoreError, match="must hold 32 bytes in base64") as caught:
        keys.read_root_key(_file(tmp_path, text))
    assert not text.strip() or text.decode("latin-1") not in str(caught.value)
    assert caught.value.code == 3


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o601])
def test_a_key_that_others_can_reach_is_refused(tmp_path: Path, mode: int) -> None:
    path = _file(tmp_path, base64.b64encode(ROOT), mode)
    with pytest.raises(KeyStoreError, match=f"chmod 600 {path}"):
        keys.read_root_key(path)


def test_a_missing_key_is_named(tmp_path: Path) -> None:
    with pytest.raises(KeyStoreError, match=f"{tmp_path}/none is missing"):
        keys.read_root_key(tmp_path / "none")


def test_a_folder_is_no_key(tmp_path: Path) -> None:
    with pytest.raises(KeyStoreError, match="cannot be read"):
        keys.read_root_key(tmp_path)


# Made with: openssl kdf -keylen 32 -kdfopt digest:SHA2-256 -kdfopt hexkey:<root> -kdfopt info:<label> HKDF
@pytest.mark.parametrize(
    ("label", "expected"),
    [
        (keys.BOT_DATABASE, "80053d2962b856dd34e1d2f058fb4d44249fdfbdb67b3754617238b4e2aee689"),
        (keys.NIO_DATABASE, "c1754480f44016e91c1f3561521d52bbd6d3259558de823c06a8ddb84765902e"),
        (keys.NIO_PICKLES, "2a3f3dda0108eb2be7c4b310f7e5f8aacae1abb5b22c1b00881b188f6ed68d1a"),
        (keys.IDS, "ed728ced23f46f84a9758edfca5d2904526950a59bd84c3066f507811238ddaa"),
    ],
)
def test_derived_keys_never_change(label: str, expected: str) -> None:
    assert keys.derive(ROOT, label).hex() == expected


def test_a_new_key_file_is_private_random_and_never_replaced(tmp_path: Path) -> None:
    old = os.umask(0)
    try:
        keys.new_key_file(tmp_path / "a")
        keys.new_key_file(tmp_path / "b")
    finally:
        os.umask(old)
    assert (tmp_path / "a").stat().st_mode & 0o777 == 0o600
    first = keys.read_root_key(tmp_path / "a")
    assert first != keys.read_root_key(tmp_path / "b")
    with pytest.raises(FileExistsError):
        keys.new_key_file(tmp_path / "a")
    assert keys.read_root_key(tmp_path / "a") == first


def test_a_password_is_read_as_it_is_but_for_the_last_line_break(tmp_path: Path) -> None:
    path = _file(tmp_path, b" two words \n")
    assert keys.read_password(path) == " two words "


@pytest.mark.parametrize(("text", "match"), [(b"\n", "is empty"), (b"\xff\xfe", "cannot be read")])
def test_a_useless_password_file_is_named(tmp_path: Path, text: bytes, match: str) -> None:
    with pytest.raises(SettingsError, match=f"password_file: {tmp_path}/data.key {match}"):
        keys.read_password(_file(tmp_path, text))


def test_a_missing_password_file_is_a_wrong_setting(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"password_file: .* is missing") as caught:
        keys.read_password(tmp_path / "none")
    assert caught.value.code == 2
