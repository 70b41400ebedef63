-- until: when it is forgotten, if not the usual time after it was posted (0). place: what the gazetteer calls the
-- place that it is for, where no region was named. name: shown with #signed. withdrawn_by: a code.
-- attached: a picture or a file came with it. picture: what opens it, as JSON among the bodies. up_at: when these
-- words went out; updated: in place of others. alike: when somebody else's like it was posted (0: none was).
ALTER TABLE posts ADD COLUMN until INTEGER NOT NULL DEFAULT 0;
ALTER TABLE posts ADD COLUMN place TEXT NOT NULL DEFAULT '';
ALTER TABLE posts ADD COLUMN name TEXT NOT NULL DEFAULT '';
ALTER TABLE posts ADD COLUMN withdrawn_by TEXT NOT NULL DEFAULT '';
ALTER TABLE posts ADD COLUMN attached INTEGER NOT NULL DEFAULT 0;
ALTER TABLE posts ADD COLUMN up_at INTEGER NOT NULL DEFAULT 0;
ALTER TABLE posts ADD COLUMN updated INTEGER NOT NULL DEFAULT 0;
ALTER TABLE posts ADD COLUMN alike INTEGER NOT NULL DEFAULT 0;
ALTER TABLE posts ADD COLUMN picture INTEGER REFERENCES bodies (id);
CREATE TRIGGER posts_picture_gone AFTER DELETE ON posts WHEN OLD.picture IS NOT NULL BEGIN
    DELETE FROM bodies WHERE id = OLD.picture;
END;
CREATE TRIGGER posts_picture_changed AFTER UPDATE OF picture ON posts
WHEN OLD.picture IS NOT NULL AND OLD.picture IS NOT NEW.picture BEGIN
    DELETE FROM bodies WHERE id = OLD.picture;
END;

-- To whom a steward gave what is not for everybody: doxx and harassment, the details of a warning.
ALTER TABLE supporters ADD COLUMN responder INTEGER NOT NULL DEFAULT 0;

-- Whoever is in the tables below is there as a keyed hash, never by name.

-- Members who say the same of a post (its subject). cause: the event that said so; one member may send several.
CREATE TABLE confirmations (
    subject TEXT NOT NULL,
    who TEXT NOT NULL,
    cause TEXT NOT NULL,
    PRIMARY KEY (subject, who, cause)
) WITHOUT ROWID;
CREATE INDEX confirmations_cause ON confirmations (cause);
CREATE TRIGGER posts_unconfirmed AFTER DELETE ON posts BEGIN
    DELETE FROM confirmations WHERE subject = OLD.feature || ' ' || OLD.event;
END;

-- Places of the gazetteer that authors confirmed: who was first; twice: a second person did.
CREATE TABLE learned (
    word TEXT PRIMARY KEY,
    place TEXT NOT NULL,
    region TEXT NOT NULL,
    first TEXT NOT NULL,
    twice INTEGER NOT NULL,
    struck_by TEXT NOT NULL,
    struck_at INTEGER NOT NULL
) WITHOUT ROWID;

-- What an author sent out lately. It outlives the posts: deleting gives nothing back.
CREATE TABLE spent (
    author TEXT NOT NULL,
    cause TEXT NOT NULL,
    number INTEGER NOT NULL,
    edit INTEGER NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (author, cause)
) WITHOUT ROWID;
CREATE INDEX spent_at ON spent (at);
CREATE INDEX spent_author ON spent (author, edit, at);

-- Whose hashtags do not count until then. number: of the post by which a steward said so.
CREATE TABLE muted (
    who TEXT PRIMARY KEY,
    number INTEGER NOT NULL,
    until INTEGER NOT NULL,
    by TEXT NOT NULL
) WITHOUT ROWID;

-- Rules of policy lists (m.policy.rule.user): entities are patterns, so they cannot be hashed.
CREATE TABLE banned (
    room TEXT NOT NULL,
    state_key TEXT NOT NULL,
    entity TEXT NOT NULL,
    PRIMARY KEY (room, state_key)
) WITHOUT ROWID;

-- Newcomers who were told of a region's warnings.
CREATE TABLE hinted (
    who TEXT NOT NULL,
    region TEXT NOT NULL,
    PRIMARY KEY (who, region)
) WITHOUT ROWID;
