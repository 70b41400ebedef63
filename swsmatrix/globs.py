"""Patterns with ``*`` (any letters, or none) and ``?`` (any one letter), as policy lists have them. Pure."""

from __future__ import annotations


def fits(pattern: str, text: str) -> bool:
    """Whether all of ``text`` fits, capitals told apart.

    Takes at most as many steps as the two lengths multiplied, however many ``*`` there are: on a mismatch
    only the last one is tried with one letter more, since what came before it fits as early as it can.
    """
    here = there = 0
    star = back = -1
    while there < len(text):
        if here < len(pattern) and pattern[here] == "*":
            star, back = here, there
            here += 1
        elif here < len(pattern) and pattern[here] in ("?", text[there]):
            here += 1
            there += 1
        elif star >= 0:
            back += 1
            here, there = star + 1, back
        else:
            return False
    return all(letter == "*" for letter in pattern[here:])
