"""The Node process behind a person: requests and answers as JSON lines (see ``client/client.mjs``)."""

from __future__ import annotations

import asyncio
import json
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Final, Self

from swsmatrix.demo.node import ensure_node_packages, node_program

ANSWER_SECONDS: Final = 40.0
LINE_BYTES: Final = 32 * 1024 * 1024
WARNINGS_KEPT: Final = 200

Json = dict[str, Any]


class PersonError(Exception):
    """The client or the homeserver refused. ``code`` is the Matrix error code, or empty."""

    def __init__(self, text: str, code: str = "") -> None:
        super().__init__(text)
        self.code = code


class ClientProcess:
    """One running client. Requests may overlap; each has its number."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self._answers: dict[int, asyncio.Future[Json]] = {}
        self._last_number = 0
        self.warnings: deque[str] = deque(maxlen=WARNINGS_KEPT)

    @classmethod
    @asynccontextmanager
    async def start(cls) -> AsyncIterator[Self]:
        """A client that nobody has logged in yet; ended with the block."""
        folder = await asyncio.to_thread(ensure_node_packages)
        process = await asyncio.create_subprocess_exec(
            str(node_program()),
            str(folder / "client.mjs"),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            limit=LINE_BYTES,
            # Ctrl-C in the terminal is for the parent; this process ends when its stdin closes.
            start_new_session=True,
        )
        client = cls(process)
        readers = [asyncio.create_task(client._read_answers()), asyncio.create_task(client._read_warnings())]
        try:
            yield client
        finally:
            await client._end()
            await asyncio.gather(*readers)

    async def call(self, op: str, arguments: Json, *, seconds: float = ANSWER_SECONDS) -> Json:
        """The answer to one request. Raises ``PersonError``: refused, no answer in time, client gone."""
        self._last_number += 1
        number = self._last_number
        answer: asyncio.Future[Json] = asyncio.get_running_loop().create_future()
        self._answers[number] = answer
        try:
            await self._write({**arguments, "id": number, "op": op})
            async with asyncio.timeout(seconds):
                result = await answer
        except TimeoutError:
            raise PersonError(f"the client did not answer '{op}'") from None
        finally:
            self._answers.pop(number, None)
        if not result["ok"]:
            raise PersonError(f"{op}: {result['error']}", str(result["code"]))
        return {name: value for name, value in result.items() if name not in ("id", "ok")}

    async def _write(self, request: Json) -> None:
        if self._process.stdin is None or self._process.returncode is not None:
            raise PersonError("the client has ended")
        try:
            self._process.stdin.write(json.dumps(request).encode() + b"\n")
            await self._process.stdin.drain()
        except ConnectionError:
            raise PersonError("the client has ended") from None

    async def _read_answers(self) -> None:
        if self._process.stdout is None:
            return
        async for line in self._process.stdout:
            result: Json = json.loads(line)
            answer = self._answers.get(int(result["id"]))
            if answer is not None and not answer.done():
                answer.set_result(result)
        for answer in self._answers.values():
            if not answer.done():
                answer.set_exception(PersonError("the client ended: " + " | ".join(list(self.warnings)[-5:])))

    async def _read_warnings(self) -> None:
        if self._process.stderr is None:
            return
        async for line in self._process.stderr:
            self.warnings.append(line.decode(errors="replace").rstrip())

    async def _end(self) -> None:
        if self._process.stdin is not None:
            self._process.stdin.close()
        try:
            async with asyncio.timeout(5.0):
                await self._process.wait()
        except TimeoutError:
            self._process.kill()
            await self._process.wait()
