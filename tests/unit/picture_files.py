"""Pictures as telephones make them, and as nobody should: each with what must not come along."""

from __future__ import annotations

import io
import struct
import zlib

from PIL import Image, PngImagePlugin

CANARY = "canary-of-the-lighthouse"
GPS = (52.0, 31.0, 7.0)
SIDES = (400, 200)


def scene(size: tuple[int, int] = SIDES, mode: str = "RGB") -> Image.Image:
    """Red on the left, blue on the right."""
    picture = Image.new("RGB", size, "red")
    picture.paste((0, 0, 255), (size[0] // 2, 0, size[0], size[1]))
    return picture.convert(mode)


def exif(orientation: int = 1) -> bytes:
    """With a place, a time, a device, and words."""
    found = Image.Exif()
    found[0x0112] = orientation
    found[0x010E] = CANARY
    found[0x0110] = f"phone of {CANARY}"
    found[0x9003] = "2026:11:21 03:40:00"
    found.get_ifd(0x8825).update({1: "N", 2: GPS, 3: "E", 4: GPS})
    return found.tobytes()


XMP = f'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:li>{CANARY}</rdf:li></x:xmpmeta>'.encode()


def written(picture: Image.Image, kind: str, **how: object) -> bytes:
    out = io.BytesIO()
    picture.save(out, kind, **how)
    return out.getvalue()


def jpeg(orientation: int = 1, size: tuple[int, int] = SIDES, mode: str = "RGB") -> bytes:
    """As from a telephone: EXIF, XMP, a colour profile and a comment, each with the canary in it."""
    return written(
        scene(size, mode),
        "JPEG",
        quality=95,
        exif=exif(orientation),
        xmp=XMP,
        icc_profile=CANARY.encode() * 10,
        comment=CANARY.encode(),
    )


def png(mode: str = "RGB", size: tuple[int, int] = SIDES) -> bytes:
    info = PngImagePlugin.PngInfo()
    info.add_text("Comment", CANARY)
    info.add_itxt("XML:com.adobe.xmp", XMP.decode())
    return written(scene(size, mode), "PNG", pnginfo=info, exif=exif(), icc_profile=CANARY.encode())


def webp() -> bytes:
    return written(scene(), "WEBP", exif=exif(), xmp=XMP, icc_profile=CANARY.encode(), lossless=True)


def moving(kind: str) -> bytes:
    """Two pictures: the scene, then green."""
    second = Image.new("RGB", SIDES, "green")
    more = {"comment": CANARY.encode()} if kind == "GIF" else {}
    return written(scene(), kind, save_all=True, append_images=[second], duration=100, **more)


def huge_png(width: int, height: int) -> bytes:
    """A few bytes that claim to be so many pixels, all of one colour."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    packer = zlib.compressobj(9)
    line = bytes(1 + (width + 7) // 8)
    body = b"".join(packer.compress(line) for _ in range(height)) + packer.flush()
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


FORMATS = {
    "jpeg": jpeg(),
    "grey jpeg": jpeg(mode="L"),
    "printed jpeg": jpeg(mode="CMYK"),
    "png": png(),
    "png with palette": png("P"),
    "grey png": png("L"),
    "png of one bit": png("1"),
    "transparent png": png("RGBA"),
    "transparent grey png": png("LA"),
    "deep grey png": written(scene(mode="L").convert("I;16"), "PNG"),
    "webp": webp(),
    "gif": moving("GIF"),
    "moving webp": moving("WEBP"),
    "moving png": moving("PNG"),
    "several in one": moving("MPO"),
    "two in one": jpeg() + jpeg(),
    "more behind it": jpeg() + b"PK\x03\x04" + CANARY.encode(),
}

HOSTILE = {
    "nothing": b"",
    "words": CANARY.encode(),
    "half": jpeg()[: len(jpeg()) // 2],
    "half png": png()[: len(png()) // 2],
    "no end": png()[:-30],
    "only a beginning": b"\xff\xd8\xff",
    "another beginning": b"GIF89a" + jpeg()[6:],
    "page": b"<!DOCTYPE html><html><script>1</script></html>",
    "drawing": b"<svg xmlns='http://www.w3.org/2000/svg'><image href='file:///etc/passwd'/></svg>",
    "postscript": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 1 1\n(/etc/passwd) (r) file\n",
    "tiff": written(scene(), "TIFF"),
    "bmp": written(scene(), "BMP"),
    "archive": b"PK\x03\x04" + jpeg(),
    "nothing to see": b"GIF89a\x00\x00\x00\x00\x80\x00\x00\x00\x00\x00\xff\xff\xff;",
}
