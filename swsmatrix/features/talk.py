"""What the bot says when spoken to: `help`, `privacy`, the nearest word, a near miss of a tag."""

from __future__ import annotations

import difflib

from swsmatrix import texts
from swsmatrix.features.common import privately, to_stewards
from swsmatrix.features.feature import Feature, Reader
from swsmatrix.model import DAY, NOTHING, Decision, MessagePosted, Millis
from swsmatrix.routing import Input, Kind, Said
from swsmatrix.world import World

WORDS = ("help", "privacy")
DIRECT_WORDS = ("help", "privacy", "send", "drop")
STEWARDS_WORDS = ("help", "show", "send", "release", "done", "waiting")
# In these places these words mean something; elsewhere they are unknown.
MEANT = {Kind.DIRECT: (*DIRECT_WORDS, "place"), Kind.STEWARDS: STEWARDS_WORDS}


async def load(asked: Input, _reader: Reader, _world: World) -> bool | None:
    event = asked.event
    if not isinstance(event, MessagePosted):
        return None
    if asked.said:
        return True if _mine(asked) else None
    near = asked.heard and asked.heard.near and not asked.heard.tags
    return True if near and event.signed else None


def _mine(asked: Input) -> bool:
    assert asked.said
    if asked.said.word in WORDS or not asked.said.known:
        return True
    return asked.said.word not in MEANT.get(asked.place.kind, ())


def decide(asked: Input, _facts: bool, world: World, _now: Millis) -> Decision:
    event, said = asked.event, asked.said
    assert isinstance(event, MessagePosted)
    if said is None:
        assert asked.heard
        written, meant = asked.heard.near[0]
        text = texts.text("near.ask", written=f"`#{written}`", meant=f"`#{meant.value}`")
        return Decision(effects=(privately(event.sender, "near", text),))
    if asked.place.kind is Kind.STEWARDS:
        return _to_stewards(said, world)
    if said.word == "privacy":
        return Decision(effects=(privately(event.sender, "privacy", _privacy(world)),))
    if said.word == "help":
        return Decision(effects=(privately(event.sender, "help", _help(world)),))
    text = texts.text("direct.unknown", word=_quoted(said), nearest=_nearest(said.word, DIRECT_WORDS))
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


def _nearest(word: str, words: tuple[str, ...]) -> str:
    found = difflib.get_close_matches(word, words, 1, 0.0)
    return found[0] if found else "help"


def _quoted(said: Said) -> str:
    """What was written, short and without anything that could be markup."""
    return "".join(letter for letter in said.word[:20] if letter.isalnum() or letter in " -'") or "…"


def _help(world: World) -> str:
    lines = "".join(
        texts.text("direct.emergency", region=region.name, line=region.emergency)
        for region in world.tree
        if region.emergency
    )
    examples = texts.listed(tuple(f"`{tag}`" for tag in world.example_tags()))
    return texts.text("direct.help", name=world.name, examples=examples, emergency=lines)


def _privacy(world: World) -> str:
    return texts.text("direct.privacy", days=max(1, world.expires_after // DAY))


FEATURE = Feature("talk", load, decide, WORDS)
