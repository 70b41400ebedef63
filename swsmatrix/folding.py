"""Text as the eye reads it, without losing where each letter stood. Pure.

Three views, all made letter by letter: ``skeleton`` for our tags (Unicode NFKC; marks, invisible
characters and look-alike letters folded away), ``readable`` for telephone numbers and addresses, and
``key`` for names of places and topics.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

KEYCAP = "\u20e3"
HASHES = "#＃﹟♯"

_FILLERS = frozenset("\u115f\u1160\u3164\uffa0\u034f\u2065\u180b\u180c\u180d\u17b4\u17b5")
_CONTROLS_KEPT = frozenset("\t\n\v\f\r\x1c\x1d\x1e\x1f\x85")

# Letters of other scripts, and odd Latin ones that NFKC leaves alone, by the letter they look like.
# Where a capital and its small letter look like different letters, each stands where it looks.
_LOOK_ALIKES = {
    "a": "аАαΑɑᴀᎪꓮ",
    "b": "ьЬвВβΒʙᏏꓐ",
    "c": "сСϲϹᴄᏟꓚ",
    "d": "ԁԀᴅᎠꓓđĐɗ",
    "e": "еЕєЄεΕᴇᎬꓰ℮ҽ",
    "f": "ꜰƒϜꓝ",
    "g": "ɡɢցᏀꓖ",
    "h": "һҺнНΗʜհᎻꓧħĦћ",
    "i": "іІιΙıɪᎥꓲɩ",
    "j": "јЈϳᴊꓙ",
    "k": "кКκΚᴋᏦꓗ",
    "l": "ӏӀʟłŁᏞꓡǀɭ",
    "m": "мМΜᴍᎷꓟ",
    "n": "ηΝпɴոռꓠ",
    "o": "оОοΟσᴏօՕøØꓳ",
    "p": "рРρΡᴘᏢꓑ",
    "q": "ԛԚ",
    "r": "гʀᴦᎡᏒꓣɾ",
    "s": "ѕЅꜱᏚꓢʂႽ",
    "t": "тТτΤᴛᎢꓔŧŦ",
    "u": "υᴜսμꓴʋ",
    "v": "νѵѴᴠꓦ",
    "w": "ԝԜѡѠᴡωшШɯաᎳꓪ",
    "x": "хХχΧꓫ",
    "y": "уУΥγʏүҮᎽꓬ",
    "z": "ᴢΖᏃꓜ",
    "#": "♯",
    "-": "\u2010\u2011\u2212",
}
_LETTER = {alike: letter for letter, all_alike in _LOOK_ALIKES.items() for alike in all_alike}
# The negative circled and squared capitals (🅐, 🅰): the only letters of that kind that NFKC leaves alone.
_LETTER |= {chr(block + i): chr(ord("a") + i) for block in (0x1F150, 0x1F170) for i in range(26)}

_PLAIN = str.maketrans({"ł": "l", "ø": "o", "đ": "d", "ħ": "h", "ı": "i", "æ": "ae", "œ": "oe", "ð": "d"})
_SENTENCE_DOTS = frozenset("。｡．․")
_SLASHES = frozenset("⁄∕")


def invisible(char: str) -> bool:
    """Whether one character shows nothing by itself: zero-width, bidi, variation, filler, control."""
    if char.isascii():
        return (char < " " or char == "\x7f") and char not in _CONTROLS_KEPT
    kind = unicodedata.category(char)
    if kind in {"Cf", "Cc"}:
        return char not in _CONTROLS_KEPT
    point = ord(char)
    return char in _FILLERS or 0xFE00 <= point <= 0xFE0F or 0xE0000 <= point <= 0xE0FFF


def without_invisible(text: str) -> str:
    """``text`` without the characters that show nothing."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(char for char in text if not invisible(char))


@dataclass(frozen=True, slots=True)
class Folded:
    """A view of a text; ``source[i]`` is where in the original the i-th letter of the view came from.

    ``source`` has one entry more than ``text``: the length of the original.
    """

    text: str
    source: Sequence[int]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The part of the original behind ``text[start:end]``, what the view left out after it included."""
        if start >= end:
            return self.source[start], self.source[start]
        return self.source[start], max(self.source[end - 1] + 1, self.source[end])


def _fold(text: str, view: Callable[[str], str]) -> Folded:
    letters: list[str] = []
    source: list[int] = []
    for at, char in enumerate(text):
        seen = view(char)
        letters.append(seen)
        source.extend([at] * len(seen))
    source.append(len(text))
    return Folded("".join(letters), tuple(source))


@lru_cache(maxsize=4096)
def _skeleton_of(char: str) -> str:
    if char in _LETTER:  # before NFKD, which makes some of them another letter
        return _LETTER[char]
    parts = unicodedata.normalize("NFKD", char)
    letters = "".join(_LETTER.get(part) or part.casefold() for part in parts)
    return "".join(c for c in letters if not (invisible(c) or unicodedata.category(c).startswith("M")))


def skeleton(text: str) -> Folded:
    """What our tags are looked for in: lower-case Latin letters, however they were drawn."""
    return _fold(text, _skeleton_of)


@lru_cache(maxsize=4096)
def _readable_of(char: str) -> str:
    if invisible(char) or char == KEYCAP:
        return ""
    if char in _SENTENCE_DOTS:  # before NFKC, which makes three dots of some
        return "."
    letters = []
    for part in unicodedata.normalize("NFKC", char):
        number = unicodedata.digit(part, None)
        if number is not None:
            letters.append(str(number))
        elif part.isspace():
            letters.append("\n" if part in "\n\v\f\r\x85\u2028\u2029" else " ")
        elif part == "\u2212" or unicodedata.category(part) == "Pd":
            letters.append("-")
        else:
            letters.append("/" if part in _SLASHES else "." if part in _SENTENCE_DOTS else part)
    return "".join(letters)


def readable(text: str) -> Folded:
    """Letters as they are, every digit, dash, dot, slash and space as the plain ASCII one."""
    # Most texts are that already, and most others have as many letters afterwards: those are told by their
    # different letters, a hundred or so, instead of going through the text letter by letter.
    changed = {char: seen for char in set(text) if (seen := _readable_of(char)) != char}
    view = text
    for char, seen in changed.items():  # none of them reads as another one
        view = view.replace(char, seen)
    odd = "".join(char for char, seen in changed.items() if len(seen) != 1)
    if not odd:
        return Folded(view, range(len(text) + 1))
    source: list[int] = []
    at = 0
    for found in re.finditer(f"[{re.escape(odd)}]", text):
        source += [*range(at, found.start()), *[found.start()] * len(changed[found[0]])]
        at = found.end()
    return Folded(view, (*source, *range(at, len(text) + 1)))


def casefolded(text: str) -> str:
    """NFKC, nothing invisible, no case: how a hashtag that is none of our tags is kept."""
    folded = unicodedata.normalize("NFKC", without_invisible(text)).casefold()
    return unicodedata.normalize("NFKC", folded)


def _accent(char: str) -> bool:
    # Only marks that readers leave out at will. In other scripts (Devanagari, Thai) marks are letters.
    point = ord(char)
    return unicodedata.category(char) == "Mn" and (
        0x0300 <= point <= 0x036F or 0x0591 <= point <= 0x05C7 or 0x064B <= point <= 0x065F
    )


def key(text: str) -> str:
    """Equal for names that people take for the same: no case, accents, spaces, hyphens, underscores."""
    apart = unicodedata.normalize("NFKD", casefolded(text))
    kept = (
        c for c in apart if not (_accent(c) or c == "_" or c.isspace() or unicodedata.category(c) == "Pd")
    )
    return unicodedata.normalize("NFC", "".join(kept)).translate(_PLAIN)


def distance(one: str, other: str, limit: int) -> int:
    """How many slips lie between two words: letters left out, added, mistaken or swapped with a neighbour.

    (Damerau-Levenshtein, optimal string alignment.) Anything over ``limit`` is ``limit + 1``.
    Time is the product of the lengths, so callers keep words short; a difference of length ends it at once.
    """
    if abs(len(one) - len(other)) > limit:
        return limit + 1
    before: list[int] = []
    last = list(range(len(other) + 1))
    for i, a in enumerate(one, 1):
        row = [i]
        for j, b in enumerate(other, 1):
            best = min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (a != b))
            if i > 1 and j > 1 and a == other[j - 2] and one[i - 2] == b:
                best = min(best, before[j - 2] + 1)
            row.append(best)
        if min(row) > limit:
            return limit + 1
        before, last = last, row
    return min(last[-1], limit + 1)
