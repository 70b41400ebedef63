"""What there is to do: links and accounts in words, matched with playbooks; what else a choice means."""

from __future__ import annotations

from dataclasses import replace

import pytest

from swsmatrix.features.links import ANY_SITE, Kind, address, playbook_for
from swsmatrix.features.steps import (
    FURTHER,
    MOST,
    PEOPLE_SEARCH,
    PICTURES,
    SAVE_FIRST,
    Choice,
    Found,
    added,
    by_platform,
    called,
    general,
    of_text,
    wanted,
)
from swsmatrix.model import Step, StepState
from swsmatrix.playbook import load
from swsmatrix.protocol import UserId

OURS = load()
SUBJECT = "swsdoxx $lamp"
BEA = UserId("@bea:example.org")


@pytest.mark.parametrize(
    ("written", "link"),
    [
        ("https://www.reddit.com/r/kettles/1/", "reddit.com/r/kettles/1"),
        ("http://reddit.com/r/kettles/1", "reddit.com/r/kettles/1"),
        ("HXXPS://WWW.Reddit.com/r/Kettles/1", "reddit.com/r/Kettles/1"),
        ("hxxps[:]//reddit[.]com/r/kettles", "reddit.com/r/kettles"),
        ("reddit (dot) com/r/kettles", "reddit.com/r/kettles"),
        ("m.facebook.com/jane", "facebook.com/jane"),
        ("mobile.twitter.com/jane", "twitter.com/jane"),
        ("m.com/jane", "m.com/jane"),
        ("https://tea.example/x//y?utm_source=a&id=3&fbclid=z", "tea.example/x//y?id=3"),
        ("https://instagram.com/p/AbC?igsh=cupoftea==", "instagram.com/p/AbC"),
        ("https://x.com/jane/status/1?s=20&t=cup", "x.com/jane/status/1"),
        ("https://youtu.be/AbC?t=5&si=cup", "youtu.be/AbC?t=5"),
        ("https://matrix.to/#/@jane:example.org", "matrix.to/#/@jane:example.org"),
        ("https://tea.example/a#:~:text=kettle", "tea.example/a"),
        ("https://tea.example/#", "tea.example"),
        ("https://jane@tea.example/", "tea.example"),
        ("https://tea.example./a", "tea.example/a"),
        ("tea.example/see//this", "tea.example/see//this"),
        ("https://tea.example/" + "a" * 2000, ("tea.example/" + "a" * 2000)[:1000]),
    ],
)
def test_the_same_page_is_the_same_address(written: str, link: str) -> None:
    assert address(written) == link
    assert address(link) == link


@pytest.mark.parametrize(
    ("link", "kind", "playbook"),
    [
        ("reddit.com/r/kettles", "doxx", "reddit"),
        ("old.reddit.com/r/kettles", "doxx", "reddit"),
        ("reddit.com:443/r/kettles", "doxx", "reddit"),
        ("reddit.com?kettle", "doxx", "reddit"),
        ("notreddit.com/r/kettles", "doxx", ANY_SITE),
        ("reddit.com.tea.example", "doxx", ANY_SITE),
        ("pinterest.de/pin/1", "doxx", "pinterest"),
        ("nl.pinterest.com/pin/1", "doxx", "pinterest"),
        ("pinterest.co.uk/pin/1", "doxx", "pinterest"),
        ("pinterest.example/pin/1", "doxx", ANY_SITE),
        ("google.com/search?q=jane", "doxx", "google-search-personal-info"),
        ("google.com.au/search?q=jane", "doxx", "google-search-personal-info"),
        ("docs.google.com/document/d/1", "doxx", ANY_SITE),
        ("pastebin.com/1", "doxx", "pastebin"),
        ("pastebin.ca/1", "doxx", "pastebin-ca"),
        ("pastebin.ca/1", "harassment", "pastebin-ca"),  # better than nothing
        ("web.archive.org/web/1/reddit.com", "doxx", "internet-archive"),
        ("tea.example:8443/a", "doxx", ANY_SITE),
        ("facebook.com/jane", "harassment", "facebook"),
    ],
)
def test_the_playbook_for_a_link(link: str, kind: Kind, playbook: str) -> None:
    assert playbook_for(link, kind, OURS) == playbook


def test_those_for_the_case_come_before_others_and_the_narrow_before_the_wide() -> None:
    tea = OURS[0].model_copy(update={"id": "tea", "domains": ("tea.example",), "serves": ("doxx",)})
    cups = tea.model_copy(update={"id": "the-cups", "domains": ("cups.tea.example",)})
    pots = tea.model_copy(update={"id": "pots", "serves": ("harassment",)})
    for order in ((tea, cups, pots), (pots, cups, tea)):
        assert playbook_for("cups.tea.example/1", "doxx", order) == "the-cups"
        assert playbook_for("tea.example/1", "doxx", order) == "tea"
        assert playbook_for("tea.example/1", "harassment", order) == "pots"


def test_no_link_leads_to_two_of_ours() -> None:
    domains = [domain for one in OURS for domain in one.domains]
    assert len(domains) == len(set(domains))


def test_no_word_means_two_platforms() -> None:
    words = [word for one in OURS for word in one.called]
    assert len(words) == len({*words} - {one.id for one in OURS})
    assert called(OURS)["insta"] == "instagram"


REDDIT = ("reddit", "reddit.com/r/kettles/1")


@pytest.mark.parametrize(
    ("text", "kind", "found"),
    [
        ("nothing to see", "doxx", ()),
        ("https://www.reddit.com/r/kettles/1/ please", "doxx", (REDDIT,)),
        ("reddit.com/r/kettles/1 and http://reddit.com/r/kettles/1/?utm_source=x", "doxx", (REDDIT,)),
        ("https://tea.example/jane, https://cups.example/jane", "doxx",
         ((ANY_SITE, "tea.example/jane"), (ANY_SITE, "cups.example/jane"))),
        ("somebody called @kettle_fan", "harassment", (("", "@kettle_fan"),)),
        ("on insta @kettle_fan", "harassment", (("instagram", "@kettle_fan"),)),
        ("@kettle_fan on insta, @tea.pot at tiktok", "harassment",
         (("instagram", "@kettle_fan"), ("tiktok", "@tea.pot"))),
        ("Twitter: @kettle_fan, @tea_pot\n@cupboard", "harassment",
         (("x", "@kettle_fan"), ("x", "@tea_pot"), ("x", "@cupboard"))),
        ("Instagram:\n@kettle_fan\nTikTok:\n@tea_pot\n\nAnd one:\n@cupboard", "harassment",
         (("instagram", "@kettle_fan"), ("tiktok", "@tea_pot"), ("", "@cupboard"))),
        ("he knows my location, @kettle_fan", "harassment", (("", "@kettle_fan"),)),
        ("@Kettle_Fan, that is instagram.com/kettle_fan", "doxx",
         (("instagram", "instagram.com/kettle_fan"),)),
        ("@kettle_fan, @tea_pot and @cup_board on insta; someone called @spoon_1", "harassment",
         (("instagram", "@kettle_fan"), ("instagram", "@tea_pot"), ("instagram", "@cup_board"),
          ("", "@spoon_1"))),
        ("on insta @kettle_fan, and then somebody called @tea_pot", "harassment",
         (("instagram", "@kettle_fan"), ("", "@tea_pot"))),
        ("I left insta long ago for other reasons, @kettle_fan", "harassment", (("", "@kettle_fan"),)),
        ("u/kettle_fan writes to me", "harassment", (("reddit", "u/kettle_fan"),)),
        ("kettle#1234 writes to me", "harassment", (("discord", "kettle#1234"),)),
        ("@kettle:example.org writes to me", "harassment", (("matrix", "@kettle:example.org"),)),
        ("@kettle@mastodon.example writes", "harassment", (("mastodon", "@kettle@mastodon.example"),)),
        ("ig @kettle_fan, that is instagram.com/kettle_fan", "doxx",
         (("instagram", "instagram.com/kettle_fan"),)),
        ("youtu.be/AbC and youtu.be/aBc", "doxx", (("youtube", "youtu.be/AbC"), ("youtube", "youtu.be/aBc"))),
        # Their own mail address and number, in a doxx; who writes, in a harassment.
        ("mail kettle@tea.example", "doxx", ()),
        ("mail from kettle@tea.example", "harassment", (("", "kettle@tea.example"),)),
        ("he calls from +1 212 555 0123", "harassment", ()),
        ("whatsapp +1 212 555 0123", "harassment", (("whatsapp", "+1 212 555 0123"),)),
        ("they posted my number +1 212 555 0123 on reddit.com/r/kettles/1", "doxx",
         (REDDIT, (PEOPLE_SEARCH, ""))),
        ("reddit.com/r/kettles/1 has Nudes of me", "doxx", (REDDIT, (PICTURES, ""))),
        ("they want to send naked pictures around", "harassment", ((PICTURES, ""),)),
        ("it is on pornhub.com/1", "doxx", (("pornhub", "pornhub.com/1"),)),
        ("they posted 14 Kettle Street", "doxx", ((PEOPLE_SEARCH, ""),)),
        ("they posted 14 Kettle Street", "harassment", ()),
    ],
)  # fmt: skip
def test_links_and_accounts_in_words(text: str, kind: Kind, found: tuple[Found, ...]) -> None:
    assert of_text(text, kind, OURS) == found


def test_a_platform_keeps_together_and_the_unknown_come_last() -> None:
    mixed = (("", "@a"), ("reddit", "1"), (ANY_SITE, "2"), ("reddit", "3"), (PEOPLE_SEARCH, ""), ("x", "4"))
    assert by_platform(mixed) == (
        ("reddit", "1"), ("reddit", "3"), (ANY_SITE, "2"), ("x", "4"), ("", "@a"), (PEOPLE_SEARCH, ""),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("choice", "kind", "ids"),
    [
        (1, "doxx", []),
        (2, "doxx", ["somebody-to-talk-to"]),
        (3, "doxx", ["mail-first", "sign-in", "phone-number", "location", "fewer-traces", PEOPLE_SEARCH]),
        (3, "harassment",
         ["no-answer", "mail-first", "sign-in", "phone-number", "location", "fewer-traces"]),
        (4, "doxx", [SAVE_FIRST, "keep-a-log"]),
        (4, "harassment", [SAVE_FIRST, "keep-a-log"]),
        (5, "doxx", []),
    ],
)  # fmt: skip
def test_what_a_choice_means_whatever_the_platform(choice: int, kind: Kind, ids: list[str]) -> None:
    assert general(choice, kind, OURS) == tuple((one, "") for one in ids)
    assert general(choice, kind, tuple(reversed(OURS))) == tuple((one, "") for one in ids)


def test_a_communitys_own_come_after_ours() -> None:
    own = next(one for one in OURS if one.id == "sign-in").model_copy(update={"id": "a-friend-next-door"})
    assert general(3, "harassment", (own, *OURS))[-1] == ("a-friend-next-door", "")


TEXT = "tiktok.com/@kettle and reddit.com/r/kettles/1"


@pytest.mark.parametrize(
    ("choices", "ids"),
    [
        ((), []),
        ((5,), []),
        ((1,), [SAVE_FIRST, "tiktok", "reddit"]),
        ((1, 4), [SAVE_FIRST, "keep-a-log", "tiktok", "reddit"]),
        ((4,), [SAVE_FIRST, "keep-a-log"]),
        ((2,), ["somebody-to-talk-to"]),
        ((3, 1), [SAVE_FIRST, "tiktok", "reddit", "no-answer", "mail-first", "sign-in", "phone-number",
                  "location", "fewer-traces"]),
    ],
)  # fmt: skip
def test_proof_comes_before_reports(choices: tuple[int, ...], ids: list[str]) -> None:
    assert [one for one, _ in wanted(choices, TEXT, "harassment", OURS)] == ids


def step(number: int, playbook: str = "", link: str = "") -> Step:
    return Step(subject=SUBJECT, number=number, playbook=playbook, link=link, at=1)


def test_new_steps_get_the_next_numbers_each_once() -> None:
    have = (step(1, SAVE_FIRST), step(4, *REDDIT))
    more = (REDDIT, ("tiktok", "tiktok.com/@kettle"), (SAVE_FIRST, ""), ("tiktok", "tiktok.com/@kettle"))
    assert added(SUBJECT, have, more, 9) == (replace(step(5, "tiktok", "tiktok.com/@kettle"), at=9),)
    assert added(SUBJECT, (), (REDDIT,), 9)[0].number == 1


def test_the_link_of_an_account_answers_where_it_is() -> None:
    asked = replace(step(2, "", "@Kettle_Fan"), state=StepState.TAKEN, who=BEA, note="looking")
    found = (
        ("", "@Kettle_Fan"),
        ("instagram", "instagram.com/kettle_fan"),
        ("reddit", "reddit.com/u/kettle_fan"),
    )
    one, two = added(SUBJECT, (step(1, SAVE_FIRST), asked), found, 9)
    assert one == replace(asked, playbook="instagram", link="instagram.com/kettle_fan", at=9)
    assert (two.number, two.playbook) == (3, "reddit")
    assert added(SUBJECT, (asked,), (("tiktok", "tiktok.com/@tea_pot"),), 9)[0].number == 3


def test_a_flood_of_links_ends_somewhere() -> None:
    found = tuple((ANY_SITE, f"tea.example/{number}") for number in range(MOST + 10))
    steps = added(SUBJECT, (), found, 9)
    assert len(steps) == steps[-1].number == MOST
    assert added(SUBJECT, steps, ((ANY_SITE, "cups.example"),), 9) == ()


def test_a_flood_of_links_in_one_message_ends_somewhere() -> None:
    text = " ".join(f"tea.example/{number}" for number in range(MOST * 2))
    assert len(of_text(text, "doxx", OURS)) == MOST


def test_what_is_named_beside_a_playbook_is_there() -> None:
    assert {*FURTHER, *sum(FURTHER.values(), ())} <= {one.id for one in OURS}


def test_a_choice_is_a_number_of_the_menu() -> None:
    assert [one.value for one in Choice] == [1, 2, 3, 4, 5]
