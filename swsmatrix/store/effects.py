"""An effect as a row of the outbox, and back. What people wrote goes to the table of bodies."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Any

from swsmatrix.model import Effect, Priority, Target, ToDirect, ToNew, ToRoom
from swsmatrix.protocol import (
    Action,
    CleartextNotice,
    CreateDirect,
    CreatePrivate,
    EffectId,
    Invite,
    InviteDirect,
    JoinRoom,
    LeaveRoom,
    Millis,
    Picture,
    React,
    ReadBy,
    Redact,
    RedactEvent,
    RemakePicture,
    Remove,
    Rewrite,
    RewriteEvent,
    Say,
    SendFile,
    SendPicture,
    SendRecord,
    TakeAllBack,
    UserId,
)

_ACTIONS: dict[str, type[Any]] = {
    kind.__name__: kind
    for kind in (
        Say,
        Rewrite,
        RewriteEvent,
        RemakePicture,
        SendPicture,
        SendFile,
        SendRecord,
        React,
        Redact,
        RedactEvent,
        JoinRoom,
        LeaveRoom,
        CleartextNotice,
        CreateDirect,
        InviteDirect,
        CreatePrivate,
        Invite,
        Remove,
        TakeAllBack,
    )
}

_WORDS = ("text", "caption")  # of a file


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One effect on its way. ``first_try`` is None until it was handed to Matrix for the first time.

    ``caused``: when what led to it happened, if that is known.
    """

    id: EffectId
    feature: str
    effect: Effect
    attempts: int
    first_try: Millis | None
    caused: Millis | None


def lane(target: Target) -> str:
    """Effects of one lane go out in order."""
    match target:
        case ToRoom(room):
            return f"room {room}"
        case ToDirect(user):
            return f"direct {user}"
        case ToNew(name):
            return f"new {name}"


def target_of(lane_name: str) -> Target:
    kind, _, name = lane_name.partition(" ")
    match kind:
        case "room":
            return ToRoom(name)
        case "new":
            return ToNew(name)
    return ToDirect(UserId(name))


def without_body(action: Action) -> tuple[dict[str, object], str | None]:
    """An action's fields, and its text: that goes to the table of bodies, as does what opens a picture."""
    fields = {name: getattr(action, name) for name in action.__dataclass_fields__}
    if isinstance(action, RemakePicture | SendPicture):
        return fields, fields.pop("picture").to_json()
    if isinstance(action, SendFile | SendRecord):
        pictures = [asdict(one) for one in fields.pop("pictures", ())]
        return fields, json.dumps({name: fields.pop(name) for name in _WORDS} | {"pictures": pictures})
    return fields, fields.pop("text", None)


# What ``row_of`` reads: of ``outbox o LEFT JOIN bodies b``.
COLUMNS = (
    "o.id, o.feature, o.slot, o.subject, o.lane, o.kind, o.action, b.text, o.priority, o.lasting,"
    " o.report, o.not_before, o.attempts, o.first_try, o.caused"
)


def row_of(row: Any) -> Row:
    effect = Effect(
        slot=row[2],
        subject=row[3],
        target=target_of(row[4]),
        action=_action(row[5], json.loads(row[6]), row[7]),
        priority=Priority(row[8]),
        lasting=bool(row[9]),
        report=bool(row[10]),
        not_before=row[11],
    )
    return Row(
        id=EffectId(row[0]),
        feature=row[1],
        effect=effect,
        attempts=row[12],
        first_try=row[13],
        caused=row[14],
    )


def _action(kind: str, fields: dict[str, Any], body: str | None) -> Action:
    if body is not None and kind in (RemakePicture.__name__, SendPicture.__name__):
        fields["picture"] = Picture.from_json(body)
    elif body is not None and kind in (SendFile.__name__, SendRecord.__name__):
        kept = json.loads(body)
        fields |= {name: kept[name] for name in _WORDS}
        if kind == SendRecord.__name__:
            fields["pictures"] = tuple(Picture(**one) for one in kept["pictures"])
    elif body is not None:
        fields["text"] = body
    if "readers" in fields:
        fields["readers"] = tuple(ReadBy(*one) for one in fields["readers"])
    action: Action = _ACTIONS[kind](**fields)
    return action
