"""The card in a case's room: short, whole, for a phone; and what `how` says."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from swsmatrix import texts
from swsmatrix.features import card
from swsmatrix.features.card import LONGEST, how, names, size
from swsmatrix.features.links import ANY_SITE
from swsmatrix.features.steps import MOST, PEOPLE_SEARCH, PICTURES, SAVE_FIRST, added
from swsmatrix.model import Step, StepState
from swsmatrix.playbook import load
from swsmatrix.protocol import UserId

OURS = load()
SUBJECT = "swsdoxx $lamp"
BEA = UserId("@bea:example.org")
CAL = UserId("@cal:example.org")
COLUMNS = 40


def steps(*found: tuple[str, str]) -> tuple[Step, ...]:
    return added(SUBJECT, (), found, 1)


PROOF, REDDIT, SITE, TIKTOK, NAME, MAIL, TALK = steps(
    (SAVE_FIRST, ""),
    ("reddit", "reddit.com/r/kettles/1"),
    (ANY_SITE, "kettles.example/jane"),
    ("tiktok", "tiktok.com/@kettle"),
    ("", "@kettle_fan"),
    ("mail-first", ""),
    ("somebody-to-talk-to", ""),
)
ALL = (PROOF, REDDIT, SITE, TIKTOK, NAME, MAIL, TALK)

DOXX = """\
Our list: 1 of 8 done
Wanted: report and take down · lock accounts and addresses

Proof
1 ✅ Save it before reporting it · bea

Reddit
2 ⏳ reddit.com/r/kettles/1 · cal
8 ☐ old.reddit.com/r/kettles/2 🆕

TikTok
4 ☐ tiktok.com/@kettle

Other sites
3 ✖ kettles.example/jane · bea
   “they want a court order”

On which site? (Post the link.)
5 ☐ @kettle_fan

Locking things down
6 ☐ Your mail account first

For you
7 ☐ Somebody to talk to

take 4 · drop 4 · open 4
done 4 they removed it · can't 4
how 4 shows how. Post links to add."""


def test_a_whole_card() -> None:
    now = (
        replace(PROOF, state=StepState.DONE, who=BEA),
        replace(REDDIT, state=StepState.TAKEN, who=CAL),
        replace(SITE, state=StepState.NOT_POSSIBLE, who=BEA, note="they want a court order"),
        *(TIKTOK, NAME, MAIL, TALK),
        replace(REDDIT, number=8, link="old.reddit.com/r/kettles/2"),
    )
    assert card.text(now, OURS, chosen=(3, 1), new=(8,)) == DOXX


@pytest.mark.parametrize("chosen", [(), (5,), (1, 2, 3, 4, 5)])
def test_what_was_chosen_stands_in_the_order_of_the_menu(chosen: tuple[int, ...]) -> None:
    wanted = " · ".join(texts.text(f"card.choice_{one}") for one in sorted(chosen) if one < 5)
    line = card.text((MAIL,), OURS, chosen=tuple(reversed(chosen))).splitlines()[1]
    assert line == (texts.text("card.wanted", choices=wanted) if wanted else "")


def test_nothing_to_report_yet() -> None:
    asked = texts.text("card.nothing_yet")
    assert asked in card.text((), OURS, chosen=(1,))
    assert asked in card.text((PROOF, MAIL), OURS, chosen=(1,))
    assert asked not in card.text((PROOF, NAME), OURS, chosen=(1,))
    assert asked not in card.text((PROOF,), OURS, chosen=(4,))
    assert card.text((), OURS) == texts.text("card.title_empty")


def test_opt_outs_without_a_page_stand_with_what_locks_down() -> None:
    opt_out = replace(MAIL, number=9, playbook=PEOPLE_SEARCH)
    shown = card.text((opt_out, MAIL), OURS, chosen=(1,))
    assert "Locking things down\n6 ☐ Your mail account first\n9 ☐ People-search" in shown
    assert texts.text("card.nothing_yet") in shown


def test_pictures_have_a_place_of_their_own() -> None:
    pictures = replace(REDDIT, number=9, playbook=PICTURES, link="")
    last = replace(TIKTOK, number=10)
    assert card.text((pictures, last), OURS).index("TikTok") < card.text((pictures, last), OURS).index(
        "Intimate"
    )
    assert "Intimate pictures\n9 ☐ StopNCII.org" in card.text((pictures,), OURS)
    assert "how ccri" in how("9", (pictures,), OURS)


def test_examples_name_a_step_that_is_open() -> None:
    done = replace(PROOF, state=StepState.DONE)
    assert "take 2 ·" in card.text((done, REDDIT), OURS)
    assert "take 1 ·" in card.text((done,), OURS)


def test_a_playbook_that_is_gone_is_named_by_its_id() -> None:
    assert "reddit\n2 ☐ reddit.com/r/kettles/1" in card.text((REDDIT,), ())


def test_two_of_the_same_name_are_told_apart() -> None:
    other = UserId("@bea:tea.example")
    two = (replace(PROOF, who=BEA), replace(REDDIT, who=other), replace(SITE, who=CAL))
    assert names(two) == {BEA: BEA, other: other, CAL: "cal"}


def test_nothing_in_a_line_turns_it_round_or_makes_another() -> None:
    odd = replace(REDDIT, link="tea.example/\u202eeno", note="one\ntwo\u200b  three", who=BEA)
    assert "2 ☐ tea.example/eno · bea\n   “one two three”" in card.text((odd,), OURS)


def test_a_long_link_is_cut_here_and_whole_there() -> None:
    long = replace(REDDIT, link="reddit.com/" + "k" * 300)
    assert max(map(len, card.text((long,), OURS).splitlines())) < 110
    assert long.link in how("2", (long,), OURS)


@pytest.mark.parametrize(
    ("link", "note"), [("tea.example/" + "k" * 300, "k" * 200), ("чай.example/" + "🫖" * 300, "🫖" * 200)]
)
@pytest.mark.parametrize("count", [50, MOST])
def test_the_card_fits_into_an_event_whatever_comes(link: str, note: str, count: int) -> None:
    many = tuple(
        replace(SITE, number=number, link=f"{number}.{link}", who=BEA, note=note)
        for number in range(1, count + 1)
    )
    shown = card.text(many, OURS, chosen=(1, 2, 3, 4), new=range(1, count + 1))
    assert size(shown) <= LONGEST
    lines = shown.splitlines()
    left = count - sum(line.split(" ")[0].isdecimal() and "☐" in line for line in lines)
    more = texts.text("card.more", count=left, numbers="")
    assert any(line.startswith(more) for line in lines) == bool(left)
    assert lines[-3].startswith("take 1 ·")
    assert (texts.text("card.full") in lines) == (count == MOST)


def test_fifty_ordinary_links_are_all_there() -> None:
    many = tuple(replace(SITE, number=n, link=f"kettles.example/jane/{n}", who=BEA) for n in range(1, 51))
    shown = card.text(many, OURS, chosen=(1,))
    assert all(f"{n} ☐ kettles.example/jane/{n} · bea" in shown for n in range(1, 51))


def test_what_is_over_makes_room_first() -> None:
    note = "k" * 200
    many = [replace(SITE, number=n, link=f"kettles.example/{n}", who=BEA, note=note) for n in range(1, 101)]
    over = [replace(one, state=StepState.DONE) if one.number % 2 else one for one in many]
    shown = card.text(over, OURS)
    assert all(f"{n} ☐ kettles.example/{n} ·" in shown for n in range(2, 101, 2))
    assert "\n1 ✅" not in shown
    assert "50 of 100 done" in shown


def test_the_size_is_what_an_event_takes_at_most() -> None:
    assert size("🫖é") == len(json.dumps("🫖é")) == 20


def test_titles_and_examples_fit_on_a_phone() -> None:
    keys = ("pictures", "evidence", "safety", "company", "any_site", "which_site")
    lines = [texts.text(f"card.{key}") for key in keys]
    lines += [texts.text("card.title", done=99, count=100), *texts.text("card.foot", number=99).splitlines()]
    assert all(len(line) <= COLUMNS for line in lines)
    assert len(texts.text("card.foot", number=9).splitlines()) == 3


# ---- how -----------------------------------------------------------------------------------------

REDDIT_PLAYBOOK = next(one for one in OURS if one.id == "reddit")


def test_how_says_all_that_the_playbook_says() -> None:
    said = how("2", ALL, OURS)
    assert said.startswith("2 · Reddit\n\nIt is about reddit.com/r/kettles/1\n\n1. ")
    for line in (*REDDIT_PLAYBOOK.report, *REDDIT_PLAYBOOK.asked, *REDDIT_PLAYBOOK.expect):
        assert line in said
    assert f"From {REDDIT_PLAYBOOK.source[0]}\nLooked at on 21 Nov 2026, in a stored copy" in said


@pytest.mark.parametrize(
    ("asked", "name"),
    [
        ("#2", "Reddit"),
        ("Reddit?", "Reddit"),
        ("twitter", "X (Twitter)"),
        ("X (Twitter)", "X (Twitter)"),
        ("insta", "Instagram"),
        ("web hosts", "Web hosts (finding and writing to them)"),
        ("mail-first", "Your mail account first"),
        ("your mail account first", "Your mail account first"),
    ],
)
def test_how_by_number_or_name(asked: str, name: str) -> None:
    assert name in how(asked, ALL, OURS).splitlines()[0]


def test_how_with_what_is_not_there() -> None:
    assert how("9", ALL, OURS) == texts.text("ticks.unknown", numbers="9", last=7)
    assert how("9" * 5000, ALL, OURS).endswith("7. 🌱")
    assert how("cups", ALL, OURS) == texts.text("card.how_unknown", word="cups")
    assert len(how("cups" * 1000, ALL, OURS)) < 200
    assert how(" #", ALL, OURS) == texts.text("card.how_which")
    assert how("5", ALL, OURS) == texts.text("card.how_which_site")
    assert how("2", ALL, ()) == texts.text("card.how_unknown", word="2")


@pytest.mark.parametrize(
    ("confirmed", "key"),
    [("page", "card.confirmed_page"), ("stored copy", "card.confirmed_copy"), ("no", "card.unconfirmed")],
)
def test_how_says_how_far_it_was_confirmed(confirmed: str, key: str) -> None:
    tea = REDDIT_PLAYBOOK.model_copy(update={"confirmed": confirmed, "source": ("https://a", "https://b")})
    said = how("2", ALL, (tea,))
    assert said.endswith("From https://a and 1 more\n" + texts.text(key, date="21 Nov 2026"))


def test_for_any_site_the_other_ways_are_named() -> None:
    assert "how cloudflare, how domain-registrars" in how("3", ALL, OURS)
    assert "how cloudflare" not in how("2", ALL, OURS)


def test_every_playbook_of_ours_fits_into_a_message() -> None:
    assert all(size(how(one.id, (), OURS)) <= LONGEST for one in OURS)
