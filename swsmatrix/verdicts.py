"""What ``swsmatrix check`` makes of what it found: facts in, lines out. Pure.

Rooms are named by their setting (``rooms.community[0]``), never by id or address: the output may be kept
where logs are.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import Enum
from math import ceil
from urllib.parse import urlsplit

FAILED = 1
BAD_SETTING, BAD_STORE, SIGNED_OUT = 2, 3, 5

LOOPBACK = ("localhost", "127.0.0.1", "::1")
UNHURRIED = 10  # seconds; a warning that is everywhere within them needs no words


class Level(Enum):
    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True, slots=True)
class Line:
    """``todo``: what the operator can do about it. ``code``: the exit code that a failure alone leads to."""

    level: Level
    what: str
    todo: str = ""
    code: int = FAILED

    def __str__(self) -> str:
        return f"{self.level.value:<4} {self.what}" + (f" -> {self.todo}" if self.todo else "")


def ok(what: str) -> Line:
    return Line(Level.OK, what)


def warn(what: str, todo: str) -> Line:
    return Line(Level.WARN, what, todo)


def fail(what: str, todo: str, code: int = FAILED) -> Line:
    return Line(Level.FAIL, what, todo, code)


def exit_code(lines: Sequence[Line]) -> int:
    """0 without failures; else the first code that says more than "something failed"; else 1."""
    codes = [line.code for line in lines if line.level is Level.FAIL]
    return next((code for code in codes if code != FAILED), FAILED) if codes else 0


# ---- The homeserver and the account -----------------------------------------------------------


def homeserver(address: str, trouble: str | None) -> Line:
    """``trouble``: why there was no good answer to ``/_matrix/client/versions``."""
    if trouble:
        return fail(f"homeserver: {trouble}", "is the address right, and the server up?")
    parts = urlsplit(address)
    if parts.scheme == "http" and parts.hostname not in LOOPBACK:
        return warn("homeserver: answers over plain http, so others can steal the session", "use https://")
    return ok("homeserver: answers")


class Login(Enum):
    VALID = "valid"
    NONE = "none"
    NONE_AND_NO_PASSWORD = "none, and no password"  # noqa: S105 - the name of a state
    OVER = "over"
    SOMEBODY_ELSE = "somebody else"
    UNKNOWN = "unknown"


def login(state: Login) -> Line:
    match state:
        case Login.VALID:
            return ok("login: the session is valid")
        case Login.NONE:
            return warn("login: not logged in yet", "`swsmatrix run` will")
        case Login.NONE_AND_NO_PASSWORD:
            return fail("login: not logged in yet, and password_file is missing", "write it", BAD_SETTING)
        case Login.OVER:
            return fail("login: the homeserver has signed the bot out", "`swsmatrix login`", SIGNED_OUT)
        case Login.SOMEBODY_ELSE:
            return fail(
                "login: the data belongs to another account than user_id", "correct user_id", BAD_SETTING
            )
        case Login.UNKNOWN:
            return warn("login: the homeserver could not say", "try again later")


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """What the homeserver tells others. ``ours``: the master key is the one in the store."""

    exists: bool
    ours: bool
    device_signed: bool
    unsigned_devices: int


def cross_signing(seen: Identity) -> list[Line]:
    if not seen.exists:
        return [fail("cross-signing: others see no identity of the bot", "start `swsmatrix run` once")]
    if not seen.ours:
        return [
            fail(
                "cross-signing: others see an identity that the bot does not have, and are warned of it",
                "did somebody reset it in another client? Undo that, or go on with a new account",
            )
        ]
    if not seen.device_signed:
        return [
            fail(
                "cross-signing: the bot's device is not signed, so clients will not talk to it",
                "start `swsmatrix run` again",
            )
        ]
    lines = [ok("cross-signing: others see the bot's device signed by its owner")]
    if seen.unsigned_devices:
        lines.append(
            warn(
                f"cross-signing: {seen.unsigned_devices} other devices of the account are not signed",
                "sign them out, unless they are yours",
            )
        )
    return lines


# ---- Rooms ------------------------------------------------------------------------------------


class Entry(Enum):
    JOINED = "joined"
    NOT_JOINED = "not joined"
    REMOVED = "removed"
    UNKNOWN_NAME = "unknown name"
    NO_ANSWER = "no answer"


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomFacts:
    """``settings``: where the configuration names the room. ``heard``: a community or regional room.

    ``moved``: its address leads elsewhere by now, which the bot does not follow.
    ``weaker``: see ``openness.weaker``. ``usual_encryption``: the one that the bot and its members use.
    """

    settings: tuple[str, ...]
    heard: bool
    entry: Entry
    encrypted: bool = False
    usual_encryption: bool = False
    join_rule: str = ""
    history: str = ""
    replaced: bool = False
    moved: bool = False
    weaker: tuple[str, ...] = ()
    can_send: bool = False
    can_redact: bool = False


def room(facts: RoomFacts) -> list[Line]:
    name = ", ".join(facts.settings)
    if facts.moved:
        todo = "was it one of you? Then write the new room's id into the setting, and start the bot anew"
        what = f"{name}: its address leads to another room than it did, and the bot stays with the old one"
        return [fail(what, todo), *room(replace(facts, moved=False))]
    match facts.entry:
        case Entry.UNKNOWN_NAME:
            return [fail(f"{name}: the homeserver knows no such room", "make it, or correct the setting")]
        case Entry.NOT_JOINED:
            return [fail(f"{name}: the bot is not in it", "invite it; it comes while `swsmatrix run` runs")]
        case Entry.REMOVED:
            todo = "invite it again; if it was banned, lift that first"
            return [fail(f"{name}: somebody removed the bot", todo)]
        case Entry.NO_ANSWER:
            return [warn(f"{name}: the homeserver could not say", "try again later")]
    lines = list(_faults(name, facts))
    if not any(line.level is Level.FAIL for line in lines):
        lines.insert(0, ok(f"{name}: joined and encrypted"))
    return lines


def policy_list(name: str, entry: Entry, *, public: bool) -> Line:
    """``public``: anyone can join it. It need not be encrypted: nothing is said there."""
    match entry:
        case Entry.JOINED:
            return ok(f"{name}: joined")
        case Entry.NOT_JOINED if public:
            return ok(f"{name}: open, so the bot joins it while `swsmatrix run` runs")
        case Entry.UNKNOWN_NAME:
            return fail(f"{name}: the homeserver knows no such room", "correct the setting")
        case Entry.NO_ANSWER:
            return warn(f"{name}: the homeserver could not say", "try again later")
    return fail(
        f"{name}: the bot is not in it", "whoever looks after the list has to invite it, or to open it"
    )


def _faults(name: str, facts: RoomFacts) -> list[Line]:
    lines = []
    if not facts.encrypted:
        lines.append(fail(f"{name}: not encrypted, so nothing said there is acted on", "turn encryption on"))
    if facts.join_rule == "public":
        lines.append(
            fail(f"{name}: anyone can join, so it gets no warnings", "make it private: by invitation")
        )
    if facts.history == "world_readable":
        lines.append(
            fail(
                f"{name}: anyone can read along, so it gets no warnings",
                "history: members, since they joined",
            )
        )
    lines += _changes(name, facts)
    if facts.history == "shared" and "history" not in facts.weaker:
        lines.append(warn(f"{name}: newcomers see older messages", "history: members, since they joined"))
    if not facts.can_send:
        lines.append(fail(f"{name}: the bot may not send messages", "give it the power to"))
    if facts.heard and not facts.can_redact:
        lines.append(
            warn(
                f"{name}: the bot cannot remove what shows private details", "make it a moderator (power 50)"
            )
        )
    return lines


_WEAKER = {
    "join": ("people can come in by themselves since it changed", "make it private: by invitation"),
    "history": ("newcomers see older messages since it changed", "history: members, since they joined"),
    "encryption": (
        "it is not encrypted as it was, says the homeserver",
        "who changed that? An encrypted room cannot be mended: make a new one",
    ),
}


def _changes(name: str, facts: RoomFacts) -> list[Line]:
    """What changed since the bot first saw the room. Regional rooms get no warnings until it is decided."""
    lines = []
    if facts.replaced:
        todo = "invite the bot to the new room, and put its address into the setting"
        lines.append(fail(f"{name}: closed in favour of another room, which the bot does not follow", todo))
    said = {"public": "join", "world_readable": "history"}  # already, and cannot be accepted
    regional = [place for place in facts.settings if place.startswith("regions.")]
    for reason in facts.weaker:
        if reason in (said.get(facts.join_rule), said.get(facts.history)):
            continue
        what, todo = _WEAKER[reason]
        if regional:
            place = regional[0].split(".")[1]
            accept = f"; or stewards accept it: `thaw #{place}`"
            lines.append(fail(f"{name}: {what}, so it gets no warnings", todo + accept))
        else:
            lines.append(warn(f"{name}: {what}", todo))
    return lines


# ---- How long a warning takes -----------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Limits:
    """Messages of one user: so many at once, then so many a second. ``per_second`` 0: no limit."""

    per_second: float
    burst: int


SYNAPSE_DEFAULTS = Limits(0.2, 10)


def seconds_to_send(messages: int, limits: Limits) -> int:
    """When the last of ``messages`` goes out, in whole seconds from the first, after a quiet time."""
    if limits.per_second <= 0:
        return 0
    return ceil(max(0, messages - limits.burst) / limits.per_second)


def relays(rooms: int, limits: Limits | None) -> Line:
    """``rooms``: different regional rooms. ``limits``: as the homeserver says; None if it does not."""
    if rooms == 0:
        return warn("warnings: no region has a room, so none is relayed", "give regions a room")
    seconds = seconds_to_send(rooms, limits or SYNAPSE_DEFAULTS)
    basis = "under the homeserver's limits" if limits else "assuming Synapse's default limits"
    said = f"warnings: to every regional room ({rooms}) within {seconds} s, {basis}"
    if seconds <= UNHURRIED:
        return ok(said)
    return warn(
        said, "ask its admin to lift them for the bot (Synapse: the admin API's override_ratelimit, 0 and 0)"
    )
