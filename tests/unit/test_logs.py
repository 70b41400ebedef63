import asyncio
import gc
import io
import logging
import re
import subprocess
import sys
import threading
import time
import warnings
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from swsmatrix import keys, logs
from swsmatrix.errors import KeyStoreError, SettingsError
from swsmatrix.model import PostState

OURS = logging.getLogger("swsmatrix.engine")
SECRET = "meet me by the willow"
IDS = [
    "@alice:example.org",
    "@bea.b=1/x:localhost:8448",
    "@lark#song!:example.org",
    "!abcDEF123:example.org",
    "!31hneApxJ_1o-63DmFrpeqnkFfWppnzWso1JvH3ogLM",
    "#willow-lounge:example.org",
    "$143273582443PhrSn:example.org",
    "$acR1l0raoZnm60CBwAVgqbZqoO_mYU81xysh1u7XcJk",
    "%40alice%3Aexample.org",
    "/rooms/%21abc%3Aexample.org/state",
    "@alice%3Aexample.org",
]


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """The log at DEBUG; everything that ``configure`` changes is put back afterwards."""
    root, ours = logging.getLogger(), logging.getLogger("swsmatrix")
    before = (root.handlers, root.level, ours.level, logging.raiseExceptions)
    hooks = (sys.excepthook, sys.unraisablehook, threading.excepthook)
    stream = io.StringIO()
    with warnings.catch_warnings():
        logs.configure("DEBUG", stream)
        yield stream
    root.handlers, logging.raiseExceptions = before[0], before[3]
    root.setLevel(before[1])
    ours.setLevel(before[2])
    sys.excepthook, sys.unraisablehook, threading.excepthook = hooks


def test_a_line(log: io.StringIO) -> None:
    OURS.info("ready")
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ INFO swsmatrix\.engine ready\n", log.getvalue())


def test_numbers_enums_types_and_vouched_text_are_shown(log: io.StringIO) -> None:
    OURS.info("%d %.1f %s %s %s %s", 3, 0.5, PostState.UP, ValueError, logs.Plain("danger"), None)
    assert log.getvalue().endswith("engine 3 0.5 UP ValueError danger None\n")


def test_error_codes_are_shown_but_no_words_that_look_like_them(log: io.StringIO) -> None:
    OURS.info("%s %s", "M_FORBIDDEN", "HTTP_502")
    OURS.info("%s %s %s", "M_forbidden", "M_FORBIDDEN: willow", "WILLOW")
    first, second = log.getvalue().splitlines()
    assert first.endswith(" M_FORBIDDEN HTTP_502")
    assert second.endswith(" […] […] […]")


@pytest.mark.parametrize("value", [SECRET, SECRET.encode(), [SECRET], {"a": SECRET}, (SECRET,)])
def test_any_other_value_is_not(log: io.StringIO, value: object) -> None:
    OURS.info("heard %s", value)
    OURS.info("heard %(a)s", {"a": value})
    OURS.info("heard %d times", value)
    assert "willow" not in log.getvalue()
    assert len(log.getvalue().splitlines()) == 3


@pytest.mark.parametrize("name", IDS)
def test_identifiers_are_hidden_even_where_nobody_should_have_put_them(log: io.StringIO, name: str) -> None:
    OURS.info(f"joined {name} today")  # what a careless author might write
    OURS.info("joined %s today", logs.Plain(name))
    for part in re.findall(r"[A-Za-z0-9]{3,}", name.partition(":")[0]):
        if part not in ("rooms", "state"):
            assert part not in log.getvalue()
    assert "example.org" not in log.getvalue()
    assert log.getvalue().count("[…]") >= 2


@given(st.text(st.characters(codec="utf-8"), max_size=30), st.sampled_from("@!#$"))
def test_no_identifier_survives_whatever_it_is_made_of(local: str, sigil: str) -> None:
    word = "".join(local.split())
    assert "example.org" not in logs.hide(f"of {sigil}{word}:example.org")


def test_ordinary_sentences_stay_whole() -> None:
    for line in (
        "stopped! 3 of 4 left",
        "rooms.community[0] is missing (line 4)",
        "at swsmatrix/engine.py:40",
    ):
        assert logs.hide(line) == line


def test_of_other_libraries_only_name_level_and_place_remain(log: io.StringIO) -> None:
    other = logging.getLogger("nio.crypto")
    other.warning("undecryptable from %s: " + SECRET, "@alice:example.org")
    try:
        raise ValueError(SECRET)
    except ValueError:
        other.exception(SECRET)
    first, second = log.getvalue().splitlines()
    assert re.search(r" WARNING nio\.crypto test_logs\.py:\d+$", first)
    assert re.search(r" ERROR nio\.crypto test_logs\.py:\d+ \(ValueError\)$", second)


def test_a_name_that_only_begins_like_ours_is_not_ours(log: io.StringIO) -> None:
    logging.getLogger("swsmatrix_other").warning(SECRET)
    assert "willow" not in log.getvalue()


def test_other_libraries_chatter_is_for_debugging_only(log: io.StringIO) -> None:
    logs.configure("INFO", log)
    logging.getLogger("nio").info("synced")
    OURS.info("ready")
    OURS.debug("unseen")
    assert [line.split()[2] for line in log.getvalue().splitlines()] == ["swsmatrix.engine"]


def test_an_exception_is_its_type_and_our_innermost_line(log: io.StringIO) -> None:
    try:
        keys.derive(b"", None)  # type: ignore[arg-type]
    except AttributeError as error:
        OURS.error("failed: %s", error)
        OURS.exception("failed")
    first, second = log.getvalue().splitlines()
    assert re.search(r"failed: AttributeError at swsmatrix/keys\.py:\d+$", first)
    assert re.search(r"failed \(AttributeError at swsmatrix/keys\.py:\d+\)$", second)


def test_a_group_names_what_is_in_it() -> None:
    group = ExceptionGroup(SECRET, [ValueError(SECRET), KeyError(SECRET)])
    assert logs.describe(group) == "ExceptionGroup [ValueError, KeyError]"


def test_a_line_is_a_line(log: io.StringIO) -> None:
    OURS.info("one\ntwo\u2028three %s", logs.Plain("four\r\nfive"))
    assert log.getvalue().endswith(" one two three four five\n")


def test_times_are_utc_wherever_the_machine_stands(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    time.tzset()
    record = logging.makeLogRecord({"name": "swsmatrix", "msg": "ready", "created": 0.9})
    assert logs._Line().format(record).startswith("1970-01-01T00:00:00Z ")
    monkeypatch.undo()
    time.tzset()


def test_warnings_and_failing_destructors_are_reduced() -> None:
    code = f"""
import warnings
from swsmatrix import logs
logs.configure("INFO")
warnings.warn("{SECRET}")
class Odd:
    def __del__(self):
        raise ValueError("{SECRET}")
Odd()
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    first, second = done.stderr.splitlines()
    assert re.search(r" WARNING swsmatrix UserWarning at <string>:\d+$", first)
    assert second.endswith(" ERROR swsmatrix an error where none can be raised: ValueError")


def test_threads_and_the_interpreter_tell_nothing_more(log: io.StringIO) -> None:
    def fail() -> None:
        raise ValueError(SECRET)

    thread = threading.Thread(target=fail)
    thread.start()
    thread.join()
    try:
        fail()
    except ValueError as error:
        sys.excepthook(ValueError, error, error.__traceback__)
    assert log.getvalue().count("ValueError") == 2
    assert "willow" not in log.getvalue()


def test_a_task_that_nobody_awaited_tells_nothing_more(log: io.StringIO) -> None:
    async def fail() -> None:
        raise ValueError(SECRET)

    async def forget() -> None:
        task = asyncio.create_task(fail())
        await asyncio.wait([task])
        del task
        gc.collect()

    asyncio.run(forget())
    assert re.search(r"ERROR asyncio base_events\.py:\d+ \(ValueError\)", log.getvalue())
    assert "willow" not in log.getvalue()


def test_a_bad_call_prints_no_arguments(log: io.StringIO, capfd: pytest.CaptureFixture[str]) -> None:
    log.close()  # writing fails, and the logging module wants to say so
    OURS.info("heard %s", SECRET)
    assert capfd.readouterr().err == ""


def test_pseudonyms_tie_lines_together_within_a_start(monkeypatch: pytest.MonkeyPatch) -> None:
    alice = logs.pseudonym("@alice:example.org")
    assert re.fullmatch("[0-9a-f]{6}", alice)
    assert alice == logs.pseudonym("@alice:example.org") != logs.pseudonym("@bea:example.org")
    monkeypatch.setattr(logs, "_key", bytes(32))
    assert alice != logs.pseudonym("@alice:example.org")
    assert logs.pseudonym("\ud800")


def test_each_problem_gets_its_line(log: io.StringIO) -> None:
    logs.refuse(SettingsError("rooms.stewards is missing\n100% wrong %s"))
    logs.refuse(KeyStoreError("the key file is missing"))
    texts = [line.split(maxsplit=3)[3] for line in log.getvalue().splitlines()]
    assert texts == ["rooms.stewards is missing", "100% wrong %s", "the key file is missing"]
    assert log.getvalue().count(" ERROR swsmatrix ") == 3
