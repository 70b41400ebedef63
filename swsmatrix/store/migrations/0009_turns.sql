-- The head of a lane, and when the next one may go, are found in the index alone, however much waits.
DROP INDEX outbox_waiting;
CREATE INDEX outbox_waiting ON outbox (state, lane, priority, seq, not_before, next_try);

-- words: a keyed hash of what a post says, so that the same is found without reading all. Unknown ('') for those
-- from before.
ALTER TABLE posts ADD COLUMN words TEXT NOT NULL DEFAULT '';
CREATE INDEX posts_words ON posts (words, feature);
CREATE INDEX posts_unsigned ON posts (author, identity, state);
-- '["…' comes before '[]': those that were edited.
CREATE INDEX posts_edited ON posts (edits) WHERE edits < '[]';

-- Whom rules of policy lists mean by name, and the patterns.
CREATE INDEX banned_entity ON banned (entity);
CREATE INDEX banned_patterns ON banned (entity) WHERE (instr(entity, '*') OR instr(entity, '?'));

-- A post's timers end with it.
CREATE INDEX timers_subject ON timers (subject);
