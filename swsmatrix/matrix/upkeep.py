"""What keeps encryption going between two answers: requests for keys, new sessions, one-time keys."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Container

from swsmatrix.matrix import withheld
from swsmatrix.matrix.devices import AskedInVainError, Devices, obtain
from swsmatrix.matrix.hardening import HardenedClient
from swsmatrix.matrix.heard import AT_ONCE
from swsmatrix.matrix.http import RefusedError, UnreachableError, path
from swsmatrix.matrix.keyshare import KeyShare
from swsmatrix.matrix.loose import obj
from swsmatrix.protocol import DAY, HOUR, MINUTE, SECOND, Millis, Refused, RetryAt, SignedOutError

log = logging.getLogger(__name__)

UNWEDGE_AGAIN: Millis = 5 * MINUTE
FORGET_AGAIN: Millis = HOUR
LONGEST_WAIT: Millis = 5 * MINUTE  # what fails is tried again at least that often, unless it is to wait
MESSAGES_PER_RUN = 100


class Upkeep:
    """``now``: the time, in milliseconds. ``elapsed`` and ``txn``: as for ``KeyShare``.

    ``refill`` makes a new fallback key, given the kinds that are not to be replaced, and says whether it did;
    it may raise ``UnreachableError`` or ``RefusedError``. ``unused_fallback``: what the last answer of /sync
    listed as ``device_unused_fallback_key_types``.

    ``keep``: for how long after their last use the keys that open what others said are kept; longer those
    that are ``needed`` (room and session).
    """

    def __init__(
        self,
        client: HardenedClient,
        devices: Devices,
        keys: KeyShare,
        now: Callable[[], Millis],
        elapsed: Callable[[], Millis],
        txn: Callable[[], str],
        *,
        keep: Millis = 7 * DAY,
        needed: Callable[[], Container[tuple[str, str]]] = frozenset,
    ) -> None:
        self._client = client
        self._devices = devices
        self._keys = keys
        self._now = now
        self._elapsed = elapsed
        self._txn = txn
        self._keep = keep
        self._needed = needed
        self._forgot: Millis | None = None  # when that was last done, and nothing was left
        self.refill: Callable[[object], Awaitable[bool]] | None = None
        self.unused_fallback: object = None
        self._tried: dict[tuple[str, str], Millis] = {}  # when a device's session was last begun anew
        self._failed: dict[str, tuple[int, Millis]] = {}  # how often in a row, and when to try again

    async def run(self) -> None:
        """Each part for itself: what one fails at is tried again after the next answer of /sync.

        But not before the homeserver wants it to be, and less often the longer it fails.
        """
        for part in (
            self._unwedge,
            self._send,
            self._top_up,
            self._renew_fallback,
            self._explain,
            self._forget,
        ):
            failures, again = self._failed.get(part.__name__, (0, 0))
            if self._elapsed() < again:
                continue
            try:
                await part()
            except (AskedInVainError, UnreachableError, RefusedError) as error:
                log.info("%s has to wait", part.__name__)
                wait = min((2**failures - 1) * SECOND, LONGEST_WAIT)
                if isinstance(error, AskedInVainError) and isinstance(error.outcome, RetryAt):
                    wait = max(wait, error.outcome.wait)
                self._failed[part.__name__] = (min(failures + 1, 60), self._elapsed() + wait)
            except SignedOutError:
                return  # listen() is told the same, and says so
            else:
                self._failed.pop(part.__name__, None)

    async def _unwedge(self) -> None:
        """New sessions with devices whose messages can no longer be read, and a word so that they notice.

        Tried again after five minutes with whom it did not work, or who seems to be broken again.
        """
        machine, now = self._client.machine, self._elapsed()
        machine.wedged_devices = [device for device in machine.wedged_devices if not device.deleted]
        due = [
            device
            for device in machine.wedged_devices
            if now - self._tried.get((device.user_id, device.id), -UNWEDGE_AGAIN) >= UNWEDGE_AGAIN
        ]
        self._tried.update({(device.user_id, device.id): now for device in due})
        for device in await self._keys.claims.claim(due):
            machine.wedged_devices.remove(device)
            machine._queue_dummy_message(machine.session_store.get(device.curve25519), device)

    async def _send(self) -> None:
        machine = self._client.machine
        for message in machine.outgoing_to_device_messages[:MESSAGES_PER_RUN]:
            where = path("sendToDevice", message.type, self._txn())
            try:
                await obtain(self._client, "PUT", where, message.as_dict(), final=True)
            except AskedInVainError as error:
                if not isinstance(error.outcome, Refused):
                    raise
            machine.outgoing_to_device_messages.remove(message)

    async def _explain(self) -> None:
        """Why somebody got no key."""
        while messages := self._keys.notices.next():
            where = path("sendToDevice", withheld.KIND, self._txn())
            try:
                await obtain(self._client, "PUT", where, {"messages": messages}, final=True)
            except AskedInVainError as error:
                if not isinstance(error.outcome, Refused):
                    raise
            self._keys.notices.sent(messages)

    async def _top_up(self) -> None:
        """One-time keys, when half of them are used up; with them others begin sessions with us."""
        machine = self._client.machine
        count, most = machine.uploaded_key_count, machine.account.max_one_time_keys
        if count is None or not machine.account.shared or count > most // 2:
            return
        body = await obtain(self._client, "POST", path("keys", "upload"), machine.share_keys())
        left = obj(body, "one_time_key_counts").get("signed_curve25519")
        machine.uploaded_key_count = left if isinstance(left, int) else None
        machine.mark_keys_as_published()
        machine.save_account()

    async def _renew_fallback(self) -> None:
        """The key for when there are no one-time keys: used once, it has to be replaced."""
        unused, now = self.unused_fallback, self._now()
        if self.refill is None or not isinstance(unused, list):
            return
        store = self._client.machine.store
        # The last two are held, and open again what was sent with them: they too have to go in time.
        due = "signed_curve25519" not in unused or now - store.last("fallback", now) >= self._keep // 2
        if due and await self.refill([]):  # else it was replaced just now, and is due still
            store.note("fallback", now)
            self.unused_fallback = None

    async def _forget(self) -> None:
        """What opens old messages and is of no use any more."""
        elapsed = self._elapsed()
        if self._forgot is not None and elapsed - self._forgot < FORGET_AGAIN:
            return
        self._keys.forget_worn()
        gone = self._client.machine.forget_unused(self._now(), self._keep, self._needed())
        self._forgot = elapsed if gone < AT_ONCE else None
