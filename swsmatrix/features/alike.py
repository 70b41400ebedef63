"""Which details are the same, however they are written. Pure.

Each is brought to one form: what two messages have in common is compared, and kept as a hash only. In doubt
two are the same: what is repeated of somebody's private details is meant to be found.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from swsmatrix.features.links import address
from swsmatrix.folding import key, readable
from swsmatrix.identifying import Finding, Kind
from swsmatrix.playbook import Playbook

LOCAL = 7  # digits that a telephone number has in its own town: what comes before can be left out
PRECISE = 3  # decimals of a coordinate; a hundred metres

_EXTENSION = re.compile(r"\s*(?:ext|extension|x|durchwahl|dw|poste|int)[. ]{0,2}\d{1,6}\s*\Z")
_TOKEN = re.compile(r"[^\W_]+")
_LIKE = str.maketrans("oil", "011")
_FIGURES = {
    word: str(figure)
    for words in (
        "zero one two three four five six seven eight nine",
        "null eins zwei drei vier fünf sechs sieben acht neun",
        "cero uno dos tres cuatro cinco seis siete ocho nueve",
        "zéro un deux trois quatre cinq six sept huit neuf",
    )
    for figure, word in enumerate(words.split())
} | {"oh": "0", "o": "0", "zwo": "2"}

_DOT = "dot|punkt|punto|point|ponto"
_DOTS = re.compile(rf"\s?[(\[{{<]\s?(?:\.|{_DOT})\s?[)\]}}>]\s?|\s(?:{_DOT})\s")
_AT = re.compile(r"\s?[(\[{<]\s?(?:@|at|arroba)\s?[)\]}>]\s?|\s(?:at|arroba)\s|\s?@\s?")
_DOTLESS = ("gmail.com", "googlemail.com")

# The same street: how each part of its name is shortened.
_SHORT = {
    "street": "st",
    "strasse": "str",
    "avenue": "ave",
    "av": "ave",
    "road": "rd",
    "drive": "dr",
    "boulevard": "blvd",
    "lane": "ln",
    "court": "ct",
    "place": "pl",
    "square": "sq",
    "terrace": "ter",
    "highway": "hwy",
    "parkway": "pkwy",
    "north": "n",
    "south": "s",
    "east": "e",
    "west": "w",
    "calle": "c",
    "saint": "st",
}
_ENDS = frozenset(_SHORT.values()) - {"n", "s", "e", "w", "c"} | {"way"}

_MATRIX = re.compile(r"[@#!$+][^\s:/]+:\S+|matrix\.to(?:/.*)?")
_ACCOUNT = re.compile(r"(?:@|(?:u|user|add|profile|in|c)/)?@?([^/?#]+)")
_WITH_ACCOUNTS = ("social", "messenger", "video", "images", "ads")


def forms(findings: Iterable[Finding], playbooks: Iterable[Playbook] = ()) -> frozenset[str]:
    """One text for each detail, the same for the same. Who a Matrix id is, is none: members name each other.

    ``playbooks``: whose sites are no detail by themselves; on which the name of an account is one.
    """
    sites = {domain: one.kind for one in playbooks for domain in one.domains}
    return frozenset(form for one in findings for form in _forms(one, sites))


def _forms(finding: Finding, sites: Mapping[str, str]) -> Iterator[str]:
    written = readable(finding.text).text.strip().casefold()
    match finding.kind:
        case Kind.PHONE:
            yield f"phone {_telephone(written)}"
        case Kind.URL:
            yield from _link(readable(finding.text).text.strip(), sites)
        case Kind.EMAIL:
            yield f"email {_email(written)}"
        case Kind.HANDLE:
            yield f"name {written.removeprefix('u/').lstrip('@$')}"
        case Kind.ADDRESS:
            yield f"street {_street(written)}"
        case Kind.COORDINATES:
            yield f"at {_coordinates(written)}"
        case _:
            yield f"sign {_signs(written)}"


def _signs(text: str) -> str:
    return "".join(_TOKEN.findall(text))


def _telephone(written: str) -> str:
    digits = ""
    for token in _TOKEN.findall(_EXTENSION.sub("", written)):
        if token in _FIGURES:
            digits += _FIGURES[token]
        elif any(sign.isdigit() for sign in token) or not token.strip("oil"):
            digits += "".join(sign for sign in token.translate(_LIKE) if sign.isdigit())
    return digits[-LOCAL:] if len(digits) >= LOCAL else _signs(written)


def _link(written: str, sites: Mapping[str, str]) -> Iterator[str]:
    link = address(written).casefold()
    if _MATRIX.fullmatch(link) or _MATRIX.fullmatch(written):
        return
    host, slash, path = link.partition("/")
    kind = _kind(host.partition("?")[0].partition("#")[0], sites)
    if not slash and kind and "?" not in link:
        return  # of a site that everybody knows
    yield f"link {link}"
    account = _ACCOUNT.fullmatch(path) if kind in _WITH_ACCOUNTS else None
    if account:
        yield f"name {account[1]}"


def _kind(host: str, sites: Mapping[str, str]) -> str:
    """What sort of site it is, by its own name; empty: nobody says."""
    first = host.partition(".")[0]
    return sites.get(host) or sites.get(f"{first}.*") or ""


def _email(written: str) -> str:
    plain = _AT.sub("@", _DOTS.sub(".", written)).replace(" ", "").removeprefix("mailto:")
    name, _, host = plain.partition("@")
    name = name.partition("+")[0]
    return f"{name.replace('.', '') if host in _DOTLESS else name}@{host}"


def _street(written: str) -> str:
    """Its number and its name, whichever stands first, without the town."""
    number = ""
    names: list[str] = []
    for part in written.split(","):
        for token in (_short(token) for token in _TOKEN.findall(part)):
            if token[0].isdigit():
                if number:
                    break
                number = token
                if names:
                    break
            else:
                names.append(token)
                if number and token in _ENDS and len(names) > 1:
                    break
        if number and names:
            break
    return f"{number} {''.join(names)}"


def _short(token: str) -> str:
    plain = key(token) or token
    if plain.endswith("strasse"):
        return f"{plain.removesuffix('strasse')}str"
    return _SHORT.get(plain, plain)


def _coordinates(written: str) -> str:
    decimals = re.findall(rf"-?\d{{1,3}}[.,]\d{{{PRECISE}}}", written)
    return " ".join(one.replace(",", ".") for one in decimals) if len(decimals) == 2 else _signs(written)
