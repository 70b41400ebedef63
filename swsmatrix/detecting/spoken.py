"""Telephone numbers in words, and with letters in the place of figures."""

from __future__ import annotations

import re
from collections.abc import Iterator

from swsmatrix.detecting.words import Word
from swsmatrix.domains import ending

Span = tuple[int, int]

_WORDS_TEXT = """
zero oh nought one two three four five six seven eight nine ten eleven twelve double triple null eins
zwei zwo drei vier fünf sechs sieben acht neun zehn elf zwölf doppel zéro un deux trois quatre cinq sept
huit neuf dix onze douze treize quatorze quinze seize vingt trente quarante cinquante soixante septante
octante nonante vingts et cero uno dos tres cuatro cinco seis siete ocho nueve diez once doce trece
catorce quince dieciséis diecisiete dieciocho diecinueve veinte treinta cuarenta cincuenta sesenta
setenta ochenta noventa y um dois três quatro sete oito nove meia dez doze treze due tre quattro cinque
sei sette otto dieci undici dodici tredici venti venticinque trenta quaranta cinquanta sessanta settanta
ottanta novanta nul een één twee drie zes zeven negen tien jeden dwa trzy cztery pięć sześć siedem osiem
dziewięć dziesięć jedenaście dwanaście dwadzieścia trzydzieści czterdzieści pięćdziesiąt sześćdziesiąt
siedemdziesiąt osiemdziesiąt dziewięćdziesiąt sto dwieście trzysta czterysta pięćset sześćset siedemset
osiemset dziewięćset unu doi trei patru cinci șase şase sase șapte sapte opt nouă noua zece ноль нуль
один два три четыре пять шесть семь восемь девять десять одиннадцать двенадцать тринадцать двадцать
тридцать сорок пятьдесят шестьдесят семьдесят восемьдесят девяносто сто двести триста четыреста пятьсот
шестьсот семьсот восемьсот девятьсот чотири п'ять пʼять шість сім вісім дев'ять девʼять десять sıfır bir
iki üç dört beş altı yedi sekiz dokuz on yirmi otuz kırk elli altmış yetmiş seksen doksan μηδέν ένα δύο
τρία τέσσερα πέντε έξι επτά εφτά οκτώ οχτώ εννέα εννιά صفر واحد اثنان اثنين ثلاثة اربعة أربعة خمسة ستة
سبعة ثمانية تسعة ศูนย์ หนึ่ง สอง สาม สี่ ห้า หก เจ็ด แปด เก้า
零 〇 一 二 三 四 五 六 七 八 九 幺 两 ゼロ いち に さん よん ご
ろく なな はち きゅう 공 일 이 삼 사 오 육 칠 팔 구
"""
_WORDS = _WORDS_TEXT.split()
_WORD = "|".join(sorted({re.escape(word) for word in _WORDS}, key=lambda word: (-len(word), word)))
_IN_WORDS = re.compile(
    rf"(?<![^\W\d])(?:(?:{_WORD}|\d)[\s,.\-/]{{0,3}}){{6,40}}(?<![\s,.\-/])(?!\w)", re.IGNORECASE
)
_RUN = re.compile(r"(?<!\w)[0-9OoIl]{1,15}(?:[-. /()]{1,3}[0-9OoIl]{1,15}){0,8}(?!\w)")
_TOKEN = re.compile(r"\b(?:[OoIl]{0,15}\d[0-9OoIl]{0,15}|O{2,4})\b")
_LIKE = str.maketrans("OoIl", "0011")


_BEGIN = frozenset(_WORDS)
_SIGNS = frozenset(word[0] for word in _WORDS if word[0] > "\u0e00")  # of scripts without spaces


def numbers(view: str, spoken: list[Word]) -> Iterator[Span]:
    """Six words for figures or more in a row, figures among them or not."""
    at = 0
    for word in spoken:
        if word.start < at or not (word.text in _BEGIN or word.text[0] in _SIGNS):
            continue
        start = word.start
        while start > at and view[start - 1].isdigit() and word.start - start < 3:
            start -= 1
        found = _IN_WORDS.match(view, start)
        if not found:
            continue
        letters = sum(sign.isalpha() for sign in found[0])
        if letters * 2 > found.end() - found.start() or (letters >= 6 and re.search(r"\d", found[0])):
            at = found.end()
            yield found.span()


def figures(view: str) -> str:
    """``view`` with a figure for each letter that stands for one in a number: ``O2O 7946 O958``."""

    def mended(found: re.Match[str]) -> str:
        run = found[0]
        if sum(sign.isdigit() for sign in run) < 3:
            return run
        return _TOKEN.sub(lambda token: token[0].translate(_LIKE), run)

    return _RUN.sub(mended, view)


_AT = (
    r"(?:at|ät|et|arroba|arobase|arobas|chiocciola|małpa|malpa|apenstaartje"
    r"|собака|собачка|παπάκι|at işareti|эт)"
)
_DOT = r"(?:\.|dot|punkt|punto|point|ponto|punt|kropka|punct|точка|крапка|nokta|τελεία|点)"
_LABEL = r"[^\W_][\w.-]{0,40}"
_SPOKEN = re.compile(
    rf"(?<![\w.]){_LABEL}(?P<at> {_AT} | ?[(\[{{<*] ?{_AT} ?[)\]}}>*] ?)[^\W_][\w-]{{0,40}}"
    rf"(?P<dots>(?:(?: ?[(\[{{<*] ?{_DOT} ?[)\]}}>*] ?| {_DOT} |\.)[^\W_][\w-]{{1,20}}){{1,3}})(?!\w)",
    re.IGNORECASE,
)


_HALF = re.compile(
    rf"{_AT}(?: | ?[)\]}}>*] ?)[^\W_][\w-]{{0,40}}(?: ?[(\[{{<*] ?{_DOT}| {_DOT} |\.[^\W\d_])", re.IGNORECASE
)
_AT_WORDS = frozenset(re.findall(r"[^\W\d_]+", _AT))


def emails(view: str, spoken: list[Word]) -> Iterator[Span]:
    """E-mail addresses with the words for the signs, in the languages in which they are said."""
    at = 0
    for word in spoken:
        if word.text in _AT_WORDS and word.start > at and _HALF.match(view, word.start):
            found = _SPOKEN.search(view, max(at, word.start - 45), word.end + 70)
            if found and ending(re.split(r"\W", found["dots"].rstrip())[-1]):
                at = found.end()
                yield found.span()
