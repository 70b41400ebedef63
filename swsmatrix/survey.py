"""What the homeserver says of the bot and of its rooms: the part of ``check`` that asks it. Asks only.

Each question is asked once; one that gets no answer is a line of its own, and the next is asked.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field, replace
from urllib.parse import quote

from swsmatrix import keys, verdicts
from swsmatrix.errors import SettingsError
from swsmatrix.matrix import trust
from swsmatrix.matrix.hardening import HardenedClient
from swsmatrix.matrix.http import SIGNED_OUT, Answer, UnreachableError, path, request
from swsmatrix.matrix.rooms import MEGOLM, Room
from swsmatrix.matrix.session import Session
from swsmatrix.matrix.succession import succeeds
from swsmatrix.model import Openness, RoomNote
from swsmatrix.openness import weaker
from swsmatrix.protocol import RoomId, UserId
from swsmatrix.settings import Settings
from swsmatrix.verdicts import Entry, Limits, Line, Login, RoomFacts, warn

CREATORS_ABOVE_ALL = 12  # the first room version in which power levels don't bind a room's creators
STEWARDS = "rooms.stewards"
STATE = (
    "m.room.create",
    "m.room.encryption",
    "m.room.join_rules",
    "m.room.history_visibility",
    "m.room.power_levels",
    "m.room.tombstone",
)


@dataclass(slots=True)
class Account:
    """What the store says of us and of rooms; ``known``: it could be read.

    ``led_to``: where the names of the configuration led.
    """

    known: bool = False
    session: Session | None = None
    master: str | None = None
    notes: Mapping[RoomId, RoomNote] = field(default_factory=dict)
    led_to: Mapping[str, RoomId] = field(default_factory=dict)


async def look_at_homeserver(
    settings: Settings, client: HardenedClient, account: Account
) -> AsyncIterator[Line]:
    trouble = await _trouble(client)
    yield verdicts.homeserver(settings.homeserver, trouble)
    if not account.known or (trouble and account.session):
        return
    state = await _login(settings, client, account.session)
    yield verdicts.login(state)
    if state is not Login.VALID or account.session is None:
        return
    for line in await _look_at_identity(client, account.session, account.master):
        yield line
    joined = (await _ask(client, "GET", path("joined_rooms"))).body.get("joined_rooms")
    regional = {region.room for region in settings.regions.values() if region.room}
    found = set()
    for name, places in _room_names(settings).items():
        known = account.led_to.get(name)
        facts, room = await _room(client, name, known, places, joined if isinstance(joined, list) else [])
        if name in regional:
            found.add(room or name)
        note = account.notes.get(RoomId(room or name))
        if note and facts.entry is Entry.NOT_JOINED:
            facts = replace(facts, entry=Entry.REMOVED)  # it was there
        facts = replace(facts, weaker=_weaker(facts, note))
        for line in verdicts.room(facts):
            yield line
    for i, name in enumerate(settings.policy_lists):
        yield await _policy_list(
            client, f"policy_lists[{i}]", name, joined if isinstance(joined, list) else []
        )
    yield verdicts.relays(len(found), await _limits(client))


async def _ask(client: HardenedClient, method: str, where: str, body: object | None = None) -> Answer:
    """One try; no answer is a bad answer."""
    try:
        return await request(client, method, where, body)
    except UnreachableError:
        return Answer(503, {})


async def _trouble(client: HardenedClient) -> str | None:
    try:
        answer = await request(client, "GET", "/_matrix/client/versions")
    except UnreachableError as error:
        return str(error)
    if not answer.ok:
        return f"the homeserver answers with an error (HTTP {answer.status})"
    return (
        None
        if isinstance(answer.body.get("versions"), list)
        else "something that is not a homeserver answered"
    )


async def _login(settings: Settings, client: HardenedClient, session: Session | None) -> Login:
    if session is None:
        try:
            keys.read_password(settings.password_file)
        except SettingsError:
            return Login.NONE_AND_NO_PASSWORD
        return Login.NONE
    if session.user_id != settings.user_id:
        return Login.SOMEBODY_ELSE
    client.user_id, client.access_token = session.user_id, session.access_token
    answer = await _ask(client, "GET", path("account", "whoami"))
    if answer.errcode in SIGNED_OUT:
        return Login.OVER
    if not answer.ok:
        return Login.UNKNOWN
    return Login.VALID if answer.body.get("user_id") == session.user_id else Login.SOMEBODY_ELSE


async def _look_at_identity(client: HardenedClient, session: Session, master: str | None) -> list[Line]:
    me = session.user_id
    answer = await _ask(client, "POST", path("keys", "query"), {"device_keys": {me: []}})
    if not answer.ok:
        return [warn("cross-signing: the homeserver could not say", "try again later")]
    seen = trust.identity(answer.body, UserId(me))
    others = trust.within(answer.body, "device_keys", me).keys() - seen.signed
    return verdicts.cross_signing(
        verdicts.Identity(
            exists=seen.master is not None,
            ours=seen.master == master,
            device_signed=session.device_id in seen.signed,
            unsigned_devices=len(others),
        )
    )


def _room_names(settings: Settings) -> Mapping[str, list[str]]:
    """Each room of the configuration, as named there, with the settings that name it."""
    names: dict[str, list[str]] = {}
    for i, name in enumerate(settings.rooms.community):
        names.setdefault(name, []).append(f"rooms.community[{i}]")
    names.setdefault(settings.rooms.stewards, []).append(STEWARDS)
    for region, its in settings.regions.items():
        if its.room:
            names.setdefault(its.room, []).append(f"regions.{region}.room")
    return names


async def _room(
    client: HardenedClient, name: str, known: RoomId | None, places: list[str], joined: list[str]
) -> tuple[RoomFacts, str | None]:
    """What is to be known of a configured room, and its id. ``known``: where its name led."""
    nothing = RoomFacts(settings=tuple(places), heard=places != [STEWARDS], entry=Entry.NO_ANSWER)
    room_id = name
    if name.startswith("#"):
        answer = await _ask(client, "GET", path("directory", "room", name))
        if not answer.ok:
            missing = answer.errcode == "M_NOT_FOUND"
            return replace(nothing, entry=Entry.UNKNOWN_NAME if missing else Entry.NO_ANSWER), None
        room_id = str(answer.body.get("room_id"))
        if known and room_id != known:
            try:
                moved = not await succeeds(client, room_id, known)
            except UnreachableError:
                return nothing, room_id
            nothing = replace(nothing, moved=moved)
            room_id = known if moved else room_id
    if room_id not in joined:
        removed = await _was_removed(client, room_id)
        return replace(nothing, entry=Entry.REMOVED if removed else Entry.NOT_JOINED), room_id
    room = await _state(client, RoomId(room_id))
    if room is None:
        return nothing, room_id
    facts = replace(
        nothing,
        entry=Entry.JOINED,
        encrypted=room.encrypted,
        usual_encryption=room.algorithm == MEGOLM,
        join_rule=room.join_rule,
        history=room.history,
        replaced=room.replaced,
        can_send=can_send(room, client.user_id),
        can_redact=room.can_redact(client.user_id),
    )
    return facts, room_id


async def _policy_list(client: HardenedClient, place: str, name: str, joined: list[str]) -> Line:
    room = name
    if name.startswith("#"):
        answer = await _ask(client, "GET", path("directory", "room", name))
        if not answer.ok:
            entry = Entry.UNKNOWN_NAME if answer.errcode == "M_NOT_FOUND" else Entry.NO_ANSWER
            return verdicts.policy_list(place, entry, public=False)
        room = str(answer.body.get("room_id"))
    if room in joined:
        return verdicts.policy_list(place, Entry.JOINED, public=False)
    # Lists can mostly be read by anyone; of others the homeserver does not say whether they are open.
    rules = await _ask(client, "GET", path("rooms", room, "state", "m.room.join_rules"))
    return verdicts.policy_list(place, Entry.NOT_JOINED, public=rules.body.get("join_rule") == "public")


async def _was_removed(client: HardenedClient, room_id: str) -> bool:
    """Homeservers tell it to those who were inside once; Synapse not to who is banned."""
    answer = await _ask(client, "GET", path("rooms", room_id, "state", "m.room.member", client.user_id))
    return answer.body.get("membership") in ("leave", "ban")


def _weaker(facts: RoomFacts, note: RoomNote | None) -> tuple[str, ...]:
    """See ``openness.weaker``: than when the bot first saw the room, or stewards accepted it."""
    if note is None or facts.entry is not Entry.JOINED:
        return ()
    weakened = note.encrypted and not facts.usual_encryption
    now = Openness(join_rule=facts.join_rule, history=facts.history, weakened=weakened)
    return weaker(now, note.agreed or note.now)


async def _state(client: HardenedClient, room_id: RoomId) -> Room | None:
    """The room as its state says; None if the homeserver could not tell all of it."""
    room = Room(room_id)
    for kind in STATE:
        where = path("rooms", room_id, "state", kind) + "/?format=event"
        answer = await _ask(client, "GET", where)
        if answer.ok:
            room.apply(answer.body)
        elif answer.errcode != "M_NOT_FOUND":
            return None
    return room


def can_send(room: Room, user: str) -> bool:
    """Matrix Client-Server API, m.room.power_levels; what is missing there counts as 0."""
    if room.powers is None or (user in room.creators and room.number >= CREATORS_ABOVE_ALL):
        return True
    users, events = trust.within(room.powers, "users"), trust.within(room.powers, "events")
    power = users.get(user, room.powers.get("users_default", 0))
    needed = events.get("m.room.encrypted", room.powers.get("events_default", 0))
    return isinstance(power, int) and isinstance(needed, int) and power >= needed


async def _limits(client: HardenedClient) -> Limits | None:
    """What the homeserver says about our rate: Synapse tells its admins, others nobody."""
    user = quote(client.user_id, safe="")
    answer = await _ask(client, "GET", f"/_synapse/admin/v1/users/{user}/override_ratelimit")
    rate, burst = answer.body.get("messages_per_second"), answer.body.get("burst_count")
    if isinstance(rate, int | float) and isinstance(burst, int):
        return Limits(rate, burst)
    return None
