"""Who may import what. The layers are the architecture; this keeps them."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import swsmatrix

PACKAGE = Path(swsmatrix.__file__).parent

# A library, and the modules that alone may import it ("x.*": everything in the package x).
KEEPERS = {
    "nio": ("matrix.*",),
    "vodozemac": ("matrix.*",),
    "aiohttp": ("matrix.*",),
    "aiosqlite": ("store.*",),
    "sqlcipher3": ("store.*", "matrix.cipherfile"),
    "playhouse": ("matrix.cipherfile",),
    "peewee": ("matrix.cipherfile", "matrix.cryptostore"),
    "PIL": ("matrix.reencoding",),
    "sqlite3": (),
    "logbook": (),
}
# What does things: reads, writes, waits. Everything else of ours is decided with values alone.
DOING = (
    *("__main__", "cli", "app", "check", "survey", "engine", "outbox", "clock", "lists", "vitals", "metrics"),
    *("settings", "configfile", "complaints", "keys", "lock", "logs", "errors", "identity", "stocking"),
    *("features", "store", "matrix", "demo"),
)
# What the Matrix layer, which others may take for their own bots, needs of ours; these need nothing else.
SPOKEN = ("protocol", "logs", "errors")
# What runs before the lock imports nothing else of ours, and of others only what is light.
EARLY = ("__main__", "cli", "configfile", "errors", "lock", "logs")
LIGHT = ("click", "yaml")
FREE = ("demo.*",)


def _imports(source: str, module: str) -> Iterator[tuple[str, bool]]:
    """Full names that are imported, each with whether at the top (not in a function, not for types only)."""
    package = module.split(".")[:-1]

    def walk(node: ast.AST, top: bool) -> Iterator[tuple[str, bool]]:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.Import):
                yield from ((alias.name, top) for alias in child.names)
            elif isinstance(child, ast.ImportFrom):
                above = ["swsmatrix", *package][: len(package) + 2 - child.level] if child.level else []
                base = ".".join([*above, *([child.module] if child.module else [])])
                yield from ((f"{base}.{alias.name}", top) for alias in child.names)
            elif isinstance(child, ast.If) and ast.unparse(child.test) == "TYPE_CHECKING":
                yield from walk(child, False)
            else:
                inside = isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef)
                yield from walk(child, top and not inside)

    return walk(ast.parse(source), True)


def _among(module: str, places: tuple[str, ...]) -> bool:
    return any(module == p or (p.endswith(".*") and f"{module}.".startswith(p[:-1])) for p in places)


def violations(module: str, source: str) -> list[str]:
    """Imports in ``source`` that ``module`` (its name without the package's) must not have."""
    found = []
    for name, top in _imports(source, module):
        library, _, rest = name.partition(".")
        if _among(module, FREE):
            continue
        if library in KEEPERS and not _among(module, KEEPERS[library]):
            found.append(f"{module} imports {library}")
        if library == "swsmatrix" and not _allowed(module, rest, top):
            found.append(f"{module} imports {name}")
        if top and module in EARLY and _is_heavy(library):
            found.append(f"{module} imports {library} early")
    return found


def _allowed(module: str, ours: str, top: bool) -> bool:
    first = ours.split(".")[0]
    package = module.split(".")[0]
    if module in SPOKEN:
        return first in SPOKEN
    if package not in DOING:
        return first not in DOING
    if package == "features":
        return first == "features" or first not in DOING
    if package == "matrix":
        return first in ("matrix", *SPOKEN)
    if package == "store":
        return first in ("store", "errors", "logs") or first not in DOING
    if module in EARLY:
        return first in (*EARLY, "__version__") or not top
    return first != "demo"


def _is_heavy(library: str) -> bool:
    import sys

    return library not in sys.stdlib_module_names and library not in (*LIGHT, "swsmatrix")


MODULES = sorted(PACKAGE.rglob("*.py"))


@pytest.mark.parametrize("path", MODULES, ids=lambda p: p.relative_to(PACKAGE).as_posix())
def test_layers(path: Path) -> None:
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    assert violations(".".join(parts), path.read_text(encoding="utf-8")) == []


def test_there_is_something_to_look_at() -> None:
    assert len(MODULES) > 20


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("engine", "import nio"),
        ("engine", "from nio import AsyncClient"),
        ("engine", "import nio.crypto as c"),
        ("engine", "def f():\n    import vodozemac"),
        ("engine", "if TYPE_CHECKING:\n    import aiohttp"),
        ("engine", "try:\n    import sqlcipher3\nexcept ImportError:\n    pass"),
        ("matrix.client", "import aiosqlite"),
        ("matrix.client", "from swsmatrix.model import Post"),
        ("matrix.client", "from swsmatrix.texts import Texts"),
        ("protocol", "from swsmatrix.model import Post"),
        ("matrix.client", "from playhouse.sqlcipher_ext import SqlCipherDatabase"),
        ("matrix.cryptostore", "import aiosqlite"),
        ("store.db", "import nio"),
        ("store.db", "from swsmatrix.matrix import client"),
        ("matrixlike", "import nio"),
        ("features.danger", "import nio"),
        ("features.danger", "from swsmatrix.store.db import Store"),
        ("features.danger", "from swsmatrix import store"),
        ("features.danger", "from .. import matrix"),
        ("features.danger", "from ..matrix import http"),
        ("features.__init__", "import swsmatrix.store"),
        ("hashtags", "from swsmatrix.engine import Engine"),
        ("hashtags", "from swsmatrix import settings"),
        ("hashtags", "from . import settings"),
        ("model", "import swsmatrix.store"),
        ("cli", "import pydantic"),
        ("cli", "from swsmatrix import app"),
        ("logs", "from swsmatrix.settings import load"),
        ("engine", "from swsmatrix.demo import cast"),
        ("engine", "import sqlite3"),
        ("matrix.pictures", "from PIL import Image"),
    ],
)
def test_a_violation_is_seen(module: str, source: str) -> None:
    assert violations(module, source)


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("matrix.client", "import nio, vodozemac\nimport aiohttp"),
        ("matrix.__init__", "from nio import AsyncClient"),
        ("matrix.client", "from swsmatrix.protocol import Say\nfrom swsmatrix.logs import Plain"),
        ("store.db", "import aiosqlite, sqlcipher3\nfrom swsmatrix.store.queue import Queue"),
        ("matrix.cipherfile", "import sqlcipher3\nfrom playhouse.sqlcipher_ext import SqlCipherDatabase"),
        ("features.danger", "from swsmatrix.model import Tag\nfrom . import acknowledge\nimport json"),
        ("hashtags", "from swsmatrix.model import Tag\nfrom . import regions\nimport unicodedata"),
        ("cli", "import click\ndef f():\n    from swsmatrix import app"),
        ("cli", "if TYPE_CHECKING:\n    from swsmatrix.settings import Settings"),
        ("demo.cast", "import nio"),
        ("engine", "import nionic"),
    ],
)
def test_what_is_allowed_is_not(module: str, source: str) -> None:
    assert violations(module, source) == []
