"""What is heard, what is not, and what others are shown."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from swsmatrix import hashtags
from swsmatrix.features import TAGS
from swsmatrix.hashtags import Heard
from swsmatrix.model import Tag
from swsmatrix.tags import Hashtag, Tags

THOROUGH = settings(deadline=None, derandomize=True, max_examples=300)
ANY_TEXT = st.text(alphabet=st.characters(exclude_categories=()))  # lone surrogates included
BITS = (
    *(
        "#",
        "＃",
        "♯",
        "sws",
        "danger",
        "#swsdanger",
        "#SWSHELP",
        "#ѕwѕfyi",
        "swsdoxx",
        "-",
        "_",
        ":",
        ".",
        ",",
    ),
    *(" ", "\n", "\r\n", "`", "```", "> ", ">", "(", ")", "[", "]", "\u200b", "\u0301", "\ufe0f", "\u20e3"),
    *("Ⓜ", "🅰", "🚨", "a", "1", "ⓢⓦⓢ", "ⓓⓐⓝⓖⓔⓡ", "http://x/", ":example.org", "#nyc", "#us-ny", "坏", "ℹ"),
)
NASTY_TEXT = st.lists(
    st.one_of(st.sampled_from(BITS), st.characters(exclude_categories=())), max_size=24
).map("".join)
ZERO_WIDTH = "\u200b\u200c\u200d\u200e\u202e\u2060\u2066\u2069\ufeff\u00ad\u034f\ufe0f\u0301\u0336\U000e0061"
ACCEPTED, meant = TAGS.accepted, TAGS.meant
NAMES = ("swsdanger", "swshelp", "swsdoxx", "swsharrassment", "swsfyi", "swssupporter")
D, H, X, A, F, S = map(Tag, NAMES)


def hear(text: str, code: tuple[str, ...] = ()) -> Heard:
    return hashtags.hear(text, TAGS, code)


def without_tags(text: str, ours: Callable[[str], bool] = lambda _: True) -> str:
    return hashtags.without_tags(text, TAGS, ours)


@pytest.mark.parametrize(
    ("text", "tags"),
    [
        ("#swsdanger #nyc grey van by the pier", [D]),
        ("grey van by the pier #nyc #swsdanger", [D]),
        ("#swshelp #swsdanger #swshelp", [H, D]),
        ("#swsdanger#nyc", [D]),
        ("#nyc#swsdanger", [D]),
        ("#swsdanger#swshelp#swsfyi", [D, H, F]),
        ("(#swsdanger)", [D]),
        ("«#swsdanger»", [D]),
        ("🚨#swsdanger🚨", [D]),
        ("🇺🇸#swsdanger🇺🇸", [D]),
        ("1️⃣#swsdanger 2️⃣#swshelp", [D, H]),
        ("ℹ️#swsfyi", [F]),
        ("Ⓜ️#swsfyiⓂ️", [F]),
        ("#swshelp🅰️", [H]),
        ("#swshelp™", [H]),
        ("#️⃣swshelp", [H]),
        ("##swsdanger", [D]),
        ("\\#swsdanger", [D]),
        ("*#swsdanger* **#swshelp**", [D, H]),
        ("#swsdanger.", [D]),
        ("#swsdanger!!!", [D]),
        ("#swsdanger: he has a grey van", [D]),
        ("#swsdanger:he has a grey van", [D]),
        ("#swsdanger:left.So he came back", [D]),
        ("#swsdanger, #swshelp; #swsfyi…", [D, H, F]),
        ("#swsdanger-nyc", [D]),
        ("#swsdanger_", [D]),
        ("#sws-danger #sws_help", [D, H]),
        ("#swsdanger\u0000", [D]),
        ("\u200f#swsdanger", [D]),
        ("line\n#swsdanger\nline", [D]),
        ("foo@#swsdanger", [D]),
        ("foo/#swsdanger", [D]),
        ("5 > 3 #swsdanger", [D]),
        ("it's `unclosed #swsdanger", [D]),
        ("`closed` #swsdanger `closed`", [D]),
        ("`one\n\n#swsdanger two`", [D]),
        ("```\n#swsdanger never closed", [D]),
        ("``a ` #swsdanger", [D]),
        ("> quoted\n#swsdanger answer", [D]),
        ("http://x.example/ #swsdanger", [D]),
        ("＃ｓｗｓｄａｎｇｅｒ", [D]),
        ("#ЅԜЅDАNGЕR", [D]),
        ("#𝓈𝓌𝓈𝒽ℯ𝓁𝓅", [H]),
        ("#SwSdAnGeR", [D]),
        ("#swsfyı #SWSFYİ", [F]),
    ],
)
def test_heard(text: str, tags: list[Tag]) -> None:
    assert hear(text).tags == tuple(tags)
    assert not hear(without_tags(text)).tags


@pytest.mark.parametrize(
    "text",
    [
        "swsdanger",
        "foo#swsdanger",
        "foo_#swsdanger",
        "7#swsdanger",
        "é#swsdanger",
        "e\u0301#swsdanger",
        "foo\u200b#swsdanger",
        "foo#bar#swsdanger",
        "привет#swsdanger",
        "坏人#swsdanger",
        "#swsdangerzone2000",
        "#danger #sws #help",
        "`#swsdanger`",
        "use `#swsdanger` or ``#swshelp ` #swsfyi``",
        "`two\nlines #swsdanger`",
        "```#swsdanger```",
        "```\n#swsdanger\n```",
        "~~~ text\n#swsdanger\n\n#swshelp\n~~~~",
        "> #swsdanger",
        ">#swsdanger",
        "hi\n  > #swsdanger\n>> #swshelp",
        "\u200f> #swsdanger",
        "http://x/#swsdanger",
        "https://example.org/page?a=b#swsdanger",
        "hxxps://x/#swsdanger",
        "HTTP://X/#SWSDANGER",
        "www.example.org/#swsdanger",
        "example.org/#swsdanger",
        "https://matrix.to/#/#swsdanger:example.org",
        "matrix.to/#/#swsdanger",
        "matrix:r/x#swsdanger",
        "#swsdanger:example.org",
        "#swshelp:matrix.example.org:8448",
        "#swshelp:localhost #swsfyi:sws.test",
        "",
        "#",
        "# # #",
    ],
)
def test_not_heard(text: str) -> None:
    assert hear(text).tags == ()


@pytest.mark.parametrize(
    ("text", "code", "tags"),
    [
        ("say #swsdanger", ("#swsdanger",), []),
        ("say #swsdanger and #swshelp", ("#swsdanger",), [H]),
        ("say ＃swsdanger", ("＃swsdanger",), []),
        ("say #swsdanger: #swsdanger grey van", ("#swsdanger",), [D]),
        ("say #swsdanger: #swsdanger", ("#swsdanger", "#swsdanger"), []),
        ("say `#swsdanger`: #swsdanger grey van", ("#swsdanger",), [D]),
        ("#swsdanger grey van\nsay `#swsdanger`", ("#swsdanger",), [D]),
        ("she wrote:\n#swsdanger   grey van\n\nthanks", ("#swsdanger grey\nvan",), []),
        ("#swsdanger danger sws", ("danger", "sws", "", " "), [D]),
        ("foobar#swsdanger", ("bar",), []),
        ("#swsdanger", ("something #else",), [D]),
    ],
)
def test_not_heard_in_what_was_marked_up(text: str, code: tuple[str, ...], tags: list[Tag]) -> None:
    assert hear(text, code).tags == tuple(tags)


@pytest.mark.parametrize(
    ("tag", "words"),
    [
        (D, "swsdanger swsdangers swsdangerous"),
        (X, "swsdoxx swsdox swsdoxxing swsdoxing swsdoxxed"),
        (A, "swsharrassment swsharassment swsharassement swsharrasment swsharasment swsharass swsharrassed"),
        (F, "swsfyi"),
        (S, "swssupporter swssupport swssupporters swsupporter swsupport swssuporter"),
        (H, "swshelp swshelps"),
    ],
)
def test_common_spellings(tag: Tag, words: str) -> None:
    for word in words.split():
        assert hear(f"hi #{word}!") == Heard((tag,), (), ())


def test_every_tag_is_accepted_as_the_community_spells_it() -> None:
    assert set(NAMES) <= {one.tag.value for one in TAGS}
    assert all(ACCEPTED[one.tag.value] == one.tag for one in TAGS)


def test_what_one_more_adds() -> None:
    """Its spellings and its slips; a spelling that two claim is refused."""
    quilt = Hashtag(name="quilt", spellings="swsquilt swsquilts", implied="quilt")
    known = Tags((*TAGS, quilt))
    assert hashtags.hear("#swsquilts #nyc", known) == Heard((quilt.tag,), ("nyc",), ())
    assert hashtags.hear("#swsqiult #nyc", known).near == (("swsqiult", quilt.tag),)
    assert hashtags.hear("#swsdagner", known).near == (("swsdagner", D),)
    assert hashtags.hear("#quilt", known).tags == (quilt.tag,)
    assert hashtags.without_tags("#swsquilt by the bridge", known) == "by the bridge"
    assert hear("#swsquilt #quilt").tags == ()
    with pytest.raises(ValueError, match="swshelps"):
        Tags((*TAGS, Hashtag(name="more", spellings="swsmore swshelps")))


@pytest.mark.parametrize(
    ("word", "tag"),
    [
        *(
            ("swsdagner", D),
            ("swsdanegr", D),
            ("swsdnger", D),
            ("swsdamger", D),
            ("wssdanger", D),
            ("swdanger", D),
        ),
        *(("ssdanger", D), ("sws_danegr", D), ("swsdangernyc", D), ("wssdagner", D), ("swsdang3r", D)),
        *(("swshlep", H), ("swshel", H), ("swsheIp", H), ("wsshelp", H), ("swshelpme", H), ("swhelp", H)),
        *(("swsdxox", X), ("swsd0xx", X), ("swsdxx", X), ("swsfiy", F), ("swsfy", F), ("swssuppotrer", S)),
        *(("swsharasmnt", A), ("swsharrasmetn", A), ("swsupporrt", S), ("SWSdagner", D), ("swsphel", H)),
    ],
)
def test_near_misses(word: str, tag: Tag) -> None:
    assert hear(f"#{word} #nyc hi") == Heard((), ("nyc",), ((word, tag),))


@pytest.mark.parametrize(
    ("text", "written", "tag"),
    [
        ("# swsdanger hi", "swsdanger", D),
        ("#sws danger hi", "sws danger", D),
        ("hi #sws harassment", "sws harassment", A),
        ("#swsda\u200bgner", "swsdagner", D),
        ("＃ｓｗｓdagner", "ｓｗｓdagner", D),
    ],
)
def test_near_misses_as_written(text: str, written: str, tag: Tag) -> None:
    assert hear(text).near == ((written, tag),)


@pytest.mark.parametrize(
    "word",
    [
        *(
            "danger",
            "help",
            "dox",
            "support",
            "harassment",
            "fyi",
            "sws",
            "swsnyc",
            "swsparty",
            "swscommunity",
        ),
        *(
            "nyc",
            "ride",
            "housing",
            "swans",
            "swiss",
            "shelter",
            "stranger",
            "supporter",
            "swsbox",
            "swsdate",
        ),
        *("swsranger2000", "misdanger", "a", "1312", "answers", "swshire", "swsdanger" + "a" * 60),
    ],
)
def test_other_words_are_not_near(word: str) -> None:
    assert hear(f"#{word}") == Heard((), (word,), ())


def test_an_accepted_spelling_is_never_near() -> None:
    assert [word for word in ACCEPTED if meant(word) is not None] == []


def test_no_question_about_a_tag_that_was_heard_as_well() -> None:
    assert hear("#swsdagner oh #swsdanger") == Heard((D,), (), ())


def test_slips_in_code_and_quotations_are_not_asked_about() -> None:
    assert hear("`#swsdagner`\n> #swsdagner\nhttp://x/#swsdagner") == Heard((), (), ())


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("#nyc #NYC #atlanta", ["nyc", "atlanta"]),
        ("#us-ny #us_ny #us- #-us", ["us-ny", "us_ny", "us"]),
        ("#MONTRE\u0301AL #ｎｙｃ #n\u200by\ufe0fc", ["montréal", "nyc"]),
        ("#दिल्ली #서울 #東京", ["दिल्ली", "서울", "東京"]),
        ("#nycⓂ️ #la🅰️ #sf🚨", ["nyc", "la", "sf"]),
        ("(#nyc) #nyc's #nyc.", ["nyc"]),
        ("foo#nyc `#la` http://x/#sf #sws-ny:example.org\n> #ny", []),
        ("#everywhere #signed #5", ["everywhere", "signed", "5"]),
        ("#us--ny", ["us"]),
    ],
)
def test_other_hashtags(text: str, words: list[str]) -> None:
    assert hear(text).words == tuple(words)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("#swsdanger #nyc Grey van by the pier", "Grey van by the pier"),
        ("Grey van by the pier #nyc #swsdanger", "Grey van by the pier"),
        ("Grey van #swsdanger by the pier", "Grey van by the pier"),
        ("Grey van\n#swsdanger\nby the pier", "Grey van\n\nby the pier"),
        ("\n#swsdanger #nyc\n\nGrey van\n#ride\n", "Grey van"),
        ("#swsdanger: Grey van", "Grey van"),
        ("#swsdanger - Grey van", "Grey van"),
        ("#swsdanger\n- grey van\n- two men", "- grey van\n- two men"),
        ("#swsdanger, #nyc. Grey van", "Grey van"),
        ("Grey van #nyc, #swsdanger.", "Grey van."),
        ("Grey van (#swsdanger) by the pier", "Grey van by the pier"),
        ("Grey van (#swsdanger #pier) there", "Grey van (#pier) there"),
        ("Grey van #swsdanger, two men", "Grey van, two men"),
        ("he is near #pier now, so #swsdanger", "he is near #pier now, so"),
        ("smile #swsdanger :) ok", "smile :) ok"),
        ("🚨#swsdanger🚨 Grey van", "🚨🚨 Grey van"),
        ("#ＳＷＳdanger #ѕwѕhеlp Ｇｒｅｙ v\u200ban", "Ｇｒｅｙ v\u200ban"),
        ("#swsdanger  two  spaces  kept", "two  spaces  kept"),
        ("say `#swsdanger` to warn", "say `` to warn"),
        ("> #swsdanger\nok", ">\nok"),
        ("foo#swsdanger", "foo#swsdanger"),
        ("#swshelp:example.org is a room", "#swshelp:example.org is a room"),
        ("#swsdanger apartment #5", "apartment #5"),
        ("see https://example.org/#pier", "see https://example.org/#pier"),
        ("#swsdagner Grey van", "Grey van"),
        ("#nyc (#swsdanger) #ride Grey van", "Grey van"),
        ("#swsdanger", ""),
        ("#swsdanger #nyc.", ""),
        ("  ", ""),
        ("", ""),
        ("#sws(#swsdanger)danger", "danger"),
        ("a #sws(#swsdanger)danger b", "a #sws danger b"),
        ("a #sws#swsdanger-danger b", "a #sws -danger b"),
        ("a ##swsdangerⓢⓦⓢⓓⓐⓝⓖⓔⓡ b", "a # ⓢⓦⓢⓓⓐⓝⓖⓔⓡ b"),
        ("no hashtags. None!", "no hashtags. None!"),
    ],
)
def test_what_others_are_shown(text: str, shown: str) -> None:
    assert without_tags(text) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("#swsdanger #nyc a van at #pier17", "a van at #pier17"),
        ("#swsdanger #pier17 #nyc a van", "#pier17 #nyc a van"),
        ("a van #nyc #pier17 #swsdanger", "a van #nyc #pier17"),
        ("a van at #pier17 #NYC #swsdagner", "a van at #pier17"),
    ],
)
def test_a_hashtag_that_tells_us_nothing_is_a_word(text: str, shown: str) -> None:
    assert without_tags(text, lambda word: word == "nyc") == shown


@THOROUGH
@given(st.one_of(ANY_TEXT, NASTY_TEXT), st.lists(NASTY_TEXT, max_size=3))
def test_hearing_never_fails(text: str, code: list[str]) -> None:
    heard = hear(text, tuple(code))
    for told in (heard.tags, heard.words, heard.near):
        assert len(set(told)) == len(told)
    assert not {tag for _, tag in heard.near} & set(heard.tags)


@settings(THOROUGH, max_examples=2000)
@given(NASTY_TEXT)
def test_what_was_taken_out_is_never_heard_again(text: str) -> None:
    shown = without_tags(text)
    assert hear(shown).tags == ()
    assert without_tags(shown) == shown


@THOROUGH
@given(st.one_of(ANY_TEXT, NASTY_TEXT))
def test_others_are_shown_only_what_was_written(text: str) -> None:
    rest = iter(text)
    assert all(char in rest for char in without_tags(text) if char != " ")


@THOROUGH
@given(st.sampled_from(sorted(ACCEPTED)), st.data())
def test_invisible_characters_change_nothing(word: str, data: st.DataObject) -> None:
    letters = list(f"#{word}")
    for at in sorted(data.draw(st.lists(st.integers(1, len(letters)), max_size=6)), reverse=True):
        letters.insert(at, data.draw(st.sampled_from(ZERO_WIDTH)))
    assert hear("".join(letters)).tags == (ACCEPTED[word],)
    assert without_tags("so " + "".join(letters) + " it is") == "so it is"


@THOROUGH
@given(st.sampled_from(sorted(ACCEPTED)), st.lists(st.booleans(), min_size=30, max_size=30))
def test_case_changes_nothing(word: str, upper: list[bool]) -> None:
    written = "".join(c.upper() if up else c for c, up in zip(word, upper, strict=False))
    assert hear(f"#{written} #{'Nyc' if upper[0] else 'nYC'}") == Heard((ACCEPTED[word],), ("nyc",), ())


@THOROUGH
@given(
    st.sampled_from(list(map(Tag, NAMES))),
    st.text(alphabet="abcdefghijklmnopqrstuvwxyz", min_size=1, max_size=12),
)
def test_nothing_is_heard_after_a_letter(tag: Tag, before: str) -> None:
    assert hear(f"{before}#{tag.value}") == Heard((), (), ())
    assert hear(f"{before} #{tag.value}").tags == (tag,)


HOSTILE = """
import resource
resource.setrlimit(resource.RLIMIT_CPU, (40, 40))  # processor time, not the clock's: a busy machine is fine
from swsmatrix import hashtags
from swsmatrix.features import TAGS
hear = lambda text, code=(): hashtags.hear(text, TAGS, code)
without_tags = lambda text: hashtags.without_tags(text, TAGS)
n = 65536
bits = ["#", "`", ">", "1", "a", "#a", "#a-", "a-", "a.", "a.a/", "://", "aa://", "` `` ", "```\\n", "> "]
bits += ["\\n", "#sws", "# sws ", "#sws danger ", "(", "(#swsdanger)", "#sws(#swsdanger)danger", "x(#"]
bits += ["#swsdanger ", "\\u200b", "\\u0301", "\\ufdfa", "1\\ufe0f\\u20e3", "\\u24c8", "#swsdagner"]
bits += ["#swsdanger:a.", "@", "_"]
for bit in bits:
    many = bit * (n // len(bit))
    hear("#" + many, (many[:99], "#" + bit))
    without_tags("#" + many + "#swsdanger")
hear("#" * n, tuple("#" + chr(0x4e00 + i) for i in range(8000)))
"""


def test_hostile_texts_take_time_in_proportion_to_their_length() -> None:
    done = subprocess.run([sys.executable, "-c", HOSTILE], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
