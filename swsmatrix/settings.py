"""What the operator decides: ``config.yaml`` and, over it, ``SWSMATRIX_…`` variables. Secrets only as files.

``load`` reads, checks and completes everything at once; what is wrong comes out as one line for each problem.
"""

from __future__ import annotations

import ipaddress
import os
import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any, Literal, get_args, get_origin
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from pydantic import model_validator as check_whole
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict
from pydantic_settings.exceptions import SettingsError as VariableError

from swsmatrix import configfile, playbook
from swsmatrix.complaints import ANY, Names, misnamed, strange_variables, strangers, unreadable, whence, wrong
from swsmatrix.configfile import PREFIX, Place
from swsmatrix.detecting import patterns
from swsmatrix.errors import SettingsError
from swsmatrix.model import RegionId
from swsmatrix.playbook import Playbook
from swsmatrix.regions import Region, RegionTree

# Matrix specification, appendices, "Identifier grammar"; the historical user ids too.
_SERVER = r"[A-Za-z0-9.\-\[\]:]+"
_USER = re.compile(rf"@[!-9;-~]+:{_SERVER}")
_ROOM = re.compile(rf"#[^\s:]+:{_SERVER}|![^\s:]+(:{_SERVER})?")
_REGION = re.compile(r"\w[\w-]*")
_DURATION = re.compile(r"(\d{1,6})\s*([smhdw])")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_LONGEST = timedelta(days=3650)
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_WEEKLY = re.compile(rf"({'|'.join(_DAYS)}) ([01]?\d|2[0-3]):([0-5]\d)")


def _duration(value: object) -> object:
    found = _DURATION.fullmatch(value.strip()) if isinstance(value, str) else None
    if not found:
        raise ValueError("must be a time like 90s, 10m, 2h, 7d or 4w")
    length = timedelta(**{_UNITS[found[2]]: int(found[1])})
    if not timedelta(0) < length <= _LONGEST:
        raise ValueError("must be longer than nothing and shorter than ten years")
    return length


def _url(value: str) -> str:
    try:
        parts = urlsplit(value)
        whole = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        whole = False
    if not whole or parts.username or parts.query or parts.fragment:
        raise ValueError("must be the homeserver's address, like https://matrix.example.org")
    return value.rstrip("/")


def _user(value: str) -> str:
    if not _USER.fullmatch(value):
        raise ValueError("must be a full Matrix id: @, the name, a colon, the server")
    return value


def _room(value: str) -> str:
    if not _ROOM.fullmatch(value):
        raise ValueError(
            "must be a room's address (#, name, colon, server; in quotes) or its id (starts with !)"
        )
    return value


def _zone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError("must be a time zone like America/New_York") from None
    return value


def _region_id(value: str) -> str:
    if not _REGION.fullmatch(value):
        raise ValueError("must be a word that can follow a #: letters, digits and hyphens")
    return value


def _code(value: str) -> str:
    if not re.fullmatch("[A-Z]{2}(-[A-Z0-9]{1,3})?", value):
        raise ValueError("must be the code of a state or a country (ISO 3166), like US-NY or US")
    return value


def _words(value: str) -> str:
    if not value.strip():
        raise ValueError("must not be empty")
    return value.strip()


def _loopback(value: str) -> str:
    """Figures of a running bot are nobody's business but this machine's."""
    host, port = _host_and_port(value)
    try:
        good = ipaddress.ip_address(host).is_loopback and 0 < port < 2**16
    except ValueError:
        good = False
    if not good:
        raise ValueError('must be an address of this machine alone, like 127.0.0.1:9464 or "[::1]:9464"')
    return value


def _host_and_port(value: str) -> tuple[str, int]:
    """Port 0 where there is none."""
    found = re.fullmatch(r"(?:\[([0-9A-Fa-f:.]+)\]|([0-9.]+)):([0-9]{1,5})", value)
    return (found[1] or found[2], int(found[3])) if found else ("", 0)


def _weekly(value: object) -> object:
    """``off`` is false in YAML."""
    said = "off" if value is False else value
    if not isinstance(said, str) or (said != "off" and not _WEEKLY.fullmatch(said)):
        raise ValueError("must be a day and a time, like Sunday 18:00, or off")
    return said


def _upper(value: object) -> object:
    return value.upper() if isinstance(value, str) else value


Duration = Annotated[timedelta, BeforeValidator(_duration)]
Room = Annotated[str, AfterValidator(_room)]
Words = Annotated[str, AfterValidator(_words)]
Code = Annotated[str, AfterValidator(_code)]
TagWord = Annotated[str, AfterValidator(_region_id)]


class _Part(BaseModel):
    """Pydantic makes its models by inheritance; nothing else here is inherited."""

    model_config = ConfigDict(extra="forbid", frozen=True, coerce_numbers_to_str=True)


class Bot(_Part):
    display_name: Words = "Porch"


class Rooms(_Part):
    community: Annotated[list[Room], Field(min_length=1)]
    stewards: Room
    federate: bool = False


class RegionSettings(_Part):
    name: Words
    parent: str | None = None
    aliases: list[TagWord] = []
    room: Room | None = None
    hears_inner: bool = False
    tz: Annotated[str, AfterValidator(_zone)] | None = None
    emergency: Words | None = None
    covers: list[Code] | None = None


class Supporters(_Part):
    vetting: Literal["stewards", "vouched", "open"] = "stewards"
    max_open_cases: Annotated[int, Field(ge=1, le=1000)] = 3


class Help(_Part):
    wave: Annotated[int, Field(ge=1, le=100)] = 3
    wave_timeout: Duration = timedelta(minutes=10)
    bot_stays: bool = False
    room_name: Words = "Chat"


class Danger(_Part):
    expires_after: Duration = timedelta(days=30)


class Identifying(_Part):
    patterns: Path | None = None


class Cases(_Part):
    playbooks: Path | None = None


class Trust(_Part):
    unsigned_devices: Literal["exclude", "allow"] = "exclude"


class Crypto(_Part):
    keep_keys: Duration = timedelta(days=7)


class Metrics(_Part):
    listen: Annotated[str, AfterValidator(_loopback)] | None = None

    @property
    def address(self) -> tuple[str, int] | None:
        """Where to listen; None: nowhere."""
        return _host_and_port(self.listen) if self.listen else None


class Settings(BaseSettings):
    """The whole configuration. From ``load`` all paths are absolute."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_nested_delimiter="__",
        env_ignore_empty=True,
        extra="forbid",
        frozen=True,
        coerce_numbers_to_str=True,
    )

    homeserver: Annotated[str, AfterValidator(_url)]
    user_id: Annotated[str, AfterValidator(_user)]
    password_file: Path
    recovery_key_file: Path
    data_dir: Path
    key_file: Path
    bot: Bot = Bot()
    rooms: Rooms
    regions: Annotated[dict[TagWord, RegionSettings], Field(min_length=1)]
    topics: list[TagWord] = ["ride", "housing", "clinic", "legal", "money", "tech", "exit", "survivor"]
    supporters: Supporters = Supporters()
    help: Help = Help()
    danger: Danger = Danger()
    identifying: Identifying = Identifying()
    cases: Cases = Cases()
    trust: Trust = Trust()
    crypto: Crypto = Crypto()
    metrics: Metrics = Metrics()
    digest: Annotated[str, BeforeValidator(_weekly)] = "Sunday 18:00"
    policy_lists: Annotated[list[Room], Field(max_length=10)] = []
    acknowledge: Literal["reaction", "thread", "none"] = "reaction"
    log_level: Annotated[
        Literal["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"], BeforeValidator(_upper)
    ] = "INFO"

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return env_settings, init_settings

    @check_whole(mode="before")
    @classmethod
    def _recovery_beside_key(cls, values: dict[str, Any]) -> dict[str, Any]:
        key = values.get("key_file")
        if values.get("recovery_key_file") is None and isinstance(key, str | Path):
            return {**values, "recovery_key_file": Path(key).parent / "recovery"}
        return values

    def patterns(self) -> tuple[patterns.Pattern, ...]:
        """What the stewards look out for; ``ValueError`` names the file, and the line that is wrong."""
        return patterns.read(self.identifying.patterns) if self.identifying.patterns else ()

    def playbooks(self) -> tuple[Playbook, ...]:
        """What to do about what stands on a platform; ``ValueError`` names the file that is wrong."""
        return playbook.load(self.cases.playbooks)

    def weekly(self) -> tuple[int, int] | None:
        """When digests are due: the day (0: Monday), and minutes after midnight; None: never."""
        found = _WEEKLY.fullmatch(self.digest)
        return (_DAYS.index(found[1]), int(found[2]) * 60 + int(found[3])) if found else None

    def region_tree(self) -> RegionTree:
        """The regions as everything else sees them; ``ValueError`` names the one that does not fit."""
        return RegionTree(
            Region(
                id=RegionId(name),
                name=region.name,
                parent=RegionId(region.parent) if region.parent else None,
                aliases=tuple(region.aliases),
                room=region.room,
                hears_inner=region.hears_inner,
                tz=region.tz,
                emergency=region.emergency,
                covers=None if region.covers is None else tuple(region.covers),
            )
            for name, region in self.regions.items()
        )


def load(path: Path) -> Settings:
    """The settings of the file at ``path`` and the environment; ``SettingsError`` lists what is wrong."""
    file = configfile.read(path)
    names = _names(Settings)
    strange = list(strangers(file.values, names))
    problems = [misnamed(place, names) + whence(place, file) for place in strange]
    problems += strange_variables(os.environ, names)
    try:
        settings = Settings(**_without(file.values, frozenset(strange)))
    except ValidationError as error:
        problems += wrong(error, file)
    except VariableError as error:
        problems.append(unreadable(error))
    else:
        settings = _placed(settings, path.parent)
        problems += _contradictions(settings)
        if not problems:
            return settings
    raise SettingsError("\n".join(problems))


def _names(model: type[BaseModel]) -> Names:
    names: dict[str, Names | None] = {}
    for name, field in model.model_fields.items():
        kind = field.annotation
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            names[name] = _names(kind)
        elif get_origin(kind) is dict:
            names[name] = {ANY: _names(get_args(kind)[1])}
        else:
            names[name] = None
    return names


def _without(values: dict[str, Any], strange: frozenset[Place], above: Place = ()) -> dict[str, Any]:
    """What can be checked further. An empty value counts as missing: ``room:`` with nothing behind it."""
    known: dict[str, Any] = {}
    for key, value in values.items():
        place = (*above, key)
        if value is not None and place not in strange:
            known[key] = _without(value, strange, place) if isinstance(value, dict) else value
    return known


def _placed(settings: Settings, base: Path) -> Settings:
    """The same with absolute paths; relative ones are meant relative to the configuration file."""
    files = ("password_file", "recovery_key_file", "data_dir", "key_file")
    placed: dict[str, Any] = {name: configfile.absolute(base, getattr(settings, name)) for name in files}
    if settings.identifying.patterns:
        file = configfile.absolute(base, settings.identifying.patterns)
        placed["identifying"] = settings.identifying.model_copy(update={"patterns": file})
    if settings.cases.playbooks:
        folder = configfile.absolute(base, settings.cases.playbooks)
        placed["cases"] = settings.cases.model_copy(update={"playbooks": folder})
    return settings.model_copy(update=placed)


def _contradictions(settings: Settings) -> Iterator[str]:
    data = settings.data_dir.resolve()
    for name in ("key_file", "recovery_key_file", "password_file"):
        if getattr(settings, name).resolve().is_relative_to(data):
            yield f"{name} must not be inside data_dir: who takes the data must not get it with it"
    others = {*settings.rooms.community, *(region.room for region in settings.regions.values())}
    if settings.rooms.stewards in others:
        yield "rooms.stewards must be a room of its own, neither a community room nor a region's"
    if {*others, settings.rooms.stewards}.intersection(settings.policy_lists):
        yield "policy_lists must be rooms of their own: nothing else that is said in them is heard"
    try:
        settings.region_tree()
    except ValueError as error:
        yield str(error)
    try:
        settings.patterns()
    except ValueError as error:
        yield f"identifying.patterns: {error}"
    try:
        settings.playbooks()
    except ValueError as error:
        yield f"cases.playbooks: {error}"
