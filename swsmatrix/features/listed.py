"""The tags that are only heard and acknowledged: what they lead to is another feature's."""

from __future__ import annotations

from swsmatrix.features.post import Sort
from swsmatrix.model import NOTHING, Decision, Tag


def nothing(*_: object) -> Decision:
    """Another feature is told, and does the rest."""
    return NOTHING


REQUESTS = Sort(name=Tag.HELP.value, tags=(Tag.HELP,), go_out=nothing, urgent=True)
REGISTRATIONS = Sort(
    name=Tag.SUPPORTER.value,
    tags=(Tag.SUPPORTER,),
    go_out=nothing,
    needs_place=True,
    expires=False,
    anywhere=frozenset({"remote"}),
)
