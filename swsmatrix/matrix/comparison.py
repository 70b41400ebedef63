"""One verification of the bot by comparing emojis, from ``ready`` on: what follows from what they send. Pure.

Matrix Client-Server API, "Key verification framework" and "Short Authentication String (SAS) verification".

    stage      they send        the bot sends      then it is
    -          request          ready              READY
    READY      start            accept             ACCEPTED
    ACCEPTED   key              key; logs emojis   SHOWN
    SHOWN      mac, and right   mac, done          OVER
    SHOWN      mac, and wrong   cancel             OVER
    any        cancel           -                  OVER
    OVER       anything         -                  OVER
    any        anything else    cancel             OVER
    any        (10 minutes)     cancel             (forgotten)
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import Enum
from typing import Any

from vodozemac import Curve25519PublicKey, EstablishedSas, Sas

from swsmatrix.matrix import sas
from swsmatrix.matrix.loose import arr
from swsmatrix.matrix.sas import End

Message = tuple[str, dict[str, Any]]  # type without ``m.key.verification.``, content


class Stage(Enum):
    READY = "ready"
    ACCEPTED = "accepted"
    SHOWN = "shown"
    OVER = "over"


class _WrongError(Exception):
    """They did what they should not have done; its text is the code that tells them."""


class Verification:
    """One of them, from ``ready`` on. ``me`` and ``other``: the two devices.

    ``transaction``: its id; in a room that is the id of the event that asked for it. ``show`` is given what
    stands on both screens.
    """

    def __init__(self, me: End, other: End, transaction: str, show: Callable[[str], None]) -> None:
        self.stage = Stage.READY
        self.other = other
        self.transaction = transaction
        self._me = me
        self._show = show
        self._sas = Sas()
        self._secret: EstablishedSas | None = None

    def ready(self) -> list[Message]:
        return [("ready", {"from_device": self._me.device, "methods": [sas.METHOD]})]

    def take(
        self, kind: str, content: Mapping[str, Any], ours: Mapping[str, str], theirs: Mapping[str, str]
    ) -> list[Message]:
        """What to answer to the message ``kind`` (without its prefix). Never raises.

        ``ours``, ``theirs``: public keys by key id, as we know them; ours from our own secrets.
        """
        if kind == "cancel":
            self.stage = Stage.OVER
            return []
        try:
            match self.stage, kind:
                case Stage.READY, "start":
                    return self._started(content)
                case Stage.ACCEPTED, "key":
                    return self._key(content)
                case Stage.SHOWN, "mac":
                    return self._mac(content, ours, theirs)
            raise _WrongError("m.unexpected_message")
        except _WrongError as error:
            return self.cancel(str(error))

    def cancel(self, code: str) -> list[Message]:
        """End it, unless it is over."""
        if self.stage is Stage.OVER:
            return []
        self.stage = Stage.OVER
        return [("cancel", {"code": code, "reason": code})]

    def _started(self, content: Mapping[str, Any]) -> list[Message]:
        if content.get("method") != sas.METHOD:
            raise _WrongError("m.unknown_method")
        if content.get("from_device") != self.other.device:
            raise _WrongError("m.invalid_message")
        shown = [way for way in sas.SHOWN_AS if way in arr(content, "short_authentication_string")]
        offered = (
            sas.KEY_AGREEMENT in arr(content, "key_agreement_protocols")
            and sas.HASH in arr(content, "hashes")
            and sas.MAC in arr(content, "message_authentication_codes")
        )
        if not shown or not offered:
            raise _WrongError("m.unknown_method")
        try:
            bound = sas.commitment(self._public, content)
        except ValueError:
            raise _WrongError("m.invalid_message") from None
        self.stage = Stage.ACCEPTED
        accept = {
            "method": sas.METHOD,
            "key_agreement_protocol": sas.KEY_AGREEMENT,
            "hash": sas.HASH,
            "message_authentication_code": sas.MAC,
            "short_authentication_string": shown,
            "commitment": bound,
        }
        return [("accept", accept)]

    def _key(self, content: Mapping[str, Any]) -> list[Message]:
        try:
            key = Curve25519PublicKey.from_base64(str(content.get("key")))
            public = self._public
            self._secret = self._sas.diffie_hellman(key)
        except ValueError:  # vodozemac's own, for a key that is none
            raise _WrongError("m.invalid_message") from None
        starter = End(self.other.user, self.other.device, key.to_base64())
        accepter = End(self._me.user, self._me.device, public)
        self._show(sas.shown(self._secret, starter, accepter, self.transaction))
        self.stage = Stage.SHOWN
        return [("key", {"key": public})]

    def _mac(
        self, content: Mapping[str, Any], ours: Mapping[str, str], theirs: Mapping[str, str]
    ) -> list[Message]:
        secret, me, other = self._secret, self._me, self.other
        if secret is None or not sas.confirms(secret, content, theirs, other, me, self.transaction):
            raise _WrongError("m.key_mismatch")
        self.stage = Stage.OVER
        return [("mac", sas.macs(secret, ours, me, other, self.transaction)), ("done", {})]

    @property
    def _public(self) -> str:
        return str(self._sas.public_key.to_base64())
