-- companions: [[user, identity, agreed, came], ...], who said yes. wishes: what its requester wants done.
ALTER TABLE cases ADD COLUMN companions TEXT NOT NULL DEFAULT '[]';
ALTER TABLE cases ADD COLUMN wishes TEXT NOT NULL DEFAULT '[]';
UPDATE cases SET companions = json_array(json_array(supporter, identity, 1, 0)) WHERE supporter IS NOT NULL;
ALTER TABLE cases DROP COLUMN supporter;
ALTER TABLE cases DROP COLUMN identity;

-- What the author of a case keeps for a record of it, as long as the case lives: among the bodies.
CREATE TABLE evidence (
    subject TEXT NOT NULL,
    event TEXT NOT NULL,
    body INTEGER NOT NULL REFERENCES bodies (id),
    picture INTEGER REFERENCES bodies (id),
    at INTEGER NOT NULL,
    PRIMARY KEY (subject, event)
) WITHOUT ROWID;
CREATE TRIGGER evidence_gone AFTER DELETE ON evidence BEGIN
    DELETE FROM bodies WHERE id IN (OLD.body, OLD.picture);
END;
CREATE TRIGGER evidence_changed AFTER UPDATE ON evidence BEGIN
    DELETE FROM bodies WHERE id IN (OLD.body, OLD.picture) AND id NOT IN (NEW.body, ifnull(NEW.picture, 0));
END;
CREATE TRIGGER cases_evidence_gone AFTER DELETE ON cases BEGIN
    DELETE FROM evidence WHERE subject = OLD.feature || ' ' || OLD.event;
END;
