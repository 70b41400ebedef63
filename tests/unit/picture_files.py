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


def display_p3() -> bytes:
    """The colour profile that phones write: wider primaries than sRGB's, the same curve; its name in it."""

    def s15(*values: float) -> bytes:
        return b"".join(struct.pack(">i", round(value * 65536)) for value in values)

    def xyz(*values: float) -> bytes:
        return b"XYZ \0\0\0\0" + s15(*values)

    name = CANARY.encode("utf-16-be")
    words = b"mluc\0\0\0\0" + struct.pack(">II4sII", 1, 12, b"enUS", len(name), 28) + name
    curve = b"para\0\0\0\0\0\x03\0\0" + s15(2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045)
    tags = {
        b"desc": words,
        b"cprt": words,
        b"wtpt": xyz(0.96419, 1.0, 0.82489),
        b"rXYZ": xyz(0.51512, 0.24120, -0.00105),
        b"gXYZ": xyz(0.29198, 0.69225, 0.04189),
        b"bXYZ": xyz(0.15710, 0.06657, 0.78407),
        **dict.fromkeys((b"rTRC", b"gTRC", b"bTRC"), curve),
    }
    table, body, at = b"", b"", 128 + 4 + 12 * len(tags)
    for tag, data in tags.items():
        padded = data + bytes(-len(data) % 4)
        table += struct.pack(">4sII", tag, at + len(body), len(data))
        body += padded
    head = struct.pack(">I4sI4s4s4s", at + len(body), b"appl", 0x04000000, b"mntr", b"RGB ", b"XYZ ")
    head += struct.pack(">6H4s", 2026, 11, 21, 0, 0, 0, b"acsp")
    head += bytes(68 - len(head)) + s15(0.96419, 1.0, 0.82489)
    return head + bytes(128 - len(head)) + struct.pack(">I", len(tags)) + table + body


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
