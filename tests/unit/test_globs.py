"""Patterns of policy lists: what fits, and that none takes long."""

from __future__ import annotations

import fnmatch
import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from swsmatrix.globs import fits

SOME = st.text("ab*?", max_size=8)


@pytest.mark.parametrize(
    ("pattern", "text", "fit"),
    [
        ("@bea:example.org", "@bea:example.org", True),
        ("@bea:example.org", "@beate:example.org", False),
        ("@*:example.org", "@bea:example.org", True),
        ("@*:example.org", "@bea:example.com", False),
        ("@b?a:*", "@bea:example.org", True),
        ("@[a-c]ea:*", "@bea:example.org", False),  # not a pattern here
        ("*", "", True),
        ("?", "", False),
        ("", "", True),
        ("", "a", False),
        ("@BEA:*", "@bea:example.org", False),
    ],
)
def test_what_fits(pattern: str, text: str, fit: bool) -> None:
    assert fits(pattern, text) is fit


@given(SOME, st.text("ab", max_size=10))
def test_as_others_understand_them(pattern: str, text: str) -> None:
    assert fits(pattern, text) is bool(re.fullmatch(fnmatch.translate(pattern), text))


def test_none_takes_long() -> None:
    began = time.process_time()
    for pattern in ("*a" * 127 + "b", "a*" * 127, "*" * 255, "?*" * 127 + "b"):
        assert fits(pattern, "a" * 255) is pattern.endswith("*")
    assert time.process_time() - began < 0.5
