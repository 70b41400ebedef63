"""Members confirm a warning: ➕, or "me too" as a reply, to the original or to any of its relays.

Each member counts once, wherever and however often they say so, until all of it is taken back; its author
does not, nor who is muted or banned. Who leaves afterwards, or is removed, stays counted: what they saw, they
saw. An edit of the warning starts anew: it was other words that were confirmed. How the relays say how many
is features/counts.py's; the original stays as it is, so in its room no number stands.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from swsmatrix import texts
from swsmatrix.features import counts, danger, hearing, unverified
from swsmatrix.features.common import NOT_VERIFIED, sign
from swsmatrix.features.counts import GAP, LONGEST_GAP, NAME, RELAY, SOON, Look
from swsmatrix.features.feature import Feature, Reader, merge
from swsmatrix.folding import invisible, key
from swsmatrix.model import (
    Confirmation,
    Decision,
    EffectDone,
    EffectFailed,
    Noted,
    Post,
    TimerFired,
    ToRoom,
)
from swsmatrix.protocol import EventId, MessageDeleted, MessageEdited, MessagePosted, Millis, Reacted, RoomId
from swsmatrix.routing import Input, Kind
from swsmatrix.world import World

MOST = 5  # so many confirmations of one warning are kept of one member, to be taken back one by one
LONGEST = 60  # letters: what is longer says more than "me too"


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """``rooms`` (as configured): where its relays stand, but for those that are looked at soon anyway."""

    save: tuple[Confirmation, ...] = ()
    drop: tuple[Confirmation, ...] = ()
    rooms: tuple[str, ...] = ()


def says_so(text: str) -> bool:
    """Whether ``text`` is one of the catalogue's words for "me too", and nothing else."""
    return len(text) <= LONGEST and key(_bare(text)) in _words()


@cache
def _words() -> frozenset[str]:
    return frozenset(key(_bare(line)) for line in texts.text("confirm.words").splitlines())


def _bare(text: str) -> str:
    """Without what people put at the end: full stops, exclamation marks, emojis. A question stays one."""
    end = len(text)
    while end and text[end - 1] not in "?？؟" and _decorates(text[end - 1]):
        end -= 1
    return (text[:end] or text).replace("’", "'")


def _decorates(letter: str) -> bool:
    return invisible(letter) or unicodedata.category(letter)[0] in "PSZC"


async def load(asked: Input, reader: Reader, world: World) -> Change | Look | None:
    match asked.event:
        case Reacted(target=target) as event if _in_room(asked) and says_so(event.key):
            return await _confirmed(event, target, reader, world)
        case MessagePosted(reply_to=str() as target) as event if _in_room(asked) and says_so(event.text):
            return await _confirmed(event, target, reader, world)
        case MessageEdited() as event:
            return await _edited(event, reader)
        case MessageDeleted() as event:
            said = await reader.warnings.confirmation_by(_cause(event.room, event.original))
            own = said and said.who == reader.people.code(event.sender)
            return await _without((said,), reader) if said and (own or event.powerful) else None
        case Noted(feature="forgetting", name="forgotten", subject=user):
            return await _without(await reader.warnings.confirmations_of(reader.people.code(user)), reader)
        case EffectDone(slot=slot, subject=subject) if slot.startswith(RELAY):
            known = await reader.warnings.confirmations(subject)
            return Change(rooms=await _rooms((subject,), reader)) if known else None
        case EffectFailed(feature=feature, room=room) if feature == NAME:
            return Change(rooms=(room.partition(" ")[2],))
        case TimerFired(feature=feature) as event if feature == NAME:
            return await counts.look(event, reader, world)
    return None


def _in_room(asked: Input) -> bool:
    return asked.place.kind in (Kind.COMMUNITY, Kind.REGIONAL)


def _cause(room: RoomId, event: EventId) -> str:
    return f"{room} {event}"


async def _confirmed(
    event: Reacted | MessagePosted, target: EventId, reader: Reader, world: World
) -> Change | None:
    post = await _warning(target, reader)
    if post is None or event.sender in (post.author, world.me):
        return None
    if await hearing.is_silent(event.sender, event.at, reader, world):
        return None
    who = reader.people.code(event.sender)
    known = await reader.warnings.confirmations(post.subject)
    if sum(one.who == who for one in known) >= MOST:
        return None
    new = Confirmation(subject=post.subject, who=who, cause=_cause(event.room, event.event))
    return Change(save=(new,), rooms=await _rooms((post.subject,), reader))


async def _warning(target: EventId, reader: Reader) -> Post | None:
    """The one that ``target`` is, or that it stands for: a relay, an edit of one."""
    if post := await reader.records.post(danger.SORT.name, target):
        return post
    sent = await reader.queue.sent_as(target)
    return await counts.post_of(sent, reader) if sent else None


async def _edited(event: MessageEdited, reader: Reader) -> Change | None:
    """What is edited is the warning (which has kept the edit by now, if it counts), or a "me too"."""
    post = await reader.records.post(danger.SORT.name, event.original)
    if post:
        known = await reader.warnings.confirmations(post.subject)
        return Change(drop=known) if known and post.edits[-1:] == (event.event,) else None
    said = await reader.warnings.confirmation_by(_cause(event.room, event.original))
    if said is None or said.who != reader.people.code(event.sender):
        return None
    return await _without((said,), reader) if event.signed and not says_so(event.text) else None


async def _without(gone: tuple[Confirmation, ...], reader: Reader) -> Change | None:
    return Change(drop=gone, rooms=await _rooms((one.subject for one in gone), reader)) if gone else None


async def _rooms(subjects: Iterable[str], reader: Reader) -> tuple[str, ...]:
    """See ``Change.rooms``."""
    names: dict[str, None] = {}
    for subject in subjects:
        for one in await reader.queue.sent(subject):
            if one.slot.startswith(RELAY) and isinstance(one.target, ToRoom):
                names[one.target.room] = None
    return tuple([name for name in names if not await reader.records.runs(NAME, SOON, counts.subject(name))])


def decide(asked: Input, found: Change | Look, world: World, now: Millis) -> Decision:
    event = asked.event
    if isinstance(found, Look):
        return counts.tell(found, world, now)
    if isinstance(event, MessagePosted) and not event.signed:
        shown = sign("not verified", event.room, event.event, NOT_VERIFIED)
        return merge(Decision(effects=(shown,)), unverified.met(event))
    wait = LONGEST_GAP if isinstance(event, EffectFailed) else GAP
    timers = tuple(counts.again(SOON, name, now + wait) for name in found.rooms)
    return Decision(save=found.save, drop=found.drop, timers=timers)


FEATURE = Feature(NAME, load, decide)
