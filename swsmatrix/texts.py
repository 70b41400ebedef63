"""Every sentence that people read, from the catalogue ``locales/en.toml``.

A new language is a new file with the same keys; what it lacks falls back to English.
"""

from __future__ import annotations

import tomllib
from datetime import datetime
from functools import cache
from importlib import resources
from zoneinfo import ZoneInfo

from swsmatrix.protocol import Millis

LANGUAGE = "en"


@cache
def catalogue(language: str = LANGUAGE) -> dict[str, str]:
    """All sentences of a language, by dotted key."""
    source = (resources.files("swsmatrix") / "locales" / f"{language}.toml").read_text(encoding="utf-8")
    found: dict[str, str] = {}
    for section, sentences in tomllib.loads(source).items():
        for key, sentence in sentences.items():
            found[f"{section}.{key}"] = sentence.strip("\n")
    return found


def text(key: str, **values: object) -> str:
    """The sentence ``key`` with its gaps filled. ``KeyError`` for an unknown key or a gap left open."""
    sentence = catalogue()[key]
    # Members' words may hold braces: they are only ever filled in, never read as a pattern.
    return sentence.format_map(values)


def moment(at: Millis, zone: ZoneInfo) -> str:
    """A time as people read it, its zone named: ``Sat 21 Nov 2026, 03:40 EST``."""
    return datetime.fromtimestamp(at / 1000, zone).strftime("%a %-d %b %Y, %H:%M %Z")


def listed(words: tuple[str, ...], last: str = "or") -> str:
    """``a``, ``a or b``, ``a, b or c``."""
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} {last} {words[-1]}"
