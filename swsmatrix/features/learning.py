"""What authors confirm of the gazetteer: a word that two people said yes to counts without asking.

Not where other words said which place of that name is meant: who writes `#portland #maine` says nothing of
what `#portland` is alone.
"""

from __future__ import annotations

from dataclasses import replace

from swsmatrix import gazetteer, texts
from swsmatrix.climbing import Named, candidates
from swsmatrix.features.common import to_stewards
from swsmatrix.features.feature import merge
from swsmatrix.features.post import Facts
from swsmatrix.features.where import near_region
from swsmatrix.folding import key
from swsmatrix.hashtags import hear
from swsmatrix.model import NOTHING, Decision, Learned, RegionId
from swsmatrix.world import World


def confirmed(found: Named, facts: Facts, world: World) -> Decision:
    """The author of ``facts.post`` said yes to ``found.place``: noted for their words that mean it."""
    if not found.place or facts.post is None:
        return NOTHING
    said = world.tree.places(hear(facts.post.text, world.tags).words, world.topics).unknown
    possible = candidates(said, world.tree)
    words = dict.fromkeys(
        key(word)
        for word in said
        if found.place in [one.id for one in gazetteer.lookup(word)]
        and candidates((word,), world.tree) == tuple(one for one in possible if one.word == word)
    )
    return merge(*(_noted(word, found.place, found.regions[0], facts, world) for word in words))


def _noted(word: str, place: str, region: RegionId, facts: Facts, world: World) -> Decision:
    known = facts.learned.get(word)
    if known and known.struck_by:
        return NOTHING
    if known is None or known.place != place:
        return Decision(save=(Learned(word=word, place=place, region=region, first=facts.code),))
    if known.twice or known.first == facts.code:
        return NOTHING
    there = gazetteer.place(place)
    name = near_region(there, region, world.tree) if there else word
    line = texts.text("places.learned", word=word, place=name)
    return Decision(
        save=(replace(known, region=region, twice=True),),
        effects=(to_stewards(world, f"learned {word}", line),),
    )
