"""The stewards' own patterns: what they find, which are refused, and that none takes long."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from swsmatrix.detecting import patterns
from swsmatrix.identifying import Kind, find


def _found(text: str, *written: str) -> list[str]:
    some = tuple(patterns.accepted(one) for one in written)
    return [one.text for one in find(text, (), some) if one.kind is Kind.PATTERN]


@pytest.mark.parametrize(
    ("written", "text", "expected"),
    [
        ("blue lagoon", "the Blue LAGOON sauna, blue\nlagoon", ["Blue LAGOON"]),
        (r"case \d{4,6}", "case 12345 and CASE ١٢٣٤", ["case 12345", "CASE ١٢٣٤"]),
        (r"^driver \w{2,9}$", "x driver bob\ndriver bob\n", ["driver bob"]),
        (r"(?-i:Max)", "max Max", ["Max"]),
        (r"[#]door \d{2}", "#door 12", ["#door 12"]),
        ("grün(er|es) haus", "das grünes Haus", ["grünes Haus"]),
        ("hidden", "hid\u200bden", ["hid\u200bden"]),
    ],
)
def test_what_they_find(written: str, text: str, expected: list[str]) -> None:
    assert _found(text, written) == expected


def test_they_come_before_what_else_is_found_there() -> None:
    text = "see bad.example.org/x"
    findings = find(text, (), (patterns.accepted("see bad"),))
    assert [(one.kind, one.text) for one in findings] == [
        (Kind.PATTERN, "see bad"),
        (Kind.URL, ".example.org/x"),
    ]


def test_a_long_line_is_looked_through_to_its_end() -> None:
    for length in (0, 195, 201, 295, 300, 301, 595, 5000):
        assert _found("x" * length + " blue lagoon " + "y" * 700, "blue lagoon") == ["blue lagoon"]


@pytest.mark.parametrize(
    "written",
    [
        r"(a+)+$",
        r"\w+@\w+",
        r"(a|a){12}x",
        r"(?:ab?){1,20}z",
        r"(a?){20}b",
        r"(.*)(.*)x",
        r"(?:a|b|ab)*c",
    ],
)
def test_what_could_take_long_is_refused(written: str) -> None:
    with pytest.raises(ValueError, match="takes too long"):
        patterns.accepted(written)


@pytest.mark.parametrize("written", ["", "a|", "x*", r"\b", "(?:)"])
def test_what_finds_nothing_anywhere_is_refused(written: str) -> None:
    with pytest.raises(ValueError, match="every text"):
        patterns.accepted(written)


@pytest.mark.parametrize(
    "written", [r"\d+x", r"(\d{1,6} ){1,3}x", r"(a|a){8}x", r"[a-z]{1,17}[a-z]{1,17}x", ".{1,900}x"]
)
def test_what_is_accepted_takes_little_time_on_any_text(written: str) -> None:
    some = (patterns.accepted(written),)
    for bit in ("a", "1", "1 ", "ab", "aa a"):
        begun = time.process_time()
        find(bit * (16384 // len(bit)), (), some)
        assert time.process_time() - begun < 10


def test_a_file_of_them(tmp_path: Path) -> None:
    file = tmp_path / "patterns"
    file.write_text("# places of ours\n\n  blue lagoon \ncase \\d{4}\n", encoding="utf-8")
    assert [one.pattern for one in patterns.read(file)] == ["blue lagoon", "case \\d{4}"]


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (
            b"fine\n\n(open\n",
            "line 3: not a regular expression: missing ), unterminated subpattern at position 0",
        ),
        (
            b"(a+)+\n",
            "line 1: takes too long on some texts: give each + and * a limit, as in {1,9}, none in another",
        ),
        (b"# x\nx*\n", "line 2: finds something in every text"),
        (b"x" * 301, "line 1: longer than 300 letters"),
        (b"x\n" * 201, "line 201: more than 200 patterns"),
        (b"(?i:x){99999999999}", "line 1: not a regular expression: the repetition number is too large"),
    ],
)
def test_what_is_wrong_is_said_in_one_line(tmp_path: Path, content: bytes, complaint: str) -> None:
    file = tmp_path / "patterns"
    file.write_bytes(content)
    with pytest.raises(ValueError, match=r".") as caught:
        patterns.read(file)
    assert str(caught.value) == f"{file}, {complaint}"


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="cannot be read: No such file"):
        patterns.read(tmp_path / "nowhere")
    (tmp_path / "odd").write_bytes(b"\xff")
    with pytest.raises(ValueError, match="not text in UTF-8"):
        patterns.read(tmp_path / "odd")
