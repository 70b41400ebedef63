-- The whole file is ciphertext (SQLCipher); what is written here is written for that.

CREATE TABLE vault (
    name TEXT PRIMARY KEY,
    value BLOB NOT NULL
) WITHOUT ROWID;

-- What was handled already: a sync answer that comes again changes nothing.
CREATE TABLE seen (
    cause TEXT PRIMARY KEY,
    at INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX seen_at ON seen (at);

-- The only table that holds what people wrote. Every other row points here, and takes its body along
-- when it goes (the triggers below).
CREATE TABLE bodies (
    id INTEGER PRIMARY KEY,
    text TEXT NOT NULL
);

CREATE TABLE posts (
    feature TEXT NOT NULL,
    event TEXT NOT NULL,
    number INTEGER NOT NULL UNIQUE,
    room TEXT NOT NULL,
    author TEXT NOT NULL,
    tag TEXT NOT NULL,
    state TEXT NOT NULL,
    body INTEGER NOT NULL REFERENCES bodies (id),
    posted_at INTEGER NOT NULL,
    changed_at INTEGER NOT NULL,
    regions TEXT NOT NULL,
    quiet INTEGER NOT NULL,
    edits TEXT NOT NULL,
    PRIMARY KEY (feature, event)
) WITHOUT ROWID;
CREATE INDEX posts_author ON posts (author);
CREATE TRIGGER posts_gone AFTER DELETE ON posts BEGIN
    DELETE FROM bodies WHERE id = OLD.body;
END;
CREATE TRIGGER posts_changed AFTER UPDATE OF body ON posts WHEN OLD.body <> NEW.body BEGIN
    DELETE FROM bodies WHERE id = OLD.body;
END;

-- Numbers are never used twice: what a steward read out yesterday still means the same today.
CREATE TABLE counters (
    name TEXT PRIMARY KEY,
    value INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE directs (
    user TEXT PRIMARY KEY,
    room TEXT NOT NULL UNIQUE,
    invited INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE rooms (
    room TEXT PRIMARY KEY,
    encrypted INTEGER NOT NULL,
    join_rule TEXT NOT NULL,
    history TEXT NOT NULL,
    told TEXT NOT NULL
) WITHOUT ROWID;

CREATE TABLE unread (
    event TEXT PRIMARY KEY,
    room TEXT NOT NULL,
    sender TEXT NOT NULL,
    session TEXT NOT NULL,
    at INTEGER NOT NULL
) WITHOUT ROWID;

CREATE INDEX unread_session ON unread (session);

CREATE TABLE timers (
    feature TEXT NOT NULL,
    name TEXT NOT NULL,
    subject TEXT NOT NULL,
    due INTEGER NOT NULL,
    PRIMARY KEY (feature, name, subject)
) WITHOUT ROWID;
CREATE INDEX timers_due ON timers (due);

-- state: 0 waits, 1 done and still standing (only what is lasting stays here)
CREATE TABLE outbox (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    feature TEXT NOT NULL,
    slot TEXT NOT NULL,
    subject TEXT NOT NULL,
    lane TEXT NOT NULL,
    kind TEXT NOT NULL,
    action TEXT NOT NULL,
    body INTEGER REFERENCES bodies (id),
    priority INTEGER NOT NULL,
    lasting INTEGER NOT NULL,
    report INTEGER NOT NULL,
    not_before INTEGER NOT NULL,
    next_try INTEGER NOT NULL DEFAULT 0,
    attempts INTEGER NOT NULL DEFAULT 0,
    first_try INTEGER,
    state INTEGER NOT NULL DEFAULT 0,
    result TEXT
);
CREATE INDEX outbox_waiting ON outbox (state, lane, priority, seq);
CREATE INDEX outbox_subject ON outbox (subject);
CREATE INDEX outbox_result ON outbox (result);
CREATE TRIGGER outbox_gone AFTER DELETE ON outbox WHEN OLD.body IS NOT NULL BEGIN
    DELETE FROM bodies WHERE id = OLD.body;
END;
CREATE TRIGGER outbox_done AFTER UPDATE OF body ON outbox WHEN OLD.body IS NOT NULL AND NEW.body IS NULL BEGIN
    DELETE FROM bodies WHERE id = OLD.body;
END;

-- A feature that failed on an event: what and where, never what it said.
CREATE TABLE dead_letters (
    event TEXT NOT NULL,
    feature TEXT NOT NULL,
    error TEXT NOT NULL,
    at INTEGER NOT NULL
);
