"""Names of accounts: with an @, after the name of a platform, or written as only such names are."""

from __future__ import annotations

import re
from collections.abc import Iterator

from swsmatrix.detecting.words import Word

Span = tuple[int, int]

# An @ before these calls everybody, or is short for "at".
_NOBODY_TEXT = """
room here everyone everybody all channel mods mod admins admin stewards team group home work night noon
midnight the my his her their this that our your hotel bar club station corner airport door apartment
front back work school bus around about alle todos tous tutti todas iedereen allen
"""
_NOBODY = frozenset(_NOBODY_TEXT.split())
_PLATFORM = (
    r"(?:insta(?:gram)?|ig|snap(?:chat)?|sc|tg|telegram|twitter|tik ?tok|kik|we ?chat|line|discord|vk|fb"
    r"|facebook|messenger|skype|cash ?app|venmo|paypal|revolut|bizum|only ?fans|threema|signal|session|wire"
    r"|bluesky|mastodon|grindr|tinder|badoo|viber|zalo|kakao ?talk|微信|微博|инста(?:грам)?|телеграмм?|тг|вк)"
)
_SAID = (
    r"(?:\s?(?:user ?name|user|name|handle|account|id|nick|is|as|unter|als|heißt|konto|compte|cuenta|号"
    r"|ник|nick|pseudo)\b){0,2}\s?[:=]?\s?[\"'`]?"
)
_NAME = r"[^\W_](?:[\w.-]{1,40}[\w])"
_AT = re.compile(r"(?<![\w.@])@(\w(?:[\w.-]{0,40}\w)?)(?![\w@])")
_SIGNED = (
    ("u/", re.compile(r"(?<![\w/.])/?u/[\w-]{3,30}")),
    ("$", re.compile(r"(?<![\w$])\$[^\W\d_][\w-]{3,30}")),
    ("_", re.compile(r"(?<![\w#@/.-])[^\W_]{1,30}_[\w.]{1,40}(?<![_.])(?!\w)")),
    ("#", re.compile(r"(?<!\w)[^\W_]\w{1,31}#\d{4}(?!\w)")),
)
_PLATFORMS = re.compile(rf"{_PLATFORM}(?!\w){_SAID}(?P<named>{_NAME})", re.IGNORECASE)
_PLATFORM_WORDS = frozenset(
    re.findall(r"[^\W\d_]+", _PLATFORM.replace("gram)?", ")").replace("chat)?", ")"))
) | {
    *(
        "instagram",
        "snapchat",
        "tiktok",
        "wechat",
        "cashapp",
        "onlyfans",
        "kakaotalk",
        "инстаграм",
        "телеграм",
    ),
}


def names(view: str, spoken: list[Word]) -> Iterator[Span]:
    """``@name``, ``u/name``, ``$name``, ``name#1234``, ``some_name``, and what follows a platform's name."""
    spans = [found.span() for found in _AT.finditer(view) if _somebody(found[1])]
    for sign, look in _SIGNED:
        if sign in view:
            spans += [found.span() for found in look.finditer(view)]
    for word in spoken:
        if word.text in _PLATFORM_WORDS and (found := _PLATFORMS.match(view, word.start)):
            named = found["named"]
            if any(sign.isdigit() or sign in "_." for sign in named) and not named[0].isdigit():
                spans.append(found.span("named"))
    last = 0
    for start, end in sorted(spans):
        if start >= last:
            yield start, end
            last = end


def _somebody(name: str) -> bool:
    return len(name) >= 3 and name.casefold() not in _NOBODY and not name[0].isdigit()
