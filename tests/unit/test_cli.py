"""The commands as processes of their own: what they print, how they end. The bot itself is a stand-in."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import pytest

from swsmatrix.keys import new_key_file
from swsmatrix.lock import DataLock

CONFIG = """
homeserver: http://127.0.0.1:9
user_id: "@sws:example.org"
password_file: secrets/password
data_dir: data
key_file: secrets/data.key
rooms: {community: ["#lounge:example.org"], stewards: "#stewards:example.org"}
regions: {nyc: {name: New York City}}
"""
# The real command with another bot in it: FILL is the body of `run`.
DRIVER = """
import asyncio, logging, os, resource, sys, types
log = logging.getLogger("swsmatrix.app")
async def run(settings, root_key, *, login=False):
    FILL
app = types.ModuleType("swsmatrix.app")
app.run = run
sys.modules["swsmatrix.app"] = app
from swsmatrix.cli import main
main()
"""
LISTEN = """
    log.info("ready")
    await asyncio.Event().wait()
"""
LINE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ [A-Z]+ swsmatrix(\.[\w.]+)? \S.*")


@pytest.fixture
def config(tmp_path: Path) -> Path:
    (tmp_path / "config.yaml").write_text(CONFIG, encoding="utf-8")
    (tmp_path / "secrets").mkdir()
    new_key_file(tmp_path / "secrets" / "data.key")
    return tmp_path / "config.yaml"


def _environ() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith("SWSMATRIX_")}


def _end(*args: str | Path, bot: str = "return") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", DRIVER.replace("FILL", bot), *map(str, args)],
        capture_output=True,
        text=True,
        timeout=60,
        env=_environ(),
        check=False,
    )


@contextmanager
def _started(config: Path, bot: str) -> Iterator[tuple[subprocess.Popen[str], IO[str]]]:
    """A bot that has said `ready`, and its log."""
    with subprocess.Popen(
        [sys.executable, "-c", DRIVER.replace("FILL", bot), "run", "--config", str(config)],
        stderr=subprocess.PIPE,
        text=True,
        env=_environ(),
    ) as process:
        try:
            assert process.stderr
            assert process.stderr.readline().endswith(" INFO swsmatrix.app ready\n")
            yield process, process.stderr
        finally:
            process.kill()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_cleanly(config: Path, number: signal.Signals) -> None:
    with _started(config, LISTEN) as (bot, log):
        bot.send_signal(number)
        assert bot.wait(timeout=10) == 0
        assert log.read().endswith("stopped\n")


def test_a_second_signal_does_nothing_worse(config: Path) -> None:
    tidy = """
    log.info("ready")
    try:
        await asyncio.Event().wait()
    finally:
        log.info("tidying")
        while not os.path.exists(settings.data_dir / "go"):
            await asyncio.sleep(0.01)
        log.info("tidied")
"""
    with _started(config, tidy) as (bot, log):
        bot.send_signal(signal.SIGTERM)
        assert log.readline().endswith("tidying\n")
        bot.send_signal(signal.SIGTERM)
        bot.send_signal(signal.SIGINT)
        (config.parent / "data" / "go").touch()
        assert bot.wait(timeout=10) == 0
        assert log.readline().endswith("tidied\n")


def test_one_that_does_not_stop_is_ended_by_force(config: Path) -> None:
    stubborn = """
    import swsmatrix.cli
    swsmatrix.cli.GRACE = 0.1
    log.info("ready")
    while True:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            pass
"""
    with _started(config, stubborn) as (bot, log):
        bot.send_signal(signal.SIGTERM)
        assert bot.wait(timeout=10) == 1
        assert "by force" in log.read()


def test_the_second_process_ends_with_4_and_the_first_goes_on(config: Path) -> None:
    with _started(config, LISTEN) as (first, _):
        for command in ("run", "login"):
            second = _end(command, "--config", config)
            assert second.returncode == 4
            assert re.search(r" ERROR swsmatrix another process uses the data in ", second.stderr)
            assert len(second.stderr.splitlines()) == 1
        assert first.poll() is None


def test_the_lock_is_tried_before_anything_else_is_looked_at(config: Path) -> None:
    config.write_text("data_dir: data\nnonsense: 1\n", encoding="utf-8")
    with DataLock(config.parent / "data"):
        assert _end("run", "--config", config).returncode == 4
    assert _end("run", "--config", config).returncode == 2


HEAVY = ["pydantic", "pydantic_settings", "nio", "aiohttp", "sqlcipher3", "aiosqlite", "cryptography", "rich"]


def test_nothing_heavy_is_imported_before_the_lock() -> None:
    code = f"import sys, swsmatrix.__main__; print([m for m in {HEAVY} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


@pytest.mark.parametrize(
    ("change", "code", "says"),
    [
        (lambda d: (d / "config.yaml").unlink(), 2, "there is no configuration file"),
        (
            lambda d: (d / "config.yaml").write_text("rooms: {comunity: []}"),
            2,
            "rooms.comunity is not a setting",
        ),
        (lambda d: (d / "secrets/data.key").unlink(), 3, "data.key is missing"),
        (lambda d: (d / "secrets/data.key").write_text("x"), 3, "must hold 32 bytes"),
        (lambda d: (d / "secrets/data.key").chmod(0o644), 3, "chmod 600"),
        (lambda d: (d / "data").touch(), 3, "cannot be used"),
    ],
)
def test_a_refused_start_says_why(config: Path, change: object, code: int, says: str) -> None:
    change(config.parent)  # type: ignore[operator]
    done = _end("run", "--config", config)
    assert done.returncode == code
    assert says in done.stderr
    assert done.stdout == ""
    assert all(LINE.fullmatch(line) and " ERROR " in line for line in done.stderr.splitlines())


def test_a_refused_start_leaves_no_folder(config: Path) -> None:
    (config.parent / "secrets/data.key").unlink()
    _end("run", "--config", config)
    assert not (config.parent / "data").exists()


@pytest.mark.parametrize(
    ("bot", "code"),
    [
        ("from swsmatrix.errors import SessionOverError; raise SessionOverError('signed out')", 5),
        ("from swsmatrix.errors import KeyStoreError; raise KeyStoreError('the store is damaged')", 3),
        (
            "from swsmatrix.errors import SessionOverError; "
            "raise ExceptionGroup('', [ValueError(), ExceptionGroup('', [SessionOverError('signed out')])])",
            5,
        ),
        ("raise asyncio.CancelledError", 1),
    ],
)
def test_what_ends_the_bot_decides_the_exit_code(config: Path, bot: str, code: int) -> None:
    done = _end("run", "--config", config, bot=bot)
    assert done.returncode == code
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("error", "says"),
    [
        ("__import__('sqlcipher3').OperationalError('database or disk is full')", "no room left"),
        ("ExceptionGroup('', [__import__('peewee').OperationalError('disk I/O error')])", "fails to read"),
        ("OSError(28, 'No space left on device', '/home/willow/@alice:example.org')", "no room left"),
        ("OSError(30, 'Read-only file system')", "cannot be written"),
    ],
)
def test_a_disk_that_takes_nothing_more_is_named(config: Path, error: str, says: str) -> None:
    done = _end("run", "--config", config, bot=f"raise {error}")
    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    assert says in line
    assert "data_dir" in line
    assert "willow" not in line


def test_an_unexpected_error_shows_nothing_of_its_text(config: Path) -> None:
    done = _end("run", "--config", config, bot="raise ValueError('the willow, @alice:example.org')")
    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    assert " CRITICAL swsmatrix.cli stopped by an error that nobody expected: " in line
    assert re.search(r": ValueError at swsmatrix/cli\.py:\d+$", line)


def test_new_files_are_private_and_memory_is_never_dumped(config: Path) -> None:
    look = """
    print(oct(os.umask(0)), resource.getrlimit(resource.RLIMIT_CORE), login, len(root_key))
    import ctypes; print(ctypes.CDLL(None).prctl(3, 0, 0, 0, 0), settings.log_level)
"""
    done = _end("login", "--config", config, bot=look)
    assert done.returncode == 0
    assert done.stdout == "0o77 (0, 0) True 32\n0 INFO\n"
    assert (config.parent / "data").stat().st_mode & 0o777 == 0o700


def test_the_level_is_the_configured_one(config: Path) -> None:
    config.write_text(CONFIG + "log_level: ERROR\n", encoding="utf-8")
    assert _end("run", "--config", config, bot="log.warning('quiet')").stderr == ""


@pytest.mark.parametrize(
    "args", ["--help", "run --help", "check -h", "status -h", "identity -h", "demo --help"]
)
def test_help(args: str) -> None:
    done = _end(*args.split())
    assert done.returncode == 0
    assert "Usage: swsmatrix" in done.stdout
    assert done.stderr == ""


def test_version_and_wrong_use() -> None:
    assert re.fullmatch(r"swsmatrix \d+\.\d+\.\d+\S*\n", _end("--version").stdout)
    assert _end("dance").returncode == 2
    assert _end("run", "--confg", "x").returncode == 2


def test_an_interrupted_command_says_nothing(config: Path) -> None:
    code = DRIVER.replace("FILL", "return").replace(
        "main()",
        "from swsmatrix import cli\n"
        "cli.commands.main = lambda **_: (_ for _ in ()).throw(KeyboardInterrupt)\n"
        "main()",
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env=_environ(), check=False
    )
    assert (done.returncode, done.stderr) == (130, "")


def test_a_signal_while_it_still_imports_ends_it_cleanly(config: Path, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "secrets" / "slow.key", 0o600)
    slow = {**_environ(), "SWSMATRIX_KEY_FILE": "secrets/slow.key"}
    with subprocess.Popen(
        [sys.executable, "-m", "swsmatrix", "run", "--config", str(config)], stderr=subprocess.PIPE, env=slow
    ) as bot:
        writer = None
        while writer is None and bot.poll() is None:  # opening it to write works once the bot reads it
            try:
                writer = os.open(tmp_path / "secrets" / "slow.key", os.O_WRONLY | os.O_NONBLOCK)
            except OSError:
                time.sleep(0.01)
        try:
            bot.send_signal(signal.SIGTERM)
            assert bot.wait(timeout=10) == 0
            assert writer is not None
            os.close(writer)
        finally:
            bot.kill()
