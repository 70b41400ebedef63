"""What an answer is about: yes, no, and the words that move a post on.

Author: a place, `send`, `private`, `drop`, `yes`, `no`, `cancel`.
Who was asked to be there: `yes`, `no`, or a reaction.
Who was found somebody: `no`, `someone else`. Stewards, with its number: `send 3 #nyc`, `send 3`, `release 3`.
What a word does with a post is in features/moving.py; what a yes to a case means is that case's: it is told.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from swsmatrix import texts
from swsmatrix.features import where
from swsmatrix.features.case import takes_yes
from swsmatrix.features.common import privately, region_names, to_stewards
from swsmatrix.features.feature import Feature, Reader
from swsmatrix.features.moving import NO, PRIVATE, YES, by_author, by_steward, words_for
from swsmatrix.features.own import likely, own
from swsmatrix.features.post import Facts, facts_of, sort_of
from swsmatrix.model import (
    NOTHING,
    Case,
    CaseState,
    Decision,
    Effect,
    Noted,
    Post,
    PostState,
    Sent,
    subject_of,
)
from swsmatrix.protocol import DAY, HOUR, MessageEdited, MessagePosted, Millis, Reacted, UserId
from swsmatrix.routing import Input, Kind, Said, parse
from swsmatrix.world import World

NAME = "answers"
ELSE = "someone else"
YES_SIGNS = ("✅", "👍", "🙋")
NO_SIGNS = ("❌", "👎")
STEWARDS_WORDS = ("send", "release")
DIRECT_WORDS = ("send", PRIVATE, "drop", "cancel", ELSE, *YES, *NO)
WORDS = (*DIRECT_WORDS, *STEWARDS_WORDS, "place")
# What somebody who joins says yes to.
INVITATION = (CaseState.INVITED, CaseState.JOINED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """``said``: the word, or what a reaction stands for. ``waiting``: the posts that it could be about, and
    ``cases``. ``facts``: of the one post, if it is one. ``named``: a reply, a number or a reaction named it.

    ``over``: it could be about something that others have answered by now. ``others``: wait for another word.
    ``dates``: posts whose author was asked when it is (features/events.py).
    """

    said: Said
    waiting: tuple[Post, ...] = ()
    cases: tuple[Case, ...] = ()
    facts: Facts | None = None
    named: bool = False
    over: bool = False
    others: tuple[Post, ...] = ()
    dates: tuple[Post, ...] = ()


async def load(asked: Input, reader: Reader, world: World) -> Asked | None:
    found = await _meant(_corrected(asked, world), reader, world)
    if found and isinstance(asked.event, MessageEdited) and not (found.waiting or found.cases):
        return None  # it was an answer to something once
    if found is None or len(found.waiting) != 1 or found.cases or found.dates:
        return found
    post = found.waiting[0]
    facts = await facts_of(post, reader, world)
    return replace(found, facts=facts)


def decide(asked: Input, found: Asked, world: World, now: Millis) -> Decision:
    event, said = asked.event, found.said
    assert isinstance(event, MessagePosted | MessageEdited | Reacted)
    post = found.facts.post if found.facts else None
    if asked.place.kind is Kind.STEWARDS:
        if post is None or found.facts is None:
            line = texts.text("stewards.no_such", number=said.number or "?")
            return Decision(effects=(to_stewards(world, "answer", line),))
        return by_steward(sort_of(post, world), event.sender, said, found.facts, world, now)
    if post and found.facts:
        return by_author(sort_of(post, world), said, found.facts, world, now)
    fresh = found.named or all(_fresh(case, event) for case in found.cases)
    if len(found.cases) == 1 and not found.waiting and not found.dates and fresh:
        return _of_case(event.sender, said, found.cases[0])
    if len(found.dates) == 1 and not found.waiting and not found.cases:
        name = "yes" if said.word in YES else "no"
        return Decision(tell=(Noted(feature=NAME, name=name, subject=date_of(found.dates[0])),))
    if found.over and not found.cases and not found.waiting:
        return NOTHING  # they have been told, or are just being told
    return Decision(effects=(_which(event.sender, said, found, world),))


def date_of(post: Post) -> str:
    """What it is called when it is not about the post, but about when that is."""
    return subject_of("date", post.event)


def _corrected(asked: Input, world: World) -> Input:
    """An answer with a slip that its author corrected: as if they had written it anew."""
    event, heard = asked.event, asked.heard
    if not isinstance(event, MessageEdited) or asked.place.kind is not Kind.DIRECT or not event.signed:
        return asked
    if heard and (heard.tags or heard.near):
        return asked
    anew = MessagePosted(
        room=event.room, event=event.event, sender=event.sender, at=event.at, text=event.text
    )
    return replace(asked, event=anew, said=parse(event.text, WORDS, world))


async def place_said(asked: Input, reader: Reader, world: World) -> Said | None:
    """What is no word to the bot but the name of a place, from somebody who was asked for one."""
    event, said = asked.event, asked.said
    if said is None or said.known or asked.place.kind is not Kind.DIRECT or isinstance(event, Reacted):
        return None
    assert isinstance(event, MessagePosted)
    mine = await own(event.sender, None, None, reader)
    if not likely(tuple(post for post in mine if "place" in words_for(post, world)), event.at, world):
        return None
    found = where.meant_by((said.word,), {one.word: one for one in await reader.warnings.learned()}, world)
    return Said("place", None, (said.word,)) if found.regions or found.candidates else None


async def _meant(asked: Input, reader: Reader, world: World) -> Asked | None:
    """What a word or a reaction could be about."""
    event, said = asked.event, await place_said(asked, reader, world) or asked.said
    if isinstance(event, Reacted):
        return await _reacted(event, asked, reader, world)
    if said is None or not isinstance(event, MessagePosted) or said.word not in WORDS:
        return None
    if asked.place.kind is Kind.STEWARDS:
        if said.word not in STEWARDS_WORDS:
            return None
        post = await reader.records.post_numbered(said.number) if said.number else None
        return Asked(said=said, waiting=(post,) if post else ())
    if asked.place.kind is not Kind.DIRECT:
        return None
    sent = await reader.queue.sent_as(event.reply_to) if event.reply_to else None
    return await _own(said, event, sent, reader, world)


async def _reacted(event: Reacted, asked: Input, reader: Reader, world: World) -> Asked | None:
    """A sign on a question of ours; on anything else it is only a sign."""
    sign = "".join(letter for letter in event.key if not _variation(letter))
    word = "yes" if sign in YES_SIGNS else "no" if sign in NO_SIGNS else None
    if word is None or asked.place.kind is not Kind.DIRECT:
        return None
    sent = await reader.queue.sent_as(event.target)
    if sent is None:
        return None
    found = await _own(Said(word), event, sent, reader, world)
    return found if found.waiting or found.cases or found.others or found.dates else None


def _variation(letter: str) -> bool:
    """Skin tones, and the sign that asks for a coloured picture."""
    return "\U0001f3fb" <= letter <= "\U0001f3ff" or letter == "\ufe0f"


async def _own(
    said: Said, event: MessagePosted | Reacted, sent: Sent | None, reader: Reader, world: World
) -> Asked:
    """What a member's word could be about; a number, or what they answer to (``sent``), names one."""
    user = event.sender
    cases = [case for case in await reader.people.cases_of(user) if _asked(said.word, case, user)]
    if sent:
        cases = [case for case in cases if case.subject == sent.subject]
    if said.number is not None:
        cases = [case for case in cases if case.number == said.number]
    live = tuple(case for case in cases if not _over(case, user))
    # Whose joining is a yes is asked for that one, not for the place as well.
    mine = await own(user, said.number, sent, reader)
    named = sent is not None or said.number is not None
    joining = {case.event for case in cases if case.requester == user and said.word in (*YES, *NO)}
    meant = tuple(post for post in mine if said.word in words_for(post, world) and post.event not in joining)
    waiting = meant if named else likely(meant, event.at, world)
    return Asked(
        said=said,
        waiting=waiting,
        cases=live,
        named=named,
        over=len(live) < len(cases),
        others=tuple(post for post in mine if post.state in (PostState.HELD, PostState.WHERE)),
        dates=tuple(
            [
                post
                for post in mine
                if post not in waiting
                and (named or event.at - post.up_at <= DAY)
                and await _date_asked(said, post, reader)
            ]
        ),
    )


async def _date_asked(said: Said, post: Post, reader: Reader) -> bool:
    found = await reader.agenda.gathering(post.event) if said.word in (*YES, *NO) else None
    return found is not None and found.asked


def _asked(word: str, case: Case, user: UserId) -> bool:
    if case.requester == user:
        return word in (*YES, *NO, ELSE) and (case.state in INVITATION or case.pending is not None)
    return word in (*YES, *NO) and any(offer.user == user for offer in case.offers)


def _over(case: Case, user: UserId) -> bool:
    return case.requester != user and not takes_yes(case)


def _fresh(case: Case, event: MessagePosted | MessageEdited | Reacted) -> bool:
    """A plain yes means an offer of the last hour."""
    return all(event.at - offer.at <= HOUR for offer in case.offers if offer.user == event.sender)


def _of_case(user: UserId, said: Said, case: Case) -> Decision:
    yes, own = said.word in YES, case.requester == user
    if own and yes and case.pending is None:
        return Decision(effects=(privately(user, "join", texts.text("case.join")),))
    name = ("agreed" if yes else "else") if own else "yes" if yes else "no"
    return Decision(tell=(Noted(feature=NAME, name=name, subject=case.subject),))


def _which(user: UserId, said: Said, found: Asked, world: World) -> Effect:
    if not (found.waiting or found.cases or found.dates):
        if found.others:
            post = found.others[-1]
            examples = texts.listed(tuple(f"`{tag}`" for tag in world.example_tags()))
            key = "answer.other_where"
            if post.state is PostState.HELD:
                sort = sort_of(post, world)
                key = "answer.other_private" if sort.entrusts else "answer.other_held"
                key = "answer.other_held_tip" if sort.library else key
            other = texts.text(key, number=post.number, examples=examples)
            return privately(user, "nothing waits", other)
        return privately(user, "nothing waits", texts.text("answer.nothing_waits"))
    lines = [
        f"#{post.number} · #{post.tag.value} · {region_names(world, post.regions)}" for post in found.waiting
    ]
    lines += [texts.text("answer.a_case", number=case.number) for case in found.cases]
    lines += [texts.text("answer.a_date", number=post.number) for post in found.dates]
    word = "send" if said.word == "place" else said.word
    rest = f" #{said.rest[0]}" if said.rest else ""
    waiting = (*found.waiting, *found.dates)
    number = [*(post.number for post in waiting), *(case.number for case in found.cases)][0]
    asking = texts.text("answer.several", list="\n".join(lines), example=f"{word} {number}{rest}")
    return privately(user, "which", asking, markdown=False)


FEATURE = Feature(NAME, load, decide, DIRECT_WORDS, STEWARDS_WORDS)
