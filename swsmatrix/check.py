"""``swsmatrix check``: what is ready, what is not, and what to do about it. Changes nothing."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from swsmatrix.settings import load


async def check(config: Path, say: Callable[[str], None]) -> int:
    """Look at everything and ``say`` one line for each; the exit code, 0 if nothing failed."""
    load(config)
    say("ok   the configuration")
    return 0
