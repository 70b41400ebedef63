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
    danish = "seen with 20304051 again"
    assert find(danish, ("DK",))
    assert not find(danish, ("US", "GB"))
    assert find("ring 20304051", ())  # the word before says it
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


OTHERS = {
    Kind.HANDLE: (
        *("@alice", "u/alice_k", "$alice-k", "alice_k", "alice#1234"),
        *("@alice.k", "alice.k_88"),
    ),
    Kind.ADDRESS: (
        *(
            "12 Main St",
            "9 elm street",
            "221B Baker Street",
            "Flat 2, 14 Rose Road, London E99 9ZZ",
            "45 Long Street",
        ),
        *(
            "Lindenstraße 4",
            "Lange Str. 5",
            "Karl-Marx-Allee 103",
            "Am Markt 3",
            "Keizersgracht 123",
            "Storgatan 12",
        ),
        *(
            "14 rue des Lilas",
            "3 bd Voltaire",
            "Calle Mayor, 7",
            "c/ mayor, 12",
            "Calle 45 # 12-34",
            "Via Verdi 3",
        ),
        *("Rua Augusta, 1234", "ul. Polna 5", "ул. Мира, 5", "проспект Мира 12", "Papatya Sok. No: 5"),
        *("Kossuth utca 5", "Vodičkova 12, 110 00 Praha", "4500 Hwy 99", "PO Box 123", "12 đường Láng"),
        *(
            "台北市虛構路二段14巷3弄5號4樓",
            "中山路12号",
            "道玄坂1丁目2-3",
            "테헤란로 123",
            "شارع التحرير 12",
            "12/3 ซอยสุขุมวิท 11",
        ),
    ),
    Kind.PLATE: (
        *(
            "B-XY 1234",
            "AB12 CDE",
            "AA-123-BB",
            "1234 BCD",
            "ABC-1234",
            "DL3CXX0001",
            "34 ZZZ 000",
            "KMXX 000X",
        ),
        *("M-ZZ 1000E", "191-D-12345", "51F-123.45", "粤B·D1234X", "12가 3456", "品川 300 さ 12-34"),
    ),
    Kind.IBAN: ("DE89 3704 0044 0532 0130 00", "gb82west12345698765432", "FR14 2004 1010 0505 0001 3M02 606"),
    Kind.CARD: ("4111 1111 1111 1111", "378282246310005", "4000-0566-5566-5556"),
    Kind.COORDINATES: (
        *("40.7128, -74.0060", "52°31'12\"N 13°24'18\"E", "8CGRC78X+2V", "lat 40.7128, lng: -74.0060"[4:]),
        *("geo:40.7128,-74.0060", "///filled.count.soap", "TQ 30000 80000", "N40°42.767 W074°00.367"),
    ),
    Kind.PHONE: (
        *("O2O 7946 O958", "two one two five five five oh one two three", "7two4-5five5-0one1seven"),
        *("zéro six trente-neuf quatre-vingt-dix-huit zéro zéro dix-sept", "212 555 zero one two three"),
        *("tre tre tre, zero zero zero, dodici, trentaquattro", "noll sju noll ett två tre fyra fem"),
        *("восемь девятьсот ноль ноль ноль двенадцать", "一三八零零零零零零一二", "➁➀➁ ➄➄➄ ⓪➀➁➂"),
    ),
    Kind.EMAIL: (
        "bob arroba example punto es",
        "bob (małpa) example kropka pl",
        "bob snabela example punkt dk",
    ),
    Kind.URL: ("https://maps.example/?q=40.7,-74.0", "maps.app.goo.gl/abc"),
}


@pytest.mark.parametrize(("kind", "detail"), [(kind, each) for kind, some in OTHERS.items() for each in some])
def test_other_details(kind: Kind, detail: str) -> None:
    assert found(detail) == [(kind, detail)]
    assert found(f"He has: {detail}, careful") == [(kind, detail)]


@pytest.mark.parametrize(
    ("text", "detail"),
    [
        *(
            ("grey van, XYZ 001", "XYZ 001"),
            ("temp tag ab12 cde", "ab12 cde"),
            ("plate reads SEXY 69", "SEXY 69"),
        ),
        *(("Kennzeichen: B XY 1234", "B XY 1234"), ("black SUV ABC 123 parked", "ABC 123")),
        *(
            ("his snap is jane99.x", "jane99.x"),
            ("insta: jane.doe", "jane.doe"),
            ("fb jane.doe.99", "jane.doe.99"),
        ),
        *(
            ("call 91234567", "91234567"),
            ("numer 500-600-700", "500-600-700"),
            ("tel.: 123456789", "123456789"),
        ),
        *(("رقم السيارة أ ب ج ٠٠٠٠", "أ ب ج ٠٠٠٠"), ("รถ กข 1234", "กข 1234")),
    ],
)
def test_what_only_counts_where_the_text_says_so(text: str, detail: str) -> None:
    assert [one.text for one in find(text)] == [detail]
    assert find(f"so {detail} it is") == ()


@pytest.mark.parametrize(
    "text",
    [
        *("@room look", "@all the clinic", "@everyone, @here, @channel", "meet @ 10", "text me @ the usual"),
        *(
            "in der Lindenstraße 5 Minuten gewartet",
            "rue Verte 3 hommes",
            "calle Mayor 10 min",
            "via Verdi 20 euro",
        ),
        *("1999 2012 2004", "2019 2004 2008 2012", "20 min road trip", "3 dark street corners"),
        *(
            "2 guys on the road",
            "20 min drive",
            "3 men near Oak Street",
            "5th avenue",
            "rue de Rivoli",
            "place 3 free",
        ),
        *("Sitzplatz 12", "Am 12. Dezember", "Am Gleis 3, kommt", "during 5 shifts", "19h c/o la librairie"),
        *(
            "BMW 320 near",
            "flight BA 2490",
            "a Golf 7 GTI",
            "RTX 4090",
            "COVID-19",
            "bus N29",
            "SW1A 1AA",
            "AK-47",
        ),
        *("Ford F-150 pickup", "Mercedes E 220", "G20", "A40 and M25"),
        *("one two three", "un deux trois soleil", "eins zwei drei vier fünf", "三一二"),
        *("snap a picture", "the line is dead", "on telegram too"),
        *("order 4400128837 is here", "Rechnung 2026 11 0045", "scores 3:1 2:0 4:2 1:1", "60x90x200 cm"),
        *("40.7 degrees", "lat 40", "20°C", "1.2345 to 2.3456 times", "12.345.678", "10001-1234"),
    ],
)
def test_what_warnings_are_made_of_is_left_alone(text: str) -> None:
    assert found(text) == []


@pytest.mark.parametrize("which", ["known", "unseen"])
def test_no_less_is_found_than_was_reached(which: str) -> None:
    made = identifying.score(
        m for m in identifying.messages() if identifying.half(m) == which and "hard" not in m
    )
    # What is missed in the unseen half is not shown: whoever reads it has seen it.
    assert made.recall >= {"known": 0.97, "unseen": 0.95}[which], made.missed if which == "known" else ""
    assert made.precision >= 0.96, made.false if which == "known" else ""
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
    assert find("412 414 416 418") == ()
    assert find("412 414 416 418 " * 1_000) != ()


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
bits += ["x ext 1", ")", "A1 ", "A 1 ", "AB 12 CD ", "rue ", "rue 1 ", "12 Main ", "st 1 ", "1 a st ", "one "]
bits += ["one 1 ", "\\u4e00", "\\u4e00\\u4e8c ", "ab_", "_", "/u/", "$a", "12,34567 ", "12\\xb0 ", "+2"]
bits += ["AB12 ", "123 ", "Am Markt 3 ", "stra\\xdfe 3 ", "Aa 3, 1", "no 1 ", "plate A", "r. a 1 "]
bits += ["c/", "\\xbd", "\\u0130", "N 1"]
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
