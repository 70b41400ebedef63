"""The words of dates and times, in many languages. Names of days and months are dateparser's; pure."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cache
from importlib import import_module

LANGUAGES = (
    *("en", "es", "pt", "fr", "de", "it", "nl", "pl", "cs", "sk", "ro", "hu", "sv", "da", "nb", "fi", "tr"),
    *("ru", "uk", "bg", "el", "ar", "he", "hi", "bn", "th", "vi", "fil", "id", "sw", "zh", "ja", "ko"),
)
_MONTHS = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_RELATIVE = {"0 day ago": 0, "in 1 day": 1, "in 2 day": 2}

# Short forms that are words of another kind somewhere: a state, names, what stands beside numbers.
_NOT = frozenset(
    ("maine", "leo", "huom", "bukas", "out", "pro", "lip", "mac", "nob", "lug", "uno", "lord", "fred", "mand")
)
SHORT_DAYS = {
    name: day
    for day, names in enumerate(
        ("mon", "tue tues", "wed weds", "thu thur thurs", "fri", "sat", "sun"),
    )
    for name in names.split()
}

TONIGHT = "tonight|esta noche|hoje a noite|ce soir|heute abend|stasera|vanavond|dzis wieczorem|i kveld"
NEXT = (
    "next|nachste[nrs]?|proxim[oa]|prochaine?|prossim[oa]|volgende|następn\\w+|nastepn\\w+"
    "|kommende[nrs]?|следующ\\w+|наступн\\w+"
)
EVERY = (
    "every|each|weekly|monthly|(?:mon|tues|wednes|thurs|fri|satur|sun)days|cada|todos (?:los|os)|todas as|"
    "semanal\\w*|chaque|tous les|toutes les|jede[nrs]?|wochentlich\\w*|ogni|tutti i|elke|"
    "iedere|wekelijks\\w*|kazd\\w+|każd\\w+|кажд\\w+|кожн\\w+|varje|hver|joka"
)
MORNING = (
    "in the morning|this morning|(?:de|por|en) la manana|da manha|de manha|du matin|morgens|"
    "am morgen|am vormittag|vormittags|di mattina|del mattino|'s? ochtends|rano|"
    "утра|ранку|上午|早上|午前|오전"
)
EVENING = (
    "in the (?:evening|afternoon)|this (?:evening|afternoon)|at night|evening|afternoon|"
    "(?:de|por|en) la (?:tarde|noche)|da (?:tarde|noite)|a noite|du soir|de l'apres-midi|abends?|am abend|"
    "nachmittags?|am nachmittag|di sera|del pomeriggio|stasera|'s? avonds|'s? middags|vanavond|wieczorem|"
    "po poludniu|вечера|вечора|下午|晚上|午後|夜|오후|저녁"
)
NOON = "noon|midday|mediodia|meio-dia|midi|mittags?|mezzogiorno|middag|poludnie|полдень|中午|正午|정오"
MIDNIGHT = "midnight|medianoche|meia-noite|minuit|mitternacht|mezzanotte|middernacht|polnoc|полночь"
HOURS = "hs?|uhr|heures?|horas?|uur|час(?:ов|а)?|год(?:ин[аи]?)?|時|时|点|點|시"
LONG_HOURS = "heures?|horas?|час(?:ов|а)?|год(?:ин[аи]?)?"  # may be how long it takes
AT = (
    "at|at about|around|from|@|um|gegen|ab|(?:a|desde|hasta) las?|as|alle|ore|ora|om|kl\\.?|klockan|klo|"
    "godz\\.?|o|о|об|в"
)
UNTIL = (
    "-|–|—|~|〜|to|till?|until|bis|a|al|a las?|ate(?: as)?|hasta(?: las)?|jusqu'a|alle|fino alle|tot|do|до"
)
AND = "and|&|\\+|or|und|oder|y|o|e|ou|et|en|i|и|або"
BETWEEN = "between|zwischen|entre|tra|fra|tussen|między|miedzy|между"
HOUR_FOLLOWS = "a las?|as|um|at|alle|om|kl\\.?|klo|ore"
# Times that are said by the nearest hour.
PAST = (
    "half past|quarter (?:past|to)|halb|viertel (?:vor|nach)|y media|y cuarto|menos cuarto|et demie|et quart"
    "|moins le quart|e meia|e mezza|e mezzo|halv|half|kwart (?:over|voor)|wpol do"
)
OF = "of|de|del|di|d'"
THE = "the|el|le|den|dem|der|il"
NUMBERS = {
    word: number
    for number, words in enumerate(
        (
            "a an one una un ein einer einem une uma um",
            "two dos zwei deux dois duas due twee",
            "three tres drei trois tre drie",
            "four cuatro vier quatre quatro quattro",
        ),
        1,
    )
    for word in words.split()
}
IN = "in|en|dentro de|dans|em|tra|fra|over|über|uber|za|через|om"
DAYS = "days?|tag(?:en|e)?|dias?|jours?|giorn[oi]|dagen|dag|dni|д(?:ень|ня|ней)"
WEEKS = "weeks?|wochen?|semanas?|semaines?|settiman[ae]|weken|tygodnie|недел[июь]"

READ = "\x01"  # in place of letters that say something already


@dataclass(frozen=True, slots=True)
class Names:
    """Folded words: of months (1 to 12), weekdays (0: Monday), and days from today."""

    months: dict[str, int]
    days: dict[str, int]
    relative: dict[str, int]


def folded(text: str) -> str:
    """How words are compared: small letters, no marks, one kind of space and of apostrophe."""
    letters = unicodedata.normalize("NFKD", text.casefold().replace("’", "'"))
    plain = "".join(letter for letter in letters if unicodedata.category(letter) != "Mn")
    return unicodedata.normalize("NFC", "".join(" " if one.isspace() else one for one in plain))


def wide(word: str) -> bool:
    """Whether it is written without spaces around it."""
    return any(letter >= "\u2e80" for letter in word)


@cache
def names() -> Names:
    """Read when they are needed first: that takes a moment."""
    months: dict[str, set[int]] = {}
    days: dict[str, set[int]] = {}
    relative: dict[str, set[int]] = {}
    for language in LANGUAGES:
        known = import_module(f"dateparser.data.date_translation_data.{language}").info
        _add(months, {number: known[name] for number, name in enumerate(_MONTHS, 1)}, 3)
        _add(days, {number: known[name] for number, name in enumerate(_DAYS)}, 5)
        _add(relative, {_RELATIVE[key]: known["relative-type"].get(key, ()) for key in _RELATIVE}, 3)
    return Names(_sure(months), _sure(days) | SHORT_DAYS, _sure(relative))


def _add(found: dict[str, set[int]], words: dict[int, list[str]], least: int) -> None:
    for number, spellings in words.items():
        for word in map(folded, spellings):
            shortest = least if word.isascii() else 2 if wide(word) else min(least, 3)
            whole = all(letter.isalpha() or letter in " -'" for letter in word)
            if len(word) >= shortest and whole and word not in _NOT:
                found.setdefault(word, set()).add(number)


def _sure(found: dict[str, set[int]]) -> dict[str, int]:
    return {word: next(iter(numbers)) for word, numbers in found.items() if len(numbers) == 1}


def says(pattern: str, text: str) -> bool:
    """Whether one of the words of ``pattern`` stands in it."""
    return re.search(f"(?<!\\w)(?:{pattern})(?!\\w)", text) is not None


def without(match: re.Match[str], text: str) -> str:
    """What was read does not count again."""
    return text[: match.start()] + READ * len(match[0]) + text[match.end() :]
