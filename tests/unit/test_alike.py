"""One detail, however it is written; and others that are not it. All of them invented."""

from __future__ import annotations

import pytest

from swsmatrix import playbook
from swsmatrix.features.alike import forms
from swsmatrix.identifying import find

PLAYBOOKS = playbook.load()

SAME = [
    ("call 212 555 0142", "(212) 555-0142"),
    ("212 555 0142", "+1 212 555 0142"),
    ("+1-212-555-0142", "001 212 555 0142"),
    ("+44 7700 900123", "07700 900123"),
    ("+44 (0)7700 900 123", "0044 7700 900123"),
    ("+49 151 23456789", "0151/23456789"),
    ("06 12 34 56 78", "+33 6 12 34 56 78"),
    ("+61 412 345 678", "0412 345 678"),
    ("212.555.0142", "call 2 1 2 5 5 5 0 1 4 2"),
    ("two one two five five five zero one four two", "212-555-0142"),
    ("212 555 0142 ext 5", "212 555 0142"),
    ("O2O 7946 O958", "020 7946 0958"),
    ("call 555-0142", "212 555 0142"),
    ("２１２ ５５５ ０１４２", "212 555 0142"),
    ("212 555 oh one four two", "212 555 0142"),
    ("https://tea.example/jane", "http://www.tea.example/jane/"),
    ("tea.example/jane?utm_source=x", "https://tea.example/jane"),
    ("hxxps://tea[.]example/jane", "tea.example/jane"),
    ("TEA.example/jane", "tea.example/jane"),
    ("https://m.tea.example/jane#:~:text=x", "tea.example/jane"),
    ("https://tea.example/watch?v=abc&si=1", "tea.example/watch?v=abc"),
    ("https://user@tea.example/a", "tea.example/a"),
    ("https://instagram.com/jane.doe", "@jane.doe"),
    ("instagram.com/Jane.Doe/?igshid=5", "insta: jane.doe"),
    ("https://www.tiktok.com/@jane_d", "@jane_d"),
    ("https://x.com/janedoe77", "@JaneDoe77"),
    ("reddit.com/user/jane-doe", "u/jane-doe"),
    ("jane-dossier.example", "https://www.jane-dossier.example/"),
    ("jane@tea.example", "JANE@Tea.example"),
    ("jane (at) tea (dot) example", "jane@tea.example"),
    ("jane at tea dot com", "jane@tea.com"),
    ("jane+x@tea.example", "jane@tea.example"),
    ("j.ane@gmail.com", "jane@gmail.com"),
    ("@jane.doe", "@Jane.Doe"),
    ("insta jane_doe", "@jane_doe"),
    ("u/jane_doe", "reddit u/Jane_Doe"),
    ("jane#1234", "JANE#1234"),
    ("12 Main Street", "12 Main St."),
    ("12 Main Street, Springfield", "lives at 12 main st"),
    ("Hauptstraße 5", "Hauptstr. 5"),
    ("Hauptstrasse 5, 10115 Berlin", "Hauptstraße 5"),
    ("5 Elm Avenue", "5 Elm Ave, Apt 3"),
    ("12 rue de la Paix, 75002 Paris", "12, rue de la Paix"),
    ("DE44 5001 0517 5407 3249 31", "DE44500105175407324931"),
    ("4111 1111 1111 1111", "4111-1111-1111-1111"),
    ("40.74844, -73.98566", "40.748441 -73.985664"),
    ("plate ABC 1234", "plate abc-1234"),
]
OTHERS = [
    ("212 555 0142", "212 555 0143"),
    ("+44 7700 900123", "+44 7700 900124"),
    ("tea.example/jane", "tea.example/june"),
    ("tea.example/watch?v=abc", "tea.example/watch?v=abd"),
    ("tea.example/jane", "tee.example/jane"),
    ("@jane.doe", "@jane_doe"),
    ("@jane.doe", "@jane.doe2"),
    ("12 Main Street", "14 Main Street"),
    ("12 Main Street", "12 Main Avenue"),
    ("12 Main Street", "12 Oak Street"),
    ("jane@tea.example", "june@tea.example"),
    ("jane@tea.example", "jane@tee.example"),
    ("DE44 5001 0517 5407 3249 31", "DE89 3704 0044 0532 0130 00"),
    ("40.74844, -73.98566", "40.75844, -73.98566"),
    ("https://instagram.com", "https://instagram.com/"),
    ("see https://matrix.to/#/@jane:tea.example", "@jane:tea.example"),
    ("https://instagram.com/jane.doe", "https://instagram.com/p/jane.doe"),
    ("jane#1234", "jane#1235"),
    ("Hauptstraße 5", "Hauptstraße 15"),
    ("plate ABC 1234", "plate ABC 1235"),
]


def found(text: str) -> frozenset[str]:
    return forms(find(text), PLAYBOOKS)


@pytest.mark.parametrize(("one", "other"), SAME)
def test_the_same_detail(one: str, other: str) -> None:
    assert found(one) & found(other)


@pytest.mark.parametrize(("one", "other"), OTHERS)
def test_another_one(one: str, other: str) -> None:
    assert not found(one) & found(other)


def test_what_is_no_detail_has_no_form() -> None:
    assert found("good evening, 3 of us at 7:30, see https://instagram.com") == frozenset()
    assert found("ask @jane:tea.example or https://matrix.to/#/@jane:tea.example") == frozenset()
