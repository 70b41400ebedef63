"""Whether one room is the successor of another: what counts is what the old one says, by who may say it."""

from __future__ import annotations

import nio

from swsmatrix.matrix.http import UnreachableError, outcome, path, request
from swsmatrix.matrix.loose import name, obj
from swsmatrix.matrix.rooms import Room
from swsmatrix.protocol import RetryAt, RoomId

TOMBSTONE = "m.room.tombstone"


async def succeeds(client: nio.AsyncClient, new: str, old: RoomId) -> bool:
    """Whether ``old`` was closed in favour of ``new`` by somebody with the power to.

    An address proves nothing: whoever looks after it can let it lead anywhere. Raises ``UnreachableError``
    when that cannot be told now, and ``SignedOutError``.
    """
    room, sender = Room(old), None
    for kind in ("m.room.create", "m.room.power_levels", TOMBSTONE):
        where = path("rooms", old, "state", kind) + "/?format=event"
        answer = await request(client, "GET", where)
        if not answer.ok:
            if isinstance(outcome(answer), RetryAt):
                raise UnreachableError("the homeserver has trouble")
            return False
        room.apply(answer.body)
        sender = name(answer.body.get("sender"))
    named = obj(answer.body, "content").get("replacement_room")
    return named == new and sender is not None and room.may_set(sender, TOMBSTONE)
