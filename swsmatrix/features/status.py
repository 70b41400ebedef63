"""`status` in a direct chat: what of a member's is open, and where it stands. Names nobody else."""

from __future__ import annotations

from dataclasses import dataclass

from swsmatrix import texts
from swsmatrix.features.case import KINDS, OPEN, busy, takes_yes
from swsmatrix.features.common import privately, region_names, when
from swsmatrix.features.ending import expires_at
from swsmatrix.features.feature import Feature, Reader
from swsmatrix.features.post import sort_of
from swsmatrix.features.seeking import emergency, people
from swsmatrix.features.supporter import ACTIVE, DECLINED, PAUSED, stands, understood
from swsmatrix.model import Case, CaseState, Decision, Post, PostState, Supporter
from swsmatrix.protocol import MessagePosted, Millis
from swsmatrix.routing import Input, Kind
from swsmatrix.world import World

WORD = "status"
LINES = 10
STATES = {
    CaseState.REPORTED: "status.reported",
    CaseState.WORKING: "status.working",
    CaseState.DONE: "status.done",
    CaseState.NOBODY: "status.nobody",
    CaseState.OPENING: "status.opening",
    CaseState.INVITED: "status.invited",
    CaseState.JOINED: "status.joined",
    CaseState.TOGETHER: "status.together",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Mine:
    """What is the member's own. ``there_for``: how many they are there for.

    ``asked``: how many offers wait for their yes or no.
    """

    posts: tuple[Post, ...] = ()
    cases: tuple[Case, ...] = ()
    supporter: Supporter | None = None
    there_for: int = 0
    asked: int = 0


async def load(asked: Input, reader: Reader, _world: World) -> Mine | None:
    event, said = asked.event, asked.said
    if said is None or said.word != WORD or asked.place.kind is not Kind.DIRECT:
        return None
    assert isinstance(event, MessagePosted)
    user, cases = event.sender, await reader.people.cases_of(event.sender)
    return Mine(
        posts=await reader.records.posts_by(user),
        cases=tuple(case for case in cases if case.requester == user),
        supporter=await reader.people.supporter(user),
        there_for=busy(cases).get(user, 0),
        asked=sum(takes_yes(case) and user in (offer.user for offer in case.offers) for case in cases),
    )


def decide(asked: Input, mine: Mine, world: World, _now: Millis) -> Decision:
    assert isinstance(asked.event, MessagePosted)
    parts = (_open(mine, world), _volunteers(mine, world), _there(mine, world), _questions(mine))
    text = "\n\n".join(part for part in parts if part) or texts.text("status.nothing")
    return Decision(effects=(privately(asked.event.sender, WORD, text),))


def _open(mine: Mine, world: World) -> str:
    """A line for each of their messages, by number; those of a case say how the case stands."""
    cases = {case.event: case for case in mine.cases if KINDS[case.feature].again}
    lines = [
        texts.text(
            "status.line",
            number=post.number,
            tag=f"#{post.tag.value}",
            region=region_names(world, post.regions),
            state=_of_case(cases[post.event]) if post.event in cases else _of_post(post, world),
        )
        for post in mine.posts
        # Who is there for others reads that below.
        if not sort_of(post, world).registers or post.state is not PostState.UP
    ]
    if not lines:
        return ""
    older = len(lines) - LINES
    more = (texts.text("status.older", count=older),) if older > 0 else ()
    return "\n".join((texts.text("status.open"), *lines[-LINES:], *more))


def _of_post(post: Post, world: World) -> str:
    if not sort_of(post, world).relayed or post.state is not PostState.UP:
        return texts.text(f"state.{post.state.value}")
    until = when(world, expires_at(post, world), post.regions)
    return texts.text("status.until", until=until)


def _of_case(case: Case) -> str:
    if case.state is CaseState.SEEKING:
        if not case.offers:
            return texts.text("status.looking")
        return texts.text("status.seeking", people=people(len(case.offers)))
    return texts.text(STATES[case.state])


def _volunteers(mine: Mine, world: World) -> str:
    """While nobody has said yes: what not to wait for, and who else there is."""
    waiting = {case.event for case in mine.cases if case.state in OPEN}
    regions = [region for post in mine.posts if post.event in waiting for region in post.regions]
    return texts.text("status.volunteers", emergency=emergency(regions, world)) if waiting else ""


def _there(mine: Mine, world: World) -> str:
    """Who is there for others: as what, and for how many just now."""
    parts, supporter = [], mine.supporter
    if supporter:
        parts.append(stands(supporter))
        if supporter.state is not DECLINED:
            parts.append(understood(supporter, world))
    if mine.there_for or (supporter and supporter.state in (ACTIVE, PAUSED)):
        key = "status.there_for" if mine.there_for else "status.there_for_nobody"
        parts.append(texts.text(key, count=mine.there_for, limit=world.max_open_cases))
    return "\n".join(parts)


def _questions(mine: Mine) -> str:
    if mine.asked == 1:
        return texts.text("status.question")
    return texts.text("status.questions", count=mine.asked) if mine.asked else ""


FEATURE = Feature(WORD, load, decide, direct=(WORD,))
