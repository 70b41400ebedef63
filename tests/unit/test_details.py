"""What in a post identifies somebody: by its region, by patterns of the stewards, behind tags; struck out."""

from __future__ import annotations

from dataclasses import replace

import pytest

from swsmatrix import identifying, texts
from swsmatrix.detecting.patterns import accepted
from swsmatrix.features import details
from swsmatrix.features.relays import text_of
from swsmatrix.identifying import Kind
from swsmatrix.model import RegionId
from swsmatrix.regions import Region, RegionTree
from tests.town import WORLD
from tests.unit import examples

DANISH = replace(WORLD, tree=RegionTree([Region(id=RegionId("cph"), name="Byen", covers=("DK",))]))
OURS = replace(WORLD, patterns=(accepted("blue lagoon"),))


def _found(text: str, world: object = WORLD) -> list[str]:
    return [one.text for one in details.found(text, world, ())]  # type: ignore[arg-type]


def test_numbers_are_known_as_they_are_written_in_the_regions() -> None:
    text = "#swsdanger seen with 20304051 again"
    assert _found(text, DANISH) == ["20304051"]
    assert details.struck(text, DANISH, ()) == "#swsdanger seen with [telephone number taken out] again"
    assert _found(text) == []


def test_what_the_stewards_look_out_for() -> None:
    text = "he waits at the Blue Lagoon"
    assert _found(text, OURS) == ["Blue Lagoon"]
    assert details.struck(text, OURS, ()) == "he waits at the [taken out]"
    assert _found(text) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("212 (#swsdanger) 555 0123", ["212 555 0123"]),
        ("a van #nyc2125550123", ["2125550123"]),
        ("a van #٢١٢٥٥٥٠١٢٣", ["٢١٢٥٥٥٠١٢٣"]),
        ("#nyc #swsdanger a van", []),
    ],
)
def test_behind_tags_and_in_them(text: str, expected: list[str]) -> None:
    assert _found(text) == expected


DETAILS = {
    Kind.PHONE: "212-555-0123",
    Kind.EMAIL: "jane@example.org",
    Kind.URL: "https://example.org/jane",
    Kind.HANDLE: "@jane_doe",
    Kind.ADDRESS: "12 Rose Street",
    Kind.PLATE: "AB12 CDE",
    Kind.IBAN: "DE89 3704 0044 0532 0130 00",
    Kind.CARD: "4111 1111 1111 1111",
    Kind.COORDINATES: "40.7128, -74.0060",
    Kind.PATTERN: "Blue Lagoon",
}


@pytest.mark.parametrize("kind", Kind)
def test_no_kind_of_detail_is_ever_relayed(kind: Kind) -> None:
    text = f"#swsdanger #us-ny careful, {DETAILS[kind]}, grey van"
    post = examples.post(text=text, regions=(RegionId("us-ny"),))
    assert [one.kind for one in details.found(text, OURS, post.regions)] == [kind]
    relayed = text_of(post, OURS)
    assert texts.text(f"kind.{kind.value}_gone") in relayed
    assert DETAILS[kind] not in relayed


def test_a_text_is_searched_once(monkeypatch: pytest.MonkeyPatch) -> None:
    times: list[str] = []

    def find(text: str, *more: object) -> tuple[identifying.Finding, ...]:
        times.append(text)
        return ()

    monkeypatch.setattr(identifying, "find", find)
    details.found("#swsdanger #nyc a van", WORLD, ())
    details.found("#swsdanger #nyc a van, 2125550123", WORLD, ())
    assert times == ["a van", "a van, 2125550123"]


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("call +1 415 555 0133? sent a fake", "call [telephone number taken out]? sent a fake"),
        (
            "der mit null eins sieben eins drei neun zwei hat auch",
            "der mit [telephone number taken out] hat auch",
        ),
        ("on insta @jane.doe.xx now", "on insta [name of an account taken out] now"),
        ("insta @jane.doe is him", "insta [name of an account taken out] is him"),
        ("mail a@example.org, a@example.org", "mail [e-mail address taken out], [e-mail address taken out]"),
        ("at 9 Rose Ln Unit 204 Phoenix AZ 85099 be careful", "at [address taken out] be careful"),
        ("55 Oak Pkwy Bldg 7 Rm 118, Nowhere, NJ 07999, red door", "[address taken out], red door"),
        ("Rosenstr. 12, 3. OG links, 10999 Berlin, schließt ab", "[address taken out], schließt ab"),
        ("3, allée du Lilas, bât. C, appt 41. Ils étaient", "[address taken out]. Ils étaient"),
        ("Rua Rosa, 120, apto 43, bloco B, Vila Boa, 00999-000, tranca", "[address taken out], tranca"),
        ("вул. Рожева, буд. 3а, кв. 18, не йдіть", "[address taken out], не йдіть"),
        ("612 1/2 E Rose Drive; lot 12 Rose Rd", "[address taken out]; [address taken out]"),
        ("O77OO 9OO 314 (noughts)", "[telephone number taken out] (noughts)"),
        (
            "https://maps.example/?q=40.7,-74.0 and geo:40.7128,-74.0060",
            "[link taken out] and [coordinates taken out]",
        ),
    ],
)
def test_what_is_struck_out_leaves_the_rest_as_it_was(text: str, left: str) -> None:
    assert details.struck(text, WORLD, ()) == left
