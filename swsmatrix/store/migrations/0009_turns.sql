-- The head of a lane, and when the next one may go, are found in the index alone, however much waits.
DROP INDEX outbox_waiting;
CREATE INDEX outbox_waiting ON outbox (state, lane, priority, seq, not_before, next_try);
