"""What to do about what stands on a platform: ours are in order, and what is wrong with a file is said."""

from __future__ import annotations

import re
from datetime import date, timedelta
from pathlib import Path
from typing import get_args

import pytest
from click.testing import CliRunner

from swsmatrix.cli import commands
from swsmatrix.errors import SettingsError
from swsmatrix.playbook import STALE_AFTER, Kind, load, parse, report, stale
from tests.unit.test_settings import SMALLEST

GOOD = """---
id: tea-house
name: Tea House
kind: social
domains: [tea.example]
for: [doxx]
source: https://tea.example/help
checked: 2026-11-21
confirmed: stored copy
---
## Report
1. Tap the cup.
2. Say what it is.
## What to expect
- An answer within a day.
"""
OURS = load()


def test_what_a_file_says() -> None:
    one = parse(GOOD)
    assert (one.id, one.kind, one.domains, one.serves) == ("tea-house", "social", ("tea.example",), ("doxx",))
    assert (one.source, one.checked) == (("https://tea.example/help",), date(2026, 11, 21))
    assert one.report == ("Tap the cup.", "Say what it is.")
    assert (one.asked, one.expect) == ((), ("An answer within a day.",))


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("---\nid", "id", "does not begin with front matter"),
        ("confirmed: stored copy\n---\n", "confirmed: stored copy\n", "does not begin with front matter"),
        ("id: tea-house", "id: [", "line 4 of its front matter is no YAML"),
        (GOOD[4 : GOOD.index("---\n##")], "tea\n", "its front matter is no list of fields"),
        ("id: tea-house", "id: Tea House", "id: "),
        ("name: Tea House\n", "", "name: Field required"),
        ("name:", "colour: green\nname:", "colour: "),
        ("name:", "expect: []\nname:", "has the name of a section"),
        ("kind: social", "kind: cafe", "kind: "),
        ("[tea.example]", "[https://tea.example]", "domains 0: "),
        ("[tea.example]", '["tea.*.example"]', "domains 0: "),
        ("for: [doxx]", "called: [tea house]\nfor: [doxx]", "called 0: "),
        ("for: [doxx]", "for: []", "for: "),
        ("for: [doxx]", "for: [warnings]", "for 0: "),
        ("https://tea.example/help", "the help page", "source 0: "),
        ("checked: 2026-11-21", "checked: lately", "checked: "),
        ("confirmed: stored copy", "confirmed: no", "confirmed: "),  # YAML takes a bare no for false
        ("1. Tap the cup.", "Tap the cup.", "'Tap the cup.' is no step"),
        ("## Report\n", "", "'1. Tap the cup.' is no step"),
        ("## What to expect", "## Report", "there is no section 'Report', or it is there twice"),
        ("## What to expect", "## What they say", "there is no section 'What they say'"),
        ("1. Tap the cup.\n2. Say what it is.\n", "", "report: "),
        ("Tap the cup.", "Tap " * 100, "report 0: "),
    ],
)
def test_what_is_wrong_is_said_in_one_line(old: str, new: str, said: str) -> None:
    assert old in GOOD
    with pytest.raises(ValueError, match=re.escape(said)) as raised:
        parse(GOOD.replace(old, new, 1))
    assert "\n" not in str(raised.value)


def test_ours_are_for_all_kinds_of_places() -> None:
    assert len(OURS) >= 55
    assert {one.kind for one in OURS} == set(get_args(Kind))
    names = {one.id for one in OURS}
    assert {
        *("facebook", "instagram", "x", "tiktok", "reddit", "youtube", "discord", "telegram", "whatsapp"),
        *(
            "google-search-personal-info",
            "bing",
            "stopncii",
            "take-it-down-ncmec",
            "dmca-notice",
            "cloudflare",
        ),
    } <= names
    assert {one.id for one in OURS if one.confirmed == "no"} == {
        *("doxbin", "escort-ad-sites", "onlyfans", "pastebin", "threads"),
    }


def test_a_communitys_own_take_the_place_of_ours(tmp_path: Path) -> None:
    (tmp_path / "tea-house.md").write_text(GOOD)
    (tmp_path / "reddit.md").write_text(GOOD.replace("tea-house", "reddit"))
    (tmp_path / "notes.txt").write_text("cake")
    found = {one.id: one for one in load(tmp_path)}
    assert found.keys() == {one.id for one in OURS} | {"tea-house"}
    assert found["reddit"].name == "Tea House"


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("cafe.md", GOOD, "playbook cafe.md: its id is tea-house, not the file's name"),
        ("tea-house.md", "tea", "playbook tea-house.md: it does not begin with front matter"),
    ],
)
def test_a_file_that_is_not_in_order_is_named(tmp_path: Path, name: str, text: str, said: str) -> None:
    (tmp_path / name).write_text(text)
    result = CliRunner().invoke(commands, ["playbooks", "--folder", str(tmp_path)])
    assert result.exit_code == 2
    assert said in result.output


def test_a_folder_that_is_not_there() -> None:
    result = CliRunner().invoke(commands, ["playbooks", "--folder", "/no/such/folder"])
    assert (result.exit_code, "/no/such/folder is no folder" in result.output) == (2, True)


def test_which_to_look_at_again() -> None:
    one = parse(GOOD)
    assert stale([one], one.checked + STALE_AFTER) == ()
    later = one.checked + STALE_AFTER + timedelta(days=1)
    assert stale([one], later) == (one,)
    assert report([one], later) == (
        "1 playbooks\nnot confirmed: none\nnot looked at for half a year: tea-house (2026-11-21)"
    )


def test_the_command_takes_the_folder_of_the_settings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "tea-house.md").write_text(GOOD)
    (tmp_path / "empty").mkdir()
    text = SMALLEST + "cases: {playbooks: own}\n"
    (tmp_path / "other.yaml").write_text(text)
    runner = CliRunner()
    assert runner.invoke(commands, ["playbooks"]).output.startswith(f"{len(OURS)} playbooks")
    other = runner.invoke(commands, ["playbooks", "--config", "other.yaml"])
    assert other.output.startswith(f"{len(OURS) + 1} playbooks")
    (tmp_path / "config.yaml").write_text(text)
    assert runner.invoke(commands, ["playbooks"]).output.startswith(f"{len(OURS) + 1} playbooks")
    named = runner.invoke(commands, ["playbooks", "--folder", "empty"])
    assert named.output.startswith(f"{len(OURS)} playbooks")
    lost = runner.invoke(commands, ["playbooks", "--config", "none.yaml"])
    assert isinstance(lost.exception, SettingsError)
    (tmp_path / "own" / "cafe.md").write_text(GOOD)
    wrong = runner.invoke(commands, ["playbooks"])
    assert isinstance(wrong.exception, SettingsError)
    assert "playbook cafe.md" in str(wrong.exception)


def test_the_command(tmp_path: Path) -> None:
    result = CliRunner().invoke(commands, ["playbooks"])
    assert result.output.startswith(f"{len(OURS)} playbooks\nnot confirmed: doxbin, escort-ad-sites,")
    (tmp_path / "tea-house.md").write_text(GOOD.replace("2026", "2020"))
    result = CliRunner().invoke(commands, ["playbooks", "--folder", str(tmp_path)])
    assert result.exit_code == 1
    assert "tea-house (2020-11-21)" in result.output
