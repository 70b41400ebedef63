"""`warnings #nyc` in a direct chat: what is current there is repeated to who was not there when it was said.

Each warning is a message of its own under its post's subject: edited, withdrawn, deleted or expired, it
goes from this chat with the relays. Asked again, what stands is taken back and said anew, with its age and
its count as they are now. Only members of a room that not everybody can join get any. Who comes into a
regional room and has a chat with the bot already is told of the word there, once for each region, if there
is anything to read.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from swsmatrix import gazetteer, texts
from swsmatrix.climbing import Named
from swsmatrix.features import danger, relays, where
from swsmatrix.features.common import age, privately, region_names, take_back
from swsmatrix.features.feature import Feature, Reader
from swsmatrix.model import Decision, Effect, For, Hinted, Listing, Post, RegionId, Sent, ToDirect
from swsmatrix.protocol import Joined, MessagePosted, Millis, UserId
from swsmatrix.regions import EVERYWHERE
from swsmatrix.routing import Input, Kind, Said
from swsmatrix.world import World

NAME = danger.SORT.name
WORD = "warnings"
MORE = "more"
AT_ONCE = 5
MOST = 500  # of one place, in a flood: the newest
NAMED = 3
SLOT = "repeat "


@dataclass(frozen=True, slots=True, kw_only=True)
class Repeated:
    """A current warning. ``copy``: what stands of it in the asker's chat. ``confirmed``: by how many."""

    post: Post
    copy: tuple[Sent, ...] = ()
    confirmed: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """Somebody asks for the warnings of ``regions``; none: it is not known of which. ``listing``: so that
    `more` goes on with them.

    ``place``: of the gazetteer, which their words were taken for, near the one region; ``others``: regions
    that another place of that name is near. ``found``: those to say now, oldest first, of ``count`` in all;
    ``further``: how many more do not stand in the chat. ``inside``: regions inside that have others.
    """

    regions: tuple[RegionId, ...] = ()
    place: str = ""
    others: tuple[RegionId, ...] = ()
    found: tuple[Repeated, ...] = ()
    count: int = 0
    further: int = 0
    inside: tuple[RegionId, ...] = ()
    listing: Listing | None = None


@dataclass(frozen=True, slots=True)
class Newcomer:
    """Somebody who should be told of the word; ``who``: their code."""

    user: UserId
    who: str
    region: RegionId


async def load(asked: Input, reader: Reader, world: World) -> Question | Newcomer | None:
    asked = await _continued(asked, reader)
    match asked.event:
        case Joined() as event if asked.place.kind is Kind.REGIONAL:
            assert asked.place.region
            return await _newcomer(event.user, asked.place.region, reader, world)
        case MessagePosted() as event if asked.said and asked.said.word == WORD:
            if asked.place.kind is not Kind.DIRECT:
                return None
            return await _question(event.sender, asked.said, reader, world) if event.known else Question()
    return None


async def _continued(asked: Input, reader: Reader) -> Input:
    """`more` alone, after `warnings`: the older ones of the same places."""
    event, said = asked.event, asked.said
    if said is None or said.word != MORE or not isinstance(event, MessagePosted):
        return asked
    listing = await reader.tips.listing(reader.people.code(event.sender))
    if listing is None or listing.word != WORD:
        return asked
    return replace(asked, said=Said(WORD, None, (*listing.asked.split(), MORE)))


async def _newcomer(user: UserId, region: RegionId, reader: Reader, world: World) -> Newcomer | None:
    direct, who = await reader.records.direct(user), reader.people.code(user)
    if direct is None or not direct.invited or await reader.warnings.hinted(who, region):
        return None
    posts = await reader.records.posts_up(NAME, await _heard_in((region,), reader, world), MOST)
    return Newcomer(user, who, region) if any(post.author != user for post in posts) else None


async def _question(user: UserId, said: Said, reader: Reader, world: World) -> Question:
    meant = await _meant(user, said, reader, world)
    regions = meant.regions
    heard = await _heard_in(regions, reader, world)
    posts = await reader.records.posts_up(NAME, heard, MOST)
    copies = [one for one in await reader.queue.sent_to(ToDirect(user)) if one.slot.startswith(SLOT)]
    known = {one.subject for one in copies}
    wanted = [post for post in posts if post.subject not in known] if MORE in said.rest else posts
    found = wanted[-AT_ONCE:]
    inner = {region for outer in regions for region in world.tree.inner(outer)}
    others = {region for one in await reader.records.up_for(NAME) if one not in heard for region in one[0]}
    who = reader.people.code(user)
    before = await reader.tips.listing(who) or Listing(who=who, word=WORD, asked="")
    asked = " ".join(word for word in said.rest if word != MORE)
    return Question(
        regions=regions,
        listing=replace(before, word=WORD, asked=asked),
        place=meant.place,
        others=tuple(dict.fromkeys(one.region for one in meant.candidates if one.region not in regions)),
        found=tuple([await _repeated(post, copies, reader) for post in found]),
        count=len(posts),
        further=sum(post.subject not in known and post not in found for post in posts),
        inside=tuple(region.id for region in world.tree if region.id in inner & others),
    )


async def _heard_in(regions: tuple[RegionId, ...], reader: Reader, world: World) -> tuple[For, ...]:
    """What warnings are for that are out and that the room of one of ``regions`` gets."""
    return tuple(
        (named, place)
        for named, place in await reader.records.up_for(NAME)
        if any(not set(regions).isdisjoint(world.tree.hears(one, place)) for one in named)
    )


async def _meant(user: UserId, said: Said, reader: Reader, world: World) -> Named:
    """What was named; else the regions where they are there for others, or came into the room."""
    words = tuple(word for word in said.rest if word != MORE)
    if EVERYWHERE in words:
        return Named(tuple(region.id for region in world.tree))
    if words:
        return _nearest(words, {one.word: one for one in await reader.warnings.learned()}, world)
    supporter = await reader.people.supporter(user)
    hints = await reader.warnings.hints_of(reader.people.code(user))
    likely = (*(supporter.regions if supporter else ()), *(one.region for one in hints))
    configured = {region.id for region in world.tree}
    return Named(tuple(dict.fromkeys(region for region in likely if region in configured)))


def _nearest(words: tuple[str, ...], learned: where.Words, world: World) -> Named:
    """Who only reads need not say yes to a place of the gazetteer: it is the most populous of that name."""
    whole, each = (where.meant_by(named, learned, world) for named in ((" ".join(words),), words))
    found = next((one for one in (whole, each) if one.regions), whole if whole.candidates else each)
    if found.regions or not found.candidates:
        return found
    first = found.candidates[0]
    return replace(found, regions=(first.region,), place=first.place.id)


async def _repeated(post: Post, copies: Iterable[Sent], reader: Reader) -> Repeated:
    return Repeated(
        post=post,
        copy=tuple(one for one in copies if one.subject == post.subject),
        confirmed=len({one.who for one in await reader.warnings.confirmations(post.subject)}),
    )


def decide(asked: Input, found: Question | Newcomer, world: World, now: Millis) -> Decision:
    if isinstance(found, Newcomer):
        line = texts.text("latecomers.hint", word=_word((found.region,), world))
        return Decision(
            save=(Hinted(who=found.who, region=found.region),),
            effects=(privately(found.user, "hint", line),),
        )
    event = asked.event
    assert isinstance(event, MessagePosted)
    if not event.known:
        text = texts.text("latecomers.members_only")
    elif not found.regions:
        text = _which(asked.said, world)
    else:
        text = _summary(found, world)
    return Decision(
        save=(found.listing,) if found.listing and found.regions else (),
        effects=(
            *take_back(one for repeated in found.found for one in repeated.copy),
            *(_copy(one, event.sender, world, now) for one in found.found),
            privately(event.sender, WORD, text),
        ),
    )


def _copy(repeated: Repeated, user: UserId, world: World, now: Millis) -> Effect:
    post = repeated.post
    text = relays.text_of(post, world, repeated.confirmed, age(now - post.posted_at))
    return privately(user, f"{SLOT}{post.event}", text, subject=post.subject, markdown=False)


def _summary(found: Question, world: World) -> str:
    """What stands above, and which there are beyond that."""
    key = "latecomers.shown" if found.found else "latecomers.above" if found.count else "latecomers.none"
    lines = [*_taken(found, world), texts.text(key, region=_places(found.regions, world))]
    if found.further:
        word = _word(found.regions, world, MORE)
        lines.append(texts.text("latecomers.older", count=found.further, word=word))
    if found.inside:
        words = texts.listed(tuple(_word((region,), world) for region in found.inside[:NAMED]))
        lines.append(texts.text("latecomers.inside", words=words))
    return "\n".join(lines)


def _taken(found: Question, world: World) -> tuple[str, ...]:
    """For which place their words were taken, if for one that is only near a region."""
    there = gazetteer.place(found.place) if found.place else None
    if there is None:
        return ()
    taken = texts.text("latecomers.taken", place=where.near_region(there, found.regions[0], world.tree))
    if not found.others:
        return (taken,)
    words = texts.listed(tuple(_word((region,), world) for region in found.others[:NAMED]))
    return (taken + " " + texts.text("latecomers.another", words=words),)


def _which(said: Said | None, world: World) -> str:
    """No place was named, or none that is known."""
    near = [region for word in (said.rest if said else ()) for region in world.tree.suggest(word)]
    tags = tuple(f"#{region}" for region in dict.fromkeys(near)) or world.example_tags()
    words = texts.listed(tuple(f"`{WORD} {tag}`" for tag in tags[:NAMED]))
    return texts.text("latecomers.which", words=words)


def _everywhere(regions: tuple[RegionId, ...], world: World) -> bool:
    return len(regions) > 1 and len(regions) == len(list(world.tree))


def _places(regions: tuple[RegionId, ...], world: World) -> str:
    if _everywhere(regions, world):
        return texts.text("latecomers.everywhere")
    return region_names(world, regions)


def _word(regions: tuple[RegionId, ...], world: World, *rest: str) -> str:
    """What to write for them."""
    named = (EVERYWHERE,) if _everywhere(regions, world) else regions
    return f"`{' '.join((WORD, *(f'#{name}' for name in named), *rest))}`"


FEATURE = Feature("latecomers", load, decide, direct=(WORD, MORE))
