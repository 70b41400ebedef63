-- Whose hashtags were heard lately, and by which feature. It outlives the posts: deleting gives nothing back.
CREATE TABLE heard (
    author TEXT NOT NULL,
    kind TEXT NOT NULL,
    at INTEGER NOT NULL
);
CREATE INDEX heard_author ON heard (author, kind);
CREATE INDEX heard_at ON heard (at);

-- What goes before other answers has a number of its own.
UPDATE outbox SET priority = priority + 1 WHERE priority >= 2;
