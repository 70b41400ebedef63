-- By which master key the newest words of a post were signed.
ALTER TABLE posts ADD COLUMN identity TEXT NOT NULL DEFAULT '';

-- No words here: those of a registration and of a request are in their posts, whose numbers these are.
CREATE TABLE supporters (
    user TEXT PRIMARY KEY,
    event TEXT NOT NULL,
    number INTEGER NOT NULL UNIQUE,
    state TEXT NOT NULL,
    identity TEXT NOT NULL,
    since INTEGER NOT NULL,
    regions TEXT NOT NULL,
    topics TEXT NOT NULL,
    remote INTEGER NOT NULL,
    asked_at INTEGER NOT NULL
) WITHOUT ROWID;

-- offers: [[user, at], ...]
CREATE TABLE cases (
    feature TEXT NOT NULL,
    event TEXT NOT NULL,
    number INTEGER NOT NULL UNIQUE,
    requester TEXT NOT NULL,
    state TEXT NOT NULL,
    changed_at INTEGER NOT NULL,
    offers TEXT NOT NULL,
    out TEXT NOT NULL,
    supporter TEXT,
    identity TEXT NOT NULL,
    room TEXT,
    round INTEGER NOT NULL,
    PRIMARY KEY (feature, event)
) WITHOUT ROWID;

CREATE TABLE privates (
    room TEXT PRIMARY KEY,
    subject TEXT NOT NULL
) WITHOUT ROWID;

-- Something stands against somebody who wanted to be forgotten: a keyed hash, never who it is.
CREATE TABLE barred (
    hash BLOB PRIMARY KEY
) WITHOUT ROWID;
