"""Stories of regions that are configured anew while warnings for them stand; killed too."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import replace

from swsmatrix.model import RegionId
from swsmatrix.protocol import MINUTE
from swsmatrix.regions import Region, RegionTree
from tests.town import ALICE, BEA, LOUNGE, NYC, STEWARD, STEWARDS, Town

Story = Callable[[Town], Awaitable[None]]


def configured(town: Town, regions: Iterable[Region]) -> None:
    """The bot starts anew with these regions; what they do not name it does not know."""
    tree = RegionTree(regions)
    rooms = {region.room for region in tree}
    former = {region.room for region in town.world.tree} - rooms
    names = {name: room for name, room in town.world.names.items() if name not in former}
    town.world = town.engine.world = replace(town.world, tree=tree, names=names)


async def a_region_gets_another_id(town: Town) -> None:
    """Its old one is a tag of it now."""
    event = town.posts(ALICE, LOUNGE, "#swsdanger #nyc a grey van waits by the bridge")
    chat = town.opens_direct(BEA)
    await town.settle()
    town.reacts(BEA, LOUNGE, event, "➕")
    renamed = RegionId("newyorkcity")
    configured(
        town,
        [
            replace(region, id=renamed, aliases=("nyc", "brooklyn")) if region.room == NYC else region
            for region in town.world.tree
        ],
    )
    await town.settle()
    await town.later(MINUTE)
    town.posts(BEA, chat, "warnings #brooklyn")
    await town.settle()
    town.edits(ALICE, LOUNGE, event, "#swsdanger #nyc a green van waits by the bridge")
    await town.settle()


async def a_region_is_taken_out(town: Town) -> None:
    """There were a warning for it, one for it and the state around it, and one that waits for its author."""
    both = town.posts(ALICE, LOUNGE, "#swsdanger #us-ny #nyc a grey van waits by the bridge")
    town.posts(ALICE, LOUNGE, "#swsdanger #nyc a white van waits by the bridge")
    town.posts(ALICE, LOUNGE, "#swsdanger #nyc he calls from +1 212 555 0123")
    chat = town.opens_direct(BEA)
    await town.settle()
    configured(town, [region for region in town.world.tree if region.room != NYC])
    town.reacts(BEA, LOUNGE, both, "➕")
    await town.settle()
    await town.later(10 * MINUTE)
    town.posts(BEA, chat, "warnings #us-ny")
    for word in ("waiting", "show 2", "send 3", "withdraw 2 it was a delivery"):
        town.posts(STEWARD, STEWARDS, word)
    await town.settle()
    town.edits(ALICE, LOUNGE, both, "#swsdanger #us-ny a green van waits by the bridge")
    town.posts(ALICE, await town.direct(ALICE), "status")
    await town.settle()


STORIES: tuple[Story, ...] = (a_region_gets_another_id, a_region_is_taken_out)
