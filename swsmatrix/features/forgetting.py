"""`forget me` in a direct chat: what is the member's ends, and what the bot said to them is taken back.

Each of their posts ends as if it had been deleted, which closes the cases that came of them; who counts on
them is told that they are not there any more. A steward's no stays, as a keyed hash (``Barred``). What other
features say to them because of it is queued before, and more urgent, so it is taken back with the rest.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from swsmatrix import texts
from swsmatrix.features import supporters, unread
from swsmatrix.features.common import privately
from swsmatrix.features.ending import end
from swsmatrix.features.feature import Feature, Reader, merge
from swsmatrix.features.post import Facts
from swsmatrix.features.supporter import DECLINED
from swsmatrix.model import (
    Barred,
    Case,
    Decision,
    Effect,
    Hinted,
    Learned,
    Noted,
    Priority,
    Step,
    Supporter,
    ToDirect,
)
from swsmatrix.protocol import MessagePosted, Millis, TakeAllBack, Unread, UserId
from swsmatrix.routing import Input, Kind
from swsmatrix.world import World

NAME = "forgetting"
WORD = "forget me"


@dataclass(frozen=True, slots=True, kw_only=True)
class Theirs:
    """``posts``: each with what stands of it. ``cases``: of others, in which they are still mentioned;
    ``steps``: what they did there.

    ``pinned``: they have written as a steward, by an identity that stays known. ``hints``: of what they were
    told as newcomers. ``learned``: places that they were the first to confirm.
    """

    user: UserId
    posts: tuple[Facts, ...] = ()
    unread: tuple[Unread, ...] = ()
    supporter: Supporter | None = None
    cases: tuple[Case, ...] = ()
    steps: tuple[Step, ...] = ()
    pinned: bool = False
    hints: tuple[Hinted, ...] = ()
    learned: tuple[Learned, ...] = ()


async def load(asked: Input, reader: Reader, _world: World) -> Theirs | None:
    event, records = asked.event, reader.records
    if isinstance(event, Noted) and event.feature == NAME:
        user = UserId(event.subject)
        cases = await reader.people.cases_of(user)
        mentioned = [case for case in cases if user in case.out or case.companion(user)]
        done = [step for case in mentioned for step in await reader.steps.steps(case.subject)]
        return Theirs(user=user, cases=tuple(mentioned), steps=tuple(one for one in done if one.who == user))
    if asked.said is None or asked.said.word != WORD or asked.place.kind is not Kind.DIRECT:
        return None
    assert isinstance(event, MessagePosted)
    user, code = event.sender, reader.people.code(event.sender)
    own = await records.posts_by(user)
    return Theirs(
        user=user,
        posts=tuple([Facts(post=post, standing=await reader.queue.sent(post.subject)) for post in own]),
        unread=await records.unread_of(user),
        supporter=await reader.people.supporter(user),
        pinned=await reader.people.pin(user) is not None,
        hints=await reader.warnings.hints_of(code),
        learned=tuple(one for one in await reader.warnings.learned() if one.first == code),
    )


def decide(asked: Input, theirs: Theirs, _world: World, _now: Millis) -> Decision:
    if isinstance(asked.event, Noted):
        steps = tuple(replace(one, who=None) for one in theirs.steps)
        return Decision(save=(*(_without(theirs.user, case) for case in theirs.cases), *steps))
    user, supporter = theirs.user, theirs.supporter
    declined = supporter is not None and supporter.state is DECLINED
    done = texts.text("forget.done", steward=texts.text("forget.steward") if theirs.pinned else "")
    said = (
        Effect(slot="all", target=ToDirect(user), action=TakeAllBack()),
        privately(user, "forgotten", done, priority=Priority.REST),
    )
    # What others have confirmed or struck out stays; what nobody else did would count them twice.
    kept = tuple(one for one in theirs.learned if one.twice or one.struck_by)
    alone = tuple(one for one in theirs.learned if one not in kept)
    return merge(
        *(end(facts.post, facts) for facts in theirs.posts if facts.post),
        Decision(
            save=(*((Barred(user=user),) if declined else ()), *(replace(one, first="") for one in kept)),
            drop=(*theirs.unread, *theirs.hints, *alone, *((supporter,) if supporter else ())),
            effects=said,
            stop_timers=tuple(unread.subject(one) for one in theirs.unread),
            tell=(
                Noted(feature=supporters.NAME, name="withdrawn", subject=user),
                Noted(feature=NAME, name="forgotten", subject=user),
            ),
        ),
    )


def _without(user: UserId, case: Case) -> Case:
    """Somebody else's case, once nobody waits for ``user`` in it any more."""
    out = tuple(one for one in case.out if one != user)
    return replace(case, out=out, companions=tuple(one for one in case.companions if one.user != user))


FEATURE = Feature(NAME, load, decide, direct=(WORD,))
