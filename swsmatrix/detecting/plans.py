"""The numbering plans of countries, from ``phonenumbers``: whether digits are somebody's number there.

Its own ``parse`` and ``is_valid_number`` take some 50 µs for each number and country; the patterns that they
go by take one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

from phonenumbers import COUNTRY_CODE_TO_REGION_CODE, PhoneMetadata

_SORTS = (
    "fixed_line",
    "mobile",
    "toll_free",
    "premium_rate",
    "shared_cost",
    "personal_number",
    "voip",
    "uan",
)


class Plan(NamedTuple):
    """``trunk``: what precedes national numbers inside the country, or "". ``pattern``: of what follows."""

    trunk: str
    pattern: re.Pattern[str]


@lru_cache(maxsize=256)
def plan(country: str) -> Plan | None:
    """The plan of a country (ISO 3166-1, two letters), None if there is no such country."""
    known = PhoneMetadata.metadata_for_region(country, None)
    if known is None:
        return None
    sorts = (getattr(known, sort) for sort in _SORTS)
    patterns = [sort.national_number_pattern for sort in sorts if sort and sort.national_number_pattern]
    return Plan(known.national_prefix or "", re.compile("|".join(f"(?:{one})" for one in patterns)))


@lru_cache(maxsize=256)
def _abroad(code: int) -> re.Pattern[str] | None:
    """What follows a country's code. Looser than its plan: numbers for fiction count."""
    countries = COUNTRY_CODE_TO_REGION_CODE.get(code)
    known = countries and PhoneMetadata.metadata_for_region(countries[0], None)
    if not known or not known.general_desc:
        return None
    return re.compile(known.general_desc.national_number_pattern or "")


def national(digits: str, countries: Iterable[str]) -> bool:
    """Whether digits, as one of the countries writes them inside it, are a number."""
    for country in countries:
        found = plan(country)
        if found is None:
            continue
        bare = digits[len(found.trunk) :] if found.trunk and digits.startswith(found.trunk) else digits
        if found.pattern.fullmatch(bare) or (bare is not digits and found.pattern.fullmatch(digits)):
            return True
    return False


def international(digits: str) -> bool:
    """Whether digits that follow a + are a number somewhere, a bracketed (0) among them or not."""
    for length in (1, 2, 3):
        if pattern := _abroad(int(digits[:length])):
            rest = digits[length:]
            return bool(pattern.fullmatch(rest) or (rest[:1] == "0" and pattern.fullmatch(rest[1:])))
    return False


def trunk_zero(country: str) -> bool:
    """Whether a 0 precedes national numbers there: without it digits are something else."""
    found = plan(country)
    return found is not None and found.trunk == "0"
