"""Whether the bot could open a message: its own store of keys, opened with its own key file."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import sqlcipher3.dbapi2 as sqlcipher

from swsmatrix.keys import NIO_DATABASE, derive, read_root_key


def sessions_kept(bot: Path) -> frozenset[str]:
    """Ids of all Megolm sessions that the bot has the keys of. Can be asked while it runs.

    ``bot``: the folder of its settings, with ``secrets`` and ``data``.
    """
    key = derive(read_root_key(bot / "secrets" / "data.key"), NIO_DATABASE)
    with closing(sqlcipher.connect(f"file:{bot / 'data' / 'nio.db'}?mode=ro", uri=True)) as db:
        db.execute(f"PRAGMA key = \"x'{key.hex()}'\"")
        rows = db.execute("SELECT session_id FROM megolminboundsessions").fetchall()
    # The rows' ids are "session, sender's key, room".
    return frozenset(str(row[0]).partition(" ")[0] for row in rows)
