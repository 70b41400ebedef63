-- What there is to do in a case (its subject), with which it goes. link: what a step is about; note: what came of
-- it: both among the bodies. who: they are in the room together.
CREATE TABLE steps (
    subject TEXT NOT NULL,
    number INTEGER NOT NULL,
    playbook TEXT NOT NULL,
    link INTEGER REFERENCES bodies (id),
    state TEXT NOT NULL,
    who TEXT,
    note INTEGER REFERENCES bodies (id),
    at INTEGER NOT NULL,
    PRIMARY KEY (subject, number)
) WITHOUT ROWID;
CREATE TRIGGER steps_gone AFTER DELETE ON steps BEGIN
    DELETE FROM bodies WHERE id IN (OLD.link, OLD.note);
END;
CREATE TRIGGER steps_link_changed AFTER UPDATE OF link ON steps WHEN OLD.link IS NOT NEW.link BEGIN
    DELETE FROM bodies WHERE id = OLD.link;
END;
CREATE TRIGGER steps_note_changed AFTER UPDATE OF note ON steps WHEN OLD.note IS NOT NEW.note BEGIN
    DELETE FROM bodies WHERE id = OLD.note;
END;
CREATE TRIGGER cases_steps_gone AFTER DELETE ON cases BEGIN
    DELETE FROM steps WHERE subject = OLD.feature || ' ' || OLD.event;
END;
