"""``swsmatrix check``: looks at everything, changes nothing, also beside a running bot.

What it finds is judged in ``verdicts``; here is only the looking.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from pathlib import Path

from swsmatrix import keys, verdicts
from swsmatrix.errors import KeyStoreError, SettingsError
from swsmatrix.lock import is_held
from swsmatrix.matrix.cipherfile import FILE_NAME as KEYS_FILE
from swsmatrix.matrix.crosssigning import IN_VAULT, Seeds
from swsmatrix.matrix.hardening import HardenedClient
from swsmatrix.matrix.session import Session
from swsmatrix.settings import Settings, load
from swsmatrix.store.db import FILE, DatabaseError, Store, StoreError, verify
from swsmatrix.store.vault import ROOMS
from swsmatrix.survey import Account, look_at_homeserver
from swsmatrix.verdicts import Line, fail, ok, warn


async def check(config: Path, say: Callable[[str], None]) -> int:
    """Look at everything and ``say`` one line for each thing; the exit code.

    0: nothing failed. 2, 3, 5: as for ``run``. 1: something else failed.
    """
    lines = []
    async for line in _look(config):
        say(str(line))
        lines.append(line)
    return verdicts.exit_code(lines)


async def _look(config: Path) -> AsyncIterator[Line]:
    try:
        settings = load(config)
    except SettingsError as error:
        for problem in str(error).splitlines():
            yield _fail(problem, "config.sample.yaml shows how", error.code)
        return
    yield ok("configuration")
    account = Account()
    for line in await _look_at_store(settings, account):
        yield line
    client = HardenedClient(  # never logged in, so it opens no key store
        settings.homeserver, settings.user_id, settings.data_dir, db_key=b"", pickle_key=b""
    )
    try:
        async for line in look_at_homeserver(settings, client, account):
            yield line
    finally:
        await client.close()


def _fail(text: str, otherwise: str, code: int) -> Line:
    """Texts of errors are "what; what to do"."""
    what, _, todo = text.partition("; ")
    return fail(what, todo or otherwise, code)


# ---- On this machine ----------------------------------------------------------------------------


async def _look_at_store(settings: Settings, account: Account) -> list[Line]:
    """Key and store. Reads only: a running bot does not notice."""
    try:
        root = keys.read_root_key(settings.key_file)
        lines = [ok("key"), ok("running" if is_held(settings.data_dir) else "not running")]
        if (settings.data_dir / FILE).exists():
            await _read_store(settings.data_dir, root, account)
            lines.append(ok("store: opens, and is whole"))
        else:
            lines.append(warn("store: not there yet", "`swsmatrix run` makes it"))
    except KeyStoreError as error:
        return [_fail(str(error), "check key_file", error.code)]
    except StoreError as error:
        return [
            _fail(f"store: {error}", "is it the right key_file? Else put a backup back", KeyStoreError.code)
        ]
    account.known = True
    return lines


async def _read_store(data_dir: Path, root: bytes, account: Account) -> None:
    if (data_dir / KEYS_FILE).exists():
        await asyncio.to_thread(verify, data_dir / KEYS_FILE, keys.derive(root, keys.NIO_DATABASE))
    store = await Store.open(data_dir, keys.derive(root, keys.BOT_DATABASE), read_only=True)
    try:
        account.session = await Session.kept(store.vault)
        seeds = await store.vault.get(IN_VAULT)
        account.led_to = json.loads(await store.vault.get(ROOMS) or b"{}")
        with suppress(DatabaseError):  # of an older version, that `run` has not brought up to date yet
            account.notes = {note.room: note for note in await store.records.rooms()}
    finally:
        await store.close()
    account.master = Seeds.from_bytes(seeds).public()["master"] if seeds else None
