"""A picture in (standard input), a plain JPEG of what it shows out (standard output): a process of its own.

``pictures`` starts this file by its path, with no environment. Decoders are written in C and read what
anybody may have sent, so nothing of the bot's is in this process, and before the first byte is read its
limits are set: from then on it opens no file and no connection. What comes out is looked at by who started
it. It needs nothing else of swsmatrix.
"""

from __future__ import annotations

import contextlib
import ctypes
import io
import resource
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL import Image

MEMORY = 512 * 1024 * 1024  # bytes of address space; 24 million pixels in any format, 50 million as JPEG
CPU_SECONDS = 10
MOST_PIXELS = 50_000_000
LONGEST_SIDE = 1600
QUALITY = 80

UNREADABLE, TOO_LARGE = 3, 4  # exit codes

_ORIENTATION = 0x0112  # EXIF; as are its values
_ONE_COMPONENT = ("1", "L", "I", "I;16", "I;16B", "I;16L")


def load() -> None:
    """All that decoding may need: later there is nothing to load it from."""
    import copy  # noqa: F401 - for animations

    from PIL import (  # noqa: F401
        ExifTags,
        GifImagePlugin,
        Image,
        ImageCms,
        ImageColor,
        ImagePalette,
        JpegImagePlugin,
        MpoImagePlugin,
        PngImagePlugin,
        TiffImagePlugin,
        WebPImagePlugin,
    )

    Image.preinit()


def confine() -> None:
    """No more memory and time than a picture needs, nothing to be opened, nobody who reads this memory."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(4, 0, 0, 0, 0)  # PR_SET_DUMPABLE
    for limit, value in (
        (resource.RLIMIT_AS, MEMORY),
        (resource.RLIMIT_CPU, CPU_SECONDS),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NPROC, 0),
        (resource.RLIMIT_NOFILE, 0),  # beside the three that there are: no files, no sockets
    ):
        with contextlib.suppress(ValueError, OSError):  # elsewhere than on Linux not all of them exist
            resource.setrlimit(limit, (value, value))


class TooLargeError(Exception):
    """More pixels than fit."""


def repaint(raw: bytes) -> bytes:
    """A JPEG of what ``raw`` shows (its first picture), of at most 1600 pixels a side, and nothing else.

    Raises ``TooLargeError``; anything at all when it is no picture.
    """
    from PIL import Image

    Image.MAX_IMAGE_PIXELS = None  # the limit is ours, below
    picture: Image.Image = Image.open(io.BytesIO(raw), formats=("JPEG", "PNG", "WEBP", "GIF"))
    if picture.width * picture.height > MOST_PIXELS:
        raise TooLargeError
    turned = _turned(picture)
    profile = picture.info.get("icc_profile") if picture.mode in ("RGB", "RGBA", "P") else None
    if picture.mode in _ONE_COMPONENT:
        picture = picture.convert("L")
    elif picture.mode not in ("RGB", "RGBA", "CMYK", "YCbCr"):  # palettes, transparent greys
        picture = picture.convert("RGBA")
    # Of a JPEG no more is decoded than the smaller picture needs.
    picture.thumbnail((LONGEST_SIDE, LONGEST_SIDE), Image.Resampling.LANCZOS, reducing_gap=2.0)
    if picture.mode == "RGBA":
        ground = Image.new("RGBA", picture.size, "white")
        picture = Image.alpha_composite(ground, picture)
    picture = _as_screens_show(picture.convert("RGB"), profile)
    if turned is not None:
        picture = picture.transpose(turned)
    # The pixels alone: whatever else it was read with stays behind.
    bare = Image.frombytes("RGB", picture.size, picture.tobytes())
    written = io.BytesIO()
    bare.save(written, "JPEG", quality=QUALITY, optimize=True)
    return written.getvalue()


def _as_screens_show(picture: Image.Image, profile: bytes | None) -> Image.Image:
    """Its colours in sRGB, which is what a JPEG without a profile is taken for; some phones use another.

    A profile that cannot be read changes nothing.
    """
    from PIL import ImageCms

    if not profile:
        return picture
    try:
        read = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        shown = ImageCms.profileToProfile(picture, read, ImageCms.createProfile("sRGB"))
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001 - whatever is wrong with it
        return picture
    return shown or picture


def _turned(picture: Image.Image) -> Image.Transpose | None:
    """How it has to be turned to stand upright. Metadata that cannot be read turn nothing."""
    from PIL import Image

    ways = Image.Transpose
    turns = {
        2: ways.FLIP_LEFT_RIGHT,
        3: ways.ROTATE_180,
        4: ways.FLIP_TOP_BOTTOM,
        5: ways.TRANSPOSE,
        6: ways.ROTATE_270,
        7: ways.TRANSVERSE,
        8: ways.ROTATE_90,
    }
    try:
        return turns.get(picture.getexif().get(_ORIENTATION, 1))
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001 - whatever was wrong with them
        return None


def main() -> int:
    load()
    confine()
    raw = sys.stdin.buffer.read()
    try:
        painted = repaint(raw)
    except (TooLargeError, MemoryError):
        return TOO_LARGE
    except Exception:  # noqa: BLE001 - whatever is wrong with it, it is no picture for us
        return UNREADABLE
    sys.stdout.buffer.write(painted)
    sys.stdout.buffer.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main())
