-- Whose hashtags were heard lately, and by which feature. It outlives the posts: deleting gives nothing back.
CREATE TABLE heard (
    author TEXT NOT NULL,
    kind TEXT NOT NULL,
    at INTEGER NOT NULL
);
CREATE INDEX heard_author ON heard (author, kind);
CREATE INDEX heard_at ON heard (at);

-- What goes before other answers, and after other warnings, has numbers of its own.
UPDATE outbox SET priority = priority + 2 WHERE priority >= 2;
