-- When an effect was decided. Unknown (NULL) for those from before.
ALTER TABLE outbox ADD COLUMN since INTEGER;
