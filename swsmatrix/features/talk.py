"""What the bot says when spoken to: `help`, `privacy`, the nearest word, and where people are."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from swsmatrix import texts
from swsmatrix.features import answering
from swsmatrix.features.answers import place_said
from swsmatrix.features.case import takes_yes
from swsmatrix.features.common import privately, to_stewards
from swsmatrix.features.events import date_said
from swsmatrix.features.feature import Feature, Reader
from swsmatrix.features.finding import Found
from swsmatrix.features.moving import NO, YES
from swsmatrix.model import NOTHING, Decision
from swsmatrix.protocol import DAY, MessagePosted, Millis
from swsmatrix.routing import Input, Kind, Said
from swsmatrix.world import World

WORDS = ("help", "privacy")
STEWARDS_WORDS = ("help",)
# Nobody is told to say one of these for a word that is unknown.
ANSWERS = (*YES, *NO)

# In these places these words mean something; elsewhere they are unknown.
Meant = Mapping[Kind, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Talk:
    """``asked``: a question of ours waits for this member's yes or no. ``answer``: what the library has."""

    asked: bool
    answer: Found | None = None


def feature(others: Sequence[Feature]) -> Feature:
    """``others``: all other features, whose words are not unknown."""
    meant = {
        Kind.DIRECT: (*WORDS, *(word for one in others for word in one.direct)),
        Kind.STEWARDS: (*STEWARDS_WORDS, *(word for one in others for word in one.stewards)),
    }
    return Feature("talk", partial(_load, meant), partial(_decide, meant), WORDS, STEWARDS_WORDS)


async def _load(meant: Meant, asked: Input, reader: Reader, world: World) -> Talk | None:
    if asked.place.kind is Kind.CASE or not (asked.said and _mine(meant, asked)):
        return None
    if await place_said(asked, reader, world) or await date_said(asked, reader, world):
        return None
    assert isinstance(asked.event, MessagePosted)
    user = asked.event.sender
    cases = await reader.people.cases_of(user)
    waits = any(offer.user == user for case in cases if takes_yes(case) for offer in case.offers)
    if waits or asked.said.known or asked.place.kind is not Kind.DIRECT:
        return Talk(waits)
    return Talk(waits, await answering.to_question(asked.event, reader, world))


def _mine(meant: Meant, asked: Input) -> bool:
    assert asked.said
    if asked.said.word in WORDS or not asked.said.known:
        return True
    return asked.said.word not in (*meant.get(asked.place.kind, ()), "place")


def _decide(meant: Meant, asked: Input, found: Talk, world: World, now: Millis) -> Decision:
    event, said = asked.event, asked.said
    assert isinstance(event, MessagePosted)
    assert said
    if asked.place.kind is Kind.STEWARDS:
        return _to_stewards(said, meant[Kind.STEWARDS], world)
    if said.word == "privacy":
        return Decision(effects=(privately(event.sender, "privacy", _privacy(world)),))
    if said.word == "help":
        return Decision(effects=(privately(event.sender, "help", _help(world)),))
    words = tuple(word for word in meant[Kind.DIRECT] if word not in ANSWERS)
    if found.answer and said.word not in words:
        return answering.said(event.sender, found.answer, world, now, asked=True)
    nearest = difflib.get_close_matches(said.word, words, 1)
    if said.word in words:
        text = texts.text("direct.here", word=said.word)
    elif found.asked and not nearest:
        text = texts.text("case.only_yes_or_no")
    elif nearest:
        text = texts.text("direct.nearest", word=_quoted(said), nearest=nearest[0])
    else:
        text = texts.text("direct.unknown")
    return Decision(effects=(privately(event.sender, "unknown", text),))


def _to_stewards(said: Said, words: tuple[str, ...], world: World) -> Decision:
    if said.word == "help":
        return Decision(effects=(to_stewards(world, "help", texts.text("stewards.help")),))
    # Stewards talk with each other here: only what looks like a word to the bot is answered.
    nearest = difflib.get_close_matches(said.word.split(" ")[0], words, 1, 0.75)
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
