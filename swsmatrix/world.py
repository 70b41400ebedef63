"""What the configuration says, as features need it: regions, rooms, limits. Frozen; no secrets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from swsmatrix.detecting.patterns import Pattern
from swsmatrix.model import RegionId
from swsmatrix.playbook import Playbook
from swsmatrix.protocol import DAY, MINUTE, Millis, RoomId, UserId
from swsmatrix.regions import RegionTree
from swsmatrix.tags import Tags

NO_TAGS = Tags()


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """``names`` maps the rooms of the configuration, as written there, to the ids of rooms joined so far.

    ``digest``: on which day (0: Monday), how many minutes after midnight; None: there is none.
    ``tags``: which hashtags the features hear.
    """

    me: UserId
    name: str
    community: tuple[str, ...]
    stewards: str
    tree: RegionTree
    tags: Tags = NO_TAGS
    names: Mapping[str, RoomId] = field(default_factory=dict)
    topics: frozenset[str] = frozenset()
    patterns: tuple[Pattern, ...] = ()
    playbooks: tuple[Playbook, ...] = ()
    expires_after: Millis = 30 * DAY
    acknowledge: str = "reaction"
    vetting: str = "stewards"
    max_open_cases: int = 3
    wave: int = 3
    wave_timeout: Millis = 10 * MINUTE
    room_name: str = "Chat"
    digest: tuple[int, int] | None = None
    bot_stays: bool = False

    def room_of(self, name: str | None) -> RoomId | None:
        return self.names.get(name) if name else None

    def is_configured(self, name: str) -> bool:
        """Whether the configuration names a room so."""
        return name == self.stewards or name in self.community or self.tree.of_room(name) is not None

    def is_community(self, room: RoomId) -> bool:
        return any(self.names.get(name) == room for name in self.community)

    def is_stewards(self, room: RoomId) -> bool:
        return self.names.get(self.stewards) == room

    def region_in(self, room: RoomId) -> RegionId | None:
        """The region whose room this is."""
        for region in self.tree:
            if region.room and self.names.get(region.room) == room:
                return region.id
        return None

    def example_tags(self) -> tuple[str, ...]:
        """Up to three tags that people can answer with, those with rooms first."""
        regions = sorted(self.tree, key=lambda region: region.room is None)
        return tuple(f"#{region.id}" for region in regions[:3])
