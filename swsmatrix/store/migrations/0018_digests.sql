-- Rooms (as configured) that may want a digest: since when what is new was not in one yet; off: a steward said so.
CREATE TABLE digests (
    room TEXT PRIMARY KEY,
    since INTEGER NOT NULL,
    off INTEGER NOT NULL
) WITHOUT ROWID;

-- Digests that stand, and what they name (subjects of posts): it is not to stand there any more when it changes.
CREATE TABLE digested (
    subject TEXT PRIMARY KEY,
    room TEXT NOT NULL,
    at INTEGER NOT NULL,
    items TEXT NOT NULL
) WITHOUT ROWID;
