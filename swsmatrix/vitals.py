"""The bot's pulse, which it notes in its store every minute, and ``swsmatrix status``, which reads it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from swsmatrix import health, keys
from swsmatrix.errors import KeyStoreError
from swsmatrix.health import Figures, Kept, Pulse
from swsmatrix.lock import is_held
from swsmatrix.openness import frozen
from swsmatrix.protocol import MINUTE, Millis
from swsmatrix.settings import load
from swsmatrix.store.db import FILE, DatabaseError, Store, StoreError
from swsmatrix.verdicts import FAILED, exit_code, fail

IN_VAULT = "pulse"


class Vitals:
    """Of the running bot. ``counts``: by names of ``health.COUNTED``, since the start."""

    def __init__(self, store: Store, now: Callable[[], Millis]) -> None:
        self._store = store
        self._now = now
        self._started = now()
        self._heard: Millis | None = None
        self._noted: Pulse | None = None
        self.counts: Callable[[], Mapping[str, int]] = dict

    def heard(self) -> None:
        """An answer of /sync was committed."""
        self._heard = self._now()

    async def beat(self) -> None:
        """Note the pulse, if the last note is a minute old or says that nothing was heard yet."""
        last, pulse = self._noted, self._pulse()
        if last is None or abs(pulse.at - last.at) >= MINUTE or (pulse.heard and not last.heard):
            await self._store.vault.put(IN_VAULT, pulse.to_bytes())
            self._noted = pulse

    async def figures(self) -> Figures:
        """As of now."""
        return Figures(running=True, pulse=self._pulse(), kept=await _kept(self._store, self._now()))

    def _pulse(self) -> Pulse:
        return Pulse(at=self._now(), started=self._started, heard=self._heard, counts=self.counts())


async def _kept(store: Store, now: Millis) -> Kept:
    return Kept(
        waiting=await store.queue.waiting(),
        oldest=await store.queue.oldest(now),
        unread=len(await store.records.unread()),
        frozen=sum(bool(frozen(note)) for note in await store.records.rooms()),
        missing=len(await store.records.missing()),
        dead=await store.records.dead_letters(),
    )


def status(config: Path, say: Callable[[str], None]) -> int:
    """``say`` how the bot of this configuration is doing, running or not; the exit code. Changes nothing.

    0: well, 1: not. Raises ``ExitError``.
    """
    settings = load(config)
    root = keys.read_root_key(settings.key_file)
    if not (settings.data_dir / FILE).exists():
        say(str(fail("not running, and never did", "`swsmatrix run`")))
        return FAILED
    figures = asyncio.run(_read(settings.data_dir, keys.derive(root, keys.BOT_DATABASE)))
    now = time.time_ns() // 1_000_000
    say(health.report(figures, now))
    return exit_code(health.lines(figures, now))


async def _read(data_dir: Path, key: bytes) -> Figures:
    try:
        store = await Store.open(data_dir, key, read_only=True)
        try:
            pulse = await store.vault.get(IN_VAULT)
            return Figures(
                running=is_held(data_dir),
                pulse=Pulse.from_bytes(pulse) if pulse else None,
                kept=await _kept(store, time.time_ns() // 1_000_000),
            )
        finally:
            await store.close()
    except StoreError as error:
        raise KeyStoreError(str(error)) from error
    except DatabaseError as error:
        raise KeyStoreError("the store is an older version's; start `swsmatrix run` anew") from error
