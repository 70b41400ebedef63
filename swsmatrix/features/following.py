"""Where a warning's picture goes in the rooms: after each relay that stands, once its author has agreed.

That they have stands in the outbox, as what they were told then: under the warning, for what is out now. So
what takes the warning back takes that with it, and after an edit or a `restore` they are asked anew.
"""

from __future__ import annotations

from dataclasses import replace

from swsmatrix import texts
from swsmatrix.features import relays, showing
from swsmatrix.features.common import privately, remake, take_back
from swsmatrix.features.post import Facts
from swsmatrix.features.where import called
from swsmatrix.model import NOTHING, Decision, Effect, Post, Sent, ToRoom
from swsmatrix.protocol import EventId, Picture, SendPicture
from swsmatrix.world import World

WORD = "picture"
_RELAY = "relay "  # how the slots of relays begin


def is_relay(slot: str) -> bool:
    return slot.startswith(_RELAY)


def remaking(post: Post) -> str:
    """The slot of its making, for this going out."""
    return f"remake picture {post.event} {post.up_at}"


def _question(post: Post) -> str:
    return f"picture asked {post.up_at}"


def _agreement(post: Post) -> str:
    return f"picture agreed {post.up_at}"


def _picture(post: Post, name: str) -> str:
    return f"picture {post.up_at} {name}"


def questions(post: Post, facts: Facts) -> tuple[Sent, ...]:
    return _of(_question(post), facts)


def _of(slot: str, facts: Facts) -> tuple[Sent, ...]:
    return tuple(one for one in facts.standing if one.slot == slot)


def _stands(post: Post, facts: Facts, world: World) -> dict[str, EventId]:
    """The relays that are to be read now: by room (as configured)."""
    latest = {one.target: one.event for one in facts.standing if is_relay(one.slot)}
    rooms = relays.rooms_of(post, facts, world)[0]
    return {name: event for name in rooms if (event := latest.get(ToRoom(name)))}


def agreed(post: Post, facts: Facts) -> bool:
    """Whether its author lets it follow to the rooms."""
    return bool(_of(_agreement(post), facts))


def is_out(post: Post, facts: Facts, world: World) -> bool:
    """Whether its author can say who may see it. Before any relay stands there is nothing that it follows."""
    return bool(_stands(post, facts, world) or questions(post, facts) or agreed(post, facts))


def _missing(post: Post, facts: Facts, world: World) -> dict[str, EventId]:
    return {
        name: event
        for name, event in _stands(post, facts, world).items()
        if not _of(_picture(post, name), facts)
    }


def stood(post: Post, facts: Facts, world: World) -> Decision:
    """A relay stands, or its room gets warnings again. At the first one its author is asked."""
    if agreed(post, facts):
        return _make(post, facts, world)
    if questions(post, facts) or showing.offered(post, facts) or not _stands(post, facts, world):
        return NOTHING
    question = texts.text("picture.ask", region=called(post, world), word=WORD)
    return Decision(effects=(privately(post.author, _question(post), question, subject=post.subject),))


def agree(post: Post, facts: Facts, world: World) -> Decision:
    """Its author said so; none: it is there, or on its way."""
    made = _make(post, facts, world)
    if made is NOTHING and agreed(post, facts):
        return NOTHING
    thanks = texts.text("picture.thanks", region=called(post, world))
    said = privately(post.author, _agreement(post), thanks, subject=post.subject)
    return Decision(effects=(*take_back(questions(post, facts)), *made.effects, said))


def _make(post: Post, facts: Facts, world: World) -> Decision:
    if not post.picture or _of(remaking(post), facts) or not _missing(post, facts, world):
        return NOTHING
    return Decision(effects=(remake(remaking(post), post.picture, post.subject),))


def show(post: Post, ours: Picture, facts: Facts, world: World) -> Decision:
    """In answer to each relay without it. Who could have asked for it sees it there.

    Kept from here on is what opens ours: that of its author is not needed any more.
    """
    shown = tuple(
        Effect(
            slot=_picture(post, name),
            target=ToRoom(name),
            action=SendPicture(ours, event),
            subject=post.subject,
            lasting=True,
        )
        for name, event in _missing(post, facts, world).items()
    )
    offers = take_back(showing.offered(post, facts))
    return Decision(save=(replace(post, picture=ours),), effects=(*shown, *offers))


def not_made(post: Post, facts: Facts, *, again: bool) -> Decision:
    """``again``: it may be had later, and its author be asked for it anew."""
    over = (*_of(_agreement(post), facts), *questions(post, facts))
    if again:
        return Decision(effects=take_back(over))
    forgotten = (replace(post, picture=None),)
    return Decision(save=forgotten, effects=take_back((*over, *showing.offered(post, facts))))
