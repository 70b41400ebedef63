"""What a member wants done about a doxx or about harassment: five wishes, by number or by word. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from swsmatrix.routing import Said

REPORT, TALK, LOCK, RECORD, NOTHING = "report", "talk", "lock", "record", "nothing"
WISHES = (REPORT, TALK, LOCK, RECORD, NOTHING)
NUMBERS = {str(number): wish for number, wish in enumerate(WISHES, 1)}
WORDS = (*NUMBERS, *WISHES)
# What may follow a word of the menu without changing it.
ASIDE = frozenset({"more", "for", "now", "please", "thanks"})
# If they have not said what they want.
USUAL = (REPORT, TALK)


def numbers(wishes: Iterable[str]) -> tuple[int, ...]:
    """As the menu counts them; the usual ones if nothing was chosen."""
    return tuple(WISHES.index(wish) + 1 for wish in tuple(wishes) or USUAL)


def alone(said: Said) -> bool:
    """Whether nothing is said but the word: a sentence that begins with it may mean anything."""
    return not said.rest or (said.word in WORDS and set(said.rest) <= ASIDE and said.number is None)


def chosen(said: Said) -> tuple[str, ...]:
    """``1 and 3`` as wishes, in the menu's order. `nothing` with others means the others."""
    parts = (said.word, *((str(said.number),) if said.number is not None else ()), *said.rest)
    named = {NUMBERS.get(part, part) for part in parts}
    found = tuple(wish for wish in WISHES if wish in named)
    return tuple(wish for wish in found if wish != NOTHING) or found
