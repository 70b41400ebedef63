"""What the bot says when spoken to: `help`, `privacy`, the nearest word, and where people are."""

from __future__ import annotations

import difflib
from dataclasses import dataclass

from swsmatrix import texts
from swsmatrix.features.case import OPEN
from swsmatrix.features.common import privately, to_stewards
from swsmatrix.features.feature import Feature, Reader
from swsmatrix.model import NOTHING, Decision
from swsmatrix.protocol import DAY, MessagePosted, Millis
from swsmatrix.routing import Input, Kind, Said
from swsmatrix.world import World

WORDS = ("help", "privacy")
DIRECT_WORDS = (
    *("help", "privacy", "status", "send", "drop", "cancel", "someone else"),
    *("pause", "resume", "leave", "forget me"),
)
ANSWERS = ("yes", "no", "y", "ok", "sure", "i can", "pass", "i can't", "place")
STEWARDS_WORDS = (
    *("help", "show", "send", "release", "done", "waiting"),
    *("take", "approve", "decline", "trust"),
)
# In these places these words mean something; elsewhere they are unknown.
MEANT = {Kind.DIRECT: (*DIRECT_WORDS, *ANSWERS), Kind.STEWARDS: STEWARDS_WORDS}


@dataclass(frozen=True, slots=True)
class Talk:
    """``asked``: a question of ours waits for this member's yes or no."""

    asked: bool


async def load(asked: Input, reader: Reader, _world: World) -> Talk | None:
    if not (asked.said and _mine(asked)):
        return None
    assert isinstance(asked.event, MessagePosted)
    offers = [offer for case in await reader.people.cases() if case.state in OPEN for offer in case.offers]
    return Talk(any(offer.user == asked.event.sender for offer in offers))


def _mine(asked: Input) -> bool:
    assert asked.said
    if asked.said.word in WORDS or not asked.said.known:
        return True
    return asked.said.word not in MEANT.get(asked.place.kind, ())


def decide(asked: Input, found: Talk, world: World, _now: Millis) -> Decision:
    event, said = asked.event, asked.said
    assert isinstance(event, MessagePosted)
    assert said
    if asked.place.kind is Kind.STEWARDS:
        return _to_stewards(said, world)
    if said.word == "privacy":
        return Decision(effects=(privately(event.sender, "privacy", _privacy(world)),))
    if said.word == "help":
        return Decision(effects=(privately(event.sender, "help", _help(world)),))
    nearest = difflib.get_close_matches(said.word, DIRECT_WORDS, 1)
    if said.word in DIRECT_WORDS:
        text = texts.text("direct.here", word=said.word)
    elif found.asked and not nearest:
        text = texts.text("case.only_yes_or_no")
    elif nearest:
        text = texts.text("direct.nearest", word=_quoted(said), nearest=nearest[0])
    else:
        text = texts.text("direct.unknown")
    return Decision(effects=(privately(event.sender, "unknown", text),))


def _to_stewards(said: Said, world: World) -> Decision:
    if said.word == "help":
        return Decision(effects=(to_stewards(world, "help", texts.text("stewards.help")),))
    # Stewards talk with each other here: only what looks like a word to the bot is answered.
    nearest = difflib.get_close_matches(said.word.split(" ")[0], STEWARDS_WORDS, 1, 0.75)
    if said.known or not nearest or not any(letter.isdigit() for letter in said.word):
        return NOTHING
    text = texts.text("stewards.unknown", word=_quoted(said), nearest=nearest[0])
    return Decision(effects=(to_stewards(world, "unknown", text),))


def _quoted(said: Said) -> str:
    """What was written, short and without anything that could be markup."""
    return "".join(letter for letter in said.word[:20] if letter.isalnum() or letter in " -'") or "…"


def _help(world: World) -> str:
    lines = "".join(
        "\n" + texts.text("direct.emergency", region=region.name, line=region.emergency)
        for region in world.tree
        if region.emergency
    )
    examples = texts.listed(tuple(f"`{tag}`" for tag in world.example_tags()))
    return texts.text("direct.help", name=world.name, examples=examples, emergency=lines)


def _privacy(world: World) -> str:
    rooms = texts.text("direct.privacy_stays" if world.bot_stays else "direct.privacy_leaves")
    return texts.text("direct.privacy", days=max(1, world.expires_after // DAY), rooms=rooms)


FEATURE = Feature("talk", load, decide, WORDS)
