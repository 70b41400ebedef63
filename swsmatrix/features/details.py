"""What in a post identifies somebody, and the post without it."""

from __future__ import annotations

from swsmatrix import identifying, texts
from swsmatrix.hashtags import without_tags

_GONE = tuple(f"kind.{kind.name.lower()}_gone" for kind in identifying.Kind)


def found(text: str) -> tuple[identifying.Finding, ...]:
    """What identifies somebody, in what would be shown and in what was written: a tag can hide a number."""
    return identifying.find(without_tags(text)) or identifying.find(text)


def struck(text: str) -> str:
    """``text`` without what identifies somebody."""
    words = dict(zip(identifying.Kind, map(texts.text, _GONE), strict=True))
    return identifying.strike(text, identifying.find(text), words)


def were_struck(text: str) -> bool:
    """Whether something was struck out of ``text``."""
    return any(texts.text(key) in text for key in _GONE)
