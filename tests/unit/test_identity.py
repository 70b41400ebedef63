"""What ``swsmatrix identity`` prints."""

from __future__ import annotations

import pytest

from swsmatrix.identity import Identity, fours


def test_it_is_read_in_groups_of_four() -> None:
    assert fours("abcdefghij") == "abcd efgh ij"
    assert fours("") == ""


@pytest.mark.parametrize(("signed", "said"), [(True, "yes"), (False, "not yet: `swsmatrix run` does it")])
def test_one_thing_a_line(signed: bool, said: str) -> None:
    found = Identity("@porch:example.org", "LANTERN", "abcdefgh", "ijklmnop", signed)
    assert str(found).splitlines() == [
        "user          @porch:example.org",
        "device        LANTERN",
        "device key    abcd efgh",
        "master key    ijkl mnop",
        f"device signed {said}",
    ]
