"""Who is signed: proven chains are; what a server or a stranger makes up is not, and raises nothing."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import nio.crypto
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from swsmatrix.matrix.trust import b64, canonical, identity, unb64, verify
from swsmatrix.protocol import UserId

BEA = UserId("@bea:example.org")
MASTER, SELF_SIGNING, DEVICE, OTHER = (
    Ed25519PrivateKey.from_private_bytes(bytes([n]) * 32) for n in range(4)
)
CURVE = b64(b"c" * 32)


def public(key: Ed25519PrivateKey) -> str:
    return b64(key.public_key().public_bytes_raw())


def sign(obj: dict[str, Any], key: Ed25519PrivateKey, name: str, user: str = BEA) -> dict[str, Any]:
    obj.setdefault("signatures", {}).setdefault(user, {})[f"ed25519:{name}"] = b64(key.sign(canonical(obj)))
    return obj


def key_of(usage: str, key: Ed25519PrivateKey) -> dict[str, Any]:
    return {"user_id": BEA, "usage": [usage], "keys": {f"ed25519:{public(key)}": public(key)}}


def device_of(name: str = "PHONE", user: str = BEA) -> dict[str, Any]:
    return {
        "user_id": user,
        "device_id": name,
        "algorithms": ["m.megolm.v1.aes-sha2"],
        "keys": {f"ed25519:{name}": public(DEVICE), f"curve25519:{name}": CURVE},
    }


def signed(device: dict[str, Any], name: str = "PHONE") -> dict[str, Any]:
    return sign(sign(device, DEVICE, name), SELF_SIGNING, public(SELF_SIGNING))


def body() -> dict[str, Any]:
    """What a server says of bea: one signed device, and one that she never signed."""
    return {
        "master_keys": {BEA: key_of("master", MASTER)},
        "self_signing_keys": {BEA: sign(key_of("self_signing", SELF_SIGNING), MASTER, public(MASTER))},
        "device_keys": {BEA: {"PHONE": signed(device_of()), "NEW": sign(device_of("NEW"), DEVICE, "NEW")}},
    }


def test_a_proven_chain() -> None:
    bea = identity(body(), BEA)
    assert (bea.user, bea.master, bea.signed) == (BEA, public(MASTER), frozenset({"PHONE"}))
    assert bea.vouches("PHONE", public(DEVICE), CURVE)
    assert not bea.vouches("PHONE", public(OTHER), CURVE)
    assert not bea.vouches("PHONE", public(DEVICE), b64(b"d" * 32))


def test_what_is_unsigned_by_design_may_change() -> None:
    said = body()
    said["device_keys"][BEA]["PHONE"]["unsigned"] = {"device_display_name": 1.5}
    assert identity(said, BEA).signed == {"PHONE"}


def test_somebody_else_has_no_part_in_it() -> None:
    assert identity(body(), UserId("@alice:example.org")).master is None


def spoil(change: Callable[[dict[str, Any]], object]) -> dict[str, Any]:
    said = body()
    change(said)
    return said


def device(said: dict[str, Any]) -> dict[str, Any]:
    entry: dict[str, Any] = said["device_keys"][BEA]["PHONE"]
    return entry


def replace(section: str, value: dict[str, Any]) -> Callable[[dict[str, Any]], object]:
    return lambda said: said[section].update({BEA: value})


def put(value: dict[str, Any]) -> Callable[[dict[str, Any]], object]:
    return lambda said: said["device_keys"][BEA].update(PHONE=value)


def chain(usage: list[str]) -> dict[str, Any]:
    return sign({**key_of("self_signing", SELF_SIGNING), "usage": usage}, MASTER, public(MASTER))


def nested(levels: int) -> list[Any]:
    value: list[Any] = []
    for _ in range(levels):
        value = [value]
    return value


BY_OTHER = sign(key_of("self_signing", OTHER), OTHER, public(OTHER))
TWO_KEYS = sign(
    {
        **key_of("self_signing", SELF_SIGNING),
        "keys": {f"ed25519:{public(k)}": public(k) for k in (SELF_SIGNING, OTHER)},
    },
    MASTER,
    public(MASTER),
)
PADDED = device_of() | {"keys": {"ed25519:PHONE": public(DEVICE) + "=", "curve25519:PHONE": CURVE}}


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(replace("self_signing_keys", BY_OTHER), id="self-signing key of somebody else"),
        pytest.param(
            replace("self_signing_keys", key_of("self_signing", SELF_SIGNING)), id="not signed by master"
        ),
        pytest.param(replace("self_signing_keys", chain(["user_signing"])), id="usage lies"),
        pytest.param(replace("self_signing_keys", chain(["self_signing", "master"])), id="two usages"),
        pytest.param(replace("self_signing_keys", TWO_KEYS), id="two keys"),
        pytest.param(replace("master_keys", key_of("master", OTHER)), id="another master key"),
        pytest.param(lambda said: said.pop("self_signing_keys"), id="no self-signing keys"),
        pytest.param(lambda said: device(said).update(algorithms=["other"]), id="changed after signing"),
        pytest.param(
            lambda said: device(said)["signatures"][BEA].pop("ed25519:PHONE"), id="no self-signature"
        ),
        pytest.param(
            lambda said: device(said)["signatures"][BEA].pop(f"ed25519:{public(SELF_SIGNING)}"),
            id="not cross-signed",
        ),
        pytest.param(put(signed(device_of() | {"device_id": "TABLET"})), id="another device's entry"),
        pytest.param(put(signed(device_of(user="@alice:example.org"))), id="another user's entry"),
        pytest.param(put(signed(PADDED)), id="key in another spelling"),
        pytest.param(
            put(signed(device_of() | {"keys": {"ed25519:PHONE": public(DEVICE)}})), id="no curve25519"
        ),
        pytest.param(
            put(sign(sign(device_of(), OTHER, "PHONE"), SELF_SIGNING, public(SELF_SIGNING))), id="not its key"
        ),
        pytest.param(lambda said: device(said).update(extra=1.0), id="float"),
        pytest.param(lambda said: device(said).update(extra=10**30), id="huge integer"),
        pytest.param(lambda said: device(said).update(extra="\ud800"), id="lone surrogate"),
        pytest.param(lambda said: device(said).update({"\udfff": 1}), id="lone surrogate in a key"),
        pytest.param(lambda said: device(said).update(extra=nested(5000)), id="deep"),
    ],
)
def test_not_proven_is_not_signed(change: Callable[[dict[str, Any]], object]) -> None:
    assert identity(spoil(change), BEA).signed == frozenset()


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda said: said["master_keys"][BEA].update(usage=["self_signing"]), id="usage lies"),
        pytest.param(
            lambda said: said["master_keys"][BEA].update(user_id="@alice:example.org"), id="not hers"
        ),
        pytest.param(lambda said: said["master_keys"][BEA]["keys"].update({"ed25519:x": "x"}), id="two keys"),
        pytest.param(
            lambda said: said["master_keys"][BEA].update(keys={"ed25519:x": public(MASTER)}), id="name"
        ),
        pytest.param(
            lambda said: said["master_keys"][BEA].update(
                keys={f"ed25519:{public(MASTER)}=": public(MASTER) + "="}
            ),
            id="another spelling",
        ),
    ],
)
def test_no_sound_master_key_no_identity(change: Callable[[dict[str, Any]], object]) -> None:
    bea = identity(spoil(change), BEA)
    assert (bea.master, bea.signed) == (None, frozenset())


JUNK = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(st.characters())
    | st.just(BEA)
    | st.just("PHONE"),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


def places(value: object, here: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    found = [here]
    if isinstance(value, dict):
        for key, item in value.items():
            found += places(item, (*here, key))
    return found


@given(st.sampled_from(places(body())), JUNK)
def test_junk_anywhere_raises_nothing_and_proves_nothing(place: tuple[str, ...], junk: Any) -> None:
    if not place:
        said = junk
    else:
        said = body()
        target = said
        for key in place[:-1]:
            target = target[key]
        target[place[-1]] = junk
    bea = identity(said, BEA)
    # Whoever is still signed is so by the untouched chain.
    assert bea.signed <= {"PHONE"}
    assert bea.devices <= {("PHONE", public(DEVICE), CURVE)}


@given(JUNK, JUNK)
def test_verify_raises_nothing(obj: Any, key: Any) -> None:
    assert verify(obj, BEA, "ed25519:PHONE", key) is False
    entry = signed(device_of())
    assert verify({**entry, "signatures": obj}, BEA, "ed25519:PHONE", public(DEVICE)) is False


def test_verify_what_the_crypto_library_signs() -> None:
    account = nio.crypto.OlmAccount()
    obj: dict[str, Any] = {"b": "ü\n\u2028", "a": [1, None, True], "signatures": {}, "unsigned": {"x": 1.5}}
    obj["signatures"] = {BEA: {"ed25519:PHONE": account.sign(canonical(obj).decode())}}
    assert verify(obj, BEA, "ed25519:PHONE", account.identity_keys["ed25519"])
    assert not verify(obj, BEA, "ed25519:TABLET", account.identity_keys["ed25519"])
    assert not verify(copy.deepcopy(obj) | {"a": []}, BEA, "ed25519:PHONE", account.identity_keys["ed25519"])


# Matrix appendices, "Cryptographic test vectors".
VECTOR_SEED = "YJDBA9Xnr2sVqXD9Vj7XVUnmFZcZrlw8Md7kMW+3XA1"
VECTOR_SIGNATURE = "K8280/U9SSy9IVtjBuVeLr+HpOB4BQFWbg+UZaADMtTdGYI7Geitb76LTrr5QV/7Xg4ahLwYGYZzuHGZKM5ZAQ"


def test_the_specifications_vector() -> None:
    key = Ed25519PrivateKey.from_private_bytes(unb64(VECTOR_SEED))
    assert b64(key.sign(canonical({}))) == VECTOR_SIGNATURE


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"b": "2", "a": "1"}, '{"a":"1","b":"2"}'),
        ({"one": 1, "two": "Two", "signatures": {}, "unsigned": 1}, '{"one":1,"two":"Two"}'),
        ({"a": "日本語"}, '{"a":"日本語"}'),
        ({"日": 1, "本": 2}, '{"日":1,"本":2}'),
        ({"a": '\u65e5\x00\x1f\x7f"\\\n'}, '{"a":"日\\u0000\\u001f\x7f\\"\\\\\\n"}'),
        (
            {"a": None, "c": [True, {"b": -0, "a": 2**53 - 1}]},
            '{"a":null,"c":[true,{"a":9007199254740991,"b":0}]}',
        ),
        ({"\U0001f40e": 1, "\uffff": 2}, '{"\uffff":2,"\U0001f40e":1}'),  # by code point, not by UTF-16
    ],
)
def test_canonical(value: dict[str, Any], expected: str) -> None:
    assert canonical(value).decode() == expected


@pytest.mark.parametrize(
    "value", [1.0, 2**53, -(2**53), float("nan"), {1: 2}, "\ud800", {"\ud800": 1}, b"", (1,)]
)
def test_canonical_forbids(value: object) -> None:
    with pytest.raises(ValueError):
        canonical({"a": [value]})


@pytest.mark.parametrize("text", ["a", "YQ*", "YQ-_", "YWJj****", "ÿÿÿÿ", "Y Q", "YQ\n"])
def test_not_base64(text: str) -> None:
    with pytest.raises(ValueError):
        unb64(text)
