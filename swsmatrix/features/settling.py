"""When something is: settled, with all that follows from it, or asked about."""

from __future__ import annotations

from swsmatrix import texts
from swsmatrix.dating.doubt import Doubt
from swsmatrix.features import gatherings
from swsmatrix.features.common import privately, take_back, when
from swsmatrix.features.feature import merge
from swsmatrix.features.gatherings import NAME, Known
from swsmatrix.model import Decision, Gathering, SetTimer
from swsmatrix.protocol import Millis
from swsmatrix.world import World


def taken_back(known: Known) -> Decision:
    event = known.post.event if known.post else known.gathering.event if known.gathering else None
    about = {one.subject for one in known.standing} | ({gatherings.subject(event)} if event else set())
    return Decision(effects=take_back((*known.standing, *known.questions)), stop_timers=tuple(sorted(about)))


def settle(known: Known, gathering: Gathering, world: World, now: Millis) -> Decision:
    """When it is, is sure."""
    ahead = gathering.start > now
    return merge(
        taken_back(known),
        Decision(
            save=(gathering,),
            effects=gatherings.announced(known, gathering, world) if ahead else (),
            timers=gatherings.timers(gathering, now) if gathering.start else (),
        ),
    )


def ask(known: Known, gathering: Gathering, doubt: Doubt | None, world: World, now: Millis) -> Decision:
    assert known.post
    due = now + gatherings.ANSWER_WITHIN
    timer = SetTimer(feature=NAME, name="unanswered", subject=gatherings.subject(gathering.event), due=due)
    return merge(
        taken_back(known),
        Decision(
            save=(gathering,),
            effects=(gatherings.question(known.post, gathering, doubt, world),),
            timers=(timer,),
        ),
    )


def sure(known: Known, gathering: Gathering, key: str, world: World, now: Millis) -> Decision:
    post = known.post
    assert post
    rooms = gatherings.rooms_in_words(post, known.notes, world)
    told = texts.text(key, when=when(world, gathering.start, post.regions), rooms=rooms)
    said = privately(post.author, "date", told, subject=gatherings.subject(post.event))
    return merge(settle(known, gathering, world, now), Decision(effects=(said,)))
