"""What to do about what stands on a platform: plain files, which a community can change.

A file is Markdown with front matter in YAML (``Playbook`` names its fields) and up to three sections:
`Report`, numbered steps; `What they ask for` and `What to expect`, lists. In a folder of the community's own
a file takes the place of ours of the same name, and new names are added.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from swsmatrix.plainfiles import Address, Id, complaint

OURS = resources.files("swsmatrix") / "playbooks"
STALE_AFTER = timedelta(days=180)

Line = Annotated[str, Field(min_length=1, max_length=300)]
Kind = Literal[
    "social",
    "messenger",
    "video",
    "images",
    "search",
    "people-search",
    "hosting",
    "intimate-images",
    "ads",
    "law",
    "evidence",
    "safety",
    "company",
]
_SECTIONS = {"Report": "report", "What they ask for": "asked", "What to expect": "expect"}
_ITEM = re.compile(r"(?:- |[0-9]+\. )(.+)")


def _several(value: object) -> object:
    return [value] if isinstance(value, str) else value


class Playbook(BaseModel):
    """``id`` is the file's name without ``.md``. ``domains``: what a link to it looks like, those inside
    included; ``*`` at the end stands for a country. ``called``: what else people write for it before the
    name of an account. ``serves`` (`for`): the cases that it is for. ``source``: the pages that the steps
    come from, read on the day ``checked``; ``confirmed``: whether the page itself could be read (`page`), a
    stored copy, or neither (`no`).
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: Id
    name: Line
    kind: Kind
    domains: tuple[Annotated[str, Field(pattern=r"^[a-z0-9-]+(\.[a-z0-9-]+)*\.([a-z0-9-]+|\*)$")], ...] = ()
    called: tuple[Annotated[str, Field(pattern=r"^\w+$")], ...] = ()
    serves: Annotated[tuple[Literal["doxx", "harassment"], ...], Field(alias="for", min_length=1)]
    source: Annotated[tuple[Address, ...], BeforeValidator(_several), Field(min_length=1)]
    checked: date
    confirmed: Literal["page", "stored copy", "no"]
    report: Annotated[tuple[Line, ...], Field(min_length=1)]
    asked: tuple[Line, ...] = ()
    expect: tuple[Line, ...] = ()


def load(own: Path | None = None) -> tuple[Playbook, ...]:
    """Ours, and those in the folder ``own``, by id. ``ValueError`` with one line that names the file."""
    files = {file.name: file for file in _files(OURS)}
    if own is not None:
        if not own.is_dir():
            raise ValueError(f"{own} is no folder")
        try:
            files |= {file.name: file for file in _files(own)}
        except OSError as error:
            raise ValueError(f"{own} cannot be read: {error.strerror}") from None
    return tuple(_read(file) for _, file in sorted(files.items()))


def _files(folder: Traversable) -> Iterator[Traversable]:
    return (file for file in folder.iterdir() if file.name.endswith(".md"))


def _read(file: Traversable) -> Playbook:
    try:
        playbook = parse(file.read_text(encoding="utf-8"))
    except (ValueError, OSError) as error:
        raise ValueError(f"playbook {file.name}: {error}") from None
    if f"{playbook.id}.md" != file.name:
        raise ValueError(f"playbook {file.name}: its id is {playbook.id}, not the file's name")
    return playbook


def parse(text: str) -> Playbook:
    """``ValueError`` with one line that says what is wrong."""
    _, separator, rest = text.partition("---\n")
    head, end, body = rest.partition("\n---\n")
    if not (separator and end) or not text.startswith("---\n"):
        raise ValueError("it does not begin with front matter between two lines of ---")
    try:
        fields = yaml.safe_load(head)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        raise ValueError(f"line {mark.line + 2 if mark else '?'} of its front matter is no YAML") from None
    if not isinstance(fields, dict):
        raise ValueError("its front matter is no list of fields")  # noqa: TRY004 - the file's, not ours
    try:
        return Playbook(**fields, **_sections(body))
    except ValidationError as error:
        raise ValueError(complaint(error)) from None
    except TypeError:
        raise ValueError("a field of its front matter has the name of a section") from None


def _sections(body: str) -> dict[str, Any]:
    found: dict[str, list[str]] = {}
    section: list[str] | None = None
    for line in filter(None, map(str.strip, body.splitlines())):
        if line.startswith("## "):
            name = _SECTIONS.get(line[3:])
            if name is None or name in found:
                raise ValueError(f"there is no section {line[3:]!r}, or it is there twice")
            section = found.setdefault(name, [])
        elif (item := _ITEM.fullmatch(line)) and section is not None:
            section.append(item[1])
        else:
            raise ValueError(f"{line[:40]!r} is no step and no item of a list in a section")
    return found


def stale(playbooks: Iterable[Playbook], today: date) -> tuple[Playbook, ...]:
    """Those that nobody looked at for half a year."""
    return tuple(one for one in playbooks if today - one.checked > STALE_AFTER)


def report(playbooks: Sequence[Playbook], today: date) -> str:
    """For the operator: how many there are, which were not confirmed, and which to look at again."""
    unconfirmed = ", ".join(one.id for one in playbooks if one.confirmed == "no")
    old = ", ".join(f"{one.id} ({one.checked})" for one in stale(playbooks, today))
    return (
        f"{len(playbooks)} playbooks\n"
        f"not confirmed: {unconfirmed or 'none'}\n"
        f"not looked at for half a year: {old or 'none'}"
    )
