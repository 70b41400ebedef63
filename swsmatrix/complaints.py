"""What is wrong with the settings, one line for each problem: which one, what to do, where it stands."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from typing import Final

from pydantic import ValidationError
from pydantic_settings.exceptions import SettingsError as VariableError

from swsmatrix.configfile import PREFIX, ConfigFile, Place, dotted

ANY: Final = "*"

# The names that exist: each with the names inside it, None for a plain value. ANY: names are free here.
Names = Mapping[str, "Names | None"]


def strangers(values: Mapping[str, object], names: Names, above: Place = ()) -> Iterator[Place]:
    """The places in ``values`` that no name fits, outermost first."""
    for key, value in values.items():
        place = (*above, key)
        if key not in names and ANY not in names:
            yield place
            continue
        inside = names.get(key, names.get(ANY))
        if inside is not None and isinstance(value, Mapping):
            yield from strangers(value, inside, place)


def strange_variables(environ: Mapping[str, str], names: Names) -> Iterator[str]:
    """A complaint for each of our variables that names no setting."""
    for variable in sorted(environ):
        if not variable.upper().startswith(PREFIX):
            continue
        place = tuple(variable[len(PREFIX) :].lower().split("__"))
        if _exists(place, names):
            continue
        guess = nearest(place, names)
        yield f"{variable} is not a setting; did you mean {variable_of(guess)}?"


def _exists(place: tuple[str, ...], names: Names) -> bool:
    here: Names | None = names
    for step in place:
        if here is None or not step or (step not in here and ANY not in here):
            return False
        here = here.get(step, here.get(ANY))
    return True


def misnamed(place: Place, names: Names) -> str:
    return f"{dotted(place)} is not a setting; did you mean {dotted(nearest(place, names))}?"


def nearest(place: Place, names: Names) -> tuple[str, ...]:
    """The existing setting that ``place`` resembles most: a neighbour if one is near, else any."""
    steps = tuple(str(step) for step in place)
    neighbours = {dotted(known): known for known in _all(names, steps[:-1]) if len(known) == len(steps)}
    everything = {dotted(known): known for known in _all(names, ())}
    last = {known[-1]: known for known in reversed(everything.values())}
    by_name = {known[-1]: known for known in neighbours.values()}
    for wanted, known, cutoff in (
        (steps[-1], by_name, 0.6),
        (steps[-1], last, 0.7),
        (dotted(place), everything, 0.0),
    ):
        found = get_close_matches(wanted, known, n=1, cutoff=cutoff)
        if found:
            return known[found[0]]
    return next(iter(everything.values()))


def _all(names: Names, above: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """Every setting inside ``above``; free names keep the words that ``above`` has for them."""
    here: Names | None = names
    for step in above:
        here = here.get(step, here.get(ANY)) if here else None
    for name, inside in (here or {}).items():
        if name != ANY:
            yield (*above, name)
            if inside:
                yield from _all(names, (*above, name))


def variable_of(place: tuple[str, ...]) -> str:
    return PREFIX + "__".join(place).upper()


def whence(place: Place, file: ConfigFile) -> str:
    """Where a value came from: its variable, or its line in the file."""
    for end in range(len(place), 0, -1):
        variable = variable_of(tuple(str(step) for step in place[:end]))
        if any(name.upper() == variable for name in os.environ):
            return f" ({variable})"
    return f" (line {file.lines[place]})" if place in file.lines else ""


_PLAINER = {
    "missing": "is missing",
    "model_type": "must have settings of its own: {name: value}",
    "dict_type": "must have settings of its own: {name: value}",
    "list_type": "must be a list: [one, two]",
    "too_short": "must not be empty",
    "path_type": "must be a path",
}


def wrong(error: ValidationError, file: ConfigFile) -> Iterator[str]:
    for problem in error.errors(include_url=False, include_input=False):
        kind = problem["type"]
        if kind == "extra_forbidden":  # a variable, and told already
            continue
        place = tuple(step for step in problem["loc"] if step != "[key]")
        text = problem["msg"].removeprefix("Value error, ").replace("Input should be", "must be")
        yield f"{dotted(place)} {_PLAINER.get(kind, text)}{whence(place, file)}"


def unreadable(error: VariableError) -> str:
    found = re.search(r'"(\w+)"', str(error))
    return (
        f'{PREFIX}{found[1].upper() if found else "…"} must be JSON, like ["one", "two"] or {{"name": "…"}}'
    )
