"""The pages for members and stewards name every word that the bot understands from them."""

from __future__ import annotations

from pathlib import Path

import pytest

from swsmatrix.features import FEATURES
from swsmatrix.features.moving import NO, YES

DOCS = Path(__file__).parents[2] / "docs"


def names(page: str, word: str) -> bool:
    text = (DOCS / page).read_text(encoding="utf-8")
    return f"`{word}`" in text or f"`{word} " in text


@pytest.mark.parametrize("word", sorted({word for one in FEATURES for word in one.direct} - {*YES, *NO}))
def test_members_find_every_word(word: str) -> None:
    assert names("members.md", word)


@pytest.mark.parametrize("word", sorted({word for one in FEATURES for word in one.stewards}))
def test_stewards_find_every_word(word: str) -> None:
    assert names("stewards.md", word)
