"""Links as one address for one page, and the playbook of the site that they lead to. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cache
from itertools import takewhile
from typing import Literal

from swsmatrix.playbook import Playbook

# What a case is about; a playbook says which of the two it is for.
Kind = Literal["doxx", "harassment"]
# The playbook for a page on a site that none is about.
ANY_SITE = "web-hosts"
LONGEST = 1000  # letters of an address

_DOTS = re.compile(r"\s?[(\[{<]\s?(?:\.|dot|punto|punkt|point|ponto)\s?[)\]}>]\s?|\s+dot\s+", re.IGNORECASE)
_HOST = re.compile(r"[^/?#]*")
_FRONT = re.compile(r"(?:www|m|mobile)\.(?=[^.]+\.)")
_TRACKING = re.compile(
    r"(?:utm_\w+|fbclid|gclid|dclid|msclkid|yclid|twclid|ttclid|igshid|igsh|mibextid|mc_[ce]id|si|share_id|rdt"
    r"|ref|ref_src|ref_url|feature|is_from_webapp|sender_device|web_id|_[rt])(?:=.*)?"
)
_TRACKING_OF: Mapping[str, frozenset[str]] = {"x.com": frozenset("st"), "twitter.com": frozenset("st")}


def address(written: str) -> str:
    """A link without what leads nowhere else: scheme, ``www.``, the last slash, what tracks who shared it.

    The host is in small letters, and its dots are dots.
    """
    head, slashes, rest = written.partition("//")
    rest = rest if slashes and len(head) <= 16 and "/" not in head else written
    host = _HOST.match(rest)
    assert host
    path, _, fragment = rest[host.end() :].partition("#")
    path, _, query = path.partition("?")
    name = _FRONT.sub("", _DOTS.sub(".", host[0]).lower().rpartition("@")[2].rstrip("."), count=1)
    tracking = _TRACKING_OF.get(name, frozenset())
    kept = [
        part
        for part in query.split("&")
        if part and not _TRACKING.fullmatch(part) and part.partition("=")[0] not in tracking
    ]
    query = f"?{'&'.join(kept)}" if kept else ""
    if not fragment or fragment.startswith(":~:"):
        return f"{name}{path.rstrip('/')}{query}"[:LONGEST]
    return f"{name}{path}{query}#{fragment}"[:LONGEST]


def playbook_for(link: str, kind: Kind, playbooks: Iterable[Playbook]) -> str:
    """By the link's host; those for ``kind`` first, the narrowest domain first. Else what helps anywhere."""
    host = "".join(takewhile(lambda sign: sign not in "/?#:", link))
    fitting = [
        (kind not in one.serves, -len(domain), one.id)
        for one in playbooks
        for domain in one.domains
        if _within(domain).fullmatch(f"www.{host}")
    ]
    return min(fitting)[2] if fitting else ANY_SITE


@cache
def _within(domain: str) -> re.Pattern[str]:
    """Hosts of ``domain``: itself and what is inside; ``*`` at its end stands for a country."""
    name = re.escape(domain.removesuffix(".*"))
    ending = r"\.(?:com?\.)?[a-z]{2}" if domain.endswith(".*") else ""
    return re.compile(rf"(?:.*\.)?{name}{ending}")
