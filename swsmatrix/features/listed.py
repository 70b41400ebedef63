"""The tags that are only heard and acknowledged: what they lead to is another feature's."""

from __future__ import annotations

from swsmatrix.features.post import Sort
from swsmatrix.model import NOTHING, Decision


def nothing(*_: object) -> Decision:
    """Another feature is told, and does the rest."""
    return NOTHING


REQUESTS = Sort(
    name="swshelp",
    spellings="swshelp swshelps swshelpp swshellp",
    go_out=nothing,
    urgent=True,
    always_heard=True,
    says_so=True,
)
REGISTRATIONS = Sort(
    name="swssupporter",
    spellings="""
        swssupporter swssupporters swssupport swssupports swssupporting swssuporter swssuporters swssuport
        swsupporter swsupporters swsupport swssupportor swssuppoter
        """,
    likely=("swssupport",),
    go_out=nothing,
    needs_place=True,
    expires=False,
    registers=True,
    says_so=True,
    anywhere=frozenset({"remote"}),
)
