"""Addresses on the internet: links, host names, e-mail, Matrix ids."""

from __future__ import annotations

import re
from collections.abc import Iterator

from swsmatrix.detecting.reading import Reading
from swsmatrix.domains import HOST, LABEL, host_end

Span = tuple[int, int]

_SCHEME_NAME = re.compile(r"(?:[a-z][a-z0-9+.-]{1,15}|h\*\*ps?)\Z")
_LINK = re.compile(r"[^\s<>\"]+")
_AT = re.compile(r"@|[(\[{<] {0,2}(?:at|@|arroba) {0,2}[)\]}>]")
_SAID_AT = re.compile(r" at (?=[\w-]{1,63}(?: dot |\W{1,3}dot\W))")
_LOCAL = re.compile(r"[\w.+%'-]{0,63}[^\W_]")  # of the text turned round, as it ends at the sign
_ANY_ENDING = re.compile(r"[\w-]{1,63}(?:\.[\w-]{1,63}){0,8}\.[^\W\d_]{2,24}(?![\w-])")
_DOT = re.compile(r"\.(?=[^\W_])|[(\[{<]\s?(?:\.|dot|punto|punkt|point|ponto)\s?[)\]}>]")
_ANY_DOT = re.compile(_DOT.pattern + "| dot ")
_LABEL = re.compile(LABEL)
_MATRIX_NAME = re.compile(r"[@#!$+][^\s:@#]{1,255}:\Z")
_REST = re.compile(r"(?::\d{1,5})?(?:[/?#][^\s<>\"]*)?")


def schemes(text: Reading) -> Iterator[Span]:
    """Addresses that begin with a scheme (``hxxp`` and the like included) or with ``www.``."""
    view = text.view
    if "//" not in view and "www." not in text.lower:
        return
    at = 0
    for start, end in sorted(_marks(text.lower)):
        if start < at or view[start] == "\n":
            continue
        begin = start
        if view[end - 1] == "/":
            name = _SCHEME_NAME.search(text.lower, max(at, start - 16), start)
            if not name:
                continue
            begin = name.start()
        elif start and (view[start - 1].isalnum() or view[start - 1] in "_-"):
            continue
        rest = _LINK.match(view, end)
        whole = trimmed(view, begin, rest.end()) if rest else 0
        if whole > end:
            yield begin, whole
            at = whole


def _marks(lower: str) -> Iterator[Span]:
    """Where ``://``, ``[:]//`` and ``www.`` stand."""
    at = lower.find("//")
    while at >= 0:
        for colon in (":", "[:]"):
            if lower.startswith(colon, at - len(colon)):
                yield at - len(colon), at + 2
                break
        at = lower.find("//", at + 1)
    at = lower.find("www.")
    while at >= 0:
        yield at, at + 4
        at = lower.find("www.", at + 1)


def emails(text: Reading) -> Iterator[Span]:
    """E-mail addresses, ``(at)`` and ``(dot)`` included."""
    view = text.view
    signs = list(_AT.finditer(text.lower)) if "@" in view or "at" in text.words else []
    if " at " in text.lower and "dot" in text.words:
        signs = sorted([*signs, *_SAID_AT.finditer(text.lower)], key=lambda sign: sign.start())
    at = 0
    for sign in signs:
        plain = sign[0] == "@"
        if (
            plain
            and view[sign.start() - 1 : sign.start()] == " "
            and view[sign.end() : sign.end() + 1] != " "
        ):
            continue  # "insta @jane.doe"
        local_end, host = _beside(view, sign.span(), 1 if plain else 0 if sign[0] == " at " else 2)
        local = _LOCAL.match(view[max(at, local_end - 64) : local_end][::-1])
        if sign.start() < at or not local or not view[host : host + 1].isalnum():
            continue
        end = host_end(view, host) or 0
        anything = _ANY_ENDING.match(view, host) if plain else None
        end = max(end, anything.end() if anything else 0)
        if end:
            yield local_end - local.end(), end
            at = end


def _beside(view: str, sign: Span, most: int) -> Span:
    """Where the part before a sign ends and that after it begins, with up to ``most`` spaces on each side."""
    before, after = sign
    while before > max(0, sign[0] - most) and view[before - 1] == " ":
        before -= 1
    while after < sign[1] + most and view[after : after + 1] == " ":
        after += 1
    return before, after


def hosts(text: Reading) -> Iterator[Span]:
    """Host names with what follows them, and Matrix names (``@user:host``, ``#room:host``)."""
    view = text.view
    at = 0
    for dot in (_ANY_DOT if "dot" in text.words else _DOT).finditer(text.lower):
        if dot.start() < at:
            continue
        before = dot.start() - (dot[0] != "." and view[dot.start() - 1 : dot.start()].isspace())
        label = _LABEL.match(view[max(at, before - 63) : before][::-1])
        if not label:
            continue
        start = before - label.end()
        name = HOST.match(view, start)
        if not name:
            continue
        end = host_end(view, start)
        if end is None:
            at = name.end()
            continue
        if (
            start
            and view[start - 1] == ":"
            and (matrix := _MATRIX_NAME.search(view, max(at, start - 257), start))
        ):
            start = matrix.start()
        start -= start > at and view[start - 1] == "@"
        rest = _REST.match(view, end)
        at = max(end, trimmed(view, end, rest.end())) if rest else end
        yield start, at


def trimmed(view: str, start: int, end: int) -> int:
    """The end of an address without the punctuation of the sentence around it."""
    while end > start and view[end - 1] in ".,;:!?'*_…»”’)]}":
        if view[end - 1] == ")" and "(" in view[start:end]:
            break
        end -= 1
    return end
