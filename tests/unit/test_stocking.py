"""The library's entries, in and out: twice changes nothing, and nobody who shared a tip is named."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from swsmatrix import keys, library
from swsmatrix.keys import new_key_file, read_root_key
from swsmatrix.lock import DataLock
from swsmatrix.model import RegionId, Tip
from swsmatrix.protocol import Millis
from swsmatrix.searching import country
from swsmatrix.stocking import as_markdown, as_yaml, changes, regions_of, tip_of
from swsmatrix.store.db import Store
from tests.town import START, TREE
from tests.unit.test_cli import CONFIG
from tests.unit.test_library import TEA

NOW: Millis = START
(HOUSE,) = library.parse(TEA)
SHARED = Tip(
    subject="swsfyi $1",
    number=1,
    text="soup *until* four\nfor all",
    posted_at=START,
    added_at=START,
    regions=(RegionId("nyc"),),
)


def test_new_changed_as_before_and_gone() -> None:
    first = changes([HOUSE], (), TREE, 7, NOW)
    (tip,) = first.new
    assert (tip.subject, tip.number, tip.regions) == ("library tea-house", 7, (country("gb"),))
    assert str(first) == "1 new, 0 changed, 0 as before"
    again = changes([HOUSE], first.new, TREE, 8, NOW + 1)
    assert (again.new, again.changed, again.same) == ((), (), 1)
    other = HOUSE.model_copy(update={"line": "Soup."})
    (changed,) = changes([other], first.new, TREE, 8, NOW + 1).changed
    assert changed == replace(tip, text="Soup.")
    assert changes([], first.new, TREE, 8, NOW).gone == ()
    gone = changes([], first.new, TREE, 8, NOW, prune=True)
    assert gone.gone == first.new
    assert str(gone) == "0 new, 0 changed, 0 as before, 1 taken out"


def test_what_was_said_of_it_stays() -> None:
    tip = replace(tip_of(HOUSE, TREE, NOW), number=7)
    said = replace(
        tip,
        pinned=True,
        tagged=True,
        regions=(RegionId("nyc"),),
        topics=("food",),
        removed_by="dora",
        useful=3,
    )
    assert changes([HOUSE], [said], TREE, 8, NOW + 1).same == 1
    other = HOUSE.model_copy(update={"line": "Soup."})
    assert changes([other], [said], TREE, 8, NOW + 1).changed == (replace(said, text="Soup."),)


@pytest.mark.parametrize(
    ("where", "regions"),
    [
        (("everywhere", "us"), ()),
        (("us", "ca"), (country("us"), country("ca"))),
        (("us", "Las Vegas"), (country("us"),)),
        (("us", "Chicago"), ("chicago",)),
    ],
)
def test_for_where(where: tuple[str, ...], regions: tuple[str, ...]) -> None:
    assert regions_of(where, TREE) == regions


def test_what_is_written_is_read_again_as_it_was() -> None:
    tips = [replace(tip_of(one, TREE, NOW), number=n) for n, one in enumerate(library.starting(), 1)]
    assert library.parse(as_yaml(tips)) == library.starting()
    assert library.parse(as_yaml([*tips, SHARED])) == library.starting()


def test_to_be_read() -> None:
    tip = tip_of(HOUSE, TREE, NOW)
    text = as_markdown([tip, SHARED], TREE)
    assert "## Health\n\n**Tea House**: Tea and somebody to talk to." in text
    assert "GB, Leeds · en · checked 2026-11-21, <https://tea.example/about>" in text
    assert text.endswith("## From members\n\n- soup \\*until\\* four for all (New York City)\n")
    assert "members" not in as_markdown([tip], TREE)


# ---- The commands ----


@pytest.fixture
def config(tmp_path: Path) -> Path:
    (tmp_path / "config.yaml").write_text(CONFIG, encoding="utf-8")
    (tmp_path / "secrets").mkdir()
    (tmp_path / "secrets" / "password").write_text("tea", encoding="utf-8")
    new_key_file(tmp_path / "secrets" / "data.key")
    return tmp_path / "config.yaml"


def run(config: Path, *args: str | Path) -> tuple[int, str]:
    ended = subprocess.run(
        [sys.executable, "-m", "swsmatrix", "library", *map(str, args), "--config", str(config)],
        capture_output=True,
        text=True,
        timeout=60,
        env={name: value for name, value in os.environ.items() if not name.startswith("SWSMATRIX_")},
        check=False,
    )
    return ended.returncode, ended.stdout + ended.stderr


def entries(config: Path) -> tuple[Tip, ...]:
    async def read() -> tuple[Tip, ...]:
        key = keys.derive(read_root_key(config.parent / "secrets" / "data.key"), keys.BOT_DATABASE)
        store = await Store.open(config.parent / "data", key, read_only=True)
        try:
            return await store.tips.entries()
        finally:
            await store.close()

    return asyncio.run(read())


def test_in_twice_and_out(config: Path, tmp_path: Path) -> None:
    file = tmp_path / "tea.yaml"
    file.write_text(TEA, encoding="utf-8")
    assert run(config, "import", file) == (0, "1 new, 0 changed, 0 as before\n")
    before = entries(config)
    assert run(config, "import", file) == (0, "0 new, 0 changed, 1 as before\n")
    assert entries(config) == before
    out, read = tmp_path / "out.yaml", tmp_path / "out.md"
    assert run(config, "export", out) == (0, f"1 written to {out}\n")
    assert library.parse(out.read_text(encoding="utf-8")) == (HOUSE,)
    assert run(config, "export", read)[0] == 0
    assert "Tea House" in read.read_text(encoding="utf-8")
    assert run(config, "import")[1] == f"{len(library.starting())} new, 0 changed, 0 as before\n"
    code, said = run(config, "import", file, "--prune")
    assert (code, said) == (0, f"0 new, 0 changed, 1 as before, {len(library.starting())} taken out\n")
    assert entries(config) == before


def test_what_cannot_be_is_said_in_one_line(config: Path, tmp_path: Path) -> None:
    code, said = run(config, "export", tmp_path / "out.md")
    assert (code, "there is no store yet" in said) == (3, True)
    bad = tmp_path / "bad.yaml"
    bad.write_text("entries: [{id: tea}]", encoding="utf-8")
    code, said = run(config, "import", bad)
    assert (code, "bad.yaml: entry tea: name: Field required" in said) == (2, True)
    code, said = run(config, "import", config.parent / "secrets" / "data.key")
    assert (code, "must be YAML" in said) == (2, True)
    code, said = run(config, "export", tmp_path / "out.txt")
    assert (code, "must end with .yaml or .md" in said) == (2, True)
    with DataLock(tmp_path / "data"):
        code, said = run(config, "import")
    assert (code, "another process uses the data" in said) == (4, True)
