"""The configuration file as plain values. Light: it is read before the lock is tried.

YAML as people mean it: ``no``, ``on`` and ``yes`` are words (Norway, Ontario), a setting that stands twice is
an error, and every value knows its line.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import yaml

from swsmatrix.errors import SettingsError

PREFIX = "SWSMATRIX_"
DEEPEST = 20

Place = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class ConfigFile:
    """``values``: nested dicts, lists, str, int, float, bool, None. ``lines``: where each one stands."""

    values: dict[str, object]
    lines: dict[Place, int] = field(default_factory=dict)


def read(path: Path) -> ConfigFile:
    """Read a configuration file; ``SettingsError`` says what is wrong with it, with the line."""
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise SettingsError(f"there is no configuration file {path}; copy config.sample.yaml there") from None
    except UnicodeDecodeError:
        raise SettingsError(f"the configuration file {path} is not text in UTF-8") from None
    except OSError as error:
        raise SettingsError(f"the configuration file {path} cannot be read: {error.strerror}") from None
    return parse(text)


def parse(text: str) -> ConfigFile:
    try:
        root = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        line = f"line {error.problem_mark.line + 1}" if error.problem_mark else "somewhere"
        raise SettingsError(
            f"the configuration is not valid YAML, {line}: look for a missing quote, bracket or indentation"
        ) from None
    except (yaml.YAMLError, RecursionError):
        raise SettingsError("the configuration is not valid YAML") from None
    if root is None:
        return ConfigFile({})
    lines: dict[Place, int] = {}
    values = _value(root, (), lines)
    if not isinstance(values, dict):
        raise SettingsError("the configuration must consist of lines like `homeserver: https://…`")
    return ConfigFile(values, lines)


def _value(node: yaml.Node, place: Place, lines: dict[Place, int]) -> object:
    lines[place] = node.start_mark.line + 1
    if len(place) > DEEPEST:
        raise SettingsError(f"the configuration is nested too deeply, line {lines[place]}")
    if isinstance(node, yaml.MappingNode):
        return _mapping(node, place, lines)
    if isinstance(node, yaml.SequenceNode):
        return [_value(item, (*place, i), lines) for i, item in enumerate(node.value)]
    return _scalar(node)


def _mapping(node: yaml.MappingNode, place: Place, lines: dict[Place, int]) -> dict[str, object]:
    values: dict[str, object] = {}
    for key, value in node.value:
        line = key.start_mark.line + 1
        if not isinstance(key, yaml.ScalarNode):
            raise SettingsError(f"a setting's name must be a word, line {line}")
        if key.value in values:
            name = dotted((*place, key.value))
            raise SettingsError(f"{name} stands twice, lines {lines[(*place, key.value)]} and {line}")
        values[key.value] = _value(value, (*place, key.value), lines)
        lines[(*place, key.value)] = line
    return values


def _scalar(node: yaml.Node) -> object:
    """Plain true, false, null and numbers as such; everything else is text."""
    text: str = node.value
    if node.tag == "tag:yaml.org,2002:bool" and text.lower() in ("true", "false"):
        return text.lower() == "true"
    if node.tag == "tag:yaml.org,2002:null":
        return None
    if node.tag == "tag:yaml.org,2002:int" and text.lstrip("-").isdecimal():
        return int(text)
    return text


def dotted(place: Place) -> str:
    """``("rooms", "community", 0)`` as people write it: ``rooms.community[0]``."""
    text = ""
    for step in place:
        text += f"[{step}]" if isinstance(step, int) else f".{step}" if text else step
    return text


def data_dir(path: Path, environ: Mapping[str, str] = os.environ) -> Path | None:
    """Where the data is, for the lock: None if the configuration does not say (its check will tell)."""
    for name, folder in environ.items():
        if name.upper() == f"{PREFIX}DATA_DIR" and folder:
            return absolute(path.parent, Path(folder))
    try:
        value = read(path).values.get("data_dir")
    except SettingsError:
        return None
    return absolute(path.parent, Path(value)) if isinstance(value, str) and value else None


def absolute(base: Path, path: Path) -> Path:
    """``path`` as the configuration in the folder ``base`` means it; ``~`` is one's home."""
    return base.absolute() / path.expanduser()
