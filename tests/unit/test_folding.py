"""What is the same to the eye is the same to us, and every letter remembers where it stood."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from swsmatrix import folding
from swsmatrix.folding import casefolded, distance, invisible, key, readable, skeleton

ANY_TEXT = st.text(alphabet=st.characters(exclude_categories=()))  # lone surrogates included
THOROUGH = settings(deadline=None, derandomize=True, max_examples=300)


@pytest.mark.parametrize(
    ("written", "seen"),
    [
        ("SWSdanger", "swsdanger"),
        ("ｓｗｓｄａｎｇｅｒ", "swsdanger"),
        ("𝓼𝔀𝓼𝓭𝓪𝓷𝓰𝓮𝓻", "swsdanger"),
        ("ⓢⓦⓢⓗⓔⓛⓟ", "swshelp"),
        ("🅢🅦🅢🅗🅔🅛🅟", "swshelp"),
        ("🆂🆆🆂🅷🅴🅻🅿", "swshelp"),
        ("🅂🅆🅂🄷🄴🄻🄿", "swshelp"),
        ("ѕԝѕһеӏр", "swshelp"),
        ("ЅԜЅНЕӀР", "swshelp"),
        ("SWSᎠΑΝGᎬᏒ", "swsdanger"),
        ("ꜱᴡꜱꜰʏɪ", "swsfyi"),
        ("SWSFYİ swsfyı", "swsfyi swsfyi"),
        ("s\u0337w\u0337s\u0337d\u0337o\u0337x\u0337x\u0337", "swsdoxx"),
        ("ṡẇṡḧëḷṗ", "swshelp"),
        ("s\u200bw\u200ds\u2060h\u00ade\ufe0fl\u202ep\u2069", "swshelp"),
        ("s\u3164w\u115fs\U000e0061", "sws"),
        ("ſwſhelp", "swshelp"),
        ("swshёlp SWSHЁLP", "swshelp swshelp"),
        ("♯＃﹟#", "####"),
        ("us\u2010ny us\u2011ny", "us-ny us-ny"),
        ("坏人 привет", "坏人 пpивet".replace("п", "n").replace("в", "b")),
    ],
)
def test_skeleton(written: str, seen: str) -> None:
    assert skeleton(written).text == seen


@pytest.mark.parametrize("letter", sorted(folding._LOOK_ALIKES))
def test_every_look_alike_folds_to_its_letter(letter: str) -> None:
    for alike in folding._LOOK_ALIKES[letter]:
        assert skeleton(alike).text == letter, f"U+{ord(alike):04X}"


def test_no_look_alike_stands_for_two_letters() -> None:
    everything = "".join(folding._LOOK_ALIKES.values())
    assert len(set(everything)) == len(everything)
    assert not set(everything) & set("abcdefghijklmnopqrstuvwxyz")


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("２１２－５５５", "212-555"),
        ("٢١٢ ۵۵۵ ०१२३", "212 555 0123"),
        ("2\u200b1\u200d2", "212"),
        ("2\ufe0f\u20e31\ufe0f\u20e3", "21"),
        ("212\u2013555\u22120123", "212-555-0123"),
        ("212\u00a0555\u20090123", "212 555 0123"),
        ("a\r\nb\u2028c", "a\n\nb\nc"),
        ("bob＠example．org 例え。jp", "bob@example.org 例え.jp"),
        ("𝟐𝟏𝟐 ²¹²", "212 212"),
        ("Zoë", "Zoë"),
    ],
)
def test_readable(written: str, read: str) -> None:
    assert readable(written).text == read


def test_span_takes_in_what_the_view_left_out() -> None:
    folded = skeleton("x s\u0301w\u200bs\u0301 y")
    at = folded.text.index("sws")
    start, end = folded.span(at, at + 3)
    assert "x s\u0301w\u200bs\u0301 y"[start:end] == "s\u0301w\u200bs\u0301"
    assert folded.span(at, at) == (start, start)


def test_span_within_one_letter_that_reads_as_several() -> None:
    folded = skeleton("a㎏b")  # reads "akgb"
    assert folded.text == "akgb"
    assert folded.span(1, 2) == folded.span(1, 3) == (1, 2)


@THOROUGH
@given(ANY_TEXT)
def test_views_never_fail_and_keep_their_order(text: str) -> None:
    for view in (skeleton(text), readable(text)):
        assert len(view.source) == len(view.text) + 1
        assert list(view.source) == sorted(view.source)
        assert view.source[-1] == len(text)
        assert view.span(0, len(view.text))[1] == (len(text) if view.text else view.source[0])


@THOROUGH
@given(ANY_TEXT)
def test_skeletons_have_no_marks_and_nothing_invisible(text: str) -> None:
    for char in skeleton(text).text:
        assert not invisible(char)
        assert not unicodedata.category(char).startswith("M")


@pytest.mark.parametrize("char", ["a", " ", "\n", "\t", "\x85", "é", "\u0301", "\ud800", "🚨", "\u2800", "#"])
def test_visible(char: str) -> None:
    assert not invisible(char)


@pytest.mark.parametrize("char", ["\x00", "\x7f", "\u200b", "\u202e", "\ufeff", "\ufe0f", "\U000e0100"])
def test_invisible(char: str) -> None:
    assert invisible(char)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("us-ny", "US_NY"),
        ("New York", "newyork"),
        ("São Paulo", "sao-paulo"),
        ("Łódź", "lodz"),
        ("KØBENHAVN", "kobenhavn"),
        ("Montre\u0301al", "montréal"),
        ("ｎｙｃ", "nyc"),
        ("n\u200byc", "nyc"),
        ("STRASSE", "straße"),
        ("us–ny", "usny"),
    ],
)
def test_names_that_are_the_same(one: str, other: str) -> None:
    assert key(one) == key(other)


@pytest.mark.parametrize(
    ("one", "other"), [("दिल", "दल"), ("กิน", "กัน"), ("nyc", "nyce"), ("パリ", "ハリ"), ("пус", "nyc")]
)
def test_names_that_are_not_the_same(one: str, other: str) -> None:
    assert key(one) != key(other)


def test_casefolded_keeps_accents_and_composes_them() -> None:
    assert casefolded("MONTRE\u0301\u200bAL") == "montréal"


@pytest.mark.parametrize(
    ("one", "other", "slips"),
    [
        ("danger", "danger", 0),
        ("dagner", "danger", 1),
        ("dange", "danger", 1),
        ("ddanger", "danger", 1),
        ("bander", "danger", 2),
        ("dnager", "dagner", 2),
        ("house", "danger", 3),
        ("", "ab", 2),
        ("danger", "", 3),
    ],
)
def test_distance(one: str, other: str, slips: int) -> None:
    assert distance(one, other, 2) == slips
    assert distance(other, one, 2) == slips
