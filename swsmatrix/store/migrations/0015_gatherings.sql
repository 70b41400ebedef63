-- When what a post tells of is (its event). asked: its author was, and has not answered. day: where no time is known.
-- read: what its words say by themselves; while they say the same, an answer holds.
CREATE TABLE gatherings (
    event TEXT PRIMARY KEY,
    start INTEGER NOT NULL,
    ends INTEGER NOT NULL,
    day TEXT NOT NULL,
    asked INTEGER NOT NULL,
    read TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX gatherings_start ON gatherings (start);
CREATE TRIGGER posts_gathering_gone AFTER DELETE ON posts WHEN OLD.feature = 'swsfyi' BEGIN
    DELETE FROM gatherings WHERE event = OLD.event;
END;
