"""Streets with a number, and what follows them: flat, postcode, town."""

from __future__ import annotations

import re
from collections.abc import Iterator

from swsmatrix.detecting.words import Word, windows

Span = tuple[int, int]

_NUMBER = r"\d{1,5}(?:[ -]?[a-zA-Z](?!\w))?(?:[-/]\d{1,4}){0,2}(?: ?(?:bis|ter|quater)(?!\w))?"
# After these, or with a sign, a number is a time, a price, an age, a distance.
_NO_UNIT = (
    r"(?![.,:]?\d|\s?(?:[:%€$£°]|a\.?m\b|p\.?m\b|h\b|hs\b|hrs?\b|uhr\b|min\w{0,4}\b|m\b|km\b|meters?\b"
    r"|metros\b"
    r"|eur\w{0,2}\b|bucks\b|years?\b|yrs?\b|jahre\b|ans\b|años\b|anos\b|anni\b|lat\b|лет\b|heures?\b|horas?\b"
    r"|ore\b|godz|stunden?\b|people\b|men\b|guys\b|männer|leute|personen|hommes\b|hombres|homens|uomini|uur\b"
    r"|год\w{0,3}\b|час\w{0,3}\b|saat|mins\b|blocks?\b|cars?\b|times?\b|minutes?|mal\b|veces\b|fois\b"
    r"|volte\b))"
)
_NAME = r"[^\W\d_][\w'’.-]{0,24}"
_UNIT = (
    r"(?:apt|apartment|app|appt|unit|flat|suite|ste|bldg|building|rm|room|fl|floor|lot|bât|bat|esc"
    r"|escalier|étage"
    r"|piso|puerta|dpto|depto|int|interior|apto|bloco|andar|esq|interno|scala|og|stock|top|stiege|hs"
    r"|bus|lok|m\."
    r"|кв|квартира|оф|под|подъезд|bl|sc|et|ap|daire|kat|d:|k:|bajos?|bajo|col)"
)
_TAIL = (
    rf"(?:,? ?(?:#\s?\w{{1,5}}|(?:{_UNIT}\.?:? ?#?\w{{1,5}}\.?"
    rf"|\d{{1,2}}[.ºª°]{{1,2}} ?\w{{1,5}}))(?!\w)){{0,4}}"
    r"(?:,? {0,2}(?:[A-Z][\w'’-]{1,20} ){0,3}(?:[A-Z]{2} )?"
    r"(?:[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}|\d{4} ?[A-Z]{2}|\d{2}-\d{3}|\d{5}-\d{3,4}|\d{4,6}"
    r"|[A-Z]\d[A-Z] ?\d[A-Z]\d)"
    r"(?: [A-Z][\w'’-]{1,20}){0,2}(?!\w))?"
)
_ENGLISH = (
    r"(?:st|street|rd|road|ave|avenue|av|blvd|boulevard|ln|lane|dr|drive|ct|court|pl|place|pkwy|parkway"
    r"|way|terrace"
    r"|ter|cir|circle|sq|square|hwy|highway|close|crescent|cres|gardens|gdns|grove|mews|row|walk|hill"
    r"|alley|trail"
    r"|loop|park|quay|rise|green|parade|pde|esplanade|plaza|nagar|marg|cross|main|layout|enclave|colony|vihar"
    r"|turnpike|tpke|pike|broadway|wharf|yard|vale|view|drv)"
)
# No names of streets, in lower case: "2 guys down the road", "20 min drive".
_LOOSE_TEXT = """
the a an of on in at from down up off by and or to for with near along across under my our his her their
this that same other next guys guy men man people cars car girls women cops mins min minutes hours hour
hr hrs am pm blocks block miles mile km bucks dollars pounds years yrs days nights times more per one two
side back feet ft yards meters metres lbs euro euros about than quiet dark empty wide open long exit
lanes
"""
_LOOSE = frozenset(_LOOSE_TEXT.split())
_DIRECT = r"(?:[NSEW]{1,2}\.?|North|South|East|West)"
_SUFFIXED = re.compile(
    rf"(?<![\w$€£:/.,-])(?:(?:flat|unit|apt|lot|no\.?) ?\d{{1,4}}[a-z]?,? |\d{{1,4}}/)?"
    rf"(?P<number>\d{{1,5}}(?:-\d{{1,5}})?[a-zA-Z]?)"
    rf"(?: 1/2)?,? (?:{_DIRECT} )?(?P<words>(?:(?:\d{{1,3}}(?:st|nd|rd|th)|{_NAME}) ){{1,4}}?)"
    rf"(?P<type>{_ENGLISH})(?![\w'])\.?"
    rf"{_TAIL}",
    re.IGNORECASE,
)
_ROMANCE = (
    r"(?:rue|avenue|avda|avenida|av|ave|bd|bld|bvd|boulevard|allée|chemin|ch|impasse|quai|cours|place"
    r"|route|passage|square"
    r"|calle|c/|cl|bulevar|plaza|pza|pl|paseo|pº|ronda|carretera|ctra|camino|travesía|callejón|pasaje"
    r"|carrera|cra"
    r"|calzada|privada|rua|r|travessa|tv|alameda|largo|lgo|praça|pça|estrada|rodovia|via|v|viale|v\.le"
    r"|corso|c\.so"
    r"|piazza|p\.za|p\.zza|piazzale|vicolo|lungomare|strada|stradă|str|șos|şos|șoseaua|bulevardul|b-dul"
    r"|calea|aleea"
    r"|ul|ulica|al|aleja|aleje|os|osiedle|plac|ulice|utca|улица|ул|вулиця|вул|просп|проспект|пр-т|пр"
    r"|пер|переулок|провулок"
    r"|пров|пл|площадь|площа|бульвар|бул|б-р|шоссе|ш|наб|набережная|мкр|οδός|οδος|λεωφ|λεωφόρος|πλ|شارع"
    r"|straße|strasse"
    r"|allee|am|jl|jalan|đường|ถนน|ซอย)"
)
_LINK = r"(?:(?:d[eoaui]s?|del|della|dello|dei|delle|degli|la|le|les|el|los|las|l'|der|den|the|и|of) ){0,3}"
_MARK = r"(?:n[.º°o]{1,3}|nº|n\.º|nr\.?|num\.?|número|numéro|№|#|буд\.?|д\.?|дом|будинок|no[:.]|αρ\.?|رقم)"
_PREFIXED = re.compile(
    rf"(?<![\w/])(?:(?P<before>{_NUMBER}),? )?(?P<type>{_ROMANCE})(?:\. ?| )"
    rf"(?P<words>{_LINK}{_NAME}(?: (?!{_MARK}){_NAME}){{0,4}})"
    rf"(?:,? ?(?P<mark>{_MARK})? ?(?P<after>{_NUMBER}){_NO_UNIT}|,? ?(?P<sn>s/n)(?!\w)|(?(before)"
    rf"|(?!))){_TAIL}",
    re.IGNORECASE,
)
_GERMANIC = re.compile(
    rf"(?<!\w)(?:[A-ZÄÖÜ][\w.-]{{1,24}} ){{0,2}}?"
    rf"(?P<word>(?:[^\W\d_][\w-]{{2,30}}(?:straße|strasse|str\.|str|gasse|allee|weg|platz|ring|ufer"
    rf"|damm|steig|chaussee"
    rf"|promenade|straat|laan|kade|plein|gracht|dreef|singel|gatan|vägen|gade|vej|gata|veien|utca)"
    rf"|(?:[A-ZÄÖÜ][\w-]{{2,24}}[ -])(?:Straße|Strasse|Str\.?|Allee|Platz|Weg|Gasse|Ring|Ufer|Damm"
    rf"|Chaussee)))"
    rf"(?!\w)\.? ?(?P<number>\d{{1,4}}(?: ?[a-z](?!\w))?(?:[-/]\w{{1,4}}){{0,3}}){_NO_UNIT}{_TAIL}"
    rf"|(?<!\w)(?:Am|An der|An den|Im|In der|In den|Auf der|Auf dem|Zum|Zur|Unter den"
    rf"|Hinter der) [A-ZÄÖÜ][\w-]{{2,24}} "
    rf"\d{{1,3}} ?[a-z]?,? \d{{4,5}}(?: [A-ZÄÖÜ][\w-]{{1,24}})?",
    re.IGNORECASE,
)
_NOT_STREETS = re.compile(
    r"^(?:park|sitz|steh|stell|rast|schul|heim|rück|hin|her|um|aus|ein|lager|arbeits)(?:platz|weg)$",
    re.IGNORECASE,
)
_ASIAN = re.compile(
    r"[\u4e00-\u9fff]{0,8}[路街道巷弄段胡同里][\u4e00-\u9fff\d]{0,8}?\d{1,5}(?:巷|弄|之\d)?"
    r"\d{0,4}[号號][\d\u4e00-\u9fff-]{0,10}"
    r"|[\u3040-\u30ff\u4e00-\u9fff]{0,6}[都道府県市区町村][\u3040-\u30ff\u4e00-\u9fff]{0,10}"
    r"\d{1,3}(?:-\d{1,4}){1,3}|[\u3040-\u30ff\u4e00-\u9fff]{1,10}\d{1,2}丁目\d{1,3}(?:番地?|-)\d{0,3}号?"
    r"|[가-힣]{1,10}(?:로|길)(?: ?\d{1,3}번?길)? ?\d{1,4}(?:-\d{1,3})?(?!\d|시|분|명|번|만|살|차|호선)"
    r"|\d{1,4}/\d{1,4} ?(?:หมู่ ?\d{1,2} ?)?(?:ถนน|ถ\.|ซอย|ซ\.)[ก-๙]{1,20}(?: ?\d{1,3})?"
    r"|شارع [\u0621-\u064a]{2,15}(?: [\u0621-\u064a]{2,15}){0,3}،? (?:رقم |مبنى |بناية |عمارة )?\d{1,4}"
)
_TURKISH = re.compile(
    rf"(?<!\w){_NAME} (?:sok|sokak|sokağı|sk|cad|cadde|caddesi|cd|bulvarı|blv|mah"
    rf"|mahallesi)\.?,? (?:no ?[:.]? ?)?\d{{1,4}}(?:[/-]\d{{1,4}})?"
    rf"{_NO_UNIT}|(?<!\w){_NAME} (?:utca|u\.|út|tér|körút) \d{{1,4}}{_NO_UNIT}",
    re.IGNORECASE,
)


_ENGLISH_WORDS = frozenset(re.findall(r"[^\W\d_]+", _ENGLISH))
_ROMANCE_WORDS = frozenset(re.findall(r"[^\W\d_]+", _ROMANCE))
_GERMANIC_WORDS = frozenset(["am", "an", "im", "in", "auf", "zum", "zur", "unter", "hinter"])
_GERMANIC_ENDINGS = (
    *(
        "straße",
        "strasse",
        "str",
        "gasse",
        "allee",
        "weg",
        "platz",
        "ring",
        "ufer",
        "damm",
        "steig",
        "chaussee",
    ),
    *("promenade", "straat", "laan", "kade", "plein", "gracht", "dreef", "singel", "gatan", "vägen", "gade"),
    *("vej", "gata", "veien", "utca"),
)
_TURKISH_WORDS_TEXT = """
sok sokak sokağı sk cad cadde caddesi cd bulvarı blv mah mahallesi utca u út tér körút
"""
_TURKISH_WORDS = frozenset(_TURKISH_WORDS_TEXT.split())
_ASIAN_SIGNS = re.compile(r"[\u0621-\u064a\u0e01-\u0e59\u3040-\u30ff\u4e00-\u9fff\uac00-\ud7a3]")


def addresses(view: str, spoken: list[Word]) -> Iterator[Span]:
    """Streets with their number, in the orders in which countries write them."""
    spans = [found.span() for found in _around(_SUFFIXED, view, spoken, _ENGLISH_WORDS) if _suffixed(found)]
    spans += [found.span() for found in _around(_PREFIXED, view, spoken, _ROMANCE_WORDS) if _prefixed(found)]
    germanic = _around(_GERMANIC, view, spoken, _GERMANIC_WORDS, _GERMANIC_ENDINGS)
    spans += [found.span() for found in germanic if _germanic(found)]
    spans += [found.span() for found in _around(_TURKISH, view, spoken, _TURKISH_WORDS)]
    if _ASIAN_SIGNS.search(view):
        spans += [found.span() for found in _ASIAN.finditer(view)]
    last = 0
    for start, end in sorted(spans):
        if start >= last:
            yield start, end
            last = end


def _around(
    pattern: re.Pattern[str],
    view: str,
    spoken: list[Word],
    wanted: frozenset[str],
    endings: tuple[str, ...] = (),
) -> Iterator[re.Match[str]]:
    for start, end in windows(view, spoken, wanted, 70, 100, endings=endings):
        yield from pattern.finditer(view, start, end)


def _germanic(found: re.Match[str]) -> bool:
    word = found["word"]
    return not word or (word[0].isupper() and not _NOT_STREETS.match(word))


def _suffixed(found: re.Match[str]) -> bool:
    words = found["words"].split()
    if words[0].casefold() in _LOOSE or (
        found["type"].casefold() in {"st", "ct"} and words[-1].endswith(".")
    ):
        return False
    if all(word[0].isupper() or word[0].isdigit() for word in words):
        return True
    short = found["type"].casefold() in {"st", "street", "rd", "road", "ave", "avenue", "blvd", "ln", "lane"}
    return short and len(words) <= 2 and not _LOOSE.intersection(word.casefold() for word in words)


def _prefixed(found: re.Match[str]) -> bool:
    """A name begins with a capital, unless its number is marked as one; short types end with a dot."""
    if not (found["before"] or found["after"] or found["sn"]):
        return False
    dotted = found["type"].endswith("/") or _dotted(found)
    if len(found["type"]) <= 2 and not dotted:
        return False
    capital = any(word[0].isupper() for word in found["words"].split())
    return capital or bool(found["mark"]) or not found["words"][0].isascii()


def _dotted(found: re.Match[str]) -> bool:
    return found.string[found.end("type") : found.end("type") + 1] == "."
