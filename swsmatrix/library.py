"""The starting library: organisations and guides, each with its address and how it was confirmed."""

from __future__ import annotations

from datetime import date
from importlib import resources
from typing import Annotated, Literal, get_args

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from swsmatrix.plainfiles import Address, Id, complaint

Line = Annotated[str, Field(min_length=1, max_length=160)]
Topic = Literal[
    "organisation",
    "harm-reduction",
    "health",
    "legal",
    "survivor",
    "digital",
    "exit",
    "money",
    "mental-health",
    "housing",
]


TOPICS: tuple[str, ...] = get_args(Topic)


class Resource(BaseModel):
    """``line``: what somebody gets there. ``where``: countries (ISO 3166-1, small letters), ``everywhere``,
    and words for where in them. ``languages``: ISO 639-1. ``source``: the page that ``confirmed`` tells of,
    read on the day ``checked``.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: Id
    name: Line
    line: Line
    where: Annotated[tuple[Line, ...], Field(min_length=1)]
    topics: Annotated[tuple[Topic, ...], Field(min_length=1)]
    languages: Annotated[tuple[Annotated[str, Field(pattern=r"^[a-z]{2}$")], ...], Field(min_length=1)]
    address: Address
    source: Address
    checked: date
    confirmed: Annotated[str, Field(min_length=1)]


def starting() -> tuple[Resource, ...]:
    """As it comes with the program."""
    file = resources.files("swsmatrix") / "data" / "library.yaml"
    return parse(file.read_text(encoding="utf-8"))


def parse(text: str) -> tuple[Resource, ...]:
    """``ValueError`` with one line that names the entry."""
    try:
        entries = yaml.safe_load(text)["entries"]
    except (yaml.YAMLError, TypeError, KeyError):
        raise ValueError("the library is no YAML with a list of `entries`") from None
    found: dict[str, Resource] = {}
    for number, entry in enumerate(entries, 1):
        called = entry.get("id", number) if isinstance(entry, dict) else number
        try:
            one = Resource.model_validate(entry)
        except ValidationError as error:
            raise ValueError(f"entry {called}: {complaint(error)}") from None
        if one.id in found:
            raise ValueError(f"entry {called}: it is there twice")
        found[one.id] = one
    return tuple(found.values())
