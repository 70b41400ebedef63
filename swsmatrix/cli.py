"""The commands. Nothing heavy is imported until the lock on the data is held."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import sys
import threading
from collections.abc import Coroutine, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Any, Final

import click

from swsmatrix import __version__, configfile, logs
from swsmatrix.errors import exit_error
from swsmatrix.lock import DataLock

if TYPE_CHECKING:
    from swsmatrix.settings import Settings

GRACE: Final = 8.0  # seconds between a signal and the end by force; service managers wait ten
INTERRUPTED: Final = 130

_log = logging.getLogger(__name__)
_CONFIG = Path("config.yaml")
_config = click.option(
    "--config",
    type=click.Path(path_type=Path, dir_okay=False),
    default=_CONFIG,
    show_default=True,
    help="The configuration file.",
)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="swsmatrix", message="%(prog)s %(version)s")
def commands() -> None:
    """Sex Work Solidarity on Matrix: nobody's call goes unheard.

    Ends with 0 when all is well, 2 for a wrong setting, 3 for a key or store that cannot be used, 4 when
    another process uses the data, 5 when the homeserver has signed the bot out or does not let it in.
    """


@commands.command()
@_config
def run(config: Path) -> None:
    """Run the bot, until SIGTERM or Ctrl-C."""
    _serve(config, login=False)


@commands.command()
@_config
def login(config: Path) -> None:
    """Log in again after the homeserver has signed the bot out; then start `run` again."""
    _serve(config, login=True)


@commands.command()
@_config
def check(config: Path) -> None:
    """Say what is ready and what is not, also beside a running bot. Changes nothing.

    Ends with 0 when nothing failed, 1 when something did; 2, 3 and 5 as for `run`.
    """
    from swsmatrix.check import check as look

    sys.exit(asyncio.run(look(config, click.echo)))


@commands.command()
@_config
def status(config: Path) -> None:
    """Say how the bot is doing, running or not, in figures without names. Changes nothing.

    Ends with 0 when it hears the homeserver and delivers, 1 when it does not or does not run; 2 and 3 as for
    `run`.
    """
    from swsmatrix.vitals import status as look

    sys.exit(look(config, click.echo))


@commands.command()
@_config
def identity(config: Path) -> None:
    """Print the bot's keys, to compare with what clients show. Asks nobody, changes nothing.

    Ends with 2 or 3 as for `run`, with 3 also before the first start.
    """
    from swsmatrix.identity import identity as look

    asyncio.run(look(config, click.echo))


@commands.command()
@_config
@click.argument("tag", required=False)
def regions(config: Path, tag: str | None) -> None:
    """Show the regions, or say what a TAG would do: "#brooklyn", in quotes. Asks nobody, changes nothing.

    Ends with 0, or 1 when the tag leads nowhere; 2 as for `run`.
    """
    from swsmatrix.explaining import Sense, explain
    from swsmatrix.features.regions import on_terminal, said_of, shown
    from swsmatrix.settings import load

    settings = load(config)
    tree = settings.region_tree()
    if not tag:
        click.echo(on_terminal(shown(tree)))
        return
    meaning = explain(tag, tree, settings.topics)
    click.echo(on_terminal(said_of(meaning, tree)))
    sys.exit(1 if meaning.sense in (Sense.UNKNOWN, Sense.OUTSIDE) else 0)


@commands.command()
@_config
@click.option(
    "--folder",
    type=click.Path(path_type=Path, file_okay=False),
    help="A folder of the community's own: what is in it takes the place of ours (cases.playbooks).",
)
def playbooks(config: Path, folder: Path | None) -> None:
    """Say which playbooks are not confirmed, and which to look at again.

    Without a configuration: of ours. Ends with 0, 1 when some were not looked at for half a year, 2 when one
    is not in order.
    """
    from datetime import UTC, datetime

    from swsmatrix import settings
    from swsmatrix.playbook import load, report, stale

    if folder is None and (config != _CONFIG or config.exists()):
        folder = settings.load(config).cases.playbooks
    try:
        found = load(folder)
    except ValueError as error:
        raise click.UsageError(str(error)) from None
    today = datetime.now(UTC).date()
    click.echo(report(found, today))
    sys.exit(1 if stale(found, today) else 0)


@commands.group()
def library() -> None:
    """The library of organisations and guides that `find` looks in, besides members' tips."""


@library.command("import")
@_config
@click.argument("file", required=False, type=click.Path(path_type=Path, dir_okay=False, exists=True))
@click.option("--prune", is_flag=True, help="Take out what is not in the file.")
def import_library(config: Path, file: Path | None, prune: bool) -> None:
    """Take in the entries of FILE (YAML), or those that come with swsmatrix. Twice changes nothing.

    The bot must not run meanwhile: ends with 4 then; with 2 when the file is not in order; 3 as for `run`.
    """
    with _prepared(config) as (settings, root_key):
        from swsmatrix import stocking

        stocking.import_file(settings, root_key, file, click.echo, prune=prune)


@library.command("export")
@_config
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--tips", is_flag=True, help="With what members shared, in plain text, without their names.")
def export_library(config: Path, file: Path, tips: bool) -> None:
    """Write the library to FILE: as YAML (.yaml), or to be read (.md). Also beside a running bot.

    Ends with 2 when that cannot be written; 3 as for `run`.
    """
    from swsmatrix import stocking
    from swsmatrix.keys import read_root_key
    from swsmatrix.settings import load

    settings = load(config)
    root_key = read_root_key(settings.key_file)
    stocking.export_file(settings, root_key, file, click.echo, shared=tips)


@commands.command()
@click.option("--once", is_flag=True, help="Play the story once, then end: 0 if everything arrived.")
@click.option(
    "--keep", type=click.Path(path_type=Path, file_okay=False), help="Keep everything in this folder."
)
def demo(once: bool, keep: Path | None) -> None:
    """Show it all on this machine: a homeserver, a community, and the bot."""
    from swsmatrix.demo.show import show  # type: ignore[import-untyped, unused-ignore]

    sys.exit(show(once=once, keep=keep))


def _serve(config: Path, *, login: bool) -> None:
    with _stopping() as stopping, _prepared(config) as (settings, root_key):
        from swsmatrix import app

        asyncio.run(stopping.through(app.run(settings, root_key, login=login)))
    if stopping.asked:
        _log.info("stopped")


@contextmanager
def _prepared(config: Path) -> Iterator[tuple[Settings, bytes]]:
    """The lock first, if there is data that somebody could be using; then what takes time to import."""
    with ExitStack() as stack:
        data_dir = configfile.data_dir(config)
        early = data_dir is not None and data_dir.is_dir()
        if data_dir and early:
            stack.enter_context(DataLock(data_dir))
        from swsmatrix.keys import read_root_key
        from swsmatrix.settings import load

        settings = load(config)
        logs.configure(settings.log_level)
        root_key = read_root_key(settings.key_file)
        if not early:
            stack.enter_context(DataLock(settings.data_dir))
        yield settings, root_key


class Stopping:
    """SIGTERM and SIGINT: a clean end with exit code 0, whenever they come. A second one changes nothing."""

    def __init__(self) -> None:
        self.asked = False
        self._task: asyncio.Task[None] | None = None
        self._ended = False

    def signalled(self, _number: int, _frame: FrameType | None) -> None:
        if self.asked:
            return
        self.asked = True
        if self._task is None:
            sys.exit(0)  # still importing: nothing is open yet
        force = threading.Timer(GRACE, _end_by_force)
        force.daemon = True
        force.start()
        self._task.get_loop().call_soon_threadsafe(self._task.cancel)

    async def through(self, work: Coroutine[Any, Any, None]) -> None:
        """Do ``work`` until it ends or a signal comes. Its own cancellation is not mistaken for ours."""
        self._task = asyncio.ensure_future(work)
        try:
            await self._task
        except asyncio.CancelledError:
            if not self.asked:
                raise


def _end_by_force() -> None:
    # What was committed is safe: the store is built for power cuts.
    _log.error("did not stop in time, ending by force")
    os._exit(1)


@contextmanager
def _stopping() -> Iterator[Stopping]:
    stopping = Stopping()
    # Not the loop's own handlers: those are gone before the loop is, and a second signal would kill.
    signal.signal(signal.SIGTERM, stopping.signalled)
    signal.signal(signal.SIGINT, stopping.signalled)
    yield stopping


def main() -> None:
    """The console script: run a command, and turn whatever ends it into a line and an exit code."""
    _harden()
    logs.configure("INFO")
    try:
        commands.main(prog_name="swsmatrix", standalone_mode=False)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        sys.exit(INTERRUPTED)
    except Exception as error:  # noqa: BLE001 - the process's edge: its text may hold anything
        known = exit_error(error)
        if known is None:
            _log.critical("stopped by an error that nobody expected: %s", error)
            sys.exit(1)
        logs.refuse(known)
        sys.exit(known.code)


def _harden() -> None:
    """New files for their owner alone; no core dumps, which would hold keys and messages."""
    import ctypes
    import resource

    os.umask(0o077)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        # prctl(2), PR_SET_DUMPABLE = 4: also keeps other processes of the same user from reading the memory.
        ctypes.CDLL(None).prctl(4, 0, 0, 0, 0)
