"""Which dotted words are host names on the internet. Pure.

The endings are those of countries (ISO 3166-1 and the few others that the root zone has) and the general
ones that people meet; endings that are file types or everyday words and hardly used are left out.
"""

from __future__ import annotations

import re

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

LABEL = r"[^\W_](?:[\w-]{0,61}[^\W_])?"
_DOT = r"(?:\.|\s?[(\[{<]\s?(?:\.|dot|punto|punkt|point|ponto)\s?[)\]}>]\s?|[ ]dot[ ])"
HOST = re.compile(rf"(?<![\w-]){LABEL}(?:{_DOT}{LABEL}){{1,9}}(?![\w-])", re.IGNORECASE)
_NEXT = re.compile(rf"({_DOT})({LABEL})", re.IGNORECASE)
_FIRST = re.compile(LABEL)


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
