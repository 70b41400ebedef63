"""Where a post is for: what its words name, what an edit leaves of that, and how the place is called."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from swsmatrix import gazetteer, texts
from swsmatrix.climbing import Candidate, Named, answers, candidates, named, offered
from swsmatrix.features.common import region_names
from swsmatrix.folding import key
from swsmatrix.gazetteer import Place
from swsmatrix.hashtags import hear
from swsmatrix.model import Learned, Post, RegionId, Tip
from swsmatrix.regions import RegionTree
from swsmatrix.world import World

Words = Mapping[str, Learned]
AT_MOST = 3


def of(post: Post, learned: Words, world: World) -> Named:
    """What a post names, else where it was for so far: what was answered, or the region whose room it is in.

    Most hashtags are no places. What is said in a region's room does not wait for them to be explained; whose
    may be slips is told so (``elsewhere``).
    """
    found = meant_by(hear(post.text, world.tags).words, learned, world)
    return found if found.regions or not post.regions else Named(post.regions, post.place)


def elsewhere(post: Post, learned: Words, world: World) -> tuple[str, ...]:
    """Tags that its author may have meant as well: of a post that names regions, those of towns elsewhere; of
    one that is for the region whose room it is in, slips, too.
    """
    words = hear(post.text, world.tags).words
    room, found = world.region_in(post.room), meant_by(words, learned, world)
    if found.regions and not found.place and found.regions == post.regions:
        unknown = (one for word in words for one in world.tree.places((word,), world.topics).unknown)
        return _further(unknown, post.regions, world.tree)
    if room is None or found.regions or post.regions != (room,):
        return ()
    meant = (
        *(tag for word in found.unknown for tag in world.tree.suggest(word)),
        *(one.region for one in found.candidates if world.tree.get(one.region).room),
    )
    return tuple(dict.fromkeys(tag for tag in meant if world.tree.find(tag) != room))[:AT_MOST]


def _further(words: Iterable[str], regions: tuple[RegionId, ...], tree: RegionTree) -> tuple[str, ...]:
    """The regions of towns among ``words`` that are none of ``regions``, nor inside or around one."""
    near = {other for region in regions for other in (region, *tree.inner(region), *tree.above(region))}
    meant = (one.region for one in candidates(words, tree))
    return tuple(dict.fromkeys(tag for tag in meant if tag not in near and tree.get(tag).room))[:AT_MOST]


def after_edit(post: Post, text: str, room: RegionId | None, learned: Words, world: World) -> Named:
    """Where a post is for whose words become ``text``, in the room of the region ``room``.

    What its words named before and do not name any more is taken away; what was answered stays, unless there
    are new words that nobody knows. In a region's room it is for that region then.
    """
    before = meant_by(hear(post.text, world.tags).words, learned, world)
    found = meant_by(hear(text, world.tags).words, learned, world)
    if found.regions:
        return found
    named_before = bool(before.regions) or _among(post.place, before)
    if (
        post.regions
        and (_among(post.place, found) or not named_before)
        and set(found.unknown) <= set(before.unknown)
    ):
        return Named(post.regions, post.place)
    if room:
        return Named((room,))
    return found


def meant_by(words: Iterable[str], learned: Words, world: World) -> Named:
    """What words (tags without ``#``) name."""
    return named(words, world.tree, world.topics, learned)


def _among(place: str, found: Named) -> bool:
    return bool(place) and place in (found.place, *(one.place.id for one in found.candidates))


def choices(post: Post, learned: Words, world: World) -> tuple[tuple[str, Candidate], ...]:
    """The places that its author is asked about, each with the tag that says so; the first with a yes."""
    meant = asked_about(post, world)
    if meant is None:
        return ()
    found = meant_by(hear(post.text, world.tags).words, learned, world).candidates
    mine = [one for one in found if one.place.id == meant.place.id]
    others = [one for one in found if one.place.id != meant.place.id]
    return offered((*mine, *others), world.tree) if mine else (("", meant),)


def asked_about(post: Post, world: World) -> Candidate | None:
    """The place that an unanswered question of a post's is about."""
    there = gazetteer.place(post.place) if post.place and not post.regions else None
    region = world.tree.climb(there) if there else None
    return Candidate("", there, region) if there and region else None


def answered(words: tuple[str, ...], post: Post, learned: Words, world: World) -> Named:
    """What its author names in answer to a question: what was offered counts as a yes to it."""
    for tag, one in choices(post, learned, world)[1:]:
        if key(tag) in map(key, words):
            return Named((one.region,), one.place.id)
    found = meant_by(words, learned, world)
    if found.regions or not found.candidates:
        return found
    before = candidates(meant_by(hear(post.text, world.tags).words, learned, world).unknown, world.tree)
    meant = tuple(one for one in before if any(answers(word, one, world.tree) for word in words))
    return replace(found, candidates=meant or found.candidates)


# ---- In words -------------------------------------------------------------------------------------


def called(post: Post | Tip, world: World) -> str:
    """Where a post is for, as others read it: regions, or a place near one."""
    there = gazetteer.place(post.place) if post.place else None
    if there is None or len(post.regions) != 1:
        return region_names(world, post.regions)
    return near_region(there, post.regions[0], world.tree)


def near_region(there: Place, region: RegionId, tree: RegionTree) -> str:
    """``Buffalo, near New York State``; ``Portland (Oregon), near United States``."""
    name = tree.get(region).name
    if tree.is_itself(region, there.id):
        return name
    around = gazetteer.place(there.within[0]) if there.within else None
    if around is None or tree.is_itself(region, around.id) or around.name == there.name:
        return texts.text("places.near", place=there.name, region=name)
    return texts.text("places.near_in", place=there.name, around=around.name, region=name)
