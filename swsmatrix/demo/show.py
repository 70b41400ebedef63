"""``swsmatrix demo``: set the stage, tell the story, stay for whoever wants to try; leave nothing behind."""

from __future__ import annotations

import asyncio
import signal
import tempfile
import time
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from swsmatrix.demo import live
from swsmatrix.demo.bot_process import BotError
from swsmatrix.demo.client_process import PersonError
from swsmatrix.demo.homeserver import HomeserverError
from swsmatrix.demo.node import NodeError
from swsmatrix.demo.screen import Screen
from swsmatrix.demo.stage import Stage, staged
from swsmatrix.demo.story import Story

FAILED: Final = 1
NOT_THERE: Final = 2
INTERRUPTED: Final = 130
READING_SECONDS: Final = 2.0


def show(*, once: bool, keep: Path | None) -> int:
    """The whole demo; returns the exit code: 0 only if everything arrived (or, without ``once``, Ctrl-C)."""
    screen = Screen(pace=0.0 if once else READING_SECONDS)
    try:
        if keep is not None and keep.exists() and any(keep.iterdir()):
            screen.trouble(f"There is something in {keep} already. Name an empty folder, or a new one.")
            return NOT_THERE
        with _folder(keep) as folder:
            return asyncio.run(_until_stopped(_play(folder, screen, once=once), once=once))
    except OSError as error:
        screen.trouble(f"The demo had to stop: {error}")
        return FAILED


@contextmanager
def _folder(keep: Path | None) -> Iterator[Path]:
    if keep is not None:
        keep.mkdir(parents=True, exist_ok=True, mode=0o700)
        yield keep.resolve()
        return
    with tempfile.TemporaryDirectory(prefix="swsmatrix-demo-") as folder:
        yield Path(folder)


async def _until_stopped(play: Coroutine[Any, Any, int], *, once: bool) -> int:
    """Ctrl-C and SIGTERM end it in good order; a second one changes nothing."""
    task = asyncio.ensure_future(play)
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, task.cancel)
    try:
        return await task
    except asyncio.CancelledError:
        return INTERRUPTED if once else 0


async def _play(folder: Path, screen: Screen, *, once: bool) -> int:
    start = time.monotonic()
    screen.title("swsmatrix: a community on this machine")
    try:
        async with staged(folder, screen.step) as stage:
            good = await _story(stage, screen, start, once=once)
            if once or not good:
                return 0 if good else FAILED
            live.invite(stage, screen)
            await live.watch(stage, screen)
            screen.trouble(f"The bot ended ({stage.bot.exit_code}):\n{stage.bot.last_words()}")
            return FAILED
    except (NodeError, HomeserverError, BotError, PersonError) as error:
        screen.trouble(f"The demo had to stop: {error}")
        return FAILED


async def _story(stage: Stage, screen: Screen, start: float, *, once: bool) -> bool:
    story = Story(stage, screen)
    try:
        await story.tell()
        if once:
            await _at_rest(stage, screen, story)
    except PersonError as error:
        screen.trouble(f"{error}\n\nThe bot's log ends:\n{stage.bot.last_words()}")
        story.check(False, "the story went on to its end")
    seconds = f"{time.monotonic() - start:.0f} s in all."
    if story.ok:
        screen.end(True, f"Everything arrived, and nothing was left lying about. {seconds}")
    else:
        screen.end(False, f"Not everything went as it should: see the ✘ and the red lines above. {seconds}")
    return story.ok


async def _at_rest(stage: Stage, screen: Screen, story: Story) -> None:
    """The bot ends as under an operator, and what it leaves on the disk is searched once more."""
    screen.space()
    screen.step("stopping the bot …")
    code = await stage.bot.stop()
    await story.search("And once more", "After the bot has ended")
    story.check(code == 0, "the bot ended in good order")
