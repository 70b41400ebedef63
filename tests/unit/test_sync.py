"""How patiently the homeserver is asked for news, with a clock that only the test moves."""

from __future__ import annotations

from typing import Any

import pytest

from swsmatrix.matrix import sync
from swsmatrix.matrix.http import Answer, UnreachableError
from swsmatrix.matrix.sync import Sync

NOTICED = 90  # seconds: a connection that died is not waited for any longer than this
GOOD = Answer(200, {"next_batch": "s1", "chunk": []})
SILENCE = None


class Homeserver:
    """Answers in the order given. ``patience``: how long each was waited for; ``slept``: in between."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *answers: Answer | None) -> None:
        self._answers = list(answers)
        self.patience: list[float] = []
        self.slept: list[float] = []
        monkeypatch.setattr(sync, "request", self._request)
        monkeypatch.setattr(sync, "backoff", lambda failed: 0.5)

    async def _request(self, *_: object, timeout: float, **__: object) -> Answer:  # noqa: ASYNC109
        self.patience.append(timeout)
        answer = self._answers.pop(0)
        if answer is None:
            raise UnreachableError
        return answer

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)

    async def news(self, *, full_state: bool = False) -> dict[str, Any]:
        return await Sync(None, self.sleep).news("s0", full_state=full_state)


async def test_a_dead_long_poll_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    homeserver = Homeserver(monkeypatch, *[SILENCE] * 3, GOOD)
    assert await homeserver.news() == GOOD.body
    assert len(homeserver.patience) == 4
    assert all(sync.POLL_SECONDS < seconds <= NOTICED for seconds in homeserver.patience)


async def test_a_dead_first_question_is_noticed_and_a_slow_answer_waited_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    homeserver = Homeserver(monkeypatch, *[SILENCE] * 20, GOOD)
    assert await homeserver.news(full_state=True) == GOOD.body
    assert homeserver.patience[:4] == [75, 150, 300, 300]
    assert homeserver.patience[0] <= NOTICED
    assert homeserver.patience[-1] == 300


async def test_the_wait_that_is_demanded_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    limited = Answer(429, {"errcode": "M_LIMIT_EXCEEDED"}, 7000)
    down = Answer(503, {}, 60_000)
    homeserver = Homeserver(monkeypatch, limited, down, Answer(502, {}), Answer(429, {}), GOOD)
    assert await homeserver.news() == GOOD.body
    assert homeserver.slept == [7.0, 60.0, 0.5, 5.0]
