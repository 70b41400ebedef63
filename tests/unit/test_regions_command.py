"""`swsmatrix regions`: what the operator reads, on a narrow screen too."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from swsmatrix.climbing import candidates
from swsmatrix.explaining import explain
from swsmatrix.features.regions import COLUMNS, LINES, on_terminal, said_of, shown
from swsmatrix.model import RegionId
from swsmatrix.regions import Region, RegionTree

CONFIG = """
homeserver: http://127.0.0.1:9
user_id: "@sws:example.org"
password_file: secrets/password
data_dir: data
key_file: secrets/data.key
rooms: {community: ["#lounge:example.org"], stewards: "#stewards:example.org"}
regions:
  us: {name: United States}
  us-ny:
    {name: New York State, parent: us, aliases: [ny, upstate, newyorkstate, empirestate], room: "#ny:b.org"}
  nyc: {name: New York City, parent: us-ny, aliases: [brooklyn], room: "#nyc:example.org"}
"""


def _regions(folder: Path, *args: str) -> subprocess.CompletedProcess[str]:
    (folder / "config.yaml").write_text(CONFIG, encoding="utf-8")
    return subprocess.run(
        [sys.executable, "-m", "swsmatrix", "regions", "--config", str(folder / "config.yaml"), *args],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_the_tree(tmp_path: Path) -> None:
    done = _regions(tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines()[:3] == [
        "United States #us",
        "↳ New York State #us-ny #ny #upstate #newyorkstate",
        "  #empirestate",
    ]
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize(
    ("tag", "code", "says"),
    [
        ("#brooklyn", 0, "#brooklyn is New York City. A warning goes to the room of\n"),
        ("buffalo", 0, "#buffalo may be Buffalo, near New York State or Buffalo\n"),
        ("#КИЇВ", 1, "#КИЇВ is in none of these regions.\n"),
        ("#brookyln", 1, "I know no place #brookyln. Did you mean #nyc?\n"),
        ("#ride", 0, "#ride says what it is about, not where.\n"),
        ("#signed", 0, "#signed says how, not where.\n"),
        ("#everywhere", 0, "#everywhere is all regions. A warning goes to the rooms of\n"),
    ],
)
def test_one_tag(tmp_path: Path, tag: str, code: int, says: str) -> None:
    done = _regions(tmp_path, tag)
    assert done.stdout.startswith(says)
    assert (done.returncode, done.stderr) == (code, "")
    assert "`" not in done.stdout
    assert max(map(len, done.stdout.splitlines())) <= COLUMNS == 60


def test_a_wrong_setting_is_named(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "swsmatrix", "regions", "--config", str(tmp_path / "none.yaml")],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 2
    assert "there is no configuration file" in done.stderr


def test_a_large_tree_is_cut() -> None:
    tree = RegionTree(Region(id=RegionId(f"r{number}"), name=f"Region {number}") for number in range(100))
    lines = shown(tree).splitlines()
    assert lines[LINES] == "… and 40 more."
    assert len(lines) == LINES + 3


def test_no_line_is_too_long_for_a_narrow_screen() -> None:
    names = ["Llanfairpwllgwyngyllgogerychwyrndrobwllllantysiliogogogoch", "A place of many short words " * 6]
    tree = RegionTree(Region(id=RegionId(f"r{at}"), name=name, room="#r") for at, name in enumerate(names))
    texts = [shown(tree), *(said_of(explain(word, tree, ()), tree) for word in ("r0", "r1", "x" * 300))]
    for text in texts:
        assert max(map(len, on_terminal(text).splitlines())) <= COLUMNS


def test_what_was_asked_is_no_markup() -> None:
    tree = RegionTree([Region(id=RegionId("us"), name="USA")])
    assert said_of(explain("`@room` <b>", tree, ()), tree) == "I know no place ?."
    assert candidates(["`buffalo`"], tree) == ()
