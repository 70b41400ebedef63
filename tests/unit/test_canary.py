"""The search for words that may stand nowhere: it finds them in every form that it promises."""

from __future__ import annotations

import base64
import json
import urllib.parse
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from swsmatrix.demo.canary import forms, search

WORD = "Häuschen am See"


@pytest.mark.parametrize(
    "content",
    [
        WORD.encode(),
        WORD.encode("utf-16-le"),
        WORD.encode("utf-16-be"),
        WORD.encode().hex().encode(),
        WORD.encode().hex().upper().encode(),
        urllib.parse.quote(WORD).encode(),
        urllib.parse.urlencode({"q": WORD}).encode(),
        json.dumps({"body": WORD}).encode(),
    ],
)
def test_a_word_is_found_in_the_middle_of_a_file(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "file").write_bytes(b"\x00before" + content + b"after\xff")
    (tmp_path / "other").write_bytes(b"nothing of it")
    result = search([tmp_path], [WORD, "something else"])
    assert result.found == ((WORD, tmp_path / "deep" / "file"),)
    assert result.files == 2


@given(before=st.binary(max_size=7), after=st.binary(max_size=7))
def test_base64_of_it_is_found_whatever_stands_around_it(before: bytes, after: bytes) -> None:
    encoded = base64.b64encode(before + WORD.encode() + after)
    assert any(form in encoded for form in forms(WORD))


def test_a_single_file_can_be_searched(tmp_path: Path) -> None:
    (tmp_path / "log").write_text("a heron on the roof")
    assert search([tmp_path / "log"], ["heron"]).found
    assert not search([tmp_path / "log"], ["herring"]).found
