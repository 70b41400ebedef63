"""What the life of a post is decided from: how its sort is treated, and what is known of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from swsmatrix.features.budgets import Account, account_of
from swsmatrix.features.common import local_name
from swsmatrix.features.feature import Reader
from swsmatrix.hashtags import Heard
from swsmatrix.model import Decision, Learned, Post, PostState, RoomNote, Sent
from swsmatrix.protocol import EventId, MessageEdited, MessagePosted, Millis, RoomId, UserId
from swsmatrix.tags import Hashtag
from swsmatrix.world import World

NO_ACCOUNT = Account()
# The signs that a message was heard: on it; and in its room, whatever it says (features/doxx.py).
HEARD, NOTICE = "heard", "notice"
# Something about it was asked.
WAITING = (PostState.NEAR, PostState.WHERE, PostState.PLACE, PostState.HELD)


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """``post``: as it is kept so far. ``number``: its own, or the one that a new one gets.

    ``code``: its author's. ``learned``: places that authors confirmed, by folded word.
    ``standing``: what of it stands in rooms. ``earlier``: the author's other posts of this sort that say the
    same, or went out though nobody vouches for their device; ``alike``: other people's that say the same.
    ``account``: what the author has sent out. ``notes``: what is known of the configured rooms.
    """

    post: Post | None = None
    number: int = 1
    standing: tuple[Sent, ...] = ()
    earlier: tuple[Post, ...] = ()
    alike: tuple[Post, ...] = ()
    account: Account = NO_ACCOUNT
    notes: Mapping[RoomId, RoomNote] = field(default_factory=dict)
    learned: Mapping[str, Learned] = field(default_factory=dict)
    code: str = ""

    @property
    def came_of_it(self) -> tuple[Sent, ...]:
        """What stands, but for the signs that it was heard."""
        return tuple(one for one in self.standing if one.slot not in (HEARD, NOTICE))


@dataclass(frozen=True, slots=True, kw_only=True)
class Sort(Hashtag):
    """How one feature treats its posts. ``go_out(post, facts, world, now)`` is what that means.

    ``needs_place``: it goes nowhere without a place, or one of the words ``anywhere``. ``holds``: nor with
    identifying details. ``expires``: it is forgotten by itself, after ``lasts`` (0: as configured).
    ``urgent``: what a device that is not signed says does not wait for a steward. ``shows``: its pictures may
    be passed on, so what opens them is kept. ``private``: what it is about is nobody's but its author's: a
    message that shows it is taken out of its room, and no steward is shown it. ``entrusts``: one that is held
    may go to a responder alone.

    ``relayed``: one that is out stands in rooms for members to read, until it ends; ``library``: among the
    tips, for good. ``registers``: it says what its author is from then on. ``always_heard``: of who is muted
    or banned, too. ``says_so``: what comes of one that is out tells its author that it ends.
    ``unless``: a tag that counts alone where both are written.
    """

    go_out: Callable[[Post, Facts, World, Millis], Decision]
    needs_place: bool = False
    holds: bool = False
    expires: bool = True
    lasts: Millis = 0
    urgent: bool = False
    shows: bool = False
    private: bool = False
    entrusts: bool = False
    relayed: bool = False
    library: bool = False
    registers: bool = False
    always_heard: bool = False
    says_so: bool = False
    unless: str = ""
    anywhere: frozenset[str] = frozenset()


async def facts_of(post: Post, reader: Reader, world: World, text: str | None = None) -> Facts:
    """Read what a decision about a post needs; ``text``: what it says now, if that is not what is kept."""
    facts = await facts_for(post.feature, post.author, reader, world, post.text if text is None else text)
    return replace(
        facts,
        post=post,
        number=post.number,
        standing=await reader.queue.sent(post.subject),
        earlier=tuple(one for one in facts.earlier if one.event != post.event),
    )


async def facts_for(sort: str, author: UserId, reader: Reader, world: World, text: str) -> Facts:
    """Read what a decision about a new post of ``author`` needs."""
    alike = await reader.records.posts_alike(sort, author, text)
    unsigned = await reader.records.unsigned_posts_of(sort, author)
    own = {one.event: one for one in (*unsigned, *alike) if one.author == author}
    return Facts(
        number=await reader.records.next_number(),
        earlier=tuple(sorted(own.values(), key=lambda one: one.number)),
        alike=tuple(one for one in alike if one.author != author),
        account=await account_of(author, reader),
        notes=await _notes(reader, world),
        learned=await _learned(reader),
        code=reader.people.code(author),
    )


async def _learned(reader: Reader) -> dict[str, Learned]:
    return {one.word: one for one in await reader.warnings.learned()}


async def _notes(reader: Reader, world: World) -> dict[RoomId, RoomNote]:
    configured = set(world.names.values())
    return {note.room: note for note in await reader.records.rooms() if note.room in configured}


def sort_of(post: Post, world: World) -> Sort:
    """How ``post`` is treated."""
    sort = world.tags.of(post)
    assert isinstance(sort, Sort)
    return sort


def hears(sort: Sort, heard: Heard | None) -> bool:
    """Whether this sort's tag was heard; or nearly written, if no tag was."""
    if heard is None or sort.tag not in (heard.tags or [tag for _, tag in heard.near]):
        return False
    return sort.tag not in heard.tags or not any(tag.value == sort.unless for tag in heard.tags)


def message_of(event: MessagePosted | MessageEdited) -> EventId:
    """The message that stands in the room: an edit's is the one that it changes."""
    return event.original if isinstance(event, MessageEdited) else event.event


def name_of(event: MessagePosted | MessageEdited, heard: Heard | None) -> str:
    """What its author is called, if they signed it (`#signed`), from a device that is theirs; else empty."""
    signed = event.identity and heard and "signed" in heard.words
    return (event.name or local_name(event.sender)) if signed else ""
