"""`#swsride`: a ride home is offered, or asked for. It stands in its region's rooms for three hours, or until
its author says `taken`.
"""

from __future__ import annotations

from swsmatrix import texts
from swsmatrix.features import details, relays
from swsmatrix.features.common import privately
from swsmatrix.features.ending import end
from swsmatrix.features.feature import Feature, Reader, merge
from swsmatrix.features.own import own
from swsmatrix.features.post import Facts, Sort, facts_of
from swsmatrix.features.where import called
from swsmatrix.model import Decision, Post, Priority
from swsmatrix.protocol import HOUR, MessagePosted, Millis
from swsmatrix.routing import Input, Kind
from swsmatrix.world import World

WORD = "taken"


def go_out(post: Post, facts: Facts, world: World, _now: Millis) -> Decision:
    """What stands in the rooms, kept by the post's subject: what becomes of the post becomes of these."""
    text = texts.text("ride.stands", region=called(post, world), words=details.shown(post, world))
    rooms, _ = relays.rooms_of(post, facts, world)
    said = (relays.relay(post, room, text, slot=f"relay {room}", priority=Priority.REST) for room in rooms)
    return Decision(effects=tuple(said))


SORT = Sort(
    name="ride",
    spellings="swsride swsrides",
    go_out=go_out,
    needs_place=True,
    holds=True,
    relayed=True,
    lasts=3 * HOUR,
)


async def load(asked: Input, reader: Reader, world: World) -> tuple[Facts, ...] | None:
    """The rides that `taken`, `taken 3` or an answer to one of our messages is about."""
    event, said = asked.event, asked.said
    if said is None or said.word != WORD or asked.place.kind is not Kind.DIRECT:
        return None
    assert isinstance(event, MessagePosted)
    sent = await reader.queue.sent_as(event.reply_to) if event.reply_to else None
    mine = await own(event.sender, said.number, sent, reader)
    return tuple([await facts_of(post, reader, world) for post in mine if post.feature == SORT.name])


def decide(asked: Input, found: tuple[Facts, ...], _world: World, _now: Millis) -> Decision:
    assert isinstance(asked.event, MessagePosted)
    thanks = privately(asked.event.sender, WORD, texts.text("ride.taken" if found else "ride.none"))
    return merge(*(end(one.post, one) for one in found if one.post), Decision(effects=(thanks,)))


RIDE = (SORT, Feature("rides", load, decide, direct=(WORD,)))
