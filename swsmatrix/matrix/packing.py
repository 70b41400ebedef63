"""A record in one file: what we wrote down, and the pictures that belong to it. In memory only."""

from __future__ import annotations

import io
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from swsmatrix.matrix import attachments, media
from swsmatrix.matrix.devices import AskedInVainError
from swsmatrix.matrix.hardening import HardenedClient
from swsmatrix.protocol import Picture, Refused, SendRecord

KIND = "application/zip"
MOST = 40 * 1024 * 1024  # bytes of pictures; Synapse takes files of 50 MiB
# How files begin whose kind can be told; clients know them by the end of their names.
_KINDS = ((b"\xff\xd8\xff", "jpg"), (b"\x89PNG", "png"), (b"GIF8", "gif"), (b"RIFF", "webp"))


async def record(client: HardenedClient, asked: SendRecord) -> memoryview:
    """See ``SendRecord``. Raises ``AskedInVainError`` when the homeserver is to be asked later."""
    packed = io.BytesIO()
    missing, left = [], MOST
    with ZipFile(packed, "w") as into:
        _put(into, "record.txt", asked.text.encode(), ZIP_DEFLATED)
        for number, one in enumerate(asked.pictures, 1):
            seen = await _seen(client, one)
            if seen is None or len(seen) > left:
                missing.append(asked.missing.replace("{name}", f"picture-{number}"))
                continue
            left -= len(seen)
            _put(into, f"picture-{number}.{_kind(seen)}", seen, ZIP_STORED)
        if missing:
            _put(into, "missing.txt", "\n".join(missing).encode() + b"\n", ZIP_DEFLATED)
    return packed.getbuffer()


async def _seen(client: HardenedClient, picture: Picture) -> bytes | None:
    """What somebody sent; None: it cannot be had."""
    try:
        return attachments.unsealed(await media.download(client, picture.url), picture)
    except attachments.AttachmentError:
        return None
    except AskedInVainError as error:
        if isinstance(error.outcome, Refused):
            return None
        raise


def _put(into: ZipFile, name: str, content: bytes, how: int) -> None:
    """Without a time: of when it was made there is nothing in it."""
    into.writestr(ZipInfo(name), content, how)


def _kind(seen: bytes) -> str:
    return next((kind for begins, kind in _KINDS if seen.startswith(begins)), "bin")
