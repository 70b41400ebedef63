"""What identifies somebody is found, however it is written; what warnings are made of is left alone."""

from __future__ import annotations

import subprocess
import sys

import phonenumbers
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks import identifying
from swsmatrix.identifying import COUNTRIES, Finding, Kind, find, strike

THOROUGH = settings(deadline=None, derandomize=True, max_examples=300)
WORDS = {kind: f"[{kind.value}]" for kind in Kind} | {
    Kind.PHONE: "[number]",
    Kind.EMAIL: "[mail]",
    Kind.URL: "[link]",
}
BITS = (
    *(
        "2125550123",
        "212",
        "555",
        "0123",
        "+44",
        "20",
        "7946",
        "0958",
        "(",
        ")",
        "-",
        ".",
        " ",
        "/",
        ",",
        "\n",
        "0",
    ),
    *(
        "@",
        "(at)",
        " at ",
        "dot",
        "[.]",
        "example",
        "org",
        "com",
        "https://",
        "www.",
        "x",
        "é",
        "пример",
        "рф",
        ":",
    ),
    *(
        "\u200b",
        "２１２",
        "٢١٢",
        "㎏",
        "½",
        "\ufdfa",
        "2026-11-21",
        "19:00",
        "$",
        "#",
        "call ",
        "ext 5",
        "1\u20e3",
    ),
)
NASTY_TEXT = st.lists(
    st.one_of(st.sampled_from(BITS), st.characters(exclude_categories=())), max_size=24
).map("".join)


def found(text: str) -> list[tuple[Kind, str]]:
    return [(finding.kind, finding.text) for finding in find(text)]


@pytest.mark.parametrize(
    "number",
    [
        "(212) 555-0123",
        "212.555.0123",
        "212-555-0123",
        "212 555 0123",
        "2125550123",
        "1-212-555-0123",
        "+1 (212) 555-0123",
        "+12125550123",
        "212,555,0123",
        "212 - 555 - 0123",
        "212/555/0123",
        "212·555·0123",
        "2 1 2 5 5 5 0 1 2 3",
        "2-1-2-5-5-5-0-1-2-3",
        "555-0123",
        "(310) 155-0123",
        "212-555-0123 ext. 44",
        "+44 20 7946 0958",
        "+44 (0)20 7946 0958",
        "020 7946 0958",
        "0044 20 7946 0958",
        "07700 900123",
        "030/12345678",
        "+49-30-12345678",
        "06 12 34 56 78",
        "06.12.34.56.78",
        "612 34 56 78",
        "0412 345 678",
        "+55 11 91234-5678",
        "+234 803 123 4567",
        "２１２－５５５－０１２３",
        "٢١٢ ٥٥٥ ٠١٢٣",
        "२१२ ५५५ ०१२३",
        "2\u200b1\u200c2-5\u20605\u200d5-0\ufeff123",
        "2\ufe0f\u20e31\ufe0f\u20e32\ufe0f\u20e3 555 0123",
        "212\u2013555\u20130123",
        "212\u00a0555\u20090123",
        "𝟚𝟙𝟚-𝟝𝟝𝟝-𝟘𝟙𝟚𝟛",
    ],
)
def test_telephone_numbers(number: str) -> None:
    assert found(number) == [(Kind.PHONE, number)]
    assert found(f"His number is {number}, he drives a van. He is 45.") == [(Kind.PHONE, number)]


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("call 555 0123 now", ["555 0123"]),
        ("text him at 5550123", ["5550123"]),
        ("212-555-0123 646-555-0188", ["212-555-0123", "646-555-0188"]),
        ("212-555-0123/646-555-0188", ["212-555-0123", "646-555-0188"]),
        ("on 11/21/2026 212-555-0123", ["212-555-0123"]),
        ("$200 212-555-0123", ["212-555-0123"]),
        ("tel:+12125550123", ["+12125550123"]),
        ("07700 900123 45 years", ["07700 900123"]),
        ("+12125550123 45 years", ["+12125550123"]),
        ("212-555-0123 45 years", ["212-555-0123"]),
        ("+999 123 456 78", ["+999 123 456 78"]),
        ("0100 0000", []),
        ("(+44) 20 7946 0958", ["(+44) 20 7946 0958"]),
    ],
)
def test_telephone_numbers_among_others(text: str, numbers: list[str]) -> None:
    assert found(text) == [(Kind.PHONE, number) for number in numbers]


@pytest.mark.parametrize("country", COUNTRIES)
@pytest.mark.parametrize(
    "sort", [phonenumbers.PhoneNumberType.FIXED_LINE, phonenumbers.PhoneNumberType.MOBILE]
)
def test_each_country_as_it_writes_them(country: str, sort: int) -> None:
    number = phonenumbers.example_number_for_type(country, sort)
    assert number is not None
    for style in (
        phonenumbers.PhoneNumberFormat.E164,
        phonenumbers.PhoneNumberFormat.INTERNATIONAL,
        phonenumbers.PhoneNumberFormat.NATIONAL,
    ):
        written = phonenumbers.format_number(number, style)
        assert found(f"He is at {written} mostly") == [(Kind.PHONE, written)]


def test_which_countries_count() -> None:
    spanish = "612 34 56 78"
    assert find(spanish, ("ES",))
    assert not find(spanish, ("US", "GB"))
    assert find("+34 612 34 56 78", ())
    assert find("07700 900123", ("GB",))  # in no plan, but as long and as written as there


@pytest.mark.parametrize(
    "text",
    [
        *("2026-11-21 19:00", "between 10 and 11 pm", "11/21/2026", "21.11.2026", "21.11.2026, 19.00-21.30"),
        *("11/21/26 at 10:30", "2026-11-21T19:00:00", "09 11 2026 at 22.30", "from 01/12/2026-05/12/2026"),
        *(
            "01.12.26-05.12.26",
            "01.12. - 05.12.2026",
            "2019-2023",
            "since 2019, 2020, 2021",
            "10-11pm, 7-9am",
        ),
        *("2026/11/21 2026/11/22 2026/11/23", "11-21-2026 10:30 - 11:45", "in 1999 and 2026 1200 people"),
        *(
            "room 1204",
            "rooms 1204 1206 1208",
            "rooms 412, 414 and 416",
            "apt 5b, floor 12",
            "hotel 412 4161",
        ),
        *(
            "$1,200",
            "$200 300 400",
            "$200/300/400",
            "600 800 1000",
            "600 700 800",
            "612,345,678",
            "$612 345 678",
            "1,250,000",
            "€150/hr 250/2h",
            "200 to 1000",
        ),
        *("he is 45", "22, 23 24 25 26", "aged 30-35, 40-45", "1 2 3 4 5 6 7 8 9 10", "30 32 34 36 38"),
        *("6'2, 200 lbs", "I-95 exit 12", "10001-1234", "40.71, -74.01", "911", "24/7", "3.5 of 5"),
        *("a 2015 Ford 150", "#1312", "50% off 100", "1.500.000", "192.168.0.1", "v2.0.1"),
    ],
)
def test_other_numbers_are_left_alone(text: str) -> None:
    assert found(text) == []
    assert found(f"Careful: {text}. He comes back") == []


@pytest.mark.parametrize(
    "address",
    [
        "bob@example.org",
        "Bob.O'Hara+van@mail.example.co.uk",
        "bob＠example．org",
        "b\u200bob@exam\u200bple.org",
        "bob @ example.org",
        "bob(at)example.org",
        "bob (at) example (dot) org",
        "bob [at] example [dot] org",
        "bob{at}example{.}org",
        "bob at example dot org",
        "bob (AT) example DOT com",
        "bøb@bücher.example.de",
        "боб@пример.рф",
        "bob@host.internal",
    ],
)
def test_e_mail_addresses(address: str) -> None:
    assert found(address) == [(Kind.EMAIL, address)]
    assert found(f"He writes from ({address}), careful.") == [(Kind.EMAIL, address)]


@pytest.mark.parametrize(
    "address",
    [
        "https://example.org/",
        "https://example.org/a_(b)?c=d#e",
        "HTTP://EXAMPLE.ORG",
        "hxxps://example[.]org/x",
        "h**ps://example.org",
        "http[:]//example.org",
        "http://192.0.2.7/x",
        "ftp://x/y",
        "www.example.nowhere",
        "example.org",
        "example.org/x",
        "Example.com",
        "EXAMPLE.DE",
        "sub.example.co.uk:8080/x",
        "jane-doe.escort",
        "onlyfans.com/jane",
        "t.me/jane",
        "wa.me/12125550123",
        "linktr.ee/jane",
        "youtu.be/abc",
        "411.com",
        "example[.]org/x",
        "example (dot) org",
        "example dot com",
        "example。org",
        "ex\u200bample.org",
        "пример.рф",
        "例え.jp",
        "bücher.de",
        "xn--e1afmkfd.xn--p1ai",
        "@jane:example.org",
        "#pier:matrix.example.org",
        "https://matrix.to/#/@jane:example.org",
    ],
)
def test_addresses(address: str) -> None:
    assert found(address) == [(Kind.URL, address)]
    assert found(f"Look: {address}, careful.") == [(Kind.URL, address)]


@pytest.mark.parametrize(
    "text",
    [
        *(
            "e.g. this",
            "i.e. that",
            "E.g.this",
            "3.5",
            "end.Next sentence",
            "the end.So he left",
            "ok.IT was him",
        ),
        *("10.am", "9.pm", "u.s.a.", "Ph.D", "a.k.a. Bob", "...", "wait...what", "and/or", "w/o", "Mr.Smith"),
        *(
            "https://",
            "https://...",
            "www...",
            "www.",
            "@",
            "look at that dot on it",
            "meet @ 5",
            "St. Mark",
            "t.me",
            "photo.jpg",
            "5.in a row",
        ),
        *("connect the dot in it", "\ud800.\ud800", "@room is here", "#nyc: be careful", "he said:hi"),
    ],
)
def test_other_dots_are_left_alone(text: str) -> None:
    assert found(text) == []


@pytest.mark.parametrize(
    ("kind", "detail"),
    [
        *((Kind.HANDLE, name) for name in ("@alice", "u/alice_k", "$alice-k", "alice_k", "alice#1234")),
        *(
            (Kind.ADDRESS, street)
            for street in ("12 Main St", "9 elm street", "Lindenstraße 4", "Calle Mayor, 7")
        ),
        *(
            (Kind.ADDRESS, street)
            for street in ("14 rue des Lilas", "Via Verdi 3", "ul. Polna 5", "ул. Мира, 5")
        ),
        *((Kind.PLATE, plate) for plate in ("B-XY 1234", "AB12 CDE", "AA-123-BB", "1234 BCD", "ABC-1234")),
        (Kind.IBAN, "DE89 3704 0044 0532 0130 00"),
        (Kind.CARD, "4111 1111 1111 1111"),
        *((Kind.COORDINATES, at) for at in ("40.7128, -74.0060", "52°31'12\"N 13°24'18\"E", "8CGRC78X+2V")),
        (Kind.PHONE, "O2O 7946 O958"),
        (Kind.PHONE, "two one two five five five oh one two three"),
        (Kind.EMAIL, "bob arroba example punto es"),
    ],
)
def test_other_details(kind: Kind, detail: str) -> None:
    assert found(detail) == [(kind, detail)]
    assert found(f"He has: {detail}, careful") == [(kind, detail)]


@pytest.mark.parametrize("which", ["known", "unseen"])
def test_no_less_is_found_than_was_reached(which: str) -> None:
    made = identifying.score(
        m for m in identifying.messages() if identifying.half(m) == which and "hard" not in m
    )
    assert made.recall >= {"known": 0.94, "unseen": 0.90}[which], made.missed
    assert made.precision >= 0.96, made.false
    assert made.held_without_details <= 0.03


def test_everything_in_one_text() -> None:
    text = "Bob, bob@example.org or 212-555-0123, see https://example.org/212-555-0188 and t.me/bob."
    assert found(text) == [
        (Kind.EMAIL, "bob@example.org"),
        (Kind.PHONE, "212-555-0123"),
        (Kind.URL, "https://example.org/212-555-0188"),
        (Kind.URL, "t.me/bob"),
    ]
    assert strike(text, find(text), WORDS) == "Bob, [mail] or [number], see [link] and [link]."


def test_a_letter_that_reads_as_several_belongs_to_one_finding() -> None:
    text = "212-555-012½12-555-0188"  # reads 212-555-0121/212-555-0188
    assert found(text) == [(Kind.PHONE, "212-555-012½"), (Kind.PHONE, "12-555-0188")]


def test_the_longest_address_counts() -> None:
    assert found("jane.com@example.org") == [(Kind.EMAIL, "jane.com@example.org")]
    assert found("https://example.org/+12125550123") == [(Kind.URL, "https://example.org/+12125550123")]


def test_strike_takes_out_every_other_place_where_the_same_stands() -> None:
    text = "2125550123 and 992125550123999999999 and 2125550123"
    findings = [one for one in find(text) if one.text == "2125550123"]
    assert len(findings) == 2
    assert strike(text, findings, WORDS) == "[number] and 99[number]999999999 and [number]"
    assert strike(text, findings[1:], WORDS) == "[number] and 99[number]999999999 and [number]"


def test_strike_nothing() -> None:
    assert strike("as it  was\n", (), WORDS) == "as it  was\n"
    assert find("") == ()


def test_more_digits_than_anybody_says_are_all_taken_for_numbers() -> None:
    assert find("444 444 444 444", ("ES",)) == ()
    assert find("444 " * 10_000, ("ES",)) != ()


@THOROUGH
@given(st.one_of(NASTY_TEXT, st.text(alphabet=st.characters(exclude_categories=()))))
def test_findings_are_parts_of_the_text_in_order(text: str) -> None:
    last = 0
    for finding in find(text):
        assert last <= finding.start < finding.end <= len(text)
        assert text[finding.start : finding.end] == finding.text
        last = finding.end


@THOROUGH
@given(NASTY_TEXT)
def test_nothing_found_is_left_after_striking(text: str) -> None:
    findings = find(text)
    struck = strike(text, findings, WORDS)
    assert not [finding for finding in findings if finding.text in struck]


@THOROUGH
@given(st.data())
def test_invisible_characters_hide_nothing(data: st.DataObject) -> None:
    letters = list(
        data.draw(st.sampled_from(["212-555-0123", "bob@example.org", "example.org/x", "+442079460958"]))
    )
    for at in sorted(data.draw(st.lists(st.integers(1, len(letters) - 1), max_size=6)), reverse=True):
        letters.insert(at, data.draw(st.sampled_from("\u200b\u200d\u2060\u202e\ufeff\u00ad\ufe0f")))
    text = "so " + "".join(letters) + " it is"
    assert [one.text for one in find(text)] == ["".join(letters)]


HOSTILE = """
import resource
resource.setrlimit(resource.RLIMIT_CPU, (60, 60))  # processor time, not the clock's: a busy machine is fine
from swsmatrix.identifying import Kind, find, strike
n = 65536
words = {kind: "[x]" for kind in Kind}
bits = ["1", "2 ", "0 ", "12 ", "9 8 ", "2125550123 ", "212-555-0123;", "+", "+1", "a", "a.", "a@", "@", "."]
bits += ["aa:", "!"]
bits += ["://", "aa://", "a (dot) ", " dot ", " at ", "(at)", "a at b dot ", "www.", "[", "(", "-", "a-"]
bits += ["com.", "a.com "]
bits += ["call ", "call me at ", "$", "1:1", "1.", "1/1/", "\\u200b", "\\u20e3", "#", "`", ">", "@a:"]
bits += ["x ext 1", ")"]
for bit in bits:
    text = bit * (n // len(bit))
    strike(text, find(text), words)
find(" ".join(str(i * 7919 % 1000) for i in range(16000)))
"""


def test_hostile_texts_take_time_in_proportion_to_their_length() -> None:
    done = subprocess.run([sys.executable, "-c", HOSTILE], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]


def test_a_finding_is_a_value() -> None:
    assert Finding(Kind.URL, 0, 3, "a.b") == Finding(Kind.URL, 0, 3, "a.b")
