"""Addresses on the internet: which dotted words are host names, and where addresses stand. Pure.

The endings are those of countries (ISO 3166-1 and the few others that the root zone has) and the general
ones that people meet; endings that are file types or everyday words and hardly used are left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

Span = tuple[int, int]

_COUNTRIES = """
ac ad ae af ag ai al am ao aq ar as at au aw ax az ba bb bd be bf bg bh bi bj bm bn bo br bs bt bw by bz
ca cc cd cf cg ch ci ck cl cm cn co cr cu cv cw cx cy cz de dj dk dm do dz ec ee eg er es et eu fi fj fk
fm fo fr ga gd ge gf gg gh gi gl gm gn gp gq gr gs gt gu gw gy hk hm hn hr ht hu id ie il im in io iq ir
is it je jm jo jp ke kg kh ki km kn kp kr kw ky kz la lb lc li lk lr ls lt lu lv ly ma mc md me mg mh mk
ml mm mn mo mp mq mr ms mt mu mv mw mx my mz na nc ne nf ng ni nl no np nr nu nz om pa pe pf pg ph pk pl
pm pn pr ps pt pw py qa re ro rs ru rw sa sb sc sd se sg sh si sk sl sm sn so sr ss st su sv sx sy sz tc
td tf tg th tj tk tl tm tn to tr tt tv tw tz ua ug uk us uy uz va vc ve vg vi vn vu wf ws ye yt za zm zw
"""
_GENERAL = """
com org net info biz edu gov mil int arpa name pro aero coop mobi museum jobs travel tel cat asia post onion
xxx porn adult sex sexy tube webcam cam dating singles escort fans vip love lgbt gay
app dev page link site online website web shop store blog club live chat social network community group
video photo photos pics gallery media email cloud host hosting tech digital software agency studio
xyz top win bid icu cyou fun lol wtf bio one life world zone today space click download stream monster
london nyc berlin paris wien barcelona amsterdam sydney melbourne quebec
"""
_OTHER_SCRIPTS = """
рф рус укр бел срб бг мкд мон қаз москва онлайн сайт орг ком дети ею
中国 中國 香港 台湾 台灣 新加坡 公司 网络 网址
在线 한국 닷컴 닷넷 コム みんな ไทย भारत ভারত भारतम् संगठन مصر السعودية امارات المغرب قطر ایران موقع شبكة ישראל
קום ελ ευ հայ გე
"""
# "example" (RFC 2606) stands for any of them, wherever something is explained or measured.
_ENDINGS = frozenset(f"{_COUNTRIES} {_GENERAL} {_OTHER_SCRIPTS} example".split())
# Endings that stand for themselves, whatever case they are in and whatever comes before them.
_STRONG = frozenset(["com", "org", "net", "info", "onion", "xxx"])
_LOCAL = frozenset(["local", "localhost", "internal", "test", "example", "invalid", "lan", "home"])

_LABEL = r"[^\W_](?:[\w-]{0,61}[^\W_])?"
_DOT = r"(?:\.|\s?[(\[{<]\s?(?:\.|dot|punto|punkt|point|ponto)\s?[)\]}>]\s?|[ ]dot[ ])"
HOST = re.compile(rf"(?<![\w-]){_LABEL}(?:{_DOT}{_LABEL}){{1,9}}(?![\w-])", re.IGNORECASE)
_NEXT = re.compile(rf"({_DOT})({_LABEL})", re.IGNORECASE)
_FIRST = re.compile(_LABEL)


def host_end(text: str, start: int, *, local: bool = False) -> int | None:
    """Where the host name that starts at ``start`` ends, or None if those words are no host name.

    The dots may be written out (``(dot)``, ``[.]``, `` dot ``). A following ``/`` settles doubts, as in
    ``t.me/x``. Sentences that lack a space (``end.Next``) are not host names. With ``local``, names that
    only mean something inside a network count too (RFC 2606, RFC 6762).
    """
    label = _FIRST.match(text, start)
    if label is None:
        return None
    if local and label[0] == "localhost":
        return label.end()
    best, before, at = None, [label[0]], label.end()
    for _ in range(9):
        following = _NEXT.match(text, at)
        if following is None:
            break
        at = following.end()
        if local and following[2] in _LOCAL:
            best = at
        followed = text[at : at + 1] == "/"
        if _is_host(before, following[2], spelled=following[1].strip().isalpha(), path=followed):
            best = at
        before.append(following[2])
    return best


def ending(label: str) -> bool:
    """Whether names on the internet end so."""
    return label.casefold() in _ENDINGS


def _is_host(before: list[str], ending: str, *, spelled: bool, path: bool) -> bool:
    low = ending.casefold()
    if low in _STRONG:
        return True
    if low.startswith("xn--"):
        return True
    if low not in _ENDINGS or spelled:  # "connect the dot in" is none
        return False
    if path:
        return True
    if before[-1].isdigit() or all(len(label) == 1 and label.isascii() for label in before):
        return False  # "10.am", "e.g.it"
    capital_begins = ending[0].isupper() and not before[-1].isupper()
    return not capital_begins  # "end.So he", "end.IT"


# ---- In a text -------------------------------------------------------------------------------------
# The texts are as ``folding.readable`` gives them; the spans are in them, in order, apart from each other.
# Every repetition is bounded, so that a hostile text takes time in proportion to its length.

_SCHEME = re.compile(
    r"(?:(?:[a-z][a-z0-9+.-]{1,15}|h\*\*ps?)(?:\[:\]|:)//|(?<![\w-])www\.)(?P<rest>[^\s<>\"]+)", re.IGNORECASE
)
_AT = (
    r"(?: ?@ ?| {0,2}[(\[{<] {0,2}(?:at|@|arroba) {0,2}[)\]}>] {0,2}"
    r"| at (?=[\w-]{1,63}(?: dot |\W{1,3}dot\W)))"
)
_EMAIL = re.compile(rf"[^\W_][\w.+%'-]{{0,63}}({_AT})(?=[^\W_])", re.IGNORECASE)
_MATRIX_NAME = re.compile(r"[@#!$+][^\s:@#]{1,255}:\Z")
_REST = re.compile(r"(?::\d{1,5})?(?:[/?#][^\s<>\"]*)?")
_ANY_ENDING = re.compile(r"[\w-]{1,63}(?:\.[\w-]{1,63}){0,8}\.[^\W\d_]{2,24}(?![\w-])")


def schemes(view: str) -> Iterator[Span]:
    """Addresses that begin with a scheme (``hxxp`` and the like included) or with ``www.``."""
    for found in _SCHEME.finditer(view):
        end = _trimmed(view, *found.span())
        if end > found.start("rest"):
            yield found.start(), end


def emails(view: str) -> Iterator[Span]:
    """E-mail addresses, ``(at)`` and ``(dot)`` included."""
    at = 0
    while found := _EMAIL.search(view, at):
        end = host_end(view, found.end())
        plain = _ANY_ENDING.match(view, found.end()) if found[1] == "@" else None
        end = max(end or 0, plain.end() if plain else 0)
        if end:
            yield found.start(), end
        at = end or found.end()


def hosts(view: str) -> Iterator[Span]:
    """Host names with what follows them, and Matrix names (``@user:host``, ``#room:host``)."""
    at = 0
    while found := HOST.search(view, at):
        end = host_end(view, found.start())
        if end is None:
            at = found.end()
            continue
        start = found.start()
        name = _MATRIX_NAME.search(view, max(at, start - 257), start)
        rest = _REST.match(view, end)
        at = max(end, _trimmed(view, end, rest.end())) if rest else end
        yield (name.start() if name else start), at


def _trimmed(view: str, start: int, end: int) -> int:
    """The end of an address without the punctuation of the sentence around it."""
    while end > start and view[end - 1] in ".,;:!?'*_…»”’)]}":
        if view[end - 1] == ")" and "(" in view[start:end]:
            break
        end -= 1
    return end
