"""Names of accounts: with an @, after the name of a platform, or written as only such names are."""

from __future__ import annotations

import re
from collections.abc import Iterator

from swsmatrix.detecting import vocabulary
from swsmatrix.detecting.reading import Reading, apart, before

Span = tuple[int, int]

_NOBODY = frozenset(vocabulary.NOBODY)
_PLATFORMS = frozenset(vocabulary.PLATFORMS)
_SAID = re.compile(
    r"(?:\s?(?:user ?name|user|name|handle|account|id|nick|is|as|unter|als|heißt|er|sie|konto|compte"
    r"|cuenta|号"
    r"|ник|nick|pseudo)(?!\w)){0,3}\s?[:=：]?\s?[\"'`]?(?P<name>[^\W_](?:[\w.-]{1,40}\w))"
)
# A sign first, what must not stand before it second: so they are looked for by the sign alone.
_AT = re.compile(r"@(?<![\w.@]@)(\w(?:[\w.-]{0,40}\w)?)(?![\w@])")
_SLASHED = re.compile(r"u/(?<![\w.]u/)(?<!\w/u/)[\w-]{3,30}")
_DOLLAR = re.compile(r"\$(?<![\w$]\$)[^\W\d_][\w-]{3,30}")
_NUMBER = re.compile(r"#\d{4}(?!\w)")
_NUMBERED = re.compile(r"\w{1,31}[^\W_](?!\w)")  # turned round
_BEFORE_LINE = re.compile(r"[^\W_](?:[\w.]{0,29}[^\W_])?(?![\w#@/-])")  # turned round
_AFTER_LINE = re.compile(r"_[\w.]{1,40}(?<![_.])(?!\w)")


def names(text: Reading) -> Iterator[Span]:
    """``@name``, ``u/name``, ``$name``, ``name#1234``, ``some_name``, and what follows a platform's name."""
    view = text.view
    spans: list[Span] = []
    if "@" in view:
        spans += [found.span() for found in _AT.finditer(view) if _somebody(found[1])]
    for sign, look in (("u/", _SLASHED), ("$", _DOLLAR)):
        if sign in view:
            spans += [found.span() for found in look.finditer(view)]
    for found in _NUMBER.finditer(view) if "#" in view else ():
        if name := before(view, _NUMBERED, found.start(), 33):
            spans.append((found.start() - name, found.end()))
    spans += _underlined(view)
    for _, end in text.places(_PLATFORMS):
        named = _SAID.match(view, end)
        if named and _looks_made_up(named["name"]):
            spans.append(named.span("name"))
    return apart(spans)


def _underlined(view: str) -> Iterator[Span]:
    at = view.find("_")
    while at >= 0:
        name = before(view, _BEFORE_LINE, at, 32)
        after = _AFTER_LINE.match(view, at)
        if name and after:
            yield at - name, after.end()
        at = view.find("_", after.end() if after else at + 1)


def _looks_made_up(name: str) -> bool:
    return not name[0].isdigit() and any(sign.isdigit() or sign in "_." for sign in name)


def _somebody(name: str) -> bool:
    return len(name) >= 3 and name.casefold() not in _NOBODY and not name[0].isdigit()
