"""The hashtags that are heard: the spellings that count, and the slips that are asked about. Pure.

Which there are is said by the features (features/__init__.py), each of its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from swsmatrix.folding import distance
from swsmatrix.model import Post, Tag

LONGEST = 40  # longer words are neither one of them nor a slip; it also bounds the work
_PREFIXES = ("sw", "ws", "ss")


@dataclass(frozen=True, slots=True, kw_only=True)
class Hashtag:
    """One of them. ``name``: of the feature that keeps its posts.

    ``spellings``: those that count, as they are folded, with blanks between them; the community chose the
    first. ``likely``: others among them of which slips are asked about, too. ``implied``: a hashtag that
    means it, too, where none of them is.
    """

    name: str
    spellings: str
    likely: tuple[str, ...] = ()
    implied: str = ""

    @property
    def tag(self) -> Tag:
        return Tag(self.spellings.split(maxsplit=1)[0])


class Tags:
    """All of them. ``accepted``: by spelling; ``implied``: by the hashtag that means one, too."""

    def __init__(self, hashtags: Iterable[Hashtag] = ()) -> None:
        self._hashtags = {one.name: one for one in hashtags}
        self.accepted: dict[str, Tag] = {}
        for one in self:
            for word in one.spellings.split():
                if self.accepted.setdefault(word, one.tag) != one.tag:
                    raise ValueError(f"{word} is {self.accepted[word].value} already")
        self.implied = {one.implied: one.tag for one in self if one.implied}
        self.longest = max(map(len, self.accepted), default=0)
        self.meant = lru_cache(maxsize=256)(self._meant)

    def __iter__(self) -> Iterator[Hashtag]:
        return iter(self._hashtags.values())

    def of(self, post: Post) -> Hashtag:
        """The one that ``post`` was posted with."""
        return self._hashtags[post.feature]

    def _meant(self, word: str) -> Tag | None:
        """The tag that a folded word without ``#`` almost is; None for accepted spellings and other words.

        Almost: one slip away; two in a long tag that begins right; or a tag with something stuck to it
        (``swshelpme``).
        """
        bare = word.replace("_", "").replace("-", "")
        if bare in self.accepted or not 4 <= len(bare) <= LONGEST:
            return None
        best: tuple[int, Tag] | None = None
        for one in self:
            for right in (one.tag.value, *one.likely):
                slips = distance(bare, right, 2)
                if slips <= _forgiven(bare, right) and (best is None or slips < best[0]):
                    best = (slips, one.tag)
        if best is not None:
            return best[1]
        return next((tag for right, tag in self.accepted.items() if bare.startswith(right)), None)


def _forgiven(word: str, right: str) -> int:
    if len(right) < len("swsdanger"):
        same_letters = word.startswith("sws") and sorted(word) == sorted(right)
        return 2 if same_letters else 1
    return 2 if word.startswith(_PREFIXES) else 1
