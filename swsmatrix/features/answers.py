"""Yes, no, and the words that move something of one's own on; the stewards' words for a waiting post.

Author: a place, `send`, `drop`, `yes`, `no`, `cancel`. Who was asked to be there: `yes`, `no`, or a reaction.
Who was found somebody: `no`, `someone else`. Stewards, with its number: `send 3 #nyc`, `send 3`, `release 3`.
What a yes or no to a case means is that case's: it is told.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from swsmatrix import texts
from swsmatrix.features.admitting import admit, move_on
from swsmatrix.features.case import OPEN
from swsmatrix.features.common import local_name, privately, region_names, take_back, to_stewards
from swsmatrix.features.ending import end
from swsmatrix.features.feature import Feature, Reader, merge
from swsmatrix.features.post import WAITING, Facts, Sort, facts_of
from swsmatrix.model import NOTHING, Case, CaseState, Decision, Effect, Noted, Post, PostState, Sent, Tag
from swsmatrix.protocol import HOUR, MessagePosted, Millis, Reacted, UserId
from swsmatrix.routing import Input, Kind, Said
from swsmatrix.world import World

NAME = "answers"
YES = ("yes", "y", "ok", "sure", "i can")
NO = ("no", "pass", "i can't")
ELSE = "someone else"
YES_SIGNS = ("✅", "👍", "🙋")
NO_SIGNS = ("❌", "👎")
STEWARDS_WORDS = ("send", "release")
WORDS = ("send", "drop", "cancel", "release", ELSE, *YES, *NO)
# What somebody who joins says yes to.
INVITATION = (CaseState.INVITED, CaseState.JOINED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """``said``: the word, or what a reaction stands for. ``waiting``: the posts that it could be about, and
    ``cases``. ``facts``: of the one post, if it is one. ``named``: a reply, a number or a reaction named it.

    ``over``: it could be about something that others have answered by now.
    """

    said: Said
    waiting: tuple[Post, ...] = ()
    cases: tuple[Case, ...] = ()
    facts: Facts | None = None
    named: bool = False
    over: bool = False


def feature(sorts: Mapping[str, Sort]) -> Feature:
    """``sorts``: by the name of the feature that keeps their posts."""

    async def load(asked: Input, reader: Reader, world: World) -> Asked | None:
        found = await _meant(asked, reader)
        if found is None or len(found.waiting) != 1 or found.cases:
            return found
        post = found.waiting[0]
        facts = await facts_of(post, reader, world)
        return replace(found, facts=facts)

    def decide(asked: Input, found: Asked, world: World, now: Millis) -> Decision:
        event, said = asked.event, found.said
        assert isinstance(event, MessagePosted | Reacted)
        post = found.facts.post if found.facts else None
        if asked.place.kind is Kind.STEWARDS:
            if post is None or found.facts is None:
                return _tell_stewards(world, texts.text("stewards.no_such", number=said.number or "?"))
            return _steward(sorts[post.feature], event.sender, said, post, found.facts, world, now)
        if post and found.facts:
            return _author(sorts[post.feature], said, post, found.facts, world, now)
        fresh = found.named or all(_fresh(case, event) for case in found.cases)
        if len(found.cases) == 1 and not found.waiting and fresh:
            return _of_case(event.sender, said, found.cases[0])
        if found.over and not found.cases and not found.waiting:
            return NOTHING  # they have been told, or are just being told
        return Decision(effects=(_which(event.sender, said, found, world),))

    return Feature(NAME, load, decide, WORDS)


async def _meant(asked: Input, reader: Reader) -> Asked | None:
    """What a word or a reaction could be about."""
    event, said = asked.event, asked.said
    if isinstance(event, Reacted):
        return await _reacted(event, asked, reader)
    if said is None or not isinstance(event, MessagePosted) or said.word not in (*WORDS, "place"):
        return None
    if asked.place.kind is Kind.STEWARDS:
        if said.word not in STEWARDS_WORDS:
            return None
        post = await reader.records.post_numbered(said.number) if said.number else None
        return Asked(said=said, waiting=(post,) if post else ())
    if asked.place.kind is not Kind.DIRECT:
        return None
    sent = await reader.queue.sent_as(event.reply_to) if event.reply_to else None
    return await _own(said, event.sender, sent, reader)


async def _reacted(event: Reacted, asked: Input, reader: Reader) -> Asked | None:
    """A sign on a question of ours; on anything else it is only a sign."""
    sign = "".join(letter for letter in event.key if not _variation(letter))
    word = "yes" if sign in YES_SIGNS else "no" if sign in NO_SIGNS else None
    if word is None or asked.place.kind is not Kind.DIRECT:
        return None
    sent = await reader.queue.sent_as(event.target)
    if sent is None:
        return None
    found = await _own(Said(word), event.sender, sent, reader)
    return found if found.waiting or found.cases else None


def _variation(letter: str) -> bool:
    """Skin tones, and the sign that asks for a coloured picture."""
    return "\U0001f3fb" <= letter <= "\U0001f3ff" or letter == "\ufe0f"


async def _own(said: Said, user: UserId, sent: Sent | None, reader: Reader) -> Asked:
    """What a member's word could be about; a number, or what they answer to (``sent``), names one."""
    own = [post for post in await reader.records.open_posts() if post.author == user]
    cases = [case for case in await reader.people.cases() if _asked(said.word, case, user)]
    if sent:
        own = [post for post in own if post.subject == sent.subject]
        cases = [case for case in cases if case.subject == sent.subject]
    if said.number is not None:
        own = [post for post in own if post.number == said.number]
        cases = [case for case in cases if case.number == said.number]
    live = tuple(case for case in cases if not _over(case, user))
    return Asked(
        said=said,
        waiting=tuple(post for post in own if _fits(said.word, post)),
        cases=live,
        named=sent is not None or said.number is not None,
        over=len(live) < len(cases),
    )


def _asked(word: str, case: Case, user: UserId) -> bool:
    if case.requester == user:
        return word in (*YES, *NO, ELSE) and case.state in INVITATION
    return word in (*YES, *NO) and any(offer.user == user for offer in case.offers)


def _over(case: Case, user: UserId) -> bool:
    return case.requester != user and case.state not in OPEN


def _fresh(case: Case, event: MessagePosted | Reacted) -> bool:
    """A plain yes means an offer of the last hour."""
    return all(event.at - offer.at <= HOUR for offer in case.offers if offer.user == event.sender)


def _fits(word: str, post: Post) -> bool:
    out_without = post.state is PostState.UP and not post.regions and post.tag is not Tag.SUPPORTER
    no_place = post.state is PostState.WHERE or out_without
    match word:
        case "place":
            return no_place
        case "send":
            return post.state in WAITING
        case "drop":
            return post.state in WAITING or no_place
        case "cancel":
            return post.tag is not Tag.SUPPORTER and bool(post.text)  # without words it is over
    return post.state is PostState.NEAR and word in (*YES, *NO)


def _of_case(user: UserId, said: Said, case: Case) -> Decision:
    if case.requester == user and said.word in YES:
        return Decision(effects=(privately(user, "join", texts.text("case.join")),))
    name = "else" if case.requester == user else "yes" if said.word in YES else "no"
    return Decision(tell=(Noted(feature=NAME, name=name, subject=case.subject),))


def _author(sort: Sort, said: Said, post: Post, facts: Facts, world: World, now: Millis) -> Decision:
    if said.word in ("drop", "cancel", *NO):
        if post.tag is Tag.HELP and post.state is PostState.UP:
            return end(post, facts)  # its case says what there is to say
        key = "answer.forgotten" if post.state is PostState.UP else "answer.dropped"
        return merge(end(post, facts), _tell(post, key))
    if post.state is PostState.NEAR:
        return _was_meant(sort, post, facts, world, now)
    places = world.tree.places(said.rest, world.topics)
    if post.state is not PostState.HELD and not places.regions:
        examples = texts.listed(tuple(f"`{tag}`" for tag in world.example_tags()))
        return _tell(post, "where.still_unknown", examples=examples)
    strike = said.word == "send" and post.state is PostState.HELD
    moved = move_on(sort, post, facts, world, now, regions=places.regions, strike=strike)
    if any(record.state is PostState.HELD for record in moved.save if isinstance(record, Post)):
        return moved
    if post.tag in (Tag.HELP, Tag.SUPPORTER):
        return moved  # what comes of it says what there is to say
    region = region_names(world, places.regions or post.regions)
    later = any(effect.not_before for effect in moved.effects)
    key = "answer.sent_later" if later else "answer.sent_struck" if strike else "answer.sent"
    return merge(moved, _tell(post, key, region=region))


def _steward(
    sort: Sort, steward: UserId, said: Said, post: Post, facts: Facts, world: World, now: Millis
) -> Decision:
    who = local_name(steward)
    if post.state is PostState.NEAR:
        named = world.tree.places(said.rest, world.topics).regions
        post = replace(post, regions=named or post.regions)
        line = texts.text("stewards.released", who=who, number=post.number)
        return merge(_was_meant(sort, post, facts, world, now), _tell_stewards(world, line))
    if said.word == "release" and post.state is PostState.UNSIGNED and post.tag is Tag.SUPPORTER:
        return _tell_stewards(world, texts.text("stewards.not_released", number=post.number))
    if said.word == "release" and post.state is PostState.UNSIGNED:
        told = _tell_stewards(world, texts.text("stewards.released", who=who, number=post.number))
        return merge(admit(sort, post, facts, world, now), told)
    if said.word != "send" or post.state not in WAITING:
        return _tell_stewards(world, texts.text("stewards.not_waiting", number=post.number))
    places = world.tree.places(said.rest, world.topics)
    regions = places.regions or post.regions
    if not regions or places.unknown:
        examples = texts.listed(tuple(f"`{tag}`" for tag in world.example_tags()))
        return _tell_stewards(world, texts.text("stewards.say_place", number=post.number, examples=examples))
    # A steward can send on what waits, but never the details that hold it back.
    moved = move_on(sort, post, facts, world, now, regions=regions, strike=True)
    struck = any(isinstance(record, Post) and record.text != post.text for record in moved.save)
    key = "stewards.sent_struck" if struck else "stewards.sent"
    line = texts.text(key, who=who, number=post.number, region=region_names(world, regions))
    return merge(moved, _tell_stewards(world, line))


def _was_meant(sort: Sort, post: Post, facts: Facts, world: World, now: Millis) -> Decision:
    """A near miss was the tag: heard now, and its question taken back."""
    gone = Decision(effects=take_back(facts.standing))
    return merge(gone, admit(sort, post, replace(facts, standing=()), world, now))


def _which(user: UserId, said: Said, found: Asked, world: World) -> Effect:
    if not found.waiting and not found.cases:
        return privately(user, "nothing waits", texts.text("answer.nothing_waits"))
    lines = [
        f"#{post.number} · #{post.tag.value} · {region_names(world, post.regions)}" for post in found.waiting
    ]
    lines += [texts.text("answer.a_case", number=case.number) for case in found.cases]
    word = "send" if said.word == "place" else said.word
    rest = f" #{said.rest[0]}" if said.rest else ""
    number = [*(post.number for post in found.waiting), *(case.number for case in found.cases)][0]
    asking = texts.text("answer.several", list="\n".join(lines), example=f"{word} {number}{rest}")
    return privately(user, "which", asking, markdown=False)


def _tell(post: Post, key: str, **values: str) -> Decision:
    return Decision(effects=(privately(post.author, "answer", texts.text(key, **values)),))


def _tell_stewards(world: World, line: str) -> Decision:
    return Decision(effects=(to_stewards(world, "answer", line),))
