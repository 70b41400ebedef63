"""`#event`: a tip that is about a moment. Its rooms are reminded of it, and it is gone when it is over.

    what happens                         | what is done
    -------------------------------------+------------------------------------------------------------
    a post is up, its moment is sure     | announced, with an entry for calendars; timers for reminders
    … is not sure, or over, or missing   | its author is asked; after ten minutes the stewards learn
    `yes`, a date, a time (author)       | as if it had been sure; or asked again
    `date 3 …` (a steward)               | the same; its author and all stewards are told
    `no` (author)                        | nobody is reminded
    edited                               | all of it is taken back, and done anew; what was answered holds
                                         |   while the words say the same of when it is
    gone, held back, taken down          | all of it is taken back
    a day before, an hour before         | its rooms are reminded; late, too, but not once it has begun
    a few hours after its end            | the post ends, and all that came of it

It is the life of a `#swsfyi` post (features/posts.py) that decides what is heard, held back and believed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from swsmatrix import dates, texts
from swsmatrix.dating.doubt import Doubt
from swsmatrix.features import answers, gatherings, settling
from swsmatrix.features.common import local_name, privately, to_stewards, when
from swsmatrix.features.ending import end
from swsmatrix.features.feature import Feature, Reader, merge
from swsmatrix.features.gatherings import NAME, Known, known
from swsmatrix.features.own import own
from swsmatrix.features.post import Facts, facts_of
from swsmatrix.model import NOTHING, Decision, Effect, Gathering, Noted, Post, PostState, TimerFired
from swsmatrix.protocol import DAY, HOUR, EventId, MessageEdited, MessagePosted, Millis
from swsmatrix.routing import Input, Kind, Said
from swsmatrix.world import World

WORD = "date"
_WORDS = re.compile(rf"\W*{WORD}\b[\s:]*", re.IGNORECASE)
_NUMBER = re.compile(r"#?\d{1,9}\s+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """``known``: of the post that it is about. ``said``: what was answered. ``facts``: of a post that ends.

    ``several``: of the same author's, about which it could be, too.
    """

    known: Known = Known()  # noqa: RUF009 - frozen
    said: str = ""
    facts: Facts | None = None
    several: tuple[Post, ...] = ()


async def load(asked: Input, reader: Reader, world: World) -> Found | None:
    match asked.event:
        case Noted(feature=gatherings.POSTS, name="up" | "down" | "gone", subject=event):
            found = await known(EventId(event), reader, world)
            return Found(known=found) if found.post or found.gathering or found.standing else None
        case TimerFired(feature=gatherings.NAME, subject=subject):
            found = await known(_event(subject), reader, world)
            return Found(known=found, facts=await facts_of(found.post, reader, world)) if found.post else None
        case Noted(feature=answers.NAME, name="yes" | "no", subject=subject, because=because):
            if not subject.startswith("date "):
                return None
            said = because.text if isinstance(because, MessagePosted | MessageEdited) else ""
            return Found(known=await known(_event(subject), reader, world), said=said)
        case MessagePosted() as posted if asked.place.kind is Kind.DIRECT:
            return await _answered(posted, asked.said, reader, world)
        case MessagePosted() as posted if asked.place.kind is Kind.STEWARDS and asked.said:
            return await _by_steward(posted, asked.said, reader, world)
    return None


def _event(subject: str) -> EventId:
    return EventId(subject.partition(" ")[2])


async def date_said(asked: Input, reader: Reader, world: World) -> bool:
    """Whether what is no word to the bot is a date, from somebody who was asked for one."""
    event = asked.event
    if not isinstance(event, MessagePosted) or asked.place.kind is not Kind.DIRECT:
        return False
    return await _answered(event, asked.said, reader, world) is not None


async def _answered(event: MessagePosted, said: Said | None, reader: Reader, world: World) -> Found | None:
    if said is None or (said.known and said.word != WORD):
        return None
    sent = await reader.queue.sent_as(event.reply_to) if event.reply_to else None
    mine = await own(event.sender, None, sent, reader)
    waiting = [post for post in mine if (one := await reader.agenda.gathering(post.event)) and one.asked]
    if not (said.known or sent):
        waiting = [post for post in waiting if event.at - post.up_at <= DAY]  # later it may be about anything
    text = _WORDS.sub("", event.text, 1) if said.known else event.text
    named = [post for post in waiting if said.known and post.number == said.number]
    if named and dates.find(_NUMBER.sub("", text, 1), gatherings.zone(named[0], world), event.at).day:
        waiting, text = named, _NUMBER.sub("", text, 1)
    if not waiting:
        return Found() if said.known else None
    found = await known(waiting[-1].event, reader, world)
    if not said.known and not _is_date(text, found, event.at, world):
        return None
    return Found(known=found, said=text, several=tuple(waiting) if len(waiting) > 1 else ())


def _is_date(text: str, found: Known, at: Millis, world: World) -> bool:
    assert found.post
    assert found.gathering
    day = gatherings.day_of(found.gathering)
    return dates.find(text, gatherings.zone(found.post, world), at, day=day).start is not None or (
        dates.find(text, gatherings.zone(found.post, world), at).day is not None
    )


async def _by_steward(event: MessagePosted, said: Said, reader: Reader, world: World) -> Found | None:
    if said.word != WORD:
        return None
    post = await reader.records.post_numbered(said.number) if said.number else None
    if post is None or await reader.agenda.gathering(post.event) is None:
        return Found()
    text = _NUMBER.sub("", _WORDS.sub("", event.text, 1), 1)
    return Found(known=await known(post.event, reader, world), said=text)


def decide(asked: Input, found: Found, world: World, now: Millis) -> Decision:
    match asked.event:
        case TimerFired(name=name):
            return _due(name, found, world, now)
        case Noted(feature=answers.NAME, name=name) as noted:
            return _yes_or_no(name, found, world, noted.at, now)
        case MessagePosted() as event if asked.place.kind is Kind.STEWARDS:
            return _set_by_steward(event, found, world, now)
        case MessagePosted() as event:
            return _date(event, found, world, now)
    return _changed(found.known, world, now)


# ---- What its post does ----------------------------------------------------------------------------


def _changed(known: Known, world: World, now: Millis) -> Decision:
    """It is up, anew perhaps; or not any more."""
    post, before = known.post, known.gathering
    if post is None or post.state is not PostState.UP or not gatherings.is_one(post, world):
        return merge(settling.taken_back(known), Decision(drop=(before,) if before else ()))
    fresh, doubt = gatherings.read(post, world, now)
    if before and before.read == fresh.read:
        fresh, doubt = before, doubt if before.asked else None
    if fresh.asked:
        return settling.ask(known, fresh, doubt, world, now)
    heard = post.quiet and fresh.start > now  # nobody else sees what was understood
    return (
        settling.sure(known, fresh, "events.thanks", world, now)
        if heard
        else settling.settle(known, fresh, world, now)
    )


def _due(name: str, found: Found, world: World, now: Millis) -> Decision:
    post, gathering = found.known.post, found.known.gathering
    if post is None or gathering is None:
        return NOTHING
    if name == "over":
        assert found.facts
        return end(post, found.facts)
    if name == "unanswered":
        return Decision(effects=(gatherings.unanswered(post, world),)) if gathering.asked else NOTHING
    # Late, it is still of use; but not twice at once, and not once it has begun.
    latest = gathering.start - (HOUR if name == "day" else 0)
    if now >= latest:
        return NOTHING
    return Decision(effects=gatherings.reminders(found.known, gathering, world, now))


# ---- What is answered ------------------------------------------------------------------------------


def _yes_or_no(name: str, found: Found, world: World, at: Millis, now: Millis) -> Decision:
    known, gathering = found.known, found.known.gathering
    if known.post is None or gathering is None or not gathering.asked:
        return NOTHING
    if found.said and _is_date(found.said, known, at, world):
        return _said(found, at, world, now)  # "no, Saturday at 8pm"
    if name == "no":
        none = replace(gathering, start=0, end=0, day="", asked=False)
        told = privately(known.post.author, "date", texts.text("events.nobody_reminded"))
        return merge(settling.settle(known, none, world, now), Decision(effects=(told,)))
    if not gathering.start or gathering.start <= now:
        return settling.ask(known, gathering, Doubt.NONE, world, now)
    return settling.sure(known, replace(gathering, asked=False), "events.thanks", world, now)


def _date(event: MessagePosted, found: Found, world: World, now: Millis) -> Decision:
    if found.known.post is None:
        text = texts.text("answer.nothing_waits")
        return Decision(effects=(privately(event.sender, "date", text),))
    if found.several:
        numbers = texts.listed(tuple(f"#{post.number}" for post in found.several))
        text = texts.text("events.which", numbers=numbers, number=found.several[0].number)
        return Decision(effects=(privately(event.sender, "date", text),))
    return _said(found, event.at, world, now)


def _said(found: Found, at: Millis, world: World, now: Millis) -> Decision:
    """Its author says when it is."""
    gathering, doubt = _read(found, at, world, now)
    if gathering.asked:
        return settling.ask(found.known, gathering, doubt, world, now)
    return settling.sure(found.known, gathering, "events.thanks", world, now)


def _read(found: Found, at: Millis, world: World, now: Millis) -> tuple[Gathering, Doubt | None]:
    post, before = found.known.post, found.known.gathering
    assert post
    assert before
    read = dates.find(
        found.said,
        gatherings.zone(post, world),
        at,
        country=gatherings.country(post, world),
        day=gatherings.day_of(before),
    )
    return replace(gatherings.of(post, read, now), read=before.read), read.doubt


def _set_by_steward(event: MessagePosted, found: Found, world: World, now: Millis) -> Decision:
    post = found.known.post
    if post is None:
        return _line(world, texts.text("events.which_steward"))
    gathering, doubt = _read(found, event.at, world, now)
    if doubt is not None or not gathering.start:
        return _line(world, texts.text("events.not_read", number=post.number))
    line = texts.text(
        "events.set",
        who=local_name(event.sender),
        number=post.number,
        when=when(world, gathering.start, post.regions),
    )
    return merge(
        settling.sure(found.known, gathering, "events.set_by_stewards", world, now), _line(world, line)
    )


def _line(world: World, line: str) -> Decision:
    effect: Effect = to_stewards(world, "line", line)
    return Decision(effects=(effect,))


FEATURE = Feature(NAME, load, decide, direct=(WORD,), stewards=(WORD,))
