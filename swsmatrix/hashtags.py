"""From a text to the hashtags in it. Pure.

The text is read through ``folding.skeleton``; everything given back comes from the original.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from swsmatrix import domains, markup
from swsmatrix.folding import HASHES, KEYCAP, Folded, casefolded, skeleton, without_invisible
from swsmatrix.model import Tag
from swsmatrix.tags import LONGEST, Tags

# A tag with a space in it ("# swsdanger", "#sws danger"): not heard, but asked about.
_SPACED = re.compile(rf"#[ \t]?(sws[ \t]?[a-z]{{3,{LONGEST}}})(?![a-z0-9_])")


@dataclass(frozen=True, slots=True)
class Heard:
    """What a message says in hashtags, each in order and once.

    ``words``: the hashtags that are none of our tags, without ``#``; NFKC, nothing invisible, casefolded.
    ``near``: slips as written and the tag that was probably meant; never of a tag that was heard as well,
    and never among the ``words``.
    """

    tags: tuple[Tag, ...]
    words: tuple[str, ...]
    near: tuple[tuple[str, Tag], ...]


@dataclass(frozen=True, slots=True)
class Mark:
    """A hashtag at ``text[start:end]`` as written there (``word``, without ``#``).

    ``tag``: which of our tags it is, if any; ``slip``: which was probably meant.
    """

    start: int
    end: int
    word: str
    tag: Tag | None = None
    slip: Tag | None = None


def hear(text: str, known: Tags, code: tuple[str, ...] = ()) -> Heard:
    """The hashtags of ``text`` outside code, quotations and addresses.

    ``known``: our tags. ``code``: literal parts of the text that its formatted body marked up as code or
    quotation.
    """
    found = list(marks(text, known))
    if not found:
        return Heard((), (), ())
    hidden = markup.unheard(text, code)
    tags: dict[Tag, None] = {}
    words: dict[str, None] = {}
    near: dict[str, Tag] = {}
    for mark in found:
        if hidden[mark.start]:
            continue
        if mark.tag is not None:
            tags[mark.tag] = None
        elif mark.slip is not None:
            near[mark.word] = mark.slip
        else:
            words[casefolded(mark.word)] = None
    if not tags and not near:
        tags.update((known.implied[word], None) for word in words if word in known.implied)
    slips = ((word, tag) for word, tag in near.items() if tag not in tags)
    return Heard(tuple(tags), tuple(words), tuple(slips))


def _any(_word: str) -> bool:
    return True


def without_tags(text: str, known: Tags, ours: Callable[[str], bool] = _any) -> str:
    """What others are shown: ``text`` without our tags and without the hashtags it begins or ends with.

    Our tags (``known``) go wherever they stand, in code and addresses too. What is left is as it was written.
    ``ours``: whether a hashtag (without ``#``) tells us something; any other is a word of the text
    (`at #pier17`).
    """
    while cuts := _cuts(text, known, ours):
        text = _cut(text, cuts)
    text = text.strip()
    return "" if _GLUE.fullmatch(without_invisible(text)) else text


def marks(text: str, known: Tags) -> Iterator[Mark]:
    """All hashtags of ``text``, the hidden ones included, in order and apart from each other."""
    if not any(char in text for char in HASHES):
        return
    folded = skeleton(text)
    at, last_end = folded.text.find("#"), -1
    while at >= 0:
        end = at + 1
        if at == last_end or not _joined_before(text, folded, at):
            mark, end = _mark_at(text, folded, at, known)
            if mark is not None:
                yield mark
                last_end = end
        at = folded.text.find("#", end)


def _mark_at(text: str, folded: Folded, at: int, known: Tags) -> tuple[Mark | None, int]:
    """The hashtag whose ``#`` is the view's letter ``at``, and where in the view to read on."""
    view = folded.text
    stop, whole, ends = _reach(text, folded, at + 1, 2 * known.longest)
    if _is_room(text, folded, stop):
        return None, stop
    for end in reversed(ends):
        tag = known.accepted.get(_bare(view[at + 1 : end]))
        if tag is not None:
            return _mark(text, folded, at, end, tag=tag), end
    spaced = _SPACED.match(view, at)
    if spaced and (slip := known.accepted.get(_bare(spaced[1]))):
        return _mark(text, folded, at, spaced.end(), slip=slip), spaced.end()
    if whole == at + 1:
        return None, whole
    return _mark(text, folded, at, whole, slip=known.meant(_bare(view[at + 1 : whole]))), whole


def _mark(
    text: str, folded: Folded, at: int, end: int, *, tag: Tag | None = None, slip: Tag | None = None
) -> Mark:
    start, finish = folded.span(at, end)
    first, _ = folded.span(at + 1, end)
    return Mark(start, finish, without_invisible(text[first:finish]).strip(), tag, slip)


def _bare(word: str) -> str:
    return re.sub(r"[-_ \t]", "", word)


def _reach(text: str, folded: Folded, begin: int, longest: int) -> tuple[int, int, list[int]]:
    """How far a hashtag reaches: the end of its letters; the same before a trailing emoji that looks like
    letters (``#nyc🅰️``); and all the places, in order, where one of our tags may end, no further than
    ``longest`` letters.
    """
    view, at, whole = folded.text, begin, -1
    ends: list[int] = []
    while at < len(view):
        char = view[at]
        if char == "-":
            if at == begin or view[at - 1] == "-" or not _wordish(view[at + 1 : at + 2]):
                break
            ends.append(at)
        elif not _wordish(char):
            break
        elif at > begin and _symbol(text, folded, at) and not _symbol(text, folded, at - 1):
            ends.append(at)
            whole = at if whole < 0 else whole
        at += 1
    ends.append(at)
    return at, at if whole < 0 else whole, [end for end in ends if end - begin <= longest]


def _wordish(char: str) -> bool:
    return char.isalnum() or char == "_"


def _symbol(text: str, folded: Folded, at: int) -> bool:
    """Whether the view's letter or digit is an emoji or a sign in the original (Ⓜ, ℹ, ™, 1️⃣)."""
    where = folded.source[at]
    char = text[where]
    if char.isdigit():
        return KEYCAP in text[where : folded.source[at + 1]]
    return not _wordish(char) or char == "ℹ"


def _joined_before(text: str, folded: Folded, at: int) -> bool:
    return at > 0 and _wordish(folded.text[at - 1]) and not _symbol(text, folded, at - 1)


def _is_room(text: str, folded: Folded, stop: int) -> bool:
    """Whether what looks like a hashtag is the address of a room (``#name:server``)."""
    where = folded.source[stop]
    return text[where : where + 1] == ":" and domains.host_end(text, where + 1, local=True) is not None


# ---- Taking hashtags out ---------------------------------------------------------------------------

_GLUE = re.compile(r"[\s,;:.|/&+•·*_–—-]*")
_AFTER_RUN = re.compile(r"[ \t]*(?:[-–—:;,|]+|\.)(?=\s|$)")
_TEXT_END = re.compile(r"[\s.,;:!?…)*_]*")
_BRACKETS = {"(": ")", "[": "]"}
_BLANKS = " \t\u00a0\u202f\u3000"
_CLOSING = tuple(",.;:!?)")

Span = tuple[int, int]


def _cuts(text: str, known: Tags, ours: Callable[[str], bool]) -> list[Span]:
    """What has to go, in order and apart from each other."""
    found = list(marks(text, known))
    if not found:
        return []
    hidden = markup.unheard(text)
    edge = {
        mark
        for mark in found
        if mark.tag
        or (not (hidden[mark.start] or mark.word.isdigit()) and (mark.slip or ours(casefolded(mark.word))))
    }
    first = _run(text, found, edge)
    last = _run_back(text, found, edge)
    spans = [(mark.start, mark.end) for mark in found if mark.tag]
    if first:
        follows = _AFTER_RUN.match(text, first[1])
        spans.append((first[0], follows.end() if follows else first[1]))
    if last:
        spans.append(last)
    return _merged(text, spans)


def _run(text: str, found: list[Mark], edge: set[Mark]) -> Span | None:
    end = 0
    for mark in found:
        if mark not in edge or not _GLUE.fullmatch(without_invisible(text[end : mark.start])):
            break
        end = mark.end
    return (found[0].start, end) if end else None


def _run_back(text: str, found: list[Mark], edge: set[Mark]) -> Span | None:
    start, between = len(text), _TEXT_END
    for mark in reversed(found):
        if mark not in edge or not between.fullmatch(without_invisible(text[mark.end : start])):
            break
        start, between = mark.start, _GLUE
    return (start, found[-1].end) if start < len(text) else None


def _merged(text: str, spans: list[Span]) -> list[Span]:
    merged: list[Span] = []
    for start, end in sorted(spans):
        if merged and not text[merged[-1][1] : start].strip():
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return [_with_brackets(text, span) for span in merged]


def _with_brackets(text: str, span: Span) -> Span:
    start, end = span
    while start > 0 and end < len(text) and _BRACKETS.get(text[start - 1]) == text[end]:
        start, end = start - 1, end + 1
    return start, end


def _cut(text: str, cuts: list[Span]) -> str:
    pieces = [text[: cuts[0][0]]]
    for (_, start), (end, _) in zip(cuts, [*cuts[1:], (len(text), 0)], strict=True):
        left, right = _seam(pieces[-1], text[start:end])
        pieces[-1:] = [left, right] if right else [left]
    return "".join(pieces)


def _seam(left: str, right: str) -> tuple[str, str]:
    """Two pieces as they meet: one space at most, none before a comma or a line's end, no new hashtags."""
    if right.startswith(_CLOSING):
        return left.rstrip(_BLANKS), right
    if not left or left[-1].isspace() or left[-1] in _BRACKETS:
        right = right.lstrip(_BLANKS)
    if not right or right[0] in "\r\n":
        return left.rstrip(_BLANKS), right
    if left and not left[-1].isspace() and not right[0].isspace() and _clings(left[-1]):
        return left, " " + right
    return left, right


def _clings(char: str) -> bool:
    shown = skeleton(char).text
    return not shown or _wordish(shown[-1]) or shown[-1] in "#-"
