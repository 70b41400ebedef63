-- What a room was like when it was first seen, or when stewards accepted it (JSON: join rule, history,
-- weakened); configured rooms that the stewards know to be out of reach.

ALTER TABLE rooms ADD COLUMN weakened INTEGER NOT NULL DEFAULT 0;
ALTER TABLE rooms ADD COLUMN agreed TEXT;

CREATE TABLE missing (
    name TEXT PRIMARY KEY
) WITHOUT ROWID;
