"""How people write the six tags: the spellings that count, and the slips that are asked about. Pure."""

from __future__ import annotations

from functools import lru_cache
from itertools import product
from types import MappingProxyType

from swsmatrix.folding import distance
from swsmatrix.model import Tag

_HARASSMENT = (
    "sws" + "".join(parts)
    for parts in product(
        ("har", "harr"),
        ("as", "ass", "asss"),
        ("ment", "ement", "ments", "ements", "mant", "ed", "ing", "er", "es", ""),
    )
)
_SPELLINGS = {
    Tag.HELP: "swshelp swshelps swshelpp swshellp",
    Tag.DOXX: """
        swsdoxx swsdox swsdoxxx swsdoxxing swsdoxing swsdoxxed swsdoxed swsdoxes swsdoxxes swsdoxs swsdoxxs
        """,
    Tag.HARASSMENT: " ".join(_HARASSMENT),
    Tag.DANGER: "swsdanger swsdangers swsdangerous swsdannger swsdangger swsdangerr",
    Tag.FYI: "swsfyi swsfyis swsfyii",
    Tag.SUPPORTER: """
        swssupporter swssupporters swssupport swssupports swssupporting swssuporter swssuporters swssuport
        swsupporter swsupporters swsupport swssupportor swssuppoter
        """,
}
ACCEPTED = MappingProxyType({word: tag for tag, words in _SPELLINGS.items() for word in words.split()})
LONGEST = max(map(len, ACCEPTED))

# Longer words are no slips of one of the six; it also bounds the work.
_LONGEST_SLIP = 40
_PREFIXES = ("sw", "ws", "ss")


@lru_cache(maxsize=256)
def meant(word: str) -> Tag | None:
    """The tag that a folded word without ``#`` almost is; None for accepted spellings and for other words.

    Almost: one slip away; two in a long tag that begins right; or a tag with something stuck to it
    (``swshelpme``).
    """
    bare = word.replace("_", "").replace("-", "")
    if bare in ACCEPTED or not 4 <= len(bare) <= _LONGEST_SLIP:
        return None
    best: tuple[int, Tag] | None = None
    for tag in Tag:
        for right in (tag.value, *_SHORTER.get(tag, ())):
            slips = distance(bare, right, 2)
            if slips <= _forgiven(bare, right) and (best is None or slips < best[0]):
                best = (slips, tag)
    if best is not None:
        return best[1]
    return next((tag for right, tag in ACCEPTED.items() if bare.startswith(right)), None)


_SHORTER = {Tag.HARASSMENT: ("swsharassment",), Tag.SUPPORTER: ("swssupport",)}


def _forgiven(word: str, right: str) -> int:
    if len(right) < len("swsdanger"):
        same_letters = word.startswith("sws") and sorted(word) == sorted(right)
        return 2 if same_letters else 1
    return 2 if word.startswith(_PREFIXES) else 1
