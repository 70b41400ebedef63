"""How patiently the homeserver is asked for news, with a clock that only the test moves."""

from __future__ import annotations

import json
from typing import Any

import pytest

from swsmatrix.matrix import sync
from swsmatrix.matrix.http import Answer, AwayError, TooLargeError, UnreachableError
from swsmatrix.matrix.sync import PAGE_TRIES, Sync
from swsmatrix.protocol import RoomId

NOTICED = 90  # seconds: a connection that died is not waited for any longer than this
GOOD = Answer(200, {"next_batch": "s1", "chunk": []})
SILENCE, AWAY, LARGE = UnreachableError(), AwayError(), TooLargeError()
LIMITED = Answer(429, {"errcode": "M_LIMIT_EXCEEDED"}, 7000)
PAGE = Answer(200, {"chunk": [{"event_id": "$1"}]})


class Homeserver:
    """Answers in the order given. ``patience``: how long each was waited for; ``slept``: in between."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *answers: Answer | UnreachableError) -> None:
        self._answers = list(answers)
        self.patience: list[float] = []
        self.queries: list[dict[str, str]] = []
        self.slept: list[float] = []
        self.gaps = 0
        monkeypatch.setattr(sync, "request", self._request)
        monkeypatch.setattr(sync, "backoff", lambda failed: 0.5)

    async def _request(
        self,
        *_: object,
        timeout: float,  # noqa: ASYNC109
        query: dict[str, str],
    ) -> Answer:
        self.queries.append(dict(query))
        self.patience.append(timeout)
        answer = self._answers.pop(0)
        if isinstance(answer, UnreachableError):
            raise answer
        return answer

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)

    async def news(self, *, full_state: bool = False) -> dict[str, Any]:
        return await Sync(None, self.sleep).news("s0", full_state=full_state)

    async def missed(self) -> list[dict[str, Any]]:
        homeserver = Sync(None, self.sleep, self._gap)
        return await homeserver.missed(RoomId("!a:b"), "t1", "s0", lambda _: False)

    def _gap(self) -> None:
        self.gaps += 1


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


async def test_news_that_are_none_are_not_asked_for_again_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    same = Answer(200, {"next_batch": "s0"})
    homeserver = Homeserver(monkeypatch, same, GOOD)
    await homeserver.news()
    await homeserver.news()
    assert homeserver.slept == [sync.SHORTEST_WAIT]


async def test_the_wait_that_is_demanded_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    down = Answer(503, {}, 60_000)
    homeserver = Homeserver(monkeypatch, LIMITED, down, Answer(502, {}), Answer(429, {}), GOOD)
    assert await homeserver.news() == GOOD.body
    assert homeserver.slept == [7.0, 60.0, 0.5, 5.0]


# ---- What was missed -------------------------------------------------------------------------------


@pytest.mark.parametrize(("hindrance", "wait"), [(LIMITED, 7.0), (AWAY, 0.5)])
async def test_what_was_missed_is_not_given_up_while_the_homeserver_limits_or_is_away(
    monkeypatch: pytest.MonkeyPatch, hindrance: Answer | UnreachableError, wait: float
) -> None:
    homeserver = Homeserver(monkeypatch, *[hindrance] * PAGE_TRIES * 3, PAGE)
    assert await homeserver.missed() == PAGE.body["chunk"]
    assert homeserver.slept == [wait] * PAGE_TRIES * 3


@pytest.mark.parametrize("bad", [SILENCE, Answer(502, {})])
async def test_a_room_that_the_homeserver_cannot_read_does_not_silence_the_others(
    monkeypatch: pytest.MonkeyPatch, bad: Answer | UnreachableError
) -> None:
    homeserver = Homeserver(monkeypatch, *[bad] * PAGE_TRIES)
    assert await homeserver.missed() == []


async def test_what_stays_missed_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    homeserver = Homeserver(monkeypatch, *[SILENCE] * PAGE_TRIES)
    await homeserver.missed()
    assert homeserver.gaps == 1
    pages = [Answer(200, PAGE.body | {"end": f"t{number}"}) for number in range(sync.MOST_MISSED)]
    homeserver = Homeserver(monkeypatch, *pages)
    await homeserver.missed()
    assert homeserver.gaps == 1
    homeserver = Homeserver(monkeypatch, PAGE)
    await homeserver.missed()
    assert homeserver.gaps == 0


async def test_only_bad_answers_count_as_tries(monkeypatch: pytest.MonkeyPatch) -> None:
    hindrances: list[Answer | UnreachableError] = [SILENCE, AWAY, LIMITED] * (PAGE_TRIES - 1)
    homeserver = Homeserver(monkeypatch, *hindrances, PAGE)
    assert await homeserver.missed() == PAGE.body["chunk"]


async def test_a_room_that_is_refused_is_asked_for_once(monkeypatch: pytest.MonkeyPatch) -> None:
    homeserver = Homeserver(monkeypatch, Answer(403, {"errcode": "M_FORBIDDEN"}))
    assert await homeserver.missed() == []


async def test_an_answer_that_is_too_large_is_asked_for_in_smaller_parts(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    homeserver = Homeserver(monkeypatch, *[LARGE] * 4, GOOD)
    assert await homeserver.news() == GOOD.body
    asked = [json.loads(query["filter"])["room"]["timeline"]["limit"] for query in homeserver.queries]
    assert asked == [50, 7, 1, 1, 1]
    assert homeserver.slept == [1, 1, 30, 30]
    assert caplog.text.count("too large") == 4
    assert "no good answer" not in caplog.text


async def test_a_page_that_is_too_large_is_asked_for_smaller_once(monkeypatch: pytest.MonkeyPatch) -> None:
    homeserver = Homeserver(monkeypatch, LARGE, PAGE)
    assert len(await homeserver.missed()) == 1
    assert [query["limit"] for query in homeserver.queries] == ["500", "50"]
    homeserver = Homeserver(monkeypatch, LARGE, LARGE)
    assert await homeserver.missed() == []
    assert homeserver.gaps == 1
