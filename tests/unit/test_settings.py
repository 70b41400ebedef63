import shutil
from datetime import timedelta
from pathlib import Path

import pytest
import yaml

from swsmatrix import configfile
from swsmatrix.app import world_of
from swsmatrix.errors import SettingsError
from swsmatrix.settings import Settings, load

SAMPLE = Path(__file__).parents[2] / "config.sample.yaml"
SMALLEST = """
homeserver: http://127.0.0.1:8008
user_id: "@sws:example.org"
password_file: secrets/password
data_dir: data
key_file: secrets/data.key
rooms: {community: ["#lounge:example.org"], stewards: "#stewards:example.org"}
regions: {nyc: {name: New York City}}
"""

PLAYBOOK = """---
id: tea-house
name: Tea House
kind: social
for: [doxx]
source: https://tea.example/help
checked: 2026-11-21
confirmed: page
---
## Report
1. Tap the cup.
"""


@pytest.fixture(autouse=True)
def _no_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("SWSMATRIX_LOG_LEVEL", "SWSMATRIX_DATA_DIR"):
        monkeypatch.delenv(name, raising=False)


def _load(folder: Path, text: str = SMALLEST) -> Settings:
    (folder / "config.yaml").write_text(text, encoding="utf-8")
    return load(folder / "config.yaml")


def _refused(folder: Path, text: str) -> list[str]:
    with pytest.raises(SettingsError) as caught:
        _load(folder, text)
    assert caught.value.code == 2
    return str(caught.value).splitlines()


def _with(setting: str) -> str:
    """SMALLEST with one more setting (or another value for one)."""
    name = setting.partition(":")[0]
    kept = [line for line in SMALLEST.splitlines() if not line.startswith(f"{name}:")]
    return "\n".join([*kept, setting])


def test_what_is_left_out_has_the_documented_value(tmp_path: Path) -> None:
    s = _load(tmp_path)
    assert s.bot.display_name == "Porch"
    assert s.rooms.federate is False
    assert s.topics == ["ride", "housing", "clinic", "legal", "money", "tech", "exit", "survivor"]
    assert (s.supporters.vetting, s.supporters.max_open_cases) == ("stewards", 3)
    assert (s.help.wave, s.help.wave_timeout, s.help.bot_stays) == (3, timedelta(minutes=10), False)
    assert s.help.room_name == "Chat"
    assert s.danger.expires_after == timedelta(days=30)
    assert s.trust.unsigned_devices == "exclude"
    assert s.crypto.keep_keys == timedelta(days=7)
    assert (s.acknowledge, s.log_level) == ("reaction", "INFO")
    assert (s.metrics.listen, s.metrics.address) == (None, None)
    assert (s.identifying.patterns, s.patterns()) == (None, ())
    region = s.regions["nyc"]
    assert (region.parent, region.aliases, region.room, region.tz) == (None, [], None, None)
    assert (region.hears_inner, region.emergency, region.covers) == (False, None, None)


def test_what_a_region_covers(tmp_path: Path) -> None:
    s = _load(
        tmp_path, _with("regions: {coast: {name: Coast, covers: [NO, US-ME]}, none: {name: N, covers: []}}")
    )
    assert [region.covers for region in s.region_tree()] == [("NO", "US-ME"), ()]


def test_patterns_of_the_stewards_are_read_and_checked_at_the_start(tmp_path: Path) -> None:
    file = tmp_path / "patterns.txt"
    file.write_text("# ours\nblue lagoon\n", encoding="utf-8")
    text = _with("identifying: {patterns: patterns.txt}")
    s = _load(tmp_path, text)
    assert s.identifying.patterns == file
    assert [one.pattern for one in s.patterns()] == ["blue lagoon"]
    file.write_text("fine\n(a+)+\n", encoding="utf-8")
    assert _refused(tmp_path, text) == [
        f"identifying.patterns: {file}, line 2: takes too long on some texts: "
        "give each + and * a limit, as in {1,9}, none in another"
    ]
    file.unlink()
    assert _refused(tmp_path, text) == [
        f"identifying.patterns: {file} cannot be read: No such file or directory"
    ]


def test_playbooks_of_the_community_take_the_place_of_ours(tmp_path: Path) -> None:
    ours = _load(tmp_path, _with("")).playbooks()
    folder = tmp_path / "own"
    text = _with("cases: {playbooks: own}")
    assert _refused(tmp_path, text) == [f"cases.playbooks: {folder} is no folder"]
    folder.mkdir()
    s = _load(tmp_path, text)
    assert (s.cases.playbooks, s.playbooks()) == (folder, ours)
    (folder / "tea-house.md").write_text(PLAYBOOK, encoding="utf-8")
    found = _load(tmp_path, text)
    assert {one.id for one in found.playbooks()} == {one.id for one in ours} | {"tea-house"}
    assert world_of(found).playbooks == found.playbooks()
    (folder / "cafe.md").write_text(PLAYBOOK, encoding="utf-8")
    assert _refused(tmp_path, text) == [
        "cases.playbooks: playbook cafe.md: its id is tea-house, not the file's name"
    ]


def test_the_sample_is_complete_and_shows_the_defaults(tmp_path: Path) -> None:
    shutil.copy(SAMPLE, tmp_path / "config.yaml")
    sample = load(tmp_path / "config.yaml")
    written = yaml.safe_load(SAMPLE.read_text(encoding="utf-8"))
    assert set(written) == set(Settings.model_fields)
    for name, field in Settings.model_fields.items():
        if not field.is_required():
            assert getattr(sample, name) == field.default
    plain = sample.model_copy(update={"recovery_key_file": tmp_path / "secrets" / "recovery"})
    assert sample == plain
    for part in ("rooms", "supporters", "help", "danger", "identifying", "trust", "crypto", "bot", "metrics"):
        assert set(written[part]) == set(type(getattr(sample, part)).model_fields)
    assert {region.id for region in sample.region_tree()} == {"us", "us-ny", "nyc"}


def test_relative_paths_are_relative_to_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir("/")
    s = _load(tmp_path, _with("data_dir: /elsewhere/data"))
    assert s.password_file == tmp_path / "secrets/password"
    assert s.key_file == tmp_path / "secrets/data.key"
    assert s.recovery_key_file == tmp_path / "secrets/recovery"
    assert s.data_dir == Path("/elsewhere/data")
    monkeypatch.chdir(tmp_path)
    assert load(Path("config.yaml")).key_file == tmp_path / "secrets/data.key"
    monkeypatch.setenv("HOME", "/home/bea")
    assert _load(tmp_path, _with("data_dir: ~/data")).data_dir == Path("/home/bea/data")


def test_the_recovery_key_may_lie_elsewhere(tmp_path: Path) -> None:
    assert _load(tmp_path, _with("recovery_key_file: kept/it")).recovery_key_file == tmp_path / "kept/it"


def test_the_environment_goes_before_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {
        "LOG_LEVEL": "debug",
        "DATA_DIR": "other",
        "ROOMS__COMMUNITY": '["#porch:example.org", "!abc:example.org"]',
        "HELP__WAVE_TIMEOUT": "90s",
        "REGIONS__NYC__ROOM": "#nyc:example.org",
        "REGIONS__NYC__ALIASES": '["newyork"]',
        "TOPICS": '["ride"]',
        "BOT__DISPLAY_NAME": "",
    }.items():
        monkeypatch.setenv(f"SWSMATRIX_{name}", value)
    s = _load(tmp_path)
    assert s.log_level == "DEBUG"
    assert s.data_dir == tmp_path / "other" == configfile.data_dir(tmp_path / "config.yaml")
    assert s.rooms.community == ["#porch:example.org", "!abc:example.org"]
    assert s.rooms.stewards == "#stewards:example.org"
    assert s.help.wave_timeout == timedelta(seconds=90)
    assert (s.regions["nyc"].name, s.regions["nyc"].room) == ("New York City", "#nyc:example.org")
    assert s.regions["nyc"].aliases == ["newyork"]
    assert s.topics == ["ride"]
    assert s.bot.display_name == "Porch"  # empty counts as not given


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("SWSMATRIX_PASSWORD", "SWSMATRIX_PASSWORD_FILE"),
        ("SWSMATRIX_KEY", "SWSMATRIX_KEY_FILE"),
        ("SWSMATRIX_ROOMS__COMUNITY", "SWSMATRIX_ROOMS__COMMUNITY"),
        ("SWSMATRIX_DATA_DIR__X", "SWSMATRIX_DATA_DIR"),
        ("SWSMATRIX_REGIONS__NYC__ROM", "SWSMATRIX_REGIONS__NYC__ROOM"),
        ("swsmatrix_homserver", "SWSMATRIX_HOMESERVER"),
    ],
)
def test_a_variable_that_is_none_of_ours_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, meant: str
) -> None:
    monkeypatch.setenv(name, "willow")
    assert _refused(tmp_path, SMALLEST) == [f"{name} is not a setting; did you mean {meant}?"]


@pytest.mark.parametrize("name", ["SWSMATRIX_ROOMS", "SWSMATRIX_ROOMS__COMMUNITY", "SWSMATRIX_TOPICS"])
def test_a_variable_that_is_no_json_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv(name, "[willow")
    (line,) = _refused(tmp_path, SMALLEST)
    assert "SWSMATRIX_" + name.split("_")[1] in line
    assert "willow" not in line


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (
            _with("rooms: {comunity: [], community: ['#a:b'], stewards: '#s:b'}"),
            "rooms.comunity/rooms.community",
        ),
        (_with("homesrver: http://localhost"), "homesrver/homeserver"),
        (_with("password: willow"), "password/password_file"),
        (_with("stewards: '#stewards:example.org'"), "stewards/rooms.stewards"),
        (_with("regions: {nyc: {name: N, rom: '#n:b'}}"), "regions.nyc.rom/regions.nyc.room"),
        (_with("help: {wave_time: 10m}"), "help.wave_time/help.wave_timeout"),
        (_with("expires_after: 3d"), "expires_after/danger.expires_after"),
        (_with("_env_file: x"), "_env_file/key_file"),
    ],
)
def test_an_unknown_setting_is_named_with_the_nearest_known_one(tmp_path: Path, text: str, line: str) -> None:
    wrong, right = line.split("/")
    (said,) = _refused(tmp_path, text)
    assert said.startswith(f"{wrong} is not a setting; did you mean {right}? (line ")


def test_a_setting_like_nothing_we_know_still_gets_a_guess(tmp_path: Path) -> None:
    (said,) = _refused(tmp_path, _with("qqq: 1"))
    assert said.startswith("qqq is not a setting; did you mean ")


@pytest.mark.parametrize(
    ("setting", "expected"),
    [
        ("homeserver: example.org", "homeserver must be the homeserver's address"),
        ("homeserver: ftp://example.org", "homeserver must be the homeserver's address"),
        ("homeserver: https://sws:willow@example.org", "homeserver must be the homeserver's address"),
        ("homeserver: https://example.org:x", "homeserver must be the homeserver's address"),
        ("user_id: sws", "user_id must be a full Matrix id"),
        ("rooms: {community: [lounge], stewards: '#s:b'}", "rooms.community[0] must be a room's address"),
        ("rooms: {community: [], stewards: '#s:b'}", "rooms.community must not be empty"),
        ("rooms: {community: '#a:b', stewards: '#s:b'}", "rooms.community must be a list"),
        ("rooms: {community: ['#a:b']}", "rooms.stewards is missing"),
        ("rooms: {community: ['#a:b'], stewards: '#a:b'}", "rooms.stewards must be a room of its own"),
        ("regions: {}", "regions must not be empty"),
        ("regions: {nyc: {}}", "regions.nyc.name is missing"),
        ("regions: {nyc: New York}", "regions.nyc must have settings of its own"),
        ("regions: {nyc: {name: ' '}}", "regions.nyc.name must not be empty"),
        ("regions: {'#nyc': {name: N}}", "regions.#nyc must be a word"),
        ("regions: {nyc: {name: N, tz: New York}}", "regions.nyc.tz must be a time zone"),
        ("regions: {nyc: {name: N, tz: America}}", "regions.nyc.tz must be a time zone"),
        ("regions: {nyc: {name: N, tz: ../../etc/passwd}}", "regions.nyc.tz must be a time zone"),
        ("regions: {nyc: {name: N, parent: us}}", "region nyc: its parent us is not"),
        (
            "regions: {nyc: {name: N, covers: [New York]}}",
            "regions.nyc.covers[0] must be the code of a state",
        ),
        ("regions: {nyc: {name: N, covers: [us]}}", "regions.nyc.covers[0] must be the code of a state"),
        ("regions: {nyc: {name: N, covers: [US-QQ]}}", "region nyc: there is no state or country 'US-QQ'"),
        (
            "regions: {a: {name: A, covers: [US]}, b: {name: B, covers: [US]}}",
            "region b: US is already covered by a",
        ),
        ("regions: {a: {name: A, parent: b}, b: {name: B, parent: a}}", "region a: "),
        ("regions: {a: {name: A, aliases: [b]}, b: {name: B}}", "region "),
        ("supporters: {vetting: nobody}", "supporters.vetting must be 'stewards', 'vouched' or 'open'"),
        ("supporters: {max_open_cases: 0}", "supporters.max_open_cases must be greater than or equal to 1"),
        ("help: {wave: three}", "help.wave must be a valid integer"),
        ("help: {wave_timeout: 10}", "help.wave_timeout must be a time like 90s"),
        ("help: {wave_timeout: soon}", "help.wave_timeout must be a time like 90s"),
        ("help: {wave_timeout: 0m}", "help.wave_timeout must be longer than nothing"),
        ("help: {wave_timeout: -1d}", "help.wave_timeout must be a time like 90s"),
        ("danger: {expires_after: 99999w}", "danger.expires_after must be longer than nothing and shorter"),
        ("digest: Sonntag 18:00", "digest must be a day and a time, like Sunday 18:00, or off"),
        ("digest: Sunday 24:00", "digest must be a day and a time, like Sunday 18:00, or off"),
        ("digest: yes", "digest must be a day and a time, like Sunday 18:00, or off"),
        ("trust: {unsigned_devices: maybe}", "trust.unsigned_devices must be 'exclude' or 'allow'"),
        ("acknowledge: fireworks", "acknowledge must be 'reaction', 'thread' or 'none'"),
        ("log_level: LOUD", "log_level must be 'DEBUG', 'INFO'"),
        ("topics: [ride, a b]", "topics[1] must be a word"),
        ("bot: {display_name: [a]}", "bot.display_name must be a valid string"),
        ("data_dir: [a]", "data_dir must be a path"),
    ],
)
def test_a_wrong_value_is_one_clear_line_without_the_value(
    tmp_path: Path, setting: str, expected: str
) -> None:
    (line,) = _refused(tmp_path, _with(setting))
    assert line.startswith(expected)
    assert "willow" not in line


def test_several_problems_are_all_told(tmp_path: Path) -> None:
    lines = _refused(tmp_path, "homesrver: x\nrooms: {}\nlog_level: LOUD\n")
    assert lines[0] == "homesrver is not a setting; did you mean homeserver? (line 1)"
    assert "homeserver is missing" in lines
    assert "rooms.stewards is missing" in lines
    assert "log_level must be 'DEBUG', 'INFO', 'WARNING', 'ERROR' or 'CRITICAL' (line 3)" in lines


def test_a_wrong_variable_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SWSMATRIX_HELP__WAVE", "many")
    (line,) = _refused(tmp_path, SMALLEST)
    assert line.startswith("help.wave must be a valid integer")
    assert line.endswith(" (SWSMATRIX_HELP__WAVE)")


@pytest.mark.parametrize(
    ("said", "expected"),
    [("off", None), ("'off'", None), ("Sunday 18:00", (6, 18 * 60)), ("Monday 9:05", (0, 9 * 60 + 5))],
)
def test_when_digests_are_due(tmp_path: Path, said: str, expected: tuple[int, int] | None) -> None:
    assert _load(tmp_path, _with(f"digest: {said}")).weekly() == expected


@pytest.mark.parametrize("length", ["90s", "10m", "2h", "7d", "4w", " 7 d"])
def test_times(tmp_path: Path, length: str) -> None:
    expected = {
        "90s": timedelta(seconds=90),
        "10m": timedelta(minutes=10),
        "2h": timedelta(hours=2),
        "7d": timedelta(days=7),
        "4w": timedelta(weeks=4),
        " 7 d": timedelta(days=7),
    }
    assert (
        _load(tmp_path, _with(f"danger: {{expires_after: '{length}'}}")).danger.expires_after
        == expected[length]
    )


@pytest.mark.parametrize("name", ["key_file", "recovery_key_file", "password_file"])
@pytest.mark.parametrize("where", ["data/it", "data/deep/er/it", "secrets/../data/it", "link/it"])
def test_no_secret_lies_in_the_data_folder(tmp_path: Path, name: str, where: str) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "link").symlink_to("data")
    lines = _refused(tmp_path, _with(f"{name}: {where}"))
    assert lines[0].startswith(f"{name} must not be inside data_dir")


def test_a_folder_with_a_similar_name_is_not_inside(tmp_path: Path) -> None:
    assert _load(tmp_path, _with("key_file: data.key")).key_file == tmp_path / "data.key"


def test_yaml_words_are_words(tmp_path: Path) -> None:
    s = _load(tmp_path, _with("regions: {no: {name: Norway, aliases: [on, yes, 212]}}"))
    assert s.regions["no"].aliases == ["on", "yes", "212"]
    assert _load(
        tmp_path, _with("rooms: {community: ['#a:b'], stewards: '#s:b', federate: yes}")
    ).rooms.federate


def test_an_empty_value_counts_as_missing(tmp_path: Path) -> None:
    assert _load(tmp_path, _with("help:")).help.wave == 3
    assert _refused(tmp_path, _with("homeserver:")) == ["homeserver is missing (line 8)"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a: [1\nb: 2", "the configuration is not valid YAML, line 2"),
        ("a: 'x", "the configuration is not valid YAML, line 1"),
        ("a: 1\n\tb: 2", "the configuration is not valid YAML, line 2"),
        ("a: 1\nb: 2\na: 3", "a stands twice, lines 1 and 3"),
        ("a: {b: 1, b: 2}", "a.b stands twice, lines 1 and 1"),
        ("- a", "the configuration must consist of lines"),
        ("willow", "the configuration must consist of lines"),
        ("[a]: b", "a setting's name must be a word, line 1"),
        ("a: &a [*a]", "the configuration is nested too deeply, line 1"),
        ("a: " + "[" * 5000, "the configuration is "),
        ("a: \x07", "the configuration is not valid YAML"),
    ],
)
def test_what_is_no_configuration_is_told_with_its_line(tmp_path: Path, text: str, expected: str) -> None:
    (line,) = _refused(tmp_path, text)
    assert line.startswith(expected)


def test_an_empty_file_lists_what_is_needed(tmp_path: Path) -> None:
    lines = _refused(tmp_path, "# nothing yet\n")
    needed = ["homeserver", "user_id", "password_file", "data_dir", "key_file", "rooms", "regions"]
    for name in needed:
        assert f"{name} is missing" in lines


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=f"no configuration file {tmp_path}/none.yaml"):
        load(tmp_path / "none.yaml")
    with pytest.raises(SettingsError, match="cannot be read"):
        load(tmp_path)
    (tmp_path / "latin.yaml").write_bytes(b"bot: {display_name: caf\xe9}")
    with pytest.raises(SettingsError, match="not text in UTF-8"):
        load(tmp_path / "latin.yaml")


def test_the_lock_finds_the_folder_or_leaves_it_to_the_check(tmp_path: Path) -> None:
    path = tmp_path / "config.yaml"
    assert configfile.data_dir(path, {}) is None
    for text, expected in {
        SMALLEST: tmp_path / "data",
        "data_dir: /srv/x": Path("/srv/x"),
        "data_dir: [a]": None,
        "data_dir: 'x": None,
        "": None,
    }.items():
        path.write_text(text, encoding="utf-8")
        assert configfile.data_dir(path, {}) == expected
        assert configfile.data_dir(path, {"SWSMATRIX_DATA_DIR": "y"}) == tmp_path / "y"


@pytest.mark.parametrize(
    ("listen", "address"),
    [
        ("127.0.0.1:9464", ("127.0.0.1", 9464)),
        ("127.8.8.8:1", ("127.8.8.8", 1)),
        ("'[::1]:65535'", ("::1", 65535)),
    ],
)
def test_metrics_are_for_this_machine(tmp_path: Path, listen: str, address: tuple[str, int]) -> None:
    assert _load(tmp_path, _with(f"metrics: {{listen: {listen}}}")).metrics.address == address


@pytest.mark.parametrize(
    "listen",
    [
        *("0.0.0.0:9464", "'[::]:9464'", "192.168.1.7:9464", "'[fe80::1]:9464'", "'[2001:db8::1]:9464'"),
        *("localhost:9464", "example.org:9464", "9464", "127.0.0.1", "127.0.0.1:0", "127.0.0.1:65536"),
        *("127.0.0.1:9464/metrics", "':9464'", "'[::1]9464'", "'::1:9464'", "127.0.0.1.5:9464"),
    ],
)
def test_and_for_no_other(tmp_path: Path, listen: str) -> None:
    (problem,) = _refused(tmp_path, _with(f"metrics: {{listen: {listen}}}"))
    assert "metrics.listen must be an address of this machine alone" in problem
