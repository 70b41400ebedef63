"""What the homeserver keeps beside the events: files, here only ever as ciphertext."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from swsmatrix.matrix import attachments
from swsmatrix.matrix.devices import AskedInVainError
from swsmatrix.matrix.hardening import HardenedClient
from swsmatrix.matrix.http import (
    Answer,
    AwayError,
    Told,
    TooLargeError,
    UnreachableError,
    exchange,
    outcome,
    read,
)
from swsmatrix.matrix.pictures import LARGEST
from swsmatrix.protocol import Done, Refused, RetryAt

TIMEOUT = 60.0  # seconds; the homeserver may have to ask another one
TOO_LARGE, AWAY = "PICTURE_TOO_LARGE", "PICTURE_AWAY"


async def download(client: HardenedClient, url: str) -> bytes:
    """The ciphertext at ``url`` (mxc), of at most ten megabytes. For errors see ``_told``."""
    found = attachments.where(url)
    if found is None:
        raise AskedInVainError(Refused("M_NOT_FOUND"))
    place = "/_matrix/client/v1/media/download/" + "/".join(quote(part, safe="") for part in found)
    told = await _told(client, "GET", place, largest=LARGEST)
    if not told.ok:
        raise AskedInVainError(_verdict(read(told)))
    return told.body


async def upload(client: HardenedClient, ciphertext: bytes) -> str:
    """Where it is now (mxc). For errors see ``_told``."""
    told = await _told(
        client, "POST", "/_matrix/media/v3/upload", ciphertext, kind="application/octet-stream"
    )
    try:
        answer = read(told)
    except UnreachableError:
        raise AskedInVainError(Refused(AWAY)) from None
    url = answer.body.get("content_uri")
    if not answer.ok:
        raise AskedInVainError(_verdict(answer))
    if not isinstance(url, str) or attachments.where(url) is None:
        raise AskedInVainError(Refused(AWAY))
    return url


async def _told(client: HardenedClient, method: str, place: str, *body: bytes, **how: Any) -> Told:
    """What the homeserver said. Raises ``AskedInVainError``, and ``SignedOutError`` from what it said.

    Only a limit, or no connection at all, is waited out. All else that may pass is refused as PICTURE_AWAY:
    whether it is tried again is its author's choice, and a homeserver that has trouble with one picture must
    not look like one that has trouble.
    """
    try:
        return await exchange(client, method, place, *body, timeout=TIMEOUT, **how)
    except AwayError:
        raise AskedInVainError(RetryAt(0)) from None
    except TooLargeError:
        raise AskedInVainError(Refused(TOO_LARGE)) from None
    except UnreachableError:
        raise AskedInVainError(Refused(AWAY)) from None


def _verdict(answer: Answer) -> Refused | RetryAt:
    match outcome(answer):
        case RetryAt(limited=True) as limited:
            return limited
        case Refused() as refused:
            return refused
        case RetryAt() | Done():
            return Refused(AWAY)
