"""How much of an author goes out at once: the first three in ten minutes, then one a minute; none is lost.

Counted is what went out, by when the bot sent it on: not what still stands, nor when it claims to be from.
So deleting gives nothing back. Corrections are counted by themselves; one that has not gone out yet when the
next one comes never does, and gives its minute to it.
"""

from __future__ import annotations

from dataclasses import dataclass

from swsmatrix.features.feature import Reader
from swsmatrix.model import Post, Priority, SetTimer, Spent
from swsmatrix.protocol import MINUTE, Millis, UserId

NAME = "budgets"
AT_ONCE = 3
WINDOW = 10 * MINUTE
GAP = MINUTE


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """``author``: a code. ``spent``: the last of what they sent out, of each sort at least ``AT_ONCE``.

    ``told``: the stewards know of their being many.
    """

    author: str = ""
    spent: tuple[Spent, ...] = ()
    told: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """``not_before``: when it may go out; 0: now. ``first``: they sent out no other lately.

    ``spent`` is to be kept, ``replaced`` dropped.
    """

    not_before: Millis
    first: bool
    spent: Spent
    replaced: tuple[Spent, ...] = ()

    @property
    def priority(self) -> Priority:
        if self.first:
            return Priority.FIRST_WARNING
        return Priority.FURTHER_WARNING if self.not_before else Priority.WARNING


async def account_of(author: UserId, reader: Reader) -> Account:
    code = reader.people.code(author)
    return Account(
        author=code,
        spent=await reader.warnings.spent(code),
        told=await reader.records.runs(NAME, "told", _subject(code)),
    )


def turn(account: Account, post: Post, now: Millis) -> Turn:
    """When ``post`` goes out, as it is now."""
    replaced = tuple(one for one in account.spent if one.edit and one.at > now and one.cause in post.edits)
    lately = [one for one in account.spent if one not in replaced and one.at > now - WINDOW]
    like_it = [one.at for one in lately if one.edit is post.updated]
    due = max(like_it) + GAP if len(like_it) >= AT_ONCE else now
    return Turn(
        not_before=due if due > now else 0,
        first=not lately,
        spent=Spent(
            author=account.author,
            cause=post.edits[-1] if post.edits else post.event,
            number=post.number,
            edit=post.updated,
            at=max(due, now),
        ),
        replaced=replaced,
    )


def told(account: Account, now: Millis) -> SetTimer:
    """The stewards are not told again while it runs."""
    return SetTimer(feature=NAME, name="told", subject=_subject(account.author), due=now + WINDOW)


def _subject(author: str) -> str:
    return f"{NAME} {author}"
