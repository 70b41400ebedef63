-- removed: the bot took the message out of its room, so only it has the words.
ALTER TABLE posts ADD COLUMN removed INTEGER NOT NULL DEFAULT 0;

-- What private details a post names, each as a keyed hash of its one form: for as long as there is the post, who
-- repeats them is noticed.
CREATE TABLE traces (
    hash TEXT NOT NULL,
    subject TEXT NOT NULL,
    PRIMARY KEY (hash, subject)
) WITHOUT ROWID;
CREATE INDEX traces_subject ON traces (subject);
CREATE TRIGGER posts_traces_gone AFTER DELETE ON posts BEGIN
    DELETE FROM traces WHERE subject = OLD.feature || ' ' || OLD.event;
END;
