-- By which master key each steward is known, both as keyed hashes; and the last other one that wrote in their
-- name (its number: 0 when there is none).
CREATE TABLE pins (
    user TEXT PRIMARY KEY,
    identity TEXT NOT NULL,
    other TEXT NOT NULL,
    number INTEGER NOT NULL
) WITHOUT ROWID;
