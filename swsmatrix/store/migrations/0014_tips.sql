-- Tips, of members (subject: of their post) and of the library (`library <id>`). body: what it says; entry: what else an
-- entry of the library says, as JSON among the bodies. regions: none is everywhere. length: how many different words it
-- has. tagged: a steward said where and what it is for. removed_by: a code; only entries of the library stay then.
CREATE TABLE tips (
    id INTEGER PRIMARY KEY,
    subject TEXT NOT NULL UNIQUE,
    number INTEGER NOT NULL UNIQUE,
    body INTEGER NOT NULL REFERENCES bodies (id),
    entry INTEGER REFERENCES bodies (id),
    regions TEXT NOT NULL,
    place TEXT NOT NULL,
    topics TEXT NOT NULL,
    posted_at INTEGER NOT NULL,
    added_at INTEGER NOT NULL,
    pinned INTEGER NOT NULL,
    tagged INTEGER NOT NULL,
    removed_by TEXT NOT NULL,
    length INTEGER NOT NULL
);
CREATE INDEX tips_regions ON tips (regions);
CREATE INDEX tips_added ON tips (added_at);

-- What tips are found by: each different word once, by itself, as long as there is a tip with it (`many` of them). Words
-- that begin with # are topics. No full-text index of SQLite's: what is deleted here is gone at once (docs/adr/0014).
CREATE TABLE words (
    id INTEGER PRIMARY KEY,
    word TEXT NOT NULL UNIQUE,
    letters INTEGER NOT NULL,
    many INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX words_letters ON words (letters, word);
CREATE TABLE stems (
    stem TEXT NOT NULL,
    word INTEGER NOT NULL REFERENCES words (id),
    PRIMARY KEY (stem, word)
) WITHOUT ROWID;
CREATE INDEX stems_word ON stems (word);
CREATE TABLE tip_words (
    word INTEGER NOT NULL REFERENCES words (id),
    tip INTEGER NOT NULL REFERENCES tips (id),
    PRIMARY KEY (word, tip)
) WITHOUT ROWID;
CREATE INDEX tip_words_tip ON tip_words (tip);
CREATE TRIGGER tip_words_more AFTER INSERT ON tip_words BEGIN
    UPDATE words SET many = many + 1 WHERE id = NEW.word;
END;
CREATE TRIGGER tip_words_less AFTER DELETE ON tip_words BEGIN
    UPDATE words SET many = many - 1 WHERE id = OLD.word;
    DELETE FROM stems WHERE word = OLD.word AND (SELECT many FROM words WHERE id = OLD.word) = 0;
    DELETE FROM words WHERE id = OLD.word AND many = 0;
END;

-- Members who found a tip useful, by the event that says so. Codes.
CREATE TABLE useful (
    subject TEXT NOT NULL,
    who TEXT NOT NULL,
    cause TEXT NOT NULL,
    PRIMARY KEY (subject, who)
) WITHOUT ROWID;
CREATE INDEX useful_who ON useful (who);
CREATE INDEX useful_cause ON useful (cause);

CREATE TRIGGER tips_gone BEFORE DELETE ON tips BEGIN
    DELETE FROM tip_words WHERE tip = OLD.id;
    DELETE FROM useful WHERE subject = OLD.subject;
END;
CREATE TRIGGER tips_gone_bodies AFTER DELETE ON tips BEGIN
    DELETE FROM bodies WHERE id IN (OLD.body, OLD.entry);
END;
CREATE TRIGGER tips_changed AFTER UPDATE OF body ON tips WHEN OLD.body <> NEW.body BEGIN
    DELETE FROM bodies WHERE id = OLD.body;
END;
CREATE TRIGGER tips_entry_changed AFTER UPDATE OF entry ON tips
WHEN OLD.entry IS NOT NULL AND OLD.entry IS NOT NEW.entry BEGIN
    DELETE FROM bodies WHERE id = OLD.entry;
END;

-- Who was told, with their first tip, what does not belong into one. A code.
CREATE TABLE told_rule (
    who TEXT PRIMARY KEY
) WITHOUT ROWID;

-- The last list that somebody (a code) asked for: by which word and, as a body, what followed it; subjects: what is
-- numbered in it, in order.
CREATE TABLE lists (
    who TEXT PRIMARY KEY,
    word TEXT NOT NULL,
    body INTEGER NOT NULL REFERENCES bodies (id),
    subjects TEXT NOT NULL
) WITHOUT ROWID;
CREATE TRIGGER lists_gone AFTER DELETE ON lists BEGIN
    DELETE FROM bodies WHERE id = OLD.body;
END;
CREATE TRIGGER lists_changed AFTER UPDATE OF body ON lists WHEN OLD.body <> NEW.body BEGIN
    DELETE FROM bodies WHERE id = OLD.body;
END;
