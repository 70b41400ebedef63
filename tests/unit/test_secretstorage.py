"""Secret storage: the format that other clients read, and the file that is written once."""

# ruff: noqa: ASYNC240 - a test may wait for the disk

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from swsmatrix.matrix import secretstorage
from swsmatrix.matrix.http import Answer, UnreachableError
from swsmatrix.matrix.secretstorage import (
    IdentityError,
    decode_recovery_key,
    decrypt,
    encode_recovery_key,
    encrypt,
    ensure_stored,
    load,
)
from swsmatrix.matrix.trust import b64
from tests.memory_vault import MemoryVault

KEY = bytes(range(32))
TEXTS = {"m.cross_signing.master": "kind", "m.cross_signing.self_signing": "words"}


class Account:
    """An account's data on a server that is reached ``reachable`` more times."""

    user_id = "@porch:example.org"

    def __init__(self) -> None:
        self.data: dict[str, Any] = {}
        self.asked: list[str] = []
        self.reachable = 1000

    async def ask(self, client: object, method: str, path: str, body: object | None = None) -> Answer:
        kind = path.rpartition("/")[2]
        self.asked.append(f"{method} {kind}")
        if len(self.asked) > self.reachable:
            raise UnreachableError("no")
        if method == "PUT":
            self.data[kind] = body
            return Answer(200, {})
        return Answer(200, self.data[kind]) if kind in self.data else Answer(404, {"errcode": "M_NOT_FOUND"})


@pytest.fixture
def account(monkeypatch: pytest.MonkeyPatch) -> Account:
    account = Account()
    monkeypatch.setattr(secretstorage, "ask", account.ask)
    return account


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "secrets" / "recovery"


# ---- The format -----------------------------------------------------------------------------------


def test_what_another_implementation_wrote() -> None:
    stored = {
        "iv": "ZGVmZ2hpamtsbW5vcHFycw",
        "ciphertext": "V62lpdmtL344vv8",
        "mac": "IRTBxL/To6dXz1eoiBnZ4QaAw2rzdfWP2XNZluGS64I",
    }
    assert decrypt(KEY, "m.cross_signing.master", stored) == b"a kind word"
    assert encrypt(KEY, "m.cross_signing.master", b"a kind word", bytes(range(100, 116))) == stored


def test_the_proof_of_a_key_is_its_mac_over_zeros() -> None:
    assert (
        encrypt(KEY, "", bytes(32), bytes(range(100, 116)))["mac"]
        == "vYgQVpdK58iz0YmEq2oJZ9VVGPAzYwKn2MYF4C4PvWI"
    )


@pytest.mark.parametrize("field", ["ciphertext", "mac"])
def test_a_changed_secret_is_not_opened(field: str) -> None:
    stored = encrypt(KEY, "name", b"a kind word")
    for changed in (stored | {field: b64(b"x" * 32)}, stored | {field: "***"}):
        with pytest.raises(ValueError):
            decrypt(KEY, "name", changed)


def test_another_key_or_name_opens_nothing() -> None:
    stored = encrypt(KEY, "name", b"a kind word")
    with pytest.raises(ValueError):
        decrypt(KEY[::-1], "name", stored)
    with pytest.raises(ValueError):
        decrypt(KEY, "other", stored)


def test_every_secret_has_its_own_iv_without_bit_63(monkeypatch: pytest.MonkeyPatch) -> None:
    assert encrypt(KEY, "name", b"")["iv"] != encrypt(KEY, "name", b"")["iv"]
    monkeypatch.setattr("secrets.token_bytes", lambda size: b"\xff" * size)
    assert encrypt(KEY, "name", b"")["iv"] == b64(b"\xff" * 8 + b"\x7f" + b"\xff" * 7)


# ---- The recovery key ------------------------------------------------------------------------------

# The private key of RFC 7748, section 6.1, as other implementations write it.
KNOWN = bytes.fromhex("77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a")
KNOWN_TEXT = "EsTc LW2K PGiF wKEA 3As5 g5c4 BXwk qeeJ ZJV8 Q9fu gUMN UE4d"


def test_a_known_recovery_key() -> None:
    assert encode_recovery_key(KNOWN) == KNOWN_TEXT
    assert decode_recovery_key(f"\n {KNOWN_TEXT.replace(' ', '')}\n") == KNOWN


@given(st.binary(min_size=32, max_size=32))
def test_recovery_keys_come_back(key: bytes) -> None:
    assert decode_recovery_key(encode_recovery_key(key)) == key


@pytest.mark.parametrize(
    "text",
    [
        "",
        "E",
        KNOWN_TEXT[:-1],
        KNOWN_TEXT[:-1] + "e",
        KNOWN_TEXT.replace("TcLW", "TcLX").replace("LW2K", "LX2K"),
        KNOWN_TEXT + "1",
        "z" * 48,
        "z" * 10_000,
        "0OIl",
        "кind",
    ],
)
def test_no_recovery_key(text: str) -> None:
    with pytest.raises(ValueError):
        decode_recovery_key(text)


# ---- Storing, and after a crash ---------------------------------------------------------------------


async def test_stored_and_loaded(account: Account, file: Path) -> None:
    vault = MemoryVault()
    await ensure_stored(account, vault, file, TEXTS)
    assert "kind" not in str(account.data)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    assert os.listdir(file.parent) == ["recovery"]
    empty = MemoryVault()
    assert await load(account, empty, file, *TEXTS) == list(TEXTS.values())
    # Whoever loaded it holds the same key, and stores nothing again.
    account.asked.clear()
    await ensure_stored(account, empty, file, TEXTS)
    assert account.asked == ["GET m.secret_storage.default_key"]


async def test_the_file_is_there_before_the_server_hears_of_the_key(account: Account, file: Path) -> None:
    account.reachable = 1
    with pytest.raises(UnreachableError):
        await ensure_stored(account, MemoryVault(), file, TEXTS)
    assert account.data == {}
    assert decode_recovery_key(file.read_text())


@pytest.mark.parametrize("reachable", range(5))
async def test_interrupted_anywhere_it_ends_with_one_key(
    account: Account, file: Path, reachable: int
) -> None:
    vault = MemoryVault()
    account.reachable = reachable
    with pytest.raises(UnreachableError):
        await ensure_stored(account, vault, file, TEXTS)
    account.reachable = 1000
    await ensure_stored(account, vault, file, TEXTS)
    keys = [kind for kind in account.data if kind.startswith("m.secret_storage.key.")]
    assert keys == ["m.secret_storage.key." + account.data["m.secret_storage.default_key"]["key"]]
    assert await load(account, MemoryVault(), file, *TEXTS) == list(TEXTS.values())


async def test_a_lost_vault_takes_the_key_of_the_file(account: Account, file: Path) -> None:
    file.parent.mkdir()
    file.write_text(KNOWN_TEXT)
    await ensure_stored(account, MemoryVault(), file, TEXTS)
    assert file.read_text() == KNOWN_TEXT
    assert await load(account, MemoryVault(), file, *TEXTS) == list(TEXTS.values())


async def test_the_file_is_written_once(account: Account, file: Path) -> None:
    vault = MemoryVault()
    await ensure_stored(account, vault, file, TEXTS)
    file.unlink()
    await ensure_stored(account, vault, file, TEXTS)
    account.data.clear()  # and even when the server forgot
    await ensure_stored(account, vault, file, TEXTS)
    assert not file.exists()
    assert set(TEXTS) < set(account.data)


async def test_a_storage_that_people_replaced_is_left_alone(account: Account, file: Path) -> None:
    vault = MemoryVault()
    await ensure_stored(account, vault, file, TEXTS)
    account.data["m.secret_storage.default_key"] = {"key": "theirs"}
    await ensure_stored(account, vault, file, TEXTS)
    assert account.data["m.secret_storage.default_key"] == {"key": "theirs"}


async def test_a_file_of_something_else_is_never_overwritten(account: Account, file: Path) -> None:
    vault = MemoryVault()
    account.reachable = 1
    with pytest.raises(UnreachableError):
        await ensure_stored(account, vault, file, TEXTS)
    account.reachable = 1000
    for text in (KNOWN_TEXT, "shopping list", "Köln"):
        file.write_text(text)
        with pytest.raises(IdentityError, match="recovery_key_file"):
            await ensure_stored(account, vault, file, TEXTS)
        assert file.read_text() == text
    assert account.data == {}


async def test_a_file_that_cannot_be_written(account: Account, file: Path) -> None:
    file.parent.parent.joinpath("secrets").write_text("a file where a folder belongs")
    with pytest.raises(IdentityError, match="recovery_key_file"):
        await ensure_stored(account, MemoryVault(), file, TEXTS)
    assert account.data == {}


async def test_what_a_crash_left_of_the_file_is_replaced(account: Account, file: Path) -> None:
    file.parent.mkdir()
    file.with_name(".recovery.new").write_text("EsTc")
    await ensure_stored(account, MemoryVault(), file, TEXTS)
    assert os.listdir(file.parent) == ["recovery"]


async def test_no_file_no_secrets(account: Account, file: Path) -> None:
    assert await load(account, MemoryVault(), file, *TEXTS) is None


async def test_the_wrong_recovery_key(account: Account, file: Path) -> None:
    await ensure_stored(account, MemoryVault(), file, TEXTS)
    file.write_text(KNOWN_TEXT)
    with pytest.raises(IdentityError, match="not the one"):
        await load(account, MemoryVault(), file, *TEXTS)


@pytest.mark.parametrize("kind", ["m.secret_storage.default_key", "m.cross_signing.master"])
@pytest.mark.parametrize(
    "junk", [None, {}, {"key": 5}, {"key": []}, {"encrypted": []}, {"encrypted": {"x": 1}}]
)
async def test_what_the_server_lost_or_changed(
    account: Account, file: Path, kind: str, junk: dict[str, Any] | None
) -> None:
    await ensure_stored(account, MemoryVault(), file, TEXTS)
    account.data.pop(kind)
    if junk is not None:
        account.data[kind] = junk
    vault = MemoryVault()
    with pytest.raises(IdentityError):
        await load(account, vault, file, *TEXTS)
    assert vault.values == {}
