"""Tips in a direct chat: `find clinic nyc`, `more`, `show 3`, `useful 3`.

A list has ten lines; what a number means is the last list's. Only that one stands: a new one takes it back,
and so does a tip in it that is edited or gone (features/tips.py): its words are nowhere then. Where nothing
has all of the words, what has most of them is shown, else what there is elsewhere, and it says so.

A tip is useful to each member once: by a word, or by a reaction, here or where it was posted. Whoever deletes
what said so takes it back.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from swsmatrix import searching, texts
from swsmatrix.features import hearing, shelf, tips
from swsmatrix.features.common import privately, take_back
from swsmatrix.features.feature import Feature, Reader
from swsmatrix.features.search import Search, read
from swsmatrix.model import Decision, Listing, Sent, Tip, Useful, subject_of
from swsmatrix.protocol import MessageDeleted, MessagePosted, Millis, Reacted, UserId
from swsmatrix.routing import Input, Kind, Said
from swsmatrix.world import World

NAME = "finding"
FIND, MORE, SHOW, USEFUL = WORDS = ("find", "more", "show", "useful")
AT_ONCE = 10
ENOUGH = 0.5  # of what was asked for, where nothing has all of it
_WHICH = {MORE: "finding.which_more", SHOW: "finding.which_show", USEFUL: "finding.which_useful"}
SIGNS = frozenset("👍✅❤🙏⭐💯")


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """``tips``: those to list now, ``further``: there are more. ``partly``: they have not all of the words;
    ``elsewhere``: they are for other places. ``standing``: the list before, to be taken back. ``head``: what
    is said before them instead.
    """

    search: Search
    listing: Listing
    tips: tuple[Tip, ...] = ()
    further: bool = False
    partly: bool = False
    elsewhere: bool = False
    head: str = ""
    standing: tuple[Sent, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class One:
    """A tip that is named; none: it is not known which, or it is gone. ``number``: in the last list.

    ``mark``: that it is useful, to be kept (``new``), or kept already. ``own``: it is theirs.
    """

    tip: Tip | None = None
    number: int = 0
    mark: Useful | None = None
    new: bool = False
    own: bool = False


async def load(asked: Input, reader: Reader, world: World) -> Found | One | Useful | None:
    match asked.event:
        case Reacted() as event:
            return await _reacted(event, asked, reader, world)
        case MessageDeleted() as event:
            mark = await reader.tips.useful_by(_cause(event))
            own = mark and mark.who == reader.people.code(event.sender)
            return mark if mark and (own or event.powerful) else None
        case MessagePosted() as event if asked.said and asked.said.word in WORDS:
            if asked.place.kind is Kind.DIRECT:
                return await _said(event, asked.said, reader, world)
    return None


async def _said(event: MessagePosted, said: Said, reader: Reader, world: World) -> Found | One | None:
    who = reader.people.code(event.sender)
    listing = await reader.tips.listing(who)
    if said.word == MORE and listing and listing.word != FIND:
        return None  # another feature's list goes on
    if not event.known or (said.word == MORE and listing is None):
        return One()
    if said.word == FIND:
        search = await read(event, said, reader, world)
        before = await reader.queue.sent(f"list {who}")
        empty = Listing(who=who, word=FIND, asked=search.asked)
        return replace(await _found(search, empty, event.at, reader, world), standing=before)
    if said.word == MORE and listing:
        text = Said(FIND, None, tuple(listing.asked.split()))
        search = await read(replace(event, text=f"{FIND} {listing.asked}"), text, reader, world)
        return await _found(search, listing, event.at, reader, world)
    return await _one(event, said, listing, reader, world)


async def _found(search: Search, listing: Listing, at: Millis, reader: Reader, world: World) -> Found:
    """The next of a search, in the first way that finds anything."""
    where = searching.reach(search.regions, world.tree)
    ways = [(where, 1.0), (where, ENOUGH)]
    if where:
        ways.append(((), 1.0))
    limit = len(listing.subjects) + AT_ONCE + 1
    for regions, least in ways:
        hits = await reader.tips.find(search.words, regions, search.topics, now=at, limit=limit, least=least)
        if hits:
            fresh = [hit.tip for hit in hits if hit.tip.subject not in listing.subjects]
            shown = tuple(fresh[:AT_ONCE])
            return Found(
                search=search,
                listing=replace(listing, subjects=(*listing.subjects, *(tip.subject for tip in shown))),
                tips=shown,
                further=len(fresh) > AT_ONCE,
                partly=least < 1,
                elsewhere=bool(where) and not regions,
            )
    return Found(search=search, listing=listing)


async def _one(
    event: MessagePosted, said: Said, listing: Listing | None, reader: Reader, world: World
) -> One | None:
    """The one that a number, or what they answer to, names."""
    sent = await reader.queue.sent_as(event.reply_to) if event.reply_to else None
    subjects = listing.subjects if listing else ()
    number = said.number or (1 if len(subjects) == 1 else 0)
    if said.number is None and sent and sent.slot == SHOW:
        tip = await reader.tips.tip(sent.subject)
    else:
        tip = await reader.tips.tip(subjects[number - 1]) if 0 < number <= len(subjects) else None
    if tip is None or tip.removed_by or said.word == SHOW:
        return One(tip=tip if tip and not tip.removed_by else None, number=number)
    return await _marked(tip, event.sender, event, number, reader, world)


async def _reacted(event: Reacted, asked: Input, reader: Reader, world: World) -> One | None:
    if not SIGNS & set(event.key):
        return None
    if asked.place.kind is Kind.DIRECT:
        sent = await reader.queue.sent_as(event.target)
        tip = await reader.tips.tip(sent.subject) if sent and sent.slot == SHOW else None
    elif asked.place.kind in (Kind.COMMUNITY, Kind.REGIONAL):
        tip = await reader.tips.tip(subject_of(tips.SORT.name, event.target))
    else:
        return None
    return await _marked(tip, event.sender, event, 0, reader, world) if tip else None


async def _marked(
    tip: Tip, user: UserId, event: MessagePosted | Reacted, number: int, reader: Reader, world: World
) -> One | None:
    """That ``user`` finds it useful. Nothing of who is not heard, nor of the bot itself."""
    if user == world.me or await hearing.is_silent(user, event.at, reader, world):
        return None
    post = await tips.post_of(tip, reader)
    who = reader.people.code(user)
    known = await reader.tips.useful(tip.subject, who)
    mark = known or Useful(subject=tip.subject, who=who, cause=_cause(event))
    own = post is not None and post.author == user
    return One(tip=tip, number=number, mark=mark, new=not (known or own), own=own)


def _cause(event: MessagePosted | Reacted | MessageDeleted) -> str:
    named = event.original if isinstance(event, MessageDeleted) else event.event
    return f"{event.room} {named}"


def decide(asked: Input, found: Found | One | Useful, world: World, now: Millis) -> Decision:
    event, said = asked.event, asked.said
    if isinstance(found, Useful):
        return Decision(drop=(found,))
    if isinstance(event, Reacted):
        assert isinstance(found, One)
        return Decision(save=(found.mark,) if found.mark and found.new else ())
    assert isinstance(event, MessagePosted)
    assert said
    if not event.known:
        return _say(event.sender, "finding.members_only")
    if isinstance(found, Found):
        return listed(event.sender, found, world, now)
    if found.tip is None:
        return _say(event.sender, "finding.gone" if found.number else _WHICH[said.word])
    if said.word == SHOW:
        text = shelf.whole(found.tip, world, now)
        shown = privately(event.sender, SHOW, text, subject=found.tip.subject, markdown=False)
        return Decision(effects=(shown,))
    key = "finding.own" if found.own else "finding.thanks" if found.new else "finding.known"
    return replace(_say(event.sender, key), save=(found.mark,) if found.mark and found.new else ())


def listed(user: UserId, found: Found, world: World, now: Millis) -> Decision:
    if not found.tips:
        key = "finding.no_more" if found.listing.subjects else "finding.nothing"
        # What stood stays, and its numbers mean what they meant.
        return _say(user, key, example=next(iter(world.example_tags()), ""))
    first = len(found.listing.subjects) - len(found.tips) + 1
    head = "finding.partly" if found.partly else "finding.elsewhere" if found.elsewhere else found.head
    lines = [shelf.line(tip, first + at, world, now) for at, tip in enumerate(found.tips)]
    foot = "finding.foot_more" if found.further else "finding.foot"
    parts = ((texts.text(head),) if head else ()) + ("\n".join(lines), texts.text(foot, number=first))
    said = privately(user, "list", "\n\n".join(parts), subject=found.listing.subject, markdown=False)
    return Decision(save=(found.listing,), effects=(*take_back(found.standing), said))


def _say(user: UserId, key: str, **values: object) -> Decision:
    return Decision(effects=(privately(user, NAME, texts.text(key, **values)),))


FEATURE = Feature(NAME, load, decide, direct=WORDS)
