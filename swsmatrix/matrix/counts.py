"""How often encryption did not just work, as numbers: they name nobody and nothing. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

Counted = Literal[
    "undecryptable", "recovered", "older", "withheld", "unsigned", "replayed", "unreadable", "changed", "gaps"
]


@dataclass(frozen=True, slots=True)
class Counts:
    """Since the start of this process. A message that is heard again after a crash counts again."""

    undecryptable: int = 0  # messages that had to wait for a key, or for whose it is
    recovered: int = 0  # of these, those that could be read after all
    older: int = 0  # messages from before our device was there: nobody waits for those
    withheld: int = 0  # notices that somebody keeps a key from us
    unsigned: int = 0  # messages of devices that nobody vouches for
    replayed: int = 0  # old ciphertext under a new event id
    unreadable: int = 0  # what was said where nobody else had a device that may have the key
    changed: int = 0  # people whom the homeserver now shows with another identity, or with none any more
    gaps: int = 0  # times that a room's messages were missed and could not be fetched, or not all of them

    def one_more(self, what: Counted) -> Counts:
        before: int = getattr(self, what)
        return replace(self, **{what: before + 1})
