"""The pages for members and stewards name every hashtag, and every word that the bot understands."""

from __future__ import annotations

from pathlib import Path

import pytest

from swsmatrix import texts
from swsmatrix.features import FEATURES, TAGS
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


@pytest.mark.parametrize("tag", sorted(one.tag.value for one in TAGS))
def test_members_find_every_hashtag(tag: str) -> None:
    assert f"#{tag}" in (DOCS / "members.md").read_text(encoding="utf-8")
    assert f"`#{tag}`" in (DOCS.parent / "README.md").read_text(encoding="utf-8")
    assert f"`#{tag}`" in texts.catalogue()["direct.help"]
