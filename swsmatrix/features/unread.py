"""Messages whose room key is missing: remembered by id, retried when the key comes, never passed over."""

from __future__ import annotations

from dataclasses import dataclass

from swsmatrix import texts
from swsmatrix.features.common import privately
from swsmatrix.features.feature import Feature, Reader
from swsmatrix.model import NOTHING, Decision, SetTimer, TimerFired
from swsmatrix.protocol import (
    DAY,
    MINUTE,
    MessageDeleted,
    MessageEdited,
    MessagePosted,
    Millis,
    Undecryptable,
    Unread,
)
from swsmatrix.routing import Input, Kind
from swsmatrix.world import World

NAME = "unread"
WAIT = 2 * MINUTE
KEEP = 7 * DAY
MOST_ASKED, MOST_KEPT = 10, 200  # messages of one person; more are no accident
UNVERIFIED = "m.unverified"  # m.room_key.withheld: the sender's client does not trust our device


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """``mine``: the message at hand, if it waits. ``asked``: others wait for the same key already.

    ``others``: how many messages of its sender's wait.
    """

    mine: Unread | None = None
    asked: bool = False
    others: int = 0


async def load(asked: Input, reader: Reader, _world: World) -> Waiting | None:
    match asked.event:
        case Undecryptable() if asked.place.kind in (Kind.OTHER, Kind.CASE):
            return None  # not said to the bot: above all not in a room for two
        case Undecryptable() as event:
            if await reader.people.private(event.room):
                return None  # said to somebody else
            others = await reader.records.unread_of(event.sender)
            return Waiting(asked=any(one.session == event.session for one in others), others=len(others))
        case TimerFired(feature=feature) as event if feature == NAME:
            wanted = event.subject.partition(" ")[2]
        case MessageDeleted() as event:
            wanted = event.original
        case MessagePosted() | MessageEdited() as event:
            wanted = event.event
        case _:
            return None
    mine = await reader.records.unread_event(wanted)
    if mine is None and isinstance(asked.event, MessageEdited) and asked.event.signed:
        mine = await reader.records.unread_event(asked.event.original)  # it is not heard any more
    if mine and isinstance(asked.event, MessageDeleted) and not asked.event.concerns(mine.room, mine.sender):
        return None
    return Waiting(mine=mine) if mine else None


def decide(asked: Input, waiting: Waiting, _world: World, now: Millis) -> Decision:
    match asked.event:
        case Undecryptable() as event:
            return _missing(event, waiting, now)
        case TimerFired(name="ask" | "ask, unverified" as name) if waiting.mine:
            return _ask(waiting.mine, unverified=name != "ask")
        case TimerFired(name="give up") if waiting.mine:
            return Decision(drop=(waiting.mine,))
        case MessagePosted() | MessageEdited() | MessageDeleted() if waiting.mine:
            return Decision(drop=(waiting.mine,), stop_timers=(subject(waiting.mine),))
    return NOTHING


def _missing(event: Undecryptable, waiting: Waiting, now: Millis) -> Decision:
    if waiting.others >= MOST_KEPT:
        return NOTHING  # it is heard all the same when its key comes, until the next start
    unread = Unread(
        room=event.room, event=event.event, sender=event.sender, session=event.session, at=event.at
    )
    timers = [SetTimer(feature=NAME, name="give up", subject=subject(unread), due=now + KEEP)]
    # One question for each key, however many messages need it; none to who has left so many unanswered.
    if not waiting.asked and waiting.others < MOST_ASKED:
        due = now if event.withheld else now + WAIT
        name = "ask, unverified" if event.withheld == UNVERIFIED else "ask"
        timers.append(SetTimer(feature=NAME, name=name, subject=subject(unread), due=due))
    return Decision(save=(unread,), timers=tuple(timers))


def _ask(unread: Unread, *, unverified: bool) -> Decision:
    text = texts.text("unread.ask", reason=texts.text("unread.unverified") if unverified else "")
    return Decision(effects=(privately(unread.sender, "ask", text),))


def subject(unread: Unread) -> str:
    return f"{NAME} {unread.event}"


FEATURE = Feature(NAME, load, decide)
