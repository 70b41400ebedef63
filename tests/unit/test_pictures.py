"""Pictures painted anew: what is seen stays, all else goes; hostile ones are refused, in time."""

from __future__ import annotations

import asyncio
import io
import os
import sys
import time
from pathlib import Path

import pytest
from PIL import Image, ImageCms

from swsmatrix.demo.canary import forms
from swsmatrix.matrix import pictures, reencoding
from swsmatrix.matrix.pictures import Jpeg, PictureError, plain, repaint
from tests.unit.picture_files import (
    CANARY,
    FORMATS,
    HOSTILE,
    SIDES,
    display_p3,
    huge_png,
    jpeg,
    png,
    scene,
    written,
)


def seen(made: Jpeg) -> Image.Image:
    found = Image.open(io.BytesIO(made.data))
    assert (found.format, found.mode, found.size) == ("JPEG", "RGB", (made.width, made.height))
    return found


def is_scene(picture: Image.Image, *, grey: bool = False) -> bool:
    """Whether it is red on its left and blue on its right, more or less; ``grey``: light and dark."""
    left, right = picture.resize((2, 1), Image.Resampling.BOX).convert("RGB").get_flattened_data()
    assert isinstance(left, tuple)
    assert isinstance(right, tuple)
    if grey:
        return left[0] - right[0] > 30
    return left[0] - left[2] > 150 and right[2] - right[0] > 150


async def refused(raw: bytes) -> str:
    with pytest.raises(PictureError) as error:
        await repaint(raw)
    assert CANARY not in f"{error.value!r} {error.value}"
    return error.value.reason


@pytest.mark.parametrize("kind", FORMATS)
async def test_what_is_seen_stays_and_nothing_else(kind: str) -> None:
    raw = FORMATS[kind]
    made = await repaint(raw)
    grey = any(word in kind for word in ("grey", "one bit"))
    assert is_scene(seen(made), grey=grey)
    assert (made.width, made.height) == SIDES
    assert not [form for form in forms(CANARY) if form in made.data]
    assert not [mark for mark in (b"Exif", b"ICC", b"http", b"2026:", b"GPS") if mark in made.data]
    opened = seen(made)
    assert set(opened.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
    assert not opened.getexif()
    assert getattr(opened, "n_frames", 1) == 1


def test_the_pictures_of_these_tests_do_hold_what_must_go() -> None:
    for kind in ("jpeg", "png", "webp", "gif", "more behind it"):
        assert any(form in FORMATS[kind] for form in forms(CANARY)), kind
    assert Image.open(io.BytesIO(FORMATS["jpeg"])).getexif().get_ifd(0x8825)[2] == (52.0, 31.0, 7.0)


@pytest.mark.parametrize("orientation", range(1, 9))
async def test_it_stands_upright(orientation: int) -> None:
    ways = Image.Transpose
    # How it was held: what has to be undone.
    held = {
        2: ways.FLIP_LEFT_RIGHT,
        3: ways.ROTATE_180,
        4: ways.FLIP_TOP_BOTTOM,
        5: ways.TRANSPOSE,
        6: ways.ROTATE_90,
        7: ways.TRANSVERSE,
        8: ways.ROTATE_270,
    }
    picture = scene()
    picture.paste((0, 255, 0), (0, 0, 60, 60))  # at the top left
    picture = picture.transpose(held[orientation]) if orientation in held else picture
    details = Image.Exif()
    details[0x0112] = orientation
    made = seen(await repaint(written(picture, "JPEG", quality=95, exif=details.tobytes())))
    assert made.size == SIDES
    corner = made.getpixel((20, 20))
    assert isinstance(corner, tuple)
    assert corner[1] > 200
    assert is_scene(made)


async def test_broken_metadata_turn_nothing() -> None:
    for broken in (b"Exif\0\0II*\0\xff\xff\xff\xff", b"Exif\0\0this is no TIFF", b"Exif\0\0MM\0*"):
        for kind in ("JPEG", "PNG", "WEBP"):
            assert is_scene(seen(await repaint(written(scene(), kind, exif=broken))))


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "transparent", "palette"])
async def test_colours_of_a_wide_profile_are_shown_as_they_were(kind: str) -> None:
    """What Display P3 calls (234, 51, 35) is the red of sRGB; its own red is more than that can show."""
    more: dict[str, object] = {"quality": 100, "subsampling": 0} if kind == "JPEG" else {"lossless": True}
    picture = Image.new("RGBA" if kind == "transparent" else "RGB", SIDES, (234, 51, 35))
    if kind == "palette":
        picture = picture.quantize(2)
    in_png = kind in ("transparent", "palette")
    raw = written(picture, "PNG" if in_png else kind, icc_profile=display_p3(), **more)
    made = await repaint(raw)
    colour = seen(made).getpixel((10, 10))
    assert isinstance(colour, tuple)
    assert colour[0] >= 250
    assert max(colour[1:]) <= 8
    assert not [form for form in forms(CANARY) if form in made.data]


async def test_a_profile_that_fits_nothing_changes_nothing() -> None:
    whole = display_p3()
    lab = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()
    for profile in (whole[:200], whole[:128], CANARY.encode() * 400, lab, whole[:16] + b"CMYK" + whole[20:]):
        for kind in ("JPEG", "PNG", "WEBP"):
            assert is_scene(seen(await repaint(written(scene(), kind, icc_profile=profile))))


@pytest.mark.parametrize(
    ("size", "expected"),
    [((3200, 1600), (1600, 800)), ((900, 4000), (360, 1600)), ((1600, 20), (1600, 20)), ((1, 1), (1, 1))],
)
async def test_no_side_is_longer_than_1600_pixels(size: tuple[int, int], expected: tuple[int, int]) -> None:
    for raw in (jpeg(size=size), png(size=size)):
        made = await repaint(raw)
        assert (made.width, made.height) == expected


async def test_what_is_transparent_is_white() -> None:
    clear = Image.new("RGBA", (40, 40), (0, 0, 0, 0))
    corner = seen(await repaint(written(clear, "PNG"))).getpixel((5, 5))
    assert corner == (255, 255, 255)


@pytest.mark.parametrize("kind", HOSTILE)
async def test_what_is_no_picture_is_refused(kind: str) -> None:
    assert await refused(HOSTILE[kind]) == "PICTURE_UNREADABLE"


async def test_bombs_and_what_is_too_large_are_refused() -> None:
    began = time.monotonic()
    for raw in (huge_png(30_000, 30_000), huge_png(2_000_000_000, 1), huge_png(50_001, 1000)):
        assert await refused(raw) == "PICTURE_TOO_LARGE"
    whole = jpeg()
    assert await refused(whole + bytes(pictures.LARGEST + 1 - len(whole))) == "PICTURE_TOO_LARGE"
    assert is_scene(seen(await repaint(whole + bytes(pictures.LARGEST - len(whole)))))
    assert time.monotonic() - began < 20


def started(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, code: str) -> Path:
    """Another program in the child's place; where it writes its process id."""
    note = tmp_path / "pid"
    (tmp_path / "child.py").write_text(
        f"import os, sys, time\nopen({str(note)!r}, 'w').write(str(os.getpid()))\n{code}\n"
    )
    monkeypatch.setattr(pictures, "_CHILD", tmp_path / "child.py")
    return note


def is_gone(note: Path) -> bool:
    try:
        os.kill(int(note.read_text()), 0)
    except ProcessLookupError:
        return True
    return False


async def test_one_that_takes_too_long_is_killed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    note = started(monkeypatch, tmp_path, "sys.stdin.buffer.read()\ntime.sleep(60)")
    monkeypatch.setattr(pictures, "PATIENCE", 1.0)
    began = time.monotonic()
    assert await refused(jpeg()) == "PICTURE_TOO_SLOW"
    assert time.monotonic() - began < 5
    assert is_gone(note)


async def test_one_that_reads_nothing_is_killed_too(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    note = started(monkeypatch, tmp_path, "time.sleep(60)")
    monkeypatch.setattr(pictures, "PATIENCE", 1.0)
    assert await refused(bytes(pictures.LARGEST)) == "PICTURE_TOO_SLOW"
    assert is_gone(note)


async def test_at_the_end_of_the_bot_it_is_killed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    note = started(monkeypatch, tmp_path, "time.sleep(60)")
    work = asyncio.create_task(repaint(jpeg()))
    async with asyncio.timeout(10):
        while not (note.exists() and note.read_text()):  # noqa: ASYNC110 - another process writes it
            await asyncio.sleep(0.01)
    work.cancel()
    with pytest.raises(asyncio.CancelledError):
        await work
    assert is_gone(note)


async def test_one_that_says_without_end_is_killed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    note = started(monkeypatch, tmp_path, "while True: sys.stdout.buffer.write(bytes(1 << 20))")
    monkeypatch.setattr(pictures, "ENDS_WITHIN", 60.0)
    async with asyncio.timeout(20):
        assert await refused(jpeg()) == "PICTURE_UNREADABLE"
    assert is_gone(note)


async def test_one_that_says_little_without_end_is_killed(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """What it has said by then nobody has read: it must not hold up its end."""
    say = "sys.stdout.buffer.write({}); sys.stdout.buffer.flush()"
    going_on = f"while True:\n    {say.format('bytes(64)')}; time.sleep(0.0001)"
    note = started(monkeypatch, tmp_path, f"{say.format('bytes(1 << 20)')}\n{going_on}")
    monkeypatch.setattr(pictures, "PATIENCE", 1.5)
    monkeypatch.setattr(pictures, "ENDS_WITHIN", 60.0)
    async with asyncio.timeout(20):
        assert await refused(jpeg()) == "PICTURE_TOO_SLOW"
    assert is_gone(note)


@pytest.mark.parametrize(
    "code",
    [
        "sys.exit(0)",
        "sys.stdout.buffer.write(b'GIF89a')",
        "os.abort()",
        "sys.stdout.buffer.write(sys.stdin.buffer.read())",
    ],
)
async def test_what_it_hands_back_is_looked_at(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, code: str
) -> None:
    started(monkeypatch, tmp_path, code)
    assert await refused(jpeg()) == "PICTURE_UNREADABLE"


async def test_it_has_nothing_of_ours(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("SWSMATRIX_PASSWORD", CANARY)
    told = tmp_path / "told"
    having = "dict(os.environ), sys.path, os.listdir('/proc/self/fd')"
    started(monkeypatch, tmp_path, f"open({str(told)!r}, 'w').write(repr(({having})))")
    with (tmp_path / "open").open("w") as other:
        os.set_inheritable(other.fileno(), True)
        await refused(jpeg())
    environment, path, files = eval(told.read_text())
    assert CANARY not in str(environment)
    assert not {"HOME", "PATH", "SWSMATRIX_PASSWORD"} & set(environment)
    assert str(tmp_path) not in path
    assert "" not in path
    assert len(files) <= 5  # the three, the note, and the one with which it looks


LIMITS = """
import ctypes, resource, socket, sys
sys.path.insert(0, {folder!r})
import reencoding
def works(what):
    try:
        what()
    except (MemoryError, OSError):
        return False
    return True
def look(raw): return repr(dict(
    memory=works(lambda: bytearray(600 * 1024 * 1024)),
    reads=works(lambda: open({folder!r} + "/reencoding.py")),
    talks=works(lambda: socket.socket()),
    file=resource.getrlimit(resource.RLIMIT_FSIZE),
    processes=resource.getrlimit(resource.RLIMIT_NPROC),
    core=resource.getrlimit(resource.RLIMIT_CORE),
    cpu=resource.getrlimit(resource.RLIMIT_CPU),
    readable=libc.prctl(3, 0, 0, 0, 0),
)).encode()
libc = ctypes.CDLL(None)
reencoding.repaint = look
sys.exit(reencoding.main())
"""


@pytest.mark.skipif(sys.platform != "linux", reason="limits differ elsewhere")
async def test_its_limits() -> None:
    folder = str(Path(reencoding.__file__).parent)
    child = await asyncio.create_subprocess_exec(
        *(sys.executable, "-EPB", "-c", LIMITS.format(folder=folder)),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    out, _ = await child.communicate(b"")
    assert eval(out) == {
        "memory": False,
        "reads": False,
        "talks": False,
        "file": (0, 0),
        "processes": (0, 0),
        "core": (0, 0),
        "cpu": (10, 10),
        "readable": 0,
    }


def test_what_is_believed_to_be_plain() -> None:
    bare = written(scene(), "JPEG")
    assert plain(bare) == Jpeg(bare, *SIDES)
    thumbnail = bare.replace(b"JFIF\0\x01\x01\0\0\x01\0\x01\0\0", b"JFIF\0\x01\x01\0\0\x01\0\x01\x01\x01")
    assert thumbnail != bare
    for other in (
        jpeg(),  # EXIF
        written(scene(), "JPEG", comment=CANARY.encode()),
        written(scene(), "JPEG", progressive=True),
        bare + b"more",
        bare[:-2],
        bare[:-2] + b"\xff\xfe\0\x04hi\xff\xd9",
        b"\xff\xd8" + bare,
        bare[2:],
        thumbnail,
        b"",
    ):
        with pytest.raises(PictureError):
            plain(other)
    for cut in range(0, len(bare), 7):
        with pytest.raises(PictureError):
            plain(bare[:cut])
