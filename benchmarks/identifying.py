"""How much of what identifies somebody is found, and how much else is taken for it.

    python -m benchmarks.identifying [--missed] [--false] [--half known|unseen]

Measured on tests/data/details.toml with the countries that the bot uses. A detail is found where a finding
overlaps it, whatever its kind: the borders between handle, link, number and place are soft. A finding that
overlaps no detail is false. A message is held if anything is found in it. Messages that are hard even for
people are counted apart. A hash of its id puts each message into one of two halves: rules were written with
the misses of ``known`` before one's eyes; ``unseen`` is the figure to believe. ``--missed`` and ``--false``
list ids.
"""

from __future__ import annotations

import argparse
import hashlib
import re
import statistics
import time
import tomllib
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from swsmatrix.identifying import find

FILE = Path(__file__).parents[1] / "tests" / "data" / "details.toml"
TEXT_BYTES = 4096
TIMES = 20
OTHER_SCRIPTS = ("ar", "el", "ja", "ko", "ru", "th", "uk", "zh")
PLAIN = re.compile(r"\+?\d[\d .()-]{6,18}\d|[\w.+-]{1,64}@[\w.-]{1,255}|https?://\S+")


@dataclass
class Score:
    """``kinds`` of details and of findings; ids of messages with a missed detail, or a false finding."""

    details: Counter[str] = field(default_factory=Counter)
    found: Counter[str] = field(default_factory=Counter)
    findings: Counter[str] = field(default_factory=Counter)
    right: Counter[str] = field(default_factory=Counter)
    held: Counter[tuple[bool, bool]] = field(default_factory=Counter)  # (has details, is held)
    missed: list[tuple[str, str]] = field(default_factory=list)
    false: list[tuple[str, str]] = field(default_factory=list)

    @property
    def recall(self) -> float:
        return share(self.found.total(), self.details.total())

    @property
    def precision(self) -> float:
        return share(self.right.total(), self.findings.total())

    @property
    def held_of_those_with_details(self) -> float:
        return share(self.held[True, True], self.held[True, True] + self.held[True, False])

    @property
    def held_without_details(self) -> float:
        return share(self.held[False, True], self.held[False, True] + self.held[False, False])


def share(part: int, whole: int) -> float:
    return part / whole if whole else 1.0


def half(message: dict[str, Any]) -> str:
    return ("known", "unseen")[hashlib.sha256(message["id"].encode()).digest()[0] % 2]


def messages() -> list[dict[str, Any]]:
    loaded: list[dict[str, Any]] = tomllib.loads(FILE.read_text(encoding="utf-8"))["message"]
    return loaded


def score(chosen: Iterable[dict[str, Any]]) -> Score:
    made = Score()
    for message in chosen:
        text = message["text"]
        details = [(d["kind"], start, start + len(d["text"])) for d, start in _places(text, message)]
        findings = find(text)
        made.held[bool(details), bool(findings)] += 1
        for kind, start, end in details:
            made.details[kind] += 1
            if any(f.start < end and start < f.end for f in findings):
                made.found[kind] += 1
            else:
                made.missed.append((message["id"], text[start:end]))
        for f in findings:
            made.findings[f.kind.value] += 1
            if any(f.start < end and start < f.end for _, start, end in details):
                made.right[f.kind.value] += 1
            else:
                made.false.append((message["id"], f"{f.kind.value}: {f.text}"))
    return made


def _places(text: str, message: dict[str, Any]) -> Iterable[tuple[dict[str, str], int]]:
    return ((detail, text.index(detail["text"])) for detail in message["details"])


def _say(name: str, made: Score) -> None:
    messages = made.held.total()
    print(f"{name}: {messages} messages, {made.details.total()} details")
    print(f"  {'':12} {'recall':>15}   {'precision':>15}")
    for kind in sorted({*made.details, *made.findings}, key=lambda kind: -made.details[kind]):
        recalled = f"{made.found[kind]:4}/{made.details[kind]:<4}"
        precise = f"{made.right[kind]:4}/{made.findings[kind]:<4}"
        of_all = share(made.found[kind], made.details[kind]), share(made.right[kind], made.findings[kind])
        print(f"  {kind:12} {recalled} {of_all[0]:.3f}   {precise} {of_all[1]:.3f}")
    print(f"  {'all':12} {'':9} {made.recall:.3f}   {'':9} {made.precision:.3f}")
    print(f"  held: {made.held_of_those_with_details:.3f} of those with details, ", end="")
    print(f"{made.held_without_details:.3f} of those without\n")


def texts_of_4_kib(chosen: list[dict[str, Any]]) -> dict[str, str]:
    """Messages one after the other, up to 4 KiB: without details, full of them, in other scripts, mixed."""
    sorts = {
        "without details": [m for m in chosen if not m["details"] and m["text"].isascii()],
        "full of details": [m for m in chosen if m["details"] and m["text"].isascii()],
        "other scripts": [m for m in chosen if m["details"] and m["language"] in OTHER_SCRIPTS],
        "all languages": chosen[:: len(chosen) // 40],
    }
    return {
        sort: "\n".join(m["text"] for m in some * 4).encode()[:TEXT_BYTES].decode(errors="ignore")
        for sort, some in sorts.items()
    }


def _times(chosen: list[dict[str, Any]]) -> None:
    """Milliseconds for texts of 4 KiB, the median of 20 with quartiles; beside a plain regex scan."""

    def spent(look: Callable[[str], object], text: str) -> list[float]:
        look(text)
        took = []
        for _ in range(TIMES):
            begun = time.perf_counter()
            look(text)
            took.append((time.perf_counter() - begun) * 1000)
        return statistics.quantiles(took, n=4)

    print(f"4 KiB: milliseconds, median of {TIMES} (quartiles); of a plain scan by three patterns")
    for sort, text in texts_of_4_kib(chosen).items():
        low, middle, high = spent(find, text)
        plain = spent(lambda text: list(PLAIN.finditer(text)), text)[1]
        print(f"  {sort:16} {middle:5.2f} ({low:.2f} to {high:.2f})   {plain:.2f}")


def main() -> None:
    parser = argparse.ArgumentParser(prog="benchmarks.identifying")
    parser.add_argument("--missed", action="store_true")
    parser.add_argument("--false", action="store_true")
    parser.add_argument("--half", choices=("known", "unseen"))
    asked = parser.parse_args()
    chosen = messages()
    for name in ("known", "unseen"):
        if asked.half in (None, name):
            made = score(m for m in chosen if half(m) == name and not m.get("hard"))
            _say(name, made)
            for title, wanted, ids in (
                ("missed", asked.missed, made.missed),
                ("false", asked.false, made.false),
            ):
                for id_, what in ids if wanted else ():
                    print(f"  {title} {id_}  {what!r}")
    if asked.half is None:
        _say("all that are not hard", score(m for m in chosen if not m.get("hard")))
        _say("hard", score(m for m in chosen if m.get("hard")))
        _times(chosen)


if __name__ == "__main__":
    main()
