"""What there is to do in a case: as it was saved, and gone with its links and notes when the case goes."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import MISSING, fields, replace
from pathlib import Path

import pytest

from swsmatrix.model import Case, CaseState, Record, Step, StepState, subject_of
from swsmatrix.protocol import EventId, UserId
from swsmatrix.store.db import Store
from tests.store.files import decrypted, opened

KEY = b"\x01" * 32
CASE = Case(
    feature="swsdoxx",
    event=EventId("$lamp"),
    number=3,
    requester=UserId("@alice:example.org"),
    state=CaseState.TOGETHER,
    changed_at=1,
)
STEP = Step(
    subject=CASE.subject,
    number=2,
    playbook="reddit",
    link="reddit.com/r/kettles/1",
    state=StepState.NOT_POSSIBLE,
    who=UserId("@bea:example.org"),
    note="they ask for a picture of the kettle",
    at=5,
)
PLAIN = Step(subject=CASE.subject, number=1, at=4)
ELSEWHERE = replace(STEP, subject=subject_of("swsdoxx", "$kettle"), link="tea.example")


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    async with opened(tmp_path, KEY) as store:
        await save(store, CASE, STEP, PLAIN, ELSEWHERE)
        yield store


async def save(store: Store, *records: Record) -> None:
    async with store.transaction():
        for record in records:
            await store.records.save(record)


async def drop(store: Store, *records: Record) -> None:
    async with store.transaction():
        for record in records:
            await store.records.drop(record)


async def bodies(store: Store) -> set[str]:
    return {text for (text,) in await store.records._rows("SELECT text FROM bodies")}


def test_the_example_leaves_nothing_at_its_default() -> None:
    for field in fields(STEP):
        if field.default is not MISSING:
            assert getattr(STEP, field.name) != field.default, field.name


async def test_steps_come_back_as_they_were_by_number(store: Store) -> None:
    assert await store.steps.steps(CASE.subject) == (PLAIN, STEP)
    assert await store.steps.steps("swsdoxx $other") == ()


@pytest.mark.parametrize("state", StepState)
async def test_every_state(store: Store, state: StepState) -> None:
    await save(store, replace(PLAIN, state=state))
    assert (await store.steps.steps(CASE.subject))[0].state is state


async def test_what_a_step_said_before_is_gone(store: Store) -> None:
    changed = replace(STEP, link="reddit.com/r/kettles/2", note="gone now", who=None)
    await save(store, changed)
    assert await store.steps.steps(CASE.subject) == (PLAIN, changed)
    assert await bodies(store) == {changed.link, changed.note, ELSEWHERE.link, ELSEWHERE.note}
    await save(store, replace(changed, link="", note=""))
    assert await bodies(store) == {ELSEWHERE.link, ELSEWHERE.note}
    await save(store, STEP)
    assert (await store.steps.steps(CASE.subject))[1] == STEP


async def test_a_step_alone_is_dropped_with_its_words(store: Store) -> None:
    await drop(store, STEP)
    assert await store.steps.steps(CASE.subject) == (PLAIN,)
    assert await bodies(store) == {ELSEWHERE.link, ELSEWHERE.note}


async def test_all_goes_with_the_case_and_only_its_own(store: Store, tmp_path: Path) -> None:
    await drop(store, CASE)
    assert await store.steps.steps(CASE.subject) == ()
    assert await store.steps.steps(ELSEWHERE.subject) == (ELSEWHERE,)
    assert await bodies(store) == {ELSEWHERE.link, ELSEWHERE.note}
    found = await decrypted(store, tmp_path, KEY)
    assert STEP.link.encode() not in found
    assert b"bea:example.org" in found  # of the other case
    await drop(store, ELSEWHERE)
    found = await decrypted(store, tmp_path, KEY)
    assert b"bea:example.org" not in found
    assert STEP.note.encode() not in found


async def test_a_case_that_goes_on_keeps_its_steps(store: Store) -> None:
    await save(store, replace(CASE, state=CaseState.OPENING))
    assert await store.steps.steps(CASE.subject) == (PLAIN, STEP)
