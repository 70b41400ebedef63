"""How the demo looks: who says what where, what the bot did, what the homeserver could see of it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Final

from rich import box
from rich.console import Console
from rich.padding import Padding
from rich.panel import Panel
from rich.rule import Rule
from rich.text import Text

from swsmatrix.demo.serverside import Stored

WIDEST: Final = 88
COLOURS: Final = {"alice": "cyan", "bea": "magenta", "chi": "yellow", "you": "blue", "Porch": "green"}
EXCERPT: Final = 48


class Screen:
    """Everything is plain text of somebody's: nothing in it is taken for markup.

    ``pace``: seconds to rest between chapters, for somebody who reads along; none where nobody does.
    """

    def __init__(self, console: Console | None = None, *, pace: float = 0.0) -> None:
        self._console = console or Console(highlight=False)
        self._console.width = min(self._console.width, WIDEST)
        self._pace = pace if self._console.is_terminal else 0.0

    async def rest(self) -> None:
        await asyncio.sleep(self._pace)

    def _print(self, text: Text, indent: int = 0) -> None:
        self._console.print(Padding(text, (0, 0, 0, indent), expand=False))

    def title(self, text: str) -> None:
        self._console.print(Rule(Text(text, style="bold"), style="dim"))

    def tell(self, text: str) -> None:
        self._print(Text(text))

    def step(self, text: str) -> None:
        """Progress, while nothing else is to be seen."""
        self._print(Text(f"· {text}", style="dim"))

    def space(self) -> None:
        self._console.print()

    def chapter(self, title: str, text: str) -> None:
        self._console.print()
        self._console.print(Rule(Text(title, style="bold"), style="dim", align="left"))
        self._print(Text(text))
        self._console.print()

    @contextmanager
    def waiting(self, text: str) -> Iterator[None]:
        if not self._console.is_terminal:
            yield
            return
        with self._console.status(Text(text, style="dim")):
            yield

    def says(self, who: str, where: str, text: str, seen_by: str = "") -> None:
        """A message, as it reads for ``seen_by`` (or for everybody)."""
        colour = COLOURS.get(who, "white")
        title = Text.assemble((who, f"bold {colour}"), (f" in {where}", "default"))
        if seen_by:
            title.append(f", as {seen_by} reads it", style="dim")
        body = Text(text.strip() or "(nothing)")
        self._console.print(
            Panel(body, title=title, title_align="left", border_style=colour, box=box.ROUNDED)
        )

    def does(self, who: str, what: str) -> None:
        self._print(Text.assemble((who, f"bold {COLOURS.get(who, 'white')}"), " ", what), 2)

    def server(self, seen: Stored, who: str, where: str) -> None:
        """An event as the homeserver has it."""
        time = datetime.fromtimestamp(seen.at / 1000, tz=UTC).strftime("%H:%M:%S")
        line = f"the homeserver stores: {seen.type}, from {who}, in {where}, {time} UTC, {seen.size} bytes"
        self._print(Text(line, style="dim"), 2)
        self._print(Text(_excerpt(seen), style="dim italic", overflow="ellipsis", no_wrap=True), 2)

    def fact(self, text: str) -> None:
        self._print(Text(f"- {text}"), 2)

    def check(self, holds: bool, text: str) -> None:
        self._print(Text(f"✔ {text}", style="green") if holds else Text(f"✘ {text}", style="bold red"), 2)

    def trouble(self, text: str) -> None:
        self._console.print()
        self._print(Text(text, style="red"))

    def end(self, good: bool, text: str) -> None:
        style = "bold green" if good else "bold red"
        self._console.print()
        self._console.print(Panel(Text(text, style=style), border_style=style, box=box.ROUNDED))


def _excerpt(seen: Stored) -> str:
    """The part of the content that says something, or that says nothing."""
    ciphertext = seen.content.get("ciphertext")
    if isinstance(ciphertext, str):
        return f'"ciphertext": "{ciphertext[:EXCERPT]}…"'
    key = seen.content.get("m.relates_to", {}).get("key")
    return f'"key": "{key}"' if key else json.dumps(seen.content, ensure_ascii=False)
