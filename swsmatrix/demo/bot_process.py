"""The bot as an operator runs it: ``python -m swsmatrix run``, a process with a log."""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final, Self

READY_SECONDS: Final = 60.0
STOP_SECONDS: Final = 12.0
LOOK_SECONDS: Final = 0.05


class BotError(Exception):
    """The bot did not start; the text holds the end of its log."""


class BotProcess:
    """Made by ``start``. ``log`` is the file with what it wrote to standard error."""

    def __init__(self, process: asyncio.subprocess.Process, log: Path) -> None:
        self._process = process
        self.log = log

    @classmethod
    @asynccontextmanager
    async def start(cls, config: Path, log: Path) -> AsyncIterator[Self]:
        """Running and ``ready``; ended with the block. Raises ``BotError``."""
        with log.open("ab") as output:
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "swsmatrix.demo.leash"),
                *("swsmatrix", "run", "--config", str(config)),
                stdin=asyncio.subprocess.PIPE,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        bot = cls(process, log)
        try:
            await bot._wait_until_ready()
            yield bot
        finally:
            await bot.stop()

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def exit_code(self) -> int | None:
        """None while it runs."""
        return self._process.returncode

    async def ended(self) -> int:
        """Wait until it ends by itself; its exit code."""
        return await self._process.wait()

    async def stop(self, how: signal.Signals = signal.SIGTERM) -> int:
        """Ask it to end, or make it, and wait; its exit code (negative: the signal). Can be called twice."""
        if self._process.returncode is None:
            self._process.send_signal(how)
        try:
            async with asyncio.timeout(STOP_SECONDS):
                code = await self._process.wait()
        except TimeoutError:
            self._process.kill()
            code = await self._process.wait()
        if self._process.stdin is not None:
            self._process.stdin.close()
        return code

    def last_words(self, lines: int = 10) -> str:
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:])

    async def _wait_until_ready(self) -> None:
        try:
            async with asyncio.timeout(READY_SECONDS):
                while not self._says_ready():
                    if self.exit_code is not None:
                        raise BotError(f"the bot ended with exit code {self.exit_code}:\n{self.last_words()}")
                    await asyncio.sleep(LOOK_SECONDS)
        except TimeoutError:
            raise BotError(f"the bot is not ready yet; its log ends:\n{self.last_words()}") from None

    def _says_ready(self) -> bool:
        return any(line.endswith(" ready") for line in self.log.read_text(errors="replace").splitlines())
